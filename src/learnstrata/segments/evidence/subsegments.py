"""Finer groups that say how far they hold: sub-segments, and segments by role."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from learnstrata.config.stages import Finer
from learnstrata.exceptions import ParameterError
from learnstrata.segments.model.parts import (
    Centers,
    Strings,
    part_codes,
    part_ids,
    part_names,
    segment_codes,
)
from learnstrata.stats import kmeans, stability, validity
from learnstrata.stats.inputs import Floats, Integers, distinct_rows, positive
from learnstrata.stats.refits import matched
from learnstrata.stats.sampling import sample_rows
from learnstrata.stats.threads import workers
from learnstrata.wording.statistics import as_told

__all__ = [
    "Cut",
    "RoleCell",
    "SegmentDossier",
    "Subsegment",
    "Subsegments",
    "role_cells",
    "split_segments",
]


STARTS = 4  # a segment is easier than the table, and the sweep helps every k
RESAMPLE_ROWS = 3_000  # a stricter question than all rows, and half the time


@dataclass(frozen=True, slots=True)
class Cut:
    """One k of the dossier of a segment.

    Attributes
    ----------
    k : int
        Parts.
    silhouette : float
        Mean Euclidean silhouette within the segment, -1..1.
    smallest_share : float
        Of the segment's sample, 0..1.
    lowest_jaccard : float
        Bootstrap Jaccard of the least stable part, refitted from fresh starts, 0..1.
    objections : tuple of str
        Why the rule does not admit this k; empty where it does.
    """

    k: int
    silhouette: float
    smallest_share: float
    lowest_jaccard: float
    objections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SegmentDossier:
    """What is known of every k inside one segment, and the choice.

    Attributes
    ----------
    segment_id : int
        1, 2, ...
    table : tuple of Cut
        In rising order of k; empty where the segment was not examined.
    k : int
        Parts; 1 where the segment is not cut.
    reason : str
        One sentence, made from the numbers.
    """

    segment_id: int
    table: tuple[Cut, ...]
    k: int
    reason: str

    def rows(self) -> list[dict[str, Any]]:
        """Give the dossier as rows, one a k."""
        return [{"segment_id": self.segment_id} | asdict(cut) for cut in self.table]


@dataclass(frozen=True, slots=True)
class Subsegment:
    """A part of a segment, or a whole one that is not cut.

    Attributes
    ----------
    segment_id : int
    subsegment_id : str
        ``"2.1"`` is the largest part of segment 2; ``"2"`` is segment 2, not cut.
    count : int
    share_of_segment, share : float
        Of the segment, and of all, 0..1.
    jaccard : float or None
        Bootstrap Jaccard of the part in the sample of its segment; None where the
        segment is not cut.
    """

    segment_id: int
    subsegment_id: str
    count: int
    share_of_segment: float
    share: float
    jaccard: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Subsegments:
    """The parts of all segments.

    Attributes
    ----------
    dossiers : tuple of SegmentDossier
        One a segment.
    parts : tuple of Subsegment
        By segment, the largest part first.
    centers : tuple of tuple of tuple of float
        The centres of the parts of each segment; empty where it is not cut.
    ids : polars.Series of str, length n_learners
        The `subsegment_id` of every learner.
    """

    dossiers: tuple[SegmentDossier, ...]
    parts: tuple[Subsegment, ...]
    centers: tuple[Centers, ...]
    ids: pl.Series

    def frame(self) -> pl.DataFrame:
        """Give the parts as a frame."""
        return pl.DataFrame([asdict(part) for part in self.parts])

    def over(self, X: npt.NDArray[np.floating], labels: npt.ArrayLike) -> "Subsegments":
        """Give the ids and the sizes of the parts of these learners.

        Parameters
        ----------
        X : array of shape (n_learners, n_columns)
        labels : array-like of int, shape (n_learners,)
            Segment of each learner, from 0.
        """
        codes = segment_codes(labels, len(X))
        owners = [(part.segment_id, part.jaccard) for part in self.parts]
        parts, ids = _counted(X, codes, self.centers, owners)
        return replace(self, parts=parts, ids=ids)


@dataclass(frozen=True, slots=True)
class RoleCell:
    """The learners of one role family in one segment.

    Attributes
    ----------
    segment_id : int
    role_family : str
    count : int
    share_of_segment, share_of_family : float
        0..1.
    jaccard : float or None
        How far refits put the same learners of the family in the segment, 0..1; None
        where there was no refit, or none of them among the learners refitted.
    """

    segment_id: int
    role_family: str
    count: int
    share_of_segment: float
    share_of_family: float
    jaccard: float | None


def split_segments(
    X: npt.NDArray[np.floating],
    labels: npt.ArrayLike,
    *,
    settings: Finer,
    rng: np.random.Generator | int,
) -> Subsegments:
    """Look for parts inside every segment, and cut only where the rule admits it.

    In a sample of each segment k-means is fitted for every k, and a k is admitted when
    its smallest part is large enough and its least stable part is found again by
    bootstrap refits from fresh starts. Of the admitted, the k of highest silhouette
    wins; its centres are polished on all learners of the segment.

    Parameters
    ----------
    X : array of shape (n_learners, n_columns)
        The matrix the segments were fitted on.
    labels : array-like of int, shape (n_learners,)
        Segment of each learner, 0 to k - 1, none of them empty.
    settings : Finer
    rng : Generator or int

    Returns
    -------
    Subsegments

    Raises
    ------
    DegenerateError
        If `X` is not finite.
    ParameterError
        If there is not one label for each row, or a segment has no learner.

    Notes
    -----
    The rule is judged on the sample, the sizes of the parts are those of all learners.
    Stability is not separation: under the default rule one Gaussian of 3,000 rows is
    cut for 3 of 20 seeds in 5 features, 19 of 20 in 2, and 20 of 20 where one of 5
    features is 1.5 times as wide. Read the silhouette against structureless data.

    References
    ----------
    .. [1] C. Hennig (2007). "Cluster-wise assessment of cluster stability".
       Computational Statistics & Data Analysis 52(1): 258-271.
    .. [2] S. Dolnicar, F. Leisch (2017). "Using segment level stability to select
       target segments in data-driven market segmentation studies". Marketing Letters
       28(3): 423-436.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal([[0.0], [9.0], [30.0]], size=(3, 300)).reshape(-1, 1)
    >>> labels = np.repeat([0, 0, 1], 300)
    >>> found = split_segments(X, labels, settings=Finer(k_max=2, resamples=5), rng=0)
    >>> [(part.subsegment_id, part.count) for part in found.parts][:2]
    [('1.1', 300), ('1.2', 300)]
    """
    codes = segment_codes(labels, len(X))
    members = _members(codes)
    segments = range(1, len(members) + 1)
    rngs = np.random.default_rng(rng).spawn(len(members))

    def draft(rows: Integers, segment_id: int, rng: np.random.Generator) -> _Draft:
        return _draft(X[rows], segment_id, settings, rng)

    with workers() as each:
        drafts = list(each(draft, members, segments, rngs))
        # refits are many small steps, which only wait for each other in threads
        splits = [
            _split(X[rows], found, settings)
            for rows, found in zip(members, drafts, strict=True)
        ]
    centers = tuple(s.centers for s in splits)
    owners = [(s.dossier.segment_id, j) for s in splits for j in s.jaccard]
    parts, ids = _counted(X, codes, centers, owners)
    return Subsegments(
        dossiers=tuple(s.dossier for s in splits),
        parts=parts,
        centers=centers,
        ids=ids,
    )


def role_cells(
    labels: npt.ArrayLike,
    role_family: Sequence[str | None] | npt.NDArray[Any] | pl.Series,
    refit_labels: npt.ArrayLike,
    *,
    rows: Integers | None = None,
    min_count: int = 10,
    no_role: str | None = None,
) -> tuple[RoleCell, ...]:
    """Count learners by segment and role family, and say how far each cell holds.

    The stability of a cell is the mean over refits of ``|A & B| / |A | B|``: A are the
    learners of the family in the segment by the fit, B those by the refit. From 0 to 1;
    more is better.

    Parameters
    ----------
    labels : array-like of int, shape (n_learners,)
        Segment of each learner, from 0.
    role_family : array-like of str or None, shape (n_learners,)
    refit_labels : array-like of int, shape (n_refits, n_rows)
        Segment by each refit, matched to the segments of the fit.
    rows : array of int, default=None
        The learners that the refits label; ``None`` is all.
    min_count : int, default=10
        Smaller cells are left out.
    no_role : str, default=None
        Family of learners without one; ``None`` leaves them out of all cells.

    Returns
    -------
    tuple of RoleCell
        By segment, the largest cell first. Shares are of all learners of the segment,
        with or without a role, and of all learners of the family.

    Raises
    ------
    ParameterError
        If the arrays are not of the same learners, or `min_count` is under 1.

    Notes
    -----
    The fit is judged, not the role: a learner's family is the same in every refit. A
    small family near the border of two segments is less stable than either segment.
    Of a family with one cell left out, the sizes of the others give it away.

    Examples
    --------
    >>> labels = np.repeat([0, 1], 20)
    >>> roles = ["Data"] * 30 + [None] * 10
    >>> refits = [labels, np.repeat([0, 1], [25, 15])]
    >>> [(c.segment_id, c.count, c.jaccard) for c in role_cells(labels, roles, refits)]
    [(1, 20, 0.9), (2, 10, 0.75)]
    """
    codes = segment_codes(labels, np.size(labels))
    judged = np.arange(len(codes)) if rows is None else rows
    refits = _refit_codes(refit_labels, len(judged))
    families, names = _family_codes(role_family, len(codes), no_role)
    width = int(max(codes.max(initial=-1), refits.max(initial=-1))) + 1
    shape = (len(names), width)
    known = families >= 0
    cell = families[known] * width + codes[known]
    count = np.bincount(cell, minlength=np.prod(shape, dtype=int)).reshape(shape)
    known = known[judged]
    cell = families[judged[known]] * width + codes[judged[known]]
    jaccard = _cell_jaccard(cell, refits[:, known], shape)
    seen = np.bincount(cell, minlength=np.prod(shape, dtype=int)).reshape(shape) > 0
    large = count >= positive("min_count", min_count)
    order = [
        (segment, -count[family, segment], names[family], family)
        for family, segment in np.argwhere(large).tolist()
    ]
    of_segment, of_family = np.bincount(codes, minlength=width), count.sum(axis=1)
    return tuple(
        RoleCell(
            segment_id=segment + 1,
            role_family=name,
            count=int(-minus),
            share_of_segment=float(-minus / of_segment[segment]),
            share_of_family=float(-minus / of_family[family]),
            jaccard=float(jaccard[family, segment])
            if jaccard is not None and seen[family, segment]
            else None,
        )
        for segment, minus, name, family in sorted(order)
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Split:
    """What was found in one segment: `jaccard` goes with `centers`."""

    dossier: SegmentDossier
    centers: Centers = ()
    jaccard: tuple[float | None, ...] = (None,)


@dataclass(frozen=True, slots=True, eq=False)
class _Draft:
    """The fits of a sample of one segment, or the hindrance to have any."""

    segment_id: int
    rows: Integers
    sample: npt.NDArray[np.floating]
    hindrance: str
    fits: dict[int, kmeans.KMeansFit]
    silhouettes: list[float]
    rngs: list[np.random.Generator]


def _draft(
    X: npt.NDArray[np.floating],
    segment_id: int,
    settings: Finer,
    rng: np.random.Generator,
) -> _Draft:
    drawn, swept, resampled = rng.spawn(3)
    rows = sample_rows(len(X), settings.sample, rng=drawn)
    sample = X[rows]
    k_values, hindrance = _possible_k(sample, len(X), settings)
    if hindrance:
        return _Draft(segment_id, rows, sample, hindrance, {}, [], [])
    fits = kmeans.sweep(sample, k_values, n_starts=STARTS, rng=swept)
    scores = validity.silhouette(sample, [fits[k].labels for k in k_values])
    silhouettes = [score.mean for score in scores]
    rngs = resampled.spawn(len(k_values))
    return _Draft(segment_id, rows, sample, "", fits, silhouettes, rngs)


def _split(X: npt.NDArray[np.floating], draft: _Draft, settings: Finer) -> _Split:
    number = draft.segment_id
    if draft.hindrance:
        reason = f"Segment {number} is not cut: {draft.hindrance}."
        return _Split(SegmentDossier(number, (), 1, reason))
    table, jaccards = _dossier(draft, settings)
    best = min(table, key=_rank)
    reason = _reason(number, best, table)
    if best.objections:
        return _Split(SegmentDossier(number, table, 1, reason))
    sampled = draft.fits[best.k]
    whole = kmeans.polish(X, sampled.centers)
    order = _matched(sampled.labels, whole.labels[draft.rows], best.k)
    return _Split(
        SegmentDossier(number, table, best.k, reason),
        tuple(tuple(center) for center in whole.centers.tolist()),
        tuple(jaccards[best.k][order].tolist()),
    )


def _possible_k(
    sample: npt.NDArray[np.floating], n_rows: int, settings: Finer
) -> tuple[range, str]:
    """Give the k that can be tried, or say why there are none."""
    if settings.k_max < 2:
        asked = f"the configuration asks for no parts (k_max = {settings.k_max})"
        return range(0), asked
    n_distinct = distinct_rows(sample)
    least = max(settings.min_learners, 3)
    if n_distinct < least:
        where = f" in a sample of {len(sample):,}" if len(sample) < n_rows else ""
        return range(0), f"under {least:,} distinct learners{where}"
    return range(2, min(settings.k_max, n_distinct - 1) + 1), ""


def _dossier(
    draft: _Draft, settings: Finer
) -> tuple[tuple[Cut, ...], dict[int, Floats]]:
    cuts, jaccards = [], {}
    judged = zip(draft.fits.items(), draft.silhouettes, draft.rngs, strict=True)
    for (k, fit), silhouette, rng in judged:
        found = stability.bootstrap_jaccard(
            draft.sample,
            fit,
            n_resamples=settings.resamples,
            n_rows=min(len(draft.sample), RESAMPLE_ROWS),
            start="fresh",
            rng=rng,
        )
        share = float(np.bincount(fit.labels, minlength=k).min() / len(fit.labels))
        objections = _objections(share, found.lowest, settings)
        cuts.append(Cut(k, silhouette, share, found.lowest, objections))
        jaccards[k] = found.per_cluster
    return tuple(cuts), jaccards


def _objections(share: float, jaccard: float, settings: Finer) -> tuple[str, ...]:
    objections = []
    if share < settings.min_share:
        objections.append(f"smallest part under {100 * settings.min_share:.6g}%")
    if (as_told(jaccard) or 0.0) < settings.min_jaccard:
        objections.append(f"least stable part under {settings.min_jaccard:.6g}")
    return tuple(objections)


def _rank(cut: Cut) -> tuple[int, float, int]:
    """Order by: fewest objections, highest silhouette, smallest k."""
    return len(cut.objections), -cut.silhouette, cut.k


def _reason(segment_id: int, best: Cut, table: Sequence[Cut]) -> str:
    first, last = table[0].k, table[-1].k
    tried = f"of k = {first} to {last}" if first < last else f"of k = {first} alone"
    if best.objections:
        return (
            f"Segment {segment_id} is not cut: {tried}, none is admitted, and against "
            f"k = {best.k}, the nearest, stands: {'; '.join(best.objections)}."
        )
    admitted = sum(not cut.objections for cut in table)
    which = f"{admitted} are" if admitted > 1 else "1 is"
    top = "the highest" if admitted > 1 else "a"
    return (
        f"Segment {segment_id} is cut in {best.k}: {tried}, {which} admitted, and k = "
        f"{best.k} has {top} silhouette of {as_told(best.silhouette)}, with a least "
        f"stable part of Jaccard {as_told(best.lowest_jaccard)}."
    )


def _matched(before: Integers, after: Integers, k: int) -> Integers:
    """Give for each later cluster the earlier one it came from: polishing reorders."""
    shared = np.bincount(after * k + before, minlength=k * k).reshape(k, k)
    return matched(shared)


def _counted(
    X: npt.NDArray[np.floating],
    codes: Integers,
    centers: Sequence[Centers],
    owners: Sequence[tuple[int, float | None]],
) -> tuple[tuple[Subsegment, ...], pl.Series]:
    """Count the learners of each part, and give their ids.

    All ids are those that a model read back from its file would give.
    """
    parts, names = part_codes(X, codes, centers), part_names(centers)
    counts = np.bincount(parts, minlength=len(names))
    return _parts(counts, names, owners), part_ids(parts, names)


def _parts(
    counts: Integers, names: Strings, owners: Sequence[tuple[int, float | None]]
) -> tuple[Subsegment, ...]:
    totals = np.bincount([segment for segment, _ in owners], counts)
    return tuple(
        Subsegment(
            segment_id=segment,
            subsegment_id=str(name),
            count=int(count),
            share_of_segment=float(count / totals[segment]),
            share=float(count / totals.sum()),
            jaccard=jaccard,
        )
        for (segment, jaccard), name, count in zip(owners, names, counts, strict=True)
    )


def _members(codes: Integers) -> list[npt.NDArray[np.intp]]:
    counts = np.bincount(codes)
    if not counts.all() or not len(counts):
        empty = (np.flatnonzero(counts == 0) + 1).tolist() or [1]
        raise ParameterError(
            f"Got no learner in segments {empty}, expected one or more in each. Number "
            "the segments without a gap."
        )
    return np.split(np.argsort(codes, kind="stable"), np.cumsum(counts)[:-1])


def _refit_codes(refit_labels: npt.ArrayLike, n_rows: int) -> Integers:
    refits = np.asarray(refit_labels)
    if refits.ndim != 2 or refits.shape[1] != n_rows or refits.min(initial=0) < 0:
        raise ParameterError(
            f"Got refit_labels of shape {refits.shape}, expected (n_refits, {n_rows}) "
            "of 0 or more. Label all learners in every refit."
        )
    return refits.astype(np.intp, copy=False)


def _family_codes(
    role_family: Sequence[str | None] | npt.NDArray[Any] | pl.Series,
    n_rows: int,
    no_role: str | None,
) -> tuple[Integers, list[str]]:
    """Give each row the number of its family, -1 without one, and all the names."""
    families = pl.Series("role_family", role_family, dtype=pl.String)
    if len(families) != n_rows:
        raise ParameterError(
            f"Got {len(families)} role families, expected {n_rows}: one for each "
            "label, None where there is no role."
        )
    if no_role is not None:
        families = families.fill_null(no_role)
    names = families.drop_nulls().unique().sort().to_list()
    codes = families.cast(pl.Enum(names)).to_physical().cast(pl.Int64).fill_null(-1)
    return codes.to_numpy(), names


def _cell_jaccard(
    cell: Integers, refits: Integers, shape: tuple[int, int]
) -> Floats | None:
    """Average over the refits; `cell` is ``family * n_segments + segment``."""
    if not len(refits):
        return None
    n_families, width = shape
    total = np.zeros(shape)
    for refit in refits:
        flat = np.bincount(cell * width + refit, minlength=n_families * width**2)
        pairs = flat.reshape(n_families, width, width)
        shared = np.diagonal(pairs, axis1=1, axis2=2)
        union = pairs.sum(axis=2) + pairs.sum(axis=1) - shared
        total += shared / np.maximum(union, 1)
    return total / len(refits)
