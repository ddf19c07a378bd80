"""Sizes in bands: how many learners a company has, and no nearer."""

from bisect import bisect_right

__all__ = ["SIZES", "size_band"]

FROM = (10, 50, 200, 1_000, 5_000)
SIZES = (
    "under 10",
    "10 to 49",
    "50 to 199",
    "200 to 999",
    "1,000 to 4,999",
    "5,000 and more",
)


def size_band(learners: int) -> str:
    """Give the band of a number of learners.

    Examples
    --------
    >>> size_band(9), size_band(10), size_band(730)
    ('under 10', '10 to 49', '200 to 999')
    """
    return SIZES[bisect_right(FROM, learners)]
