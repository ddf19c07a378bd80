"""The SQL that the how-to shows runs, on both databases."""

import re
from pathlib import Path

import numpy as np
import pytest

from learnstrata.layer.publishing.contract import TABLES
from learnstrata.layer.publishing.publication import publish
from learnstrata.layer.publishing.views import AUDIENCES, VIEWS
from released import chain
from targets import rows

DOCS = Path(__file__).resolve().parents[3] / "docs"
PAGE = (DOCS / "how-to" / "publish.md").read_text(encoding="utf-8")
STATEMENTS = re.findall(r"^```sql\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
CONTRACT = (DOCS / "reference" / "membership.md").read_text(encoding="utf-8")


def test_every_statement_runs_and_finds_somebody(base):
    for one in chain(200, [50], np.random.default_rng(1)):
        publish(one, base)
    assert len(STATEMENTS) == 6
    for statement in STATEMENTS:
        assert rows(base, statement), statement


def test_movers_are_those_whose_segment_changed(base):
    old, new = chain(200, [50], np.random.default_rng(2))
    for one in (old, new):
        publish(one, base)
    (statement,) = [one for one in STATEMENTS if "AS before" in one]
    before, after = (
        dict(one.members.select("learner_id", "segment_name").rows())
        for one in (old, new)
    )
    moved = {
        (i, before.get(i), after.get(i))
        for i in before.keys() | after.keys()
        if before.get(i) != after.get(i)
    }
    assert {*rows(base, statement)} == moved


@pytest.mark.parametrize("name", [*TABLES.tables, *VIEWS])
def test_the_contract_names_every_table_view_and_column(name):
    assert f"`{name}`" in CONTRACT
    if name in TABLES.tables:
        assert all(f"`{one.name}`" in CONTRACT for one in TABLES.tables[name].c)


@pytest.mark.parametrize("view", AUDIENCES.values())
def test_the_contract_has_the_columns_of_an_audience(base, view):
    publish(chain(30, [], np.random.default_rng(3))[0], base)
    (line,) = [one for one in CONTRACT.splitlines() if one.startswith(f"| `{view}`")]
    columns = re.findall(r"`(\w+)`", line.split("|")[2])
    sql = f"SELECT {', '.join(columns)} FROM {view}"  # noqa: S608
    found, every = rows(base, sql), rows(base, f"SELECT * FROM {view}")  # noqa: S608
    assert sorted(found) == sorted(every)
