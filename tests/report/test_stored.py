"""The stored summaries are what the code makes of a run now."""

import pytest

from learnstrata.decisions.playbook import recommend
from learnstrata.summary.words import words_of
from report.store import MAKERS, STORED, read

AGAIN = "run python tests/report/store.py and look at what changed"


def test_each_recipe_is_stored():
    assert {path.stem for path in STORED.glob("*.json")} == set(MAKERS)


@pytest.mark.parametrize("name", MAKERS)
def test_a_stored_summary_is_of_the_contract_with_the_sentences_of_now(name):
    summary = read(name)
    assert summary.words == words_of(summary), AGAIN
    assert summary.actions == recommend(summary), AGAIN
    text = (STORED / f"{name}.json").read_text(encoding="utf-8")
    assert summary.model_dump_json() + "\n" == text, AGAIN
