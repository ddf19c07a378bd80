"""A real run, what it shares, and the same without data."""

import shutil
from typing import NamedTuple

import pytest

from learnstrata.facade import segment
from learnstrata.learners.demo.tables import make_learners
from learnstrata.privacy.leaks.scanning import scan
from learnstrata.report.interactive import shipped_scripts
from learnstrata.sharing import write_shared, write_without_data
from learnstrata.summary.blank import own_words


class Shared(NamedTuple):
    """What a run shares, and the same rendered without data."""

    folder: object
    own: object

    def scan(self, **options):
        told = {"own": self.own, "shipped": shipped_scripts(), "spoken": own_words()}
        return scan(self.folder, **told | options)

    def leaks(self, **options):
        return list(self.scan(**({"companies": [], "learners": []} | options)).leaks)


@pytest.fixture(scope="session")
def shared(tmp_path_factory):
    """The shared part of a small run; do not change it."""
    summary = segment(make_learners(400, rng=1), rng=7).summary
    home = tmp_path_factory.mktemp("shared")
    folders = [home / "share", home / "own"]
    for folder, write in zip(folders, (write_shared, write_without_data), strict=True):
        folder.mkdir()
        write(summary, folder)
    return Shared(*folders)


@pytest.fixture
def copied(shared, tmp_path):
    """A copy of it to plant something in."""
    folder = tmp_path / "share"
    shutil.copytree(shared.folder, folder)
    return shared._replace(folder=folder)
