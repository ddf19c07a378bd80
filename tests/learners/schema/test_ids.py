import polars as pl
import pytest

from learnstrata.learners.schema.ids import find_id_candidates


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("StudentID", [f"{i:03d}" for i in range(50)]),
        ("member no", [f"m{i // 3}" for i in range(50)]),
        ("token", [f"{i:032x}" for i in range(50)]),
        ("user", list(range(50))),
    ],
)
def test_what_looks_like_an_id_is_proposed(name, values):
    (found,) = find_id_candidates(pl.DataFrame({name: values}), [name])
    assert found.column == name
    assert found.signs


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("Unnamed: 0", [str(i) for i in range(50)]),
        ("", list(range(1, 51))),
        ("remark", [f"I am remark {i}" for i in range(50)]),
        ("company_id", ["c1", "c2"] * 25),
        ("user", ["a"] * 50),
        ("learner", [None] * 50),
        ("score", [i / 7 for i in range(50)]),
        ("city", [f"city{i}" for i in range(50)]),
    ],
)
def test_what_does_not_is_not(name, values):
    assert find_id_candidates(pl.DataFrame({name: values}), [name]) == ()


def test_no_more_than_three_are_proposed_the_likeliest_first():
    unique = [f"{i:032x}" for i in range(50)]
    table = pl.DataFrame({f"code{i}": unique for i in range(5)} | {"uid": unique})
    found = find_id_candidates(table, table.columns)
    assert [one.column for one in found] == ["uid", "code0", "code1"]


def test_missing_values_are_no_value_of_an_id():
    table = pl.DataFrame({"user": ["a", "b", None, None]})
    (found,) = find_id_candidates(table, ["user"])
    assert found.distinct_share == 1.0
