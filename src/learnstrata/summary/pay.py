"""Benchmarks, cohorts, companies and the questions of a run, to the contract.

Every number is exact; `learnstrata.summary.disclose` makes of it what may be shared.
"""

from collections.abc import Mapping, Sequence
from itertools import product

import polars as pl

from learnstrata.pipeline import Run
from learnstrata.privacy.disclosure.bands import size_band
from learnstrata.segments.pay import cohorts, companies
from learnstrata.segments.pay.benchmarks import KNOTS
from learnstrata.summary.contract.pay import (
    Benchmarks,
    Cohort,
    Companies,
    CompanyRole,
    CompanyTier,
    CompanyView,
    PayCell,
)
from learnstrata.summary.contract.questions import (
    Explained,
    MentorLevel,
    MentorRole,
    PayWithExperience,
    Questions,
    RoleInCompanies,
)

__all__ = ["build_benchmarks", "build_cohorts", "build_companies", "build_questions"]

KEYS = {
    "cell": ("role_family", "tier", "experience_band"),
    "role and experience": ("role_family", "experience_band"),
    "role": ("role_family",),
    "all": (),
}
KNOWN = ("learners", "companies", "largest_share", *KNOTS, "shrunk", "weight")
NOBODY = dict.fromkeys((*KEYS["cell"], *KNOWN)) | {"learners": 0, "companies": 0}


def build_benchmarks(run: Run) -> Benchmarks:
    """Give the pay benchmarks of a run; without cells they say why.

    Combinations that no learner has are there, too: one that is missing would tell that
    nobody has it, and one that is there that somebody does.

    Parameters
    ----------
    run : Run
    """
    found = run.meaning.benchmarks
    bands = run.meaning.model.features.experience_band_names
    cells, *wider = (
        _cells(
            found.cells if level == "cell" else found.wider.filter(level=level),
            level,
            bands,
        )
        for level in KEYS
    )
    return Benchmarks(
        reason=found.reason,
        tau=None if found.reason else found.tau,
        n_learners=found.n_learners,
        n_left_out=found.n_left_out,
        cells=cells,
        wider=tuple(cell for level in wider for cell in level),
    )


def _cells(rows: pl.DataFrame, level: str, bands: Sequence[str]) -> tuple[PayCell, ...]:
    """Give a cell for each combination of the values there are."""
    if rows.is_empty():
        return ()
    keys = KEYS[level]
    values = [
        bands if key == "experience_band" else sorted(rows[key].unique())
        for key in keys
    ]
    found = {
        tuple(row[key] for key in keys): row
        for row in rows.select(*keys, *KNOWN).to_dicts()
    }
    return tuple(
        PayCell.model_validate(
            NOBODY
            | {"level": level, **dict(zip(keys, place, strict=True))}
            | found.get(place, {})
        )
        for place in product(*values)
    )


def build_cohorts(run: Run) -> tuple[Cohort, ...]:
    """Give the cohorts of a run by their counts, without who is in them.

    Parameters
    ----------
    run : Run
    """
    ids = {one.name: i for i, one in enumerate(run.meaning.names, start=1)}
    return tuple(_cohort(found, ids) for found in run.meaning.cohorts)


def _cohort(found: cohorts.Cohort, ids: Mapping[str, int]) -> Cohort:
    """Give a cohort; its rows of segments say of which."""
    cohort = Cohort.of(found)
    rows = tuple(
        row.model_copy(update={"segment_id": ids.get(row.value)})
        for row in cohort.by_segment
    )
    return cohort.model_copy(update={"by_segment": rows})


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
        tiers=tuple(map(CompanyTier.of, found.tiers)),
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
        pay_with_experience=found.pay_with_experience
        and PayWithExperience.of(found.pay_with_experience),
        in_companies=views
        and RoleInCompanies.of(companies.role_in_companies(views, companies.COMPARED)),
        mentor_roles=tuple(
            MentorRole(
                role=role.role,
                learners=role.learners,
                share=role.learners / everybody,
                demand=role.demand,
                supply=role.supply,
                levels=tuple(map(MentorLevel.of, role.levels)),
            )
            for role in found.mentor_roles
        ),
        mentor_years=run.config.decisions.mentor_years,
        mentees=run.config.decisions.mentees,
    )
