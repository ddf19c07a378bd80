"""Summaries of real runs, as they are shared; do not change them but in copies."""

from functools import cache
from pathlib import Path

from learnstrata.summary.contract import DisclosedSummary, Summary

STORED = Path(__file__).parent / "report" / "stored"


@cache
def stored(name: str) -> DisclosedSummary:
    """Read a stored summary: ``"robust"`` or ``"notebook"``."""
    text = (STORED / f"{name}.json").read_text(encoding="utf-8")
    return DisclosedSummary.model_validate_json(text)


def with_(summary: Summary, **changes: object) -> DisclosedSummary:
    """Copy a summary with other sections."""
    return summary.model_copy(update=changes)
