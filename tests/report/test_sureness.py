"""How sure the cut is, told in one voice: what is said follows from the verdict."""

import pytest

from charted import with_
from learnstrata.report.sureness import caveat, found_again, short_verdict
from learnstrata.segments.evidence.verdict import ADMITTED, AGREEMENT, SAMPLES


def judged(summary, word, **missed):
    """Give a summary of a verdict whose conditions are met but for some."""
    found = summary.evidence.verdict
    kind = type(found.grounds[0])
    values = {"agreement": (AGREEMENT, 0.798, 0.8), "samples": (SAMPLES, 2.0, 4.0)}
    values["admitted"] = (ADMITTED, None, None)
    grounds = tuple(
        kind(condition=condition, value=value, limit=limit, met=name not in missed)
        for name, (condition, value, limit) in values.items()
    )
    verdict = with_(found, word=word, grounds=grounds)
    return with_(summary, evidence=with_(summary.evidence, verdict=verdict))


def stable(summary, jaccard):
    """Give the same with another Jaccard of the least stable segment."""
    found = summary.selection
    table = tuple(
        with_(row, lowest_jaccard=jaccard) if row.k == found.k else row
        for row in found.table
    )
    return with_(summary, selection=with_(found, table=table))


@pytest.mark.parametrize("word", ["natural", "repeatable", "arbitrary"])
def test_every_verdict_has_a_short_sentence_that_claims_no_more(summary, word):
    told = short_verdict(judged(summary, word))
    assert told.startswith(f"{word} - ")
    assert ("stand apart" in told) == (word == "natural")
    assert ("are cut alike" in told) == (word == "repeatable")


@pytest.mark.parametrize(
    ("missed", "told"),
    [
        ({"agreement": 1}, "in a quarter of the halvings agreement is under 0.8"),
        (
            {"agreement": 1, "admitted": 1},
            "in a quarter of the halvings agreement is under 0.8",
        ),
        (
            {"samples": 1},
            "halves of other samples agree as well 2 times, and 4 are asked for",
        ),
        ({"admitted": 1}, "the rule that chose k does not admit it"),
    ],
)
def test_an_arbitrary_cut_is_told_by_the_condition_that_it_misses(
    summary, missed, told
):
    found = judged(summary, "arbitrary", **missed)
    choice = "where a segment ends is a choice"
    assert short_verdict(found) == f"arbitrary - {told}: {choice}"
    assert f"on average, but {told}. Stability alone" in found_again(found)


def test_one_segment_is_undivided_with_evidence_or_without(notebook):
    one = with_(notebook, selection=with_(notebook.selection, k=1))
    assert short_verdict(one).startswith("undivided - ")


@pytest.mark.parametrize(
    ("jaccard", "word"), [(0.7, "Doubtful"), (0.8, "Stable"), (0.9, "Highly stable")]
)
def test_stability_is_read_in_a_word_where_the_verdict_bears_it(summary, jaccard, word):
    told = found_again(stable(judged(summary, "repeatable"), jaccard))
    assert told.startswith(f"{word}: in halves of the learners that were cut from")
    assert f"by a Jaccard of {jaccard:g} on average. Stability alone" in told
    doubted = found_again(stable(judged(summary, "arbitrary", agreement=1), jaccard))
    assert doubted.startswith("Not surely: in halves")
    unjudged = found_again(with_(stable(summary, jaccard), evidence=None))
    assert unjudged.startswith("In halves of the learners")


def test_stability_that_was_not_measured_is_said_so(summary):
    assert found_again(stable(summary, None)) == (
        "Stability was not measured in this run."
    )


def test_only_an_arbitrary_cut_bears_a_caveat(summary, notebook):
    assert "arbitrary" in caveat(judged(summary, "arbitrary"))
    assert caveat(judged(summary, "repeatable")) == ""
    assert caveat(notebook) == ""
