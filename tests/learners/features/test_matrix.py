"""Features, company levels and scales against slow, obvious versions."""

import numpy as np
import polars as pl
import pytest
from pydantic import TypeAdapter
from sklearn.preprocessing import StandardScaler

from frames import rows
from learnstrata.config.loading import load_config
from learnstrata.config.stages import FeatureGroup
from learnstrata.exceptions import DegenerateError, SchemaError
from learnstrata.learners.demo.tables import make_learners
from learnstrata.learners.features.bands import RELATIVE
from learnstrata.learners.features.matrix import (
    FeatureModel,
    add_features,
    fit_features,
    to_matrix,
)
from learnstrata.learners.intake import clean_table, read_table, units_of
from learnstrata.learners.rules.bounds import find_limits
from original import original_analysis

UNITS = {
    "record": list(range(14)),
    "learner_id": [f"l{i}" for i in range(14)],
    "company": ["big"] * 6 + ["small"] * 3 + ["one", "two", "two", None, "big"],
    "title": ["Backend"] * 5 + ["Data"] * 5 + [None] * 4,
    "role_family": ["Backend"] * 5 + ["Data"] * 5 + ["Not stated"] * 4,
    "pay": [4e5, 5e5, 6e5, 8e5, 1e6, 2e6, 9e5, 7e5, 3e6, 4e6, 1e6, 2e6, 5e5, None],
    "pay_year": [2020.0] * 7 + [2021.0] * 7,
    "years_of_experience": [1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 2, 6, 30, None],
    "pay_growth": [None] * 13 + [0.1],
}


def through_json(model):
    kept = TypeAdapter(FeatureModel)
    return kept.validate_json(kept.dump_json(model))


def config(**features):
    groups = {n: {"columns": c, **o} for n, (c, o) in features.items()}
    made = load_config("robust")
    if not groups:
        return made
    kept = {n: FeatureGroup(tuple(g.pop("columns")), **g) for n, g in groups.items()}
    return type(made)(
        **{f: getattr(made, f) for f in made.__slots__ if f != "features"},
        features=kept,
    )


def naive_level(units, i, tau):
    """Shrunken mean log pay of the company's other learners."""
    people = list(
        zip(units["company"], units["role_family"], units["pay"], strict=True)
    )
    company, role, _ = people[i]
    peers = [p for _, r, p in people if r == role and p is not None]
    level = float(np.mean(np.log(peers)))
    others = [
        np.log(p)
        for j, (c, _, p) in enumerate(people)
        if j != i and c == company and c is not None and p is not None
    ]
    return (sum(others) + tau * level) / (len(others) + tau)


def test_company_level_leaves_the_learner_out(frame):
    table = frame(UNITS)
    model = fit_features(table, config(), as_of=2021, salt=b"salt")
    found = rows(add_features(table, model, members=True))
    tau = config().company.shrinkage
    for i, row in enumerate(found):
        assert row["company_level"] == pytest.approx(naive_level(UNITS, i, tau)), i


def test_level_of_a_company_of_one_is_the_level_of_the_role(frame):
    table = frame(UNITS)
    model = fit_features(table, config(), as_of=2021, salt=b"salt")
    row = rows(add_features(table, model, members=True))[9]
    data = [
        p
        for r, p in zip(UNITS["role_family"], UNITS["pay"], strict=True)
        if r == "Data"
    ]
    assert row["company_level"] == pytest.approx(np.mean(np.log(data)))


def test_unknown_companies_get_the_level_of_the_role_and_no_tier():
    model = fit_features(pl.DataFrame(UNITS), config(), as_of=2021, salt=b"salt")
    new = pl.DataFrame(UNITS).with_columns(company=pl.lit("never seen"))
    found = add_features(new, model)
    assert set(found["tier"]) == {"Unrated"}
    assert found["company_learners"].to_list() == [0] * 14
    backend = np.mean(np.log(UNITS["pay"][:5]))
    assert found["company_level"][0] == pytest.approx(backend)


def test_matrix_has_the_variance_of_the_weights(frame):
    table = frame(UNITS)
    made = config(
        pay=(["log_pay"], {"weight": 2.0}),
        career=(["years_of_experience"], {}),
        role=(["role"], {"weight": 0.5}),
    )
    model = fit_features(table, made, as_of=2021, salt=b"salt")
    matrix = to_matrix(add_features(table, model, members=True), model)
    groups = np.array(matrix.groups)
    for name, weight in {"pay": 2.0, "career": 1.0, "role": 0.5}.items():
        total = matrix.X[:, groups == name].var(axis=0).sum()
        assert total == pytest.approx(weight**2, rel=1e-5), name
    assert set(matrix.X[:, 2:].argmax(axis=1)) == {0, 1, 2}


def test_columns_are_scaled_as_scikit_learn_does():
    table = pl.DataFrame(UNITS)
    columns = ["log_pay", "years_of_experience", "recent_pay_update"]
    made = config(all=(columns, {"scaling": "columns"}))
    model = fit_features(table, made, as_of=2022, salt=b"salt")
    featured = add_features(table, model, members=True)
    expected = StandardScaler().fit_transform(featured.select(columns).to_numpy())
    assert pytest.approx(expected, abs=1e-5) == to_matrix(featured, model).X


def test_model_survives_json_and_gives_the_same_matrix():
    table = pl.DataFrame(UNITS)
    model = fit_features(table, config(), as_of=2021, salt=b"salt")
    again = through_json(model)
    assert again == model
    first, second = (
        to_matrix(add_features(table, m, members=True), m).X for m in (model, again)
    )
    assert (first == second).all()


def test_new_learners_with_gaps_get_finite_rows():
    model = fit_features(pl.DataFrame(UNITS), config(), as_of=2021, salt=b"salt")
    gaps = {
        "record": [0, 1],
        "learner_id": ["x", "y"],
        "company": [None, "new"],
        "title": [None, "Astronaut"],
        "role_family": ["Not stated", "Astronaut"],
        "pay": [None, 1e6],
        "pay_year": [None, 2030.0],
        "years_of_experience": [None, 3.0],
        "pay_growth": [None, None],
    }
    table = pl.DataFrame(gaps, schema_overrides={"pay_growth": pl.Float64})
    matrix = to_matrix(add_features(table, model), model)
    assert np.isfinite(matrix.X).all()


def test_what_the_table_lacks_is_left_out_and_said():
    table = pl.DataFrame(UNITS).drop("company")
    model = fit_features(table, config(), as_of=2021, salt=b"salt")
    assert model.left_out == {"company_level": "the columns are missing or empty"}
    assert "company" not in model.groups


def test_fewer_than_two_features_that_vary_are_refused():
    table = pl.DataFrame(UNITS).select("record", "learner_id", "pay")
    with pytest.raises(SchemaError, match="Got only log_pay to tell learners apart, e"):
        fit_features(table, config(), as_of=2021, salt=b"salt")


def test_bands_hold_their_upper_limit(frame):
    units = UNITS | {"pay": [5e5, 5e5 + 1, 15e5, 30e5, 30e5 + 1, *UNITS["pay"][5:]]}
    table = frame(units)
    model = fit_features(table, config(), as_of=2021, salt=b"salt")
    found = rows(add_features(table, model, members=True))
    assert [row["pay_band"] for row in found[:5]] == [
        "Low",
        "Average",
        "Average",
        "High",
        "Very high",
    ]
    stages = [row["experience_band"] for row in found[:7]]
    assert stages == ["Early", "Early", "Mid", "Mid", "Mid", "Mid", "Senior"]


def test_limits_of_the_table_are_in_the_model_and_cut_other_learners_alike(frame):
    n = 150
    units = {
        "record": list(range(n)),
        "learner_id": [f"l{i}" for i in range(n)],
        "pay": [21.0 + i % 10 for i in range(n)],
        "years_of_experience": [10.0 + i % 20 for i in range(n)],
    }
    given = load_config("robust", pay={"currency": "EUR"})
    model = fit_features(frame(units), given, as_of=2021, salt=b"salt")
    assert model.experience_bands == (15.0, 22.0)
    assert model.pay.bands == (0.022, 0.025, 0.027)
    origins = {"experience_band": "table", "pay_band": "table"}
    assert model.band_origins == origins
    again = through_json(model)
    assert again == model
    some = {name: values[:3] for name, values in units.items()}
    some |= {"pay": [22.0, 22.5, 40.0], "years_of_experience": [15.0, 16.0, 40.0]}
    found = rows(add_features(frame(some), again))
    assert [row["pay_band"] for row in found] == ["Low", "Average", "Very high"]
    assert [row["experience_band"] for row in found] == list(RELATIVE.values())


def test_notebook_matrix_is_the_one_of_the_original(tmp_path):
    path = tmp_path / "learners.csv"
    make_learners(700, rng=1).write_csv(path)
    theirs = original_analysis(
        path, current_year=2026, search_sample=200, hierarchy_sample=50
    )["X"]
    theirs = np.asarray(theirs)[:, np.ptp(theirs, axis=0) > 1e-9]  # no distance in them
    made = load_config("notebook", as_of=2026)
    table = read_table(pl.read_csv(path, infer_schema=False), made).records
    units = units_of(clean_table(table, made, find_limits(table, made)))
    model = fit_features(units, made, as_of=2026, salt=b"salt")
    ours = to_matrix(add_features(units, model, members=True), model).X
    assert ours.shape == theirs.shape
    assert ours[:, :6] == pytest.approx(theirs[:, :6], abs=2e-4)
    for block in (slice(6, -3), slice(-3, None)):  # the order of categories differs
        sums = np.sort(ours[:, block].sum(axis=0))
        assert sums == pytest.approx(np.sort(np.asarray(theirs)[:, block].sum(axis=0)))


def test_what_is_the_same_for_all_is_left_out():
    table = pl.DataFrame(UNITS).with_columns(pay=pl.lit(1_234_567.89))
    model = fit_features(table, config(), as_of=2021, salt=b"salt")
    assert model.constant == ("log_pay", "company_level")
    featured = add_features(table, model, members=True)
    assert featured["company_level"].n_unique() == 1  # to the last bit
    assert set(to_matrix(featured, model).columns) == set(model.centers)


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e12])
def test_a_number_that_varies_is_clustered_on_in_any_unit(unit):
    made = load_config(columns={"numeric": ["score"]})
    score = unit * pl.int_range(14)
    table = pl.DataFrame(UNITS).with_columns(score.alias("extra:score"))
    model = fit_features(table, made, as_of=2021, salt=b"salt")
    assert "extra:score" in model.columns


def test_learners_who_are_all_alike_are_refused_with_what_they_share():
    table = pl.DataFrame(UNITS).with_columns(
        pay=pl.lit(1e6),
        years_of_experience=pl.lit(3.0),
        role_family=pl.lit("Data"),
        pay_growth=pl.lit(None, pl.Float64),
    )
    with pytest.raises(
        DegenerateError,
        match=r"Got no feature .*log_pay, .* and role \(the same for all\)\. Map more",
    ):
        fit_features(table, config(), as_of=2021, salt=b"salt")
