import re
from datetime import date, datetime, timedelta
from decimal import Decimal

import duckdb
import hypothesis.strategies as st
import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings

from dirt import says_nothing
from frames import column, rows
from learnstrata.config.stages import Columns, Numbers, Pay
from learnstrata.exceptions import SchemaError
from learnstrata.learners.schema.amounts import INVISIBLE
from learnstrata.learners.schema.columns import column_names_of
from learnstrata.learners.schema.register import COLUMNS, extra_name
from learnstrata.learners.schema.standard import (
    find_columns,
    recognise,
    standardise,
)

PUBLIC = [
    *("Unnamed: 0", "company_hash", "email_hash", "orgyear", "ctc", "job_position"),
    "ctc_updated_year",
]
# What spreadsheets, exports and hands add to the name of a column.
DIRT = (
    *("\u200b{}", "\ufeff{}", "{}\xa0", "\u202a{}\u202c", "{}*", " {} ", "{}:"),
    *("\xad{}", "\u200e{}\u200f", '"{}"', "[{}]", "{}\u0301", "\t{}\n", "{}\u3000"),
)


def standard(
    table, *, columns=None, pay=None, record="record", mapping=None, names=None
):
    columns = columns or Columns()
    if mapping is None:
        names = names or column_names_of(table)
        mapping = recognise(names, columns, record=record)
    return standardise(table, mapping, columns=columns, pay=pay or Pay(), record=record)


def one(name, values, *, columns=None, pay=None):
    """Give the values and the faulty texts of one standard column of a Polars table."""
    table = pl.DataFrame({"in": values}, strict=False)
    done = standardise(
        table,
        {name: "in"},
        columns=columns or Columns(),
        pay=pay or Pay(),
        record="learner",
    )
    values = column(done, name)
    is_read_from_text = f"unread:{name}" in done.columns
    return values, column(done, f"unread:{name}") if is_read_from_text else None


class TestRecognise:
    def test_public_table_is_known(self):
        found = recognise(PUBLIC, Columns(), record="record")
        assert found == {
            "learner_id": "email_hash",
            "company": "company_hash",
            "title": "job_position",
            "pay": "ctc",
            "start_year": "orgyear",
            "pay_year": "ctc_updated_year",
        }

    @pytest.mark.parametrize(
        ("standard_name", "alias"),
        [(name, alias) for name, known in COLUMNS.items() for alias in known.aliases],
    )
    @pytest.mark.parametrize("style", [str.upper, str.title, lambda s: s])
    def test_known_names_are_found_in_any_spelling(self, standard_name, alias, style):
        column = style(alias).replace("_", " ")
        columns = Columns(numeric=("x", "y"))
        found = recognise([column, "x", "y"], columns, record="learner")
        assert found[standard_name] == column

    def test_likeliest_name_wins_wherever_it_stands(self):
        names = ["email", "salary", "ctc", "role", "user_id", "title"]
        found = recognise(names, Columns(), record="record")
        assert found == {"learner_id": "user_id", "title": "title", "pay": "ctc"}

    def test_of_names_that_are_alike_the_exact_one_wins_and_that_is_said(self):
        names = ["CTC", "ctc", "title", "email"]
        found = find_columns(names, Columns())
        assert found.columns["pay"] == "ctc"
        assert found.notes == (
            "The pay is read from 'ctc'; 'CTC' could be meant as well: pay in "
            "[columns] says which.",
        )
        assert recognise(names, Columns(), record="record") == found.columns

    def test_names_that_are_alike_and_not_exact_are_refused_with_both(self):
        names = ["CTC", "c.t.c.", "title", "email"]
        with pytest.raises(
            SchemaError,
            match=r"Got 2 columns that could be pay: \['CTC', 'c\.t\.c\.'\]\. Their "
            r"names differ in nothing but case, spaces or signs\. Name one of them ex",
        ):
            recognise(names, Columns(), record="record")
        chosen = recognise(names, Columns(pay="CTC"), record="record")
        assert chosen["pay"] == "CTC"

    def test_a_likelier_name_wins_and_the_others_are_told(self):
        found = find_columns(["email", "user_id", "salary", "pay", "title"], Columns())
        assert (found.columns["learner_id"], found.columns["pay"]) == ("user_id", "pay")
        assert [note.split(";")[1] for note in found.notes] == [
            " 'email' could be meant as well: learner in [columns] says which.",
            " 'salary' could be meant as well: pay in [columns] says which.",
        ]

    @pytest.mark.parametrize("dirt", DIRT)
    def test_what_nobody_sees_in_a_name_does_not_matter(self, dirt):
        names = [dirt.format(n) for n in ("email_hash", "ctc", "orgyear", "Ann\xe9e")]
        columns = Columns(numeric=("anne\u0301e",))
        assert recognise(names, columns, record="record") == {
            "learner_id": names[0],
            "pay": names[1],
            "start_year": names[2],
            extra_name("anne\u0301e"): names[3],
        }

    def test_a_named_column_that_is_there_twice_is_refused_with_both(self):
        with pytest.raises(
            SchemaError, match=r"could be 'Grade': \['grade', 'GRADE '\]\. Their names"
        ):
            recognise(
                [*PUBLIC, "grade", "GRADE "],
                Columns(numeric=("Grade",)),
                record="record",
            )

    def test_names_without_letters_are_like_nothing(self):
        names = [*PUBLIC, "*", "__", "\u200b"]
        found = find_columns(names, Columns())
        assert (found.problems, found.notes) == ((), ())
        with pytest.raises(SchemaError, match=r"Missing columns \['\?'\]"):
            recognise(names, Columns(numeric=("?",)), record="record")

    def test_what_is_found_is_told_even_where_something_is_missing(self):
        found = find_columns(["ctc", "title"], Columns(numeric=("grade",)))
        assert found.columns == {"title": "title", "pay": "ctc"}
        assert found.problems[0].startswith("Missing columns ['grade']; the table has")

    def test_users_names_go_first(self):
        columns = Columns(pay="base", learner="ctc")
        found = recognise(["ctc", "base", "title"], columns, record="record")
        assert found == {"learner_id": "ctc", "title": "title", "pay": "base"}

    def test_empty_name_says_that_there_is_none(self):
        found = recognise(PUBLIC, Columns(pay_year=""), record="record")
        assert "pay_year" not in found

    def test_extras_are_not_taken_for_anything_else(self):
        columns = Columns(numeric=("ctc",), categorical=("record",), outcome=("year",))
        found = recognise(["email", "ctc", "record", "year"], columns, record="record")
        assert found == {
            "learner_id": "email",
            "extra:ctc": "ctc",
            "extra:record": "record",
            "extra:year": "year",
        }

    def test_named_column_that_is_not_there_is_told_with_the_nearest(self):
        with pytest.raises(
            SchemaError,
            match=r"Missing columns \['salery'\]; the table has \['email', 'salary'.*"
            r"\. Did you mean 'salary'\? Map them",
        ):
            recognise(
                ["email", "salary", "title"], Columns(pay="salery"), record="record"
            )

    def test_extra_that_is_not_there_is_told(self):
        with pytest.raises(SchemaError, match=r"Missing columns \['grade'\]"):
            recognise(PUBLIC, Columns(numeric=("grade",)), record="record")

    def test_column_named_for_two_things_is_told(self):
        with pytest.raises(
            SchemaError,
            match=r"Got the columns \['ctc'\] more than once in \[columns\]",
        ):
            recognise(PUBLIC, Columns(pay="ctc", numeric=("ctc",)), record="record")

    def test_column_named_for_two_extras_is_told(self):
        columns = Columns(numeric=("a",), outcome=("a",))
        with pytest.raises(
            SchemaError, match=r"Got the columns \['a'\] more than once"
        ):
            recognise([*PUBLIC, "a"], columns, record="record")

    def test_two_names_of_one_column_are_told(self):
        with pytest.raises(
            SchemaError, match=r"Got the columns \['ctc'\] more than once"
        ):
            recognise(PUBLIC, Columns(pay="CTC ", numeric=("c.t.c",)), record="record")

    def test_table_without_learner_ids_is_told_what_to_do(self):
        with pytest.raises(
            SchemaError,
            match=r"Got no column of learner ids; the table has \['mail_hash', 'ctc', "
            r"'title'\]\. Name it .*set record = \"learner\"",
        ):
            recognise(["mail_hash", "ctc", "title"], Columns(), record="record")

    def test_row_as_learner_needs_no_id(self):
        found = recognise(["ctc", "title"], Columns(), record="learner")
        assert found == {"title": "title", "pay": "ctc"}

    @pytest.mark.parametrize(
        ("names", "got"),
        [
            (["email"], r"\[\]"),
            (["email", "ctc", "year"], r"\['pay'\]"),
            (["email", "orgyear", "yoe"], r"\['start_year or experience'\]"),
        ],
    )
    def test_too_little_to_segment_on_is_told(self, names, got):
        with pytest.raises(
            SchemaError, match=rf"Got {got} to segment on, expected two or more of comp"
        ):
            recognise(names, Columns(), record="record")

    def test_outcome_is_nothing_to_segment_on(self):
        columns = Columns(outcome=("hired",))
        with pytest.raises(SchemaError, match=r"Got \['pay'\] to segment on"):
            recognise(["email", "ctc", "hired"], columns, record="record")

    def test_two_extras_are_enough(self):
        columns = Columns(numeric=("score",), categorical=("city",))
        found = recognise(["email", "score", "city"], columns, record="record")
        assert found["extra:score"] == "score"


TABLE = {
    "record": [0, 1, 2, 3, 4, 5],
    "Email Hash": ["a", " a ", "", None, "b", "c"],
    "company": ["Acme ", None, "", "  ", "zeta", "Acme "],
    "title": ["Dev", "Dev", None, "QA", "QA", "x"],
    "ctc": ["12 LPA", "450k", "12/15 LPA", None, "n/a", "about " + "9" * 99],
    "orgyear": ["2015.0", "5/1/2016", "soon", "91", "-", "?"],
    "yoe": [1.5, float("inf"), None, float("nan"), 3.0, 4.0],
    "record_": ["1", "2", "x", "", "5", "6"],
    "tier": ["A", "B", None, " ", "A", "1"],
    "hired": ["yes", "no", None, "true", "1", "0"],
    "next": ["QA", "Dev", "", None, "1", "Lead"],
}
EXTRAS = Columns(numeric=("record_",), categorical=("tier",), outcome=("hired", "next"))
KEPT_AS_NUMBERS = (
    *("pay", "start_year", "experience", "extra:record_", "extra:hired"),
)
EXPECTED = {
    "record": [0, 1, 2, 3, 4, 5],
    "learner_id": ["a", "a", None, None, "b", "c"],
    "company": ["Acme ", None, None, None, "zeta", "Acme "],
    "title": ["Dev", "Dev", None, "QA", "QA", "x"],
    "pay": [1_200_000.0, 450_000.0, None, None, None, None],
    "start_year": [2015.0, 2016.0, None, 91.0, None, None],
    "experience": [1.5, None, None, None, 3.0, 4.0],
    "extra:record_": [1.0, 2.0, None, None, 5.0, 6.0],
    "extra:tier": ["A", "B", None, None, "A", "1"],
    "extra:hired": [1.0, 0.0, None, 1.0, 1.0, 0.0],
    "extra:next": ["QA", "Dev", None, None, "1", "Lead"],
    "unread:pay": [None, None, "12/15 LPA", None, None, "about " + "9" * 74],
    "unread:start_year": [None, None, "soon", None, None, None],
    "unread:experience": [None, "inf", None, None, None, None],
    "unread:extra:record_": [None, None, "x", None, None, None],
    "unread:extra:hired": [None] * 6,
    **{f"middle:{name}": [None] * 6 for name in KEPT_AS_NUMBERS},
}


def as_rows(table):
    return [
        dict(zip(table, line, strict=True))
        for line in zip(*table.values(), strict=True)
    ]


class TestStandardise:
    def test_every_engine_gives_the_same_table(self, frame):
        done = standard(frame(TABLE), columns=EXTRAS)
        assert rows(done) == as_rows(EXPECTED)

    @pytest.mark.parametrize(
        "dirt",
        [
            *("{}\u200b", "\ufeff{}", "\u200e{}", "\u202a{}\u202c", "{}\u2060"),
            *("\xad{}", "{}\u200d", "\u2066{}\u2069", "{}\xa0", " {}\n"),
        ],
    )
    def test_what_nobody_sees_in_a_cell_does_not_matter(self, frame, dirt):
        clean = {
            "record": [0, 1, 2],
            "email": ["a", "a", "b"],
            "ctc": ["450k", "1200000", "about"],
            "orgyear": ["2016", "5/1/2016", "-"],
            "tier": ["A", "A", "none"],
            "next": ["Lead QA", "Lead QA", "?"],
        }
        dirty = {
            name: cells
            if name == "record"
            else [cells[0], *map(dirt.format, cells[1:])]
            for name, cells in clean.items()
        }
        columns = Columns(categorical=("tier",), outcome=("next",))
        expected = rows(standard(frame(clean), columns=columns))
        found = rows(standard(frame(dirty), columns=columns))
        for row, as_typed in zip(found, expected, strict=True):
            assert {**row, "unread:pay": as_typed["unread:pay"]} == as_typed

    def test_types_are_those_promised(self, frame):
        schema = nw.from_native(standard(frame(TABLE), columns=EXTRAS)).collect_schema()
        texts = {"learner_id", "company", "title", "extra:tier", "extra:next"}
        texts |= {name for name in EXPECTED if name.startswith(("unread:", "middle:"))}
        for name, dtype in schema.items():
            expected = nw.String if name in texts else nw.Float64
            assert dtype == (nw.Int64 if name == "record" else expected)

    def test_frame_comes_back_as_the_kind_it_was(self, frame):
        table = frame(TABLE)
        assert type(standard(table, columns=EXTRAS)) is type(table)
        lazy = pl.LazyFrame(TABLE)
        assert isinstance(standard(lazy, columns=EXTRAS), pl.LazyFrame)

    def test_input_is_left_alone(self, frame):
        table = frame(TABLE)
        standard(table, columns=EXTRAS)
        assert column_names_of(table) == list(TABLE)
        assert column(table, "ctc") == TABLE["ctc"]

    @pytest.mark.parametrize("engine", [pl.DataFrame, pl.LazyFrame, pd.DataFrame])
    def test_rows_are_numbered_by_us_and_not_by_a_column_of_the_user(self, engine):
        table = engine({"record": [9, 9], "email": ["a", "b"], "ctc": [1, 2]})
        done = standard(table, mapping={"learner_id": "email", "pay": "ctc"})
        assert column(done, "record") == [0, 1]

    def test_index_of_pandas_does_not_matter(self):
        table = pd.DataFrame({"email": ["a", "b"], "ctc": [1, 2]}, index=[7, 7])
        done = standard(table, mapping={"learner_id": "email", "pay": "ctc"})
        assert rows(done)[1]["record"] == 1
        assert list(done.index) == [7, 7]

    @pytest.mark.parametrize(
        ("table", "got"),
        [
            ({"email": ["a"], "ctc": [1]}, "got none"),
            ({"email": ["a"], "ctc": [1], "record": ["x"]}, "got String"),
        ],
    )
    def test_engine_without_order_needs_a_record_column(self, table, got):
        relation = duckdb.from_arrow(pa.table(table))
        with pytest.raises(
            SchemaError,
            match=rf"Rows of duckdb have no order.*column record.*{got}\. Add one: ",
        ):
            standard(relation, mapping={"learner_id": "email", "pay": "ctc"})

    def test_record_is_the_learner_where_told(self, frame):
        table = frame({"record": [0, 1], "ctc": [1, 2], "title": ["x", "y"]})
        assert column(standard(table, record="learner"), "learner_id") == ["0", "1"]

    def test_users_columns_may_bear_our_names(self, frame):
        table = frame(
            {
                "record": [0, 1],
                "learner_id": ["not", "it"],
                "pay": ["high", "low"],
                "fault": [1, 2],
                "value:pay": [3, 4],
                "who": ["a", "b"],
                "money": ["1", "2"],
            }
        )
        columns = Columns(
            learner="who", pay="money", categorical=("pay",), numeric=("fault",)
        )
        done = standard(table, columns=columns)
        assert rows(done)[1] == {
            "record": 1,
            "learner_id": "b",
            "pay": 2.0,
            "extra:fault": 2.0,
            "extra:pay": "low",
            "unread:pay": None,
            "unread:extra:fault": None,
            "middle:extra:fault": None,
            "middle:pay": None,
        }

    def test_column_of_the_mapping_must_be_there(self):
        with pytest.raises(SchemaError, match=r"Missing columns \['ctc'\]"):
            standard(pl.DataFrame({"a": [1]}), mapping={"pay": "ctc"})

    @pytest.mark.parametrize(
        ("name", "value", "dtype"),
        [
            ("pay", [1], "List"),
            ("title", {"a": 1}, "Struct"),
            ("company", b"x", "Binary"),
            ("pay", date(2021, 5, 1), "Date"),
            ("experience", datetime(2021, 5, 1), "Datetime"),  # noqa: DTZ001 - as tables have it
        ],
    )
    def test_columns_of_another_kind_are_told(self, name, value, dtype):
        with pytest.raises(
            SchemaError,
            match=rf"Column 'in', read as {name}, holds {dtype}.*; expected numbers or",
        ):
            one(name, [value])

    def test_repeated_names_are_told(self):
        table = pd.DataFrame([[1, 2]], columns=["a", "a"])
        with pytest.raises(SchemaError, match="repeated column names"):
            column_names_of(table)

    def test_names_that_are_no_text_are_told(self):
        with pytest.raises(SchemaError, match=r"column names that are no text: \['0'"):
            column_names_of(pd.DataFrame([[1, 2]]))

    def test_what_is_no_frame_is_told(self):
        with pytest.raises(SchemaError, match="Got list, expected a data frame"):
            column_names_of([1, 2])


class TestValues:
    @pytest.mark.parametrize(
        "values",
        [
            pl.Series([1, 2], dtype=pl.Int8),
            pl.Series([1, 2], dtype=pl.UInt64),
            pl.Series([1.0, 2.0], dtype=pl.Float32),
            pl.Series([Decimal(1), Decimal(2)]),
            pl.Series(["1", "2"]),
            pl.Series(["1", "2"], dtype=pl.Categorical),
            pl.Series(["1", "2"], dtype=pl.Enum(["1", "2"])),
        ],
    )
    def test_numbers_of_any_type_are_numbers(self, values):
        for name in ("pay", "start_year", "experience"):
            assert one(name, values) == ([1.0, 2.0], [None, None])

    def test_objects_of_pandas_are_read_by_their_text(self):
        table = pd.DataFrame({"in": [1, "2 LPA", None, 2.5, Decimal(3)]}, dtype=object)
        done = standard(table, mapping={"pay": "in"}, record="learner")
        assert column(done, "pay") == [1.0, 200_000.0, None, 2.5, 3.0]

    @pytest.mark.parametrize(
        ("values", "expected"),
        [
            ([12.0, 1.5, None, float("nan")], ["12", "1.5", None, None]),
            ([7, None], ["7", None]),
            ([True, False], ["true", "false"]),
            ([date(2021, 5, 1)], ["2021-05-01"]),
            (["x ", " ", "12.0"], ["x", None, "12.0"]),
        ],
    )
    def test_learner_id_of_any_type_is_text(self, values, expected):
        assert one("learner_id", values)[0] == expected

    def test_infinite_is_a_fault_and_nan_is_missing(self):
        values = [float("inf"), float("-inf"), float("nan"), None, -1.0]
        expected = [None, None, None, None, -1.0], ["inf", "-inf", None, None, None]
        assert one("pay", values) == expected

    @pytest.mark.parametrize(
        ("pay", "expected"),
        [
            (Pay(), 4.35),
            (Pay(period="month"), 52.2),
            (Pay(unit=100_000), 435_000),
            (Pay(unit=1000, period="month"), 52_200),
        ],
    )
    @pytest.mark.parametrize("value", [4.35, "4.35"])
    def test_plain_pay_is_in_the_unit_and_period_of_the_column(
        self, pay, expected, value
    ):
        assert one("pay", [value], pay=pay)[0] == [expected]

    def test_unit_concerns_pay_alone(self):
        assert one("experience", [2.0], pay=Pay(unit=1000))[0] == [2.0]

    @pytest.mark.parametrize(
        "value",
        [date(2021, 5, 1), datetime(2021, 5, 1, 3)],  # noqa: DTZ001 - as tables have it
    )
    def test_dates_give_their_year(self, value):
        assert one("start_year", [value, None]) == ([2021.0, None], [None, None])

    @pytest.mark.parametrize(
        ("values", "expected"),
        [
            ([1, 0], [1.0, 0.0]),
            ([True, None], [1.0, None]),
            (["5", "6", None], [5.0, 6.0, None]),
            (["5"] * 99 + ["x"], [5.0] * 99 + [None]),
            (["5"] * 9 + ["x"], ["5"] * 9 + ["x"]),
            ([None, None], [None, None]),
            ([date(2021, 5, 1)], ["2021-05-01"]),
        ],
    )
    def test_outcome_is_a_number_where_nearly_all_its_values_are(
        self, values, expected
    ):
        assert one("extra:in", values, columns=Columns(outcome=("in",)))[0] == expected

    def test_words_of_pay_are_for_pay_alone(self):
        columns = Columns(numeric=("in",))
        values, faults = one("extra:in", ["450k", "12 LPA", "₹ 5"], columns=columns)
        assert values == [450_000.0, None, 5.0]
        assert faults == [None, "12 LPA", None]

    def test_marks_of_numbers_are_taken_from_the_settings(self):
        table = pl.DataFrame({"in": ["45.000"]})
        done = standardise(
            table,
            {"pay": "in"},
            columns=Columns(),
            pay=Pay(),
            record="learner",
            numbers=Numbers(decimal=","),
        )
        assert column(done, "pay") == [45_000.0]

    def test_each_column_tells_what_it_could_not_read(self):
        table = pl.DataFrame(
            {"yoe": ["x", "x"], "ctc": ["y", "1"], "email": ["a", "b"]}
        )
        done = standard(table)
        assert column(done, "unread:pay") == ["y", None]
        assert column(done, "unread:experience") == ["x", "x"]


cells = (
    st.none()
    | st.text(max_size=12)
    | st.text(st.sampled_from(list("0123456789.,- eklmcrpa₹$/?")), max_size=12)
)


@settings(max_examples=25)  # a table has many texts
@given(st.lists(st.tuples(*[cells] * 9), max_size=30))
def test_any_table_of_text_keeps_its_rows_and_its_values(records):
    names = ["email", "company", "title", "ctc", "orgyear", "yoe", "year", "x", "y"]
    schema = dict.fromkeys(names, pl.String)
    table = pl.DataFrame(records, schema=schema, orient="row")
    columns = Columns(numeric=("x",), outcome=("y",))
    done = standard(table, columns=columns, pay=Pay(currency="INR"))
    assert done["record"].to_list() == list(range(len(records)))
    kept = table["company"].to_list()
    for given_, got in zip(kept, done["company"].to_list(), strict=True):
        tidy = given_ and re.sub(f"{INVISIBLE}|[\u200b\ufeff]", "", given_)
        assert got == given_ or (got is None and (not tidy or says_nothing(tidy)))
    for name in ("pay", "start_year", "experience", "pay_year", "extra:x"):
        unread = done.drop_nulls(f"unread:{name}")
        assert unread[name].null_count() == len(unread)
        assert not (unread[f"unread:{name}"].str.strip_chars() == "").any()


@settings(max_examples=6)  # a table has many texts
@given(st.lists(st.tuples(cells, cells), min_size=30, max_size=60))
def test_any_text_reads_alike_on_every_engine(records):
    texts = [
        [None if c is None else c.replace("\0", "") for c in line]
        for line in zip(*records, strict=True)
    ]
    table = {
        "record": list(range(len(records))),
        "ctc": texts[0],
        "orgyear": texts[1],
    }
    arrow = pa.table(
        {
            "record": pa.array(table["record"], pa.int64()),
            "ctc": pa.array(texts[0], pa.string()),
            "orgyear": pa.array(texts[1], pa.string()),
        }
    )
    with duckdb.connect() as connection:
        relation = connection.from_arrow(arrow)
        done = [
            rows(standard(native, record="learner", pay=Pay(currency="INR")))
            for native in (pl.from_arrow(arrow), arrow.to_pandas(), relation)
        ]
    assert done[0] == done[1]
    assert done[0] == done[2]


def test_ids_of_two_exports_are_the_same_where_one_wrote_floats():
    assert one("learner_id", ["12", "12.0", "7.0"])[0] == ["12", "12", "7"]
    assert one("learner_id", ["12", "12.0", "7.5"])[0] == ["12", "12.0", "7.5"]


@pytest.mark.parametrize(("dtype", "bits"), [(pl.Float32, 24), (pl.Float64, 53)])
def test_ids_that_floats_cannot_tell_apart_are_refused(dtype, bits):
    fine = pl.Series([2.0**bits - 1, 5.0], dtype=dtype)
    assert one("learner_id", fine)[0] == [str(2**bits - 1), "5"]
    with pytest.raises(SchemaError, match=rf"1 numbers above 2\^{bits}, where"):
        one("learner_id", pl.Series([2.0**bits, 5.0], dtype=dtype))


@pytest.mark.parametrize("name", ["pay_year", "pay", "company", "learner_id"])
def test_a_column_of_durations_is_refused(name):
    with pytest.raises(SchemaError, match=r"holds Duration.*Convert it, or map"):
        one(name, [timedelta(days=1)])


def test_a_column_called_by_a_star_is_read():
    table = pl.DataFrame({"id": ["a", "b"], "ctc": [1, 2], "*": [3, 4]})
    columns = Columns(learner="id", numeric=("*",))
    assert column(standard(table, columns=columns), "extra:*") == [3.0, 4.0]


def test_characters_that_nobody_sees_part_no_ids():
    assert one("learner_id", ["a1", "a1\u200e", "a\xad1", "\u2060a1"])[0] == ["a1"] * 4
    assert one("pay", ["\u200e1,200,000\u200f"])[0] == [1_200_000.0]
