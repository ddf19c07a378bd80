"""Addresses of databases: what is kept of them lets nobody in."""

from pathlib import Path

import pytest

from learnstrata.exceptions import SourceError
from learnstrata.layer.databases import address_of, lasting_address


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("postgresql://u:secret@db/crm", "postgresql://u@db/crm"),
        ("postgresql+psycopg://u:secret@db:5433/crm", "postgresql://u@db:5433/crm"),
        (
            "postgresql://db/crm?user=u&password=secret&sslmode=require",
            "postgresql://db/crm?sslmode=require&user=u",
        ),
        ("sqlite:////tmp/crm.db", "sqlite:////tmp/crm.db"),
    ],
)
def test_no_password_is_kept_of_an_address(given, kept):
    assert lasting_address(given) == kept


def test_a_path_is_kept_from_the_root(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert lasting_address("out") == str(Path("out").absolute())
    assert lasting_address("sqlite:///crm.db") == f"sqlite:///{tmp_path}/crm.db"


def test_an_address_without_slashes_is_no_file_of_that_name():
    with pytest.raises(SourceError, match="expected sqlite:///FILE"):
        address_of("sqlite:crm.db")
