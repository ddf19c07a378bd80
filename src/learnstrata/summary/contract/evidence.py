"""Results on how far the segments can be trusted."""

from typing import Annotated, Literal

from learnstrata.privacy.disclosure.kinds import (
    Amount,
    Count,
    Fact,
    Label,
    Owner,
    Rows,
    Sentence,
    Setting,
    Share,
    Statistic,
    Typical,
    Word,
)
from learnstrata.summary.contract.meaning import TypicalNumber
from learnstrata.summary.contract.model import (
    Largest,
    Model,
    Number,
    OfCompanies,
    Segments,
)


class Ground(Model):
    """One condition of the verdict: found, asked for, and whether it is met."""

    condition: Annotated[str, Word()]
    value: Annotated[Number, Statistic("all learners")]
    limit: Annotated[float | None, Setting()]
    met: Annotated[bool, Fact("condition")]


class Verdict(Model):
    """How far the segments can be trusted, in one word."""

    word: Annotated[Literal["natural", "repeatable", "arbitrary", "undivided"], Word()]
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
    halved_draws: Annotated[int, Setting()]
    halved_splits: Annotated[int, Setting()]
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
    """What lies between a segment and its nearest neighbour.

    `p_value` is that of the dip after Holm over all pairs.
    """

    segment_id: Segments
    neighbour_id: Segments
    dip: Annotated[Dip | None, Rows()]
    p_value: Annotated[Number, Statistic("learners of the test", digits=2)]
    depth: Annotated[Number, Statistic("learners of the test", digits=2)]
    is_gap: Annotated[bool, Fact("whether few learners lie between")]


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
    squared: Annotated[Number, Statistic("learners of `rows`")]
    simplified: Annotated[Number, Statistic("learners of `rows`")]
    rows: Annotated[int | None, Count("learners of the two before")]
    scored: Annotated[int | None, Count("learners scored")]
    against: Annotated[int | None, Count("learners they are compared with")]
    per_segment: Annotated[tuple[SegmentSilhouette, ...], Rows()]


class SegmentJaccard(Model):
    """How far a segment is found again in the cuts of halves of the learners."""

    segment_id: Segments
    jaccard: Annotated[Number, Statistic("learners of the segment")]
    low: Annotated[Number, Statistic("learners of the segment")]
    recovered: Annotated[Number, Statistic("halves of the learners", digits=2)]
    dissolved: Annotated[Number, Statistic("halves of the learners", digits=2)]


class Stability(Model):
    """Whether the segments are found again by cuts of halves, from fresh starts."""

    halves: Annotated[int, Fact("halves of the learners that were cut")]
    rows: Annotated[int | None, Count("learners of a half")]
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
    agreement: Annotated[tuple[Number, ...], Statistic("halves of the learners")]


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
        Number, Statistic("learners of the segment, over cuts of halves", digits=2)
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


class PartRole(Model):
    """A role of a part that names one; those shared are the most frequent few.

    Which they are follows from the counts as they are told.
    """

    value: Annotated[str, Label()]
    held: Annotated[int | None, Count("learners of the part with the role", "learners")]
    learners: Annotated[int | None, Owner("distinct learners of `held`")]
    share: Annotated[Number, Share("of the learners of the part", "count", "held")]


class Part(Model):
    """A part of a segment, described against its segment; whole segments are not.

    `apart` is all that clearly parts it from the rest of its segment, the strongest
    first.
    """

    segment_id: Segments
    subsegment_id: Annotated[str, Fact("part, such as 2.1")]
    name: Annotated[str, Label()]
    apart: Annotated[tuple[str, ...], Label()]
    typical: Annotated[tuple[TypicalNumber, ...], Rows(least="n")]
    roles: Annotated[tuple[PartRole, ...], Rows(("-held", "value"), least="held")]
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
    """Groups finer than segments, and whether they hold: `rows` tell it of cells."""

    rows: Annotated[int | None, Count("learners behind the Jaccard of cells")]
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
    stability: Annotated[Stability | None, Rows()]
    seeds: Annotated[Seeds, Rows()]
    halves: Annotated[Halves, Rows()]
    flows: Annotated[tuple[Flow, ...], Rows(least="count")]
    certainty: Annotated[Certainty, Rows()]
    finer: Annotated[Finer, Rows()]
    sensitivity: Annotated[Sensitivity | None, Rows()]
