"""A table that comes piece by piece is written as one, or not at all."""

import polars as pl
import pytest

from learnstrata.exceptions import DegenerateError, OutputError
from learnstrata.layer.folder import write_table
from learnstrata.layer.pieces import write_pieces

WHOLE = pl.DataFrame(
    {
        "record": range(1_000),
        "learner_id": [f'"{i}",é' for i in range(1_000)],
        "margin": pl.Series([i / 7 for i in range(1_000)], dtype=pl.Float32),
        "part": [None if i % 3 else "a" for i in range(1_000)],
    }
)


def cut(_room):
    return (WHOLE[first : first + 300] for first in range(0, 1_000, 300))


def test_a_csv_file_has_the_bytes_of_the_whole(tmp_path):
    write_table(WHOLE, tmp_path / "whole.csv")
    written = write_pieces(cut, tmp_path / "pieces.csv")
    assert written.read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert written.stat().st_mode & 0o022 == 0


def test_a_parquet_file_has_the_rows_of_the_whole(tmp_path):
    written = write_pieces(cut, tmp_path / "deep" / "pieces.parquet")
    assert pl.read_parquet(written).equals(WHOLE)
    assert [item.name for item in written.parent.iterdir()] == ["pieces.parquet"]


@pytest.mark.parametrize("name", ["pieces.csv", "pieces.parquet"])
def test_of_pieces_that_end_in_a_fault_nothing_is_left(name, tmp_path):
    def broken(room):
        (room / "waiting").write_text("a learner")
        yield WHOLE
        raise DegenerateError("None of the records can be used.")

    with pytest.raises(DegenerateError):
        write_pieces(broken, tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_what_is_there_is_replaced_where_that_is_asked_for(tmp_path):
    path = write_pieces(cut, tmp_path / "pieces.csv")
    with pytest.raises(OutputError, match="is there already"):
        write_pieces(cut, path)
    write_pieces(lambda _: [WHOLE.head(1)], path, overwrite=True)
    assert len(pl.read_csv(path)) == 1
    with pytest.raises(OutputError, match="expected a name in .csv or .parquet"):
        write_pieces(cut, tmp_path / "pieces.txt")
