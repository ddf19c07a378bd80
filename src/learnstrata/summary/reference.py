"""The reference of ``summary.json``, made of the contract: a page and a JSON Schema.

``python -m learnstrata.summary.reference`` writes both to ``docs/reference``.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

from pydantic import Field, JsonValue, TypeAdapter

from learnstrata.privacy.disclosure.kinds import (
    Amount,
    Coarse,
    Count,
    Derived,
    Kind,
    Mean,
    Rows,
    Share,
    Statistic,
    Typical,
)
from learnstrata.summary.contract.model import Model
from learnstrata.summary.contract.results import (
    SCHEMA_VERSION,
    DisclosedSummary,
    ExactSummary,
    Summary,
)
from learnstrata.summary.walk import kinds_of, models_in

__all__ = ["reference_page", "reference_schema", "write_reference"]

PAGE, SCHEMA = "summary.md", "summary.schema.json"

INTRODUCTION = f"""# summary.json

This page and [its JSON Schema]({SCHEMA}) are made of the contract in
`learnstrata.summary.contract`, `schema_version` {SCHEMA_VERSION}, by `make reference`.

A run has its results in two forms of the same shape. `private/summary.json` (`form`
`exact`) is for its owner: every number, unguarded. `share/summary.json` (`form`
`disclosed`) may be passed on: it is made of the exact one by what each value is, its
kind below. There null stands for what is hidden; null for a count reads "under 10"
(`settings.base`), zero included, and rounded parts may not add up to their total.

Pay is in currency units a year (`settings.money.per` of them make one
`settings.money.unit`), shares are 0..1, segments are numbered from 1. What was not
measured, or has no finite value, is null in both forms.

## Kinds

| kind | what it is | what may be shared |
|---|---|---|
"""

SHARED: dict[str, str] = {
    "Setting": "as it is",
    "Word": "as it is",
    "Label": "as it is; values held by few learners are pooled before",
    "Sentence": "as it is",
    "Fact": "as it is",
    "Edge": "as it is",
    "Placed": "as it is",
    "Owner": "nothing: null, or empty",
    "Count": "rounded to `settings.base` with one offset a run; under it null",
    "Share": "of the rounded counts: a tenth of a percent of a whole over 1,000, whole "
    "percents under that, null under 50",
    "Derived": "worked out anew of the rounded counts; null where their "
    "rounding leaves the index open by more than a fifth",
    "Amount": "rounded; null where the learners or their companies are too few, one "
    "company has too many of them, or fewer than five learners are beyond it",
    "Typical": "rounded by what it is; pay as an amount; null where learners are few",
    "Statistic": "two or three significant digits; null where the learners are few",
    "Mean": "of values cut at the first and the last hundredth of all, in steps of the "
    "spread; null where learners are few, all have the same or one has most of it",
    "Coarse": "in steps of 10 / n, 0.01 to 0.1; 0.9 stands for all from there on",
    "Rows": "as many; in the order of published numbers where it says so",
}


def reference_page() -> str:
    """Write the page: every field with its type, its kind and of whom it is."""
    kinds = "\n".join(
        f"| {kind.__name__} | {_first_line(kind)} | {SHARED[kind.__name__]} |"
        for kind in get_args(Kind)
    )
    sections = "\n".join(map(_section, models_in(DisclosedSummary)))
    return f"{INTRODUCTION}{kinds}\n\n{sections}"


def reference_schema() -> str:
    """Write the JSON Schema of both forms; each field names its kind."""
    forms = Annotated[DisclosedSummary | ExactSummary, Field(discriminator="form")]
    schema = TypeAdapter[Summary](forms).json_schema(mode="serialization")
    for model in models_in(DisclosedSummary, ExactSummary):
        properties = schema["$defs"][model.__name__]["properties"]
        for name, kind in kinds_of(model).items():
            properties[name].pop("title", None)
            properties[name]["x-kind"] = type(kind).__name__.lower()
            if of := _of(kind):
                properties[name]["x-of"] = of
    told: dict[str, JsonValue] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"summary.json of learnstrata, version {SCHEMA_VERSION}",
    }
    return json.dumps(told | schema, indent=1) + "\n"


def write_reference(folder: str | Path) -> None:
    """Write the page and the schema into a folder.

    Parameters
    ----------
    folder : path
    """
    target = Path(folder)
    (target / PAGE).write_text(reference_page(), encoding="utf-8")
    (target / SCHEMA).write_text(reference_schema(), encoding="utf-8")


def _section(model: type[Model]) -> str:
    rows = "\n".join(
        f"| `{name}` | {_type(model.model_fields[name].annotation)} "
        f"| {type(kind).__name__} | {_of(kind)} |"
        for name, kind in kinds_of(model).items()
    )
    return (
        f"## {model.__name__}\n\n{_first_line(model)}\n\n"
        f"| field | type | kind | of whom, how |\n|---|---|---|---|\n{rows}\n"
    )


def _first_line(documented: type) -> str:
    return (documented.__doc__ or "").strip().splitlines()[0]


def _of(kind: Kind) -> str:
    """Say of whom a value is, and how exactly it is told."""
    if isinstance(kind, Rows):
        return f"by {', '.join(f'`{name}`' for name in kind.by)}" if kind.by else ""
    of = str(getattr(kind, "of", ""))
    return "; ".join(part for part in (of, *_more(kind)) if part)


def _more(kind: Kind) -> Iterator[str]:
    if isinstance(kind, Count) and kind.behind:
        yield f"hidden where `{kind.behind}` are few"
    if isinstance(kind, Share):
        yield f"of `{kind.whole}`"
    if isinstance(kind, Derived):
        yield f"from {', '.join(f'`{name}`' for name in kind.fields)}"
    if isinstance(kind, Amount | Typical) and kind.at is not None:
        yield f"{100 * kind.at:g} % quantile"
    if isinstance(kind, Amount | Typical | Statistic | Mean | Coarse) and kind.n:
        yield f"counted by `{kind.n}`"
    if isinstance(kind, Statistic | Derived):
        yield f"{kind.digits} digit{'s' if kind.digits > 1 else ''}"


PLAIN = (
    (str, "text"),
    (int, "whole number"),
    (float, "number"),
    (bool, "true or false"),
)


def _type(annotation: object) -> str:
    """Name the type of a field as JSON has it.

    Examples
    --------
    >>> _type(tuple[int | None, ...]), _type(dict[str, float]), _type(Literal["a", "b"])
    ('list of whole number or null', 'number by key', '`a` or `b`')
    """
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type(inner[0])
    if origin in {Union, UnionType}:
        named = [_type(one) for one in inner if one is not NoneType]
        return " or ".join([*named, "null"] if NoneType in inner else named)
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in inner)
    if origin is tuple:
        return f"list of {_type(inner[0])}"
    if origin is dict:
        return f"{_type(inner[1])} by key"
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    return next((word for kind, word in PLAIN if annotation is kind), "any JSON value")


if __name__ == "__main__":
    write_reference(sys.argv[1] if len(sys.argv) > 1 else "docs/reference")
