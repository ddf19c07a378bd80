"""One quantity has one value: on the page, in the workbook and in the summary."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache, partial
from html import unescape
from pathlib import Path
from typing import NamedTuple

import pytest

import learnstrata as ls
from learnstrata.config.loading import load_config
from learnstrata.report.page import render_report
from learnstrata.report.workbook import write_summary
from learnstrata.summary.contract.results import DisclosedSummary
from learnstrata.wording.numbers import Numbers
from one_value import Grid, Line, Page, grids_of
from report.store import KEY, MAKERS, read

NUMBER = r"(>?<?[\d,]+(?:\.\d+)?%?|under \d+)"


class Quantity(NamedTuple):
    """What a number is, and of whom."""

    of: tuple[str, ...]
    what: str


Fact = tuple[Quantity, str]  # and its value, as it is written


# What a heading means, by the title of its table. "ALL" is of all learners, not of the
# segment of the row.
SIZES = {
    **dict.fromkeys(("Learners", "Records"), "learners"),
    **dict.fromkeys(("Share", "Share of all"), "share of all"),
    "Share of segment": "share of the segment",
    "Median pay": "median of pay",
    "Median experience": "median of experience",
    "Median years": "median of experience",
}
QUARTILES = {
    "Lower quartile": "lower quartile of",
    "Median": "median of",
    "Upper quartile": "upper quartile of",
    "Median of all": "ALL median of",
}
SHARES = {
    **dict.fromkeys(("Learners", "Records"), "learners"),
    **dict.fromkeys(("Share", "Share of segment"), "share"),
    "Index": "index",
    "Among all": "ALL learners",
    "Share of all": "ALL share of all",
}
ASSESSED = {name: name.lower() for name in ("Assessed", "Learners", "Share")}
MOVED = {
    "Median growth a year": "growth",
    "Of all": "ALL growth",
    "Pay growth known for": "growth known",
    "Roles known for": "roles known",
    "Named more than one": "role change",
    "Of all, more than one": "ALL role change",
}
TABLES: list[tuple[str, dict[str, str]]] = [
    ("Segments and their medians|Segments by size|.*side by side", SIZES),
    ("Launch|Refit|Check|Prepare|Help|Sub-segments", SIZES),
    ("Give", {key: f"ALL {what}" for key, what in SIZES.items()}),
    ("Pay by segment", {k: f"{v} pay" for k, v in QUARTILES.items()}),
    ("Experience by segment", {k: f"{v} experience" for k, v in QUARTILES.items()}),
    ("(Roles|Categories) of each segment|Index .all: 100", SHARES),
    ("Most frequent roles|Cells of segment and role", SHARES),
    (".*: groups|.*: by (role|company tier)|.*stands out from", ASSESSED),
    ("How sure", {n: n.lower() for n in ("Core", "Borderline", "Atypical")}),
    (
        "Stability of the",
        {"Lower quartile": "overlap of a quarter", "Jaccard": "overlap"},
    ),
    ("Pay growth and change of role", MOVED),
    ("Demand and supply", {"Learners": "ALL learners"}),
    ("Companies by tier", {"Learners at them": "at companies", "Median": "pay"}),
    ("Pay by role$", {"Learners": "ALL learners", "Known for": "paid"}),
]
KEYS = (
    *("Segment", "For whom", "Who", "Role", "Role family", "Company tier", "Tier"),
    *("Group", "Value", "What"),
)
NUMBERS = Numbers(1e5, "LPA", 10)
UNIT = re.compile(r" \([^()]*\)$")
OF_COHORT = re.compile(r": (groups|by role|by company tier)$")
OF_ACTION = re.compile(r"^(Check|Prepare|Help) .*")  # for others than all of a name
OF_THEM = " of them"
MARK = re.compile("[\u25b2\u25bc] ")


def facts_of_grid(grid: Grid) -> Iterator[Fact]:
    """Give what a table tells, as far as its title is known."""
    title = grid.where if grid.title == "For whom" else grid.title
    found = next((m for name, m in TABLES if re.match(name, title)), {})
    headings = [UNIT.sub("", one) for one in grid.headings]
    for row in grid.cells:
        told = dict(zip(headings, row, strict=True))
        whom, of_all = _whom(grid, title, told), _of_all(told)
        for heading, what in found.items():
            if heading in told:
                mine = of_all if what.startswith("ALL ") else whom
                yield _fact(mine, what.removeprefix("ALL "), told[heading])
        yield from _side_by_side(whom, told)


def _fact(whom: tuple[str, ...], what: str, cell: str) -> Fact:
    """Give a fact; a card of few tells counts for shares, a sentence of percents."""
    value = MARK.sub("", cell)
    if what in {"overlap", "overlap of a quarter"}:
        value = NUMBERS.share(float(value))
    of_few = value.endswith(OF_THEM)
    return Quantity(whom, "learners" if of_few else what), value.removesuffix(OF_THEM)


def _side_by_side(whom: tuple[str, ...], told: Mapping[str, str]) -> Iterator[Fact]:
    """Give what cells of the comparison tell of several numbers."""
    if "Pay, LPA: median" in told:
        yield from _quartiles(whom, "pay", told["Pay, LPA: median"])
    for pair in told.get("Company tiers", "").split("; "):
        if match := re.fullmatch(f"(.+) {NUMBER}", pair):
            yield Quantity((*whom, match[1]), "share"), match[2]


def _whom(grid: Grid, title: str, told: dict[str, str]) -> tuple[str, ...]:
    """Give of whom a row is: of a segment, a part, a role, a group of a cohort."""
    for alone in ("Sub-segment", "Name"):
        if alone in told:
            return (told[alone],)
    names = [_plain(told[key]) for key in KEYS if key in told]
    if grid.title == "Most frequent roles":
        names = [grid.where, *names]
    cohort = OF_COHORT.sub("", title) if OF_COHORT.search(title) else ""
    action = OF_ACTION.match(title)
    cohort = told.get("Cohort", action[0] if action else cohort)
    return tuple(filter(None, (cohort, *sorted(names))))


def _of_all(told: dict[str, str]) -> tuple[str, ...]:
    """Give of whom a row is, but for its segment."""
    return ("all", *(_plain(told[key]) for key in KEYS[1:] if key in told))


def _plain(name: str) -> str:
    """Give a name without the number of a segment, a value without its column."""
    return re.sub(r"^\d+ ", "", name).rpartition(": ")[2]


def _quartiles(whom: tuple[str, ...], of: str, text: str) -> Iterator[Fact]:
    """Read "8.0 (6.0 to 10.8)", or the same as a card writes it."""
    middle, *half = re.findall(NUMBER, text)
    yield Quantity(whom, f"median of {of}"), middle
    if len(half) > 1:
        yield Quantity(whom, f"lower quartile of {of}"), half[0]
        yield Quantity(whom, f"upper quartile of {of}"), half[1]
    if len(half) > 2:
        yield Quantity(("all",), f"median of {of}"), half[2]


# Sentences, the quantities of their numbers in order, and of whom they are: the names
# in the sentence, else where it stands.
SAID: list[tuple[str, tuple[str, ...]]] = [
    (r"^(?P<a>.+) N N$", ("share of all", "learners")),
    (r"^N N (?:learners|records)$", ("share of all", "learners")),
    (
        r"^N of the segment, N (?:learners|records)$",
        ("share of the segment", "learners"),
    ),
    (r'largest segment, "(?P<a>.+)", holds N of .*\(N\)', ("share of all", "learners")),
    (r"^N (?:learners|records) in \d", ("segmented",)),
    ("pay of N", ("median of pay",)),
    ("half of them N to N", ("lower quartile of pay", "upper quartile of pay")),
    ("Typically N years? of", ("median of experience",)),
    (r"runs from N \S+ \((?P<a>[^()]+)\)", ("median of pay",)),
    (r" to N \S+ \((?P<a>[^()]+)\)\.", ("median of pay",)),
    (r"^N are nearest .*, N nearly .* and N far", ("core", "borderline", "atypical")),
    (
        "overlaps with itself by N on average, N or less",
        ("overlap", "overlap of a quarter"),
    ),
    (r"pay grew by N a year \((?:all: [\d.%-]+; )?N", ("growth", "growth known")),
    (r"N named more than one role \(.*?; N", ("role change", "roles known")),
]
COHORT = re.compile(f"{NUMBER} of the {NUMBER} .* could be assessed .{NUMBER}.")
VALUE = re.compile(r"([^:]+?) (>?[\d.]+%)")
TOP_ROLE = re.compile(rf"most frequent stated role is (.+) \({NUMBER}\)")


def facts_of_line(line: Line, names: Collection[str]) -> Iterator[Fact]:
    """Give what a sentence tells, or a line of a card.

    `names` are those of segments and of cohorts: what a line is of.
    """
    where, part = _plain(line.article), re.match(r"\d+\.\d+", line.place)
    stands = (part[0],) if part else (where,) if where in names else ()
    for pattern, what in SAID:
        if match := re.search(pattern.replace("N", NUMBER), line.text):
            named = match.groupdict().get("a")
            whom = stands if named is None else (_plain(named),)
            told = [one for one in match.groups() if one != named]
            if whom == stands != () or ({*whom} <= {*names} and whom):
                yield from zip([Quantity(whom, one) for one in what], told, strict=True)
    yield from _of_cohort(line, names)
    if stands:
        yield from _of_card(line, stands)


def _of_cohort(line: Line, names: Collection[str]) -> Iterator[Fact]:
    named = line.text.partition(": ")[0]
    title = named if named in names else line.article
    if title in names and (match := COHORT.search(line.text)):
        for what, value in zip(
            ("learners", "assessed", "share"), match.groups(), strict=True
        ):
            yield Quantity((title, "All"), what), value


def _of_card(line: Line, whom: tuple[str, ...]) -> Iterator[Fact]:
    """Give quartiles and the shares of values."""
    if match := re.match("Median (pay|experience)", line.term):
        yield from _quartiles(whom, match[1], line.text.split(" segment:")[0])
    if not line.term and (match := VALUE.fullmatch(line.text)):
        yield Quantity((*whom, match[1]), "share"), match[2]
    if match := TOP_ROLE.search(line.text):
        yield Quantity(tuple(sorted((*whom, match[1]))), "share"), match[2]


Told = Mapping[Quantity, Mapping[str, set[str]]]


def told_in(
    summary: DisclosedSummary, path: Path, page: Callable[[str], str] = str
) -> Told:
    """Give every quantity with its values, and where each stands.

    `page` changes the page before it is read.
    """
    found: dict[Quantity, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    read_page = Page(page(render_report(summary)))
    write_summary(path, summary)
    names = {one.name for one in summary.segments}
    names |= {one.title for one in summary.cohorts}
    facts = [
        *((one, grid.title) for grid in read_page.grids for one in facts_of_grid(grid)),
        *(
            (f, line.text)
            for line in read_page.lines
            for f in facts_of_line(line, names)
        ),
        *((one, grid.where) for grid in grids_of(path) for one in facts_of_grid(grid)),
        *((one, "summary") for one in facts_of_summary(summary)),
    ]
    for (what, value), where in facts:
        found[what][value].add(where)
    return found


def facts_of_summary(summary: DisclosedSummary) -> Iterator[Fact]:
    """Give the same quantities as the summary has them."""
    write = summary.settings.numbers
    for one in summary.segments:
        yield from _sized(write, (one.name,), one.size, of_all=one.share)
        for of, name in (("pay", "pay"), ("experience", "years_of_experience")):
            text = write.pay if of == "pay" else write.years
            if number := one.number(name):
                quarters = (number.p25, number.p50, number.p75)
                for what, value in zip(QUARTILES.values(), quarters, strict=False):
                    yield Quantity((one.name,), f"{what} {of}"), text(value)
                yield Quantity(("all",), f"median of {of}"), text(number.base)
        for value in (v for category in one.categories for v in category.values):
            whom = tuple(sorted((one.name, value.value)))
            yield from _sized(write, whom, value.count, share=value.share)
            yield Quantity(whom, "index"), write.index(value.index)
            whom = ("all", value.value)
            yield from _sized(write, whom, value.base_count, of_all=value.base)
    for cohort in summary.cohorts:
        groups = (*cohort.by_segment, *cohort.by_role, *cohort.by_tier)
        for name, group in (("All", cohort), *((one.value, one) for one in groups)):
            whom = (cohort.title, name)
            yield from _sized(write, whom, group.learners, share=group.share)
            yield Quantity(whom, "assessed"), write.count(group.assessed)
    for part in summary.evidence.finer.parts if summary.evidence else ():
        whom = (part.subsegment_id,)
        yield from _sized(write, whom, part.count, of_all=part.share)
        share = write.share(part.share_of_segment)
        yield Quantity(whom, "share of the segment"), share
        yield Quantity(whom, "median of pay"), write.pay(part.median_pay)


def _sized(
    write: Numbers, whom: tuple[str, ...], n: int | None, **shares: float | None
) -> Iterator[Fact]:
    """Give a count and its share: `share`, or `of_all`."""
    yield Quantity(whom, "learners"), write.count(n)
    for name, share in shares.items():
        what = "share of all" if name == "of_all" else name
        yield Quantity(whom, what), write.share(share)


def twice(told: Told) -> list[tuple[Quantity, Mapping[str, set[str]]]]:
    """Give the quantities that have more than one value."""
    return [(what, values) for what, values in told.items() if len(values) > 1]


@cache
def fresh(learners: int, k: int | None) -> DisclosedSummary:
    """Give what may be told of a small run, cut as the rule has it or in `k`."""
    asked: dict[str, object] = {"evidence": {"level": "none"}}
    asked |= {"selection": {"k": k}} if k else {}
    config = load_config("robust", as_of=2021, **asked)
    table = ls.make_learners(learners, rng=learners)
    return ls.segment(table, config=config, key=KEY).summary


RUNS = {
    **{name: partial(read, name) for name in MAKERS},
    "900 in 3": partial(fresh, 900, 3),
    "1,200": partial(fresh, 1200, None),
    "2,000 in 5": partial(fresh, 2000, 5),
}


@pytest.fixture(params=RUNS)
def run(request) -> DisclosedSummary:
    """A stored run, or a small one that is made now."""
    return RUNS[request.param]()


def test_a_quantity_has_one_value_on_the_page_in_the_workbook_and_the_summary(
    run, tmp_path
):
    told = told_in(run, tmp_path / "tables.xlsx")
    assert twice(told) == []
    several = [what for what, values in told.items() if len(*values.values()) > 1]
    assert len(several) > 100


CHANGES = {
    "the strip": r'<b>(\d+)\.\d%</b> <span class="count">',
    "a card": r'<p class="size"><strong>(\d+)\.\d%',
    "a description": r"and a pay of (\d+)\.",
    "a role": r"stated role is [^(]+\((\d+)",
    "a part": r'<p class="of"><b>(\d+)\.',
    "an answer": r"largest segment, &#34;[^&]+&#34;, holds (\d+)\.",
    "a cohort": r"Paid like someone with half their experience: (\d+) of the",
    "a table": r'<td class="n">(\d+)\.\d%</td>',
}


@pytest.mark.parametrize("place", CHANGES)
def test_another_value_in_one_place_is_found(summary, place, tmp_path):
    def page(html: str) -> str:
        match = re.search(CHANGES[place], html)
        assert match, place
        return f"{html[: match.start(1)]}{int(match[1]) + 1}{html[match.end(1) :]}"

    assert twice(told_in(summary, tmp_path / "tables.xlsx", page))


PERCENT = re.compile(r"(?<![\w.])([\d,]+(?:\.\d+)?)%")
MORE = re.compile(r"% (above|below) the median|grows?|grew|Growth")


def test_no_share_is_more_than_all(run, tmp_path):
    page = Page(render_report(run))
    write_summary(tmp_path / "tables.xlsx", run)
    cells = [
        (heading, cell)
        for grid in (*page.grids, *grids_of(tmp_path / "tables.xlsx"))
        for row in grid.cells
        for heading, cell in zip(grid.headings, row, strict=True)
    ]
    texts = [("", line.text) for line in page.lines] + cells
    shares = [
        (float(share.replace(",", "")), heading, text)
        for heading, text in texts
        if not MORE.search(f"{heading} {text}")
        for share in PERCENT.findall(text)
    ]
    assert len(shares) > 100
    assert [one for one in shares if one[0] > 100] == []


# Tables whose rows share out a whole: by what, and the column of the shares.
WHOLES = [
    ("Segments by size", (), "Share"),
    ("Sub-segments", ("Of segment",), "Share of segment"),
    ("Categories of each segment", ("Segment", "Category"), "Share"),
    ("Roles of each segment", ("Segment",), "Share"),
    ("(Pay|Experience).*: shares", ("Segment",), "Share of the segment"),
    ("Cells of segment and role", ("Role family",), "Share of family"),
]
STANDINGS = ("Core, share", "Borderline, share", "Atypical, share")
ALONE = {"Segments by size", "Sub-segments"}  # never more than all, whatever is rounded


def shared_out(grid: Grid) -> Iterator[list[str]]:
    """Give the shares that share out a whole together."""
    for title, by, column in WHOLES:
        if re.match(title, grid.title) and column in grid.headings:
            groups = defaultdict(list)
            for row in grid.cells:
                told = dict(zip(grid.headings, row, strict=True))
                groups[tuple(told[key] for key in by)].append(told[column])
            yield from groups.values()
    if {*STANDINGS} <= {*grid.headings}:
        places = [grid.headings.index(one) for one in STANDINGS]
        yield from ([row[place] for place in places] for row in grid.cells)


def test_shares_of_a_whole_add_up_to_it_within_rounding(run, tmp_path):
    write_summary(tmp_path / "tables.xlsx", run)
    n = 0
    for grid in (*Page(render_report(run)).grids, *grids_of(tmp_path / "tables.xlsx")):
        for texts in shared_out(grid):
            told = [float(t.strip("<>%")) / 100 for t in texts if t.endswith("%")]
            if told:
                off = _off(run, told, alone=grid.title in ALONE)
                assert sum(told) <= 1 + off, (grid.title, texts)
                if len(told) == len(texts):
                    assert sum(told) >= 1 - _off(run, told), (grid.title, texts)
                n += 1
    assert n > 5


def _off(run: DisclosedSummary, told: list[float], *, alone: bool = False) -> float:
    """Give what rounding of shares and of counts may make of a sum of shares.

    A whole of 50 learners at the least has shares.
    """
    digits = 0.005 if all(round(one, 2) == one for one in told) else 0.0005
    counts = 0.0 if alone else (len(told) + 1) * run.rounding_error / 50
    return len(told) * digits + counts


def test_the_largest_of_several_is_no_smaller_than_an_equal_part(run):
    shares = [[one.share or 0.0 for one in run.segments]]
    parts = run.evidence.finer.parts if run.evidence else ()
    shares += [
        [p.share_of_segment or 0.0 for p in parts if p.segment_id == one.id]
        for one in run.segments
    ]
    for several in filter(None, shares):
        assert max(several) >= 1 / len(several) - _off(run, several)


def test_a_majority_is_over_half_and_half_is_reached_by_those_it_is_said_of(run):
    answer = run.words.findings[0]
    assert answer.id == "largest_segment"
    told, sizes = " ".join(answer.more), sorted(one.size or 0 for one in run.segments)
    if "more than half" in told:
        assert 2 * sizes[-1] > run.segmented
    if match := re.search(r"the (\d+) largest together hold half", told):
        assert 2 * sum(sizes[-int(match[1]) :]) >= run.segmented
        assert 2 * sizes[-1] <= run.segmented
    assert match or "half" in told


CUT = re.compile(
    r'aria-label="([^"]+)">\s*<table[^>]*>(?:(?!</div>).)*</div>'
    r'\s*<p class="note cut">',
    re.DOTALL,
)
COHORTS = "Learners whose pay stands out from their peers"


def test_all_rows_of_a_table_that_is_cut_on_paper_are_in_the_workbook(run, tmp_path):
    write_summary(tmp_path / "tables.xlsx", run)
    there = defaultdict(list)
    for grid in grids_of(tmp_path / "tables.xlsx"):
        there[grid.title] += grid.cells
    for title, *row in there[COHORTS]:
        there[f"{title}: groups"].append(row)
    html = render_report(run)
    cut = [unescape(title) for title in CUT.findall(html)]
    assert len(cut) > 2
    for grid in Page(html).grids:
        if grid.title in cut:
            assert [row for row in grid.cells if row not in there[grid.title]] == []
