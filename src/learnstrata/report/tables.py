"""Tables of the report, made from a summary as they stand."""

from collections.abc import Iterable, Mapping
from typing import Any

from learnstrata.report.charts import shown_roles
from learnstrata.report.exploration import tiers_of
from learnstrata.report.wording import (
    STATES,
    column_label,
    feature_label,
    is_told,
    least_of,
    name_of_segment,
    rule_label,
    stage_label,
)
from learnstrata.wording.numbers import (
    NOTHING,
    Money,
    TextTable,
    as_number,
    as_share,
    as_years,
    table_of,
)

__all__ = [
    "bins",
    "candidates",
    "correlations",
    "crossed",
    "distributions",
    "evidence",
    "features",
    "leaves",
    "mapping",
    "middles",
    "missing",
    "pay_by_experience",
    "pay_by_role",
    "quartiles",
    "role_indices",
    "rules",
    "states",
    "targets",
    "timings",
    "unmapped",
    "versions",
]

Summary = Mapping[str, Any]
Headings = Iterable[tuple[str, str]]


def evidence(summary: Summary, table: Mapping[str, Any]) -> TextTable:
    """Format a table of a finding by the kinds its columns state."""
    headings = [(column["name"], column["kind"]) for column in table["columns"]]
    return table_of(summary, table["title"], headings, table["rows"])


def targets(summary: Summary, action: Mapping[str, Any]) -> TextTable:
    """List whom an action is for."""
    headings = [
        ("For whom", "text"),
        (_units(summary), "count"),
        ("Share", "share"),
        ("Why", "text"),
    ]
    rows = [(t["name"], t["size"], t["share"], t["why"]) for t in action["targets"]]
    return table_of(summary, "Targets", headings, rows)


def middles(summary: Summary) -> TextTable:
    """List where the middle of each segment stands on the map."""
    headings = [
        ("Segment", "text"),
        ("Across", "number"),
        ("Upwards", "number"),
    ]
    rows = [
        (name_of_segment(summary, row["segment_id"]), row["x"], row["y"])
        for row in summary["map"]["middles"]
    ]
    return table_of(summary, "The middle of each segment on the map", headings, rows)


def quartiles(summary: Summary, feature: str) -> TextTable:
    """Give the quartiles of a feature, one row a segment."""
    kind = "pay" if feature == "pay" else "years"
    headings = [
        ("Segment", "text"),
        ("Known for", "count"),
        ("Lower quartile", kind),
        ("Median", kind),
        ("Upper quartile", kind),
        ("Median of all", kind),
    ]
    rows = [
        (s["name"], *(s["typical"][feature][k] for k in ("n", *_QUARTILES, "base")))
        for s in summary["segments"]
        if feature in s["typical"]
    ]
    label = feature_label(feature).capitalize()
    return table_of(summary, f"{label} by segment", headings, rows)


_QUARTILES = ("p25", "p50", "p75")


def role_indices(summary: Summary) -> TextTable:
    """Give index and share of each role in each segment."""
    roles, least = shown_roles(summary), least_of(summary)
    headings = [("Role", "text"), ("Share of all", "share")]
    headings += [(s["name"], "text") for s in summary["segments"]]
    cells = [
        {share["value"]: share for share in s["shares"].get("role", ())}
        for s in summary["segments"]
    ]
    base = {role: share["base"] for cell in cells for role, share in cell.items()}
    rows = [
        (role, base[role], *(_index_and_share(cell.get(role), least) for cell in cells))
        for role in roles
    ]
    return table_of(summary, "Index, and share of the segment", headings, rows)


def _index_and_share(share: Mapping[str, Any] | None, least: int) -> str:
    if share is None or not is_told(share, least):
        return NOTHING
    return f"{share['index']:,.0f} ({as_share(share['share'])})"


def candidates(summary: Summary) -> TextTable:
    """List what is known of every k."""
    found = summary["selection"]
    examined = bool(summary.get("evidence"))
    headings = [("k", "text"), ("The rule", "text")]
    headings += _K_EXAMINED if examined else _K_PLAIN
    rows = [
        (
            str(row["k"]),
            _verdict(row, found),
            *(_examined(row, summary) if examined else _measured(row)),
        )
        for row in found["table"]
    ]
    return table_of(summary, "Every number of segments that was tried", headings, rows)


_K_PLAIN = [
    ("Silhouette", "number"),
    ("Calinski-Harabasz", "count"),
    ("Davies-Bouldin", "number"),
    ("Inertia", "count"),
    ("Smallest segment", "share"),
    ("Largest segment", "share"),
    ("Lowest Jaccard", "number"),
]
_K_EXAMINED = [
    ("Silhouette ± s.e.", "number"),
    ("Silhouette, sample", "number"),
    ("Null of the sample", "number"),
    ("Excess", "number"),
    ("p-value", "number"),
    ("Squared silhouette", "number"),
    ("Simplified silhouette", "number"),
    ("Gap ± s.e. (* its own rule)", "number"),
    ("Gap above null", "number"),
    ("p-value of the gap", "number"),
    ("Lowest Jaccard", "number"),
    ("Lowest Jaccard, sample", "number"),
    ("Null of that Jaccard", "number"),
    ("p-value of that Jaccard", "number"),
    ("Prediction strength", "number"),
    ("Calinski-Harabasz", "count"),
    ("Davies-Bouldin", "number"),
    ("Inertia", "count"),
    ("Smallest segment", "share"),
    ("Largest segment", "share"),
]


def _measured(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return (
        as_number(row["silhouette"], 3),
        row["calinski_harabasz"],
        as_number(row["davies_bouldin"], 3),
        row["inertia"],
        row["smallest_share"],
        row["largest_share"],
        row["lowest_jaccard"],
    )


def _examined(row: Mapping[str, Any], summary: Summary) -> tuple[Any, ...]:
    """Give what the evidence adds to a row, beside what is always measured."""
    _, harabasz, bouldin, inertia, smallest, largest, lowest = _measured(row)
    ruled = row["k"] == summary["evidence"]["gap"]["k"]
    gap = _with_error(row.get("gap"), row.get("gap_error"))
    return (
        _with_error(row["silhouette"], row.get("silhouette_error")),
        *(
            as_number(row.get(key), 3)
            for key in (
                "silhouette_sampled",
                "silhouette_null",
                "silhouette_excess",
                "silhouette_p",
                "silhouette_squared",
                "silhouette_simplified",
            )
        ),
        f"{gap} *" if ruled else gap,
        *(as_number(row.get(key), 3) for key in ("gap_excess", "gap_p")),
        lowest,
        row.get("jaccard_sampled"),
        row.get("jaccard_null"),
        as_number(row.get("jaccard_p"), 3),
        row.get("prediction_strength"),
        harabasz,
        bouldin,
        inertia,
        smallest,
        largest,
    )


def _with_error(value: float | None, error: float | None) -> str:
    """Write a number with its standard error; an exact one has none."""
    told = as_number(value, 3)
    return f"{told} ± {as_number(error, 3)}" if value is not None and error else told


def _verdict(row: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    against = "; ".join(row["objections"])
    if row["k"] == found["k"]:
        return f"chosen, in spite of: {against}" if against else "chosen"
    if row["k"] == found["runner_up"]:
        return f"runner-up; {against}" if against else "runner-up"
    return against or "admitted"


def leaves(summary: Summary) -> TextTable:
    """List the branches at the foot of the dendrogram, from left to right."""
    branches = summary["hierarchy"]["branches"]
    headings = [
        ("Branch", "text"),
        (_units(summary), "count"),
        ("Most of them in", "text"),
    ]
    pairs = zip(branches["leaf_sizes"], branches["leaf_segments"], strict=True)
    rows = [
        (str(i), size, name_of_segment(summary, segment))
        for i, (size, segment) in enumerate(pairs, start=1)
    ]
    return table_of(summary, "Branches from left to right", headings, rows)


def crossed(summary: Summary) -> TextTable:
    """Cross rule-based segments with learned ones."""
    found = summary["heuristic"]
    headings = [("Rule-based segment", "text")]
    headings += [(name_of_segment(summary, i), "count") for i in found["segments"]]
    rows = [
        (rule, *counts)
        for rule, counts in zip(found["rules"], found["counts"], strict=True)
    ]
    return table_of(summary, f"{_units(summary)} by both", headings, rows)


def distributions(summary: Summary) -> TextTable:
    """Give quantiles, skewness and outliers, one row a number."""
    money = Money.of(summary)
    headings = [("Number", "text"), ("Known for", "count")]
    headings += [(f"{int(q[1:])}%", "number") for q in _QUANTILES]
    headings += [
        ("Mean", "number"),
        ("Skewness", "number"),
        ("Skewness of its log", "number"),
        ("Beyond Tukey's fences", "count"),
    ]
    rows = []
    for d in summary["description"]["distributions"]:
        pay = d["feature"] == "pay"
        written = money.number if pay else as_years
        label = feature_label(d["feature"]).capitalize()
        rows.append(
            (
                f"{label} ({money.unit})" if pay else label,
                d["n"],
                *(written(d["quantiles"].get(q)) for q in _QUANTILES),
                written(d["mean"]),
                d["skewness"],
                d["skewness_log"],
                d["outside_fences"],
            )
        )
    return table_of(summary, "Distributions", headings, rows)


_QUANTILES = ("p01", "p05", "p25", "p50", "p75", "p95", "p99")


def bins(summary: Summary, distribution: Mapping[str, Any]) -> TextTable:
    """List the counts of a histogram."""
    pay = distribution["feature"] == "pay"
    money = Money.of(summary)
    written = money.number if pay else as_number
    edges = distribution["edges"]
    headings = [
        (f"From ({money.unit})" if pay else "From", "number"),
        ("To", "number"),
        (_units(summary), "count"),
    ]
    rows = [
        (written(low), written(high), n)
        for low, high, n in zip(
            edges[:-1], edges[1:], distribution["counts"], strict=True
        )
    ]
    label = feature_label(distribution["feature"]).capitalize()
    return table_of(summary, f"{label}, counts", headings, rows)


def pay_by_experience(summary: Summary) -> TextTable:
    """Give median pay, one row a year of experience and one column a tier."""
    found = summary["description"]["pay_by_experience"]
    tiers = tiers_of(summary)
    cells = {(row["years"], row["tier"]): row["median_pay"] for row in found}
    years = sorted({row["years"] for row in found})
    headings = [("Years", "text"), *((tier, "pay") for tier in tiers)]
    rows = [
        (
            f"{year}+" if year == 25 else str(year),
            *(cells.get((year, t)) for t in tiers),
        )
        for year in years
    ]
    return table_of(summary, "Median pay by experience and tier", headings, rows)


def pay_by_role(summary: Summary) -> TextTable:
    """Give the quartiles of pay, one row a role."""
    headings = [
        ("Role", "text"),
        (_units(summary), "count"),
        ("Lower quartile", "pay"),
        ("Median", "pay"),
        ("Upper quartile", "pay"),
    ]
    rows = [
        (row["role"], row["learners"], *(row[q] for q in _QUARTILES))
        for row in summary["description"]["pay_by_role"]
    ]
    return table_of(summary, "Pay by role", headings, rows)


def missing(summary: Summary) -> TextTable:
    """Count missing values, one row a column."""
    headings = [("Column", "text"), ("Missing", "count"), ("Share", "share")]
    rows = [
        (column_label(row["column"]).capitalize(), row["count"], row["share"])
        for row in summary["description"]["missing"]
    ]
    return table_of(summary, "Missing values", headings, rows)


def correlations(summary: Summary) -> TextTable:
    """Give both correlations of every pair."""
    found = summary["description"]["correlations"]
    names = [feature_label(column) for column in found["columns"]]
    headings = [
        ("One", "text"),
        ("Other", "text"),
        ("By rank", "number"),
        ("By value", "number"),
    ]
    rows = [
        (names[j], names[i], found["spearman"][i][j], found["pearson"][i][j])
        for i in range(len(names))
        for j in range(i)
    ]
    return table_of(summary, "Correlations", headings, rows)


def states(summary: Summary) -> TextTable:
    """Count what became of the records."""
    headings = [("What became of them", "text"), ("Records", "count")]
    rows = [
        (STATES.get(state, column_label(state).capitalize()), count)
        for state, count in summary["ledger"].items()
    ]
    return table_of(summary, "The ledger", headings, rows)


def rules(summary: Summary) -> TextTable:
    """List what the cleaning rules found, most frequent first."""
    headings = [
        ("What was found", "text"),
        ("What became of the record", "text"),
        ("Records", "count"),
    ]
    found = sorted(
        summary["cleaning"]["rules"], key=lambda r: (-r["records"], r["rule"])
    )
    rows = [
        (rule_label(r["rule"]), STATES.get(r["state"], r["state"]), r["records"])
        for r in found
    ]
    return table_of(summary, "What the cleaning rules found", headings, rows)


def unmapped(summary: Summary) -> TextTable:
    """List the most frequent titles that no role was found for."""
    found = (summary["roles"] or {}).get("top_unmapped") or []
    headings = [("Title", "text"), (_units(summary), "count")]
    return table_of(summary, "Titles that are not understood", headings, found)


def features(summary: Summary) -> TextTable:
    """List what the distance is made of."""
    headings = [
        ("Feature", "text"),
        ("Group", "text"),
        ("Weight of the group", "number"),
        ("Scaling", "text"),
    ]
    rows = [
        (f["label"], column_label(f["group"]), f["weight"], f["scaling"])
        for f in summary["features"]["used"]
    ]
    return table_of(summary, "Features that are clustered on", headings, rows)


def mapping(summary: Summary) -> TextTable:
    """List which column of the table was read as what."""
    headings = [("Read as", "text"), ("Column of the table", "text")]
    rows = [
        (column_label(name).capitalize(), column)
        for name, column in summary["input"]["columns"].items()
    ]
    return table_of(summary, "Columns", headings, rows)


def timings(summary: Summary) -> TextTable:
    """Give the seconds of each stage."""
    headings = [("Stage", "text"), ("Seconds", "number")]
    rows = [(stage_label(name), value) for name, value in summary["timings"].items()]
    return table_of(summary, "Time taken", headings, rows)


def versions(summary: Summary) -> TextTable:
    """List the versions of what computed the run."""
    headings = [("Library", "text"), ("Version", "text")]
    return table_of(summary, "Versions", headings, summary["versions"].items())


def _units(summary: Summary) -> str:
    return f"{summary['unit'].capitalize()}s"
