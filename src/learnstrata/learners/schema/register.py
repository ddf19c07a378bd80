"""The register of columns: the names a column goes by, how it is read, what it is for.

A new alias is a word here and nothing else.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from learnstrata.learners.schema.columns import Kind

__all__ = [
    "COLUMNS",
    "GIVEN",
    "STANDARD",
    "Column",
    "column_label",
    "extra_name",
    "folded",
    "lost_without",
]


@dataclass(frozen=True, slots=True)
class Column:
    """One column a learner table may have.

    Attributes
    ----------
    key : str
        Where the configuration names it, in ``[columns]``.
    kind : Kind
        How its values are read.
    aliases : tuple of str
        Names it goes by, the likeliest first; case, spaces, underscores and hyphens do
        not matter.
    label : str
        What it is called.
    without : str
        What a table without it lacks.
    gives : str
        The column of the learners that is made of it.
    names : {"", "company", "learner"}
        Whom its values name: they must not be in what is shared.
    """

    key: str
    kind: Kind
    aliases: tuple[str, ...]
    label: str
    without: str
    gives: str
    names: Literal["", "company", "learner"] = ""


_NO_CAREER = "career stage and rule-based segments are left out"

COLUMNS: Mapping[str, Column] = {
    "learner_id": Column(
        key="learner",
        kind="id",
        aliases=("email_hash", "learner_id", "user_id", "learner", "email"),
        label="learner id",
        without="each row counts as one learner, and there is no history",
        gives="learner_id",
        names="learner",
    ),
    "company": Column(
        key="company",
        kind="text",
        aliases=(
            *("company_hash", "company", "employer", "organisation", "organization"),
        ),
        label="company",
        without="company level, tiers and company findings are left out",
        gives="company",
        names="company",
    ),
    "title": Column(
        key="title",
        kind="text",
        aliases=("job_position", "title", "job_title", "role", "designation"),
        label="title",
        without="role groups, seniority, role findings and mentor pools are left out",
        gives="title",
    ),
    "pay": Column(
        key="pay",
        kind="pay",
        aliases=(
            *("ctc", "pay", "salary", "compensation", "total_compensation"),
            *("totalyearlycompensation", "annual_ctc"),
        ),
        label="pay",
        without="pay features and bands, company level, tiers, pay findings and "
        "rule-based segments are left out",
        gives="pay",
    ),
    "start_year": Column(
        key="start_year",
        kind="year",
        aliases=("orgyear", "start_year", "joining_year"),
        label="start year",
        without=_NO_CAREER,
        gives="years_of_experience",
    ),
    "experience": Column(
        key="experience",
        kind="experience",
        aliases=("years_of_experience", "experience", "yoe"),
        label="experience",
        without=_NO_CAREER,
        gives="years_of_experience",
    ),
    "pay_year": Column(
        key="pay_year",
        kind="year",
        aliases=("ctc_updated_year", "pay_year", "timestamp", "year"),
        label="year of pay",
        without="pay growth, recency and start years after the year of pay go unseen, "
        "and the year of the run is taken from elsewhere",
        gives="pay_year",
    ),
}
STANDARD = ("record", *COLUMNS)
# What the learners may have of them.
GIVEN = tuple(dict.fromkeys(column.gives for column in COLUMNS.values()))
# Columns that later stages add to the standard ones.
_DERIVED = (
    *("state", "rule", "column", "before", "after", "years_of_experience", "role"),
    *("role_family", "role_match", "seniority", "tier", "experience_band", "pay_band"),
    *("pay_growth", "n_records", "n_roles", "years_between", "experience_imputed"),
    *("pay_imputed", "log_pay", "log1p_pay", "log_experience", "recent_pay_update"),
    *("years_since_pay_update", "company_level", "company_mean_pay", "segment"),
    *("company_mean_experience", "company_learners", "company_code"),
)
_RESERVED = frozenset((*STANDARD, *_DERIVED))


def column_label(name: str) -> str:
    """Name a column for a reader.

    Examples
    --------
    >>> column_label("pay_year"), column_label("role_family")
    ('year of pay', 'role family')
    """
    known = COLUMNS.get(name)
    return known.label if known else name.replace("_", " ")


def folded(name: str) -> str:
    """Give a name of a column without what does not matter in it.

    Examples
    --------
    >>> folded("Start Year") == folded("start_year")
    True
    """
    return "".join(char for char in name.lower() if char not in " _-")


def lost_without(there: Collection[str]) -> dict[str, str]:
    """Say what each column that is not there switches off.

    Start year and experience stand for each other.

    Examples
    --------
    >>> lost_without(["learner_id", "company", "title", "pay", "experience"]).keys()
    dict_keys(['pay_year'])
    """
    given = {COLUMNS[name].gives if name in COLUMNS else name for name in there}
    return {
        name: column.without
        for name, column in COLUMNS.items()
        if column.gives not in given
    }


def extra_name(column: str) -> str:
    """Give the standard name of an extra column: its own, unless that is taken.

    Examples
    --------
    >>> extra_name("grade"), extra_name("record")
    ('grade', 'record_extra')
    """
    plain = column.lstrip("_") or "column"
    taken = column.lower() in _RESERVED or plain != column
    return f"{plain}_extra" if taken else column
