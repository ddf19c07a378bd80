"""What the decision questions of the three teams need beside the other results."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import polars as pl

from learnstrata.config.stages import Config
from learnstrata.learners.roles.unnamed import unnamed_roles
from learnstrata.segments.questions.explained import Explained, explain_differences
from learnstrata.segments.questions.mentors import MentorRole, count_mentors
from learnstrata.segments.questions.pay import (
    PayWithExperience,
    relate_pay_to_experience,
)

__all__ = ["Answers", "answer_questions"]


@dataclass(frozen=True, slots=True)
class Answers:
    """Numbers of the answers, exact; None where the table cannot answer."""

    explained: tuple[Explained, ...]
    pay_with_experience: PayWithExperience | None
    mentor_roles: tuple[MentorRole, ...]


def answer_questions(
    learners: pl.DataFrame,
    *,
    available: Collection[str],
    bands: Sequence[str],
    config: Config,
) -> Answers:
    """Work out the numbers of the answers.

    Parameters
    ----------
    learners : polars.DataFrame
        Learners of a run with features and ``segment_id``. It is not changed.
    available : collection of str
        Standard columns the table holds.
    bands : sequence of str
        Experience bands from low to high.
    config : Config
    """
    columns = frozenset(available)
    return Answers(
        explained=explain_differences(learners, available=columns),
        pay_with_experience=relate_pay_to_experience(
            learners, available=columns, least=config.privacy.learners
        ),
        mentor_roles=count_mentors(
            learners,
            available=columns,
            bands=bands,
            years=config.decisions.mentor_years,
            no_role=unnamed_roles(config),
        ),
    )
