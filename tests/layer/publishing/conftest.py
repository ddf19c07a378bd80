"""A target of each kind, empty."""

import pytest


@pytest.fixture(params=["sqlite", "postgres", "folder"])
def target(request, tmp_path):
    if request.param == "folder":
        return str(tmp_path / "members")
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'target.db'}"
    return request.getfixturevalue("database")


@pytest.fixture(params=["sqlite", "postgres"])
def base(request, tmp_path):
    """A target that is a database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'target.db'}"
    return request.getfixturevalue("database")
