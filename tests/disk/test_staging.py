"""What killed runs leave beside their target."""

import errno
import fcntl
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from learnstrata.disk import staging
from learnstrata.exceptions import OutputError
from learnstrata.layer.folder import check_target, write_folder, write_pictures
from tiny import everything_in, files, told_by

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")

WRITER = """
import sys
from pathlib import Path
from learnstrata.disk import placing
from learnstrata.layer.folder import write_folder
from tiny import files

def waits():
    print("ready", flush=True)
    sys.stdin.readline()

def waiting(path):
    path.write_text("names of learners")
    waits()

written = files("new")
if sys.argv[2] == "swapping":
    put_new, placing._renameat2 = placing.put_new, None
    def slow(source, target):
        if (source.parent / "old").exists():
            waits()
        put_new(source, target)
    placing.put_new = slow
else:
    written["private/segments.csv"] = waiting
write_folder(sys.argv[1], written, overwrite=True)
"""
STOPS = [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]


@pytest.fixture
def writer(tmp_path, pytestconfig):
    """Start a process that writes a run and waits in the middle."""
    started = []
    paths = [str(pytestconfig.rootpath / "tests"), os.environ.get("PYTHONPATH", "")]

    def start(moment="writing", **options):
        process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(WRITER), tmp_path / "run", moment],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
            **options,
        )
        started.append(process)
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def goes_on(process):
    process.communicate("\n", timeout=30)
    return process.returncode


def killed(process):
    process.kill()
    process.wait(30)


@pytest.mark.parametrize(("number", "code"), STOPS)
def test_a_run_that_is_asked_to_end_leaves_nothing_and_says_by_what(
    writer, tmp_path, number, code
):
    process = writer()
    assert any(name.startswith(".run-") for name in everything_in(tmp_path))
    process.send_signal(number)
    ended = process.wait(30)
    assert ended == code or (ended, code) == (-signal.SIGINT, 130)  # Python's own way
    assert everything_in(tmp_path) == []


def test_a_request_to_end_waits_until_the_results_are_in_their_place(writer, tmp_path):
    write_folder(tmp_path / "run", files("old"))
    process = writer("swapping")
    process.send_signal(signal.SIGTERM)
    assert goes_on(process) == 143
    assert [item.name for item in tmp_path.iterdir()] == ["run"]
    assert told_by(tmp_path / "run") == "new"


def test_a_terminal_that_closes_does_not_end_what_was_told_to_go_on(writer, tmp_path):
    process = writer(
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup
    )
    process.send_signal(signal.SIGHUP)
    assert goes_on(process) == 0
    assert (tmp_path / "run" / "private" / "segments.csv").exists()


def test_what_a_killed_run_left_is_gone_with_the_next(writer, tmp_path):
    killed(writer())
    assert any(name.startswith(".run-") for name in everything_in(tmp_path))
    write_folder(tmp_path / "run", files("next"))
    assert [item.name for item in tmp_path.iterdir()] == ["run"]


def test_checking_a_target_clears_away_what_a_killed_run_left(writer, tmp_path):
    killed(writer())
    check_target(tmp_path / "run", overwrite=False)
    assert everything_in(tmp_path) == []


def test_a_run_killed_while_it_took_its_place_gives_the_old_one_back(writer, tmp_path):
    write_folder(tmp_path / "run", files("old"))
    killed(writer("swapping"))
    assert not (tmp_path / "run").exists()
    check_target(tmp_path / "run", overwrite=True)
    assert [item.name for item in tmp_path.iterdir()] == ["run"]
    assert told_by(tmp_path / "run") == "old"


def test_what_is_still_at_work_is_left_alone(writer, tmp_path):
    process = writer()
    (working,) = [p for p in tmp_path.iterdir() if p.name.startswith(".run-")]
    os.utime(working, (1, 1))  # however long it has been
    write_folder(tmp_path / "run", files("quicker"))
    assert process.poll() is None
    assert (working / "new" / "private" / "segments.csv").read_text()


def test_folders_of_other_targets_and_of_others_are_left_alone(tmp_path):
    names = [".run-a-abcdefgh", ".run-abcdefgh", ".run-abc", ".run"]
    for name in names:
        (tmp_path / name / "mine").mkdir(parents=True)
    write_pictures(tmp_path / "run", lambda folder: (folder / "a.svg").touch())
    assert {p.name for p in tmp_path.iterdir()} == {*names, "run"}


def test_a_folder_of_a_run_that_had_no_lock_yet_is_cleared_away(tmp_path):
    (tmp_path / ".run-abcdefgh").mkdir()
    staging.clear_stale(tmp_path / "run")
    assert everything_in(tmp_path) == []


@pytest.mark.parametrize("name", ["é" * 120, "r" * 250])
def test_a_long_name_has_a_staging_folder_of_its_own(tmp_path, name):
    write_folder(tmp_path / name, files("long"))
    assert told_by(tmp_path / name) == "long"
    one, other = (staging._prefix(tmp_path / f"{name}{n}") for n in "12")
    assert one != other


def left_behind(folder):
    for name in ("new", "room"):
        (folder / name).mkdir(parents=True)
    (folder / "lock").touch()
    return folder


def test_a_lock_says_whether_a_folder_is_left_behind(tmp_path):
    left = left_behind(tmp_path / ".run-abcdefgh")
    with (left / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        staging.clear_stale(tmp_path / "run")
        assert left.exists()
    staging.clear_stale(tmp_path / "run")
    assert not left.exists()


def test_what_cannot_be_cleared_away_is_named(tmp_path, monkeypatch):
    left = left_behind(tmp_path / ".run-abcdefgh")
    monkeypatch.setattr(staging.shutil, "rmtree", lambda *_, **__: None)
    with pytest.warns(UserWarning, match=r"\.run-abcdefgh was left by a run .* Delete"):
        staging.clear_stale(tmp_path / "run")
    assert left.exists()


def test_parents_are_made_and_go_again_if_nothing_came_of_it(tmp_path):
    with staging.staging_beside(tmp_path / "deep" / "er" / "run") as made:
        assert staging.room_beside(made).is_dir()
        assert made.parents[1] == tmp_path / "deep" / "er"
    assert everything_in(tmp_path) == []


@pytest.mark.parametrize("which", ["lock", "room", "new"])
def test_a_disk_without_room_for_a_file_keeps_no_folder_either(
    which, tmp_path, monkeypatch
):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    mkdir = Path.mkdir
    if which == "lock":
        monkeypatch.setattr(staging, "_take", full)

    def make(path, *rest, **options):
        return (full if path.name == which else mkdir)(path, *rest, **options)

    monkeypatch.setattr(Path, "mkdir", make)
    with pytest.raises(OutputError, match="No space left on device. Nothing was left"):
        write_folder(tmp_path / "deep" / "run", files("new"))
    assert everything_in(tmp_path) == []


def test_a_folder_that_can_hold_none_is_refused_in_the_words_of_the_system(
    tmp_path, monkeypatch
):
    def nowhere(**_):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))

    monkeypatch.setattr(staging.tempfile, "mkdtemp", nowhere)  # as in /proc
    with pytest.raises(OutputError, match=r"write .*run: No such file or directory\."):
        write_folder(tmp_path / "run", files("new"))
