"""Prediction strength: whether two halves of the learners are cut alike."""

from collections.abc import Sequence
from itertools import pairwise

from learnstrata.report.figures.chart import Chart, Spec
from learnstrata.report.figures.choice.measures import STRENGTH
from learnstrata.report.figures.choice.over_k import drawn_over_k, points_of
from learnstrata.report.figures.results import evidence_of
from learnstrata.summary.contract.results import DisclosedSummary
from learnstrata.wording.readings import HALVES
from learnstrata.wording.tables import Table, column, table_of
from learnstrata.wording.words import listed

__all__ = ["CHART"]


def has(summary: DisclosedSummary) -> bool:
    """Say whether halves were compared at some k."""
    return summary.evidence is not None and bool(points_of(summary, STRENGTH))


def draw(summary: DisclosedSummary) -> Spec:
    """Draw the prediction strength of halves over k."""
    return drawn_over_k(summary, STRENGTH, width=350)


def title(summary: DisclosedSummary) -> str:
    """Say for which k the prediction strength is as high as is usually asked."""
    write, k = summary.settings.numbers, summary.selection.k
    rows = evidence_of(summary).halves.table
    found = {row.k: row.prediction_strength for row in rows}
    strong = [row for row, value in found.items() if value and value >= HALVES]
    own = "" if found.get(k) is None else f"; k = {k} has {write.statistic(found[k])}"
    if not strong:
        return f"Prediction strength is under {HALVES} at every k tried{own}"
    told = _ranged(strong)
    return f"Prediction strength is {HALVES} or more at k = {told}{own}"


def _ranged(found: Sequence[int]) -> str:
    run = len(found) > 2 and all(b == a + 1 for a, b in pairwise(found))
    return f"{found[0]} to {found[-1]}" if run else listed([str(k) for k in found])


def table(summary: DisclosedSummary) -> Table:
    """Give the prediction strength of every k."""
    return table_of(
        "Prediction strength by k",
        evidence_of(summary).halves.table,
        [
            column("k", lambda row: str(row.k)),
            column(
                "Prediction strength", lambda row: row.prediction_strength, "statistic"
            ),
            column("Standard error", lambda row: row.standard_error, "statistic"),
        ],
        sheet="Prediction strength",
    )


def note(summary: DisclosedSummary) -> str:
    """Say how the halves were made, and how their agreement is read."""
    rows = summary.settings.numbers.count(evidence_of(summary).halves.rows)
    return (
        f"{rows} {summary.settings.units} were halved several times; one half is cut, "
        "and the other half's own cut must keep its pairs together. The figure is that "
        f"of the worst segment; dashed: {HALVES}, from which a k is usually called "
        "found. Bars: one standard error."
    )


CHART = Chart(key="strength", has=has, spec=draw, title=title, table=table, note=note)
