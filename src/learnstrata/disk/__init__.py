"""Writing to disk: what appears is whole, and nothing else is lost by it."""
