"""Would another analyst have found this? The same learners, cut in other ways."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from learnstrata.config.stages import Config
from learnstrata.exceptions import DegenerateError
from learnstrata.learners.features.matrix import FeatureModel
from learnstrata.learners.features.register import feature_of
from learnstrata.segments.evidence.hierarchy import Tree
from learnstrata.segments.model.model import Prepared
from learnstrata.stats import alternatives, kmeans, mixtures, stability
from learnstrata.stats.inputs import Floats, Integers, distinct_rows
from learnstrata.stats.sampling import sample_rows
from learnstrata.stats.threads import workers

__all__ = ["SUBJECTS", "Sensitivity", "Skipped", "Variant", "find_sensitivity"]

Kind = Literal["sample", "algorithm", "weights", "learners", "winsorising"]
Mask: TypeAlias = npt.NDArray[np.bool_]

STARTS = 4
DENSE_ROWS = 5_000  # HDBSCAN takes time with the square of the rows
DENSE_SHARE = 0.02  # smallest dense group, where the rule names no smallest segment
FLAGS = ("pay_imputed", "experience_imputed")
NO_RESAMPLES = "no resamples were asked for"
MANY_ROWS = 1_000  # of which a percent is a rounded count or more
MOST_RECUTS = 3  # of other algorithms, which take longer than k-means


@dataclass(frozen=True, slots=True)
class Variant:
    """One other way to cut the learners, and how far it agrees with the one chosen.

    Attributes
    ----------
    name : str
    kind : {"sample", "algorithm", "weights", "learners", "winsorising"}
        What is other; ``sample`` is the chosen way itself, on the sampled learners.
    n_segments, rows : int
        Segments found, and learners cut.
    ari, nmi : float
        Agreement with the chosen segmentation on those learners: adjusted Rand, 1 for
        the same and 0 by chance, and normalised mutual information, 0..1. Learners in
        no segment count as one more.
    smallest_share, largest_share : float
        Of those learners, 0..1; 0 where there is no segment at all.
    lowest_jaccard : float or None
        Bootstrap Jaccard of the least stable segment: of k-means from refits, of other
        algorithms by cutting three resamples anew. None where it is not computed.
    note : str
        What to know to read the row.
    """

    name: str
    kind: Kind
    n_segments: int
    rows: int
    ari: float
    nmi: float
    smallest_share: float
    largest_share: float
    lowest_jaccard: float | None
    note: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A way that could not be tried on these learners, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """All other ways that were tried.

    Attributes
    ----------
    variants : tuple of Variant
        Other algorithms, weights, learners and limits, in that order.
    skipped : tuple of Skipped
    same_way : Variant
        The chosen way, fitted anew to the sampled learners: what a sample alone costs.
    """

    variants: tuple[Variant, ...]
    skipped: tuple[Skipped, ...]
    same_way: Variant

    def frame(self) -> pl.DataFrame:
        """Give the table, the chosen way on the sample first."""
        rows = [asdict(variant) for variant in (self.same_way, *self.variants)]
        return pl.DataFrame(rows, schema_overrides={"lowest_jaccard": pl.Float64})


def find_sensitivity(  # noqa: PLR0913 - what is compared, and what it may cost
    prepared: Prepared,
    fit: kmeans.KMeansFit,
    tree: Tree | None,
    config: Config,
    *,
    rows: int,
    resamples: int,
    rng: np.random.Generator | int,
) -> Sensitivity:
    """Cut a sample of the learners in every other way that can be tried, and compare.

    Parameters
    ----------
    prepared : Prepared
    fit : KMeansFit
        The chosen segmentation of all learners.
    tree : Tree or None
        Its agreement over all learners is noted beside Ward's on the sample.
    config : Config
    rows : int
        Learners sampled; every way cuts the same ones.
    resamples : int
        Bootstrap refits of each k-means; other algorithms cut anew as often, three
        times at most. 0 leaves stability out.
    rng : Generator or int

    Returns
    -------
    Sensitivity

    Raises
    ------
    DegenerateError
        If there is one segment only, or the sample has too few distinct learners.

    Notes
    -----
    Low agreement does not say which cut is wrong. Where the adjusted Rand of `same_way`
    is low, the sample is too small, or the segments too loose, to judge anything else.
    On 153,443 demo learners in four segments it is 0.88 at 5,000 rows and 0.97 at
    20,000; of the other ways at 5,000 rows, without role 0.87, without company 0.30,
    clipped at 5 % 0.60, Gaussian mixture 0.40, Ward 0.37, HDBSCAN 0.02.

    References
    ----------
    .. [1] C. Hennig (2015). "What are the true clusters?". Pattern Recognition Letters
       64: 53-62.
    """
    drawn, first, *seeds = np.random.default_rng(rng).spawn(2 + len(KINDS))
    ground = _ground(prepared, fit, tree, config, rows=rows, rng=drawn)
    of_algorithm, of_change = seeds[: len(ALGORITHMS)], seeds[len(ALGORITHMS) :]
    tried = partial(_tried, ground, resamples)
    with workers() as each:
        refits = each(tried, CHANGES.values(), of_change)
        same = _refit(_Changed(ground.X, ""), ground, resamples, first)
        # warnings are silenced for the whole process, so in this one thread only
        cuts = [
            _with_stability(algorithm, ground, resamples, seed)
            for algorithm, seed in zip(ALGORITHMS.values(), of_algorithm, strict=True)
        ]
        found = dict(zip(KINDS, [*cuts, *refits], strict=True))
    same_way = _variant("Same k-means, these learners alone", "sample", same, ground)
    variants = tuple(
        _variant(name, KINDS[name], cut, ground)
        for name, cut in found.items()
        if isinstance(cut, _Cut)
    )
    skipped = tuple(Skipped(n, cut) for n, cut in found.items() if isinstance(cut, str))
    return Sensitivity(variants, skipped, same_way)


@dataclass(frozen=True, slots=True, eq=False)
class _Ground:
    """The sampled learners, their chosen segments, and what the columns are."""

    X: Floats
    labels: Integers
    learners: pl.DataFrame
    columns: tuple[str, ...]
    groups: tuple[str, ...]
    features: FeatureModel
    k: int
    config: Config
    tree: Tree | None

    def drawn(self, rows: Integers) -> "_Ground":
        """Give these rows alone."""
        return replace(
            self, X=self.X[rows], labels=self.labels[rows], learners=self.learners[rows]
        )

    def feature(self, column: str) -> str:
        """Name the feature of a column of the matrix."""
        numeric = column in self.features.medians
        return column if numeric else column.split("=", 1)[0]

    @property
    def numeric(self) -> Mask:
        return np.array([c in self.features.medians for c in self.columns])

    def needing(self, column: str) -> Mask:
        """Mark the columns of the matrix made from a column of the table."""
        found = [feature_of(self.feature(c)) for c in self.columns]
        return np.array([column in feature.needs for feature in found])


@dataclass(frozen=True, slots=True, eq=False)
class _Cut:
    """Labels of the sampled learners, or of those `at`; -1 is no segment."""

    labels: Integers
    note: str
    lowest_jaccard: float | None = None
    at: Integers | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Changed:
    """The matrix another analyst would have made, and the rows they would fit."""

    X: Floats
    note: str
    kept: Mask | None = None


@dataclass(frozen=True, slots=True)
class _Change:
    """A change of what k-means is fitted to; a text instead says why it cannot be."""

    kind: Kind
    subject: str
    make: Callable[[_Ground], _Changed | str]


Algorithm: TypeAlias = Callable[[_Ground, np.random.Generator], _Cut | str]


def _ground(
    prepared: Prepared,
    fit: kmeans.KMeansFit,
    tree: Tree | None,
    config: Config,
    *,
    rows: int,
    rng: np.random.Generator,
) -> _Ground:
    if len(fit.centers) < 2:
        raise DegenerateError(
            "Got one segment, expected two or more: any cut agrees with one."
        )
    matrix = prepared.matrix
    at = np.sort(sample_rows(len(matrix.X), rows, rng=rng))
    X = matrix.X[at].astype(np.float64)
    if short := _shortage(X, len(fit.centers)):
        raise DegenerateError(f"Got a sample that cannot be cut: {short}. Sample more.")
    return _Ground(
        X=X,
        labels=fit.labels[at],
        learners=prepared.learners[at],
        columns=matrix.columns,
        groups=matrix.groups,
        features=prepared.features,
        k=len(fit.centers),
        config=config,
        tree=tree,
    )


def _variant(name: str, kind: Kind, cut: _Cut, ground: _Ground) -> Variant:
    chosen = ground.labels if cut.at is None else ground.labels[cut.at]
    agreed = stability.agreement(cut.labels, chosen)
    sizes = np.bincount(cut.labels[cut.labels >= 0])
    shares = sizes[sizes > 0] / len(cut.labels)
    return Variant(
        name=name,
        kind=kind,
        n_segments=len(shares),
        rows=len(cut.labels),
        ari=agreed.ari,
        nmi=agreed.nmi,
        smallest_share=float(shares.min(initial=1.0)) if len(shares) else 0.0,
        largest_share=float(shares.max(initial=0.0)),
        lowest_jaccard=cut.lowest_jaccard,
        note=cut.note,
    )


def _tried(
    ground: _Ground, resamples: int, change: _Change, rng: np.random.Generator
) -> _Cut | str:
    changed = change.make(ground)
    if isinstance(changed, str):
        return changed
    if short := _shortage(_fitted_rows(changed), ground.k):
        return short
    return _refit(changed, ground, resamples, rng)


def _shortage(X: Floats, k: int) -> str:
    """Say what is missing for a k-means and its bootstrap, if something is."""
    enough = len(X) > k and distinct_rows(X) >= k
    return "" if enough else f"too few distinct learners for {k} segments"


def _fitted_rows(changed: _Changed) -> Floats:
    return changed.X if changed.kept is None else changed.X[changed.kept]


def _refit(
    changed: _Changed, ground: _Ground, resamples: int, rng: np.random.Generator
) -> _Cut:
    fitted = _fitted_rows(changed)
    found = kmeans.fit(fitted, ground.k, n_starts=STARTS, rng=rng)
    labels = kmeans.nearest(changed.X, found.centers)
    if not resamples:
        return _Cut(labels, _joined(changed.note, NO_RESAMPLES))
    jaccard = stability.bootstrap_jaccard(
        fitted,
        found,
        n_resamples=resamples,
        start="fresh",
        rng=rng,
    )
    return _Cut(labels, changed.note, jaccard.lowest)


def _with_stability(
    algorithm: Algorithm, ground: _Ground, resamples: int, rng: np.random.Generator
) -> _Cut | str:
    """Cut by another algorithm, and bootstrap that cut."""
    found = algorithm(ground, rng)
    if isinstance(found, str):
        return found
    if not resamples:
        return replace(found, note=_joined(found.note, NO_RESAMPLES))
    if found.labels.max() < 0:
        return found
    here = ground if found.at is None else ground.drawn(found.at)
    n_resamples = min(resamples, MOST_RECUTS)
    per_cluster = stability.bootstrap_cuts(
        found.labels, partial(_recut, algorithm, here), n_resamples=n_resamples, rng=rng
    )
    note = f"stability over {n_resamples} resamples"
    return replace(
        found, lowest_jaccard=float(per_cluster.min()), note=_joined(found.note, note)
    )


def _recut(
    algorithm: Algorithm, ground: _Ground, rows: Integers, rng: np.random.Generator
) -> Integers:
    some = ground.drawn(rows)
    found = "" if _shortage(some.X, some.k) else algorithm(some, rng)
    return np.full(len(rows), -1) if isinstance(found, str) else found.labels


def _percent(marked: Mask) -> str:
    """Write the share of rows that are marked, too coarse to count them by it.

    Examples
    --------
    >>> _percent(np.arange(5000) < 612), _percent(np.arange(400) < 49)
    ('12%', 'about 10%')
    """
    share, step = float(marked.mean()), 1 if len(marked) >= MANY_ROWS else 10
    if 100 * share < step:
        return f"under {step}%"
    return f"{'about ' if step > 1 else ''}{step * round(100 * share / step)}%"


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def _mixture(ground: _Ground, rng: np.random.Generator) -> _Cut:
    found = mixtures.gaussian_mixture(ground.X, ground.k, rng=rng)
    looked = (
        f"on the {found.n_columns} principal components that hold 90% of the spread"
    )
    return _Cut(found.labels, _noted(looked, found))


def _ward(ground: _Ground, rng: np.random.Generator) -> _Cut:
    n_micro = ground.config.hierarchy.micro_clusters
    labels = alternatives.ward_over_micro(ground.X, ground.k, n_micro=n_micro, rng=rng)
    tree = ground.tree
    everyone = f"on all learners adjusted Rand {_two(tree.ari_all)}" if tree else ""
    return _Cut(labels, everyone)


def _dense(ground: _Ground, rng: np.random.Generator) -> _Cut:
    at = np.sort(sample_rows(len(ground.X), DENSE_ROWS, rng=rng))
    share = ground.config.selection.rule.min_share or DENSE_SHARE
    least = max(int(np.ceil(share * len(at))), 2)
    labels = alternatives.hdbscan(ground.X[at], min_cluster_size=least)
    return _Cut(labels, _told_noise(labels, ground.labels[at], share), at=at)


def _told_noise(labels: Integers, chosen: Integers, least: float) -> str:
    inside = labels >= 0
    if not inside.any():
        told = f"no dense group holds {100 * least:.6g}% or more: all are in none"
    else:
        agreed = stability.agreement(labels[inside], chosen[inside])
        told = (
            f"{_percent(~inside)} of the learners are in no dense group; of the others "
            f"adjusted Rand {_two(agreed.ari)}"
        )
    return f"finds its own number of groups; {told}"


def _latent(ground: _Ground, rng: np.random.Generator) -> _Cut:
    numbers, categories = _mixed_types(ground)
    found = mixtures.latent_class(numbers, categories, ground.k, rng=rng)
    looked = f"{found.n_columns} features, each in its own kind and without weights"
    return _Cut(found.labels, _noted(looked, found))


def _mixed_types(ground: _Ground) -> tuple[Floats, Integers]:
    """Part the columns into numbers and, of each category, the code of its value."""
    X, numeric = ground.X, ground.numeric
    high = X.max(axis=0) <= X
    two_valued = (high | (X.min(axis=0) >= X)).all(axis=0)
    codes = list(high[:, numeric & two_valued].T)
    features = np.array([ground.feature(c) for c in ground.columns])
    for feature in dict.fromkeys(features[~numeric].tolist()):
        here = X[:, (features == feature) & ~numeric] > 0  # a 1 lies above its mean
        codes.append(np.where(here.any(axis=1), here.argmax(axis=1) + 1, 0))
    categories = np.array(codes, dtype=np.int64).reshape(-1, len(X)).T
    return X[:, numeric & ~two_valued], categories


def _noted(looked: str, found: mixtures.Mixture) -> str:
    unfinished = "" if found.converged else "its likelihood was still rising"
    return _joined(looked, unfinished)


def _weighted(
    made_from: str, shown: str, factor: float, ground: _Ground
) -> _Changed | str:
    """Multiply the columns made from a column of the table, or leave them out."""
    at = ground.needing(made_from)
    varies = np.ptp(ground.X, axis=0) > 0
    if not varies[at].any():
        return f"no feature of the {shown} is clustered on"
    if not varies[~at].any():
        return f"all features are of the {shown}: there is nothing to weigh it against"
    used = dict.fromkeys(ground.feature(c) for c in np.array(ground.columns)[at])
    names = ", ".join(used)
    if factor:
        word = "doubled" if factor > 1 else "halved"
        X = np.where(at, factor * ground.X, ground.X)
        return _Changed(X, f"{word}: {names}")
    X = np.where(at, 0.0, ground.X)  # a constant column is no part of any distance
    return _Changed(X * _factors(ground.X, X, ground), f"left out: {names}")


def _believed(ground: _Ground) -> _Changed | str:
    learners = ground.learners
    touched = np.zeros(len(learners), dtype=bool)
    for flag in set(FLAGS).intersection(learners.columns):
        touched |= learners[flag].to_numpy() == 1
    if "state" in learners.columns:
        touched |= learners["state"].is_in(["repaired", "set_aside"]).to_numpy()
    if not touched.any():
        return "no sampled learner was repaired or imputed"
    if touched.all():
        return "every sampled learner was repaired or imputed"
    X = ground.X * _factors(ground.X, ground.X[~touched], ground)
    note = (
        f"fitted without {_percent(touched)} of the learners, who then get the nearest "
        "segment"
    )
    return _Changed(X, note, ~touched)


def _clipped(tail: float, ground: _Ground) -> _Changed | str:
    low, high = np.quantile(ground.X, [tail, 1 - tail], axis=0)
    able = ground.numeric & (high > low)
    if not able.any():
        return "no number is clustered on that could be clipped"
    X = np.where(able, np.clip(ground.X, low, high), ground.X)
    moved = (ground.X != X).any(axis=1)
    if not moved.any():
        return "no value lies beyond the limits"
    note = f"{_percent(moved)} of the learners have a value beyond the limits"
    return _Changed(X * _factors(ground.X, X, ground), note)


def _factors(before: Floats, after: Floats, ground: _Ground) -> Floats:
    """Bring each group back to its weight, as scaling the changed table would."""
    old, new = before.var(axis=0), after.var(axis=0)
    of_group = np.array(ground.groups)
    for name, group in ground.features.groups.items():
        at = of_group == name
        if group.scaling == "block":
            old[at], new[at] = old[at].sum(), new[at].sum()
        elif group.scaling == "none":
            old[at] = new[at]
    varies = new > 1e-12 * np.maximum(old, 1e-300)
    return np.sqrt(np.where(varies, old, 1.0) / np.where(varies, new, 1.0))


ALGORITHMS: Mapping[str, Algorithm] = {
    "Gaussian mixture": _mixture,
    "Ward over micro-clusters": _ward,
    "HDBSCAN": _dense,
    "Latent classes": _latent,
}

ROLE, COMPANY = ("title", "role"), ("company", "company")

CHANGES: Mapping[str, _Change] = {
    "Without role": _Change("weights", "the role", partial(_weighted, *ROLE, 0.0)),
    "Role halved": _Change("weights", "the role", partial(_weighted, *ROLE, 0.5)),
    "Role doubled": _Change("weights", "the role", partial(_weighted, *ROLE, 2.0)),
    "Without company": _Change(
        "weights", "the company", partial(_weighted, *COMPANY, 0.0)
    ),
    "Company halved": _Change(
        "weights", "the company", partial(_weighted, *COMPANY, 0.5)
    ),
    "Company doubled": _Change(
        "weights", "the company", partial(_weighted, *COMPANY, 2.0)
    ),
    "Without repaired and imputed learners": _Change(
        "learners", "the repaired and imputed learners", _believed
    ),
    "Extremes clipped at 1% and 99%": _Change(
        "winsorising", "extreme values", partial(_clipped, 0.01)
    ),
    "Extremes clipped at 5% and 95%": _Change(
        "winsorising", "extreme values", partial(_clipped, 0.05)
    ),
}

KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(ALGORITHMS, "algorithm"),
    **{name: change.kind for name, change in CHANGES.items()},
}
SUBJECTS: Mapping[str, str] = {name: one.subject for name, one in CHANGES.items()}


def _two(value: float) -> str:
    return f"{round(value, 2) + 0.0:.2f}"  # no -0.00
