"""Rules that a team would write without clustering: a few bands of what tells most.

They are what segments have to be better than, so they are as good as rules come: cut at
quantiles, of the features that part the segments most, and as many cells as there are
segments. No outcome is looked at.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
import polars as pl

from learnstrata.learners.features.matrix import FeatureModel
from learnstrata.learners.features.register import feature_of, plain_name
from learnstrata.stats.ordered import dense

__all__ = [
    "Bands",
    "RulesOfThumb",
    "codes_of",
    "find_rules",
    "is_known",
    "rule_features",
    "strengths",
]

Codes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

MOST_UNEVEN = 2.0  # bands of one feature over those of the other


@dataclass(frozen=True, slots=True)
class Bands:
    """A feature that rules cut into bands, or whose values they are.

    Attributes
    ----------
    feature : str
    n_bands : int
        Without that of learners whose value is missing.
    limits : tuple of float
        Upper limits of all bands but the last, as people read the feature; none of a
        category.
    n_known : int
        Learners whose value is known.
    """

    feature: str
    n_bands: int
    limits: tuple[float, ...]
    n_known: int


@dataclass(frozen=True, slots=True)
class RulesOfThumb:
    """Cells of bands of one feature or two.

    Attributes
    ----------
    bands : tuple of Bands
    codes : array of shape (n_learners,)
        Cell of each learner, from 0; a missing value is a band of its own.
    n_cells : int
    """

    bands: tuple[Bands, ...]
    codes: Codes
    n_cells: int


def find_rules(
    learners: pl.DataFrame,
    model: FeatureModel,
    features: Sequence[str],
    *,
    n_cells: int,
) -> RulesOfThumb | None:
    """Make rules with about as many cells as asked for.

    Parameters
    ----------
    learners : polars.DataFrame
        With the features that were clustered on.
    model : FeatureModel
    features : sequence of str
        Two numbers, or one feature: `rule_features`.
    n_cells : int

    Returns
    -------
    RulesOfThumb or None
        Quantile bands of the numbers, or the values of a category. Of two numbers the
        first alone is cut into two. None without a feature.

    Examples
    --------
    >>> from learnstrata.config.loading import load_config
    >>> from learnstrata.learners.features.matrix import fit_features
    >>> learners = pl.DataFrame({
    ...     "record": range(100), "learner_id": [str(i) for i in range(100)],
    ...     "extra:score": [float(i) for i in range(100)],
    ...     "extra:hours": [float(i % 10) for i in range(100)],
    ... })
    >>> config = load_config(columns={"numeric": ["score", "hours"]})
    >>> model = fit_features(learners, config, as_of=2021, salt=b"salt")
    >>> features = rule_features(learners, model, np.arange(100) // 25)
    >>> found = find_rules(learners, model, features, n_cells=4)
    >>> [(one.feature, one.limits) for one in found.bands]
    [('extra:score', (49.0,)), ('extra:hours', (4.0,))]
    """
    if not features:
        return None
    if len(features) == 1:
        found = _strongest(learners, model, features[0], n_cells)
    else:
        both = [known_values(learners, name) for name in features]
        wanted = _numbers_of_bands(both[0], both[1], n_cells)
        cut = zip(features, both, wanted, strict=True)
        found = [_cut(name, values, n) for name, values, n in cut if n > 1]
    codes = codes_of([one for _, one in found])
    return RulesOfThumb(tuple(one for one, _ in found), codes, int(codes.max()) + 1)


def rule_features(
    learners: pl.DataFrame, model: FeatureModel, segments: Codes
) -> tuple[str, ...]:
    """Choose what rules are made of, by what parts the segments; no outcome is seen.

    Parameters
    ----------
    learners : polars.DataFrame
    model : FeatureModel
    segments : array of int, shape (n_learners,)

    Returns
    -------
    tuple of str
        The strongest number, and the one that is strongest in what the first does not
        tell (its residual of a linear regression on it), so that two names of one thing
        are no pair. Where there is one number or none, the one strongest feature. Empty
        where no feature parts the segments.
    """
    ranked = strengths(learners, model, segments)
    numbers = [name for name in ranked if name not in model.categories]
    if len(numbers) < 2:
        return tuple(ranked)[:1]
    first = known_values(learners, numbers[0])
    beyond = {
        name: _beyond(known_values(learners, name), first, segments)
        for name in numbers[1:]
    }
    return numbers[0], max(beyond, key=lambda name: beyond[name])


def _beyond(values: Floats, first: Floats, segments: Codes) -> float:
    """Give the share of a number's variance between segments that `first` leaves."""
    known = np.isfinite(values) & np.isfinite(first)
    if known.sum() < 2:
        return 0.0
    x, y = (one[known] - one[known].mean() for one in (first, values))
    spread, total = float(x @ x), float(y @ y)
    if total == 0:
        return 0.0
    left = y - x * (float(x @ y) / spread) if spread > 0 else y
    return _eta(left, segments[known]) * float(left @ left) / total


def strengths(
    learners: pl.DataFrame, model: FeatureModel, segments: Codes
) -> dict[str, float]:
    r"""Give the share of each feature's variance that lies between segments, from most.

    :math:`\sum_s n_s (\bar x_s - \bar x)^2 / \sum_i (x_i - \bar x)^2`, 0 to 1, over
    learners whose value is known; of a category it is summed over its values, each as 0
    and 1 (Goodman and Kruskal's tau). Of features that are one thing on two scales the
    stronger stands for both.

    Parameters
    ----------
    learners : polars.DataFrame
    model : FeatureModel
    segments : array of int, shape (n_learners,)

    References
    ----------
    .. [1] L. A. Goodman, W. H. Kruskal (1954), "Measures of Association for Cross
       Classifications", Journal of the American Statistical Association 49(268).
    """
    there = dict.fromkeys(c for c in model.columns if c in learners.columns)
    found = {name: _strength(learners, model, name, segments) for name in there}
    told: dict[str, float] = {}
    plain: set[str] = set()
    for name in sorted(found, key=lambda name: (-found[name], name)):
        if found[name] > 0 and plain_name(name) not in plain:
            told[name] = found[name]
            plain.add(plain_name(name))
    return told


def _strength(
    learners: pl.DataFrame, model: FeatureModel, name: str, segments: Codes
) -> float:
    if name in model.categories:
        known = learners[name].is_not_null().to_numpy()
        values = learners[name].drop_nulls().rank("dense").to_numpy().astype(np.int64)
        return _tau(values - 1, segments[known]) if len(values) else 0.0
    values = known_values(learners, name)
    known = np.isfinite(values)
    return _eta(values[known], segments[known]) if known.any() else 0.0


def _eta(values: Floats, segments: Codes) -> float:
    centred = values - values.mean()
    count = np.maximum(np.bincount(segments), 1)
    between = float((np.bincount(segments, centred) ** 2 / count).sum())
    total = float(centred @ centred)
    return between / total if total > 0 else 0.0


def _tau(values: Codes, segments: Codes) -> float:
    width = int(values.max()) + 1
    size = (int(segments.max()) + 1) * width
    table = np.bincount(segments * width + values, minlength=size).reshape(-1, width)
    n, of_segment = len(values), np.maximum(table.sum(axis=1, keepdims=True), 1)
    chance = float(((table.sum(axis=0) / n) ** 2).sum())
    within = float((table**2 / of_segment).sum()) / n
    return (within - chance) / (1 - chance) if chance < 1 else 0.0


def is_known(learners: pl.DataFrame, name: str) -> npt.NDArray[np.bool_]:
    """Say of each learner whether a feature is known, and not filled in.

    Examples
    --------
    >>> table = pl.DataFrame({"pay": [1.0, 2.0, None], "pay_imputed": [0, 1, 1]})
    >>> is_known(table, "pay").tolist()
    [True, False, False]
    """
    if learners[name].dtype.is_numeric():
        return np.isfinite(known_values(learners, name))
    return learners[name].is_not_null().to_numpy()


def known_values(learners: pl.DataFrame, name: str) -> Floats:
    """Give a number of each learner; nan where it is missing or was filled in."""
    values = learners[name].cast(pl.Float64)
    flag = feature_of(name).flag
    if flag and flag in learners.columns:
        values = pl.select(pl.when(learners[flag] == 0).then(values)).to_series()
    return values.fill_null(float("nan")).to_numpy()


def _numbers_of_bands(first: Floats, second: Floats, n_cells: int) -> tuple[int, int]:
    """Choose into how many bands to cut each of two numbers.

    As near to the cells asked for as may be, rather more than fewer; both are cut where
    there are three cells or more, neither much finer than the other.
    """
    n, m = (_bands_there(values, n_cells) for values in (first, second))

    def misfit(pair: tuple[int, int]) -> tuple[float, ...]:
        a, b = n[pair[0]], m[pair[1]]
        uneven = max(a, b) / min(a, b)
        alone = n_cells > 2 and min(a, b) == 1
        return alone, abs(a * b - n_cells), uneven > MOST_UNEVEN, -a * b, uneven, -a

    return min(product(sorted(n), sorted(m)), key=misfit)


def _bands_there(values: Floats, most: int) -> dict[int, int]:
    """Give how many bands there are for each number asked for: ties leave fewer."""
    ordered = np.sort(values[np.isfinite(values)])
    return {n: len(_limits(ordered, n)) + 1 for n in range(1, most + 1)}


def _limits(ordered: Floats, n_bands: int) -> Floats:
    """Give the quantiles that cut sorted values into bands, each with its learners.

    Where most have the largest value, that is a band of its own.
    """
    if n_bands == 1 or not len(ordered) or ordered[0] == ordered[-1]:
        return ordered[:0]
    at = [-(-i * len(ordered) // n_bands) - 1 for i in range(1, n_bands)]
    found = np.unique(ordered[[max(i, 0) for i in at]])
    below = found[found < ordered[-1]]
    return below if len(below) else ordered[ordered < ordered[-1]][-1:]


def _cut(name: str, values: Floats, n_bands: int) -> tuple[Bands, Codes]:
    """Cut a number at its quantiles; a limit belongs to the band below it."""
    known = np.isfinite(values)
    limits = _limits(np.sort(values[known]), n_bands)
    codes = np.searchsorted(limits, values, side="left")
    codes[~known] = len(limits) + 1
    told = tuple(feature_of(name).unscaled(float(one)) for one in limits)
    return Bands(name, len(limits) + 1, told, int(known.sum())), codes.astype(np.int64)


def _strongest(
    learners: pl.DataFrame, model: FeatureModel, name: str, n_cells: int
) -> list[tuple[Bands, Codes]]:
    """Cut the one feature there is; the rare values of a category are one cell."""
    if name not in model.categories:
        return [_cut(name, known_values(learners, name), n_cells)]
    counts = learners[name].drop_nulls().value_counts(name="n")
    ranked = counts.sort("n", name, descending=[True, False])[name].to_list()
    own = ranked if len(ranked) <= n_cells else ranked[: max(n_cells - 1, 1)]
    place = {value: i for i, value in enumerate(own)}
    codes = learners[name].replace_strict(
        place, default=len(own), return_dtype=pl.Int64
    )
    missing = learners[name].is_null()
    codes = pl.select(pl.when(~missing).then(codes).otherwise(len(own) + 1)).to_series()
    n_bands = len(own) + (len(ranked) > len(own))
    n_known = int((~missing).sum())
    return [(Bands(name, n_bands, (), n_known), codes.to_numpy().astype(np.int64))]


def codes_of(groupings: Iterable[npt.NDArray[np.integer]]) -> Codes:
    """Cross groupings into one, its cells numbered from 0 without a gap.

    Examples
    --------
    >>> codes_of([np.array([0, 0, 3]), np.array([1, 0, 1])]).tolist()
    [1, 0, 2]
    """
    first, *others = map(dense, groupings)
    for codes in others:
        first = dense(first * (int(codes.max(initial=0)) + 1) + codes)
    return first
