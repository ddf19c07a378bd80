"""Learners whose pay stands out from the progression of their peers.

Peers have the same role family and company tier. What a peer of so many years is
expected to earn is the shrunken median of `learnstrata.segments.pay.benchmarks`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from learnstrata.exceptions import ParameterError
from learnstrata.learners.roles.unnamed import NO_ROLE
from learnstrata.privacy.disclosure.pooling import OTHER
from learnstrata.segments.pay.benchmarks import (
    lacking,
    paid_once,
    peer_medians,
)
from learnstrata.wording.words import listed

__all__ = ["Cohort", "CohortPart", "CohortRules", "find_cohorts", "progress_of_peers"]

NEEDS = ("role_family", "company", "tier", "pay", "years_of_experience")
STAGES = (1.0, 2.0, 4.0, 6.0, 9.0, 13.0)  # upper limits of years; the last is open
Key = Literal["stalled", "entry_high", "entry_low", "high_upside"]
Groups = Mapping[str, tuple[str, ...]]  # column -> its values
TITLES: dict[Key, str] = {
    "stalled": "Pay has not grown with experience",
    "entry_high": "Entry level with unusually high pay",
    "entry_low": "Entry level with unusually low pay",
    "high_upside": "High upside",
}
PEERS = ["role_family", "tier"]
LEAST_PEERS = 10


@dataclass(frozen=True, slots=True)
class CohortRules:
    """Where the cohorts begin.

    Attributes
    ----------
    stalled_from : float
        Years of experience from which pay can be called stalled.
    stalled_gap : float
        By how much less than their peers of the same experience the stalled are paid.
    entry_years : float
        Most years of experience at entry level.
    entry_tail : float
        Share of entry-level peers at either end that is unusual.
    upside : float
        Share of peers, the fastest, that has high upside.
    upside_tiers : tuple of str
        Company tiers in which high upside is looked for.
    min_peers : int
        Learners of the same role and tier that a rank needs; with fewer the role is
        ranked over all tiers, and with fewer of those the learner is not assessed.
    """

    stalled_from: float = 8.0
    stalled_gap: float = 0.3
    entry_years: float = 2.0
    entry_tail: float = 0.05
    upside: float = 0.1
    upside_tiers: tuple[str, ...] = ("Tier 2", "Tier 3")
    min_peers: int = 30

    def __post_init__(self) -> None:
        for name in ("entry_tail", "upside"):
            if not 0 < getattr(self, name) <= 0.5:
                raise ParameterError(
                    f"Got {name}={getattr(self, name)}, expected a share above 0 and "
                    "up to 0.5: a cohort stands out from most of its peers."
                )
        if not 0 <= self.stalled_gap < 1:
            raise ParameterError(
                f"Got stalled_gap={self.stalled_gap}, expected a share of pay from 0 "
                "to below 1: 0.3 for 30 % less than peers."
            )
        if not 0 <= self.entry_years < self.stalled_from:
            raise ParameterError(
                f"Got entry_years={self.entry_years} and stalled_from="
                f"{self.stalled_from}, expected 0 <= entry_years < stalled_from."
            )
        if self.min_peers < LEAST_PEERS:
            raise ParameterError(
                f"Got min_peers={self.min_peers}, expected {LEAST_PEERS} or more: a "
                "rank among fewer says little."
            )


@dataclass(frozen=True, slots=True)
class CohortPart:
    """One segment, role or tier of a cohort: assessed, and of them in the cohort."""

    value: str
    assessed: int
    learners: int

    @property
    def share(self) -> float | None:
        """``learners / assessed``; None where nobody was assessed."""
        return self.learners / self.assessed if self.assessed else None


@dataclass(frozen=True, slots=True)
class Cohort:
    """Learners who stand out in one way.

    Attributes
    ----------
    key, title, definition : str
        The definition is made from the rules.
    assessed, learners : int
        On whom the definition could be tried, and those in the cohort.
    by_segment, by_role, by_tier : tuple of CohortPart
        Every group the definition could apply to, also one of whom nobody was
        assessed; largest share first.
    members : array of bool, shape (n_rows,)
        Who, in the order of the learners given.
    reason : str
        Why nobody could be assessed; empty where somebody was.
    n_growth : int or None
        Peers with pay in two years, by whom growth is judged; None where it is not.
    typical_growth : float or None
        The share a year by which pay typically grows, where the definition leaves out
        those whose pay grew faster; else None.
    """

    key: Key
    title: str
    definition: str
    assessed: int
    learners: int
    by_segment: tuple[CohortPart, ...]
    by_role: tuple[CohortPart, ...]
    by_tier: tuple[CohortPart, ...]
    members: npt.NDArray[np.bool_] = field(repr=False, compare=False)
    reason: str = ""
    n_growth: int | None = None
    typical_growth: float | None = None

    @property
    def share(self) -> float | None:
        """``learners / assessed``; None where nobody was assessed."""
        return self.learners / self.assessed if self.assessed else None


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
    or more); 0.10 is about 10 % above peers.

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
        experience; null where there is none), ``residual``, and what they are ranked
        and counted by.

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
    paid = paid_once(learners, no_company=no_company) if paid is None else paid
    paid = paid.filter(
        ~pl.col("role_family").is_in(list(no_role)),
        pl.col("years_of_experience").is_not_null(),
    )
    years = pl.col("years_of_experience")
    paid = paid.with_columns(stage=_stage(years), half=_stage(years / 2))
    expected = peer_medians(paid).sort("role_family", "stage", "tier")
    keys = ["role_family", "stage", "tier"]
    at_half = expected.rename({"stage": "half", "expected": "expected_at_half"})
    return (
        paid.join(expected, on=keys, how="left")
        .join(at_half, on=["role_family", "half", "tier"], how="left")
        .with_columns(residual=pl.col("log_pay") - pl.col("expected"))
        .sort("row")
    )


def _stage(years: pl.Expr) -> pl.Expr:
    return pl.sum_horizontal((years > limit).cast(pl.Int64) for limit in STAGES)


def find_cohorts(
    learners: pl.DataFrame,
    *,
    rules: CohortRules | None = None,
    no_role: Collection[str] = NO_ROLE,
    no_company: str = "",
    paid: pl.DataFrame | None = None,
) -> tuple[Cohort, ...]:
    """Find learners whose pay has not grown, entry-level outliers, and high upside.

    Parameters
    ----------
    learners : polars.DataFrame
        Learners of a run with features and segments. It is not changed.
    rules : CohortRules, optional
    no_role : collection of str
        Role families that name no role.
    no_company : str, default=""
        Category of a missing company.
    paid : polars.DataFrame, optional
        As for `progress_of_peers`.

    Returns
    -------
    tuple of Cohort
        ``stalled``, ``entry_high``, ``entry_low``, ``high_upside``. Without titles,
        companies, pay or experience they are empty and say why.

    Notes
    -----
    A rank is the share of peers below, ties half. Peers have the same role family and
    company tier; entry-level learners are ranked among entry-level peers, others among
    others. The share of a role at the tails of a rank is what the rules say, so it
    tells nothing of the role. "Stalled" is therefore a gap in pay and no rank: on a
    table of 33,424 learners of 8 years or more, the lowest fifth of each role was 17 to
    21 % of all 18 roles with 50 such learners, the gap of 30 % was 19 to 35 %.

    Pay tells what a learner earns, not how good they are or what they could earn. Pay
    typed long ago looks stalled, and a typed ceiling looks like high upside: look at a
    learner before acting.

    Examples
    --------
    >>> frame = pl.DataFrame({"pay": [1.0, 2.0]})
    >>> find_cohorts(frame)[0].reason
    'the table has no titles'
    """
    rules = rules or CohortRules()
    reason = lacking(learners, NEEDS)
    if not reason:
        peers = progress_of_peers(
            learners, no_role=no_role, no_company=no_company, paid=paid
        )
        if not peers.is_empty():
            return _found(peers, rules, _groups(learners, no_role), len(learners))
        roles = set(learners["role_family"].drop_nulls())
        reason = (
            "no role is held by enough learners"
            if OTHER in roles <= set(no_role)
            else "nobody has a role, a known pay and a known experience"
        )
    words = _definitions(rules, grown=False)
    nobody = np.zeros(len(learners), dtype=bool)
    return tuple(
        Cohort(key, title, words[key], 0, 0, (), (), (), nobody, reason)
        for key, title in TITLES.items()
    )


def _groups(learners: pl.DataFrame, no_role: Collection[str]) -> Groups:
    """List the segments, the named roles and the tiers of learners."""
    return {
        column: tuple(
            value
            for value in learners[column].drop_nulls().cast(pl.String).unique()
            if value not in no_role
        )
        for column in ("segment_name", "role_family", "tier")
        if column in learners.columns
    }


def _found(
    peers: pl.DataFrame, rules: CohortRules, groups: Groups, n: int
) -> tuple[Cohort, ...]:
    if "pay_growth" not in peers.columns:
        peers = peers.with_columns(pay_growth=pl.lit(None, pl.Float64))
    typical = _typical_growth(peers)
    peers = _ranked(peers, rules)
    words = _definitions(rules, grown=typical is not None)
    found = {
        key: _cohort(
            peers.filter(assessed).with_columns(_in=is_in.fill_null(value=False)),
            _within(groups, rules) if key == "high_upside" else groups,
            key,
            words[key],
            n,
        )
        for key, (assessed, is_in) in _tests(rules, typical).items()
    }
    if typical is not None:
        found["stalled"] = replace(
            found["stalled"],
            n_growth=peers["pay_growth"].count(),
            typical_growth=float(np.expm1(typical)),
        )
    return tuple(found.values())


def _within(groups: Groups, rules: CohortRules) -> Groups:
    """Leave out the tiers in which high upside is not looked for."""
    tiers = tuple(t for t in groups.get("tier", ()) if t in rules.upside_tiers)
    return {**groups, "tier": tiers}


def _ranked(peers: pl.DataFrame, rules: CohortRules) -> pl.DataFrame:
    """Rank peers by what the rules ask for; null where they are too few."""
    years, enough = pl.col("years_of_experience"), rules.min_peers
    experienced, entry = years >= rules.stalled_from, years <= rules.entry_years
    grown = pl.col("pay_growth").is_not_null()
    return peers.with_columns(
        late=experienced & (experienced.sum().over(PEERS[:1]) >= enough),
        early=_rank("residual", entry, enough),
        later=_rank("residual", years > rules.entry_years, enough),
        growth=_rank("pay_growth", grown, enough),
    )


def _tests(
    rules: CohortRules, typical: float | None
) -> dict[Key, tuple[pl.Expr, pl.Expr]]:
    """Say of each cohort on whom it is tried, and who is in it."""
    flat = pl.lit(value=True)
    if typical is not None:
        flat = (pl.col("pay_growth") <= typical).fill_null(value=True)
    below = pl.col("log_pay") < pl.col("expected_at_half")
    behind = pl.col("residual") <= np.log1p(-rules.stalled_gap) + 1e-9
    late = pl.col("late") & pl.col("expected_at_half").is_not_null()
    early = pl.col("early").is_not_null()
    # A learner's own growth says more than where their pay stands today.
    pace = pl.coalesce("growth", "later")
    in_tiers = pl.col("tier").is_in(list(rules.upside_tiers))
    return {
        "stalled": (late, behind & below & flat),
        "entry_high": (early, pl.col("early") > 1 - rules.entry_tail),
        "entry_low": (early, pl.col("early") < rules.entry_tail),
        "high_upside": (in_tiers & pace.is_not_null(), pace > 1 - rules.upside),
    }


def _rank(value: str, among: pl.Expr, least: int) -> pl.Expr:
    """Share of peers below, ties half; null outside `among` and with too few peers."""
    own = pl.when(among).then(pl.col(value))

    def share(keys: Sequence[str]) -> pl.Expr:
        n = own.count().over(keys)
        rank = (own.rank("average").over(keys) - 0.5) / n
        return pl.when(n >= least).then(rank)

    return pl.coalesce(share(PEERS), share(PEERS[:1]))


def _typical_growth(peers: pl.DataFrame) -> float | None:
    """Give the median growth of pay in shares of a year, to the percent shown."""
    median = peers["pay_growth"].median()
    return None if median is None else round(float(median), 3)  # type: ignore[arg-type]


def _definitions(rules: CohortRules, *, grown: bool) -> dict[Key, str]:
    """Put the rules in words."""
    tail, fast = _percent(rules.entry_tail), _percent(rules.upside)
    peers = "learners of the same role family and company tier"
    growth = ""
    if grown:
        growth = (
            " Left out are those whose older records show pay growing faster than is "
            "typical."
        )
    entry = f"{rules.entry_years:g} years of experience or less"
    return {
        "stalled": (
            f"{rules.stalled_from:g} years of experience or more; paid at least "
            f"{_percent(rules.stalled_gap)} less than is typical of {peers} with the "
            "same experience; and paid less than is typical of these peers at half "
            f"the experience.{growth}"
        ),
        "entry_high": (
            f"{entry}; paid, for their experience, in the highest {tail} of such "
            f"{peers}."
        ),
        "entry_low": (
            f"{entry}; paid, for their experience, in the lowest {tail} of such "
            f"{peers}."
        ),
        "high_upside": (
            f"At a {listed_or(rules.upside_tiers)} company; pay grew, by the learner's "
            f"older records, among the fastest {fast} of {peers}. Without older "
            f"records: more than {rules.entry_years:g} years of experience, and paid, "
            f"for their experience, in the highest {fast} of such peers."
        ),
    }


def _percent(share: float) -> str:
    return f"{100 * share:g} %"


def listed_or(items: Sequence[str]) -> str:
    """Join words of which one holds.

    Examples
    --------
    >>> listed_or(["Tier 2", "Tier 3"])
    'Tier 2 or Tier 3'
    """
    return listed(items).replace(" and ", " or ")


def _cohort(
    assessed: pl.DataFrame, groups: Groups, key: Key, definition: str, n: int
) -> Cohort:
    members = np.zeros(n, dtype=bool)
    members[assessed.filter("_in")["row"].to_numpy()] = True
    return Cohort(
        key=key,
        title=TITLES[key],
        definition=definition,
        assessed=len(assessed),
        learners=int(members.sum()),
        by_segment=_parts(assessed, "segment_name", groups),
        by_role=_parts(assessed, "role_family", groups),
        by_tier=_parts(assessed, "tier", groups),
        members=members,
        reason="" if len(assessed) else "no learner has enough peers",
    )


def _parts(
    assessed: pl.DataFrame, column: str, groups: Groups
) -> tuple[CohortPart, ...]:
    """Count those assessed, and those in the cohort, in each group of a column."""
    values = groups.get(column, ())
    if not values:
        return ()
    counts = assessed.group_by(pl.col(column).cast(pl.String)).agg(
        pl.len().alias("assessed"), pl.col("_in").sum()
    )
    known = {value: pair for value, *pair in counts.iter_rows()}
    parts = [CohortPart(value, *known.get(value, (0, 0))) for value in values]
    return tuple(sorted(parts, key=lambda part: (-(part.share or 0), part.value)))
