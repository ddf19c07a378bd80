"""Commands that write are killed, or lose their disk or their server in the middle.

`benchmarks/kills.py` does the first a hundred times as often.
"""

import os

import pytest

from cut_off import commands
from desks import Trial, desk_in

if os.name != "posix":
    pytest.skip("processes are forked and killed", allow_module_level=True)

NAMES = ("refit", "publish", "forget")


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def trials(request, tmp_path_factory):
    """Give each command on a desk as it finds it, by its name."""
    on_server = request.param == "postgres"
    server = request.getfixturevalue("postgres") if on_server else None
    place = tmp_path_factory.mktemp("cut")
    with desk_in(place, server) as desk, commands(place) as run:
        found = {}
        for name in NAMES:
            found[name] = Trial(desk, run, name)
        yield found


@pytest.mark.parametrize("name", NAMES)
def test_a_command_that_is_killed_is_whole_or_absent_and_can_be_given_again(
    trials, name
):
    trial = trials[name]
    cut = trial.cut(after=0.8 * trial.seconds)
    assert cut.ended.code in {0, -9}
    assert (cut.faults, cut.again) == ([], [])


def assert_told_once(cut):
    assert cut.ended.code == 2, cut.ended
    assert cut.ended.stderr.startswith("learnstrata: ")
    assert cut.ended.stderr.count("\n") == 1
    assert (cut.faults, cut.again) == ([], [])


@pytest.mark.parametrize(
    ("name", "room"), [("refit", 65_536), ("publish", 131_072), ("forget", 114_688)]
)
def test_a_full_disk_is_one_message_and_nothing_is_half_there(trials, name, room):
    """A limit on the size of files stands in for the disk; the server has its own."""
    trial = trials[name]
    if trial.desk.server and name == "publish":
        pytest.skip("it writes to the server alone")
    assert_told_once(trial.cut(room=room))


@pytest.mark.parametrize("name", NAMES)
def test_a_server_that_ends_is_one_message_and_nothing_is_half_there(trials, name):
    """Where it does so between two steps, the next one connects again."""
    trial = trials[name]
    if not trial.desk.server:
        pytest.skip("SQLite has no server")
    cut = trial.cut(after=0.9 * trial.seconds, end=trial.desk.end_backends)
    if cut.ended.code:
        assert_told_once(cut)
    assert (cut.faults, cut.again) == ([], [])
