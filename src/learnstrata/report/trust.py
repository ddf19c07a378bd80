"""How far a segmentation can be trusted: the sentences and tables beside no chart."""

from dataclasses import dataclass

from learnstrata.learners.features.register import feature_of
from learnstrata.report.figures.results import evidence_of, name_of_segment, p_cell
from learnstrata.report.parts import apart_text, roles_text
from learnstrata.report.sureness import found_again
from learnstrata.segments.choice.gaps import LEAST_DEPTH, MAX_P
from learnstrata.summary.contract.evidence import (
    Component,
    Evidence,
    Ground,
    PartDossier,
    Valley,
)
from learnstrata.summary.contract.results import DisclosedSummary, Results
from learnstrata.wording.readings import (
    STRONG,
    agreements,
    level_of_p,
    separation,
)
from learnstrata.wording.tables import Cell, Table, column, table_of
from learnstrata.wording.words import counted, listed

__all__ = ["Trust", "Verdict", "tables_of", "trust_of", "verdict_of"]

TINY = 0.02  # share of a segment so small that it may carry a silhouette by itself
APART = {
    "overlap": "The segments overlap: cuts of a continuum more than separate groups.",
    "are weakly separated": (
        "The segments are weakly separated: expect many learners near a border."
    ),
}


@dataclass(frozen=True, slots=True)
class Trust:
    """What every run tells of its choice, with evidence or without: sentences.

    `silhouette` is the number alone; `small` warns of a tiny segment, `left_out` says
    why there is no evidence: both may be empty.
    """

    hopkins: str
    silhouette: str
    separation: str
    small: str
    stability: str
    rule: str
    reason: str
    same: str
    sweep: str
    runner_up: str
    changes: tuple[str, ...]
    left_out: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the evidence tells beside its charts: sentences and tables.

    `another` says in one line whether another analyst would have found this; `left_out`
    what was not measured, and why; `reasons` how far each segment is cut, and why.
    """

    word: str
    sentence: str
    rule: str
    another: str
    left_out: tuple[str, ...]
    conditions: Table
    hopkins: Table
    variants: str
    seeds: str
    finer: str
    finer_rule: str
    reasons: tuple[str, ...]
    subsegments: Table
    dossiers: Table
    humps: str
    dips: Table
    others: str
    skipped: Table


def trust_of(summary: DisclosedSummary) -> Trust:
    """Gather what every run tells of its choice."""
    found, write = summary.selection, summary.settings.numbers
    silhouette = found.chosen.silhouette if found.chosen else None
    return Trust(
        hopkins=hopkins_sentence(summary),
        silhouette=write.statistic(silhouette),
        separation=apart(silhouette),
        small=small_segment(summary),
        stability=found_again(summary),
        rule=found.rule,
        reason=found.reason,
        same=same_category(summary),
        sweep=sweep(summary),
        runner_up=runner_up(summary),
        changes=found.changes,
        left_out="" if summary.evidence else left_out(summary),
    )


def verdict_of(summary: DisclosedSummary) -> Verdict | None:
    """Gather what the evidence tells beside its charts; None where there is none."""
    found = summary.evidence
    if found is None:
        return None
    return Verdict(
        word=found.verdict.word,
        sentence=found.verdict.sentence,
        rule=found.verdict.rule,
        another=another_analyst(summary),
        left_out=found.left_out,
        conditions=conditions(summary),
        hopkins=hopkins(summary),
        variants=variants_of_silhouette(summary),
        seeds=seeds(summary),
        finer=finer(found),
        finer_rule=found.finer.rule,
        reasons=tuple(dossier.reason for dossier in found.finer.dossiers),
        subsegments=subsegments(summary),
        dossiers=dossiers(summary),
        humps=humps(found),
        dips=dips(summary),
        others=summary.words.sensitivity if found.sensitivity else "",
        skipped=skipped(found),
    )


def tables_of(summary: Results) -> tuple[Table, ...]:
    """Give the tables beside no chart that have a sheet in the workbook."""
    if summary.evidence is None:
        return ()
    makers = (conditions, hopkins, subsegments, dossiers, dips)
    return tuple(make(summary) for make in makers)


def left_out(summary: Results) -> str:
    """Say that the evidence is not there, and how to get it."""
    if summary.selection.chosen is None:
        return "There is one segment, so there is no cut to judge."
    if summary.settings.configured.evidence.level == "none":
        return (
            "The evidence was left out of this run, so there is no verdict. Run again "
            "with --evidence quick to get it."
        )
    return (
        f"There are too few {summary.settings.units} for the evidence, so there is no "
        "verdict. With more of them, --evidence quick gives it."
    )


def hopkins_sentence(summary: Results) -> str:
    """Give both Hopkins statistics and what they cannot prove."""
    write, found = summary.settings.numbers, summary.tendency
    return (
        f"Hopkins is {write.statistic(found.power_d.statistic)} with distances to the "
        f"power of the dimension, and {write.statistic(found.original.statistic)} as "
        "often computed (0.5 is random, 1 is clustered). It cannot prove that there "
        "are segments: one bell-shaped cloud, rounded values or a few gross outliers "
        "bring it near 1 as well."
    )


def apart(silhouette: float | None) -> str:
    """Say how far apart the segments are, by their mean silhouette.

    Examples
    --------
    >>> apart(0.228), apart(0.6)[:41]
    ('The segments overlap: cuts of a continuum more than separate groups.',
     'The segments are reasonably separated.')
    """
    if silhouette is None:
        return "Separation was not measured in this run."
    found = separation(silhouette)
    return APART.get(found, f"The segments {found}.")


def small_segment(summary: Results) -> str:
    """Warn where a tiny segment may carry the silhouette; else say nothing."""
    shares = [one.share for one in summary.segments if one.share is not None]
    least = min(shares, default=1.0)
    if least >= TINY and not summary.small_segments:
        return ""
    write = summary.settings.numbers
    told = (
        f"The smallest segment holds {write.count(None)} {summary.settings.units}"
        if summary.small_segments
        else f"The smallest segment holds {write.share(least)}"
    )
    return (
        f"{told}: so few far-off values raise a silhouette by themselves, so check "
        "them before trusting it."
    )


def sweep(summary: Results) -> str:
    """Say on how many learners every k was fitted, and how often again."""
    found, write = summary.selection, summary.settings.numbers
    units = summary.settings.units
    text = f"Every k was fitted on {write.count(found.rows)} {units}"
    if found.halved:
        times = sorted({row.halvings for row in found.table if row.halvings})
        often = " to ".join(map(str, dict.fromkeys((times[0], times[-1]))))
        text += (
            f"; {write.count(found.halved)} of them were halved {often} times, until "
            "it was known which k the rule takes, and both halves cut from scratch"
        )
    if found.judged is None:
        return f"{text}."
    return (
        f"{text}. These, and all the evidence, are of {write.count(found.judged)} "
        f"{units} drawn from all; segments, their sizes and profiles are of all."
    )


def same_category(summary: Results) -> str:
    """Say where one category tells nearly all of the segments; else say nothing."""
    found = summary.selection.same_as
    if found is None:
        return ""
    told = summary.settings.numbers.statistic(found.nmi)
    return (
        f"These segments are the {feature_of(found.feature).label}: this category "
        f"alone tells nearly all of them (normalised mutual information {told}). A "
        "filter on it does the same."
    )


def runner_up(summary: Results) -> str:
    """Name the next best k with what speaks for it."""
    found, write = summary.selection, summary.settings.numbers
    row = next((row for row in found.table if row.k == found.runner_up), None)
    if row is None:
        return "There is none: no other k is admitted."
    told = f"k = {row.k}: silhouette {write.statistic(row.silhouette)}"
    if row.half_agreement is None:
        return f"{told}."
    return f"{told}, agreement of halves {write.statistic(row.half_agreement)}."


def another_analyst(summary: Results) -> str:
    """Answer in one line whether another analyst would have found these segments."""
    found, write = evidence_of(summary).sensitivity, summary.settings.numbers
    if not found or not found.variants:
        return "Not known: no other way to cut was tried in this run."
    alone = found.same_way
    if alone.ari is None or alone.ari < STRONG:
        return (
            f"It is hard to tell: on {write.count(alone.rows)} "
            f"{summary.settings.units} even the same way agrees with it by an adjusted "
            f"Rand index of only {write.statistic(alone.ari)}."
        )
    n = len(found.variants)
    strong, part, little = agreements(variant.ari for variant in found.variants)
    told = (
        f"{strong} of {n} other ways to cut agree strongly with it, {part} in part and "
        f"{little} little."
    )
    if strong >= 0.75 * n:
        return f"Most likely yes: {told}"
    if strong + part < 0.5 * n:
        return f"Most likely not: {told}"
    return f"It depends on how they cut: {told}"


def variants_of_silhouette(summary: Results) -> str:
    """Name the two other silhouettes and warn against comparing them."""
    found, write = evidence_of(summary).silhouette, summary.settings.numbers
    told = [
        f"{name} {write.statistic(value)}"
        for name, value in (
            ("squared distances give", found.squared),
            ("distances to the centres (simplified) give", found.simplified),
        )
        if value is not None
    ]
    if not told:
        return ""
    return (
        f"The same segments, measured otherwise: {listed(told)}. These are other "
        "scales: never compare one kind of silhouette with another."
    )


def seeds(summary: Results) -> str:
    """Say how far other seeds give the same segments."""
    found, write = evidence_of(summary).seeds, summary.settings.numbers
    if found.mean is None:
        return "No refit under another seed was made."
    again = "once more" if found.refits == 1 else f"{found.refits} times more"
    return (
        f"Fitted {again} under other seeds on {write.count(found.rows)} "
        f"{summary.settings.units}, k = {found.k} agrees with itself with an adjusted "
        f"Rand index of {write.statistic(found.mean)} on average and "
        f"{write.statistic(found.lowest)} at the least (1 is the same)."
    )


def finer(found: Evidence) -> str:
    """Say into how many sub-segments how many segments can be cut."""
    cut = [dossier.k for dossier in found.finer.dossiers if dossier.k > 1]
    n = len(found.finer.dossiers)
    if not cut:
        return f"None of {n} segments has a finer cut that is found again."
    return (
        f"{len(cut)} of {n} segments can be cut further, into {sum(cut)} sub-segments "
        "that are found again."
    )


def neighbours(found: Evidence) -> list[Valley]:
    """List the valleys between neighbouring segments, each pair once."""
    seen: dict[frozenset[int], Valley] = {}
    for row in found.valleys:
        seen.setdefault(frozenset((row.segment_id, row.neighbour_id)), row)
    return list(seen.values())


def humps(found: Evidence) -> str:
    """Say between how many neighbouring segments there is a gap."""
    tested = [row for row in neighbours(found) if row.dip]
    if not tested:
        return "No pair of neighbouring segments was large enough for a dip test."
    gaps = sum(row.is_gap for row in tested)
    pairs = f"{counted(len(tested), 'pair')} of neighbouring segments"
    level = (
        f"a valley, p {MAX_P} or less after Holm, and {LEAST_DEPTH} learners near the "
        "means for each one midway"
    )
    if gaps:
        return f"Between {gaps} of {pairs} there is a gap ({level})."
    return f"There is no gap between the {pairs} ({level})."


def conditions(summary: Results) -> Table:
    """List the conditions of the verdict: what was found and what is asked for."""
    return table_of(
        "The conditions of the verdict",
        evidence_of(summary).verdict.grounds,
        [
            column(
                "Condition", lambda row: row.condition[:1].upper() + row.condition[1:]
            ),
            column("Found", _found, "statistic"),
            column("Asked for", _asked),
            column("Met", lambda row: "\u2713 yes" if row.met else "\u2717 no"),
        ],
        sheet="Verdict",
    )


def _is_p_value(row: Ground) -> bool:
    return row.condition.startswith("p-value")


def _found(row: Ground) -> Cell:
    if row.limit is None:
        return "yes" if row.met else "no"
    return p_cell(row.value) if _is_p_value(row) else row.value


def _asked(row: Ground) -> str:
    if row.limit is None:
        return "yes"
    return f"{'at most' if _is_p_value(row) else 'at least'} {row.limit:.6g}"


def hopkins(summary: Results) -> Table:
    """Give Hopkins both ways."""
    found = summary.tendency
    return table_of(
        "Hopkins on the whole table, two ways",
        [
            ("With distances to the power d", found.power_d),
            ("As in the original (plain distances)", found.original),
        ],
        [
            column("Hopkins", lambda row: row[0]),
            column("Statistic", lambda row: row[1].statistic, "statistic"),
            column("Spread", lambda row: row[1].spread, "statistic"),
            column("Probes", lambda row: row[1].n_probes, "count"),
            column("Rows", lambda row: row[1].n_rows, "count"),
            column("Features", lambda row: row[1].n_features, "count"),
        ],
        sheet="Hopkins",
    )


def subsegments(summary: Results) -> Table:
    """List the finer cuts that are found again."""
    found, units = evidence_of(summary).finer, summary.settings.units.capitalize()
    cut = {dossier.segment_id for dossier in found.dossiers if dossier.k > 1}
    pay = column("Median pay", lambda part: part.median_pay, "pay")
    years = column("Median years", lambda part: part.median_years, "years")
    roles = column("Most frequent roles", roles_text)
    return table_of(
        "Sub-segments",
        [part for part in found.parts if part.segment_id in cut],
        [
            column("Sub-segment", lambda part: part.subsegment_id),
            column("Name", lambda part: part.name),
            column(
                "Of segment", lambda part: name_of_segment(summary, part.segment_id)
            ),
            column(units, lambda part: part.count, "count"),
            column("Share of segment", lambda part: part.share_of_segment, "share"),
            column("Share of all", lambda part: part.share, "share"),
            column("Jaccard", lambda part: part.jaccard, "statistic"),
            column("Apart by", apart_text),
            *([roles] if any(part.roles for part in found.parts) else []),
            *([pay] if summary.has("pay") else []),
            *([years] if any(part.n_experience for part in found.parts) else []),
        ],
        sheet="Sub-segments",
    )


def dossiers(summary: Results) -> Table:
    """List every finer cut that was tried, and why it was not taken."""
    found = evidence_of(summary).finer.dossiers
    return table_of(
        "Every finer cut that was tried",
        [(dossier, row) for dossier in found for row in dossier.table],
        [
            column("Segment", lambda one: name_of_segment(summary, one[0].segment_id)),
            column("Parts", lambda one: str(one[1].k)),
            column("Silhouette", lambda one: one[1].silhouette, "statistic"),
            column("Smallest part", lambda one: one[1].smallest_share, "share"),
            column("Least stable part", lambda one: one[1].lowest_jaccard, "statistic"),
            column("The rule", lambda one: _taken(one[0], one[1].k, one[1].objections)),
        ],
        sheet="Numbers of parts",
    )


def _taken(dossier: PartDossier, k: int, objections: tuple[str, ...]) -> str:
    return "chosen" if k == dossier.k else "; ".join(objections) or "admitted"


def dips(summary: Results) -> Table:
    """Give the dip of the first components and between neighbouring segments."""
    found, write = evidence_of(summary), summary.settings.numbers
    rows = [_of_component(row, write.share(row.explained)) for row in found.components]
    rows += [_of_valley(row) for row in neighbours(found)]
    return table_of(
        "Humps and gaps: Hartigans' dip test",
        rows,
        [
            column("Where", lambda row: row[0]),
            column("Dip", lambda row: row[1], "statistic"),
            column("p-value", lambda row: row[2], "statistic"),
            column("Depth", lambda row: row[3], "statistic"),
            column(summary.settings.units.capitalize(), lambda row: row[4], "count"),
            column("Found", lambda row: row[5]),
        ],
        sheet="Dip tests",
    )


def _of_component(row: Component, explained: str) -> tuple[Cell, ...]:
    beyond = level_of_p(row.dip.p_value) == "beyond chance"
    told = "more than one hump" if beyond else "one hump"
    p, n = p_cell(row.dip.p_value), row.dip.n_rows
    where = f"Component {row.component} ({explained})"
    return (where, row.dip.statistic, p, "", n, told)


def _of_valley(row: Valley) -> tuple[Cell, ...]:
    where = f"Between segments {row.segment_id} and {row.neighbour_id}"
    if row.dip is None:
        return (where, "", "", "", "", "too few to tell")
    told = "a gap" if row.is_gap else "no gap"
    p, n = p_cell(row.p_value), row.dip.n_rows
    return (where, row.dip.statistic, p, row.depth, n, told)


def skipped(found: Evidence) -> Table:
    """List the ways that could not be tried, and why."""
    return table_of(
        "Ways that could not be tried",
        found.sensitivity.skipped if found.sensitivity else (),
        [
            column("Not tried", lambda row: row.name),
            column("Why", lambda row: row.reason),
        ],
    )
