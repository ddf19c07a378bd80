"""Files, pipes and standard input are read once."""

import os
import pty
import threading

import pytest

from commands import process
from learnstrata.exceptions import SourceError
from learnstrata.learners.sources.streams import read_once, shown

TEXT = b"email_hash,ctc\n" + b"".join(b"L%d,100\n" % i for i in range(20_000))


@pytest.fixture
def pipe(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


def writing(path, *blocks):
    def write():
        with path.open("wb") as file:
            for block in blocks:
                file.write(block)

    thread = threading.Thread(target=write)
    thread.start()
    return thread


def test_a_named_pipe_is_read_to_its_end(pipe):
    thread = writing(pipe, TEXT, TEXT)
    assert read_once(pipe) == TEXT + TEXT
    thread.join()


def test_a_named_pipe_that_nobody_writes_to_is_not_waited_for_for_ever(pipe):
    words = r"is a pipe that nobody writes to: waited 0\.05 seconds\. Start what"
    with pytest.raises(SourceError, match=words):
        read_once(pipe, patience=0.05)


def test_who_has_opened_the_pipe_is_waited_for(pipe):
    opened = os.open(pipe, os.O_RDWR)
    done = []
    reader = threading.Thread(target=lambda: done.append(read_once(pipe, patience=0)))
    reader.start()
    reader.join(0.1)
    assert reader.is_alive()
    os.write(opened, b"late")
    os.close(opened)
    reader.join()
    assert done == [b"late"]


def test_a_pipe_that_was_closed_without_a_word_is_empty(pipe):
    thread = writing(pipe)
    assert read_once(pipe) == b""
    thread.join()


@pytest.mark.parametrize("place", ["/dev/fd/{}", "/proc/self/fd/{}"])
def test_what_a_shell_passes_on_is_read(tmp_path, place):
    ours, theirs = os.pipe()
    os.write(theirs, b"a,b\n")
    os.close(theirs)
    path = type(tmp_path)(place.format(ours))
    assert read_once(path) == b"a,b\n"
    os.close(ours)


def test_a_terminal_is_not_waited_for(tmp_path):
    ours, theirs = pty.openpty()
    with pytest.raises(SourceError, match="is a terminal, so there is no table"):
        read_once(type(tmp_path)(f"/dev/fd/{theirs}"))
    os.close(ours)
    os.close(theirs)


def test_a_device_is_refused(tmp_path):
    with pytest.raises(SourceError, match="is a device or a socket. Expected a file"):
        read_once(type(tmp_path)("/dev/zero"))


def test_standard_input_is_called_so(tmp_path):
    assert str(shown(type(tmp_path)("-"))) == "standard input"
    assert shown(tmp_path) == tmp_path


def test_a_table_is_checked_through_standard_input():
    result = process("check", "-", "--json", input=TEXT.decode())
    assert '"rows": 20000' in result.stdout


def test_nothing_in_standard_input_is_told():
    result = process("check", "/dev/stdin", input="")
    assert result.returncode == 2
    assert result.stderr.startswith("learnstrata: /dev/stdin is empty (0 bytes)")
