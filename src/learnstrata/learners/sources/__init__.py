"""Files of every kind, read into a table."""
