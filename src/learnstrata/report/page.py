"""The report as one page, and the segment cards of a notebook."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from learnstrata.learners.features.register import feature_of
from learnstrata.learners.schema.register import column_label
from learnstrata.report import quality
from learnstrata.report.cards import cards_of, rules_sentence, without_card
from learnstrata.report.changes import CHANGES, change_tables
from learnstrata.report.comparison import comparison, same_by_construction
from learnstrata.report.drawing import figures_of, map_svg
from learnstrata.report.figures.catalogue import CHARTS
from learnstrata.report.figures.learners.missing import missing_title
from learnstrata.report.figures.learners.numbers import described_numbers
from learnstrata.report.figures.profiles import segment_map
from learnstrata.report.finder import finder_of
from learnstrata.report.glossary import glossary
from learnstrata.report.interactive import interactive
from learnstrata.report.opening import headline, opening_lines
from learnstrata.report.outcomes import outcome_section
from learnstrata.report.parts import cut_segments
from learnstrata.report.pay import pay_section
from learnstrata.report.questions import tables_of
from learnstrata.report.sureness import short_verdict
from learnstrata.report.teams import TEAMS, team_pages
from learnstrata.report.templating import templates
from learnstrata.report.trust import trust_of, verdict_of
from learnstrata.summary.contract.results import DisclosedSummary

__all__ = ["APPENDICES", "SECTIONS", "render_cards", "render_report"]

CARD_POINTS = 500
SECTIONS: Mapping[str, str] = {
    "segments": "The segments side by side",
    **dict(TEAMS.values()),
    "benchmarks": "Pay benchmarks",
    "questions": "The seven questions",
    "map": "The map",
    "trust": "How far to trust this",
    "quality": "Data quality and ledger",
    "methods": "Methods and provenance",
    "glossary": "Words and bands",
}
APPENDICES = ("trust", "quality", "methods", "glossary")
# By the key of a part: what it is called, and the columns of the table that it needs.
PARTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "map": ("The map", ()),
    "pay": ("Pay by segment", ("pay",)),
    "experience": ("Experience by segment", ("years_of_experience",)),
    "roles": ("Roles by segment", ("title",)),
    "k": ("The choice of k", ()),
    "ward": ("The dendrogram", ()),
    "rules": (
        "The comparison with rule-based segments",
        ("pay", "years_of_experience"),
    ),
    "tiers": ("Pay by experience", ("pay", "years_of_experience")),
    "role-pay": ("Pay by role", ("pay", "title")),
    "correlations": ("The correlation of numbers", ()),
    "bands": ("A breakdown by pay band and tier", ("pay", "company")),
    "index": ("What is distinctive of each segment", ()),
    "benchmarks": (
        "Pay by role, company tier and experience",
        ("pay", "years_of_experience", "company", "title"),
    ),
    "cohorts": (
        "Pay against peers",
        ("pay", "years_of_experience", "company", "title"),
    ),
    "titles": ("The coverage of titles", ("title",)),
}


@dataclass(frozen=True, slots=True)
class Tile:
    """One headline number with its label and what stands behind it."""

    value: str
    label: str
    note: str


def render_report(summary: DisclosedSummary) -> str:
    """Render the report of a run as one HTML page that needs nothing else.

    Parameters
    ----------
    summary : DisclosedSummary

    Returns
    -------
    str
        A whole page: styles and charts inside, no request. Its scripts make charts
        answer a pointer and tables sort, and look up a pay; where they do not run,
        the same charts and tables stand there.
    """
    page = templates().get_template("report.html.j2")
    return page.render(_page(summary))


def render_cards(summary: DisclosedSummary) -> str:
    """Render the segment cards and the map as a fragment for a notebook.

    Parameters
    ----------
    summary : DisclosedSummary

    Returns
    -------
    str
        HTML with its own inline styles; no script, nothing outside its one ``div``.
    """
    fragment = templates().get_template("cards.html.j2")
    chart = segment_map.CHART
    has_map = chart.has(summary)
    return fragment.render(
        title=headline(summary),
        cards=cards_of(summary),
        left_out=without_card(summary),
        verdict=short_verdict(summary),
        unit=summary.settings.numbers.unit if summary.has("pay") else "",
        map=map_svg(summary, points=CARD_POINTS) if has_map else "",
        map_title=chart.title(summary) if has_map else "",
        units=summary.settings.units,
    )


def _page(summary: DisclosedSummary) -> dict[str, object]:
    drawn, finding = figures_of(summary), summary.words.findings
    return {
        "summary": summary,
        "write": summary.settings.numbers,
        "units": summary.settings.units,
        "titles": SECTIONS,
        "appendices": APPENDICES,
        "figures": drawn,
        "further": _further(drawn),
        "interactive": interactive(),
        "absent": _absent(summary),
        "teams": team_pages(summary),
        "findings": [(one, tables_of(summary, one.id)) for one in finding],
        "pay": pay_section(summary),
        "finder": finder_of(summary),
        "outcomes": outcome_section(summary),
        "trust": trust_of(summary),
        "verdict": verdict_of(summary),
        **_opening(summary),
        **_segments(summary),
        **_quality(summary),
        **_methods(summary),
    }


def _opening(summary: DisclosedSummary) -> dict[str, object]:
    return {
        "title": headline(summary),
        "lines": opening_lines(summary),
        "tiles": _tiles(summary),
        "told": _told(summary),
    }


def _told(summary: DisclosedSummary) -> dict[str, str]:
    """Say what is in each part of the appendix, which is folded."""
    return {
        "trust": "the choice of k, stability, other methods, rules of thumb",
        "quality": "what became of each record, gaps, distributions",
        "methods": f"recipe {summary.settings.recipe}, features, versions, settings",
        "glossary": "what the words mean, and the limits of every band",
    }


def _segments(summary: DisclosedSummary) -> dict[str, object]:
    return {
        "side_by_side": comparison(summary),
        "same": same_by_construction(summary),
        "changed": change_tables(summary),
        "changes_title": CHANGES,
        "rounding": quality.rounding(summary),
        "cards": cards_of(summary),
        "left_out": without_card(summary),
        "cut_segments": cut_segments(summary),
        "rules_sentence": rules_sentence(summary),
    }


def _further(drawn: Collection[str]) -> dict[str, list[str]]:
    """List by section the charts that the page has no place of their own for."""
    there = [chart for chart in CHARTS if chart.key in drawn]
    return {
        section: [chart.key for chart in there if chart.section == section]
        for section in SECTIONS
    }


def _tiles(summary: DisclosedSummary) -> list[Tile]:
    given, write = summary.input, summary.settings.numbers
    k = summary.selection.k
    return [
        Tile(write.count(given.learners), "learners", _segmented(summary)),
        Tile(write.count(given.records), _accounted(summary), _states(summary)),
        Tile(str(k), "segment" if k == 1 else "segments", _tried(summary)),
    ]


def _segmented(summary: DisclosedSummary) -> str:
    given, settings = summary.input, summary.settings
    if settings.unit == "learner" and given.segmented == given.learners:
        return "all of them segmented"
    return f"{settings.numbers.count(given.segmented)} {settings.units} segmented"


def _accounted(summary: DisclosedSummary) -> str:
    if quality.is_accounted(summary):
        return "records, all accounted for"
    return "records, not all accounted for"


def _states(summary: DisclosedSummary) -> str:
    found, write = summary.ledger, summary.settings.numbers
    counts = {
        "current": found.current,
        "history": found.history,
        "repaired": found.repaired,
        "with a value set aside": found.set_aside,
        "quarantined": found.quarantined,
    }
    return ", ".join(f"{write.count(n)} {state}" for state, n in counts.items() if n)


def _tried(summary: DisclosedSummary) -> str:
    found = summary.selection
    tried = [row.k for row in found.table]
    few, most = min(tried), max(tried)
    if found.is_forced:
        return "as asked for"
    if found.chosen is None:
        return "no cut holds"
    if not found.is_settled:
        return "how many is not settled"
    return f"chosen from {few} to {most}" if few < most else "the one number tried"


def _absent(summary: DisclosedSummary) -> dict[str, str]:
    """Say for each part what the table lacks, for where it is not there."""
    return {
        key: quality.lacking(summary, *columns, part=part)
        for key, (part, columns) in PARTS.items()
    }


def _quality(summary: DisclosedSummary) -> dict[str, object]:
    """Gather what became of the records, and what is known of the learners."""
    said = (quality.source, quality.ledger, quality.limits, quality.filled)
    return {
        "cleaned": " ".join(filter(None, (say(summary) for say in said))),
        "coverage": quality.coverage(summary),
        "missing": missing_title(summary),
        "outliers": quality.outliers(summary),
        "bands": quality.bands(summary),
        "states": quality.states(summary),
        "rules": quality.rules(summary),
        "unmapped": quality.unmapped(summary),
    }


def _methods(summary: DisclosedSummary) -> dict[str, object]:
    """Gather what was run, and with what."""
    run, names = summary.settings, summary.features
    return {
        "facts": {
            "Recipe": f"{run.recipe}, version {run.recipe_version}",
            "Seed": str(run.seed),
            "Now is the year": str(run.as_of),
            "What is segmented": run.units,
            "Unit of pay": run.money.unit,
            "Version of the summary": str(summary.schema_version),
        },
        "features": quality.features(summary),
        "distributions": described_numbers(summary),
        "mapping": quality.mapping(summary),
        "versions": quality.versions(summary),
        "lacking": [feature_of(name).label for name in names.left_out],
        "not_clustered": [column_label(name) for name in names.not_clustered],
        "glossary": glossary(run.money.unit),
        "config": json.dumps(run.config, indent=2, ensure_ascii=False),
    }
