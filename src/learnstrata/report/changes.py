"""What changed since the previous run: segments, movers, numbers and settings."""

from collections.abc import Iterator
from typing import NamedTuple

from learnstrata.privacy.disclosure.rounding import significant
from learnstrata.report.figures.bins import (
    capital,
    feature_title,
    label_of,
    number_kind,
)
from learnstrata.report.spreadsheet import Sheet
from learnstrata.summary.contract.previous import (
    ComparedSegment,
    NumberChange,
    Previous,
    SegmentPair,
)
from learnstrata.summary.contract.results import DisclosedSummary, Summary
from learnstrata.summary.previous import agreement_sentence
from learnstrata.wording.numbers import NOTHING, Numbers
from learnstrata.wording.tables import Table, column, table_of
from learnstrata.wording.words import EVERYBODY

__all__ = ["CHANGES", "change_sheets", "change_tables"]

CHANGES = "What changed since the previous run"
SHEET = "Changes"
FOLLOWED = {"continued", "same name"}  # of whom it is fair to say that a number moved
EFFECT = (
    "Effect: the difference in standard deviations, as the middle halves of both runs "
    "tell these. Beyond noise: larger than two samples of the same learners seldom "
    "differ, and 0.1 at the least; the median of a number in whole steps must move by "
    "more than one."
)


class _Drift(NamedTuple):
    """A number of all learners, or of a segment, then and now."""

    whom: str
    change: NumberChange


class _Move(NamedTuple):
    """Learners who were here, and are there; by the names of the places."""

    before: str
    after: str
    learners: int


def change_sheets(summary: Summary) -> tuple[Sheet, ...]:
    """Give the sheet of the workbook on what changed; none without a run before.

    Parameters
    ----------
    summary : Summary
    """
    tables = change_tables(summary)
    return (Sheet(SHEET, CHANGES, tables, "Segments"),) if tables else ()


def change_tables(summary: Summary) -> tuple[Table, ...]:
    """Give the tables on what changed that have rows; none without a run before.

    Parameters
    ----------
    summary : Summary
    """
    found = summary.previous
    if found is None:
        return ()
    write, told = summary.settings.numbers, isinstance(summary, DisclosedSummary)
    tables = (
        _pairs(found, told=told),
        _movers(found, told=told),
        _drift(found, write),
        _settings(found),
    )
    return tuple(table for table in tables if table.rows)


def _pairs(previous: Previous, *, told: bool) -> Table:
    """Set segments then and now beside each other, a row for what became of each."""
    kept = ("Of those then, in it now", "Of those now, in it then")
    table = table_of(
        "Segments then and now",
        previous.pairs,
        (
            column("Was", lambda one: _named(previous.old(one.old_id))),
            column("Is", lambda one: _named(previous.new(one.new_id))),
            column("What became of it", lambda one: _fate(one, previous)),
            column("Learners then", lambda p: _size(p.old_id, p.size_old), "count"),
            column("Learners now", lambda p: _size(p.new_id, p.size_new), "count"),
            column(kept[0], lambda one: one.of_old, "share"),
            column(kept[1], lambda one: one.of_new, "share"),
        ),
        note=_counted(previous, told=told),
    )
    return table.without_empty(*kept)


def _counted(previous: Previous, *, told: bool) -> str:
    """Say of what the shares are; without learners that are followed there are none."""
    if not previous.by_learner:
        return previous.why_not
    steps = f"; who is in both is counted in steps of {previous.base}" if told else ""
    return (
        f"{agreement_sentence(previous)} Shares are of all learners of a segment, "
        f"whether or not the other run has them{steps}."
    )


def _named(one: ComparedSegment | None) -> str | None:
    return f"{one.id} {one.name}" if one else None


def _size(segment_id: int | None, size: int | None) -> int | str | None:
    """Give a size; a dash where there is no such segment, nothing where it is small."""
    return NOTHING if segment_id is None else size


def _fate(pair: SegmentPair, previous: Previous) -> str:
    old, new = previous.old(pair.old_id), previous.new(pair.new_id)
    renamed = pair.fate == "continued" and old and new and old.name != new.name
    return "continued under another name" if renamed else pair.fate


def _movers(previous: Previous, *, told: bool) -> Table:
    """Count who is elsewhere than where their segment went, the largest moves first."""
    moves = sorted(_moves(previous), key=lambda one: (-one.learners, one.before))
    few = (
        f"Moves of under {previous.base} learners are left out; counts are in steps of "
        f"{previous.base}."
    )
    return table_of(
        "Who moved",
        moves,
        (
            column("Were in", lambda one: one.before),
            column("Are in", lambda one: one.after),
            column("Learners", lambda one: one.learners, "count"),
        ),
        note=few if told else "",
    )


def _moves(previous: Previous) -> Iterator[_Move]:
    same = {(p.old_id, p.new_id) for p in previous.pairs if p.fate == "continued"}
    for one in previous.migrations:
        old, new = _named(previous.old(one.old_id)), _named(previous.new(one.new_id))
        if one.count and old and new and (one.old_id, one.new_id) not in same:
            yield _Move(old, new, one.count)
    if previous.joined:
        yield _Move("not in the previous run", "this run", previous.joined)
    if previous.left:
        yield _Move("the previous run", "not in this run", previous.left)


def _drift(previous: Previous, write: Numbers) -> Table:
    """Set the medians of all and of each segment that continues, then and now."""
    return table_of(
        "Numbers then and now",
        _drifts(previous),
        (
            column("Of whom", lambda one: one.whom),
            column("Number", lambda one: _title(one.change.feature, write)),
            column(
                "Median then", lambda one: _shown(one.change, "old", write), "statistic"
            ),
            column(
                "Median now", lambda one: _shown(one.change, "new", write), "statistic"
            ),
            column("Effect", lambda one: one.change.effect, "number"),
            column("Beyond noise", lambda one: _beyond(one.change)),
        ),
        note=EFFECT,
    )


def _title(feature: str, write: Numbers) -> str:
    """Name a number with its unit; growth is told in percent, not as a logarithm."""
    if number_kind(feature) == "growth":
        return f"{capital(label_of(feature))} (% a year)"
    return feature_title(feature, write)


def _drifts(previous: Previous) -> list[_Drift]:
    """List the numbers of all, then those of segments, what moved most first."""
    parts = sorted(_drifts_of_segments(previous), key=_least_moved)
    every = [*(_Drift(EVERYBODY, one) for one in previous.numbers), *parts]
    return [one for one in every if {one.change.old, one.change.new} != {None}]


def _least_moved(drift: _Drift) -> tuple[bool, float]:
    change = drift.change
    return not change.is_beyond_noise, -abs(change.effect or 0.0)


def _drifts_of_segments(previous: Previous) -> Iterator[_Drift]:
    for pair in previous.pairs:
        whom = _named(previous.new(pair.new_id))
        if whom and pair.fate in FOLLOWED:
            yield from (_Drift(whom, change) for change in pair.numbers)


def _shown(change: NumberChange, when: str, write: Numbers) -> float | None:
    """Give a median in the unit that the row names."""
    value: float | None = getattr(change, when)
    kind = number_kind(change.feature)
    if value is None or kind not in {"pay", "growth"}:
        return value
    return significant(value / write.per if kind == "pay" else 100 * value, 12)


def _beyond(change: NumberChange) -> str | None:
    if change.is_beyond_noise is None:
        return None
    return "yes" if change.is_beyond_noise else "no"


def _settings(previous: Previous) -> Table:
    return table_of(
        "Settings that differ",
        previous.settings,
        (
            column("Setting", lambda one: one.setting),
            column("Then", lambda one: one.old or "not set"),
            column("Now", lambda one: one.new or "not set"),
        ),
    )
