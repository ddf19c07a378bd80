"""Clients of the library: the command line."""
