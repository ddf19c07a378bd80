"""Which values of a category get a column of their own."""

import narwhals as nw
import polars as pl
import pytest

from frames import rows
from learnstrata.learners.features.categories import find_categories, pooled_values


def found(values, most=3):
    frame = nw.from_native(pl.DataFrame({"city": values}))
    return find_categories(frame, ["city"], most=most)


def test_all_values_have_a_column_where_they_are_few():
    learned = found(["b", "a", "c", "a", None])
    assert learned.values == {"city": ("a", "b", "c")}
    assert learned.pooled == ()
    assert learned.left_out == {}


def test_of_many_the_most_frequent_are_kept_and_of_equal_ones_the_first():
    learned = found(["d", "d", "a", "c", "b", "b", "a", "c"])
    assert learned.values == {"city": ("a", "b", "Other")}
    assert learned.pooled == ("city",)


def test_a_value_that_is_called_other_is_the_others():
    learned = found(["Other"] * 3 + ["a"] * 3 + ["b", "b", "c", "c"])
    assert learned.values == {"city": ("a", "Other")}


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (["a", "b", None], "no two learners have the same value"),
        (["a", "a", *"bcdefg"], "most learners who have a value share it with nobody"),
    ],
)
def test_a_text_is_no_category(values, why):
    assert found(values).left_out == {"city": why}
    assert found(values).values == {}


def test_new_values_are_other_and_missing_ones_stay_missing(frame):
    table = frame({"record": [0, 1, 2], "city": ["a", "new", None]})
    done = pooled_values(nw.from_native(table), {"city": ("a", "Other")}, ["city"])
    assert [row["city"] for row in rows(done.to_native())] == ["a", "Other", None]
