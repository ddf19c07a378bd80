"""The evidence of a run as plain values: what ``summary.json`` holds of it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import polars as pl

from learnstrata.learners.features.register import feature_of
from learnstrata.pipeline import Run
from learnstrata.privacy.disclosure.cells import CellRule, count_cells, suppress
from learnstrata.privacy.disclosure.census import ends_told
from learnstrata.privacy.disclosure.rounding import rounded_pay
from learnstrata.segments.evidence.examination import Nulls, Replication, Shape, Trust
from learnstrata.segments.evidence.sensitivity import Sensitivity, Variant
from learnstrata.segments.evidence.subsegments import RoleCell, Subsegments
from learnstrata.segments.model.certainty import STANDINGS
from learnstrata.stats.stability import JaccardResult
from learnstrata.summary.told import told_parts, told_standings

__all__ = ["EXAMINED", "by_k", "summarise_evidence"]

EXAMINED = (
    "gap",
    "gap_error",
    "gap_excess",
    "gap_p",
    "jaccard_sampled",
    "jaccard_null",
    "jaccard_excess",
    "jaccard_p",
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
        "left_out": list(trust.left_out),
        "verdict": asdict(trust.verdict),
        "nulls": _nulls(trust.nulls, run),
        "gap": _gap(trust.nulls),
        "dip": _dips(trust.shape),
        "valleys": _valleys(trust.shape),
        "silhouette": _silhouette(trust.shape),
        "bootstrap": [_bootstrap(found) for found in trust.replication.bootstraps],
        "seeds": _seeds(trust.replication, k),
        "halves": _halves(trust.replication),
        "flows": _flows(trust.replication, run.meaning.census.rule),
        "standing": _standing(run),
        "finer": _finer(trust, run),
        "sensitivity": _sensitivity(trust.sensitivity, run.config.privacy.learners),
    }


def by_k(trust: Trust | None) -> Mapping[int, dict[str, Any]]:
    """Give what the evidence adds to each row of the dossier."""
    if trust is None:
        return {}
    found, beside = trust.nulls.gap, trust.nulls.gap_beside
    errors: dict[int, float] = {}
    if found:
        errors = dict(zip(found.k_values, found.standard_error.tolist(), strict=True))
    halves, jaccards = trust.replication.halves, trust.nulls.jaccard_beside
    rows = {}
    for k in {*halves, *beside, *jaccards}:
        gap, jaccard = beside.get(k), jaccards.get(k)
        values = (
            gap.observed if gap else None,
            errors.get(k),
            gap.excess if gap else None,
            gap.p_value if gap else None,
            jaccard.observed if jaccard else None,
            jaccard.mean if jaccard else None,
            jaccard.excess if jaccard else None,
            jaccard.p_value if jaccard else None,
            halves[k].mean if k in halves else None,
        )
        rows[k] = dict(zip(EXAMINED, values, strict=True))
    return rows


def _nulls(nulls: Nulls, run: Run) -> dict[str, Any]:
    dossier, tendency = run.clusters.dossier, run.clusters.tendency.power_d
    chosen = dossier.chosen
    beside = (
        ("hopkins", None, tendency.statistic, nulls.hopkins),
        ("silhouette", dossier.k, chosen.silhouette, chosen.silhouette_beside),
        ("gap", dossier.k, None, nulls.gap_beside.get(dossier.k)),
        (
            "jaccard",
            dossier.k,
            chosen.lowest_jaccard,
            nulls.jaccard_beside.get(dossier.k),
        ),
    )
    return {
        "draws": nulls.n_draws,
        "rows": nulls.n_rows,
        "jaccard_draws": nulls.jaccard_draws,
        "jaccard_resamples": nulls.jaccard_resamples,
        "statistics": [
            {"statistic": name, "k": k, "whole": whole, **asdict(found)}
            for name, k, whole, found in beside
            if found is not None
        ],
    }


def _gap(nulls: Nulls) -> dict[str, Any]:
    found = nulls.gap
    if found is None:
        return {"k": None, "references": 0, "rows": nulls.n_rows, "table": []}
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


def _silhouette(shape: Shape) -> dict[str, Any]:
    found = shape.silhouette
    return {
        "mean": found.mean,
        "standard_error": found.standard_error,
        "squared": shape.squared,
        "simplified": shape.simplified,
        "scored": len(found.values),
        "against": shape.n_rows,
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
        "values": list(values),
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
                "values": found.values.tolist(),
            }
            for k, found in replication.halves.items()
        ],
    }


def _flows(replication: Replication, rule: CellRule) -> list[dict[str, Any]]:
    """Give the flows that may be told: of enough, and none that gives another away."""
    each: dict[int, list[dict[str, Any]]] = {}
    for flow in replication.flows:
        ends = {"source": int(flow.source) + 1, "target": int(flow.target) + 1}
        each.setdefault(flow.k, []).append(asdict(flow) | ends)
    by = ["source", "target"]
    whole = pl.any_horizontal(pl.col(end).is_null() for end in by)
    shown = []
    for rows in each.values():
        flows = pl.DataFrame(rows)
        one_each = flows.select(pl.col(by).repeat_by("count").explode())
        cells = count_cells(one_each, by, company=None)
        shown += suppress(cells, by, rule=rule, known=whole).cut(flows).to_dicts()
    return shown


def _standing(run: Run) -> dict[str, Any]:
    learners, trust = run.meaning.learners, run.clusters.trust
    of = told_standings(run)
    means = dict(
        learners.group_by("segment_id").agg(pl.col("confidence").mean()).iter_rows()
    )
    return {
        "counts": {name: of[name, None] for name in STANDINGS},
        "confidence_refits": len(trust.certainty.refits) if trust else 0,
        "min_margin": run.config.evidence.min_margin,
        "min_confidence": run.config.evidence.min_confidence,
        "per_segment": [
            {
                "segment_id": profile.id,
                **{name: of[name, profile.id] for name in STANDINGS},
                "mean_confidence": means.get(profile.id),
            }
            for profile in run.meaning.profiles
        ],
    }


def _sensitivity(found: Sensitivity | None, least: int) -> dict[str, Any] | None:
    """Give the other ways to cut; null for a share of few."""
    if found is None:
        return None
    return asdict(found) | {
        "same_way": _variant(found.same_way, least),
        "variants": [_variant(one, least) for one in found.variants],
    }


def _variant(one: Variant, least: int) -> dict[str, Any]:
    shares = {"smallest_share": one.smallest_share, "largest_share": one.largest_share}
    told = ends_told(*shares.values(), rows=one.rows, least=least)
    hidden = [name for name, shown in zip(shares, told, strict=True) if not shown]
    return asdict(one) | dict.fromkeys(hidden)


def _finer(trust: Trust, run: Run) -> dict[str, Any]:
    settings = run.config.evidence.finer
    families = told_parts(run, "role_family") if trust.cells else {}
    return {
        "rule": (
            f"A segment is cut into 2 to {settings.k_max} parts where the smallest "
            f"holds at least {100 * settings.min_share:.6g}% of it and the least "
            f"stable reaches a Jaccard of {settings.min_jaccard:.6g}; of these cuts "
            "admitted, the one with the highest silhouette."
        ),
        "subsegments": _parts(trust.subsegments, run),
        "dossiers": [asdict(found) for found in trust.subsegments.dossiers],
        "cells": [asdict(cell) for cell in trust.cells if _is_told(cell, families)],
    }


def _is_told(cell: RoleCell, families: Mapping[tuple[Any, ...], int | None]) -> bool:
    here = families.get((cell.role_family, cell.segment_id))
    of_all = families.get((cell.role_family, None))
    return here is not None and of_all is not None


def _parts(subsegments: Subsegments, run: Run) -> list[dict[str, Any]]:
    """Give each part: no count that may not be told, and pay rounded."""
    learners, unit = run.meaning.learners, run.meaning.model.features.pay.per_shown_unit
    counts = told_parts(run, "subsegment_id")
    measured = {c: feature_of(c).flag for c in ("pay", "years_of_experience")}
    there = {c: flag for c, flag in measured.items() if c in learners.columns}
    medians = learners.group_by("subsegment_id").agg(
        pl.col(c).filter(pl.col(flag) == 0).median() for c, flag in there.items()
    )
    if "pay" in there:
        amounts = rounded_pay(medians["pay"].fill_null(unit), unit)
        known = pl.col("pay").is_not_null()
        medians = medians.with_columns(pay=pl.when(known).then(pl.Series(amounts)))
    typical = {row["subsegment_id"]: row for row in medians.to_dicts()}
    hidden = dict.fromkeys(
        ("count", "share_of_segment", "share", *(f"median_{c}" for c in there))
    )
    return [
        asdict(part)
        | {f"median_{c}": typical.get(part.subsegment_id, {}).get(c) for c in there}
        | ({} if counts[part.subsegment_id, part.segment_id] is not None else hidden)
        for part in subsegments.parts
    ]
