"""What a run does, as values: one frozen dataclass a stage, read from TOML.

A recipe (``recipes/*.toml``) fills every stage; a user's TOML file is laid over it, and
arguments of the caller over both. Unknown keys are refused with the nearest known one.
The limits of a value stand beside it, as its type, and are checked when it is read.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, with_config

from learnstrata.config import limits

__all__ = [
    "EVIDENCE_LEVELS",
    "Cleaning",
    "Cohorts",
    "Columns",
    "Company",
    "Config",
    "Decisions",
    "Evidence",
    "FeatureGroup",
    "Finer",
    "Fit",
    "Hierarchy",
    "Layer",
    "Monitoring",
    "Numbers",
    "Pay",
    "Privacy",
    "Roles",
    "Rule",
    "Selection",
    "Tendency",
]

Unit = Literal["learner", "record"]
EvidenceLevel = Literal["none", "quick", "full"]
Criterion = Literal[
    "silhouette_excess",
    "silhouette",
    "calinski_harabasz",
    "davies_bouldin",
    "lowest_jaccard",
    "k",
]

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]
SmallestShare = Annotated[float, Field(ge=0, le=0.5)]  # two parts have half each
Some = Annotated[int, Field(ge=1)]
AnyNumber = Annotated[int, Field(ge=0)]
Year = Annotated[int, Field(ge=1, le=9999)]
DecimalMark = Literal[".", ","]
ThousandsMark = Literal[".", ",", " ", "'"]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Growing = Annotated[tuple[Finite, ...], limits.GROWS]
Times = Annotated[float, Field(gt=1, allow_inf_nan=False)]  # what is typical
Tier = Literal["Tier 1", "Tier 2", "Tier 3"]


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column of the user's table holds what.

    Attributes
    ----------
    learner, company, title, pay, start_year, experience, pay_year : str or None
        ``None``, or left out, means look for it by its usual names; an empty string
        means the table has no such column.
    numeric, categorical : tuple of str
        Extra columns to segment on.
    outcome : tuple of str
        Extra columns kept beside the learners and never segmented on.
    """

    learner: str | None = None
    company: str | None = None
    title: str | None = None
    pay: str | None = None
    start_year: str | None = None
    experience: str | None = None
    pay_year: str | None = None
    numeric: tuple[str, ...] = ()
    categorical: tuple[str, ...] = ()
    outcome: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Numbers:
    """How numbers are written, where the values of a column do not tell.

    Attributes
    ----------
    decimal : {".", ","} or None
        Stands before the decimals. Left out, each column is read by its own values.
    thousands : {".", ",", " ", "'"} or None
        Parts the thousands. Left out, all that `decimal` leaves may.
    """

    decimal: DecimalMark | None = None
    thousands: Annotated[ThousandsMark | None, limits.OTHER_THAN_DECIMAL] = None


@dataclass(frozen=True, slots=True)
class Pay:
    """What a number in the pay column means.

    Attributes
    ----------
    currency : str
        ISO 4217 code, in any case. INR is shown in lakh a year (LPA), all else in
        thousands a year. Left out, it is INR, and a column that names others is
        refused; given, it is the one that is kept.
    decimal, thousands : str or None
        As in `Numbers`, for pay alone.
    unit : float
        Currency units one unit of the column stands for: 100000 where it is in lakh.
    period : {"year", "month"}
        A monthly pay is multiplied by 12.
    bands : tuple of float
        Upper limits (inclusive) of all pay bands but the last, in the shown unit.
        Empty: 5, 15, 30 for INR, or of the table where these do not tell its learners
        apart, as of any other currency.
    band_names : tuple of str
        One more name than limits.
    """

    currency: str = ""
    decimal: DecimalMark | None = None
    thousands: Annotated[ThousandsMark | None, limits.OTHER_THAN_DECIMAL] = None
    unit: Positive = 1.0
    period: Literal["year", "month"] = "year"
    bands: Growing = ()
    band_names: Annotated[
        tuple[str, ...], limits.names_bands_of("bands", or_none=True)
    ] = (
        "Low",
        "Average",
        "High",
        "Very high",
    )

    @property
    def code(self) -> str:
        """The currency that is meant."""
        return self.currency.upper() or "INR"

    @property
    def shown_unit(self) -> str:
        """Name of the unit in which pay is shown."""
        return "LPA" if self.code == "INR" else f"k {self.code}"

    @property
    def per_shown_unit(self) -> float:
        """Currency units in one shown unit."""
        return 100_000.0 if self.code == "INR" else 1_000.0


@dataclass(frozen=True, slots=True)
class Cleaning:
    """Rules that turn records into learners.

    Attributes
    ----------
    first_year : int
        Years before it are impossible; so are those after the year of the run.
    last_experience : float
        More years of experience than this are impossible.
    repair_years : bool
        Complete a two-digit year where only one century fits.
    suspect_years : bool
        Set aside pay years that cannot be, as start years are, and refuse a column of
        years of which most values are none.
    check_order : bool
        A start year more than `order_slack` years after the pay year is set aside: an
        offer is often entered in the year before the work starts.
    suspect_pay : bool
        Set aside pay that is heaped in a tail or beyond the outer fences.
    repair_pay : bool
        Convert a pay beyond the fences that is typical in thousands or in lakh, and in
        no other unit. What may be a month's stays set aside: it may be a real one.
    suspect_extras : bool
        Set aside values of extra numbers and outcomes beyond the outer fences.
    impute_start_year : {"none", "median"}
        ``median`` fills a missing start year before any feature is made.
    impute : {"peers", "median"}
        What stands in for a missing pay or experience where a distance needs a number:
        the median of learners of the same role group and experience band, or of all.
    missing_company, missing_title : str
        Category for a missing value; empty keeps it missing.
    tidy_text : bool
        Trim and fold the spaces of companies and titles, and the case of companies.
    """

    first_year: Year = 1960
    last_experience: Positive = 50.0
    repair_years: bool = True
    suspect_years: bool = True
    check_order: bool = True
    order_slack: NotNegative = 1.0
    suspect_pay: bool = True
    repair_pay: bool = True
    suspect_extras: bool = True
    impute_start_year: Literal["none", "median"] = "none"
    impute: Literal["peers", "median"] = "peers"
    missing_company: str = ""
    missing_title: str = ""
    tidy_text: bool = True


@dataclass(frozen=True, slots=True)
class Roles:
    """How titles become role groups.

    ``families`` maps through the packaged title table; ``top_titles`` keeps the `top`
    most frequent titles as they are and calls the rest `other`.
    """

    scheme: Literal["families", "top_titles"] = "families"
    top: Some = 15
    other: str = "Other"
    fuzzy_score: Annotated[float, Field(ge=0, le=100)] = 92.0


@dataclass(frozen=True, slots=True)
class Company:
    """Company level and tier.

    Attributes
    ----------
    leave_out_own : bool
        Leave the learner's own pay out of the level of their company.
    shrinkage : float
        Learners at which company and role level weigh the same (tau).
    tier_level : {"mean_log_pay", "mean_pay"}
        By what companies are ordered for their tier.
    tier_by : {"learners", "companies"}
        Of what the tiers cut shares.
    tier_cuts : tuple of float
        Quantiles between Tier 3 | Tier 2 | Tier 1.
    min_learners : int
        Companies with fewer are "Unrated".
    """

    leave_out_own: bool = True
    shrinkage: NotNegative = 10.0
    tier_level: Literal["mean_log_pay", "mean_pay"] = "mean_log_pay"
    tier_by: Literal["learners", "companies"] = "learners"
    tier_cuts: Annotated[tuple[float, float], limits.GROWS, limits.INSIDE] = (
        1 / 3,
        2 / 3,
    )
    min_learners: Some = 5


@dataclass(frozen=True, slots=True)
class FeatureGroup:
    """Features of one idea, scaled together.

    Attributes
    ----------
    columns : tuple of str
        Names of `learnstrata.learners.features.register.FEATURES`, or of extra columns.
    weight : float
        Standard deviation of the group (``block``) or of each column (``columns``).
    scaling : {"block", "columns", "none"}
        ``columns`` gives every column variance `weight` squared, ``block`` the whole
        group, ``none`` leaves the values as they are.
    """

    columns: tuple[str, ...]
    weight: NotNegative = 1.0
    scaling: Literal["block", "columns", "none"] = "block"


@dataclass(frozen=True, slots=True)
class Tendency:
    """Test for cluster tendency: rows it looks at, probes, and the variant reported."""

    sample: Some = 30_000
    probes: Some = 2_000
    variant: Literal["power_d", "original"] = "power_d"


@dataclass(frozen=True, slots=True)
class Rule:
    """The rule that chooses k: gaps, then admissible, then the best by `criterion`.

    Attributes
    ----------
    gaps : {"none", "numbers", "all"}
        In which features groups that stand apart are looked for, and taken where there
        are: a category has gaps of its own, which ``all`` takes for groups.
    min_k : int
        Fewer segments are too coarse to act on.
    min_share, max_share : float
        Smallest share of the rows a segment may have, in 0..0.5, and largest, up to 1.
    min_jaccard : float
        Jaccard that every segment must reach in three of four cuts of halves of the
        learners; 0 where there are no halves.
    min_agreement : float
        Adjusted Rand index of the cuts of two halves of the learners that three of four
        halvings must reach; 0 where there are none.
    criterion : str
        What the admissible k are ordered by.

    Notes
    -----
    A limit is a field with `limits.OfEachK`, and nothing else.
    """

    min_k: Some = 2
    min_share: Annotated[
        SmallestShare,
        limits.OfEachK(
            measure="smallest_share",
            objection="smallest segment under {}",
            condition="whose smallest segment holds at least {}",
            moved="a smallest share of {:.1%}",
            is_share=True,
            is_hard=True,
            step=0.01,
            end=0.5,
        ),
    ] = 0.0
    min_jaccard: Annotated[
        Share,
        limits.OfEachK(
            measure="jaccard_low",
            objection="least stable segment under {}",
            condition="whose least stable segment is found again with a Jaccard of {}",
            moved="a least stability of {:.2f}",
            is_hard=True,
        ),
    ] = 0.0
    criterion: Criterion = "silhouette"
    gaps: Literal["none", "numbers", "all"] = "none"
    min_agreement: Annotated[
        Share,
        limits.OfEachK(
            measure="half_agreement",
            objection="halves agree under {}",
            condition="on which halves of the learners agree with an index of {}",
            moved="an agreement of halves of {:.2f}",
        ),
    ] = 0.0
    max_share: Annotated[
        Share,
        limits.OfEachK(
            measure="largest_share",
            objection="largest segment over {}",
            condition="whose largest segment holds at most {}",
            moved="a largest share of at most {:.1%}",
            without=1.0,
            is_most=True,
            is_share=True,
        ),
    ] = 1.0


@dataclass(frozen=True, slots=True)
class Selection:
    """The sweep over k.

    Attributes
    ----------
    k_min, k_max : int
        Numbers of segments tried, both ends included.
    k : int, optional
        Number of segments to take whatever the rule says, which then tells what speaks
        against it; none leaves it to the rule.
    sample : int
        Rows the sweep is fitted on.
    starts : int
        Fresh k-means++ starts for each k.
    scored : int
        Rows whose silhouette is computed; 0 takes all rows of the sample.
    score_against : {"sample", "all"} or int
        Whether those rows are compared with the sample, with every row, or with so many
        rows that they are among.
    splits : int
        Times the learners are halved and both halves cut afresh at each k, to see
        whether segments are found again; 0 leaves it out.
    half_rows : int
        Learners that are halved.
    worth : float
        Share of the differences between learners that one more segment must explain.
    """

    k_min: Annotated[int, Field(ge=2)] = 2
    k_max: Annotated[int, Field(le=50), limits.at_least("k_min")] = 10
    k: Annotated[int, Field(ge=1, le=50)] | None = None
    sample: Annotated[int, Field(ge=10)] = 30_000
    starts: Some = 8
    scored: AnyNumber = 0
    score_against: Literal["sample", "all"] | Annotated[int, Field(ge=10)] = "sample"
    splits: Annotated[int, limits.NONE_OR_2] = 20
    half_rows: Annotated[int, Field(ge=10)] = 20_000
    worth: Annotated[
        Share,
        limits.OfEachK(
            measure="gain",
            objection="one more segment explains under {}",
            condition="of which the last segment explains at least {}",
            moved="a last segment that explains {:.1%}",
            is_share=True,
            step=0.01,
            end=0.5,
        ),
    ] = 0.0
    rule: Annotated[Rule, limits.LARGEST_FITS_K] = field(default_factory=Rule)


@dataclass(frozen=True, slots=True)
class Fit:
    """k-means on all rows: fresh starts beside the centres of the sweep."""

    starts: AnyNumber = 4


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Ward's hierarchy: rows of the exact one, micro-clusters of the weighted one."""

    sample: Annotated[int, Field(ge=2)] = 5_000
    micro_clusters: Annotated[int, Field(ge=2)] = 1_000


@dataclass(frozen=True, slots=True)
class Finer:
    """Sub-segments inside a segment, and the rule that admits them.

    Attributes
    ----------
    k_max : int
        Most sub-segments of one segment; 1 leaves them out.
    min_learners : int
        Segments with fewer distinct learners are not cut.
    sample : int
        Learners of a segment that its own sweep is fitted on.
    resamples : int
        Bootstrap refits for each k, from fresh starts.
    min_share : float
        Smallest share of its segment a sub-segment may have, in 0..0.5.
    min_jaccard : float
        Least bootstrap Jaccard a sub-segment may have.
    """

    k_max: Annotated[int, Field(ge=1, le=50)] = 5
    min_learners: Some = 200
    sample: Annotated[int, limits.at_least("min_learners")] = 10_000
    resamples: Some = 20
    min_share: SmallestShare = 0.10
    min_jaccard: Share = 0.75


@dataclass(frozen=True, slots=True)
class Evidence:
    """How far the segmentation can be trusted, and what it may cost to know.

    `level` fills in what a configuration leaves out: `EVIDENCE_LEVELS`.

    Attributes
    ----------
    level : {"none", "quick", "full"}
        ``none`` computes only what the rule that chooses k needs.
    draws, rows : int
        Structureless tables drawn, and learners in each.
    halved_draws, halved_splits : int
        Structureless tables as large as the learners that were halved, and halvings of
        each.
    references : int
        Even tables behind the gap statistic.
    seeds : int
        Refits of the chosen k under other seeds.
    sensitivity_rows, sensitivity_resamples : int
        Learners on which other ways of clustering are compared, 0 leaves them out, and
        bootstrap refits of each way.
    max_p : float
        P-value under which a silhouette is called above those of structureless tables.
    min_jaccard : float
        Jaccard from which the learners of a role in a segment count as found again.
    min_margin, min_confidence : float
        Under either, a learner is on the border of two segments.
    finer : Finer
    """

    level: EvidenceLevel = "quick"
    draws: Some = 19
    rows: Annotated[int, Field(ge=20)] = 1_000
    halved_draws: Some = 5
    halved_splits: Annotated[int, Field(ge=2)] = 4
    references: Some = 5
    seeds: Some = 5
    sensitivity_rows: Annotated[int, limits.NONE_OR_50] = 3_000
    sensitivity_resamples: Some = 5
    max_p: Annotated[float, Field(gt=0, le=1), limits.CAN_BE_REACHED] = 0.05
    min_jaccard: Share = 0.75
    min_margin: Share = 0.10
    min_confidence: Share = 0.90
    finer: Finer = field(default_factory=Finer)


@dataclass(frozen=True, slots=True)
class Cohorts:
    """From where a learner's pay stands out from what peers typically earn.

    Peers have the same role family, company tier and experience, as far as the table
    tells. Every threshold is absolute: none fixes how many learners are beyond it.

    Attributes
    ----------
    entry_years : float
        Most years of experience at entry level.
    entry_times : float
        Entry-level pay so many times the typical one, or so many times less, is far
        from that of peers.
    upside_times : float
        Times the typical pay from which later pay has high upside.
    upside_tiers : tuple of str
        Company tiers in which high upside is looked for.
    well_paid_times : float
        Times the typical pay of all company tiers from which a learner is very well
        paid.
    stalled_from : float
        Years of experience from which pay can be called stalled.
    stalled_gap : float
        By how much less than peers of the same experience the stalled are paid.
    min_peers : int
        Learners of the same role that a comparison needs, entry-level ones at entry
        level and later ones afterwards.
    """

    entry_years: NotNegative = 2.0
    entry_times: Times = 1.5
    upside_times: Times = 1.5
    upside_tiers: tuple[Tier, ...] = ("Tier 2", "Tier 3")
    well_paid_times: Times = 2.0
    stalled_from: Annotated[NotNegative, limits.at_least("entry_years")] = 8.0
    stalled_gap: Annotated[float, Field(ge=0, lt=1)] = 0.3
    min_peers: Annotated[int, Field(ge=10)] = 30


@dataclass(frozen=True, slots=True)
class Decisions:
    """What the recommended actions are held to.

    Attributes
    ----------
    mentor_years : float
        Years of experience from which a learner could mentor.
    mentees : int
        Learners that one mentor takes.
    grown : float
        Share a year from which pay has grown, where a trial is judged by pay.
    change : float
        By how much the share of learners with a good outcome must rise for a trial to
        see it; 0.05 is from 30 % to 35 %.
    """

    mentor_years: Positive = 8.0
    mentees: Some = 5
    grown: Positive = 0.10
    change: Annotated[float, Field(gt=0, lt=1)] = 0.05


@dataclass(frozen=True, slots=True)
class Privacy:
    """What a count or a pay must stand for to be shared.

    Attributes
    ----------
    learners, min_companies : int
        A cell of pay is shown with so many of each, a category with so many learners.
    largest_share : float
        No company has more than this share of a cell of pay.
    base : int
        Counts of learners are rounded to it, so that fewer are "under 10"; `learners`
        or more, for a rounded count must not tell of fewer than the rule does.
    companies : {"none", "bands", "sizes"}
        How companies are shown: not at all, in bands of size, or each by its size.
    """

    learners: Annotated[int, Field(ge=2)] = 10
    min_companies: Some = 3
    largest_share: Annotated[float, Field(gt=0, le=1)] = 0.6
    base: Annotated[int, Field(ge=5, le=1000), limits.at_least("learners")] = 10
    companies: Literal["none", "bands", "sizes"] = "bands"


@dataclass(frozen=True, slots=True)
class Monitoring:
    """From where a new table has moved away from the one a model was fitted on.

    Effects are in standard deviations (`learnstrata.stats.drift`).

    Attributes
    ----------
    alpha : float
        Chance that a table which has not moved raises any alarm, over all that is
        looked at together.
    watch_effect, refit_effect : float
        Effect from which a move beyond chance is watched, or asks for a refit; 0.1 and
        0.5 are a stability index (PSI) of about 0.01 and 0.25.
    watch_pay, refit_pay : float
        Change of pay among learners of the same role, experience and company tier,
        upwards or downwards; 0.03 is 3 %.
    """

    alpha: Annotated[float, Field(gt=0, lt=0.5)] = 0.01
    watch_effect: Positive = 0.1
    refit_effect: Annotated[Positive, limits.at_least("watch_effect")] = 0.5
    watch_pay: Positive = 0.03
    refit_pay: Annotated[Positive, limits.at_least("watch_pay")] = 0.15


@dataclass(frozen=True, slots=True)
class Layer:
    """What a store asks for before a version is used, and how long it keeps learners.

    A store goes by the configuration of the version that was promoted last: that of
    another one counts once it was promoted.

    Attributes
    ----------
    min_gain : float
        More of the variance of the features that a challenger's segments explain than
        the segments in use do on the same learners; under it, it is held.
    min_shared : float
        Share of the learners in use that are in the table of a challenger; of fewer,
        nobody can say what becomes of them, and somebody is asked.
    max_moved : float
        Share of the learners of both that may move by a refit alone without anybody
        being asked.
    min_jaccard : float
        How well the least stable segment of a challenger is found again in resamples
        before it is used without anybody being asked.
    min_margin : float
        Share of the distance to the second centre by which another segment is nearer
        before a learner leaves the one they are in; 0 lets all go.
    approvals : int
        Persons, other than who added a version and who promotes it, who approve it
        before it is used.
    retention_days : int or None
        How long the store keeps what it says of learners and is no more in use; None
        keeps it.
    """

    min_gain: Annotated[float, Field(ge=-1, le=1)] = 0.005
    min_shared: Share = 0.5
    max_moved: Share = 0.10
    min_jaccard: Share = 0.75
    min_margin: Share = 0.05
    approvals: AnyNumber = 0
    retention_days: Some | None = None


EVIDENCE_LEVELS: Mapping[str, Mapping[str, Any]] = {
    "none": {},
    "quick": {"finer": {"k_max": 4, "resamples": 10, "sample": 3_000}},
    "full": {
        "draws": 99,
        "rows": 3_000,
        "references": 20,
        "seeds": 10,
        "halved_draws": 19,
        "halved_splits": 20,
        "sensitivity_rows": 10_000,
    },
}


@with_config(ConfigDict(validate_default=True))  # one value may not suit another's own
@dataclass(frozen=True, slots=True)
class Config:
    """Everything a run does.

    Attributes
    ----------
    recipe, version : str, int
        Name and version of the recipe it began with.
    unit : {"learner", "record"}
        What is segmented.
    record : {"record", "learner"}
        What a row of the input is; ``learner`` needs no learner id.
    seed : int
        Seed of a run whose caller gives none.
    as_of : int or {"table", "clock"}
        The year that counts as now; ``table`` is the newest that enough learners share.
    judged_on : int or "all"
        Learners at most that everything is computed on which is no sum over all of
        them: the choice of k, the hierarchy and the evidence, drawn from all.
    sampler : {"generator", "legacy"}
        ``legacy`` draws samples with NumPy's RandomState, as the original does.
    experience_bands : tuple of float
        Upper limits (inclusive) of all experience bands but the last, in years. Empty:
        2, 6, or of the table where these do not tell its learners apart.
    fit_bands : bool
        Take limits that are not given from the table where the usual ones leave under
        5 % or over 60 % of the learners in a band; ``False`` keeps them.
    max_categories : int
        Values of a category of your own that get a column each; of more, the most
        frequent do, and the others are one, "Other".
    names : mapping of int or str to str
        Names of your own for segments, by id or by the name made from their numbers.
        After a refit an id may be another segment; the name made from numbers is not.
    """

    recipe: str
    version: int
    unit: Unit
    features: Annotated[Mapping[str, FeatureGroup], limits.EACH_ONCE]
    record: Unit = "record"
    seed: AnyNumber = 0
    as_of: int | Literal["table", "clock"] = "table"
    judged_on: Annotated[int, Field(ge=1_000)] | Literal["all"] = 200_000
    sampler: Literal["generator", "legacy"] = "generator"
    experience_bands: Growing = ()
    experience_band_names: Annotated[
        tuple[str, ...], limits.names_bands_of("experience_bands", or_none=True)
    ] = ("Early", "Mid", "Senior")
    fit_bands: bool = True
    max_categories: Annotated[int, Field(ge=2)] = 50
    columns: Columns = field(default_factory=Columns)
    numbers: Numbers = field(default_factory=Numbers)
    pay: Pay = field(default_factory=Pay)
    cleaning: Cleaning = field(default_factory=Cleaning)
    roles: Roles = field(default_factory=Roles)
    company: Company = field(default_factory=Company)
    tendency: Tendency = field(default_factory=Tendency)
    selection: Selection = field(default_factory=Selection)
    fit: Fit = field(default_factory=Fit)
    hierarchy: Hierarchy = field(default_factory=Hierarchy)
    evidence: Evidence = field(default_factory=Evidence)
    names: Annotated[Mapping[int | str, str], limits.NAMES_SEGMENTS] = field(
        default_factory=dict
    )
    privacy: Privacy = field(default_factory=Privacy)
    cohorts: Cohorts = field(default_factory=Cohorts)
    decisions: Decisions = field(default_factory=Decisions)
    monitoring: Monitoring = field(default_factory=Monitoring)
    layer: Layer = field(default_factory=Layer)

    def as_dict(self) -> dict[str, Any]:
        """Give the configuration as plain values, for JSON."""
        return asdict(self)
