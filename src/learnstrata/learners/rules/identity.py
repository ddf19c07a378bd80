"""Whose a record is: ids of nobody, ids of a crowd, lines that are no record."""

from collections.abc import Sequence

import narwhals as nw

from learnstrata.config.stages import Unit
from learnstrata.learners.lookups import Frame, collected
from learnstrata.learners.schema.amounts import tidied
from learnstrata.learners.schema.missing import MISSING
from learnstrata.learners.schema.register import COLUMNS, is_extra
from learnstrata.learners.schema.standard import is_reading
from learnstrata.learners.schema.totals import TOTALS

__all__ = ["NO_NAMES", "judge", "shared_ids"]

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
LEAST_OF_NOBODY = 5  # records; fewer may be those of a learner called so
OF_NOBODY = 3  # times the records of any real id
LEAST_OF_CROWD = 10
OF_CROWD = 5
MOST_LINES = 3  # of totals: subtotals and the total
MOST_ADDED = 1e15  # a pay beyond it is a slip, and no sum is right with it
LEAST_ADDED = 3
MOST_SPACED = 0.01  # of the ids; beyond, a space in an id means nothing
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
    plain = _plain(nw.col("learner_id"))
    bare = plain.str.replace_all(f"^{MARKS}|{MARKS}$", "")
    words = [*NO_NAMES, *TOTALS]
    is_word = plain.is_in(words) | bare.is_in(["", *words, *MISSING])
    given = collected(counts.filter(is_word)).rows()
    real = counts.filter(~is_word).select("n")
    most = collected(real.sort("n", descending=True).head(2))["n"].to_list()
    first, second = (*most, 0, 0)[:2]
    enough = max(LEAST_OF_NOBODY, OF_NOBODY * first)
    is_crowd = first >= max(LEAST_OF_CROWD, OF_CROWD * second)
    no_ids = sorted(word for word, n in given if n >= enough)
    return tuple(no_ids), int(first) if is_crowd else 0


def judge(
    frame: Frame, names: Sequence[str], no_ids: Sequence[str], *, record: Unit
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

    Returns
    -------
    narwhals frame
        With ``_alike`` (how many records have the id), ``_out`` (the rule, null for a
        record that is some learner's), ``_out_column`` (where it was seen) and
        ``_out_before`` (what stood there).
    """
    nothing = nw.lit(None, dtype=nw.String)
    rule, column, before = nothing, nothing, nothing
    if "learner_id" in names:
        frame = frame.with_columns(_one=nw.lit(1, dtype=nw.Int64))
        frame = frame.with_columns(_alike=nw.col("_one").sum().over("learner_id"))
        frame, text_alone = _lines_of_text(frame, names, record)
        own = nw.col("learner_id")
        for applies, name, where in (
            (own.is_in(list(no_ids)), "no_learner_id", "learner_id"),
            (own.is_null(), "no_learner_id", "record"),
            *([_unread()] if "unread:learner_id" in names else []),
            (text_alone, "line_of_text", "learner_id"),
        ):
            text = nw.col("unread:learner_id") if name.startswith("unread") else own
            rule = nw.when(applies).then(nw.lit(name)).otherwise(rule)
            column = nw.when(applies).then(nw.lit(where)).otherwise(column)
            before = nw.when(applies).then(text).otherwise(before)
    frame, found = _lines_of_totals(frame, names, record)
    frame, line = frame.with_columns(_line=found), nw.col("_line")
    told = nw.col("pay").cast(nw.String) if "pay" in names else nothing
    return frame.with_columns(
        _out=nw.when(line).then(nw.lit("line_of_totals")).otherwise(rule),
        _out_column=nw.when(line).then(nw.lit("record")).otherwise(column),
        _out_before=nw.when(line).then(told).otherwise(before),
    )


def _unread() -> tuple[nw.Expr, str, str]:
    given = ~nw.col("unread:learner_id").is_null()
    return given, "unreadable_learner_id", "learner_id"


def _lines_of_text(
    frame: Frame, names: Sequence[str], record: Unit
) -> tuple[Frame, nw.Expr]:
    """Tell the headings and footers: several words in the place of an id, alone.

    Where ids have spaces, a learner of whom nothing else is known looks the same.
    """
    values = [n for n in names if n in COLUMNS or is_extra(n) or is_reading(n)]
    empty = [nw.col(n).is_null() for n in values if n != "learner_id"]
    if record == "learner" or not empty:
        return frame, nw.lit(value=False)
    alone = nw.all_horizontal(*empty, ignore_nulls=True)
    spaced = tidied(nw.col("learner_id")).str.contains(" ", literal=True)
    spaced = spaced.fill_null(value=False)
    frame = frame.with_columns(
        _all=nw.lit(1, dtype=nw.Int64),
        _spaced=(spaced & ~alone).cast(nw.Float64),
    )
    frame = frame.with_columns(_usual=nw.col("_spaced").mean().over("_all"))
    return frame, spaced & alone & (nw.col("_usual") <= MOST_SPACED)


def _lines_of_totals(
    frame: Frame, names: Sequence[str], record: Unit
) -> tuple[Frame, nw.Expr]:
    """Tell the lines that add up, or average, the lines above them.

    One is called so where its id should stand, or nothing stands there and its pay is
    the sum of all other pay.
    """
    texts = [name for name in ("learner_id", "company", "title") if name in names]
    called = {name: _plain(nw.col(name)).is_in(list(TOTALS)) for name in texts}
    line = nw.lit(value=False)
    if "learner_id" in names:
        few = nw.col("_alike") <= MOST_LINES
        line = called["learner_id"].fill_null(value=False) & few
    if "pay" in names:
        frame, adds_up = _sums(frame)
        empty = [nw.col(n).is_null() for n in texts if n != "learner_id"]
        nameless = nw.col("learner_id").is_null() if "learner_id" in names else None
        if record == "learner":
            nameless = nw.all_horizontal(*empty, ignore_nulls=True) if empty else None
        signs = [*called.values(), *([] if nameless is None else [nameless])]
        no_learner = nw.any_horizontal(*signs, nw.lit(value=False), ignore_nulls=True)
        line = line | (adds_up & no_learner)
    return frame, line


def _sums(frame: Frame) -> tuple[Frame, nw.Expr]:
    """Tell the records whose pay is the sum of all others', as far as it is rounded."""
    pay = nw.col("pay")
    added = nw.when((pay > 0) & (pay < MOST_ADDED)).then(pay).otherwise(nw.lit(0.0))
    frame = frame.with_columns(_added=added, _all=nw.lit(1, dtype=nw.Int64))
    frame = frame.with_columns(
        _sum=nw.col("_added").sum().over("_all"),
        _paid=(nw.col("_added") > 0).cast(nw.Int64).sum().over("_all"),
    )
    others = nw.col("_sum") - nw.col("_added")
    near = (others - nw.col("_added")).abs() <= ROUNDED * nw.col("_added")
    return frame, near & (nw.col("_paid") > LEAST_ADDED) & (nw.col("_added") > 0)


def _plain(text: nw.Expr) -> nw.Expr:
    """Give a text without case, spaces around it and what follows a heading."""
    return tidied(text).str.to_lowercase().str.replace_all("[ :.]+$", "")
