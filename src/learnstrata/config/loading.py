"""Reading a configuration: a recipe, a user's file over it, arguments over both."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from importlib import resources
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from learnstrata.config.stages import EVIDENCE_LEVELS, Config, Evidence, Monitoring
from learnstrata.disk.nearness import did_you_mean
from learnstrata.exceptions import ConfigError, nearest, preview

__all__ = [
    "list_recipes",
    "load_config",
    "load_limits",
    "load_names",
    "load_over",
    "numbered_names",
]


def list_recipes() -> tuple[str, ...]:
    """Name the recipes of the package."""
    folder = resources.files("learnstrata") / "recipes"
    names = (item.name for item in folder.iterdir())
    return tuple(sorted(n.removesuffix(".toml") for n in names if n.endswith(".toml")))


def load_config(
    recipe: str = "robust",
    path: str | Path | None = None,
    **overrides: Any,  # noqa: ANN401 - checked like the file is
) -> Config:
    """Read a recipe, lay a TOML file over it, and arguments over both.

    Parameters
    ----------
    recipe : str
        A name of `list_recipes`.
    path : path, default=None
        A user's TOML file. It may say ``recipe = "notebook"`` itself.
    **overrides
        Top-level keys such as ``as_of`` or ``seed``, or mappings such as
        ``evidence={"level": "full"}``; ``None`` changes nothing.

    Raises
    ------
    ConfigError
        For an unknown recipe, an unreadable file, an unknown key, or a value that does
        not fit.

    Examples
    --------
    >>> config = load_config("notebook", as_of=2026)
    >>> config.unit, config.as_of, config.selection.rule.min_k
    ('record', 2026, 3)
    """
    user = _read_user_file(path) if path is not None else {}
    values = _read_recipe(str(user.get("recipe", recipe)))
    given = {key: value for key, value in overrides.items() if value is not None}
    above = _laid_over(numbered_names(user), numbered_names(given))
    merged = _levelled(_laid_over(values, above))
    _refuse_unknown_keys(merged, Config, where="")
    return _validated(merged)


def load_names(path: str | Path) -> Mapping[int | str, str]:
    """Read names of segments from a TOML file with ``[names]`` and nothing else.

    Parameters
    ----------
    path : path

    Returns
    -------
    mapping of int or str to str
        As ``names`` of a configuration: by id, or by the name that a segment has.

    Raises
    ------
    ConfigError
        For an unreadable file, one that says anything else, or no name that fits.
    """
    values = _read_user_file(path)
    if more := sorted(values.keys() - {"names"}):
        raise ConfigError(
            f"{path} sets {more} besides [names], which takes a new run. Leave these "
            "out, or give the file to learnstrata run --config."
        )
    names = load_config(path=path).names
    if not names:
        raise ConfigError(
            f'{path} names no segment. Write [names] and below it 1 = "a name".'
        )
    return names


def load_limits(path: str | Path, *, below: Monitoring) -> Monitoring:
    """Read the limits of monitoring from a TOML file, laid over those of a run.

    Parameters
    ----------
    path : path
    below : Monitoring
        What the file does not say.

    Raises
    ------
    ConfigError
        For an unreadable file, an unknown key, or a value that does not fit.
    """
    load_config(path=path)  # refuses what does not fit, wherever it stands
    given = _read_user_file(path).get("monitoring", {})
    return load_config(monitoring=asdict(below) | given).monitoring


def load_over(path: str | Path, *, below: Config) -> Config:
    """Read a TOML file laid over a configuration that is there.

    Parameters
    ----------
    path : path
        One that names a recipe begins with that, and nothing of `below` counts. A level
        of evidence brings all that it stands for.
    below : Config
        What the file does not say.

    Raises
    ------
    ConfigError
        For an unreadable file, an unknown key, or a value that does not fit.
    """
    alone = load_config(path=path)  # refuses what does not fit, wherever it stands
    user = _read_user_file(path)
    if "recipe" in user:
        return alone
    under = below.as_dict()
    if "level" in user.get("evidence", {}):
        del under["evidence"]
    return _validated(_levelled(_laid_over(under, numbered_names(user))))


def numbered_names(values: Any) -> Any:  # noqa: ANN401 - not checked yet
    """Read the keys of ``names`` that are numbers as the ids they are.

    TOML and JSON have no other keys than texts.

    Examples
    --------
    >>> numbered_names({"names": {"2": "Ours", "Senior": "Theirs"}})
    {'names': {2: 'Ours', 'Senior': 'Theirs'}}
    """
    names = values.get("names") if isinstance(values, Mapping) else None
    if not isinstance(names, Mapping):
        return values
    keys = {key: int(key) if _is_number(key) else key for key in names}
    return {**values, "names": {keys[key]: name for key, name in names.items()}}


def _is_number(key: int | str) -> bool:
    return str(key).removeprefix("-").isdecimal()


def _levelled(values: Mapping[str, Any]) -> dict[str, Any]:
    """Lay the evidence that was asked for over what its level stands for."""
    evidence = values.get("evidence", {})
    if not isinstance(evidence, Mapping):
        return dict(values)
    level = str(evidence.get("level", Evidence().level))
    under = EVIDENCE_LEVELS.get(level, {})
    return {**values, "evidence": _laid_over(under, evidence)}


def _read_recipe(name: str) -> dict[str, Any]:
    known = list_recipes()
    if name not in known:
        hint = nearest(name, known)
        raise ConfigError(
            f"Got recipe {name!r}, expected one of {list(known)}."
            + (f" Perhaps {hint!r}?" if hint else "")
        )
    text = (resources.files("learnstrata") / "recipes" / f"{name}.toml").read_text(
        encoding="utf-8"
    )
    return tomllib.loads(text)


def _read_user_file(path: str | Path) -> dict[str, Any]:
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError(
            f"There is no configuration file {str(path)!r}.{did_you_mean(path)}"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"Cannot read the configuration {path}: {error}.") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}.") from None


def _laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        if isinstance(under, Mapping) and isinstance(value, Mapping):
            merged[key] = _laid_over(under, value)
        else:
            merged[key] = value
    return merged


def _refuse_unknown_keys(values: Mapping[str, Any], stage: type, *, where: str) -> None:
    known = get_type_hints(stage)
    for key, value in values.items():
        if key not in known:
            hint = nearest(key, known)
            homes = _homes(key) if not (hint and where) else []
            place = f"[{where}]" if where else "the top level"
            raise ConfigError(
                f"Unknown key {key!r} at {place} of the configuration."
                + (f" Perhaps {hint!r}?" if hint and not homes else "")
                + (f" It is a key of {' and of '.join(homes)}." if homes else "")
                + f" Known keys: {preview(sorted(known))}."
            )
        for inner, name in _inner_stages(known[key], key, value):
            below = f"{where}.{name}" if where else name
            _refuse_unknown_keys(inner[0], inner[1], where=below)


def _homes(key: str) -> list[str]:
    """Name the stages that know a key: one appended to a file is under the last."""
    stages = get_type_hints(Config).items()
    return [
        f"[{name}]"
        for name, stage in stages
        if is_dataclass(stage) and key in get_type_hints(stage)
    ]


def _inner_stages(
    kind: Any,  # noqa: ANN401 - the type of a dataclass field
    key: str,
    value: Any,  # noqa: ANN401 - whatever the file holds
) -> list[tuple[tuple[Mapping[str, Any], type], str]]:
    if not isinstance(value, Mapping):
        return []
    if is_dataclass(kind) and isinstance(kind, type):
        return [((value, kind), key)]
    stages = [stage for stage in get_args(kind) if is_dataclass(stage)]
    return [
        ((inner, stage), f"{key}.{name}")
        for stage in stages
        if isinstance(stage, type)
        for name, inner in value.items()
        if isinstance(inner, Mapping)
    ]


def _validated(values: Mapping[str, Any]) -> Config:
    try:
        return TypeAdapter(Config).validate_python(values)
    except ValidationError as error:
        raise ConfigError(_told(error.errors(include_url=False))) from None


def _told(errors: Sequence[ErrorDetails]) -> str:
    """Tell each misfit; of a value with several types, what each expects."""
    by_place: dict[tuple[int | str, ...], list[ErrorDetails]] = {}
    for error in errors:
        by_place.setdefault(_place(error), []).append(error)
    return " ".join(_told_of(place, found) for place, found in by_place.items())


def _place(error: ErrorDetails) -> tuple[int | str, ...]:
    """Give where a value stands, without the types it could have had."""
    place = error["loc"]
    kind = get_type_hints(Config)[str(place[0])]
    return place[:1] if get_origin(kind) in {Union, UnionType} else place


def _told_of(place: Sequence[int | str], errors: Sequence[ErrorDetails]) -> str:
    where = ".".join(str(part) for part in place if part != "[key]")
    reasons = "; or: ".join(e["msg"].removeprefix("Value error, ") for e in errors)
    value = errors[0]["input"]
    if isinstance(value, Mapping) and errors[0]["type"] == "value_error":
        return f"The configuration does not fit at {where}: {reasons}."
    return f"Got {where} = {value!r} in the configuration: {reasons}."
