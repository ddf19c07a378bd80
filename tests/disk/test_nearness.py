"""What is suggested for a path that is not there."""

import os

import pytest

from learnstrata.disk.nearness import did_you_mean


def test_the_nearest_name_of_the_folder_is_meant(tmp_path):
    for name in ("demo.csv", "new.csv", ".dmo.csv"):
        (tmp_path / name).touch()
    asked = did_you_mean(tmp_path / "dmo.csv")
    assert asked == f" Did you mean {str(tmp_path / 'demo.csv')!r}?"


def test_a_folder_that_is_misspelt_is_meant_with_all_that_is_in_it(tmp_path):
    (tmp_path / "runs" / "demo" / "share").mkdir(parents=True)
    whole = did_you_mean(tmp_path / "run" / "demo" / "share")
    assert whole == f" Did you mean {str(tmp_path / 'runs' / 'demo' / 'share')!r}?"
    part = did_you_mean(tmp_path / "run" / "other")
    assert part == f" Did you mean {str(tmp_path / 'runs')!r}?"


def test_nothing_is_meant_where_nothing_is_like_it(tmp_path):
    (tmp_path / "thesis.txt").touch()
    assert did_you_mean(tmp_path / "q4.csv") == ""


def test_an_ending_that_is_the_same_makes_no_name_alike(tmp_path):
    (tmp_path / "europe.csv").touch()
    assert did_you_mean(tmp_path / "nope.csv") == ""
    assert "europe.csv" in did_you_mean(tmp_path / "europ.csv")


def test_of_files_of_one_name_the_one_with_the_ending_that_was_typed_is_meant(tmp_path):
    for name in ("demo.parquet", "demo.csv"):
        (tmp_path / name).touch()
    assert did_you_mean(tmp_path / "dmo.csv").endswith("demo.csv'?")
    assert did_you_mean(tmp_path / "dmo.parquet").endswith("demo.parquet'?")


def test_a_path_that_is_there_is_never_meant_itself(tmp_path):
    for name in ("new.csv", "news.csv"):
        (tmp_path / name).touch()
    assert did_you_mean(tmp_path / "new.csv" / "private" / "model.json") == ""


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look anywhere")
def test_a_folder_that_may_not_be_looked_into_means_nothing(tmp_path):
    (tmp_path / "closed").mkdir(mode=0)
    assert did_you_mean(tmp_path / "closed" / "demo.csv") == ""
