"""Records become learners, and every record is accounted for.

A table of records is judged by rules in two steps. `find_limits` reads from the table
what only the table can tell (the year that counts as now, which pay values are heaped
in a tail, how far pay reaches before it is implausible). `clean` applies the rules to
any records, the same or new ones, and gives the learners together with the ledger.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic

import narwhals as nw
import numpy as np
import numpy.typing as npt
from narwhals.typing import IntoFrame, IntoFrameT

from learnstrata.config.stages import Cleaning, Config
from learnstrata.exceptions import SchemaError
from learnstrata.learners.lookups import Frame

__all__ = ["LEDGER", "STATES", "Cleaned", "Limits", "clean", "find_limits", "heaped"]

STATES = ("current", "history", "repaired", "quarantined")
LEDGER = ("record", "state", "rule", "column", "before", "after")

# How far beyond the quartiles of log pay a value is still believed, in interquartile
# ranges: Tukey's outer fences.
OUTER_FENCE = 3.0
INNER_FENCE = 1.5
MOST_SPREAD = 100.0  # of log pay; beyond it the fences are out of all reach anyway
LAST_YEAR = 9_999  # a pay year with more digits is a slip of the keyboard
UNITS = {"monthly": 12.0, "thousands": 1_000.0, "lakhs": 100_000.0}
RICHNESS = {"pattern": 3, "fuzzy": 3, "generic": 2, "unmapped": 1, "missing": 0}


@dataclass(frozen=True, slots=True)
class Limits:
    """What the cleaning rules take from the table they were fitted on.

    Attributes
    ----------
    as_of : int
        The year that counts as now.
    pay_low, pay_high : float
        Outer fences of pay, currency units a year; 0 and infinity switch them off.
    pay_typical : tuple of float
        5 % and 95 % quantiles of pay: where a pay in another unit would have to land.
    heaped_pay : tuple of float
        Pay values of the tails that are typed, not earned.
    start_year_fill : float or None
        Stands in for a missing start year, where the recipe asks for it.
    """

    as_of: int
    pay_low: float = 0.0
    pay_high: float = math.inf
    pay_typical: tuple[float, float] = (0.0, math.inf)
    heaped_pay: tuple[float, ...] = ()
    start_year_fill: float | None = None


@dataclass(frozen=True, slots=True)
class Cleaned(Generic[IntoFrameT]):
    """Records after cleaning.

    Attributes
    ----------
    units : data frame
        One row a learner (or a record, by the recipe): the current record, repaired.
    records : data frame
        Every record with its repaired values and its ``state``.
    ledger : data frame
        Columns `LEDGER`, one row a record. Where several rules met a record, ``"; "``
        joins them in ``rule``, ``column``, ``before`` and ``after`` alike; a record
        that became part of another has its own number in ``before`` and the other's in
        ``after``.
    """

    units: IntoFrameT
    records: IntoFrameT
    ledger: IntoFrameT


def heaped(
    values: npt.ArrayLike,
    *,
    low: float,
    high: float,
    least: int = 10,
    excess: float = 3.0,
) -> tuple[float, ...]:
    """Find values of the tails that far more records hold than their surroundings.

    A value ``v`` outside ``low..high`` is heaped where at least `least` records hold it
    and ``count(v) >= excess * (count of other values within a factor of 1.5)``. People
    round their pay, so round values are common everywhere; a typed ceiling is alone.

    Parameters
    ----------
    values : array-like of shape (n_records,)
        Positive numbers; nan is ignored.
    low, high : float
        Between them values are not looked at: rounding is normal there.
    least : int, default=10
        Fewer records are no heap.
    excess : float, default=3.0
        How many times the surroundings a heap must be.

    Returns
    -------
    tuple of float
        The heaped values, ascending.

    Examples
    --------
    >>> heaped([5e5] * 50 + [2e8] * 30 + [1.9e8, 2.1e8], low=1e5, high=1e7)
    (200000000.0,)
    """
    given = np.asarray(values, dtype=np.float64)
    given = given[np.isfinite(given) & (given > 0)]
    distinct, counts = np.unique(given, return_counts=True)
    before = np.concatenate([[0], np.cumsum(counts)])
    first = np.searchsorted(distinct, distinct / 1.5, side="left")
    with np.errstate(over="ignore"):  # nothing is above infinity
        last = np.searchsorted(distinct, distinct * 1.5, side="right")
    around = before[last] - before[first] - counts
    outside = (distinct < low) | (distinct > high)
    found = outside & (counts >= least) & (counts >= excess * around)
    return tuple(float(value) for value in distinct[found])


def find_limits(records: IntoFrame, config: Config) -> Limits:
    """Read from a table what the cleaning rules need to know of it.

    Parameters
    ----------
    records : data frame in the standard columns
    config : Config

    Returns
    -------
    Limits

    Raises
    ------
    SchemaError
        If the year that counts as now cannot be told from the table and is not given.
    """
    frame = nw.from_native(records)
    names = frame.collect_schema().names()
    needed = [c for c in ("pay", "start_year", "pay_year") if c in names]
    table = _collected(frame.select(*needed)) if needed else {}
    as_of = _as_of(table, config)
    pay = table.get("pay", np.empty(0))
    pay = pay[np.isfinite(pay) & (pay > 0)]
    fences = _pay_fences(pay) if config.cleaning.suspect_pay and len(pay) else {}
    fill = _start_year_fill(table, config.cleaning, as_of)
    return Limits(as_of=as_of, start_year_fill=fill, **fences)


def _collected(frame: Frame) -> dict[str, npt.NDArray[np.float64]]:
    eager = frame.lazy().collect("polars")
    return {
        name: eager[name].cast(nw.Float64).to_numpy().astype(np.float64)
        for name in eager.columns
    }


def _as_of(table: dict[str, npt.NDArray[np.float64]], config: Config) -> int:
    if isinstance(config.as_of, int):
        return config.as_of
    clock = datetime.now(tz=UTC).year
    if config.as_of == "clock":
        return clock
    for column in ("pay_year", "start_year"):
        years = table.get(column, np.empty(0))
        plausible = years[(years >= config.cleaning.first_year) & (years <= clock)]
        if len(plausible):
            return int(plausible.max())
    if "start_year" in table:
        raise SchemaError(
            "Got no plausible year in pay_year or start_year, so experience cannot be "
            "counted. Give the year that counts as now: as_of = 2021 in the "
            "configuration, or --as-of 2021."
        )
    return clock


def _pay_fences(pay: npt.NDArray[np.float64]) -> dict[str, Any]:
    low, q1, q3, high = map(float, np.quantile(pay, [0.05, 0.25, 0.75, 0.95]))
    # Half of all pays may be equal, and the other half have hundreds of digits.
    spread = min(max(math.log(q3) - math.log(q1), math.log(2)), MOST_SPREAD)
    inner = math.exp(INNER_FENCE * spread)
    outer = math.exp(OUTER_FENCE * spread)
    return {
        "pay_low": q1 / outer,
        "pay_high": q3 * outer,
        "pay_typical": (low, high),
        "heaped_pay": heaped(pay, low=q1 / inner, high=q3 * inner),
    }


def _start_year_fill(
    table: dict[str, npt.NDArray[np.float64]], rules: Cleaning, as_of: int
) -> float | None:
    if rules.impute_start_year == "none" or "start_year" not in table:
        return None
    years = table["start_year"]
    valid = years[(years >= rules.first_year) & (years <= as_of)]
    return float(np.median(valid)) if len(valid) else None


def clean(records: IntoFrameT, config: Config, limits: Limits) -> Cleaned[IntoFrameT]:
    """Repair, merge and account for every record.

    Each record ends in exactly one of `STATES`: it is the ``current`` record of a
    learner as it stands, the current one after a repair (``repaired``), ``history`` of
    a learner (an older pay, another title, an exact repeat), or ``quarantined``: not to
    be believed, and in no learner. A learner's current record has a believable pay, the
    newest pay year, then the richest title; of equal ones it is the first by ``_tie``,
    else by their texts: the order of the rows decides nothing.

    Parameters
    ----------
    records : data frame in the standard columns
        With ``role_match``, where titles were mapped, and ``_tie``, where something
        fairer than the alphabet decides between equally good records of a learner. It
        is not changed.
    config : Config
    limits : Limits
        From `find_limits` of the table the segmentation is fitted on.

    Returns
    -------
    Cleaned
    """
    frame = nw.from_native(records)
    names = frame.collect_schema().names()
    rules = config.cleaning
    merge = config.unit == "learner"
    key = _key(names) if merge else nw.lit("")
    frame = frame.with_columns(_rule=_quarantine_rule(names), _key=key)
    frame, steps = _repairs(frame, names, rules, limits)
    frame = _with_experience(frame, names, limits)
    frame = _with_text(frame, names, rules)
    frame = _with_place(frame, names, rules, merge=merge)
    frame = _with_state(frame, steps)
    ledger = frame.select(*LEDGER).sort("record")
    kept = [c for c in frame.collect_schema().names() if not c.startswith("_")]
    told = {"rule", "column", "before", "after", "fault", "fault_text"}
    judged = frame.select(*(c for c in kept if c not in told))
    units = judged.filter(nw.col("state").is_in(["current", "repaired"]))
    return Cleaned(
        units=units.sort("record").to_native(),
        records=judged.to_native(),
        ledger=ledger.to_native(),
    )


def _quarantine_rule(names: Sequence[str]) -> nw.Expr:
    rule = nw.lit(None, dtype=nw.String)
    if "pay" in names:
        rule = nw.when(nw.col("pay") <= 0).then(nw.lit("pay_not_positive"))
        rule = rule.otherwise(nw.lit(None, dtype=nw.String))
    if "learner_id" in names:
        missing = nw.col("learner_id").is_null()
        rule = nw.when(missing).then(nw.lit("no_learner_id")).otherwise(rule)
    if "fault" in names:
        unread = nw.concat_str(nw.lit("unreadable_"), nw.col("fault"))
        rule = nw.when(~nw.col("fault").is_null()).then(unread).otherwise(rule)
    return rule


@dataclass(frozen=True, slots=True)
class _Step:
    """One repair: the column it changes and where its rule and old value stand."""

    column: str
    rule: str
    before: str


def _repairs(
    frame: Frame,
    names: Sequence[str],
    rules: Cleaning,
    limits: Limits,
) -> tuple[Any, list[_Step]]:
    steps: list[_Step] = []
    plans = {
        "start_year": _start_year_plan(names, rules, limits),
        "experience": _experience_plan(rules),
        "pay": _pay_plan(rules, limits),
    }
    for column, (rule, after) in plans.items():
        if column not in names:
            continue
        step = _Step(column, f"_{column}_rule", f"_{column}_before")
        frame = frame.with_columns(
            rule.alias(step.rule), nw.col(column).alias(step.before)
        )
        changed = ~nw.col(step.rule).is_null()
        frame = frame.with_columns(
            nw.when(changed).then(after).otherwise(nw.col(column)).alias(column)
        )
        steps.append(step)
    return frame, steps


def _first(choices: Sequence[tuple[nw.Expr, nw.Expr]]) -> nw.Expr:
    """Give the value of the first condition that holds, else null."""
    chosen = nw.lit(None, dtype=nw.String)
    for condition, value in reversed(choices):
        chosen = nw.when(condition).then(value).otherwise(chosen)
    return chosen


def _start_year_plan(
    names: Sequence[str], rules: Cleaning, limits: Limits
) -> tuple[nw.Expr, nw.Expr]:
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
    return _first(choices), after


def _experience_plan(rules: Cleaning) -> tuple[nw.Expr, nw.Expr]:
    years = nw.col("experience")
    impossible = (years < 0) | (years > rules.last_experience)
    rule = _first([(impossible, nw.lit("impossible_experience"))])
    return rule, nw.lit(None, dtype=nw.Float64)


def _pay_plan(rules: Cleaning, limits: Limits) -> tuple[nw.Expr, nw.Expr]:
    nothing = nw.lit(None, dtype=nw.Float64)
    if not rules.suspect_pay:
        return nw.lit(None, dtype=nw.String), nothing
    pay = nw.col("pay")
    low, high = limits.pay_typical
    beyond = (pay < limits.pay_low) | (pay > limits.pay_high)
    fits = {
        unit: ((pay * factor >= low) & (pay * factor <= high)).cast(nw.Int64)
        for unit, factor in UNITS.items()
    }
    only_one = nw.sum_horizontal(*fits.values()) == 1
    choices = [(pay.is_in(list(limits.heaped_pay)), nw.lit("heaped_pay"))]
    choices += [
        (beyond & only_one & (fit == 1), nw.lit(f"pay_in_{unit}"))
        for unit, fit in fits.items()
    ]
    choices.append((beyond, nw.lit("implausible_pay")))
    return _first(choices), nothing


def _with_experience(frame: Frame, names: Sequence[str], limits: Limits) -> Frame:
    years = nw.lit(None, dtype=nw.Float64)
    if "start_year" in names:
        years = nw.lit(float(limits.as_of)) - nw.col("start_year")
        years = nw.when(years < 0).then(nw.lit(0.0)).otherwise(years)
    if "experience" in names:
        given = nw.col("experience")
        years = nw.when(~given.is_null()).then(given).otherwise(years)
    return frame.with_columns(years_of_experience=years)


def _with_text(frame: Frame, names: Sequence[str], rules: Cleaning) -> Frame:
    fills = {"company": rules.missing_company, "title": rules.missing_title}
    for column, fill in fills.items():
        if column not in names:
            continue
        text = nw.col(column)
        if rules.tidy_text:
            text = text.str.strip_chars().str.replace_all(r"\s+", " ")
        if rules.tidy_text and column == "company":
            text = text.str.to_lowercase()
        if fill:
            text = nw.when(text.is_null()).then(nw.lit(fill)).otherwise(text)
        frame = frame.with_columns(text.alias(column))
    return frame


def _key(names: Sequence[str]) -> nw.Expr:
    """Write all that a record says as one text: equal texts are exact duplicates."""
    same = [c for c in names if c not in {"record", "fault", "fault_text", "_tie"}]
    texts = [
        nw.when(nw.col(c).is_null())
        .then(nw.lit("\x00"))
        .otherwise(nw.col(c).cast(nw.String))
        for c in same
    ]
    return nw.concat_str(*texts, separator="\x1f")


def _with_place(
    frame: Frame,
    names: Sequence[str],
    rules: Cleaning,
    *,
    merge: bool,
) -> Frame:
    """Add each record's place among those of its learner; 0 is the current one."""
    if not merge:
        return frame.with_columns(
            _place=nw.lit(0, dtype=nw.Int64),
            _copy_of=nw.col("record"),
            _current=nw.col("record"),
        )
    believed = nw.col("_rule").is_null()
    out = nw.when(believed).then(nw.lit(0.0)).otherwise(nw.lit(1e9))
    frame = frame.with_columns(
        _order=_order(names, rules) + out,
        _one=nw.lit(1, dtype=nw.Int64),
        _copy_of=nw.when(believed).then(nw.col("record")),
    )
    frame = frame.with_columns(_copy_of=nw.col("_copy_of").min().over("_key"))
    by = ["_order", "_tie" if "_tie" in names else "_key", "record"]
    place = nw.col("_one").cum_sum().over("learner_id", order_by=by)
    frame = frame.with_columns(_place=place.cast(nw.Int64) - 1)
    first = nw.when(nw.col("_place") == 0).then(nw.col("record"))
    return frame.with_columns(_current=first.max().over("learner_id").cast(nw.Int64))


def _order(names: Sequence[str], rules: Cleaning) -> nw.Expr:
    """Put believable pay first, then the newest pay year, then the richest title."""
    order = nw.lit(0.0)
    if "pay" in names:
        missing = nw.when(nw.col("pay").is_null()).then(nw.lit(1.0))
        order = order + missing.otherwise(nw.lit(0.0)) * 1e7
    if "pay_year" in names:
        year = nw.col("pay_year")
        known = (year >= rules.first_year) & (year <= LAST_YEAR)
        order = order + nw.when(known).then(99_999.0 - year).otherwise(99_999.0) * 10
    if "role_match" in names:
        match = nw.col("role_match")
        poor = nw.lit(3.0)
        for how, richness in RICHNESS.items():
            poor = nw.when(match == how).then(nw.lit(3.0 - richness)).otherwise(poor)
        order = order + poor
    return order


def _with_state(frame: Frame, steps: Sequence[_Step]) -> Frame:
    out = ~nw.col("_rule").is_null()
    copy = nw.col("_copy_of") < nw.col("record")
    older = nw.col("_place") > 0
    merged = _first(
        [
            (out, nw.col("_rule")),
            (older & copy, nw.lit("exact_duplicate")),
            (older, nw.lit("older_record")),
        ]
    )
    frame = frame.with_columns(_merged=merged)
    repaired = nw.any_horizontal(
        *(~nw.col(step.rule).is_null() for step in steps),
        nw.lit(value=False),
        ignore_nulls=True,
    )
    state = _first(
        [
            (out, nw.lit("quarantined")),
            (older, nw.lit("history")),
            (repaired, nw.lit("repaired")),
            (nw.lit(value=True), nw.lit("current")),
        ]
    )
    return frame.with_columns(state=state, **_ledger_columns(frame, steps))


def _ledger_columns(frame: Frame, steps: Sequence[_Step]) -> dict[str, nw.Expr]:
    names = frame.collect_schema().names()
    merged = ~nw.col("_merged").is_null()
    out = ~nw.col("_rule").is_null()
    fault, raw = _fault_columns(names)
    current = nw.col("_current").cast(nw.String)
    rule = [nw.col("_merged")]
    where = nw.when(out).then(nw.coalesce(fault, nw.lit("record")))
    column = [nw.when(merged).then(where.otherwise(nw.lit("record")))]
    number = nw.col("record").cast(nw.String)
    before = [nw.when(out).then(raw).otherwise(nw.when(merged).then(number))]
    after = [nw.when(merged & ~out).then(current)]
    missing = nw.lit("missing")
    for step in steps:
        changed = ~nw.col(step.rule).is_null() & ~out
        rule.append(nw.when(changed).then(nw.col(step.rule)))
        column.append(nw.when(changed).then(nw.lit(step.column)))
        old = nw.coalesce(nw.col(step.before).cast(nw.String), missing)
        new = nw.coalesce(nw.col(step.column).cast(nw.String), missing)
        before.append(nw.when(changed).then(old))
        after.append(nw.when(changed).then(new))
    parts = {"rule": rule, "column": column, "before": before, "after": after}
    joined = {
        name: nw.concat_str(*exprs, separator="; ", ignore_nulls=True)
        for name, exprs in parts.items()
    }
    return {
        name: nw.when(text.str.len_chars() > 0).then(text)
        for name, text in joined.items()
    }


def _fault_columns(names: Sequence[str]) -> tuple[nw.Expr, nw.Expr]:
    """Name the column that put a record into quarantine, and what stood in it."""
    nothing = nw.lit(None, dtype=nw.String)
    fault, raw = nothing, nothing
    if "pay" in names:
        low = nw.col("_rule") == "pay_not_positive"
        fault = nw.when(low).then(nw.lit("pay"))
        raw = nw.when(low).then(nw.col("_pay_before").cast(nw.String))
    if "fault" in names:
        fault = nw.coalesce(nw.col("fault"), fault)
        raw = nw.coalesce(nw.col("fault_text"), raw)
    return fault, raw
