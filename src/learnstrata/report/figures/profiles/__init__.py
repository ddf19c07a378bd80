"""What the segments are."""
