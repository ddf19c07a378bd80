"""Polars, DuckDB and Spark behind one small protocol."""
