"""What a run finds, stage by stage: exact, and whole when it is made."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import polars as pl

from learnstrata.config.stages import Config
from learnstrata.learners.accounts import Account
from learnstrata.learners.description import Description
from learnstrata.learners.roles.families import RoleCoverage
from learnstrata.learners.rules.bounds import Limits
from learnstrata.learners.schema.origins import Origin
from learnstrata.learners.sources.info import SourceInfo
from learnstrata.segments.choice.sweep import Dossier
from learnstrata.segments.choice.tendency import TendencyFound
from learnstrata.segments.evidence.examination import Trust
from learnstrata.segments.evidence.hierarchy import Tree
from learnstrata.segments.meaning.bands import Comparison
from learnstrata.segments.meaning.categories import SameAs
from learnstrata.segments.meaning.contributions import MeanPull
from learnstrata.segments.meaning.distinctive import Card
from learnstrata.segments.meaning.naming import SegmentName
from learnstrata.segments.meaning.outcomes import OutcomeWorth
from learnstrata.segments.meaning.part_profiles import PartProfile
from learnstrata.segments.meaning.profiles import Profile
from learnstrata.segments.meaning.rules import Rules
from learnstrata.segments.model.model import Prepared, SegmentModel
from learnstrata.segments.pay.benchmarks import Benchmarks
from learnstrata.segments.pay.cohorts import Cohort
from learnstrata.segments.pay.companies import CompanyViews
from learnstrata.segments.questions.answers import Answers
from learnstrata.stats.inputs import Integers
from learnstrata.stats.kmeans import KMeansFit
from learnstrata.stats.projection import Projection

__all__ = ["STAGES", "Base", "Clusters", "Meaning", "Run", "Stopwatch"]

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


@dataclass(frozen=True)
class Base:
    """The learners, before anything is clustered.

    Attributes
    ----------
    mapping : mapping of str to str
        Standard name -> column of the user's table.
    limits : Limits
    account : Account
        What became of the records.
    names : polars.DataFrame
        ``kind`` and ``name`` of whom the table names, as given and as tidied.
    prepared : Prepared
        Learners, their features and the matrix: in the order of what they say, by
        which their ``record`` is numbered.
    rows : polars.Series
        The record of the input each of them is.
    learners : polars.DataFrame
        Those of `prepared` with rare categories pooled: what is described of them.
    description : Description
    coverage : RoleCoverage or None
        None where the table has no titles.
    origins : tuple of Origin
        Columns that a model of these learners is made of.
    notes : tuple of str
        Where another column could have been meant.
    one_each : bool
        Whether each learner has one row.
    """

    mapping: Mapping[str, str]
    limits: Limits
    account: Account
    names: pl.DataFrame
    prepared: Prepared
    rows: pl.Series
    learners: pl.DataFrame
    description: Description
    coverage: RoleCoverage | None
    origins: tuple[Origin, ...]
    notes: tuple[str, ...]
    one_each: bool


@dataclass(frozen=True, slots=True)
class Clusters:
    """What the matrix says: tendency, every k, the chosen fit, the hierarchy, a map.

    `trust` is None where the evidence was left out, or the learners are too few for it.
    `rows` are the learners that all but the fit was computed on: all, or those drawn.
    """

    tendency: TendencyFound
    dossier: Dossier
    fit: KMeansFit
    tree: Tree
    projection: Projection
    trust: Trust | None
    rows: Integers


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the segments are, exactly.

    Attributes
    ----------
    model : SegmentModel
    members : polars.DataFrame
        What `SegmentModel.assign` gives of these learners, in the order of the input.
    learners : polars.DataFrame
        Those of `Base`, with their segment and how sure it is.
    names, profiles, cards, pulls : tuple
        One a segment.
    same_as : SameAs or None
        The category that tells nearly all of the segments, where there is one.
    comparison : Comparison or None
        With the rule-based segments; None where a band is not known.
    rules : Rules
    values : tuple of OutcomeWorth
        Outcomes by segment, and segments against rules, one an outcome.
    benchmarks : Benchmarks
    cohorts : tuple of Cohort
    companies : CompanyViews or None
        Under aliases; None where the table has no companies.
    questions : Answers
    parts : tuple of PartProfile
        Of segments that are cut further.
    """

    model: SegmentModel
    members: pl.DataFrame = field(repr=False)
    learners: pl.DataFrame = field(repr=False)
    names: tuple[SegmentName, ...]
    profiles: tuple[Profile, ...]
    cards: tuple[Card, ...]
    pulls: tuple[tuple[MeanPull, ...], ...]
    same_as: SameAs | None
    comparison: Comparison | None
    rules: Rules
    values: tuple[OutcomeWorth, ...]
    benchmarks: Benchmarks
    cohorts: tuple[Cohort, ...]
    companies: CompanyViews | None
    questions: Answers
    parts: tuple[PartProfile, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """All that a run found; ``timings`` are seconds a stage.

    `source` is the file of the table; None where a frame was given.
    """

    config: Config
    base: Base
    clusters: Clusters
    meaning: Meaning
    timings: Mapping[str, float]
    source: SourceInfo | None = None


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
