"""Every number of a run as plain values."""
