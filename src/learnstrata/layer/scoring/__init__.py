"""A model as SQL: one SELECT and its lookups give the segments in a warehouse."""
