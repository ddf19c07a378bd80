"""A target holds the release it was given, however it came there."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from learnstrata.exceptions import (
    OutputError,
    ParameterError,
    SourceError,
)
from learnstrata.layer.publishing.publication import publish
from released import (
    NAMES,
    ODD_IDS,
    chain,
    first_release,
    next_release,
    release_of,
    store_of,
)
from targets import held, replayed, rows, told

OUTCOME = ("added", "removed", "changed")


def counts(found):
    return tuple(getattr(found, name) for name in OUTCOME)


def expected_counts(before, after):
    """Count by dicts who is new, gone or another."""
    old, new = (
        {row[0]: row for row in one.members.iter_rows()} for one in (before, after)
    )
    changed = sum(new[i] != old[i] for i in old.keys() & new.keys())
    return len(new.keys() - old.keys()), len(old.keys() - new.keys()), changed


def test_full_and_delta_publications_and_replayed_deltas_give_the_same_bytes(
    target, tmp_path
):
    """Of a chain of releases, each by whichever way the lot gives."""
    rng = np.random.default_rng(1)
    releases = chain(200, [20, 3, 60, 150], rng)
    store = store_of(releases)
    for before, one, mode in zip(
        [None, *releases],
        releases,
        ["auto", "delta", "full", "auto", "delta"],
        strict=False,
    ):
        found = publish(one, target, mode=mode, earlier=store)
        assert held(target) == replayed(target) == told(one)
        whole = before is None or mode == "full"
        assert found.mode == ("full" if whole else "delta"), found.why
        if before is not None:
            assert counts(found) == expected_counts(before, one)
    last = releases[-1]
    alone = f"sqlite:///{tmp_path / 'alone.db'}"
    assert counts(publish(last, alone)) == (last.members.height, 0, 0)
    assert held(alone) == held(target)
    for number, one in enumerate(releases, start=1):
        assert replayed(target, until=number) == told(one)


def test_odd_ids_empty_texts_and_nulls_come_back_as_they_were(target):
    rng = np.random.default_rng(2)
    release = first_release(len(ODD_IDS) + 30, rng)
    assert {*ODD_IDS} <= {*release.members["learner_id"]}
    assert "" in release.members["role_family"].to_list()
    assert release.members["confidence"].null_count()
    publish(release, target)
    assert held(target) == told(release)


def test_the_same_release_again_changes_nothing(target):
    rng = np.random.default_rng(3)
    release = first_release(50, rng)
    first = publish(release, target)
    before = replayed(target)
    again = publish(release, target, mode="full")
    assert (again.mode, counts(again)) == ("unchanged", (0, 0, 0))
    assert (again.publication, again.release) == (first.publication, release.number)
    assert replayed(target) == before


def test_an_older_release_is_refused_unless_it_is_allowed(target):
    rng = np.random.default_rng(4)
    old, new = chain(60, [10], rng)
    publish(new, target)
    with pytest.raises(OutputError, match="holds release 2, this is the older one 1"):
        publish(old, target)
    assert held(target) == told(new)
    found = publish(old, target, allow_older=True)
    assert (found.release, found.publication) == (1, 2)
    assert held(target) == replayed(target) == told(old)


def test_a_release_of_the_same_number_and_other_members_is_refused(target):
    rng = np.random.default_rng(5)
    release = first_release(60, rng)
    other = replace(next_release(release, 5, rng), number=1)
    publish(release, target)
    with pytest.raises(
        OutputError, match="release 1 with other members: the store may"
    ):
        publish(other, target)
    assert publish(other, target, allow_older=True).publication == 2
    assert held(target) == told(other)


def test_a_release_of_another_layer_is_refused(target):
    rng = np.random.default_rng(6)
    publish(first_release(20, rng), target)
    other = first_release(20, rng, layer="ab" * 16, number=9)
    with pytest.raises(OutputError, match="holds releases of the layer 0f0f"):
        publish(other, target, allow_older=True)


@pytest.mark.parametrize(
    ("earlier", "why"),
    [
        (None, "no store"),
        (lambda _: None, "Release 1 is no longer in the store"),
        ("other", "holds another release 1"),
    ],
)
def test_a_delta_that_cannot_be_built_becomes_full_and_says_why(target, earlier, why):
    rng = np.random.default_rng(7)
    old, new = chain(40, [4], rng)
    if earlier == "other":
        earlier = store_of([replace(new, number=1)])
    publish(old, target)
    found = publish(new, target, mode="delta", earlier=earlier)
    assert found.mode == "full"
    assert why in found.why
    assert held(target) == replayed(target) == told(new)


@pytest.mark.parametrize("harm", ["DELETE FROM", "UPDATE"])
def test_rows_that_others_changed_are_put_right(base, harm):
    """A delta that does not fit becomes full; a full one compares each value."""
    rng = np.random.default_rng(8)
    releases = chain(40, [4, 4], rng, odd=False)
    publish(releases[0], base)
    gone = "learner_id < 'learner-0000020'"
    if harm == "UPDATE":
        rows(base, f"UPDATE segment_membership_v1 SET margin = 7 WHERE {gone}")  # noqa: S608
        found = publish(releases[1], base, mode="full")
    else:
        rows(base, f"DELETE FROM segment_membership_v1 WHERE {gone}")  # noqa: S608
        found = publish(releases[1], base, earlier=store_of(releases))
        assert found.why == "Rows of the target had been changed by others."
    assert found.mode == "full"
    assert held(base) == told(releases[1])


def test_the_last_release_may_have_nobody(target):
    rng = np.random.default_rng(9)
    publish(first_release(12, rng), target)
    nobody = release_of(first_release(1, rng).members.clear(), 2)
    found = publish(nobody, target)
    assert (found.learners, found.removed) == (0, 12)
    assert held(target) == replayed(target) == told(nobody)


def test_audiences_see_what_they_need_and_no_more(base):
    rng = np.random.default_rng(10)
    release = first_release(300, rng)
    small = release.members.with_columns(
        segment_id=pl.when(pl.int_range(pl.len()) < 7).then(9).otherwise("segment_id"),
        segment_name=pl.when(pl.int_range(pl.len()) < 7)
        .then(pl.lit("Few"))
        .otherwise("segment_name"),
    )
    release = release_of(small, 4)
    publish(release, base, mode="full")
    exact = dict(release.segments.select("segment_name", "learners").rows())
    sizes = dict(rows(base, "SELECT segment_name, learners FROM segment_sizes_product"))
    assert sizes.keys() == set(NAMES)
    assert exact["Few"] == 7
    for name, size in sizes.items():
        assert size % 10 == 0
        assert abs(size - exact[name]) <= 10
    mentoring = rows(base, "SELECT * FROM segment_membership_mentoring")
    assert len(mentoring) == 300
    assert {len(row) for row in mentoring} == {7}
    careers = rows(
        base,
        "SELECT second_segment_id, second_segment_name "
        "FROM segment_membership_careers WHERE second_segment_id IS NOT NULL",
    )
    names = dict(release.segments.select("segment_id", "segment_name").rows())
    assert careers
    assert all(name == names.get(number) for number, name in careers)


def test_sizes_are_those_that_a_run_tells(base):
    rng = np.random.default_rng(11)
    release = first_release(300, rng)
    ids = release.segments["segment_id"].to_list()
    publish(release, base, told_sizes={ids[0]: 70, ids[1]: None, ids[2]: 5})
    names = dict(release.segments.select("segment_id", "segment_name").rows())
    sizes = rows(base, "SELECT segment_name, learners FROM segment_sizes_product")
    assert sizes == [(names[ids[0]], 70)]


def test_a_size_of_a_segment_that_is_not_there_is_refused(target):
    release = first_release(100, np.random.default_rng(12))
    with pytest.raises(
        ParameterError, match="Got a size of segment 77, expected sizes"
    ):
        publish(release, target, told_sizes={77: 20})


@pytest.mark.parametrize(
    "address",
    ["mysql://u:secret@db/x", "s3a://bucket/x", "sqlite:x.db", "postgresql:/h/d"],
)
def test_an_address_of_another_kind_is_refused(address, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    release = first_release(10, np.random.default_rng(13))
    with pytest.raises(
        SourceError, match="to publish to, expected postgresql://"
    ) as told:
        publish(release, address)
    assert "secret" not in str(told.value)
    assert not [*tmp_path.iterdir()]


def test_another_mode_is_refused(tmp_path):
    release = first_release(10, np.random.default_rng(14))
    with pytest.raises(ParameterError, match="Got mode='some', expected one of"):
        publish(release, tmp_path / "x", mode="some")


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (
            lambda r: replace(r, members=r.members.drop("margin")),
            "The members of a release have",
        ),
        (
            lambda r: replace(r, segments=r.segments.drop("learners")),
            "The segments of a release have",
        ),
        (
            lambda r: replace(r, members=pl.concat([r.members, r.members[:1]])),
            "a learner twice",
        ),
        (
            lambda r: replace(
                r, members=r.members.with_columns(margin=pl.lit(float("nan")))
            ),
            "a number that is none",
        ),
        (
            lambda r: replace(
                r, segments=r.segments.with_columns(pl.col("learners") + 1)
            ),
            "its 30 members are in others",
        ),
    ],
)
def test_a_release_that_contradicts_itself_is_refused(target, harm, message):
    release = harm(first_release(30, np.random.default_rng(15)))
    with pytest.raises(ParameterError, match=message):
        publish(release, target)
