"""Numbers that sentences tell, and every form in which the summary's may be told."""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass
from html.parser import HTMLParser
from typing import Any

from learnstrata.decisions.playbook import MIN_POOL
from learnstrata.segments.pay.cohorts import CohortRules

NUMBER = re.compile(r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?(?: ?%)?")
# What is drawn point by point, and told nowhere: it would hide a wrong number.
DRAWN = frozenset(
    {
        *("x", "y", "leaf_segments", "leaf_sizes", "profile", "draws", "edges"),
        *("center", "loadings", "distributions"),
    }
)
# Ends of scales, limits of charts and the steps by which limits are moved: no numbers
# of the table.
CONSTANTS = (
    *("from -1 to 1", "-1: one falls", "1: they rise", "0: unrelated", "times 100"),
    *("95 times in 100", "below 25 and above 400", "From 120", "at 80 and under"),
    *("The 7 most distinctive", "0 the lowest and 100 the highest", "of 100 on"),
    *("right of 0", "0.5 is random, 1 is clustered", "middle 5-95 %"),
    *("counts from 0.8", "1.5 quartile distances", "where 1 is the same and 0 chance"),
    "less than 60 % in one",
)
MOVED = re.compile(r"With a .* asked for, ")


def numbers_in(text: str) -> list[str]:
    """Give the numbers of a sentence as they are written, without constants."""
    words = re.sub(r"[A-Z][\w ]+\((?:Intern|Junior)\)", "", MOVED.sub("", text))
    for constant in CONSTANTS:
        words = words.replace(constant, "")
    return [told.replace(" ", "").rstrip(",") for told in NUMBER.findall(words)]


def numbers_of(part: Any) -> Iterator[float]:
    """Give every number that a part of the summary holds and a sentence may tell."""
    if isinstance(part, dict):
        part = [value for key, value in part.items() if key not in DRAWN]
    if isinstance(part, list | tuple):
        for value in part:
            yield from numbers_of(value)
    elif isinstance(part, int | float) and not isinstance(part, bool):
        yield part


def forms(value: float, per: float) -> set[str]:
    """Give every way to write a number, where `per` units of pay are one shown."""
    written = {f"{value:,.0f}", f"{value:g}"}
    if isinstance(value, float):
        written |= {f"{value:,.{digits}f}" for digits in (1, 2, 3)}
        written |= {f"{value:.1%}", f"{value:.0%}"} if abs(value) < 10 else set()
        written |= {f"{value / 100:.1f}"} if value >= 100 else set()
    if value >= per / 100:
        written |= {f"{value / per:,.1f}", f"{value / per:.2f}", f"{value / per:g}"}
    return written


def known(part: Any, per: float) -> set[str]:
    """Give everything that may be told of the numbers of a part of the summary."""
    return {form for value in numbers_of(part) for form in forms(value, per)}


@dataclass(frozen=True, slots=True)
class Sentence:
    """What the page says in one place; article -1 is outside of any article."""

    section: str
    article: int
    text: str


class Sentences(HTMLParser):
    """Read the sentences of a page: no table, chart, glossary or contents."""

    SAYS = frozenset({"p", "figcaption", "dd", "li", "h1"})
    UNREAD = frozenset({"svg", "table", "script", "style", "pre", "nav"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.section, self.unread = "top", 0
        self.articles, self.article = 0, -1
        self.open: list[list[str]] = []
        self.found: list[Sentence] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a section, an article of it, or a sentence."""
        if tag == "section":
            self.section, self.articles = str(dict(attrs)["id"]), 0
        if tag == "article":
            self.article, self.articles = self.articles, self.articles + 1
        self.unread += tag in self.UNREAD
        if tag in self.SAYS:
            self.open.append([])

    def handle_endtag(self, tag: str) -> None:
        """Keep the sentence that ends here."""
        self.unread -= tag in self.UNREAD
        if tag == "article":
            self.article = -1
        if tag in self.SAYS:
            text = " ".join("".join(self.open.pop()).split())
            self.found.append(Sentence(self.section, self.article, text))

    def handle_data(self, data: str) -> None:
        """Add to the innermost sentence."""
        if self.open and not self.unread:
            self.open[-1].append(data)


SECTIONS = {
    "top": ("input",),
    "found": ("input", "ledger", "map"),
    "segments": ("rules",),
    "actions": ("actions",),
    "benchmarks": ("benchmarks", "companies"),
    "trust": (
        *("input", "tendency", "selection", "evidence", "hierarchy", "heuristic"),
        *("incremental", "segments"),
    ),
    "quality": ("input", "ledger", "cleaning", "roles"),
}


def told_in(summary: dict[str, Any], place: Sentence) -> list[Any]:
    """Give the parts of the summary that a sentence in this place may tell of."""
    segments, privacy = summary["segments"], summary["config"]["privacy"]
    if place.section == "found" and place.article >= 0:
        return [privacy, *_of_card(summary, place.article)]
    if place.section == "benchmarks" and place.article >= 0:
        return [privacy, summary["cohorts"][place.article], astuple(CohortRules())]
    sizes = [(s["count"], s["share"], s["id"], _medians(s)) for s in segments]
    common = [privacy, sizes, len(segments), len(segments) - 1]
    if place.section == "questions":
        return [*common, summary["findings"][place.article]]
    derived = DERIVED.get(place.section, lambda _: [])(summary)
    return [*common, *(summary[key] for key in SECTIONS[place.section]), *derived]


def _medians(segment: dict[str, Any]) -> list[float]:
    return [found["p50"] for found in segment["typical"].values()]


def _of_card(summary: dict[str, Any], place: int) -> list[Any]:
    """Give what a card tells: its segment, and what follows from that by one step."""
    segment = summary["segments"][place]
    pay = segment["typical"].get("pay")
    rule = segment.get("rule") or {"paths": []}
    # Features of a logarithm are told as what they are of.
    limits = [
        math.exp(condition["value"])
        for path in rule["paths"]
        for condition in path
        if condition["feature"] == "company_level"
    ]
    found: list[Any] = [segment, limits]
    if pay:
        found.append(abs(pay["p50"] / pay["base"] - 1))
    if evidence := summary["evidence"]:
        standing = evidence["standing"]["per_segment"][place]
        found += [run["per_segment"][place] for run in evidence["bootstrap"]]
        found += [[run["resamples"] for run in evidence["bootstrap"]]]
        found += [
            standing[name] / segment["count"]
            for name in ("core", "borderline", "atypical")
            if standing[name] is not None
        ]
    return found


def _of_found(summary: dict[str, Any]) -> list[Any]:
    """Give what the tiles and the map tell besides."""
    tried = [row["k"] for row in summary["selection"]["table"]]
    chosen, shown = _chosen(summary), summary["map"]
    tile = [chosen["silhouette"], chosen["lowest_jaccard"], min(tried), max(tried)]
    return [*tile, len(shown["x"]), sum(shown["explained"][:2])]


def _chosen(summary: dict[str, Any]) -> dict[str, Any]:
    found = summary["selection"]
    return next(row for row in found["table"] if row["k"] == found["k"])


def _of_segments(summary: dict[str, Any]) -> list[Any]:
    """Give what the titles of charts tell: upper quartiles and what stands out."""
    segments = summary["segments"]
    quartiles = [[t["p75"] for t in s["typical"].values()] for s in segments]
    roles = [r["index"] for s in segments for r in s["shares"].get("role", ())]
    return [quartiles, roles, [r["estimate"] for s in segments for r in s["index"]]]


def _of_actions(summary: dict[str, Any]) -> list[Any]:
    """Give what the reasons tell: findings, sums of targets, and stability."""
    sums = [sum(t["share"] or 0 for t in a["targets"]) for a in summary["actions"]]
    counts = [len(a["targets"]) for a in summary["actions"]]
    numbers = [finding["numbers"] for finding in summary["findings"]]
    return [numbers, sums, counts, _chosen(summary)["lowest_jaccard"], MIN_POOL]


def _of_evidence(summary: dict[str, Any]) -> list[Any]:
    """Give what the sentences on trust tell that follows by one step."""
    found = summary["evidence"]
    if not found:
        return [summary["config"]["selection"]]
    standing, cells = found["standing"], found["finer"]["cells"]
    counts = standing["counts"].values()
    shares = [count / sum(counts) for count in counts]
    return [shares, 1 - standing["min_margin"], len(cells), summary["config"]]


def _of_quality(summary: dict[str, Any]) -> list[Any]:
    found = summary["description"]
    told = ("n", "outside_fences", "quantiles")
    numbers = [[row[key] for key in told] for row in found["distributions"]]
    return [numbers, found["missing"], found["pay_by_role"], found["correlations"]]


DERIVED: dict[str, Callable[[dict[str, Any]], list[Any]]] = {
    "top": lambda summary: summary["findings"][:1],
    "found": _of_found,
    "segments": _of_segments,
    "actions": _of_actions,
    "trust": _of_evidence,
    "quality": _of_quality,
}
