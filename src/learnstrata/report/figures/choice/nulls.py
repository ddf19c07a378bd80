"""Statistics beside their values on tables without any groups."""

from learnstrata.report.figures.chart import Chart, Spec
from learnstrata.report.figures.layers import TIP, Row, at_least, domain, layer, layered
from learnstrata.report.figures.results import evidence_of, p_cell
from learnstrata.report.figures.vega import field, mark
from learnstrata.summary.contract.evidence import NullStatistic
from learnstrata.summary.contract.results import DisclosedSummary, Results
from learnstrata.wording.numbers import Numbers
from learnstrata.wording.readings import level_of_p
from learnstrata.wording.tables import Table, column, table_of
from learnstrata.wording.words import listed

__all__ = ["CHART"]

WIDTH, HEIGHT = 330, 44
GREY, FOUND = "#7d8895", "#d55e00"
SPAN = 0.05  # of an axis, at least: less is no difference in any of these
LABELS = {
    "hopkins": "Hopkins (power d)",
    "silhouette": "Silhouette",
    "gap": "Gap",
    "half_agreement": "Agreement of halves",
    "lowest_jaccard": "Lowest Jaccard",
}
LIMITS = {"hopkins": (0.0, 1.0), "lowest_jaccard": (0.0, 1.0)}


def label_of(row: NullStatistic) -> str:
    """Name a statistic that stands beside structureless tables."""
    return LABELS.get(row.statistic, row.statistic)


def shown(summary: Results) -> tuple[NullStatistic, ...]:
    """List the statistics that were measured on the sample and on the tables."""
    found = summary.evidence.nulls.statistics if summary.evidence else ()
    return tuple(row for row in found if row.observed is not None and row.draws)


def draw(summary: DisclosedSummary) -> Spec:
    """Draw a strip a statistic: structureless tables as dots, the run as a diamond."""
    write = summary.settings.numbers
    strips = [_strip(row, write) for row in shown(summary)]
    return {"concat": [*strips], "columns": 1, "spacing": 14}


def _strip(row: NullStatistic, write: Numbers) -> Spec:
    title = label_of(row) if row.k is None else f"{label_of(row)} at k = {row.k}"
    draws = [value for value in row.draws if value is not None]
    seen = [value for value in (*draws, row.observed) if value is not None]
    ends = at_least(seen, SPAN, within=LIMITS.get(row.statistic))
    room = 0.06 * (ends[1] - ends[0])
    x = field(
        "x",
        "Q",
        scale=domain(ends[0] - room, ends[1] + room),
        axis={"title": title, "format": "~g", "tickCount": 5},
    )
    dots: list[Row] = [
        {"x": value, "y": 0.5 + 0.17 * (2 * i % 5 - 2)}  # neighbours apart
        for i, value in enumerate(draws)
    ]
    band: list[Row] = [{"x": row.low, "to": row.high}]
    layers = [
        layer(band, mark("rect", color=GREY, opacity=0.25), x=x, x2=_TO),
        layer(dots, mark("circle", size=32, color=GREY, opacity=0.6), x=_X, y=_Y),
        *_observed(row, title, write),
    ]
    return layered(layers, width=WIDTH, height=HEIGHT)


_X = field("x", "Q")
_TO: Row = {"field": "to"}
_Y = field("y", "Q", axis=None, scale={"domain": [0, 1]})


def _observed(row: NullStatistic, title: str, write: Numbers) -> list[Spec]:
    p = f"p = {write.write(p_cell(row.p_value), 'statistic')}"
    tip = (
        f"{title}: sample {write.statistic(row.observed)}, structureless tables "
        f"{write.statistic(row.mean)} on average, {p}"
    )
    own: list[Row] = [{"x": row.observed, "y": 0.5, "tip": tip, "text": p}]
    look: Row = {"shape": "diamond", "size": 230, "color": FOUND, "opacity": 1}
    beside, said = mark("text", align="left", dx=12), field("text", "N")
    return [
        layer(own, mark("point", filled=True, aria=True, **look), x=_X, y=_Y, **TIP),
        layer(own, beside, x={"value": WIDTH}, y=_Y, text=said),
    ]


def title(summary: DisclosedSummary) -> str:
    """Say how many statistics lie above the band of structureless tables."""
    rows = shown(summary)
    limit = summary.settings.configured.evidence.max_p
    above = [label_of(row) for row in rows if _above(row, limit)]
    n, band = len(rows), "above the band of structureless tables"
    if not above:
        return f"None of {n} statistics lies {band}"
    if len(above) == n:
        return f"All {n} statistics lie {band}"
    verb = "lies" if len(above) == 1 else "lie"
    return f"{len(above)} of {n} statistics {verb} {band}: {listed(_inside(above))}"


def _above(row: NullStatistic, limit: float) -> bool:
    if row.observed is None or row.high is None or row.observed <= row.high:
        return False
    return level_of_p(row.p_value, limit) == "beyond chance"


def _inside(names: list[str]) -> list[str]:
    """Write names as inside a sentence; Hopkins keeps the capital of a person."""
    kept = LABELS["hopkins"]
    return [name if name == kept else name[:1].lower() + name[1:] for name in names]


def table(summary: Results) -> Table:
    """Give each statistic beside its structureless tables."""
    found = evidence_of(summary).nulls
    n = summary.settings.numbers.count(found.rows)
    k = summary.selection.k
    return table_of(
        f"A sample of {n} beside structureless tables, k = {k}",
        found.statistics,
        [
            column("Statistic", label_of),
            column("Whole run", lambda row: row.whole, "statistic"),
            column("Sample", lambda row: row.observed, "statistic"),
            column("Null mean", lambda row: row.mean, "statistic"),
            column("Null 5 %", lambda row: row.low, "statistic"),
            column("Null 95 %", lambda row: row.high, "statistic"),
            column("Excess of the sample", lambda row: row.excess, "statistic"),
            column("p-value", lambda row: p_cell(row.p_value), "statistic"),
        ],
        sheet="Structureless tables",
    )


def note(summary: DisclosedSummary) -> str:
    """Say how the structureless tables were drawn, and how small a p-value can be."""
    write, units = summary.settings.numbers, summary.settings.units
    found = evidence_of(summary).nulls
    text = (
        f"Dots: {found.draws} structureless tables of {write.count(found.rows)} "
        f"{units} each, with the same columns, rounding and correlations but no "
        "groups; grey: the middle 5-95 % of them; diamond: a sample of this run's "
        f"{units}, as many and fitted in the same way. With {found.draws} draws no "
        f"p-value can be smaller than 1/{found.draws + 1} = "
        f"{write.statistic(1 / (found.draws + 1))}. Excess and p-value are those of "
        "the sample. The column of the whole run repeats what is said elsewhere of all "
        f"{units}, which were fitted with more effort: it is not to be set beside the "
        "structureless tables."
    )
    row = next((r for r in found.statistics if r.statistic == "half_agreement"), None)
    if row:
        halved = write.count(evidence_of(summary).halves.rows)
        text += (
            f" For halves and Jaccard, {found.halved_draws} tables as large as the "
            f"{halved} {units} that were halved were each halved {found.halved_splits} "
            "times: a cut of a continuum is often as repeatable, so this is told and "
            "decides nothing. The verdict rests on the agreement of the whole run, "
            f"{write.statistic(row.whole)}, the lower quartile of more halvings."
        )
    return text


CHART = Chart(
    key="nulls",
    has=lambda summary: bool(shown(summary)),
    spec=draw,
    title=title,
    table=table,
    note=note,
)
