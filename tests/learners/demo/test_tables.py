"""Calibration targets are published facts of the public learner table."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import skew, spearmanr
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from learnstrata.exceptions import ParameterError
from learnstrata.learners.demo.tables import make_learners, planted_segments

REAL = Path(__file__).resolve().parents[3] / "shared" / "data"
REAL /= "public_table_pay_experience.parquet"
SCHEMA = {
    "Unnamed: 0": pl.Int64,
    "company_hash": pl.String,
    "email_hash": pl.String,
    "orgyear": pl.Float64,
    "ctc": pl.Int64,
    "job_position": pl.String,
    "ctc_updated_year": pl.Float64,
}
PAY_QUANTILES = {
    0.01: 37_000,
    0.05: 200_000,
    0.25: 530_000,
    0.50: 950_000,
    0.75: 1_700_000,
    0.95: 3_800_000,
    0.99: 12_600_000,
}
START_QUANTILES = {0.01: 2001, 0.05: 2007, 0.25: 2013, 0.5: 2016}
START_QUANTILES |= {0.75: 2018, 0.95: 2020, 0.99: 2021}
PAY_YEAR_QUANTILES = {0.05: 2017, 0.25: 2019, 0.5: 2020, 0.75: 2021}
LARGEST_COMPANIES = [8_337, 5_381, 3_481, 3_411, 3_240]
TITLES = {
    "Backend Engineer": 43_554,
    "FullStack Engineer": 24_717,
    "Other": 18_071,
    "Frontend Engineer": 10_417,
    "Engineering Leadership": 6_870,
    "QA Engineer": 6_587,
    "Data Scientist": 5_368,
    "Android Engineer": 5_357,
    "SDET": 4_967,
    "Devops Engineer": 4_612,
    "Support Engineer": 3_603,
    "Data Analyst": 2_906,
    "iOS Engineer": 2_746,
    "Engineering Intern": 2_692,
    "Product Designer": 1_314,
}
CORRELATIONS = {
    ("experience", "ctc"): 0.024425,
    ("experience", "company_pay"): 0.009051,
    ("experience", "company_experience"): 0.619998,
    ("ctc", "company_pay"): 0.598696,
}
BANDS = {(0, 2): 0, (3, 5): 1, (6, 8): 2, (9, 12): 3, (13, 60): 4}
PAY_BY_BAND = [  # quartiles of the cleaned public table
    (450_000, 770_000, 1_400_000),
    (500_000, 800_000, 1_400_000),
    (600_000, 1_000_000, 1_650_000),
    (900_000, 1_460_000, 2_200_000),
    (1_200_000, 2_000_000, 3_100_000),
]
IMPOSSIBLE_YEARS = {0, 1, 2, 3, 4, 5, 6, 38, 83, 91, 200, 201, 206, 208, 209}
IMPOSSIBLE_YEARS |= {2031, 2101, 2106, 2107, 2204, 20165}


def near(target, tolerance=0.05):
    return pytest.approx(target, rel=tolerance)


@pytest.fixture(scope="module")
def table():
    return make_learners()


@pytest.fixture(scope="module")
def several(table):
    """Records of the learners who have more than one."""
    return table.filter(pl.len().over("email_hash") > 1)


@pytest.fixture(scope="module")
def clean(table):
    return cleaned(table)


def cleaned(table):
    """One record a learner, company, start and pay; clipped as its publisher did."""
    distinct = table.unique(["email_hash", "company_hash", "orgyear", "ctc"])
    return distinct.filter(pl.col("orgyear").is_between(1960, 2025)).select(
        pay=pl.col("ctc").clip(30_000, 15_000_000),
        experience=(2022 - pl.col("orgyear")).clip(1, 22),
    )


def test_columns_are_those_of_the_public_table_in_order_and_kind(table):
    assert dict(table.schema) == SCHEMA
    assert table["Unnamed: 0"].to_list() == list(range(table.height))
    assert table["email_hash"].str.contains("^[0-9a-f]{64}$").all()
    assert table.select("email_hash", "ctc", "ctc_updated_year").null_count().row(
        0
    ) == (0, 0, 0)


def test_counts_are_those_of_the_public_table(table):
    records = table["email_hash"].value_counts()["count"]
    assert table.height == pytest.approx(205_843, rel=0.01)
    assert len(records) == 153_443
    assert (records > 1).sum() == near(41_216)
    assert records.max() == 10
    assert table["company_hash"].drop_nulls().n_unique() == near(37_299)
    assert table["job_position"].drop_nulls().n_unique() == near(1_016)
    assert table.height - table.drop("Unnamed: 0").unique().height == near(34)


@pytest.mark.parametrize(
    ("column", "count"),
    [("company_hash", 44), ("orgyear", 86), ("job_position", 52_564)],
)
def test_as_many_values_are_missing(table, column, count):
    assert table[column].null_count() == near(count)


@pytest.mark.parametrize(("level", "pay"), PAY_QUANTILES.items())
def test_pay_has_the_public_quantiles(table, level, pay):
    assert table["ctc"].quantile(level, "linear") == near(pay)


def test_pay_has_the_public_moments_and_extremes(table):
    pay = table["ctc"].to_numpy()
    assert pay.mean() == near(2_271_685, 0.15)
    assert pay.std() == near(11_800_910, 0.15)
    assert 12 < skew(pay) < 20
    assert skew(np.log1p(pay)) == pytest.approx(-0.23, abs=0.15)
    assert (pay.min(), pay.max()) == (2, 1_000_150_000)


@pytest.mark.parametrize(
    ("column", "quantiles"),
    [("orgyear", START_QUANTILES), ("ctc_updated_year", PAY_YEAR_QUANTILES)],
)
def test_years_have_the_public_quantiles(table, column, quantiles):
    for level, year in quantiles.items():
        assert table[column].quantile(level) == pytest.approx(year, abs=1)


def test_years_have_the_public_means_and_spreads(table):
    start, pay_year = table["orgyear"], table["ctc_updated_year"]
    assert start.mean() == pytest.approx(2014.88275, abs=1)
    assert start.std() == near(63.57112)
    assert pay_year.mean() == pytest.approx(2019.62823, abs=1)
    assert pay_year.std() == near(1.3251)
    assert (pay_year.min(), pay_year.max()) == (2015, 2021)


def test_largest_companies_have_as_many_records(table):
    records = table["company_hash"].drop_nulls().value_counts()["count"]
    assert records.sort(descending=True)[:5].to_list() == near(LARGEST_COMPANIES)


@pytest.mark.parametrize(("title", "count"), TITLES.items())
def test_common_titles_have_as_many_records(table, title, count):
    assert (table["job_position"] == title).sum() == near(count)


@pytest.mark.parametrize(("pair", "target"), CORRELATIONS.items())
def test_learners_sort_into_companies_as_they_do_there(table, pair, target):
    start = pl.when(pl.col("orgyear").is_between(1980, 2026)).then("orgyear")
    features = (
        table.with_columns(pl.col("company_hash").fill_null("unknown"))
        .with_columns(experience=2026 - start)
        .with_columns(pl.col("experience").fill_null(pl.col("experience").median()))
        .with_columns(
            company_pay=pl.col("ctc").mean().over("company_hash"),
            company_experience=pl.col("experience").mean().over("company_hash"),
        )
    )
    assert features.select(pl.corr(*pair)).item() == pytest.approx(target, abs=0.03)


@pytest.mark.parametrize(("band", "row"), BANDS.items())
def test_pay_by_experience_has_the_public_quartiles(clean, band, row):
    pay = clean.filter(pl.col("experience").is_between(*band))["pay"]
    quartiles = [pay.quantile(level) for level in (0.25, 0.5, 0.75)]
    assert quartiles == near(PAY_BY_BAND[row], 0.10)


def test_pay_rises_with_experience_as_weakly_as_there(clean):
    assert spearmanr(clean["pay"], clean["experience"]).statistic == near(0.313, 0.10)


@pytest.mark.shared
@pytest.mark.skipif(not REAL.exists(), reason="the real table is not here")
def test_pay_and_experience_go_together_as_in_the_real_file(clean):
    real = pl.read_parquet(REAL)
    ours = spearmanr(clean["pay"], clean["experience"]).statistic
    theirs = spearmanr(real["ctc"], real["years_of_experience"]).statistic
    assert ours == near(theirs, 0.10)
    for band in BANDS:
        in_band = pl.col("years_of_experience").is_between(*band)
        theirs = real.filter(in_band)["ctc"]
        ours = clean.filter(pl.col("experience").is_between(*band))["pay"]
        for level in (0.25, 0.5, 0.75):
            assert ours.quantile(level) == near(theirs.quantile(level), 0.10)


def test_pay_is_heaped_as_people_type_it(table):
    pay = table["ctc"]
    assert (pay % 100_000 == 0).mean() == pytest.approx(0.57, abs=0.03)
    assert (pay % 50_000 == 0).mean() == pytest.approx(0.70, abs=0.03)
    assert (pay % 1_000 == 0).mean() == pytest.approx(0.98, abs=0.02)
    assert pay.n_unique() == near(3_360)
    assert {449_999, 1_999_999} <= set(pay)


def test_ceilings_and_unit_errors_are_typed(table):
    counts = dict(table["ctc"].value_counts().iter_rows())
    assert counts[200_000_000] >= 369
    assert counts[100_000_000] >= 300
    assert {199_990_000, 99_990_000} <= counts.keys()
    assert sum(counts.get(pay, 0) for pay in range(2, 61)) >= 10
    assert sum(count for pay, count in counts.items() if 60 < pay <= 5_000) >= 30
    assert sum(count for pay, count in counts.items() if 5_000 < pay <= 36_000) > 1_000


def test_impossible_start_years_are_those_of_the_public_table(table):
    start = table["orgyear"]
    outside = start.drop_nulls().filter(~start.drop_nulls().is_between(1960, 2025))
    assert start.null_count() + len(outside) == near(160)
    assert set(outside) >= IMPOSSIBLE_YEARS
    assert set(outside) - IMPOSSIBLE_YEARS <= {2026, 2027, 2028, 2029}


def test_some_learners_start_after_their_pay_year(table):
    after = (table["orgyear"] > table["ctc_updated_year"]).mean()
    assert 0.005 < after < 0.05


def test_records_of_one_learner_and_pay_differ_in_title(several):
    same = several.group_by("email_hash", "ctc", "ctc_updated_year").agg(
        records=pl.len(), titles=pl.col("job_position").n_unique()
    )
    listed_twice = same.filter(pl.col("records") > 1)
    assert listed_twice["records"].sum() > 50_000
    assert (listed_twice["records"] - listed_twice["titles"]).sum() == near(34)


def test_older_pay_is_usually_lower(several):
    pays = several.group_by("email_hash").agg(
        pl.col("ctc").sort_by("ctc_updated_year"), pl.col("ctc_updated_year").sort()
    )
    first, last = pl.col("ctc").list.first(), pl.col("ctc").list.last()
    rises = pays.filter(first != last).select((last > first).mean()).item()
    assert pays.filter(first != last).height > 9_000
    assert 0.75 < rises < 0.95


def test_learners_keep_one_start_year(table):
    years = table.group_by("email_hash").agg(pl.col("orgyear").n_unique())
    assert (years["orgyear"] == 1).all()


def test_rare_titles_hold_traps_and_junk(table):
    titles = table["job_position"].drop_nulls().unique()
    assert "Associate Director, Online Products" in titles
    assert "International Sales Manager" in titles
    assert titles.str.contains(r"^\d+$").sum() >= 5
    # These would come back from a CSV file as missing.
    assert not set(titles.str.to_lowercase()) & {"na", "n/a", "nan", "null", "none", ""}


def test_company_names_look_like_a_letter_substitution(table):
    names = table["company_hash"].drop_nulls().unique()
    letters = np.frombuffer("".join(names.sort()).replace(" ", "").encode(), np.uint8)
    share = np.bincount(letters, minlength=256) / len(letters)
    assert names.str.contains("^[a-z]{5,12}( [a-z]+)*$").all()
    assert 0.055 < (share**2).sum() < 0.075


def test_there_is_evidence_for_every_finding(table):
    pay, title = pl.col("ctc"), pl.col("job_position")
    entry = table.filter(title == "Engineering Intern")["ctc"]
    assert entry.median() < 0.6 * table["ctc"].median()
    assert (entry > 3_000_000).sum() > 10
    assert table.filter(pl.col("orgyear") < 2010, pay < 500_000).height > 500
    largest = table["company_hash"].drop_nulls().value_counts(sort=True)[:10]
    medians = (
        table.filter(pl.col("company_hash").is_in(largest["company_hash"].implode()))
        .group_by("company_hash")
        .agg(
            scientist=pay.filter(title == "Data Scientist").median(),
            rest=pay.filter(title != "Data Scientist").median(),
        )
    )
    assert (medians["scientist"] > 1.05 * medians["rest"]).sum() >= 7


def test_same_seed_gives_the_same_bytes():
    first, again = (make_learners(3_000, rng=3).write_csv() for _ in range(2))
    assert first == again
    assert first != make_learners(3_000, rng=4).write_csv()
    by_generator = make_learners(3_000, rng=np.random.default_rng(3)).write_csv()
    assert first == by_generator


@settings(max_examples=25, deadline=None)
@given(
    n=st.integers(1, 400),
    seed=st.integers(0, 99),
    separation=st.floats(0, 1),
    n_segments=st.integers(2, 6),
)
def test_any_size_gives_a_table_and_its_truth(n, seed, separation, n_segments):
    options = {"rng": seed, "separation": separation, "n_segments": n_segments}
    table, truth = make_learners(n, **options), planted_segments(n, **options)
    assert dict(table.schema) == SCHEMA
    assert set(table["email_hash"]) == set(truth["email_hash"])
    assert truth.height == n
    assert truth["planted_segment"].is_between(0, n_segments - 1).all()
    assert (table["ctc"] >= 1).all()
    # Learners with several records are 27 in 100, and none has more than ten.
    assert n <= table.height <= n + 9 * (0.27 * n + 1)


@pytest.mark.parametrize("n", [500, 4_000, 30_000, 200_000])
def test_tables_of_other_sizes_keep_the_proportions(n):
    table = make_learners(n)
    companies = table["company_hash"].drop_nulls().value_counts()["count"]
    assert table.height / n == near(205_843 / 153_443, 0.01)
    assert len(companies) / n == near(37_299 / 153_443)
    assert 0.03 < companies.max() / table.height < 0.12
    assert (companies == 1).sum() > 0.03 * n
    assert table["ctc"].median() == near(950_000, 0.10)


def found(table, n_segments):
    """Plain k-means on three features of the current records of clean learners."""
    mates = pl.len().over("company_hash") - 1
    features = (
        table.sort("ctc_updated_year", descending=True, maintain_order=True)
        .unique("email_hash", keep="first", maintain_order=True)
        .filter(pl.col("ctc").is_between(60_000, 12_000_000))
        .filter(pl.col("orgyear").is_between(1960, 2021))
        .drop_nulls("company_hash")
        .with_columns(
            pay=pl.col("ctc").log(), career=(2021 - pl.col("orgyear")).log1p()
        )
        .with_columns(others=pl.col("pay").sum().over("company_hash") - pl.col("pay"))
        .with_columns(company=pl.when(mates > 0).then(pl.col("others") / mates))
        .with_columns(pl.col("company").fill_null(pl.col("pay").mean()))
    )
    X = features.select("pay", "career", "company").to_numpy()
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    model = KMeans(n_segments, n_init=10, random_state=0)
    return features.select("email_hash").with_columns(found=model.fit_predict(X))


def agreement(separation, n_segments):
    options = {"separation": separation, "n_segments": n_segments}
    table, truth = make_learners(4_000, **options), planted_segments(4_000, **options)
    both = found(table, n_segments).join(truth, on="email_hash", validate="1:1")
    assert both.height > 3_600
    return adjusted_rand_score(both["planted_segment"], both["found"])


@pytest.mark.parametrize("n_segments", [2, 3, 4, 5, 6])
def test_plain_kmeans_finds_segments_planted_far_apart(n_segments):
    assert agreement(1.0, n_segments) >= 0.9


def test_segments_overlap_where_they_are_not_separated():
    assert agreement(0.0, 4) < 0.5 < agreement(1.0, 4)


@pytest.mark.parametrize("make", [make_learners, planted_segments])
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"n_learners": 0}, "Got n_learners=0, expected 1 or more. Ask for"),
        ({"separation": 1.5}, "Got separation=1.5, expected 0 <= separation <= 1. Use"),
        ({"separation": float("nan")}, "Got separation=nan, expected"),
        ({"n_segments": 7}, "Got n_segments=7, expected 2 <= n_segments <= 6. Choose"),
        ({"n_segments": 1}, "Got n_segments=1, expected"),
    ],
)
def test_arguments_out_of_range_are_named(make, options, words):
    with pytest.raises(ParameterError, match=words):
        make(**({"n_learners": 10} | options))
