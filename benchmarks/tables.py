"""How benchmarks print: tables as the pages have them, and progress to stderr."""

import sys
from collections.abc import Sequence


def say(text: str) -> None:
    """Tell how far it is."""
    print(text, file=sys.stderr, flush=True)


def table(head: str, rows: Sequence[Sequence[object]]) -> None:
    """Print a table as the page has it."""
    print(f"\n| {head} |\n|{'---|' * len(head.split('|'))}")
    for row in rows:
        print(f"| {' | '.join(map(str, row))} |", flush=True)
