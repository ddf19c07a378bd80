"""The order of the stages: from a table of records to everything found in it.

This is the only place that knows the order. Each stage is a plain function of the stage
before it and of its own piece of the configuration; what it finds is exact.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import NamedTuple

import numpy as np
import polars as pl
from narwhals.typing import IntoFrame

from learnstrata.assignment import read_alike
from learnstrata.config.stages import Columns, Config
from learnstrata.engines.protocol import Engine
from learnstrata.exceptions import DegenerateError
from learnstrata.learners import intake
from learnstrata.learners.accounts import Account, account_of
from learnstrata.learners.cleaning import Cleaned
from learnstrata.learners.description import describe
from learnstrata.learners.factors import with_numbered_ids
from learnstrata.learners.features.register import feature_of, register_of
from learnstrata.learners.history import without_needless_ids
from learnstrata.learners.identities import names_in, with_tidied
from learnstrata.learners.roles.families import coverage
from learnstrata.learners.roles.unnamed import unnamed_roles
from learnstrata.learners.rules.bounds import Limits, find_limits
from learnstrata.learners.schema.origins import (
    find_origins,
)
from learnstrata.learners.schema.register import extra_name
from learnstrata.learners.sources.info import SourceInfo
from learnstrata.privacy.disclosure.rule import PayRule
from learnstrata.privacy.keys import random_key, salt_of
from learnstrata.runs import STAGES, Base, Clusters, Meaning, Run, Stopwatch
from learnstrata.segments.choice.nulls import LEAST_LEARNERS
from learnstrata.segments.choice.sweep import refuse_too_few, select
from learnstrata.segments.choice.tendency import find_tendency
from learnstrata.segments.evidence.examination import examine
from learnstrata.segments.evidence.hierarchy import grow_tree
from learnstrata.segments.meaning.bands import compare_with_rules
from learnstrata.segments.meaning.categories import find_same
from learnstrata.segments.meaning.contributions import (
    Explanation,
    explain_unit,
    mean_pulls,
)
from learnstrata.segments.meaning.distinctive import make_cards
from learnstrata.segments.meaning.naming import SegmentName, name_segments
from learnstrata.segments.meaning.outcomes import judge_outcomes
from learnstrata.segments.meaning.part_profiles import (
    PartProfile,
    describe_parts,
    names_of_parts,
)
from learnstrata.segments.meaning.profiles import Profile, cut_on, profile_segments
from learnstrata.segments.meaning.rules import segment_rules
from learnstrata.segments.model.certainty import EXPORTED
from learnstrata.segments.model.model import (
    SegmentModel,
    fit_model,
    memberships,
    prepare,
)
from learnstrata.segments.pay.comparison import compare_pay
from learnstrata.segments.questions.answers import answer_questions
from learnstrata.stats import kmeans
from learnstrata.stats.inputs import Integers
from learnstrata.stats.projection import principal_components
from learnstrata.stats.sampling import Seeds, sample_rows, spawn_seeds
from learnstrata.stats.threads import single_blas
from learnstrata.wording.words import listed

__all__ = ["STAGES", "Run", "explain", "prepare_learners", "rehearse", "run"]

DRAWING = (
    *("tendency", "select", "fit", "hierarchy", "evidence", "explain"),
    "describe",
    "judged",
)
FRESH_GAIN = 0.005  # of the variance, for which the cut of before is given up
MOST_PASSES = 100


def run(  # noqa: PLR0913 - what to segment, how, and under which key
    frame: IntoFrame,
    config: Config,
    *,
    watch: Callable[[str], None] = lambda _: None,
    key: bytes | None = None,
    source: SourceInfo | None = None,
    engine: Engine | None = None,
    start: pl.DataFrame | None = None,
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
    source : SourceInfo, default=None
        Of the file that the table was read from.
    engine : Engine, default=None
        That holds `frame`, and reads and cleans it; None is the memory of this process.
    start : polars.DataFrame, default=None
        ``learner_id`` and ``segment_id`` of an earlier cut (1, 2, ...): where it has as
        many segments, the cut that it leads to is taken, unless a fresh one is better.

    Raises
    ------
    SchemaError
        If the table lacks what a segmentation needs.
    DegenerateError
        If there are too few learners, or they do not differ.
    """
    timer = Stopwatch(watch)
    key = random_key() if key is None else key
    with single_blas(anew=True):
        with engine.told() if engine else nullcontext():
            known = _known(frame, config, timer, engine)
        del frame
        base = _base(known, config, timer, key)
        del known
        clusters = _clusters(base, config, timer, start)
        meaning = _meaning(base, clusters, config, timer, key)
    timer.begin("")
    return Run(config, base, clusters, meaning, timer.seconds, source)


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
    timer = Stopwatch(lambda _: None)
    return _base(_known(frame, config, timer, None), config, timer, random_key())


def rehearse(frame: IntoFrame, config: Config) -> Base:
    """Take a table as far as it takes to know that a run does not refuse it.

    Raises
    ------
    SchemaError, DegenerateError, ConfigError
        What `run` raises, in the same words.
    """
    base, seeds = prepare_learners(frame, config), _seeds(config)
    X = base.prepared.drawn(_judged(base, config)).matrix.X
    find_tendency(X, config, rng=seeds["tendency"])
    refuse_too_few(
        X,
        config.selection,
        rng=seeds["select"],
        sampler=config.sampler,
        least=_least(config),
    )
    return base


def _least(config: Config) -> int:
    """Give the learners that a segment must have; a record is no person to hide."""
    return config.privacy.learners if config.unit == "learner" else 1


class _Known(NamedTuple):
    """What is known of the learners of a table once its records are let go."""

    mapping: Mapping[str, str]
    notes: tuple[str, ...]
    limits: Limits
    units: pl.DataFrame
    account: Account
    names: pl.DataFrame


def _known(
    frame: IntoFrame, config: Config, timer: Stopwatch, engine: Engine | None
) -> _Known:
    timer.begin("recognise")
    read = intake.read_table(
        frame, config, checkpoint=engine.checkpoint if engine else None
    )
    given = names_in(frame, read.mapping)
    del frame  # of no more use, and as large as what was read
    timer.begin("clean")
    limits = find_limits(read.records, config)
    parts = (
        intake.brought_parts(read.records, config, limits, engine)
        if engine
        else intake.cleaned_parts(read.records, config, limits)
    )
    units: list[pl.DataFrame] = []
    account = account_of(_kept(parts, units), read.mapping, config, limits)
    found = pl.concat(units)
    intake.refuse_unusable(found, account.ledger)
    names = with_tidied(given, account.names)
    return _Known(read.mapping, read.notes, limits, found, account, names)


def _kept(
    parts: Iterator[Cleaned[pl.DataFrame]], units: list[pl.DataFrame]
) -> Iterator[Cleaned[pl.DataFrame]]:
    """Pass parts on, and keep what is segmented of each."""
    for part in parts:
        units.append(intake.units_of(part))
        yield part


def _base(known: _Known, config: Config, timer: Stopwatch, key: bytes) -> Base:
    timer.begin("features")
    mapping, limits = known.mapping, known.limits
    units, rows = intake.in_order_of_content(known.units, mapping, config)
    prepared = prepare(units, config, as_of=limits.as_of, salt=salt_of(key))
    timer.begin("describe")
    least = config.privacy.learners
    told = without_needless_ids(prepared.learners)
    pooled = intake.without_rare(told, config, least=least)
    no_company, titled = config.cleaning.missing_company, "title" in told.columns
    return Base(
        mapping=mapping,
        limits=limits,
        account=known.account,
        names=known.names,
        prepared=prepared,
        rows=rows,
        learners=prepared.learners.with_columns(pooled.get_columns()),
        description=describe(
            with_numbered_ids(pooled),
            prepared.features,
            no_company=no_company,
            rng=_seeds(config)["describe"],
        ),
        coverage=coverage(told, min_learners=least) if titled else None,
        origins=find_origins(
            mapping, units, config, clustered=prepared.features.columns
        ),
        notes=known.notes,
        one_each="learner_id" not in told.columns,
    )


def _clusters(
    base: Base, config: Config, timer: Stopwatch, start: pl.DataFrame | None
) -> Clusters:
    seeds, sampler = _seeds(config), config.sampler
    rows = _judged(base, config)
    judged = base.prepared.drawn(rows)
    X = judged.matrix.X
    timer.begin("tendency")
    with _naming_what_all_share(base):
        tendency = find_tendency(X, config, rng=seeds["tendency"])
    timer.begin("select")
    dossier = select(
        X,
        config.selection,
        rng=seeds["select"],
        sampler=sampler,
        evidence=config.evidence,
        blocks=judged.matrix.blocks,
        least=_least(config),
    )
    timer.begin("fit")
    rng, swept = np.random.default_rng(seeds["fit"]), dossier.fits.get(dossier.k)
    warm = [swept.centers] if swept else []
    fit = kmeans.fit(X, dossier.k, n_starts=config.fit.starts, rng=rng, warm=warm)
    if judged is not base.prepared:
        fit = kmeans.settle(base.prepared.matrix.X, fit.centers)
    if start is not None:
        fit = _continued(fit, base, start)
    timer.begin("hierarchy")
    rng = seeds["hierarchy"]
    tree = grow_tree(X, fit.of(rows), config.hierarchy, rng=rng, sampler=sampler)
    timer.begin("evidence")
    trust, rng = None, seeds["evidence"]
    examined = config.evidence.level != "none" and len(X) >= LEAST_LEARNERS
    if examined and dossier.k > 1:  # of one segment there is nothing to doubt
        trust = examine(base.prepared, dossier, fit, tree, config, rows=rows, rng=rng)
    return Clusters(tendency, dossier, fit, tree, principal_components(X), trust, rows)


def _continued(
    fit: kmeans.KMeansFit, base: Base, start: pl.DataFrame
) -> kmeans.KMeansFit:
    """Take the cut that an earlier one leads to, unless a fresh one is better."""
    X, learners = base.prepared.matrix.X, base.prepared.learners
    asked = learners.select(pl.col("learner_id").cast(pl.String))
    before = asked.join(start, on="learner_id", how="left", maintain_order="left")
    labels = before["segment_id"].fill_null(0).to_numpy()
    groups = np.unique(labels[labels > 0])
    if len(groups) != len(fit.centers):
        return fit
    centers = np.array([X[labels == j].mean(axis=0, dtype=np.float64) for j in groups])
    own = kmeans.settle(X, centers, max_iter=MOST_PASSES)
    most = FRESH_GAIN * float(X.var(axis=0, dtype=np.float64).sum()) * len(X)
    return own if own.inertia - fit.inertia <= most else fit


def _judged(base: Base, config: Config) -> Integers:
    """Draw the learners that all but the cut itself is computed on, in their order."""
    n_learners = len(base.prepared.matrix.X)
    most = n_learners if config.judged_on == "all" else config.judged_on
    if n_learners <= most:
        return np.arange(n_learners)
    return np.sort(sample_rows(n_learners, most, rng=_seeds(config)["judged"]))


@contextmanager
def _naming_what_all_share(base: Base) -> Iterator[None]:
    """Say of learners who hardly differ what is the same for all of them."""
    try:
        yield
    except DegenerateError as error:
        features = base.prepared.features
        same = [feature_of(name).label for name in features.constant]
        if not same:
            raise
        raise DegenerateError(f"{error} The same for all: {listed(same)}.") from None


def _meaning(
    base: Base, clusters: Clusters, config: Config, timer: Stopwatch, key: bytes
) -> Meaning:
    features, rng = base.prepared.features, _seeds(config)["explain"]
    rule = PayRule.of(config.privacy)
    timer.begin("profile")
    named = _named(base, clusters, config, rule)
    bands = features.experience_band_names
    learners = named.described
    same_as = find_same(learners, register_of(config))
    comparison = compare_with_rules(
        learners, experience_order=bands, pay_order=features.pay.band_names
    )
    timer.begin("explain")
    cards = make_cards(
        learners,
        named.profiles,
        pay=features.pay,
        grown=config.decisions.grown,
    )
    rules = segment_rules(learners, features, rng=rng)
    X, labels = base.prepared.matrix.X, clusters.fit.labels
    pulls = mean_pulls(X, labels, named.model)
    outcomes = [extra_name(column) for column in config.columns.outcome]
    values = judge_outcomes(
        learners, features, outcomes=outcomes, least=rule.learners, rng=rng
    )
    timer.begin("benchmarks")
    columns = features.available
    paid = compare_pay(learners, config, available=columns, key=key)
    timer.begin("answer")
    questions = answer_questions(
        learners,
        available=columns,
        bands=bands,
        config=config,
    )
    return Meaning(
        named.model,
        named.members.with_columns(record=base.rows).sort("record"),
        named.learners,
        named.names,
        named.profiles,
        cards,
        pulls,
        same_as,
        comparison,
        rules,
        values,
        *paid,
        questions,
        named.parts,
    )


class _Named(NamedTuple):
    """Segments with their names, and the learners in them; `described` has factors."""

    names: tuple[SegmentName, ...]
    profiles: tuple[Profile, ...]
    parts: tuple[PartProfile, ...]
    model: SegmentModel
    members: pl.DataFrame
    learners: pl.DataFrame
    described: pl.DataFrame


def _named(base: Base, clusters: Clusters, config: Config, rule: PayRule) -> _Named:
    prepared, fit, trust = base.prepared, clusters.fit, clusters.trust
    features, k = prepared.features, len(fit.centers)
    ids = pl.Series("segment_id", fit.labels.astype(np.int64) + 1)
    told = base.learners.drop("learner_id") if base.one_each else base.learners
    described = with_numbered_ids(told).with_columns(ids)
    no_company = config.cleaning.missing_company
    profiles = profile_segments(
        described, features, n_segments=k, no_company=no_company
    )
    names = name_segments(
        profiles,
        features.experience_band_names,
        cut_on=cut_on(features),
        no_role=unnamed_roles(config),
        overrides=config.names,
        rule=rule,
    )
    certainty = trust.certainty if trust else None
    model = fit_model(prepared, config, base.limits, fit, certainty, base.origins)
    cut = trust.subsegments.ids if trust else None
    parts = () if cut is None else describe_parts(described, cut, features, config)
    part_names = names_of_parts(parts, k) if trust else ()
    model = model.with_names([one.name for one in names], part_names)
    X = prepared.matrix.X
    members = memberships(prepared.learners, X, model).with_columns(ids)
    told = members.select("segment_name", *EXPORTED)
    learners = base.learners.with_columns(ids, *told.get_columns())
    described = described.with_columns(told.get_columns())
    return _Named(names, profiles, parts, model, members, learners, described)


def explain(
    frame: IntoFrame,
    model: SegmentModel,
    learner: str,
    *,
    columns: Columns | None = None,
    tell: Callable[[str], object] = lambda _: None,
) -> Explanation:
    """Say why a learner of a table is in their segment rather than in the next.

    Parameters
    ----------
    frame : data frame
        A table with the columns of the fitted one. It is not changed.
    model : SegmentModel
    learner : str
        An id of the table. Of a learner with several rows, by a recipe that segments
        records, the one with the newest pay is explained.
    columns : Columns, default=None
    tell : callable, default does nothing
        As for `learnstrata.assignment.assign`.

    Raises
    ------
    ParameterError
        If the table has no such learner.
    SchemaError
        As for `learnstrata.assignment.assign`.
    DegenerateError
        If none of the learner's records can be used.
    """
    read = read_alike(frame, model, _nothing, columns=columns, tell=tell)
    config, limits, whole = model.config, read.model.limits, read.whole
    records = read.records
    unit = intake.newest_unit(records, config, limits, learner=learner, whole=whole)
    return explain_unit(unit, read.model)


def _nothing(_model: SegmentModel, _units: pl.DataFrame) -> None:
    """Keep nothing of a part."""


def _seeds(config: Config) -> Seeds:
    return spawn_seeds(config.seed, DRAWING, sampler=config.sampler)
