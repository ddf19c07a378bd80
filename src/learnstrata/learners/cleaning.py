"""Records become learners, and every record is accounted for.

A table of records is judged by rules in two steps. `learnstrata.learners.rules.bounds`
reads from the table what only the table can tell. `clean` applies the rules to any
records, the same or new ones, and gives the learners together with the ledger.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple

import narwhals as nw
import polars as pl
from narwhals.typing import IntoFrameT

from learnstrata.config.stages import Cleaning, Config
from learnstrata.learners.ledger import (
    LEDGER,
    SEGMENTED,
    Entry,
    any_of,
    is_met,
    ledger_of,
    with_state,
)
from learnstrata.learners.lookups import Frame, collected
from learnstrata.learners.rules.bounds import Limits
from learnstrata.learners.rules.identity import Whole, judge, seen, sums_of
from learnstrata.learners.rules.values import believe
from learnstrata.learners.schema.amounts import tidied
from learnstrata.learners.schema.register import is_extra
from learnstrata.learners.schema.standard import is_reading

__all__ = ["Cleaned", "CurrentRecords", "clean", "current_records", "with_text"]

LAST_YEAR = 9_999  # a pay year with more digits is a slip of the keyboard
RICHNESS = {"pattern": 3, "fuzzy": 3, "generic": 2, "unmapped": 1, "missing": 0}
APART = ("record", "learner_id", "pay", "role_family", "role_match", "seniority")
NO_PAY = nw.lit(0.0)
MIXED = 9_973.0  # a prime
MOST_MIXED = 1e12  # whose rest of a division is exact


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


def clean(
    records: IntoFrameT,
    config: Config,
    limits: Limits,
    *,
    checkpoint: Callable[[Frame], Frame] = lambda frame: frame,
    bring: Callable[[Frame], Frame] | None = None,
    whole: Whole | None = None,
) -> Cleaned[IntoFrameT]:
    """Repair, merge and account for every record.

    Each record ends in exactly one of `learnstrata.learners.ledger.STATES`: it is the
    ``current`` record of a learner as it stands, the current one with a value
    ``repaired``, or with one ``set_aside`` and none repaired, ``history`` of a learner
    (an older pay, another title, an exact repeat), or ``quarantined``: no learner's. A
    value that cannot be believed costs the value, never the learner.

    A learner's current record has a believable pay, the newest pay year, the richest
    title, the highest pay, and the fewest values repaired, set aside or missing.
    Between equals their pay mixed with the lengths of their texts decides, which
    prefers no title and no company; where a record stands in the input decides nothing
    but which of exact repeats is the first.

    Parameters
    ----------
    records : data frame in the standard columns
        With ``role_match``, where titles were mapped. It is not changed.
    config : Config
    limits : Limits
        Of the table the segmentation is fitted on.
    checkpoint : callable, default gives back what it gets
        Computes a lazy frame of which several results are asked for, once for all.
    bring : callable, default=None
        Gives the records that a rule met another engine, which writes the texts of the
        ledger: it is then of them alone.
    whole : mapping, default=None
        From `learnstrata.learners.rules.identity.sums_of`, of the table that the
        records are a part of; ``None`` says that they are all of it.

    Returns
    -------
    Cleaned
    """
    frame = nw.from_native(records)
    names = frame.collect_schema().names()
    rules, merge = config.cleaning, config.unit == "learner"
    whole = whole or sums_of(frame, names, record=config.record)
    frame = judge(frame, names, limits.no_ids, record=config.record, whole=whole)
    several = nw.col("_alike") > 1
    keys = frame.filter(several).select("record", _key=_key(names)) if merge else frame
    frame, entries = _repaired(frame, names, rules, limits)
    placed = _with_place(frame, keys, names, rules, entries) if merge else _alone(frame)
    frame = checkpoint(with_state(placed, entries))
    met = frame if bring is None else bring(frame.filter(is_met(entries)))
    ledger = ledger_of(met, entries, seen=seen(names))
    columns = frame.collect_schema().names()
    kept = [c for c in columns if not c.startswith("_") and not is_reading(c)]
    judged = frame.select(*kept)
    units = judged.filter(nw.col("state").is_in(list(SEGMENTED)))
    return Cleaned(
        units=units.sort("record").to_native(),
        records=judged.to_native(),
        ledger=ledger.select(*LEDGER).sort("record").to_native(),
    )


class CurrentRecords(NamedTuple):
    """What a model needs to know of the records of a table.

    Attributes
    ----------
    units : polars.DataFrame
        As those of `Cleaned`, without ``state``.
    n_lost : int
        Records in use of which a value was set aside.
    """

    units: pl.DataFrame
    n_lost: int


def current_records(
    records: pl.DataFrame, config: Config, limits: Limits, *, whole: Whole
) -> CurrentRecords:
    """Give the units of `clean` alone: no ledger is kept of what became of the others.

    Parameters
    ----------
    records, config, limits, whole
        As for `clean`; the records in the order of their numbers.

    Returns
    -------
    CurrentRecords
    """
    frame = nw.from_native(records)
    names = frame.columns
    typed = judge(frame, names, limits.no_ids, record=config.record, whole=whole)
    # Lazy, so that no value is kept that only a ledger tells.
    judged, entries = _repaired(typed.lazy(), names, config.cleaning, limits)
    kept = [c for c in judged.collect_schema().names() if c[0] != "_"]
    used = nw.from_native(
        collected(
            judged.filter(nw.col("_out").is_null()).select(
                *(c for c in kept if not is_reading(c)),
                _alike=nw.col("_alike") if "_alike" in typed.columns else nw.lit(1),
                _lost=any_of(entry.removes for entry in entries),
                _touched=_touched(entries),
            )
        )
    )
    n_lost = int(used["_lost"].sum())
    if config.unit == "learner":
        used = _without_older(used, typed, names, config.cleaning)
    units = used.select(*(c for c in kept if not is_reading(c)))
    return CurrentRecords(units.to_native(), n_lost)


def _without_older(
    used: Frame, typed: Frame, names: Sequence[str], rules: Cleaning
) -> Frame:
    """Leave out the records that are not the current one of their learner."""
    several = used.filter(nw.col("_alike") > 1).with_columns(
        _order=_order(names, rules), _less=_less(names), _one=nw.lit(1)
    )
    ties = _ties(used, names)

    def with_ties(tied: Frame) -> Frame:
        keys = typed.join(tied.select("record"), on="record", how="semi")
        keys = keys.select("record", _key=_key(names))
        return tied.with_columns(**ties).join(keys, on="record")

    first = _first(several, [*ties, "_key", "record"], with_ties).to_native()
    is_first = pl.col("record").is_in(first["_current"].implode())
    return nw.from_native(used.to_native().filter((pl.col("_alike") == 1) | is_first))


def _repaired(
    frame: Frame, names: Sequence[str], rules: Cleaning, limits: Limits
) -> tuple[Frame, list[Entry]]:
    """Repair the values of records that were judged, and say by which entries."""
    frame, entries = believe(frame, names, rules, limits)
    frame = _with_experience(frame, names, limits)
    return with_text(frame, names, rules), entries


def _with_experience(frame: Frame, names: Sequence[str], limits: Limits) -> Frame:
    years = nw.lit(None, dtype=nw.Float64)
    if "start_year" in names:
        years = nw.lit(float(limits.as_of)) - nw.col("start_year")
        years = nw.when(years < 0).then(nw.lit(0.0)).otherwise(years)
    if "experience" in names:
        given = nw.col("experience")
        years = nw.when(~given.is_null()).then(given).otherwise(years)
    return frame.with_columns(years_of_experience=years)


def with_text(frame: Frame, names: Sequence[str], rules: Cleaning) -> Frame:
    """Tidy companies and titles, and call a missing one what the recipe calls it.

    Parameters
    ----------
    frame : narwhals frame in the standard columns
    names : sequence of str
        Its columns.
    rules : Cleaning
    """
    fills = {"company": rules.missing_company, "title": rules.missing_title}
    for column, fill in fills.items():
        if column not in names:
            continue
        text = nw.col(column)
        if rules.tidy_text:
            text = tidied(text)
        if rules.tidy_text and column == "company":
            text = _lowered(text)
        if fill:
            text = nw.when(text.is_null()).then(nw.lit(fill)).otherwise(text)
        frame = frame.with_columns(text.alias(column))
    return frame


def _lowered(text: nw.Expr) -> nw.Expr:
    """Write in small letters, the two on which engines differ alike."""
    # Most are in small letters, which is told in a fraction of the time.
    other = text.str.contains("[^ -@\\[-~]")
    low = nw.when(other).then(text).str.replace_all("\u0130", "i\u0307", literal=True)
    low = low.str.to_lowercase().str.replace_all("\u03c2", "\u03c3", literal=True)
    return nw.when(other).then(low).otherwise(text)


def _key(names: Sequence[str]) -> nw.Expr:
    """Write what a record says of its learner as one text: equal ones are repeats."""
    texts = [
        nw.when(nw.col(c).is_null())
        .then(nw.lit("\x00"))
        .otherwise(nw.col(c).cast(nw.String))
        for c in names
        if c not in {"record", "learner_id"}
    ]
    return nw.concat_str(nw.lit(""), *texts, separator="\x1f")


def _alone(frame: Frame) -> Frame:
    """Let every record stand for itself."""
    number = nw.col("record")
    return frame.with_columns(
        _place=nw.lit(0, dtype=nw.Int64), _copy_of=number, _current=number
    )


def _with_place(
    frame: Frame,
    keys: Frame,
    names: Sequence[str],
    rules: Cleaning,
    entries: Sequence[Entry],
) -> Frame:
    """Add each record's place among those of its learner; 0 is the current one."""
    believed = nw.col("_out").is_null()
    out = nw.when(believed).then(nw.lit(0.0)).otherwise(nw.lit(1e9))
    frame = frame.with_columns(_touched=_touched(entries))
    ties = {"_less": _less(names), **_ties(frame, names)}
    several = frame.filter(nw.col("_alike") > 1).select(
        "record",
        "learner_id",
        _order=_order(names, rules) + out,
        _one=nw.lit(1, dtype=nw.Int64),
        _believed=nw.when(believed).then(nw.col("record")),
        **ties,
    )
    several = several.join(keys, on="record", how="left").with_columns(
        _copy_of=nw.col("_believed").min().over("learner_id", "_key")
    )
    first = _first(several, [*ties, "_key", "record"])
    several = several.join(first, on="learner_id", how="left")
    found = several.select("record", "_copy_of", "_current")
    frame, number = frame.join(found, on="record", how="left"), nw.col("record")
    current = nw.coalesce(nw.col("_current"), number).cast(nw.Int64)
    older = nw.when(current == number).then(nw.lit(0)).otherwise(nw.lit(1))
    return frame.with_columns(
        _place=older,
        _copy_of=nw.coalesce(nw.col("_copy_of"), number),
        _current=current,
    )


def _first(
    several: Frame,
    by: Sequence[str],
    with_ties: Callable[[Frame], Frame] = lambda tied: tied,
) -> Frame:
    """Give the number of the record of each learner that goes before the others.

    Few are left after the two that decide most, and only these are sorted. What they
    are sorted by may be added to them alone, by `with_ties`.
    """
    best, own = several, "learner_id"
    for name in ("_order", "_less"):
        best = best.filter(nw.col(name) == nw.col(name).min().over(own))
    best = best.with_columns(_left=nw.col("_one").sum().over(own))
    tied = with_ties(best.filter(nw.col("_left") > 1))
    tied = tied.unique(own, keep="first", order_by=by)
    alone = best.filter(nw.col("_left") == 1)
    number = nw.col("record").alias("_current")
    return nw.concat([one.select(own, number) for one in (alone, tied)])


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


def _touched(entries: Sequence[Entry]) -> nw.Expr:
    """Count the values that were repaired or set aside."""
    touched = [entry.applies.cast(nw.Int64) for entry in entries if not entry.is_note]
    return nw.sum_horizontal(*touched, nw.lit(0, dtype=nw.Int64))


def _pay(names: Sequence[str]) -> nw.Expr:
    return nw.coalesce(nw.col("pay") if "pay" in names else NO_PAY, NO_PAY)


def _less(names: Sequence[str]) -> nw.Expr:
    """Give the less the higher the pay is."""
    return -_pay(names)


def _ties(frame: Frame, names: Sequence[str]) -> dict[str, nw.Expr]:
    """Give what decides between records of the same pay: the less, the better."""
    schema = frame.collect_schema()
    told = [n for n in names if n not in APART and not is_reading(n)]
    pay = _pay(names)
    turn = nw.when((pay > 0) & (pay < MOST_MIXED)).then(pay % MIXED + 1)
    turn = turn.otherwise(nw.lit(1.0))
    sizes = {n: _size(nw.col(n), is_text=schema[n] == nw.String) for n in told}
    ours = [size for name, size in sizes.items() if not is_extra(name)]
    own = [size for name, size in sizes.items() if is_extra(name)]
    unknown = [nw.col(name).is_null().cast(nw.Int64) for name in told]
    nothing = nw.lit(0, dtype=nw.Int64)
    return {
        "_touched": nw.col("_touched"),
        "_unknown": nw.sum_horizontal(*unknown, nothing),
        "_mixed": (_mixed(ours) * turn) % MIXED,
        # Columns of the user's decide only where no other does.
        "_mixed_own": (_mixed(own) * turn) % MIXED,
    }


def _mixed(sizes: Sequence[nw.Expr]) -> nw.Expr:
    mixed = nw.lit(0.0)
    for place, size in enumerate(sizes):
        mixed = mixed + size * (2.0 * place + 1)
    return mixed


def _size(value: nw.Expr, *, is_text: bool) -> nw.Expr:
    """Give a number that goes with a value, of whatever type it is."""
    size = value.str.len_chars() if is_text else value.abs()
    size = size.cast(nw.Float64)
    return nw.when(size < MOST_MIXED).then(size % MIXED).otherwise(nw.lit(0.0))
