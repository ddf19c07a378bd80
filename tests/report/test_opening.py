"""The first screen: its headline and its lines follow from the numbers."""

import pytest

from charted import with_
from learnstrata.report.opening import headline, opening_lines
from learnstrata.report.sureness import short_verdict


def with_programmes(summary, programmes):
    """Give a summary whose pathways are for these programmes, by share of all."""
    action = next(one for one in summary.actions if one.id == "pathways")
    kind = type(action.targets[0])
    targets = tuple(
        kind(name=name, size=None, share=share, why="", programme=name)
        for name, share in programmes
    )
    others = [one for one in summary.actions if one.id != "pathways"]
    plain = [with_(one, targets=()) for one in others]
    return with_(summary, actions=(with_(action, targets=targets), *plain))


@pytest.mark.parametrize(
    ("programmes", "told"),
    [
        (
            [("a", 0.3), ("b", 0.1), ("a", 0.3), ("c", 0.3)],
            ": one programme reaches 60%",
        ),
        ([("a", 0.3), ("b", 0.29), ("c", 0.41)], ": two programmes reach 71%"),
        ([("a", 1.0)], None),  # one for all: nothing to say
        ([("a", 0.4), ("b", None), ("c", 0.4)], None),
        ([(name, 0.2) for name in "abcde"], None),  # as many as there are segments
        ([], None),
    ],
)
def test_the_headline_counts_the_fewest_programmes_that_reach_half(
    summary, programmes, told
):
    found = with_programmes(summary, programmes)
    write, k = summary.settings.numbers, len(summary.segments)
    shares = sorted((one.share for one in summary.segments), reverse=True)
    if told is None:
        told = f": the two largest hold {write.share(shares[0] + shares[1])}"
    assert (
        headline(found)
        == f"{write.count(found.segmented)} learners in {k} segments{told}"
    )


def test_the_first_line_is_the_first_action_with_its_team_and_list(summary):
    line, action = opening_lines(summary)[0], summary.actions[0]
    assert line.title == "Do this first"
    assert action.first_step in line.sentences[0]
    assert line.link == f"#{action.id}"
    size = summary.settings.numbers.count(action.targets[0].size)
    assert line.sentences[1].startswith(f"{size} learners; ")
    assert f"private/lists/{action.list}" in line.sentences[1]


def test_what_is_sure_is_the_verdict_in_plain_words(summary, bare):
    sure = next(one for one in opening_lines(summary) if one.key == "sure")
    word, _, told = short_verdict(summary).partition(" - ")
    assert sure.title == "How sure this is"
    assert sure.sentences[0] == f"{word.capitalize()}: {told}."
    assert sure.sentences[1:] == summary.words.outcomes[:1]
    none = next(one for one in opening_lines(bare) if one.key == "sure")
    assert none.sentences[0].startswith("No verdict")


@pytest.mark.parametrize("word", ["natural", "repeatable", "arbitrary"])
def test_the_first_step_bears_a_caveat_where_the_cut_is_arbitrary(summary, word):
    verdict = with_(summary.evidence.verdict, word=word)
    evidence = with_(summary.evidence, verdict=verdict)
    first = opening_lines(with_(summary, evidence=evidence))[0]
    assert ("arbitrary" in first.sentences[-1]) == (word == "arbitrary")


def test_nothing_is_new_without_a_run_before(summary):
    assert "new" not in [one.key for one in opening_lines(summary)]
