"""One list of words that say "missing", for every engine, kind and column."""

import gzip
import io

import polars as pl
import pytest
import xlsxwriter

from dirt import says_nothing
from frames import column
from learnstrata.config.loading import load_config
from learnstrata.config.stages import Columns, Pay
from learnstrata.facade import check_table
from learnstrata.learners.schema.missing import MISSING
from learnstrata.learners.schema.standard import standardise
from learnstrata.learners.sources.files import read_learners

MAPPING = {
    "learner_id": "id",
    "company": "employer",
    "title": "job",
    "pay": "ctc",
    "start_year": "from",
    "pay_year": "when",
    "extra:grade": "grade",
    "extra:score": "score",
    "extra:passed": "passed",
}
COLUMNS = Columns(categorical=("grade",), numeric=("score",), outcome=("passed",))
GIVEN = {
    "id": ["a", "b"],
    "employer": ["Nonesuch", "Nanda"],
    "job": ["Unknown Pleasures", "Nil by mouth"],
    "ctc": ["100", "200"],
    "from": ["2010", "2011"],
    "when": ["2019", "2020"],
    "grade": ["A-", "B?"],
    "score": ["0", "1"],
    "passed": ["yes", "no"],
}


def standard(frame, words):
    rows = {name: [*given, *words] for name, given in GIVEN.items()}
    rows |= {"record": list(range(2 + len(words)))}
    return standardise(
        frame(rows), MAPPING, columns=COLUMNS, pay=Pay(), record="record"
    )


@pytest.mark.parametrize("dress", [str, str.upper, str.title, "  {} ".format])
def test_every_word_is_missing_in_every_column_of_every_engine(frame, dress):
    table = standard(frame, [dress(word) for word in MISSING])
    for name in MAPPING:
        values = column(table, name)
        assert None not in values[:2], name
        assert values[2:] == [None] * len(MISSING), name


def test_zero_is_an_id_and_a_number(frame):
    table = standard(frame, ["0"])
    assert column(table, "learner_id") == ["a", "b", "0"]
    assert column(table, "pay") == [100, 200, 0]
    assert column(table, "extra:score") == [0, 1, 0]


def test_missing_words_are_no_faults():
    table = pl.DataFrame({n: [*g, "n. a.", "?"] for n, g in GIVEN.items()})
    table = table.rename({"id": "email", "job": "title", "from": "orgyear"})
    found = check_table(table, load_config())
    assert not any(column.faults for column in found.columns)
    assert {column.nulls for column in found.columns} == {2}


def csv_of(rows):
    return "\n".join(",".join(row) for row in rows).encode()


def parquet_of(rows):
    out = io.BytesIO()
    pl.DataFrame(rows[1:], schema=list(rows[0]), orient="row").write_parquet(out)
    return out.getvalue()


def workbook_of(rows):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)
    return out.getvalue()


@pytest.mark.parametrize(
    "made",
    [csv_of, lambda rows: gzip.compress(csv_of(rows)), parquet_of, workbook_of],
    ids=["csv", "gzip", "parquet", "excel"],
)
def test_every_source_means_the_same_by_a_word(tmp_path, made):
    words = [word for word in MISSING if word]
    path = tmp_path / "learners"
    path.write_bytes(made([("id", "ctc"), ("a", "100"), *((w, w) for w in words)]))
    table = standardise(
        read_learners(path),
        {"learner_id": "id", "pay": "ctc"},
        columns=Columns(),
        pay=Pay(),
        record="record",
    )
    assert table["learner_id"].to_list() == ["a", *[None] * len(words)]
    assert table["pay"].to_list() == [100.0, *[None] * len(words)]


def test_words_that_hold_such_a_word_are_given():
    assert says_nothing(" N.A. ")
    assert says_nothing("\u200bN.\xa0 A.\ufeff")
    assert says_nothing("")
    assert not any(map(says_nothing, ["Nasa", "None Ltd", "-x-", "0"]))
