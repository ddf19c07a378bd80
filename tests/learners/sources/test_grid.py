"""Where a table begins, and which of its lines are no records."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from learnstrata.exceptions import SourceError
from learnstrata.learners.sources.delimited import read_delimited
from learnstrata.learners.sources.grid import Grid, column_names, find_header, tabled

HERE = Path("learners.csv")
HEADER = "email_hash,company,title,ctc,orgyear"
LINES = [f"L{i},co{i},QA Engineer,{500_000 + i},{2000 + i}" for i in range(9)]


def read(*lines):
    return tabled(read_delimited(HERE, ("\n".join(lines) + "\n").encode()).grid)


def refused(*lines):
    with pytest.raises(SourceError) as error:
        read(*lines)
    return str(error.value)


@pytest.mark.parametrize(
    ("above", "line"),
    [
        (["Learners 2021", ""], 3),
        (["Learners 2021,,,,", ",,,,"], 3),
        (["Report, May 2021", "by HR"], 3),
        (["Learners;2021;May"], 2),
        (["Person,,,Pay,"], 2),
    ],
)
def test_titles_above_the_names_are_left_out_and_told(above, line):
    found = read(*above, HEADER, *LINES)
    assert len(found.table) == 9
    assert found.table.columns == HEADER.split(",")
    assert found.left_out == ("title lines",)
    (note,) = found.notes
    assert note.startswith(f"The names of the columns stand on line {line}; what is ")


def test_names_that_nobody_knows_are_found_below_a_title():
    header = "wer,wo,was,geld,seit"
    assert read("Liste", "", header, *LINES).table.columns == header.split(",")


def test_blank_lines_above_the_names_are_no_news():
    found = read("", ",,,,", HEADER, *LINES)
    assert (len(found.table), found.left_out, found.notes) == (9, (), ())


def test_names_on_two_lines_are_refused():
    for first, second in (
        ("email_hash,Pay,,,", ",ctc,company,title,orgyear"),
        ("email_hash,company,title,Pay,", ",,,ctc,orgyear"),
        ("Who,Where,What,,", ",,,ctc,orgyear"),
    ):
        told = refused(first, second, *LINES)
        assert told.startswith("learners.csv names its columns on two lines or more")
        assert told.endswith("Put all names on one line above the records.")


def test_a_title_without_names_below_it_is_refused():
    told = refused("Learners 2021,,,,", *LINES)
    assert "begins with 'Learners 2021' alone, and no line below it names" in told


def test_a_first_line_without_a_title_is_the_header():
    assert find_header([["", "id"], ["0", "a"], ["1", "b"]]) == 0
    assert find_header([["a", "b"], ["c", "d"]]) == 0


def test_lines_without_a_value_are_no_records():
    found = read(HEADER, *LINES[:3], ",,,,", "", " ,,,,", *LINES[3:], ",,,,", "")
    assert len(found.table) == 9
    assert found.left_out == ("blank lines",)
    assert found.notes == ("Lines 5, 6, 7 and 14 hold no value: no record.",)


def test_the_header_again_is_no_record():
    found = read(HEADER, *LINES[:3], HEADER, *LINES[3:])
    assert len(found.table) == 9
    assert found.notes == ("Line 5 repeats the header: no record.",)
    (note,) = read(HEADER, *LINES, HEADER.upper()).notes
    assert note == "Line 11 repeats the header: no record."
    many = [line for one in LINES for line in (HEADER, one)]
    (note,) = read(HEADER, *many).notes
    assert note == "9 lines (the first is 2) repeat the header: no record."


@pytest.mark.parametrize(
    "line",
    [
        "Total,,,4500036,",
        'total:,,,"45,00,036",',
        ",,Grand Total,4500036,18036",
        "Average,,,500004,2004",
        "Total (9),,,$4500036,",
        "Somme,,,4500036,",
        "Sub-total,,,4500036,",
    ],
)
def test_a_line_of_totals_is_left_out_and_told(line):
    found = read(HEADER, *LINES, line)
    assert len(found.table) == 9
    assert found.left_out == ("totals",)
    assert found.notes[0].startswith("Line 11 sums up the records (")


def test_several_lines_of_totals_are_left_out():
    found = read(HEADER, *LINES, ",,,,", "Total,,,1,", "Mean,,,2,2001")
    assert len(found.table) == 9
    assert found.notes[1] == "Lines 12 and 13 sum up the records ('Total'): no record."


@pytest.mark.parametrize(
    "line",
    [
        "Total,Total SA,QA Engineer,500000,2001",
        "Total,,QA Engineer,500000,2001",
        "L9,Total,,500000,2001",
        "Total,7,8,500000,2001",
        "Totally,,,500000,",
        "Total,,,,",
    ],
)
def test_what_may_be_a_record_stays(line):
    found = read(HEADER, *LINES, line)
    assert len(found.table) == 10
    assert not found.notes


def test_a_total_between_records_stays():
    assert len(read(HEADER, "Total,,,1,", *LINES).table) == 10


def test_a_remark_below_a_gap_is_left_out_and_told():
    found = read(HEADER, *LINES, ",,,,", "Source: HR system,,,,", "As of May,,,,")
    assert len(found.table) == 9
    assert found.left_out == ("blank lines", "footers")
    assert found.notes[1].startswith("Lines 12 and 13 stand below the records (")
    assert len(read(HEADER, *LINES, "Source: HR system,,,,").table) == 10
    assert len(read(HEADER, *LINES, ",,,,", "L9,,,,").table) == 10


@pytest.mark.parametrize("slow", [False, True])
def test_a_delimiter_at_the_end_of_every_line_is_forgiven(slow):
    lines = [*LINES, 'L9,5" pipe,x,1,2001'] if slow else LINES
    for header, ended in (
        (f"{HEADER},", [f"{line}," for line in lines]),
        (HEADER, [f"{line}," for line in lines]),
        (f"{HEADER},", lines),
        (f"{HEADER},,", [f"{line},," for line in lines]),
    ):
        found = read(header, *ended)
        assert found.table.columns == HEADER.split(",")
        assert len(found.table) == len(lines)


def test_a_line_that_an_unquoted_delimiter_moved_is_refused_all_the_same():
    ended = [f"{line}," for line in LINES]
    told = refused(HEADER, *ended[:4], "L4,Acme, Inc,QA Engineer,1,2001,", *ended[5:])
    assert "line 6: got 7 fields, expected 5 as in the header" in told
    told = refused(HEADER, *ended[:4], "L4,Acme, Inc,QA Engineer,1,2001", *ended[5:])
    assert "line 6: got 6 fields, expected 5 as in the header" in told


def test_a_column_without_a_name_is_dropped_where_it_is_empty():
    found = read(f"{HEADER},", *[f"{line}," for line in LINES[1:]], f"{LINES[0]},x")
    assert found.table.columns == [*HEADER.split(","), "Unnamed: 5"]
    assert found.table["Unnamed: 5"].to_list() == [None] * 8 + ["x"]


def test_nameless_columns_are_called_as_pandas_calls_them():
    assert column_names(HERE, ["", "id"]) == ["Unnamed: 0", "id"]
    twice_saved = ["", "Unnamed: 0", "id", ""]
    assert column_names(HERE, twice_saved) == [
        *("Unnamed: 0.1", "Unnamed: 0", "id", "Unnamed: 3")
    ]


def test_header_without_names_is_refused():
    with pytest.raises(SourceError, match="begins with a line of 3 empty column names"):
        column_names(HERE, ["", " ", ""])


def test_a_grid_is_not_changed():
    cells = pl.DataFrame({"a": ["x", "", "id"], "b": ["1", "", "pay"]})
    before = cells.clone()
    grid = Grid(HERE, ("id", "pay"), 1, cells, np.array([2, 3, 4]))
    assert tabled(grid).table.rows() == [("x", "1")]
    assert grid.cells.equals(before)
