"""Parquet: one file or many, and what their paths say."""

import io
from pathlib import Path

import polars as pl
import pytest

from learnstrata.exceptions import SourceError
from learnstrata.learners.sources.files import read_source
from learnstrata.learners.sources.parquet import read_parquet


@pytest.fixture
def write(tmp_path):
    def write_(name, **columns):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pl.DataFrame(columns).write_parquet(path)
        return path

    return write_


def refused(path):
    with pytest.raises(SourceError) as error:
        read_source(path)
    return str(error.value)


def test_every_level_of_a_path_is_a_column(write, tmp_path):
    write("year=2020/part-0/a.parquet", id=["a"])
    write("year=2021/part-0/b.parquet", id=["b"])
    frame, info = read_source(tmp_path)
    assert frame.rows() == [("a", 2020), ("b", 2021)]
    assert info.notes == ("From the names of folders, not from the files: year.",)


def test_a_level_that_every_file_holds_itself_is_not_told(write, tmp_path):
    write("year=2020/part-0/a.parquet", id=["a"], year=[2020])
    write("year=2021/part-0/b.parquet", id=["b"], year=[2021])
    frame, info = read_source(tmp_path)
    assert (frame["year"].to_list(), info.notes) == ([2020, 2021], ())


def test_levels_below_one_another_all_count(write, tmp_path):
    write("k=1/l=x%20y/a.parquet", id=["a"])
    write("k=2/l=__HIVE_DEFAULT_PARTITION__/a.parquet", id=["b"])
    frame, _ = read_source(tmp_path)
    assert frame.rows(named=True) == [
        {"id": "a", "k": 1, "l": "x y"},
        {"id": "b", "k": 2, "l": None},
    ]


def test_the_order_of_levels_does_not_matter(write, tmp_path):
    write("k=1/l=2/a.parquet", id=["a"])
    write("l=3/k=4/a.parquet", id=["b"])
    assert read_source(tmp_path)[0].rows() == [("a", 1, 2), ("b", 4, 3)]


def test_levels_of_a_single_file_and_of_a_part_count(write, tmp_path):
    path = write("year=2020/a.parquet", id=["a"])
    assert read_source(path)[0].rows() == [("a", 2020)]
    assert read_source(tmp_path / "year=2020")[0].rows() == [("a", 2020)]


def test_numbers_with_leading_zeros_stay_texts(write, tmp_path):
    write("k=007/a.parquet", id=["a"])
    write("k=12/a.parquet", id=["b"])
    assert read_source(tmp_path)[0]["k"].to_list() == ["007", "12"]


def test_levels_that_contradict_each_other_are_refused(write, tmp_path):
    write("year=2020/year=2021/a.parquet", id=["a"])
    assert "says year=2020 and year=2021. Expected one value" in refused(tmp_path)


def test_files_that_are_divided_in_two_ways_are_refused(write, tmp_path):
    write("a.parquet", id=["a"])
    write("year=2021/b.parquet", id=["b"])
    told = refused(tmp_path)
    assert "is divided in two ways: a.parquet by [], year=2021/b.parquet by" in told


def test_a_file_that_contradicts_its_path_is_refused(write, tmp_path):
    write("year=2020/a.parquet", id=["a"], year=[2020])
    assert read_source(tmp_path)[0].rows() == [("a", 2020)]
    write("year=2020/b.parquet", id=["b"], year=[2021])
    assert "holds year = 2021, but its path says year=2020. Move" in refused(tmp_path)


def test_types_that_lose_nothing_are_joined(write, tmp_path):
    write("a.parquet", id=["a"], pay=[1, 2][:1], note=[None])
    write("b.parquet", pay=[1.5], id=["b"], note=["x"])
    assert read_source(tmp_path)[0].rows() == [("a", 1.0, None), ("b", 1.5, "x")]


def test_types_that_lose_something_are_refused(write, tmp_path):
    write("a.parquet", id=["a"], pay=["1"])
    write("b.parquet", id=["b"], pay=[1])
    told = refused(tmp_path)
    assert "'pay' is of the types ['Int64', 'String'] in its files" in told


def test_whole_numbers_that_floats_do_not_hold_are_refused(write, tmp_path):
    write("a.parquet", id=[2**53 + 1])
    write("b.parquet", id=[1.5])
    assert "is of the types ['Float64', 'Int64']" in refused(tmp_path)


def test_a_file_is_read_from_memory_alone():
    out = io.BytesIO()
    pl.DataFrame({"id": ["a", "b"]}).write_parquet(out)
    frame, info = read_parquet(Path("not there"), out.getvalue())
    assert frame["id"].to_list() == ["a", "b"]
    assert info.files == 1


def test_other_tables_in_the_folder_are_told(write, tmp_path):
    write("a.parquet", id=["a"])
    (tmp_path / "b.csv").write_text("id\nb\n")
    (tmp_path / "_SUCCESS").touch()
    (note,) = read_source(tmp_path)[1].notes
    assert note == "Of a folder only .parquet is read; not read: ['b.csv']."


def test_tables_of_versions_are_refused(write, tmp_path):
    write("a.parquet", id=["a"])
    (tmp_path / "_delta_log").mkdir()
    assert "is a Delta table, whose files hold what was deleted" in refused(tmp_path)


def test_the_case_of_an_ending_does_not_matter(write, tmp_path):
    write("a.parquet", id=["a"])
    write("b.PARQUET", id=["b"])
    assert read_source(tmp_path)[0]["id"].to_list() == ["a", "b"]


@pytest.mark.parametrize("target", ["gone.parquet", "b.parquet"])
def test_a_link_that_leads_nowhere_is_refused(write, tmp_path, target):
    write("a.parquet", pay=[1])
    (tmp_path / "b.parquet").symlink_to(target)
    assert f"b.parquet leads to {target}, which is no file" in refused(tmp_path)
