"""How far the segments hold."""
