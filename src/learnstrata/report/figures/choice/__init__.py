"""How many segments: what was tried, and structureless tables beside it."""
