"""Pay compared in three ways: with peers, by who stands out, and between companies."""

from collections.abc import Collection

import polars as pl

from learnstrata.privacy.disclosure.cells import CellRule
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
    learners: pl.DataFrame,
    *,
    available: Collection[str],
    key: bytes,
    no_role: Collection[str],
    no_company: str,
    rule: CellRule,
) -> tuple[Benchmarks, tuple[Cohort, ...], CompanyViews | None]:
    """Give benchmarks, cohorts, and companies under aliases.

    Parameters
    ----------
    learners : polars.DataFrame
        Learners of a run with features and segments. It is not changed.
    available : collection of str
        Standard columns the table holds.
    key : bytes
        Secret the aliases are made under.
    no_role : collection of str
        Role families that name no role.
    no_company : str
        Category of a missing company; empty where it stays missing.
    rule : CellRule

    Returns
    -------
    tuple of Benchmarks, tuple of Cohort, and CompanyViews or None
        None where the table has no companies.
    """
    lacks = lacking(learners, NEEDS)
    paid = None if lacks else paid_once(learners, no_company=no_company)
    companies = None
    if "company" in available:
        names = learners["company"].drop_nulls().unique().to_list()
        alias = company_aliases(names, key)
        companies = company_views(
            learners, alias=alias, no_company=no_company, rule=rule
        )
    return (
        pay_benchmarks(learners, no_company=no_company, paid=paid),
        find_cohorts(learners, no_role=no_role, no_company=no_company, paid=paid),
        companies,
    )
