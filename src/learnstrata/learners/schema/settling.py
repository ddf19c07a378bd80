"""What a column as a whole decides of its cells: marks, forms of years, currencies.

Each column is counted in one pass over the table, all columns together. A decision that
no value of the column supports is not made: the cells that need it are unreadable, and
a hint says what to set.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import narwhals as nw

from learnstrata.exceptions import SchemaError
from learnstrata.learners.lookups import Frame, collected
from learnstrata.learners.schema import years
from learnstrata.learners.schema.amounts import Amount, amount, flag
from learnstrata.learners.schema.cells import Settings, Source
from learnstrata.learners.schema.currencies import DECIMAL_COMMA, foreign, named_in
from learnstrata.learners.schema.numerals import POINT, Style, styles_of
from learnstrata.learners.schema.years import SLIPS, YearForms
from learnstrata.wording.words import listed

__all__ = ["Settled", "settle"]

_IN_NUMBERS: Mapping[str, str] = {
    "serial": "days of Excel (43922 is in 2020)",
    "seconds": "seconds of Unix",
    "milliseconds": "milliseconds of Unix",
    "microseconds": "microseconds of Unix",
    "nanoseconds": "nanoseconds of Unix",
    "month": "a year and its month (202004)",
}

NUMERIC_SHARE = 0.95  # of an outcome's values must be numbers for it to be a number
COMMON = 0.05  # of the values that could be either, what shows decimals must be
_LOST_DIGITS = r"^[0-9](?:[.,][0-9]+)?[eE]\+[0-9]{1,3}$"
_EXACT, _EXACT_SHORT = 53, 24  # bits of whole numbers that are all floats


@dataclass(frozen=True, slots=True)
class Settled:
    """What is known of a column before its cells are read.

    Attributes
    ----------
    source : Source
        An outcome is a number or a text by now.
    styles : tuple of Style
        One, where the marks of its numbers are settled; else all there may be.
    forms : YearForms
    percent : bool
        Whether its numbers are in percent.
    whole : bool
        Whether ids are whole numbers, and some end in ``.0`` as floats do.
    hint : str
        How to have read what cannot be; may be empty.
    note : str
        What was taken for granted; may be empty.
    """

    source: Source
    styles: tuple[Style, ...] = (POINT,)
    forms: YearForms = field(default_factory=YearForms)
    percent: bool = False
    whole: bool = False
    hint: str = ""
    note: str = ""


def settle(
    cells: Frame, typed: Mapping[str, Frame], sources: Sequence[Source], *, by: Settings
) -> list[Settled]:
    """Decide of each column what only the column can tell.

    Parameters
    ----------
    cells : narwhals frame
        One row a record.
    typed : mapping of str to narwhals frame
        By standard name of a column of typed numbers: one row a text, and how often it
        is there, as ``times``.
    sources : sequence of Source
    by : Settings

    Raises
    ------
    SchemaError
        If ids have lost digits, or pay is in several currencies and none was chosen.
    """
    counts = _counted(cells, typed, sources, by)
    decided = [_decided(source, counts[source.name], by) for source in sources]
    for settled in decided:
        _refuse_lost_ids(cells, settled.source, counts[settled.source.name])
    return [
        _with_currency(
            typed.get(known.source.name), known, counts[known.source.name], by
        )
        for known in _with_commas(decided, counts, by)
    ]


def _counted(
    cells: Frame, typed: Mapping[str, Frame], sources: Sequence[Source], by: Settings
) -> dict[str, dict[str, int]]:
    """Count what is marked in each column, in one pass over each frame."""
    counts: dict[str, dict[str, int]] = {}
    frames = [typed.get(source.name, cells) for source in sources]
    for frame in {id(frame): frame for frame in frames}.values():
        own = [s for s, of in zip(sources, frames, strict=True) if of is frame]
        marks = {source.name: _evidence(source, by) for source in own}
        sums = {
            f"{name}:{mark}": _times(found, typed=frame is not cells)
            for name, found_of in marks.items()
            for mark, found in found_of.items()
        }
        row = collected(frame.select(**sums)).row(0, named=True) if sums else {}
        for name, found in marks.items():
            counts[name] = {mark: int(row[f"{name}:{mark}"] or 0) for mark in found}
    return counts


def _times(mark: nw.Expr, *, typed: bool) -> nw.Expr:
    found = mark.fill_null(value=False).cast(nw.Int64)
    return (found * nw.col("times") if typed else found).sum()


def _evidence(source: Source, settings: Settings) -> dict[str, nw.Expr]:
    """Mark the cells that tell something of their column."""
    if source.kind == "id":
        return _id_evidence(source)
    if source.kind == "year":
        return _year_evidence(source)
    if source.is_words or source.is_native:
        return {}
    return _number_evidence(source, settings)


def _id_evidence(source: Source) -> dict[str, nw.Expr]:
    given = {"given": ~source.tidy.is_null()}
    if source.dtype.is_float():
        most = 2.0 ** _bits(source)
        beyond = nw.col(f"float:{source.name}").abs() >= most
        return given | {"beyond": given["given"] & beyond}
    return given | {
        "lost": source.tidy.str.contains(_LOST_DIGITS),
        "long": source.tidy.str.contains("^[0-9]{9,40}$"),
        "whole": source.tidy.str.contains(r"^[0-9]+\.0$"),
        "digits": source.tidy.str.contains("^[0-9]+$"),
    }


def _bits(source: Source) -> int:
    """Give how many bits the whole numbers of a column of floats may have."""
    return _EXACT_SHORT if source.dtype == nw.Float32 else _EXACT


def _year_evidence(source: Source) -> dict[str, nw.Expr]:
    if source.is_dated:
        return {}
    given = ~(source.tidy if source.is_typed else source.plain).is_null()
    return {"given": given} | years.evidence(source.name, typed=source.is_typed)


def _number_evidence(source: Source, settings: Settings) -> dict[str, nw.Expr]:
    told, _ = settings.marks_of(source.kind)
    amounts = [amount(source.name, style) for style in styles_of(told)]
    marks = {"given": ~source.tidy.is_null()}
    if len(amounts) == 2:
        marks |= _marks_of(source, *amounts)
    if source.kind == "pay":
        marks["foreign"] = source.rest.str.contains(foreign(settings.pay.code))
    if source.kind in {"number", "outcome"}:
        marks["percent"] = source.rest.str.contains("[0-9.] ?%")
    if source.kind == "outcome":  # 0-10 and 20+ are categories of an outcome
        read = (~source.plain.is_null()) | flag(source.tidy).readable
        for found in amounts:
            read = read | (found.readable & ~found.middle)
        marks["read"] = read
    return marks


def _marks_of(source: Source, point: Amount, comma: Amount) -> dict[str, nw.Expr]:
    differ = point.value != comma.value
    has_comma = source.rest.str.contains(",", literal=True)
    return {
        "point": point.readable & ~comma.readable,
        "comma": comma.readable & ~point.readable,
        "open_point": differ & ~has_comma,
        "open_comma": differ & has_comma,
    }


def _decided(source: Source, counts: Mapping[str, int], settings: Settings) -> Settled:
    if source.kind == "id":
        # 12.0 is 12, too, where two exports were joined.
        whole, digits = counts.get("whole", 0), counts.get("digits", 0)
        return Settled(source, whole=whole > 0 and whole + digits == counts["given"])
    if source.kind == "year":
        return _decided_year(source, counts)
    if source.is_words:
        return Settled(source)
    given = counts.get("given", 0)
    if source.kind == "outcome":
        read = counts.get("read", 0)
        numeric = source.is_native or (given and read >= NUMERIC_SHARE * given)
        source = replace(source, kind="number" if numeric else "category")
    if source.is_native or source.is_words:
        return Settled(source)
    percent = bool(given) and counts.get("percent", 0) >= NUMERIC_SHARE * given
    settled = Settled(source, percent=percent)
    told, _ = settings.marks_of(source.kind)
    styles = styles_of(told)
    if len(styles) == 1:
        return replace(settled, styles=styles)
    return _decided_style(settled, styles, counts, settings)


def _decided_year(source: Source, counts: Mapping[str, int]) -> Settled:
    if not counts:
        return Settled(source)
    forms = YearForms.of(counts)
    hint = note = ""
    if forms.numbers:
        told = listed([_IN_NUMBERS[name] for name in forms.numbers])
        note = f"Numbers that are no years are read as {told}"
    short = counts.get("hyphened") and "hyphened" not in (*forms.first, *forms.last)
    if any(counts[name] for name in years.NUMBERS if name not in forms.numbers):
        hint = (
            "Numbers that could be days of Excel or seconds of Unix are read as such "
            "where over 5 % of the values are, and nearly all others are years; write "
            "dates as 2020-04-15"
        )
    elif short:
        hint = (
            "A date such as 12-06-01 may begin or end with its year, and no other "
            "value of the column tells which; write dates as 2012-06-01"
        )
    return Settled(source, forms=forms, hint=hint, note=note)


def _decided_style(
    settled: Settled,
    styles: tuple[Style, ...],
    counts: Mapping[str, int],
    settings: Settings,
) -> Settled:
    point, comma = counts["point"], counts["comma"]
    slips = SLIPS * (point + comma)
    # Who writes decimals writes three of them now and then, not always.
    if comma <= slips and point > max(comma, COMMON * counts["open_point"]):
        return replace(settled, styles=styles[:1])
    if point <= slips and comma > max(point, COMMON * counts["open_comma"]):
        return replace(settled, styles=styles[1:])
    hint = ""
    if counts["open_point"] or counts["open_comma"]:
        _, place = settings.marks_of(settled.source.kind)
        hint = _how_to_tell(place, counts)
    return replace(settled, styles=styles, hint=hint)


def _how_to_tell(place: str, counts: Mapping[str, int]) -> str:
    mark, other = (".", ",") if counts["open_point"] else (",", ".")
    others = "and no other value of the column tells which"
    if counts["point"] and counts["comma"]:
        others = "and the other values of the column contradict each other"
    elif counts["point"] or counts["comma"]:
        others = "and too few others of the column tell which"
    return (
        f"A value such as 45{mark}000 could be 45 or 45,000, {others}. Say "
        f"decimal = {other!r} in {place} of the configuration if it is 45,000, "
        f"decimal = {mark!r} if it is 45"
    ).replace("'", '"')


def _with_commas(
    decided: Sequence[Settled],
    counts: Mapping[str, Mapping[str, int]],
    settings: Settings,
) -> list[Settled]:
    """Take commas before three digits for thousands, unless the table writes others."""
    foreign_marks = settings.pay.code in DECIMAL_COMMA or any(
        settled.styles[0].decimal == "," for settled in decided
    )
    return [
        settled
        if foreign_marks or not _has_commas_alone(settled, counts)
        else replace(
            settled,
            styles=settled.styles[:1],
            hint="",
            note="A comma before three digits parts the thousands: 45,000 is 45000. "
            'If it is 45, say decimal = ","'
            f" in {settings.marks_of(settled.source.kind)[1]} of the configuration",
        )
        for settled in decided
    ]


def _has_commas_alone(
    settled: Settled, counts: Mapping[str, Mapping[str, int]]
) -> bool:
    found = counts[settled.source.name]
    if len(settled.styles) == 1 or settled.source.kind == "experience":
        return False
    against = found["point"] + found["comma"] + found["open_point"]
    return found["open_comma"] > 0 and against <= SLIPS * found["open_comma"]


def _refuse_lost_ids(frame: Frame, source: Source, counts: Mapping[str, int]) -> None:
    if source.kind != "id":
        return
    lost, long = counts.get("lost", 0), counts.get("long", 0)
    if beyond := counts.get("beyond", 0):
        raise SchemaError(
            f"Column {source.column!r}, read as {source.name}, holds {beyond:,} "
            f"numbers above 2^{_bits(source)}, where neighbouring ids are one and the "
            "same number. "
            "Read or save the column as text."
        )
    if lost > 1 or (lost and long >= counts["given"] / 2):
        shown = nw.when(source.tidy.str.contains(_LOST_DIGITS)).then(source.tidy)
        row = collected(frame.select(example=shown.max()))
        raise SchemaError(
            f"Column {source.column!r}, read as {source.name}, holds {lost:,} ids such "
            f"as {row['example'][0]!r}, whose digits are lost. A spreadsheet did that: "
            "format the column as text where the ids are whole, and save it again."
        )


def _with_currency(
    frame: Frame | None, settled: Settled, counts: Mapping[str, int], by: Settings
) -> Settled:
    """Keep one currency; refuse several where none was chosen."""
    if frame is None or not counts.get("foreign"):
        return settled
    source, code = settled.source, by.pay.code
    texts = collected(frame.select(source.rest, "times")).drop_nulls()
    found = named_in(texts.iter_rows(), code)
    found[""] += counts["given"] - sum(found.values())
    others = {name: n for name, n in found.items() if name not in {"", code}}
    told = ", ".join(
        f"{n:,} in {name}" for name, n in sorted(others.items(), key=_rank)
    )
    if by.pay.currency or sum(others.values()) <= SLIPS * counts["given"]:
        hint = f"Values in another currency than {code} are not read: {told}"
        return replace(settled, hint=". ".join(filter(None, (hint, settled.hint))))
    own = [f"{found[code]:,} in {code}"] if found[code] else []
    none = [f"{found['']:,} that name none"] if found[""] else []
    best = max((*others, code), key=lambda name: found[name])
    raise SchemaError(
        f"Column {source.column!r}, read as {source.name}, holds values in several "
        f"currencies, or in another than {code}: {', '.join([told, *own, *none])}. Say "
        f'which one is kept, as currency = "{_code(best)}" in [pay] of the '
        "configuration; values in others are then set aside."
    )


def _rank(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]


def _code(name: str) -> str:
    return {"$": "USD", "¥": "JPY", "£": "GBP", "Rs": "INR", "kr": "SEK"}.get(
        name, name
    )
