"""How sure a single learner's segment is: core, borderline or atypical."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import polars as pl

from learnstrata.config.stages import Evidence
from learnstrata.segments.model.parts import Centers, part_codes, part_names
from learnstrata.stats import kmeans
from learnstrata.stats.assignment import squares_to
from learnstrata.stats.constancy import coassignment
from learnstrata.stats.threads import workers

__all__ = ["EXPORTED", "STANDINGS", "Certainty", "fit_certainty", "standings"]

EXPORTED = (
    "second_segment_id",
    "margin",
    "confidence",
    "standing",
    "subsegment_id",
)
STANDINGS = ("core", "borderline", "atypical")
BLOCK_ROWS = 32_768
CORE, BORDERLINE, ATYPICAL = range(3)
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
    """Tell of each learner the two nearest segments, how sure the first is, the part.

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
        ``segment_id``, ``second_segment_id``, ``margin``, ``confidence``, ``standing``
        (`STANDINGS`) and ``subsegment_id``; null where there is no second segment, no
        refit or no finer cut.

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
    known = np.array(centers, dtype=np.float64)
    stand = partial(_stand, centers=known, certainty=certainty)
    blocks = range(0, max(len(X), 1), BLOCK_ROWS)
    with workers() as each:
        told = list(each(stand, (X[first : first + BLOCK_ROWS] for first in blocks)))
    labels, second, margin, place, parts = (
        np.concatenate(column) for column in zip(*told, strict=True)
    )
    nothing = pl.repeat(None, len(X), eager=True)
    confidence = nothing.cast(pl.Float32)
    if certainty.refits:
        shares = coassignment(X, np.array(certainty.refits), labels)
        place[(place == CORE) & (shares < certainty.min_confidence)] = BORDERLINE
        confidence = pl.Series(shares)
    names = part_names(certainty.parts).tolist()
    return pl.DataFrame(
        {
            "segment_id": labels.astype(np.int64) + 1,
            "second_segment_id": second.astype(np.int64) + 1
            if len(known) > 1
            else nothing.cast(pl.Int64),
            "margin": margin,
            "confidence": confidence,
            "standing": _of(STANDINGS, place),
            "subsegment_id": _of(names, parts) if names else nothing.cast(pl.String),
        }
    )


def _of(names: Sequence[str], codes: npt.NDArray[np.generic]) -> pl.Series:
    return pl.Series(names, dtype=pl.Enum(names)).gather(codes)


def _stand(
    X: npt.NDArray[np.float32],
    *,
    centers: npt.NDArray[np.float64],
    certainty: Certainty,
) -> tuple[npt.NDArray[np.generic], ...]:
    """Give labels, second labels, margins, standings and parts of a block of rows."""
    found = kmeans.assign(X, centers)
    beyond = np.where(np.isfinite(found.second_distance), found.second_distance, 0)
    margin = np.divide(
        beyond - found.distance, beyond, out=np.zeros(len(X)), where=beyond > 0
    )
    margin[found.second_labels < 0] = 1.0
    place = np.where(margin < certainty.min_margin, BORDERLINE, CORE)
    reach = np.array(certainty.reach or [np.inf] * len(centers))
    place[found.distance > reach[found.labels]] = ATYPICAL
    parts = found.labels
    if certainty.parts:
        parts = part_codes(X, parts.astype(np.intp), certainty.parts)
    labels, second = found.labels, found.second_labels
    return labels, second, margin.astype(np.float32), place, parts
