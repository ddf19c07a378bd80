"""Summaries that differ from a real one in one way."""

import pytest

from charted import with_


def hidden(result, names):
    return with_(result, **{name: None for name in names if hasattr(result, name)})


@pytest.fixture
def unpaid(summary):
    """A run of which no pay may be told."""
    quantiles = ("p01", "p05", "p25", "p50", "p75", "p95", "p99", "base", "mean")
    segments = tuple(
        with_(
            segment,
            typical=tuple(
                hidden(one, quantiles) if one.feature == "pay" else one
                for one in segment.typical
            ),
        )
        for segment in summary.segments
    )
    found = summary.description
    description = with_(
        found,
        distributions=tuple(
            hidden(one, quantiles) if one.feature == "pay" else one
            for one in found.distributions
        ),
        pay_by_experience=tuple(hidden(r, quantiles) for r in found.pay_by_experience),
        pay_by_role=tuple(hidden(row, quantiles) for row in found.pay_by_role),
    )
    return with_(summary, segments=segments, description=description)


@pytest.fixture
def single(summary):
    """A run of one segment."""
    return with_(summary, segments=summary.segments[:1])


@pytest.fixture
def many(summary):
    """A run of twelve segments."""
    first = summary.segments[0]
    segments = tuple(with_(first, id=i, name=f"Number {i}") for i in range(1, 13))
    return with_(summary, segments=segments)
