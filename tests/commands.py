"""Commands of the command line, run in this process or in one of their own.

A process of its own loads every library anew, which takes longer than most commands.
Both ways go through the same entry point and give the same three things.
"""

import io
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from learnstrata.app.cli import main

LEARNSTRATA = [sys.executable, "-m", "learnstrata"]


class Result(NamedTuple):
    """What a command leaves behind, besides files."""

    returncode: int
    stdout: str
    stderr: str


def command(*arguments: Any) -> Result:
    """Run a command in this process."""
    told, faults = io.StringIO(), io.StringIO()
    argv = ["learnstrata", *map(str, arguments)]
    code: Any = 0
    with (
        patch.object(sys, "argv", argv),
        redirect_stdout(told),
        redirect_stderr(faults),
    ):
        try:
            main()
        except SystemExit as end:
            code = end.code
    return Result(code or 0, told.getvalue(), faults.getvalue())


def process(*arguments: Any, cwd: Path | None = None, **options: Any) -> Result:
    """Run a command in a process of its own, as a shell does."""
    done = subprocess.run(
        [*LEARNSTRATA, *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        **options,
    )
    return Result(done.returncode, done.stdout, done.stderr)


def leaves(group, before=""):
    """Give all commands by the words that call them."""
    for name, one in group.commands.items():
        if hasattr(one, "commands"):
            yield from leaves(one, f"{before}{name} ")
        else:
            yield f"{before}{name}", one
