"""Categories of few become "Other", once."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from learnstrata.privacy.disclosure.pooling import OTHER, pooled

ROLES = st.sampled_from(["dev", "ops", "art", "Not stated", OTHER, None])


@given(
    st.lists(st.tuples(st.integers(0, 20), ROLES), min_size=1, max_size=60),
    st.integers(1, 12),
)
def test_no_value_of_few_learners_is_left_but_our_own(rows, least):
    table = pl.DataFrame(
        rows, {"learner_id": pl.Int64, "role": pl.String}, orient="row"
    )
    found = pooled(table, ["role"], least=least, keep=["Not stated"])
    held = {}
    for who, role in rows:
        held.setdefault(role, set()).add(who)
    for (_, before), after in zip(rows, found["role"], strict=True):
        few = before is not None and len(held[before]) < least
        assert after == (OTHER if few and before != "Not stated" else before)


def test_a_learner_of_many_records_is_one():
    table = pl.DataFrame({"learner_id": ["a"] * 12, "role": ["diver"] * 12})
    assert set(pooled(table, ["role"], least=10)["role"]) == {OTHER}


def test_columns_are_pooled_one_by_one_and_the_table_is_left_alone():
    table = pl.DataFrame({"role": ["a", "a", "b"], "tier": ["1", "2", "2"]})
    before = table.clone()
    found = pooled(table, ["role", "tier", "nowhere"], least=2)
    assert found.rows() == [("a", OTHER), ("a", "2"), (OTHER, "2")]
    assert table.equals(before)
