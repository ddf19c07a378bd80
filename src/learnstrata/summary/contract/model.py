"""What every result is: frozen, each field with its kind."""

import math
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Annotated, Self, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from learnstrata.privacy.disclosure.derived import rate_of
from learnstrata.privacy.disclosure.kinds import Count, Derived, Fact, Owner, Share

ROUNDING = 1e-9  # by which a share of a sum may be more than all


def _finite(value: object) -> object:
    """Turn nan and infinity into None: JSON has neither."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


Number: TypeAlias = Annotated[float | None, BeforeValidator(_finite)]
SEGMENT_ID = Fact("segment, numbered from 1")
Segments: TypeAlias = Annotated[int, SEGMENT_ID]
OfCompanies: TypeAlias = Annotated[int | None, Count("companies of these learners")]
Largest: TypeAlias = Annotated[
    Number, Owner("share of the largest company among these learners, 0..1")
]


def of_rate(
    of: str, how: Callable[..., float | None], fields: tuple[str, str], *, end: int
) -> Derived:
    """Declare an end of the interval of a rate: of its part, and of its whole.

    Parameters
    ----------
    of : str
    how : callable
        Gives the end of the two counts.
    fields : tuple of str
        Of the part and of the whole.
    end : int
        -1 of the lower end, 1 of the upper.
    """
    return Derived(of, how, fields, signs=(1, -1), index=rate_of, end=end, digits=2)


class Model(BaseModel):
    """A result: frozen, and with no field that is not declared."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def of(cls, found: object) -> Self:
        """Read the fields by their names from what a stage found, at any depth."""
        return cls.model_validate(found, from_attributes=True)

    @model_validator(mode="after")
    def _within_bounds(self) -> Self:
        """Refuse a count below 0 and a share outside 0..1."""
        for name, most in _bounds(type(self)).items():
            found = getattr(self, name)
            for value in _scalars(found):
                if value is not None and not 0 <= value <= most:
                    raise ValueError(f"{name} is {value}, expected 0 to {most:g}")
        return self


def _scalars(value: object) -> Iterator[float | None]:
    """Give a number, or each of those of a nested tuple."""
    if isinstance(value, tuple):
        for inner in value:
            yield from _scalars(inner)
    elif value is None or isinstance(value, int | float):
        yield value


@cache
def _bounds(model: type[Model]) -> Mapping[str, float]:
    """Give the most that each count and share of a result may be."""
    most = {Count: math.inf, Share: 1 + ROUNDING}
    return {
        name: most[type(kind)]
        for name, info in model.model_fields.items()
        for kind in info.metadata
        if type(kind) in most
    }
