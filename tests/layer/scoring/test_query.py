"""In every database a learner has the segment that the product gives."""

import polars as pl
import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st

import warehouses
from learnstrata.assignment import as_of_year, assign
from learnstrata.config.stages import Columns
from learnstrata.exceptions import ParameterError
from learnstrata.layer.scoring.lookups import lookups_of
from learnstrata.layer.scoring.query import TRIED, checked_dialect, segment_query
from warehouses import in_duckdb, in_postgres, in_spark, in_sqlite, named

MODELS = ["default", "notebook", "own", "tied"]


def dated(model):
    """Keep the year of a model, as its SQL does."""
    return as_of_year(model, model.limits.as_of)


@pytest.fixture(scope="module")
def expected(models, learners):
    """What the product says of the learners."""
    told = {name: assign(learners, dated(model)) for name, model in models.items()}
    return {
        name: dict(rows.select("learner_id", "segment_id").iter_rows())
        for name, rows in told.items()
    }


@pytest.fixture(scope="module")
def lookups(models, learners):
    return {name: lookups_of(model, learners) for name, model in models.items()}


def tables(learners, lookups):
    return {"learners": learners, **named(lookups)}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("dialect", ["duckdb", "sqlite"])
def test_segments_are_those_of_the_product(
    dialect, name, models, learners, lookups, expected
):
    query = segment_query(models[name], dialect)
    there = {"duckdb": in_duckdb, "sqlite": in_sqlite}[dialect]
    assert there(query, tables(learners, lookups[name])) == expected[name]
    assert len(set(expected[name].values())) > 1


@pytest.mark.parametrize("name", MODELS)
def test_segments_in_postgres_are_those_of_the_product(
    name, models, learners, lookups, expected, database
):
    query = segment_query(models[name], "postgres")
    found = in_postgres(query, tables(learners, lookups[name]), database)
    assert found == expected[name]


def test_segments_in_spark_are_those_of_the_product(
    models, learners, lookups, expected, spark
):
    for name in ("default", "own"):
        query = segment_query(models[name], "spark")
        found = in_spark(query, tables(learners, lookups[name]), spark.session)
        assert found == expected[name]


def test_of_centres_that_are_as_far_the_first_counts(expected):
    first = {2 * one - 1 for one in expected["default"].values()}
    assert set(expected["tied"].values()) == first


def test_members_are_looked_up_and_it_matters(models, learners, lookups, expected):
    found = lookups["default"]
    assert len(found.members) > 500
    nobody = {**named(found), "learnstrata_members": found.members.clear()}
    query = segment_query(models["default"], "duckdb")
    without = in_duckdb(query, {"learners": learners, **nobody})
    assert without.keys() == expected["default"].keys()
    assert without != expected["default"]


TITLES = [None, "", "N/A", "QA", " Sr. QA Engg ", "Zebra keeper", "O'Brien \\ Co", "é"]
FIRMS = [None, "", "n/a", "acme", " ACME ", "nobody's", "İK \\n"]
NUMBERS = st.one_of(
    st.none(),
    st.sampled_from([0.0, -0.0, -1.0, 1e15, 1e16, 1e-300, 2e8, 12.5, 1_200_000.0]),
    st.floats(allow_nan=True, allow_infinity=True),
    st.floats(1e4, 1e8),
)
YEARS = st.one_of(
    st.none(),
    st.integers(-3_000, 9_999).map(float),
    st.integers(1_950, 2_030).map(float),
    st.sampled_from([17.0, 98.0, 2016.04, 19.5, 20165.0, float("nan")]),
)
ROWS = st.lists(
    st.tuples(st.sampled_from(FIRMS), st.sampled_from(TITLES), NUMBERS, YEARS, YEARS),
    min_size=1,
    max_size=8,
)
SCHEMA = {
    "email_hash": pl.String,
    "company_hash": pl.String,
    "job_position": pl.String,
    "ctc": pl.Float64,
    "orgyear": pl.Float64,
    "ctc_updated_year": pl.Float64,
}


def of_rows(rows):
    """Give learners of whom the first is like any other."""
    usual = ("usual", "acme", "QA", 1_200_000.0, 2015.0, 2020.0)
    odd = [(f"odd-{i}", *row) for i, row in enumerate(rows)]
    return pl.DataFrame([usual, *odd], schema=SCHEMA, orient="row")


@pytest.fixture(scope="module")
def small_texts(models):
    texts = pl.DataFrame({"company_hash": FIRMS, "job_position": [*TITLES[:7]]})
    found = lookups_of(models["default"], texts)
    queries = {name: segment_query(models["default"], name) for name in TRIED}
    return named(found), queries


@pytest.fixture(scope="module")
def three_ways(models, small_texts):
    """Give the segments of learners by the product and by two databases."""
    looked_up, queries = small_texts

    def segments_of(learners):
        told = assign(learners, dated(models["default"]))
        told = told.select("learner_id", "segment_id")
        there = {"learners": learners, **looked_up}
        return (
            dict(told.iter_rows()),
            in_duckdb(queries["duckdb"], there),
            in_sqlite(queries["sqlite"], there),
        )

    return segments_of


@settings(max_examples=60)
@given(rows=ROWS)
def test_odd_values_are_taken_as_the_product_takes_them(rows, three_ways):
    expected, in_memory, in_file = three_ways(of_rows(rows))
    assert in_memory == expected
    assert in_file == expected


@pytest.mark.parametrize("name", ["default", "own"])
def test_the_year_is_one_number_of_the_query(name, models, learners, lookups, expected):
    model, year = models[name], models[name].limits.as_of
    query = segment_query(model, "duckdb")
    assert query.count(str(year)) == 2  # beside that of the note at the top
    later = query.replace(f"{year} AS as_of", f"{year + 3} AS as_of")
    told = assign(learners, as_of_year(model, year + 3))
    found = in_duckdb(later, tables(learners, lookups[name]))
    assert found == dict(told.select("learner_id", "segment_id").iter_rows())
    assert found != expected[name]


def test_a_title_that_is_not_looked_up_is_one_that_nobody_knows(small_texts):
    looked_up, queries = small_texts
    learners = of_rows([("acme", "Zebra keeper", 9e5, 2015.0, 2020.0)] * 2)
    unseen = learners.with_columns(
        job_position=pl.when(pl.col("email_hash") == "odd-1")
        .then(pl.lit("Never looked up"))
        .otherwise("job_position")
    )
    found = in_duckdb(queries["duckdb"], {"learners": unseen, **looked_up})
    assert found["odd-0"] == found["odd-1"]


def test_columns_have_the_names_that_they_have_there(models, learners, lookups):
    renamed = learners.rename({"ctc": 'pay "net"', "email_hash": "id"})
    columns = Columns(learner="id", pay='pay "net"')
    query = segment_query(
        models["default"], "duckdb", table='"who\'s there"', columns=columns
    )
    there = {'"who\'s there"': renamed, **named(lookups["default"])}
    assert len(in_duckdb(query, there)) == len(learners)


@pytest.mark.parametrize("dialect", ["bigquery", "snowflake", "mysql", "tsql"])
def test_other_dialects_are_written_and_said_to_be_untried(dialect, models):
    query = segment_query(models["default"], dialect)
    assert "-- Untried: written for" in query
    assert sqlglot.parse_one(query, dialect=dialect)
    assert "Untried" not in segment_query(models["default"], "spark")


def test_a_name_of_a_dialect_nobody_knows_is_refused_with_the_nearest():
    with pytest.raises(ParameterError, match="expected duckdb, postgres.*'postgres'"):
        checked_dialect("postgress")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("given", "is what a part of the query is called"),
        ("a b c; DROP TABLE x", "expected a name such as learners"),
    ],
)
def test_a_table_that_cannot_be_called_so_is_refused(table, said, models):
    with pytest.raises(ParameterError, match=said):
        segment_query(models["default"], "duckdb", table=table)


def test_the_query_is_the_same_again(models):
    for dialect in TRIED:
        once, again = (segment_query(models["own"], dialect) for _ in range(2))
        assert once == again
    assert warehouses.segments([]) == {}
