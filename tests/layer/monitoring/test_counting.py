"""What monitoring tells is made of told counts: no count shows within its group."""

from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import learnstrata as ls
from learnstrata.layer.monitoring.counting import Groups, rounding_as_told
from learnstrata.layer.monitoring.findings import compared
from learnstrata.layer.monitoring.samples import (
    Paid,
    newer_sample,
    read_run,
    sample_of_run,
)
from learnstrata.layer.monitoring.telling import Told, told_of
from learnstrata.privacy.disclosure.rounding import Rounding
from learnstrata.summary.monitoring import with_sentences
from thrift import NO_EVIDENCE

KEY = bytes(32)
TABLE = ls.make_learners(1_600, rng=9)
IDS = TABLE["email_hash"].unique().sort()
FIRST = pl.col("email_hash").is_in(IDS[:800].implode())


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    config = ls.load_config(
        "robust", evidence=NO_EVIDENCE, selection={"k": 4, "k_max": 4, "splits": 0}
    )
    found = ls.segment(TABLE.filter(FIRST), config=config, key=KEY)
    return read_run(found.save(tmp_path_factory.mktemp("runs") / "run"))


@pytest.fixture(scope="module")
def old(run):
    return sample_of_run(run)


@pytest.fixture(scope="module")
def new(run):
    found = newer_sample(TABLE.filter(~FIRST), run.model)
    return replace(found, sample=replace(found.sample, paid=Paid(0, None, None)))


def shared(run, old, new):
    """Give all that anybody gets, and all that is looked at for the owner."""
    how = Told.of(run, old, new, key=KEY)
    exact = compared(run, old, new, how)
    told = with_sentences(told_of(exact, how), run.told.settings.numbers)
    assert exact.advice == told.advice
    assert exact.checks == told.checks
    return told.model_dump_json()


def planted(new, columns, values, counts):
    """Let three values have so many learners each of those who had one of them."""
    learners = new.sample.learners
    place = pl.col(columns[0]).is_in(values).cum_sum() - 1
    a, b = counts
    told = (
        pl.when(place < a)
        .then(pl.lit(values[0]))
        .when(place < a + b)
        .then(pl.lit(values[1]))
        .otherwise(pl.lit(values[2]))
    )
    held = pl.col(columns[0]).is_in(values)
    changes = [pl.when(held).then(told).otherwise(c).alias(c) for c in columns]
    sample = replace(new.sample, learners=learners.with_columns(changes))
    return replace(new, sample=sample)


def common(learners, column):
    """Give the three values that most have."""
    counts = learners[column].drop_nulls().value_counts(sort=True)
    return counts[column].head(3).to_list()


@pytest.mark.parametrize("least", [0, 40])
@pytest.mark.parametrize("columns", [("role", "role_family"), ("segment_id",)])
def test_no_learner_of_a_value_or_a_segment_shows_within_its_group(
    run, old, new, columns, least
):
    values = common(new.sample.learners, columns[0])
    drawn = Rounding.drawn(10, key=KEY, content=new.content)
    low, high = drawn.limits(least)
    end = drawn.limits(90)[1]
    steps = range(min(high - low, 9) + 1)
    found = {
        shared(run, old, planted(new, columns, values, (end - k, low + k)))
        for k in steps
    }
    assert len(steps) == 10
    assert len(found) == 1


@pytest.mark.parametrize("kind", ["rules", "missing", "unusable", "unknown"])
def test_no_learner_of_a_rate_shows_within_its_group(run, old, new, kind):
    name = min(getattr(old, kind))
    drawn = Rounding.drawn(10, key=KEY, content=new.content)
    groups = [range(10), range(drawn.limits(45)[0], drawn.limits(45)[1] + 1)]
    for before in (0, 5, 60):
        for group in groups:
            found = set()
            for k in group:
                sides = [
                    replace(side, **{kind: {**getattr(side, kind), name: n}})
                    for side, n in ((old, before), (new.sample, k))
                ]
                found.add(shared(run, sides[0], replace(new, sample=sides[1])))
            assert len(found) == 1


def test_the_rounding_of_a_run_is_found_in_what_it_tells(run):
    found = rounding_as_told(run.exact, run.told)
    content = newer_sample(TABLE.filter(FIRST), run.model).content
    assert found.offset == Rounding.drawn(10, key=KEY, content=content).offset
    for exact, told in zip(run.exact.segments, run.told.segments, strict=True):
        assert found.count(exact.size) == told.size
    assert found.count(run.exact.segmented) == run.told.segmented


GROUPS = Groups(Rounding(10, 3), Rounding(10, 8), sizes=(800, 800))


@given(
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200)), min_size=2),
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=20),
)
def test_drift_of_a_category_is_one_for_all_counts_of_a_group(pairs, moves):
    sides = [list(side) for side in zip(*pairs, strict=True)]
    if not all(map(sum, sides)):
        return
    others = [[*side] for side in sides]
    for i, move in enumerate(moves[: len(pairs)]):
        for side, rounding, step in zip(
            others, (GROUPS.old, GROUPS.new), move, strict=True
        ):
            low, high = rounding.limits(side[i])
            side[i] = low + (side[i] - low + step) % (high - low + 1)
    whole = [rounding.limits(sum(side)) for rounding, side in roundings(sides)]
    if whole == [rounding.limits(sum(side)) for rounding, side in roundings(others)]:
        assert GROUPS.category(*sides) == GROUPS.category(*others)


def roundings(sides):
    return zip((GROUPS.old, GROUPS.new), sides, strict=True)


def test_a_move_to_or_from_a_hidden_count_is_found():
    gone = GROUPS.category([400, 400], [800, 0])
    assert gone.effect > 1
    assert gone.p < 1e-6
    spread = GROUPS.category([800] + [0] * 60, [500] + [5] * 60)
    assert spread.p < 1e-6  # to values that few have each
    assert GROUPS.rate((0, 60), (800, 800)).p < 1e-4
    assert GROUPS.rate((60, 0), (800, 800)).p < 1e-4


def test_what_is_hidden_in_both_tables_has_not_moved():
    found = GROUPS.rate((0, 9), (800, 800))
    assert (found.effect, found.psi, found.p) == (0, 0, 1)
    assert GROUPS.category([3, 0], [0, 9]) is None
