"""Lookup tables say of each text what the product says of it, and are private."""

import polars as pl
import pytest

from learnstrata.exceptions import SchemaError
from learnstrata.layer.scoring.lookups import (
    COMPANIES,
    MEMBERS,
    TITLES,
    lookup_names,
    lookups_of,
)


@pytest.fixture(scope="module")
def found(models, learners):
    return lookups_of(models["default"], learners)


def test_each_title_as_it_stands_has_the_role_that_a_learner_with_it_has(
    models, learners, found
):
    assert dict(found.titles.schema) == TITLES
    roles = dict(found.titles.select("title", "role").iter_rows())
    units = models["default"].features
    assert set(roles.values()) <= {*units.categories["role"], units.role_other}
    told = roles[" Sr. QA Engg "], roles["N/A"], roles["7033771951"]
    assert told == ("Quality", "Not stated", units.role_other)
    given = set(learners["job_position"].drop_nulls().unique()) - {""}
    assert set(roles) == given


def test_spellings_of_a_company_have_one_number(models, small_table):
    name = small_table["company_hash"].drop_nulls().mode().sort()[0]
    spelled = pl.DataFrame(
        {
            "company_hash": [name, f" {name.upper()} ", "no company"],
            "job_position": "QA",
        }
    )
    companies = lookups_of(models["default"], spelled).companies
    assert dict(companies.schema) == COMPANIES
    assert sorted(companies["company"]) == sorted(spelled["company_hash"][:2])
    assert companies["number"].n_unique() == 1
    assert companies.null_count().sum_horizontal().item() == 0


def test_members_are_those_whose_pay_the_model_has_seen(models, learners, small_run):
    found = lookups_of(models["default"], learners)
    assert dict(found.members.schema) == MEMBERS
    paid = small_run.base.prepared.learners.drop_nulls(["pay", "company"])
    both = found.members.join(
        paid.select("learner_id", "pay"), on=["learner_id", "pay"]
    )
    assert len(both) == len(found.members) > 500
    assert found.notes == ()


def test_a_table_of_names_alone_has_no_members_and_says_so(models, learners):
    names = learners.select("company_hash", "job_position")
    found = lookups_of(models["default"], names)
    assert found.members.is_empty()
    assert "Nobody's own pay is left out" in found.notes[0]
    assert len(found.companies) > 100


def test_a_table_without_the_texts_is_refused_with_what_it_lacks(models, learners):
    lacking = learners.drop("company_hash")
    with pytest.raises(SchemaError, match="this table has no company_hash"):
        lookups_of(models["default"], lacking)


def test_a_model_that_asks_for_no_company_has_no_lookup_of_them(models, learners):
    model = models["notebook"]
    assert lookup_names(models["default"]) == ["titles", "companies", "members"]
    assert lookup_names(model) == ["titles", "companies"]
    assert lookups_of(model, learners).members is None
