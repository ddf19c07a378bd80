"""Benchmarks, cohorts, companies and the questions of a run, as its contract has them.

Every number is exact; `learnstrata.summary.disclose` makes of it what may be shared.
"""


import polars as pl

from learnstrata.pipeline import Run
from learnstrata.privacy.disclosure.bands import size_band
from learnstrata.segments.pay import cohorts, companies
from learnstrata.segments.pay.benchmarks import KNOTS
from learnstrata.segments.questions import mentors, pay
from learnstrata.summary import contract

__all__ = ["build_benchmarks", "build_cohorts", "build_companies", "build_questions"]

CELL = (
    *("level", "role_family", "tier", "experience_band"),
    *("learners", "companies", "largest_share", *KNOTS, "shrunk", "weight"),
)


def build_benchmarks(run: Run) -> contract.Benchmarks:
    """Give the pay benchmarks of a run; without cells they say why.

    Parameters
    ----------
    run : Run
    """
    found = run.meaning.benchmarks
    return contract.Benchmarks(
        reason=found.reason,
        tau=None if found.reason else found.tau,
        n_learners=found.n_learners,
        n_left_out=found.n_left_out,
        cells=_cells(found.cells.with_columns(level=pl.lit("cell"))),
        wider=_cells(found.wider.with_columns(tier=pl.lit(None, pl.String))),
    )


def _cells(rows: pl.DataFrame) -> tuple[contract.PayCell, ...]:
    return tuple(contract.PayCell(**row) for row in rows.select(CELL).to_dicts())


def build_cohorts(run: Run) -> tuple[contract.Cohort, ...]:
    """Give the cohorts of a run by their counts, without who is in them.

    Parameters
    ----------
    run : Run
    """
    return tuple(_cohort(found) for found in run.meaning.cohorts)


def _cohort(found: cohorts.Cohort) -> contract.Cohort:
    return contract.Cohort(
        key=found.key,
        title=found.title,
        definition=found.definition,
        assessed=found.assessed,
        learners=found.learners,
        share=found.share,
        n_growth=found.n_growth,
        typical_growth=found.typical_growth,
        by_segment=_parts(found.by_segment),
        by_role=_parts(found.by_role),
        by_tier=_parts(found.by_tier),
        reason=found.reason,
    )


def _parts(parts: tuple[cohorts.CohortPart, ...]) -> tuple[contract.CohortPart, ...]:
    return tuple(
        contract.CohortPart(
            value=part.value,
            assessed=part.assessed,
            learners=part.learners,
            share=part.share,
        )
        for part in parts
    )


def build_companies(run: Run) -> contract.Companies | None:
    """Give the views of companies under aliases; None where the table has none.

    Parameters
    ----------
    run : Run
    """
    found = run.meaning.companies
    if found is None:
        return None
    return contract.Companies(
        reason=found.reason,
        n_companies=found.n_companies,
        n_learners=found.n_learners,
        gini=found.gini,
        top_share=found.top_share,
        largest=tuple(_company(view) for view in found.largest),
        tiers=tuple(_tier(tier, found.n_learners) for tier in found.tiers),
    )


def _company(view: companies.CompanyView) -> contract.CompanyView:
    return contract.CompanyView(
        alias=view.alias,
        tier=view.tier,
        learners=view.learners,
        size=size_band(view.learners),
        p25=view.p25,
        p50=view.p50,
        p75=view.p75,
        to_others=view.to_others,
        roles=tuple(_company_role(role) for role in view.roles),
    )


def _company_role(role: companies.CompanyRole) -> contract.CompanyRole:
    return contract.CompanyRole(
        role_family=role.role_family,
        learners=role.learners,
        p50=role.p50,
        rest=role.rest,
        elsewhere=role.elsewhere,
        to_rest=role.to_rest,
        to_elsewhere=role.to_elsewhere,
    )


def _tier(tier: companies.CompanyTier, everybody: int) -> contract.CompanyTier:
    return contract.CompanyTier(
        tier=tier.tier,
        companies=tier.companies,
        learners=tier.learners,
        largest_share=tier.largest_share,
        share=tier.learners / everybody,
        n_paid=tier.n_paid,
        p50=tier.p50,
    )


def build_questions(run: Run) -> contract.Questions:
    """Give what the answers to the decision questions need beside the other results.

    Parameters
    ----------
    run : Run
    """
    found = run.meaning.questions
    everybody = len(run.meaning.learners)
    return contract.Questions(
        explained=tuple(
            contract.Explained(what=one.what, share=one.share)
            for one in found.explained
        ),
        lagging_pay=found.lagging_pay and _lagging(found.lagging_pay),
        entry_level=found.entry_level and _entry_level(found.entry_level),
        mentor_roles=tuple(
            contract.MentorRole(
                role=role.role,
                learners=role.learners,
                share=role.learners / everybody,
                seniors=role.seniors,
            )
            for role in found.mentor_roles
        ),
        mentor_years=mentors.MENTOR_YEARS,
    )


def _lagging(found: pay.LaggingPay) -> contract.LaggingPay:
    return contract.LaggingPay(
        learners=found.learners,
        experienced_from=found.experienced_from,
        experienced=found.experienced,
        lagging=found.lagging,
        share=found.share,
        correlation=found.correlation,
        by_role=tuple(
            contract.LaggingRole(
                role=role.role,
                learners=role.learners,
                experienced=role.experienced,
                lagging=role.lagging,
                share=role.share,
                correlation=role.correlation,
            )
            for role in found.by_role
        ),
    )


def _entry_level(found: pay.EntryLevelPay) -> contract.EntryLevelPay:
    return contract.EntryLevelPay(
        learners=found.learners,
        companies=found.companies,
        largest_share=found.largest_share,
        p50=found.p50,
        limit=found.limit,
        high=found.high,
        share=found.share,
        by_role=tuple(
            contract.EntryRole(
                role_family=role.role_family,
                level=role.level,
                learners=role.learners,
                companies=role.companies,
                largest_share=role.largest_share,
                p50=role.p50,
                p90=role.p90,
                high=role.high,
            )
            for role in found.by_role
        ),
    )
