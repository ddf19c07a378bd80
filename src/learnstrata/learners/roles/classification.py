"""What a role family is in public classifications of occupations.

ISCO-08 is the International Labour Organization's, ESCO the European Commission's: who
has tables by them joins on their codes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from learnstrata.exceptions import ParameterError

__all__ = ["RoleFamily"]

_ISCO_08 = re.compile(r"[1-9]\d{1,3}")
_ESCO = re.compile(
    r"http://data\.europa\.eu/esco/occupation/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)


@dataclass(frozen=True, slots=True)
class RoleFamily:
    """A role family with its codes; all but the name may be missing.

    Attributes
    ----------
    name : str
    isco_08 : str or None
        Code of the group of ISCO-08 that most of the family's titles are in: two digits
        a sub-major group, three a minor group, four a unit group.
    isco_title : str or None
        What ISCO-08 calls the group.
    esco : str or None
        Address of a typical occupation in ESCO.
    esco_label : str or None
        What ESCO calls the occupation.

    Examples
    --------
    >>> RoleFamily("Quality", "2519", "Software developers n.e.c.").isco_08
    '2519'
    """

    name: str
    isco_08: str | None = None
    isco_title: str | None = None
    esco: str | None = None
    esco_label: str | None = None

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Self:
        """Read a family of a title table.

        Parameters
        ----------
        entry : mapping
            ``name``, and the codes where there are some.

        Raises
        ------
        ParameterError
            If a code cannot be one of its classification, or has no words beside it.

        Examples
        --------
        >>> RoleFamily.of({"name": "Gardening"}).isco_08 is None
        True
        """
        found = cls(**entry)
        for code, words, form, expected in (
            ("isco_08", "isco_title", _ISCO_08, "two to four digits, such as 2512"),
            ("esco", "esco_label", _ESCO, "the address of an occupation in ESCO"),
        ):
            value, label = getattr(found, code), getattr(found, words)
            if value is not None and not form.fullmatch(value):
                raise ParameterError(
                    f"Got {code}={value!r} of the role family {found.name!r}, expected "
                    f"{expected}; leave it out where no group fits."
                )
            if (value is None) != (label is None):
                raise ParameterError(
                    f"Got {code}={value!r} and {words}={label!r} of the role family "
                    f"{found.name!r}, expected both or neither."
                )
        return found
