"""What a chart is: its finding, its specification, its numbers as a table."""

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import JsonValue

from learnstrata.summary.contract.results import DisclosedSummary
from learnstrata.wording.tables import Table

__all__ = ["Chart", "Spec"]

Spec = dict[str, JsonValue]


def no_note(_: DisclosedSummary) -> str:
    """Say nothing beside a chart."""
    return ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of the report: how it is made of a summary.

    Attributes
    ----------
    key : str
        Unique in the page.
    has : callable
        Whether the summary has the numbers for it. Titles and sizes come from disclosed
        numbers: a chart that these do not allow is not drawn.
    spec : callable
        The Vega-Lite specification, without configuration: all charts share that of the
        theme.
    title : callable
        What the chart shows, from the numbers.
    table : callable
        Its numbers.
    note : callable
        How to read it; may be empty.
    is_numbered : bool
        Whether segments stand in it by their numbers alone: a picture of it that leaves
        the page has their names below.
    section : str
        Section of the page whose further charts it is one of; empty where the page has
        a place for it.
    """

    key: str
    has: Callable[[DisclosedSummary], bool]
    spec: Callable[[DisclosedSummary], Spec]
    title: Callable[[DisclosedSummary], str]
    table: Callable[[DisclosedSummary], Table]
    note: Callable[[DisclosedSummary], str] = no_note
    is_numbered: bool = False
    section: str = ""
