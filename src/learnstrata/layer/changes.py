"""What differs between the results of two runs: numbers, shares, settings."""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict

from pydantic import JsonValue

from learnstrata.config.loading import load_config
from learnstrata.learners.schema.register import is_extra
from learnstrata.privacy.disclosure.rounding import (
    AMOUNTS,
    significant,
    steps_of_pay,
)
from learnstrata.summary.contract.learners import Distribution
from learnstrata.summary.contract.meaning import CategoryShare, Segment, TypicalNumber
from learnstrata.summary.contract.previous import (
    NumberChange,
    SettingChange,
    ShareChange,
)
from learnstrata.summary.contract.results import Results

__all__ = [
    "numbers_of_all",
    "numbers_of_segment",
    "settings_changed",
    "shares_of_all",
    "shares_of_segment",
]

LEAST_CHANGE = 0.01  # of a share: less is hardly news
MOST_VALUES = 5  # of a category, those that changed most
BANDS = ("experience_band", "pay_band")
# Of a configuration: told elsewhere, or no choice.
UNTOLD = frozenset({"names", "version", "recipe", "as_of", "features"})
DEVIATION = 1.349  # standard deviations between the quartiles of a normal law
LEVEL = "evidence.level"
OF_A_MEDIAN = 1.2533  # standard errors of a mean in that of a median, of the same
SURE = 1.96  # standard errors
LEAST_EFFECT = 0.1  # standard deviations: less can be how the two runs were rounded

Quartiles = TypicalNumber | Distribution


def numbers_of_all(old: Results, new: Results) -> tuple[NumberChange, ...]:
    """Give the medians of all learners, then and now.

    Parameters
    ----------
    old, new : Results
        Both exact or both disclosed: what is told of a change is what each run tells.
    """
    found = (one.description.distributions for one in (old, new))
    before, after = found
    return _numbers(before, after, (old, new))


def numbers_of_segment(
    old: Segment, new: Segment, runs: tuple[Results, Results]
) -> tuple[NumberChange, ...]:
    """Give the medians of a segment, then and now.

    Parameters
    ----------
    old, new : Segment
    runs : tuple of Results
        The runs they are of.
    """
    return _numbers(old.typical, new.typical, runs)


def _numbers(
    old: Iterable[Quartiles], new: Iterable[Quartiles], runs: tuple[Results, Results]
) -> tuple[NumberChange, ...]:
    before, alike = {one.feature: one for one in old}, _same_money(*runs)
    unit = runs[1].settings.money.per if _is_rounded(runs) else 0.0
    return tuple(
        _number(before[one.feature], one, unit)
        for one in new
        if one.feature in before and (alike or one.feature not in AMOUNTS)
    )


def _is_rounded(runs: Iterable[Results]) -> bool:
    return any(one.rounding_error for one in runs)


def _number(old: Quartiles, new: Quartiles, unit: float) -> NumberChange:
    effect, noise = _effect(old, new), _noise(old, new, unit)
    return NumberChange(
        feature=new.feature,
        n_old=old.n,
        n_new=new.n,
        old=old.p50,
        new=new.p50,
        effect=None if effect is None else significant(effect, 2),
        is_beyond_noise=None
        if effect is None or noise is None
        else abs(effect) >= max(noise, LEAST_EFFECT),
    )


def _effect(old: Quartiles, new: Quartiles) -> float | None:
    """Give the difference of two medians in standard deviations."""
    spread = _spread(old, new)
    if old.p50 is None or new.p50 is None or not spread:
        return None
    return (new.p50 - old.p50) / spread


def _spread(old: Quartiles, new: Quartiles) -> float | None:
    """Give the standard deviation that the middle halves of both have on average."""
    if old.p25 is None or old.p75 is None or new.p25 is None or new.p75 is None:
        return None
    return (old.p75 - old.p25 + new.p75 - new.p25) / 2 / DEVIATION


def _noise(old: Quartiles, new: Quartiles, unit: float) -> float | None:
    """Give the least effect that two samples of one law, as told, seldom have.

    The median of a number in whole steps moves by one of them at once; pay that is told
    in a `unit` is off by half a step in each run.
    """
    spread = _spread(old, new)
    if not old.n or not new.n or not spread:
        return None
    told = (old.p25, old.p50, old.p75, new.p25, new.p50, new.p75)
    stepped = old.feature not in AMOUNTS and all(
        one is not None and float(one).is_integer() for one in told
    )
    step = 1.0 / spread if stepped else 0.0
    if old.feature in AMOUNTS and unit:
        step = sum(_half_a_step(one, unit) for one in (old, new)) / spread
    return step + SURE * OF_A_MEDIAN * math.sqrt(1 / old.n + 1 / new.n)


def _half_a_step(told: Quartiles, unit: float) -> float:
    return float(steps_of_pay(told.p50 or unit, unit, n=told.n or 1)) / 2


def _same_money(old: Results, new: Results) -> bool:
    """Say whether pay is in the same units: else no pay is compared."""
    units = [
        (one.settings.money, one.settings.configured.pay.code) for one in (old, new)
    ]
    return units[0] == units[1]


def shares_of_segment(
    old: Segment, new: Segment, runs: tuple[Results, Results]
) -> tuple[ShareChange, ...]:
    """Give the values of categories whose share of a segment changed most.

    Parameters
    ----------
    old, new : Segment
    runs : tuple of Results
    """
    return _shares(
        {one.name: _of_segment(one.values) for one in old.categories},
        {one.name: _of_segment(one.values) for one in new.categories},
        runs,
        (old.size, new.size),
    )


def shares_of_all(old: Results, new: Results) -> tuple[ShareChange, ...]:
    """Give the values of categories whose share of all learners changed most.

    Parameters
    ----------
    old, new : Results
    """
    sizes = (old.segmented, new.segmented)
    return _shares(_of_all(old.segments), _of_all(new.segments), (old, new), sizes)


Shares = Mapping[str, tuple[int | None, float | None]]


def _of_segment(values: Iterable[CategoryShare]) -> Shares:
    return {one.value: (one.count, one.share) for one in values}


def _of_all(segments: Iterable[Segment]) -> Mapping[str, Shares]:
    found: dict[str, dict[str, tuple[int | None, float | None]]] = {}
    for segment in segments:
        for category in segment.categories:
            of = found.setdefault(category.name, {})
            of |= {one.value: (one.base_count, one.base) for one in category.values}
    return found


def _shares(
    old: Mapping[str, Shares],
    new: Mapping[str, Shares],
    runs: tuple[Results, Results],
    sizes: tuple[int | None, int | None],
) -> tuple[ShareChange, ...]:
    """Give what changed by more than rounding can make of the counts of both runs."""
    rounded = [
        one.rounding_error / (n or 1) for one, n in zip(runs, sizes, strict=True)
    ]
    least, found = LEAST_CHANGE + sum(rounded), list[ShareChange]()
    for category in (name for name in new if name in old and _same_bands(name, runs)):
        pairs = ((value, old[category].get(value)) for value in new[category])
        changed = [
            _share(category, value, before, new[category][value])
            for value, before in pairs
            if before is not None
        ]
        told = [one for one in changed if abs(_step(one)) >= least]
        told.sort(key=lambda one: (-abs(_step(one)), one.value))
        found += told[:MOST_VALUES]
    return tuple(found)


def _share(
    category: str,
    value: str,
    old: tuple[int | None, float | None],
    new: tuple[int | None, float | None],
) -> ShareChange:
    return ShareChange(
        category=category,
        value=value,
        n_old=old[0],
        n_new=new[0],
        old=old[1],
        new=new[1],
    )


def _step(change: ShareChange) -> float:
    """Give by how much a share changed; 0 where one of both is not told."""
    if change.old is None or change.new is None:
        return 0.0
    return round(change.new - change.old, 9)


def _same_bands(category: str, runs: Sequence[Results]) -> bool:
    """Say whether a band holds the same values in both runs."""
    if category not in BANDS:
        return True
    limits = [
        [(b.name, b.low, b.high) for b in one.band_limits if b.feature == category]
        for one in runs
    ]
    return limits[0] == limits[1]


def settings_changed(old: Results, new: Results) -> tuple[SettingChange, ...]:
    """List the settings in which two runs differ, as TOML calls them, with both values.

    Parameters
    ----------
    old, new : Results

    Notes
    -----
    What was found in the table counts as well: the year that counts as now, and the
    column that each thing was read from. What the level of evidence alone decides is
    told by the level. A list is told whole; nothing stands for what is not set.
    """
    before, after = (dict(_settings(one)) for one in (old, new))
    pairs = {name: (before.get(name, ""), after.get(name, "")) for name in before}
    pairs |= {name: ("", after[name]) for name in after if name not in before}
    for name in _of_level(old) & _of_level(new):
        pairs.pop(name, None)
    pairs["features"] = _features_changed(old, new)
    return tuple(
        SettingChange(setting=name, old=was, new=now)
        for name, (was, now) in pairs.items()
        if was != now
    )


def _settings(results: Results) -> Iterator[tuple[str, str]]:
    settings = results.settings
    yield "recipe", settings.recipe
    yield "version of the recipe", str(settings.recipe_version)
    yield "as_of", _year(settings.as_of, settings.config.get("as_of"))
    inner = {k: value for k, value in settings.config.items() if k not in UNTOLD}
    told = dict(_flat(inner)) | {"pay.currency": settings.configured.pay.code}
    yield from told.items()
    for standard, column in sorted(results.input.columns.items()):
        if not is_extra(standard):  # these are in the lists of columns that were asked
            yield f"column of {standard}", column
    yield "version of learnstrata", settings.versions.get("learnstrata", "")


def _of_level(results: Results) -> set[str]:
    """Name the settings of evidence that are as their level has them, but the level."""
    level = _part(results, "evidence").get("level")
    bare = load_config(evidence={"level": level}).evidence
    own = dict(_flat(_part(results, "evidence"), "evidence"))
    by_level = dict(_flat(asdict(bare), "evidence"))
    same = {name for name, value in by_level.items() if own.get(name) == value}
    return same - {LEVEL}


def _year(found: int, asked: JsonValue) -> str:
    """Tell the year that counts as now, and where it is from if nobody said it."""
    return {
        "table": f"{found} (the newest of the table)",
        "clock": f"{found} (of the clock)",
    }.get(str(asked), str(found))


def _features_changed(old: Results, new: Results) -> tuple[str, str]:
    """Tell what differs of features, which may be called as the user's columns are."""
    before, after = (dict(_flat(_part(one, "features"))) for one in (old, new))
    names = [n for n in {**before, **after} if before.get(n) != after.get(n)]
    was, now = (
        ", ".join(f"{name} = {one[name]}" for name in names if name in one)
        for one in (before, after)
    )
    return was, now


def _part(results: Results, name: str) -> Mapping[str, JsonValue]:
    found = results.settings.config.get(name)
    return found if isinstance(found, dict) else {}


def _flat(
    values: Mapping[str, JsonValue], where: str = ""
) -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        name = f"{where}.{key}" if where else key
        if isinstance(value, dict) and value:
            yield from _flat(value, name)
        else:
            yield name, _text(value)


def _text(value: JsonValue) -> str:
    """Write a value; nothing for what is not set, a list as its items."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    return json.dumps(value) if value != {} else ""
