"""Whose a record is: ids of nobody, ids of a crowd, lines that are no record."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import narwhals as nw
import polars as pl

from learnstrata.config.stages import Unit
from learnstrata.learners.ledger import first_of, number_text
from learnstrata.learners.lookups import Frame, collected
from learnstrata.learners.schema.amounts import INVISIBLE, SPACES, tidied
from learnstrata.learners.schema.missing import MISSING
from learnstrata.learners.schema.register import COLUMNS, is_extra
from learnstrata.learners.schema.standard import is_reading
from learnstrata.learners.schema.totals import TOTALS

__all__ = ["NO_NAMES", "Whole", "judge", "nobodys", "seen", "shared_ids", "sums_of"]

Whole: TypeAlias = Mapping[str, float | None]

# What people type for an id beside the words for "missing"; a learner may be called so,
# in a table in which no more records are theirs than anybody's.
NO_NAMES = (
    *("0", "00", "000", "0000", "00000", "000000", "00000000", "0.0", "-1"),
    *("anonymous", "anon", "guest", "no"),
    *("test", "testing", "tester", "test user", "dummy", "demo", "example", "sample"),
    *("admin", "user", "learner", "student", "id", "x", "xx", "xxx", "xxxx"),
    *("deleted", "removed", "hidden", "private", "redacted", "masked", "other"),
    *("test@test.com", "test@example.com", "a@a.com", "abc@abc.com", "false"),
    *("no id", "no_id", "noid", "nobody", "n\\a", "0.00"),
)
# Of these alone is no id, and around a word they change nothing: (none), *****.
MARKS = r"[ !-/:-@\[-`{-~]+"
MOST_RANKED = 1_000  # ids; no table has so many ways to write that there is none
LEAST_OF_NOBODY = 5  # records; fewer may be those of a learner called so
OF_NOBODY = 3  # times the records of any real id
LEAST_OF_CROWD = 10
OF_CROWD = 5
MOST_LINES = 3  # of totals: subtotals and the total
MOST_ADDED = 1e15  # a pay beyond it is a slip, and no sum is right with it
LEAST_ADDED = 3
MOST_SPACED = 0.01  # of the ids; beyond, a space in an id means nothing
# A text that begins otherwise, or is without one of these words, is none of `TOTALS`,
# which is told faster.
LETTERS = "".join(sorted({word[0] for word in TOTALS}))
BEGINS = f"^[{INVISIBLE[1:-2]}{SPACES[1:-2]}]*[{LETTERS}{LETTERS.upper()}]"
HAS_TOTALS = f"(?i){'|'.join(word for word in TOTALS if ' ' not in word)}"
ROUNDED = 1e-3  # of the sum, by which a typed total may be off


def shared_ids(frame: Frame) -> tuple[tuple[str, ...], int]:
    """Find the words that far more records have for an id than any learner has.

    Parameters
    ----------
    frame : narwhals frame in the standard columns

    Returns
    -------
    tuple of tuple of str and int
        Words of `NO_NAMES` and marks alone, as they are typed, that 5 records or more
        have, and 3 times as many as any other id; and the number of records from which
        another id is a crowd: 10 or more, and 5 times those of the next. 0 where none
        is.
    """
    if "learner_id" not in frame.collect_schema().names():
        return (), 0
    ids = frame.filter(~nw.col("learner_id").is_null())
    counts = ids.group_by("learner_id").agg(nw.len().alias("n"))
    # Words stand in the place of an id where they have more records than any real one.
    ranked = collected(counts.sort("n", descending=True).head(MOST_RANKED))
    plain = _plain(nw.col("learner_id"))
    bare = plain.str.replace_all(f"^{MARKS}|{MARKS}$", "")
    words = [*NO_NAMES, *TOTALS]
    is_word = plain.is_in(words) | bare.is_in(["", *words, *MISSING])
    found = nw.from_native(ranked).with_columns(is_word=is_word).to_native()
    most = found.filter(~pl.col("is_word")).sort("n", descending=True)["n"]
    first, second = (*most.head(2), 0, 0)[:2]
    enough = max(LEAST_OF_NOBODY, OF_NOBODY * first)
    is_crowd = first >= max(LEAST_OF_CROWD, OF_CROWD * second)
    given = found.filter(pl.col("is_word") & (pl.col("n") >= enough))
    return tuple(sorted(given["learner_id"])), int(first) if is_crowd else 0


def judge(
    frame: Frame,
    names: Sequence[str],
    no_ids: Sequence[str],
    *,
    record: Unit,
    whole: Whole,
) -> Frame:
    """Say of each record why it is no learner's, if it is not.

    Parameters
    ----------
    frame : narwhals frame in the standard columns
    names : sequence of str
        Its columns.
    no_ids : sequence of str
        Ids that stand for nobody, from `shared_ids`.
    record : {"record", "learner"}
        Whether a row needs an id: of those without one the other texts are looked at.
    whole : mapping
        From `sums_of`, of the table that the records are of.

    Returns
    -------
    narwhals frame
        With ``_alike`` (how many records have the id), ``_out`` (the rule, null for a
        record that is some learner's) and what `seen` needs.
    """
    rules: list[tuple[nw.Expr, nw.Expr]] = []
    if "learner_id" in names:
        frame = frame.with_columns(_one=nw.lit(1, dtype=nw.Int64))
        frame = frame.with_columns(_alike=nw.col("_one").sum().over("learner_id"))
        own = nw.col("learner_id")
        nobody = own.is_null() | own.is_in(list(no_ids))
        rules.append((nobody, nw.lit("no_learner_id")))
        if "unread:learner_id" in names:
            unread = ~nw.col("unread:learner_id").is_null()
            rules.insert(0, (unread, nw.lit("unreadable_learner_id")))
        if whole["usual"] is not None and whole["usual"] <= MOST_SPACED:
            text = _is_spaced() & _is_alone(names)
            rules.insert(0, (text, nw.lit("line_of_text")))
    line = _line_of_totals(names, record, whole)
    if line is not None:
        # It reads every text: found once, not by each that asks for it.
        frame = frame.with_columns(_line=line)
        rules.insert(0, (nw.col("_line"), nw.lit("line_of_totals")))
    pay = (
        nw.col("pay").cast(nw.Float64)
        if "pay" in names
        else nw.lit(None, dtype=nw.Float64)
    )
    return frame.with_columns(_out=first_of(rules), _typed_pay=pay)


def nobodys(names: Sequence[str]) -> tuple[str, ...]:
    """Name the rules by which a record of these columns can be nobody's.

    Parameters
    ----------
    names : sequence of str
        Standard columns.
    """
    if "learner_id" not in names:
        return ("line_of_totals",)
    ids = ("no_learner_id", "unreadable_learner_id")
    return ("line_of_text", "line_of_totals", *ids)


def seen(names: Sequence[str]) -> tuple[nw.Expr, nw.Expr]:
    """Give where it was seen that a record is no learner's, and what stood there.

    Parameters
    ----------
    names : sequence of str
        Columns of the frame that went to `judge`.

    Returns
    -------
    tuple of expression of text
    """
    pay, rule = number_text(nw.col("_typed_pay")), nw.col("_out")
    if "learner_id" not in names:
        return nw.lit("record"), pay
    own = nw.col("learner_id")
    is_line = rule == "line_of_totals"
    nowhere = is_line | ((rule == "no_learner_id") & own.is_null())
    where = nw.when(nowhere).then(nw.lit("record")).otherwise(nw.lit("learner_id"))
    typed = nw.when(is_line).then(pay).otherwise(own)
    if "unread:learner_id" in names:
        unread = nw.col("unread:learner_id")
        is_unread = rule == "unreadable_learner_id"
        typed = nw.when(is_unread).then(unread).otherwise(typed)
    return where, typed


def sums_of(frame: Frame, names: Sequence[str], *, record: Unit) -> Whole:
    """Sum up what each record is held against: all pay, who has one, spaces in ids.

    Parameters
    ----------
    frame : narwhals frame in the standard columns
    names : sequence of str
        Its columns.
    record : {"record", "learner"}

    Returns
    -------
    mapping of str to float or None
        ``sum`` of the pay, how many are ``paid``, the ``most`` that one is, and how
        ``usual`` spaces are in ids; None where the table does not tell.
    """
    sums: dict[str, nw.Expr] = {}
    if "learner_id" in names and record != "learner" and _others(names):
        spaced = nw.when(~_is_alone(names)).then(_is_spaced()).otherwise(_never())
        sums["usual"] = spaced.cast(nw.Float64).mean()
    if "pay" in names:
        sums["sum"] = _added().sum()
        sums["paid"] = (_added() > 0).cast(nw.Int64).sum()
        sums["most"] = _added().max()
    told = dict.fromkeys(("usual", "sum", "paid", "most"))
    return told | (collected(frame.select(**sums)).row(0, named=True) if sums else {})


def _never() -> nw.Expr:
    return nw.lit(value=False)


def _others(names: Sequence[str]) -> list[str]:
    values = [n for n in names if n in COLUMNS or is_extra(n) or is_reading(n)]
    return [n for n in values if n != "learner_id"]


def _is_alone(names: Sequence[str]) -> nw.Expr:
    """Tell the records of which nothing but the id is known."""
    empty = [nw.col(n).is_null() for n in _others(names)]
    return nw.all_horizontal(*empty, ignore_nulls=True)


def _is_spaced() -> nw.Expr:
    """Tell the headings and footers: several words in the place of an id.

    Where ids have spaces, a learner of whom nothing else is known looks the same.
    """
    spaced = nw.col("learner_id").str.contains(" ", literal=True)
    return spaced.fill_null(value=False)


def _line_of_totals(names: Sequence[str], record: Unit, whole: Whole) -> nw.Expr | None:
    """Tell the lines that add up, or average, the lines above them.

    One is called so where its id should stand, or nothing stands there and its pay is
    the sum of all other pay.
    """
    lines = []
    if "learner_id" in names:
        own = nw.col("learner_id")
        few = (nw.col("_alike") <= MOST_LINES) & own.str.contains(BEGINS)
        named = nw.when(few).then(own).str.contains(HAS_TOTALS)
        called = _is_called(nw.when(named).then(own))
        lines.append(called.fill_null(value=False))
    if "pay" in names and _can_add_up(whole):
        texts = [name for name in ("learner_id", "company", "title") if name in names]
        adds_up = _adds_up(whole)
        signs = [_is_called(nw.when(adds_up).then(nw.col(name))) for name in texts]
        empty = [nw.col(n).is_null() for n in texts if n != "learner_id"]
        nameless = [nw.col("learner_id").is_null()] if "learner_id" in names else []
        if record == "learner":
            nameless = [nw.all_horizontal(*empty, ignore_nulls=True)] if empty else []
        no_learner = nw.any_horizontal(*signs, *nameless, _never(), ignore_nulls=True)
        lines.append(adds_up & no_learner)
    return nw.any_horizontal(*lines, ignore_nulls=True) if lines else None


def _can_add_up(whole: Whole) -> bool:
    """Tell whether a pay is so large that it can be the sum of all others."""
    most, total = whole["most"] or 0.0, whole["sum"] or 0.0
    return (whole["paid"] or 0) > LEAST_ADDED and most * (2 + 2 * ROUNDED) > total


def _adds_up(whole: Whole) -> nw.Expr:
    """Tell the records whose pay is the sum of all others', as far as it is rounded."""
    others = nw.lit(float(whole["sum"] or 0.0)) - _added()
    near = (others - _added()).abs() <= ROUNDED * _added()
    return near & (_added() > 0)


def _added() -> nw.Expr:
    pay = nw.col("pay")
    return nw.when((pay > 0) & (pay < MOST_ADDED)).then(pay).otherwise(nw.lit(0.0))


def _is_called(text: nw.Expr) -> nw.Expr:
    return _plain(text).is_in(list(TOTALS))


def _plain(text: nw.Expr) -> nw.Expr:
    """Give a text without case, spaces around it and what follows a heading."""
    return tidied(text).str.to_lowercase().str.replace_all("[ :.]+$", "")
