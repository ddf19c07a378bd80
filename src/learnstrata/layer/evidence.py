"""The evidence of a run as plain values: what ``summary.json`` holds of it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import polars as pl

from learnstrata.pipeline import Run
from learnstrata.segments.finer import Subsegments
from learnstrata.segments.standing import STANDINGS
from learnstrata.segments.trust import Nulls, Replication, Shape, Trust
from learnstrata.stats.nulls import MonteCarlo
from learnstrata.stats.stability import JaccardResult

__all__ = ["EXAMINED", "by_k", "summarise_evidence"]

EXAMINED = (
    "gap",
    "gap_error",
    "gap_excess",
    "jaccard_null",
    "jaccard_excess",
    "prediction_strength",
)


def summarise_evidence(run: Run) -> dict[str, Any] | None:
    """Gather the evidence of a run; None where it was left out.

    Parameters
    ----------
    run : Run

    Returns
    -------
    dict or None
        Segment ids begin with 1.
    """
    trust = run.clusters.trust
    if trust is None:
        return None
    k = run.clusters.dossier.k
    return {
        "level": trust.level,
        "verdict": asdict(trust.verdict),
        "nulls": _nulls(trust.nulls, run),
        "gap": _gap(trust.nulls),
        "dip": _dips(trust.shape),
        "valleys": _valleys(trust.shape),
        "silhouette": _silhouette(trust.shape, run),
        "bootstrap": [_bootstrap(found) for found in trust.replication.bootstraps],
        "seeds": _seeds(trust.replication, k),
        "halves": _halves(trust.replication),
        "flows": _flows(trust.replication),
        "standing": _standing(run),
        "finer": _finer(trust, run),
        "sensitivity": asdict(trust.sensitivity) if trust.sensitivity else None,
    }


def by_k(trust: Trust | None) -> Mapping[int, dict[str, Any]]:
    """Give what the evidence adds to each row of the dossier."""
    if trust is None:
        return {}
    nulls = trust.nulls
    gaps = dict(zip(nulls.gap.k_values, nulls.gap.gap.tolist(), strict=True))
    errors = dict(
        zip(nulls.gap.k_values, nulls.gap.standard_error.tolist(), strict=True)
    )
    rows = {}
    for k in trust.replication.halves:
        jaccard = nulls.jaccard_beside.get(k)
        values = (
            gaps[k],
            errors[k],
            nulls.gap_beside[k].excess,
            jaccard.mean if jaccard else None,
            jaccard.excess if jaccard else None,
            trust.replication.halves[k].mean,
        )
        rows[k] = dict(zip(EXAMINED, values, strict=True))
    return rows


def _nulls(nulls: Nulls, run: Run) -> dict[str, Any]:
    dossier = run.clusters.dossier
    chosen = dossier.chosen
    beside = {
        "hopkins": (None, nulls.hopkins),
        "silhouette": (dossier.k, chosen.silhouette_beside),
        "gap": (dossier.k, nulls.gap_beside.get(dossier.k)),
        "jaccard": (dossier.k, nulls.jaccard_beside.get(dossier.k)),
    }
    return {
        "draws": nulls.n_draws,
        "rows": nulls.n_rows,
        "jaccard_draws": nulls.jaccard_draws,
        "jaccard_resamples": nulls.jaccard_resamples,
        "statistics": [
            _statistic(name, k, found)
            for name, (k, found) in beside.items()
            if found is not None
        ],
    }


def _statistic(name: str, k: int | None, found: MonteCarlo) -> dict[str, Any]:
    return {"statistic": name, "k": k, **asdict(found)}


def _gap(nulls: Nulls) -> dict[str, Any]:
    found = nulls.gap
    return {
        "k": found.k,
        "references": found.n_references,
        "rows": nulls.n_rows,
        "table": [
            {"k": k, "gap": gap, "standard_error": error}
            for k, gap, error in zip(
                found.k_values,
                found.gap.tolist(),
                found.standard_error.tolist(),
                strict=True,
            )
        ],
    }


def _dips(shape: Shape) -> list[dict[str, Any]]:
    return [
        {"component": i, "explained": explained, **asdict(found)}
        for i, (found, explained) in enumerate(
            zip(shape.components, shape.explained, strict=True), start=1
        )
    ]


def _valleys(shape: Shape) -> list[dict[str, Any]]:
    return [
        {
            "segment_id": found.cluster + 1,
            "neighbour_id": found.neighbour + 1,
            "dip": asdict(found.dip) if found.dip else None,
        }
        for found in shape.valleys
    ]


def _silhouette(shape: Shape, run: Run) -> dict[str, Any]:
    found = shape.silhouette
    dossier = run.clusters.dossier
    chosen = dossier.chosen
    return {
        "mean": chosen.silhouette,
        "standard_error": chosen.silhouette_error,
        "squared": chosen.silhouette_squared,
        "simplified": chosen.silhouette_simplified,
        "scored": dossier.n_scored,
        "against": dossier.n_against,
        "plotted": len(found.values),
        "per_segment": [
            {
                "segment_id": j + 1,
                "mean": mean,
                "negative": negative,
                "profile": [round(float(v), 3) for v in profile],
            }
            for j, (mean, negative, profile) in enumerate(
                zip(
                    found.per_cluster.tolist(),
                    shape.negative.tolist(),
                    shape.profile,
                    strict=True,
                )
            )
        ],
    }


def _bootstrap(found: JaccardResult) -> dict[str, Any]:
    return {
        "start": found.start,
        "resamples": found.n_resamples,
        "rows": found.n_rows,
        "lowest": found.lowest,
        "per_segment": [
            {
                "segment_id": j + 1,
                "jaccard": jaccard,
                "recovered": recovered,
                "dissolved": dissolved,
            }
            for j, (jaccard, recovered, dissolved) in enumerate(
                zip(
                    found.per_cluster.tolist(),
                    found.recovered.tolist(),
                    found.dissolved.tolist(),
                    strict=True,
                )
            )
        ],
    }


def _seeds(replication: Replication, k: int) -> dict[str, Any]:
    values = replication.seeds
    return {
        "k": k,
        "refits": len(values),
        "rows": replication.n_rows,
        "mean": float(np.mean(values)) if values else None,
        "lowest": min(values, default=None),
    }


def _halves(replication: Replication) -> dict[str, Any]:
    return {
        "rows": replication.n_rows,
        "table": [
            {
                "k": k,
                "prediction_strength": found.mean,
                "standard_error": found.standard_error,
            }
            for k, found in replication.halves.items()
        ],
    }


def _flows(replication: Replication) -> list[dict[str, Any]]:
    return [
        asdict(flow) | {"source": int(flow.source) + 1, "target": int(flow.target) + 1}
        for flow in replication.flows
    ]


def _standing(run: Run) -> dict[str, Any]:
    learners, trust = run.meaning.learners, run.clusters.trust
    counts = dict(learners["standing"].value_counts().iter_rows())
    told = learners.group_by("segment_id", "standing").len()
    of = {(segment, name): n for segment, name, n in told.iter_rows()}
    means = dict(
        learners.group_by("segment_id").agg(pl.col("confidence").mean()).iter_rows()
    )
    return {
        "counts": {name: counts.get(name, 0) for name in STANDINGS},
        "confidence_refits": len(trust.certainty.refits) if trust else 0,
        "min_margin": run.config.evidence.min_margin,
        "min_confidence": run.config.evidence.min_confidence,
        "per_segment": [
            {
                "segment_id": profile.id,
                **{name: of.get((profile.id, name), 0) for name in STANDINGS},
                "mean_confidence": means.get(profile.id),
            }
            for profile in run.meaning.profiles
        ],
    }


def _finer(trust: Trust, run: Run) -> dict[str, Any]:
    settings = run.config.evidence.finer
    return {
        "rule": (
            f"A segment is cut into 2 to {settings.k_max} parts where the smallest "
            f"holds at least {100 * settings.min_share:.6g}% of it and the least "
            f"stable reaches a Jaccard of {settings.min_jaccard:.6g}; of these cuts "
            "admitted, the one with the highest silhouette."
        ),
        "subsegments": _parts(trust.subsegments, run.meaning.learners),
        "dossiers": [asdict(found) for found in trust.subsegments.dossiers],
        "cells": [asdict(cell) for cell in trust.cells],
    }


def _parts(subsegments: Subsegments, learners: pl.DataFrame) -> list[dict[str, Any]]:
    measured = {"pay": "pay_imputed", "years_of_experience": "experience_imputed"}
    there = {c: flag for c, flag in measured.items() if c in learners.columns}
    medians = learners.group_by("subsegment_id").agg(
        pl.col(c).filter(pl.col(flag) == 0).median() for c, flag in there.items()
    )
    typical = {row["subsegment_id"]: row for row in medians.to_dicts()}
    return [
        asdict(part)
        | {f"median_{c}": typical.get(part.subsegment_id, {}).get(c) for c in there}
        for part in subsegments.parts
    ]
