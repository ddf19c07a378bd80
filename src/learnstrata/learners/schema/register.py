"""The register of columns: the names a column goes by, how it is read, what it is for.

A new alias is a word here and nothing else.
"""

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from learnstrata.learners.schema.columns import Kind

__all__ = [
    "COLUMNS",
    "GIVEN",
    "Column",
    "column_label",
    "extra_name",
    "folded",
    "is_extra",
    "lost_without",
    "own_name",
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
        Names it goes by, the likeliest first, compared as `folded`.
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
# What the learners may have of them.
GIVEN = tuple(dict.fromkeys(column.gives for column in COLUMNS.values()))
# Before the name of a column of the user's in every frame of ours: no column of ours
# has it, so that the two can never meet.
EXTRA = "extra:"
# A matrix parts a category from its value at "=", a ledger its entries at ";".
ESCAPES = {"=": "%3D", ";": "%3B"}


def column_label(name: str) -> str:
    """Name a column for a reader; one of the user's by the name that it has there.

    Examples
    --------
    >>> column_label("pay_year"), column_label("role_family")
    ('year of pay', 'role family')
    >>> column_label("extra:quiz_score"), column_label("extra:Pay")
    ('quiz_score', 'Pay (own column)')
    """
    if is_extra(name):
        own = own_name(name)
        return f"{own} (own column)" if folded(own) in _TAKEN else own
    known = COLUMNS.get(name)
    return known.label if known else name.replace("_", " ")


def folded(name: str) -> str:
    r"""Give a name of a column without what does not matter in it.

    Case, accents, spaces, punctuation, signs and characters that nobody sees (a
    zero-width space, a byte order mark, a soft hyphen) do not matter.

    Examples
    --------
    >>> folded("Start Year") == folded("start_year")
    True
    >>> {folded(name) for name in ("ctc", "\u200bctc", "CTC\xa0", "C.T.C", "ctc*")}
    {'ctc'}
    >>> folded("Ann\xe9e"), folded("Anne\u0301e")
    ('annee', 'annee')
    """
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(char for char in plain if char.isalnum())


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
    """Give the name in our frames of a column of the user's, an extra or an outcome.

    Examples
    --------
    >>> extra_name("grade"), extra_name("record"), own_name(extra_name("a=b; c"))
    ('extra:grade', 'extra:record', 'a=b; c')
    """
    for sign, escape in ESCAPES.items():
        column = column.replace(sign, escape)
    return EXTRA + column


def is_extra(name: str) -> bool:
    """Tell whether a column of our frames is one of the user's own."""
    return name.startswith(EXTRA)


def own_name(name: str) -> str:
    """Give what the user calls a column of our frames; ours keep their names.

    Examples
    --------
    >>> own_name("extra:grade"), own_name("pay")
    ('grade', 'pay')
    """
    if not is_extra(name):
        return name
    name = name.removeprefix(EXTRA)
    for sign, escape in ESCAPES.items():
        name = name.replace(escape, sign)
    return name


# A reader could take a column of the user's that is called so for one of ours.
_TAKEN = frozenset(folded(one.label) for one in COLUMNS.values())
