"""Stored summaries of real runs, disclosed: what every part of the report renders."""

from functools import cache
from pathlib import Path

import pytest

from learnstrata.summary.contract import DisclosedSummary

STORED = Path(__file__).parent / "stored"


@cache
def stored(name):
    text = (STORED / f"{name}.json").read_text(encoding="utf-8")
    return DisclosedSummary.model_validate_json(text)


@pytest.fixture
def summary():
    """A run of the robust recipe, with evidence."""
    return stored("robust")


@pytest.fixture
def notebook():
    """A run of the notebook recipe: no evidence, records instead of learners."""
    return stored("notebook")
