"""All results of a run to the contract: exact, and nothing that is not computed here.

`build` is the one way from a `Run` to `Results`; each section has its builder.
"""

import json
from importlib import metadata

from learnstrata.learners.features.matrix import LACKING
from learnstrata.learners.features.register import feature_of
from learnstrata.learners.ledger import STATES
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
        remarks=tuple(Remark.of(one) for one in run.base.account.remarks),
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
            secret_of(key, "points of the map", content=run.base.account.content),
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
        records=run.base.account.n_records,
        learners=run.base.account.n_learners,
        segmented=len(run.meaning.learners),
        columns=dict(run.base.mapping),
        available=run.meaning.model.features.available,
        source=Source.of(run.source) if run.source else None,
    )


def _ledger(run: Run) -> Ledger:
    """Count the records by what became of them, and by each rule that touched them."""
    found = run.base.account
    rules = found.rules.iter_rows(named=True)
    return Ledger(
        **{state: found.states.get(state, 0) for state in STATES},
        rules=tuple(RuleCount(**row) for row in rules),
    )


def _limits(run: Run) -> Limits:
    """Give the limits of pay, with how many learners and companies they are of."""
    found, account = run.base.limits, run.base.account
    return Limits(
        pay_low=found.pay_low,
        pay_high=found.pay_high,
        pay_typical=found.pay_typical,
        paid=account.paid.learners,
        companies=account.paid.companies,
        largest_share=account.paid.largest_share,
        heaped_pay=tuple(Heap(**row) for row in account.heaps.iter_rows(named=True)),
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
