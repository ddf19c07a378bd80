"""Sentences of a real run: each number is that of the summary, and follows it."""

import copy

import pytest

from learnstrata.layer.summary import summarise
from learnstrata.report import meaning_tables, wording
from learnstrata.report.formats import Money


@pytest.fixture(scope="module")
def real(small_run):
    return summarise(small_run)


def fact(heading):
    return lambda s: dict(meaning_tables.card_facts(s, s["segments"][0]))[heading]


def median_range(summary):
    return wording.range_title(summary["segments"], "pay", Money.of(summary))


def pay_spread(summary):
    return wording.spread(summary["description"]["distributions"][0], Money.of(summary))


RULES, INDEX = meaning_tables.rules_sentence, meaning_tables.values_title


@pytest.mark.parametrize(
    ("told", "path", "value", "shown"),
    [
        (RULES, "rules.fidelity", 0.5432, "54.3%"),
        (RULES, "rules.stated", 0.4321, "43.2%"),
        (RULES, "rules.baseline", 0.1234, "12.3%"),
        (RULES, "rules.n_held_out", 98_765, "98,765"),
        (fact("In words"), "segments.0.rule.coverage", 0.1122, "11.2%"),
        (fact("In words"), "segments.0.rule.precision", 0.3344, "33.4%"),
        (fact("What decides"), "segments.0.pulls.0.share", 0.6677, "66.8%"),
        (fact("Progression"), "segments.0.progression.growth", 0.7788, "77.9%"),
        (fact("Progression"), "segments.0.progression.n_growth", 12_321, "12,321"),
        (fact("How sure"), "evidence.standing.per_segment.0.core", 0, "0% clearly"),
        (median_range, "segments.0.typical.pay.p50", 9.87e7, "987.0 LPA"),
        (pay_spread, "description.distributions.0.quantiles.p50", 9.8e4, "0.98 LPA"),
        (wording.map_note, "map.explained.0", 0.01, "of the differences"),
        (INDEX, "segments.0.index.0.estimate", 98_760.0, "987.6 times"),
        (
            meaning_tables.places_title,
            "segments.1.index.0.estimate",
            99.4,
            "99 of 100",
        ),
    ],
)
def test_a_number_in_a_sentence_follows_the_summary(real, told, path, value, shown):
    changed = copy.deepcopy(real)
    if told is INDEX:
        changed["segments"][0]["index"][0]["kind"] = "value"
    if told is meaning_tables.places_title:
        changed["segments"][1]["index"][0]["kind"] = "number"
    *keys, last = [int(key) if key.isdigit() else key for key in path.split(".")]
    place = changed
    for key in keys:
        place = place[key]
    before = told(changed) if shown != "of the differences" else ""
    place[last] = value
    assert shown not in before
    assert shown in told(changed)
