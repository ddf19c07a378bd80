"""Sentences of a real run: each number is that of the summary, and follows it."""

import copy
import re
from dataclasses import replace

import pytest

from learnstrata.report import meaning_tables, wording
from learnstrata.wording.numbers import Money
from numbers_told import Sentences, known, numbers_in, told_in


@pytest.fixture(scope="module")
def real(small_page):
    return small_page[0]


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


@pytest.fixture(scope="module", params=["small_page", "notebook_page"])
def told(request):
    """Give a summary and the sentences of its page on what was found.

    The section on methods is left out: it tells settings and definitions.
    """
    summary, page = request.getfixturevalue(request.param)
    return summary, [s for s in Sentences(page).found if s.section != "methods"]


def untold(summary, sentences):
    """Give the numbers of sentences that the summary does not hold for their place."""
    per, allowed, strange = summary["per_pay_unit"], {}, []
    for sentence in sentences:
        place = (sentence.section, sentence.article)
        if place not in allowed:
            allowed[place] = known(told_in(summary, sentence), per)
        strange += [
            (number, sentence.text)
            for number in numbers_in(sentence.text)
            if number not in allowed[place]
        ]
    return strange


def test_every_number_in_a_sentence_of_the_page_is_of_the_summary(told):
    summary, sentences = told
    assert untold(summary, sentences) == []
    assert sum(len(numbers_in(s.text)) for s in sentences) > 300
    assert all(numbers_in(finding["answer"]) for finding in summary["findings"])


KINDS = [
    ("the lead", "top", -1, r"holds (\S+%) of"),
    ("a tile", "found", -1, r"^(\d+\.\d%)$"),
    ("a note", "found", -1, r"shows (\S+%) of the differences"),
    ("a description", "found", 1, r"pay of (\S+) LPA"),
    ("a fact", "found", 2, r"grew by (\S+%) a year"),
    ("a title of a figure", "segments", -1, r"runs from (\S+) LPA"),
    ("a why", "actions", -1, r"roles hold (\S+%) of all"),
    ("a cohort", "benchmarks", 0, r"assessed \((\S+%)\)"),
    ("a title of trust", "trust", -1, r"the rule chose k = \d+ \((\S+)\)"),
    ("an answer", "questions", 0, r"holds (\S+%) of"),
    ("a quality", "quality", -1, r"All (\S+) records"),
]


def shifted(number, by):
    """Move every digit of a number; some of nine moves may meet another true number."""
    return re.sub(r"\d", lambda digit: str((int(digit[0]) + by) % 10), number)


@pytest.mark.parametrize(
    ("section", "article", "pattern"), [k[1:] for k in KINDS], ids=[k[0] for k in KINDS]
)
def test_a_wrong_number_in_a_sentence_is_found(told, section, article, pattern):
    summary, sentences = told
    right, start, end = next(
        (s, *match.span(1))
        for s in sentences
        if (s.section, s.article) == (section, article)
        and (match := re.search(pattern, s.text))
    )
    assert untold(summary, [right]) == []
    number = right.text[start:end]
    wrongs = [shifted(number, by) for by in range(1, 10)]
    changed = [
        replace(right, text=right.text[:start] + wrong + right.text[end:])
        for wrong in wrongs
    ]
    caught = [found for found, _ in untold(summary, changed)]
    assert len(caught) >= 6
    assert set(caught) <= set(wrongs)
