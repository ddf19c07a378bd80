"""The questions of the three teams, answered."""
