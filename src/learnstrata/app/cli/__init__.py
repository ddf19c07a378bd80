"""The command line; its entry point is `main`."""

from learnstrata.app.cli.program import main

__all__ = ["main"]
