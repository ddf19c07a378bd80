"""The decision questions about pay: by experience, entry level, company and tier."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from learnstrata.learners.titles import SENIORITY
from learnstrata.segments.company_views import gini
from learnstrata.segments.evidence import Finding, Table, table_of
from learnstrata.segments.grounds import MIN_CELL, Grounds, are, cannot

__all__ = [
    "company_role_pay",
    "entry_level_pay",
    "pay_without_experience",
    "tiers_and_concentration",
]

TOP_COMPANIES = 8
TOP_ROLES = 5
DATA_SCIENCE = "Data science"


def pay_without_experience(grounds: Grounds) -> Finding:
    """Find where pay does not rise with experience, by role."""
    finding_id = "pay_without_experience"
    question = "Where does pay not rise with experience?"
    if not grounds.has("pay", "years_of_experience"):
        return cannot(finding_id, question, "it needs both pay and experience")
    known = grounds.seasoned.filter(pl.col("pay").is_not_null())
    if len(known) < MIN_CELL:
        both = f"it has {grounds.count(len(known))} of whom both are known"
        return cannot(finding_id, question, f"{both}, and {MIN_CELL} are needed")
    cells, cohorts = _experienced(known, by_role=grounds.has("title"))
    n_senior = int(cells["senior"].sum())
    n_lagging = int(cells["lagging"].sum())
    rho = _rank_correlation(known)
    first_year = float(cells.filter("senior")["years_of_experience"].min())  # type: ignore[arg-type]
    peers = "their own role" if grounds.has("title") else "all"
    return Finding(
        finding_id,
        question,
        f"{_direction(rho)} Of the {n_senior:,} with the longest experience "
        f"({first_year:g} years or more), {n_lagging:,} "
        f"({_ratio(n_lagging, n_senior):.1%}) {are(n_lagging)} paid no more than the "
        f"lowest quarter of {peers}. {_worst_cohort(cohorts, grounds.no_role)}".strip(),
        available=True,
        numbers={
            "spearman": rho,
            "experienced": n_senior,
            "lagging": n_lagging,
            "lagging_share": _ratio(n_lagging, n_senior),
            "experienced_from_years": first_year,
        },
        tables=(
            table_of(
                f"Experienced {grounds.unit}s whose pay lags, by role",
                [
                    ("Role", "text"),
                    (grounds.heading, "count"),
                    ("Experienced", "count"),
                    ("Of them paid in the lowest quarter", "count"),
                    ("Share", "share"),
                    ("Rank correlation of pay and experience", "number"),
                ],
                cohorts.select(
                    "peers", "learners", "experienced", "lagging", "share", "rho"
                ).rows(),
            ),
        ),
    )


def _experienced(
    known: pl.DataFrame, *, by_role: bool
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Mark the quarter of longest experience, and of them whose pay lags their peers.

    Gives the learners, and the roles with enough experienced ones.
    """
    years, pay = pl.col("years_of_experience"), pl.col("pay")
    cells = known.with_columns(
        peers=pl.col("role") if by_role else pl.lit("All"),
        senior=years >= years.quantile(0.75, "linear"),
    )
    low = pay <= pay.quantile(0.25, "linear").over("peers")
    cells = cells.with_columns(lagging=pl.col("senior") & low)
    cohorts = (
        cells.group_by("peers")
        .agg(
            pl.len().alias("learners"),
            pl.col("senior").sum().alias("experienced"),
            pl.col("lagging").sum().alias("lagging"),
            pl.corr("years_of_experience", "pay", method="spearman")
            .fill_nan(None)
            .alias("rho"),
        )
        .filter(pl.col("experienced") >= MIN_CELL)
        .with_columns(share=pl.col("lagging") / pl.col("experienced"))
        .sort(["share", "peers"], descending=[True, False])
    )
    return cells, cohorts


def _rank_correlation(known: pl.DataFrame) -> float | None:
    rho = known.select(pl.corr("years_of_experience", "pay", method="spearman")).item()
    return float(rho) if rho is not None and np.isfinite(rho) else None


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _direction(rho: float | None) -> str:
    if rho is None:
        return "Pay or experience does not vary, so they have no correlation."
    shown = round(rho, 2) + 0.0  # the words go with the number shown; never -0.00
    size = abs(shown)
    if size < 0.1:
        return f"Pay hardly moves with experience (rank correlation {shown:.2f})."
    strength = "weakly" if size < 0.3 else "moderately" if size < 0.6 else "strongly"
    way = "rises" if shown > 0 else "falls"
    return f"Pay {way} {strength} with experience (rank correlation {shown:.2f})."


def _worst_cohort(cohorts: pl.DataFrame, no_role: Sequence[str]) -> str:
    named = cohorts.filter(~pl.col("peers").is_in(no_role))
    if len(named) < 2:
        return ""
    worst = named.row(0, named=True)
    return (
        f"Of the roles, {worst['peers']} has the largest share: "
        f"{worst['lagging']:,} of {worst['experienced']:,} ({worst['share']:.1%})."
    )


def entry_level_pay(grounds: Grounds) -> Finding:
    """Find entry-level titles with unusually high pay."""
    finding_id = "entry_level_pay"
    question = "Which entry-level roles have unusually high pay?"
    if not grounds.has("pay", "title"):
        return cannot(finding_id, question, "it needs both titles and pay")
    entry = grounds.paid.filter(pl.col("seniority") <= 1)
    if len(entry) < MIN_CELL:
        have = "has" if len(entry) == 1 else "have"
        return cannot(
            finding_id,
            question,
            f"{grounds.count(len(entry), 'paid')} {have} a title that says entry "
            f"level, and {MIN_CELL} are needed",
        )
    limit = _high_limit(entry["pay"])
    high = entry.filter(pl.col("pay") > limit)
    typical = float(entry["pay"].median())  # type: ignore[arg-type]
    roles = _entry_roles(entry, limit)
    return Finding(
        finding_id,
        question,
        f"Of {grounds.count(len(entry), 'paid')} whose title says entry level, "
        f"{len(high):,} ({_ratio(len(high), len(entry)):.1%}) {are(len(high))} paid "
        f"more than {grounds.money(limit)}, unusually high beside their median of "
        f"{grounds.money(typical)}.{_most_high(roles)} Check such values before acting "
        "on them: a typed ceiling or a later job under an old title looks the same.",
        available=True,
        numbers={
            "entry_level": len(entry),
            "unusually_high": len(high),
            "unusually_high_share": _ratio(len(high), len(entry)),
            "limit": limit,
            "median": typical,
        },
        tables=(
            table_of(
                "Entry-level pay by role",
                [
                    ("Role family", "text"),
                    ("Level", "text"),
                    (grounds.heading, "count"),
                    ("Median pay", "pay"),
                    ("90th percentile", "pay"),
                    ("Unusually high", "count"),
                ],
                roles.rows(),
            ),
        ),
    )


def _high_limit(pay: pl.Series) -> float:
    """Give Tukey's upper inner fence of log pay; half of all pays may be equal."""
    q1, q3 = (float(pay.log().quantile(q, "linear") or 0.0) for q in (0.25, 0.75))
    return float(np.exp(q3 + 1.5 * max(q3 - q1, np.log(2) / 2)))


def _entry_roles(entry: pl.DataFrame, limit: float) -> pl.DataFrame:
    names = dict(enumerate(SENIORITY))
    level = pl.col("seniority").replace_strict(names, return_dtype=pl.String)
    shown = ("role_family", level.alias("level"), "learners", "median", "p90", "high")
    return (
        entry.group_by("role_family", "seniority")
        .agg(
            pl.len().alias("learners"),
            pl.col("pay").median().alias("median"),
            pl.col("pay").quantile(0.9, "linear").alias("p90"),
            (pl.col("pay") > limit).sum().alias("high"),
        )
        .filter(pl.col("learners") >= MIN_CELL)
        .sort(
            ["high", "learners", "role_family", "seniority"],
            descending=[True, True, False, False],
        )
        .select(*shown)
    )


def _most_high(roles: pl.DataFrame) -> str:
    if roles.is_empty() or roles["high"][0] == 0:
        return ""
    top = roles.row(0, named=True)
    return (
        f" Of the roles with {MIN_CELL} or more, {top['role_family']} "
        f"({top['level']}) has the most such pays: {top['high']:,} of "
        f"{top['learners']:,}."
    )


def company_role_pay(grounds: Grounds) -> Finding:
    """Compare roles, and Data Scientists, within the largest companies."""
    finding_id = "company_role_pay"
    question = "How does pay differ by role within companies, and for Data Scientists?"
    if not grounds.has("pay", "title", "company"):
        return cannot(finding_id, question, "it needs companies, titles and pay")
    at_top = grounds.paid.join(_company_aliases(grounds), on="company", how="inner")
    rows = _science_and_rest(at_top)
    if rows.is_empty():
        lacks = f"no company has {grounds.count(MIN_CELL, 'paid')} or more"
        return cannot(finding_id, question, lacks)
    compared = rows.filter(pl.col("ratio").is_not_null())
    more = int((compared["ratio"] > 1).sum())
    middle = None if compared.is_empty() else float(compared["ratio"].median())  # type: ignore[arg-type]
    return Finding(
        finding_id,
        question,
        _science_in_words(len(rows), len(compared), more, middle),
        available=True,
        numbers={
            "companies": len(rows),
            "compared": len(compared),
            "higher": more,
            "typical_ratio": middle,
        },
        tables=(
            _science_table(rows, grounds),
            _roles_at_companies(at_top, grounds),
        ),
    )


def _science_and_rest(at_top: pl.DataFrame) -> pl.DataFrame:
    """Compare Data Scientists with the rest where both are many enough."""
    science = (pl.col("role_family") == DATA_SCIENCE).fill_null(value=False)
    rows = (
        at_top.group_by("alias")
        .agg(
            pl.len().alias("learners"),
            pl.col("pay").median().alias("all"),
            science.sum().alias("scientists"),
            pl.col("pay").filter(science).median().alias("science"),
            pl.col("pay").filter(~science).median().alias("rest"),
        )
        .filter(pl.col("learners") >= MIN_CELL)
        .sort("alias")
    )
    others = pl.col("learners") - pl.col("scientists")
    both = (pl.col("scientists") >= MIN_CELL) & (others >= MIN_CELL)
    return rows.with_columns(
        science=pl.when(pl.col("scientists") >= MIN_CELL).then("science"),
        rest=pl.when(others >= MIN_CELL).then("rest"),
        ratio=pl.when(both).then(pl.col("science") / pl.col("rest")),
    )


def _science_in_words(
    n_companies: int, compared: int, more: int, middle: float | None
) -> str:
    if middle is None:
        these = "The largest company does not have"
        if n_companies > 1:
            these = f"None of the {n_companies} largest companies has"
        return (
            f"{these} both {MIN_CELL} paid Data Scientists and {MIN_CELL} others who "
            "are paid, so they cannot be compared."
        )
    where = "the one large company" if compared == 1 else f"{compared} large companies"
    at = f"{more} of {where}" if compared > 1 else where
    verb = "do not have" if more == 0 and compared == 1 else "have"
    enough = "has" if compared == 1 else "have"
    return (
        f"Data Scientists {verb} a higher median pay than the rest at {at} that "
        f"{enough} enough of both; typically {middle:.2f} times the pay of the rest."
    )


def _company_aliases(grounds: Grounds) -> pl.DataFrame:
    """Name the largest companies by letters, in an order that tells no size."""
    sizes = (
        grounds.placed.filter(pl.col("pay").is_not_null())
        .group_by("company")
        .agg(pl.len().alias("n"))
        .sort(["n", "company"], descending=[True, False])
        .head(TOP_COMPANIES)
    )
    shuffled = np.random.default_rng(len(grounds.learners)).permutation(len(sizes))
    letters = [f"Company {chr(65 + int(i))}" for i in shuffled]
    return sizes.select("company").with_columns(pl.Series("alias", letters, pl.String))


def _science_table(rows: pl.DataFrame, grounds: Grounds) -> Table:
    return table_of(
        "Data Scientists and the rest at the largest companies",
        [
            ("Company", "text"),
            (grounds.heading, "count"),
            ("Median pay", "pay"),
            ("Data Scientists", "count"),
            ("Their median pay", "pay"),
            ("Median pay of the rest", "pay"),
            ("Ratio", "number"),
        ],
        rows.select(
            "alias", "learners", "all", "scientists", "science", "rest", "ratio"
        ).rows(),
    )


def _roles_at_companies(at_top: pl.DataFrame, grounds: Grounds) -> Table:
    cells = (
        at_top.filter(~pl.col("role").is_in(grounds.no_role))
        .group_by("alias", "role")
        .agg(pl.len().alias("learners"), pl.col("pay").median().alias("median"))
        .filter(pl.col("learners") >= MIN_CELL)
        .sort(["alias", "median", "role"], descending=[False, True, False])
        .group_by("alias", maintain_order=True)
        .head(TOP_ROLES)
    )
    return table_of(
        "Best-paid roles at the largest companies",
        [
            ("Company", "text"),
            ("Role", "text"),
            (grounds.heading, "count"),
            ("Median pay", "pay"),
        ],
        cells.rows(),
    )


def tiers_and_concentration(grounds: Grounds) -> Finding:
    """Tell how learners spread over company tiers and companies."""
    finding_id = "tiers_and_concentration"
    question = (
        "How are learners spread over company tiers, and how concentrated are they?"
    )
    if not grounds.has("company", "pay"):
        return cannot(finding_id, question, "it needs companies and pay")
    placed = grounds.placed
    if placed.is_empty():
        return cannot(finding_id, question, "no company is known")
    sizes = np.sort(placed.group_by("company").len()["len"].to_numpy())
    spread = gini(sizes)
    top_share = float(sizes[-10:].sum() / sizes.sum())
    tiers = _tier_rows(placed)
    top = tiers.filter(pl.col("tier") == "Tier 1")
    in_top = (int(top["companies"].sum()), float(top["share"].sum()))
    told = ""
    if not top.is_empty():
        told = (
            f"Tier 1 has {in_top[0]:,} of {len(sizes):,} companies and "
            f"{in_top[1]:.1%} of the {grounds.unit}s whose company is known. "
        )
    ten = min(10, len(sizes))
    largest = f"{ten} largest companies hold" if ten > 1 else "only company holds"
    return Finding(
        finding_id,
        question,
        f"{told}The {largest} {top_share:.1%} of them (Gini {spread:.2f}).",
        available=True,
        numbers={
            "companies": len(sizes),
            "gini": spread,
            "top_10_share": top_share,
            "tier_1_companies": in_top[0],
            "tier_1_share": in_top[1],
        },
        tables=(
            table_of(
                "Company tiers",
                [
                    ("Tier", "text"),
                    ("Companies", "count"),
                    (grounds.heading, "count"),
                    ("Median pay", "pay"),
                    (f"Share of {grounds.unit}s", "share"),
                ],
                tiers.filter(pl.col("learners") >= MIN_CELL).rows(),
            ),
        ),
    )


def _tier_rows(placed: pl.DataFrame) -> pl.DataFrame:
    enough = pl.col("pay").count() >= MIN_CELL
    return (
        placed.group_by("tier")
        .agg(
            pl.col("company").n_unique().alias("companies"),
            pl.len().alias("learners"),
            pl.when(enough).then(pl.col("pay").median()).alias("median"),
        )
        .with_columns(share=pl.col("learners") / len(placed))
        .sort("tier")
    )
