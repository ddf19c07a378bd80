"""From the user's table to learners, and rare categories to "Other"."""

import polars as pl
import pytest

from learnstrata.config.loading import load_config
from learnstrata.exceptions import DegenerateError, ParameterError
from learnstrata.learners.demo.tables import make_learners
from learnstrata.learners.intake import (
    clean_table,
    newest_unit,
    read_table,
    units_of,
    without_rare,
)
from learnstrata.learners.rules.bounds import find_limits

CONFIG = load_config()


@pytest.fixture(scope="module")
def table():
    return read_table(make_learners(300, rng=4), CONFIG)[0]


def test_columns_are_ours_and_the_mapping_says_whose_they_were():
    table, mapping = read_table(make_learners(50, rng=1), CONFIG)
    assert mapping["pay"] == "ctc"
    assert {"learner_id", "pay", "title", "company"} <= set(table.columns)


def test_units_know_how_their_learners_moved_on(table):
    units = units_of(clean_table(table, CONFIG, find_limits(table, CONFIG)))
    assert units["record"].is_sorted()
    assert units["learner_id"].is_unique().all()
    assert {"n_records", "n_roles", "pay_growth", "role_family"} <= set(units.columns)


def test_of_a_learner_the_newest_record_is_taken(table):
    config, limits = load_config("notebook", as_of=2026), find_limits(table, CONFIG)
    several = table.filter(pl.len().over("learner_id") > 1)["learner_id"].unique()
    for name in several.sort().head(5):
        unit = newest_unit(table, config, limits, learner=name)
        assert len(unit) == 1
        own = table.filter(learner_id=name)
        assert unit["pay_year"][0] == own["pay_year"].max()


def test_a_learner_who_is_not_there_is_refused(table):
    with pytest.raises(ParameterError, match="Got learner 'nobody', expected one of"):
        newest_unit(table, CONFIG, find_limits(table, CONFIG), learner="nobody")


def test_a_table_of_nothing_usable_is_refused(table):
    poor = table.with_columns(learner_id=pl.lit(None, dtype=pl.String))
    with pytest.raises(DegenerateError, match="None of the .* records can be used"):
        clean_table(poor, CONFIG, find_limits(table, CONFIG))


def test_what_few_hold_is_other_and_our_own_words_stay(small_run):
    learners = small_run.base.prepared.learners.with_columns(
        pl.when(pl.int_range(pl.len()) < 9)
        .then(pl.lit("0170 1234567"))
        .otherwise(pl.lit("chess"))
        .alias("extra:club"),
        role=pl.when(pl.int_range(pl.len()) < 9)
        .then(pl.lit("Personal assistant of"))
        .otherwise("role"),
        tier=pl.when(pl.int_range(pl.len()) < 3)
        .then(pl.lit("Unrated"))
        .otherwise(pl.lit("Tier 1")),
    )
    config = load_config(columns={"categorical": ["club"]})
    found = without_rare(learners, config, least=10)
    assert "Personal assistant of" not in found["role"].to_list()
    assert set(found["tier"]) == {"Unrated", "Tier 1"}
    assert set(found["extra:club"]) == {"chess", "Other"}
    assert found.drop("role", "role_family", "title", "extra:club").equals(
        learners.drop("role", "role_family", "title", "extra:club")
    )


@pytest.mark.parametrize("recipe", ["small_run", "notebook_run"])
def test_no_category_of_a_run_is_of_few_learners(request, recipe):
    done = request.getfixturevalue(recipe)
    least = done.config.privacy.learners
    for column in ("role", "role_family", "title", "tier"):
        held = done.meaning.learners.group_by(column).agg(
            pl.col("learner_id").n_unique().alias("n")
        )
        few = set(held.drop_nulls().filter(pl.col("n") < least)[column])
        assert few <= {"Other", "Not stated", "Unmapped", "Unrated", "Other_Role"}
