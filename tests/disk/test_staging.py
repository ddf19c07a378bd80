"""What killed runs leave beside their target."""

import os
import signal
import subprocess
import sys
import textwrap

import pytest

from learnstrata.disk import staging
from learnstrata.layer.folder import check_target, write_folder, write_pictures

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")

WRITER = """
import sys, time
from pathlib import Path
from learnstrata.disk import staging
from learnstrata.layer.folder import write_folder

def waits(path):
    path.write_text("names of learners")
    print("ready", flush=True)
    time.sleep(60)

if sys.argv[2] == "swapping":
    rename = Path.rename
    def slow(self, target):
        if self.name == "new":
            waits(self.parent / "new" / "wait")
        return rename(self, target)
    Path.rename = slow
    files = {"share/summary.json": lambda path: path.write_text("new")}
else:
    files = {"private/segments.csv": waits}
write_folder(sys.argv[1], files, overwrite=True)
"""


def text(content):
    return lambda path: path.write_text(content, encoding="utf-8")


def everything_in(folder):
    return sorted(str(item.relative_to(folder)) for item in folder.rglob("*"))


@pytest.fixture
def writer(tmp_path):
    """Start a process that writes a run and waits in the middle."""
    started = []

    def start(moment="writing"):
        process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(WRITER), tmp_path / "run", moment],
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.mark.parametrize("moment", ["writing", "swapping"])
def test_a_run_that_is_asked_to_end_leaves_nothing_and_says_143(
    writer, tmp_path, moment
):
    if moment == "swapping":
        write_folder(tmp_path / "run", {"share/summary.json": text("old")})
    before = everything_in(tmp_path)
    process = writer(moment)
    assert len(everything_in(tmp_path)) > len(before)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 143
    assert everything_in(tmp_path) == before


def test_what_a_killed_run_left_is_gone_with_the_next(writer, tmp_path):
    process = writer()
    process.kill()
    process.wait(30)
    assert any(name.startswith(".run-") for name in everything_in(tmp_path))
    write_folder(tmp_path / "run", {"share/summary.json": text("{}")})
    assert everything_in(tmp_path) == ["run", "run/share", "run/share/summary.json"]


def test_checking_a_target_clears_away_what_a_killed_run_left(writer, tmp_path):
    process = writer()
    process.kill()
    process.wait(30)
    check_target(tmp_path / "run", overwrite=False)
    assert everything_in(tmp_path) == []


def test_a_run_killed_while_it_took_its_place_gives_the_old_one_back(writer, tmp_path):
    write_folder(tmp_path / "run", {"share/summary.json": text("old")})
    process = writer("swapping")
    process.kill()
    process.wait(30)
    assert not (tmp_path / "run").exists()
    check_target(tmp_path / "run", overwrite=True)
    assert everything_in(tmp_path) == ["run", "run/share", "run/share/summary.json"]
    assert (tmp_path / "run" / "share" / "summary.json").read_text() == "old"


def test_what_is_still_at_work_is_left_alone(writer, tmp_path):
    process = writer()
    (working,) = [p for p in tmp_path.iterdir() if p.name.startswith(".run-")]
    write_folder(tmp_path / "run", {"share/summary.json": text("{}")})
    assert process.poll() is None
    assert (working / "new" / "private" / "segments.csv").read_text()


def test_folders_of_other_targets_and_of_others_are_left_alone(tmp_path):
    names = [".run-a-abcdefgh", ".run-abcdefgh", ".run-abc", ".run"]
    for name in names:
        (tmp_path / name / "mine").mkdir(parents=True)
    write_pictures(tmp_path / "run", lambda folder: (folder / "a.svg").touch())
    assert {p.name for p in tmp_path.iterdir()} == {*names, "run"}


def test_a_folder_without_a_lock_is_cleared_away_once_it_is_old(tmp_path):
    empty = tmp_path / ".run-abcdefgh"
    empty.mkdir()
    staging.clear_stale(tmp_path / "run")
    assert empty.exists()
    os.utime(empty, (1, 1))
    staging.clear_stale(tmp_path / "run")
    assert not empty.exists()


def test_what_cannot_be_cleared_away_is_named(tmp_path, monkeypatch):
    left = tmp_path / ".run-abcdefgh"
    (left / "new").mkdir(parents=True)
    os.utime(left, (1, 1))

    def refuse(_):
        raise PermissionError

    monkeypatch.setattr(staging.shutil, "rmtree", refuse)
    with pytest.warns(UserWarning, match=r"\.run-abcdefgh was left by a run .* Delete"):
        staging.clear_stale(tmp_path / "run")


def test_a_handler_of_the_program_is_kept(tmp_path):
    def mine(*_):
        return None

    before = signal.signal(signal.SIGTERM, mine)
    try:
        with staging.staging_beside(tmp_path / "run"):
            assert signal.getsignal(signal.SIGTERM) is mine
        assert signal.getsignal(signal.SIGTERM) is mine
    finally:
        signal.signal(signal.SIGTERM, before)
    with staging.staging_beside(tmp_path / "run"):
        assert signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
