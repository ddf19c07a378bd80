"""The order of the stages: from a table of records to everything found in it.

This is the only place that knows the order. Each stage is a plain function of the stage
before it and of its own piece of the configuration.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
from narwhals.typing import IntoFrame, IntoFrameT

from learnstrata.config.stages import Config
from learnstrata.exceptions import DegenerateError, ParameterError
from learnstrata.learners.cleaning import Cleaned, Limits, clean, find_limits
from learnstrata.learners.description import Description, describe
from learnstrata.learners.history import progression
from learnstrata.learners.lookups import collected
from learnstrata.learners.roles.families import RoleCoverage, add_roles, coverage
from learnstrata.learners.roles.unnamed import unnamed_roles
from learnstrata.learners.schema.standard import recognise, standardise
from learnstrata.privacy.disclosure.cells import CellRule
from learnstrata.privacy.disclosure.census import Census, take_census
from learnstrata.privacy.keys import company_aliases, random_key, salt_of
from learnstrata.segments.choice.nulls import LEAST_LEARNERS
from learnstrata.segments.choice.sweep import Dossier, select
from learnstrata.segments.choice.tendency import TendencyFound, find_tendency
from learnstrata.segments.evidence.examination import Trust, examine
from learnstrata.segments.evidence.hierarchy import Tree, grow_tree
from learnstrata.segments.meaning.bands import Comparison, compare_with_rules
from learnstrata.segments.meaning.contributions import (
    Explanation,
    MeanPull,
    explain_unit,
    mean_pulls,
)
from learnstrata.segments.meaning.distinctive import Card, make_cards
from learnstrata.segments.meaning.outcomes import IncrementalValue, incremental_value
from learnstrata.segments.meaning.profiles import Profile, profile_segments
from learnstrata.segments.meaning.rules import Rules, segment_rules
from learnstrata.segments.model.certainty import EXPORTED, fit_certainty
from learnstrata.segments.model.model import (
    Prepared,
    SegmentModel,
    fit_model,
    memberships,
    prepare,
)
from learnstrata.segments.pay.benchmarks import (
    NEEDS,
    Benchmarks,
    lacking,
    paid_once,
    pay_benchmarks,
)
from learnstrata.segments.pay.cohorts import Cohort, find_cohorts
from learnstrata.segments.pay.companies import CompanyViews, company_views
from learnstrata.segments.questions.answers import Answers, answer_questions
from learnstrata.stats import kmeans
from learnstrata.stats.projection import Projection, principal_components

__all__ = [
    "STAGES",
    "Base",
    "Clusters",
    "Meaning",
    "Run",
    "assign",
    "explain",
    "prepare_learners",
    "run",
]

STAGES = (
    "recognise",
    "clean",
    "features",
    "describe",
    "tendency",
    "select",
    "fit",
    "hierarchy",
    "evidence",
    "profile",
    "explain",
    "benchmarks",
    "answer",
)


@dataclass(frozen=True, slots=True)
class Base:
    """The learners, before anything is clustered.

    Attributes
    ----------
    mapping : mapping of str to str
        Standard name -> column of the user's table.
    n_records, n_learners : int
        Of the input; learners by distinct id.
    limits : Limits
    ledger, records : polars.DataFrame
    prepared : Prepared
        Learners, their features and the matrix.
    description : Description
    coverage : RoleCoverage or None
        None where the table has no titles.
    """

    mapping: Mapping[str, str]
    n_records: int
    n_learners: int
    limits: Limits
    ledger: pl.DataFrame
    records: pl.DataFrame
    prepared: Prepared
    description: Description
    coverage: RoleCoverage | None


@dataclass(frozen=True, slots=True)
class Clusters:
    """What the matrix says: tendency, every k, the chosen fit, the hierarchy, a map.

    `trust` is None where the evidence was left out, or the learners are too few for it.
    """

    tendency: TendencyFound
    dossier: Dossier
    fit: kmeans.KMeansFit
    tree: Tree
    projection: Projection
    trust: Trust | None


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the segments are, and what to do.

    Attributes
    ----------
    model : SegmentModel
    learners : polars.DataFrame
        With features, ``segment_id``, ``segment_name`` and the standing.
    profiles : tuple of Profile
    census : Census
        Which counts of learners by segment may be told.
    comparison : Comparison or None
    cards : tuple of Card
        What is distinctive of each segment, how pay and experience spread, and how
        learners moved on.
    rules : Rules
    pulls : tuple of tuple of MeanPull
        Features of each segment, the most decisive first.
    values : tuple of IncrementalValue
        Learned against rule-based segments, one an outcome.
    benchmarks : Benchmarks
    cohorts : tuple of Cohort
    companies : CompanyViews or None
        Under aliases; None where the table has no companies.
    questions : Answers
    """

    model: SegmentModel
    learners: pl.DataFrame
    profiles: tuple[Profile, ...]
    census: Census
    comparison: Comparison | None
    cards: tuple[Card, ...]
    rules: Rules
    pulls: tuple[tuple[MeanPull, ...], ...]
    values: tuple[IncrementalValue, ...]
    benchmarks: Benchmarks
    cohorts: tuple[Cohort, ...]
    companies: CompanyViews | None
    questions: Answers


@dataclass(frozen=True, slots=True)
class Run:
    """All that a run found; ``timings`` are seconds a stage."""

    config: Config
    base: Base
    clusters: Clusters
    meaning: Meaning
    timings: Mapping[str, float]


class Stopwatch:
    """Seconds a stage, and a call to whoever watches as each begins."""

    def __init__(self, watch: Callable[[str], None]) -> None:
        self.seconds: dict[str, float] = {}
        self._watch = watch
        self._stage, self._since = "", time.perf_counter()

    def begin(self, stage: str) -> None:
        """End the stage before and begin this one; an empty name only ends."""
        now = time.perf_counter()
        if self._stage:
            self.seconds[self._stage] = now - self._since
        self._stage, self._since = stage, now
        if stage:
            self._watch(stage)


def run(
    frame: IntoFrame,
    config: Config,
    *,
    watch: Callable[[str], None] = lambda _: None,
    key: bytes | None = None,
) -> Run:
    """Take a table of records to a segmentation and what follows from it.

    Parameters
    ----------
    frame : data frame
        The user's table, any frame narwhals knows. It is not changed.
    config : Config
    watch : callable, default does nothing
        Called with the name of each of `STAGES` as it begins.
    key : bytes, default=None
        From which the aliases of companies and the codes of the model are made, kept
        outside of every run. ``None`` draws one for this run alone: aliases and codes
        then differ from run to run.

    Returns
    -------
    Run

    Raises
    ------
    SchemaError
        If the table lacks what a segmentation needs.
    DegenerateError
        If there are too few learners, or they do not differ.
    """
    timer = Stopwatch(watch)
    key = random_key() if key is None else key
    base = _base(frame, config, timer, key)
    clusters = _clusters(base, config, timer)
    meaning = _meaning(base, clusters, config, timer, key)
    timer.begin("")
    return Run(config, base, clusters, meaning, timer.seconds)


def prepare_learners(frame: IntoFrame, config: Config) -> Base:
    """Take a table as far as the matrix: what is known of the learners, no clusters.

    Examples
    --------
    >>> from learnstrata.config.loading import load_config
    >>> from learnstrata.learners.demo.tables import make_learners
    >>> base = prepare_learners(make_learners(200, rng=1), load_config())
    >>> len(base.prepared.matrix.X)
    200
    """
    return _base(frame, config, Stopwatch(lambda _: None), random_key())


def _base(frame: IntoFrame, config: Config, timer: Stopwatch, key: bytes) -> Base:
    timer.begin("recognise")
    table, mapping = _recognised(frame, config)
    timer.begin("clean")
    limits = find_limits(table, config)
    cleaned = _cleaned(table, config, limits)
    timer.begin("features")
    units, salt = _with_progression(cleaned), salt_of(key)
    prepared = prepare(units, config, as_of=limits.as_of, salt=salt)
    timer.begin("describe")
    return Base(
        mapping=mapping,
        n_records=len(cleaned.records),
        n_learners=cleaned.records["learner_id"].drop_nulls().n_unique(),
        limits=limits,
        ledger=cleaned.ledger,
        records=cleaned.records,
        prepared=prepared,
        description=describe(
            prepared.learners,
            prepared.features,
            rule=CellRule.of(config.privacy),
            no_company=config.cleaning.missing_company,
        ),
        coverage=_coverage(prepared.learners, config.privacy.learners),
    )


def _clusters(base: Base, config: Config, timer: Stopwatch) -> Clusters:
    X = base.prepared.matrix.X
    seeds, sampler = _seeds(config), config.sampler
    timer.begin("tendency")
    tendency = find_tendency(X, config, rng=seeds["tendency"])
    timer.begin("select")
    dossier = select(
        X,
        config.selection,
        rng=seeds["select"],
        sampler=sampler,
        evidence=config.evidence,
        blocks=base.prepared.matrix.blocks,
        least=config.privacy.learners,
    )
    timer.begin("fit")
    fit = kmeans.fit(
        X,
        dossier.k,
        n_starts=config.fit.starts,
        rng=np.random.default_rng(seeds["fit"]),
        warm=[dossier.fits[dossier.k].centers],
    )
    timer.begin("hierarchy")
    tree = grow_tree(X, fit, config.hierarchy, rng=seeds["hierarchy"], sampler=sampler)
    timer.begin("evidence")
    trust = None
    if config.evidence.level != "none" and len(X) >= LEAST_LEARNERS:
        trust = examine(
            base.prepared, dossier, fit, tree, config, rng=seeds["evidence"]
        )
    return Clusters(tendency, dossier, fit, tree, principal_components(X), trust)


def _meaning(
    base: Base, clusters: Clusters, config: Config, timer: Stopwatch, key: bytes
) -> Meaning:
    timer.begin("profile")
    model, learners, profiles, census = _profiled(base, clusters, config)
    comparison = compare_with_rules(
        learners,
        experience_order=config.experience_band_names,
        pay_order=model.features.pay.band_names,
    )
    timer.begin("explain")
    cards = make_cards(
        learners, profiles, pay=model.features.pay, least=config.privacy.learners
    )
    rng = _seeds(config)["explain"]
    rules = segment_rules(learners, model.features, rng=rng)
    pulls = mean_pulls(base.prepared.matrix.X, clusters.fit.labels, model)
    values = incremental_value(
        learners, model.features, outcomes=config.columns.outcome, rng=rng
    )
    timer.begin("benchmarks")
    benchmarks, cohorts, companies = _benchmarked(learners, model, key)
    timer.begin("answer")
    questions = answer_questions(
        learners,
        available=model.features.available,
        no_role=unnamed_roles(config),
        no_company=config.cleaning.missing_company,
        least=config.privacy.learners,
    )
    return Meaning(
        model=model,
        learners=learners,
        profiles=profiles,
        census=census,
        comparison=comparison,
        cards=cards,
        rules=rules,
        pulls=pulls,
        values=values,
        benchmarks=benchmarks,
        cohorts=cohorts,
        companies=companies,
        questions=questions,
    )


def _profiled(
    base: Base, clusters: Clusters, config: Config
) -> tuple[SegmentModel, pl.DataFrame, tuple[Profile, ...], Census]:
    """Give the model with names, learners with their segments, profiles and census."""
    fit, prepared = clusters.fit, base.prepared
    X, trust = prepared.matrix.X, clusters.trust
    certainty = trust.certainty if trust else fit_certainty(X, fit, config.evidence)
    model = fit_model(prepared, config, base.limits, fit, certainty)
    ids = pl.Series("segment_id", fit.labels.astype(np.int64) + 1)
    learners = prepared.learners.with_columns(ids)
    census = take_census(
        learners,
        rule=CellRule.of(config.privacy),
        no_company=config.cleaning.missing_company,
    )
    profiles = profile_segments(
        learners,
        model.features,
        n_segments=len(fit.centers),
        no_role=unnamed_roles(config),
        overrides=config.names,
        census=census,
    )
    model = model.with_names([profile.name for profile in profiles])
    told = memberships(learners, X, model).select("segment_name", *EXPORTED)
    return model, learners.with_columns(told.get_columns()), profiles, census


def _benchmarked(
    learners: pl.DataFrame, model: SegmentModel, key: bytes
) -> tuple[Benchmarks, tuple[Cohort, ...], CompanyViews | None]:
    """Compare pay with peers, and view companies under aliases."""
    config = model.config
    no_company, no_role = config.cleaning.missing_company, unnamed_roles(config)
    lacks = lacking(learners, NEEDS)
    paid = None if lacks else paid_once(learners, no_company=no_company)
    companies = None
    if "company" in model.features.available:
        names = learners["company"].drop_nulls().unique().to_list()
        companies = company_views(
            learners,
            alias=company_aliases(names, key),
            no_company=no_company,
            rule=CellRule.of(config.privacy),
        )
    return (
        pay_benchmarks(learners, no_company=no_company, paid=paid),
        find_cohorts(learners, no_role=no_role, no_company=no_company, paid=paid),
        companies,
    )


def assign(frame: IntoFrame, model: SegmentModel) -> pl.DataFrame:
    """Give the learners of a table their segments, by a model fitted before.

    Parameters
    ----------
    frame : data frame
        A table with the columns of the fitted one. It is not changed.
    model : SegmentModel

    Returns
    -------
    polars.DataFrame
        ``record``, ``learner_id``, ``segment_id``, ``segment_name``, the standing
        (`learnstrata.segments.model.certainty.standings`) and ``role_family``; one row
        a learner (or a record, by the recipe).
    """
    table, _ = _recognised(frame, model.config)
    cleaned = _cleaned(table, model.config, model.limits)
    return model.assign(_with_progression(cleaned))


def explain(frame: IntoFrame, model: SegmentModel, learner: str) -> Explanation:
    """Say why a learner of a table is in their segment rather than in the next.

    Parameters
    ----------
    frame : data frame
        A table with the columns of the fitted one. It is not changed.
    model : SegmentModel
    learner : str
        An id of the table. Of a learner with several rows, by a recipe that segments
        records, the one with the newest pay is explained.

    Returns
    -------
    Explanation
        Of the segment that `assign` gives.

    Raises
    ------
    ParameterError
        If the table has no such learner.
    DegenerateError
        If none of the learner's records can be used.
    """
    table, _ = _recognised(frame, model.config)
    own = table.filter(pl.col("learner_id") == str(learner))
    if own.is_empty():
        n = table["learner_id"].n_unique()
        raise ParameterError(
            f"Got learner {learner!r}, expected one of the {n:,} ids of the table. "
            "Give the id as it stands in the table."
        )
    units = _with_progression(_cleaned(own, model.config, model.limits))
    by = [c for c in ("pay_year", "record") if c in units.columns]
    newest = units.sort(by, descending=[c == "pay_year" for c in by], nulls_last=True)
    return explain_unit(newest.head(1), model)


def _seeds(config: Config) -> dict[str, Any]:
    """Give each stage its own seed; the legacy sampler needs the seed itself."""
    stages = ("tendency", "select", "fit", "hierarchy", "evidence", "explain")
    if config.sampler == "legacy":
        return dict.fromkeys(stages, config.seed)
    spawned = np.random.SeedSequence(config.seed).spawn(len(stages))
    return {
        stage: np.random.default_rng(seed)
        for stage, seed in zip(stages, spawned, strict=True)
    }


def _recognised(
    frame: IntoFrame, config: Config
) -> tuple[pl.DataFrame, Mapping[str, str]]:
    """Bring the recognised columns of any frame into memory, typed."""
    columns = list(nw.from_native(frame).collect_schema().names())
    mapping = recognise(columns, config.columns, record=config.record)
    table = standardise(
        frame, mapping, columns=config.columns, pay=config.pay, record=config.record
    )
    eager = collected(nw.from_native(table))
    if eager.is_empty():
        raise DegenerateError("Got a table without rows, expected learners.")
    return eager, mapping


def _cleaned(
    table: pl.DataFrame, config: Config, limits: Limits
) -> Cleaned[pl.DataFrame]:
    if "title" in table.columns:
        table = add_roles(table, fuzzy_score=config.roles.fuzzy_score)
    cleaned = clean(table, config, limits)
    if cleaned.units.is_empty():
        rules = cleaned.ledger["rule"].value_counts(sort=True)
        most = rules.row(0)
        raise DegenerateError(
            f"None of the {len(table):,} records can be used; most often: {most[0]} "
            f"({most[1]:,} records). Run `learnstrata check` on the table."
        )
    return cleaned


def _with_progression(cleaned: Cleaned[IntoFrameT]) -> IntoFrameT:
    told: Any = nw.from_native(progression(cleaned.records))
    units: Any = nw.from_native(cleaned.units)
    return units.join(told, on="learner_id", how="left").sort("record").to_native()


def _coverage(learners: pl.DataFrame, least: int) -> RoleCoverage | None:
    if "title" not in learners.columns:
        return None
    return coverage(learners, min_learners=least)
