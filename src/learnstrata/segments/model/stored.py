"""A model as JSON: written without infinities, read field by field or refused."""

import base64
import binascii
import hashlib
import json
import math
import reprlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from importlib.metadata import version
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    NoReturn,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
)

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from learnstrata.config.loading import numbered_names
from learnstrata.exceptions import SourceError
from learnstrata.learners.features.companies import TIERS, UNRATED, CompanyLevels
from learnstrata.learners.features.matrix import FeatureModel

if TYPE_CHECKING:
    from learnstrata.segments.model.model import SegmentModel

__all__ = ["MODEL_VERSION", "codes_of_members", "read_model", "write_model"]

MODEL_VERSION = 6
HEADER = ("model_version", "release", "digests")
ADVICE = "Use the model.json of a whole run."
CODE_BYTES = 8
CODES_END = 2**53  # of codes: what JSON and Float64 hold exactly
SALT_DIGITS = 64
DIGEST_DIGITS = 16
# Limits that may be infinite; JSON has no such number.
WITHOUT_END = (("limits", "pay_high"), ("limits", "pay_typical", 1))

Model = TypeVar("Model")
Codes = npt.NDArray[np.int64]
Fault = tuple[str, object, str]  # which field, what it holds, what was expected


def write_model(model: "SegmentModel") -> str:
    """Write a model as JSON, with a digest of each of its parts.

    Parameters
    ----------
    model : SegmentModel
        Infinity is allowed where a limit may have none: it is written as null.
    """
    told = json.loads(json.dumps(model, default=_opened))  # lists, and texts as keys
    for *way, last in WITHOUT_END:
        _ends(_inside(told, way), last, math.inf, None)
    texts = {name: _text_of(part) for name, part in told.items()}
    header = {
        "model_version": MODEL_VERSION,
        "release": _release(),
        "digests": {name: _digest(text) for name, text in texts.items()},
    }
    parts = (f"{_text_of(name)}:{text}" for name, text in texts.items())
    return ",".join([_text_of(header)[:-1], *parts]) + "}"


def _opened(value: object) -> dict[str, Any] | str:
    """Give what JSON has no word for in its words, one level deep."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if is_dataclass(value):
        return {one.name: getattr(value, one.name) for one in fields(value)}
    return dict(cast("Mapping[str, Any]", value))


def read_model(kind: type[Model], text: str) -> Model:
    """Read a model, each field for itself and then with the others.

    Parameters
    ----------
    kind : type of dataclass
    text : str

    Raises
    ------
    SourceError
        If the text is no model, one of another version, or damaged: it names the field,
        what it holds and what was expected.
    """
    values = _json_of(text)
    told = {name: values.pop(name, None) for name in HEADER}
    _refuse_other_version(told["model_version"], told["release"])
    _refuse_other_fields(values, kind, "")
    found = {name: _digest(_text_of(part)) for name, part in values.items()}
    for *way, last in WITHOUT_END:
        _ends(_inside(values, way), last, None, math.inf)
    values["config"] = numbered_names(values["config"])
    values["members"] = _bytes_of(values["members"])
    try:
        model = _adapter(kind).validate_python(values)
    except ValidationError as error:
        _refuse(*_fault_of(error.errors(include_url=False)[0]))
    for fault in _faults(cast("SegmentModel", model)):
        _refuse(*fault)
    _refuse_other_digests(told["digests"], found)
    return model


def codes_of_members(members: bytes) -> Codes:
    """Give the codes that a model keeps as bytes.

    Examples
    --------
    >>> codes_of_members(bytes([7, 0, 0, 0, 0, 0, 0, 0])).tolist()
    [7]
    """
    return np.frombuffer(members, "<i8").astype(np.int64)


def _bytes_of(text: object) -> bytes:
    """Read the codes of members, which are too many to stand there one by one."""
    try:
        found = base64.b64decode(text, validate=True) if isinstance(text, str) else None
    except binascii.Error:
        found = None
    if found is None or len(found) % CODE_BYTES:
        _refuse("members", text, f"codes of {CODE_BYTES} bytes each, in base64")
    return found


@cache
def _adapter(kind: type) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _release() -> str:
    return version("learnstrata")


def _text_of(part: object) -> str:
    return json.dumps(part, separators=(",", ":"), allow_nan=False)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:DIGEST_DIGITS]


def _inside(values: object, way: Sequence[str]) -> object:
    for key in way:
        values = values.get(key) if isinstance(values, dict) else None
    return values


def _ends(values: object, key: str | int, before: object, after: object) -> None:
    """Put one value for another where it stands under a key of values of our own."""
    there = isinstance(values, dict) and key in values
    there |= isinstance(values, list) and isinstance(key, int) and len(values) > key
    if there:
        inside: Any = values
        inside[key] = after if inside[key] == before else inside[key]


def _json_of(text: str) -> dict[str, Any]:
    try:
        values = json.loads(text, parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise SourceError(
            f"This is not a model: {error}. Give the model.json of a run."
        ) from None
    if not isinstance(values, dict):
        _refuse_other_version(None, None)
    return values


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:30]} is beyond all numbers")
    return number


def _refuse_other_version(found: object, release: object) -> None:
    if type(found) is not int or found != MODEL_VERSION:
        by = f" (learnstrata {release[:20]})" if isinstance(release, str) else ""
        raise SourceError(
            f"Got model version {_short(found)}{by}, expected {MODEL_VERSION} "
            f"(learnstrata {_release()}). Give the model.json of a run of this version "
            "of learnstrata."
        )


def _refuse(where: str, found: object, expected: str) -> NoReturn:
    raise SourceError(
        f"The model is damaged at {where!r}: got {_short(found)}, expected {expected}. "
        f"{ADVICE}"
    )


def _refuse_other_fields(values: object, kind: type, where: str) -> None:
    """Refuse a field too few or too many, at any depth of dataclasses.

    What an earlier release did not know of the configuration, a stage or a key of one,
    is none too few: it has its usual value, which has to be what was done before.
    """
    if not isinstance(values, Mapping):
        return
    known = [one.name for one in fields(kind)]
    later = _later_keys(kind) if where.startswith("config.") else frozenset[str]()
    for name in known:
        if name not in values and name not in later:
            raise SourceError(
                f"The model is damaged at {where + name!r}: there is no such field. "
                f"{ADVICE}"
            )
    for name in values:
        if name not in known:
            raise SourceError(
                f"The model is damaged at {where + name[:60]!r}: got a field that no "
                f"model has. {ADVICE}"
            )
    for name, inner in _parts_of(kind).items():
        _refuse_other_fields(values.get(name), inner, f"{where}{name}.")


def _later_keys(kind: type) -> frozenset[str]:
    """Name the keys whose values are known though nobody wrote them."""
    return frozenset(
        one.name
        for one in fields(kind)
        if not one.default is one.default_factory is MISSING
    )


@cache
def _parts_of(kind: type) -> Mapping[str, type]:
    """Give the fields of a dataclass that hold one of ours, or none."""
    found = {one.name: _of_ours(one.type) for one in fields(kind)}
    return {name: inner for name, inner in found.items() if inner is not None}


def _of_ours(kind: object) -> type | None:
    if isinstance(kind, type) and is_dataclass(kind):
        return kind
    plain = get_origin(kind) in {Annotated, Union, UnionType}
    inner = map(_of_ours, get_args(kind) if plain else ())
    return next(filter(None, inner), None)


def _fault_of(error: ErrorDetails) -> tuple[str, object, str]:
    where = ".".join(str(part) for part in error["loc"] if part != "[key]")
    said = error["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    return where, error["input"], said.removeprefix("expected ")


def _faults(model: "SegmentModel") -> Iterator[Fault]:
    """Give what does not go together, or is beyond what it can be."""
    features, certainty = model.features, model.certainty
    columns = [
        name
        for column in features.columns
        for name in _matrix_columns(column, features)
    ]
    k, width = len(model.centers), len(columns)
    yield from _sized("centers", model.centers, range(1, CODES_END), "centres")
    yield from _rows("centers", model.centers, width)
    yield from _sized("names", model.names, {k}, "names, one a centre")
    yield from _grows("members", codes_of_members(model.members))
    yield from _not_below("inertia", [model.inertia])
    for n, refit in enumerate(certainty.refits):
        yield from _sized(f"certainty.refits.{n}", refit, {k}, "centres")
        yield from _rows(f"certainty.refits.{n}", refit, width)
    yield from _sized("certainty.reach", certainty.reach, {0, k}, "numbers")
    yield from _not_below("certainty.reach", certainty.reach)
    yield from _sized("certainty.parts", certainty.parts, {0, k}, "parts")
    for n, part in enumerate(certainty.parts):
        yield from _rows(f"certainty.parts.{n}", part, width)
    yield from _sized("part_names", model.part_names, {0, k}, "names of parts")
    for n, (names, part) in enumerate(
        zip(model.part_names, certainty.parts, strict=False)
    ):
        where = f"part_names.{n}"
        yield from _sized(where, names, {len(part)}, "names, one a part")
    for name in ("min_margin", "min_confidence"):
        if not 0 <= (share := getattr(certainty, name)) <= 1:
            yield f"certainty.{name}", share, "0 to 1"
    yield from _faults_of_limits(model)
    yield from _faults_of_features(features, columns)
    if features.companies is not None:
        yield from _faults_of_companies(features.companies)


def _faults_of_limits(model: "SegmentModel") -> Iterator[Fault]:
    limits = model.limits
    for name, (low, high) in {
        "pay_high": (limits.pay_low, limits.pay_high),
        "pay_typical": limits.pay_typical,
    }.items():
        if not 0 <= low <= high:
            yield f"limits.{name}", high, f"{low:g} or more, and that no less than 0"


def _faults_of_bands(features: FeatureModel) -> Iterator[Fault]:
    """Look at the bands of what the table had."""
    bands = {len(features.experience_bands) + 1}
    names = features.experience_band_names
    if "years_of_experience" in features.available:
        yield from _sized("features.experience_band_names", names, bands, "names")
    bands, names = {len(features.pay.bands) + 1}, features.pay.band_names
    if features.pay_fills is not None:
        yield from _sized("features.pay.band_names", names, bands, "names")


def _faults_of_features(features: FeatureModel, columns: list[str]) -> Iterator[Fault]:
    digits = set(features.salt) <= set("0123456789abcdef")
    if len(features.salt) != SALT_DIGITS or not digits:
        yield "features.salt", features.salt, f"{SALT_DIGITS} hexadecimal digits"
    yield from _faults_of_bands(features)
    for part in ("centers", "scales"):
        for column in columns:
            if column not in getattr(features, part):
                held = getattr(features, part)
                yield f"features.{part}", held, f"a number for {column!r} too"
    for column, scale in features.scales.items():
        if scale <= 0:
            yield f"features.scales.{column}", scale, "more than 0"
    if (fills := features.pay_fills) is not None:
        for part in ("bands", "medians"):
            size = {len(fills.roles)}
            values = getattr(fills, part)
            yield from _sized(f"features.pay_fills.{part}", values, size, "one a role")


def _faults_of_companies(companies: CompanyLevels) -> Iterator[Fault]:
    where = "features.companies"
    parts = ("learners", "paid", "log_pay", "pay", "experience", "tier")
    for part in parts:
        size = {len(companies.code)}
        yield from _sized(f"{where}.{part}", getattr(companies, part), size, "values")
    size = {len(companies.roles)}
    yield from _sized(f"{where}.role_levels", companies.role_levels, size, "values")
    yield from _grows(f"{where}.code", companies.code)
    for part in ("learners", "paid", "pay", "experience"):
        known = [value or 0 for value in getattr(companies, part)]
        yield from _not_below(f"{where}.{part}", known)
    for n, tier in enumerate(companies.tier):
        if tier not in {*TIERS, UNRATED}:
            yield f"{where}.tier.{n}", tier, f"one of {[*TIERS, UNRATED]}"
    yield from _not_below(f"{where}.shrinkage", [companies.shrinkage])


def _sized(
    where: str, found: Sequence[object], sizes: Collection[int], what: str
) -> Iterator[Fault]:
    if len(found) not in sizes:
        told = "1 or more" if isinstance(sizes, range) else _either(sizes)
        yield where, found, f"{told} {what} (there are {len(found)})"


def _either(sizes: Collection[int]) -> str:
    return " or ".join(f"{size}" for size in sorted(sizes))


def _rows(where: str, found: Sequence[Sequence[float]], width: int) -> Iterator[Fault]:
    for n, row in enumerate(found):
        yield from _sized(f"{where}.{n}", row, {width}, "numbers, one a column")


def _grows(where: str, codes: Sequence[int] | Codes) -> Iterator[Fault]:
    """Refuse what is no code, and codes that do not ascend."""
    held = np.asarray(codes)
    for n in np.flatnonzero((held < 0) | (held >= CODES_END)).tolist():
        yield f"{where}.{n}", int(held[n]), f"a code, 0 to {CODES_END - 1}"
    for n in (np.flatnonzero(held[1:] <= held[:-1]) + 1).tolist():
        told = f"more than {held[n - 1]}, the code before it"
        yield f"{where}.{n}", int(held[n]), told


def _not_below(where: str, numbers: Sequence[float]) -> Iterator[Fault]:
    for n, number in enumerate(numbers):
        if number < 0:
            yield f"{where}.{n}" if len(numbers) > 1 else where, number, "0 or more"


def _matrix_columns(column: str, features: FeatureModel) -> list[str]:
    values = features.categories.get(column)
    return [column] if values is None else [f"{column}={value}" for value in values]


def _refuse_other_digests(told: object, found: Mapping[str, str]) -> None:
    """Refuse what can be read and is not what was written."""
    for name, digest in found.items():
        written = told.get(name) if isinstance(told, Mapping) else None
        if written != digest:
            raise SourceError(
                f"The model is damaged at {name!r}: it was changed since it was "
                f"written, its digest is {digest} and was {_short(written)}. {ADVICE}"
            )


def _short(value: object) -> str:
    return reprlib.repr(value)
