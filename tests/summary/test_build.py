"""All results of a run, exact: they are those of the run, and keep the contract."""

import json
from dataclasses import replace

import polars as pl
import pytest

from learnstrata.privacy.keys import content_of, row_hashes
from learnstrata.summary.build import build
from learnstrata.summary.contract.results import Results

KEY = b"k" * 32


@pytest.fixture(scope="module")
def results(small_run):
    return build(small_run, key=KEY)


@pytest.fixture(params=["small_run", "notebook_run"])
def done(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def either(done):
    return build(done, key=KEY)


def lacking(run, *columns):
    """The same run of a table that lacks columns."""
    features = run.meaning.model.features
    there = tuple(c for c in features.available if c not in columns)
    model = replace(run.meaning.model, features=replace(features, available=there))
    return replace(run, meaning=replace(run.meaning, model=model))


def test_results_are_the_same_after_they_were_json(either):
    text = either.model_dump_json()
    assert Results.model_validate_json(text) == either
    json.loads(text, parse_constant=pytest.fail)


def test_the_ledger_adds_up(either, small_table):
    records, ledger = len(small_table), either.ledger
    kept = ledger.current + ledger.repaired + ledger.set_aside
    assert kept + ledger.history + ledger.quarantined == records
    assert either.input.records == records
    assert either.segmented == kept == sum(s.size for s in either.segments)
    assert either.input.learners == small_table["email_hash"].n_unique()
    assert sum(s.share for s in either.segments) == pytest.approx(1)
    assert either.small_segments == 0


def test_rules_are_counted_where_several_applied_to_a_record(results, small_run):
    rules = small_run.base.account.ledger.collect()["rule"].drop_nulls().to_list()
    told = {}
    for row in results.ledger.rules:
        told[row.rule] = told.get(row.rule, 0) + row.records
    names = [name for rule in rules for name in rule.split("; ")]
    assert told == {name: names.count(name) for name in set(names)}


def test_remarks_are_those_of_cleaning(results, small_run):
    told = [(one.sentence, one.records) for one in small_run.base.account.remarks]
    assert [(one.sentence, one.records) for one in results.remarks] == told
    assert results.every_note == (
        *results.assumed,
        *results.notes,
        *(sentence for sentence, _ in told),
    )


def test_filled_values_are_counted(results, small_run):
    learners = small_run.meaning.learners
    assert results.filled.pay == learners["pay"].null_count() > 0
    assert results.filled.experience == learners["experience_imputed"].sum()


def test_settings_are_those_of_the_run(either, done):
    settings, config = either.settings, done.config
    assert (settings.recipe, settings.unit) == (config.recipe, config.unit)
    assert settings.config == json.loads(json.dumps(config.as_dict()))
    assert settings.min_learners == config.privacy.learners
    assert settings.base == config.privacy.base
    assert settings.as_of == done.base.limits.as_of
    assert set(settings.versions) >= {"learnstrata", "polars", "numpy"}
    assert either.timings == done.timings


def test_limits_that_are_switched_off_are_none(notebook_run):
    limits = build(notebook_run, key=KEY).limits
    found = notebook_run.base.limits
    assert (limits.pay_high is None) == (found.pay_high == float("inf"))


def test_the_same_run_and_key_give_the_same_results(small_run, results):
    assert build(small_run, key=KEY) == results
    other = build(small_run, key=b"o" * 32)
    assert other.map.points != results.map.points
    assert other.model_copy(update={"map": results.map}) == results


def test_notes_tell_what_the_table_lacks(small_run):
    others = ("company", "title", "pay_year", "years_of_experience")
    assert build(lacking(small_run, *others), key=KEY).notes == (
        "The table has no company: company level, tiers and company findings are left "
        "out.",
        "The table has no title: role groups, seniority, role findings and mentor "
        "pools are left out.",
        "The table has no years of experience: career stage and rule-based segments "
        "are left out.",
        "The table has no year of pay: pay growth, recency and start years after the "
        "year of pay go unseen, and the year of the run is taken from elsewhere.",
    )
    assert build(small_run, key=KEY).notes == ()


def test_a_content_changes_with_any_value_and_not_with_the_order(small_table):
    def content(*parts):
        return content_of(map(row_hashes, parts))

    table = small_table
    assert content(table) == content(table.reverse()) == content(table[9:], table[:9])
    column = table["ctc"].to_list()
    column[7] = 1
    other = table.with_columns(ctc=pl.Series(column, dtype=table["ctc"].dtype))
    assert content(other) != content(table)
    assert content(table[1:]) != content(table)
