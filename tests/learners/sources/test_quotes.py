"""What a quotation holds is certain, or the text is refused with its line."""

from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given

from learnstrata.exceptions import SourceError
from learnstrata.learners.sources.delimited import read_delimited

HERE = Path("learners.csv")
HEADER = "email_hash,company,title,ctc,orgyear"
LINES = [
    f"L{i:03},co{i % 4},QA Engineer,{500_000 + i},{2000 + i % 9}" for i in range(40)
]
SLOW = 'L900,5" pipe,QA Engineer,1,2001'  # read record by record for its stray mark


def text_of(changes, *, header=HEADER, last=()):
    """Join the lines, changed at some places: (old, new) by number from 0."""
    lines = list(LINES)
    for place, (old, new) in changes.items():
        assert old in lines[place]
        lines[place] = lines[place].replace(old, new)
    return "\n".join([header, *lines, *last]) + "\n"


def read(text):
    return read_delimited(HERE, text.encode())


def read_or_refusal(text):
    try:
        return read(text)
    except SourceError as error:
        return str(error)


def refused(text):
    with pytest.raises(SourceError) as error:
        read(text)
    return str(error.value)


OPEN = ("QA Engineer", '"QA Engineer')
CLOSE = ("QA Engineer", 'QA Engineer"')

# Line 7 is the sixth record: the header is line 1.
STRAYS = {
    "two open ones": ({5: OPEN, 20: OPEN}, "the middle of a field on line 22"),
    "an open one and a word": (
        {5: OPEN, 20: ("QA", 'Senior "x"')},
        "the middle of a field on line 22",
    ),
    "an open one and a whole field": (
        {5: OPEN, 20: ("QA Engineer", '"QA, Engineer"')},
        "the middle of a field on line 22",
    ),
    "open and closed": ({5: OPEN, 20: CLOSE}, "closed on line 22 only; the lines"),
    "open and closed on the next line": (
        {5: OPEN, 6: CLOSE},
        "closed on line 8 only; the lines between look like records of their own",
    ),
    "at the end of one line and of another": (
        {5: (",2005", ',"2005'), 7: (",2007", ',2007"')},
        "closed on line 9 only",
    ),
    "at the end of a line and the start of the next": (
        {5: (",2005", ',"2005'), 6: ("L006", 'L006"')},
        "closed on line 8 only",
    ),
    "at the start of one line and of the next": (
        {5: ("L005", '"L005'), 6: ("L006", 'L006"')},
        "closed on line 8 only",
    ),
    "closed in the middle, with a delimiter": (
        {5: ("QA Engineer", '"QA, Lead" Engineer')},
        "though ',' stands in what it holds",
    ),
}


@pytest.mark.parametrize("last", [(), (SLOW,)], ids=["fast", "slow"])
@pytest.mark.parametrize(("changes", "words"), STRAYS.values(), ids=STRAYS)
def test_stray_marks_swallow_nothing(changes, words, last):
    told = refused(text_of(changes, last=last))
    assert told.startswith('learners.csv, line 7: a quotation mark (")')
    assert words in told
    assert told.endswith("Close it, or double it where it belongs to the text.")


def test_a_mark_that_is_never_closed_is_refused_with_its_line():
    told = refused(text_of({3: ("QA Engineer", '"QA\nEngineer"'), 9: OPEN}))
    assert "line 12: " in told
    assert "is opened and never closed" in told


@given(
    st.lists(st.integers(0, 39), min_size=1, max_size=4, unique=True),
    st.lists(st.sampled_from([OPEN, CLOSE]), min_size=4, max_size=4),
    st.booleans(),
)
def test_no_record_is_ever_lost_to_stray_marks(places, kinds, slow):
    changes = dict(zip(sorted(places), kinds, strict=False))
    found = read_or_refusal(text_of(changes, last=(SLOW,) if slow else ()))
    if isinstance(found, str):
        assert "a quotation mark" in found
        assert OPEN in changes.values()
        return
    assert len(found.grid.cells) == 40 + slow
    assert found.lines == 41 + slow
    assert OPEN not in changes.values()


GENUINE = {
    "two lines": "QA\nEngineer",
    "a blank line": "QA\n\nEngineer",
    "a delimiter": "QA, Engineer\nand more",
    "doubled marks": 'so-called "QA"\n"Engineer"',
    "delimiters as in a record, without its numbers": "a, b, c, d, e\nf, g, h, i, j",
    "ends of lines of Windows": "QA\r\nEngineer",
}


@pytest.mark.parametrize("last", [(), (SLOW,)], ids=["fast", "slow"])
@pytest.mark.parametrize("cell", GENUINE.values(), ids=GENUINE)
def test_a_field_of_several_lines_is_read_and_counted(cell, last):
    quoted = '"' + cell.replace('"', '""') + '"'
    found = read(text_of({5: ("QA Engineer", quoted)}, last=last))
    more = cell.count("\n")
    assert found.grid.cells.row(5)[2] == cell
    assert found.over_lines == 1
    assert len(found.grid.cells) == 40 + len(last)
    assert found.lines == 41 + more + len(last)
    assert found.grid.lines[4:7].tolist() == [6, 7, 8 + more]


def test_a_mark_inside_a_field_is_text():
    found = read(text_of({5: ("QA", 'Senior "x"'), 7: ("QA", '5" pipe')}))
    assert found.grid.cells.row(5)[2] == 'Senior "x" Engineer'
    assert found.grid.cells.row(7)[2] == '5" pipe Engineer'


def test_spaces_behind_a_quotation_do_not_matter():
    found = read(text_of({5: ("QA Engineer", '"QA, Engineer" ')}))
    assert found.grid.cells.row(5)[2] == "QA, Engineer "


def test_names_that_go_over_lines_are_read_unless_they_hold_a_delimiter():
    header = HEADER.replace("ctc", '"ctc\nper year"')
    assert read(text_of({}, header=header)).grid.header[3] == "ctc\nper year"
    stray = HEADER.replace("title", '"title')
    told = refused(text_of({5: CLOSE}, header=stray))
    assert "line 1: " in told
    assert "look like names of columns" in told


def test_a_quotation_in_a_table_of_texts_alone_is_judged_by_its_delimiters():
    rows = "".join(f"a{i},b,c\n" for i in range(9))
    told = refused(f'x,y,z\n{rows}a,"b,c\nd,e",f\n')
    assert "line 11: " in told
    assert "look like records of their own" in told
    assert len(read(f'x,y,z\n{rows}a,"b\ne",f\n').grid.cells) == 10
