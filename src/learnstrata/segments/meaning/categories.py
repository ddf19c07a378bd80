"""Whether one category alone says nearly all of the segments."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from learnstrata.learners.factors import factor_codes
from learnstrata.learners.features.register import DESCRIBED, FEATURES, Feature
from learnstrata.stats import stability

__all__ = ["SAME", "SameAs", "find_same"]

SAME = 0.8  # normalised mutual information from which segments are a category


@dataclass(frozen=True, slots=True)
class SameAs:
    """The category that tells most of the segments.

    Attributes
    ----------
    feature : str
    nmi : float
        Normalised mutual information with the segments, 0 to 1.
    """

    feature: str
    nmi: float


def find_same(
    learners: pl.DataFrame, register: Mapping[str, Feature] | None = None
) -> SameAs | None:
    """Find the category the segments are, where there is one.

    Parameters
    ----------
    learners : polars.DataFrame
        With ``segment_id``. Every category is asked, clustered on or not.
    register : mapping of str to Feature, default=None
        Of the run, with the user's own columns; ``None`` knows ours alone.

    Returns
    -------
    SameAs or None
        The category of the highest mutual information, where that is over 0.8.

    Examples
    --------
    >>> one = pl.DataFrame({"segment_id": [1, 1, 2, 2], "tier": ["a", "a", "b", "b"]})
    >>> find_same(one)
    SameAs(feature='tier', nmi=1.0)
    """
    known = {**FEATURES, **DESCRIBED, **(register or {})}
    labels = learners["segment_id"]
    if labels.n_unique() < 2:
        return None
    found = [
        SameAs(name, stability.agreement(codes, labels.to_numpy()).nmi)
        for name in learners.columns
        if name in known and known[name].kind == "category"
        for codes, _ in [factor_codes(learners[name])]
    ]
    best = max(found, key=lambda one: one.nmi, default=None)
    return best if best and best.nmi > SAME else None
