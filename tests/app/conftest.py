"""One tiny run for all tests of commands that take one."""

from pathlib import Path

import pytest

from commands import command
from learnstrata.learners.demo.tables import make_learners


@pytest.fixture(scope="session")
def tiny_table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of 300 learners as CSV; do not change it."""
    path = tmp_path_factory.mktemp("tiny") / "t.csv"
    make_learners(300, rng=1).write_csv(path)
    return path


@pytest.fixture(scope="session")
def tiny_run(tiny_table: Path) -> Path:
    """The folder of a run of `tiny_table`, without evidence; do not change it."""
    folder = tiny_table.parent / "run"
    options = ["--evidence", "none", "--key-file", tiny_table.parent / "key", "--quiet"]
    result = command("run", tiny_table, "--out", folder, *options)
    assert result.returncode == 0, result.stderr
    return folder
