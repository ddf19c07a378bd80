"""How sure a single learner's segment is: core, borderline or atypical."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from learnstrata.config.stages import Evidence
from learnstrata.segments.model.parts import Centers, assign_subsegments
from learnstrata.stats import kmeans, stability
from learnstrata.stats.assignment import squares_to

__all__ = ["EXPORTED", "STANDINGS", "Certainty", "fit_certainty", "standings"]

EXPORTED = (
    "second_segment_id",
    "margin",
    "confidence",
    "standing",
    "subsegment_id",
)
STANDINGS = ("core", "borderline", "atypical")
FENCE = 1.5  # quartile distances beyond the upper quartile, as in a box plot


@dataclass(frozen=True, slots=True)
class Certainty:
    """What a model keeps to say how sure a learner's segment is.

    Attributes
    ----------
    refits : tuple of tuple of centres
        Centres of cuts of halves, each matched to the segments; empty where there was
        none, and no confidence is given then.
    reach : tuple of float
        Distance from the centre of each segment beyond which a learner is atypical.
    parts : tuple of tuple of centres
        Centres of the sub-segments of each segment; empty where it is not cut.
    min_margin, min_confidence : float
        Under either, a learner is on the border of two segments.
    """

    refits: tuple[Centers, ...] = ()
    reach: tuple[float, ...] = ()
    parts: tuple[Centers, ...] = ()
    min_margin: float = 0.10
    min_confidence: float = 0.90


def fit_certainty(
    X: npt.NDArray[np.float32],
    fit: kmeans.KMeansFit,
    evidence: Evidence,
    *,
    refits: npt.NDArray[np.float64] | None = None,
    parts: Sequence[Centers] = (),
) -> Certainty:
    """Learn how far the learners of each segment reach.

    Parameters
    ----------
    X : array of shape (n_learners, n_columns)
    fit : KMeansFit
        Of all rows of `X`.
    evidence : Evidence
    refits : array of shape (n_refits, n_segments, n_columns), default=None
        Matched centres, of `learnstrata.stats.replication.Halves`.
    parts : sequence of centres, default=()
        Of `finer.Subsegments`.

    Returns
    -------
    Certainty

    Notes
    -----
    The reach is the upper fence of a box plot, ``Q3 + 1.5 (Q3 - Q1)`` of the distances
    within the segment.
    """
    own = np.sqrt(squares_to(X, fit.centers, fit.labels))
    fences = []
    for j in range(len(fit.centers)):
        lower, upper = np.quantile(own[fit.labels == j], [0.25, 0.75])
        fences.append(float(upper + FENCE * (upper - lower)))
    told = [] if refits is None else list(refits)
    return Certainty(
        refits=tuple(_as_centers(centers) for centers in told),
        reach=tuple(fences),
        parts=tuple(parts),
        min_margin=evidence.min_margin,
        min_confidence=evidence.min_confidence,
    )


def _as_centers(centers: npt.NDArray[np.float64]) -> Centers:
    return tuple(tuple(float(value) for value in center) for center in centers)


def standings(
    X: npt.NDArray[np.float32], centers: npt.ArrayLike, certainty: Certainty
) -> pl.DataFrame:
    """Tell of each learner the second segment, how sure the first is, and the part.

    The margin is ``(d2 - d1) / d2`` of the distances to the two nearest centres, 0 on
    the border to 1 at the centre. The confidence is the share of cuts of halves that
    put the learner in the same segment.

    Parameters
    ----------
    X : array of shape (n_learners, n_columns)
    centers : array-like of shape (n_segments, n_columns)
    certainty : Certainty

    Returns
    -------
    polars.DataFrame
        ``second_segment_id``, ``margin``, ``confidence``, ``standing`` (`STANDINGS`)
        and ``subsegment_id``; null where there is no second segment, no refit or no
        finer cut.

    Notes
    -----
    Atypical goes before borderline: a learner far from every centre is first of all
    unlike the others.

    Examples
    --------
    >>> X = np.array([[0.0], [4.0], [30.0]], dtype=np.float32)
    >>> known = Certainty(reach=(5.0, 5.0))
    >>> standings(X, [[0.0], [10.0]], known)["standing"].to_list()
    ['core', 'core', 'atypical']
    """
    found = kmeans.assign(X, centers)
    beyond = np.where(np.isfinite(found.second_distance), found.second_distance, 0)
    margin = np.divide(
        beyond - found.distance, beyond, out=np.zeros(len(X)), where=beyond > 0
    )
    lone = found.second_labels < 0
    margin[lone] = 1.0
    confidence = _confidence(X, found.labels, certainty)
    reach = np.array(certainty.reach or [np.inf] * len(np.atleast_2d(centers)))
    unsure = margin < certainty.min_margin
    if confidence is not None:
        unsure |= confidence < certainty.min_confidence
    code = np.where(found.distance > reach[found.labels], 2, unsure.astype(int))
    second = pl.Series(found.second_labels.astype(np.int64) + 1)
    return pl.DataFrame(
        {
            "second_segment_id": second.replace(0, None),
            "margin": margin.astype(np.float32),
            "confidence": pl.Series(confidence, dtype=pl.Float32)
            if confidence is not None
            else pl.repeat(None, len(X), dtype=pl.Float32, eager=True),
            "standing": pl.Series(STANDINGS).gather(code),
            "subsegment_id": _parts(X, found.labels, certainty),
        }
    )


def _confidence(
    X: npt.NDArray[np.float32], labels: npt.NDArray[np.int32], certainty: Certainty
) -> npt.NDArray[np.float32] | None:
    if not certainty.refits or not len(X):
        return None
    return stability.coassignment(X, np.array(certainty.refits), labels)


def _parts(
    X: npt.NDArray[np.float32], labels: npt.NDArray[np.int32], certainty: Certainty
) -> pl.Series:
    if not certainty.parts:
        return pl.repeat(None, len(X), dtype=pl.String, eager=True)
    return assign_subsegments(X, labels, certainty.parts)
