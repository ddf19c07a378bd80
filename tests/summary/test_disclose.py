"""What may be published of results: by the kinds of their values."""

import pytest

from learnstrata.summary.disclose import disclose

KEY = b"a key that everybody may know..."


def told(results, **changes):
    changed = results.model_copy(update=changes)
    return disclose(changed, key=KEY, content=b"a table")


@pytest.mark.parametrize(("learners", "is_told"), [(49, False), (100, True)])
def test_how_rules_agree_is_told_of_50_learners_or_more(
    small_results, learners, is_told
):
    bands = small_results.bands.model_copy(update={"n_learners": learners})
    found = told(small_results, bands=bands).bands
    assert [one is not None for one in (found.ari, found.nmi, found.guessed)] == [
        is_told
    ] * 3
