"""What is believed of a value: rules that repair it, or set it aside.

A rule gives its name, null where it does not apply, and what stands in the value's
place: nothing, where no better value is known.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import narwhals as nw

from learnstrata.config.stages import Cleaning
from learnstrata.learners.ledger import Entry, with_entry
from learnstrata.learners.lookups import Frame
from learnstrata.learners.rules.bounds import Limits
from learnstrata.learners.rules.years import YEARS, completed

__all__ = ["UNITS", "believe", "rules_of"]

# What one unit of a pay may stand for, in currency units a year.
UNITS = {"monthly": 12.0, "thousands": 1_000.0, "lakhs": 100_000.0}
# A twelfth of a usual pay may be a real one: half of planted stipends would become
# twelve times as much (benchmarks/pay_units.py). A thousandth is nobody's.
CERTAIN = ("thousands", "lakhs")
NOTHING = nw.lit(None, dtype=nw.Float64)
UNREAD, MIDDLE = "unread", "middle"
NUMBERS = ("pay", "pay_year", "start_year", "experience")  # whose reading is told


@dataclass(frozen=True, slots=True)
class _Finding:
    """A rule on one column: where it applies, what stood there, what stands there.

    Attributes
    ----------
    column : str
    choices : sequence of tuple of expression and str
        Conditions and the names of the rules they are of; the first that holds counts.
    before : expression
    after : expression or None
        None where nothing is to stand there.
    changes : bool
        What stands there is new: the value is replaced by it.
    is_note : bool
        The record counts as it was, though it is noted.
    """

    column: str
    choices: Sequence[tuple[nw.Expr, str]]
    before: nw.Expr
    after: nw.Expr | None = None
    changes: bool = True
    is_note: bool = False


def believe(
    frame: Frame, names: Sequence[str], rules: Cleaning, limits: Limits
) -> tuple[Frame, list[Entry]]:
    """Repair the values of records or set them aside, and note what was done.

    Parameters
    ----------
    frame : narwhals frame in the standard columns
    names : sequence of str
        Its columns.
    rules : Cleaning
    limits : Limits

    Returns
    -------
    tuple of narwhals frame and list of Entry
        The frame with its new values, and the entries of the ledger in their order:
        how a value was read, then what was made of it, column by column.
    """
    entries: list[Entry] = []
    for found in _findings(names, rules, limits):
        entry = Entry(
            column=found.column,
            place=f"_e{len(entries)}",
            rules=tuple(rule for _, rule in found.choices),
            is_removal=found.after is None,
            is_note=found.is_note,
        )
        conditions = [condition for condition, _ in found.choices]
        frame = with_entry(
            frame, entry, conditions, before=found.before, after=found.after
        )
        if found.changes:
            after = NOTHING if found.after is None else found.after
            value = nw.when(~entry.applies).then(nw.col(found.column)).otherwise(after)
            frame = frame.with_columns(value.alias(found.column))
        entries.append(entry)
    return frame, entries


def rules_of(names: Sequence[str], rules: Cleaning, limits: Limits) -> tuple[str, ...]:
    """Name the rules that a table of these columns can meet, met or not.

    Parameters
    ----------
    names : sequence of str
        The standard columns of the table.
    rules : Cleaning
    limits : Limits

    Returns
    -------
    tuple of str
        By name, each once.
    """
    numbers = [n for n in names if n in NUMBERS or n in limits.extras]
    marks = [f"{mark}:{name}" for mark in (UNREAD, MIDDLE) for name in numbers]
    found = _findings([*names, *marks], rules, limits)
    return tuple(sorted({rule for one in found for _, rule in one.choices}))


def _findings(
    names: Sequence[str], rules: Cleaning, limits: Limits
) -> Iterator[_Finding]:
    """List the rules in their order: the start year is judged by the year of pay."""
    yield from _readings(names)
    found = [
        _pay_year(rules, limits),
        _start_year(names, rules, limits),
        _experience(rules),
        _pay(rules, limits),
        *(_extra(name, *bounds) for name, bounds in limits.extras.items()),
    ]
    yield from (one for one in found if one.column in names)
    if limits.crowd and "learner_id" in names:
        yield _crowd(limits.crowd)


def _readings(names: Sequence[str]) -> Iterator[_Finding]:
    """Tell what could not be read, and of what only the middle was."""
    for name in names:
        kind, _, column = name.partition(":")
        given, text = ~nw.col(name).is_null(), nw.col(name)
        if kind == UNREAD and column != "learner_id":
            choices = [(given, f"unreadable_{column}")]
            yield _Finding(column, choices, text, changes=False)
        if kind == MIDDLE:
            choices = [(given, f"middle_of_range_{column}")]
            yield _Finding(column, choices, text, nw.col(column), changes=False)


def _pay_year(rules: Cleaning, limits: Limits) -> _Finding:
    year = nw.col("pay_year")
    choices: list[tuple[nw.Expr, str]] = []
    after = None
    if rules.suspect_years:
        if rules.repair_years:
            after = completed(year, first=rules.first_year, last=limits.as_of)
            choices.append((~after.is_null(), "two_digit_year"))
        future = (year > limits.as_of) & (year <= YEARS[1])
        choices.append((future, "future_year"))
        possible = (year >= rules.first_year) & (year <= limits.as_of)
        choices.append((~possible & ~year.is_null(), "impossible_year"))
    return _Finding("pay_year", choices, year, after)


def _start_year(names: Sequence[str], rules: Cleaning, limits: Limits) -> _Finding:
    year = nw.col("start_year")
    valid = (year >= rules.first_year) & (year <= limits.as_of)
    # 50..99 can only be 1950..1999; a smaller number may be years of experience.
    newest = min(99, limits.as_of - 1900)
    short = (year >= max(50, rules.first_year - 1900)) & (year <= newest)
    choices: list[tuple[nw.Expr, str]] = []
    if rules.repair_years:
        choices.append((short, "two_digit_year"))
    choices.append((~valid & ~year.is_null(), "impossible_year"))
    if rules.check_order and "pay_year" in names:
        paid = nw.col("pay_year")
        # A pay year that is itself impossible tells nothing about the start.
        late = (year > paid + rules.order_slack) & (paid >= rules.first_year)
        choices.append((late, "start_after_pay_year"))
    after = None
    if limits.start_year_fill is not None:
        choices.append((year.is_null(), "missing_year_filled"))
        after = nw.lit(limits.start_year_fill)
    if rules.repair_years:
        repaired = nw.when(short).then(year + 1900)
        after = repaired if after is None else repaired.otherwise(after)
    return _Finding("start_year", choices, year, after)


def _experience(rules: Cleaning) -> _Finding:
    years = nw.col("experience")
    impossible = (years < 0) | (years > rules.last_experience)
    return _Finding("experience", [(impossible, "impossible_experience")], years)


def _pay(rules: Cleaning, limits: Limits) -> _Finding:
    pay, after = nw.col("pay"), None
    choices = [(pay <= 0, "pay_not_positive")]
    if rules.suspect_pay:
        beyond = (pay < limits.pay_low) | (pay > limits.pay_high)
        units = {unit: beyond & fits for unit, fits in _only_unit(limits).items()}
        choices.append((pay.is_in(list(limits.heaped_pay)), "heaped_pay"))
        choices += [(fits, f"pay_in_{unit}") for unit, fits in units.items()]
        choices.append((beyond, "implausible_pay"))
        if rules.repair_pay:
            for unit in CERTAIN:
                # Without the dust that floats leave.
                yearly = (pay * UNITS[unit]).round(6)
                before = NOTHING if after is None else after
                after = nw.when(units[unit] & (pay > 0)).then(yearly).otherwise(before)
    return _Finding("pay", choices, pay, after)


def _only_unit(limits: Limits) -> dict[str, nw.Expr]:
    """Tell of each unit whether a pay would be typical in it, and in no other."""
    low, high = limits.pay_typical
    pay = nw.col("pay")
    fits = {
        unit: ((pay * factor >= low) & (pay * factor <= high)).cast(nw.Int64)
        for unit, factor in UNITS.items()
    }
    only_one = nw.sum_horizontal(*fits.values()) == 1
    return {unit: only_one & (fit == 1) for unit, fit in fits.items()}


def _extra(column: str, low: float, high: float) -> _Finding:
    value = nw.col(column)
    beyond = (value < low) | (value > high)
    return _Finding(column, [(beyond, "implausible_value")], value)


def _crowd(least: int) -> _Finding:
    """Note the id that far more records have than any other."""
    own = nw.col("learner_id")
    many = nw.col("_alike") >= least
    choices = [(many, "crowded_id")]
    return _Finding("learner_id", choices, own, own, changes=False, is_note=True)
