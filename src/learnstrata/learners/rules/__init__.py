"""Rules of cleaning: what a table tells of itself, and what is believed of a record."""
