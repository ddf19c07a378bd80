"""Why this learner: what pulls a learner to their segment rather than to the next.

The difference of two squared distances is a sum over the columns of the matrix, so the
share of each feature in it is exact; nothing is sampled, fitted or approximated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from learnstrata.exceptions import DegenerateError, ParameterError
from learnstrata.learners.features.matrix import FeatureModel, to_matrix
from learnstrata.learners.features.register import Feature, feature_of
from learnstrata.segments.model.model import SegmentModel
from learnstrata.wording.fragments import paragraph, small_table
from learnstrata.wording.words import listed

__all__ = [
    "Contributions",
    "Explanation",
    "MeanPull",
    "Pull",
    "contributions",
    "explain_learner",
    "explain_unit",
    "features_of",
    "mean_pulls",
    "summed_contributions",
]

MOSTLY = 0.80  # of the pulls of a number: a side that has less is not told
BLOCK = 4_096  # learners at a time: their terms stay in the cache
HARDLY = 0.05  # of all pulls: a smaller one is not told in the sentence


@dataclass(frozen=True, slots=True)
class Contributions:
    """What each group of columns adds to the margin of each learner.

    Attributes
    ----------
    values : array of shape (n_learners, n_groups), float64
        Positive pulls to the own segment, negative to the next.
    groups : tuple of str
        Of the columns of `values`.
    next : array of shape (n_learners,), int
        The nearest segment but the own, counted from 0.
    """

    values: npt.NDArray[np.float64]
    groups: tuple[str, ...]
    next: npt.NDArray[np.int64]

    @property
    def margin(self) -> npt.NDArray[np.float64]:
        """Squared distance to the next segment less that to the own."""
        return self.values.sum(axis=1)


@dataclass(frozen=True, slots=True)
class MeanPull:
    """One feature of one segment.

    Attributes
    ----------
    feature : str
    mean : float
        Mean absolute contribution to the margin of its learners, 0 or more.
    share : float
        Of those of all features, 0..1.
    side : {"more", "less", "between", ""}
        Of a number, whether the segment has more of it than the next ones; "between"
        where it has more than some and less than others, empty of a category.
    value : str
        Of a category, the value that it has more often than the next ones.
    """

    feature: str
    mean: float
    share: float
    side: Literal["more", "less", "between", ""] = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Pull:
    """One feature of one learner.

    Attributes
    ----------
    feature, told : str
        Name, and the learner's value in words.
    contribution : float
        To the margin: positive pulls to the own segment, negative to the next.
    share : float
        ``|contribution|`` in the sum of those of all features, 0..1.
    """

    feature: str
    told: str
    contribution: float
    share: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a learner is in their segment.

    Attributes
    ----------
    segment, next_segment : int
        Ids; the next is the nearest but the own.
    margin : float
        Squared distance to the next less that to the own; the sum of the pulls.
    pulls : tuple of Pull
        Strongest first.
    sentence : str
    """

    segment: int
    next_segment: int
    margin: float
    pulls: tuple[Pull, ...]
    sentence: str

    def _repr_html_(self) -> str:
        ends = {True: f"segment {self.segment}", False: f"segment {self.next_segment}"}
        rows = [
            (
                pull.told,
                f"{pull.contribution:+.3f}",
                f"{pull.share:.1%}",
                ends[pull.contribution > 0] if pull.contribution else "neither",
            )
            for pull in self.pulls
        ]
        rows.append(("Together: how much nearer", f"{self.margin:+.3f}", "", ""))
        headings = ("Because of", "Pull", "Share", "Towards")
        return paragraph(self.sentence, strong=True) + small_table(headings, rows)


def contributions(
    X: npt.NDArray[np.floating],
    centers: npt.ArrayLike,
    labels: npt.NDArray[np.integer],
    *,
    groups: Sequence[str],
) -> Contributions:
    r"""Split the margin of each learner over groups of columns, exactly.

    .. math:: d^2(x, c_{next}) - d^2(x, c_{own}) =
              \sum_j (x_j - c_{next,j})^2 - (x_j - c_{own,j})^2

    The term of column j is computed as
    ``(c_own - c_next) * (2 x - c_own - c_next)``, the same without cancellation.
    Any real number; the sum of a learner is 0 or more where `labels` are the nearest.

    Parameters
    ----------
    X : array of shape (n_learners, n_columns)
        As it was clustered (`learnstrata.learners.features.matrix.Matrix`).
    centers : array of shape (n_segments, n_columns)
    labels : array of shape (n_learners,)
        The own segment of each, counted from 0.
    groups : sequence of str
        Of each column: `features_of` to split by feature (the columns of a category
        count as one), ``Matrix.groups`` to split by idea.

    Returns
    -------
    Contributions
        Groups in the order of their first column.

    Raises
    ------
    DegenerateError
        If there is one segment only.
    ParameterError
        If a shape does not go with another.

    Notes
    -----
    Weights and scales of the recipe are part of the answer: a feature of weight 0.5
    pulls a quarter of what it would with weight 1. Features that move together share
    the pull as the recipe scaled them, not as they cause anything.

    References
    ----------
    Moshkovitz, Dasgupta, Rashtchian, Frost (2020), "Explainable k-Means and k-Medians
    Clustering", ICML.

    Examples
    --------
    >>> X = np.array([[0.0, 1.0], [4.0, 0.0]])
    >>> found = contributions(
    ...     X, [[0, 0], [4, 0]], np.array([0, 1]), groups=["pay", "years"]
    ... )
    >>> found.values.tolist(), found.margin.tolist()
    ([[16.0, 0.0], [16.0, 0.0]], [16.0, 16.0])
    """
    rows, center = np.asarray(X, dtype=np.float64), np.asarray(centers, np.float64)
    _refuse_misfits(rows, center, labels, groups)
    following = _next_nearest(rows, center, labels)
    own, other = center[labels], center[following]
    terms = (own - other) * (2 * rows - own - other)
    named = tuple(dict.fromkeys(groups))
    member = np.array([[g == name for name in named] for g in groups], dtype=np.float64)
    return Contributions(terms @ member, named, following)


def _refuse_misfits(
    X: npt.NDArray[np.float64],
    centers: npt.NDArray[np.float64],
    labels: npt.NDArray[np.integer],
    groups: Sequence[str],
) -> None:
    if len(centers) < 2:
        raise DegenerateError(
            f"Got {len(centers)} segment, expected two or more: with one there is no "
            "next segment to be nearer to. Choose k of 2 or more."
        )
    widths = X.shape[-1], centers.shape[-1], len(groups)
    if len(set(widths)) > 1 or len(labels) != len(X):
        raise ParameterError(
            f"Got X of shape {X.shape}, centers of shape {centers.shape}, "
            f"{len(labels)} labels and {len(groups)} groups, expected one column "
            "width and a label a row. Give the matrix the centers were fitted on."
        )
    if len(labels) and not 0 <= labels.min() <= labels.max() < len(centers):
        raise ParameterError(
            f"Got labels from {labels.min()} to {labels.max()}, expected 0 to "
            f"{len(centers) - 1}. Subtract 1 from segment ids."
        )


def _next_nearest(
    X: npt.NDArray[np.float64],
    centers: npt.NDArray[np.float64],
    labels: npt.NDArray[np.integer],
) -> npt.NDArray[np.int64]:
    middle = centers.mean(axis=0)
    targets = centers - middle
    norms = np.einsum("ij,ij->i", targets, targets)
    squared = norms - 2 * (X - middle) @ targets.T  # less the same for every centre
    squared[np.arange(len(X)), labels] = np.inf
    return squared.argmin(axis=1)


def features_of(model: FeatureModel) -> tuple[str, ...]:
    """Name the feature of each column of the matrix, in its order.

    Examples
    --------
    >>> from learnstrata.config.loading import load_config
    >>> from learnstrata.learners.features.matrix import fit_features
    >>> learners = pl.DataFrame({
    ...     "record": [0, 1, 2],
    ...     "learner_id": ["a", "b", "c"],
    ...     "pay": [4e5, 9e5, 2e6],
    ...     "years_of_experience": [1.0, 4.0, 9.0],
    ... })
    >>> features_of(fit_features(learners, load_config(), as_of=2021, salt=b"salt"))
    ('log_pay', 'log_experience')
    """
    return tuple(
        column
        for column in model.columns
        for _ in range(len(model.categories.get(column, (column,))))
    )


def summed_contributions(
    X: npt.NDArray[np.floating],
    centers: npt.NDArray[np.float64],
    labels: npt.NDArray[np.integer],
    *,
    groups: Sequence[str],
) -> npt.NDArray[np.float64]:
    """Add up the absolute contributions of each segment against each next one.

    Parameters
    ----------
    X : array of shape (n_learners, n_columns)
    centers : array of shape (n_segments, n_columns)
    labels : array of shape (n_learners,)
        Counted from 0.
    groups : sequence of str
        As of `contributions`.

    Returns
    -------
    array of shape (n_segments, n_segments, n_groups + 1)
        By own segment and next one, in squared units of the matrix; the last column
        counts the learners.

    Raises
    ------
    DegenerateError
        If a segment has no learner.

    Examples
    --------
    >>> X, centers = np.array([[0.0], [3.0], [4.0]]), np.array([[0.0], [4.0]])
    >>> found = summed_contributions(X, centers, np.array([0, 1, 1]), groups=["pay"])
    >>> found[1, 0].tolist()
    [24.0, 2.0]
    """
    k, named = len(centers), tuple(dict.fromkeys(groups))
    sums = np.zeros((k * k, len(named) + 1))
    for first in range(0, len(X), BLOCK):
        block = slice(first, first + BLOCK)
        found = contributions(X[block], centers, labels[block], groups=groups)
        pair = labels[block] * k + found.next
        told = np.column_stack([np.abs(found.values), np.ones(len(pair))])
        for j, column in enumerate(told.T):
            sums[:, j] += np.bincount(pair, column, minlength=k * k)
    by_pair = sums.reshape(k, k, -1)
    if not (counts := by_pair[:, :, -1].sum(axis=1)).all():
        empty = (np.flatnonzero(counts == 0) + 1).tolist()
        raise DegenerateError(
            f"Got no learner in the segments {empty}, "
            "expected one or more in each. Leave out segments without learners."
        )
    return by_pair


def mean_pulls(
    X: npt.NDArray[np.floating], labels: npt.NDArray[np.integer], model: SegmentModel
) -> tuple[tuple[MeanPull, ...], ...]:
    """Rank the features by what they decide, segment by segment.

    Parameters
    ----------
    X : array of shape (n_learners, n_columns)
        As it was clustered.
    labels : array of shape (n_learners,)
        Counted from 0.
    model : SegmentModel

    Returns
    -------
    tuple of tuple of MeanPull
        One a segment, strongest feature first; none of one segment alone, which has no
        next.

    Raises
    ------
    DegenerateError
        If a segment has no learners.
    """
    centers = np.array(model.centers)
    if len(centers) < 2:
        return ((),) * len(centers)
    groups = features_of(model.features)
    sums = summed_contributions(X, centers, labels, groups=groups)
    named, counts = tuple(dict.fromkeys(groups)), sums[:, :, -1]
    means = sums[:, :, :-1].sum(axis=1) / counts.sum(axis=1)[:, None]
    gaps = [
        [
            (centers[i] - centers[j], sums[i, j, :-1])
            for j in np.flatnonzero(counts[i]).tolist()
        ]
        for i in range(len(centers))
    ]
    return tuple(
        _ranked(named, row, gap, groups, model.features)
        for row, gap in zip(means, gaps, strict=True)
    )


def _ranked(
    features: Sequence[str],
    means: npt.NDArray[np.float64],
    gaps: Sequence[tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]],
    groups: Sequence[str],
    model: FeatureModel,
) -> tuple[MeanPull, ...]:
    total = float(means.sum()) or 1.0
    rows = []
    for i, (feature, mean) in enumerate(zip(features, means, strict=True)):
        columns = [j for j, group in enumerate(groups) if group == feature]
        weighed = [(gap[columns], float(pull[i])) for gap, pull in gaps]
        values = model.categories.get(feature)
        is_category = feature in model.columns and values is not None
        rows.append(
            MeanPull(
                feature,
                float(mean),
                float(mean / total),
                side="" if is_category else _side(weighed),
                value=_value(weighed, values or ()) if is_category else "",
            )
        )
    return tuple(sorted(rows, key=lambda row: -row.mean))


def _side(
    weighed: Sequence[tuple[npt.NDArray[np.float64], float]],
) -> Literal["more", "less", "between", ""]:
    """Say on which side of the next segments most of what a number pulls lies."""
    total = sum(pull for _, pull in weighed)
    above = sum(pull for gap, pull in weighed if gap[0] > 0)
    if total <= 0:
        return ""
    if above >= MOSTLY * total:
        return "more"
    return "less" if above <= (1 - MOSTLY) * total else "between"


def _value(
    weighed: Sequence[tuple[npt.NDArray[np.float64], float]], values: Sequence[str]
) -> str:
    """Give the value of a category that is over that of the next segments most."""
    mean = np.sum([gap * pull for gap, pull in weighed], axis=0)
    return values[int(np.argmax(mean))] if mean.max(initial=0.0) > 0 else ""


def explain_unit(unit: pl.DataFrame, model: SegmentModel) -> Explanation:
    """Say why a learner who is cleaned but has no features yet is in their segment.

    Parameters
    ----------
    unit : polars.DataFrame of one row
        As `SegmentModel.assign` takes them.
    model : SegmentModel

    Returns
    -------
    Explanation
        Of the segment that `SegmentModel.assign` gives.

    Raises
    ------
    ParameterError, DegenerateError
        As `explain_learner`.
    """
    return explain_learner(model.featured(unit), model)


def explain_learner(learner: pl.DataFrame, model: SegmentModel) -> Explanation:
    """Say why a learner is in their segment rather than in the next.

    Parameters
    ----------
    learner : polars.DataFrame of one row
        With the features of `learnstrata.learners.features.matrix.add_features`.
        Without ``segment_id`` the learner is put to the nearest centre.
    model : SegmentModel

    Returns
    -------
    Explanation

    Raises
    ------
    ParameterError
        If there is not one row.
    DegenerateError
        If the model has one segment only.
    """
    if len(learner) != 1:
        raise ParameterError(
            f"Got {len(learner)} rows, expected one. Filter the frame to one learner."
        )
    X = to_matrix(learner, model.features).X.astype(np.float64)
    centers = np.array(model.centers)
    nearest = ((X - centers) ** 2).sum(axis=1).argmin(keepdims=True)
    given = "segment_id" in learner.columns
    label = learner["segment_id"].to_numpy() - 1 if given else nearest
    found = contributions(X, centers, label, groups=features_of(model.features))
    pulls = _pulls(found, learner.row(0, named=True), model.features)
    own, other = int(label[0]), int(found.next[0])
    return Explanation(
        segment=own + 1,
        next_segment=other + 1,
        margin=float(found.margin[0]),
        pulls=pulls,
        sentence=_sentence(pulls, model.names[own], model.names[other]),
    )


def _pulls(
    found: Contributions, row: Mapping[str, Any], model: FeatureModel
) -> tuple[Pull, ...]:
    total = float(np.abs(found.values[0]).sum())
    pulls = [
        Pull(
            feature=feature,
            told=_told(feature, row, model),
            contribution=float(value),
            share=float(abs(value) / total) if total else 0.0,
        )
        for feature, value in zip(found.groups, found.values[0], strict=True)
    ]
    return tuple(sorted(pulls, key=lambda pull: -pull.share))


def _sentence(pulls: Sequence[Pull], own: str, other: str) -> str:
    strong = [pull for pull in pulls if pull.share >= HARDLY]
    towards = [_weighed(pull) for pull in strong if pull.contribution > 0]
    away = [_weighed(pull) for pull in strong if pull.contribution < 0]
    if not towards and not away:
        return f"Nothing tells {own!r} from {other!r} for this learner."
    told = [f"{listed(towards)} towards {own!r}"] if towards else []
    told += [f"{listed(away)} towards {other!r}"] if away else []
    return f"Pulls: {'; '.join(told)}."


def _weighed(pull: Pull) -> str:
    return f"{pull.told} ({pull.share:.0%})"


def _told(feature: str, row: Mapping[str, Any], model: FeatureModel) -> str:
    """Write a learner's value in the units of people; a stand-in is called one."""
    known = feature_of(feature)
    value = row[feature] if row[feature] is not None else model.medians.get(feature)
    if value is None:
        return f"{known.label} not stated"
    phrase = known.phrase or f"{known.label} {{}}"
    told = phrase.format(_amount(value, known, model))
    return (
        f"{told} standing in for one not stated" if _stands_in(feature, row) else told
    )


def _amount(value: object, known: Feature, model: FeatureModel) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    number = round(known.unscaled(value), 6)  # exp(log(1145000)) is not it
    if known.is_money:
        return f"{number / model.pay.per_shown_unit:,.1f} {model.pay.shown_unit}"
    if known.unit == "years":
        return f"{number:,.3g} {'year' if number == 1 else 'years'}"
    return f"{number:,.4g}"


def _stands_in(feature: str, row: Mapping[str, Any]) -> bool:
    if feature.startswith("company_") and row.get("company", "") is None:
        return True
    return row[feature] is None or bool(row.get(feature_of(feature).flag, 0))
