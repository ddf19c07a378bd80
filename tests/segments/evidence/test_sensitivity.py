"""Would another analyst have found this?"""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from learnstrata.config.loading import load_config
from learnstrata.config.stages import FeatureGroup, Rule
from learnstrata.exceptions import DegenerateError
from learnstrata.learners.features.matrix import Matrix
from learnstrata.segments.evidence import sensitivity
from learnstrata.segments.evidence.sensitivity import find_sensitivity
from learnstrata.segments.model.model import Prepared
from learnstrata.stats import kmeans
from learnstrata.summary.contract import evidence as contract
from learnstrata.summary.descriptions import sensitivity_sentence

CONFIG = load_config()
NUMBERS = ("log_pay", "log_experience", "company_level")
IDEAS = ("pay", "career_stage", "company")
ALGORITHMS = tuple(sensitivity.ALGORITHMS)


def said(found):
    return sensitivity_sentence(contract.Sensitivity.of(found))


@pytest.fixture(scope="module")
def table(small_run):
    """Build what `prepare` gives, from a matrix of three numbers and roles."""

    def made(numbers, roles=None, flags=None):
        n = len(numbers)
        one_hot = np.empty((n, 0)) if roles is None else np.eye(max(roles) + 1)[roles]
        names = [f"role={i}" for i in range(one_hot.shape[1])]
        X = np.column_stack([numbers, 0.5 * (one_hot - one_hot.mean(axis=0))])
        groups = {
            idea: FeatureGroup(columns=(column,))
            for idea, column in zip(IDEAS, NUMBERS, strict=True)
        }
        if names:
            groups["role"] = FeatureGroup(columns=("role",), weight=0.5)
        features = replace(
            small_run.base.prepared.features,
            groups=groups,
            medians=dict.fromkeys(NUMBERS, 0.0),
            categories={"role": tuple(names)},
        )
        columns = (*NUMBERS, *names)
        of_group = (*IDEAS, *["role"] * len(names))
        learners = pl.DataFrame({"record": range(n)} | (flags or {}))
        return Prepared(learners, features, Matrix(X.astype("f4"), columns, of_group))

    return made


def found_in(prepared, k, config=CONFIG, **options):
    settings = {"rows": 2_000, "resamples": 3, "rng": 1} | options
    fit = kmeans.fit(prepared.matrix.X, k, rng=0)
    return find_sensitivity(prepared, fit, None, config, **settings)


def by_name(found):
    return {variant.name: variant for variant in found.variants}


def reasons(found):
    return {skipped.name: skipped.reason for skipped in found.skipped}


@pytest.fixture(scope="module")
def planted(table):
    rng = np.random.default_rng(5)
    truth = np.repeat([0, 1, 2], [300, 250, 150])
    centers = np.array([[0.0, 0, 0], [12, 0, 12], [0, 12, 12]])
    numbers = centers[truth] + rng.normal(size=(len(truth), 3))
    return table(numbers, roles=rng.integers(0, 4, len(truth)))


@pytest.fixture(scope="module")
def clear(planted):
    return found_in(planted, 3)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_every_algorithm_finds_planted_segments(clear, name):
    variant = by_name(clear)[name]
    assert variant.kind == "algorithm"
    assert variant.ari >= 0.9
    assert variant.nmi >= 0.9
    assert variant.n_segments == 3
    assert variant.lowest_jaccard > 0.9
    assert variant.note.endswith("stability over 3 resamples")


def test_a_cut_that_is_not_found_again_is_unstable(table):
    even = table(np.random.default_rng(2).uniform(size=(300, 3)))
    found = by_name(found_in(even, 5))["Ward over micro-clusters"]
    assert 0 < found.lowest_jaccard < 0.6


def test_resamples_too_small_to_cut_find_nothing_again(table):
    numbers = np.repeat(
        np.random.default_rng(3).normal(size=(3, 3)), [1, 1, 60], axis=0
    )
    found = by_name(found_in(table(numbers), 3))["Ward over micro-clusters"]
    assert found.lowest_jaccard < 1


def test_what_moves_nothing_is_said_to_move_nothing(clear):
    assert clear.same_way.ari == pytest.approx(1.0)
    n = len(clear.variants)
    assert said(clear) == (
        f"Of {n} other ways to cut these learners, {n} agree strongly with this "
        "segmentation (adjusted Rand 0.8 or more), 0 in part (0.5 or more), 0 little; "
        "no other weights, learners or limits tried change it much. The same k-means "
        "on these 700 learners alone agrees 1.00."
    )


def test_every_way_is_in_the_table_or_skipped_with_a_reason(clear, small_run):
    clusters = small_run.clusters
    of_run = find_sensitivity(
        small_run.base.prepared,
        clusters.fit,
        clusters.tree,
        small_run.config,
        rows=800,
        resamples=2,
        rng=1,
    )
    for found in (clear, of_run):
        names = [*by_name(found), *reasons(found)]
        assert sorted(names) == sorted(sensitivity.KINDS)
        assert all(reasons(found).values())
        table = found.frame()
        assert table["name"].to_list()[0] == found.same_way.name
        assert len(table) == len(found.variants) + 1
    assert "role_family" not in said(of_run)
    everyone = f"on all learners adjusted Rand {clusters.tree.ari_all:.2f}"
    assert everyone in by_name(of_run)["Ward over micro-clusters"].note
    assert {variant.rows for variant in of_run.variants} == {800}


def test_the_original_analysis_can_be_examined_too(notebook_run):
    run = notebook_run
    found = find_sensitivity(
        run.base.prepared,
        run.clusters.fit,
        None,
        run.config,
        rows=500,
        resamples=0,
        rng=1,
    )
    note = by_name(found)["Without company"].note
    assert note.startswith("left out: company_mean_pay, company_mean_experience, ")
    assert "no resamples were asked for" in note
    assert all(variant.lowest_jaccard is None for variant in found.variants)


def test_segments_that_rest_on_one_group_are_said_to(table):
    rng = np.random.default_rng(6)
    level = 6.0 * rng.integers(0, 3, 900)
    numbers = rng.normal(size=(900, 3)) + np.column_stack([0 * level, 0 * level, level])
    found = found_in(table(numbers, roles=rng.integers(0, 3, 900)), 3)
    variants = by_name(found)
    assert variants["Without company"].ari < 0.1
    assert variants["Without company"].note == "left out: company_level"
    assert variants["Without role"].ari > 0.9
    assert "; it depends most on the company (without company: 0." in said(found)


def test_segments_that_are_the_roles_are_said_to(table):
    rng = np.random.default_rng(7)
    numbers = rng.normal(scale=0.05, size=(600, 3))
    found = found_in(table(numbers, roles=rng.integers(0, 3, 600)), 3)
    assert by_name(found)["Without role"].ari < 0.1
    assert by_name(found)["Role doubled"].ari > 0.9
    assert "it depends most on the role (without role: 0." in said(found)


def test_segments_made_of_repaired_learners_are_said_to_be(table):
    rng = np.random.default_rng(8)
    numbers = rng.normal(scale=0.3, size=(600, 3))
    numbers[:, 0] += np.where(np.arange(600) % 2, 1.0, -1.0)
    numbers[:60, 1] += 30
    flags = {
        "state": np.where(np.arange(600) < 30, "repaired", "current"),
        "pay_imputed": ((np.arange(600) >= 30) & (np.arange(600) < 60)).astype(int),
        "experience_imputed": np.zeros(600, dtype=int),
    }
    found = found_in(table(numbers, flags=flags), 2)
    variant = by_name(found)["Without repaired and imputed learners"]
    assert variant.ari < 0.3
    assert variant.rows == 600
    assert variant.note.startswith("fitted without about 10% of the learners, who ")
    assert "it depends most on the repaired and imputed learners (" in said(found)


def test_segments_made_of_outliers_are_said_to_be(table):
    rng = np.random.default_rng(9)
    numbers = rng.normal(scale=0.3, size=(1_000, 3))
    numbers[:, 0] += np.where(np.arange(1_000) % 2, 1.0, -1.0)
    numbers[:8, 1] += 500
    found = found_in(table(numbers), 2)
    assert by_name(found)["Extremes clipped at 1% and 99%"].ari < 0.3
    assert "depends most on extreme values (extremes clipped at" in said(found)
    assert found.same_way.smallest_share == pytest.approx(0.008)


def test_ways_that_cannot_be_tried_say_why(table):
    rng = np.random.default_rng(3)
    numbers = np.zeros((200, 3))
    numbers[:, 2] = rng.normal(size=200)
    told = reasons(found_in(table(numbers), 2))
    assert told["Role halved"] == "no feature of the role is clustered on"
    assert told["Company doubled"] == (
        "all features are of the company: there is nothing to weigh it against"
    )
    nobody = "no sampled learner was repaired or imputed"
    assert told["Without repaired and imputed learners"] == nobody
    assert told.keys() == {
        *(name for name in sensitivity.KINDS if "ole" in name or "ompany" in name),
        "Without repaired and imputed learners",
    }


def test_learners_who_are_all_imputed_cannot_be_left_out(table):
    numbers = np.random.default_rng(3).normal(size=(100, 3))
    found = found_in(table(numbers, flags={"pay_imputed": np.ones(100, int)}), 2)
    told = reasons(found)["Without repaired and imputed learners"]
    assert told == "every sampled learner was repaired or imputed"
    few = {"pay_imputed": (np.arange(100) > 0).astype(int)}
    told = reasons(found_in(table(numbers, flags=few), 2))
    left = "too few distinct learners for 2 segments"
    assert told["Without repaired and imputed learners"] == left


def test_numbers_of_two_values_are_not_clipped_away(table):
    rng = np.random.default_rng(3)
    numbers = (rng.random((300, 3)) < 0.3).astype(float)
    numbers[:, 0] = rng.random(300) < 0.02  # rarer than the limits
    told = reasons(found_in(table(numbers), 2))
    assert told["Extremes clipped at 5% and 95%"] == "no value lies beyond the limits"
    constant = np.zeros((300, 3))
    told = reasons(found_in(table(constant, roles=np.arange(300) % 3), 2))
    nothing = "no number is clustered on that could be clipped"
    assert told["Extremes clipped at 1% and 99%"] == nothing


def test_a_table_without_dense_groups_gets_a_plain_note(table):
    X = np.random.default_rng(2).uniform(size=(300, 3))
    selection = replace(CONFIG.selection, rule=Rule(min_share=0.45))
    found = found_in(table(X), 3, config=replace(CONFIG, selection=selection))
    variant = by_name(found)["HDBSCAN"]
    assert "no dense group holds 45% or more: all are in none" in variant.note
    assert variant.n_segments == 0
    assert (variant.ari, variant.nmi) == (0.0, 0.0)
    assert variant.smallest_share == variant.largest_share == 0.0


def test_shares_are_of_all_learners_cut(table):
    rng = np.random.default_rng(4)
    numbers = rng.normal(size=(500, 3)) + 9 * (np.arange(500) % 5 == 0)[:, None]
    for variant in found_in(table(numbers), 2).variants:
        if variant.n_segments == 2 and variant.name != "HDBSCAN":
            assert variant.smallest_share + variant.largest_share == pytest.approx(1)
        assert 0 <= variant.smallest_share <= variant.largest_share <= 1


def test_agreement_is_that_of_scikit_learn(planted):
    fit = kmeans.fit(planted.matrix.X, 3, rng=0)
    rng = np.random.default_rng(1)
    ground = sensitivity._ground(planted, fit, None, CONFIG, rows=400, rng=rng)
    labels = rng.integers(-1, 4, 100)
    at = rng.choice(400, 100, replace=False)
    cut = sensitivity._Cut(labels, "", at=at)
    found = sensitivity._variant("any", "algorithm", cut, ground)
    chosen = ground.labels[at]
    assert found.ari == pytest.approx(adjusted_rand_score(chosen, labels))
    assert found.nmi == pytest.approx(normalized_mutual_info_score(chosen, labels))
    counts = np.bincount(labels[labels >= 0])
    assert (found.n_segments, found.rows) == (4, 100)
    assert found.smallest_share == counts.min() / 100
    assert found.largest_share == counts.max() / 100


def test_a_changed_group_keeps_its_weight(table):
    rng = np.random.default_rng(1)
    numbers = rng.standard_cauchy(size=(400, 3))
    flags = {"pay_imputed": (rng.random(400) < 0.3).astype(int)}
    prepared = table(numbers, roles=rng.integers(0, 3, 400), flags=flags)
    fit = kmeans.fit(prepared.matrix.X, 2, rng=0)
    ground = sensitivity._ground(prepared, fit, None, CONFIG, rows=400, rng=rng)
    was = ground.X.var(axis=0)
    for name in ("Extremes clipped at 1% and 99%", "Extremes clipped at 5% and 95%"):
        now = sensitivity.CHANGES[name].make(ground).X.var(axis=0)
        np.testing.assert_allclose(now, was)
    kept = sensitivity.CHANGES["Without repaired and imputed learners"].make(ground)
    now = kept.X[kept.kept].var(axis=0)
    np.testing.assert_allclose(now[:3], was[:3])
    assert now[3:].sum() == pytest.approx(was[3:].sum())
    doubled = sensitivity.CHANGES["Role doubled"].make(ground).X.var(axis=0)
    np.testing.assert_allclose(doubled / was, [1, 1, 1, 4, 4, 4])
    without = sensitivity.CHANGES["Without company"].make(ground).X.var(axis=0)
    np.testing.assert_allclose(without / was, [1, 1, 0, 1, 1, 1])


def test_categories_and_numbers_are_told_apart(table):
    rng = np.random.default_rng(1)
    roles = rng.integers(0, 4, 90)
    numbers = rng.normal(size=(90, 3))
    numbers[:, 1] = 3.0 * (numbers[:, 1] > 0)
    prepared = table(numbers, roles=roles)
    fit = kmeans.fit(prepared.matrix.X, 2, rng=0)
    ground = sensitivity._ground(prepared, fit, None, CONFIG, rows=90, rng=rng)
    found, categories = sensitivity._mixed_types(ground)
    np.testing.assert_allclose(found, numbers[:, [0, 2]], rtol=1e-6)
    assert np.array_equal(categories[:, 0], numbers[:, 1] > 0)
    assert np.array_equal(categories[:, 1], roles + 1)


def test_the_same_seed_gives_the_same_table_and_nothing_given_is_changed(planted):
    fit = kmeans.fit(planted.matrix.X, 3, rng=0)
    before = planted.matrix.X.copy(), fit.labels.copy(), planted.learners.clone()
    found, again = (
        find_sensitivity(planted, fit, None, CONFIG, rows=300, resamples=3, rng=4)
        for _ in range(2)
    )
    assert found == again
    assert np.array_equal(planted.matrix.X, before[0])
    assert np.array_equal(fit.labels, before[1])
    assert planted.learners.equals(before[2])


def test_one_segment_agrees_with_anything_and_is_refused(planted):
    with pytest.raises(DegenerateError, match="Got one segment, expected two or more"):
        found_in(planted, 1)


@pytest.mark.parametrize("rows", [2, 3])
def test_a_sample_with_no_more_learners_than_segments_is_refused(planted, rows):
    told = (
        "Got a sample that cannot be cut: too few distinct learners for 3 segments. "
        "Sample more."
    )
    with pytest.raises(DegenerateError, match=told):
        found_in(planted, 3, rows=rows)


@pytest.mark.parametrize(
    ("scores", "counted"),
    [
        ([0.8], "Of 1 other way to cut these learners, 1 agrees strongly with"),
        ([0.796, 0.794], "1 agrees strongly with this segmentation (adjusted Rand 0.8"),
        ([0.9, 0.5, 0.494], " 1 in part (0.5 or more), 1 little"),
    ],
)
def test_the_sentence_counts_scores_as_they_are_shown(clear, scores, counted):
    variants = tuple(replace(clear.variants[0], ari=ari) for ari in scores)
    told = said(replace(clear, variants=variants))
    assert counted in told
    assert told.endswith(
        "little. The same k-means on these 700 learners alone agrees 1.00."
    )


def test_the_sentence_does_not_blame_a_change_for_what_the_sample_costs(clear):
    without = (replace(by_name(clear)["Without role"], ari=0.79),)
    near, far, loose = (replace(clear.same_way, ari=a) for a in (0.83, 0.84, 0.79))
    told = said(replace(clear, variants=without, same_way=near))
    assert "no other weights, learners or limits tried change it much" in told
    told = said(replace(clear, variants=without, same_way=far))
    assert "it depends most on the role (without role: 0.79)" in told
    told = said(replace(clear, variants=without, same_way=loose))
    assert "depends most" not in told
    assert told.endswith(
        "0 little. The same k-means on these 700 learners alone agrees 0.79: which "
        "learners are drawn matters so much that little else can be told."
    )
    told = said(replace(clear, variants=(), same_way=near))
    assert told == (
        "No other way to cut these learners could be tried. The same k-means on these "
        "700 learners alone agrees 0.83."
    )
