import numpy as np
import pytest

from learnstrata.exceptions import DegenerateError, ParameterError
from learnstrata.stats.inputs import codes_of, distinct_rows, finite_matrix, positive


def test_a_float_matrix_in_row_order_is_not_copied():
    X = np.ones((3, 2))
    assert finite_matrix(X) is X


def test_whole_numbers_and_columns_first_become_floats_in_row_order():
    matrix = finite_matrix(np.asfortranarray([[1, 2], [3, 4]]))
    assert matrix.dtype == np.float64
    assert matrix.flags.c_contiguous


@pytest.mark.parametrize(
    ("X", "least", "words"),
    [
        (np.ones(3), 1, r"shape \(3,\), expected 1 or more rows"),
        (np.ones((1, 2)), 2, r"shape \(1, 2\), expected 2 or more rows"),
        (np.ones((3, 0)), 1, "1 or more columns"),
        ([[1.0], [np.inf]], 1, r"in 1 rows of X \(the first is row 1\)"),
        ([[np.nan], [np.nan]], 1, r"in 2 rows of X \(the first is row 0\)"),
    ],
)
def test_what_is_no_finite_matrix_is_refused(X, least, words):
    with pytest.raises(DegenerateError, match=words):
        finite_matrix(X, least=least)


def test_labels_are_numbered_in_sorted_order():
    codes, k = codes_of(["b", "a", "b"], 3)
    assert codes.tolist() == [1, 0, 1]
    assert k == 2


def test_labels_of_other_rows_are_refused():
    with pytest.raises(ParameterError, match=r"shape \(2,\), expected \(3,\)"):
        codes_of([0, 1], 3)


def test_a_count_under_one_is_refused():
    assert positive("size", 1) == 1
    with pytest.raises(ParameterError, match="Got size=0, expected 1 or more"):
        positive("size", 0)


@pytest.mark.parametrize(
    ("X", "expected"),
    [
        ([[1.0], [1.0]], 1),
        ([[0.0, 5.0], [0.0, 6.0], [0.0, 6.0 + 1e-9]], 2),
        ([[0.0], [1e-9], [2e-9]], 3),  # small is not the same as alike
        ([[0.0], [1.0], [1e9]], 2),
    ],
)
def test_rows_count_as_distinct_where_arithmetic_tells_them_apart(X, expected):
    assert distinct_rows(X) == expected


def test_what_is_not_finite_has_no_distinct_rows():
    with pytest.raises(DegenerateError, match="nan or infinity"):
        distinct_rows([[np.nan], [1.0]])
