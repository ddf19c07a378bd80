"""Arms: exactly as many held out, the same again, and nothing without the key."""

from itertools import combinations

import polars as pl
import pytest
from scipy.stats import chi2_contingency

from acted import actions, changed
from learnstrata.decisions.arms import ARMED, per_arm_of, with_arms
from learnstrata.privacy.keys import codes, salt_of, secret_of
from learnstrata.summary.contract.results import ExactSummary

KEY = bytes(range(32))
KEYS = [bytes([i]) * 32 for i in range(20)]


def people(n, *, groups=1):
    """Make a list of so many learners, in groups of a size each."""
    ids = [f"learner {i}" for i in range(n)]
    return pl.DataFrame({"learner_id": ids, "group": [i % groups for i in range(n)]})


def drawn(rows, action="pathways", *, needed=1000, key=KEY, by=""):
    return with_arms(rows, action, per_arm={None: needed}, key=key, by=by)


def held(rows):
    return set(rows.filter(arm="hold-out")["learner_id"])


def p_of(one, other, n):
    """Test whether two sets of so many learners have nothing to do with each other."""
    both = len(one & other)
    left, right = len(one) - both, len(other) - both
    return chi2_contingency([[both, left], [right, n - both - left - right]]).pvalue


def test_exactly_as_many_are_held_out_of_each_group_as_its_trial_says():
    rows = people(9000, groups=3)
    needed = {0: 700, 1: None, None: 1200}
    found = with_arms(rows, "pathways", per_arm=needed, key=KEY, by="group")
    counts = found.filter(arm="hold-out")["group"].value_counts().rows()
    assert dict(counts) == {0: 700, 1: 1500, 2: 1200}
    assert set(found["arm"]) == {"with", "hold-out"}
    assert found.drop("arm").equals(rows)


@pytest.mark.parametrize(("n", "held_out"), [(1, 0), (7, 3), (1999, 999), (2000, 1000)])
def test_of_too_few_for_both_arms_half_are_held_out(n, held_out):
    assert len(held(drawn(people(n)))) == held_out


def test_the_order_of_rows_decides_nothing():
    rows = people(5000, groups=4)
    once = drawn(rows, needed=300, by="group")
    again = drawn(rows.sample(fraction=1, shuffle=True, seed=1), needed=300, by="group")
    assert held(once) == held(again)


@pytest.mark.parametrize(("needed", "most"), [(1500, 0.02), (None, 0.005)])
def test_of_an_export_with_a_tenth_more_learners_nearly_all_keep_their_arm(
    needed, most
):
    rows = people(8800)
    before, after = (
        held(drawn(rows.head(8000), needed=needed)),
        held(drawn(rows, needed=needed)),
    )
    stayed = set(rows.head(8000)["learner_id"])
    moved = (before ^ after) & stayed
    assert 0 < len(moved) <= most * 8000
    if needed:  # as many are held out of more: nobody comes to the hold-out
        assert moved <= before


def test_arms_of_two_actions_have_nothing_to_do_with_each_other():
    rows = people(20_000)
    for one, other in combinations(ARMED, 2):
        found = [
            p_of(
                held(drawn(rows, one, key=key)),
                held(drawn(rows, other, key=key)),
                20_000,
            )
            for key in KEYS
        ]
        assert sum(p < 0.05 for p in found) <= 5
        assert min(found) > 1e-4


def test_nobody_can_tell_an_arm_without_the_key():
    rows = people(20_000)
    ids = rows["learner_id"].to_list()
    own = held(drawn(rows))
    assert p_of(own, held(drawn(rows, key=KEYS[1])), 20_000) > 1e-4
    lots = secret_of(KEY, "arm of pathways")
    guesses = [salt_of(KEY), b"arm of pathways", b""]  # what is in model.json, or known
    for guess in guesses:
        ranked = sorted(zip(codes(ids, key=guess), ids, strict=True))
        assert p_of(own, {name for _, name in ranked[:1000]}, 20_000) > 1e-4
    ranked = sorted(zip(codes(ids, key=lots), ids, strict=True))
    assert {name for _, name in ranked[:1000]} == own


def test_records_of_a_learner_share_an_arm():
    ids = [f"learner {i % 600}" for i in range(1000)]
    rows = pl.DataFrame({"learner_id": ids, "group": [i // 500 for i in range(1000)]})
    found = drawn(rows, needed=100, by="group")
    assert found.group_by("learner_id").agg(pl.col("arm").n_unique())["arm"].max() == 1
    first = found.unique("learner_id", keep="first", maintain_order=True)
    counts = first.filter(arm="hold-out")["group"].value_counts().rows()
    assert dict(counts) == {0: 100, 1: 50}


def summary_of(results, made):
    values = {name: getattr(results, name) for name in type(results).model_fields}
    return ExactSummary.model_construct(**values, actions=tuple(made.values()))


def test_what_teams_read_counts_before_what_the_owner_reads(small_results):
    made = actions(small_results)
    exact = per_arm_of(summary_of(small_results, made))
    assert set(exact) == {*ARMED, "pay_benchmarks"} - {
        one for one in made if not made[one].targets
    }
    first = made["pathways"].targets[0]
    trial = changed(first.trial, per_arm=12)
    told = changed(made["pathways"], targets=(changed(first, trial=trial),))
    both = per_arm_of(
        summary_of(small_results, made), summary_of(small_results, {"pathways": told})
    )
    assert both["pathways"] == {**exact["pathways"], first.segment_id: 12}
    assert both["mentor_pools"] == exact["mentor_pools"]
