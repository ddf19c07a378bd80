import numpy as np
import pytest
from scipy.spatial.distance import cdist

import oracles_stats
from learnstrata.stats import distances
from learnstrata.stats.distances import distance_sums


@pytest.mark.parametrize("rows", [None, np.array([5, 0, 399, 5])])
@pytest.mark.parametrize("memory", [0, 10**9])
@pytest.mark.parametrize("block_rows", [7, 512])
def test_sums_are_those_of_scipy(rows, memory, block_rows, monkeypatch):
    monkeypatch.setattr(distances, "SYMMETRIC_BYTES", memory)
    X = 1e3 * oracles_stats.pay_like_matrix(400, 0)
    rng = np.random.default_rng(0)
    codes = [np.arange(400) % 3, rng.permutation(np.arange(400) % 90)]
    found = distance_sums(X, codes, rows=rows, block_rows=block_rows)
    pairs = cdist(X if rows is None else X[rows], X)
    for sums, code in zip(found, codes, strict=True):
        expected = pairs @ np.eye(code.max() + 1)[code]
        assert sums == pytest.approx(expected, rel=1e-4, abs=1e-6 * pairs.max())


def test_a_row_has_no_distance_to_itself():
    X = np.random.default_rng(0).normal(1e6, 1, (50, 3))
    (sums,) = distance_sums(X, [np.arange(50)])
    assert np.all(np.diag(sums) == 0)
