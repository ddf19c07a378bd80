"""Benchmarks, cohorts, companies and the questions of a run, to the contract.

Every number is exact; `learnstrata.summary.disclose` makes of it what may be shared.
"""

import polars as pl

from learnstrata.pipeline import Run
from learnstrata.privacy.disclosure.bands import size_band
from learnstrata.segments.pay import companies
from learnstrata.segments.pay.benchmarks import KNOTS
from learnstrata.segments.questions.mentors import MENTOR_YEARS
from learnstrata.summary.contract import (
    Benchmarks,
    Cohort,
    Companies,
    CompanyRole,
    CompanyTier,
    CompanyView,
    EntryLevelPay,
    Explained,
    LaggingPay,
    MentorRole,
    PayCell,
    Questions,
    RoleInCompanies,
)

__all__ = ["build_benchmarks", "build_cohorts", "build_companies", "build_questions"]

COMPARED = "Data science"  # the role that the question on companies asks for
CELL = (
    *("level", "role_family", "tier", "experience_band"),
    *("learners", "companies", "largest_share", *KNOTS, "shrunk", "weight"),
)


def build_benchmarks(run: Run) -> Benchmarks:
    """Give the pay benchmarks of a run; without cells they say why.

    Parameters
    ----------
    run : Run
    """
    found = run.meaning.benchmarks
    return Benchmarks(
        reason=found.reason,
        tau=None if found.reason else found.tau,
        n_learners=found.n_learners,
        n_left_out=found.n_left_out,
        cells=_cells(found.cells.with_columns(level=pl.lit("cell"))),
        wider=_cells(found.wider.with_columns(tier=pl.lit(None, pl.String))),
    )


def _cells(rows: pl.DataFrame) -> tuple[PayCell, ...]:
    return tuple(PayCell(**row) for row in rows.select(CELL).to_dicts())


def build_cohorts(run: Run) -> tuple[Cohort, ...]:
    """Give the cohorts of a run by their counts, without who is in them.

    Parameters
    ----------
    run : Run
    """
    return tuple(Cohort.of(found) for found in run.meaning.cohorts)


def build_companies(run: Run) -> Companies | None:
    """Give the views of companies under aliases; None where the table has none.

    Parameters
    ----------
    run : Run
    """
    found = run.meaning.companies
    if found is None:
        return None
    return Companies(
        reason=found.reason,
        n_companies=found.n_companies,
        n_learners=found.n_learners,
        gini=found.gini,
        top_share=found.top_share,
        largest=tuple(_company(view) for view in found.largest),
        tiers=tuple(_tier(tier, found.n_learners) for tier in found.tiers),
    )


def _company(view: companies.CompanyView) -> CompanyView:
    return CompanyView(
        alias=view.alias,
        tier=view.tier,
        learners=view.learners,
        size=size_band(view.learners),
        p25=view.p25,
        p50=view.p50,
        p75=view.p75,
        to_others=view.to_others,
        roles=tuple(CompanyRole.of(role) for role in view.roles),
    )


def _tier(tier: companies.CompanyTier, everybody: int) -> CompanyTier:
    return CompanyTier(
        tier=tier.tier,
        companies=tier.companies,
        learners=tier.learners,
        largest_share=tier.largest_share,
        share=tier.learners / everybody,
        n_paid=tier.n_paid,
        p50=tier.p50,
    )


def build_questions(run: Run) -> Questions:
    """Give what the answers to the decision questions need beside the other results.

    Parameters
    ----------
    run : Run
    """
    found, everybody = run.meaning.questions, len(run.meaning.learners)
    views = run.meaning.companies
    return Questions(
        explained=tuple(Explained.of(one) for one in found.explained),
        lagging_pay=found.lagging_pay and LaggingPay.of(found.lagging_pay),
        entry_level=found.entry_level and EntryLevelPay.of(found.entry_level),
        in_companies=views
        and RoleInCompanies.of(companies.role_in_companies(views, COMPARED)),
        mentor_roles=tuple(
            MentorRole(
                role=role.role,
                learners=role.learners,
                share=role.learners / everybody,
                seniors=role.seniors,
            )
            for role in found.mentor_roles
        ),
        mentor_years=MENTOR_YEARS,
    )
