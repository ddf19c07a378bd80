"""What a run does, as values."""
