"""All results of a run to the contract: exact, and nothing that is not computed here.

`build` is the one way from a `Run` to `Results`; each section has its builder.
"""

import json
from importlib import metadata

import polars as pl

from learnstrata.learners.employers import named_company, over_companies
from learnstrata.learners.features.matrix import LACKING
from learnstrata.learners.features.register import feature_of
from learnstrata.learners.ledger import STATES, entries_in
from learnstrata.learners.roles.unnamed import unnamed_roles
from learnstrata.learners.schema.register import (
    COLUMNS,
    column_label,
    lost_without,
)
from learnstrata.pipeline import Run
from learnstrata.privacy.disclosure.pooling import OTHER
from learnstrata.privacy.keys import secret_of
from learnstrata.segments.choice.nulls import LEAST_LEARNERS
from learnstrata.summary.choice import (
    build_hierarchy,
    build_map,
    build_selection,
    build_tendency,
)
from learnstrata.summary.contract.learners import (
    Filled,
    Heap,
    Input,
    Ledger,
    Limits,
    Remark,
    RuleCount,
    Source,
)
from learnstrata.summary.contract.results import Money, Results, Settings
from learnstrata.summary.evidence import build_evidence
from learnstrata.summary.learners import (
    build_band_limits,
    build_description,
    build_features,
    build_roles,
)
from learnstrata.summary.meaning import (
    build_bands,
    build_rules,
    build_segments,
)
from learnstrata.summary.outcomes import build_outcomes
from learnstrata.summary.pay import (
    build_benchmarks,
    build_cohorts,
    build_companies,
    build_questions,
)
from learnstrata.wording.words import listed

__all__ = ["build"]

LIBRARIES = ("learnstrata", "narwhals", "numpy", "polars", "scikit-learn", "scipy")


def build(run: Run, *, key: bytes) -> Results:
    """Gather every number of a run, exact: for the owner, and to be disclosed from.

    Parameters
    ----------
    run : Run
    key : bytes
        The points of the map are drawn and moved under it.

    Returns
    -------
    Results
    """
    return Results(
        settings=_settings(run),
        input=_input(run),
        ledger=_ledger(run),
        remarks=tuple(Remark.of(one) for one in run.base.remarks),
        limits=_limits(run),
        band_limits=build_band_limits(run),
        filled=_filled(run),
        roles=build_roles(run),
        features=build_features(run),
        description=build_description(run),
        tendency=build_tendency(run),
        selection=build_selection(run),
        evidence=build_evidence(run),
        segments=build_segments(run),
        small_segments=0,
        rounding_error=0,
        map=build_map(
            run,
            secret_of(key, "points of the map", content=run.base.content),
        ),
        hierarchy=build_hierarchy(run),
        bands=build_bands(run),
        rules=build_rules(run),
        outcomes=build_outcomes(run),
        benchmarks=build_benchmarks(run),
        cohorts=build_cohorts(run),
        companies=build_companies(run),
        questions=build_questions(run),
        assumed=run.base.notes,
        notes=tuple(_notes(run)),
        timings=dict(run.timings),
    )


def _settings(run: Run) -> Settings:
    config, pay = run.config, run.meaning.model.features.pay
    return Settings(
        recipe=config.recipe,
        recipe_version=config.version,
        seed=config.seed,
        as_of=run.base.limits.as_of,
        unit=config.unit,
        money=Money(unit=pay.shown_unit, per=pay.per_shown_unit),
        min_learners=config.privacy.learners,
        min_companies=config.privacy.min_companies,
        max_company_share=config.privacy.largest_share,
        base=config.privacy.base,
        companies=config.privacy.companies,
        no_role=unnamed_roles(config),
        config=json.loads(json.dumps(config.as_dict(), allow_nan=False)),
        versions={name: metadata.version(name) for name in LIBRARIES},
    )


def _input(run: Run) -> Input:
    return Input(
        records=run.base.n_records,
        learners=run.base.n_learners,
        segmented=len(run.meaning.learners),
        columns=dict(run.base.mapping),
        available=run.meaning.model.features.available,
        source=Source.of(run.source) if run.source else None,
    )


def _ledger(run: Run) -> Ledger:
    """Count the records by what became of them, and by each rule that touched them."""
    ledger = run.base.ledger
    counts = dict(ledger["state"].value_counts().iter_rows())
    ids = run.base.records.select("record", "learner_id")
    records, learners = (pl.col(c).n_unique() for c in ("record", "learner_id"))
    nobodys = pl.col("state") == "quarantined"
    rules = (
        ledger.drop_nulls("rule")
        .with_columns(pl.col("rule").str.split("; "))
        .explode("rule")
        .join(ids, on="record", how="left")
        .group_by("rule", "state")
        .agg(records=records, learners=learners)
        .with_columns(learners=pl.when(nobodys).then("records").otherwise("learners"))
        .sort("rule", "state")
    )
    return Ledger(
        **{state: counts.get(state, 0) for state in STATES},
        rules=tuple(RuleCount(**row) for row in rules.iter_rows(named=True)),
    )


def _limits(run: Run) -> Limits:
    """Give the limits of pay, with how many learners and companies they are of."""
    found, records, columns = (
        run.base.limits,
        run.base.records,
        run.base.records.columns,
    )
    no_company = run.config.cleaning.missing_company
    if "company" in columns:
        records = records.with_columns(named_company(no_company))
    paid = records.drop_nulls("pay") if "pay" in columns else records.clear()
    most = paid["learner_id"].unique_counts().max()
    # Fences are of records: a learner with many weighs as much as their records do.
    of = int(len(paid) // most) if isinstance(most, int) else 0
    companies, largest = paid.select(over_companies(columns)).row(0)
    typed = entries_in(run.base.ledger).filter(pl.col("rule") == "heaped_pay")
    heaps = (
        typed.select("record", pay=pl.col("before").cast(pl.Float64))
        .join(records.drop("pay", strict=False), on="record")
        .unique(["pay", "learner_id"])
        .group_by("pay")
        .agg(
            *over_companies(columns), learners=pl.col("learner_id").n_unique().cast(int)
        )
        .sort("pay")
    )
    return Limits(
        pay_low=found.pay_low,
        pay_high=found.pay_high,
        pay_typical=found.pay_typical,
        paid=of,
        companies=companies,
        largest_share=None if largest is None or not len(paid) else largest,
        heaped_pay=tuple(Heap(**row) for row in heaps.iter_rows(named=True)),
        start_year_fill=found.start_year_fill,
    )


def _filled(run: Run) -> Filled:
    learners = run.meaning.learners
    flags = {"pay": "pay_imputed", "experience": "experience_imputed"}
    return Filled(
        **{
            name: int(learners[flag].sum()) if flag in learners.columns else 0
            for name, flag in flags.items()
        }
    )


def _notes(run: Run) -> list[str]:
    """Say what is missing, and with it which part of the results."""
    there = {"learner_id"} & set(run.base.mapping)
    there |= set(run.meaning.model.features.available)
    lost = {COLUMNS[name].gives: text for name, text in lost_without(there).items()}
    lacking = [
        f"The table has no {column_label(column)}: {text}."
        for column, text in lost.items()
    ]
    lacking += _notes_of_features(run)
    if (
        run.config.evidence.level == "none"
        or len(run.meaning.learners) >= LEAST_LEARNERS
    ):
        return lacking
    unit = run.config.unit
    short = (
        f"There are under {LEAST_LEARNERS} {unit}s: too few to say how far this can be "
        "trusted."
    )
    return [*lacking, short]


def _notes_of_features(run: Run) -> list[str]:
    """Say which features tell nobody apart, and which have too many values."""
    model = run.meaning.model.features
    told = {
        feature_of(name).label: reason
        for name, reason in model.left_out.items()
        if reason != LACKING
    }
    notes = [
        f"Not clustered on: {listed([one for one in told if told[one] == reason])} "
        f"({reason})."
        for reason in dict.fromkeys(told.values())
    ]
    return notes + [
        f"The category {feature_of(name).label} has over {run.config.max_categories} "
        f"values: the {len(model.categories[name]) - 1} most frequent are told apart, "
        f'the others are called "{OTHER}".'
        for name in model.pooled
    ]
