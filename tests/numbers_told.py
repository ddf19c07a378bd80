"""Numbers that sentences tell, and every form in which the summary's may be told."""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass
from html.parser import HTMLParser
from itertools import accumulate

from pydantic import BaseModel

from learnstrata.config.stages import Cohorts, Decisions
from learnstrata.decisions.careers import LEAST_CELL
from learnstrata.decisions.mentoring import LEAST_POOL, MOST_POOLS
from learnstrata.decisions.product import FIRST_ROWS
from learnstrata.decisions.trials import shown_by_halves
from learnstrata.privacy.disclosure.rounding import MOST_SKILL, share_of
from learnstrata.report.figures.vega import THIN
from learnstrata.report.quality import widest_step
from learnstrata.segments.meaning.outcomes import COARSE, FINE, TOGETHER
from learnstrata.segments.pay.companies import LEAST_SPREAD, MOST_OF_ONE
from learnstrata.summary.contract.meaning import Segment
from learnstrata.summary.contract.outcomes import Outcome
from learnstrata.summary.contract.results import DisclosedSummary
from learnstrata.summary.wholes import shares_of

NUMBER = re.compile(r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?(?: ?%)?")
# What is drawn point by point, and told nowhere: it would hide a wrong number.
DRAWN = frozenset(
    {
        *("points", "middles", "leaves", "branches", "draws", "bins", "loadings"),
        *("config", "versions"),
    }
)
# Ends of scales, limits of charts and the steps by which limits are moved: no numbers
# of the table.
CONSTANTS = (
    *("from -1 to 1", "-1: one falls", "1: they rise", "0: unrelated", "times 100"),
    *("95 times in 100", "below 25 and above 400", "From 120", "at 80 and under"),
    "none is clearly 1.2 times as common",
    *("The 7 most distinctive", "0 the lowest and 100 the highest", "of 100 on"),
    *("right of 0", "0.5 is random, 1 is clustered", "middle 5-95 %"),
    *("counts from 0.8", "1.5 quartile distances", "where 1 is the same and 0 chance"),
    *("less than 60% in one", "Above 0 a segment's", "1 at most", "cut into 2 or"),
)
# Limits of the definitions of cohorts: 0.3 reads 30 %, a tier its number.
RULES = [*(v for v in astuple(Cohorts()) if not isinstance(v, tuple)), 1, 2, 3]
# Settings that are tried, and rows of a table that is cut on paper.
MOVED = re.compile(r"With a .* asked for, |First \d+ of \d+; all are in tables.xlsx")


def numbers_in(text: str) -> list[str]:
    """Give the numbers of a sentence as they are written, without constants."""
    words = re.sub(r"[A-Z][\w ]+\((?:Intern|Junior)\)", "", MOVED.sub("", text))
    for constant in CONSTANTS:
        words = words.replace(constant, "")
    return [told.replace(" ", "").rstrip(",") for told in NUMBER.findall(words)]


def numbers_of(part: object) -> Iterator[float]:
    """Give every number that a part of the summary holds and a sentence may tell."""
    if isinstance(part, BaseModel):
        part = [value for name, value in part if name not in DRAWN]
    if isinstance(part, dict):
        part = list(part.values())
    if isinstance(part, list | tuple):
        for value in part:
            yield from numbers_of(value)
    elif isinstance(part, int | float) and not isinstance(part, bool):
        yield part


class Points(list[str]):
    """Differences as they are written: no form of theirs is another number's."""


def forms(value: float, per: float) -> set[str]:
    """Give every way to write a number, where `per` units of pay are one shown."""
    written = {f"{value:,.0f}", f"{value:g}"}
    if isinstance(value, float):
        written |= {f"{value:,.{digits}f}" for digits in (1, 2, 3)}
        written |= {f"{value:.3g}"}
        written |= _percents(value) if abs(value) < 10 else set()
        written |= {f"{value / 100:.1f}"} if value >= 100 else set()
    if value >= per / 100:
        written |= {f"{value / per:,.1f}", f"{value / per:.2f}", f"{value / per:g}"}
        written |= {f"{value / per:,.0f}"} if value >= 1_000 * per else set()
    return written


def _percents(value: float) -> set[str]:
    return {f"{value:.1%}".replace(".0%", "%"), f"{value:.1%}", f"{value:.0%}"}


def known(part: object, per: float) -> set[str]:
    """Give everything that may be told of the numbers of a part of the summary."""
    written = {form for value in numbers_of(part) for form in forms(value, per)}
    return written | set(_points(part))


def _points(part: object) -> Iterator[str]:
    """Give every difference of shares in points."""
    if isinstance(part, Points):
        yield from part
    elif isinstance(part, list):
        for inner in part:
            yield from _points(inner)


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


TEAMS = ("product", "mentoring", "careers")
SECTIONS = {
    "top": ("input", "ledger"),
    "segments": ("rules",),
    **dict.fromkeys(TEAMS, ("actions",)),
    "map": ("map",),
    "benchmarks": ("benchmarks", "companies"),
    "trust": (
        *("input", "tendency", "selection", "evidence", "hierarchy", "bands"),
        "segments",
    ),
    "quality": ("input", "ledger", "limits", "filled", "roles"),
}


def told_in(summary: DisclosedSummary, place: Sentence) -> list[object]:
    """Give the parts of the summary that a sentence in this place may tell of."""
    run, segments = summary.settings, summary.segments
    rule = [run.base, run.base - 1, run.min_learners, run.min_companies]
    guard: list[object] = [*rule, run.max_company_share, summary.small_segments]
    guard += [summary.rounding_error, widest_step(summary)]
    if place.section == "segments" and 0 <= place.article < len(segments):
        return [guard, *_of_card(summary, place.article)]
    if place.section == "segments" and place.article >= 0 and summary.evidence:
        return [guard, *summary.evidence.finer.parts, list(map(_medians, segments))]
    if place.section == "benchmarks" and place.article >= 0:
        return [guard, summary.cohorts[place.article], RULES]
    sizes = [(one.size, one.share, one.id, _medians(one)) for one in segments]
    common = [guard, sizes, len(segments), len(segments) - 1, summary.selection.k]
    if place.section == "questions":
        return [*common, *_of_finding(summary, place.article)]
    derived = DERIVED.get(place.section, lambda _: [])(summary)
    return [
        *common,
        *(getattr(summary, key) for key in SECTIONS[place.section]),
        *derived,
    ]


def _medians(segment: Segment) -> list[float | None]:
    return [found.p50 for found in segment.typical]


def _of_card(summary: DisclosedSummary, place: int) -> list[object]:
    """Give what a card tells: its segment, and what follows from that by one step."""
    segment = summary.segments[place]
    pay = segment.number("pay")
    # Features of a logarithm are told as what they are of.
    limits = [
        math.exp(condition.threshold)
        for path in (segment.rule.paths if segment.rule else ())
        for condition in path
        if condition.feature == "company_level" and condition.threshold
    ]
    found: list[object] = [segment, limits]
    if pay and pay.p50 is not None and pay.base:
        found += [abs(pay.p50 / pay.base - 1), pay.p50 / pay.base]
    if evidence := summary.evidence:
        stability = evidence.stability
        found += [
            (stability.halves, row)
            for row in (stability.per_segment if stability else ())
            if row.segment_id == segment.id
        ]
        found += [p for p in evidence.finer.parts if p.segment_id == segment.id]
        rows = evidence.certainty.per_segment
        found += [row for row in rows if row.segment_id == segment.id]
    return found


def _of_top(summary: DisclosedSummary) -> list[object]:
    """Give what the first screen tells: programmes, what to do first, what is sure."""
    tried = [row.k for row in summary.selection.table]
    action = summary.actions[0]
    sizes = [target.size for target in action.targets]
    outcomes = list(map(_of_outcome, summary.outcomes))
    found = [min(tried), max(tried), sizes, action, outcomes, _reached(summary)]
    return [*found, _of_actions(summary)]


def _reached(summary: DisclosedSummary) -> list[float]:
    """Give what each number of programmes reaches, the largest first."""
    shares: dict[str, float] = {}
    for target in (t for one in summary.actions for t in one.targets if t.programme):
        shares[target.programme] = shares.get(target.programme, 0) + (target.share or 0)
    sizes = [one.share or 0.0 for one in summary.segments]
    return [
        reached
        for of in (shares.values(), sizes)
        for reached in accumulate(sorted(of, reverse=True))
    ]


def _of_map(summary: DisclosedSummary) -> list[object]:
    shown = summary.map
    return [len(shown.points), sum(axis.explained or 0.0 for axis in shown.axes[:2])]


def _of_segments(summary: DisclosedSummary) -> list[object]:
    """Give what the titles of charts tell: upper quartiles and what stands out."""
    segments = summary.segments
    quartiles = [[one.p75 for one in segment.typical] for segment in segments]
    roles = [one.index for segment in segments for one in segment.category("role")]
    values = [one.index for segment in segments for one in segment.distinctive_values]
    ranks = [one.rank for segment in segments for one in segment.distinctive_numbers]
    outcomes = list(map(_of_outcome, summary.outcomes))
    # values are cut at the 1st and the 99th hundredth, and a skill is told up to 90 %
    return [quartiles, roles, values, ranks, outcomes, [1, 99, MOST_SKILL, THIN]]


def _of_outcome(one: Outcome) -> list[object]:
    """Give what sentences and title tell of an outcome."""
    told = [[skill.estimate, skill.n_cells] for skill in one.skills]
    groups = [g for g in (one.of_all, *one.by_segment) if g and one.skills]
    rates = [answer.share for group in groups for answer in group.answers]
    pair = COARSE if one.verdict in {*COARSE, "as well"} else FINE
    pairs = [] if one.verdict == "nothing" else [pair, (TOGETHER, one.verdict)]
    apart = [one.difference(*pair) for pair in pairs]
    ends = [n for d in apart if d for n in (d.estimate, d.low, d.high) if n]
    points = [f"{sign * 100 * n:.1f}" for n in ends for sign in (1, -1)]
    bands = [rule.n_bands for rule in one.rules]
    whom = [one.n_with, one.n_learners]
    return [told, rates, [g.mean for g in groups], bands, whom, Points(points)]


FINDINGS = {
    "largest_segment": (),
    "segment_differences": ("questions.explained",),
    "pay_without_experience": ("questions.pay_with_experience", "cohorts"),
    "entry_level_pay": ("cohorts",),
    "company_role_pay": ("companies",),
    "tiers_and_concentration": ("companies", "cohorts"),
    "learned_against_rules": ("bands",),
}


def _of_finding(summary: DisclosedSummary, place: int) -> list[object]:
    """Give what the answer to a question may tell of."""
    finding = summary.words.findings[place]
    told = [_at(summary, path) for path in FINDINGS[finding.id]]
    if "cohorts" in FINDINGS[finding.id]:
        told += [RULES, _where_the_well_paid_are(summary)]
    return told + _counted(summary)


def _where_the_well_paid_are(summary: DisclosedSummary) -> list[float | None]:
    """Give the shares of the very well paid, and of all assessed, in each tier."""
    found = next(one for one in summary.cohorts if one.key == "well_paid")
    parts = [tier.learners for tier in found.by_tier]
    beside = [share_of(tier.assessed, found.assessed) for tier in found.by_tier]
    return [*shares_of(parts, found.learners), *beside]


def _at(summary: object, path: str) -> object:
    for name in path.split("."):
        summary = getattr(summary, name)
    return summary


def _counted(summary: DisclosedSummary) -> list[object]:
    """Give numbers of rows: of rules, of those that are split, of largest companies."""
    bands = summary.bands.rows if summary.bands else ()
    largest = summary.companies.largest if summary.companies else ()
    return [len(bands), len(largest)]


def _of_actions(summary: DisclosedSummary) -> list[object]:
    """Give what the reasons tell: findings, sums of targets, and stability."""
    sizes = [sum(t.size or 0 for t in action.targets) for action in summary.actions]
    sums = [sum(t.share or 0 for t in action.targets) for action in summary.actions]
    sums += [size / summary.segmented for size in sizes if summary.segmented]
    counts = [len(action.targets) for action in summary.actions]
    steps = [*range(1, len(counts) + 1)]
    found = [sums, counts, steps, summary.questions, summary.selection.chosen]
    held = [one for one in summary.cohorts if one.key in {"stalled", "high_upside"}]
    found += [LEAST_CELL, FIRST_ROWS, held, RULES, astuple(Decisions())]
    trials = [t.trial for one in summary.actions for t in one.targets if t.trial]
    goals = [(one.base or 0.0) + one.change for one in trials]
    arms = [2 * one.per_arm for one in trials if one.per_arm]
    halves = [shown_by_halves(one) for one in trials]
    points = [math.ceil(round(100 * one, 6)) for one in halves if one]
    found += [goals, arms, points, 50, 90]  # an interval of 95 %, four times in five
    return [*found, _groups(summary), _places(summary), _lacking(summary)]


def _places(summary: DisclosedSummary) -> list[object]:
    """Give where segments stand among all, by which pathways are decided."""
    ranks = [one.rank for segment in summary.segments for one in segment.typical]
    programmes = {t.programme for action in summary.actions for t in action.targets}
    return [ranks, len(programmes - {""})]


def _lacking(summary: DisclosedSummary) -> list[object]:
    """Give how many mentors each role lacks, and what the largest roles hold."""
    found = summary.questions
    large = [role.learners or 0 for role in found.mentor_roles[:MOST_POOLS]]
    large = [size for size in large if size >= LEAST_POOL]
    held = share_of(sum(large), summary.segmented)
    roles = found.mentor_roles
    gaps = [role.gap(found.mentees) for role in roles]
    each = [role.per_mentor(error=summary.rounding_error) for role in roles]
    return [len(large), held, sum(large), gaps, each]


def _groups(summary: DisclosedSummary) -> list[float]:
    """Give how many cells of pay are shown, thin, and large with a role."""
    shown = [cell for cell in summary.benchmarks.cells if cell.shown]
    named = [c for c in shown if c.role_family not in summary.settings.no_role]
    large = [cell for cell in named if (cell.learners or 0) >= LEAST_CELL]
    thin = [cell for cell in shown if cell.shrunk]
    groups = [len(summary.benchmarks.cells), len(shown), len(thin), len(large)]
    return [*groups, LEAST_SPREAD, MOST_OF_ONE]


def _of_evidence(summary: DisclosedSummary) -> list[object]:
    """Give what the sentences on trust tell that follows by one step."""
    found, config = summary.evidence, summary.settings.config
    if not found:
        return [config.get("selection")]
    sure, cells = found.certainty, found.finer.cells
    counts = [n or 0 for n in (sure.core, sure.borderline, sure.atypical)]
    shares = [count / sum(counts) for count in counts]
    told = [cell for cell in cells if cell.count is not None]
    tried = len(found.sensitivity.variants) if found.sensitivity else 0
    return [shares, 1 - sure.min_margin, len(cells), len(told), tried, config]


def _of_quality(summary: DisclosedSummary) -> list[object]:
    found = summary.description
    return [found, len(found.pay_by_role), THIN]


DERIVED: dict[str, Callable[[DisclosedSummary], list[object]]] = {
    "top": _of_top,
    "segments": _of_segments,
    **dict.fromkeys(TEAMS, _of_actions),
    "map": _of_map,
    "benchmarks": _groups,
    "trust": _of_evidence,
    "quality": _of_quality,
}
