"""Data quality and provenance: what became of the records, and what they lack."""

from learnstrata.learners.features.register import feature_of
from learnstrata.learners.schema.register import column_label, is_extra
from learnstrata.summary.contract.learners import BandLimits, Source
from learnstrata.summary.contract.results import Summary
from learnstrata.wording.tables import Table, column, table_of
from learnstrata.wording.words import listed

__all__ = [
    "band_text",
    "bands",
    "coverage",
    "features",
    "filled",
    "is_accounted",
    "lacking",
    "ledger",
    "limits",
    "mapping",
    "outliers",
    "quality_tables",
    "role_families",
    "rounding",
    "rules",
    "source",
    "states",
    "unmapped",
    "versions",
    "widest_step",
]

FILES = {
    "excel": "an Excel workbook",
    "parquet": "Parquet",
    "table": "a table of a database",
}
STATES = {
    "current": "Used as they are",
    "repaired": "Used, with a value repaired",
    "set_aside": "Used, with a value set aside",
    "history": "Older records of a learner, kept as history",
    "quarantined": "Not used: of no learner",
}
RULES = {
    "exact_duplicate": "The same record again",
    "older_record": "An older record of the same learner",
    "heaped_pay": "Pay that is typed far too often, such as a form's ceiling",
    "implausible_pay": "Pay too far from all others to be believed",
    "pay_in_lakhs": "Pay that only makes sense in lakh",
    "pay_in_thousands": "Pay that only makes sense in thousands",
    "pay_in_monthly": "Pay that may be a month's",
    "implausible_value": "Value too far from all others to be believed",
    "impossible_year": "Year that cannot be",
    "future_year": "Year of pay after the year that counts as now",
    "impossible_experience": "Years of experience that cannot be",
    "start_after_pay_year": "Start year after the year of the pay",
    "two_digit_year": "Two-digit year, completed",
    "missing_year_filled": "Missing start year, filled in",
    "pay_not_positive": "Pay of zero or less",
    "no_learner_id": "No learner id",
    "crowded_id": "Learner id of far more records than any other",
    "line_of_text": "Heading or footer",
    "line_of_totals": "Line of totals",
}
ORIGINS = {
    "default": "the usual limits",
    "currency": "the usual limits of the currency",
    "configuration": "the configuration",
    "table": "this table: equally many learners in each, limits rounded",
}
RULES_OF_COLUMNS = {
    "unreadable_": "{} that cannot be read with certainty",
    "middle_of_range_": "Range of {}, read by its middle",
}


def quality_tables(summary: Summary) -> tuple[Table, ...]:
    """Give the tables of the section that have a sheet of their own."""
    return (
        states(summary),
        rules(summary),
        unmapped(summary),
        bands(summary),
        features(summary),
        mapping(summary),
    )


def states(summary: Summary) -> Table:
    """Count what became of the records."""
    return table_of(
        "The ledger",
        _states(summary).items(),
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
    for prefix, words in RULES_OF_COLUMNS.items():
        if rule.startswith(prefix):
            told = words.format(column_label(rule.removeprefix(prefix)))
            return told[0].upper() + told[1:]
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


def bands(summary: Summary) -> Table:
    """List where each band of experience and pay begins and ends, and who set it."""
    return table_of(
        "Where bands begin and end",
        summary.band_limits,
        (
            column("Band of", lambda one: feature_of(one.feature).label.split()[0]),
            column("Band", lambda one: one.name),
            column("Learners with", lambda one: band_text(one, summary)),
            column("Set by", _set_by),
        ),
        sheet="Bands",
    )


def band_text(one: BandLimits, summary: Summary) -> str:
    """Write the limits of a band; the upper one belongs to it.

    Parameters
    ----------
    one : BandLimits
    summary : Summary
    """
    money, pay = summary.settings.money, one.feature == "pay_band"
    per, unit = (money.per, money.unit) if pay else (1.0, "years")
    low, high = (
        None if end is None else _limit(end / per) for end in (one.low, one.high)
    )
    if low is None and high is None:
        return "any"
    bounds = [f"over {low}"] if low else []
    bounds += [f"up to {high}"] if high else []
    return f"{listed(bounds)} {unit}"


def _set_by(one: BandLimits) -> str:
    alone = one.low is None and one.high is None
    return (
        "no limits: they would not tell learners apart"
        if alone
        else ORIGINS[one.origin]
    )


def _limit(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{round(value, 6):g}"


def role_families(summary: Summary) -> Table:
    """List the role families with their codes in public classifications."""
    return table_of(
        "Role families in public classifications",
        summary.roles.families if summary.roles else (),
        (
            column("Role family", lambda one: one.role_family),
            column("ISCO-08", lambda one: one.isco_08),
            column("Group of ISCO-08", lambda one: one.isco_title),
            column("Occupation of ESCO", lambda one: one.esco_label),
            column("Address in ESCO", lambda one: one.esco),
        ),
        sheet="Role families",
        note="To join other tables on: the group that most titles of a family are in, "
        "and a typical occupation.",
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
            column("Read as", lambda pair: _read_as(pair[0])),
            column("Column of the table", lambda pair: pair[1]),
        ),
        sheet="Columns",
    )


def _read_as(name: str) -> str:
    label = column_label(name)
    return label if is_extra(name) else label.capitalize()


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


def _units(summary: Summary) -> str:
    return summary.settings.units.capitalize()


def rounding(summary: Summary) -> str:
    """Say how counts are rounded, how far off they are, and what follows from it."""
    base, error = summary.settings.base, summary.rounding_error
    widest = widest_step(summary)
    wider = f" to about {widest}" if widest > base else ""
    return (
        f"Counts are rounded in steps of {base}{wider}, no count is off by more than "
        f"{error}, so parts may not add up to their whole; 0 to "
        f'{base - 1} reads "under {base}".'
    )


def widest_step(summary: Summary) -> int:
    """Give the widest step that counts are rounded in, by how far one may be off.

    Parameters
    ----------
    summary : Summary
    """
    base, error = summary.settings.base, summary.rounding_error
    return base * round((2 * error + 1 - base / 2) / base)


def ledger(summary: Summary) -> str:
    """Say whether every record is accounted for."""
    write = summary.settings.numbers
    records = write.count(summary.input.records)
    if is_accounted(summary):
        return f"All {records} records are accounted for."
    told = write.count(sum(n or 0 for n in _states(summary).values()))
    return f"{told} of {records} records are accounted for."


def is_accounted(summary: Summary) -> bool:
    """Say whether the states add up to the records, as far as rounding lets one see."""
    counts, base = _states(summary), summary.settings.base
    found = sum(n or 0 for n in counts.values())
    return abs(found - (summary.input.records or 0)) <= base * (len(counts) + 1)


def _states(summary: Summary) -> dict[str, int | None]:
    return {state: getattr(summary.ledger, state) for state in STATES}


def source(summary: Summary) -> str:
    """Say what kind of file the table was read from; nothing where it was no file."""
    found = summary.input.source
    if found is None:
        return ""
    told = f"The table was read from {_file(found)}"
    if (found.header_line or 1) > 1:
        told += f", whose columns are named on line {found.header_line:,}"
    if not found.left_out:
        return f"{told}."
    return f"{told}. Left out, as no records: {listed(found.left_out)}."


def _file(found: Source) -> str:
    return FILES.get(found.format, "a text file")


def limits(summary: Summary) -> str:
    """Say which pay was believed, as far as the run set limits."""
    found, write = summary.limits, summary.settings.numbers
    if _hides_limits(summary):
        return "The limits of pay are of too few learners or companies to be told."
    told = []
    if found.pay_low:
        told.append(f"below {write.pay_text(found.pay_low)}")
    if found.pay_high is not None:
        told.append(f"above {write.pay_text(found.pay_high)}")
    if not told:
        return "No pay was set aside for its size."
    text = f"Pay {' or '.join(told)} was set aside as mistyped."
    heaps = [write.pay_text(one.pay) for one in found.heaped_pay]
    if heaps:
        text += f" So was pay of exactly {listed(heaps)}, which is typed too often."
    return text


def _hides_limits(summary: Summary) -> bool:
    """Say whether a run set limits of pay that must not be told."""
    is_set = summary.has("pay") and summary.settings.configured.cleaning.suspect_pay
    return is_set and summary.limits.pay_low is None


def filled(summary: Summary) -> str:
    """Say which values were filled in, and for what."""
    write, units = summary.settings.numbers, summary.settings.units
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
    found, write = summary.roles, summary.settings.numbers
    if found is None:
        return ""
    mapped, missing, unmapped = (
        write.count(count) if share is None else write.share(share)
        for count, share in (
            (found.mapped, found.share_mapped),
            (found.missing, found.share_missing),
            (found.unmapped, found.share_unmapped),
        )
    )
    return (
        f"{mapped} of the {summary.settings.units} have a title that maps to a role, "
        f"{missing} state none, and {unmapped} have one that is not understood. "
        f"{write.count(found.n_titles_mapped)} of {write.count(found.n_titles)} "
        "distinct titles are mapped."
    )


def lacking(summary: Summary, *columns: str, part: str) -> str:
    """Say why a part is not there: by the columns it needs, or as far as is known."""
    gone = [f"no {column_label(name)}" for name in columns if not summary.has(name)]
    if gone:
        return f"{part} is not shown: the table has {listed(gone)}."
    return f"{part} is not shown: this run has no numbers for it."


def outliers(summary: Summary) -> str:
    """Say how many values are unusually low or high, by Tukey's inner fences."""
    write = summary.settings.numbers
    told = [
        f"{write.count(one.outside_fences)} of {write.count(one.n)} for "
        f"{feature_of(one.feature).label}"
        for one in summary.description.distributions
    ]
    if not told:
        return "No number was described."
    return f"Unusually low or high beside the middle half of all: {listed(told)}."
