"""Sub-segments inside a segment, and segments by role."""

import json
from dataclasses import replace

import hypothesis.strategies as st
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from sklearn import metrics

from learnstrata.config.stages import Finer
from learnstrata.exceptions import DegenerateError, ParameterError
from learnstrata.segments.evidence import subsegments as finer
from learnstrata.segments.evidence.subsegments import (
    Cut,
    role_cells,
    split_segments,
)
from learnstrata.segments.model.parts import assign_subsegments
from learnstrata.stats import kmeans, stability

QUICK = Finer(k_max=3, sample=600, resamples=4)
THREE = np.zeros((3, 10))  # one Gaussian in 10 features has no axis to cut it by
THREE[1:, 0] = 30
THREE[2, 1] = 10


@pytest.fixture(scope="module")
def planted():
    """Segment 1 is one group, segment 2 two groups, the larger of them first."""
    rng = np.random.default_rng(5)
    truth = np.repeat([0, 1, 2], [500, 700, 300])
    rng.shuffle(truth)
    X = rng.normal(THREE[truth], 1.0).astype(np.float32)
    return X, (truth > 0).astype(int), truth


@pytest.fixture(scope="module")
def found(planted):
    X, labels, _ = planted
    return split_segments(X, labels, settings=QUICK, rng=3)


def test_two_groups_in_a_segment_are_two_parts_and_one_group_is_not_cut(planted, found):
    _, labels, truth = planted
    assert [d.k for d in found.dossiers] == [1, 2]
    inside = labels == 1
    assert metrics.adjusted_rand_score(truth[inside], found.ids.filter(inside)) >= 0.95
    assert set(found.ids.filter(~inside)) == {"1"}
    assert [p.subsegment_id for p in found.parts] == ["1", "2.1", "2.2"]
    assert [p.count for p in found.parts] == pytest.approx([500, 700, 300], abs=3)


def test_one_gaussian_is_not_cut_under_the_default_rule():
    X = np.random.default_rng(0).normal(size=(3000, 10))
    dossier = split_segments(X, [0] * 3000, settings=Finer(), rng=0).dossiers[0]
    assert dossier.k == 1
    assert [cut.k for cut in dossier.table] == [2, 3, 4, 5]
    assert all(cut.lowest_jaccard < 0.75 for cut in dossier.table)


def test_ids_are_unique_nested_in_their_segment_and_sizes_sum_to_it(planted, found):
    _, labels, _ = planted
    names = [p.subsegment_id for p in found.parts]
    assert len(set(names)) == len(names) == len(set(found.ids))
    owners = [int(name.split(".")[0]) - 1 for name in found.ids]
    assert owners == labels.tolist()
    frame = found.frame()
    sums = frame.group_by("segment_id", maintain_order=True).agg(
        pl.col("count", "share_of_segment", "share").sum()
    )
    assert sums["count"].to_list() == np.bincount(labels).tolist()
    assert sums["share_of_segment"].to_list() == pytest.approx([1, 1])
    assert sums["share"].sum() == pytest.approx(1)
    for part in found.parts:
        assert part.count == (found.ids == part.subsegment_id).sum()


def test_parts_of_a_segment_are_ordered_by_size():
    rng = np.random.default_rng(2)
    truth = np.repeat([0, 1, 2], [200, 600, 400])
    X = rng.normal(np.array([[0, 0], [20, 0], [0, 20]])[truth], 1.0)
    got = split_segments(X, np.zeros(1200, dtype=int), settings=QUICK, rng=0)
    assert [(p.subsegment_id, p.count) for p in got.parts] == [
        ("1.1", 600),
        ("1.2", 400),
        ("1.3", 200),
    ]


def test_assignment_gives_the_ids_of_the_fit_also_after_json(planted, found):
    X, labels, _ = planted
    again = json.loads(json.dumps(found.centers))
    assert assign_subsegments(X, labels, again).equals(found.ids)
    few = np.array([7, 3, 1200])
    alone = assign_subsegments(X[few], labels[few], again)
    assert alone.equals(found.ids.gather(few))
    nobody = assign_subsegments(X[:0], labels[:0], again)
    assert nobody.to_list() == []


def test_a_part_is_where_the_nearest_centre_of_the_own_segment_is():
    centers = (((0.0,), (10.0,)), (), ((5.0,), (0.0,)))
    X = np.array([[1.0], [9.0], [9.0], [1.0], [7.0]])
    ids = assign_subsegments(X, [0, 0, 1, 2, 2], centers)
    assert ids.to_list() == ["1.1", "1.2", "2", "3.2", "3.1"]


def test_the_same_seed_gives_the_same_result_and_nothing_is_changed(planted, found):
    X, labels, _ = planted
    before, numbers = X.copy(), labels.copy()
    again = split_segments(X, labels, settings=QUICK, rng=3)
    assert (again.dossiers, again.parts, again.centers) == (
        found.dossiers,
        found.parts,
        found.centers,
    )
    assert again.ids.equals(found.ids)
    assert np.array_equal(X, before)
    assert np.array_equal(labels, numbers)


def test_segments_may_be_numbered_the_other_way_round(planted, found):
    X, labels, _ = planted
    turned = split_segments(X, 1 - labels, settings=QUICK, rng=3)
    assert [d.k for d in turned.dossiers] == [2, 1]
    assert metrics.adjusted_rand_score(turned.ids, found.ids) == 1


def test_the_dossier_is_that_of_the_statistics(planted, found):
    X, labels, _ = planted
    whole = X[labels == 0]  # 500 rows: no sample is drawn
    table = found.dossiers[0].table
    fits = kmeans.sweep(whole, [2, 3], rng=0)
    for cut in table:
        own = fits[cut.k].labels
        score = metrics.silhouette_score(whole, own)
        assert cut.silhouette == pytest.approx(score, abs=0.005)
        smallest = np.bincount(own).min() / 500
        assert cut.smallest_share == pytest.approx(smallest, abs=0.02)
    assert found.dossiers[0].rows()[1]["k"] == 3
    assert found.dossiers[0].rows()[1]["segment_id"] == 1


def test_every_part_keeps_its_own_stability_where_polishing_reorders():
    rng = np.random.default_rng(4)
    truth = np.repeat([0, 1, 2], [600, 250, 350])
    X = rng.normal(np.array([[0.0], [40.0], [43.0]])[truth], 1.0)
    fit = kmeans.fit(X, 3, rng=0)
    order = np.array([2, 0, 1])
    turned = replace(
        fit, centers=fit.centers[order], labels=np.argsort(order)[fit.labels]
    )
    settings = Finer(min_jaccard=0, resamples=5)
    draft = finer._Draft(
        1, np.arange(1200), X, "", {3: turned}, [0.5], [np.random.default_rng(1)]
    )
    got = finer._split(X, draft, settings)
    told = stability.bootstrap_jaccard(
        X, turned, n_resamples=5, start="fresh", rng=1
    ).per_cluster
    assert got.jaccard == tuple(told[np.argsort(order)].tolist())
    assert len(set(got.jaccard)) == 3
    assert got.jaccard[0] == told.max()


def test_an_uncut_segment_claims_no_stability(found):
    assert found.parts[0].jaccard is None
    assert found.centers[0] == ()
    assert found.parts[2].jaccard >= 0.95


def test_a_small_segment_is_not_cut_and_says_so(planted):
    X, labels, _ = planted
    settings = replace(QUICK, min_learners=600)
    got = split_segments(X, labels, settings=settings, rng=0)
    small, sampled = got.dossiers[0], got.dossiers[1]
    assert (small.k, small.table) == (1, ())
    assert small.reason == "Segment 1 is not cut: under 600 distinct learners."
    assert sampled.k == 2


def test_learners_who_are_alike_count_once():
    X = np.repeat(np.arange(150.0), 10)[:, None]
    settings = replace(QUICK, sample=400)
    reason = split_segments(X, [0] * 1500, settings=settings, rng=0).dossiers[0].reason
    assert reason == (
        "Segment 1 is not cut: under 200 distinct learners in a sample of 400."
    )


def test_a_limit_of_few_learners_still_leaves_more_learners_than_parts():
    X = np.array([[0.0], [1.0], [9.0], [5.0]])
    settings = Finer(min_learners=1, resamples=3, min_jaccard=0, min_share=0)
    got = split_segments(X, [0, 0, 0, 1], settings=settings, rng=0)
    assert [cut.k for cut in got.dossiers[0].table] == [2]
    assert "of k = 2 alone" in got.dossiers[0].reason
    assert got.dossiers[1].reason == (
        "Segment 2 is not cut: under 3 distinct learners."
    )


def test_no_parts_are_looked_for_where_the_configuration_asks_for_none(planted):
    X, labels, _ = planted
    got = split_segments(X, labels, settings=replace(QUICK, k_max=1), rng=0)
    assert got.dossiers[1].reason == (
        "Segment 2 is not cut: the configuration asks for no parts (k_max = 1)."
    )
    assert set(got.ids) == {"1", "2"}


def test_the_reason_of_no_cut_names_what_stands_against_the_nearest():
    table = [
        Cut(2, 0.30, 0.4, 0.61, ("least stable part under 0.75",)),
        Cut(3, 0.35, 0.1, 0.50, ("smallest part under 10%", "another")),
    ]
    best = min(table, key=finer._rank)
    assert finer._reason(3, best, table) == (
        "Segment 3 is not cut: of k = 2 to 3, none is admitted, and against k = 2, the "
        "nearest, stands: least stable part under 0.75."
    )


def test_the_reason_of_the_only_cut_admitted_claims_no_contest():
    table = [
        Cut(2, 0.30, 0.4, 0.91, ()),
        Cut(3, 0.35, 0.1, 0.50, ("least stable part under 0.75",)),
    ]
    assert finer._reason(2, table[0], table) == (
        "Segment 2 is cut in 2: of k = 2 to 3, 1 is admitted, and k = 2 has a "
        "silhouette of 0.3, with a least stable part of Jaccard 0.91."
    )


def test_the_reason_of_a_dossier_is_made_from_its_own_numbers(found):
    for dossier in found.dossiers:
        best = min(dossier.table, key=finer._rank)
        assert dossier.k == (1 if best.objections else best.k)
        assert dossier.reason == finer._reason(dossier.segment_id, best, dossier.table)


def test_of_several_admitted_the_highest_silhouette_wins_and_ties_go_to_fewer_parts():
    table = [
        Cut(2, 0.3, 0.4, 0.9, ()),
        Cut(3, 0.5, 0.3, 0.8, ()),
        Cut(4, 0.5, 0.2, 0.8, ()),
        Cut(5, 0.9, 0.1, 0.5, ("least stable part under 0.75",)),
    ]
    best = min(table, key=finer._rank)
    assert best.k == 3
    assert finer._reason(1, best, table) == (
        "Segment 1 is cut in 3: of k = 2 to 5, 3 are admitted, and k = 3 has the "
        "highest silhouette of 0.5, with a least stable part of Jaccard 0.8."
    )


@pytest.mark.parametrize(
    ("share", "jaccard", "objections"),
    [
        (0.10, 0.75, ()),
        (0.0996, 0.75, ("smallest part under 10%",)),
        (0.10, 0.749, ("least stable part under 0.75",)),
        (0.02, 0.5, ("smallest part under 10%", "least stable part under 0.75")),
    ],
)
def test_an_objection_names_the_limit_and_no_exact_share(share, jaccard, objections):
    assert finer._objections(share, jaccard, Finer()) == objections


def test_cells_are_counted_and_shared_as_the_table_says():
    labels = np.array([0, 0, 0, 0, 1, 1, 1])
    roles = ["Data", "Data", "Web", None, "Data", "Web", "Web"]
    cells = role_cells(labels, roles, np.empty((0, 7), dtype=int), min_count=1)
    told = [(c.segment_id, c.role_family, c.count, c.jaccard) for c in cells]
    assert told == [
        (1, "Data", 2, None),
        (1, "Web", 1, None),
        (2, "Web", 2, None),
        (2, "Data", 1, None),
    ]
    assert [c.share_of_segment for c in cells] == [2 / 4, 1 / 4, 2 / 3, 1 / 3]
    assert [c.share_of_family for c in cells] == [2 / 3, 1 / 3, 2 / 3, 1 / 3]


def test_learners_without_a_role_are_a_family_where_it_is_named():
    labels, roles = np.zeros(5, dtype=int), ["Web", None, None, None, "Web"]
    refits = labels[None]
    silent = role_cells(labels, roles, refits, min_count=1)
    assert [c.role_family for c in silent] == ["Web"]
    told = role_cells(labels, roles, refits, min_count=1, no_role="Not stated")
    assert [(c.role_family, c.count) for c in told] == [("Not stated", 3), ("Web", 2)]
    as_array = np.array(roles, dtype=object)
    assert role_cells(labels, as_array, refits, min_count=1) == silent
    assert role_cells(labels, pl.Series(roles), refits, min_count=1) == silent


def test_small_cells_are_left_out():
    labels, roles = np.repeat([0, 1], [10, 9]), ["Web"] * 19
    cells = role_cells(labels, roles, labels[None])
    assert [(c.segment_id, c.count, c.jaccard) for c in cells] == [(1, 10, 1.0)]


@given(st.integers(1, 60), st.integers(1, 4), st.integers(0, 5), st.integers(0, 99))
def test_the_jaccard_of_a_cell_is_that_of_sets(n, k, n_refits, seed):
    rng = np.random.default_rng(seed)
    labels, roles = rng.integers(k, size=n), rng.choice(["a", "b", "c", ""], n)
    refits = rng.integers(k + 1, size=(n_refits, n))
    families = [role or None for role in roles.tolist()]
    cells = role_cells(labels, families, refits, min_count=1)
    expected = oracles_of_cells(labels, families, refits)
    assert {(c.segment_id, c.role_family) for c in cells} == expected.keys()
    for cell in cells:
        members, jaccard = expected[cell.segment_id, cell.role_family]
        assert cell.count == len(members)
        assert cell.jaccard == (jaccard and pytest.approx(jaccard))


def oracles_of_cells(labels, families, refits):
    """Sets of learners, one cell and one refit at a time."""
    found = {}
    for segment in set(labels.tolist()):
        for family in {f for f in families if f}:
            of_family = {i for i, f in enumerate(families) if f == family}
            a = {i for i in of_family if labels[i] == segment}
            b = [{i for i in of_family if refit[i] == segment} for refit in refits]
            scores = [len(a & other) / len(a | other) for other in b if a]
            if a:
                mean = sum(scores) / len(scores) if len(refits) else None
                found[segment + 1, family] = a, mean
    return found


def test_the_order_of_the_refits_and_of_the_learners_does_not_matter():
    rng = np.random.default_rng(8)
    labels, refits = rng.integers(3, size=200), rng.integers(3, size=(4, 200))
    roles = rng.choice(["Data", "Web"], 200)
    cells = role_cells(labels, roles, refits)
    order = rng.permutation(200)
    turned = role_cells(labels[order], roles[order], refits[::-1][:, order])
    assert [replace(c, jaccard=None) for c in turned] == [
        replace(c, jaccard=None) for c in cells
    ]
    assert [c.jaccard for c in turned] == pytest.approx([c.jaccard for c in cells])


@pytest.mark.parametrize("labels", [[0, 1], [0, 0, -1], [0.0, 1.0, 1.0], [[0, 1, 1]]])
def test_labels_that_do_not_fit_are_refused(labels):
    with pytest.raises(ParameterError, match="Pass the labels of the segments"):
        split_segments(np.eye(3), labels, settings=QUICK, rng=0)


@pytest.mark.parametrize(("labels", "empty"), [([0, 2, 2], r"\[2\]"), ([], r"\[1\]")])
def test_a_segment_without_learners_is_refused(labels, empty):
    with pytest.raises(ParameterError, match=f"no learner in segments {empty}"):
        split_segments(np.eye(3)[: len(labels)], labels, settings=QUICK, rng=0)


def test_a_matrix_with_nan_is_refused(planted):
    X, labels, _ = planted
    holed = X.copy()
    holed[::2, 0] = np.nan
    with pytest.raises(DegenerateError, match="nan or infinity"):
        split_segments(holed, labels, settings=QUICK, rng=0)


def test_a_label_without_centres_is_refused():
    with pytest.raises(ParameterError, match="Got a label 1 and centres of 1 segments"):
        assign_subsegments(np.eye(2), [0, 1], [()])


def test_cells_refuse_arrays_of_other_learners():
    labels = np.zeros(3, dtype=int)
    with pytest.raises(ParameterError, match=r"Got 2 role families, expected 3"):
        role_cells(labels, ["a", "b"], labels[None])
    for refits in (labels, np.zeros((2, 4), dtype=int), -np.ones((1, 3), dtype=int)):
        with pytest.raises(ParameterError, match=r"expected \(n_refits, 3\)"):
            role_cells(labels, ["a", "b", "c"], refits)
    with pytest.raises(ParameterError, match="min_count=0"):
        role_cells(labels, ["a", "b", "c"], labels[None], min_count=0)


def test_other_learners_get_parts_by_the_same_centres(planted, found):
    X, labels, _ = planted
    twice = found.over(np.vstack([X, X]), np.r_[labels, labels])
    assert [part.count for part in twice.parts] == [2 * p.count for p in found.parts]
    assert [part.jaccard for part in twice.parts] == [p.jaccard for p in found.parts]
    assert twice.ids.to_list() == 2 * found.ids.to_list()


def test_cells_count_all_learners_and_are_judged_on_those_that_were_refitted():
    labels, roles = np.repeat([0, 1, 1], [20, 20, 2]), ["Data"] * 40 + ["Rare"] * 2
    rows = np.arange(0, 40, 2)
    refit = labels[rows].copy()
    refit[:5] = 1
    cells = role_cells(labels, roles, [refit], rows=rows, min_count=1)
    told = [(c.segment_id, c.role_family, c.count, c.jaccard) for c in cells]
    assert told == [(1, "Data", 20, 0.5), (2, "Data", 20, 2 / 3), (2, "Rare", 2, None)]
