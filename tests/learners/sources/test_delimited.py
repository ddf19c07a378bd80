import csv
import io
import re
from pathlib import Path

import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import given

from learnstrata.exceptions import SourceError
from learnstrata.learners.sources.delimited import (
    read_delimited,
)
from learnstrata.learners.sources.grid import tabled

HERE = Path("learners.csv")
LINES = re.compile(r"[\r\n]")

plain_cells = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\0"),
    max_size=6,
)
awkward_cells = st.text(st.sampled_from(list('a1",;\n\r |\t')), max_size=6)
cells = plain_cells | awkward_cells | st.sampled_from(["NA", "", "x"])


def read(text):
    return tabled(read_delimited(HERE, text.encode()).grid).table


def as_text(records, delimiter, newline="\n"):
    out = io.StringIO(newline="")
    # The writer leaves a lone carriage return bare, which its own reader breaks at.
    bare = any("\r" in cell for record in records for cell in record)
    quoting = csv.QUOTE_ALL if bare else csv.QUOTE_MINIMAL
    csv.writer(
        out, delimiter=delimiter, lineterminator=newline, quoting=quoting
    ).writerows(records)
    return out.getvalue()


def read_or_refusal(text):
    try:
        return read_delimited(HERE, text)
    except SourceError as error:
        return str(error)


def given_rows(rows):
    """Give the rows that hold anything, "" where nothing stands."""
    filled = [tuple(cell or "" for cell in row) for row in rows]
    return [row for row in filled if any(map(str.strip, row))]


@given(
    st.integers(2, 4).flatmap(
        lambda width: st.lists(
            st.lists(cells, min_size=width, max_size=width), min_size=1, max_size=8
        )
    ),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_what_the_standard_library_wrote_is_read_back(records, delimiter, newline):
    header = [f"c{i}" for i in range(len(records[0]))]
    text = as_text([header, *records], delimiter, newline).encode()
    found = read_or_refusal(text)
    if isinstance(found, str):  # a cell that looks like lines of their own
        assert "the lines between look like records of their own" in found
        assert any(delimiter in c and LINES.search(c) for r in records for c in r)
        return
    assert found.delimiter == delimiter
    assert list(found.grid.header) == header
    assert given_rows(found.grid.cells.rows()) == given_rows(records)


def test_fast_and_slow_reading_agree():
    records = [["1", 'say "hi"'], ["2", "two\nlines"], ["3", "a,b"], ["4", " x "]]
    fast = read(as_text([["a", "b"], *records], ","))
    slow = read(as_text([["a", "b"], *records, ["5", "x"]], ",") + '6,5" pipe\n')
    assert fast.rows() == slow.rows()[:4]
    assert slow.rows()[4:] == [("5", "x"), ("6", '5" pipe')]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_found_in_the_text(delimiter):
    text = delimiter.join(["id", "pay", "title"]) + "\n"
    text += delimiter.join(["a", '"12,00,000"', '"x; y | z"']) + "\n"
    found = read_delimited(HERE, text.encode())
    assert found.delimiter == delimiter
    assert tabled(found.grid).table.rows() == [("a", "12,00,000", "x; y | z")]


def test_delimiter_of_the_cells_does_not_mislead():
    assert read("id;pay\na;12,5\nb;13,5\n").columns == ["id", "pay"]


def test_line_that_names_the_delimiter_is_obeyed_and_dropped():
    assert read("sep=;\nid;a,b\nx;1,2\n").rows() == [("x", "1,2")]


def test_lines_are_counted_with_the_one_that_names_the_delimiter():
    with pytest.raises(SourceError, match="line 4: got 1 fields"):
        read("sep=;\nid;pay\na;1\nb\n")


def test_all_columns_are_text_and_nothing_is_rounded():
    table = read("id,pay\n007,1234567890123456789.10\n")
    assert table.rows() == [("007", "1234567890123456789.10")]
    assert set(table.dtypes) == {pl.String}


@pytest.mark.parametrize(
    "text",
    [
        "\n\nid,pay\na,1\n\n  \nb,2\n\n",
        "id,pay\r\na,1\r\n\r\nb,2",
        "id,pay\ra,1\rb,2\r",
    ],
)
def test_blank_lines_and_any_line_ends_are_taken(text):
    assert read(text).rows() == [("a", "1"), ("b", "2")]


def test_quoted_newlines_in_header_and_cells_are_kept():
    table = read('id,"pay\nper year"\na,"1\n2"\nb,3\n')
    assert table.columns == ["id", "pay\nper year"]
    assert table.rows() == [("a", "1\n2"), ("b", "3")]


def test_line_too_long_is_named_with_its_number():
    with pytest.raises(
        SourceError,
        match=r"learners.csv, line 3: got 3 fields, expected 2 as in the header\. Text "
        "that holds the delimiter needs quotation marks",
    ):
        read("id,pay\na,1\nb,12,5\n")


def test_line_too_short_is_named_with_its_number():
    with pytest.raises(
        SourceError,
        match=r"line 3: got 1 fields, expected 2 as in the header \(the first of 2 "
        r"such lines\)\. The line may be cut off",
    ):
        read("id,pay\na,1\nb\nc\n")


def test_quoted_newlines_do_not_confuse_the_line_number():
    with pytest.raises(SourceError, match="line 6: got 3 fields, expected 2"):
        read('id,pay\na,"1\n2\n3"\nb,2\nc,1,1\n')


def test_quotation_never_closed_is_named_with_its_line():
    with pytest.raises(
        SourceError, match=r'line 3: a quotation mark \("\) is opened and never closed'
    ):
        read('id,pay\na,1\nb,"2\nc,3\n')


def test_huge_field_of_a_broken_quotation_is_refused():
    with pytest.raises(SourceError, match="a field of more than 131,072 characters"):
        read('id,pay\na,"1\n' + "b,2\n" * 50_000)


@pytest.mark.parametrize(
    ("char", "shown"), [(":", "':'"), ("^", r"'\^'"), ("\x01", "x01")]
)
def test_unknown_delimiter_is_named(char, shown):
    text = "".join(char.join(line) + "\n" for line in ["abc", "123"])
    with pytest.raises(
        SourceError,
        match=rf"has one column, .*looks separated by .*{shown}.*Expected ','",
    ):
        read(text)


def test_one_column_alone_is_a_table():
    assert read("learner\na\nb\n").rows() == [("a",), ("b",)]


def test_repeated_names_are_named():
    with pytest.raises(
        SourceError, match=r"several columns of the same name: \['pay', 'id'\]\. Rename"
    ):
        read("pay,id,pay,id,x\n1,2,3,4,5\n")


def test_names_that_differ_in_spaces_around_them_are_the_same():
    with pytest.raises(SourceError, match="same name"):
        read("pay, pay\n1,2\n")


def test_ten_thousand_columns_are_read():
    width = 10_000
    text = ",".join(f"c{i}" for i in range(width)) + "\n" + ",".join(["1"] * width)
    assert read(text).shape == (1, width)


@pytest.mark.parametrize("quoted", [False, True])
def test_cell_of_a_megabyte_is_read(quoted):
    cell = "x" * 1_000_000
    table = read(
        f'id,note\na,"{cell}"\nb,y\n' if quoted else f"id,note\na,{cell}\nb,y\n"
    )
    assert table["note"].to_list() == [cell, "y"]
