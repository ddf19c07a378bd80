"""How many segments and how they lie, to the contract: choice of k, hierarchy, map."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from learnstrata.learners.features.register import feature_of, plain_name
from learnstrata.pipeline import Run
from learnstrata.segments.choice.sweep import Candidate
from learnstrata.segments.evidence.examination import Trust
from learnstrata.summary.contract import choice as contract

__all__ = ["build_hierarchy", "build_map", "build_selection", "build_tendency"]

MAP_POINTS, MAP_SHARE = 1_500, 0.1  # of the learners, on the map
MAP_BLUR = 0.25  # standard deviations a point is moved by, typically
STRONG_LOADING, MOST_STRONG = 0.4, 3  # what an axis is named after
EXAMINED = (
    *("gap", "gap_error", "gap_excess", "gap_p"),
    "prediction_strength",
)
SWEPT = tuple(n for n in contract.Candidate.model_fields if n not in EXAMINED)


def build_tendency(run: Run) -> contract.Tendency:
    """Give Hopkins' statistic in all its variants.

    Parameters
    ----------
    run : Run
    """
    found = run.clusters.tendency
    return contract.Tendency(
        hopkins=contract.Hopkins.of(found.reported),
        power_d=contract.Hopkins.of(found.power_d),
        original=contract.Hopkins.of(found.original),
    )


def build_selection(run: Run) -> contract.Selection:
    """Give every k that was tried, and why one of them was chosen.

    Parameters
    ----------
    run : Run
    """
    dossier, trust = run.clusters.dossier, run.clusters.trust
    choice, same, judged = dossier.choice, run.meaning.same_as, len(run.clusters.rows)
    return contract.Selection(
        k=choice.k,
        runner_up=choice.runner_up,
        rule=choice.rule,
        reason=choice.reason,
        changes=choice.changes,
        judged=judged if judged < len(run.clusters.fit.labels) else None,
        rows=dossier.n_rows,
        scored=dossier.n_scored,
        against=dossier.n_against,
        splits=run.config.selection.splits,
        halved=dossier.n_halved,
        inertia=run.clusters.fit.inertia,
        table=tuple(_candidate(one, trust) for one in choice.candidates),
        again=choice.again,
        samples=choice.samples,
        is_settled=choice.is_settled,
        is_forced=choice.is_forced,
        same_as=same and contract.SameAs.of(same),
    )


def _candidate(swept: Candidate, trust: Trust | None) -> contract.Candidate:
    of_sweep = {name: swept.value(name) for name in SWEPT}
    return contract.Candidate.model_validate(of_sweep | _examined(swept.k, trust))


def _examined(k: int, trust: Trust | None) -> dict[str, float | None]:
    """Give what the evidence adds to a k; None for what it did not measure."""
    if trust is None:
        return dict.fromkeys(EXAMINED)
    gap = trust.nulls.gap_beside.get(k)
    halves, own = trust.replication.halves.get(k), trust.nulls.gap
    errors: dict[int, float] = {}
    if own:
        errors = dict(zip(own.k_values, own.standard_error.tolist(), strict=True))
    values = (
        *(
            (gap.observed, errors.get(k), gap.excess, gap.p_value)
            if gap
            else [None] * 4
        ),
        halves.strength.mean().item() if halves else None,
    )
    return dict(zip(EXAMINED, values, strict=True))


def build_hierarchy(run: Run) -> contract.Hierarchy:
    """Give Ward's hierarchy and its dendrogram.

    Parameters
    ----------
    run : Run
    """
    return contract.Hierarchy.of(run.clusters.tree)


def build_map(run: Run, secret: bytes) -> contract.Map:
    """Blur a small share of the learners on two components.

    Each is moved at random by a part of the spread, so that no point is the place of a
    learner; those that then lie far out are left out.

    Parameters
    ----------
    run : Run
    secret : bytes
        Of which learners are drawn and moved: without it nobody can draw them again.
    """
    scores = np.asarray(run.clusters.projection.scores, dtype=np.float64)[:, :2]
    rng = np.random.default_rng(int.from_bytes(secret, "big"))
    blurred = scores + rng.normal(size=scores.shape) * MAP_BLUR * scores.std(axis=0)
    low, high = np.quantile(scores, [0.01, 0.99], axis=0)
    inside = np.flatnonzero(((low <= blurred) & (blurred <= high)).all(axis=1))
    # A set share of all would tell how many there are.
    most = min(MAP_POINTS, max(1, rng.binomial(len(scores), MAP_SHARE)))
    rows = rng.permutation(inside)[:most]
    points = blurred[rows].round(2)
    labels = run.clusters.fit.labels[run.clusters.rows[rows]] + 1
    return contract.Map(
        axes=tuple(_axes(run)),
        share=len(rows) / len(run.clusters.fit.labels),
        blur=MAP_BLUR,
        points=tuple(map(_point, points, labels)),
        middles=tuple(
            _point(np.median(points[labels == segment], axis=0).round(2), segment)
            for segment in np.unique(labels)
        ),
    )


def _point(place: npt.NDArray[np.float64], segment: int) -> contract.Point:
    return contract.Point(x=place[0], y=place[1], segment_id=segment)


def _axes(run: Run) -> Iterator[contract.Axis]:
    projection = run.clusters.projection
    columns = run.base.prepared.matrix.columns
    for explained, loadings in zip(
        projection.explained[:2], projection.loadings.T[:2], strict=True
    ):
        of = dict(zip(columns, loadings.tolist(), strict=True))
        strong = sorted(of, key=lambda name: -abs(of[name]))[:MOST_STRONG]
        named = {
            name: _label(name, run)
            for name in strong
            if abs(of[name]) >= STRONG_LOADING
        }
        more = [label for name, label in named.items() if label and of[name] > 0]
        less = [label for name, label in named.items() if label and of[name] < 0]
        yield contract.Axis(
            explained=explained,
            more=tuple(dict.fromkeys(more)),
            less=tuple(dict.fromkeys(less)),
            loadings=of,
        )


def _label(column: str, run: Run) -> str:
    """Name a column of the matrix; a value held by few, which is pooled, has none."""
    feature, _, value = column.partition("=")
    label = feature_of(plain_name(feature)).label
    if not value:
        return label
    learners: Any = run.meaning.learners
    held = feature in learners.columns and value in learners[feature]
    return f"{label}: {value}" if held else ""
