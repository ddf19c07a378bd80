"""The ledger: one row a record, what became of it and by which rules.

A rule that meets a value is an `Entry`: three columns of the frame, by which the ledger
is joined and the state of the record is told.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import narwhals as nw
import polars as pl

from learnstrata.learners.lookups import Frame

__all__ = [
    "LEDGER",
    "MISSING",
    "SEGMENTED",
    "STATES",
    "Entry",
    "any_of",
    "entries_in",
    "first_of",
    "is_met",
    "ledger_of",
    "number_text",
    "with_entry",
    "with_state",
]

LEDGER = ("record", "state", "rule", "column", "before", "after")
SEGMENTED = ("current", "repaired", "set_aside")  # the record that stands for a learner
STATES = (*SEGMENTED, "history", "quarantined")
MISSING = "missing"
MOST_WHOLE = 1e15  # from here on engines write powers of ten
SCALED_FROM = 7  # the power of ten from which Java writes numbers with E
_TOLD = ("rule", "column", "before", "after")


@dataclass(frozen=True, slots=True)
class Entry:
    """What the rules of one column found.

    Attributes
    ----------
    column : str
    place : str
        Begins the names of its columns in the frame: ``_rule`` (the number of the rule
        from 1, 0 where none applies), ``_before`` and ``_after`` (the values, told only
        where one does; null where the value was removed).
    rules : tuple of str
    is_removal : bool
        Nothing stands in the place of the value; there is no ``_after``.
    is_note : bool
        The value stands as it is.
    """

    column: str
    place: str
    rules: tuple[str, ...]
    is_removal: bool = False
    is_note: bool = False

    @property
    def applies(self) -> nw.Expr:
        """Whether a rule met the record."""
        return nw.col(f"{self.place}_rule") > 0

    @property
    def repairs(self) -> nw.Expr:
        """Whether a value was replaced by one that is believed."""
        if self.is_removal or self.is_note:
            return nw.lit(value=False)
        return self.applies & ~nw.col(f"{self.place}_after").is_null()

    @property
    def removes(self) -> nw.Expr:
        """Whether a value was taken away."""
        if self.is_removal:
            return self.applies
        return self.applies & nw.col(f"{self.place}_after").is_null()

    def values(self, frame: Frame) -> dict[str, nw.Expr]:
        """Give the values before and after as texts, by the columns they stand in."""
        names = ("before",) if self.is_removal else ("before", "after")
        places = [f"{self.place}_{name}" for name in names]
        return {place: _told(place, frame) for place in places}

    def texts(self) -> tuple[nw.Expr, nw.Expr, nw.Expr, nw.Expr]:
        """Give the rule, the column, the value before and the one after, as texts."""
        number = nw.col(f"{self.place}_rule")
        rule = first_of([(number == i, nw.lit(r)) for i, r in enumerate(self.rules, 1)])
        before = nw.col(f"{self.place}_before")
        after = nw.lit(MISSING) if self.is_removal else nw.col(f"{self.place}_after")
        return rule, nw.lit(self.column), before, after


def first_of(choices: Sequence[tuple[nw.Expr, nw.Expr]]) -> nw.Expr:
    """Give the text of the first condition that holds, else null."""
    chosen = nw.lit(None, dtype=nw.String)
    for condition, text in reversed(choices):
        chosen = nw.when(condition).then(text).otherwise(chosen)
    return chosen


def with_entry(
    frame: Frame,
    entry: Entry,
    conditions: Sequence[nw.Expr],
    *,
    before: nw.Expr,
    after: nw.Expr | None,
) -> Frame:
    """Add the columns of an entry.

    Parameters
    ----------
    frame : narwhals frame
    entry : Entry
    conditions : sequence of expression
        One a rule of the entry; the first that holds counts.
    before : expression
    after : expression or None
        The values.
    """
    number = nw.lit(0, dtype=nw.Int8)
    for i in range(len(conditions), 0, -1):
        met = nw.when(conditions[i - 1]).then(nw.lit(i, dtype=nw.Int8))
        number = met.otherwise(number)
    told = {"rule": number, "before": before}
    told |= {} if after is None else {"after": after}
    return frame.with_columns(
        **{f"{entry.place}_{name}": value for name, value in told.items()}
    )


def with_state(frame: Frame, entries: Sequence[Entry]) -> Frame:
    """Add the state of each record, and ``_merged``: why it is not a current one.

    Parameters
    ----------
    frame : narwhals frame
        With ``_out`` (see `learnstrata.learners.rules.identity.judge`), ``_place``
        among the records of the learner (0 is the current one) and ``_copy_of`` (the
        first record that says the same).
    entries : sequence of Entry
        In the order in which they are told.
    """
    out, older = ~nw.col("_out").is_null(), nw.col("_place") > 0
    copy = nw.col("_copy_of") != nw.col("record")
    merged = first_of(
        [
            (out, nw.col("_out")),
            (older & copy, nw.lit("exact_duplicate")),
            (older, nw.lit("older_record")),
        ]
    )
    state = first_of(
        [
            (out, nw.lit("quarantined")),
            (older, nw.lit("history")),
            (any_of(entry.repairs for entry in entries), nw.lit("repaired")),
            (any_of(entry.removes for entry in entries), nw.lit("set_aside")),
            (nw.lit(value=True), nw.lit("current")),
        ]
    )
    return frame.with_columns(_merged=merged, state=state)


def ledger_of(
    frame: Frame, entries: Sequence[Entry], *, seen: tuple[nw.Expr, nw.Expr]
) -> Frame:
    """Give the columns of the ledger, a row a record.

    Parameters
    ----------
    frame : narwhals frame
        From `with_state`, with ``_current``: the number of the current record.
    entries : sequence of Entry
    seen : tuple of expression of text
        Of a record that is no learner's: the column where that was seen, and what stood
        there.
    """
    noted = any_of(entry.applies for entry in entries)
    merged = ~nw.col("_merged").is_null() & ~noted
    # Texts first, as columns: written into each of four they are many times as many.
    written = frame.filter(noted)
    values = [entry.values(written).items() for entry in entries]
    if any(values):
        written = written.with_columns(**{name: v for one in values for name, v in one})
    texts = {entry: entry.texts() for entry in entries}
    # Most are merged and nothing else is to be told of them.
    told = nw.concat(
        [
            written.select("record", **_joined(texts, *seen)),
            frame.filter(merged).select("record", **_joined({}, *seen)),
        ]
    )
    return frame.select("record", "state").join(told, on="record", how="left")


def is_met(entries: Sequence[Entry]) -> nw.Expr:
    """Tell whether there is anything to tell of a record."""
    return ~nw.col("_merged").is_null() | any_of(entry.applies for entry in entries)


def any_of(conditions: Iterable[nw.Expr]) -> nw.Expr:
    """Tell whether any of conditions holds, of none that it does not."""
    never = nw.col("record").is_null()  # a literal alone chooses no rows
    return nw.any_horizontal(*conditions, never, ignore_nulls=True)


def _joined(
    texts: Mapping[Entry, Sequence[nw.Expr]], column: nw.Expr, typed: nw.Expr
) -> dict[str, nw.Expr]:
    merged, out = ~nw.col("_merged").is_null(), ~nw.col("_out").is_null()
    number, current = (nw.col(c).cast(nw.String) for c in ("record", "_current"))
    where = nw.when(out).then(column).otherwise(nw.lit("record"))
    old = nw.when(out).then(typed).otherwise(number)
    told = {
        "rule": [nw.col("_merged")],
        "column": [nw.when(merged).then(where)],
        "before": [nw.when(merged).then(_single(old))],
        "after": [nw.when(merged & ~out).then(current)],
    }
    for entry, four in texts.items():
        kept = entry.applies & ~out
        for name, text in zip(_TOLD, four, strict=True):
            told[name].append(nw.when(kept).then(text))
    joined = {
        name: nw.concat_str(*texts, separator="; ", ignore_nulls=True)
        for name, texts in told.items()
    }
    return {
        name: nw.when(text.str.len_chars() > 0).then(text)
        for name, text in joined.items()
    }


def _told(column: str, frame: Frame) -> nw.Expr:
    value, text = nw.col(column), nw.col(column).cast(nw.String)
    if frame.collect_schema()[column].is_float():
        is_plain = frame.implementation is nw.Implementation.POLARS
        zeroed = (value + 0.0).cast(nw.String)  # zero has no sign
        text = zeroed if is_plain else number_text(value)
    return _single(nw.coalesce(text, nw.lit(MISSING)))


def number_text(value: nw.Expr) -> nw.Expr:
    """Write a float as text with all its digits, on engines that write 1.8E8 as well.

    Examples
    --------
    >>> frame = nw.from_native(pl.DataFrame({"pay": [1.8e8, 0.5, None]}))
    >>> frame.select(number_text(nw.col("pay")))["pay"].to_list()
    ['180000000.0', '0.5', None]
    """
    is_whole = (value == value.round()) & (value.abs() < MOST_WHOLE)
    whole = nw.when(is_whole).then(value).otherwise(nw.lit(0.0))
    whole = whole.cast(nw.Int64).cast(nw.String)
    written = nw.concat_str(whole, nw.lit(".0"))
    rest = nw.when(~is_whole).then(value)  # few: what is null is not read
    told = _unscaled(rest, rest.cast(nw.String))
    return nw.when(is_whole).then(written).otherwise(told)


def _unscaled(value: nw.Expr, text: nw.Expr) -> nw.Expr:
    """Put the point of ``2.000000005E8`` where it belongs."""
    digits = text.str.replace_all("E.*$|[.-]", "")
    sign = nw.when(value < 0).then(nw.lit("-")).otherwise(nw.lit(""))
    placed = text
    for power in range(SCALED_FROM, 15):
        parts = (sign, digits.str.slice(0, power + 1), digits.str.slice(power + 1))
        moved = nw.concat_str(parts[0], parts[1], nw.lit("."), parts[2])
        is_so = text.str.ends_with(f"E{power}")
        placed = nw.when(is_so).then(moved).otherwise(placed)
    return placed


def _single(text: nw.Expr) -> nw.Expr:
    """Give a typed text without what parts the entries of a record."""
    return text.str.replace_all("; +", ";")


def entries_in(ledger: pl.DataFrame) -> pl.DataFrame:
    """List what the rules found: one row a rule that met a record.

    Parameters
    ----------
    ledger : polars.DataFrame
        Columns `LEDGER`.

    Returns
    -------
    polars.DataFrame
        ``record``, ``state``, ``rule``, ``column``, ``before`` and ``is_lost``: a value
        of a record in use was removed.

    Examples
    --------
    >>> ledger = pl.DataFrame({
    ...     "record": [0, 1],
    ...     "state": ["repaired", "current"],
    ...     "rule": ["two_digit_year; heaped_pay", None],
    ...     "column": ["start_year; pay", None],
    ...     "before": ["98.0; 2e8", None],
    ...     "after": ["1998.0; missing", None],
    ... })
    >>> entries_in(ledger).select("record", "rule", "is_lost").rows()
    [(0, 'two_digit_year', False), (0, 'heaped_pay', True)]
    """
    names = ("rule", "column", "before", "after")
    met = ledger.drop_nulls("rule").select(
        "record", "state", *(pl.col(n).fill_null("").str.split("; ") for n in names)
    )
    found = met.explode(*names)
    used = pl.col("state") != "quarantined"
    lost = (pl.col("after") == MISSING) & used
    return found.select("record", "state", "rule", "column", "before", is_lost=lost)
