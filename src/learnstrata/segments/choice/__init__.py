"""How many segments there are."""
