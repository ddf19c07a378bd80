"""What keeps people and companies unnamed: codes, hidden cells, and the leak scan."""
