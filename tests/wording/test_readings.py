"""One reading of each statistic: the word goes with the number as it is published."""

import pytest

from learnstrata.wording import readings


@pytest.mark.parametrize(
    ("jaccard", "word"),
    [
        (None, "not measured"),
        (0.5994, "unstable"),
        (0.5996, "doubtful"),
        (0.749, "doubtful"),
        (0.7499, "stable"),
        (0.85, "highly stable"),
    ],
)
def test_stability_is_read_as_it_is_published(jaccard, word):
    assert readings.stability(jaccard) == word


@pytest.mark.parametrize(
    ("ari", "word"),
    [
        (None, "were not compared"),
        (-0.1, "agree little"),
        (0.494, "agree little"),
        (0.496, "agree in part"),
        (0.794, "agree in part"),
        (0.796, "agree strongly"),
    ],
)
def test_agreement_depends_on_the_adjusted_rand_index(ari, word):
    assert readings.agreement(ari) == word


@pytest.mark.parametrize(
    ("silhouette", "word"),
    [
        (None, "were not measured"),
        (-0.1, "overlap"),
        (0.2504, "overlap"),
        (0.251, "are weakly separated"),
        (0.7, "are reasonably separated"),
        (0.701, "are clearly separated"),
    ],
)
def test_separation_depends_on_the_silhouette(silhouette, word):
    assert readings.separation(silhouette) == word


@pytest.mark.parametrize(
    ("rho", "told"),
    [
        (0.094, "Pay and experience are hardly related (0.09 on a scale"),
        (-0.001, "Pay and experience are hardly related (0.00 on a scale"),
        (0.096, "Pay rises weakly with experience (0.10 on a scale"),
        (-0.3, "Pay falls moderately with experience (-0.30 on a scale"),
        (0.6, "Pay rises strongly with experience (0.60 on a scale"),
        (None, "Pay or experience does not vary, so they have no correlation"),
    ],
)
def test_a_correlation_is_told_by_its_size_and_sign(rho, told):
    assert readings.related("pay", "experience", rho).startswith(told)


def test_what_does_not_vary_has_no_size_of_correlation():
    assert readings.correlation(None) == "not measurably"


def test_a_p_value_at_the_limit_counts_and_none_is_not_a_test():
    assert readings.level_of_p(0.05) == "beyond chance"
    assert readings.level_of_p(0.0501) == "within chance"
    assert readings.level_of_p(None) == "not tested"
