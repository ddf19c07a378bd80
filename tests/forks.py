"""Programs that fork a child for each line that they read, so that it can be ended.

What is forked has its libraries loaded and none of their threads begun: whoever ends a
child at a random moment ends its work, and not the loading.
"""

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path


def say(what):
    os.write(1, f"{what}\n".encode())


def serve(act):
    """Fork a child for each line of standard input; it ends with what `act` gives.

    The child says ``begun`` when its work begins.
    """
    for line in sys.stdin:
        child = os.fork()
        if not child:
            os._exit(act(line.strip()))
        say(f"pid {child}")
        _, status = os.waitpid(child, 0)
        say(f"ended {os.waitstatus_to_exitcode(status)}")


def _of(kind, lines):
    return next((int(one.split()[1]) for one in lines if one.startswith(kind)), None)


class Children:
    """The children of a program, one after another."""

    def __init__(self, process):
        self._process = process
        self._lines = []

    def begin(self, line):
        """Have one begin; give its process id once it has."""
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        self._lines = [self._process.stdout.readline()]
        while "begun\n" not in self._lines or not _of("pid", self._lines):
            self._read()
        return _of("pid", self._lines)

    def wait(self):
        """Give the exit code of the one that began, and the lines that it said."""
        while _of("ended", self._lines) is None:
            self._read()
        return _of("ended", self._lines), self._lines

    def _read(self):
        line = self._process.stdout.readline()
        assert line, "the program that forks has ended"
        self._lines.append(line)


@contextmanager
def children_of(program, *words):
    """Start a program that calls `serve`; give its children."""
    paths = [str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    process = subprocess.Popen(
        [sys.executable, program, *words],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Children(process)
    finally:
        process.stdin.close()
        process.wait(timeout=60)
        process.stdout.close()
