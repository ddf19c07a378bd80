"""Output that cannot be shown, wherever it was sent."""

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from commands import LEARNSTRATA, command
from learnstrata.app.streams import Lasting, lasting_streams, say, taken_fault

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs /dev and a shell")

FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
SENT = {
    "full": (">/dev/full", "No space left on device"),
    "closed": (">&-", "Bad file descriptor"),
    "unread": ("| true", "Broken pipe"),
}


def shell(*words, sent, **variables):
    """Run a command whose output a shell sends somewhere; give its code and faults."""
    line = " ".join(f"'{word}'" for word in [*LEARNSTRATA, *words])
    script = f"set -o pipefail; {line} {sent}"
    done = subprocess.run(
        ["/bin/bash", "-c", script],
        capture_output=True,
        check=False,
        timeout=120,
        env={**os.environ, **variables},
    )
    return done.returncode, done.stdout, done.stderr.decode()


@FULL
@pytest.mark.parametrize("sent", SENT)
def test_what_is_written_is_written_whoever_reads_of_it(sent, tmp_path):
    where, why = SENT[sent]
    out = tmp_path / "demo.csv"
    words = ("demo-table", "--learners", 50, "--out", out)
    code, _, told = shell(*words, sent=where)
    assert code == 0
    assert told == (
        f"learnstrata: {out} is written, but the output could not be shown: {why}.\n"
    )
    assert out.exists()


@FULL
@pytest.mark.parametrize(("sent", "code"), [("full", 2), ("closed", 2), ("unread", 0)])
def test_what_was_only_to_be_shown_and_is_not_is_a_fault(sent, code, tiny_table):
    where, why = SENT[sent]
    found, _, told = shell("check", tiny_table, "--json", sent=where)
    assert found == code, told
    expected = f"learnstrata: The output could not be shown: {why}. Send it elsewhere."
    assert told == (f"{expected}\n" if code else "")


@FULL
def test_help_that_cannot_be_shown_says_so_and_silence_stays_silent(tmp_path):
    code, _, told = shell("--help", sent=">/dev/full")
    assert (code, "No space left on device" in told) == (2, True)
    words = ("demo-table", "--learners", 50, "--quiet", "--out", tmp_path / "d.csv")
    assert shell(*words, sent=">/dev/full 2>/dev/full") == (0, b"", "")


def test_no_file_is_taken_for_an_output_that_is_closed(tmp_path):
    out = tmp_path / "demo.csv"
    words = ("demo-table", "--learners", 50, "--out")
    assert shell(*words, out, sent="<&- >&- 2>&-")[0] == 0
    command(*words, tmp_path / "other.csv")
    assert out.read_bytes() == (tmp_path / "other.csv").read_bytes()


@pytest.mark.parametrize(
    "variables",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1"},
    ],
)
def test_a_letter_a_terminal_cannot_show_becomes_a_question_mark(variables, tmp_path):
    out = tmp_path / "Łearners.csv"
    words = ("demo-table", "--learners", 50, "--out", out)
    code, told, faults = shell(*words, sent="", **variables)
    assert (code, faults) == (0, "")
    assert told.endswith(b"/?earners.csv\n")
    code, told, faults = shell(*words, sent="", **variables)
    assert code == 2
    assert "earners.csv is there already" in faults
    assert "Traceback" not in faults


def test_a_name_that_is_no_text_is_refused_in_words(tmp_path):
    variables = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    words = ("demo-table", "--learners", 50, "--out", tmp_path / "Łearners.csv")
    code, _, faults = shell(*words, sent="", **variables)
    assert code == 2
    assert "expected a name in UTF-8. Choose another name, or set a locale" in faults
    assert list(tmp_path.iterdir()) == []


def test_a_stream_remembers_its_first_fault_and_takes_the_rest():
    class Fails(io.RawIOBase):
        def write(self, _):
            raise OSError(28, "No space left on device")

    raw = Lasting(Fails())
    assert raw.write(b"abc") == 3
    assert raw.write(memoryview(b"de")) == 2
    assert raw.take().errno == 28
    assert raw.take() is None
    assert not raw.isatty()


def test_a_stream_that_would_have_to_wait_is_a_fault():
    class Slow(io.RawIOBase):
        def write(self, _):
            return None

    raw = Lasting(Slow())
    assert raw.write(b"abc") == 3
    assert isinstance(raw.take(), BlockingIOError)


def test_streams_of_a_program_that_calls_are_left_as_they_are():
    told = io.StringIO()
    with redirect_stdout(told), lasting_streams():
        assert sys.stdout is told
        say("a line")
        assert taken_fault(sys.stdout) is None
    assert told.getvalue() == "a line\n"


def test_all_that_was_told_arrives(tiny_table):
    code, told, _ = shell("check", tiny_table, "--json", sent="")
    assert code == 0
    assert json.loads(told) == json.loads(command("check", tiny_table, "--json").stdout)
