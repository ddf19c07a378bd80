"""Pay of peers."""
