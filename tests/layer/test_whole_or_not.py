"""What is written is whole or not there, wherever a process ends and whoever races."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="processes are forked")

TESTS = Path(__file__).resolve().parents[1]
MEMORY = "/dev/shm"  # noqa: S108 - thousands of files are made and removed
ROUNDS = 100


@pytest.fixture(scope="module", params=["exchange", "steps"])
def swap(request):
    """How folders are swapped: at once, or where the system cannot, in two steps."""
    if request.param == "exchange" and sys.platform != "linux":
        pytest.skip("only Linux exchanges folders")
    return request.param


def told_by_program(name, *words):
    """Run a program of the tests in a folder of its own; give what it says."""
    paths = [str(TESTS), *filter(None, [os.environ.get("PYTHONPATH")])]
    room = MEMORY if os.access(MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=room) as folder:
        done = subprocess.run(
            [sys.executable, TESTS / name, folder, *words],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_process_that_ends_anywhere_leaves_old_new_or_nothing(swap):
    found = told_by_program("crashes.py", swap)
    assert len(found) == 8
    for way, points in found.items():
        before = "old" if "fresh" not in way and way != "key" else None
        states = [state for state, _, _ in points]
        assert (states[0], states[-1]) == (before, "new"), way
        aside = {None} if swap == "steps" and "file" not in way else set()
        assert set(states) <= {before, "new"} | aside, way
        for state, after, there in points:
            looked = state or before
            assert after == (looked if "look" in way else "new"), way
            assert there == ["place"], way
        assert len(points) > 30, way


def test_of_two_that_write_at_once_one_wins_and_the_other_says_so(swap):
    found = told_by_program("races.py", swap, str(ROUNDS))
    assert len(found) == 7
    for way, rounds in found.items():
        assert len(rounds) == ROUNDS
        for (one, other), read, there in rounds:
            assert there == ["place"], way
            if way == "key":
                assert one == other == read
                continue
            assert read in {"one", "other"}
            lost = [said for said in (one, other) if said not in {"one", "other"}]
            if "fresh" in way:
                assert read in {one, other}
                assert len(lost) == 1
            elif swap == "exchange":
                assert not lost
            for said in lost:
                assert "/place " in said
                assert "Choose another --" in said
