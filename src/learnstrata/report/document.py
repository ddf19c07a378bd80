"""The report as one page, and the segment cards of a notebook."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from learnstrata.report import (
    drawn_figures as figures,
)
from learnstrata.report import (
    evidence_tables,
    meaning_tables,
    tables,
    theme,
    trust,
    wording,
)
from learnstrata.report.interactive import interactive
from learnstrata.wording.numbers import (
    Money,
    as_count,
    as_index,
    as_number,
    as_share,
    as_years,
)
from learnstrata.wording.words import listed

__all__ = ["render_cards", "render_report"]

Summary = Mapping[str, Any]

CARD_POINTS = 500
TOP_ROLES = 5
UNDER = 80.0  # as far below 100 as 120 is above, on the scale an index is read
SECTIONS = (
    ("found", "What we found"),
    ("segments", "Who the segments are"),
    ("actions", "What to do"),
    ("benchmarks", "Pay benchmarks"),
    ("trust", "How far to trust this"),
    ("questions", "The decision questions"),
    ("quality", "Data quality and ledger"),
    ("methods", "Methods and provenance"),
)


@dataclass(frozen=True, slots=True)
class Tile:
    """One headline number or word with its label and what stands behind it."""

    value: str
    label: str
    note: str
    word: bool = False


@dataclass(frozen=True, slots=True)
class Measure:
    """A typical value of a segment, its quartiles, and the median of all."""

    label: str
    value: str
    quartiles: str
    base: str


@dataclass(frozen=True, slots=True)
class Part:
    """A value of a category in a segment: share, index, and how to draw it."""

    value: str
    share: str
    width: float
    index: str
    side: str
    shade: str


@dataclass(frozen=True, slots=True)
class Card:
    """One segment as it is shown."""

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


def render_report(summary: Summary) -> str:
    """Render the report of a run as one HTML page that needs nothing else.

    Parameters
    ----------
    summary : mapping
        From `learnstrata.summary.build.summarise`, or read from ``summary.json``.

    Returns
    -------
    str
        A whole page: styles and charts inside, no request. Its two scripts make the
        charts answer a pointer; where they do not run, the same charts stand there.
    """
    page = _environment().get_template("report.html.j2")
    return page.render(_page(summary))


def render_cards(summary: Summary) -> str:
    """Render the segment cards and the map as a fragment for a notebook.

    Returns
    -------
    str
        HTML with its own inline styles; no script, nothing outside its one ``div``.
    """
    fragment = _environment().get_template("cards.html.j2")
    has_map = bool(summary["map"]["x"])
    return fragment.render(
        summary=summary,
        title=_headline(summary),
        cards=_cards(summary),
        map=figures.map_svg(summary, points=CARD_POINTS) if has_map else "",
        map_title=wording.map_title(summary) if has_map else "",
        units=_units(summary),
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("learnstrata.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _page(summary: Summary) -> dict[str, Any]:
    drawn = figures.figures_of(summary)
    return {
        "summary": summary,
        "sections": SECTIONS,
        "title": _headline(summary),
        "lead": _lead(summary),
        "tiles": _tiles(summary),
        "cards": _cards(summary),
        "figures": drawn,
        "interactive": interactive({key: f.spec for key, f in drawn.items()}),
        "absent": _absent(summary),
        "actions": _actions(summary),
        "findings": _findings(summary),
        "tables": _tables(summary),
        "trust": _trust(summary),
        "verdict": _verdict(summary),
        "quality": _quality(summary),
        "provenance": _provenance(summary),
        "pay": _benchmarks(summary),
        "rivals": _rivals(summary),
        "glossary": meaning_tables.glossary(summary["pay_unit"]),
        "rules_sentence": meaning_tables.rules_sentence(summary),
        "units": _units(summary),
    }


def _units(summary: Summary) -> str:
    return f"{summary['unit']}s"


def _headline(summary: Summary) -> str:
    n = len(summary["segments"])
    return (
        f"{as_count(summary['input']['segmented'])} {_units(summary)} in {n} "
        f"{'segment' if n == 1 else 'segments'}"
    )


def _lead(summary: Summary) -> str:
    """Give the first answer there is: the findings stand in the order they matter."""
    return next((f["answer"] for f in summary["findings"] if f["available"]), "")


def _tiles(summary: Summary) -> list[Tile]:
    given = summary["input"]
    largest = max(summary["segments"], key=lambda s: s["share"] or 0.0)
    parts = [f"{as_count(n)} {state}" for state, n in summary["ledger"].items() if n]
    return [
        Tile(as_count(given["learners"]), "learners", _segmented(summary)),
        Tile(as_count(given["records"]), _accounted(summary), ", ".join(parts)),
        Tile(
            str(len(summary["segments"])),
            "segments",
            f"chosen from {_tried(summary)}",
        ),
        Tile(as_share(largest["share"]), "in the largest segment", largest["name"]),
        _confidence(summary),
    ]


def _segmented(summary: Summary) -> str:
    given = summary["input"]
    if summary["unit"] == "learner" and given["segmented"] == given["learners"]:
        return "all of them segmented"
    return f"{as_count(given['segmented'])} {_units(summary)} segmented"


def _accounted(summary: Summary) -> str:
    told, records = sum(summary["ledger"].values()), summary["input"]["records"]
    if told == records:
        return "records, all accounted for"
    return f"records, {as_count(told)} accounted for"


def _tried(summary: Summary) -> str:
    tried = [row["k"] for row in summary["selection"]["table"]]
    return (
        f"{min(tried)} to {max(tried)}" if len(tried) > 1 else "".join(map(str, tried))
    )


def _chosen(summary: Summary) -> Mapping[str, Any]:
    found = summary["selection"]
    return next((row for row in found["table"] if row["k"] == found["k"]), {})


def _confidence(summary: Summary) -> Tile:
    """Show the verdict, else stability, else how far apart the segments are."""
    found = summary.get("evidence")
    if found:
        word = found["verdict"]["word"]
        told = trust.short_verdict(summary).partition(" - ")[2]
        return Tile(word.capitalize(), "verdict on the segments", told, word=True)
    chosen = _chosen(summary)
    jaccard, silhouette = chosen.get("lowest_jaccard"), chosen.get("silhouette")
    if jaccard is None:
        words = wording.separation(silhouette).split(":")[0].rstrip(".")
        return Tile(as_number(silhouette), "separation, of 1 at most", words)
    words = wording.stability(jaccard).split(":")[0]
    return Tile(as_share(jaccard), "overlap of the least stable segment", words)


def _cards(summary: Summary) -> list[Card]:
    most = max(
        (
            share["share"]
            for segment in summary["segments"]
            for share in _top_roles(summary, segment)
        ),
        default=1.0,
    )
    return [
        Card(
            id=segment["id"],
            name=segment["name"],
            colour=theme.segment_colour(segment["id"]),
            ink=theme.ink_on(theme.segment_colour(segment["id"])),
            count=as_count(segment["count"]),
            share=as_share(segment["share"]),
            width=round(100 * (segment["share"] or 0.0), 2),
            description=segment["description"],
            measures=_measures(segment, Money.of(summary)),
            roles=tuple(_part(s, 100 / most, "") for s in _top_roles(summary, segment)),
            bands=_bands(summary, segment),
            facts=tuple(meaning_tables.card_facts(summary, segment)),
        )
        for segment in summary["segments"]
    ]


def _top_roles(summary: Summary, segment: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    shares = segment["shares"].get("role", ())
    least = wording.least_of(summary)
    enough = [share for share in shares if wording.is_told(share, least)]
    return enough[:TOP_ROLES]


def _measures(segment: Mapping[str, Any], money: Money) -> tuple[Measure, ...]:
    wanted = {
        "pay": (f"Median pay ({money.unit})", money.number),
        "years_of_experience": ("Median experience (years)", as_years),
        "company_pay": (f"Company pay level ({money.unit})", money.number),
        "company_learners": ("Company size (learners)", as_count),
    }
    found = segment["typical"]
    return tuple(
        Measure(
            label,
            write(found[name]["p50"]),
            f"{write(found[name]['p25'])} to {write(found[name]['p75'])}",
            write(found[name]["base"]),
        )
        for name, (label, write) in wanted.items()
        if name in found
    )


def _part(share: Mapping[str, Any], scale: float, shade: str) -> Part:
    index = share["index"]
    side = (
        ""
        if index is None
        else "over"
        if index >= wording.DISTINCTIVE
        else "under"
        if index <= UNDER
        else ""
    )
    return Part(
        value=share["value"],
        share=as_share(share["share"]),
        width=round(scale * (share["share"] or 0.0), 2),
        index=as_index(index),
        side=side,
        shade=shade,
    )


def _bands(
    summary: Summary, segment: Mapping[str, Any]
) -> tuple[tuple[str, tuple[Part, ...]], ...]:
    config = summary.get("config") or {}
    orders: dict[str, tuple[str, Sequence[str]]] = {
        "pay_band": ("Pay bands", config.get("pay", {}).get("band_names") or ()),
        "tier": ("Company tiers", ()),
        "experience_band": ("Experience", config.get("experience_band_names") or ()),
    }
    return tuple(
        (title, _ordered_parts(segment["shares"][category], order))
        for category, (title, order) in orders.items()
        if segment["shares"].get(category)
    )


def _ordered_parts(
    shares: Sequence[Mapping[str, Any]], order: Sequence[str]
) -> tuple[Part, ...]:
    place = {value: i for i, value in enumerate(order)}
    ranked = sorted(shares, key=lambda s: (place.get(s["value"], 99), s["value"]))
    names = [*order] if order else [share["value"] for share in ranked]
    shade = {
        name: theme.SHADES[min(i, len(theme.SHADES) - 1)]
        for i, name in enumerate(reversed(names) if order else names)
    }
    return tuple(_part(s, 100, shade.get(s["value"], theme.SHADES[-1])) for s in ranked)


def _actions(summary: Summary) -> list[dict[str, Any]]:
    return [
        {**action, "table": tables.targets(summary, action)}
        for action in summary["actions"]
    ]


def _findings(summary: Summary) -> list[dict[str, Any]]:
    return [
        {**f, "tables": [tables.evidence(summary, t) for t in f["tables"]]}
        for f in summary["findings"]
    ]


def _absent(summary: Summary) -> dict[str, str]:
    """Say for each figure what the table lacks, for where the figure is not drawn."""
    needed = ("pay", "years_of_experience", "company", "title")
    needs: dict[str, tuple[str, tuple[str, ...]]] = {
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
        "benchmarks": ("Pay by role, company tier and experience", needed),
        "cohorts": ("Pay against peers", needed),
        "companies": ("The view of companies", ("company",)),
        "titles": ("The coverage of titles", ("title",)),
    }
    return {
        key: wording.lacking(summary, *columns, part=part)
        for key, (part, columns) in needs.items()
    }


def _tables(summary: Summary) -> dict[str, Any]:
    return {
        "distributions": tables.distributions(summary),
        "missing": tables.missing(summary),
        "states": tables.states(summary),
        "rules": tables.rules(summary),
        "unmapped": tables.unmapped(summary),
        "features": tables.features(summary),
        "mapping": tables.mapping(summary),
        "timings": tables.timings(summary),
        "versions": tables.versions(summary),
    }


def _trust(summary: Summary) -> dict[str, Any]:
    chosen, found = _chosen(summary), summary["selection"]
    shares = [s["share"] for s in summary["segments"] if s["share"] is not None]
    smallest = min(shares, default=None)
    return {
        "hopkins": wording.hopkins(summary["tendency"]),
        "separation": wording.separation(chosen.get("silhouette")),
        "silhouette": as_number(chosen.get("silhouette"), 3),
        "stability": wording.stability(chosen.get("lowest_jaccard")),
        "small": wording.small_segment(smallest),
        "rule": found["rule"],
        "reason": found["reason"],
        "sweep": _sweep(summary),
        "runner_up": _runner_up(summary),
        "changes": _changes(summary),
        "left_out": "" if summary.get("evidence") else trust.left_out(summary),
    }


def _verdict(summary: Summary) -> dict[str, Any] | None:
    """Gather the sentences and tables of the evidence; None where there is none."""
    found = summary.get("evidence")
    if not found:
        return None
    others = found["sensitivity"]
    return {
        "word": found["verdict"]["word"],
        "sentence": found["verdict"]["sentence"],
        "rule": found["verdict"]["rule"],
        "another": trust.another_analyst(summary),
        "left_out": found["left_out"],
        "conditions": evidence_tables.conditions(summary),
        "hopkins": evidence_tables.hopkins(summary),
        "variants": trust.variants_of_silhouette(summary),
        "seeds": trust.seeds(summary),
        "finer": trust.finer_title(summary),
        "finer_rule": found["finer"]["rule"],
        "reasons": [dossier["reason"] for dossier in found["finer"]["dossiers"]],
        "subsegments": evidence_tables.subsegments(summary),
        "dossiers": evidence_tables.dossiers(summary),
        "humps": trust.humps(summary),
        "dips": evidence_tables.dips(summary),
        "others": others["sentence"] if others else "",
        "skipped": evidence_tables.skipped(summary) if others else None,
    }


def _benchmarks(summary: Summary) -> dict[str, Any]:
    """Gather pay, cohorts and companies; what the run does not know is empty."""
    found = summary.get("benchmarks") or {}
    firms = summary.get("companies") or {}
    return {
        "sentence": found.get("sentence", ""),
        "wider": meaning_tables.wider(summary) if found.get("cells") else None,
        "cohorts": [
            {
                **cohort,
                "told": cohort["sentence"].removeprefix(f"{cohort['title']}: "),
                "table": meaning_tables.cohort(summary, cohort),
            }
            for cohort in summary.get("cohorts") or ()
        ],
        "companies": firms.get("sentence", ""),
        "tables": [
            meaning_tables.companies(summary),
            meaning_tables.company_tiers(summary),
            meaning_tables.company_roles(summary),
        ]
        if firms
        else [],
    }


def _rivals(summary: Summary) -> dict[str, Any]:
    """Gather whether learned segments tell more of an outcome than rules of thumb."""
    rows = summary.get("incremental") or ()
    return {
        "sentences": [_outcome(row) for row in rows],
        "table": meaning_tables.incremental(summary),
    }


def _outcome(row: Mapping[str, Any]) -> str:
    """Begin the sentence of an outcome with its name for a reader."""
    told = row["sentence"].removeprefix(row["outcome"])
    return f"{wording.feature_label(row['outcome']).capitalize()}{told}"


def _runner_up(summary: Summary) -> str:
    found = summary["selection"]
    if found["runner_up"] is None:
        return "There is none: no other k is admitted."
    row = next((r for r in found["table"] if r["k"] == found["runner_up"]), None)
    told = f"k = {found['runner_up']}"
    if row is None:
        return f"{told}."
    lowest = row["lowest_jaccard"]
    stable = "" if lowest is None else f", lowest Jaccard {as_number(lowest)}"
    return f"{told}: silhouette {as_number(row['silhouette'], 3)}{stable}."


def _changes(summary: Summary) -> list[str]:
    return list(summary["selection"].get("changes") or ())


def _sweep(summary: Summary) -> str:
    found = summary["selection"]
    text = f"Every k was fitted on {as_count(found['rows'])} {_units(summary)}"
    if not found["resamples"]:
        return f"{text}."
    return (
        f"{text}, and fitted again on {as_count(found['resamples'])} samples of them."
    )


def _quality(summary: Summary) -> dict[str, Any]:
    filled = [
        f"{wording.column_label(column)} of "
        f"{'few' if n is None else as_count(n)} {_units(summary)}"
        for column, n in summary["cleaning"]["imputed"].items()
        if n != 0
    ]
    roles = summary["roles"]
    return {
        "ledger": wording.ledger(summary["input"]["records"], summary["ledger"]),
        "limits": wording.limits(summary["cleaning"]["limits"], Money.of(summary)),
        "imputed": (
            f"For the distances alone, filled in: {listed(filled)}. Fills are "
            "left out of every number of this report."
            if filled
            else "Nothing was filled in."
        ),
        "coverage": wording.coverage(roles, _units(summary)) if roles else "",
        "missing": wording.missing_title(summary["description"]["missing"]),
        "outliers": wording.outliers(summary["description"]["distributions"]),
    }


def _provenance(summary: Summary) -> dict[str, Any]:
    facts = {
        "Recipe": f"{summary['recipe']}, version {summary['recipe_version']}",
        "Seed": str(summary["seed"]),
        "Now is the year": str(summary["as_of"]),
        "What is segmented": _units(summary),
        "Unit of pay": summary["pay_unit"],
        "Version of the summary": str(summary["schema_version"]),
    }
    names = summary["features"]
    return {
        "facts": facts,
        "left_out": [wording.feature_label(str(n)) for n in names["left_out"]],
        "not_clustered": [wording.column_label(str(n)) for n in names["not_clustered"]],
        "config": json.dumps(summary.get("config"), indent=2, ensure_ascii=False),
    }
