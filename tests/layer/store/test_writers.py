"""Several writers at once: none fails, nothing is lost."""

import multiprocessing
import os
import signal
import time

import pytest

from layer.store.planted import groups, planted
from learnstrata.layer.store.checking import faults_in
from learnstrata.layer.store.membership import members_at
from learnstrata.layer.store.opening import open_store
from learnstrata.layer.store.promotion import promote
from learnstrata.layer.store.versions import add_version
from learnstrata.layer.store.watch import add_monitoring, monitoring_of

WHO = {"who": "a tester"}
WRITERS, TIMES = 4, 15


def _write(address, times, told):
    store = open_store(address)
    for i in range(times):
        add_monitoring(
            store, 1, verdict="keep", data_digest=f"{told}-{i}", result={"n": i}
        )
    store.close()


def test_four_writers_lose_nothing(store, address):
    promote(store, add_version(store, planted(groups(30, 30)), **WHO).id, **WHO)
    spawn = multiprocessing.get_context("spawn")
    writers = [
        spawn.Process(target=_write, args=(address, TIMES, f"w{i}"))
        for i in range(WRITERS)
    ]
    for one in writers:
        one.start()
    for one in writers:
        one.join(120)
    assert [one.exitcode for one in writers] == [0] * WRITERS
    found = monitoring_of(store)
    assert found["data_digest"].n_unique() == WRITERS * TIMES


def _promote_for_ever(address, ready):
    store = open_store(address)
    ready.set()
    for i in range(1_000):
        promote(store, 1 + (i + 1) % 2, who="loop")


@pytest.mark.parametrize("seed", range(3))
def test_a_writer_that_is_killed_leaves_a_whole_store(store, address, seed):
    for sizes in ((200, 200), (150, 250)):
        version = add_version(store, planted(groups(*sizes)), **WHO).id
        if version == 1:
            promote(store, version, **WHO)
    spawn = multiprocessing.get_context("spawn")
    ready = spawn.Event()
    writer = spawn.Process(target=_promote_for_ever, args=(address, ready))
    writer.start()
    assert ready.wait(60)
    time.sleep(0.05 + 0.11 * seed)
    os.kill(writer.pid or 0, signal.SIGKILL)
    writer.join(30)
    assert faults_in(store) == []
    assert len(members_at(store)) == 400
