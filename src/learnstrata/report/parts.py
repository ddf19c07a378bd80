"""The parts of segments that are cut further: a small card each, by segment."""

from collections.abc import Iterator
from dataclasses import dataclass

from learnstrata.report import theme
from learnstrata.report.figures.bins import capital, label_of, number_text, unit_of
from learnstrata.segments.meaning.part_profiles import WITHIN
from learnstrata.summary.contract.evidence import Part
from learnstrata.summary.contract.meaning import Segment
from learnstrata.summary.contract.results import DisclosedSummary, Results
from learnstrata.wording.numbers import NOTHING, Numbers
from learnstrata.wording.words import listed

__all__ = [
    "CutSegment",
    "PartCard",
    "apart_text",
    "cut_segments",
    "parts_of",
    "parts_sentence",
    "roles_text",
]

MOST_ROLES = 3  # of a part that are named
MOST_NUMBERS = 4  # of a part that are shown


@dataclass(frozen=True, slots=True)
class PartCard:
    """A part of a segment as it is shown; what the run does not know is not there."""

    id: str
    name: str
    count: str
    share: str
    width: float
    apart: str
    measures: tuple[tuple[str, str, str], ...]
    roles: str


@dataclass(frozen=True, slots=True)
class CutSegment:
    """A segment that is cut further, with its parts."""

    id: int
    name: str
    colour: str
    ink: str
    parts: tuple[PartCard, ...]


def cut_segments(summary: DisclosedSummary) -> tuple[CutSegment, ...]:
    """Give each segment that is cut further, with a card for each of its parts."""
    found = []
    for segment in summary.segments:
        parts, colour = parts_of(summary, segment.id), theme.segment_colour(segment.id)
        if len(parts) > 1:
            write = summary.settings.numbers
            cards = tuple(_card(part, segment, write) for part in parts)
            ink = theme.ink_on(colour)
            found.append(CutSegment(segment.id, segment.name, colour, ink, cards))
    return tuple(found)


def parts_of(summary: Results, segment_id: int) -> tuple[Part, ...]:
    """List the parts of a segment; a whole one is its own only part."""
    every = summary.evidence.finer.parts if summary.evidence else ()
    return tuple(part for part in every if part.segment_id == segment_id)


def parts_sentence(summary: Results, segment_id: int) -> str:
    """Say which parts a segment is cut into; empty where it is whole."""
    parts, write = parts_of(summary, segment_id), summary.settings.numbers
    if len(parts) < 2:
        return ""
    told = [f"{part.name} ({write.share(part.share_of_segment)})" for part in parts]
    return f"Cut finer: {'; '.join(told)}."


def roles_text(part: Part) -> str:
    """List the most frequent roles of a part."""
    return ", ".join(role.value for role in part.roles[:MOST_ROLES])


def apart_text(part: Part) -> str:
    """Say what parts a part from the rest of its segment."""
    return capital(f"{listed(part.apart)} {WITHIN}") if part.apart else ""


def _card(part: Part, segment: Segment, write: Numbers) -> PartCard:
    return PartCard(
        id=part.subsegment_id,
        name=part.name,
        count=write.count(part.count),
        share=write.share(part.share_of_segment),
        width=round(100 * (part.share_of_segment or 0.0), 2),
        apart=apart_text(part),
        measures=tuple(_measures(part, segment, write))[:MOST_NUMBERS],
        roles=roles_text(part),
    )


def _measures(
    part: Part, segment: Segment, write: Numbers
) -> Iterator[tuple[str, str, str]]:
    """Give label, median of the part, and median of its segment."""
    for one in part.typical:
        if one.p50 is None:
            continue
        whole, unit = segment.number(one.feature), unit_of(one.feature, write)
        of_all = number_text(whole.p50 if whole else None, one.feature, write)
        yield (
            f"Median {label_of(one.feature)}{f' ({unit})' if unit else ''}",
            number_text(one.p50, one.feature, write),
            of_all if of_all != NOTHING else "",
        )
