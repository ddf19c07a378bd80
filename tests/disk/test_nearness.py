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


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look anywhere")
def test_a_folder_that_may_not_be_looked_into_means_nothing(tmp_path):
    (tmp_path / "closed").mkdir(mode=0)
    assert did_you_mean(tmp_path / "closed" / "demo.csv") == ""
