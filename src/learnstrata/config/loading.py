"""Reading a configuration: a recipe, a user's file over it, arguments over both."""

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from importlib import resources
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

from learnstrata.config.stages import EVIDENCE_LEVELS, Config, Evidence
from learnstrata.exceptions import ConfigError, nearest, preview

__all__ = ["list_recipes", "load_config", "numbered_names"]


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
    config = _validated(merged)
    _refuse_bad_values(config)
    return config


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
        raise ConfigError(f"There is no configuration file {str(path)!r}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"Cannot read the configuration {path}: {error}.") from None
    except tomllib.TOMLDecodeError as error:
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
    known = {f.name: f.type for f in fields(stage)}
    for key, value in values.items():
        if key not in known:
            hint = nearest(key, known)
            place = f"[{where}]" if where else "the top level"
            raise ConfigError(
                f"Unknown key {key!r} at {place} of the configuration."
                + (f" Perhaps {hint!r}?" if hint else "")
                + f" Known keys: {preview(sorted(known))}."
            )
        for inner, name in _inner_stages(known[key], key, value):
            below = f"{where}.{name}" if where else name
            _refuse_unknown_keys(inner[0], inner[1], where=below)


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
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(Config).validate_python(values)
    except ValidationError as error:
        raise ConfigError(_told(error.errors(include_url=False))) from None


def _told(errors: Sequence[Any]) -> str:
    """Tell the first error; of a field with several types, what each expects."""
    first = errors[0]
    kinds = {f.name: f.type for f in fields(Config)}
    several = get_origin(kinds[first["loc"][0]]) in {Union, UnionType}
    place = first["loc"][:1] if several else first["loc"]
    reasons = [e["msg"] for e in errors if e["loc"][: len(place)] == place]
    where = ".".join(str(part) for part in place if part != "[key]")
    return (
        f"Got {where} = {first['input']!r} in the configuration: "
        f"{'; or: '.join(reasons)}."
    )


def _refuse_bad_values(config: Config) -> None:
    selection, pay = config.selection, config.pay
    features = [c for group in config.features.values() for c in group.columns]
    rules = {
        "selection.k_min must be 2 or more": selection.k_min >= 2,
        "selection.k_max must be k_min or more": selection.k_max >= selection.k_min,
        "selection.k_max must be 50 or less": selection.k_max <= 50,
        "selection.sample must be 10 or more": selection.sample >= 10,
        "selection.starts must be 1 or more": selection.starts >= 1,
        "selection.rule.min_share must be in 0..0.5": (
            0 <= selection.rule.min_share <= 0.5
        ),
        "selection.rule.min_jaccard must be in 0..1": (
            0 <= selection.rule.min_jaccard <= 1
        ),
        "selection.rule.max_share must be in 1/k_max..1": (
            selection.rule.max_share <= 1
            and selection.rule.max_share * selection.k_max >= 1
        ),
        "feature weights must be 0 or more": all(
            0 <= group.weight < math.inf for group in config.features.values()
        ),
        "a feature must be in one group, once": len(features) == len(set(features)),
        "seed must be 0 or more": config.seed >= 0,
        "pay.unit must be above 0": 0 < pay.unit < math.inf,
        "pay.bands must grow": list(pay.bands) == sorted(set(pay.bands)),
        "pay.band_names must be one more than pay.bands": (
            not pay.bands or len(pay.band_names) == len(pay.bands) + 1
        ),
        "experience_bands must grow": (
            list(config.experience_bands) == sorted(set(config.experience_bands))
        ),
        "experience_band_names must be one more than experience_bands": (
            len(config.experience_band_names) == len(config.experience_bands) + 1
        ),
        "company.tier_cuts must grow within 0..1": (
            0 < config.company.tier_cuts[0] < config.company.tier_cuts[1] < 1
        ),
        "company.shrinkage must be 0 or more": (
            0 <= config.company.shrinkage < math.inf
        ),
    }
    told = rules | _evidence_rules(config.evidence) | _sharing_rules(config)
    broken = [rule for rule, holds in told.items() if not holds]
    if broken:
        raise ConfigError(f"The configuration does not fit: {'; '.join(broken)}.")


def _sharing_rules(config: Config) -> dict[str, bool]:
    privacy, names = config.privacy, config.names
    return {
        "names must be of segments, counted from 1": all(
            isinstance(key, str) or key >= 1 for key in names
        ),
        "names must not be empty": all(name.strip() for name in names.values()),
        "privacy.learners must be 2 or more": privacy.learners >= 2,
        "privacy.companies must be 1 or more": privacy.companies >= 1,
        "privacy.largest_share must be above 0, up to 1": (
            0 < privacy.largest_share <= 1
        ),
        "privacy.within must be in 0..0.5": 0 <= privacy.within <= 0.5,
    }


def _evidence_rules(evidence: Evidence) -> dict[str, bool]:
    finer = evidence.finer
    counts = {"draws": 1, "jaccard_draws": 1, "jaccard_resamples": 1, "references": 1}
    counts |= {"splits": 2, "seeds": 1, "resamples": 1}
    return {
        f"evidence.{name} must be {least} or more": getattr(evidence, name) >= least
        for name, least in counts.items()
    } | {
        "evidence.rows must be 20 or more": evidence.rows >= 20,
        "evidence.sensitivity_rows must be 0, or 50 or more": (
            evidence.sensitivity_rows == 0 or evidence.sensitivity_rows >= 50
        ),
        "evidence.finer.min_share must be in 0..0.5": 0 <= finer.min_share <= 0.5,
        "evidence.finer.min_jaccard must be in 0..1": 0 <= finer.min_jaccard <= 1,
        "evidence.finer.resamples must be 1 or more": finer.resamples >= 1,
        "evidence.finer.sample must be evidence.finer.min_learners or more": (
            finer.sample >= finer.min_learners
        ),
        **_verdict_rules(evidence),
    }


def _verdict_rules(evidence: Evidence) -> dict[str, bool]:
    """List what the limits have to be, so that each can be met and be missed."""
    shares = ("min_excess", "min_jaccard", "min_margin", "min_confidence")
    rules = {
        f"evidence.{name} must be in 0..1": 0 <= getattr(evidence, name) <= 1
        for name in shares
    }
    if not 0 < evidence.max_p <= 1:
        return rules | {"evidence.max_p must be above 0, up to 1": False}
    if evidence.level == "none":
        return rules  # nothing is drawn, and there is no verdict
    least = math.ceil(1 / evidence.max_p) - 1  # p is 1 / (1 + draws) at the least
    told = (
        f"evidence.draws must be {least} or more for evidence.max_p = "
        f"{evidence.max_p:.6g}: {evidence.draws} draws give no p-value under 1/"
        f"{evidence.draws + 1}, and no verdict could be natural"
    )
    return rules | {told: evidence.draws >= least}
