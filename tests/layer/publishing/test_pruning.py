"""Rows that ended long ago leave a target; what is kept is told as before."""

import json
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from learnstrata.exceptions import OutputError, SourceError
from learnstrata.layer.publishing.forgetting import forget_in
from learnstrata.layer.publishing.pruning import ended_in, prune_in
from learnstrata.layer.publishing.publication import publish
from learnstrata.layer.releases import MEMBERS
from released import BEGUN, chain, release_of, store_of
from targets import held, replayed, rows, said_in, signed, told

LIMIT = BEGUN + timedelta(3.5)  # after release 3, before release 4
FIRST_WHOLE = 3


@pytest.fixture
def releases():
    return chain(120, [60] * 5, np.random.default_rng(1), odd=False)


@pytest.fixture
def published(target, releases):
    for one in releases[:-1]:
        publish(one, target, earlier=store_of(releases))
    return target


def digests_of(target):
    if "://" in target:
        found = rows(target, "SELECT publication, digest FROM segment_releases_v1")
    else:
        path = Path(target) / "segment_releases_v1.parquet"
        found = pl.read_parquet(path).select("publication", "digest").rows()
    return dict(found)


def gone_by(releases, number):
    """Give who is in no release from a number on: nothing of them is to be left."""
    later = {i for one in releases[number - 1 :] for i in one.members["learner_id"]}
    first = {i for one in releases for i in one.members["learner_id"]}
    return sorted(first - later)


def test_what_ended_is_gone_and_what_is_kept_is_told_as_before(published, releases):
    there, digests = held(published), digests_of(published)
    spans = signed(published)
    due = ended_in(published, LIMIT).rows
    assert due == sum(1 for one in spans if one[2] < 0 and one[0] <= FIRST_WHOLE)
    done = prune_in(published, LIMIT)
    assert done.rows == due
    assert held(published) == replayed(published) == there
    for number in (3, 4, 5):
        assert replayed(published, until=number) == told(releases[number - 1])
    assert digests_of(published) == {**digests, 1: None, 2: None}
    assert not any(one[2] < 0 and one[0] <= FIRST_WHOLE for one in signed(published))
    assert (ended_in(published, LIMIT).rows, prune_in(published, LIMIT).rows) == (0, 0)


def test_no_file_has_who_left_before(published, releases):
    gone = gone_by(releases[:-1], FIRST_WHOLE)
    assert gone
    prune_in(published, LIMIT)
    assert [one for one in gone if said_in(published, one)] == []


@pytest.mark.parametrize("mode", ["full", "delta"])
def test_the_next_publication_goes_on(published, releases, mode):
    prune_in(published, LIMIT)
    done = publish(releases[-1], published, mode=mode, earlier=store_of(releases))
    assert done.mode == mode
    assert held(published) == replayed(published) == told(releases[-1])


def test_a_copy_of_a_publication_that_is_told_follows_by_the_deltas(
    published, releases
):
    copy = {one[0]: one for one in map(tuple, releases[2].members.rows())}
    prune_in(published, LIMIT)
    publish(releases[-1], published, earlier=store_of(releases))
    for publication, _, sign, *row in signed(published):
        if publication > FIRST_WHOLE and sign < 0:
            assert copy.pop(row[0]) == tuple(row)
        elif publication > FIRST_WHOLE:
            copy[row[0]] = tuple(row)
    frame = pl.DataFrame([*copy.values()], schema=MEMBERS, orient="row")
    assert told(release_of(frame, 6)) == held(published)


def test_an_older_release_that_came_again_ended_nothing_long_ago(target, releases):
    publish(releases[4], target)
    publish(releases[0], target, allow_older=True)
    assert ended_in(target, LIMIT).rows == 0
    assert ended_in(target, BEGUN + timedelta(9)).rows > 0


def test_whoever_is_forgotten_after_is_gone_from_what_is_left(published, releases):
    prune_in(published, LIMIT)
    someone = releases[4].members["learner_id"][0]
    forget_in(published, [someone])
    assert someone.encode() not in replayed(published)
    assert held(published) == replayed(published)
    assert prune_in(published, BEGUN + timedelta(4.5)).rows > 0
    assert held(published) == replayed(published)


def test_where_nothing_ended_nothing_is_written(published):
    before = held(published), digests_of(published)
    assert prune_in(published, BEGUN).rows == 0
    assert (held(published), digests_of(published)) == before


def test_a_folder_says_of_itself_what_it_holds_after(tmp_path, releases):
    target = tmp_path / "members"
    for one in releases:
        publish(one, target)
    prune_in(target, LIMIT)
    files = json.loads((target / "manifest.json").read_text())["files"]
    assert sorted(files) == sorted(
        one.relative_to(target).as_posix()
        for one in target.rglob("*")
        if one.is_file() and one.name != "manifest.json"
    )
    (target / "segment_deltas_v1" / "000002.parquet").write_text("other")
    with pytest.raises(OutputError, match="is not as it was published"):
        prune_in(target, BEGUN + timedelta(5.5))


def test_where_nothing_was_published_there_is_nothing_to_remove(target):
    for act in (ended_in, prune_in):
        with pytest.raises(SourceError, match="holds no publication of the contract"):
            act(target, LIMIT)
