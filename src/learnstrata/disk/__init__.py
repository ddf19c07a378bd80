"""Paths and writing: what appears is whole, and nothing else is lost by it."""
