"""Learners with an outcome that segments, sub-segments or rules decide, or nothing."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from learnstrata.config.loading import load_config
from learnstrata.learners.features.matrix import FeatureModel, fit_features

KINDS = ("number", "yes/no", "category")
PLANTED = ("segments", "rules", "as well", "sub-segments", "finer rules", "nothing")
CENTRES = np.array([[0, 0], [3, 1], [1, 4], [4, 4]])  # of four segments in two numbers
SHIFTED = 1.4  # sub-segments lie this much to either side


@dataclass(frozen=True)
class Planted:
    """Learners with segments and an outcome ``y``, and the model of their features."""

    learners: pl.DataFrame
    model: FeatureModel


def planted(decided: str, kind: str, *, n: int, seed: int) -> Planted:
    """Draw learners of four segments of two parts each, cut in two overlapping numbers.

    Parameters
    ----------
    decided : str
        One of `PLANTED`: what the outcome depends on.
    kind : str
        One of `KINDS`.
    n, seed : int
    """
    rng = np.random.default_rng(seed)
    segment, part = rng.integers(4, size=n), rng.integers(2, size=n)
    a, b = (CENTRES[segment] + rng.normal(0, 1.2, (n, 2))).T
    a = a + SHIFTED * (2 * part - 1)
    if decided == "as well":  # the segments are what rules would cut
        segment = 2 * (a > np.median(a)) + (b > np.median(b))
    signal = _signal(decided, segment, part, a, b)
    table = pl.DataFrame(
        {
            "record": range(n),
            "learner_id": [f"u{i}" for i in range(n)],
            "extra:a": a,
            "extra:b": b,
            "segment_id": segment + 1,
            "subsegment_id": [
                f"{s + 1}.{p + 1}" for s, p in zip(segment, part, strict=True)
            ],
            "y": _outcome(kind, signal, rng),
        }
    )
    config = load_config(columns={"numeric": ["a", "b"]})
    return Planted(table, fit_features(table, config, as_of=2021, salt=b"salt"))


def _signal(decided, segment, part, a, b):
    """Give what the outcome depends on, from 0 to 1."""
    if decided in {"segments", "as well"}:
        return np.array([0.1, 0.9, 0.8, 0.2])[segment]
    if decided == "sub-segments":
        return np.where((segment + part) % 2, 0.9, 0.1)
    if decided == "rules":
        return np.where((a > np.median(a)) ^ (b > np.median(b)), 0.9, 0.1)
    if decided == "finer rules":
        quarter = np.searchsorted(np.quantile(b, [0.25, 0.5, 0.75]), b)
        return np.where((quarter % 2) ^ (a > np.median(a)), 0.9, 0.1)
    return np.full(len(segment), 0.5)


def _outcome(kind, signal, rng):
    if kind == "number":
        return pl.Series(3 * signal + rng.normal(size=len(signal)))
    yes = rng.random(len(signal)) < signal
    if kind == "yes/no":
        return pl.Series(np.where(yes, "Done", "left"))
    rest = rng.choice(["basic", "free"], len(signal))
    return pl.Series(np.where(yes, "Pro", rest))
