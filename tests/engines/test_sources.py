"""Where a table lies is told from what was given."""

import polars as pl
import pytest

from learnstrata.engines.sources import Source
from learnstrata.exceptions import SourceError


@pytest.fixture
def folder(tmp_path):
    for year in (2020, 2021):
        part = tmp_path / "learners" / f"year={year}"
        part.mkdir(parents=True)
        pl.DataFrame({"pay": [1.0] * (year - 2018)}).write_parquet(part / "a.parquet")
    return tmp_path / "learners"


def test_a_folder_is_its_files_in_the_order_of_names(folder):
    found = Source.of(folder)
    assert found.kind == "parquet"
    assert [file.parent.name for file in found.files] == ["year=2020", "year=2021"]


def test_rows_of_parquet_are_counted_without_reading_them(folder):
    assert Source.of(folder).rows() == 5


def test_a_file_is_told_by_its_content_not_its_name(folder, tmp_path):
    parquet = next(folder.rglob("*.parquet")).rename(tmp_path / "learners.csv")
    assert Source.of(parquet).kind == "parquet"
    text = tmp_path / "learners.parquet"
    text.write_text("email;ctc\na;1\n")
    assert (Source.of(text).kind, Source.of(text).rows()) == ("text", None)


@pytest.mark.parametrize(
    ("given", "kind", "where", "table"),
    [
        ("jdbc:postgresql://db/a#b.c", "jdbc", "jdbc:postgresql://db/a", "b.c"),
        ("s3a://bucket/learners", "remote", "s3a://bucket/learners", ""),
        ("school.learners", "table", "", "school.learners"),
    ],
)
def test_places_elsewhere_are_told_by_their_form(given, kind, where, table):
    found = Source.of(given)
    assert (found.kind, found.where, found.table) == (kind, where, table)


def test_a_table_of_a_duckdb_file_is_named_behind_it(tmp_path):
    place = tmp_path / "school.duckdb"
    place.touch()
    found = Source.of(f"{place}#learners")
    assert (found.kind, found.where, found.table) == ("table", str(place), "learners")


def test_a_database_without_a_table_is_refused():
    with pytest.raises(SourceError, match=r"without a table. Name it behind #"):
        Source.of("jdbc:postgresql://db/a")


@pytest.mark.parametrize(
    "given", ["learners.csv", "no/such/folder", "x y.parquet", "no.duckdb#learners"]
)
def test_what_is_not_there_is_refused(given):
    with pytest.raises(SourceError, match=f"There is no {given.partition('#')[0]}"):
        Source.of(given)


def test_a_password_that_holds_a_mark_is_no_table():
    address = "jdbc:postgresql://db/a?password=b#c"
    found = Source.of(f"{address}#d")
    assert (found.where, found.table) == (address, "d")


def test_no_password_is_told_of_a_source():
    address = "jdbc:postgresql://db/a?user=u&password=hidden"
    with pytest.raises(SourceError, match="without a table") as said:
        Source.of(address)
    found = Source.of(f"{address}#t")
    assert "hidden" not in f"{said.value}{found}{found.shown}"
    assert found.shown == "jdbc:postgresql://db/a?…#t"


def test_a_table_behind_a_file_that_is_no_database_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("email\na\n")
    with pytest.raises(SourceError, match="which is no database of DuckDB. Leave out"):
        Source.of(f"{path}#x")


def test_the_rows_of_a_text_are_guessed_from_its_size(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("email,ctc\n" + "someone,1200000\n" * 100_000)
    guessed = Source.of(path).guessed_rows()
    assert guessed == pytest.approx(100_000, rel=0.01)
    path.write_bytes(b"\x1f\x8b\n")
    assert Source.of(path).guessed_rows() is None


def test_files_that_changed_while_they_were_read_are_refused(folder):
    source = Source.of(folder)
    before = source.stamp()
    source.refuse_changed(before)
    pl.DataFrame({"pay": [2.0] * 9}).write_parquet(source.files[0])
    with pytest.raises(SourceError, match="changed while it was read, so nothing was"):
        source.refuse_changed(before)


def test_files_that_are_gone_have_changed(folder):
    source = Source.of(folder)
    before = source.stamp()
    source.files[0].unlink()
    with pytest.raises(SourceError, match="changed while it was read"):
        source.refuse_changed(before)
