"""What differs between the results of two runs: numbers, shares, settings."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pydantic import JsonValue

from learnstrata.privacy.disclosure.rounding import AMOUNTS
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
UNTOLD = ("names", "version")  # of a configuration: told elsewhere, or no choice
WHOLE = ("features", "columns")  # of which parts are called as the user's columns are


def numbers_of_all(old: Results, new: Results) -> tuple[NumberChange, ...]:
    """Give the medians of all learners, then and now.

    Parameters
    ----------
    old, new : Results
        Both exact or both disclosed: what is told of a change is what each run tells.
    """
    found = (one.description.distributions for one in (old, new))
    return _numbers(*found, alike=_same_money(old, new))


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
    return _numbers(old.typical, new.typical, alike=_same_money(*runs))


def _numbers(
    old: Iterable[TypicalNumber | Distribution],
    new: Iterable[TypicalNumber | Distribution],
    *,
    alike: bool,
) -> tuple[NumberChange, ...]:
    before = {one.feature: one for one in old}
    return tuple(
        NumberChange(
            feature=one.feature,
            n_old=before[one.feature].n,
            n_new=one.n,
            old=before[one.feature].p50,
            new=one.p50,
        )
        for one in new
        if one.feature in before and (alike or one.feature not in AMOUNTS)
    )


def _same_money(old: Results, new: Results) -> bool:
    """Say whether pay is in the same units: else no pay is compared."""
    units = [
        (one.settings.money, one.settings.configured.pay.currency) for one in (old, new)
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
    )


def shares_of_all(old: Results, new: Results) -> tuple[ShareChange, ...]:
    """Give the values of categories whose share of all learners changed most.

    Parameters
    ----------
    old, new : Results
    """
    return _shares(_of_all(old.segments), _of_all(new.segments), (old, new))


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
    old: Mapping[str, Shares], new: Mapping[str, Shares], runs: tuple[Results, Results]
) -> tuple[ShareChange, ...]:
    found: list[ShareChange] = []
    for category in (name for name in new if name in old and _same_bands(name, runs)):
        pairs = ((value, old[category].get(value)) for value in new[category])
        changed = [
            _share(category, value, before, new[category][value])
            for value, before in pairs
            if before is not None
        ]
        told = [one for one in changed if abs(_step(one)) >= LEAST_CHANGE]
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
    """List the settings in which two runs differ, as TOML calls them.

    Parameters
    ----------
    old, new : Results
    """
    before, after = (dict(_settings(one)) for one in (old, new))
    names = [name for name in {**before, **after} if _differ(name, before, after)]
    return tuple(
        SettingChange(setting=name, old=before.get(name, ""), new=after.get(name, ""))
        for name in names
    )


def _differ(name: str, before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    return before.get(name) != after.get(name)


def _settings(results: Results) -> Iterator[tuple[str, str]]:
    settings = results.settings
    yield "recipe", settings.recipe
    yield "version of the recipe", str(settings.recipe_version)
    yield "as_of", str(settings.as_of)
    inner = {
        key: value
        for key, value in settings.config.items()
        if key not in {*UNTOLD, "recipe", "as_of"}
    }
    yield from _flat(inner)
    for standard, column in sorted(results.input.columns.items()):
        yield f"column of {standard}", column
    yield "version of learnstrata", settings.versions.get("learnstrata", "")


def _flat(
    values: Mapping[str, JsonValue], where: str = ""
) -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        name = f"{where}.{key}" if where else key
        if isinstance(value, dict) and value and name not in WHOLE:
            yield from _flat(value, name)
        else:
            yield name, value if isinstance(value, str) else json.dumps(value)
