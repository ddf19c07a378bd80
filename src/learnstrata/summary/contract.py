"""The contract: every result of a run, typed, each value with its kind.

A run has its results in two forms of the same shape. `ExactSummary` stays with the
owner, every number unguarded. `DisclosedSummary` is made of it by
`learnstrata.summary.disclose` alone, and is all that a report, a workbook, a chart or a
terminal may render. What may be published of a field, and how exactly, follows from the
kind in its annotation (`learnstrata.privacy.disclosure.kinds`); a hidden value is None.

Pay is in currency units a year, shares are 0..1, segments are numbered from 1.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    JsonValue,
    TypeAdapter,
    model_validator,
)

from learnstrata.config.stages import Config
from learnstrata.privacy.disclosure.derived import (
    index_high,
    index_low,
    index_of,
    share_effect,
)
from learnstrata.privacy.disclosure.kinds import (
    Amount,
    Count,
    Derived,
    Edge,
    Fact,
    Label,
    Owner,
    Placed,
    Rows,
    Sentence,
    Setting,
    Share,
    Statistic,
    Typical,
    Word,
)
from learnstrata.privacy.disclosure.rounding import LEAST_WHOLE
from learnstrata.wording.numbers import Numbers

SCHEMA_VERSION = 3
ROUNDING = 1e-9  # by which a share of a sum may be more than all
_CONFIG = TypeAdapter(Config)


def _finite(value: object) -> object:
    """Turn nan and infinity into None: JSON has neither."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


Number: TypeAlias = Annotated[float | None, BeforeValidator(_finite)]
SEGMENT_ID = Fact("segment, numbered from 1")
Segments: TypeAlias = Annotated[int, SEGMENT_ID]
OfCompanies: TypeAlias = Annotated[int | None, Count("companies of these learners")]
Largest: TypeAlias = Annotated[
    Number, Owner("share of the largest company among these learners, 0..1")
]


class Model(BaseModel):
    """A result: frozen, and with no field that is not declared."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def of(cls, found: object) -> Self:
        """Read the fields by their names from what a stage found, at any depth."""
        return cls.model_validate(found, from_attributes=True)

    @model_validator(mode="after")
    def _within_bounds(self) -> Self:
        """Refuse a count below 0 and a share outside 0..1."""
        for name, most in _bounds(type(self)).items():
            found = getattr(self, name)
            for value in _scalars(found):
                if value is not None and not 0 <= value <= most:
                    raise ValueError(f"{name} is {value}, expected 0 to {most:g}")
        return self


def _scalars(value: object) -> Iterator[float | None]:
    """Give a number, or each of those of a nested tuple."""
    if isinstance(value, tuple):
        for inner in value:
            yield from _scalars(inner)
    elif value is None or isinstance(value, int | float):
        yield value


@cache
def _bounds(model: type[Model]) -> Mapping[str, float]:
    """Give the most that each count and share of a result may be."""
    most = {Count: math.inf, Share: 1 + ROUNDING}
    return {
        name: most[type(kind)]
        for name, info in model.model_fields.items()
        for kind in info.metadata
        if type(kind) in most
    }


class Money(Model):
    """The unit pay is shown in: `per` currency units make one."""

    unit: Annotated[str, Setting()]
    per: Annotated[float, Setting()]


class Input(Model):
    """The table as it came, and which standard columns it has."""

    records: Annotated[int | None, Count("records of the table")]
    learners: Annotated[int | None, Count("distinct learners of the table")]
    segmented: Annotated[int | None, Count("learners (or records) segmented")]
    columns: Annotated[dict[str, str], Label()]
    available: Annotated[tuple[str, ...], Word()]


class RuleCount(Model):
    """Records a rule of cleaning touched, by what became of them."""

    rule: Annotated[str, Word()]
    state: Annotated[str, Word()]
    records: Annotated[int | None, Count("records the rule touched")]


class Ledger(Model):
    """What became of every record; exactly, they add up to the records."""

    current: Annotated[int | None, Count("records that stand for a learner")]
    history: Annotated[int | None, Count("older records of a learner")]
    repaired: Annotated[int | None, Count("current records with a repaired value")]
    quarantined: Annotated[int | None, Count("records set aside")]
    rules: Annotated[tuple[RuleCount, ...], Rows(least="records")]


class Limits(Model):
    """Limits of cleaning that the table itself gave."""

    pay_low: Annotated[Number, Statistic("lower fence of pay", digits=2)]
    pay_high: Annotated[Number, Statistic("upper fence of pay", digits=2)]
    pay_typical: Annotated[
        tuple[Number, ...], Statistic("typical range of pay", digits=2)
    ]
    heaped_pay: Annotated[
        tuple[float, ...], Statistic("pay that very many typed", digits=3)
    ]
    start_year_fill: Annotated[Number, Statistic("median start year", digits=4)]


class Filled(Model):
    """Learners of whom a value was filled in, for the distances alone."""

    pay: Annotated[int | None, Count("learners whose pay was filled in")]
    experience: Annotated[int | None, Count("learners whose experience was filled in")]


class Title(Model):
    """A frequent title that no role family claims."""

    title: Annotated[str, Label()]
    learners: Annotated[int | None, Count("learners with the title")]


class Roles(Model):
    """How many titles are understood."""

    learners: Annotated[int | None, Count("learners segmented")]
    mapped: Annotated[int | None, Count("learners whose title has a role family")]
    missing: Annotated[int | None, Count("learners without a title")]
    unmapped: Annotated[int | None, Count("learners whose title has no role family")]
    share_mapped: Annotated[
        Number, Share("learners whose title has a role family", "learners", "mapped")
    ]
    share_missing: Annotated[
        Number, Share("learners without a title", "learners", "missing")
    ]
    share_unmapped: Annotated[
        Number, Share("learners whose title has no family", "learners", "unmapped")
    ]
    n_titles: Annotated[int | None, Count("titles")]
    n_titles_mapped: Annotated[int | None, Count("titles with a role family")]
    top_unmapped: Annotated[tuple[Title, ...], Rows(("-learners", "title"))]
    table_version: Annotated[int, Setting()]


class FeatureUsed(Model):
    """A feature that was clustered on."""

    name: Annotated[str, Label()]
    label: Annotated[str, Label()]
    group: Annotated[str, Label()]
    weight: Annotated[float, Setting()]
    scaling: Annotated[str, Word()]


class Features(Model):
    """What was clustered on, what the table lacks, what is only described."""

    used: Annotated[tuple[FeatureUsed, ...], Rows()]
    left_out: Annotated[tuple[str, ...], Label()]
    not_clustered: Annotated[tuple[str, ...], Label()]


class Bin(Model):
    """A bin from `low` to below `high`, None where it is open."""

    low: Annotated[Number, Edge("bin")]
    high: Annotated[Number, Edge("bin")]
    learners: Annotated[int | None, Count("learners in the bin")]


class Distribution(Model):
    """One number over all learners of whom it is known."""

    feature: Annotated[str, Word()]
    n: Annotated[int | None, Count("learners of whom it is known")]
    companies: OfCompanies
    largest_share: Largest
    p01: Annotated[Number, Typical("learners of whom it is known", 0.01)]
    p05: Annotated[Number, Typical("learners of whom it is known", 0.05)]
    p25: Annotated[Number, Typical("learners of whom it is known", 0.25)]
    p50: Annotated[Number, Typical("learners of whom it is known", 0.5)]
    p75: Annotated[Number, Typical("learners of whom it is known", 0.75)]
    p95: Annotated[Number, Typical("learners of whom it is known", 0.95)]
    p99: Annotated[Number, Typical("learners of whom it is known", 0.99)]
    mean: Annotated[Number, Statistic("learners of whom it is known", 2, "n")]
    std: Annotated[Number, Statistic("learners of whom it is known", 2, "n")]
    skewness: Annotated[Number, Statistic("learners of whom it is known", 2, "n", 2)]
    skewness_log: Annotated[
        Number, Statistic("learners of whom it is known", 2, "n", 2)
    ]
    bins: Annotated[tuple[Bin, ...], Rows()]
    outside_fences: Annotated[
        int | None, Count("learners beyond 1.5 interquartile ranges")
    ]


class Missing(Model):
    """Values a column lacks."""

    column: Annotated[str, Word()]
    count: Annotated[int | None, Count("learners without a value")]
    share: Annotated[Number, Share("learners without a value", "segmented", "count")]


class Correlations(Model):
    """Correlations of the numbers, over learners of whom both are known."""

    columns: Annotated[tuple[str, ...], Word()]
    pearson: Annotated[
        tuple[tuple[Number, ...], ...],
        Statistic("learners of whom both are known", 2, places=2),
    ]
    spearman: Annotated[
        tuple[tuple[Number, ...], ...],
        Statistic("learners of whom both are known", 2, places=2),
    ]

    def between(self, a: str, b: str) -> tuple[float | None, float | None]:
        """Give Pearson and Spearman of two columns; None where one is not there."""
        if a not in self.columns or b not in self.columns:
            return None, None
        i, j = self.columns.index(a), self.columns.index(b)
        return self.pearson[i][j], self.spearman[i][j]


class PayByExperience(Model):
    """Median pay of a year of experience, of a company tier or of all ("All")."""

    years: Annotated[float, Edge("years of experience")]
    tier: Annotated[str, Label()]
    learners: Annotated[int | None, Count("paid learners of these years and tier")]
    companies: OfCompanies
    largest_share: Largest
    p50: Annotated[Number, Amount("paid learners of these years and tier", 0.5)]


class PayByRole(Model):
    """Quartiles of pay of a role."""

    role: Annotated[str, Label()]
    learners: Annotated[int | None, Count("paid learners of the role")]
    companies: OfCompanies
    largest_share: Largest
    p25: Annotated[Number, Amount("paid learners of the role", 0.25)]
    p50: Annotated[Number, Amount("paid learners of the role", 0.5)]
    p75: Annotated[Number, Amount("paid learners of the role", 0.75)]


class Description(Model):
    """The learners before anything is clustered."""

    distributions: Annotated[tuple[Distribution, ...], Rows()]
    missing: Annotated[tuple[Missing, ...], Rows()]
    correlations: Annotated[Correlations, Rows()]
    pay_by_experience: Annotated[tuple[PayByExperience, ...], Rows(least="learners")]
    pay_by_role: Annotated[tuple[PayByRole, ...], Rows(("-p50", "role"), "learners")]


class Hopkins(Model):
    """A test for cluster tendency: 0.5 for evenly spread learners, 1 for tight ones."""

    variant: Annotated[str, Word()]
    statistic: Annotated[Number, Statistic("learners sampled")]
    spread: Annotated[Number, Statistic("learners sampled", digits=2)]
    n_probes: Annotated[int | None, Count("learners among the probes")]
    n_rows: Annotated[int | None, Count("distinct learners sampled")]
    n_features: Annotated[int, Setting()]


class Tendency(Model):
    """Hopkins' statistic: `hopkins` is the variant the recipe reports."""

    hopkins: Annotated[Hopkins, Rows()]
    power_d: Annotated[Hopkins, Rows()]
    original: Annotated[Hopkins, Rows()]


class Candidate(Model):
    """One k of the dossier. What was not measured is None."""

    k: Annotated[int, Setting()]
    smallest_share: Annotated[Number, Share("smallest segment", "rows")]
    largest_share: Annotated[Number, Share("largest segment", "rows")]
    inertia: Annotated[Number, Statistic("learners of the sweep")]
    silhouette: Annotated[Number, Statistic("learners scored")]
    silhouette_error: Annotated[Number, Statistic("learners scored", digits=2)]
    silhouette_squared: Annotated[Number, Statistic("learners of the sweep")]
    silhouette_simplified: Annotated[Number, Statistic("learners of the sweep")]
    silhouette_sampled: Annotated[Number, Statistic("learners of a small sample")]
    silhouette_null: Annotated[Number, Statistic("structureless tables")]
    silhouette_excess: Annotated[Number, Statistic("learners of a small sample", 2)]
    silhouette_p: Annotated[Number, Statistic("structureless tables", digits=2)]
    calinski_harabasz: Annotated[Number, Statistic("learners of the sweep")]
    davies_bouldin: Annotated[Number, Statistic("learners of the sweep")]
    lowest_jaccard: Annotated[Number, Statistic("learners of the sweep")]
    gap: Annotated[Number, Statistic("learners of a small sample")]
    gap_error: Annotated[Number, Statistic("even tables", digits=2)]
    gap_excess: Annotated[Number, Statistic("learners of a small sample", digits=2)]
    gap_p: Annotated[Number, Statistic("structureless tables", digits=2)]
    jaccard_sampled: Annotated[Number, Statistic("learners of a small sample")]
    jaccard_null: Annotated[Number, Statistic("structureless tables")]
    jaccard_excess: Annotated[Number, Statistic("learners of a small sample", digits=2)]
    jaccard_p: Annotated[Number, Statistic("structureless tables", digits=2)]
    prediction_strength: Annotated[Number, Statistic("halves of the learners")]
    objections: Annotated[tuple[str, ...], Sentence()]


class Selection(Model):
    """The choice of k."""

    k: Annotated[int, Fact("chosen number of segments")]
    runner_up: Annotated[int | None, Fact("next best number of segments")]
    rule: Annotated[str, Sentence()]
    reason: Annotated[str, Sentence()]
    changes: Annotated[tuple[str, ...], Sentence()]
    rows: Annotated[int | None, Count("learners of the sweep")]
    scored: Annotated[int | None, Count("learners whose silhouette is computed")]
    against: Annotated[int | None, Count("learners they are compared with")]
    resamples: Annotated[int, Setting()]
    inertia: Annotated[Number, Statistic("all learners, final fit")]
    table: Annotated[tuple[Candidate, ...], Rows()]

    @model_validator(mode="after")
    def _has_k(self) -> Self:
        if not any(row.k == self.k for row in self.table):
            raise ValueError(f"k is {self.k}, expected one of the rows of its table")
        return self

    @property
    def chosen(self) -> Candidate:
        """The row of the chosen k."""
        return next(row for row in self.table if row.k == self.k)


class Ground(Model):
    """One condition of the verdict: found, asked for, and whether it is met."""

    condition: Annotated[str, Word()]
    value: Annotated[Number, Statistic("all learners")]
    limit: Annotated[float | None, Setting()]
    met: Annotated[bool, Fact("condition")]


class Verdict(Model):
    """How far the segments can be trusted, in one word."""

    word: Annotated[Literal["natural", "reproducible", "constructive"], Word()]
    sentence: Annotated[str, Sentence()]
    rule: Annotated[str, Sentence()]
    grounds: Annotated[tuple[Ground, ...], Rows()]


class NullStatistic(Model):
    """A statistic beside its values on structureless tables."""

    statistic: Annotated[str, Word()]
    k: Annotated[int | None, Setting()]
    whole: Annotated[Number, Statistic("all learners")]
    observed: Annotated[Number, Statistic("learners of a small sample")]
    mean: Annotated[Number, Statistic("structureless tables")]
    spread: Annotated[Number, Statistic("structureless tables", digits=2)]
    low: Annotated[Number, Statistic("structureless tables")]
    high: Annotated[Number, Statistic("structureless tables")]
    excess: Annotated[Number, Statistic("learners of a small sample", digits=2)]
    p_value: Annotated[Number, Statistic("structureless tables", digits=2)]
    draws: Annotated[tuple[Number, ...], Statistic("structureless tables")]


class Nulls(Model):
    """Structureless tables and what was measured on them."""

    draws: Annotated[int, Setting()]
    rows: Annotated[int | None, Count("learners of a small sample")]
    jaccard_draws: Annotated[int, Setting()]
    jaccard_resamples: Annotated[int, Setting()]
    statistics: Annotated[tuple[NullStatistic, ...], Rows()]


class GapRow(Model):
    """The gap statistic of one k."""

    k: Annotated[int, Setting()]
    gap: Annotated[Number, Statistic("learners of a small sample")]
    standard_error: Annotated[Number, Statistic("even tables", digits=2)]


class Gap(Model):
    """The gap statistic; k by its one-standard-error rule."""

    k: Annotated[int | None, Fact("k by the gap statistic")]
    references: Annotated[int, Setting()]
    rows: Annotated[int | None, Count("learners of a small sample")]
    table: Annotated[tuple[GapRow, ...], Rows()]


class Dip(Model):
    """Hartigans' dip test for one hump."""

    statistic: Annotated[Number, Statistic("learners of the test")]
    p_value: Annotated[Number, Statistic("learners of the test", digits=2)]
    n_rows: Annotated[int | None, Count("learners of the test")]


class Component(Model):
    """A principal component and its dip."""

    component: Annotated[int, Setting()]
    explained: Annotated[Number, Statistic("all learners", digits=2)]
    dip: Annotated[Dip, Rows()]


class Valley(Model):
    """Whether a valley lies between a segment and its nearest neighbour."""

    segment_id: Segments
    neighbour_id: Segments
    dip: Annotated[Dip | None, Rows()]


class SegmentSilhouette(Model):
    """Silhouette of one segment; `negative` is the share nearer to another."""

    segment_id: Segments
    scored: Annotated[int | None, Count("learners of the segment scored")]
    mean: Annotated[Number, Statistic("learners scored", 2, "scored")]
    negative: Annotated[Number, Share("nearer to another segment", "scored")]


class Silhouette(Model):
    """Silhouettes of the final fit."""

    mean: Annotated[Number, Statistic("all learners")]
    standard_error: Annotated[Number, Statistic("all learners", digits=2)]
    squared: Annotated[Number, Statistic("all learners")]
    simplified: Annotated[Number, Statistic("all learners")]
    scored: Annotated[int | None, Count("learners scored")]
    against: Annotated[int | None, Count("learners they are compared with")]
    per_segment: Annotated[tuple[SegmentSilhouette, ...], Rows()]


class SegmentJaccard(Model):
    """How a segment fared over bootstrap refits."""

    segment_id: Segments
    jaccard: Annotated[Number, Statistic("learners of the segment")]
    recovered: Annotated[Number, Statistic("bootstrap refits", digits=2)]
    dissolved: Annotated[Number, Statistic("bootstrap refits", digits=2)]


class Bootstrap(Model):
    """Stability under bootstrap refits, from fitted or from fresh starts."""

    start: Annotated[Literal["fitted", "fresh"], Word()]
    resamples: Annotated[int, Setting()]
    rows: Annotated[int | None, Count("learners of a refit")]
    lowest: Annotated[Number, Statistic("least stable segment")]
    per_segment: Annotated[tuple[SegmentJaccard, ...], Rows()]


class Seeds(Model):
    """Agreement (adjusted Rand index) of refits under other seeds."""

    k: Annotated[int, Fact("chosen number of segments")]
    refits: Annotated[int, Setting()]
    rows: Annotated[int | None, Count("learners of a refit")]
    values: Annotated[tuple[Number, ...], Statistic("learners of a refit")]
    mean: Annotated[Number, Statistic("learners of a refit")]
    lowest: Annotated[Number, Statistic("learners of a refit")]


class HalvesRow(Model):
    """Prediction strength of one k."""

    k: Annotated[int, Setting()]
    prediction_strength: Annotated[Number, Statistic("halves of the learners")]
    standard_error: Annotated[Number, Statistic("halves of the learners", digits=2)]
    values: Annotated[tuple[Number, ...], Statistic("halves of the learners")]


class Halves(Model):
    """Whether halves of the learners agree."""

    rows: Annotated[int | None, Count("learners halved")]
    table: Annotated[tuple[HalvesRow, ...], Rows()]


class Flow(Model):
    """Learners of the sweep who go from a segment of `k` to one of `k` + 1."""

    k: Annotated[int, Setting()]
    source: Annotated[int, Fact("segment of `k`, numbered from 1")]
    target: Annotated[int, Fact("segment of `k` + 1, numbered from 1")]
    count: Annotated[int | None, Count("learners of the sweep")]
    n_source: Annotated[int | None, Count("learners of the sweep in the source")]
    n_target: Annotated[int | None, Count("learners of the sweep in the target")]
    share_of_source: Annotated[Number, Share("learners", "n_source", "count")]
    share_of_target: Annotated[Number, Share("learners", "n_target", "count")]


class SegmentCertainty(Model):
    """Learners of a segment by how sure they are to be in it."""

    segment_id: Segments
    core: Annotated[int | None, Count("learners deep in the segment")]
    borderline: Annotated[int | None, Count("learners on a border")]
    atypical: Annotated[int | None, Count("learners far out")]
    mean_confidence: Annotated[
        Number, Statistic("learners of the segment, over bootstrap refits", digits=2)
    ]


class Certainty(Model):
    """How sure single learners are to be in their segment."""

    core: Annotated[int | None, Count("learners deep in a segment")]
    borderline: Annotated[int | None, Count("learners on a border")]
    atypical: Annotated[int | None, Count("learners far out")]
    confidence_refits: Annotated[int, Setting()]
    min_margin: Annotated[float, Setting()]
    min_confidence: Annotated[float, Setting()]
    per_segment: Annotated[tuple[SegmentCertainty, ...], Rows()]


class Part(Model):
    """A part of a segment."""

    segment_id: Segments
    subsegment_id: Annotated[str, Fact("part, such as 2.1")]
    count: Annotated[int | None, Count("learners of the part")]
    n_segment: Annotated[int | None, Count("learners of its segment")]
    share_of_segment: Annotated[Number, Share("learners", "n_segment", "count")]
    share: Annotated[Number, Share("learners of the part", "segmented", "count")]
    jaccard: Annotated[Number, Statistic("learners of the part", n="count")]
    learners: Annotated[int | None, Count("paid learners of the part")]
    companies: OfCompanies
    largest_share: Largest
    median_pay: Annotated[Number, Amount("paid learners of the part", 0.5)]
    n_experience: Annotated[int | None, Count("learners with known experience")]
    median_years: Annotated[
        Number,
        Typical("learners of the part", 0.5, "n_experience", "years_of_experience"),
    ]


class PartCandidate(Model):
    """One k of the dossier of a segment."""

    k: Annotated[int, Setting()]
    silhouette: Annotated[Number, Statistic("learners of the segment")]
    smallest_share: Annotated[Number, Share("smallest part", "n_segment")]
    lowest_jaccard: Annotated[Number, Statistic("least stable part")]
    objections: Annotated[tuple[str, ...], Sentence()]


class PartDossier(Model):
    """How far a segment is cut, and why."""

    segment_id: Segments
    k: Annotated[int, Fact("parts of the segment")]
    n_segment: Annotated[int | None, Count("learners of the segment")]
    reason: Annotated[str, Sentence()]
    table: Annotated[tuple[PartCandidate, ...], Rows()]


class RoleCell(Model):
    """A role family inside a segment."""

    segment_id: Segments
    role_family: Annotated[str, Label()]
    count: Annotated[int | None, Count("learners of the family in the segment")]
    n_segment: Annotated[int | None, Count("learners of the segment")]
    n_family: Annotated[int | None, Count("learners of the family")]
    share_of_segment: Annotated[Number, Share("learners", "n_segment", "count")]
    share_of_family: Annotated[Number, Share("learners", "n_family", "count")]
    jaccard: Annotated[Number, Statistic("learners of the cell", 2, "count")]


class Finer(Model):
    """Groups finer than segments, and whether they hold."""

    rule: Annotated[str, Sentence()]
    parts: Annotated[tuple[Part, ...], Rows()]
    dossiers: Annotated[tuple[PartDossier, ...], Rows()]
    cells: Annotated[
        tuple[RoleCell, ...], Rows(("segment_id", "-count", "role_family"), "n_family")
    ]


class Variant(Model):
    """One other way to cut the learners, and how far it agrees."""

    name: Annotated[str, Word()]
    kind: Annotated[str, Word()]
    n_segments: Annotated[int, Fact("segments of the other cut")]
    rows: Annotated[int | None, Count("learners cut")]
    ari: Annotated[Number, Statistic("learners cut", digits=2, places=2)]
    nmi: Annotated[Number, Statistic("learners cut", digits=2, places=2)]
    smallest_share: Annotated[Number, Share("smallest segment", "rows")]
    largest_share: Annotated[Number, Share("largest segment", "rows")]
    lowest_jaccard: Annotated[Number, Statistic("learners cut", digits=2)]
    note: Annotated[str, Sentence()]


class Skipped(Model):
    """A way that could not be tried."""

    name: Annotated[str, Word()]
    reason: Annotated[str, Sentence()]


class Sensitivity(Model):
    """Whether another analyst would have found this."""

    same_way: Annotated[Variant, Rows()]
    variants: Annotated[tuple[Variant, ...], Rows()]
    skipped: Annotated[tuple[Skipped, ...], Rows()]


class Evidence(Model):
    """How far the segmentation can be trusted."""

    level: Annotated[Literal["quick", "full"], Setting()]
    left_out: Annotated[tuple[str, ...], Sentence()]
    verdict: Annotated[Verdict, Rows()]
    nulls: Annotated[Nulls, Rows()]
    gap: Annotated[Gap, Rows()]
    components: Annotated[tuple[Component, ...], Rows()]
    valleys: Annotated[tuple[Valley, ...], Rows()]
    silhouette: Annotated[Silhouette, Rows()]
    bootstraps: Annotated[tuple[Bootstrap, ...], Rows()]
    seeds: Annotated[Seeds, Rows()]
    halves: Annotated[Halves, Rows()]
    flows: Annotated[tuple[Flow, ...], Rows(least="count")]
    certainty: Annotated[Certainty, Rows()]
    finer: Annotated[Finer, Rows()]
    sensitivity: Annotated[Sensitivity | None, Rows()]


class TypicalNumber(Model):
    """Quartiles of a number in a segment and their place among all."""

    feature: Annotated[str, Word()]
    n: Annotated[int | None, Count("learners of the segment of whom it is known")]
    companies: OfCompanies
    largest_share: Largest
    p25: Annotated[Number, Typical("learners of the segment", 0.25)]
    p50: Annotated[Number, Typical("learners of the segment", 0.5)]
    p75: Annotated[Number, Typical("learners of the segment", 0.75)]
    base: Annotated[Number, Typical("all learners of whom it is known", 0.5)]
    percentile: Annotated[Number, Statistic("place of the median", 2, "n", 2)]
    rank: Annotated[Number, Statistic("mean rank among all", 2, "n")]


def _of_counts(of: str, how: Callable[..., float | None], end: int = 0) -> Derived:
    """Declare what is worked out of a value's counts in a segment and among all."""
    fields = ("count", "size", "base_count", "segmented")
    return Derived(of, how, fields, signs=(1, -1, -1, 1), index=index_of, end=end)


class CategoryShare(Model):
    """One value of a category in a segment, against all learners."""

    value: Annotated[str, Label()]
    count: Annotated[
        int | None, Count("learners of the segment with the value", "learners")
    ]
    base_count: Annotated[
        int | None, Count("all learners with the value", "base_learners")
    ]
    learners: Annotated[int | None, Owner("distinct learners of `count`")]
    base_learners: Annotated[int | None, Owner("distinct learners of `base_count`")]
    share: Annotated[Number, Share("learners with the value", "size", "count")]
    base: Annotated[Number, Share("all with the value", "segmented", "base_count")]
    index: Annotated[Number, _of_counts("share / base * 100", index_of)]


class Category(Model):
    """A category of a segment: its values, most frequent first."""

    name: Annotated[str, Label()]
    values: Annotated[
        tuple[CategoryShare, ...],
        Rows(("-count", "-base_count", "value"), "base_count"),
    ]


class Condition(Model):
    """One condition of a rule, in the units of the column."""

    feature: Annotated[str, Label()]
    op: Annotated[Literal[">", "<=", "=", "!="], Word()]
    threshold: Annotated[Number, Edge("condition")]
    value: Annotated[str, Label()]
    or_missing: Annotated[bool, Fact("condition")]


class SegmentRule(Model):
    """A rule that tells a segment apart, and how well, on held-out learners."""

    text: Annotated[str, Label()]
    paths: Annotated[tuple[tuple[Condition, ...], ...], Rows()]
    coverage: Annotated[Number, Share("caught of the segment, held out", "n_segment")]
    precision: Annotated[Number, Share("of the segment of those caught", "n_caught")]
    n_segment: Annotated[int | None, Count("held-out learners of the segment")]
    n_caught: Annotated[int | None, Count("held-out learners caught")]


class Pull(Model):
    """How much a feature decides who is in a segment and not in the next."""

    feature: Annotated[str, Label()]
    label: Annotated[str, Label()]
    mean: Annotated[Number, Statistic("learners of the segment", digits=2)]
    share: Annotated[Number, Statistic("learners of the segment", digits=2)]


class Progression(Model):
    """What older records tell of a segment."""

    n: Annotated[int | None, Count("learners with older records")]
    n_growth: Annotated[int | None, Count("of them with pay in two years")]
    growth: Annotated[Number, Typical("of them", 0.5, "n_growth", "pay_growth")]
    n_growth_of_all: Annotated[int | None, Count("all with pay in two years")]
    growth_of_all: Annotated[
        Number, Typical("all of them", 0.5, "n_growth_of_all", "pay_growth")
    ]
    n_roles: Annotated[int | None, Count("of them with a role that is named")]
    n_changed: Annotated[int | None, Count("of them with more than one role")]
    role_change: Annotated[Number, Share("more than one role", "n_roles", "n_changed")]
    n_roles_of_all: Annotated[int | None, Count("all with a role that is named")]
    n_changed_of_all: Annotated[int | None, Count("all with more than one role")]
    role_change_of_all: Annotated[
        Number, Share("all, more than one role", "n_roles_of_all", "n_changed_of_all")
    ]


class SegmentBin(Model):
    """A bin of a number in a segment, against all learners."""

    low: Annotated[Number, Edge("bin")]
    high: Annotated[Number, Edge("bin")]
    segment: Annotated[int | None, Count("learners of the segment in the bin")]
    of_all: Annotated[int | None, Count("all learners in the bin", "learners")]
    learners: Annotated[int | None, Owner("distinct learners of `of_all`")]
    share: Annotated[Number, Share("of the segment", "n_segment", "segment")]
    share_of_all: Annotated[Number, Share("of all", "n_all", "of_all")]


class SegmentDistribution(Model):
    """A number of a segment in bins that are the same for all segments."""

    feature: Annotated[str, Word()]
    n_segment: Annotated[int | None, Count("learners of the segment, known")]
    n_all: Annotated[int | None, Count("all learners, known", "learners")]
    learners: Annotated[int | None, Owner("distinct learners of `n_all`")]
    bins: Annotated[tuple[SegmentBin, ...], Rows()]


class DistinctiveValue(Model):
    """A value of a category that a segment has more or less often than all learners."""

    feature: Annotated[str, Label()]
    value: Annotated[str, Label()]
    count: Annotated[
        int | None, Count("learners of the segment with the value", "learners")
    ]
    base_count: Annotated[
        int | None, Count("all learners with the value", "base_learners")
    ]
    learners: Annotated[int | None, Owner("distinct learners of `count`")]
    base_learners: Annotated[int | None, Owner("distinct learners of `base_count`")]
    index: Annotated[Number, _of_counts("index", index_of)]
    low: Annotated[Number, _of_counts("95 % from", index_low, end=-1)]
    high: Annotated[Number, _of_counts("95 % to", index_high, end=1)]
    effect: Annotated[Number, _of_counts("Cohen's h", share_effect)]


class DistinctiveNumber(Model):
    """Where a segment stands among all learners in a number: 50 is the middle."""

    feature: Annotated[str, Word()]
    count: Annotated[int | None, Count("learners of the segment, known")]
    rank: Annotated[Number, Statistic("mean rank among all, 0..100", 2, "count")]
    low: Annotated[Number, Statistic("95 % from", 2, "count")]
    high: Annotated[Number, Statistic("95 % to", 2, "count")]
    difference: Annotated[
        Number, Statistic("of medians, in robust deviations", 2, "count")
    ]
    effect: Annotated[Number, Statistic("rank less 50, in deviations", 2, "count")]


class Segment(Model):
    """One segment."""

    id: Segments
    name: Annotated[str, Label()]
    name_by_numbers: Annotated[str, Word()]
    size: Annotated[int | None, Count("learners of the segment", "learners")]
    learners: Annotated[int | None, Owner("distinct learners of the segment")]
    share: Annotated[Number, Share("learners of the segment", "segmented", "size")]
    typical: Annotated[tuple[TypicalNumber, ...], Rows(least="n")]
    categories: Annotated[tuple[Category, ...], Rows()]
    center: Annotated[dict[str, Number], Owner("centre, by matrix column")]
    rule: Annotated[SegmentRule | None, Rows()]
    pulls: Annotated[tuple[Pull, ...], Rows(("-share", "feature"))]
    progression: Annotated[Progression | None, Rows()]
    distributions: Annotated[tuple[SegmentDistribution, ...], Rows()]
    distinctive_values: Annotated[
        tuple[DistinctiveValue, ...],
        Rows(("-|effect", "feature", "value"), least="base_count"),
    ]
    distinctive_numbers: Annotated[
        tuple[DistinctiveNumber, ...], Rows(("-|effect", "feature"), least="count")
    ]

    def number(self, feature: str) -> TypicalNumber | None:
        """Give the quartiles of a number; None where the table has none."""
        return next((one for one in self.typical if one.feature == feature), None)

    def category(self, name: str) -> tuple[CategoryShare, ...]:
        """Give the values of a category; empty where the table has none."""
        return next((one.values for one in self.categories if one.name == name), ())

    def distribution(self, feature: str) -> SegmentDistribution | None:
        """Give the bins of a number; None where there are none."""
        found = (one for one in self.distributions if one.feature == feature)
        return next(found, None)


class Point(Model):
    """A point of the map: a learner moved at random."""

    x: Annotated[float, Placed("learner, moved at random")]
    y: Annotated[float, Placed("learner, moved at random")]
    segment_id: Segments


class Axis(Model):
    """A direction of the map, in words: what goes up along it, and what down."""

    explained: Annotated[Number, Statistic("all learners", digits=2)]
    more: Annotated[tuple[str, ...], Label()]
    less: Annotated[tuple[str, ...], Label()]
    loadings: Annotated[dict[str, Number], Owner("loading of each matrix column")]


class Map(Model):
    """Some learners on two principal components, each moved at random."""

    axes: Annotated[tuple[Axis, ...], Rows()]
    share: Annotated[Number, Statistic("learners shown", digits=1)]
    blur: Annotated[float, Setting()]
    points: Annotated[tuple[Point, ...], Rows()]
    middles: Annotated[tuple[Point, ...], Rows()]


class Branches(Model):
    """A dendrogram: lines, and leaves with what they hold."""

    x: Annotated[tuple[tuple[float, ...], ...], Setting()]
    y: Annotated[tuple[tuple[Number, ...], ...], Statistic("micro-clusters", digits=2)]
    leaf_sizes: Annotated[tuple[int | None, ...], Count("learners of the leaf")]
    leaf_segments: Annotated[tuple[int | None, ...], SEGMENT_ID]


class Hierarchy(Model):
    """Ward's hierarchy beside k-means."""

    ari_with_kmeans: Annotated[Number, Statistic("learners sampled", 2, places=2)]
    nmi_with_kmeans: Annotated[Number, Statistic("learners sampled", 2, places=2)]
    n_rows: Annotated[int | None, Count("learners sampled")]
    ari_all: Annotated[Number, Statistic("all learners", digits=2, places=2)]
    n_micro: Annotated[int | None, Count("micro-clusters, one a learner at most")]
    branches: Annotated[Branches | None, Rows()]


class BandCell(Model):
    """Learners of a rule-based segment in a learned one."""

    segment_id: Segments
    count: Annotated[int | None, Count("learners of both", "learners")]
    learners: Annotated[int | None, Owner("distinct learners of `count`")]


class BandRow(Model):
    """A rule-based segment: experience band and pay band."""

    rule: Annotated[str, Label()]
    experience_band: Annotated[str, Label()]
    pay_band: Annotated[str, Label()]
    learners: Annotated[
        int | None, Count("learners of the rule-based segment", "distinct_learners")
    ]
    distinct_learners: Annotated[int | None, Owner("distinct learners of `learners`")]
    cells: Annotated[tuple[BandCell, ...], Rows()]


BOTH = Statistic("learners with both", 2, "n_learners", least=LEAST_WHOLE)


class Bands(Model):
    """Rule-based segments against the learned ones."""

    n_learners: Annotated[int | None, Count("learners with pay and experience")]
    ari: Annotated[Number, BOTH]
    nmi: Annotated[Number, BOTH]
    guessed: Annotated[Number, BOTH]
    rows: Annotated[tuple[BandRow, ...], Rows(least="learners")]


class RuleAccuracy(Model):
    """How well one rule a segment tells the segments apart, on held-out learners."""

    fidelity: Annotated[Number, Statistic("held-out learners", digits=2)]
    stated: Annotated[Number, Statistic("held-out learners", digits=2)]
    baseline: Annotated[Number, Statistic("held-out learners", digits=2)]
    n_train: Annotated[int | None, Count("learners the tree is grown on")]
    n_held_out: Annotated[int | None, Count("held-out learners")]
    without: Annotated[tuple[int | None, ...], SEGMENT_ID]
    reason: Annotated[str, Sentence()]


class Skill(Model):
    """Share of an outcome's variance that is told, with its 95 % interval."""

    estimate: Annotated[Number, Statistic("held-out learners", digits=2, places=3)]
    low: Annotated[Number, Statistic("held-out learners", digits=2, places=3)]
    high: Annotated[Number, Statistic("held-out learners", digits=2, places=3)]


class Outcome(Model):
    """Learned against rule-based segments: which tells more of an outcome."""

    outcome: Annotated[str, Label()]
    kind: Annotated[Literal["number", "yes/no", ""], Word()]
    n_learners: Annotated[int | None, Count("learners segmented")]
    n_with: Annotated[int | None, Count("learners with the outcome and a rule")]
    n_segments: Annotated[int, Fact("learned segments")]
    n_rules: Annotated[int, Fact("rule-based segments")]
    learned: Annotated[Skill | None, Rows()]
    rules: Annotated[Skill | None, Rows()]
    difference: Annotated[Skill | None, Rows()]
    verdict: Annotated[str, Word()]
    reason: Annotated[str, Sentence()]


class PayCell(Model):
    """Pay of a role family, company tier and experience band; None stands for all."""

    level: Annotated[Literal["cell", "role and experience", "role", "all"], Word()]
    role_family: Annotated[str | None, Label()]
    tier: Annotated[str | None, Label()]
    experience_band: Annotated[str | None, Label()]
    learners: Annotated[int | None, Count("paid learners of the cell")]
    companies: OfCompanies
    largest_share: Largest
    p05: Annotated[Number, Amount("paid learners of the cell", 0.05)]
    p10: Annotated[Number, Amount("paid learners of the cell", 0.1)]
    p25: Annotated[Number, Amount("paid learners of the cell", 0.25)]
    p50: Annotated[Number, Amount("paid learners of the cell", 0.5)]
    p75: Annotated[Number, Amount("paid learners of the cell", 0.75)]
    p90: Annotated[Number, Amount("paid learners of the cell", 0.9)]
    p95: Annotated[Number, Amount("paid learners of the cell", 0.95)]
    shrunk: Annotated[bool | None, Fact("whether it leans on wider groups")]
    weight: Annotated[Number, Owner("weight of its own learners, 0..1")]

    @property
    def shown(self) -> bool:
        """Whether its pay is there."""
        return self.p50 is not None


class Benchmarks(Model):
    """Pay by role family, company tier and experience band."""

    reason: Annotated[str, Sentence()]
    tau: Annotated[Number, Statistic("learners a wider group weighs as much as", 2)]
    n_learners: Annotated[int | None, Count("learners with pay and experience")]
    n_left_out: Annotated[int | None, Count("learners without one of them")]
    cells: Annotated[tuple[PayCell, ...], Rows()]
    wider: Annotated[tuple[PayCell, ...], Rows()]


class CohortPart(Model):
    """A segment, role or tier of a cohort."""

    value: Annotated[str, Label()]
    segment_id: Annotated[int | None, SEGMENT_ID] = None
    assessed: Annotated[int | None, Count("learners of the part assessed")]
    learners: Annotated[int | None, Count("learners of the part in the cohort")]
    share: Annotated[Number, Share("learners in the cohort", "assessed", "learners")]


class Cohort(Model):
    """Learners whose pay stands out from their peers, by counts."""

    key: Annotated[Literal["stalled", "entry_high", "entry_low", "high_upside"], Word()]
    title: Annotated[str, Word()]
    definition: Annotated[str, Sentence()]
    assessed: Annotated[int | None, Count("learners the definition was tried on")]
    learners: Annotated[int | None, Count("learners in the cohort")]
    share: Annotated[Number, Share("learners in the cohort", "assessed", "learners")]
    n_growth: Annotated[int | None, Count("peers with pay in two years")]
    typical_growth: Annotated[
        Number, Typical("peers with pay in two years", 0.5, "n_growth", "pay_growth")
    ]
    by_segment: Annotated[tuple[CohortPart, ...], Rows(("-share", "value"), "assessed")]
    by_role: Annotated[tuple[CohortPart, ...], Rows(("-share", "value"), "assessed")]
    by_tier: Annotated[tuple[CohortPart, ...], Rows(("-share", "value"), "assessed")]
    reason: Annotated[str, Sentence()]


class CompanyRole(Model):
    """A role at a large company: its pay there beside the rest and elsewhere."""

    role_family: Annotated[str, Label()]
    learners: Annotated[int | None, Count("paid learners of the role there")]
    p50: Annotated[Number, Owner("median pay of the role there")]
    rest: Annotated[Number, Owner("median pay of everybody else there")]
    elsewhere: Annotated[Number, Owner("median pay of the role at other companies")]
    to_rest: Annotated[Number, Statistic("its pay over the rest's", 2, "learners", 1)]
    to_elsewhere: Annotated[
        Number, Statistic("its pay over elsewhere", 2, "learners", 1)
    ]


class CompanyView(Model):
    """One of the largest companies, under an alias."""

    alias: Annotated[str, Word()]
    tier: Annotated[str, Label()]
    learners: Annotated[int | None, Count("paid learners of the company")]
    size: Annotated[str, Word()]
    p25: Annotated[Number, Owner("lower quartile of pay")]
    p50: Annotated[Number, Owner("median pay")]
    p75: Annotated[Number, Owner("upper quartile of pay")]
    to_others: Annotated[
        Number, Statistic("its pay over all others'", 2, "learners", 1)
    ]
    roles: Annotated[tuple[CompanyRole, ...], Rows(("-to_elsewhere", "role_family"))]


class CompanyTier(Model):
    """A company tier."""

    tier: Annotated[str, Label()]
    companies: Annotated[int | None, Count("companies of the tier")]
    learners: Annotated[int | None, Count("learners whose company is of the tier")]
    largest_share: Largest
    share: Annotated[Number, Share("learners of the tier", "n_learners", "learners")]
    n_paid: Annotated[int | None, Count("paid learners of the tier")]
    p50: Annotated[Number, Amount("paid learners of the tier", 0.5, "n_paid")]


class Companies(Model):
    """How learners spread over companies."""

    reason: Annotated[str, Sentence()]
    n_companies: Annotated[int | None, Count("companies")]
    n_learners: Annotated[int | None, Count("learners whose company is known")]
    gini: Annotated[Number, Statistic("learners over companies", digits=2)]
    top_share: Annotated[Number, Share("learners at the ten largest", "n_learners")]
    largest: Annotated[tuple[CompanyView, ...], Rows(("alias",))]
    tiers: Annotated[tuple[CompanyTier, ...], Rows(least="learners")]


class LaggingRole(Model):
    """Experienced learners of a role whose pay lags."""

    role: Annotated[str, Label()]
    learners: Annotated[int | None, Count("learners of the role, both known")]
    experienced: Annotated[int | None, Count("of them with the longest experience")]
    lagging: Annotated[int | None, Count("of those in the lowest quarter of pay")]
    share: Annotated[Number, Share("lagging of experienced", "experienced", "lagging")]
    correlation: Annotated[Number, Statistic("rank correlation", 2, "learners", 2)]


class LaggingPay(Model):
    """Pay that does not rise with experience."""

    learners: Annotated[int | None, Count("learners of whom both are known")]
    experienced_from: Annotated[Number, Statistic("years of the longest quarter", 2)]
    experienced: Annotated[int | None, Count("learners with the longest experience")]
    lagging: Annotated[int | None, Count("of them in the lowest quarter of pay")]
    share: Annotated[Number, Share("lagging of experienced", "experienced", "lagging")]
    correlation: Annotated[Number, Statistic("rank correlation", 2, "learners", 2)]
    by_role: Annotated[tuple[LaggingRole, ...], Rows(("-share", "role"), "experienced")]


class EntryRole(Model):
    """Entry-level learners of a role family and level."""

    role_family: Annotated[str, Label()]
    level: Annotated[str, Word()]
    learners: Annotated[int | None, Count("paid entry-level learners")]
    companies: OfCompanies
    largest_share: Largest
    p50: Annotated[Number, Amount("paid entry-level learners", 0.5)]
    p90: Annotated[Number, Amount("paid entry-level learners", 0.9)]
    high: Annotated[int | None, Count("of them unusually high")]


class EntryLevelPay(Model):
    """Entry-level titles with unusually high pay."""

    learners: Annotated[int | None, Count("paid learners with an entry-level title")]
    companies: OfCompanies
    largest_share: Largest
    p50: Annotated[Number, Amount("paid entry-level learners", 0.5)]
    limit: Annotated[Number, Statistic("pay that is unusually high", digits=2)]
    high: Annotated[int | None, Count("of them unusually high")]
    share: Annotated[Number, Share("unusually high", "learners", "high")]
    by_role: Annotated[
        tuple[EntryRole, ...], Rows(("-learners", "role_family"), "learners")
    ]


class Explained(Model):
    """Share of the differences in something that the segments explain, 0..1."""

    what: Annotated[Literal["pay", "experience", "role"], Word()]
    share: Annotated[Number, Statistic("learners of whom it is known", digits=2)]


class MentorRole(Model):
    """A role, and who could mentor in it."""

    role: Annotated[str, Label()]
    learners: Annotated[int | None, Count("learners of the role")]
    share: Annotated[Number, Share("learners of the role", "segmented", "learners")]
    seniors: Annotated[int | None, Count("of them with enough years to mentor")]


class RoleInCompanies(Model):
    """A role beside everybody else, within the largest companies that have both."""

    role_family: Annotated[str, Label()]
    companies: Annotated[int, Fact("large companies with enough learners of both")]
    higher: Annotated[int, Fact("of them with a higher median pay of the role")]
    typical: Annotated[
        Number, Statistic("median of its pay over the rest's", 2, places=1)
    ]


class Questions(Model):
    """What the decision questions need beside the other results."""

    explained: Annotated[tuple[Explained, ...], Rows(("-share", "what"))]
    lagging_pay: Annotated[LaggingPay | None, Rows()]
    entry_level: Annotated[EntryLevelPay | None, Rows()]
    in_companies: Annotated[RoleInCompanies | None, Rows()] = None
    mentor_roles: Annotated[
        tuple[MentorRole, ...], Rows(("-learners", "role"), "learners")
    ]
    mentor_years: Annotated[float, Setting()]


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
    limits: Annotated[Limits, Rows()]
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
    notes: Annotated[tuple[str, ...], Sentence()]
    timings: Annotated[dict[str, float], Owner("seconds a stage")]

    @model_validator(mode="after")
    def _has_each_segment_once(self) -> Self:
        ids = [one.id for one in self.segments]
        if len(set(ids)) < len(ids):
            raise ValueError(f"segments have the ids {ids}, expected each once")
        return self

    @property
    def segmented(self) -> int | None:
        """Learners (or records) segmented: the whole of most shares."""
        return self.input.segmented

    def segment(self, segment_id: int) -> Segment | None:
        """Give a segment by its id; None where it is too small to be told."""
        return next((one for one in self.segments if one.id == segment_id), None)

    def has(self, *columns: str) -> bool:
        """Say whether the table holds all of these standard columns."""
        return set(columns) <= set(self.input.available)


class Finding(Model):
    """A decision question and its answer, made from the numbers of the results."""

    id: Annotated[str, Word()]
    question: Annotated[str, Word()]
    answer: Annotated[str, Label()]
    available: Annotated[bool, Fact("whether the table can answer")]


class Target(Model):
    """A segment or cohort an action is for."""

    name: Annotated[str, Label()]
    size: Annotated[int | None, Count("learners the action is for")]
    share: Annotated[Number, Share("learners it is for", "segmented", "size")]
    why: Annotated[str, Label()]


class Action(Model):
    """One recommended action: for which teams and whom, why, and how it is judged."""

    id: Annotated[str, Word()]
    title: Annotated[str, Word()]
    teams: Annotated[tuple[str, ...], Word()]
    targets: Annotated[tuple[Target, ...], Rows()]
    why: Annotated[str, Label()]
    measure: Annotated[str, Word()]


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

    schema_version: Annotated[Literal[3], Setting()] = SCHEMA_VERSION
    words: Annotated[Words, Rows()]
    actions: Annotated[tuple[Action, ...], Rows()]


class ExactSummary(Summary):
    """For the owner: every number unguarded. Nothing that draws takes it."""

    form: Annotated[Literal["exact"], Setting()] = "exact"


class DisclosedSummary(Summary):
    """What may be shared: the one thing that report, workbook and terminal render."""

    form: Annotated[Literal["disclosed"], Setting()] = "disclosed"
