"""The finder of the page knows what the program knows of a pay."""

import json
import re

import pytest

from learnstrata.report.finder import finder_of
from learnstrata.segments.pay.percentile import WAYS, find_percentile


def test_the_page_has_the_fences_that_the_program_warns_by(summary):
    data = json.loads(finder_of(summary).data)
    assert data["ways"] == list(WAYS.values())
    found = summary.benchmarks
    seen = set()
    for row in data["rows"]:
        if row[0] == 0:
            low, high, way = row[-3:]
            peers = dict(
                zip(("role_family", "tier", "experience_band"), row[1:4], strict=True)
            )
            for pay, is_far in (
                (low, False),
                (high, False),
                (low * 0.999, True),
                (high * 1.001, True),
            ):
                told = find_percentile(
                    found, **peers, pay=pay, write=summary.settings.numbers
                ).warning
                assert bool(told) == is_far
                assert not is_far or data["ways"][way] in told
            seen.add(way)
    assert len(seen) > 1


@pytest.mark.parametrize(("currency", "known"), [("INR", True), ("USD", False)])
def test_the_page_reads_no_words_of_another_currency(summary, currency, known):
    config = summary.settings.config
    pay = config["pay"] | {"currency": currency}
    settings = summary.settings.model_copy(update={"config": config | {"pay": pay}})
    told = summary.model_copy(update={"settings": settings})
    typed = json.loads(finder_of(told).data)["typed"]
    read = [
        bool([word for word, _ in typed["units"] if re.fullmatch(word, text)])
        for text in ("lakh", "crore", "l", "k", "million")
    ]
    assert read == [known, known, known, True, True]
    assert ("lakh" in typed["ways"]) is known
