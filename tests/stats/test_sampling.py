import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from learnstrata.exceptions import ParameterError
from learnstrata.stats.sampling import sample_rows

samplers = st.sampled_from(["generator", "legacy"])


@given(st.integers(1, 200), st.integers(1, 300), st.integers(0, 99), samplers)
def test_rows_are_distinct_and_there(n_rows, size, seed, sampler):
    rows = sample_rows(n_rows, size, rng=seed, sampler=sampler)
    assert len(set(rows.tolist())) == len(rows) == min(size, n_rows)
    assert set(rows.tolist()) <= set(range(n_rows))


@given(st.integers(1, 200), st.integers(1, 300), st.integers(0, 99), samplers)
def test_the_same_seed_draws_the_same_rows(n_rows, size, seed, sampler):
    once, again = (
        sample_rows(n_rows, size, rng=seed, sampler=sampler) for _ in range(2)
    )
    assert once.tolist() == again.tolist()


def test_all_rows_keep_their_order():
    assert sample_rows(5, 5, rng=0).tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("size", [7, 100, 250])
def test_legacy_gives_the_rows_of_a_random_state_even_where_all_are_taken(size):
    expected = np.random.RandomState(42).choice(100, min(size, 100), replace=False)
    rows = sample_rows(100, size, rng=42, sampler="legacy")
    assert rows.tolist() == expected.tolist()


def test_legacy_refuses_a_generator():
    with pytest.raises(ParameterError, match="Got a Generator for the legacy sampler"):
        sample_rows(9, 3, rng=np.random.default_rng(0), sampler="legacy")


@pytest.mark.parametrize(("n_rows", "size", "name"), [(0, 1, "n_rows"), (1, 0, "size")])
def test_counts_must_be_positive(n_rows, size, name):
    with pytest.raises(ParameterError, match=f"Got {name}=0"):
        sample_rows(n_rows, size, rng=0)
