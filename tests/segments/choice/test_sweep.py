"""The sweep over k and the rule that chooses."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn import metrics

from learnstrata.config.stages import Evidence, Rule, Selection
from learnstrata.exceptions import ConfigError, DegenerateError
from learnstrata.segments.choice import sweep as selection
from learnstrata.segments.choice.sweep import Candidate, rule_in_words, select
from learnstrata.stats.nulls import monte_carlo

QUICK = Selection(k_max=6, starts=2, resamples=3, sample=400, resample_rows=200)


def candidate(k, silhouette=0.5, share=0.2, jaccard=0.9, **other):
    indices = {"calinski_harabasz": 100.0, "davies_bouldin": 1.0}
    indices |= {name: other.pop(name) for name in indices if name in other}
    values = {"largest_share": 0.5} | other
    return Candidate(
        k=k,
        inertia=1.0,
        silhouette=silhouette,
        smallest_share=share,
        lowest_jaccard=jaccard,
        indices=indices,
        **values,
    )


def decided(candidates, **rule):
    config = Selection(k_max=9, rule=Rule(**rule))
    return selection._decided(candidates, config, np.arange(100), {}, 1)


@pytest.fixture(scope="module")
def blobs():
    rng = np.random.default_rng(1)
    centers = rng.normal(scale=8, size=(4, 3))
    rows = centers[rng.integers(0, 4, 500)] + rng.normal(size=(500, 3))
    return rows.astype(np.float32)


def test_a_cut_with_a_segment_of_too_few_learners_is_not_admitted(blobs):
    rare = np.concatenate([blobs, np.full((9, 3), 12, np.float32)])
    config = replace(QUICK, sample=600, resamples=0)
    free, held = (select(rare, config, rng=5, least=n) for n in (1, 10))
    of_few = [c.k for c in free.candidates if c.smallest_share * len(rare) < 10]
    assert free.k in of_few
    assert held.k not in of_few
    objected = {c.k for c in held.candidates if c.objections}
    assert objected == set(of_few)
    assert {o for c in held.candidates for o in c.objections} == {
        "smallest segment under 10 learners"
    }
    assert "whose smallest segment holds at least 10 learners" in held.rule


def test_of_a_sample_the_share_of_the_smallest_segment_counts_for_all():
    X = np.repeat([[0.0], [9.0]], [950, 50], axis=0) + np.linspace(0, 1, 1000)[:, None]
    config = Selection(k_max=2, starts=1, resamples=0, sample=100)
    (found,) = select(X.astype(np.float32), config, rng=1, least=10).candidates
    assert found.smallest_share * 100 < 10
    assert found.objections == ()


def test_an_admissible_k_goes_before_a_better_one_that_is_not():
    found = decided(
        [candidate(3, 0.9, share=0.01), candidate(4, 0.4), candidate(5, 0.3)],
        min_share=0.02,
    )
    assert (found.k, found.runner_up) == (4, 5)
    assert found.chosen.k == 4
    assert found.candidates[0].objections == ("smallest segment under 2%",)


def test_a_k_with_too_large_a_segment_is_not_admitted():
    found = decided(
        [candidate(2, 0.9, largest_share=0.81), candidate(4, 0.4, largest_share=0.8)],
        max_share=0.8,
    )
    assert found.k == 4
    assert found.candidates[0].objections == ("largest segment over 80%",)
    assert found.candidates[1].objections == ()


def test_ties_go_to_the_smaller_k():
    found = decided([candidate(5, 0.4), candidate(4, 0.4), candidate(6, 0.4)])
    assert (found.k, found.runner_up) == (4, 5)


@pytest.mark.parametrize(
    ("criterion", "best"),
    [
        ("silhouette", 3),
        ("calinski_harabasz", 4),
        ("davies_bouldin", 5),
        ("lowest_jaccard", 6),
    ],
)
def test_each_criterion_takes_its_better_end(criterion, best):
    candidates = [
        candidate(3, 0.9, jaccard=0.5),
        candidate(4, 0.2, jaccard=0.5, calinski_harabasz=900.0),
        candidate(5, 0.2, jaccard=0.5, davies_bouldin=0.1),
        candidate(6, 0.2, jaccard=0.99),
    ]
    assert decided(candidates, criterion=criterion).k == best


def test_where_none_is_admitted_the_fewest_objections_win_and_the_reason_says_so():
    found = decided(
        [
            candidate(2, 0.9, share=0.01, jaccard=0.5),
            candidate(3, 0.1, share=0.2, jaccard=0.5),
            candidate(4, 0.05, share=0.2, jaccard=0.6),
        ],
        min_k=3,
        min_share=0.02,
        min_jaccard=0.75,
    )
    assert (found.k, found.runner_up) == (3, 4)
    assert found.reason == (
        "No k meets the rule: how many segments there are is not settled. The one with "
        "the fewest objections is taken: k = 3 has a silhouette of 0.100; against it: "
        "least stable segment under 0.75; the runner-up is k = 4 with 0.050 (least "
        "stable segment under 0.75)."
    )
    assert found.candidates[0].objections == (
        "fewer than 3 segments",
        "smallest segment under 2%",
        "least stable segment under 0.75",
    )


def test_the_reason_counts_and_names_the_runner_up():
    found = decided([candidate(3, 0.5), candidate(4, 0.4)], min_k=4)
    assert found.reason == (
        "1 of 2 values of k is admitted. k = 4 has a silhouette of 0.400; the "
        "runner-up is k = 3 with 0.500 (fewer than 4 segments)."
    )
    alone = decided([candidate(3, 0.5)])
    assert alone.runner_up is None
    assert alone.reason.endswith("k = 3 has a silhouette of 0.500; there is no other.")


def test_an_objection_tells_the_limit_and_no_number_of_the_learners():
    found = decided(
        [candidate(3, share=0.0199, jaccard=0.749)],
        min_share=0.02,
        min_jaccard=0.75,
    )
    assert found.candidates[0].objections == (
        "smallest segment under 2%",
        "least stable segment under 0.75",
    )


def test_stability_that_was_not_asked_for_is_no_objection():
    found = decided([candidate(3, jaccard=None)], min_jaccard=0.75)
    assert found.candidates[0].objections == ()


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (Selection(), "Of k = 2 to 10, the highest silhouette."),
        (
            Selection(rule=Rule(3, 0.02, 0.75)),
            "Of k = 3 to 10 whose smallest segment holds at least 2% and whose least "
            "stable segment reaches a bootstrap Jaccard of 0.75, the highest "
            "silhouette.",
        ),
        (
            Selection(resamples=0, rule=Rule(3, 0.005, 0.75, "calinski_harabasz")),
            "Of k = 3 to 10 whose smallest segment holds at least 0.5%, the highest "
            "Calinski-Harabasz index.",
        ),
        (
            Selection(rule=Rule(3, 0.02, 0.75, max_share=0.6)),
            "Of k = 3 to 10 whose smallest segment holds at least 2%, whose least "
            "stable segment reaches a bootstrap Jaccard of 0.75 and whose largest "
            "segment holds at most 60%, the highest silhouette.",
        ),
        (
            Selection(k_max=4, rule=Rule(criterion="davies_bouldin")),
            "Of k = 2 to 4, the lowest Davies-Bouldin index.",
        ),
        (
            Selection(k_max=4, rule=Rule(4, criterion="lowest_jaccard")),
            "Of k = 4 alone, the highest Jaccard of the least stable segment.",
        ),
        (
            Selection(k_max=4, rule=Rule(min_k=12)),
            "Of k = 2 to 4 of at least 12 segments, the highest silhouette.",
        ),
    ],
)
def test_the_rule_in_words_is_that_of_the_configuration(config, words):
    assert rule_in_words(config) == words


def test_the_numbers_of_a_candidate_equal_scikit_learn(blobs):
    found = select(blobs, replace(QUICK, sample=500), rng=5)
    assert found.n_rows == 500
    assert [c.k for c in found.candidates] == [2, 3, 4, 5, 6]
    for c in found.candidates:
        labels = found.fits[c.k].labels
        shares = np.bincount(labels) / 500
        assert c.silhouette == pytest.approx(
            metrics.silhouette_score(blobs, labels), abs=1e-5
        )
        assert c.value("calinski_harabasz") == pytest.approx(
            metrics.calinski_harabasz_score(blobs, labels), rel=1e-5
        )
        assert c.value("davies_bouldin") == pytest.approx(
            metrics.davies_bouldin_score(blobs, labels), rel=1e-5
        )
        assert (c.smallest_share, c.largest_share) == (shares.min(), shares.max())
        means = np.array([blobs[labels == j].mean(axis=0) for j in range(c.k)])
        assert c.inertia == pytest.approx(
            ((blobs - means[labels]) ** 2).sum(), rel=1e-4
        )
        assert 0 <= c.lowest_jaccard <= 1
    assert found.k == 4


def test_the_silhouette_of_a_sample_is_near_that_of_all(blobs):
    scored = select(blobs, replace(QUICK, scored=200, resamples=0), rng=5)
    for c in scored.candidates:
        assert c.lowest_jaccard is None
        assert -1 <= c.silhouette <= 1
    whole = select(blobs, replace(QUICK, resamples=0), rng=5)
    assert scored.chosen.silhouette == pytest.approx(whole.chosen.silhouette, abs=0.05)


def test_the_same_seed_gives_the_same_dossier(blobs):
    first, second = (select(blobs, QUICK, rng=11) for _ in range(2))
    assert first.candidates == second.candidates
    assert first.reason == second.reason


def test_the_rows_are_left_alone(blobs):
    before = blobs.copy()
    select(blobs, QUICK, rng=1)
    assert np.array_equal(blobs, before)


def test_fewer_distinct_rows_than_k_shorten_the_sweep():
    X = np.repeat(np.arange(5.0, dtype=np.float32)[:, None] ** 2, 8, axis=0)
    found = select(np.column_stack([X, X]), QUICK, rng=1)
    assert [c.k for c in found.candidates] == [2, 3, 4]


def test_too_few_distinct_rows_are_refused():
    X = np.repeat([[0.0, 1.0], [1.0, 0.0]], 10, axis=0).astype(np.float32)
    with pytest.raises(
        DegenerateError,
        match="Got 2 distinct learners in 20, expected at least 3 to find 2 segments. "
        "Give a larger table, or more features that tell learners apart.",
    ):
        select(X, QUICK, rng=1)


def test_an_order_by_stability_needs_resamples(blobs):
    config = replace(QUICK, resamples=0, rule=Rule(criterion="lowest_jaccard"))
    with pytest.raises(
        ConfigError, match="'lowest_jaccard' with selection.resamples = 0, expected"
    ):
        select(blobs, config, rng=1)


def test_of_k_within_the_standard_error_the_fewest_segments_are_taken():
    near = [candidate(k, s, silhouette_error=0.002) for k, s in ((4, 0.399), (6, 0.4))]
    found = decided([*near, candidate(5, 0.397, silhouette_error=0.002)])
    assert (found.k, found.runner_up) == (4, 6)
    exact = decided([candidate(4, 0.399), candidate(6, 0.4)])
    assert (exact.k, exact.runner_up) == (6, 4)


def test_the_reason_says_that_a_tie_was_broken():
    near = [candidate(k, s, silhouette_error=0.006) for k, s in ((4, 0.225), (6, 0.23))]
    assert decided(near).reason == (
        "2 of 2 values of k are admitted. k = 4 has a silhouette of 0.225, within the "
        "standard error (0.006) of the highest, 0.230 at k = 6; the runner-up is k = 6 "
        "with 0.230."
    )


def test_the_excess_is_as_uncertain_as_the_tables_it_is_set_beside():
    beside = monte_carlo(0.4, [0.28, 0.3, 0.32])
    known = candidate(4, silhouette_beside=beside, silhouette_excess=0.1)
    assert known.error("silhouette_excess") == pytest.approx(0.02 * np.sqrt(4 / 3))
    assert candidate(4).error("silhouette_excess") == 0
    assert known.error("lowest_jaccard") == 0
    better = candidate(6, silhouette_beside=beside, silhouette_excess=0.12)
    found = decided([known, better, candidate(3)], criterion="silhouette_excess")
    assert (found.k, found.runner_up) == (4, 6)


def test_a_criterion_that_was_not_measured_is_said_to_be_unknown():
    found = decided([candidate(3)], criterion="silhouette_excess")
    assert (
        "excess over structureless tables of unknown size; there is no" in found.reason
    )


@pytest.mark.parametrize(
    ("change", "tie"),
    [
        ({"scored": 500}, True),
        ({"scored": 500, "score_against": "all"}, True),
        ({"scored": 0, "score_against": "all"}, False),
        ({"scored": 500, "rule": Rule(criterion="davies_bouldin")}, False),
        ({"scored": 0, "rule": Rule(criterion="silhouette_excess")}, True),
    ],
)
def test_the_rule_speaks_of_a_standard_error_where_there_is_one(change, tie):
    said = rule_in_words(Selection(**change))
    assert ("of those within its standard error, the fewest segments" in said) is tie


def test_a_k_that_is_not_admitted_is_never_an_equal():
    found = decided(
        [
            candidate(3, 0.4, share=0.01, silhouette_error=0.1),
            candidate(5, 0.4, silhouette_error=0.1),
        ],
        min_share=0.02,
    )
    assert found.k == 5


def test_what_would_change_the_choice_is_said_and_true():
    candidates = [
        candidate(
            3,
            0.30,
            jaccard=0.95,
            share=0.30,
            largest_share=0.38,
            silhouette_excess=0.01,
        ),
        candidate(
            4,
            0.40,
            jaccard=0.80,
            silhouette_excess=0.02,
            calinski_harabasz=200.0,
            davies_bouldin=0.5,
        ),
        candidate(5, 0.50, jaccard=0.70, share=0.10, silhouette_excess=0.09),
    ]
    rule = {"min_jaccard": 0.75, "min_share": 0.02}
    found = decided(candidates, **rule)
    assert found.k == 4
    assert found.changes == (
        "Ordered by the highest Jaccard of the least stable segment, k = 3 would be "
        "chosen.",
        "With a smallest share of 21.0% asked for, k = 3 would be chosen.",
        "With a least stability of 0.70 asked for, k = 5 would be chosen.",
        "With a least stability of 0.85 asked for, k = 3 would be chosen.",
        "With a largest share of at most 45.0% asked for, k = 3 would be chosen.",
    )
    assert decided(candidates, **(rule | {"min_jaccard": 0.70})).k == 5
    assert decided(candidates, **(rule | {"min_jaccard": 0.80})).k == 4
    assert decided(candidates, **(rule | {"min_jaccard": 0.85})).k == 3
    assert decided(candidates, **(rule | {"min_share": 0.20})).k == 4
    assert decided(candidates, **(rule | {"min_share": 0.21})).k == 3
    assert decided(candidates, **(rule | {"max_share": 0.50})).k == 4
    assert decided(candidates, **(rule | {"max_share": 0.45})).k == 3


def test_the_excess_can_order(blobs):
    rule = Rule(min_k=2, criterion="silhouette_excess")
    found = select(
        blobs, replace(QUICK, rule=rule), rng=0, evidence=Evidence(draws=3, rows=200)
    )
    best = max(found.candidates, key=lambda c: c.silhouette_excess)
    assert found.k == best.k == 4
    assert found.nulls is not None
    assert "the highest silhouette excess over structureless tables" in found.rule


def test_without_evidence_nothing_is_drawn(blobs):
    found = select(blobs, QUICK, rng=0, evidence=Evidence(level="none"))
    assert found.nulls is None
    assert all(c.silhouette_excess is None for c in found.candidates)


def test_the_evidence_changes_no_choice(blobs):
    bare = select(blobs, QUICK, rng=0, evidence=Evidence(level="none"))
    full = select(blobs, QUICK, rng=0, evidence=Evidence(draws=3, rows=200))
    assert (bare.k, bare.runner_up) == (full.k, full.runner_up)
    for a, b in zip(bare.candidates, full.candidates, strict=True):
        assert (a.silhouette, a.lowest_jaccard) == (b.silhouette, b.lowest_jaccard)


def test_drawn_rows_are_scored_against_all(blobs):
    config = replace(QUICK, score_against="all", scored=150)
    found = select(blobs, config, rng=0, evidence=Evidence(level="none"))
    assert (found.n_rows, found.n_scored, found.n_against) == (400, 150, 500)
    for candidate in found.candidates:
        labels = np.linalg.norm(
            blobs[:, None] - found.fits[candidate.k].centers, axis=2
        ).argmin(axis=1)
        whole = metrics.silhouette_score(blobs, labels)
        assert candidate.silhouette == pytest.approx(
            whole, abs=5 * candidate.silhouette_error
        )
        assert candidate.silhouette_error > 0


def test_a_small_table_is_scored_exactly(blobs):
    config = replace(QUICK, sample=600, score_against="all", scored=150)
    found = select(blobs, config, rng=0, evidence=Evidence(level="none"))
    assert (found.n_scored, found.n_against) == (500, 500)
    for candidate in found.candidates:
        labels = found.fits[candidate.k].labels
        assert candidate.silhouette == pytest.approx(
            metrics.silhouette_score(blobs, labels), abs=1e-6
        )
        assert candidate.silhouette_error == 0


def test_the_variants_are_named_and_their_own(blobs):
    found = select(blobs, QUICK, rng=0, evidence=Evidence(level="none"))
    rows = np.random.default_rng(0).choice(500, 400, replace=False)
    chosen = found.chosen
    labels = found.fits[chosen.k].labels
    squared = metrics.silhouette_score(blobs[rows], labels, metric="sqeuclidean")
    assert chosen.silhouette_squared == pytest.approx(squared, abs=1e-6)
    assert chosen.silhouette < chosen.silhouette_simplified < chosen.silhouette_squared
