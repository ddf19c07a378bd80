"""Data quality and provenance: what became of the records, and what they lack."""

from collections.abc import Callable

from learnstrata.learners.features.register import DESCRIBED, FEATURES, feature_of
from learnstrata.report.figures.chart import numbers_of
from learnstrata.summary.contract import Distribution, Summary
from learnstrata.wording.tables import Table, column, table_of
from learnstrata.wording.words import listed

__all__ = [
    "coverage",
    "distributions",
    "features",
    "filled",
    "is_accounted",
    "ledger",
    "limits",
    "mapping",
    "missing",
    "missing_title",
    "outliers",
    "quality_tables",
    "rules",
    "states",
    "unmapped",
    "versions",
]

STATES = {
    "current": "Used as they are",
    "repaired": "Used, with a value repaired or set aside",
    "history": "Older records of a learner, kept as history",
    "quarantined": "Not used: set aside with a reason",
}
RULES = {
    "exact_duplicate": "The same record again",
    "older_record": "An older record of the same learner",
    "heaped_pay": "Pay that is typed far too often, such as a form's ceiling",
    "implausible_pay": "Pay too far from all others to be believed",
    "pay_in_lakhs": "Pay that only makes sense if it was typed in lakh",
    "pay_in_thousands": "Pay that only makes sense if it was typed in thousands",
    "pay_in_monthly": "Pay that only makes sense if it is monthly",
    "impossible_year": "Start year that cannot be",
    "impossible_experience": "Years of experience that cannot be",
    "start_after_pay_year": "Start year after the year of the pay",
    "two_digit_year": "Two-digit start year, completed",
    "missing_year_filled": "Missing start year, filled in",
    "pay_not_positive": "Pay of zero or less",
    "no_learner_id": "No learner id",
}


def quality_tables(summary: Summary) -> tuple[Table, ...]:
    """Give the tables of the section that have a sheet of their own."""
    return (
        states(summary),
        rules(summary),
        unmapped(summary),
        missing(summary),
        *distributions(summary),
        features(summary),
        mapping(summary),
    )


def states(summary: Summary) -> Table:
    """Count what became of the records."""
    found = summary.ledger
    counts = {
        "current": found.current,
        "repaired": found.repaired,
        "history": found.history,
        "quarantined": found.quarantined,
    }
    return table_of(
        "The ledger",
        counts.items(),
        (
            column("What became of them", lambda row: STATES[row[0]]),
            column("Records", lambda row: row[1], "count"),
        ),
        sheet="Ledger",
    )


def rules(summary: Summary) -> Table:
    """List what the cleaning rules found, most frequent first."""
    return table_of(
        "What the cleaning rules found",
        sorted(summary.ledger.rules, key=lambda row: (-(row.records or 0), row.rule)),
        (
            column("What was found", lambda row: _rule(row.rule)),
            column(
                "What became of the record",
                lambda row: STATES.get(row.state, row.state),
            ),
            column("Records", lambda row: row.records, "count"),
        ),
        sheet="Cleaning rules",
    )


def _rule(rule: str) -> str:
    return RULES.get(rule, rule.replace("_", " ").capitalize())


def unmapped(summary: Summary) -> Table:
    """List the most frequent titles that no role was found for."""
    return table_of(
        "Titles that are not understood",
        summary.roles.top_unmapped if summary.roles else (),
        (
            column("Title", lambda row: row.title),
            column(_units(summary), lambda row: row.learners, "count"),
        ),
        sheet="Titles not understood",
    )


def missing(summary: Summary) -> Table:
    """Count missing values, one row a column."""
    return table_of(
        "Missing values",
        summary.description.missing,
        (
            column("Column", lambda row: _column(row.column).capitalize()),
            column("Missing", lambda row: row.count, "count"),
            column("Share", lambda row: row.share, "share"),
        ),
        sheet="Missing values",
    )


def distributions(summary: Summary) -> tuple[Table, ...]:
    """Give quantiles, skewness and outliers: of pay, then of all other numbers."""
    found = summary.description.distributions
    money = [one for one in found if feature_of(one.feature).is_money]
    other = [one for one in found if not feature_of(one.feature).is_money]
    return (
        _distributed("Distribution of pay", money, "pay"),
        _distributed("Distributions of numbers", other, "statistic"),
    )


def _distributed(title: str, found: list[Distribution], kind: NumberKind) -> Table:
    return table_of(
        title,
        found,
        (
            column("Number", lambda one: feature_of(one.feature).label.capitalize()),
            column("Known for", lambda one: one.n, "count"),
            column("1%", lambda one: one.p01, kind),
            column("5%", lambda one: one.p05, kind),
            column("25%", lambda one: one.p25, kind),
            column("50%", lambda one: one.p50, kind),
            column("75%", lambda one: one.p75, kind),
            column("95%", lambda one: one.p95, kind),
            column("99%", lambda one: one.p99, kind),
            column("Mean", lambda one: one.mean, kind),
            column("Skewness", lambda one: one.skewness, "statistic"),
            column("Skewness of its log", lambda one: one.skewness_log, "statistic"),
            column("Beyond Tukey's fences", lambda one: one.outside_fences, "count"),
        ),
        sheet=title,
    )


def features(summary: Summary) -> Table:
    """List what the distance is made of."""
    return table_of(
        "Features that are clustered on",
        summary.features.used,
        (
            column("Feature", lambda one: one.label),
            column("Group", lambda one: one.group.replace("_", " ")),
            column("Weight of the group", lambda one: one.weight, "number"),
            column("Scaling", lambda one: one.scaling),
        ),
        sheet="Features",
    )


def mapping(summary: Summary) -> Table:
    """List which column of the table was read as what."""
    return table_of(
        "Columns",
        summary.input.columns.items(),
        (
            column("Read as", lambda pair: _column(pair[0]).capitalize()),
            column("Column of the table", lambda pair: pair[1]),
        ),
        sheet="Columns",
    )


def versions(summary: Summary) -> Table:
    """List the versions of what computed the run."""
    return table_of(
        "Versions",
        summary.settings.versions.items(),
        (
            column("Library", lambda pair: pair[0]),
            column("Version", lambda pair: pair[1]),
        ),
    )


def ledger(summary: Summary) -> str:
    """Say whether every record is accounted for."""
    write = numbers_of(summary.settings)
    records = write.count(summary.input.records)
    if is_accounted(summary):
        return f"All {records} records are accounted for."
    told = write.count(sum(_states(summary)))
    return f"{told} of {records} records are accounted for."


def is_accounted(summary: Summary) -> bool:
    """Say whether the states add up to the records, as far as rounding lets one see."""
    counts, base = _states(summary), summary.settings.base
    return abs(sum(counts) - (summary.input.records or 0)) <= base * (len(counts) + 1)


def _states(summary: Summary) -> tuple[int, ...]:
    found = summary.ledger
    counts = (found.current, found.history, found.repaired, found.quarantined)
    return tuple(n or 0 for n in counts)


def limits(summary: Summary) -> str:
    """Say which pay was believed, as far as the run set limits."""
    found, write = summary.limits, numbers_of(summary.settings)
    told = []
    if found.pay_low:
        told.append(f"below {write.pay_text(found.pay_low)}")
    if found.pay_high is not None:
        told.append(f"above {write.pay_text(found.pay_high)}")
    if not told:
        return "No pay was set aside for its size."
    text = f"Pay {' or '.join(told)} was not believed."
    heaps = [write.pay_text(amount) for amount in found.heaped_pay]
    if heaps:
        text += f" Nor was pay of exactly {listed(heaps)}, which is typed too often."
    return text


def filled(summary: Summary) -> str:
    """Say which values were filled in, and for what."""
    write, units = numbers_of(summary.settings), summary.settings.units
    counts = {"pay": summary.filled.pay, "experience": summary.filled.experience}
    told = [
        f"{name} of {write.count(n)} {units}" for name, n in counts.items() if n != 0
    ]
    if not told:
        return "Nothing was filled in."
    return (
        f"For the distances alone, filled in: {listed(told)}. Fills are left out of "
        "every number of this report."
    )


def coverage(summary: Summary) -> str:
    """Say how many titles are understood; nothing where the table has none."""
    found, write = summary.roles, numbers_of(summary.settings)
    if found is None:
        return ""
    return (
        f"{write.share(found.share_mapped)} of the {summary.settings.units} have a "
        f"title that maps to a role, {write.share(found.share_missing)} state none, "
        f"and {write.share(found.share_unmapped)} have one that is not understood. "
        f"{write.count(found.n_titles_mapped)} of {write.count(found.n_titles)} "
        "distinct titles are mapped."
    )


def missing_title(summary: Summary) -> str:
    """Name the column that lacks most values."""
    found = [row for row in summary.description.missing if row.share]
    worst = max(found, key=lambda row: row.share or 0.0, default=None)
    if worst is None:
        few = f"{summary.settings.base} {summary.settings.units} or more"
        return f"No column lacks a value of {few}"
    share = numbers_of(summary.settings).share(worst.share)
    label = _column(worst.column).capitalize()
    return f"{label} is missing most often: for {share} of all"


def outliers(summary: Summary) -> str:
    """Say how many values are unusually low or high, by Tukey's inner fences."""
    write = numbers_of(summary.settings)
    told = [
        f"{write.count(one.outside_fences)} of {write.count(one.n)} for "
        f"{feature_of(one.feature).label}"
        for one in summary.description.distributions
    ]
    if not told:
        return "No number was described."
    return f"Unusually low or high beside the middle half of all: {listed(told)}."
