"""The finder of the page knows what the program knows of a pay."""

import json

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
