"""Several writers at once: none fails, nothing is lost."""

import multiprocessing
import os
import signal
import time

import pytest

from layer.store.planted import groups, planted
from layer.store.writing import missing, written
from learnstrata.layer.store.checking import faults_in
from learnstrata.layer.store.membership import members_at
from learnstrata.layer.store.opening import open_store
from learnstrata.layer.store.promotion import promote
from learnstrata.layer.store.versions import add_version
from learnstrata.layer.store.watch import monitoring_of

WHO = {"who": "a tester"}
WRITERS, TIMES = 4, 16


def test_four_writers_lose_nothing(store, address, tmp_path):
    codes, answers = written(address, tmp_path, writers=WRITERS, times=TIMES)
    assert codes == [0] * WRITERS
    assert sum(map(len, answers.values())) == WRITERS * TIMES
    lost, faults = missing(store, answers)
    assert set(lost.values()) == {0}
    assert faults == []
    assert monitoring_of(store)["data_digest"].n_unique() == WRITERS * TIMES // 4


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
