"""Sentences made from the numbers of a summary, and no bolder than the numbers are."""

from collections.abc import Mapping, Sequence
from typing import Any

from learnstrata.learners.features.register import feature_of, plain_name
from learnstrata.learners.schema.register import column_label
from learnstrata.wording.numbers import (
    Money,
    as_count,
    as_number,
    as_share,
    as_years,
)
from learnstrata.wording.words import listed

__all__ = [
    "agreement",
    "column_label",
    "correlation",
    "coverage",
    "direction",
    "feature_label",
    "hopkins",
    "index_title",
    "is_told",
    "k_note",
    "lacking",
    "least_of",
    "ledger",
    "limits",
    "map_direction",
    "map_note",
    "map_title",
    "missing_title",
    "name_of_segment",
    "outliers",
    "plain_label",
    "range_title",
    "rule_label",
    "selection_title",
    "separation",
    "small_segment",
    "spread",
    "stability",
    "stage_label",
    "strongest_pair",
    "times_of_all",
]

DISTINCTIVE = 120.0
STRONG_LOADING = 0.4
SCALE = "on a scale from -1 to 1"

RULES = {
    "exact_duplicate": "The same record again",
    "older_record": "An older record of the same learner",
    "heaped_pay": "Pay that is typed far too often, such as a form's ceiling",
    "implausible_pay": "Pay too far from all others to be believed",
    "pay_in_lakhs": "Pay that only makes sense if it was typed in lakh",
    "pay_in_thousands": "Pay that only makes sense if it was typed in thousands",
    "pay_in_monthly": "Pay that only makes sense if it is monthly",
    "impossible_year": "Start year that cannot be",
    "impossible_experience": "Years of experience that cannot be",
    "start_after_pay_year": "Start year after the year of the pay",
    "two_digit_year": "Two-digit start year, completed",
    "missing_year_filled": "Missing start year, filled in",
    "pay_not_positive": "Pay of zero or less",
    "no_learner_id": "No learner id",
}
STATES = {
    "current": "Used as they are",
    "repaired": "Used, with a value repaired or set aside",
    "history": "Older records of a learner, kept as history",
    "quarantined": "Not used: set aside with a reason",
}
STAGES = {
    "recognise": "Recognise columns",
    "clean": "Records into learners",
    "features": "Make features",
    "describe": "Describe the learners",
    "tendency": "Test for cluster tendency",
    "select": "Try every number of segments",
    "fit": "Fit all learners",
    "hierarchy": "Grow Ward's hierarchy",
    "evidence": "Gather the evidence",
    "profile": "Profile and name segments",
    "explain": "Explain the segments",
    "benchmarks": "Benchmark pay",
    "answer": "Answer the questions",
}


def is_told(share: Mapping[str, Any], least: int) -> bool:
    """Say whether the share of a value is told, and of enough to say something."""
    return share["index"] is not None and share["count"] >= least


def least_of(summary: Mapping[str, Any]) -> int:
    """Give the learners it takes to be told of, in this run."""
    return int(((summary.get("config") or {}).get("privacy") or {}).get("learners", 10))


def feature_label(name: str) -> str:
    """Name a feature for a reader.

    Examples
    --------
    >>> feature_label("company_level"), feature_label("course_hours")
    ('company pay level', 'course hours')
    """
    return feature_of(name).label


def plain_label(name: str) -> str:
    """Name a feature by what it is of: the logarithm of pay is pay to a reader.

    Examples
    --------
    >>> plain_label("log_pay"), plain_label("company_level")
    ('pay', 'company pay level')
    """
    return feature_of(plain_name(name)).label


def rule_label(rule: str) -> str:
    """Say in words what a cleaning rule found.

    Examples
    --------
    >>> rule_label("unreadable_pay")
    'Unreadable pay'
    """
    return RULES.get(rule, column_label(rule).capitalize())


def stage_label(stage: str) -> str:
    """Name a stage of a run."""
    return STAGES.get(stage, stage.replace("_", " ").capitalize())


def lacking(summary: Mapping[str, Any], *columns: str, part: str) -> str:
    """Say why a part is not there: by the summary's own note, or as far as is known.

    Examples
    --------
    >>> lacking({"input": {"available": ["pay"]}}, "pay", "title", part="Pay by role")
    'Pay by role is not shown: the table has no title.'
    """
    available = summary.get("input", {}).get("available") or ()
    gone = [f"no {column_label(name)}" for name in columns if name not in available]
    if gone:
        return f"{part} is not shown: the table has {listed(gone)}."
    return f"{part} is not shown: this run has no numbers for it."


def correlation(a: str, b: str, rho: float | None) -> str:
    """Say how two numbers go together, by the size of their rank correlation.

    Examples
    --------
    >>> correlation("pay", "experience", 0.02)
    'Pay and experience are hardly related (0.02 on a scale from -1 to 1)'
    >>> correlation("pay", "experience", 0.32)
    'Pay rises moderately with experience (0.32 on a scale from -1 to 1)'
    """
    first = a[:1].upper() + a[1:]
    if rho is None:
        return f"{first} or {b} does not vary, so they have no correlation"
    size, told = abs(rho), f"({as_number(rho)} {SCALE})"
    if size < 0.1:
        return f"{first} and {b} are hardly related {told}"
    way = "rises" if rho > 0 else "falls"
    strength = "weakly" if size < 0.3 else "moderately" if size < 0.6 else "strongly"
    return f"{first} {way} {strength} with {b} {told}"


def spread(found: Mapping[str, Any], money: Money) -> str:
    """Say where the middle and the upper end of a number lie.

    Examples
    --------
    >>> found = {"feature": "pay", "quantiles": {"p50": 11e5, "p95": 39e5}}
    >>> spread(found, Money(1e5, "LPA"))
    'Pay is 11.0 LPA or less for half of all, and over 39.0 LPA for one in twenty'
    """
    label, quantiles = feature_label(found["feature"]), found["quantiles"]
    written = money.text if found["feature"] == "pay" else as_years
    middle, high = quantiles["p50"], quantiles.get("p95")
    told = (
        f"{label[:1].upper()}{label[1:]} is {written(middle)} or less for half of all"
    )
    if high is None or high <= middle:
        return told
    return f"{told}, and over {written(high)} for one in twenty"


def strongest_pair(
    columns: Sequence[str], matrix: Sequence[Sequence[float | None]]
) -> str:
    """Name the two numbers that go together most; pay and its logarithm do not count.

    Examples
    --------
    >>> strongest_pair(["pay", "log_pay", "seniority"],
    ...                [[1.0, 1.0, 0.2], [1.0, 1.0, 0.2], [0.2, 0.2, 1.0]])
    'Pay and seniority of the title go together most: 0.20 on a scale from -1 to 1'
    """
    pairs = [
        (abs(rho), rho, columns[j], columns[i])
        for i, row in enumerate(matrix)
        for j, rho in enumerate(row[:i])
        if rho is not None and {columns[i], columns[j]} != {"pay", "log_pay"}
    ]
    if not pairs:
        return "No two numbers vary enough to be compared"
    _, rho, one, other = max(pairs, key=lambda pair: pair[0])
    first = feature_label(one)
    return (
        f"{first[:1].upper()}{first[1:]} and {feature_label(other)} go together most: "
        f"{as_number(rho)} {SCALE}"
    )


def agreement(ari: float | None) -> str:
    """Say how alike two groupings are, by their adjusted Rand index.

    Examples
    --------
    >>> agreement(0.40), agreement(0.05)
    ('agree in part', 'hardly agree')
    """
    if ari is None:
        return "were not compared"
    steps = (
        (0.1, "hardly agree"),
        (0.3, "agree little"),
        (0.65, "agree in part"),
        (0.9, "largely agree"),
    )
    return next((word for most, word in steps if ari < most), "agree almost wholly")


def stability(jaccard: float | None) -> str:
    """Say how stable the least stable segment is, by its bootstrap Jaccard.

    Examples
    --------
    >>> stability(0.75)[:51]
    'Doubtful: found again in bootstrap samples with a J'
    """
    if jaccard is None:
        return "Stability was not measured in this run."
    steps = ((0.85, "highly stable"), (0.75, "stable"), (0.5999999, "doubtful"))
    word = next((word for least, word in steps if jaccard > least), "unstable")
    return (
        f"{word.capitalize()}: found again in bootstrap samples with a Jaccard of "
        f"{as_number(jaccard)} at the least. Stability alone proves nothing, since "
        "even structureless data can be cut the same way twice."
    )


def separation(silhouette: float | None) -> str:
    """Say how far apart the segments are, by their mean silhouette.

    Examples
    --------
    >>> separation(0.228)
    'The segments overlap: cuts of a continuum more than separate groups.'
    """
    if silhouette is None:
        return "Separation was not measured in this run."
    steps = (
        (0.25, "The segments overlap: cuts of a continuum more than separate groups."),
        (0.5, "The segments are weakly separated: expect many learners near a border."),
        (0.7, "The segments are reasonably separated."),
    )
    return next(
        (words for most, words in steps if silhouette <= most),
        "The segments are clearly separated.",
    )


def small_segment(share: float | None) -> str:
    """Warn where a tiny segment may carry the silhouette; else say nothing."""
    if share is None or share >= 0.02:
        return ""
    return (
        f"The smallest segment holds {as_share(share)}: so few far-off values raise a "
        "silhouette by themselves, so check them before trusting it."
    )


def hopkins(tendency: Mapping[str, Any]) -> str:
    """Give both Hopkins statistics and what they cannot prove."""
    power = as_number(tendency["power_d"]["statistic"])
    original = as_number(tendency["original"]["statistic"])
    return (
        f"Hopkins is {power} with distances to the power of the dimension, and "
        f"{original} as often computed (0.5 is random, 1 is clustered). It cannot "
        "prove that there are segments: one bell-shaped cloud, rounded values or a few "
        "gross outliers bring it near 1 as well."
    )


def direction(columns: Sequence[str], loadings: Sequence[float]) -> str:
    """Say what grows along an axis of the map: loadings of 0.4 and beyond, 3 at most.

    Examples
    --------
    >>> direction(["log_pay", "log_experience"], [0.9, -0.43])
    'Higher pay, less experience'
    >>> direction(["a", "role=Backend"], [0.1, 0.8])
    'More role: Backend'
    >>> direction(["a", "b"], [0.1, 0.2])
    ''
    """
    told = []
    for name, value in _strong(columns, loadings):
        label = plain_label(name)
        more, less = feature_of(name).ends or (f"more {label}", f"less {label}")
        told.append(more if value > 0 else less)
    text = ", ".join(dict.fromkeys(told))
    return text[:1].upper() + text[1:]


def _strong(
    columns: Sequence[str], loadings: Sequence[float]
) -> list[tuple[str, float]]:
    pairs = sorted(zip(columns, loadings, strict=True), key=lambda p: -abs(p[1]))
    return [(name, v) for name, v in pairs[:3] if abs(v) >= STRONG_LOADING]


def map_title(summary: Mapping[str, Any]) -> str:
    """Say in what learners differ most: what the axes of the map are made of."""
    found = summary["map"]
    axes = [
        [
            plain_label(n)
            for n, _ in _strong(found["columns"], [v[i] for v in found["loadings"]])
        ]
        for i in (0, 1)
    ]
    first = list(dict.fromkeys(axes[0]))
    then = [label for label in dict.fromkeys(axes[1]) if label not in first]
    if not first:
        return "Learners who are alike lie near each other"
    told = f"{summary['unit'].capitalize()}s differ most in {listed(first)}"
    return f"{told}, then in {listed(then)}" if then else told


def map_direction(summary: Mapping[str, Any], which: int) -> str:
    """Say what grows across (0) or upwards (1) on the map."""
    found = summary["map"]
    return direction(found["columns"], [row[which] for row in found["loadings"]])


def map_note(summary: Mapping[str, Any]) -> str:
    """Say how to read the map, and what it cannot show."""
    found, unit = summary["map"], summary["unit"]
    shown = sum(found["explained"][:2])
    ways = [
        f"{way}: {made_of[:1].lower()}{made_of[1:]}."
        for way, which in (("To the right", 0), ("Upwards", 1))
        if (made_of := map_direction(summary, which))
    ]
    points = (
        f"Each of the {as_count(len(found['x']))} points is a {unit}, "
        f"{as_share(found['share'])} of all; it is moved a little at random "
        f"({as_number(found['blur'], 2)} of the spread, typically) so that it is "
        "nobody's place. Numbers stand in the middle of the points of their segment."
    )
    limits = f"The map shows {as_share(shown)} of the differences between {unit}s"
    if shown < 0.9:
        limits += ": segments that overlap here may be apart in what it leaves out"
    return " ".join([*ways, points, f"{limits}."])


def name_of_segment(summary: Mapping[str, Any], segment_id: int) -> str:
    """Give the name of a segment, or its number where it has none."""
    names = {s["id"]: s["name"] for s in summary["segments"]}
    return str(names.get(segment_id, f"segment {segment_id}"))


def range_title(
    segments: Sequence[Mapping[str, Any]], feature: str, money: Money
) -> str:
    """Say between which segments the median of a feature runs."""
    known = [s for s in segments if feature in s["typical"]]
    low = min(known, key=lambda s: s["typical"][feature]["p50"])
    high = max(known, key=lambda s: s["typical"][feature]["p50"])
    bottom, top = (s["typical"][feature]["p50"] for s in (low, high))
    written = money.text if feature == "pay" else _in_years
    label = "pay" if feature == "pay" else "experience"
    if bottom == top:
        return f"Median {label} is {written(top)} in every segment"
    return (
        f"Median {label} runs from {written(bottom)} ({low['name']}) to "
        f"{written(top)} ({high['name']})"
    )


def _in_years(value: float) -> str:
    return f"{as_years(value)} {'year' if value == 1 else 'years'}"


def times_of_all(index: float) -> str:
    """Write an index as a multiple of the share among all.

    Examples
    --------
    >>> times_of_all(409.0), times_of_all(100.0)
    ('4.1 times', '1.0 times')
    """
    return f"{as_number(index / 100, 1)} times"


def index_title(segments: Sequence[Mapping[str, Any]], least: int = 10) -> str:
    """Name the role that is most out of proportion, where one is distinctive."""
    cells = [
        (share["index"], share["value"], s["name"])
        for s in segments
        for share in s["shares"].get("role", ())
        if is_told(share, least)
    ]
    if not cells:
        return f"No role is held by {least} learners of a segment"
    index, role, name = max(cells, key=lambda cell: cell[0])
    if index < DISTINCTIVE:
        return (
            "No role is distinctive for a segment: none is more than "
            f"{times_of_all(index)} as common in one as among all"
        )
    return f'{role} is {times_of_all(index)} as common in "{name}" as among all'


def selection_title(table: Sequence[Mapping[str, Any]], k: int) -> str:
    """Say where the silhouette is highest, and whether that k was chosen."""
    best = max(table, key=lambda row: row["silhouette"])
    chosen = next((row for row in table if row["k"] == k), None)
    if chosen is None:
        return f"k = {k} was chosen"
    own = as_number(chosen["silhouette"], 3)
    if best["k"] == k:
        return f"k = {k} has the highest silhouette of all k tried, {own}"
    top = as_number(best["silhouette"], 3)
    return (
        f"The silhouette is highest at k = {best['k']} ({top}); the rule chose k = {k} "
        f"({own})"
    )


def k_note(summary: Mapping[str, Any]) -> str:
    """Say how to read the charts over k."""
    rule = summary.get("config", {}).get("selection", {}).get("rule", {})
    least = rule.get("min_share") or rule.get("min_jaccard")
    limits = bool(least) or rule.get("max_share", 1) < 1
    return (
        "Diamond: chosen; circle: admitted by the rule; cross: not admitted. "
        + ("Dashed lines: limits of the rule. " if limits else "")
        + (_examined_note(summary) if summary.get("evidence") else "")
        + "More segments lower the inertia by themselves, so its elbow is shown and "
        "does not decide."
    )


def _examined_note(summary: Mapping[str, Any]) -> str:
    found, table = summary["evidence"], summary["selection"]["table"]
    gap, rows = found["gap"], as_count(found["nulls"]["rows"])
    own = (
        f"The gap statistic's own one-standard-error rule takes k = {gap['k']}, over "
        f"{as_count(gap['references'])} even tables. "
        if gap["k"] is not None
        else ""
    )
    alone = any(row.get("jaccard_null") is None for row in table)
    return (
        "Bars: one standard error. Grey block: the middle 5-95 % of the structureless "
        "tables at the chosen k; dotted: their mean. In the panels of silhouette and "
        f"Jaccard a grey line runs from that mean (bar) to a sample of {rows} "
        f"{summary['unit']}s, as many as such a table has and fitted alike (ring). "
        + own
        + "Prediction strength counts from 0.8. Neither decides. The three kinds of "
        "silhouette are other scales: never compare one with another. "
        + (
            "The quick evidence bootstraps structureless tables at the chosen k only, "
            "so the other cells of that Jaccard are empty; --evidence full fills them. "
            if alone and found["level"] == "quick"
            else ""
        )
    )


def missing_title(missing: Sequence[Mapping[str, Any]]) -> str:
    """Name the column that lacks most values."""
    worst = max(missing, key=lambda row: row["share"] or 0.0, default=None)
    if worst is None or not worst["count"]:
        return "No value is missing in the columns used"
    label = column_label(worst["column"]).capitalize()
    return f"{label} is missing most often: for {as_share(worst['share'])} of all"


def ledger(records: int, states: Mapping[str, int]) -> str:
    """Say whether every record is accounted for."""
    told = sum(states.values())
    if told == records:
        return f"All {as_count(records)} records are accounted for."
    return f"{as_count(told)} of {as_count(records)} records are accounted for."


def coverage(roles: Mapping[str, Any], units: str = "learners") -> str:
    """Say how many titles are understood."""
    return (
        f"{as_share(roles['share_mapped'])} of the {units} have a title that maps to a "
        f"role, {as_share(roles['share_missing'])} state none, and "
        f"{as_share(roles['share_unmapped'])} have one that is not understood. "
        f"{as_count(roles['n_titles_mapped'])} of {as_count(roles['n_titles'])} "
        "distinct titles are mapped."
    )


def limits(found: Mapping[str, Any], money: Money) -> str:
    """Say which pay was believed, as far as the run set limits."""
    low, high = found.get("pay_low"), found.get("pay_high")
    if not low and high is None:
        return "No pay was set aside for its size."
    told = []
    if low:
        told.append(f"below {money.text(low)}")
    if high is not None:
        told.append(f"above {money.text(high)}")
    text = f"Pay {' or '.join(told)} was not believed."
    heaps = [money.text(amount) for amount in found.get("heaped_pay") or ()]
    if heaps:
        text += f" Nor was pay of exactly {listed(heaps)}, which is typed too often."
    return text


def outliers(distributions: Sequence[Mapping[str, Any]]) -> str:
    """Say how many values are unusually low or high, by Tukey's inner fences."""
    told = [
        f"{as_count(d['outside_fences'])} of {as_count(d['n'])} for "
        f"{feature_label(d['feature'])}"
        for d in distributions
    ]
    if not told:
        return "No number was described."
    return f"Unusually low or high beside the middle half of all: {listed(told)}."
