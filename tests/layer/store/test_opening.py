"""A store is made, brought up to date, or refused: in one message."""

import stat
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from learnstrata.exceptions import OutputError, SourceError
from learnstrata.layer.databases import database_of, writing
from learnstrata.layer.store.opening import open_store
from learnstrata.layer.store.tables import metadata


def test_the_tables_of_a_new_store_are_those_of_the_code(store):
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []


def test_a_store_keeps_its_id(store, address):
    again = open_store(address)
    assert again.id == store.id
    again.close()


def test_the_file_of_a_store_is_for_its_owner_alone(tmp_path):
    path = tmp_path / "deep" / "store.db"
    open_store(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_address_comes_from_the_environment(tmp_path):
    path = tmp_path / "own.db"
    environ = {"LEARNSTRATA_DATABASE": f"sqlite:///{path}"}
    open_store(environ=environ).close()
    assert path.exists()


def test_a_newer_store_is_refused(store, address):
    with writing(store.engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SourceError, match="newer version of learnstrata"):
        open_store(address)


def test_tables_of_somebody_else_are_left_alone(tmp_path):
    path = tmp_path / "theirs.db"
    with writing(database_of(f"sqlite:///{path}")) as connection:
        connection.exec_driver_sql("CREATE TABLE segments (mine TEXT)")
    with pytest.raises(SourceError, match="not of a store"):
        open_store(path)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("mysql://u:secret@db/x", "expected sqlite:///FILE or postgresql"),
        ("postgresql://", "names no database"),
        ("sqlite:///:memory:", "names no database"),
    ],
)
def test_another_address_is_refused_without_its_password(address, said):
    with pytest.raises(SourceError, match=said) as refused:
        open_store(address)
    assert "secret" not in str(refused.value)


def test_a_server_that_is_not_there_is_told():
    with pytest.raises(OutputError, match="127.0.0.1:9/x refused"):
        open_store("postgresql://u:secret@127.0.0.1:9/x")


def test_a_file_that_is_no_database_is_told(tmp_path):
    path = tmp_path / "note.db"
    path.write_text("a note " * 400)
    with pytest.raises(OutputError, match="not a database"):
        open_store(path)


def test_a_folder_is_no_store(tmp_path):
    with pytest.raises(SourceError, match="is a folder"):
        open_store(tmp_path)


def test_no_store_is_made_where_one_is_asked_for(tmp_path):
    with pytest.raises(SourceError, match="There is no store"):
        open_store(tmp_path / "none.db", make=False)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_migration_leaves_all_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "store.db"
    monkeypatch.setattr(
        "learnstrata.layer.store.opening.revised", lambda *_: 1 / 0, raising=True
    )
    with pytest.raises(ZeroDivisionError):
        open_store(path)
    monkeypatch.undo()
    there = sa.inspect(database_of(f"sqlite:///{path}")).get_table_names()
    assert there == []
    open_store(path).close()
    assert Path(path).stat().st_size > 0
