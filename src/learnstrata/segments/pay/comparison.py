"""Pay compared in three ways: with peers, by who stands out, and between companies."""

from collections.abc import Collection

import polars as pl

from learnstrata.config.stages import Config
from learnstrata.learners.roles.unnamed import unnamed_roles
from learnstrata.privacy.disclosure.rule import PayRule
from learnstrata.privacy.keys import company_aliases
from learnstrata.segments.pay.benchmarks import (
    NEEDS,
    Benchmarks,
    lacking,
    paid_once,
    pay_benchmarks,
)
from learnstrata.segments.pay.cohorts import Cohort, find_cohorts
from learnstrata.segments.pay.companies import CompanyViews, company_views

__all__ = ["compare_pay"]


def compare_pay(
    learners: pl.DataFrame, config: Config, *, available: Collection[str], key: bytes
) -> tuple[Benchmarks, tuple[Cohort, ...], CompanyViews | None]:
    """Give benchmarks, cohorts, and companies under aliases.

    Parameters
    ----------
    learners : polars.DataFrame
        Learners of a run with features and segments. It is not changed.
    config : Config
    available : collection of str
        Standard columns the table holds.
    key : bytes
        Secret the aliases are made under.

    Returns
    -------
    tuple of Benchmarks, tuple of Cohort, and CompanyViews or None
        None where the table has no companies.
    """
    no_company, no_role = config.cleaning.missing_company, unnamed_roles(config)
    lacks = lacking(learners, NEEDS)
    paid = None if lacks else paid_once(learners, no_company=no_company)
    companies = None
    if "company" in available:
        names = learners["company"].unique().drop_nulls().to_list()
        alias, rule = company_aliases(names, key), PayRule.of(config.privacy)
        companies = company_views(
            learners, alias=alias, no_company=no_company, rule=rule, paid=paid
        )
    return (
        pay_benchmarks(learners, no_company=no_company, paid=paid),
        find_cohorts(
            learners,
            rules=config.cohorts,
            no_role=no_role,
            no_company=no_company,
            paid=paid,
        ),
        companies,
    )
