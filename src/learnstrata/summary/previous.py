"""What is new since an earlier run, in one to three sentences."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from learnstrata.learners.features.register import feature_of
from learnstrata.privacy.disclosure.rounding import AMOUNTS
from learnstrata.summary.contract.previous import (
    ComparedSegment,
    NumberChange,
    Previous,
    SegmentPair,
    SettingChange,
)
from learnstrata.wording import readings
from learnstrata.wording.numbers import Numbers
from learnstrata.wording.words import counted

__all__ = ["agreement_sentence", "previous_sentences", "with_sentences"]

MOST_TOLD = 3  # segments of one fate that are named, settings, items of a list
ITEMS = ", "


def with_sentences(previous: Previous, write: Numbers) -> Previous:
    """Give a comparison with the sentences that follow from its numbers.

    Parameters
    ----------
    previous : Previous
    write : Numbers
        Of the new run.
    """
    told = previous_sentences(previous, replace(write, base=previous.base))
    return previous.model_copy(update={"sentences": told})


def previous_sentences(previous: Previous, write: Numbers) -> tuple[str, ...]:
    """Say what is new: who stayed, what became of the segments, what changed most.

    Parameters
    ----------
    previous : Previous
        Exact, or disclosed.
    write : Numbers
    """
    told = (
        _learners(previous, write) if previous.by_learner else previous.why_not,
        _segments(previous),
        _largest(previous, write),
    )
    return tuple(one for one in told if one)


def agreement_sentence(previous: Previous) -> str:
    """Say how far the two runs put the same learners together, and in what measure.

    Parameters
    ----------
    previous : Previous
        In which learners are followed.
    """
    found = previous.agreement
    if found is None and min(previous.k_old, previous.k_new) < 2:
        return "One of the runs has one segment, so there is no agreement to tell."
    if found is None:
        return (
            "How far the two runs agree on learners in both is not told: they are too "
            f"few, or too many of the moves are of under {previous.base}."
        )
    how = "are the same" if found == 1 else readings.agreement(found)
    return (
        f"Over learners in both, the segments of the two runs {how}: adjusted Rand "
        f"index {found:.2f}, of 1 for the same and 0 for chance."
    )


def _number(feature: str, value: float | None, write: Numbers) -> str:
    if feature in AMOUNTS:
        return write.pay_text(value)
    if feature == "pay_growth":
        return write.growth(value)
    unit = feature_of(feature).unit
    text = write.years(value) if unit == "years" else write.plain(value)
    return f"{text} years" if unit == "years" and value is not None else text


def _learners(previous: Previous, write: Numbers) -> str:
    """Say how many of those in both are elsewhere now, and who came and went."""
    both, moved, joined, left = (
        write.count(n)
        for n in (previous.in_both, previous.moved, previous.joined, previous.left)
    )
    share = previous.share_moved
    part = "" if share is None else f" ({write.share(share)})"
    if not any(one.fate == "continued" for one in previous.pairs):
        return f"No segment continues; {joined} learners joined, {left} left."
    whose = f"Of {both} learners in both runs"
    if previous.in_both is None:
        whose = "Both runs have the same learners, or nearly:"
    return (
        f"{whose} {moved}{part} are not in the segment that continues theirs; {joined} "
        f"joined, {left} left."
    )


def _segments(previous: Previous) -> str:
    """Say what became of the segments."""
    alike = [p for p in previous.pairs if p.fate in {"continued", "same name"}]
    how = "continue" if previous.by_learner else "have a namesake"
    told = [f"{len(alike)} of {previous.k_old} segments {how}"]
    if previous.by_learner and not alike:
        told = []  # said beside who came and left
    if previous.by_learner and len(alike) == previous.k_old == previous.k_new:
        told = ["All segments continue" if len(alike) > 1 else "The segment continues"]
    told += [text for fate in SAID for text in _fate(previous, fate)]
    return f"{'; '.join(told)}."


SAID = {
    "renamed": "{old} is now called {new}",
    "split": "{new} parted from {old}",
    "merged": "{old} went into {new}",
    "new": "{new} is new",
    "retired": "{old} is no more",
}


def _fate(previous: Previous, fate: str) -> list[str]:
    """Tell of the segments of one fate, by their names; of many how many more."""
    found = [pair for pair in previous.pairs if _fate_of(pair, previous) == fate]
    told = [
        SAID[fate].format(old=old, new=new)
        for old, new in (_told_apart(pair, previous) for pair in found[:MOST_TOLD])
    ]
    more = len(found) - len(told)
    return [*told, f"and {counted(more, 'more segment')} so"] if more > 0 else told


def _fate_of(pair: SegmentPair, previous: Previous) -> str:
    old, new = previous.old(pair.old_id), previous.new(pair.new_id)
    named = pair.fate == "continued" and old and new and old.name != new.name
    return "renamed" if named else pair.fate


def _told_apart(pair: SegmentPair, previous: Previous) -> tuple[str, str]:
    """Name both segments of a pair, with their numbers where they have one name."""
    old, new = previous.old(pair.old_id), previous.new(pair.new_id)
    names = _named(old), _named(new)
    if not (old and new and old.name == new.name):
        return names
    return f"{names[0]} (segment {old.id} then)", f"{names[1]} (segment {new.id} now)"


def _named(one: ComparedSegment | None) -> str:
    return f'"{one.name}"' if one else "a segment too small to be told"


def _largest(previous: Previous, write: Numbers) -> str:
    """Tell the median that changed most of all, and the settings that differ."""
    median = _median(previous.numbers, write)
    settings = [one for one in previous.settings if _is_asked(one, previous)]
    if not settings:
        return f"{median}." if median else ""
    if not median:
        return f"The runs differ in settings: {_differences(settings)}."
    return f"{median}; settings differ: {_differences(settings, most=1)}."


def _median(changes: Sequence[NumberChange], write: Numbers) -> str:
    """Name the median of all that changed most beyond noise; nothing if none did."""
    change = max(_news(changes), key=_effect, default=None)
    if change is None:
        return ""
    then, now = (_number(change.feature, n, write) for n in (change.old, change.new))
    label = feature_of(change.feature).label
    return f"Median {label} of all went from {then} to {now}"


# Settings that change what a segment is; the others change how it is looked at.
K = "selection.k"
ASKED = ("recipe", "as_of", K, "unit", "features", "experience_bands")
ASKED += ("pay.currency",)
LISTS = "columns."


def _is_asked(change: SettingChange, previous: Previous) -> bool:
    """Say whether a setting may have changed the segments; not a k that is the same."""
    if change.setting == K and previous.k_old == previous.k_new:
        return False
    return change.setting in ASKED or change.setting.startswith(LISTS)


def _differences(changes: Sequence[SettingChange], *, most: int = MOST_TOLD) -> str:
    """Tell the first settings that differ with both values, and how many more do."""
    told = [
        f"{one.setting} was {_shortened(one.old)}, now {_shortened(one.new)}"
        for one in changes[:most]
    ]
    more = len(changes) - len(told)
    return "; ".join([*told, f"and {more} more"] if more else told)


def _shortened(value: str) -> str:
    """Write a value, of a list the first items and how many more there are."""
    items = value.split(ITEMS)
    more = len(items) - MOST_TOLD
    if more > 1:
        return f"{ITEMS.join(items[:MOST_TOLD])} and {more} more"
    return value or "not set"


def _news(changes: Sequence[NumberChange]) -> Iterable[NumberChange]:
    return (
        one
        for one in changes
        if one.feature in {"pay", "years_of_experience", "company_pay"}
        and one.is_beyond_noise
    )


def _effect(change: NumberChange) -> float:
    return abs(change.effect or 0.0)
