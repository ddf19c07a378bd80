"""What commands that publish take and show."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from learnstrata.app.cli.output import print_json, shown
from learnstrata.exceptions import ParameterError

if TYPE_CHECKING:
    from learnstrata.layer.publishing.terms import Published
    from learnstrata.layer.store.retention import Due

__all__ = [
    "AllowOlderOption",
    "GrantRoleOption",
    "ModeOption",
    "ToOption",
    "roles_of",
    "tell_published",
]

ToOption = Annotated[
    str,
    typer.Option(
        "--to",
        metavar="TARGET",
        help="postgresql://HOST/DATABASE, sqlite:///FILE or a folder.",
    ),
]
ModeOption = Annotated[
    Literal["auto", "full", "delta"],
    typer.Option(
        "--mode",
        case_sensitive=False,
        help="full compares all rows, delta sends what changed; a delta that cannot "
        "be built becomes full.",
    ),
]
AllowOlderOption = Annotated[
    bool,
    typer.Option("--allow-older", help="Take the place of a newer release."),
]
GrantRoleOption = Annotated[
    list[str] | None,
    typer.Option(
        "--grant-role",
        metavar="AUDIENCE=ROLE",
        help="Role of the database that reads for mentoring, careers or product; may "
        "be given again.",
    ),
]


def roles_of(given: Iterable[str] | None) -> dict[str, str]:
    """Read the roles of audiences as they are given: ``mentoring=ROLE``.

    Raises
    ------
    ParameterError
        If one is written in another way, or an audience is given twice.

    Examples
    --------
    >>> roles_of(["mentoring=team_m", "product=bi"])
    {'mentoring': 'team_m', 'product': 'bi'}
    """
    roles: dict[str, str] = {}
    for one in given or ():
        audience, sign, role = one.partition("=")
        if not (audience and sign and role):
            raise ParameterError(
                f"Got --grant-role {one!r}, expected AUDIENCE=ROLE, such as "
                "mentoring=team_m."
            )
        if audience in roles:
            raise ParameterError(
                f"Got two roles for {audience}: {roles[audience]!r} and {role!r}. "
                "Give one, of which the others are members."
            )
        roles[audience] = role
    return roles


def tell_published(
    found: "Published", pruned: "Due | None" = None, *, quiet: bool, as_json: bool
) -> None:
    """Show what came of a publication and was pruned after it, as it is asked for."""
    from learnstrata.app.prunings import due_as_json, show_pruned
    from learnstrata.app.publications import published_as_json, show_published

    with shown(written=found.address):
        if as_json:
            print_json({**published_as_json(found), "pruned": due_as_json(pruned)})
        elif not quiet:
            show_published(found)
            show_pruned(pruned)
