"""Whether one category alone says nearly all of the segments."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from learnstrata.learners.factors import factor_codes
from learnstrata.learners.features.register import DESCRIBED, FEATURES, Feature
from learnstrata.stats import stability
from learnstrata.stats.ordered import dense

__all__ = ["SAME", "SameAs", "find_same"]

Codes = npt.NDArray[np.int64]
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
    labels = dense(learners["segment_id"].to_numpy())
    if not labels.any():
        return None
    found = [
        SameAs(name, stability.agreement_of(_crosstab(codes, labels)).nmi)
        for name in learners.columns
        if name in known and known[name].kind == "category"
        for codes in [dense(factor_codes(learners[name])[0] + 1)]
    ]
    best = max(found, key=lambda one: one.nmi, default=None)
    return best if best and best.nmi > SAME else None


def _crosstab(a: Codes, b: Codes) -> Codes:
    """Count the rows of each pair of codes, which have no gaps."""
    n_a, n_b = int(a.max()) + 1, int(b.max()) + 1
    return np.bincount(a * n_b + b, minlength=n_a * n_b).reshape(n_a, n_b)
