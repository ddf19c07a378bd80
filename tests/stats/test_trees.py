"""The tree beside that of scikit-learn, on the same codes."""

import numpy as np
import pytest
from sklearn.tree import DecisionTreeClassifier

from learnstrata.exceptions import ParameterError
from learnstrata.stats.trees import MISSING, grow


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_scikit_learn_grows_the_same_tree(seed, missing):
    codes, classes = _table(seed, missing)
    told = np.where(codes == MISSING, np.nan, codes).T
    theirs = DecisionTreeClassifier(max_depth=4, min_samples_leaf=20, random_state=0)
    theirs.fit(told, classes)
    ours = grow(codes, classes, depth=4, least=20, n_classes=3)
    nodes = theirs.tree_
    assert [node.column for node in ours.nodes] == np.maximum(
        nodes.feature, -1
    ).tolist()
    assert [node.left for node in ours.nodes] == nodes.children_left.tolist()
    assert [node.counts.sum() for node in ours.nodes] == nodes.n_node_samples.tolist()
    for node, threshold in zip(ours.nodes, nodes.threshold, strict=True):
        if np.isfinite(threshold) and node.left > 0:
            assert node.level == np.floor(threshold)
    fresh = _table(seed + 100, missing)[0]
    told = np.where(fresh == MISSING, np.nan, fresh).T
    np.testing.assert_array_equal(ours.predict(fresh), theirs.predict(told))


def test_what_has_no_level_may_part_from_all_else():
    codes = np.array([[0, 1, 0, 1, MISSING, MISSING]])
    tree = grow(codes, np.array([0, 0, 0, 0, 1, 1]), depth=2, least=1, n_classes=2)
    assert [node.counts.tolist() for node in tree.nodes] == [[4, 2], [4, 0], [0, 2]]


def test_rows_of_nested_nodes_count_once():
    codes, classes = _table(1, 0.1)
    tree = grow(codes, classes, depth=2, least=20, n_classes=3)
    root = tree.nodes[0]
    beneath = tree.nodes[root.left].counts + tree.nodes[root.right].counts
    np.testing.assert_array_equal(tree.counts_of([root.left, root.right]), beneath)
    np.testing.assert_array_equal(tree.counts_of([0, root.left]), root.counts)


def test_levels_that_do_not_fit_the_classes_are_refused():
    with pytest.raises(ParameterError, match=r"shape \(1, 2\) with 3 classes"):
        grow(np.array([[0, 1]]), np.array([0, 1, 0]), depth=1, least=1, n_classes=2)


def _table(seed, missing):
    rng = np.random.default_rng(seed)
    wide = rng.integers(0, [[150], [40], [7], [2], [2]], size=(5, 2_000))
    noisy = wide[0] + 2 * wide[1] + 30 * wide[3] + rng.normal(0, 20, 2_000)
    codes = np.where(rng.random(wide.shape) < missing, MISSING, wide)
    return codes, np.digitize(noisy, [90, 150])
