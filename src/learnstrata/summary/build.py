"""Every number of a run as plain values: the contract that others build on.

`summarise` gives what ``summary.json`` holds and what the report is made from; the
report computes nothing, so a number in it is a number here. The keys are listed in
``docs/reference/summary.md``.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from importlib import metadata
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from learnstrata.learners.features.register import feature_of
from learnstrata.learners.roles.titles import TitleTable
from learnstrata.learners.schema.register import (
    COLUMNS,
    column_label,
    lost_without,
)
from learnstrata.pipeline import Run
from learnstrata.segments.choice.nulls import LEAST_LEARNERS
from learnstrata.summary.benchmarks import (
    summarise_benchmarks,
    summarise_cohorts,
    summarise_companies,
)
from learnstrata.summary.evidence import EXAMINED, by_k, summarise_evidence
from learnstrata.summary.explanation import (
    explain_segments,
    summarise_incremental,
    summarise_rules,
)
from learnstrata.summary.told import known_counts, told_comparison, told_profile

__all__ = ["SCHEMA_VERSION", "summarise"]

SCHEMA_VERSION = 2
MAP_POINTS, MAP_SHARE = 1_500, 0.1  # of the learners, on the map
MAP_BLUR = 0.25  # standard deviations a point is moved by, typically
NOT_EXAMINED = dict.fromkeys(EXAMINED)
LIBRARIES = ("learnstrata", "narwhals", "numpy", "polars", "scikit-learn", "scipy")


def summarise(run: Run) -> dict[str, Any]:
    """Gather every number of a run; nan and infinity become null.

    Parameters
    ----------
    run : Run

    Returns
    -------
    dict
        JSON values only. No company, no learner id; titles held by few are left out.
    """
    config, model = run.config, run.meaning.model
    summary = {
        "schema_version": SCHEMA_VERSION,
        "recipe": config.recipe,
        "recipe_version": config.version,
        "seed": config.seed,
        "as_of": run.base.limits.as_of,
        "unit": config.unit,
        "pay_unit": model.features.pay.shown_unit,
        "per_pay_unit": model.features.pay.per_shown_unit,
        "input": _input(run),
        "ledger": _states(run),
        "cleaning": _cleaning(run),
        "roles": _roles(run),
        "features": _features(run),
        "description": _description(run),
        "tendency": _tendency(run),
        "selection": _selection(run),
        "evidence": summarise_evidence(run),
        "inertia": run.clusters.fit.inertia,
        "segments": _segments(run),
        "map": _map(run),
        "hierarchy": _hierarchy(run),
        "heuristic": _heuristic(run),
        "rules": summarise_rules(run),
        "incremental": summarise_incremental(run),
        "benchmarks": summarise_benchmarks(run),
        "cohorts": summarise_cohorts(run),
        "companies": summarise_companies(run),
        "findings": [_finding(f) for f in run.meaning.findings],
        "actions": [asdict(action) for action in run.meaning.actions],
        "notes": _notes(run),
        "config": config.as_dict(),
        "timings": dict(run.timings),
        "versions": {name: metadata.version(name) for name in LIBRARIES},
    }
    return _plain(summary)


def _input(run: Run) -> dict[str, Any]:
    return {
        "records": run.base.n_records,
        "learners": run.base.n_learners,
        "segmented": len(run.meaning.learners),
        "columns": dict(run.base.mapping),
        "available": run.meaning.model.features.available,
    }


def _states(run: Run) -> dict[str, int]:
    from learnstrata.learners.cleaning import STATES

    counts = dict(run.base.ledger["state"].value_counts().iter_rows())
    return {state: int(counts.get(state, 0)) for state in STATES}


def _cleaning(run: Run) -> dict[str, Any]:
    rules = (
        run.base.ledger.drop_nulls("rule")
        .with_columns(pl.col("rule").str.split("; "))
        .explode("rule")
        .group_by("rule", "state")
        .len()
        .sort(["rule", "state"])
    )
    return {
        "rules": [
            {"rule": rule, "state": state, "records": n}
            for rule, state, n in rules.iter_rows()
        ],
        "limits": asdict(run.base.limits),
        "imputed": {
            flag.removesuffix("_imputed"): _filled(run, flag)
            for flag in ("pay_imputed", "experience_imputed")
            if flag in run.meaning.learners.columns
        },
    }


def _filled(run: Run, flag: str) -> int | None:
    """Count the learners of whom a value was filled in; None where they are few."""
    n = int(run.meaning.learners[flag].sum())
    return None if 0 < n < run.config.privacy.learners else n


def _roles(run: Run) -> dict[str, Any] | None:
    if run.base.coverage is None:
        return None
    return asdict(run.base.coverage) | {"table_version": TitleTable.load().version}


def _features(run: Run) -> dict[str, Any]:
    model = run.meaning.model.features
    used = [
        {
            "name": column,
            "label": feature_of(column).label,
            "group": name,
            "weight": group.weight,
            "scaling": group.scaling,
        }
        for name, group in model.groups.items()
        for column in group.columns
    ]
    described = [
        name
        for name, group in run.config.features.items()
        if group.weight == 0 and name not in model.groups
    ]
    return {"used": used, "left_out": model.left_out, "not_clustered": described}


def _description(run: Run) -> dict[str, Any]:
    found = run.base.description
    return {
        "distributions": [asdict(d) for d in found.distributions],
        "missing": [asdict(m) for m in found.missing],
        "correlations": asdict(found.correlations),
        "pay_by_experience": found.pay_by_experience.to_dicts(),
        "pay_by_role": found.pay_by_role.to_dicts(),
    }


def _tendency(run: Run) -> dict[str, Any]:
    found = run.clusters.tendency
    return {
        "hopkins": asdict(found.reported),
        "power_d": asdict(found.power_d),
        "original": asdict(found.original),
    }


def _selection(run: Run) -> dict[str, Any]:
    dossier = run.clusters.dossier
    more = by_k(run.clusters.trust)
    return {
        "table": [row | more.get(row["k"], NOT_EXAMINED) for row in dossier.rows()],
        "k": dossier.k,
        "runner_up": dossier.runner_up,
        "rule": dossier.rule,
        "reason": dossier.reason,
        "changes": dossier.changes,
        "rows": dossier.n_rows,
        "scored": dossier.n_scored,
        "against": dossier.n_against,
        "resamples": run.config.selection.resamples,
    }


def _segments(run: Run) -> list[dict[str, Any]]:
    columns, known = run.base.prepared.matrix.columns, known_counts(run)
    least = run.config.privacy.learners
    return [
        told_profile(profile, known)
        | {"center": _center(columns, center, hidden=profile.count < least)}
        | more
        for profile, center, more in zip(
            run.meaning.profiles,
            run.meaning.model.centers,
            explain_segments(run, known),
            strict=True,
        )
    ]


def _center(
    columns: Sequence[str], center: Iterable[float], *, hidden: bool
) -> dict[str, float | None]:
    """Give a centre by column; that of a few learners is where they are."""
    values = [None] * len(columns) if hidden else center
    return dict(zip(columns, values, strict=True))


def _map(run: Run) -> dict[str, Any]:
    """Blur a small share of the learners on two components.

    Each is moved at random by a part of the spread, so that no point is the place of a
    learner; those that then lie far out are left out.
    """
    projection = run.clusters.projection
    scores = np.asarray(projection.scores, dtype=np.float64)[:, :2]
    rng = np.random.default_rng(run.config.seed)
    most = min(MAP_POINTS, math.ceil(MAP_SHARE * len(scores)))
    blurred = scores + rng.normal(size=scores.shape) * MAP_BLUR * scores.std(axis=0)
    low, high = np.quantile(scores, [0.01, 0.99], axis=0)
    inside = np.flatnonzero(((low <= blurred) & (blurred <= high)).all(axis=1))
    rows = rng.permutation(inside)[:most]
    points = blurred[rows].round(2)
    labels = run.clusters.fit.labels[rows] + 1
    return {
        "explained": projection.explained.tolist(),
        "columns": run.base.prepared.matrix.columns,
        "loadings": projection.loadings.tolist(),
        "share": len(rows) / len(scores),
        "blur": MAP_BLUR,
        "x": points[:, 0].tolist(),
        "y": points[:, 1].tolist(),
        "segment_id": labels.tolist(),
        "middles": _middles(points, labels),
    }


def _middles(
    points: npt.NDArray[np.float64], labels: npt.NDArray[np.integer]
) -> list[dict[str, float]]:
    """Give the middle of the points of each segment: of what is shown, no more."""
    found = []
    for segment in np.unique(labels):
        x, y = np.median(points[labels == segment], axis=0).round(2)
        found.append({"segment_id": segment, "x": x, "y": y})
    return found


def _hierarchy(run: Run) -> dict[str, Any]:
    return asdict(run.clusters.tree)


def _heuristic(run: Run) -> dict[str, Any] | None:
    return told_comparison(run)


def _finding(finding: Any) -> dict[str, Any]:  # noqa: ANN401 - a Finding
    return asdict(finding)


def _notes(run: Run) -> list[str]:
    """Say what the table lacks and which part is missing for it."""
    there = {"learner_id"} & set(run.base.mapping)
    there |= set(run.meaning.model.features.available)
    lost = {COLUMNS[name].gives: text for name, text in lost_without(there).items()}
    lacking = [
        f"The table has no {column_label(column)}: {text}."
        for column, text in lost.items()
    ]
    n = len(run.meaning.learners)
    few = run.config.evidence.level != "none" and n < LEAST_LEARNERS
    short = (
        f"{n} {run.config.unit}s are too few to say how far this can be trusted: it "
        f"takes {LEAST_LEARNERS}."
    )
    return [*lacking, short] if few else lacking


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a result holds
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(inner) for inner in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
