import math

import polars as pl
import pytest

from learnstrata.config.loading import list_recipes, load_config
from learnstrata.learners.features.matrix import add_features, fit_features
from learnstrata.learners.features.register import (
    DESCRIBED,
    FEATURES,
    extras_of,
    feature_of,
    plain_name,
    register_of,
)
from learnstrata.learners.schema.register import GIVEN, extra_name

ALL = {**FEATURES, **DESCRIBED}


@pytest.mark.parametrize("name", ALL)
def test_a_feature_says_what_it_is_and_is_made_from_columns_of_the_learners(name):
    feature = ALL[name]
    assert feature.label
    assert feature.needs
    assert set(feature.needs) <= set(GIVEN)
    assert (feature.kind == "category") == (feature.unit == "")
    assert plain_name(name) in ALL


@pytest.mark.parametrize("name", ALL)
def test_the_scale_of_a_feature_is_undone(name):
    feature = feature_of(name)
    for value in (0.5, 3.0, 1_250_000.0):
        assert math.isclose(feature.unscaled(feature.scaled(value)), value)


def test_a_logarithm_reads_as_the_column_it_is_of():
    for name, feature in FEATURES.items():
        plain = FEATURES[plain_name(name)]
        for fact in ("unit", "ends", "needs", "flag", "phrase"):
            assert getattr(plain, fact) == getattr(feature, fact), (name, fact)


@pytest.mark.parametrize("name", ALL)
def test_a_feature_of_ours_and_a_column_of_the_users_never_meet(name):
    own = feature_of(extra_name(name))
    assert own is not ALL[name]
    assert (own.needs, own.plain, own.is_money) == ((), "", False)
    labels = {feature.label for feature in ALL.values()}
    assert feature_of(extra_name(ALL[name].label)).label not in labels


def test_a_column_of_the_users_is_called_as_the_user_calls_it():
    assert feature_of(extra_name("a=b_c")).label == "a=b_c"
    assert feature_of(extra_name("a=b_c") + "=x=y").label == "a=b_c: x=y"
    assert feature_of(extra_name("role") + "=x").label == "role (own column): x"
    assert feature_of(extra_name("role_change")).label == "role_change (own column)"


def test_two_features_are_not_called_the_same():
    labels = [feature.label for feature in FEATURES.values()]
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize("recipe", list_recipes())
def test_every_feature_of_a_recipe_is_registered(recipe):
    config = load_config(recipe)
    named = {c for group in config.features.values() for c in group.columns}
    assert named <= register_of(config).keys()


def test_extra_columns_are_features_like_any_other():
    columns = {"numeric": ["quiz_score", "Pay"], "categorical": ["cohort"]}
    config = load_config(columns=columns)
    found = register_of(config)
    assert extras_of(config) == {
        "quiz_score": "extra:quiz_score",
        "Pay": "extra:Pay",
        "cohort": "extra:cohort",
    }
    assert found["extra:quiz_score"].label == "quiz_score"
    assert found["extra:quiz_score"].kind == "number"
    assert found["extra:cohort"].kind == "category"
    assert found["pay"] is FEATURES["pay"]
    assert found["extra:Pay"].needs == ()
    assert set(found) == {*FEATURES, "extra:quiz_score", "extra:Pay", "extra:cohort"}


def test_what_the_register_makes_is_made_where_its_columns_are():
    learners = pl.DataFrame(
        {
            "record": [0, 1, 2],
            "learner_id": ["a", "b", "c"],
            "pay": [5e5, 9e5, None],
            "pay_year": [2021.0, 2019.0, 2020.0],
            "years_of_experience": [1.0, 4.0, 9.0],
        }
    )
    model = fit_features(learners, load_config(), as_of=2021, salt=b"salt")
    made = add_features(learners, model).columns
    expected = {
        name
        for name, f in FEATURES.items()
        if f.make and set(f.needs) <= set(learners.columns)
    }
    assert expected == {name for name, f in FEATURES.items() if f.make} & set(made)
    assert len(expected) == 5
