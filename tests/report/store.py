"""Make the stored summaries anew: what the tests of the report render.

Run as ``python tests/report/store.py`` whenever results, their sentences or the
contract change; it takes a minute. The table is the demo table, the key is told: the
same code gives the same files.
"""

import sys
from pathlib import Path

import learnstrata as ls
from learnstrata.summary.contract import DisclosedSummary

STORED = Path(__file__).parent / "stored"
# The year that counts as now; None where the recipe takes it from the table.
RECIPES = {"robust": None, "notebook": 2026}
KEY = b"a key that everybody may know..."


def made(recipe: str) -> DisclosedSummary:
    """Segment the demo table and give what may be shared of it."""
    table = ls.make_learners(6000, rng=7)
    return ls.segment(table, recipe, as_of=RECIPES[recipe], key=KEY).summary


def read(recipe: str) -> DisclosedSummary:
    """Read a stored summary, held to the contract."""
    text = (STORED / f"{recipe}.json").read_text(encoding="utf-8")
    return DisclosedSummary.model_validate_json(text)


if __name__ == "__main__":
    for name in RECIPES:
        path = STORED / f"{name}.json"
        path.write_text(made(name).model_dump_json(indent=1) + "\n", encoding="utf-8")
        sys.stdout.write(f"{path}\n")
