"""Commands that are cut off: killed, with no room on the disk, or their server gone.

As a program it forks a process for each command that it reads, as JSON.
"""

import importlib
import json
import os
import resource
import signal
import sys
import time
from contextlib import contextmanager, suppress
from typing import NamedTuple

from forks import children_of, say, serve
from learnstrata.app.cli import main

# What commands load when they begin.
LOADED = (
    *("learnstrata.app.layers", "learnstrata.app.publications"),
    *("learnstrata.forgetting", "learnstrata.refitting"),
    *("learnstrata.layer.publications", "learnstrata.layer.publishing.forgetting"),
    *("learnstrata.report.exports", "learnstrata.report.page"),
    *("learnstrata.report.workbook", "sklearn.tree"),
)


class Ended(NamedTuple):
    """How a command ended.

    ``code`` is negative where a signal ended it.
    """

    code: int
    stdout: str
    stderr: str
    seconds: float


def act(line):
    asked = json.loads(line)
    say("begun")
    for number, path in enumerate(asked["told"], start=1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
    if asked["room"] is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (asked["room"], asked["room"]))
    sys.argv = ["learnstrata", *asked["words"]]
    try:
        main()
    except SystemExit as end:
        return end.code or 0
    except BaseException as error:  # noqa: BLE001 - a fault is what is looked for
        os.write(2, repr(error).encode())
        return 70
    return 0


def kill(process):
    with suppress(ProcessLookupError):  # it was quicker
        os.kill(process, signal.SIGKILL)


@contextmanager
def commands(folder):
    """Start the program; give what runs a command and does something to it meanwhile.

    Parameters
    ----------
    folder : Path
        Where to write what a command says.
    """
    told = [folder / "stdout", folder / "stderr"]
    with children_of(__file__) as children:

        def run(*words, after=None, end=kill, room=None):
            """Run a command; after so many seconds call `end` with its process id."""
            asked = {"words": [*map(str, words)], "told": [*map(str, told)]}
            child = children.begin(json.dumps({**asked, "room": room}))
            start = time.perf_counter()
            if after is not None:
                time.sleep(after)
                end(child)
            code, _ = children.wait()
            seconds = time.perf_counter() - start
            return Ended(code, *(one.read_text("utf-8") for one in told), seconds)

        yield run


if __name__ == "__main__":
    for name in LOADED:
        importlib.import_module(name)
    serve(act)
