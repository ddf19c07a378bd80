"""The decision questions of the three teams, answered with evidence.

Each answer is a sentence made from the numbers beside it, or says what the table lacks.
Pay and experience that were filled in are left out of every number.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from learnstrata.config import Pay
from learnstrata.learners.roles import SENIORITY
from learnstrata.segments.evidence import Finding, Table, listed, table_of
from learnstrata.segments.heuristic import Comparison
from learnstrata.segments.profiles import Profile

__all__ = ["Grounds", "answer_questions"]

MIN_CELL = 10
TOP_COMPANIES = 8
TOP_ROLES = 5
DATA_SCIENCE = "Data science"
NO_ROLE = ("Not stated", "Unmapped")


@dataclass(frozen=True, slots=True)
class Grounds:
    """What the answers are drawn from.

    Attributes
    ----------
    learners : polars.DataFrame
        Learners with features and ``segment_id``.
    profiles : tuple of Profile
    comparison : Comparison or None
    pay : Pay
        With its bands.
    available : tuple of str
        Standard columns the table holds.
    unit : str
        ``"learner"`` or ``"record"``: what a row is.
    """

    learners: pl.DataFrame
    profiles: tuple[Profile, ...]
    comparison: Comparison | None
    pay: Pay
    available: tuple[str, ...]
    unit: str

    def has(self, *columns: str) -> bool:
        """Say whether the table holds all of these."""
        return set(columns) <= set(self.available)

    def money(self, amount: float) -> str:
        """Write a pay in the unit it is shown in."""
        return f"{amount / self.pay.per_shown_unit:,.1f} {self.pay.shown_unit}"

    @property
    def paid(self) -> pl.DataFrame:
        """Learners whose pay is known."""
        return self.learners.filter(pl.col("pay").is_not_null())


def answer_questions(grounds: Grounds) -> tuple[Finding, ...]:
    """Answer the seven decision questions.

    Examples
    --------
    Questions keep their order and their ids: ``largest_segment``,
    ``segment_differences``, ``pay_without_experience``, ``entry_level_pay``,
    ``company_role_pay``, ``tiers_and_concentration``, ``learned_against_rules``.
    """
    return (
        _largest_segment(grounds),
        _segment_differences(grounds),
        _pay_without_experience(grounds),
        _entry_level_pay(grounds),
        _company_role_pay(grounds),
        _tiers_and_concentration(grounds),
        _learned_against_rules(grounds),
    )


def _cannot(finding_id: str, question: str, lacks: str) -> Finding:
    answer = f"The data cannot answer this: {lacks}."
    return Finding(finding_id, question, answer, available=False, numbers={})


def _largest_segment(grounds: Grounds) -> Finding:
    profiles = sorted(grounds.profiles, key=lambda p: (-p.count, p.id))
    largest, n = profiles[0], len(profiles)
    half = next(i for i in range(1, n + 1) if sum(p.share for p in profiles[:i]) >= 0.5)
    meaning = _operating_model(largest.share, half, n)
    table = table_of(
        "Segments by size",
        [("Segment", "text"), ("Learners", "count"), ("Share", "share")],
        [(p.name, p.count, p.share) for p in profiles],
    )
    return Finding(
        "largest_segment",
        "How large is the largest segment, and what does that mean for operations?",
        f"The largest segment, {largest.name}, holds {largest.share:.1%} of the "
        f"{grounds.unit}s ({largest.count:,}). {meaning}",
        available=True,
        numbers={
            "segment_id": largest.id,
            "share": largest.share,
            "count": largest.count,
            "segments_to_half": half,
        },
        tables=(table,),
    )


def _operating_model(share: float, half: int, n_segments: int) -> str:
    if share >= 0.5:
        return (
            "One default programme serves more than half of all; the other "
            f"{n_segments - 1} segments need additions to it rather than programmes of "
            "their own."
        )
    many = "segment covers" if half == 1 else "segments together cover"
    return (
        f"No single programme reaches a majority: the {half} largest {many} half of "
        "all, so plan that many programmes first."
    )


def _segment_differences(grounds: Grounds) -> Finding:
    question = "How do the segments differ by pay, experience and role?"
    measures = {
        "pay": "log_pay" if grounds.has("pay") else None,
        "experience": (
            "years_of_experience" if grounds.has("years_of_experience") else None
        ),
        "role": "role" if grounds.has("title") else None,
    }
    explained = {
        name: _explained(grounds.learners, column)
        for name, column in measures.items()
        if column is not None and column in grounds.learners.columns
    }
    if not explained:
        return _cannot(
            "segment_differences", question, "it has no pay, years or titles"
        )
    order = sorted(explained, key=lambda name: -explained[name])
    told = listed(
        [f"{explained[name]:.0%} of the differences in {name}" for name in order]
    )
    answer = f"Knowing a learner's segment explains {told}."
    pays = [
        (p.typical["pay"].p50, p.name) for p in grounds.profiles if "pay" in p.typical
    ]
    if len(pays) > 1:
        low, high = min(pays), max(pays)
        answer += (
            f" Median pay runs from {grounds.money(low[0])} ({low[1]}) to "
            f"{grounds.money(high[0])} ({high[1]})."
        )
    return Finding(
        "segment_differences",
        question,
        answer,
        available=True,
        numbers={f"explained_{name}": value for name, value in explained.items()},
        tables=(_differences_table(grounds),),
    )


def _explained(learners: pl.DataFrame, column: str) -> float:
    """Share of the variance between segments; of all one-hot columns for a category."""
    if learners[column].dtype == pl.String:
        known = learners.filter(pl.col(column).is_not_null())
        counts = known.pivot(
            column, index="segment_id", values="record", aggregate_function="len"
        )
        shares = counts.drop("segment_id").fill_null(0).to_numpy().astype(float)
        sizes = shares.sum(axis=1, keepdims=True)
        base = shares.sum(axis=0) / shares.sum()
        total = 1 - float((base**2).sum())
        within = float((sizes[:, 0] * (1 - ((shares / sizes) ** 2).sum(axis=1))).sum())
        return 1 - within / shares.sum() / total if total > 0 else 0.0
    known = learners.filter(pl.col(column).is_finite())
    total = float(known[column].var(ddof=0) or 0.0)  # type: ignore[arg-type]
    if total == 0:
        return 0.0
    mean = pl.col(column).mean().over("segment_id")
    between = float(known.select(mean)[column].var(ddof=0) or 0.0)  # type: ignore[arg-type]
    return between / total


def _differences_table(grounds: Grounds) -> Table:
    rows = []
    for p in grounds.profiles:
        pay, years = p.typical.get("pay"), p.typical.get("years_of_experience")
        roles = [s for s in p.shares.get("role", ()) if s.value not in NO_ROLE]
        top = listed([f"{s.value} {s.share:.0%}" for s in roles[:3]])
        rows.append((p.name, p.count, pay and pay.p50, years and years.p50, top))
    return table_of(
        "Segments side by side",
        [
            ("Segment", "text"),
            ("Learners", "count"),
            ("Median pay", "pay"),
            ("Median experience", "years"),
            ("Most frequent stated roles", "text"),
        ],
        rows,
    )


def _pay_without_experience(grounds: Grounds) -> Finding:
    finding_id = "pay_without_experience"
    question = "Where does pay not rise with experience?"
    if not grounds.has("pay", "years_of_experience"):
        return _cannot(finding_id, question, "it needs both pay and experience")
    known = grounds.paid.filter(pl.col("experience_imputed") == 0)
    by = "role" if grounds.has("title") else None
    cells = known.with_columns(
        peers=pl.col(by) if by else pl.lit("All"),
        senior=pl.col("years_of_experience")
        >= pl.col("years_of_experience").quantile(0.75, "linear"),
    )
    cells = cells.with_columns(
        lagging=pl.col("senior")
        & (pl.col("pay") <= pl.col("pay").quantile(0.25, "linear").over("peers"))
    )
    cohorts = (
        cells.group_by("peers")
        .agg(
            pl.len().alias("learners"),
            pl.col("senior").sum().alias("experienced"),
            pl.col("lagging").sum().alias("lagging"),
            pl.corr("years_of_experience", "pay", method="spearman").alias("rho"),
        )
        .filter(pl.col("experienced") >= MIN_CELL)
        .with_columns(share=pl.col("lagging") / pl.col("experienced"))
        .sort(["share", "peers"], descending=[True, False])
    )
    n_senior = int(cells["senior"].sum())
    n_lagging = int(cells["lagging"].sum())
    rho = known.select(pl.corr("years_of_experience", "pay", method="spearman")).item()
    rho = None if rho is None or not np.isfinite(rho) else float(rho)
    first_year = float(cells.filter("senior")["years_of_experience"].min() or 0)  # type: ignore[arg-type]
    return Finding(
        finding_id,
        question,
        f"{_direction(rho)} Of the {n_senior:,} with the longest experience "
        f"({first_year:.0f} years or more), {n_lagging:,} "
        f"({_ratio(n_lagging, n_senior):.1%}) are paid no more than the lowest "
        f"quarter of their own role. {_worst_cohort(cohorts)}".strip(),
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
                "Experienced learners whose pay lags, by role",
                [
                    ("Role", "text"),
                    ("Learners", "count"),
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


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _direction(rho: float | None) -> str:
    if rho is None:
        return "Pay or experience does not vary, so they have no correlation."
    size = abs(rho)
    strength = "hardly" if size < 0.1 else "weakly" if size < 0.3 else "moderately"
    strength = "strongly" if size >= 0.6 else strength
    if size < 0.1:
        return f"Pay {strength} moves with experience (rank correlation {rho:.2f})."
    way = "rises" if rho > 0 else "falls"
    return f"Pay {way} {strength} with experience (rank correlation {rho:.2f})."


def _worst_cohort(cohorts: pl.DataFrame) -> str:
    if len(cohorts) < 2:
        return ""
    worst = cohorts.row(0, named=True)
    return (
        f"The largest share is in {worst['peers']}: {worst['lagging']:,} of "
        f"{worst['experienced']:,} ({worst['share']:.1%})."
    )


def _entry_level_pay(grounds: Grounds) -> Finding:
    finding_id = "entry_level_pay"
    question = "Which entry-level roles have unusually high pay?"
    if not grounds.has("pay", "title"):
        return _cannot(finding_id, question, "it needs both titles and pay")
    entry = grounds.paid.filter(pl.col("seniority") <= 1)
    if len(entry) < MIN_CELL:
        return _cannot(
            finding_id,
            question,
            f"{len(entry)} paid learners have a title that says entry level, and "
            f"{MIN_CELL} are needed",
        )
    q1, q3 = (
        float(entry["pay"].log().quantile(q, "linear") or 0) for q in (0.25, 0.75)
    )
    limit = float(np.exp(q3 + 1.5 * (q3 - q1)))
    high = entry.filter(pl.col("pay") > limit)
    typical = float(entry["pay"].median() or 0.0)  # type: ignore[arg-type]
    roles = (
        entry.group_by("role_family", "seniority")
        .agg(
            pl.len().alias("learners"),
            pl.col("pay").median().alias("median"),
            pl.col("pay").quantile(0.9, "linear").alias("p90"),
            (pl.col("pay") > limit).sum().alias("high"),
        )
        .filter(pl.col("learners") >= MIN_CELL)
        .with_columns(
            level=pl.col("seniority").replace_strict(dict(enumerate(SENIORITY)))
        )
        .sort(["high", "learners", "role_family"], descending=[True, True, False])
        .select("role_family", "level", "learners", "median", "p90", "high")
    )
    return Finding(
        finding_id,
        question,
        f"Of {len(entry):,} paid learners whose title says entry level, {len(high):,} "
        f"({_ratio(len(high), len(entry)):.1%}) are paid more than "
        f"{grounds.money(limit)}, unusually high beside their median of "
        f"{grounds.money(typical)}.{_most_high(roles)} Check such values before acting "
        "on them: a typed ceiling or a later job under an old title looks the same.",
        available=True,
        numbers={
            "entry_level": len(entry),
            "unusually_high": len(high),
            "limit": limit,
            "median": typical,
        },
        tables=(
            table_of(
                "Entry-level pay by role",
                [
                    ("Role family", "text"),
                    ("Level", "text"),
                    ("Learners", "count"),
                    ("Median pay", "pay"),
                    ("90th percentile", "pay"),
                    ("Unusually high", "count"),
                ],
                roles.rows(),
            ),
        ),
    )


def _most_high(roles: pl.DataFrame) -> str:
    if roles.is_empty() or roles["high"][0] == 0:
        return ""
    top = roles.row(0, named=True)
    return (
        f" Most of them per role are in {top['role_family']} ({top['level']}): "
        f"{top['high']:,} of {top['learners']:,}."
    )


def _company_role_pay(grounds: Grounds) -> Finding:
    finding_id = "company_role_pay"
    question = "How does pay differ by role within companies, and for Data Scientists?"
    if not grounds.has("pay", "title", "company"):
        return _cannot(finding_id, question, "it needs companies, titles and pay")
    aliases = _company_aliases(grounds)
    at_top = grounds.paid.join(aliases, on="company", how="inner")
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
    enough = pl.col("scientists") >= MIN_CELL
    rows = rows.with_columns(
        science=pl.when(enough).then("science"),
        ratio=pl.when(enough).then(pl.col("science") / pl.col("rest")),
    )
    compared = rows.filter(pl.col("ratio").is_not_null())
    more = int((compared["ratio"] > 1).sum())
    if compared.is_empty():
        told = (
            f"None of the {len(rows)} largest companies has {MIN_CELL} paid Data "
            "Scientists, so they cannot be compared with the rest."
        )
    else:
        middle = float(compared["ratio"].median() or 0.0)  # type: ignore[arg-type]
        told = (
            f"Data Scientists have a higher median pay than the rest at {more} of "
            f"{len(compared)} large companies that have enough of them; typically "
            f"{middle:.2f} times as much."
        )
    return Finding(
        finding_id,
        question,
        told,
        available=not rows.is_empty(),
        numbers={"companies": len(rows), "compared": len(compared), "higher": more},
        tables=(_science_table(rows), _roles_at_companies(at_top)),
    )


def _company_aliases(grounds: Grounds) -> pl.DataFrame:
    """Name the largest companies by letters, in an order that tells no size."""
    sizes = (
        grounds.paid.filter(pl.col("company").is_not_null())
        .group_by("company")
        .agg(pl.len().alias("n"))
        .sort(["n", "company"], descending=[True, False])
        .head(TOP_COMPANIES)
    )
    shuffled = np.random.default_rng(len(grounds.learners)).permutation(len(sizes))
    letters = [f"Company {chr(65 + int(i))}" for i in shuffled]
    return sizes.select("company").with_columns(pl.Series("alias", letters, pl.String))


def _science_table(rows: pl.DataFrame) -> Table:
    return table_of(
        "Data Scientists and the rest at the largest companies",
        [
            ("Company", "text"),
            ("Learners", "count"),
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


def _roles_at_companies(at_top: pl.DataFrame) -> Table:
    cells = (
        at_top.group_by("alias", "role")
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
            ("Learners", "count"),
            ("Median pay", "pay"),
        ],
        cells.rows(),
    )


def _tiers_and_concentration(grounds: Grounds) -> Finding:
    finding_id = "tiers_and_concentration"
    question = (
        "How are learners spread over company tiers, and how concentrated are they?"
    )
    if not grounds.has("company", "pay"):
        return _cannot(finding_id, question, "it needs companies and pay")
    placed = grounds.learners.filter(pl.col("company").is_not_null())
    sizes = np.sort(placed.group_by("company").len()["len"].to_numpy())
    gini = _gini(sizes)
    top_share = float(sizes[-10:].sum() / sizes.sum())
    tiers = (
        placed.group_by("tier")
        .agg(
            pl.col("company").n_unique().alias("companies"),
            pl.len().alias("learners"),
            pl.col("pay").median().alias("median"),
        )
        .with_columns(share=pl.col("learners") / len(placed))
        .sort("tier")
    )
    top = tiers.filter(pl.col("tier") == "Tier 1")
    told = ""
    if not top.is_empty():
        row = top.row(0, named=True)
        told = (
            f"Tier 1 has {row['companies']:,} of {len(sizes):,} companies and "
            f"{row['share']:.1%} of the {grounds.unit}s. "
        )
    ten = min(10, len(sizes))
    return Finding(
        finding_id,
        question,
        f"{told}The {ten} largest companies hold {top_share:.1%} of all (Gini "
        f"{gini:.2f}).",
        available=True,
        numbers={
            "companies": len(sizes),
            "gini": gini,
            "top_10_share": top_share,
        },
        tables=(
            table_of(
                "Company tiers",
                [
                    ("Tier", "text"),
                    ("Companies", "count"),
                    ("Learners", "count"),
                    ("Median pay", "pay"),
                    ("Share of learners", "share"),
                ],
                tiers.filter(pl.col("learners") >= MIN_CELL).rows(),
            ),
        ),
    )


def _gini(ascending: np.ndarray) -> float:
    """Gini coefficient of sizes: 0 is all equal, near 1 is all in one."""
    n = len(ascending)
    rank = np.arange(1, n + 1)
    return float((2 * rank - n - 1) @ ascending / (n * ascending.sum()))


def _learned_against_rules(grounds: Grounds) -> Finding:
    finding_id = "learned_against_rules"
    question = "What do the learned segments say beyond experience and pay bands?"
    found = grounds.comparison
    if found is None:
        return _cannot(finding_id, question, "it needs both pay and experience")
    counts = np.array(found.counts)
    main = float(counts.max(axis=1).sum() / counts.sum())
    split = [
        rule
        for rule, row in zip(found.rules, counts, strict=True)
        if row.sum() >= MIN_CELL and row.max() < 0.6 * row.sum()
    ]
    which = (
        f": {listed(split[:4])}" + (", ..." if len(split) > 4 else "") if split else ""
    )
    return Finding(
        finding_id,
        question,
        f"{_agreement_in_words(found.ari)} (adjusted Rand {found.ari:.2f}, NMI "
        f"{found.nmi:.2f}). Who knows the rule-based segment guesses the learned one "
        f"right for {main:.1%}. {len(split)} of {len(found.rules)} rule-based segments "
        f"are split, with less than 60 % in one learned segment{which}.",
        available=True,
        numbers={
            "ari": found.ari,
            "nmi": found.nmi,
            "guessed": main,
            "split_rules": len(split),
            "rules": len(found.rules),
        },
    )


def _agreement_in_words(ari: float) -> str:
    if ari >= 0.65:
        return "The learned segments are nearly the rule-based ones"
    if ari >= 0.3:
        return "The learned segments follow the rule-based ones in part"
    return "The learned segments cut the learners differently from the rules"
