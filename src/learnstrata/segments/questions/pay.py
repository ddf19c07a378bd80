"""Pay that lags experience, and entry-level titles with unusually high pay."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from learnstrata.learners.history import newest_first, once_each
from learnstrata.learners.roles.titles import SENIORITY
from learnstrata.segments.pay.benchmarks import sizes_of

__all__ = [
    "EntryLevelPay",
    "EntryRole",
    "LaggingPay",
    "LaggingRole",
    "find_entry_level_pay",
    "find_lagging_pay",
]

EVERYBODY = "All"
DIGITS = 2  # of a limit: as it is told, so that what is counted lies above it


@dataclass(frozen=True, slots=True)
class LaggingRole:
    """Learners of a role of whom pay and experience are known.

    `experienced` are of the quarter of all with the longest experience, `lagging` those
    of them who are paid no more than the lowest quarter of the role.
    """

    role: str
    learners: int
    experienced: int
    lagging: int
    correlation: float | None

    @property
    def share(self) -> float:
        """``lagging / experienced``."""
        return self.lagging / self.experienced


@dataclass(frozen=True, slots=True)
class LaggingPay:
    """Where pay does not rise with experience.

    Attributes
    ----------
    learners : int
        Of whom both are known.
    experienced_from : float
        Years with which the quarter of the longest experience begins.
    experienced, lagging : int
        Learners of that quarter, and of them those paid no more than the lowest quarter
        of their own role (of all, where the table has no titles).
    correlation : float or None
        Spearman's, of pay and years; None where one of them does not vary.
    by_role : tuple of LaggingRole
        Roles with enough experienced learners, the largest share first.
    """

    learners: int
    experienced_from: float
    experienced: int
    lagging: int
    correlation: float | None
    by_role: tuple[LaggingRole, ...]

    @property
    def share(self) -> float:
        """``lagging / experienced``."""
        return self.lagging / self.experienced


def find_lagging_pay(
    learners: pl.DataFrame, *, available: frozenset[str], least: int = 10
) -> LaggingPay | None:
    """Find where pay does not rise with experience, of all and by role.

    Parameters
    ----------
    learners : polars.DataFrame
        Learners of a run with features. What was filled in does not count.
    available : frozenset of str
        Standard columns the table holds.
    least : int, default=10
        Learners it takes to answer, and experienced ones it takes to tell of a role.

    Returns
    -------
    LaggingPay or None
        None where both are known of fewer than `least`.
    """
    if not {"pay", "years_of_experience"} <= available:
        return None
    known = learners.filter(
        pl.col("experience_imputed") == 0, pl.col("pay").is_not_null()
    )
    known = once_each(newest_first(known))
    if len(known) < least:
        return None
    peers = "role" if "title" in available else None
    marked = _marked(known, peers)
    rows = marked.group_by("peers").agg(*_counts())
    everyone = marked.select(*_counts()).row(0)
    roles = rows.filter(pl.col("experienced") >= least).rows()
    by_role = sorted(
        (LaggingRole(*row) for row in roles), key=lambda row: (-row.share, row.role)
    )
    from_years = marked.filter("experienced")["years_of_experience"].to_numpy().min()
    learners_, experienced, lagging, correlation = everyone
    return LaggingPay(
        learners=learners_,
        experienced_from=float(from_years),
        experienced=experienced,
        lagging=lagging,
        correlation=correlation,
        by_role=tuple(by_role),
    )


def _marked(known: pl.DataFrame, peers: str | None) -> pl.DataFrame:
    """Mark the quarter of longest experience, and who of it lags their peers."""
    years, pay = pl.col("years_of_experience"), pl.col("pay")
    marked = known.with_columns(
        peers=pl.col(peers) if peers else pl.lit(EVERYBODY),
        experienced=years >= years.quantile(0.75, "linear"),
    )
    low = pay <= pay.quantile(0.25, "linear").over("peers")
    return marked.with_columns(lagging=pl.col("experienced") & low)


def _counts() -> tuple[pl.Expr, ...]:
    rho = pl.corr("years_of_experience", "pay", method="spearman").fill_nan(None)
    return (
        pl.len().alias("learners"),
        pl.col("experienced").sum(),
        pl.col("lagging").sum(),
        rho.alias("correlation"),
    )


@dataclass(frozen=True, slots=True)
class EntryRole:
    """Paid learners of a role family with an entry-level title of one level."""

    role_family: str
    level: str
    learners: int
    companies: int | None
    largest_share: float | None
    p50: float
    p90: float
    high: int


@dataclass(frozen=True, slots=True)
class EntryLevelPay:
    """Entry-level titles with unusually high pay.

    Attributes
    ----------
    learners : int
        Paid ones whose title says entry level.
    companies : int or None
        Of these learners; None where the table has no companies.
    largest_share : float or None
        Share of the largest company among them, which all unknown ones are taken to be.
    p50 : float
    limit : float
        Pay that is unusually high: Tukey's fence, to two digits.
    high : int
        Learners paid more than that.
    by_role : tuple of EntryRole
        Role families and levels with enough learners, the largest first.
    """

    learners: int
    companies: int | None
    largest_share: float | None
    p50: float
    limit: float
    high: int
    by_role: tuple[EntryRole, ...]

    @property
    def share(self) -> float:
        """``high / learners``."""
        return self.high / self.learners


def find_entry_level_pay(
    learners: pl.DataFrame,
    *,
    available: frozenset[str],
    no_company: str = "",
    least: int = 10,
) -> EntryLevelPay | None:
    """Find entry-level titles with unusually high pay.

    Parameters
    ----------
    learners : polars.DataFrame
        Learners of a run with features. Pay that was filled in does not count.
    available : frozenset of str
        Standard columns the table holds.
    no_company : str, default=""
        Category of a missing company.
    least : int, default=10
        Learners it takes to answer, and to tell of a role and level.

    Returns
    -------
    EntryLevelPay or None
        None where fewer than `least` paid learners have such a title.
    """
    if not {"pay", "title"} <= available:
        return None
    entry = learners.filter(pl.col("pay").is_not_null(), pl.col("seniority") <= 1)
    entry = once_each(newest_first(entry))
    if len(entry) < least:
        return None
    limit = float(f"{_fence(entry['pay']):.{DIGITS}g}")
    entry = entry.with_columns(
        all=pl.lit(0),
        is_high=pl.col("pay") > limit,
        company=_employer(available, no_company),
    )
    keys = ["role_family", "seniority"]
    roles = _pays(entry, keys, placed="company" in available)
    roles = roles.filter(pl.col("learners") >= least).sort(
        ["learners", *keys], descending=[True, False, False]
    )
    whole = _pays(entry, ["all"], placed="company" in available).row(0, named=True)
    return EntryLevelPay(
        learners=whole["learners"],
        companies=whole["companies"],
        largest_share=whole["largest_share"],
        p50=whole["p50"],
        limit=limit,
        high=whole["high"],
        by_role=tuple(
            EntryRole(role, SENIORITY[level], *numbers)
            for role, level, *numbers in roles.iter_rows()
        ),
    )


def _fence(pay: pl.Series) -> float:
    """Give Tukey's upper inner fence of log pay; half of all pays may be equal."""
    q1, q3 = np.quantile(np.log(pay.to_numpy()), [0.25, 0.75])
    return float(np.exp(q3 + 1.5 * max(q3 - q1, np.log(2) / 2)))


def _employer(available: frozenset[str], no_company: str) -> pl.Expr:
    if "company" not in available:
        return pl.lit(None, pl.String)
    return pl.when(pl.col("company") != no_company).then("company")


def _pays(entry: pl.DataFrame, by: list[str], *, placed: bool) -> pl.DataFrame:
    """Give sizes and pay of each group, and how many are unusually high."""
    sizes = sizes_of(entry, by)
    if not placed:
        sizes = sizes.with_columns(
            companies=pl.lit(None, pl.Int64), largest_share=pl.lit(None, pl.Float64)
        )
    pay = pl.col("pay").cast(pl.Float64)
    pays = entry.group_by(by).agg(
        p50=pay.median(), p90=pay.quantile(0.9, "linear"), high=pl.col("is_high").sum()
    )
    return sizes.join(pays, on=by)
