"""Addresses of databases: what is kept of them lets nobody in."""

from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from learnstrata.exceptions import OutputError, SourceError
from learnstrata.layer.databases import (
    address_of,
    database_of,
    lasting_address,
    reading,
    writing,
)
from targets import rows


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


ENDS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
ENDS += "WHERE datname = current_database() AND pid <> pg_backend_pid()"


def test_a_connection_that_the_server_ended_while_it_was_idle_is_made_anew(database):
    engine = database_of(database)
    for _ in range(2):
        with reading(engine) as connection:
            assert connection.scalar(sa.text("SELECT 1")) == 1
        rows(database, ENDS)
    engine.dispose()


def test_of_a_commit_whose_answer_is_lost_nobody_says_that_nothing_was_written(
    database, monkeypatch
):
    def commit(_, connection):
        connection.commit()
        connection.dbapi_connection.close()
        raise psycopg.OperationalError("server closed the connection")

    engine = database_of(database)
    monkeypatch.setattr(sa.engine.default.DefaultDialect, "do_commit", commit)
    with (
        pytest.raises(OutputError, match="whether it is there is not known") as said,
        writing(engine) as connection,
    ):
        connection.execute(sa.text("CREATE TABLE there (n int)"))
    assert "Nothing was written" not in str(said.value)
    monkeypatch.undo()
    assert rows(database, "SELECT count(*) FROM there") == [(0,)]
    engine.dispose()
