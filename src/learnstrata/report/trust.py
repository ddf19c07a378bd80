"""Sentences on how far a segmentation can be trusted, made from its evidence."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from learnstrata.report.wording import name_of_segment
from learnstrata.segments.evidence.sensitivity import PARTLY, STRONG
from learnstrata.segments.model.certainty import FENCE
from learnstrata.wording.numbers import as_count, as_number, as_share
from learnstrata.wording.statistics import statistic_of, statistic_title
from learnstrata.wording.words import listed

__all__ = [
    "DIP_LEVEL",
    "HALVES",
    "READING",
    "agreements",
    "another_analyst",
    "cells_note",
    "cells_title",
    "finer_title",
    "humps",
    "jaccard_note",
    "jaccard_title",
    "left_out",
    "level_of_dip",
    "limit_of_jaccard",
    "limit_of_p",
    "neighbours",
    "nulls_note",
    "nulls_title",
    "reading",
    "seeds",
    "sensitivity_title",
    "short_verdict",
    "silhouette_note",
    "silhouette_title",
    "standing_note",
    "standing_title",
    "statistic_label",
    "strength_note",
    "strength_title",
    "tree_title",
    "variants_of_silhouette",
]

Summary = Mapping[str, Any]

DIP_LEVEL = 0.05
HALVES = 0.8  # prediction strength from which Tibshirani and Walther call a k found
READING = (0.60, 0.75, 0.85)  # of a bootstrap Jaccard: doubtful, stable, highly stable
SHORT = {
    "natural": "groups that stand apart and are found again",
    "reproducible": "a cut that is found again, not groups that stand apart",
    "constructive": "a useful cut and no more",
}


def short_verdict(summary: Summary) -> str:
    """Give the verdict in one short sentence; empty where there is no evidence.

    Examples
    --------
    >>> short_verdict({"evidence": {"verdict": {"word": "constructive"}}})
    'constructive - a useful cut and no more'
    >>> short_verdict({"evidence": None})
    ''
    """
    found = summary.get("evidence")
    if not found:
        return ""
    word = found["verdict"]["word"]
    return f"{word} - {SHORT[word]}"


def left_out(summary: Summary) -> str:
    """Say that the evidence is not there, and how to get it.

    Examples
    --------
    >>> left_out({"config": {"evidence": {"level": "none"}}})[:40]
    'The evidence was left out of this run, s'
    """
    level = summary.get("config", {}).get("evidence", {}).get("level", "none")
    if level == "none":
        return (
            "The evidence was left out of this run, so there is no verdict. Run again "
            "with --evidence quick to get it."
        )
    return (
        f"There are too few {summary['unit']}s for the evidence, so there is no "
        "verdict. With more of them, --evidence quick gives it."
    )


def limit_of_jaccard(summary: Summary) -> float:
    """Give the least Jaccard that counts as found again, as the run was configured."""
    settings = summary.get("config", {}).get("evidence", {})
    return float(settings.get("min_jaccard", READING[1]))


def limit_of_p(summary: Summary) -> float:
    """Give the largest p-value that counts as above structureless tables.

    Examples
    --------
    >>> limit_of_p({"config": {"evidence": {"max_p": 0.01}}})
    0.01
    """
    return float(summary["config"]["evidence"]["max_p"])


def agreements(found: Mapping[str, Any]) -> tuple[int, int, int]:
    """Count the other ways that agree strongly, in part and hardly.

    Examples
    --------
    >>> agreements({"variants": [{"ari": 0.8}, {"ari": 0.5}, {"ari": 0.494}]})
    (1, 1, 1)
    """
    values = [round(variant["ari"], 2) for variant in found["variants"]]
    strong = sum(value >= STRONG for value in values)
    hardly = sum(value < PARTLY for value in values)
    return strong, len(values) - strong - hardly, hardly


def another_analyst(summary: Summary) -> str:
    """Answer in one line whether another analyst would have found these segments."""
    found = summary["evidence"]["sensitivity"]
    if not found or not found["variants"]:
        return "Not known: no other way to cut was tried in this run."
    alone = found["same_way"]
    if round(alone["ari"], 2) < STRONG:
        return (
            f"It is hard to tell: on {as_count(alone['rows'])} {summary['unit']}s even "
            "the same way agrees with it by an adjusted Rand index of only "
            f"{as_number(alone['ari'])}."
        )
    strong, part, hardly = agreements(found)
    n = strong + part + hardly
    told = (
        f"{strong} of {n} other ways to cut agree strongly with it, {part} in part and "
        f"{hardly} hardly."
    )
    if strong >= 0.75 * n:
        return f"Most likely yes: {told}"
    if strong + part < 0.5 * n:
        return f"Most likely not: {told}"
    return f"It depends on how they cut: {told}"


def statistic_label(name: str) -> str:
    """Name a statistic that stands beside structureless tables.

    Examples
    --------
    >>> statistic_label("gap")
    'Gap'
    """
    return statistic_title(_registered(name))


def _registered(name: str) -> str:
    """Give the entry of a statistic beside nulls, where a Jaccard is the lowest."""
    return "lowest_jaccard" if name == "jaccard" else name


def nulls_title(summary: Summary) -> str:
    """Say how many statistics lie above the band of structureless tables."""
    rows, limit = summary["evidence"]["nulls"]["statistics"], limit_of_p(summary)
    above = [
        statistic_of(_registered(row["statistic"])).label
        for row in rows
        if row["observed"] > row["high"] and row["p_value"] <= limit
    ]
    n = len(rows)
    if not above:
        return f"None of {n} statistics lies above the band of structureless tables"
    if len(above) == n:
        return f"All {n} statistics lie above the band of structureless tables"
    return (
        f"{len(above)} of {n} statistics "
        f"{'lies' if len(above) == 1 else 'lie'} above the band of structureless "
        f"tables: {listed(above)}"
    )


def nulls_note(summary: Summary) -> str:
    """Say how the structureless tables were drawn, and how small a p-value can be."""
    found = summary["evidence"]["nulls"]
    draws, units = found["draws"], f"{summary['unit']}s"
    text = (
        f"Dots: {as_count(draws)} structureless tables of {as_count(found['rows'])} "
        f"{units} each, with the same columns, rounding and correlations but no "
        "groups; grey: the middle 5-95 % of them; diamond: a sample of this run's "
        f"{units}, as many and fitted in the same way. "
        f"With {as_count(draws)} draws no p-value can be smaller than "
        f"1/{draws + 1} = {as_number(1 / (draws + 1), 3)}. "
        "Excess and p-value are those of the sample. The column of the whole run "
        f"repeats what is said elsewhere of all {units}, which were fitted with more "
        "effort: it is not to be set beside the structureless tables."
    )
    if any(row["statistic"] == "jaccard" for row in found["statistics"]):
        text += (
            f" For the Jaccard, {as_count(found['jaccard_draws'])} of the tables were "
            f"each fitted again {as_count(found['jaccard_resamples'])} times from "
            "fresh starts."
        )
    return text


def silhouette_title(summary: Summary) -> str:
    """Say which segment holds together least, and its mean silhouette."""
    rows = summary["evidence"]["silhouette"]["per_segment"]
    low, high = (f(rows, key=lambda row: row["mean"]) for f in (min, max))
    least, most = (as_number(row["mean"]) for row in (low, high))
    if least == most:
        return f"The mean silhouette is {least} in every segment"
    return (
        f"The mean silhouette runs from {least} "
        f"({name_of_segment(summary, low['segment_id'])}) to {most} "
        f"({name_of_segment(summary, high['segment_id'])})"
    )


def silhouette_note(summary: Summary) -> str:
    """Give the mean, its error and who was scored against whom."""
    found = summary["evidence"]["silhouette"]
    scored, against = found["scored"], found["against"]
    error = found["standard_error"]
    text = (
        "Each area: the silhouettes of a segment from lowest to highest; right of 0 a "
        f"{summary['unit']} is nearer to its own segment than to the next one. "
        f"The mean of all in the final fit is {as_number(found['mean'], 3)}"
    )
    if scored == against:
        return f"{text}, exact: all {as_count(scored)} were scored against all."
    return (
        f"{text} ± {as_number(error, 3)} (standard error): {as_count(scored)}, drawn "
        f"from every segment, were scored against all {as_count(against)}."
    )


def variants_of_silhouette(summary: Summary) -> str:
    """Name the two other silhouettes and warn against comparing them."""
    found = summary["evidence"]["silhouette"]
    told = [
        f"{name} {as_number(value, 3)}"
        for name, value in (
            ("squared distances give", found["squared"]),
            ("distances to the centres (simplified) give", found["simplified"]),
        )
        if value is not None
    ]
    if not told:
        return ""
    return (
        f"The same segments, measured otherwise: {listed(told)}. These are other "
        "scales: never compare one kind of silhouette with another."
    )


def jaccard_title(summary: Summary) -> str:
    """Say which segment is found again least, and how well."""
    found = summary["evidence"]["bootstrap"]
    least, start, row = min(
        (
            (row["jaccard"], run["start"], row)
            for run in found
            for row in run["per_segment"]
        ),
        key=lambda told: told[0],
    )
    return (
        f"The least stable segment, {name_of_segment(summary, row['segment_id'])}, is "
        f"{reading(least)}: Jaccard {as_number(least)} {_starts(start)}"
    )


def reading(jaccard: float) -> str:
    """Read a bootstrap Jaccard in a word, as fpc's clusterboot does.

    Examples
    --------
    >>> reading(0.75), reading(0.86), reading(0.599)
    ('doubtful', 'highly stable', 'unstable')
    """
    doubtful, stable, highly = READING
    if jaccard > stable:
        return "highly stable" if jaccard > highly else "stable"
    return "doubtful" if jaccard >= doubtful else "unstable"


def _starts(start: str) -> str:
    return {"fitted": "from the fitted centres", "fresh": "from fresh starts"}.get(
        start, start
    )


def jaccard_note(summary: Summary) -> str:
    """Say how often the segments were fitted again, and how a Jaccard is read."""
    told = listed(
        [
            f"{as_count(run['resamples'])} times {_starts(run['start'])} on "
            f"{as_count(run['rows'])}"
            for run in summary["evidence"]["bootstrap"]
        ]
    )
    doubtful, stable, highly = (as_number(limit) for limit in READING)
    return (
        f"{summary['unit'].capitalize()}s drawn with replacement were cut again: "
        f"{told}. Under {doubtful} a segment is unstable, to {stable} "
        f"doubtful, over {stable} stable, over {highly} highly stable. Recovered: "
        "Jaccard 0.75 or more; dissolved: 0.5 or less."
    )


def tree_title(summary: Summary) -> str:
    """Say what becomes of the chosen segments with one segment more."""
    k = summary["selection"]["k"]
    flows = [flow for flow in summary["evidence"]["flows"] if flow["k"] == k]
    if not flows:
        return f"How the segments of one k pass into those of the next, up to k = {k}"
    best: dict[int, float] = {}
    for flow in flows:
        part = flow["share_of_source"]
        best[flow["source"]] = max(part, best.get(flow["source"], 0.0))
    low = min(best, key=lambda source: best[source])
    if round(best[low], 3) >= 0.9:
        return (
            f"From k = {k} to k = {k + 1} every segment keeps at least "
            f"{as_share(best[low])} together"
        )
    return (
        f"From k = {k} to k = {k + 1}, {name_of_segment(summary, low)} splits most: "
        f"its largest part is {as_share(best[low])}"
    )


def strength_title(summary: Summary) -> str:
    """Say for which k two halves of the learners agree."""
    table = summary["evidence"]["halves"]["table"]
    strong = [row["k"] for row in table if row["prediction_strength"] >= HALVES]
    own = _strength_of(table, summary["selection"]["k"])
    told = "" if own is None else f"; k = {summary['selection']['k']} has {own}"
    if not strong:
        return f"Halves of the learners agree at no k tried (under {HALVES}){told}"
    return (
        f"Halves of the learners agree ({HALVES} or more) at k = {_listed(strong)}"
        f"{told}"
    )


def strength_note(summary: Summary) -> str:
    """Say how the halves were made, and how their agreement is read."""
    rows = summary["evidence"]["halves"]["rows"]
    return (
        f"{as_count(rows)} {summary['unit']}s were halved several times; one half is "
        "cut, and the other half's own cut must keep its pairs together. The figure is "
        f"that of the worst segment; dashed: {HALVES}, from which a k is usually "
        "called found. Bars: one standard error."
    )


def _strength_of(table: Sequence[Mapping[str, Any]], k: int) -> str | None:
    found = next((row for row in table if row["k"] == k), None)
    return None if found is None else as_number(found["prediction_strength"])


def _listed(values: Sequence[int]) -> str:
    run = len(values) > 2 and all(b == a + 1 for a, b in pairwise(values))
    return f"{values[0]} to {values[-1]}" if run else listed([str(v) for v in values])


def seeds(summary: Summary) -> str:
    """Say how far other seeds give the same segments."""
    found = summary["evidence"]["seeds"]
    if found["mean"] is None:
        return "No refit under another seed was made."
    n = found["refits"]
    return (
        f"Fitted {'once more' if n == 1 else f'{as_count(n)} times more'} under other "
        f"seeds on {as_count(found['rows'])} {summary['unit']}s, k = {found['k']} "
        f"agrees with itself with an adjusted Rand index of {as_number(found['mean'])} "
        f"on average and {as_number(found['lowest'])} at the least (1 is the same)."
    )


def standing_title(summary: Summary) -> str:
    """Say how many learners are core, borderline and atypical."""
    counts = summary["evidence"]["standing"]["counts"]
    known = [n for n in counts.values() if n is not None]
    whole = len(known) == len(counts)
    total = (sum(known) if whole else summary["input"]["segmented"]) or 1
    core, border, far = (
        "a share not shown" if counts[name] is None else as_share(counts[name] / total)
        for name in ("core", "borderline", "atypical")
    )
    return (
        f"{core} of the {summary['unit']}s are core to their segment, {border} stand "
        f"on a border and {far} are atypical"
    )


def standing_note(summary: Summary) -> str:
    """State the rules by which a learner is core, borderline or atypical."""
    found = summary["evidence"]["standing"]
    refits = found["confidence_refits"]
    sure = (
        f" or fewer than {100 * found['min_confidence']:.6g}% of {as_count(refits)} "
        "bootstrap refits put it in the same segment"
        if refits
        else ""
    )
    return (
        "From full to pale colour: core, borderline, atypical. "
        "Atypical: farther from the centre of its segment than the upper fence of a "
        f"box plot (upper quartile + {FENCE:g} quartile distances). Borderline: of the "
        "others, those whose nearest centre is more than "
        f"{100 - 100 * found['min_margin']:.6g}% as far as the second-nearest{sure}. "
        "Core: all the rest."
    )


def finer_title(summary: Summary) -> str:
    """Say into how many sub-segments how many segments can be cut."""
    dossiers = summary["evidence"]["finer"]["dossiers"]
    cut = [found for found in dossiers if found["k"] > 1]
    n = len(dossiers)
    if not cut:
        return f"None of {n} segments has a finer cut that is found again."
    parts = sum(found["k"] for found in cut)
    return (
        f"{len(cut)} of {n} segments can be cut further, into {as_count(parts)} "
        "sub-segments that are found again."
    )


def cells_title(summary: Summary) -> str:
    """Say how many cells of segment and role are found again."""
    cells = summary["evidence"]["finer"]["cells"]
    limit = limit_of_jaccard(summary)
    stable = sum(c["jaccard"] is not None and c["jaccard"] >= limit for c in cells)
    return (
        f"{as_count(stable)} of {as_count(len(cells))} cells of segment and role are "
        f"found again with a Jaccard of {as_number(limit)} or more"
    )


def cells_note(summary: Summary) -> str:
    """Say how to read the cells."""
    return (
        f"First number: {summary['unit']}s; in brackets: bootstrap Jaccard of the "
        "cell. The bluer, the larger its share of the segment. White with grey text: "
        f"under {as_number(limit_of_jaccard(summary))}, so do not act on it alone. "
        f"Blank: too few {summary['unit']}s to show."
    )


def neighbours(summary: Summary) -> list[Mapping[str, Any]]:
    """List the valleys between neighbouring segments, each pair once."""
    seen: dict[frozenset[int], Mapping[str, Any]] = {}
    for row in summary["evidence"]["valleys"]:
        seen.setdefault(frozenset((row["segment_id"], row["neighbour_id"])), row)
    return list(seen.values())


def level_of_dip(p_value: float, *, between: bool) -> str:
    """Say whether a dip is more than one hump would give.

    Examples
    --------
    >>> level_of_dip(0.05, between=True), level_of_dip(0.051, between=False)
    ('a thin place', 'one hump')
    """
    if p_value <= DIP_LEVEL:
        return "a thin place" if between else "more than one hump"
    return "no thin place" if between else "one hump"


def humps(summary: Summary) -> str:
    """Say between how many neighbouring segments there is a thin place."""
    measured = [row["dip"] for row in neighbours(summary) if row["dip"]]
    n = len(measured)
    if not n:
        return "No pair of neighbouring segments was large enough for a dip test."
    thin = sum(found["p_value"] <= DIP_LEVEL for found in measured)
    pairs = f"{n} pair{'s' * (n > 1)} of neighbouring segments"
    level = f"dip test, p {DIP_LEVEL} or less"
    if thin:
        return f"Between {thin} of {pairs} there is a thin place ({level})."
    return (
        f"No thin place was found between the {pairs} ({level}): nothing shows that "
        "their borders are gaps."
    )


def sensitivity_title(summary: Summary) -> str:
    """Say how far the agreement of other ways reaches."""
    rows = summary["evidence"]["sensitivity"]["variants"]
    low, high = (f(rows, key=lambda row: row["ari"]) for f in (min, max))
    return (
        f"Agreement with other ways runs from {as_number(low['ari'])} ({low['name']}) "
        f"to {as_number(high['ari'])} ({high['name']})"
    )
