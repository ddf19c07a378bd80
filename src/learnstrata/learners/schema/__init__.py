"""Columns of a table: recognised, typed, named by the standard names."""
