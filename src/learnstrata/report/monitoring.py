"""The page of monitoring: what moved since a run, and what to do about it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from learnstrata.learners.features.register import feature_of
from learnstrata.report import theme
from learnstrata.report.figures.bins import capital
from learnstrata.report.templating import templates
from learnstrata.summary.contract.monitoring import Check, Monitoring, PayNow
from learnstrata.summary.monitoring import (
    HEADLINES,
    RATES,
    check_name,
    direction,
    pay_sentence,
    percent,
)
from learnstrata.wording.numbers import NOTHING, Numbers, as_number
from learnstrata.wording.tables import Table, column, table_of

__all__ = ["render_monitoring"]

SUBJECTS = {
    "What the segments are made of": ("feature", "unknown"),
    "The segments": ("segments", "distance"),
    "The table": ("missing", "rule", "unusable"),
}
LEAST_SCALE = 1.2  # times the limit of a refit: where the scale of moves ends at least
LONGEST = 98.0  # percent of a track
PARTS = {
    "total": "Typical pay of all learners",
    "within": "Among learners of the same kind",
    "mix": "Because other learners are there",
}
UNDER = {0.001: "<0.001", 0.01: "<0.01", 0.05: "<0.05", 0.1: "<0.1", 1.0: "0.1 or more"}
SAYS = {
    "keep": "Nothing has to be done. Look again with the next table.",
    "watch": "No new segments are needed yet. Look again soon, and at what moved.",
    "refit": "The segments were made of other learners than these. Make a new run, and "
    "compare it with this one before it is used.",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that was looked at, as a line of the chart: places in percent."""

    name: str
    text: str
    advice: str
    at: float | None
    floor: float


@dataclass(frozen=True, slots=True)
class Subject:
    """Rows that belong together, and the names of what is not worth a row."""

    title: str
    rows: tuple[Row, ...]
    still: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A segment then and now: shares in percent of the largest."""

    id: int
    name: str
    colour: str
    ink: str
    before: str
    now: str
    old: float
    new: float


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the change of pay: its interval and middle, places in percent."""

    name: str
    told: str
    at: float
    low: float
    width: float
    zero: float


def render_monitoring(found: Monitoring, write: Numbers) -> str:
    """Render what monitoring found as one HTML page that needs nothing else.

    Parameters
    ----------
    found : Monitoring
        As it may be told.
    write : Numbers
        Of the run.

    Returns
    -------
    str
        A whole page, without a script and without a request.
    """
    page = templates().get_template("monitoring.html.j2")
    scale = _scale(found)
    return page.render(
        found=found,
        write=write,
        headline=HEADLINES[found.advice],
        says=SAYS[found.advice],
        lead=_lead(found),
        sentences=found.sentences[1:],
        facts=_facts(found, write),
        subjects=tuple(_subjects(found, scale)),
        limits=_lines(found, scale),
        bars=tuple(_bars(found, write)),
        pay=pay_sentence(found.pay) if found.pay else "",
        parts=tuple(_parts(found.pay)) if found.pay else (),
        values=_values(found),
        checks=_checks(found),
        alpha=percent(found.limits.alpha),
        watch_pay=percent(found.limits.watch_pay),
        refit_pay=percent(found.limits.refit_pay),
    )


def _lead(found: Monitoring) -> str:
    """Give the sentence of the advice without what the headline says."""
    first = found.sentences[0] if found.sentences else ""
    return capital(first.removeprefix(f"{HEADLINES[found.advice]}: "))


def _facts(found: Monitoring, write: Numbers) -> dict[str, str]:
    facts = {
        "Learners now": write.count(found.size_new),
        "Learners of the run": write.count(found.size_old),
    }
    if found.is_followed:
        facts["In both, of the smaller table"] = percent(found.in_both)
    facts["Things looked at"] = str(len(found.checks))
    facts["Beyond their limits"] = str(len(found.moved))
    if found.as_of_new != found.as_of_old:
        facts["Year of the run, and now"] = f"{found.as_of_old}, {found.as_of_new}"
    return facts


def _scale(found: Monitoring) -> float:
    """Give the move at which the tracks of the chart end."""
    drawn = [one for one in found.checks if one.looked != "pay"]
    most = max((one.effect or 0.0 for one in drawn), default=0.0)
    return max(LEAST_SCALE * found.limits.refit_effect, most)


def _place(value: float | None, scale: float) -> float:
    return round(LONGEST * min((value or 0.0) / scale, 1.0), 2)


def _lines(found: Monitoring, scale: float) -> dict[str, tuple[float, str]]:
    asked = found.limits
    return {
        "watch": (_place(asked.watch_effect, scale), f"watched: {asked.watch_effect}"),
        "refit": (_place(asked.refit_effect, scale), f"refit: {asked.refit_effect}"),
    }


def _subjects(found: Monitoring, scale: float) -> Iterator[Subject]:
    for title, kinds in SUBJECTS.items():
        checks = [one for one in found.checks if one.looked in kinds]
        checks.sort(key=lambda one: (one.advice == "keep", -(one.effect or 0.0)))
        shown = [one for one in checks if _is_shown(one)]
        still = tuple(check_name(one) for one in checks if not _is_shown(one))
        if checks:
            yield Subject(title, tuple(_row(one, scale) for one in shown), still)


def _is_shown(check: Check) -> bool:
    """Say whether a row is worth its place: rates that lie still are only named."""
    moved = check.advice != "keep" or (check.effect or 0.0) > (check.floor or 0.0)
    return moved or check.looked in {"feature", "segments", "distance"}


def _row(check: Check, scale: float) -> Row:
    return Row(
        name=capital(check_name(check)),
        text=_short(check),
        advice=check.advice,
        at=None if check.effect is None else _place(check.effect, scale),
        floor=_place(check.floor, scale),
    )


def _short(check: Check) -> str:
    """Tell a move beside its place on the track, which names the unit."""
    if check.looked in RATES:
        few = "too few to tell"
        then, now = (
            few if rate is None else percent(rate) for rate in (check.old, check.new)
        )
        return few if {then, now} == {few} else f"{then} then, {now} now"
    effect = as_number(check.effect)
    return " ".join(filter(None, (effect, direction(check))))


def _bars(found: Monitoring, write: Numbers) -> Iterator[Bar]:
    shares = [one.share or 0.0 for one in found.segments]
    most = max([*shares, *(one.share_new or 0.0 for one in found.segments)], default=0)
    for one in found.segments:
        colour = theme.segment_colour(one.id)
        yield Bar(
            id=one.id,
            name=one.name,
            colour=colour,
            ink=theme.ink_on(colour),
            before=write.share(one.share),
            now=write.share(one.share_new),
            old=_place(one.share, most) if most else 0.0,
            new=_place(one.share_new, most) if most else 0.0,
        )


def _parts(pay: PayNow) -> Iterator[Part]:
    """Lay the three changes of pay and their intervals on one scale around none."""
    told = {
        name: [getattr(pay, f"{name}{end}") for end in ("_low", "", "_high")]
        for name in PARTS
    }
    if any(value is None for values in told.values() for value in values):
        return
    low = min(0.0, *(values[0] for values in told.values()))
    high = max(0.0, *(values[2] for values in told.values()))
    reach = (high - low) or 1.0

    def place(value: float) -> float:
        return round(2 + (LONGEST - 2) * (value - low) / reach, 2)

    for name, title in PARTS.items():
        start, middle, end = told[name]
        yield Part(
            name=title,
            told=f"{_signed(middle)} ({_signed(start)} to {_signed(end)})",
            at=place(middle),
            low=place(start),
            width=round(place(end) - place(start), 2),
            zero=place(0.0),
        )


def _signed(value: float) -> str:
    return f"+{percent(value)}" if value > 0 else percent(value)


def _values(found: Monitoring) -> Table:
    """Set the shares of values that changed beside each other."""
    return table_of(
        "Values whose share changed by a point or more",
        found.values,
        (
            column("Of", lambda one: capital(feature_of(one.category).label)),
            column("Value", lambda one: one.value),
            column("Then", lambda one: one.old, "share"),
            column("Now", lambda one: one.new, "share"),
        ),
        note=f"{NOTHING} is under {found.base} learners. The five largest changes of "
        "each category, in steps of ten learners or more.",
    )


def _checks(found: Monitoring) -> Table:
    """List everything that was looked at, with its limits of chance."""
    return table_of(
        "Everything that was looked at",
        _sorted(found.checks, found),
        (
            column("What", lambda one: capital(check_name(one))),
            column("Then", lambda one: one.old, "share"),
            column("Now", lambda one: one.new, "share"),
            column("Move", lambda one: one.effect, "number"),
            column("By chance up to", lambda one: one.floor, "number"),
            column("PSI", lambda one: one.psi, "number"),
            column("PSI by chance up to", lambda one: one.psi_floor, "number"),
            column("p, corrected", lambda one: _p(one.p)),
            column("Advice", lambda one: one.advice),
        ),
        note="Moves in standard deviations, of pay a part of it. One in 100 tables "
        "that lie still goes beyond what is called chance. PSI is the stability "
        "index of scoring, where 0.1 and 0.25 are the usual limits at whatever size.",
    ).without_empty("Then", "Now")


def _sorted(checks: Sequence[Check], found: Monitoring) -> list[Check]:
    return sorted(
        checks, key=lambda one: (one.advice == "keep", -found.times_limit(one))
    )


def _p(value: float | None) -> str | None:
    if value is None:
        return None
    return UNDER.get(value, as_number(value, 3))
