"""Arms: exactly as many held out, the same again, and nothing without the key."""

from itertools import combinations

import polars as pl
import pytest
from scipy.stats import chi2_contingency

from acted import actions, changed
from learnstrata.decisions.arms import ARMED, Lot, lots_of, with_arms
from learnstrata.privacy.keys import codes, salt_of, secret_of
from learnstrata.summary.contract.results import ExactSummary

KEY = bytes(range(32))
KEYS = [bytes([i]) * 32 for i in range(20)]


def people(n, *, groups=1):
    """Make a list of so many learners, in segments of a size each."""
    ids = [f"learner {i}" for i in range(n)]
    return pl.DataFrame(
        {"learner_id": ids, "segment_id": [i % groups for i in range(n)]}
    )


def drawn(rows, action="pathways", *, needed=1000, key=KEY, by=()):
    lots = [Lot(needed, (one,)) for one in by] or [Lot(needed)]
    return with_arms(rows, action, lots=lots, key=key)


def held(rows):
    return set(rows.filter(arm="hold-out")["learner_id"])


def p_of(one, other, n):
    """Test whether two sets of so many learners have nothing to do with each other."""
    both = len(one & other)
    left, right = len(one) - both, len(other) - both
    return chi2_contingency([[both, left], [right, n - both - left - right]]).pvalue


def counts(rows):
    return dict(rows["segment_id"].value_counts().rows())


def test_exactly_as_many_are_held_out_of_each_lot_as_its_trial_says():
    rows = people(9000, groups=4)
    lots = [Lot(700, (0,)), Lot(1200, (1, 2))]
    found = with_arms(rows, "pathways", lots=lots, key=KEY)
    held_out = counts(found.filter(arm="hold-out"))
    assert held_out[0] == 700
    assert held_out[1] + held_out[2] == 1200
    assert min(held_out[1], held_out[2]) > 500
    assert counts(found.filter(pl.col("arm").is_null())) == {3: 2250}
    assert set(found["arm"]) == {"with", "hold-out", None}
    assert found.drop("arm").equals(rows)


@pytest.mark.parametrize(("n", "held_out"), [(1, 0), (7, 3), (1999, 999), (2000, 1000)])
def test_never_are_more_than_half_held_out(n, held_out):
    assert len(held(drawn(people(n)))) == held_out


def test_the_order_of_rows_decides_nothing():
    rows = people(5000, groups=4)
    once = drawn(rows, needed=300, by=range(4))
    again = drawn(
        rows.sample(fraction=1, shuffle=True, seed=1), needed=300, by=range(4)
    )
    assert held(once) == held(again)


@pytest.mark.parametrize(("needed", "most"), [(1500, 0.02), (10**6, 0.005)])
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
    if needed < 8000:  # as many are held out of more: nobody comes to the hold-out
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
    rows = pl.DataFrame(
        {"learner_id": ids, "segment_id": [i // 500 for i in range(1000)]}
    )
    found = drawn(rows, needed=50, by=(0, 1))
    assert found.group_by("learner_id").agg(pl.col("arm").n_unique())["arm"].max() == 1
    first = found.unique("learner_id", keep="first", maintain_order=True)
    assert counts(first.filter(arm="hold-out")) == {0: 50, 1: 50}


def summary_of(results, made):
    values = {name: getattr(results, name) for name in type(results).model_fields}
    return ExactSummary.model_construct(**values, actions=tuple(made.values()))


def with_trials(action, *trials):
    """Give an action with a target for each trial, of segments 1, 2 and on."""
    first = action.targets[0]
    told = [
        changed(first, segment_id=i, trial=one and changed(first.trial, **one))
        for i, one in enumerate(trials, start=1)
    ]
    return changed(action, targets=tuple(told))


OWN = {"per_arm": 40, "lot": 90, "lot_of": "this segment"}
SHARED = {"per_arm": 60, "lot": 130, "lot_of": "small segments together"}


def test_a_lot_is_drawn_only_where_both_arms_can_be_filled(small_results):
    made = actions(small_results)
    short = OWN | {"lot": 79}
    never = OWN | {"per_arm": None}
    told = with_trials(made["pathways"], OWN, SHARED, SHARED, short, never, None)
    found = lots_of(summary_of(small_results, {"pathways": told}))
    assert found == {"pathways": (Lot(40, (1,)), Lot(60, (2, 3)))}
    told = with_trials(made["pathways"], short, SHARED | {"lot": 110})
    assert lots_of(summary_of(small_results, {"pathways": told})) == {}


def test_what_teams_read_counts_before_what_the_owner_reads(small_results):
    made = actions(small_results)
    exact = summary_of(
        small_results, {"pathways": with_trials(made["pathways"], OWN, OWN)}
    )
    told = with_trials(made["pathways"], OWN | {"per_arm": 41})
    both = lots_of(exact, summary_of(small_results, {"pathways": told}))
    assert both == {"pathways": (Lot(41, (1,)),)}
    assert lots_of(exact, summary_of(small_results, {})) == lots_of(exact)
