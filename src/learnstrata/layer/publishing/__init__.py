"""Releases in a target: a database or a folder that other systems read."""
