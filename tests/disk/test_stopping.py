"""Requests to stop, in the main thread and out of it."""

import signal
import threading

import pytest

from learnstrata.disk import stopping
from learnstrata.disk.stopping import CODES, SIGNALS, stoppable

ENDS = {signal.SIGINT: KeyboardInterrupt, signal.SIGTERM: SystemExit}
ENDS |= {number: SystemExit for number in SIGNALS if number not in ENDS}


@pytest.fixture(autouse=True)
def handlers():
    """Leave the signals of the tests as they were."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield before
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_unwinds_with_the_code_a_shell_would_tell(number, handlers):
    with pytest.raises(ENDS[number]) as told, stoppable():
        signal.raise_signal(number)
    if ENDS[number] is SystemExit:
        assert told.value.code == 128 + number
    assert 128 + number in CODES
    assert {n: signal.getsignal(n) for n in SIGNALS} == handlers


def test_a_step_that_is_held_is_done_before_the_end():
    done = []

    def step(stops):
        with stops.held(), stops.held():
            signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(signal.SIGTERM)
            done.append("all of it")

    with pytest.raises(SystemExit), stoppable() as stops:
        step(stops)
    assert done == ["all of it"]


def test_several_signals_of_one_moment_are_one_request(monkeypatch):
    with stoppable():
        with pytest.raises(SystemExit):
            signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)  # while what was open is closed
    monkeypatch.setattr(stopping, "ONE_REQUEST", 0)
    with stoppable():
        for _ in range(2):
            with pytest.raises(SystemExit):
                signal.raise_signal(signal.SIGTERM)


def test_a_program_keeps_its_own_way_with_signals():
    came = []
    signal.signal(signal.SIGTERM, lambda *_: came.append("mine"))
    with stoppable() as stops, stops.held():
        signal.raise_signal(signal.SIGTERM)
        assert came == ["mine"]
    signal.raise_signal(signal.SIGTERM)
    assert came == ["mine", "mine"]


def test_who_is_called_takes_the_requests_of_the_caller():
    with stoppable() as outer:
        with stoppable() as inner:
            assert inner is outer
        assert signal.getsignal(signal.SIGTERM) is outer


def test_another_thread_leaves_the_signals_alone(handlers):
    found = []

    def work():
        with stoppable() as stops, stops.held():
            found.append({n: signal.getsignal(n) for n in SIGNALS})

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [handlers]


def test_another_thread_neither_holds_nor_takes_the_requests_of_the_main_one():
    holds, may_go, found = threading.Event(), threading.Event(), []

    def work():
        with stoppable() as stops, stops.held():
            holds.set()
            may_go.wait(30)
        found.append(stops)

    thread = threading.Thread(target=work)
    with stoppable() as outer:
        thread.start()
        holds.wait(30)
        with pytest.raises(SystemExit):
            signal.raise_signal(signal.SIGTERM)
    may_go.set()
    thread.join()
    assert (outer.code, found[0].code) == (143, None)
