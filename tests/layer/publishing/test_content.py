"""Content is one: the same members are the same bytes, however they were given."""

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from learnstrata.layer.publishing.content import (
    as_csv,
    differences,
    digest_of,
    ordered,
)
from learnstrata.layer.releases import MEMBERS
from released import first_release, members

TEXTS = st.one_of(
    st.none(), st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
)
NUMBERS = st.one_of(st.none(), st.floats(allow_nan=False))


@given(st.lists(st.tuples(TEXTS, NUMBERS), max_size=20))
def test_csv_tells_null_from_the_empty_text_and_every_number_apart(found):
    schema = {"text": pl.String, "number": pl.Float64}
    frame = pl.DataFrame(found, schema=schema, orient="row")
    back = pl.read_csv(as_csv(frame), schema=schema)
    assert back.equals(frame)


def test_the_digest_knows_members_in_any_order_and_no_others():
    made = first_release(60, np.random.default_rng(1)).members
    one = digest_of(ordered(made))
    assert digest_of(ordered(made.sample(fraction=1, shuffle=True, seed=2))) == one
    other = made.with_columns(margin=pl.col("margin") * (1 + 1e-15))
    assert digest_of(ordered(other)) != one


def test_differences_are_those_that_dicts_find():
    rng = np.random.default_rng(3)
    for _ in range(20):
        one, two = (
            ordered(members(sorted({f"{i}" for i in rng.integers(0, 30, 20)}), rng))
            for _ in range(2)
        )
        two = pl.concat([two, one]).unique("learner_id", keep="any").sort("learner_id")
        found = {(row[0], row[1:]) for row in differences(one, two).iter_rows()}
        old, new = ({*frame.iter_rows()} for frame in (one, two))
        expected = {(-1, row) for row in old - new} | {(1, row) for row in new - old}
        assert found == expected
    assert [*MEMBERS] == one.columns
