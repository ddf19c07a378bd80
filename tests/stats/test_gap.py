import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from threadpoolctl import threadpool_limits

import oracles_nulls
import planted
import structureless
from learnstrata.exceptions import DegenerateError, ParameterError
from learnstrata.stats.gap import UniformBox, dispersions, gap, gap_of

KS = range(1, 6)
shifts = st.floats(-50, 50)


def blobs(n=400, seed=0):
    return planted.blobs(n, np.random.default_rng(seed))


@pytest.mark.parametrize("name", ["blobs", "uniform"])
def test_agrees_with_the_definition_on_the_same_references(name):
    table = {**structureless.STRUCTURELESS, **planted.SEPARATED}[name]
    X = table(300, np.random.default_rng(1))
    box = UniformBox.of(X)
    references = [box.draw(300, rng=seed) for seed in range(4)]
    with threadpool_limits(1):
        gaps, errors = oracles_nulls.naive_gap(X, KS, references)
    drawn = [dispersions(table, KS, rng=0) for table in references]
    found = gap_of(dispersions(X, KS, rng=0), drawn, KS)
    assert found.gap == pytest.approx(gaps, abs=0.02)
    assert found.standard_error == pytest.approx(errors, abs=0.01)
    assert found.n_references == 4


@pytest.mark.parametrize(
    ("gaps", "errors", "k"),
    [
        ([0.0, 0.5, 0.9, 0.8], [0.1, 0.1, 0.1, 0.1], 3),
        ([0.0, 0.5, 0.55, 0.8], [0.1, 0.1, 0.1, 0.1], 2),
        ([0.45, 0.5, 0.9, 0.8], [0.1, 0.1, 0.1, 0.1], 1),
        ([0.45, 0.5, 0.9, 0.8], [0.1, 0.01, 0.1, 0.1], 3),
        ([0.0, 1.0, 2.0, 3.0], [0.1, 0.1, 0.1, 0.1], 4),
    ],
)
def test_the_one_standard_error_rule_on_numbers_made_by_hand(gaps, errors, k):
    around = np.array(errors) / np.sqrt(1.5)  # of two references, one each side
    observed = -np.array(gaps)
    found = gap_of(observed, [around, -around], [1, 2, 3, 4])
    assert found.gap == pytest.approx(gaps)
    assert found.standard_error == pytest.approx(errors)
    assert found.k == k


@given(st.lists(st.floats(0, 1), min_size=3, max_size=7), st.integers(0, 99))
def test_the_rule_is_that_of_reading_from_left_to_right(gaps, seed):
    ks = [2 * i + 1 for i in range(len(gaps))]
    drawn = np.random.default_rng(seed).normal(0, 0.1, (3, len(gaps)))
    found = gap_of(drawn.mean(axis=0) - gaps, drawn, ks)
    expected = oracles_nulls.naive_gap_k(ks, found.gap, found.standard_error)
    assert found.k == expected


@pytest.mark.parametrize(("name", "k"), [("blobs", 4), ("diagonal", 3)])
def test_planted_clusters_are_counted(name, k):
    X = planted.SEPARATED[name](600, np.random.default_rng(2))
    assert gap(X, range(1, 7), rng=0).k == k


@pytest.mark.parametrize("name", ["uniform", "one Gaussian", "log-normal pay"])
def test_no_clusters_are_one(name):
    X = structureless.STRUCTURELESS[name](600, np.random.default_rng(3))
    assert gap(X, range(1, 5), rng=0).k == 1


def test_the_box_lies_along_the_principal_axes_and_holds_the_table():
    rng = np.random.default_rng(4)
    X = rng.normal(size=(500, 3)) @ rng.normal(size=(3, 3)) + 100
    box = UniformBox.of(X)
    extents = oracles_nulls.principal_ranges(X)
    assert np.sort(box.high - box.low) == pytest.approx(extents)
    for table in (X, box.draw(2000, rng=0)):
        inside = (table - box.mean) @ box.axes
        assert (inside >= box.low - 1e-9).all()
        assert (inside <= box.high + 1e-9).all()


def test_an_even_table_fills_its_box_evenly():
    box = UniformBox.of(np.random.default_rng(5).random((300, 2)))
    inside = (box.draw(40_000, rng=0) - box.mean) @ box.axes
    parts = (inside - box.low) / (box.high - box.low)
    counts, _, _ = np.histogram2d(*parts.T, bins=4, range=[[0, 1], [0, 1]])
    assert counts / 2500 == pytest.approx(1, abs=0.1)


def test_constant_columns_change_nothing():
    X = blobs()
    wider = np.column_stack([X, np.full(len(X), 3.0)])
    assert gap(wider, KS, rng=0).k == gap(X, KS, rng=0).k == 4
    assert UniformBox.of(wider).draw(50, rng=0)[:, 4] == pytest.approx(3)


@settings(max_examples=15)
@given(shifts)
def test_where_the_table_lies_does_not_matter(shift):
    X = blobs(120)
    moved = dispersions(X + shift, [1, 3], rng=0)
    assert moved == pytest.approx(dispersions(X, [1, 3], rng=0), rel=1e-4)


def test_a_common_scale_moves_every_dispersion_alike():
    X = blobs(120)
    moved = dispersions(8 * X, [1, 4], rng=0) - dispersions(X, [1, 4], rng=0)
    assert moved == pytest.approx(np.log(64))


def test_far_outliers_do_not_blur_the_dispersion_of_the_rest():
    X = np.random.default_rng(6).normal(size=(500, 2))
    X[0] = [1e6, 0]
    rest = np.square(X[1:] - X[1:].mean(axis=0)).sum()
    assert dispersions(X, [2], rng=0) == pytest.approx(np.log(rest))


def test_the_same_seed_gives_the_same_bytes_and_input_is_left_as_it_was():
    X = blobs()
    before = X.copy()
    once, again = (gap(X, KS, n_references=3, rng=7) for _ in range(2))
    assert once.gap.tobytes() == again.gap.tobytes()
    assert once.standard_error.tobytes() == again.standard_error.tobytes()
    assert np.array_equal(X, before)


def test_k_may_come_in_any_order_and_twice():
    X = blobs(100)
    assert gap(X, [3, 1, 2, 2], n_references=2, rng=0).k_values == (1, 2, 3)
    assert gap(X, [4], n_references=2, rng=0).k == 4


@pytest.mark.parametrize(
    ("X", "ks", "words"),
    [
        (np.ones((9, 2)), [1, 2], "1 distinct rows, expected 2 or more"),
        (np.ones((9, 2)), [1], "no spread left at k = 1"),
        (np.eye(3)[np.arange(30) % 3] + 0.1, [1, 3], "no spread left at k = 3"),
        (np.eye(3)[np.arange(30) % 3], [4], "3 distinct rows, expected 4 or more"),
        (np.eye(3), [1, 4], "Got X with 3 rows, expected 4 or more"),
        ([[0.0], [np.inf]], [1], "nan or infinity in 1 rows"),
    ],
)
def test_tables_without_a_dispersion_are_refused(X, ks, words):
    with pytest.raises(DegenerateError, match=words):
        dispersions(X, ks, rng=0)


def test_equal_rows_have_no_box_and_no_gap():
    for give in (UniformBox.of, lambda X: gap(X, [1], rng=0)):
        with pytest.raises(DegenerateError, match="All rows of X are equal"):
            give(np.full((9, 2), 0.1))


@pytest.mark.parametrize(
    ("give", "words"),
    [
        (lambda X: gap(X, [], rng=0), "Got no k_values"),
        (lambda X: gap(X, [0], rng=0), "Got k_values=0"),
        (lambda X: gap(X, [1], n_references=0, rng=0), "Got n_references=0"),
        (lambda X: UniformBox.of(X).draw(0, rng=0), "Got n_rows=0"),
        (lambda _: gap_of(np.zeros(2), np.zeros((3, 3)), [1, 2]), r"shape \(3, 3\)"),
        (lambda _: gap_of(np.zeros(2), np.zeros((0, 2)), [1, 2]), "one reference"),
        (lambda _: gap_of(np.zeros(0), np.zeros((1, 0)), []), "for 0 k_values"),
        (lambda _: gap_of(np.array([np.inf]), [[0.0]], [1]), "finite numbers"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(give, words):
    with pytest.raises(ParameterError, match=words):
        give(np.arange(20.0).reshape(10, 2))
