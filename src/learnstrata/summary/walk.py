"""A walk over results: every declared value with its kind and what is around it."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Protocol, TypeVar, get_args, get_origin

from learnstrata.exceptions import ParameterError
from learnstrata.privacy.disclosure.kinds import Kind
from learnstrata.summary.contract.model import Model

__all__ = [
    "Change",
    "Scope",
    "changed",
    "declared",
    "kinds_of",
    "models_in",
    "owner_of",
    "values_in",
]

M = TypeVar("M", bound=Model)
Scope = tuple[Model, ...]  # the result a value stands in, and those around it before it


class Change(Protocol):
    """What a walk does with values and with rows of results."""

    def value(self, kind: Kind, value: object, scope: Scope) -> object:
        """Give what stands for a value, or for each scalar of a nested one."""
        ...

    def rows(self, kind: Kind, rows: tuple[Model, ...]) -> tuple[Model, ...]:
        """Give the rows that stay, in their order; they are changed already."""
        ...

    def keeps(self, row: Model) -> bool:
        """Say whether a row stays at all; asked before it is changed."""
        ...


@cache
def kinds_of(model: type[Model]) -> Mapping[str, Kind]:
    """Give the kind of each field of a result.

    Raises
    ------
    ParameterError
        If a field is declared with no kind, or with several.
    """
    found: dict[str, Kind] = {}
    for name, info in model.model_fields.items():
        kinds = [one for one in info.metadata if isinstance(one, get_args(Kind))]
        if len(kinds) != 1:
            raise ParameterError(
                f"{model.__name__}.{name} is declared with {len(kinds)} kinds, "
                "expected one. Annotate it with what it is, as disclosure/kinds.py has "
                "them."
            )
        found[name] = kinds[0]
    return found


def changed(model: M, change: Change, around: Scope = ()) -> M:
    """Rebuild a result with every value changed.

    Parameters
    ----------
    model : Model
        It is not changed.
    change : Change
    around : tuple of Model
        Results it stands in, the outermost first.

    Returns
    -------
    Model
        Of the same type, validated.
    """
    scope = (*around, model)
    values = {
        name: _changed(kind, getattr(model, name), change, scope)
        for name, kind in kinds_of(type(model)).items()
    }
    return type(model).model_validate(values)


def _changed(kind: Kind, value: object, change: Change, scope: Scope) -> object:
    if isinstance(value, Model):
        return changed(value, change, scope)
    if isinstance(value, tuple) and value and _holds_results(value):
        if isinstance(value[0], tuple):
            return tuple(_changed(kind, inner, change, scope) for inner in value)
        rows = tuple(changed(row, change, scope) for row in value if change.keeps(row))
        return change.rows(kind, rows)
    return change.value(kind, value, scope)


def _holds_results(value: tuple[object, ...]) -> bool:
    first = value[0]
    return isinstance(first, Model) or (
        isinstance(first, tuple) and bool(first) and isinstance(first[0], Model)
    )


def values_in(model: Model) -> Iterator[tuple[Kind, object]]:
    """Give every value of a result and of those in it, with its kind.

    Examples
    --------
    >>> from learnstrata.summary.contract.results import Money
    >>> [value for _, value in values_in(Money(unit="LPA", per=100_000.0))]
    ['LPA', 100000.0]
    """
    for name, kind in kinds_of(type(model)).items():
        yield from _values(kind, getattr(model, name))


def _values(kind: Kind, value: object) -> Iterator[tuple[Kind, object]]:
    if isinstance(value, Model):
        yield from values_in(value)
    elif isinstance(value, tuple):
        for inner in value:
            yield from _values(kind, inner)
    else:
        yield kind, value


def owner_of(scope: Scope, name: str) -> Model:
    """Give the innermost result that has a value of a name.

    Raises
    ------
    ParameterError
        If none has.
    """
    for model in reversed(scope):
        if _has(type(model), name):
            return model
    raise ParameterError(
        f"No result around {type(scope[-1]).__name__} has {name!r}. Name a field of "
        "it, or of what it stands in."
    )


@cache
def _has(model: type[Model], name: str) -> bool:
    found = getattr(model, name, None)
    return name in model.model_fields or isinstance(found, property)


def declared(model: type[Model], path: str = "") -> Iterator[tuple[str, Kind]]:
    """List every value of a kind of result, with its path and its kind.

    Examples
    --------
    >>> from learnstrata.summary.contract.results import Money
    >>> [(path, type(kind).__name__) for path, kind in declared(Money)]
    [('unit', 'Setting'), ('per', 'Setting')]
    """
    for name, kind in kinds_of(model).items():
        here = f"{path}.{name}" if path else name
        inner = results_in(model.model_fields[name].annotation)
        if not inner:
            yield here, kind
        for one in inner:
            yield from declared(one, here)


def models_in(*roots: type[Model]) -> list[type[Model]]:
    """List results and all that they hold, each once, from the outside in.

    Parameters
    ----------
    *roots : type of Model

    Returns
    -------
    list of type of Model
    """
    found: list[type[Model]] = []
    ahead = [*roots]
    while ahead:
        model = ahead.pop(0)
        if model not in found:
            found.append(model)
            fields = model.model_fields.values()
            held = [one for info in fields for one in results_in(info.annotation)]
            ahead = [*held, *ahead]
    return found


def results_in(annotation: object) -> tuple[type[Model], ...]:
    """Give the kinds of result that a type holds.

    Examples
    --------
    >>> from learnstrata.summary.contract.evidence import Dip
    >>> [one.__name__ for one in results_in(tuple[Dip, ...] | None)]
    ['Dip']
    """
    if isinstance(annotation, type) and get_origin(annotation) is None:
        return (annotation,) if issubclass(annotation, Model) else ()
    return tuple(one for part in get_args(annotation) for one in results_in(part))
