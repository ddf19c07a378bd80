"""Pay beside that of peers."""
