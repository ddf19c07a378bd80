"""The evidence of a run to the contract: exact, every number that was measured."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import polars as pl

from learnstrata.learners.employers import sizes_of
from learnstrata.learners.roles.unnamed import unnamed_roles
from learnstrata.pipeline import Run
from learnstrata.privacy.disclosure.pooling import OTHER
from learnstrata.segments.evidence.examination import Replication, Shape, Trust
from learnstrata.segments.evidence.subsegments import RoleCell
from learnstrata.segments.meaning.part_profiles import PartProfile
from learnstrata.segments.meaning.profiles import cut_on
from learnstrata.segments.model.certainty import STANDINGS
from learnstrata.stats.replication import lower_quartile
from learnstrata.stats.stability import DISSOLVED, RECOVERED
from learnstrata.stats.stability import Flow as Flowing
from learnstrata.summary.contract import evidence as contract
from learnstrata.summary.meaning import typical_number

__all__ = ["build_evidence"]

MEASURED = {"pay": "pay_imputed", "years_of_experience": "experience_imputed"}


def build_evidence(run: Run) -> contract.Evidence | None:
    """Gather the evidence of a run; None where it was left out.

    Parameters
    ----------
    run : Run
    """
    trust = run.clusters.trust
    if trust is None:
        return None
    return contract.Evidence(
        level="full" if trust.level == "full" else "quick",
        left_out=trust.left_out,
        verdict=contract.Verdict.of(trust.verdict),
        nulls=_nulls(run, trust),
        gap=_gap(trust),
        components=_components(trust.shape),
        valleys=_valleys(trust.shape),
        silhouette=_silhouette(trust.shape),
        stability=_stability(trust.replication, run.clusters.dossier.k),
        seeds=_seeds(trust.replication, run.clusters.dossier.k),
        halves=_halves(trust.replication),
        flows=tuple(_flows(trust.replication.flows)),
        certainty=_certainty(run, trust),
        finer=_finer(run, trust),
        sensitivity=(
            contract.Sensitivity.of(trust.sensitivity) if trust.sensitivity else None
        ),
    )


def _nulls(run: Run, trust: Trust) -> contract.Nulls:
    dossier, nulls = run.clusters.dossier, trust.nulls
    chosen, k, halves = dossier.chosen, dossier.k, nulls.halves
    hopkins = run.clusters.tendency.power_d.statistic

    def of(measure: str) -> float | None:
        return chosen.value(measure) if chosen else None

    beside = (
        ("hopkins", None, hopkins, nulls.hopkins),
        ("silhouette", k, of("silhouette"), chosen and chosen.silhouette_beside),
        ("gap", k, None, nulls.gap_beside.get(k)),
        ("half_agreement", k, of("half_agreement"), halves and halves.agreement),
        ("lowest_jaccard", k, of("lowest_jaccard"), halves and halves.jaccard),
    )
    return contract.Nulls(
        draws=nulls.n_draws,
        rows=nulls.n_rows,
        halved_draws=run.config.evidence.halved_draws,
        halved_splits=run.config.evidence.halved_splits,
        statistics=tuple(
            contract.NullStatistic(statistic=name, k=of, whole=whole, **asdict(found))
            for name, of, whole, found in beside
            if found is not None
        ),
    )


def _gap(trust: Trust) -> contract.Gap:
    found, rows = trust.nulls.gap, trust.nulls.n_rows
    if found is None:
        return contract.Gap(k=None, references=0, rows=rows, table=())
    each = zip(found.k_values, found.gap, found.standard_error, strict=True)
    return contract.Gap(
        k=found.k,
        references=found.n_references,
        rows=rows,
        table=tuple(
            contract.GapRow(k=k, gap=gap, standard_error=error)
            for k, gap, error in each
        ),
    )


def _components(shape: Shape) -> tuple[contract.Component, ...]:
    return tuple(
        contract.Component(component=i, explained=share, dip=contract.Dip.of(found))
        for i, (found, share) in enumerate(
            zip(shape.components, shape.explained, strict=True), start=1
        )
    )


def _valleys(shape: Shape) -> tuple[contract.Valley, ...]:
    return tuple(
        contract.Valley(
            segment_id=found.cluster + 1,
            neighbour_id=found.neighbour + 1,
            dip=contract.Dip.of(found.dip) if found.dip else None,
            p_value=found.p_value,
            depth=found.depth,
            is_gap=found.is_gap,
        )
        for found in shape.borders
    )


def _silhouette(shape: Shape) -> contract.Silhouette:
    found = shape.silhouette
    each = zip(found.per_cluster, shape.negative, shape.scored, strict=True)
    return contract.Silhouette(
        mean=found.mean,
        standard_error=found.standard_error,
        squared=shape.squared,
        simplified=shape.simplified,
        scored=len(found.values),
        against=shape.n_against,
        rows=shape.n_rows,
        per_segment=tuple(
            contract.SegmentSilhouette(
                segment_id=i, scored=scored, mean=mean, negative=negative
            )
            for i, (mean, negative, scored) in enumerate(each, start=1)
        ),
    )


def _stability(replication: Replication, k: int) -> contract.Stability | None:
    found = replication.halves.get(k)
    if found is None:
        return None
    each = zip(
        found.jaccard.mean(axis=0),
        lower_quartile(found.jaccard),
        np.mean(found.jaccard >= RECOVERED, axis=0),
        np.mean(found.jaccard <= DISSOLVED, axis=0),
        strict=True,
    )
    return contract.Stability(
        halves=len(found.jaccard),
        rows=replication.n_halved // 2,
        lowest=found.jaccard.mean(axis=0).min(),
        per_segment=tuple(
            contract.SegmentJaccard(
                segment_id=i, jaccard=mean, low=low, recovered=again, dissolved=gone
            )
            for i, (mean, low, again, gone) in enumerate(each, start=1)
        ),
    )


def _seeds(replication: Replication, k: int) -> contract.Seeds:
    values = replication.seeds
    return contract.Seeds(
        k=k,
        refits=len(values),
        rows=replication.n_rows,
        values=values,
        mean=float(np.mean(values)) if values else None,
        lowest=min(values, default=None),
    )


def _halves(replication: Replication) -> contract.Halves:
    return contract.Halves(
        rows=replication.n_halved,
        table=tuple(
            contract.HalvesRow(
                k=k,
                prediction_strength=found.strength.mean(),
                standard_error=found.strength_error,
                values=tuple(found.strength),
                agreement=tuple(found.agreement),
            )
            for k, found in replication.halves.items()
        ),
    )


def _flows(flows: Sequence[Flowing]) -> Iterable[contract.Flow]:
    """Give every flow with the sizes of both its ends, which its shares are of."""
    sources: Counter[tuple[int, int | str]] = Counter()
    targets: Counter[tuple[int, int | str]] = Counter()
    for flow in flows:
        sources[flow.k, flow.source] += flow.count
        targets[flow.k, flow.target] += flow.count
    for flow in flows:
        yield contract.Flow(
            k=flow.k,
            source=int(flow.source) + 1,
            target=int(flow.target) + 1,
            count=flow.count,
            n_source=sources[flow.k, flow.source],
            n_target=targets[flow.k, flow.target],
            share_of_source=flow.share_of_source,
            share_of_target=flow.share_of_target,
        )


def _certainty(run: Run, trust: Trust) -> contract.Certainty:
    learners, evidence = run.meaning.learners, run.config.evidence
    sure = learners.group_by("segment_id").agg(
        *((pl.col("standing") == word).sum().alias(word) for word in STANDINGS),
        pl.col("confidence").sort().mean().alias("mean_confidence"),
    )
    return contract.Certainty(
        **{word: int(sure[word].sum()) for word in STANDINGS},
        confidence_refits=len(trust.certainty.refits),
        min_margin=evidence.min_margin,
        min_confidence=evidence.min_confidence,
        per_segment=tuple(
            contract.SegmentCertainty(**row)
            for row in sure.sort("segment_id").iter_rows(named=True)
        ),
    )


def _finer(run: Run, trust: Trust) -> contract.Finer:
    settings = run.config.evidence.finer
    sizes = dict(run.meaning.learners["segment_id"].value_counts().iter_rows())
    return contract.Finer(
        rows=trust.shape.n_rows,
        rule=(
            f"A segment is cut into 2 to {settings.k_max} parts where the smallest "
            f"holds at least {100 * settings.min_share:.6g}% of it and the least "
            f"stable reaches a Jaccard of {settings.min_jaccard:.6g}; of these cuts "
            "admitted, the one with the highest silhouette."
        ),
        parts=_parts(run, trust),
        dossiers=tuple(
            contract.PartDossier.model_validate(
                asdict(found) | {"n_segment": sizes[found.segment_id]}
            )
            for found in trust.subsegments.dossiers
        ),
        cells=_cells(run, trust.cells),
    )


def _parts(run: Run, trust: Trust) -> tuple[contract.Part, ...]:
    parts, learners = trust.subsegments.parts, run.meaning.learners
    sizes: Counter[int] = Counter()
    for part in parts:
        sizes[part.segment_id] += part.count
    paid = _paid_parts(learners, run)
    described = {one.subsegment_id: one for one in run.meaning.parts}
    years = _typical(learners, "years_of_experience", ["subsegment_id"])
    empty: Mapping[str, Any] = dict.fromkeys(
        ("companies", "largest_share", "median_pay"), None
    )
    return tuple(
        contract.Part(
            **asdict(part),
            n_segment=sizes[part.segment_id],
            **_described(described.get(part.subsegment_id), part.segment_id, run),
            **paid.get(part.subsegment_id, {"learners": 0, **empty}),
            n_experience=years.get(part.subsegment_id, (0, None))[0],
            median_years=years.get(part.subsegment_id, (0, None))[1],
        )
        for part in parts
    )


def _described(found: PartProfile | None, segment_id: int, run: Run) -> dict[str, Any]:
    """Give name, numbers and roles of a part; of a whole segment its name alone."""
    if found is None:
        name = run.meaning.names[segment_id - 1].name
        return {"name": name, "apart": (), "typical": (), "roles": ()}
    typical = found.profile.typical
    return {
        "name": found.name,
        "apart": found.apart,
        # What is typical of all is that of its segment, which is told there.
        "typical": tuple(
            typical_number(name, typical[name]).model_copy(update={"base": None})
            for name in cut_on(run.meaning.model.features)
            if name in typical
        ),
        "roles": _roles(found, run),
    }


def _roles(found: PartProfile, run: Run) -> tuple[contract.PartRole, ...]:
    """Give the roles of a part that name one, the most frequent first."""
    unnamed = {*unnamed_roles(run.config), OTHER}
    return tuple(
        contract.PartRole(
            value=one.value, held=one.count, learners=one.learners, share=one.share
        )
        for one in found.profile.shares.get("role", ())
        if one.count and one.value not in unnamed
    )


def _paid_parts(learners: pl.DataFrame, run: Run) -> dict[str, dict[str, Any]]:
    """Give each part its pay and who is behind it: a learner counts once."""
    if "pay" not in learners.columns:
        return {}
    by = ["subsegment_id"]
    told = (*by, "learner_id", "company", "pay", "pay_year", "record")
    paid = learners.filter(pl.col("pay").is_not_null(), pl.col(MEASURED["pay"]) == 0)
    paid = paid.select(c for c in told if c in paid.columns)
    if not run.base.one_each:
        newest = [c for c in ("pay_year", "record") if c in paid.columns]
        paid = paid.sort(newest).unique([*by, "learner_id"], keep="last")
    medians = paid.group_by(by).agg(pl.col("pay").median().alias("median_pay"))
    if "company" in run.meaning.model.features.available:
        fill = run.config.cleaning.missing_company
        known = pl.when(pl.col("company") != fill).then("company").alias("company")
        sizes = sizes_of(paid.with_columns(known), by)
    else:
        sizes = paid.group_by(by).agg(
            learners=pl.len(), companies=None, largest_share=None
        )
    table = sizes.join(medians, on=by)
    return {row.pop("subsegment_id"): row for row in table.iter_rows(named=True)}


def _typical(
    learners: pl.DataFrame, column: str, by: Sequence[str]
) -> dict[str, tuple[int, float | None]]:
    """Count of whom a number is known, and give its median."""
    if column not in learners.columns:
        return {}
    known = pl.col(column).filter(pl.col(MEASURED[column]) == 0).drop_nulls()
    table = learners.group_by(by).agg(known.len().alias("n"), known.median())
    return {part: (n, median) for part, n, median in table.iter_rows()}


def _cells(run: Run, cells: Sequence[RoleCell]) -> tuple[contract.RoleCell, ...]:
    """Give every family in every segment, empty cells too; what is pooled has none."""
    if not cells:
        return ()
    found = {(cell.segment_id, cell.role_family): cell for cell in cells}
    families = run.base.prepared.learners["role_family"].drop_nulls().value_counts()
    of_family = dict(families.iter_rows())
    segments = run.meaning.learners["segment_id"].value_counts().sort("segment_id")
    told = {*run.meaning.learners["role_family"].unique()} & {*of_family}
    return tuple(
        contract.RoleCell(
            **asdict(found.get((i, family)) or RoleCell(i, family, 0, 0.0, 0.0, None)),
            n_segment=n_segment,
            n_family=of_family[family],
        )
        for i, n_segment in segments.iter_rows()
        for family in sorted(told)
    )
