"""What monitoring says, in sentences made of its numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from learnstrata.learners.features.register import feature_of, plain_name
from learnstrata.learners.schema.register import column_label
from learnstrata.summary.contract.monitoring import (
    Check,
    Monitoring,
    PayNow,
    SegmentNow,
)
from learnstrata.wording.numbers import Numbers, as_number
from learnstrata.wording.words import listed

__all__ = [
    "HEADLINES",
    "RATES",
    "check_name",
    "direction",
    "move_text",
    "pay_sentence",
    "percent",
    "with_sentences",
]

MOST_TOLD = 3  # moves that are named
MUCH_IN_BOTH = 0.1  # of the learners: from here on the tests warn late
HEADLINES = {
    "keep": "Keep the segments",
    "watch": "Watch the segments",
    "refit": "Refit the segments",
}
RATES = {"unknown", "missing", "rule", "unusable"}
PEERS = {
    "role_family": "role",
    "experience": "experience",
    "tier": "company tier",
}


def with_sentences(found: Monitoring, write: Numbers) -> Monitoring:
    """Give what monitoring found with the sentences that follow from its numbers.

    Parameters
    ----------
    found : Monitoring
        Exact, or as it may be told.
    write : Numbers
        Of the run.
    """
    written = replace(write, base=found.base)
    return found.model_copy(update={"sentences": tuple(_sentences(found, written))})


def _sentences(found: Monitoring, write: Numbers) -> Iterator[str]:
    yield _advice(found)
    pay = [] if found.pay is None else [pay_sentence(found.pay)]
    has_moved = any(one.looked == "pay" for one in found.moved)
    yield from pay if has_moved else ()
    segments = found.checks_of("segments")
    if segments and segments[0].advice != "keep":
        yield from _segments(found.segments, write)
    yield from _moves(found)
    yield from () if has_moved else pay
    yield from _power(found)
    yield from _both(found)


def _advice(found: Monitoring) -> str:
    """Say what to do, and what it follows from."""
    n, moved = len(found.checks), found.moved
    if not moved:
        return (
            f"{HEADLINES['keep']}: of {n} things that were looked at, none moved both "
            "beyond chance and by as much as is watched."
        )
    asks = [one for one in moved if one.advice == found.advice]
    names = [check_name(one) for one in asks]
    more = len(names) - MOST_TOLD
    told = [*names[:MOST_TOLD], *([f"{more} more"] if more > 0 else [])]
    limit = "asks for a refit" if found.advice == "refit" else "is watched"
    return (
        f"{HEADLINES[found.advice]}: {len(asks)} of {n} things that were looked at "
        f"moved beyond chance and by as much as {limit}: {listed(told)}."
    )


def _moves(found: Monitoring) -> Iterator[str]:
    """Tell the largest moves of what is told in no sentence of its own."""
    rest = [one for one in found.moved if one.looked not in {"pay", "segments"}]
    for one in rest[:MOST_TOLD]:
        name = check_name(one)
        yield f"{name[:1].upper()}{name[1:]}: {move_text(one)}."


def move_text(check: Check) -> str:
    """Say how far something moved, and how far chance alone goes.

    Examples
    --------
    >>> one = Check(looked="feature", name="log_experience", n_old=900, n_new=900,
    ...     effect=0.31, floor=0.08, shift=-0.3, psi=0.1, psi_floor=0.02, p=0.001,
    ...     advice="watch")
    >>> move_text(one)
    'lower, by 0.31 standard deviations (by chance up to 0.08)'
    """
    effect, floor = as_number(check.effect), as_number(check.floor)
    chance = f"(by chance up to {floor})"
    if check.looked == "pay":
        return f"{percent(check.effect)} {chance}"
    size = f"{effect} standard deviations {chance}"
    if check.looked in RATES:
        rates = f"from {_rate(check.old)} to {_rate(check.new)}"
        return rates if check.effect is None else f"{rates}, {size}"
    way = direction(check)
    return f"{way}, by {size}" if way else f"changed by {size}"


def direction(check: Check) -> str:
    """Say in which direction a number went; empty of what has none.

    Where the spread alone changed, its middle has moved no more than by chance.
    """
    if check.shift is None or not check.effect:
        return ""
    if abs(check.shift) < (check.floor or 0.0):
        return "spread differently"
    return "higher" if check.shift > 0 else "lower"


def _rate(value: float | None) -> str:
    return "under what is told" if value is None else percent(value)


def check_name(check: Check) -> str:
    """Name what was looked at, as a sentence does.

    Examples
    --------
    >>> one = Check(looked="missing", name="pay_year", n_old=900, n_new=900, effect=0.2,
    ...     floor=0.1, shift=None, psi=0.1, psi_floor=0.02, p=0.001, advice="watch")
    >>> check_name(one)
    'missing year of pay'
    """
    label = feature_of(plain_name(check.name)).label
    return {
        "feature": label,
        "segments": "shares of the segments",
        "distance": "distance to the own centre",
        "unknown": f"new values of {label}",
        "missing": f"missing {column_label(check.name)}",
        "rule": f"{check.name.replace('_', ' ')} (cleaning)",
        "unusable": f"{check.name.replace('_', ' ')} (records of nobody)",
        "pay": "pay among peers",
    }[check.looked]


def percent(value: float | None) -> str:
    """Write a part as a percentage, with a tenth only where there is one.

    Examples
    --------
    >>> percent(0.08), percent(-0.0123), percent(None)
    ('8%', '-1.2%', 'not told')
    """
    if value is None:
        return "not told"
    text = f"{100 * value:.1f}".removesuffix(".0")
    return f"{'0' if text == '-0' else text}%"


def _segments(segments: Sequence[SegmentNow], write: Numbers) -> Iterator[str]:
    """Tell the segment whose share changed most."""

    def step(one: SegmentNow) -> float:
        return abs((one.share_new or 0.0) - (one.share or 0.0))

    told = [s for s in segments if s.share is not None and s.share_new is not None]
    if told:
        most = max(told, key=step)
        yield (
            f'"{most.name}" went from {write.share(most.share)} to '
            f"{write.share(most.share_new)} of the learners."
        )


def pay_sentence(pay: PayNow) -> str:
    """Say whether pay moved among like learners, or because others are there.

    Parameters
    ----------
    pay : PayNow
    """
    peers = f"learners of the same {listed([PEERS[name] for name in pay.by])}"
    if not pay.by:
        peers = "all learners"
    if pay.move == "unknown" or pay.within is None:
        return (
            "How far pay moved among like learners is not told: it is known of too few "
            "learners or companies, or most of these learners are at one."
        )
    size = percent(abs(pay.within))
    ends = f"{percent(pay.within_low)} to {percent(pay.within_high)}"
    mix = _mix(pay)
    if pay.move in {"inflation", "deflation"}:
        verb = "rose" if pay.move == "inflation" else "fell"
        return (
            f"Pay {verb} by {size} among {peers} (95% interval {ends}): that is pay "
            f"{pay.move}{mix}. The segments lie at the pay of the run, so learners "
            "change segment with it though their standing is the same."
        )
    same = f"among {peers} pay is about as it was ({ends})"
    if pay.move == "mix":
        higher = "higher" if (pay.mix or 0.0) > 0 else "lower"
        return (
            f"Typical pay is {percent(abs(pay.mix or 0.0))} {higher} because other "
            f"learners are there: {same}."
        )
    return f"{same[:1].upper()}{same[1:]}."


def _mix(pay: PayNow) -> str:
    """Say what a change of who is there adds to a change of pay."""
    if not pay.is_mixed or pay.mix is None:
        return ", not a change of who is there"
    higher = "raise" if pay.mix > 0 else "lower"
    return (
        f"; other learners {higher} typical pay by {percent(abs(pay.mix))} besides, so "
        f"that it changed by {percent(pay.total)} in all"
    )


def _power(found: Monitoring) -> Iterator[str]:
    """Say what such a look could not see, where that is more than is watched."""
    floors = [one.floor for one in found.checks_of("feature") if one.floor is not None]
    if floors and max(floors) > found.limits.watch_effect:
        yield (
            f"With so few learners a move of under {as_number(max(floors))} standard "
            "deviations looks like chance."
        )


def _both(found: Monitoring) -> Iterator[str]:
    """Say where the two tables are no separate draws."""
    if found.in_both and found.in_both >= MUCH_IN_BOTH:
        yield (
            f"{percent(found.in_both)} of the learners of the smaller table are in "
            "both. The tests take the tables for separate draws: with the same "
            "learners in both, chance moves less than they allow for, and they warn "
            "late rather than falsely."
        )
