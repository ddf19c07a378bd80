"""The card of each segment: what it is, in numbers, bars and sentences."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from learnstrata.learners.features.register import feature_of
from learnstrata.learners.schema.register import is_extra
from learnstrata.report import theme
from learnstrata.report.figures.bins import (
    capital,
    feature_title,
    label_of,
    number_text,
    own_numbers,
)
from learnstrata.report.figures.profiles.role_index import DISTINCTIVE, RARE
from learnstrata.report.outcomes import outcome_line
from learnstrata.report.parts import parts_sentence
from learnstrata.report.sureness import jaccard_of, overlap
from learnstrata.summary.contract.meaning import (
    CategoryShare,
    Progression,
    Segment,
    TypicalNumber,
)
from learnstrata.summary.contract.results import DisclosedSummary
from learnstrata.wording.numbers import Numbers
from learnstrata.wording.words import listed

__all__ = ["Card", "Measure", "Part", "cards_of", "rules_sentence", "without_card"]

TOP_ROLES = 5
UNTOLD = "not told"
SIZED = 20  # learners from which quartiles of sizes are told, those of few as well
LEAST_PULL = 0.05  # of all pulls: less decides next to nothing
MEASURES = ("pay", "years_of_experience", "company_pay", "company_learners")
MOST_OWN = 6  # numbers and categories of the user's that a card shows
MOST_VALUES = 5  # of a category of the user's
MEDIANS = ("pay", "years_of_experience")  # the other numbers are medians of companies
BANDS = {
    "pay_band": "Pay bands",
    "tier": "Company tiers",
    "experience_band": "Experience",
}


@dataclass(frozen=True, slots=True)
class Measure:
    """A typical value of a segment, its quartiles, and the median of all."""

    label: str
    value: str
    quartiles: str
    base: str


@dataclass(frozen=True, slots=True)
class Part:
    """A value of a category in a segment: share, index, and how to draw it.

    `side` is "over" where the value is distinctive, "under" where it is rare, and empty
    where that follows from the cut.
    """

    value: str
    share: str
    width: float
    index: str
    side: str
    shade: str


@dataclass(frozen=True, slots=True)
class Card:
    """One segment as it is shown; what the run does not know is not there."""

    id: int
    name: str
    colour: str
    ink: str
    count: str
    share: str
    width: float
    description: str
    measures: tuple[Measure, ...]
    roles: tuple[Part, ...]
    bands: tuple[tuple[str, tuple[Part, ...]], ...]
    facts: tuple[tuple[str, str], ...]


def cards_of(summary: DisclosedSummary) -> tuple[Card, ...]:
    """Give the card of each segment, for the page and for a notebook."""
    shares = [
        role.share or 0.0
        for segment in summary.segments
        for role in _top_roles(segment)
    ]
    scale = 100 / (max(shares, default=1.0) or 1.0)
    return tuple(_card(summary, segment, scale) for segment in summary.segments)


def _card(summary: DisclosedSummary, segment: Segment, scale: float) -> Card:
    write, colour = summary.settings.numbers, theme.segment_colour(segment.id)
    return Card(
        id=segment.id,
        name=segment.name,
        colour=colour,
        ink=theme.ink_on(colour),
        count=write.count(segment.size),
        share=write.share(segment.share),
        width=round(100 * (segment.share or 0.0), 2),
        description=summary.words.descriptions.get(segment.id, ""),
        measures=tuple(_measures(summary, segment)),
        roles=_marked(
            (_part(role, scale, "", write) for role in _top_roles(segment)),
            summary,
            "role",
        ),
        bands=tuple(_bands(summary, segment)),
        facts=tuple(_facts(summary, segment)),
    )


def _top_roles(segment: Segment) -> Sequence[CategoryShare]:
    roles = segment.category("role")
    return [role for role in roles if role.count is not None][:TOP_ROLES]


def _measures(summary: DisclosedSummary, segment: Segment) -> Iterator[Measure]:
    """Give what is typical of a segment; beside it that of all, if all are not it."""
    write, own = summary.settings.numbers, own_numbers(summary)[:MOST_OWN]
    for name in (*MEASURES, *own):
        one = segment.number(name)
        if one is None:
            continue
        low, middle, high, base = (
            _written(value, one, write)
            for value in (one.p25, one.p50, one.p75, one.base)
        )
        if middle:
            title = feature_title(name, write)
            median = f"Median {title[:1].lower()}{title[1:]}"
            median = f"Median {label_of(name)}" if is_extra(name) else median
            half = f"{low} to {high}" if low and high else UNTOLD
            label = median if name in MEDIANS or is_extra(name) else title
            of_all = "" if summary.is_one_segment else base or UNTOLD
            yield Measure(label, middle, half, of_all)


def _written(value: float | None, one: TypicalNumber, write: Numbers) -> str:
    """Write a quartile; a size that is not given is of few, anything else not told."""
    feature = feature_of(one.feature)
    if feature.unit == "learners" and (one.n or 0) >= SIZED:
        return write.count(value)
    if value is None:
        return ""
    return number_text(value, one.feature, write)


def _part(share: CategoryShare, scale: float, shade: str, write: Numbers) -> Part:
    counted = write.count(share.count)
    told = counted if share.count is None else f"{counted} of them"
    return Part(
        value=share.value,
        share=told if share.share is None else write.share(share.share),
        width=round(scale * (share.share or 0.0), 2),
        index=write.index(share.index),
        side=_side(share.index),
        shade=shade,
    )


def _side(index: float | None) -> str:
    if index is None or RARE < index < DISTINCTIVE:
        return ""
    return "over" if index >= DISTINCTIVE else "under"


def _marked(
    parts: Iterable[Part], summary: DisclosedSummary, category: str
) -> tuple[Part, ...]:
    """Mark nothing as distinctive of what the segments were cut on."""
    if not summary.is_cut_on(category):
        return tuple(parts)
    return tuple(replace(one, side="") for one in parts)


def _bands(
    summary: DisclosedSummary, segment: Segment
) -> Iterator[tuple[str, tuple[Part, ...]]]:
    write = summary.settings.numbers
    for category, title in BANDS.items():
        shares = segment.category(category)
        order = [one.name for one in summary.band_limits if one.feature == category]
        if shares:
            parts = _ordered_parts(shares, order, write)
            yield title, _marked(parts, summary, category)
    own = [one.name for one in segment.categories if is_extra(one.name)]
    for category in own[:MOST_OWN]:
        told = [one for one in segment.category(category) if one.count is not None]
        if told:
            parts = _most_frequent(told, write)
            yield capital(label_of(category)), _marked(parts, summary, category)


def _most_frequent(shares: Sequence[CategoryShare], write: Numbers) -> tuple[Part, ...]:
    """Give the most frequent values of a category without an order."""
    last = len(theme.SHADES) - 1
    return tuple(
        _part(share, 100, theme.SHADES[min(i, last)], write)
        for i, share in enumerate(shares[:MOST_VALUES])
    )


def _ordered_parts(
    shares: Sequence[CategoryShare], order: Sequence[str], write: Numbers
) -> tuple[Part, ...]:
    place = {value: i for i, value in enumerate(order)}
    ranked = sorted(shares, key=lambda s: (place.get(s.value, len(place)), s.value))
    names = [*reversed(order)] if order else [share.value for share in ranked]
    last = len(theme.SHADES) - 1
    shade = {name: theme.SHADES[min(i, last)] for i, name in enumerate(names)}
    return tuple(
        _part(share, 100, shade.get(share.value, theme.SHADES[last]), write)
        for share in ranked
    )


def _facts(summary: DisclosedSummary, segment: Segment) -> Iterator[tuple[str, str]]:
    """Say what a card says besides the profile: rule, progression, stable, sure."""
    write = summary.settings.numbers
    told = {
        "Name": _own_name(segment),
        "In words": _rule(summary, segment, write),
        "What decides": _decides(segment, write, summary.settings.units),
        "Parts": parts_sentence(summary, segment.id),
        "Outcomes": outcome_line(summary, segment),
        "Progression": _progression(segment.progression, write),
        "How stable": _stable(summary, segment.id, write),
        "How sure": _sure(summary, segment.id, write),
    }
    yield from ((heading, sentence) for heading, sentence in told.items() if sentence)


def _own_name(segment: Segment) -> str:
    """Tell our name where the user gave another: it may be of another fit."""
    if segment.name_by_numbers == segment.name:
        return ""
    return (
        f'Given in the configuration; by its numbers it is "{segment.name_by_numbers}".'
    )


def _rule(summary: DisclosedSummary, segment: Segment, write: Numbers) -> str:
    rule = segment.rule
    if rule is None:
        none = "No short rule catches this segment."
        return "" if summary.rules.reason else none
    if rule.coverage is None or rule.precision is None:
        few = "Too few were set aside to say how well it does."
        return f"{capital(rule.text)}. {few}"
    return (
        f"{capital(rule.text)}. Catches {write.share(rule.coverage)} of the segment; "
        f"{write.share(rule.precision)} of those caught are in it."
    )


def _decides(segment: Segment, write: Numbers, units: str) -> str:
    """Say what puts one into this segment rather than into the next.

    Where pay and its logarithm both do, each bears its own name as well.
    """
    pulls = [pull for pull in segment.pulls if (pull.share or 0.0) >= LEAST_PULL]
    times = Counter(pull.told for pull in pulls)
    told = []
    for pull in pulls:
        way = pull.told if times[pull.told] == 1 else f"{pull.told}, as {pull.label}"
        told.append(f"{way} ({write.share(pull.share)})")
    if not told:
        return ""
    return f"What puts {units} here and not in the next segment: {listed(told)}."


def _progression(found: Progression | None, write: Numbers) -> str:
    """Say how pay grew and roles changed, of learners with older records."""
    if found is None:
        return ""
    parts = []
    if found.growth is not None:
        parts.append(
            f"pay grew by {write.growth(found.growth)} a year from the oldest to the "
            "newest ("
            f"{_of_all(found.growth_of_all, write.growth)}"
            f"{write.count(found.n_growth)} learners)"
        )
    if found.role_change is not None:
        parts.append(
            f"{write.share(found.role_change)} named more than one role ("
            f"{_of_all(found.role_change_of_all, write.share)}"
            f"{write.count(found.n_roles)} learners)"
        )
    return f"Of learners with older records: {'; '.join(parts)}." if parts else ""


def _of_all(value: float | None, write: Callable[[float | None], str]) -> str:
    return "" if value is None else f"all: {write(value)}; "


def _stable(summary: DisclosedSummary, segment_id: int, write: Numbers) -> str:
    """Say how far the segment overlaps with itself in cuts of half the learners."""
    found = summary.evidence.stability if summary.evidence else None
    row = jaccard_of(summary, segment_id)
    if found is None or row is None:
        return ""
    return (
        f"In {write.count(found.halves)} halves of the {summary.settings.units} that "
        f"were cut from scratch it overlaps with itself by {overlap(row, write)}."
    )


def _sure(summary: DisclosedSummary, segment_id: int, write: Numbers) -> str:
    """Say how many are deep in the segment, near another one, and far from all."""
    rows = summary.evidence.certainty.per_segment if summary.evidence else ()
    for row in rows:
        if row.segment_id == segment_id:
            return (
                f"{capital(write.count(row.core))} are nearest to this segment (core), "
                f"{write.count(row.borderline)} nearly as near to another (borderline) "
                f"and {write.count(row.atypical)} far from all (atypical)."
            )
    return ""


def rules_sentence(summary: DisclosedSummary) -> str:
    """Say how well the rules in words tell the segments apart, and their whole tree."""
    found, write = summary.rules, summary.settings.numbers
    units = summary.settings.units
    if found.reason:
        return f"There are no rules in words: {found.reason.removesuffix('.')}."
    return (
        f"How good are the rules on the cards? They place {write.share(found.stated)} "
        f"of the {units} right, each by the rule of the own segment and no other. All "
        f"rules of the tree they are taken from place {write.share(found.fidelity)} "
        "right, and calling everybody the largest segment "
        f"{write.share(found.baseline)}. This was measured on "
        f"{write.count(found.n_held_out)} {units} set aside for it."
    )


def without_card(summary: DisclosedSummary) -> str:
    """Say how many segments have too few learners to be shown; empty if none has."""
    n = summary.small_segments
    if not n:
        return ""
    few = summary.settings.numbers.count(None)
    told = "1 segment has" if n == 1 else f"{n} segments have"
    return f"{told} {few} learners and cannot be shown."
