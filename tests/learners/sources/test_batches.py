"""A text read in batches is the same table, and the same is told of it."""

import gzip
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learnstrata.exceptions import SourceError
from learnstrata.learners.sources import batches, delimited
from learnstrata.learners.sources.batches import keep_text
from learnstrata.learners.sources.files import read_source

HEADER = "email_hash,company,ctc,ctc_updated_year,"
ROOMS = itertools.count()


@pytest.fixture(scope="module", autouse=True)
def few_tell_the_numbers():
    """Let five records tell which columns are numbers, so that batches may be small."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches, "SURE", 5)
        patch.setattr(delimited, "SURE", 5)
        yield


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    return tmp_path_factory.mktemp("text")


def both(room, data, *, batch):
    """Read a text in batches and whole; None for what a reader does not read."""
    place = room / str(next(ROOMS))
    place.mkdir()
    path = room / "learners.csv"
    path.write_bytes(data)
    kept = keep_text(path, place, batch=batch)
    try:
        whole = read_source(path)
    except SourceError:
        whole = None
    in_batches = None if kept is None else (kept.frame().collect(), kept.info)
    return in_batches, whole


def same(one, other):
    return one[0].equals(other[0]) and one[1] == other[1]


CELLS = st.sampled_from(
    ["", "", " ", "a", "12", "2019", "1,200", 'say "so"', "two\nlines", "é", "Total"]
)
ROWS = st.one_of(
    st.tuples(CELLS, CELLS, st.integers(1, 99_999).map(str), CELLS, st.just("")),
    st.tuples(CELLS, CELLS, st.just("77"), st.just("2019"), st.sampled_from(["", "x"])),
    st.sampled_from(
        [
            ("",) * 5,
            tuple(HEADER.split(",")),
            ("Total", "", "99", "", ""),
            ("Made by somebody", "", "", "", ""),
        ]
    ),
)
TAILS = st.lists(ROWS, max_size=14)
ABOVE = st.sampled_from(["", "\ufeff", "Learners 2021\n\n", "\ufeffsep=,\n"])


def quoted(cell):
    text = cell.replace('"', '""')
    return f'"{text}"' if set(cell) & set(',"\n') else cell


@st.composite
def texts(draw):
    """Draw a text with what people write above, into and below a table."""
    rows = draw(st.lists(ROWS, min_size=1, max_size=40)) + draw(TAILS)
    end = draw(st.sampled_from(["\n", "\r\n"]))
    lines = [HEADER, *(",".join(map(quoted, row)) for row in rows)]
    return draw(ABOVE) + end.join(lines) + draw(st.sampled_from(["", end]))


@settings(max_examples=150, deadline=None)
@given(text=texts(), batch=st.sampled_from([23, 80, 700, 100_000]))
def test_batches_give_what_the_whole_gives(room, text, batch):
    in_batches, whole = both(room, text.encode(), batch=batch)
    assert in_batches is None or (whole is not None and same(in_batches, whole))


REGULAR = [HEADER, *(f"a{i},co {i},{9_000 + i},2019," for i in range(400))]


@pytest.mark.parametrize("batch", [50, 1_000, 5_000, 1_000_000])
@pytest.mark.parametrize(
    ("above", "extra"),
    [
        ([], []),
        (["Learners 2021", ""], ['b,"Two\nlines, Inc",5,2019,', ",,,,", HEADER]),
        ([], ["Total,,99,,", ",,,,", "Made by somebody else,,,,"]),
        (["sep=,"], ["b,c,1,2019,own"]),
    ],
)
def test_a_regular_text_is_read_in_batches(room, above, extra, batch):
    lines = [*above, *REGULAR[:200], *extra, *REGULAR[200:], *extra]
    in_batches, whole = both(room, "\n".join(lines).encode(), batch=batch)
    assert in_batches is not None
    assert whole is not None
    assert same(in_batches, whole)


TEXT = "\n".join(REGULAR)


@pytest.mark.parametrize(
    "data",
    [
        TEXT.replace("co 300", "caf\xe9").encode("cp1252"),
        TEXT.encode("utf-16"),
        gzip.compress(TEXT.encode()),
        TEXT.replace("a390,", "").encode(),
        TEXT.replace("co 390", 'the "co').encode(),
        TEXT.replace("co 390", '"co').encode(),
        TEXT.replace("co 390", '"co\na1,b,1,2019,\n"').encode(),
        TEXT.replace("co 390", "co\0").encode(),
        TEXT.replace("\n", "\r").encode(),
        TEXT.replace("co 20", "\r").encode(),
        f"{HEADER}\n".encode(),
        b"",
    ],
)
def test_what_is_in_doubt_is_left_to_the_reader_that_holds_it_whole(room, data):
    assert both(room, data, batch=300)[0] is None
