"""How a command ends: the code, and one message of whose fault it is."""

import errno
import os
import signal
import warnings
from contextlib import redirect_stderr
from io import StringIO

import numpy as np
import polars as pl
import pytest

from learnstrata.app.endings import ended
from learnstrata.exceptions import OutputError, PrivacyError, SchemaError


def raises(error):
    def command():
        raise error

    return command


def end_of(command):
    told = StringIO()
    with redirect_stderr(told):
        code = ended(command)
    lines = told.getvalue().splitlines()
    assert len(lines) <= 1, lines
    return code, lines[0] if lines else ""


def nested():
    return nested()


def a_huge_array():
    np.empty((2**24, 2**24))


OURS = "This is a fault of learnstrata"


@pytest.mark.parametrize(
    ("command", "code", "message"),
    [
        (lambda: None, 0, ""),
        (raises(SystemExit(0)), 0, ""),
        (raises(SystemExit(2)), 2, ""),
        (raises(SystemExit("words")), 1, ""),
        (raises(SchemaError("Missing columns.")), 2, "Missing columns."),
        (raises(OutputError("It is there.")), 2, "It is there."),
        (raises(PrivacyError("It names somebody.")), 2, "It names somebody."),
        (raises(KeyboardInterrupt()), 130, "Stopped. Nothing that is half written"),
        (raises(SystemExit(130)), 130, "Stopped."),
        (raises(MemoryError()), 2, "This takes more memory than there is. Close"),
        (a_huge_array, 2, "This takes more memory than there is."),
        (raises(OSError(errno.ENOMEM, "no")), 2, "This takes more memory"),
        (raises(RuntimeError("can't start new thread")), 2, "This takes more memory"),
        (raises(ImportError("x.so: failed to map segment from")), 2, "This takes more"),
        (raises(pl.exceptions.ComputeError("out of memory")), 2, "This takes more"),
        (nested, 2, "Something that was given is nested too deeply to be read."),
        (raises(ZeroDivisionError("by what")), 1, f"{OURS} (ZeroDivisionError: by wh"),
        (raises(ImportError("no module")), 1, OURS),
        (raises(FileNotFoundError(errno.ENOENT, "no")), 1, OURS),
        (raises(pl.exceptions.ComputeError("a type")), 1, OURS),
        (raises(pl.exceptions.PanicException("index")), 1, f"{OURS} (PanicException: "),
        (
            raises(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/there/x")),
            2,
            "The machine refused to go on: No space left on device (/there/x).",
        ),
        (
            raises(OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG), "x")),
            2,
            "The machine refused to go on: File name too long (x).",
        ),
    ],
)
def test_each_end_has_its_code_and_its_words(command, code, message, monkeypatch):
    monkeypatch.delenv("LEARNSTRATA_DEBUG", raising=False)
    found, told = end_of(command)
    assert found == code, told
    assert told.startswith(f"learnstrata: {message}" if message else "")
    assert bool(told) == bool(message)
    assert ("LEARNSTRATA_DEBUG=1 and report" in told) == (OURS in message)


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_ends_a_command_as_a_shell_would_tell_it(name):
    number = getattr(signal, name)
    code, told = end_of(lambda: signal.raise_signal(number))
    assert code == 128 + number
    assert told.startswith("learnstrata: Stopped.")
    assert signal.getsignal(number) is signal.SIG_DFL


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")
@pytest.mark.parametrize(("name", "code"), [("SIGTERM", 143), ("SIGINT", 130)])
def test_a_request_to_stop_is_one_whatever_a_library_makes_of_it(
    name, code, monkeypatch
):
    def command():
        try:
            signal.raise_signal(getattr(signal, name))
        except BaseException as error:
            raise pl.exceptions.SchemaError(f"Error: {error!r}") from error

    for debugging in ("", "1"):
        monkeypatch.setenv("LEARNSTRATA_DEBUG", debugging)
        found, told = end_of(command)
        assert (found, told.startswith("learnstrata: Stopped.")) == (code, True), told


def test_who_debugs_sees_our_faults_whole_and_the_others_as_ever(monkeypatch):
    monkeypatch.setenv("LEARNSTRATA_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        ended(raises(ZeroDivisionError()))
    assert end_of(raises(SchemaError("Missing.")))[1] == "learnstrata: Missing."


def test_a_warning_is_one_line_without_code():
    def command():
        warnings.simplefilter("always")
        warnings.warn("It was left.", stacklevel=1)

    assert end_of(command) == (0, "learnstrata: It was left.")
