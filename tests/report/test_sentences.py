"""Sentences of the page: each number is that of the summary as published."""

import re
from dataclasses import replace

import pytest

from numbers_told import Sentences, known, numbers_in, told_in


def sentences_of(page):
    """Give the sentences on what was found: methods tell settings and definitions."""
    untold = {"methods", "glossary"}
    return [one for one in Sentences(page).found if one.section not in untold]


def untold(summary, sentences):
    """Give the numbers of sentences that the summary does not hold for their place."""
    per, allowed, strange = summary.settings.money.per, {}, []
    for sentence in sentences:
        place = (sentence.section, sentence.article)
        if place not in allowed:
            allowed[place] = known(told_in(summary, sentence), per)
        strange += [
            (number, sentence.section, sentence.text)
            for number in numbers_in(sentence.text)
            if number not in allowed[place]
        ]
    return strange


def test_every_number_in_a_sentence_of_the_page_is_of_the_summary(told):
    summary, page = told
    sentences = sentences_of(page)
    assert untold(summary, sentences) == []
    least = 300 if summary.evidence else 40
    assert sum(len(numbers_in(one.text)) for one in sentences) > least


KINDS = [
    ("the headline", "top", -1, r"(?:programmes? reach|largest hold)\S* (\S+%)"),
    ("the strip", "top", -1, r"(\d+\.\d%)"),
    ("a note", "map", -1, r"shows (\S+%) of the differences"),
    ("a description", "segments", 1, r"pay of (\S+) LPA"),
    ("a fact", "segments", 2, r"overlaps with itself by (\S+%)"),
    ("a title of a figure", "segments", -1, r"runs from \S+ LPA .* to (\S+) LPA"),
    ("a hold-out", "mentoring", 0, r"(?:known of|only) (\S+) of "),
    ("a cohort", "benchmarks", 0, r"assessed \((\S+%)\)"),
    ("a title of trust", "trust", -1, r"halves of the learners agree \((\S+)\), and"),
    ("an answer", "questions", 0, r"holds (\S+%) of"),
    ("a quality", "quality", -1, r"All (\S+) records"),
]


def shifted(number, by):
    """Move every digit of a number; some of nine moves may meet another true number."""
    return re.sub(r"\d", lambda digit: str((int(digit[0]) + by) % 10), number)


@pytest.mark.parametrize(
    ("section", "article", "pattern"), [k[1:] for k in KINDS], ids=[k[0] for k in KINDS]
)
def test_a_wrong_number_in_a_sentence_is_found(
    summary, html, section, article, pattern
):
    right, start, end = next(
        (one, *match.span(1))
        for one in sentences_of(html)
        if (one.section, one.article) == (section, article)
        and (match := re.search(pattern, one.text))
    )
    assert untold(summary, [right]) == []
    number = right.text[start:end]
    wrongs = [shifted(number, by) for by in range(1, 10)]
    changed = [
        replace(right, text=right.text[:start] + wrong + right.text[end:])
        for wrong in wrongs
    ]
    caught = [found for found, *_ in untold(summary, changed)]
    assert len(caught) >= 6
    assert set(caught) <= set(wrongs)
