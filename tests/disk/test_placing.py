"""The last step of writing: nothing that is there is lost by it."""

import errno
import os
import sys
from pathlib import Path

import pytest

from learnstrata.disk import placing
from learnstrata.disk.placing import put_in_place, put_new, sync, sync_all
from learnstrata.layer.folder import write_file, write_folder
from tiny import everything_in, files, text, told_by

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has this call")


@pytest.fixture(params=["at once", "by steps"], autouse=True)
def way(request, monkeypatch):
    """As Linux does it, and as systems do that have no such calls."""
    if request.param == "by steps":
        monkeypatch.setattr(placing, "_renameat2", None)
    return request.param


def folder_of(path, told):
    path.mkdir(parents=True)
    (path / "it").write_text(told)
    return path


def told(folder):
    return (folder / "it").read_text()


KINDS = {
    "file": lambda path: path.write_text("mine"),
    "folder": lambda path: folder_of(path, "mine"),
    "link to nowhere": lambda path: path.symlink_to("nowhere"),
}


@pytest.mark.parametrize("there", KINDS)
@pytest.mark.parametrize("new", ["file", "folder"])
def test_what_is_there_is_never_replaced_by_what_is_new(tmp_path, there, new):
    KINDS[there](tmp_path / "place")
    KINDS[new](tmp_path / "new")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(FileExistsError):
        put_new(tmp_path / "new", tmp_path / "place")
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("new", ["file", "folder"])
def test_what_is_new_is_moved_to_where_nothing_is(tmp_path, new):
    KINDS[new](tmp_path / "new")
    put_new(tmp_path / "new", tmp_path / "place")
    assert "new" not in everything_in(tmp_path)
    place = tmp_path / "place"
    assert (told(place) if new == "folder" else place.read_text()) == "mine"


@pytest.mark.parametrize("number", [errno.EPERM, errno.EOPNOTSUPP])
def test_a_file_system_without_links_still_gets_its_file(tmp_path, monkeypatch, number):
    def refuse(*_, **__):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(placing, "_renameat2", None)
    monkeypatch.setattr(placing.os, "link", refuse)
    KINDS["file"](tmp_path / "new")
    put_new(tmp_path / "new", tmp_path / "place")
    assert everything_in(tmp_path) == ["place"]
    KINDS["file"](tmp_path / "new")
    with pytest.raises(FileExistsError):
        put_new(tmp_path / "new", tmp_path / "place")


@linux
@pytest.mark.parametrize("number", sorted(placing.UNKNOWN))
def test_a_file_system_without_the_call_gets_its_folder_by_steps(
    tmp_path, monkeypatch, number
):
    def unknown(*_):
        placing.ctypes.set_errno(number)
        return -1

    monkeypatch.setattr(placing, "_renameat2", unknown)
    new, place = folder_of(tmp_path / "a/new", "new"), folder_of(tmp_path / "b", "old")
    put_in_place(new, place, check=lambda _: None)
    assert (told(place), told(new)) == ("new", "old")


def test_two_folders_change_places(tmp_path):
    new, place = folder_of(tmp_path / "a/new", "new"), folder_of(tmp_path / "b", "old")
    seen = []
    put_in_place(new, place, check=lambda old: seen.append(told(old)))
    assert (told(place), told(new), seen) == ("new", "old", ["old"])


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_what_is_refused_once_it_is_out_of_reach_is_put_back(tmp_path, error):
    new, place = folder_of(tmp_path / "a/new", "new"), folder_of(tmp_path / "b", "old")

    def refuse(_):
        raise error

    with pytest.raises(error):
        put_in_place(new, place, check=refuse)
    assert (told(place), told(new)) == ("old", "new")


def test_what_goes_while_it_is_refused_is_put_back_all_the_same(tmp_path):
    new, place = folder_of(tmp_path / "a/new", "new"), folder_of(tmp_path / "b", "old")

    def refuse(_):
        if place.exists():
            place.rename(tmp_path / "taken away")
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - our own
        put_in_place(new, place, check=refuse)
    assert told(place) == "old"


def test_a_system_fault_is_passed_on(tmp_path):
    with pytest.raises(FileNotFoundError):
        put_new(tmp_path / "none", tmp_path / "place")


@pytest.fixture
def order(monkeypatch):
    """Record what the disk is asked to hold, and when something takes its place."""
    if sys.platform != "linux":
        pytest.skip("names are found by /proc")
    told, fsync = [], os.fsync

    def recorded(handle):
        told.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
        fsync(handle)

    monkeypatch.setattr(placing.os, "fsync", recorded)
    renamed = placing._renamed

    def renaming(source, *rest):
        told.append("placed")
        return renamed(source, *rest)

    monkeypatch.setattr(placing, "_renamed", renaming)
    return told


def test_all_is_on_disk_before_it_appears_and_its_name_after(tmp_path, order):
    write_folder(tmp_path / "run", files("new"))
    place = order.index("placed")
    held = {path.partition("/new")[2] for path in order[:place]}
    assert held == {
        "",
        "/share",
        "/private",
        "/share/summary.json",
        "/private/model.json",
    }
    assert order[-1] == str(tmp_path)


def test_a_file_is_on_disk_before_it_appears(tmp_path, order):
    write_file(tmp_path / "page.html", text("new"))
    place = order.index("placed")
    assert [path.rpartition("/")[2] for path in order[:place]] == ["page.html", "new"]
    assert order[-1] == str(tmp_path)


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP])
def test_a_system_that_cannot_sync_is_not_asked_to(tmp_path, monkeypatch, number):
    monkeypatch.setattr(placing.os, "fsync", failing(number))
    sync_all(folder_of(tmp_path / "a", "a"))


def test_a_disk_that_fails_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(placing.os, "fsync", failing(errno.EIO))
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        sync(folder_of(tmp_path / "a", "a"))


def failing(number):
    def fail(_):
        raise OSError(number, os.strerror(number))

    return fail


def test_a_run_whose_name_alone_may_be_lost_is_written_with_a_warning(
    tmp_path, monkeypatch
):
    fsync = os.fsync

    def fails_for_the_parent(handle):
        if os.path.samestat(os.fstat(handle), tmp_path.stat()):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        fsync(handle)

    monkeypatch.setattr(placing.os, "fsync", fails_for_the_parent)
    with pytest.warns(UserWarning, match="run is written, but the disk does not conf"):
        write_folder(tmp_path / "run", files("new"))
    assert told_by(tmp_path / "run") == "new"
