"""How the numbers of learners go together, each pair once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from learnstrata.report import theme
from learnstrata.report.figures.bins import capital, label_of
from learnstrata.report.figures.chart import Chart, Spec
from learnstrata.report.figures.layers import Row, heat_map
from learnstrata.report.figures.vega import PAPER
from learnstrata.summary.contract.results import DisclosedSummary, Summary
from learnstrata.wording.numbers import Numbers
from learnstrata.wording.readings import SCALE
from learnstrata.wording.tables import Table, column, table_of

__all__ = ["CHART"]

SAME = {"pay", "log_pay"}  # by rank they are one


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two numbers: the places of their features, and how they go together."""

    one: int
    other: int
    features: tuple[str, str]
    by_rank: float | None
    by_value: float | None

    @property
    def names(self) -> tuple[str, str]:
        return label_of(self.features[0]), label_of(self.features[1])


def _pairs(summary: Summary) -> Iterator[_Pair]:
    found = summary.description.correlations
    for i, other in enumerate(found.columns):
        for j, one in enumerate(found.columns[:i]):
            pearson, spearman = found.between(one, other)
            yield _Pair(j, i, (one, other), spearman, pearson)


def _draw(summary: DisclosedSummary) -> Spec:
    """Draw each pair once."""
    write = summary.settings.numbers
    names = [capital(label_of(one)) for one in summary.description.correlations.columns]
    return heat_map(
        [_cell(pair, names, write) for pair in _pairs(summary)],
        rows=names[1:],
        columns=names[:-1],
        x_title=None,
        cell=(54, 30),
        slant=-32,
    )


def _cell(pair: _Pair, names: Sequence[str], write: Numbers) -> Row:
    fill, ink = PAPER, theme.MUTED
    if pair.by_rank is not None:
        fill = theme.diverging(pair.by_rank)
        ink = theme.ink_on(fill)
    text = write.number(pair.by_rank)
    return {
        "row": names[pair.other],
        "column": names[pair.one],
        "text": text,
        "fill": fill,
        "ink": ink,
        "tip": f"{pair.names[1]} and {pair.names[0]}: {text}",
    }


def _title(summary: DisclosedSummary) -> str:
    """Name the two numbers that go together most; pay and its logarithm are one."""
    pairs = [
        (abs(pair.by_rank), pair.by_rank, pair.names)
        for pair in _pairs(summary)
        if pair.by_rank is not None and set(pair.features) != SAME
    ]
    if not pairs:
        return "No two numbers vary enough to be compared"
    _, rho, names = max(pairs, key=lambda pair: pair[0])
    told = summary.settings.numbers.number(rho)
    return f"{capital(names[0])} and {names[1]} go together most: {told} {SCALE}"


def _table(summary: Summary) -> Table:
    return table_of(
        "Correlations",
        _pairs(summary),
        [
            column("One", lambda pair: pair.names[0]),
            column("Other", lambda pair: pair.names[1]),
            column("By rank", lambda pair: pair.by_rank, "number"),
            column("By value", lambda pair: pair.by_value, "number"),
        ],
        sheet="Correlations",
    )


def _note(_: DisclosedSummary) -> str:
    return (
        "1: they rise together; 0: unrelated; -1: one falls as the other rises. By "
        "rank, so that pay and its logarithm are the same."
    )


CHART = Chart(
    key="correlations",
    has=lambda summary: len(summary.description.correlations.columns) > 1,
    spec=_draw,
    title=_title,
    table=_table,
    note=_note,
)
