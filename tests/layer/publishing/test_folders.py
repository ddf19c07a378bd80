"""A folder as a target: whole, for its owner alone, and nobody else's is lost."""

import hashlib
import json
import stat

import numpy as np
import polars as pl
import pytest

from learnstrata.exceptions import OutputError
from learnstrata.layer.publishing import folders
from learnstrata.layer.publishing.content import digest_of, ordered
from learnstrata.layer.publishing.publication import publish
from released import chain, first_release
from targets import held, told


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "members"


def test_its_files_are_for_the_owner_alone_and_are_what_the_manifest_says(folder):
    old, new = chain(60, [10], np.random.default_rng(1))
    publish(old, folder)
    publish(new, folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    files = [one for one in folder.rglob("*") if one.is_file()]
    assert {stat.S_IMODE(one.stat().st_mode) for one in files} == {0o600}
    assert stat.S_IMODE((folder / "segment_deltas_v1").stat().st_mode) == 0o700
    manifest = json.loads((folder / "manifest.json").read_text())
    named = {one.relative_to(folder).as_posix() for one in files} - {"manifest.json"}
    assert manifest["files"].keys() == named
    assert "segment_deltas_v1/000002.csv" in named
    for name, about in manifest["files"].items():
        content = (folder / name).read_bytes()
        assert about["bytes"] == len(content)
        assert about["sha256"] == hashlib.sha256(content).hexdigest()
    digest = manifest["files"]["segment_membership.csv"]["sha256"]
    assert digest == manifest["digest"] == digest_of(ordered(new.members))
    assert (manifest["release"], manifest["learners"]) == (2, new.members.height)


def test_its_csv_and_parquet_hold_the_same(folder):
    publish(first_release(80, np.random.default_rng(2)), folder)
    for path in [*folder.rglob("*.parquet")]:
        frame = pl.read_parquet(path)
        csv = pl.read_csv(path.with_suffix(".csv"), schema=frame.schema)
        assert csv.equals(frame), path


def test_it_has_the_grants_of_the_roles_it_was_given(folder):
    publish(
        first_release(20, np.random.default_rng(3)), folder, roles={"product": "bi"}
    )
    statements = (folder / "grants.sql").read_text().splitlines()
    assert 'GRANT SELECT ON segment_sizes_product TO "bi";' in statements


def test_no_small_segment_is_in_the_file_for_product(folder):
    publish(first_release(60, np.random.default_rng(4)), folder, told_sizes={1: 20})
    sizes = pl.read_csv(folder / "segment_sizes_product.csv")
    assert sizes.rows() == [("Backend in the middle", 20)]


@pytest.mark.parametrize("name", ["notes.txt", "segment_membership.csv"])
def test_a_folder_of_something_else_is_left_as_it_is(folder, name):
    folder.mkdir()
    (folder / name).write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="no folder of a publication"):
        publish(first_release(20, np.random.default_rng(5)), folder)
    assert [one.read_text() for one in folder.iterdir()] == ["mine"]


def test_an_empty_folder_is_taken(folder):
    folder.mkdir()
    release = first_release(20, np.random.default_rng(6))
    publish(release, folder)
    assert held(folder) == told(release)


def test_a_file_in_the_place_of_a_folder_is_refused(folder):
    folder.write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="is not a folder.*Choose another --to"):
        publish(first_release(20, np.random.default_rng(7)), folder)


OUTSIDE = {"contract": "segment_membership_v1", "files": {"../x": {"sha256": ""}}}


@pytest.mark.parametrize(
    "manifest", ["{", "[]", '{"contract": "another"}', json.dumps(OUTSIDE)]
)
def test_a_damaged_manifest_is_refused(folder, manifest):
    old, new = chain(20, [3], np.random.default_rng(8))
    publish(old, folder)
    (folder / "manifest.json").write_text(manifest, encoding="utf-8")
    with pytest.raises(OutputError, match="is not that of the contract"):
        publish(new, folder)


@pytest.mark.parametrize(
    "name", ["segment_membership.parquet", "segment_deltas_v1/000001.csv"]
)
def test_a_file_that_somebody_changed_is_named(folder, name):
    old, new = chain(20, [3], np.random.default_rng(9))
    publish(old, folder)
    with (folder / name).open("ab") as file:
        file.write(b"x")
    with pytest.raises(OutputError, match=f"{name} is not as it was published"):
        publish(new, folder)
    assert json.loads((folder / "manifest.json").read_text())["release"] == 1


def test_of_two_publications_at_once_the_later_says_that_it_was_late(
    folder, monkeypatch
):
    old, new, newer = chain(20, [3, 3], np.random.default_rng(10))
    publish(old, folder)
    ours = folders._write_manifest

    def meanwhile(state, path):
        ours(state, path)
        monkeypatch.undo()
        publish(newer, folder)

    monkeypatch.setattr(folders, "_write_manifest", meanwhile)
    with pytest.raises(OutputError, match="published to meanwhile, by somebody else"):
        publish(new, folder)
    assert held(folder) == told(newer)
    assert [one.name for one in folder.parent.iterdir()] == ["members"]
