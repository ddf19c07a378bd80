"""The decision questions about pay: by experience, entry level, company and tier."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from learnstrata.learners.roles.titles import SENIORITY
from learnstrata.privacy.disclosure.cells import CellRule, count_cells, suppress
from learnstrata.privacy.disclosure.rounding import rounded_pay
from learnstrata.segments.pay.benchmarks import BEYOND
from learnstrata.segments.pay.companies import CompanyViews
from learnstrata.segments.questions.finding import Finding, Table, table_of
from learnstrata.segments.questions.grounds import Grounds, are, cannot

__all__ = [
    "company_role_pay",
    "entry_level_pay",
    "pay_without_experience",
    "tiers_and_concentration",
]

TOP_ROLES = 5
DATA_SCIENCE = "Data science"
EARLIER, LAGGING = "earlier", "lagging"
COUNTED = ("learners", "experienced", "lagging")


def pay_without_experience(grounds: Grounds) -> Finding:
    """Find where pay does not rise with experience, by role."""
    finding_id = "pay_without_experience"
    question = "Where does pay not rise with experience?"
    if not grounds.has("pay", "years_of_experience"):
        return cannot(finding_id, question, "it needs both pay and experience")
    known = grounds.seasoned.filter(pl.col("pay").is_not_null())
    if len(known) < grounds.least:
        both = f"it has {_few(known, grounds)} of whom both are known"
        return cannot(finding_id, question, f"{both}, and {grounds.least} are needed")
    cells, first_year = _experienced(known, by_role=grounds.has("title"))
    whole, cohorts = _lagging(cells, grounds.rule)
    rho = _rank_correlation(known)
    peers = "their own role" if grounds.has("title") else "all"
    return Finding(
        finding_id,
        question,
        f"{_direction(rho)} Of the {grounds.told(whole['experienced'])} with the "
        f"longest experience ({first_year:g} years or more), "
        f"{_part(whole, 'lagging', grounds)} paid no more than the lowest quarter of "
        f"{peers}. {_worst_cohort(cohorts, grounds.no_role)}".strip(),
        available=True,
        numbers={
            "spearman": rho,
            "experienced": whole["experienced"],
            "lagging": whole["lagging"],
            "lagging_share": whole["share"],
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


def _few(learners: pl.DataFrame, grounds: Grounds, kind: str = "") -> str:
    """Say that they are too few to be counted."""
    if learners.is_empty():
        return f"no {kind} {grounds.unit}s".replace("  ", " ")
    return f"fewer than {grounds.count(grounds.least, kind)}"


def _part(row: Mapping[str, Any], name: str, grounds: Grounds) -> str:
    """Write a part of a whole with its share and its verb."""
    n, share = row[name], row["share"]
    if n is None and row["few"]:
        return f"fewer than {grounds.least} are"
    beside = "" if share is None else f" ({share:.1%})"
    return f"{grounds.told(n)}{beside} {'are' if n is None else are(n)}"


def _experienced(known: pl.DataFrame, *, by_role: bool) -> tuple[pl.DataFrame, float]:
    """Mark the quarter of longest experience, and of them whose pay lags their peers.

    Gives the learners with ``peers`` and ``standing``, and where that quarter begins.
    """
    years, pay = pl.col("years_of_experience"), pl.col("pay")
    cells = known.with_columns(
        peers=pl.col("role") if by_role else pl.lit("All"),
        senior=years >= years.quantile(0.75, "linear"),
    )
    low = pay <= pay.quantile(0.25, "linear").over("peers")
    standing = pl.when("senior").then(
        pl.when(low).then(pl.lit(LAGGING)).otherwise(pl.lit("other"))
    )
    first_year = cells.filter("senior")["years_of_experience"].min()
    return (
        cells.with_columns(standing=standing.otherwise(pl.lit(EARLIER))),
        float(first_year),  # type: ignore[arg-type]
    )


def _lagging(
    cells: pl.DataFrame, rule: CellRule
) -> tuple[dict[str, Any], pl.DataFrame]:
    """Count the experienced and the lagging, of all and of each role.

    None stands for what may not be told: a small count, or one that gives it away.
    """
    by = ["peers", "standing"]
    told = suppress(count_cells(cells, by, company=None), by, rule=rule).counts()
    schema = {
        "peers": pl.String,
        **dict.fromkeys(COUNTED, pl.Int64),
        "share": pl.Float64,
    }
    rho = pl.corr("years_of_experience", "pay", method="spearman").fill_nan(None)
    roles = (
        cells.group_by("peers")
        .agg(rho.alias("rho"), pl.col("senior").sum())
        .filter(pl.col("senior") >= rule.learners)
        .sort("peers")
    )
    rows = [_standings(told, role) for role in roles["peers"]]
    cohorts = roles.join(pl.DataFrame(rows, schema), on="peers").sort(
        ["share", "peers"], descending=[True, False], nulls_last=True
    )
    n = int((cells["standing"] == LAGGING).sum())
    return _standings(told, None) | {"few": 0 < n < rule.learners}, cohorts


def _standings(
    told: Mapping[tuple[Any, ...], int | None], role: str | None
) -> dict[str, Any]:
    learners = told[role, None]
    earlier, lagging = (told.get((role, name), 0) for name in (EARLIER, LAGGING))
    experienced = None
    if learners is not None and earlier is not None:
        experienced = learners - earlier
    share = lagging / experienced if experienced and lagging is not None else None
    counts = (learners, experienced, lagging)
    return {"peers": role, **dict(zip(COUNTED, counts, strict=True)), "share": share}


def _rank_correlation(known: pl.DataFrame) -> float | None:
    rho = known.select(pl.corr("years_of_experience", "pay", method="spearman")).item()
    return float(rho) if rho is not None and np.isfinite(rho) else None


def _direction(rho: float | None) -> str:
    if rho is None:
        return "Pay or experience does not vary, so they have no correlation."
    shown = round(rho, 2) + 0.0  # the words go with the number shown; never -0.00
    size = abs(shown)
    if size < 0.1:
        return (
            f"Pay hardly moves with experience ({shown:.2f} on a scale from -1 to 1)."
        )
    strength = "weakly" if size < 0.3 else "moderately" if size < 0.6 else "strongly"
    way = "rises" if shown > 0 else "falls"
    return (
        f"Pay {way} {strength} with experience ({shown:.2f} on a scale from -1 to 1)."
    )


def _worst_cohort(cohorts: pl.DataFrame, no_role: Sequence[str]) -> str:
    named = cohorts.filter(~pl.col("peers").is_in(no_role))
    shown = named.drop_nulls("share")
    if len(named) < 2 or shown.is_empty():
        return ""
    worst = shown.row(0, named=True)
    of_those = "Of the roles" if len(shown) == len(named) else "Of the roles shown"
    return (
        f"{of_those}, {worst['peers']} has the largest share: "
        f"{worst['lagging']:,} of {worst['experienced']:,} ({worst['share']:.1%})."
    )


def entry_level_pay(grounds: Grounds) -> Finding:
    """Find entry-level titles with unusually high pay."""
    finding_id = "entry_level_pay"
    question = "Which entry-level roles have unusually high pay?"
    if not grounds.has("pay", "title"):
        return cannot(finding_id, question, "it needs both titles and pay")
    entry = grounds.paid.filter(pl.col("seniority") <= 1)
    if len(entry) < grounds.least:
        return cannot(
            finding_id,
            question,
            f"{_few(entry, grounds, 'paid')} have a title that says entry level, and "
            f"{grounds.least} are needed",
        )
    limit = grounds.rounded(_high_limit(entry["pay"]))
    typical = grounds.rounded(float(entry["pay"].median()))  # type: ignore[arg-type]
    whole, roles = _entry_roles(entry, limit, grounds)
    return Finding(
        finding_id,
        question,
        f"Of {grounds.count(len(entry), 'paid')} whose title says entry level, "
        f"{_part(whole, 'high', grounds)} paid more than {grounds.money(limit)}, "
        f"unusually high beside their median of {grounds.money(typical)}."
        f"{_most_high(roles, grounds.least)} Check such values before acting "
        "on them: a typed ceiling or a later job under an old title looks the same.",
        available=True,
        numbers={
            "entry_level": len(entry),
            "unusually_high": whole["high"],
            "unusually_high_share": whole["share"],
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
                roles.select(
                    "role_family", "level", "learners", "median", "p90", "high"
                ).rows(),
            ),
        ),
    )


def _high_limit(pay: pl.Series) -> float:
    """Give Tukey's upper inner fence of log pay; half of all pays may be equal."""
    q1, q3 = (float(pay.log().quantile(q, "linear") or 0.0) for q in (0.25, 0.75))
    return float(np.exp(q3 + 1.5 * max(q3 - q1, np.log(2) / 2)))


def _entry_roles(
    entry: pl.DataFrame, limit: float, grounds: Grounds
) -> tuple[dict[str, Any], pl.DataFrame]:
    """Count the unusually high, of all and of each role and level with enough.

    None stands for what may not be told, as in `_lagging`.
    """
    by, least = ["group", "is_high"], grounds.least
    entry = entry.with_columns(
        group=pl.struct("role_family", "seniority").rank("dense"),
        is_high=pl.col("pay") > limit,
    )
    whole = pl.col("group").is_null() & pl.col("is_high").is_null()
    cells = count_cells(entry, by, company=None)
    told = suppress(cells, by, rule=grounds.rule, known=whole).counts()
    groups = _entry_pay(entry, grounds)
    counts = [(g, told[g, None], told.get((g, True), 0)) for g in groups["group"]]
    schema = {"group": groups.schema["group"], "learners": pl.Int64, "high": pl.Int64}
    roles = groups.join(pl.DataFrame(counts, schema, orient="row"), on="group").sort(
        ["high", "learners", "role_family", "seniority"],
        descending=[True, True, False, False],
        nulls_last=True,
    )
    high, n = told.get((None, True), 0), int(entry["is_high"].sum())
    share = None if high is None else high / len(entry)
    return {"high": high, "share": share, "few": 0 < n < least}, roles


def _entry_pay(entry: pl.DataFrame, grounds: Grounds) -> pl.DataFrame:
    """Give the pay of each group with enough learners, null where it is not shown."""
    company = "company" if grounds.has("company") else None
    cells = count_cells(entry, ["group"], company=company)
    may = cells.filter(grounds.rule.reasons().is_null())["group"].drop_nulls()
    names = dict(enumerate(SENIORITY))
    level = pl.col("seniority").replace_strict(names, return_dtype=pl.String)
    pay, n = pl.col("pay").cast(pl.Float64), pl.col("n")
    shown = pl.col("group").is_in(may.to_list())
    unit = grounds.pay.per_shown_unit
    groups = (
        entry.group_by("group")
        .agg(
            pl.col("role_family", "seniority").first(),
            level.first().alias("level"),
            median=pay.median(),
            p90=pay.quantile(0.9, "linear"),
            n=pl.len(),
        )
        .filter(n >= grounds.least)
    )
    rounded = [
        pl.Series(name, rounded_pay(groups[name], unit)) for name in ("median", "p90")
    ]
    return groups.with_columns(rounded).with_columns(
        median=pl.when(shown).then("median"),
        p90=pl.when(shown & (0.1 * n >= BEYOND)).then("p90"),
    )


def _most_high(roles: pl.DataFrame, least: int) -> str:
    shown = roles.filter(pl.col("high") > 0, pl.col("learners").is_not_null())
    if shown.is_empty():
        return ""
    top = shown.row(0, named=True)
    return (
        f" Of the roles with {least} or more, {top['role_family']} "
        f"({top['level']}) has the most such pays: {top['high']:,} of "
        f"{top['learners']:,}."
    )


def company_role_pay(grounds: Grounds) -> Finding:
    """Compare roles, and Data Scientists, within the largest companies."""
    finding_id = "company_role_pay"
    question = "How does pay differ by role within companies, and for Data Scientists?"
    found = grounds.companies
    if not grounds.has("pay", "title", "company") or found is None:
        return cannot(finding_id, question, "it needs companies, titles and pay")
    rows = _science_and_rest(found)
    if rows.is_empty():
        lacks = f"no company has {grounds.least} paid learners or more"
        return cannot(finding_id, question, lacks)
    compared = rows.filter(pl.col("ratio").is_not_null())
    more = int((compared["ratio"] > 1).sum())
    middle = None if compared.is_empty() else float(compared["ratio"].median())  # type: ignore[arg-type]
    return Finding(
        finding_id,
        question,
        _science_in_words(len(rows), len(compared), more, middle, least=grounds.least),
        available=True,
        numbers={
            "companies": len(rows),
            "compared": len(compared),
            "higher": more,
            "typical_ratio": middle,
        },
        tables=(_science_table(rows), _roles_at_companies(found)),
    )


def _science_and_rest(found: CompanyViews) -> pl.DataFrame:
    """Put Data Scientists beside the rest of each company, where both may be shown."""
    science = found.roles.filter(pl.col("role_family") == DATA_SCIENCE).select(
        "alias",
        "rest",
        scientists="learners",
        science="p50",
        ratio=(pl.col("p50") / pl.col("rest")).round(2),
    )
    companies = found.companies.select("alias", "learners", "p50")
    return companies.join(science, on="alias", how="left").sort("alias")


def _science_in_words(
    n_companies: int, compared: int, more: int, middle: float | None, *, least: int = 10
) -> str:
    if middle is None:
        these = "The largest company does not have"
        if n_companies > 1:
            these = f"None of the {n_companies} largest companies has"
        return (
            f"{these} both {least} paid Data Scientists and {least} others who "
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


def _science_table(rows: pl.DataFrame) -> Table:
    return table_of(
        "Data Scientists and the rest at the largest companies",
        [
            ("Company", "text"),
            ("Learners, about", "count"),
            ("Median pay", "pay"),
            ("Data Scientists, about", "count"),
            ("Their median pay", "pay"),
            ("Median pay of the rest", "pay"),
            ("Ratio", "number"),
        ],
        rows.select(
            "alias", "learners", "p50", "scientists", "science", "rest", "ratio"
        ).rows(),
    )


def _roles_at_companies(found: CompanyViews) -> Table:
    top = found.roles.group_by("alias", maintain_order=True).head(TOP_ROLES)
    return table_of(
        "Best-paid roles at the largest companies",
        [
            ("Company", "text"),
            ("Role", "text"),
            ("Learners, about", "count"),
            ("Median pay", "pay"),
        ],
        top.select("alias", "role_family", "learners", "p50").rows(),
    )


def tiers_and_concentration(grounds: Grounds) -> Finding:
    """Tell how learners spread over company tiers and companies."""
    finding_id = "tiers_and_concentration"
    question = (
        "How are learners spread over company tiers, and how concentrated are they?"
    )
    found = grounds.companies
    if not grounds.has("company", "pay") or found is None:
        return cannot(finding_id, question, "it needs companies and pay")
    if found.gini is None:
        return cannot(finding_id, question, found.reason)
    top = found.tiers.filter(pl.col("tier") == "Tier 1")
    n_top, share = (None, None) if top.is_empty() else top["companies", "share"].row(0)
    told = ""
    if share is not None:
        told = (
            f"Tier 1 has {n_top:,} of {found.n_companies:,} companies and {share:.1%} "
            "of the learners whose company is known. "
        )
    return Finding(
        finding_id,
        question,
        f"{told}{_concentration(found)}",
        available=True,
        numbers={
            "companies": found.n_companies,
            "gini": found.gini,
            "top_10_share": found.top_share,
            "tier_1_companies": n_top,
            "tier_1_share": share,
        },
        tables=(_tier_table(found),),
    )


def _concentration(found: CompanyViews) -> str:
    spread = f"(Gini {found.gini:.2f})"
    if found.n_companies == 1:
        return f"All of them are at the only company that is known {spread}."
    if found.top_share is None:
        return f"They are at {found.n_companies} companies {spread}."
    return f"The 10 largest companies hold {found.top_share:.1%} of them {spread}."


def _tier_table(found: CompanyViews) -> Table:
    return table_of(
        "Company tiers",
        [
            ("Tier", "text"),
            ("Companies", "count"),
            ("Learners with a company", "count"),
            ("Median pay", "pay"),
            ("Share of them", "share"),
        ],
        found.tiers.select("tier", "companies", "learners", "p50", "share").rows(),
    )
