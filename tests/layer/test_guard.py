"""Nothing that is shared tells of fewer learners than the rule asks for."""

import itertools
import re

import numpy as np
import polars as pl
import pytest

from learnstrata.config.loading import load_config
from learnstrata.learners.demo.tables import make_learners
from learnstrata.pipeline import run
from learnstrata.privacy.disclosure.attack import bounds, is_exposed, with_totals
from learnstrata.privacy.disclosure.rounding import rounded_pay
from learnstrata.report.document import render_report
from learnstrata.report.workbook import workbook_sheets
from learnstrata.summary.build import summarise

# Records, companies and settings are counted as well; these are learners.
COUNTS = {
    *(
        "count",
        "counts",
        "learners",
        "n",
        "n_learners",
        "n_with",
        "n_growth",
        "n_roles",
    ),
    *("size", "assessed", "n_assessed", "core", "borderline", "atypical", "n_segment"),
    *("n_caught", "experienced", "lagging", "entry_level", "unusually_high"),
    *("outside_fences", "segmented", "learner_ids"),
}
AMOUNTS = {
    *("p01", "p05", "p10", "p25", "p50", "p75", "p90", "p95", "p99", "median_pay"),
    *("elsewhere", "rest", "limit", "median", "mean", "base"),
}
NOT_PAY = {"pay", "company_pay"}  # of the named numbers, all others are no pay
SHEETS = {"learners", "count", "assessed", "core", "borderline", "atypical"}
UNKNOWN = ""


@pytest.fixture(scope="module")
def strict_run():
    privacy = {"learners": 20, "base": 20}
    config = load_config("robust", evidence={"level": "none"}, privacy=privacy)
    return run(make_learners(900, rng=5), config)


@pytest.fixture(params=["small_run", "notebook_run", "strict_run"])
def done(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def summary(done):
    return summarise(done)


def walked(value, path=()):
    """Every number of a summary with the keys that lead to it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from walked(inner, (*path, key))
    elif isinstance(value, list):
        for inner in value:
            yield from walked(inner, path)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path, value


def cells_of(summary, kind):
    """The cells of one kind in the tables of the findings."""
    for finding in summary["findings"]:
        for table in finding["tables"]:
            for row in table["rows"]:
                for column, value in zip(table["columns"], row, strict=True):
                    told = column["kind"] == kind and value is not None
                    if told and "ompanies" not in column["name"]:
                        yield (finding["id"], column["name"]), value


def test_no_small_count_stands_in_the_summary(summary):
    least = summary["config"]["privacy"]["learners"]
    told = [
        (path, value)
        for path, value in itertools.chain(walked(summary), cells_of(summary, "count"))
        if path[-1] in COUNTS or path[0] in {f["id"] for f in summary["findings"]}
    ]
    assert len(told) > 100
    assert [(path, n) for path, n in told if 0 < n < least] == []


def test_no_small_count_stands_in_the_workbook(summary):
    least = summary["config"]["privacy"]["learners"]
    seen = 0
    for name, frame in workbook_sheets(summary).items():
        for column in frame.columns:
            words = column.lower()
            if not frame[column].dtype.is_integer() or "compan" in words:
                continue
            if words in SHEETS or "learner" in words or name == "Rule-based":
                values = frame[column].drop_nulls()
                seen += len(values)
                small = values.filter((values > 0) & (values < least))
                assert small.is_empty(), (name, column)
    assert seen > 20


def test_no_sentence_of_the_report_counts_few(summary):
    least = summary["config"]["privacy"]["learners"]
    page = re.sub(
        r"<script.*?</script>|<svg.*?</svg>",
        " ",
        render_report(summary),
        flags=re.DOTALL,
    )
    text = re.sub(r"<[^>]+>", " ", page)
    told = re.findall(
        r"(?<![\d.,])(\d+) (?:of them |paid )?(?:learners|records)\b", text
    )
    assert told
    assert [n for n in told if 0 < int(n) < least and n != str(least)] == []


def test_all_pay_is_rounded(summary):
    unit = summary["per_pay_unit"]
    amounts = [v for path, v in walked(summary["benchmarks"]) if path[-1] in AMOUNTS]
    for key in ("pay_by_experience", "pay_by_role"):
        rows = summary["description"][key]
        amounts += [v for path, v in walked(rows) if path[-1] in AMOUNTS]
    for segment in summary["segments"]:
        for name in NOT_PAY & set(segment["typical"]):
            typical = segment["typical"][name]
            amounts += [typical[k] for k in AMOUNTS & set(typical)]
    for d in summary["description"]["distributions"]:
        if d["feature"] == "pay":
            amounts += [*d["quantiles"].values(), d["mean"]]
    amounts += [v for _, v in cells_of(summary, "pay")]
    assert len(amounts) > 50
    assert rounded_pay(amounts, unit) == pytest.approx(amounts, rel=1e-9)


def test_no_share_of_a_segment_stands_for_few(summary):
    least = summary["config"]["privacy"]["learners"]
    found = summary["selection"]
    rows = [row | {"rows": found["rows"]} for row in found["table"]]
    if (summary["evidence"] or {}).get("sensitivity"):
        rows += summary["evidence"]["sensitivity"]["variants"]
    for row in rows:
        for name in ("smallest_share", "largest_share"):
            count = round((row[name] or 0.0) * row["rows"])
            assert not 0 < count < least
            assert not 0 < row["rows"] - count < least


def test_pay_in_the_actions_is_rounded(summary):
    whys = [t["why"] for action in summary["actions"] for t in action["targets"]]
    told = re.findall(r"([\d,.]+) LPA", " ".join(whys))
    amounts = [float(text.replace(",", "")) * 1e5 for text in told]
    assert amounts
    assert rounded_pay(amounts, 1e5) == pytest.approx(amounts, rel=1e-9)


def crossed(learners, columns):
    """Counts by these columns with their totals, and the places of the values."""
    values = [sorted(learners[c].unique().to_list()) for c in columns]
    counts = np.zeros([len(v) for v in values], dtype=np.int64)
    for row in learners.select(columns).rows():
        counts[tuple(v.index(x) for v, x in zip(values, row, strict=True))] += 1
    return with_totals(counts), values


def exposed(table, values, published, least):
    """The small counts that an attacker works out of what is published."""
    shown = table == 0
    for cell, count in published.items():
        place = tuple(
            -1 if x is None else v.index(x) for v, x in zip(values, cell, strict=True)
        )
        assert table[place] == count
        shown[place] = True
    small = (table > 0) & (table < least)
    assert not (small & shown).any()
    return small & is_exposed(*bounds(table, ~shown), table)


def sizes_of(summary, width):
    """The sizes of segments and the total, as cells of a table of so many columns."""
    empty = (None,) * (width - 1)
    told = {(*empty, s["id"]): s["count"] for s in summary["segments"] if s["count"]}
    return told | {(*empty, None): summary["input"]["segmented"]}


def shares_of(summary, category):
    """Counts by value and segment, and of all (None), that shares give."""
    n, told = summary["input"]["segmented"], {}
    for segment in summary["segments"]:
        for one in segment["shares"].get(category, ()):
            if one["base"] is not None:
                told[one["value"], None] = round(one["base"] * n)
            if one["count"] is not None:
                told[one["value"], segment["id"]] = one["count"]
    return told


@pytest.mark.parametrize("category", ["role", "tier"])
def test_the_attacker_finds_nobody_among_roles_and_tiers(done, summary, category):
    learners = done.meaning.learners
    table, values = crossed(learners, [category, "segment_id"])
    told = shares_of(summary, category) | sizes_of(summary, 2)
    least = summary["config"]["privacy"]["learners"]
    assert len(told) > 5
    assert not exposed(table, values, told, least).any()


def banded(learners):
    known = pl.col("experience_imputed") == 0
    return learners.with_columns(
        pl.when(known)
        .then("experience_band")
        .fill_null(UNKNOWN)
        .alias("experience_band"),
        pl.col("pay_band").fill_null(UNKNOWN),
    )


def test_the_attacker_finds_nobody_among_bands_and_rules_together(done, summary):
    columns = ["experience_band", "pay_band", "segment_id"]
    table, values = crossed(banded(done.meaning.learners), columns)
    told = sizes_of(summary, 3)
    for (band, segment), n in shares_of(summary, "experience_band").items():
        told[band, None, segment] = n
    for (band, segment), n in shares_of(summary, "pay_band").items():
        told[None, band, segment] = n
    found = summary["heuristic"]
    for rule, counts in zip(found["rules"], found["counts"], strict=True):
        for segment, n in zip(found["segments"], counts, strict=True):
            if n is not None:
                told[(*rule.split(" / "), segment)] = n
    told = {cell: n for cell, n in told.items() if n}
    least = summary["config"]["privacy"]["learners"]
    assert not exposed(table, values, told, least).any()


def test_the_attacker_finds_nobody_among_standings(small_run):
    summary = summarise(small_run)
    table, values = crossed(small_run.meaning.learners, ["standing", "segment_id"])
    found = summary["evidence"]["standing"]
    told = sizes_of(summary, 2)
    told |= {(name, None): n for name, n in found["counts"].items()}
    for row in found["per_segment"]:
        told |= {(name, row["segment_id"]): row[name] for name in found["counts"]}
    told = {cell: n for cell, n in told.items() if n}
    assert not exposed(table, values, told, 10).any()


def test_without_a_guard_the_attacker_finds_somebody(small_run):
    columns = ["experience_band", "pay_band", "segment_id"]
    table, _ = crossed(banded(small_run.meaning.learners), columns)
    small = (table > 0) & (table < 10)
    assert (small & is_exposed(*bounds(table, small), table)).any()


def test_points_of_the_map_are_nobodys_place(done, summary):
    shown = np.column_stack([summary["map"]["x"], summary["map"]["y"]])
    scores = done.clusters.projection.scores[:, :2]
    rows = np.random.default_rng(done.config.seed).permutation(len(scores))
    away = np.abs(shown - scores[rows[: len(shown)]]) / scores.std(axis=0)
    assert len(shown) <= 0.1 * len(scores) + 1
    assert np.median(away) > 0.1
    low, high = np.quantile(scores, [0.01, 0.99], axis=0)
    assert (shown >= low - 0.005).all()
    assert (shown <= high + 0.005).all()


def test_the_middles_of_the_map_are_those_of_the_points_shown(summary):
    found = summary["map"]
    points, ids = np.column_stack([found["x"], found["y"]]), found["segment_id"]
    for row in found["middles"]:
        own = points[np.asarray(ids) == row["segment_id"]]
        middle = np.median(own, axis=0)
        assert [row["x"], row["y"]] == pytest.approx(middle, abs=0.0051)
    assert {row["segment_id"] for row in found["middles"]} == set(ids)


def test_titles_of_few_are_not_listed(summary):
    least = summary["config"]["privacy"]["learners"]
    roles = summary["roles"] or {"top_unmapped": []}
    assert all(n >= least for _, n in roles["top_unmapped"])
