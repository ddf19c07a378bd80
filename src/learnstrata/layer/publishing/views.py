"""Views of a target, each with what its readers need and no more, and who may read."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from sqlalchemy.dialects import postgresql

from learnstrata.exceptions import ParameterError
from learnstrata.layer.publishing.contract import CONTRACT
from learnstrata.layer.releases import MEMBERS

__all__ = [
    "AUDIENCES",
    "DELTAS",
    "HELD",
    "VIEWS",
    "Audience",
    "grants_of",
    "roles_given",
    "view_statement",
]

Audience: TypeAlias = Literal["mentoring", "careers", "product"]

LATEST = "(SELECT max(publication) FROM segment_releases_v1)"
NOW = f"""FROM {CONTRACT} AS m
JOIN segment_releases_v1 AS r ON r.publication = {LATEST}"""
HELD, DELTAS = "segment_membership", "segment_deltas_v1"
LONGEST_ROLE = 63  # bytes, of PostgreSQL


def _of(*names: str) -> str:
    return ", ".join(f"m.{name}" for name in names)


def _signed(when: str, sign: int) -> str:
    columns = f"r.publication, r.release, CAST({sign} AS BIGINT) AS sign"
    return f"""SELECT {columns}, {_of(*MEMBERS)}
FROM {CONTRACT} AS m
JOIN segment_releases_v1 AS r ON r.publication = m.{when}"""  # noqa: S608 - names of ours


MENTORING = _of(
    *("learner_id", "segment_name", "subsegment_name", "role_family"),
    *("standing", "since"),
)
CAREERS = _of("learner_id", "segment_id", "segment_name", "subsegment_name")
CAREERS += ", m.second_segment_id, s.segment_name AS second_segment_name, "
CAREERS += _of("role_family", "since")
PRODUCT = "s.segment_name, s.told AS learners"
VIEWS: Mapping[str, str] = {
    HELD: f"""SELECT {_of(*MEMBERS)}, r.release, r.version
{NOW}
WHERE m.to_publication IS NULL""",
    DELTAS: f"""{_signed("from_publication", 1)}
UNION ALL
{_signed("to_publication", -1)}""",
    "segment_membership_mentoring": f"""SELECT {MENTORING}, r.release
{NOW}
WHERE m.to_publication IS NULL""",
    "segment_membership_careers": f"""SELECT {CAREERS}, r.release
{NOW}
LEFT JOIN segments_v1 AS s
ON s.publication = r.publication AND s.segment_id = m.second_segment_id
WHERE m.to_publication IS NULL""",
    "segment_sizes_product": f"""SELECT {PRODUCT}, r.release
FROM segments_v1 AS s
JOIN segment_releases_v1 AS r ON r.publication = {LATEST}
WHERE s.publication = r.publication AND s.told IS NOT NULL""",  # noqa: S608 - names of ours
}
AUDIENCES: Mapping[Audience, str] = {
    "mentoring": "segment_membership_mentoring",
    "careers": "segment_membership_careers",
    "product": "segment_sizes_product",
}


def view_statement(name: str, dialect: str) -> str:
    """Write what makes a view of the contract.

    Parameters
    ----------
    name : str
        One of `VIEWS`.
    dialect : str
        ``sqlite`` or ``postgresql``. There a view of an audience is a barrier: no
        function of a reader sees rows that the view leaves out.

    Examples
    --------
    >>> view_statement("segment_sizes_product", "postgresql").splitlines()[0]
    'CREATE VIEW segment_sizes_product WITH (security_barrier) AS'
    """
    guarded = dialect == "postgresql" and name in AUDIENCES.values()
    options = " WITH (security_barrier)" if guarded else ""
    return f"CREATE VIEW {name}{options} AS\n{VIEWS[name]}"


def roles_given(roles: Mapping[str, str] | None = None) -> dict[Audience, str]:
    """Complete the roles of the audiences; by default a role is called as its audience.

    Parameters
    ----------
    roles : mapping of str to str, default=None
        Audience -> role of the database.

    Raises
    ------
    ParameterError
        If an audience is none, or a role has no name.

    Examples
    --------
    >>> roles_given({"mentoring": "team_m"})
    {'mentoring': 'team_m', 'careers': 'careers', 'product': 'product'}
    """
    given = dict(roles or {})
    if unknown := sorted(given.keys() - AUDIENCES.keys()):
        raise ParameterError(
            f"Got the audience {unknown[0]!r}, expected one of {[*AUDIENCES]}."
        )
    for audience, role in given.items():
        if not 0 < len(role.encode()) <= LONGEST_ROLE or "\0" in role:
            raise ParameterError(
                f"Got {role!r} as the role of {audience}, expected the name of a role "
                f"of the database: 1 to {LONGEST_ROLE} bytes."
            )
    return {audience: given.get(audience, audience) for audience in AUDIENCES}


def grants_of(roles: Mapping[Audience, str], *, schema: str = "") -> tuple[str, ...]:
    """Write the statements that let the roles read, each its own view and no table.

    They are for the database's owner: nothing here runs them.

    Parameters
    ----------
    roles : mapping
        From `roles_given`.
    schema : str, default=""
        That the views are in, where it is known.

    Examples
    --------
    >>> print(*grants_of(roles_given({"product": "bi"}))[-1:])
    GRANT SELECT ON segment_sizes_product TO "bi";
    """
    quote = postgresql.dialect().identifier_preparer.quote_identifier
    inside = f"{quote(schema)}." if schema else ""
    everybody = ", ".join(dict.fromkeys(map(quote, roles.values())))
    usage = [f"GRANT USAGE ON SCHEMA {quote(schema)} TO {everybody};"] if schema else []
    reads = [
        f"GRANT SELECT ON {inside}{AUDIENCES[audience]} TO {quote(role)};"
        for audience, role in roles.items()
    ]
    return (*usage, *reads)
