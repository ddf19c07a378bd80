"""What is believed of a value: rules that repair it, or set it aside.

A rule gives its name, null where it does not apply, and what stands in the value's
place: nothing, where no better value is known.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import narwhals as nw

from learnstrata.config.stages import Cleaning
from learnstrata.learners.ledger import Entry, first_of, with_entry
from learnstrata.learners.lookups import Frame
from learnstrata.learners.rules.bounds import Limits
from learnstrata.learners.rules.years import YEARS, completed

__all__ = ["UNITS", "believe"]

# What one unit of a pay may stand for, in currency units a year.
UNITS = {"monthly": 12.0, "thousands": 1_000.0, "lakhs": 100_000.0}
# A twelfth of a usual pay may be a real one: half of planted stipends would become
# twelve times as much (benchmarks/pay_units.py). A thousandth is nobody's.
CERTAIN = ("thousands", "lakhs")
NOTHING = nw.lit(None, dtype=nw.Float64)


@dataclass(frozen=True, slots=True)
class _Finding:
    """A rule on one column: where it applies, what stood there, what stands there.

    Attributes
    ----------
    column : str
    rule : expression of text
        Null where it does not apply.
    before, after : expression
    changes : bool
        What stands there is new: the value is replaced by it.
    is_note : bool
        The record counts as it was, though it is noted.
    """

    column: str
    rule: nw.Expr
    before: nw.Expr
    after: nw.Expr
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
        entry = Entry(found.column, f"_e{len(entries)}", is_note=found.is_note)
        frame = with_entry(
            frame, entry, found.rule, before=found.before, after=found.after
        )
        if found.changes:
            value = nw.when(entry.applies).then(found.after)
            value = value.otherwise(nw.col(found.column))
            frame = frame.with_columns(value.alias(found.column))
        entries.append(entry)
    return frame, entries


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
        if kind == "unread" and column != "learner_id":
            rule = nw.when(given).then(nw.lit(f"unreadable_{column}"))
            yield _Finding(column, rule, text, NOTHING, changes=False)
        if kind == "middle":
            rule = nw.when(given).then(nw.lit(f"middle_of_range_{column}"))
            yield _Finding(column, rule, text, nw.col(column), changes=False)


def _pay_year(rules: Cleaning, limits: Limits) -> _Finding:
    year = nw.col("pay_year")
    rule, after = nw.lit(None, dtype=nw.String), NOTHING
    if rules.suspect_years:
        choices: list[tuple[nw.Expr, nw.Expr]] = []
        if rules.repair_years:
            after = completed(year, first=rules.first_year, last=limits.as_of)
            choices.append((~after.is_null(), nw.lit("two_digit_year")))
        future = (year > limits.as_of) & (year <= YEARS[1])
        choices.append((future, nw.lit("future_year")))
        possible = (year >= rules.first_year) & (year <= limits.as_of)
        choices.append((~possible & ~year.is_null(), nw.lit("impossible_year")))
        rule = first_of(choices)
    return _Finding("pay_year", rule, year, after)


def _start_year(names: Sequence[str], rules: Cleaning, limits: Limits) -> _Finding:
    year = nw.col("start_year")
    valid = (year >= rules.first_year) & (year <= limits.as_of)
    # 50..99 can only be 1950..1999; a smaller number may be years of experience.
    newest = min(99, limits.as_of - 1900)
    short = (year >= max(50, rules.first_year - 1900)) & (year <= newest)
    choices: list[tuple[nw.Expr, nw.Expr]] = []
    if rules.repair_years:
        choices.append((short, nw.lit("two_digit_year")))
    choices.append((~valid & ~year.is_null(), nw.lit("impossible_year")))
    if rules.check_order and "pay_year" in names:
        paid = nw.col("pay_year")
        # A pay year that is itself impossible tells nothing about the start.
        late = (year > paid + rules.order_slack) & (paid >= rules.first_year)
        choices.append((late, nw.lit("start_after_pay_year")))
    fill = nw.lit(limits.start_year_fill, dtype=nw.Float64)
    if limits.start_year_fill is not None:
        choices.append((year.is_null(), nw.lit("missing_year_filled")))
    after = fill
    if rules.repair_years:
        after = nw.when(short).then(year + 1900).otherwise(fill)
    return _Finding("start_year", first_of(choices), year, after)


def _experience(rules: Cleaning) -> _Finding:
    years = nw.col("experience")
    impossible = (years < 0) | (years > rules.last_experience)
    rule = first_of([(impossible, nw.lit("impossible_experience"))])
    return _Finding("experience", rule, years, NOTHING)


def _pay(rules: Cleaning, limits: Limits) -> _Finding:
    pay, after = nw.col("pay"), NOTHING
    choices = [(pay <= 0, nw.lit("pay_not_positive"))]
    if rules.suspect_pay:
        beyond = (pay < limits.pay_low) | (pay > limits.pay_high)
        units = {unit: beyond & fits for unit, fits in _only_unit(limits).items()}
        choices.append((pay.is_in(list(limits.heaped_pay)), nw.lit("heaped_pay")))
        choices += [(fits, nw.lit(f"pay_in_{unit}")) for unit, fits in units.items()]
        choices.append((beyond, nw.lit("implausible_pay")))
        if rules.repair_pay:
            for unit in CERTAIN:
                # Without the dust that floats leave.
                yearly = (pay * UNITS[unit]).round(6)
                after = nw.when(units[unit] & (pay > 0)).then(yearly).otherwise(after)
    return _Finding("pay", first_of(choices), pay, after)


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
    rule = first_of([((value < low) | (value > high), nw.lit("implausible_value"))])
    return _Finding(column, rule, value, NOTHING)


def _crowd(least: int) -> _Finding:
    """Note the id that far more records have than any other."""
    own = nw.col("learner_id")
    many = nw.col("_alike") >= least
    rule = first_of([(many, nw.lit("crowded_id"))])
    return _Finding("learner_id", rule, own, own, changes=False, is_note=True)
