"""All results of a run, in their two forms."""

from typing import Annotated, Literal, Self

from pydantic import JsonValue, TypeAdapter, model_validator

from learnstrata.config.stages import Config
from learnstrata.learners.features.register import idea_of
from learnstrata.privacy.disclosure.kinds import (
    Fact,
    Label,
    Owner,
    Rows,
    Sentence,
    Setting,
    Word,
)
from learnstrata.summary.contract.choice import Hierarchy, Map, Selection, Tendency
from learnstrata.summary.contract.decisions import Action
from learnstrata.summary.contract.evidence import Evidence
from learnstrata.summary.contract.learners import (
    BandLimits,
    Description,
    Features,
    Filled,
    Input,
    Ledger,
    Limits,
    Remark,
    Roles,
)
from learnstrata.summary.contract.meaning import Bands, RuleAccuracy, Segment
from learnstrata.summary.contract.model import Model
from learnstrata.summary.contract.outcomes import Outcome
from learnstrata.summary.contract.pay import Benchmarks, Cohort, Companies
from learnstrata.summary.contract.previous import Previous
from learnstrata.summary.contract.questions import Questions
from learnstrata.wording.numbers import Numbers

SCHEMA_VERSION = 4


_CONFIG = TypeAdapter(Config)


class Money(Model):
    """The unit pay is shown in: `per` currency units make one."""

    unit: Annotated[str, Setting()]
    per: Annotated[float, Setting()]


class Settings(Model):
    """What was run, and with what."""

    recipe: Annotated[str, Setting()]
    recipe_version: Annotated[int, Setting()]
    seed: Annotated[int, Setting()]
    as_of: Annotated[int, Fact("year that counts as now")]
    unit: Annotated[Literal["learner", "record"], Setting()]
    money: Annotated[Money, Rows()]
    min_learners: Annotated[int, Setting()]
    min_companies: Annotated[int, Setting()]
    max_company_share: Annotated[float, Setting()]
    base: Annotated[int, Setting()]
    companies: Annotated[Literal["none", "bands", "sizes"], Setting()]
    no_role: Annotated[tuple[str, ...], Label()]
    config: Annotated[dict[str, JsonValue], Label()]
    versions: Annotated[dict[str, str], Setting()]

    @property
    def units(self) -> str:
        """What is segmented, as a plural."""
        return f"{self.unit}s"

    @property
    def configured(self) -> Config:
        """The configuration, typed."""
        return _CONFIG.validate_python(self.config)

    @property
    def numbers(self) -> Numbers:
        """How the numbers of the results are written."""
        return Numbers(self.money.per, self.money.unit, self.base)


class Results(Model):
    """Every number of a run."""

    settings: Annotated[Settings, Rows()]
    input: Annotated[Input, Rows()]
    ledger: Annotated[Ledger, Rows()]
    remarks: Annotated[tuple[Remark, ...], Rows(least="records")]
    limits: Annotated[Limits, Rows()]
    band_limits: Annotated[tuple[BandLimits, ...], Rows()]
    filled: Annotated[Filled, Rows()]
    roles: Annotated[Roles | None, Rows()]
    features: Annotated[Features, Rows()]
    description: Annotated[Description, Rows()]
    tendency: Annotated[Tendency, Rows()]
    selection: Annotated[Selection, Rows()]
    evidence: Annotated[Evidence | None, Rows()]
    segments: Annotated[tuple[Segment, ...], Rows()]
    small_segments: Annotated[
        int, Fact("segments of fewer learners than are told, left out of `segments`")
    ]
    rounding_error: Annotated[
        int, Fact("most that a told count can differ from the true one")
    ]
    map: Annotated[Map, Rows()]
    hierarchy: Annotated[Hierarchy, Rows()]
    bands: Annotated[Bands | None, Rows()]
    rules: Annotated[RuleAccuracy, Rows()]
    outcomes: Annotated[tuple[Outcome, ...], Rows()]
    benchmarks: Annotated[Benchmarks, Rows()]
    cohorts: Annotated[tuple[Cohort, ...], Rows()]
    companies: Annotated[Companies | None, Rows()]
    questions: Annotated[Questions, Rows()]
    assumed: Annotated[
        tuple[str, ...], Owner("what was taken for granted of the columns")
    ]
    notes: Annotated[tuple[str, ...], Sentence()]
    timings: Annotated[dict[str, float], Owner("seconds a stage")]
    previous: Annotated[Previous | None, Rows()] = None

    @model_validator(mode="after")
    def _has_each_segment_once(self) -> Self:
        ids = [one.id for one in self.segments]
        if len(set(ids)) < len(ids):
            raise ValueError(f"segments have the ids {ids}, expected each once")
        return self

    @property
    def every_note(self) -> tuple[str, ...]:
        """What was assumed, what the table lacks, what cleaning has to say of it."""
        return (
            *self.assumed,
            *self.notes,
            *(remark.sentence for remark in self.remarks),
        )

    @property
    def segmented(self) -> int | None:
        """Learners (or records) segmented: the whole of most shares."""
        return self.input.segmented

    @property
    def is_one_segment(self) -> bool:
        """Whether all learners are one segment, so that nothing sets it apart."""
        return len(self.segments) + self.small_segments == 1

    @property
    def is_repeatable(self) -> bool:
        """Whether the verdict says that other learners would be cut alike."""
        found = self.evidence
        return found is not None and found.verdict.word in {"natural", "repeatable"}

    def is_cut_on(self, feature: str) -> bool:
        """Whether segments differ in a feature by construction: they were cut on it."""
        return idea_of(feature) in {idea_of(one.name) for one in self.features.used}

    def segment(self, segment_id: int) -> Segment | None:
        """Give a segment by its id; None where it is too small to be told."""
        return next((one for one in self.segments if one.id == segment_id), None)

    def bands_of(
        self, feature: Literal["experience_band", "pay_band"]
    ) -> tuple[BandLimits, ...]:
        """Give the bands of experience or pay, from low to high."""
        return tuple(one for one in self.band_limits if one.feature == feature)

    def has(self, *columns: str) -> bool:
        """Say whether the table holds all of these standard columns."""
        return set(columns) <= set(self.input.available)


class Finding(Model):
    """A decision question and its answer, made from the numbers of the results.

    `answer` is one sentence, `more` what there is to say besides.
    """

    id: Annotated[str, Word()]
    question: Annotated[str, Word()]
    answer: Annotated[str, Label()]
    more: Annotated[tuple[str, ...], Label()]
    available: Annotated[bool, Fact("whether the table can answer")]

    @property
    def told(self) -> str:
        """All that is said."""
        return " ".join((self.answer, *self.more))


class Words(Model):
    """Sentences made from the numbers of the results, in the form they stand beside."""

    findings: Annotated[tuple[Finding, ...], Rows()]
    descriptions: Annotated[dict[int, str], Label()]
    cohorts: Annotated[dict[str, str], Sentence()]
    companies: Annotated[str, Sentence()]
    benchmarks: Annotated[str, Sentence()]
    pay_rule: Annotated[str, Sentence()]
    sensitivity: Annotated[str, Label()]
    outcomes: Annotated[tuple[str, ...], Label()]


class Summary(Results):
    """Results with the sentences and actions that follow from them."""

    schema_version: Annotated[Literal[4], Setting()] = SCHEMA_VERSION
    words: Annotated[Words, Rows()]
    actions: Annotated[tuple[Action, ...], Rows()]


class ExactSummary(Summary):
    """For the owner: every number unguarded. Nothing that draws takes it."""

    form: Annotated[Literal["exact"], Setting()] = "exact"


class DisclosedSummary(Summary):
    """What may be shared: the one thing that report, workbook and terminal render."""

    form: Annotated[Literal["disclosed"], Setting()] = "disclosed"
