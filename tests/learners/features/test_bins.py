import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from learnstrata.config.stages import Pay
from learnstrata.learners.features.bins import inner_edges

NUMBERS = st.lists(st.floats(0.0, 1e9), min_size=1, max_size=60)
PREFERRED = {1.0, 1.25, 1.6, 2.0, 2.5, 3.2, 4.0, 5.0, 6.3, 8.0}


@given(NUMBERS, st.sampled_from([None, Pay()]))
@example([5e-324, 1e-300], Pay())
def test_bounds_rise_and_lie_strictly_within_what_is_there(values, pay):
    edges = inner_edges(values, pay=pay)
    assert (np.diff(edges) > 0).all()
    assert ((edges >= min(values)) & (edges <= max(values))).all()


def test_the_few_at_either_end_share_the_open_bins():
    values = np.concatenate([np.linspace(4e5, 2e6, 998), [3.0, 9e9]])
    edges = inner_edges(values, pay=Pay())
    assert edges[0] >= 4e5
    assert edges[-1] <= 2e6


def test_pay_is_cut_at_preferred_numbers_of_its_unit():
    pay = np.random.default_rng(1).lognormal(13.5, 1.0, 2_000)
    edges = inner_edges(pay, pay=Pay()) / Pay().per_shown_unit
    leading = np.round(edges / 10.0 ** np.floor(np.log10(edges)), 6)
    assert len(edges) > 8
    assert set(leading.tolist()) <= PREFERRED
    assert edges[1:] / edges[:-1] == pytest.approx(1.26, abs=0.03)


def test_whole_numbers_are_cut_one_by_one_up_to_sixty_and_broadly_beyond():
    assert inner_edges(range(61)).tolist() == list(range(1, 60))
    assert inner_edges(range(2_001)).tolist() == [20, 50, 100, 200, 500, 1_000]


def test_what_is_not_known_and_pay_of_nothing_do_not_count():
    known = [2.0, 3.0, 4.0]
    edges = inner_edges([*known, np.nan, np.inf])
    np.testing.assert_array_equal(edges, inner_edges(known))
    pays = [3e5, 5e5, 9e5]
    np.testing.assert_array_equal(
        inner_edges([*pays, 0.0, -1.0], pay=Pay()), inner_edges(pays, pay=Pay())
    )


def test_where_nothing_is_known_there_are_no_bounds():
    assert inner_edges([np.nan]).tolist() == []
    assert inner_edges([0.0, -5.0], pay=Pay()).tolist() == []
