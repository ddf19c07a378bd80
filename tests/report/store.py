"""Make the stored summaries anew: what the tests of the report render.

Run as ``python tests/report/store.py`` whenever results, their sentences or the
contract change; it takes a minute. The table is the demo table and the key is no
secret: the same code gives the same files.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import learnstrata as ls
from learnstrata.config.loading import load_config
from learnstrata.summary.contract.results import DisclosedSummary

STORED = Path(__file__).parent / "stored"
KEY = b"a key that everybody may know..."


def robust() -> DisclosedSummary:
    """Give what may be shared of the default recipe: learners, with evidence."""
    return ls.segment(ls.make_learners(6000, rng=7), "robust", key=KEY).summary


def notebook() -> DisclosedSummary:
    """Give the same of the original analysis: records, without evidence."""
    table = ls.make_learners(6000, rng=7)
    return ls.segment(table, "notebook", as_of=2026, key=KEY).summary


def bare() -> DisclosedSummary:
    """Give the same of a table without pay and companies, without evidence."""
    table = ls.make_learners(900, rng=7)
    config = load_config("robust", as_of=2021, evidence={"level": "none"})
    lacking = table.drop("ctc", "company_hash", "ctc_updated_year")
    return ls.segment(lacking, config=config, key=KEY).summary


MAKERS: dict[str, Callable[[], DisclosedSummary]] = {
    "robust": robust,
    "notebook": notebook,
    "bare": bare,
}


def read(name: str) -> DisclosedSummary:
    """Read a stored summary, held to the contract."""
    text = (STORED / f"{name}.json").read_text(encoding="utf-8")
    return DisclosedSummary.model_validate_json(text)


if __name__ == "__main__":
    for name, make in MAKERS.items():
        path = STORED / f"{name}.json"
        path.write_text(make().model_dump_json() + "\n", encoding="utf-8")
        sys.stdout.write(f"{path}\n")
