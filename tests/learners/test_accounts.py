"""What became of records is the same, however they are divided."""

import polars as pl
import pytest

from learnstrata.config.loading import load_config
from learnstrata.learners import intake
from learnstrata.learners.accounts import account_of
from learnstrata.learners.demo.tables import make_learners
from learnstrata.learners.parts import in_parts
from learnstrata.learners.rules.bounds import find_limits

CONFIG = load_config("robust", as_of=2021)


@pytest.fixture(scope="module")
def table() -> pl.DataFrame:
    """Records of whom some have no id, an odd pay, or a year of the future."""
    place = pl.int_range(pl.len())
    odd = pl.when(place % 41 == 2).then(1).when(place % 7 == 3).then(77_700_000)
    clean = make_learners(3_000, rng=3)
    return clean.with_columns(
        email_hash=pl.when(place % 50 > 0).then("email_hash"),
        ctc=odd.otherwise("ctc"),
        ctc_updated_year=pl.when(place % 60 == 7)
        .then(2030)
        .otherwise("ctc_updated_year"),
    )


def accounted(table, monkeypatch, rows):
    monkeypatch.setattr(
        intake, "in_parts", lambda records: in_parts(records, rows=rows)
    )
    read = intake.read_table(table, CONFIG)
    limits = find_limits(read.records, CONFIG)
    parts = intake.cleaned_parts(read.records, CONFIG, limits)
    return account_of(parts, read.mapping, CONFIG, limits)


def test_parts_tell_what_the_whole_tells(table, monkeypatch):
    whole, parts = (accounted(table, monkeypatch, rows) for rows in (10**6, 500))
    assert parts.ledger.collect().equals(whole.ledger.collect())
    assert parts.names.equals(whole.names)
    assert parts.rules.equals(whole.rules)
    assert parts.heaps.equals(whole.heaps)
    assert len(whole.heaps) >= 1
    assert len(whole.remarks) >= 2
    frames = {"ledger", "names", "rules", "heaps"}
    for name in set(whole.__slots__) - frames:
        assert getattr(parts, name) == getattr(whole, name), name


def test_an_account_adds_up(table, monkeypatch):
    found = accounted(table, monkeypatch, 700)
    ids = table["email_hash"].drop_nulls()
    ledger = found.ledger.collect()
    assert found.n_records == sum(found.states.values()) == len(table)
    assert ledger["record"].to_list() == list(range(len(table)))
    assert found.n_learners == ids.n_unique()
    assert found.states["quarantined"] == len(table) - len(ids)
    assert found.lost_learners == 0
