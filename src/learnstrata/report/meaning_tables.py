"""Tables and sentences of what sets segments apart, and of what learners are paid."""

from collections.abc import Mapping
from typing import Any

from learnstrata.report.meaning_charts import bin_label, told_value
from learnstrata.report.wording import (
    feature_label,
    plain_label,
    times_of_all,
)
from learnstrata.wording.numbers import (
    Money,
    TextTable,
    as_count,
    as_index,
    as_share,
    table_of,
)
from learnstrata.wording.words import listed

__all__ = [
    "bins",
    "card_facts",
    "cells",
    "cohort",
    "companies",
    "company_roles",
    "company_tiers",
    "glossary",
    "incremental",
    "indices",
    "pay_title",
    "places_title",
    "rules_sentence",
    "spread_title",
    "values_title",
    "wider",
]

Summary = Mapping[str, Any]

MOST_INDICES = 15
LEAST_PULL = 0.05  # of all pulls: less decides next to nothing
PAY = [
    ("Learners", "count"),
    ("Companies", "count"),
    ("Lower quartile", "pay"),
    ("Median", "pay"),
    ("Upper quartile", "pay"),
    ("Leans on wider groups", "text"),
]
SURE = {
    "core": "clearly belong here",
    "borderline": "are near another segment",
    "atypical": "are far from all",
}
GLOSSARY = {
    "Segment": "Learners who are alike in what they were clustered on: pay, "
    "experience, company and role.",
    "Median": "The middle value: half of the learners are below it, half above.",
    "Quartiles": "The middle half of the learners lies between lower and upper.",
    "Overlap": "Of the learners in a segment or in its counterpart, the share that is "
    "in both: 100% is the same segment.",
    "Place among all": "Where a learner stands with a number when all are lined up, "
    "from 0 (lowest) to 100 (highest); of a segment, the mean of its learners.",
    "Strength": "How far a segment is from all learners in one thing: 0.2 is little, "
    "0.5 medium, 0.8 much; below 0 is less than among all (Cohen's effect size).",
    "On a scale from -1 to 1": "How two numbers go together: 1, they rise together; 0, "
    "unrelated; -1, one falls as the other rises (rank correlation).",
    "Agreement": "How alike two ways to group learners are: 1 is the same, 0 no better "
    "than chance (adjusted Rand index; NMI is another measure of it).",
    "Index": "Share in the segment by share among all learners, times 100: at 200 it "
    "is twice as common as among all.",
    "Interval": "A range that holds the true value 95 times in 100; narrow is sure.",
    "Company tier": "How well a company pays against others, by its own learners.",
    "Pay band": "Low, average, high and very high pay, by the limits of this run.",
    "Coverage and precision of a rule": "Share of the segment that the rule catches, "
    "and share of those caught who are in the segment; on learners it was not made on.",
    "Core, borderline, atypical": "Learners deep in their segment, near another one, "
    "and far from all.",
    "Bootstrap": "Drawing learners at random, some more than once, to see what would "
    "change.",
    "Component": "A direction in which learners differ, made of several features.",
    "Skewness": "How lopsided a number is: 0 is even, above 0 there is a long tail of "
    "high values.",
    "Jaccard": "How much of a segment is found again when the learners are drawn anew: "
    "1 is all of it.",
    "Thin": "A group of few learners, whose pay leans on wider groups more than on its "
    "own learners.",
    "Alias": "A code in place of a company's name; the same company has the same one.",
    "Gini": "How unequally learners spread over companies: 0 is evenly, near 1 is all "
    "at one.",
}
UNITS = {"LPA": "Lakh rupees a year; a lakh is 100,000."}


def glossary(pay_unit: str) -> dict[str, str]:
    """Explain the words of the report, and the unit of pay where it needs it.

    Examples
    --------
    >>> "LPA" in glossary("LPA"), "LPA" in glossary("k USD")
    (True, False)
    """
    return GLOSSARY | {u: text for u, text in UNITS.items() if u == pay_unit}


def card_facts(summary: Summary, segment: Mapping[str, Any]) -> list[tuple[str, str]]:
    """List what a card says besides the profile: rule, progression, stable, sure.

    Returns
    -------
    list of (str, str)
        Heading and sentence; what the run does not know is not there.
    """
    told = [
        ("Name", _own_name(segment)),
        ("In words", _rule(segment)),
        ("What decides", _decides(segment)),
        ("Progression", _progression(segment.get("progression"))),
        ("How stable", _stable(summary, segment["id"])),
        ("How sure", _sure(summary, segment["id"])),
    ]
    return [(heading, sentence) for heading, sentence in told if sentence]


def _rule(segment: Mapping[str, Any]) -> str:
    if "rule" not in segment:
        return ""
    rule = segment["rule"]
    if rule is None:
        return "No short rule catches this segment."
    text = rule["text"][:1].upper() + rule["text"][1:]
    return (
        f"{text}. Catches {as_share(rule['coverage'])} of the segment; "
        f"{as_share(rule['precision'])} of those caught are in it."
    )


def _own_name(segment: Mapping[str, Any]) -> str:
    """Tell our name where the user gave another: it may be of another fit."""
    ours = segment.get("name_by_numbers", segment["name"])
    if ours == segment["name"]:
        return ""
    return f'Given in the configuration; by its numbers it is "{ours}".'


def _decides(segment: Mapping[str, Any]) -> str:
    """Say what puts learners into this segment rather than into the next."""
    told = [
        f"{plain_label(pull['feature'])} ({as_share(pull['share'])})"
        for pull in segment.get("pulls") or ()
        if pull["share"] >= LEAST_PULL
    ]
    if not told:
        return ""
    return f"What puts learners here and not in the next segment: {listed(told)}."


def _progression(found: Mapping[str, Any] | None) -> str:
    """Say how pay grew and roles changed, of learners with older records."""
    if not found:
        return ""
    parts = []
    if found["growth"] is not None:
        parts.append(
            f"pay grew by {as_share(found['growth'])} a year (all: "
            f"{as_share(found['growth_of_all'])}; "
            f"{as_count(found['n_growth'])} learners)"
        )
    if found["role_change"] is not None:
        parts.append(
            f"{as_share(found['role_change'])} named more than one role (all: "
            f"{as_share(found['role_change_of_all'])}; "
            f"{as_count(found['n_roles'])} learners)"
        )
    if not parts:
        return ""
    return f"Of learners with older records: {'; '.join(parts)}."


def _stable(summary: Summary, segment_id: int) -> str:
    """Say how often a cut from scratch finds the segment again: the stricter test."""
    runs = (summary.get("evidence") or {}).get("bootstrap") or ()
    for run in (one for one in runs if one["start"] == "fresh"):
        for row in run["per_segment"]:
            if row["segment_id"] == segment_id:
                return (
                    f"Found again in {as_share(row['recovered'])} of "
                    f"{as_count(run['resamples'])} random samples that were cut from "
                    f"scratch; on average it overlaps with itself by "
                    f"{as_share(row['jaccard'])}."
                )
    return ""


def _sure(summary: Summary, segment_id: int) -> str:
    found = (summary.get("evidence") or {}).get("standing") or {}
    for row in found.get("per_segment") or ():
        if row["segment_id"] == segment_id:
            size = next(
                s["count"] for s in summary["segments"] if s["id"] == segment_id
            )
            told = [
                f"{as_share(row[name] / size)} {words} ({name})"
                for name, words in SURE.items()
                if size and row[name] is not None
            ]
            return f"{', '.join(told)}." if told else ""
    return ""


def rules_sentence(summary: Summary) -> str:
    """Say how well the rules in words tell the segments apart, and their whole tree."""
    found = summary.get("rules")
    if not found:
        return ""
    if found["reason"]:
        return f"There are no rules in words: {found['reason']}."
    return (
        "How good are the rules on the cards? They place "
        f"{as_share(found['stated'])} of the learners right, each by the rule of the "
        "own segment and no other. All rules of the tree they are taken from place "
        f"{as_share(found['fidelity'])} right, and calling everybody the largest "
        f"segment {as_share(found['baseline'])}. This was measured on "
        f"{as_count(found['n_held_out'])} learners set aside for it."
    )


def indices(summary: Summary, kind: str) -> TextTable:
    """Give what is distinctive of each segment, values or numbers, with interval."""
    headings = [
        ("Segment", "text"),
        ("What", "text"),
        ("Learners", "count"),
        ("Found", "index"),
        ("From", "index"),
        ("To", "index"),
        ("Among all", "index"),
        ("Strength", "number"),
    ]
    rows = [
        (
            segment["name"],
            told_value(row),
            *(row[key] for key in ("count", "estimate", "low", "high", "base")),
            row["effect"],
        )
        for segment in summary["segments"]
        for row in _of_kind(segment, kind)[:MOST_INDICES]
    ]
    title = "Index (all: 100)" if kind == "value" else "Place among all (middle: 50)"
    return table_of(summary, title, headings, rows)


def values_title(summary: Summary) -> str:
    """Name the value with the highest index of all segments."""
    rows = [
        (row, segment)
        for segment in summary["segments"]
        for row in _of_kind(segment, "value")
    ]
    row, segment = max(rows, key=lambda pair: pair[0]["estimate"])
    what = told_value(row).replace(": ", " ")
    return (
        f"{what} is {times_of_all(row['estimate'])} as common in "
        f'"{segment["name"]}" as among all'
    )


def _of_kind(segment: Mapping[str, Any], kind: str) -> list[Mapping[str, Any]]:
    return [row for row in segment.get("index") or () if row["kind"] == kind]


def places_title(summary: Summary) -> str:
    """Name the segment that stands farthest from the middle in a number."""
    rows = [
        (row, segment)
        for segment in summary["segments"]
        for row in _of_kind(segment, "number")
    ]
    row, segment = max(rows, key=lambda pair: abs(pair[0]["estimate"] - 50))
    way = "high" if row["estimate"] > 50 else "low"
    return (
        f'"{segment["name"]}" stands out by {way} {told_value(row).lower()}: its '
        f"learners come in at {as_index(row['estimate'])} of 100 on average when all "
        "are lined up"
    )


def bins(summary: Summary, feature: str) -> TextTable:
    """Give the shares of each bin, in each segment and in the rest."""
    money = Money.of(summary)
    unit = money.unit if feature == "pay" else "years"
    headings = [
        ("Segment", "text"),
        (f"{feature_label(feature).capitalize()} ({unit})", "text"),
        ("Of the segment", "share"),
        ("Of the others", "share"),
    ]
    rows = [
        (
            segment["name"],
            bin_label(part, feature, money),
            part["segment"],
            part["rest"],
        )
        for segment in summary["segments"]
        for part in (segment.get("distributions") or {}).get(feature) or ()
    ]
    return table_of(summary, "Shares of learners", headings, rows)


def spread_title(summary: Summary, feature: str) -> str:
    """Say how many of a segment are above the median of all, for the two extremes."""
    known = [s for s in summary["segments"] if feature in s["typical"]]
    label = feature_label(feature)
    if not known:
        return f"{label.capitalize()} in each segment, and in the others"
    low = min(known, key=lambda s: s["typical"][feature]["p75"])
    money = Money.of(summary)
    top = low["typical"][feature]["p75"]
    told = money.text(top) if feature == "pay" else f"{top:g} years"
    return (
        f"{label.capitalize()} spreads within each segment: three of four in "
        f'"{low["name"]}" are at {told} or under'
    )


def cells(summary: Summary) -> TextTable:
    """Give the shown cells of role, company tier and experience."""
    headings = [
        ("Role", "text"),
        ("Company tier", "text"),
        ("Experience", "text"),
        *PAY,
    ]
    rows = [
        (row["role_family"], row["tier"], row["experience_band"], *_pay(row))
        for row in summary["benchmarks"]["cells"]
    ]
    return table_of(summary, "Pay by role, company tier and experience", headings, rows)


def _pay(row: Mapping[str, Any]) -> tuple[Any, ...]:
    keys = ("learners", "companies", "p25", "p50", "p75")
    return (*(row[key] for key in keys), "yes" if row["shrunk"] else "no")


def wider(summary: Summary) -> TextTable:
    """Give pay by role alone, and of all."""
    found = [r for r in summary["benchmarks"]["wider"] if r["level"] in {"role", "all"}]
    found.sort(key=lambda row: (row["level"] != "all", -row["learners"]))
    rows = [(row["role_family"] or "All", *_pay(row)) for row in found]
    return table_of(summary, "Pay by role", [("Role", "text"), *PAY], rows)


def pay_title(summary: Summary) -> str:
    """Say between which cells median pay runs."""
    money, rows = Money.of(summary), summary["benchmarks"]["cells"]
    low, high = (pick(rows, key=lambda row: row["p50"]) for pick in (min, max))
    return (
        f"Median pay runs from {money.text(low['p50'])} ({_place(low)}) to "
        f"{money.text(high['p50'])} ({_place(high)})"
    )


def _place(row: Mapping[str, Any]) -> str:
    return f"{row['role_family']}, {row['tier']}, {row['experience_band']}"


def cohort(summary: Summary, found: Mapping[str, Any]) -> TextTable:
    """Give the groups of a cohort: by segment, role and company tier."""
    headings = [
        ("By", "text"),
        ("Group", "text"),
        ("Assessed", "count"),
        ("Learners", "count"),
        ("Share", "share"),
    ]
    parts = {"Segment": "by_segment", "Role": "by_role", "Company tier": "by_tier"}
    rows = [
        (label, *(row[key] for key in ("value", "assessed", "learners", "share")))
        for label, name in parts.items()
        for row in found[name]
    ]
    return table_of(summary, f"{found['title']}: groups", headings, rows)


def companies(summary: Summary) -> TextTable:
    """Give the largest companies by alias."""
    headings = [
        ("Company", "text"),
        ("Tier", "text"),
        ("Learners, about", "count"),
        ("Lower quartile", "pay"),
        ("Median", "pay"),
        ("Upper quartile", "pay"),
    ]
    keys = ("alias", "tier", "learners", "p25", "p50", "p75")
    rows = [[row[key] for key in keys] for row in summary["companies"]["companies"]]
    return table_of(summary, "The largest companies, by alias", headings, rows)


def company_roles(summary: Summary) -> TextTable:
    """Give what the largest companies pay in a role, beside all other companies."""
    headings = [
        ("Company", "text"),
        ("Role", "text"),
        ("Learners, about", "count"),
        ("Median", "pay"),
        ("Elsewhere", "pay"),
        ("Ratio", "number"),
    ]
    keys = ("alias", "role_family", "learners", "p50", "elsewhere", "ratio")
    rows = [[row[key] for key in keys] for row in summary["companies"]["roles"]]
    return table_of(summary, "Pay by role at the largest companies", headings, rows)


def company_tiers(summary: Summary) -> TextTable:
    """Give companies, learners and pay by tier."""
    headings = [
        ("Tier", "text"),
        ("Companies", "count"),
        ("Learners", "count"),
        ("Share", "share"),
        ("Median", "pay"),
    ]
    keys = ("tier", "companies", "learners", "share", "p50")
    rows = [[row[key] for key in keys] for row in summary["companies"]["tiers"]]
    return table_of(summary, "Companies by tier", headings, rows)


def incremental(summary: Summary) -> TextTable:
    """Give how much either segmentation tells of each outcome, with intervals."""
    headings = [
        ("Outcome", "text"),
        ("Learners", "count"),
        ("Learned segments", "text"),
        ("Rules of thumb", "text"),
        ("Learned less rules", "text"),
    ]
    rows = [
        (
            feature_label(row["outcome"]),
            row["n_with"],
            *(_skill(row[key]) for key in ("learned", "rules", "difference")),
        )
        for row in summary.get("incremental") or ()
        if not row["reason"]
    ]
    title = "Share of the outcome that is told, on held-out learners (95 % interval)"
    return table_of(summary, title, headings, rows)


def _skill(found: Mapping[str, float]) -> str:
    low, mid, high = (f"{100 * found[key]:.1f}" for key in ("low", "estimate", "high"))
    return f"{mid}% ({low} to {high})"
