"""Learners whose pay stands out from what their peers typically earn.

Peers have the same role family, company tier and experience, as far as the table tells.
What is typical of them is the shrunken median of `learnstrata.segments.pay.benchmarks`.
A cohort is defined here and nowhere else: `Cohorts` of the configuration holds its
limits, `definitions_of` says them, and whoever tells of a cohort takes both from here.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from learnstrata.config.stages import Cohorts
from learnstrata.learners.history import yearly_growth
from learnstrata.learners.roles.unnamed import NO_ROLE
from learnstrata.privacy.disclosure.derived import rate_high, rate_low, rate_of
from learnstrata.privacy.disclosure.pooling import OTHER
from learnstrata.segments.pay.benchmarks import (
    lacking,
    paid_once,
    peer_medians,
)
from learnstrata.wording.words import EVERYBODY, listed

__all__ = [
    "Cohort",
    "CohortKey",
    "CohortPart",
    "definitions_of",
    "find_cohorts",
    "progress_of_peers",
]

STAGES = (1.0, 2.0, 4.0, 6.0, 9.0, 13.0)  # upper limits of years; the last is open
ENTRY_LEVEL = 1  # of seniority: intern or junior
EQUAL = 1e-9  # of a logarithm: who earns the limit itself is beyond it
CohortKey = Literal["stalled", "entry_high", "entry_low", "high_upside", "well_paid"]
Groups = Mapping[str, tuple[str, ...]]  # column -> its values
TITLES: dict[CohortKey, str] = {
    "stalled": "Paid like someone with half their experience",
    "entry_high": "Entry level, paid well above peers",
    "entry_low": "Entry level, paid well below peers",
    "high_upside": "High upside",
    "well_paid": "Very well paid",
}
# What a cohort cannot be without; of several columns in one text, any of them.
NEEDS: Mapping[CohortKey, tuple[str, ...]] = {
    "stalled": ("pay", "years_of_experience"),
    "entry_high": ("pay", "years_of_experience|seniority"),
    "entry_low": ("pay", "years_of_experience|seniority"),
    "high_upside": ("pay", "tier", "years_of_experience"),
    "well_paid": ("pay",),
}
GROUPS = ("segment_name", "role_family", "tier")
PEERS = (  # what peers are found by, told by and counted by
    *("row", "role_family", "tier", "company", "years_of_experience", "seniority"),
    *("pay_growth", "segment_name", "log_pay"),
)
BESIDE: Mapping[str, type[pl.DataType]] = {
    "row": pl.Int64,
    "expected": pl.Float64,
    "expected_at_half": pl.Float64,
    "residual": pl.Float64,
}
ALIKE = {"role_family": "role family", "tier": "company tier"}


@dataclass(frozen=True, slots=True)
class _Rate:
    """How many were assessed, and how many of them are in a cohort."""

    assessed: int
    learners: int

    @property
    def share(self) -> float | None:
        """``learners / assessed``; None where nobody was assessed."""
        return rate_of(self.learners, self.assessed)

    @property
    def low(self) -> float | None:
        """Lower end of the 95 % interval of the share."""
        return rate_low(self.learners, self.assessed)

    @property
    def high(self) -> float | None:
        """Upper end of the 95 % interval of the share."""
        return rate_high(self.learners, self.assessed)


@dataclass(frozen=True, slots=True)
class CohortPart(_Rate):
    """One segment, role or tier of a cohort: assessed, and of them in the cohort."""

    value: str


@dataclass(frozen=True, slots=True)
class Cohort(_Rate):
    """Learners who stand out in one way.

    Attributes
    ----------
    key, title, definition : str
        The definition is made from the rules.
    assessed, learners : int
        On whom the definition could be tried, and those in the cohort.
    by_segment, by_role, by_tier : tuple of CohortPart
        Every group the definition could apply to, also one of whom nobody was
        assessed; largest share first. Empty where the table does not tell groups.
    members : array of bool, shape (n_rows,)
        Who, in the order of the learners given.
    beside : polars.DataFrame
        A row for each of them: ``row`` (the place in the learners given), ``expected``
        (log pay of their peers), ``expected_at_half`` and ``residual``.
    reason : str
        Why nobody could be assessed; empty where somebody was.
    n_growth : int or None
        Peers with pay in two years, by whom growth is judged; None where it is not.
    typical_growth : float or None
        The share a year by which pay typically grows, where the definition leaves out
        those whose pay grew faster; else None.
    """

    key: CohortKey
    title: str
    definition: str
    by_segment: tuple[CohortPart, ...]
    by_role: tuple[CohortPart, ...]
    by_tier: tuple[CohortPart, ...]
    members: npt.NDArray[np.bool_] = field(repr=False, compare=False)
    beside: pl.DataFrame = field(repr=False, compare=False)
    reason: str = ""
    n_growth: int | None = None
    typical_growth: float | None = None


def progress_of_peers(
    learners: pl.DataFrame,
    *,
    no_role: Collection[str] = NO_ROLE,
    no_company: str = "",
    paid: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Compare each learner's pay with what peers of the same experience earn.

    ``residual = log(pay) - expected``, where `expected` is the shrunken median of log
    pay of the same role family, company tier and stage (up to 1, 2, 4, 6, 9, 13 years,
    or more); 0.10 is about 10 % above peers. What the table does not tell makes nobody
    a peer: without titles all roles are one, without companies all tiers.

    Parameters
    ----------
    learners : polars.DataFrame
        Learners of a run with features. It is not changed.
    no_role : collection of str
        Role families that name no role: their learners have no peers.
    no_company : str, default=""
        Category of a missing company.
    paid : polars.DataFrame, optional
        What `learnstrata.segments.pay.benchmarks.paid_once` gives of `learners`, where
        it is there already.

    Returns
    -------
    polars.DataFrame
        A row for each learner with peers, known pay and experience: ``row`` (the place
        in `learners`), ``expected``, ``expected_at_half`` (of peers with half the
        experience; null where there is none), ``residual``, ``residual_of_all`` (over
        all company tiers), and what they are counted by.

    Notes
    -----
    Chosen by what each says of the log pay of 30 % of learners who were held out. Mean
    absolute error on the demo table of 105,295 learners with a role, and the mean of
    three samples of 5,264 and of 1,579 of them: these medians 0.518, 0.511, 0.508; a
    Theil-Sen line for each role and tier 0.520, 0.516, 0.519; medians not shrunken
    0.520, 0.537, 0.555. A line is no better, and says that pay rises for ever.

    A learner's own pay is part of what is expected. In a stage of 10 learners it moves
    the median little; a peer group of one is expected what the wider groups earn.

    Examples
    --------
    >>> frame = pl.DataFrame({
    ...     "role_family": "Data", "tier": "Tier 1", "company": "c",
    ...     "experience_band": "Mid", "years_of_experience": 4.0,
    ...     "pay": [10.0, 10.0, 20.0],
    ... })
    >>> progress_of_peers(frame)["residual"].round(3).to_list()
    [0.0, 0.0, 0.693]
    """
    paid = paid_once(_told(learners), no_company=no_company) if paid is None else paid
    paid = paid.select(c for c in PEERS if c in paid.columns).filter(
        ~pl.col("role_family").is_in(list(no_role)),
        pl.col("years_of_experience").is_not_null(),
    )
    years = pl.col("years_of_experience")
    paid = paid.with_columns(stage=_stage(years), half=_stage(years / 2))
    keys = ["role_family", "stage", "tier"]
    expected = peer_medians(paid)
    one_tier = peer_medians(paid.with_columns(tier=pl.lit(EVERYBODY)))
    of_all = one_tier.drop("tier").rename({"expected": "expected_of_all"})
    at_half = expected.rename({"stage": "half", "expected": "expected_at_half"})
    return (
        paid.sort("row")
        .join(expected, on=keys, how="left", maintain_order="left")
        .join(of_all, on=keys[:2], how="left", maintain_order="left")
        .join(
            at_half,
            on=["role_family", "half", "tier"],
            how="left",
            maintain_order="left",
        )
        .with_columns(
            residual=pl.col("log_pay") - pl.col("expected"),
            residual_of_all=pl.col("log_pay") - pl.col("expected_of_all"),
        )
    )


def _stage(years: pl.Expr) -> pl.Expr:
    return pl.sum_horizontal((years > limit).cast(pl.Int64) for limit in STAGES)


def _has(learners: pl.DataFrame, column: str) -> bool:
    return not lacking(learners, (column,))


def _told(learners: pl.DataFrame) -> pl.DataFrame:
    """Put one value for all in what the table does not tell."""
    everybody = pl.lit(EVERYBODY)
    constants = {
        "role_family": everybody,
        "tier": everybody,
        "experience_band": everybody,
        "years_of_experience": pl.lit(0.0),
        "company": pl.lit(None, pl.String),
        "seniority": pl.lit(None, pl.Int64),
    }
    return learners.with_columns(
        **{name: one for name, one in constants.items() if not _has(learners, name)}
    )


def find_cohorts(
    learners: pl.DataFrame,
    *,
    rules: Cohorts | None = None,
    no_role: Collection[str] = NO_ROLE,
    no_company: str = "",
    paid: pl.DataFrame | None = None,
) -> tuple[Cohort, ...]:
    """Find whose pay stands out: stalled, at entry level, high upside, very well paid.

    Parameters
    ----------
    learners : polars.DataFrame
        Learners of a run with features and segments. It is not changed.
    rules : Cohorts, optional
    no_role : collection of str
        Role families that name no role.
    no_company : str, default=""
        Category of a missing company.
    paid : polars.DataFrame, optional
        As for `progress_of_peers`.

    Returns
    -------
    tuple of Cohort
        ``stalled``, ``entry_high``, ``entry_low``, ``high_upside``, ``well_paid``. One
        that the table cannot tell is empty and says why.

    Notes
    -----
    Limits are multiples of what is typical of peers, so a share is a finding: on 40,000
    learners of the demo table 24 % of entry-level learners are paid 1.5 times what is
    typical or more, 20 % of those in mobile and 28 % of those in frontend; on a pay
    survey of 62,642, 5.1 %, 3.0 % of designers and 7.9 % of data scientists.

    Shares depend on how far pay is spread in a role: where it is spread wide, more are
    at both ends. Compare `entry_high` with `entry_low`.

    Pay tells what a learner earns, not how good they are or what they could earn. Pay
    typed long ago looks stalled, and a typed ceiling looks very well paid: look at a
    learner before acting.

    Examples
    --------
    >>> frame = pl.DataFrame({"pay": [1.0, 2.0]})
    >>> find_cohorts(frame)[0].reason
    'the table has no experience'
    """
    rules = rules or Cohorts()
    absent = _absent(learners, rules)
    if _lacking(learners, NEEDS["well_paid"]):
        return tuple(absent.values())
    named = no_role if _has(learners, "role_family") else ()
    peers = progress_of_peers(learners, no_role=named, no_company=no_company, paid=paid)
    if peers.is_empty():
        why = _nobody(learners, no_role)
        return tuple(replace(c, reason=c.reason or why) for c in absent.values())
    found = _found(peers, learners, rules, no_role)
    return tuple(c if c.reason else found[c.key] for c in absent.values())


def _lacking(learners: pl.DataFrame, needs: Sequence[str]) -> str:
    """Say what the table lacks; of columns with a bar between them one is enough."""
    for need in needs:
        said = [lacking(learners, (column,)) for column in need.split("|")]
        if all(said):
            return said[0]
    return ""


def _nobody(learners: pl.DataFrame, no_role: Collection[str]) -> str:
    """Say why no learner has peers."""
    known = "role_family" in learners.columns
    roles = set(learners["role_family"].unique().drop_nulls()) if known else set()
    if OTHER in roles <= set(no_role):
        return "no role is held by enough learners"
    role = "a role, " if known else ""
    return f"nobody has {role}a known pay and a known experience"


def _absent(learners: pl.DataFrame, rules: Cohorts) -> dict[CohortKey, Cohort]:
    """Give each cohort without anybody, and what the table lacks to tell it."""
    words = definitions_of(rules, told=learners)
    nobody = np.zeros(len(learners), dtype=bool)
    return {
        key: Cohort(
            assessed=0,
            learners=0,
            key=key,
            title=TITLES[key],
            definition=words[key],
            by_segment=(),
            by_role=(),
            by_tier=(),
            members=nobody,
            beside=pl.DataFrame(schema=BESIDE),
            reason=_lacking(learners, needs),
        )
        for key, needs in NEEDS.items()
    }


def _groups(learners: pl.DataFrame, no_role: Collection[str]) -> Groups:
    """List the segments, the named roles and the tiers of learners."""
    return {
        column: tuple(
            value
            for value in learners[column].unique().drop_nulls().cast(pl.String)
            if value not in no_role
        )
        for column in GROUPS
        if column in learners.columns
    }


def _found(
    peers: pl.DataFrame,
    learners: pl.DataFrame,
    rules: Cohorts,
    no_role: Collection[str],
) -> dict[CohortKey, Cohort]:
    if "pay_growth" not in peers.columns:
        peers = peers.with_columns(pay_growth=pl.lit(None, pl.Float64))
    typical = _typical_growth(peers)
    words = definitions_of(rules, told=learners, grown=typical is not None)
    groups = _groups(learners, no_role)
    aged = _has(learners, "years_of_experience")
    found: dict[CohortKey, Cohort] = {
        key: _cohort(
            _assessed(peers, assessed, is_in),
            _within(groups, rules) if key == "high_upside" else groups,
            key,
            words[key],
            len(learners),
        )
        for key, (assessed, is_in) in _tests(rules, typical, aged=aged).items()
    }
    if typical is not None:
        found["stalled"] = replace(
            found["stalled"],
            n_growth=peers["pay_growth"].count(),
            typical_growth=float(yearly_growth(typical)),
        )
    return found


def _assessed(peers: pl.DataFrame, assessed: pl.Expr, is_in: pl.Expr) -> pl.DataFrame:
    """Give those on whom a cohort is tried, and who is in it."""
    tried = peers.select(_tried=assessed, _in=is_in.fill_null(value=False))
    told = peers.select(c for c in (*GROUPS, *BESIDE) if c in peers.columns)
    return told.with_columns(tried["_in"]).filter(tried["_tried"])


def _within(groups: Groups, rules: Cohorts) -> Groups:
    """Leave out the tiers in which high upside is not looked for."""
    tiers = tuple(t for t in groups.get("tier", ()) if t in rules.upside_tiers)
    return {**groups, "tier": tiers}


def _tests(
    rules: Cohorts, typical: float | None, *, aged: bool
) -> dict[CohortKey, tuple[pl.Expr, pl.Expr]]:
    """Say of each cohort on whom it is tried, and who is in it."""
    years, beside = pl.col("years_of_experience"), pl.col("residual")
    entry = years <= rules.entry_years if aged else pl.col("seniority") <= ENTRY_LEVEL
    far = np.log(rules.entry_times) - EQUAL
    flat = pl.lit(value=True)
    if typical is not None:
        flat = (pl.col("pay_growth") <= typical).fill_null(value=True)
    below = pl.col("log_pay") < pl.col("expected_at_half")
    behind = beside <= np.log1p(-rules.stalled_gap) + EQUAL
    late = _enough(years >= rules.stalled_from, rules)
    later = _enough(years > rules.entry_years, rules)
    early = _enough(entry.fill_null(value=False), rules)
    upside = beside >= np.log(rules.upside_times) - EQUAL
    well = pl.col("residual_of_all") >= np.log(rules.well_paid_times) - EQUAL
    return {
        "stalled": (
            late & pl.col("expected_at_half").is_not_null(),
            behind & below & flat,
        ),
        "entry_high": (early, beside >= far),
        "entry_low": (early, beside <= -far),
        "high_upside": (later & pl.col("tier").is_in(rules.upside_tiers), upside),
        "well_paid": (_enough(pl.col("row").is_not_null(), rules), well),
    }


def _enough(among: pl.Expr, rules: Cohorts) -> pl.Expr:
    """Keep those of a role that enough peers of the same kind have.

    Peers of all tiers count: the typical pay of a tier of few leans on the others.
    """
    return among & (among.cast(pl.Int64).sum().over("role_family") >= rules.min_peers)


def _typical_growth(peers: pl.DataFrame) -> float | None:
    """Give the median growth of pay in shares of a year, to the percent shown."""
    median = peers["pay_growth"].median()
    return None if median is None else round(float(median), 3)  # type: ignore[arg-type]


def definitions_of(
    rules: Cohorts, *, told: pl.DataFrame, grown: bool = False
) -> dict[CohortKey, str]:
    """Put the rules in words: the one definition of each cohort.

    Parameters
    ----------
    rules : Cohorts
    told : polars.DataFrame
        Learners: who is a peer depends on what their table tells.
    grown : bool, default=False
        Whether older records tell how pay grew.

    Examples
    --------
    >>> words = definitions_of(Cohorts(), told=pl.DataFrame({"tier": ["Tier 1"]}))
    >>> print(words["well_paid"])
    Paid at least 2 times what is typical of all learners, whatever the company tier.
    """
    alike = [word for column, word in ALIKE.items() if _has(told, column)]
    aged = _has(told, "years_of_experience")
    peers, everywhere = _peers(alike, aged=aged), _peers(alike[:1], aged=aged)
    if ALIKE["tier"] in alike:
        wider = [word for word in alike if word != ALIKE["tier"]]
        everywhere = f"{_peers(wider, aged=aged)}, whatever the company tier"
    entry = f"{rules.entry_years:g} years of experience or less"
    if not aged:
        entry = "A title of entry level (intern or junior)"
    growth = (
        " Left out are those whose older records show pay growing faster than is "
        "typical."
    )
    far = f"{rules.entry_times:g} times"
    return {
        "stalled": (
            f"{rules.stalled_from:g} years of experience or more; paid at least "
            f"{100 * rules.stalled_gap:g} % less than is typical of {peers}; and paid "
            "less than is typical of these peers at half the experience."
            f"{growth if grown else ''}"
        ),
        "entry_high": f"{entry}; paid at least {far} what is typical of {peers}.",
        "entry_low": (
            f"{entry}; paid so little that what is typical of {peers} is at least "
            f"{far} as much."
        ),
        "high_upside": (
            f"At a {_either(rules.upside_tiers)} company; more than "
            f"{rules.entry_years:g} years of experience; paid at least "
            f"{rules.upside_times:g} times what is typical of {peers}."
        ),
        "well_paid": (
            f"Paid at least {rules.well_paid_times:g} times what is typical of "
            f"{everywhere}."
        ),
    }


def _peers(alike: Sequence[str], *, aged: bool) -> str:
    """Say who is a peer."""
    same = [*alike, *(["experience"] if aged else [])]
    return f"learners of the same {listed(same)}" if same else "all learners"


def _either(items: Sequence[str]) -> str:
    """Join words of which one holds.

    Examples
    --------
    >>> _either(["Tier 2", "Tier 3"])
    'Tier 2 or Tier 3'
    """
    return listed(items).replace(" and ", " or ")


def _cohort(
    assessed: pl.DataFrame, groups: Groups, key: CohortKey, definition: str, n: int
) -> Cohort:
    members = np.zeros(n, dtype=bool)
    inside = assessed.filter("_in").select(
        pl.col(name).cast(kind) for name, kind in BESIDE.items()
    )
    members[inside["row"].to_numpy()] = True
    return Cohort(
        key=key,
        title=TITLES[key],
        definition=definition,
        assessed=len(assessed),
        learners=len(inside),
        by_segment=_parts(assessed, "segment_name", groups),
        by_role=_parts(assessed, "role_family", groups),
        by_tier=_parts(assessed, "tier", groups),
        members=members,
        beside=inside,
        reason="" if len(assessed) else "no learner has enough peers",
    )


def _parts(
    assessed: pl.DataFrame, column: str, groups: Groups
) -> tuple[CohortPart, ...]:
    """Count those assessed, and those in the cohort, in each group of a column."""
    values = groups.get(column, ())
    if not values:
        return ()
    counts = assessed.group_by(column).agg(
        pl.len().alias("assessed"), pl.col("_in").sum()
    )
    known = {value: (n, inside) for value, n, inside in counts.iter_rows()}
    parts = [CohortPart(*known.get(value, (0, 0)), value) for value in values]
    return tuple(sorted(parts, key=lambda part: (-(part.share or 0), part.value)))
