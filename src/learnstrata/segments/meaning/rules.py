"""Segments in a few conditions: a small tree on what people know of a learner.

The tree sees pay in currency units, years and names, never the scaled matrix, and its
thresholds are readable numbers from the start: what is measured is what is said.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from learnstrata.exceptions import SchemaError
from learnstrata.learners.factors import factor_codes, is_text
from learnstrata.learners.features.matrix import FeatureModel
from learnstrata.learners.features.register import feature_of, plain_name
from learnstrata.segments.meaning.conditions import (
    KNOWN,
    Condition,
    Paths,
    Rule,
    in_words,
    units_of,
)

__all__ = [
    "Rules",
    "matches",
    "readable_features",
    "segment_rules",
]

MAX_DEPTH = 4
MOST_CONDITIONS = 4  # of a rule: more are not read
MIN_LEARNERS = 100  # in the table: fewer give no held-out half worth measuring on
MARKS = 200  # readable thresholds a number is offered

SECOND = 0.05  # of F1 that a second path has to add
SPARE = 0.01  # of F1 that fewer words may cost


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of all segments.

    Attributes
    ----------
    rules : tuple of Rule
        By segment; a segment that no path catches has none.
    fidelity : float
        Share of held-out learners the whole tree puts into their segment, 0..1.
    stated : float
        Share caught by the rule of their own segment and by no other, 0..1.
    baseline : float
        Share of the largest segment: what always guessing it would give.
    n_train, n_held_out : int
    without : tuple of int
        Segments without a rule.
    reason : str
        Why there are no rules; empty where there are.
    """

    rules: tuple[Rule, ...]
    fidelity: float
    stated: float
    baseline: float
    n_train: int
    n_held_out: int
    without: tuple[int, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of the tree: codes for it, and the condition of going right."""

    feature: str
    marks: tuple[float, ...]
    value: str
    codes: npt.NDArray[np.float32]


def readable_features(learners: pl.DataFrame, model: FeatureModel) -> tuple[str, ...]:
    """List what was clustered on by the columns people know, and the company tier."""
    plain = [plain_name(column) for column in model.columns]
    if "company_level" in plain or "company_mean_pay" in plain:
        plain.append("tier")
    return tuple(c for c in dict.fromkeys(plain) if c in learners.columns)


def segment_rules(
    learners: pl.DataFrame,
    model: FeatureModel,
    *,
    features: Sequence[str] | None = None,
    segment: str = "segment_id",
    most: int = 100_000,
    rng: np.random.Generator | int,
) -> Rules:
    r"""Say each segment in at most four conditions.

    A tree of depth 4 is grown on learners of a random half; the rule of a segment is
    its best path, or the best two, by :math:`F_1` on them. On the other half

    .. math:: coverage = \frac{|caught \cap segment|}{|segment|} \qquad
              precision = \frac{|caught \cap segment|}{|caught|}

    both 0..1, more is better.

    Parameters
    ----------
    learners : polars.DataFrame
        With the features of `learnstrata.learners.features.matrix.add_features` and
        `segment`.
    model : FeatureModel
    features : sequence of str, default=None
        Columns a rule may use; None takes those of `readable_features`.
    segment : str, default="segment_id"
    most : int, default=100_000
        Learners of either half: of more than two halves of so many, as many are drawn.
    rng : numpy.random.Generator or int

    Returns
    -------
    Rules
        With a `reason` and no rules under 100 learners, with one segment only, or with
        no feature that varies.

    Raises
    ------
    SchemaError
        If a column is not there.

    Notes
    -----
    Values that only stand in for missing ones count as missing. What a rule can do
    without, at a cost of 0.01 of F1 at most, is left out; a second path has to add
    0.05. What is over four conditions goes whatever it costs. On demo tables of 5,000
    learners fidelity was 0.91 to 0.93 at k = 3 and 0.81 to 0.84 at k = 6: thresholds
    cannot follow a slanted boundary between segments.

    A tree of fewer learners is as faithful, its rules are less so: of the demo table's
    153,443 learners (k = 4, three seeds) fidelity was 0.872 to 0.878 grown on 10,000,
    0.871 to 0.876 on 30,000 and 0.868 to 0.872 on all 76,721 of the half; `stated` 0.79
    to 0.84, 0.75 to 0.82, and 0.83 each time.

    References
    ----------
    Moshkovitz, Dasgupta, Rashtchian, Frost (2020), "Explainable k-Means and k-Medians
    Clustering", ICML. Frost, Moshkovitz, Rashtchian (2020), "ExKMC: Expanding
    Explainable k-Means Clustering", arXiv:2006.02399.

    Examples
    --------
    >>> from learnstrata.config.loading import load_config
    >>> from learnstrata.learners.features.matrix import fit_features
    >>> learners = pl.DataFrame({
    ...     "record": range(200),
    ...     "learner_id": [str(i) for i in range(200)],
    ...     "pay": [1e5 * (i % 20 + 1) for i in range(200)],
    ...     "years_of_experience": [float(i % 7) for i in range(200)],
    ...     "segment_id": [1 + (i % 20 > 9) for i in range(200)],
    ... })
    >>> model = fit_features(learners, load_config(), as_of=2021, salt=b"salt")
    >>> found = segment_rules(learners, model, features=["pay"], rng=0)
    >>> [(rule.text, rule.coverage, rule.precision) for rule in found.rules]
    [('pay up to 10 LPA', 1.0, 1.0), ('pay over 10 LPA', 1.0, 1.0)]
    """
    chosen = readable_features(learners, model) if features is None else tuple(features)
    if missing := {*chosen, segment}.difference(learners.columns):
        raise SchemaError.missing(missing, learners.columns)
    generator = np.random.default_rng(rng)
    learners, order = _drawn(learners, (*chosen, segment), 2 * most, generator)
    label = learners[segment].to_numpy()
    ids = np.unique(label)
    columns = [c for f in chosen for c in _columns(learners, f, model)]
    if reason := _refusal(len(label), len(ids), len(columns)):
        return Rules((), 0.0, 0.0, 0.0, 0, 0, tuple(int(i) for i in ids), reason)
    half = len(label) // 2
    train, held_out = np.sort(order[:half]), np.sort(order[half:])
    codes = np.column_stack([column.codes for column in columns])
    tree = _grown(codes[train], label[train], int(generator.integers(2**31)))
    nodes = _paths(tree, columns)
    visited = tree.decision_path(codes[train]).toarray().astype(bool)
    grown_on, held = learners[train], learners[held_out]
    paths = {}
    for i in ids.tolist():
        own = label[train] == i
        ways = _chosen(own, visited, nodes)
        paths[i] = _shortened(ways, grown_on, own)
    found = _measured(paths, held, label[held_out], model)
    sizes = np.unique(label[held_out], return_counts=True)[1]
    return Rules(
        rules=tuple(rule for rule, _ in found),
        fidelity=float((tree.predict(codes[held_out]) == label[held_out]).mean()),
        stated=_stated(found, label[held_out]) if found else 0.0,
        baseline=float(sizes.max() / sizes.sum()),
        n_train=len(grown_on),
        n_held_out=len(held),
        without=tuple(sorted(set(paths) - {rule.segment for rule, _ in found})),
    )


def _drawn(
    learners: pl.DataFrame,
    wanted: Sequence[str],
    most: int,
    rng: np.random.Generator,
) -> tuple[pl.DataFrame, npt.NDArray[np.intp]]:
    """Draw at most so many learners, with what rules look at, and an order of them."""
    beside = [needed for needed, *_ in KNOWN.values() if needed in learners.columns]
    told = learners.select(list(dict.fromkeys((*wanted, *beside))))
    if len(told) > most:
        told = told[np.sort(rng.choice(len(told), size=most, replace=False))]
    return told, rng.permutation(len(told))


def _refusal(n: int, n_segments: int, n_columns: int) -> str:
    if n < MIN_LEARNERS:
        return f"Too few learners for rules; {MIN_LEARNERS} are needed."
    if n_segments < 2:
        return "There is one segment only: no rule tells it from another."
    return "" if n_columns else "No feature that people know varies."


def _columns(
    learners: pl.DataFrame, feature: str, model: FeatureModel
) -> list[_Column]:
    known = learners.select(_known_values(feature, learners)).to_series()
    if is_text(known):
        place, levels = factor_codes(known)
        there = np.unique(place[place >= 0]).tolist()
        return [
            _Column(feature, (), levels[i], (place == i).astype(np.float32))
            for i in (there if len(there) > 1 else [])
        ]
    numbers = known.cast(pl.Float64).to_numpy()
    marks = _marks(numbers[np.isfinite(numbers)], feature, model)
    codes = np.searchsorted(marks, numbers).astype(np.float32)
    codes[~np.isfinite(numbers)] = np.nan
    return [_Column(feature, tuple(marks), "", codes)] if marks else []


def _known_values(feature: str, learners: pl.DataFrame) -> pl.Expr:
    column = pl.col(feature)
    if learners[feature].dtype.is_float():
        column = column.fill_nan(None)
    needed, known, _ = KNOWN.get(feature, ("", pl.lit(value=True), ""))
    return pl.when(known).then(column) if needed in learners.columns else column


def _marks(
    numbers: npt.NDArray[np.float64], feature: str, model: FeatureModel
) -> list[float]:
    """Offer thresholds that read well, in the units of the column."""
    if not len(numbers):
        return []
    shown = np.quantile(numbers, np.linspace(0, 1, MARKS + 1), method="lower")
    to_shown, to_column = units_of(feature, model)
    money = feature_of(feature).is_money
    whole = bool(np.all(numbers == np.round(numbers))) and not money
    step = 0.5 if feature_of(feature).unit == "years" else 0.0
    step = 1.0 if whole else step
    readable = sorted({_snapped(to_shown(float(v)), step) for v in shown})
    marks = (to_column(v) for v in readable if v > 0 or not money)
    return [m for m in marks if numbers.min() <= m < numbers.max()]


def _snapped(value: float, step: float) -> float:
    """Round to two digits that count; under 100 down to a multiple of a given step.

    Examples
    --------
    >>> _snapped(7.8, 0.5), _snapped(13.7, 1.0), _snapped(13.72, 0.0), _snapped(123, 1)
    (7.5, 13.0, 14.0, 120.0)
    """
    if step and abs(value) < 100:
        return math.floor(value / step) * step
    return float(f"{value:.2g}")


def _grown(codes: npt.NDArray[np.float32], label: npt.NDArray[Any], seed: int) -> Any:  # noqa: ANN401 - scikit-learn is imported where it is used
    from sklearn.tree import DecisionTreeClassifier

    least = max(5, len(label) // 200)
    tree = DecisionTreeClassifier(
        max_depth=MAX_DEPTH, min_samples_leaf=least, random_state=seed
    )
    return tree.fit(codes, label)


def _paths(
    tree: Any,  # noqa: ANN401 - of scikit-learn
    columns: Sequence[_Column],
) -> dict[int, tuple[Condition, ...]]:
    """Give the merged conditions of each node but the root."""
    nodes, found = tree.tree_, {}
    open_paths: list[tuple[int, tuple[Condition, ...]]] = [(0, ())]
    while open_paths:
        node, path = open_paths.pop()
        left, right = nodes.children_left[node], nodes.children_right[node]
        if path:
            found[int(node)] = _merged(path)
        if left < 0:
            continue
        column = columns[nodes.feature[node]]
        threshold = float(nodes.threshold[node])
        takes_missing = left if nodes.missing_go_to_left[node] else right
        for child in (left, right):
            missing = bool(child == takes_missing)
            op = ">" if child == right else "<="
            condition = _condition(column, op, threshold, missing=missing)
            open_paths.append((int(child), (*path, condition)))
    return found


def _condition(
    column: _Column, op: Literal["<=", ">"], threshold: float, *, missing: bool
) -> Condition:
    if not column.marks:
        named = op == ">"
        return Condition(
            column.feature, "=" if named else "!=", column.value, not named
        )
    last = len(column.marks) - 1  # known against missing is a split at infinity
    at = last if math.isinf(threshold) else math.floor(threshold)
    return Condition(column.feature, op, column.marks[at], missing)


def _merged(path: Sequence[Condition]) -> tuple[Condition, ...]:
    """Keep the strictest of each kind: over 5 and over 8 is over 8."""
    kept: dict[tuple[str, str, str], Condition] = {}
    same = {c.feature for c in path if c.op == "="}
    for condition in path:
        if condition.op == "!=" and condition.feature in same:
            continue
        value = condition.value if isinstance(condition.value, str) else ""
        key = (condition.feature, condition.op, value)
        old = kept.get(key, condition)
        kept[key] = max(old, condition, key=_strictness)
    admit = {
        f: all(c.or_missing for c in path if c.feature == f)
        for f in {c.feature for c in path}
    }
    return tuple(
        Condition(c.feature, c.op, c.value, admit[c.feature] and c.op != "=")
        for _, c in sorted(kept.items())
    )


def _strictness(condition: Condition) -> float:
    if isinstance(condition.value, str):
        return 0.0
    return condition.value if condition.op == ">" else -condition.value


def _chosen(
    own: npt.NDArray[np.bool_],
    visited: npt.NDArray[np.bool_],
    paths: Mapping[int, tuple[Condition, ...]],
) -> Paths:
    """Choose the best one or two nodes for a segment on the learners of the tree.

    A second path has to be worth its words: `SECOND` of F1.
    """
    purity = (visited & own[:, None]).sum(axis=0) / np.maximum(visited.sum(axis=0), 1)
    mostly = [node for node in paths if purity[node] > 0.5]
    if not mostly:
        return ()

    def worth(nodes: Sequence[int]) -> float:
        return _f1(np.any(visited[:, list(nodes)], axis=1, keepdims=True)[:, 0], own)

    best = max(mostly, key=lambda node: (worth([node]), -node))
    pairs = [[best, node] for node in mostly if node != best]
    both = max(pairs, key=lambda pair: (worth(pair), -pair[1]), default=[best])
    chosen = both if worth(both) > worth([best]) + SECOND else [best]
    return tuple(paths[node] for node in chosen)


def _f1(caught: npt.NDArray[np.bool_], own: npt.NDArray[np.bool_]) -> float:
    return float(2 * (caught & own).sum() / (caught.sum() + own.sum()))


def _shortened(
    paths: Paths, learners: pl.DataFrame, own: npt.NDArray[np.bool_]
) -> Paths:
    """Leave out what a rule can do without, on the learners of the tree."""
    if not paths:
        return ()
    least = _f1(_caught(paths, learners), own) - SPARE
    stated = tuple(
        tuple(replace(c, or_missing=c.op == "!=") for c in path) for path in paths
    )
    if _f1(_caught(stated, learners), own) >= least:
        paths = stated
    while True:
        options = [(_f1(_caught(o, learners), own), o) for o in _without_one(paths)]
        score, option = max(options, key=lambda pair: pair[0], default=(-1.0, paths))
        too_long = sum(map(len, paths)) > MOST_CONDITIONS
        if not too_long and score < least:
            return paths
        paths = option


def _without_one(paths: Paths) -> list[Paths]:
    """Give the rules that lack one condition or one path, none of them without any."""
    shorter = [
        (*paths[:i], (*path[:j], *path[j + 1 :]), *paths[i + 1 :])
        for i, path in enumerate(paths)
        if len(path) > 1
        for j in range(len(path))
    ]
    alone = [(path,) for path in paths] if len(paths) > 1 else []
    return [*shorter, *alone]


def _measured(
    paths: Mapping[int, Paths],
    held: pl.DataFrame,
    label: npt.NDArray[Any],
    model: FeatureModel,
) -> list[tuple[Rule, npt.NDArray[np.bool_]]]:
    """Measure what is stated on held-out learners."""
    found = []
    for segment, ways in paths.items():
        caught, own = _caught(ways, held), label == segment
        if not ways or not caught.any() or not own.any():
            continue
        right = int((caught & own).sum())
        n_own, n_caught = int(own.sum()), int(caught.sum())
        text = in_words(ways, model)
        shares = right / n_own, right / n_caught
        found.append((Rule(segment, ways, text, *shares, n_own, n_caught), caught))
    return found


def _stated(
    found: Sequence[tuple[Rule, npt.NDArray[np.bool_]]], label: npt.NDArray[Any]
) -> float:
    """Give the share caught by the rule of their own segment and by no other."""
    times = np.sum([caught for _, caught in found], axis=0)
    only = [caught & (times == 1) & (label == rule.segment) for rule, caught in found]
    return float(np.sum(only) / len(label))


def matches(learners: pl.DataFrame, rule: Rule) -> npt.NDArray[np.bool_]:
    """Say which learners a rule catches; no randomness, no model.

    Parameters
    ----------
    learners : polars.DataFrame
        With the columns of the conditions (and ``experience_imputed``, ``company``
        where a rule uses experience or company level).
    rule : Rule

    Returns
    -------
    array of shape (n_learners,), bool

    Raises
    ------
    SchemaError
        If a column is not there.
    """
    wanted = {c.feature for path in rule.paths for c in path}
    if missing := wanted.difference(learners.columns):
        raise SchemaError.missing(missing, learners.columns)
    return _caught(rule.paths, learners)


def _caught(paths: Paths, learners: pl.DataFrame) -> npt.NDArray[np.bool_]:
    everyone = pl.repeat(value=True, n=pl.len(), dtype=pl.Boolean)
    ways = [
        pl.all_horizontal(everyone, *(_met(c, learners) for c in path))
        for path in paths
    ]
    caught = pl.any_horizontal(~everyone, *ways).alias("_caught")
    return learners.select(caught)["_caught"].to_numpy()


def _met(condition: Condition, learners: pl.DataFrame) -> pl.Expr:
    value = _known_values(condition.feature, learners)
    compared = {
        ">": value > condition.value,
        "<=": value <= condition.value,
        "=": value == condition.value,
        "!=": value != condition.value,
    }[condition.op]
    return compared.fill_null(value=condition.or_missing)
