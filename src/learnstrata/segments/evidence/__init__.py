"""How far the segments can be trusted."""
