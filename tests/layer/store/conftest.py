"""A store in each database that there is one code for."""

from collections.abc import Iterator

import pytest

from learnstrata.layer.store.opening import Store, open_store


@pytest.fixture(params=["sqlite", "postgres"])
def address(request, tmp_path) -> str:
    """Give the address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    return request.getfixturevalue("database")


@pytest.fixture
def store(address) -> Iterator[Store]:
    """Give an empty store."""
    opened = open_store(address)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def _own_key(tmp_path, monkeypatch):
    """Keep tombstones of tests away from those of whoever runs them."""
    monkeypatch.setenv("LEARNSTRATA_KEY_FILE", str(tmp_path / "keys" / "key"))
