"""Learners become features that a distance can compare.

`fit_features` learns from the learners what new ones will need (levels of companies and
roles, fills, bands, scales); `add_features` adds the features to any learners;
`to_matrix` scales them. A run and a later assignment go through the same two calls.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl
from narwhals.typing import IntoFrame, IntoFrameT

from learnstrata.config.stages import Config, FeatureGroup, Pay
from learnstrata.exceptions import DegenerateError, SchemaError
from learnstrata.learners.features.bands import (
    Banding,
    Origin,
    banded,
    bands_of_experience,
    bands_of_pay,
)
from learnstrata.learners.features.categories import find_categories, pooled_values
from learnstrata.learners.features.companies import CompanyLevels, fit_companies
from learnstrata.learners.features.encoding import encoded, moments, places_of
from learnstrata.learners.features.fills import PayFills, experience_fills, pay_fills
from learnstrata.learners.features.register import (
    FEATURES,
    Feature,
    extras_of,
    feature_of,
    register_of,
)
from learnstrata.learners.lookups import Frame, collected, distinct, join_lookup
from learnstrata.learners.schema.register import GIVEN, own_name
from learnstrata.privacy.keys import codes
from learnstrata.wording.words import EVERYBODY, listed

__all__ = [
    "LACKING",
    "FeatureModel",
    "Matrix",
    "add_features",
    "asks_of_company",
    "fit_features",
    "to_matrix",
    "with_role",
]

CATEGORIES_WEIGH = 0.5  # as the roles do
LACKING = "the columns are missing or empty"
CONSTANT = "the same for all"
DUST = 1e-9  # of the largest value of a column: sums of floats differ by as much

Members = bool | Sequence[bool] | npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class FeatureModel:
    """What has to be known to give any learner their features; plain values only.

    Attributes
    ----------
    as_of : int
        The year that counts as now.
    available : tuple of str
        Standard columns the fitted table had.
    groups : mapping of str to FeatureGroup
        Groups clustered on, without what the table lacks.
    left_out : mapping of str to str
        Features of the recipe that are not clustered on, and why: the table lacks their
        columns, all learners have the same, or a text is no category.
    categories : mapping of str to tuple of str
        Values of each category feature, in the order of their columns.
    pooled : tuple of str
        Categories of which the rare values are called "Other".
    experience_bands, experience_band_names : tuple
        Bands of experience, as those of `pay` are: limits in years, and one name more.
    band_origins : mapping of str to str
        Who set the limits of ``experience_band`` and ``pay_band``, where the table has
        what they cut.
    salt : str
        Under which companies and learners are coded, in hexadecimal digits.
    medians : mapping of str to float
        Stand in for a number that is still missing after the fills.
    centers, scales : mapping of str to float
        Of each matrix column: ``(value - center) / scale * weight``.
    """

    as_of: int
    available: tuple[str, ...]
    groups: Mapping[str, FeatureGroup]
    left_out: Mapping[str, str]
    pay: Pay
    role_scheme: str
    role_other: str
    impute: str
    experience_bands: tuple[float, ...]
    experience_band_names: tuple[str, ...]
    band_origins: Mapping[str, Origin]
    salt: str
    companies: CompanyLevels | None
    pay_fills: PayFills | None
    experience_fills: Mapping[str, float]
    categories: Mapping[str, tuple[str, ...]]
    pooled: tuple[str, ...]
    medians: Mapping[str, float]
    centers: Mapping[str, float]
    scales: Mapping[str, float]

    def codes(self, names: Iterable[str]) -> npt.NDArray[np.int64]:
        """Code names as those of the fitted table were coded."""
        return codes(names, key=bytes.fromhex(self.salt))

    @property
    def constant(self) -> tuple[str, ...]:
        """Features that are left out because they are the same for all."""
        return tuple(c for c, why in self.left_out.items() if why == CONSTANT)

    @property
    def columns(self) -> tuple[str, ...]:
        """Features clustered on, in order."""
        return tuple(c for group in self.groups.values() for c in group.columns)


@dataclass(frozen=True, slots=True)
class Matrix:
    """The scaled features.

    Attributes
    ----------
    X : array of shape (n_learners, n_columns), float32
    columns : tuple of str
        Name of each column; a category gives ``feature=value``.
    groups : tuple of str
        Group of each column.
    blocks : tuple of tuple of int
        Columns that stand for one category, one tuple a category.
    """

    X: npt.NDArray[np.float32]
    columns: tuple[str, ...]
    groups: tuple[str, ...]
    blocks: tuple[tuple[int, ...], ...] = ()


def fit_features(
    units: IntoFrame, config: Config, *, as_of: int, salt: bytes
) -> FeatureModel:
    """Learn levels, fills, bands and scales from the learners of a run.

    Parameters
    ----------
    units : data frame
        Learners as `learnstrata.learners.cleaning.clean` gives them, with
        ``role_family`` and ``pay_growth`` where the table allows.
    config : Config
    as_of : int
    salt : bytes
        Under which companies and learners are coded
        (`learnstrata.privacy.keys.salt_of`).

    Returns
    -------
    FeatureModel

    Raises
    ------
    SchemaError
        If fewer than two features of the recipe can be made of the table.
    DegenerateError
        If fewer than two of them vary.
    """
    frame = nw.from_native(units)
    available = _available(frame)
    groups, left_out = _usable_groups(config, available)
    _refuse_too_few(groups, left_out)
    found = find_categories(
        frame, _text_extras(groups, config), most=config.max_categories
    )
    groups, left_out = _without(groups, found.left_out), {**left_out, **found.left_out}
    model = FeatureModel(
        as_of=as_of,
        available=available,
        groups=groups,
        left_out=left_out,
        pay=config.pay,
        role_scheme=config.roles.scheme,
        role_other=config.roles.other,
        impute=config.cleaning.impute,
        experience_bands=config.experience_bands,
        experience_band_names=config.experience_band_names,
        band_origins={},
        salt=salt.hex(),
        companies=None,
        pay_fills=None,
        experience_fills={},
        categories={"role": _role_categories(frame, config), **found.values},
        pooled=found.pooled,
        medians={},
        centers={},
        scales={},
    )
    frame = with_role(frame, model)
    model = _fit_levels(frame, model, config)
    return _fit_scales(add_features(frame.to_native(), model, members=True), model)


def _available(frame: Frame) -> tuple[str, ...]:
    """List the standard columns that hold at least one value."""
    names = frame.collect_schema().names()
    there = [c for c in GIVEN if c in names and c != "learner_id"]
    filled = collected(frame.select(*(nw.col(c).count() for c in there)))
    return tuple(c for c in there if filled[c][0])


def _usable_groups(
    config: Config, available: Sequence[str]
) -> tuple[dict[str, FeatureGroup], dict[str, str]]:
    register = register_of(config)
    wanted = _wanted_groups(config, register)
    left_out = {
        column: LACKING
        for group in wanted.values()
        for column in group.columns
        if not set(register[column].needs) <= set(available)
    }
    weighed = {name: group for name, group in wanted.items() if group.weight > 0}
    return _without(weighed, left_out), left_out


def _without(
    groups: Mapping[str, FeatureGroup], left_out: Collection[str]
) -> dict[str, FeatureGroup]:
    """Take features out of the groups, and groups without any out of all."""
    kept = {
        name: replace(
            group, columns=tuple(c for c in group.columns if c not in left_out)
        )
        for name, group in groups.items()
    }
    return {name: group for name, group in kept.items() if group.columns}


def _text_extras(groups: Mapping[str, FeatureGroup], config: Config) -> list[str]:
    """List the categories of the user's own that are clustered on."""
    register = register_of(config)
    used = dict.fromkeys(c for group in groups.values() for c in group.columns)
    return [c for c in used if c not in FEATURES and register[c].kind == "category"]


def _wanted_groups(
    config: Config, register: Mapping[str, Feature]
) -> dict[str, FeatureGroup]:
    """Give the groups of the recipe in our names, and a group to each other extra.

    A name that is a feature of ours and an extra column of the user's is the feature;
    the column is then meant by its name in our frames (``extra:seniority``). Extra
    numbers weigh 1 each, extra categories `CATEGORIES_WEIGH` together.
    """
    extras = extras_of(config)
    known = extras | {name: name for name in register}
    named = [c for group in config.features.values() for c in group.columns]
    if unknown := set(named).difference(known):
        raise SchemaError.missing(unknown, sorted(known))
    groups = {
        name: replace(group, columns=tuple(known[c] for c in group.columns))
        for name, group in config.features.items()
    }
    taken = {known[c] for c in named}
    left = [extra for extra in extras.values() if extra not in taken]
    n_categories = sum(register[extra].kind == "category" for extra in left)
    for extra in left:
        is_number = register[extra].kind == "number"
        weight = 1.0 if is_number else CATEGORIES_WEIGH / math.sqrt(n_categories)
        name = _free_name(own_name(extra), groups)
        groups[name] = FeatureGroup(columns=(extra,), weight=weight)
    return groups


def _free_name(name: str, taken: Collection[str]) -> str:
    while name in taken:
        name += " (own column)"
    return name


def _role_categories(frame: Frame, config: Config) -> tuple[str, ...]:
    names = frame.collect_schema().names()
    if "title" not in names:
        return ()
    if config.roles.scheme == "families":
        return tuple(distinct(frame, "role_family"))
    counts = frame.filter(~nw.col("title").is_null()).group_by("title")
    ranked = collected(counts.agg(nw.len().alias("n"), nw.col("record").min()))
    ranked = ranked.sort(["n", "record"], descending=[True, False])
    top = ranked["title"].head(config.roles.top).to_list()
    rest = len(ranked) > len(top)
    # A table may itself call a title as we call the rest.
    return tuple(dict.fromkeys((*top, *([config.roles.other] if rest else []))))


def with_role(frame: Frame, model: FeatureModel) -> Frame:
    """Add ``role``: the group that a title is in, of those the model knows.

    Parameters
    ----------
    frame : narwhals frame
        Learners, with ``title`` and ``role_family`` where there are titles.
    model : FeatureModel
    """
    if "title" not in frame.collect_schema().names():
        return frame.with_columns(role=nw.lit(EVERYBODY))
    known = list(model.categories["role"])
    column = nw.col("role_family" if model.role_scheme == "families" else "title")
    role = nw.when(column.is_in(known)).then(column)
    return frame.with_columns(role=role.otherwise(nw.lit(model.role_other)))


def _fit_levels(frame: Frame, model: FeatureModel, config: Config) -> FeatureModel:
    has = set(model.available)
    if "years_of_experience" in has:
        model = _with_experience_bands(model, bands_of_experience(frame, config))
        model = replace(model, experience_fills=experience_fills(frame, model.impute))
    if "pay" in has:
        model = _with_pay_bands(model, bands_of_pay(frame, config))
        filled = _with_experience_filled(frame, model)
        model = replace(model, pay_fills=pay_fills(filled, model.impute))
    if "company" in has:
        salt = bytes.fromhex(model.salt)
        levels = fit_companies(frame, config.company, key=salt, columns=model.available)
        model = replace(model, companies=levels)
    return model


def _with_experience_bands(model: FeatureModel, found: Banding) -> FeatureModel:
    return replace(
        model,
        experience_bands=found.limits,
        experience_band_names=found.names,
        band_origins={**model.band_origins, "experience_band": found.origin},
    )


def _with_pay_bands(model: FeatureModel, found: Banding) -> FeatureModel:
    pay = replace(model.pay, bands=found.limits, band_names=found.names)
    origins = {**model.band_origins, "pay_band": found.origin}
    return replace(model, pay=pay, band_origins=origins)


def _with_experience_filled(frame: Frame, model: FeatureModel) -> Frame:
    if "years_of_experience" not in model.available:
        band = nw.lit(EVERYBODY)
        return frame.with_columns(experience_band=band, experience_imputed=nw.lit(0))
    years = nw.col("years_of_experience")
    fills = model.experience_fills
    table = pl.DataFrame({"role": list(fills), "_fill": list(fills.values())})
    frame = join_lookup(frame, table, on=["role"])
    fill = nw.coalesce(nw.col("_fill"), nw.lit(fills[""]))
    frame = frame.with_columns(
        experience_imputed=years.is_null().cast(nw.Int64),
        years_of_experience=nw.coalesce(years, fill),
    )
    bands = banded(years, model.experience_bands, model.experience_band_names)
    return frame.with_columns(experience_band=bands)


def add_features(
    units: IntoFrameT,
    model: FeatureModel,
    *,
    members: Members = False,
    wanted: Collection[str] | None = None,
) -> IntoFrameT:
    """Add every feature the model can make to a frame of learners.

    Parameters
    ----------
    units : data frame
        Learners after cleaning. It is not changed.
    model : FeatureModel
    members : bool or array of shape (n_learners,), default=False
        Whose pay is part of the level of their company and is left out of it for them:
        ``True`` for those the model was fitted on. An array needs an eager frame.
    wanted : collection of str, default=None
        Features that are used; others are made only where they take no time.

    Returns
    -------
    data frame of the same kind
        With the features of the register that can be made, ``role``,
        ``experience_band``, ``pay_band``, and 0/1 flags ``pay_imputed`` and
        ``experience_imputed``.
    """
    frame = pooled_values(nw.from_native(units), model.categories, model.pooled)
    frame = with_role(frame, model)
    frame = _with_experience_filled(frame, model)
    frame = _with_pay_filled(frame, model)
    if model.companies is not None and (wanted is None or asks_of_company(wanted)):
        frame = _with_members(frame, members)
        names = collected(frame.select("company").unique())["company"].drop_nulls()
        table = model.companies.table(names, model.codes(names))
        frame = model.companies.add(frame, table)
    made = {
        name: feature.make(model.as_of)
        for name, feature in FEATURES.items()
        if feature.make and set(feature.needs) <= set(model.available)
        if wanted is None or name in wanted
    }
    frame = frame.with_columns(**made)
    kept = [c for c in frame.collect_schema().names() if not c.startswith("_")]
    return frame.select(*kept).to_native()


def asks_of_company(wanted: Iterable[str]) -> bool:
    """Tell whether a feature of these is one of the learner's company.

    Examples
    --------
    >>> asks_of_company(["log_pay", "tier"]), asks_of_company(["log_pay"])
    (True, False)
    """
    return any("company" in feature_of(name).needs for name in wanted)


def _with_members(frame: Frame, members: Members) -> Frame:
    if isinstance(members, bool):
        return frame.with_columns(_member=nw.lit(members))
    values = np.asarray(members, dtype=bool)
    series = nw.new_series("_member", values, nw.Boolean, backend=frame.implementation)
    return frame.with_columns(series)


def _with_pay_filled(frame: Frame, model: FeatureModel) -> Frame:
    if model.pay_fills is None:
        return frame.with_columns(pay_imputed=nw.lit(0))
    frame = model.pay_fills.add(frame)
    pay = nw.col("pay")
    # Pay is not divided: 1,500,000 / 100,000 is 15.000000000000002 on some engines.
    limits = [round(b * model.pay.per_shown_unit, 6) for b in model.pay.bands]
    return frame.with_columns(
        pay_imputed=pay.is_null().cast(nw.Int64),
        pay_band=banded(pay, limits, model.pay.band_names),
        _pay=nw.coalesce(pay, nw.col("_pay_fill")),
    )


def to_matrix(features: IntoFrame, model: FeatureModel) -> Matrix:
    """Scale the features of a model into the matrix that is clustered.

    Each number is ``(value - center) / scale``; a category gives a column for each of
    its values. Groups weigh what the recipe says
    (`learnstrata.config.stages.FeatureGroup`).

    Parameters
    ----------
    features : data frame
        From `add_features`, with one row a learner.
    model : FeatureModel

    Returns
    -------
    Matrix
        Rows in the order of ``record``.
    """
    parts = list(encoded(features, model))
    columns = tuple(name for part in parts for name in part.columns)
    center = np.array([model.centers[c] for c in columns])
    scale = np.array([model.scales[c] for c in columns])
    X = np.empty((len(parts[0].values), len(columns)), dtype=np.float32)
    for part, at in zip(parts, places_of(parts), strict=True):
        part.write(X[:, at], center[at], scale[at])
    of_column = tuple(part.group for part in parts for _ in part.columns)
    return Matrix(X, columns, of_column, _blocks(columns, model))


def _blocks(
    columns: tuple[str, ...], model: FeatureModel
) -> tuple[tuple[int, ...], ...]:
    names = {
        feature: [f"{feature}={value}" for value in model.categories[feature]]
        for feature in model.columns
        if feature in model.categories
    }
    return tuple(
        tuple(columns.index(name) for name in block) for block in names.values()
    )


def _fit_scales(features: IntoFrame, model: FeatureModel) -> FeatureModel:
    frame = nw.from_native(features)
    columns = list(dict.fromkeys(model.columns))
    table = collected(frame.select("record", *columns)).sort("record")
    categories = dict(model.categories)
    medians: dict[str, float] = {}
    for column in columns:
        if column in categories:
            continue
        values = table[column]
        if values.dtype == pl.String:
            categories[column] = tuple(values.drop_nulls().unique().sort().to_list())
        else:
            median = values.cast(pl.Float64).fill_nan(None).median()
            medians[column] = float(median) if median is not None else 0.0  # type: ignore[arg-type]
    model = replace(model, categories=categories, medians=medians)
    return _with_scales(features, model)


def _with_scales(features: IntoFrame, model: FeatureModel) -> FeatureModel:
    _refuse_too_few(model.groups, model.left_out)
    parts = list(encoded(features, model))
    columns = [name for part in parts for name in part.columns]
    groups = [part.group for part in parts for _ in part.columns]
    of_feature = [part.feature for part in parts for _ in part.columns]
    center, spread, most = np.transpose(
        [moments(part.column(j)) for part in parts for j in range(len(part.columns))]
    )
    # What differs by less of its size than this is rounding, and would be spread out.
    varies = spread > DUST * most
    model = _varying(model, {c for c, v in zip(of_feature, varies, strict=True) if v})
    kept = np.isin(of_feature, model.columns)
    centers: dict[str, float] = {}
    scales: dict[str, float] = {}
    of_group, variance = np.array(groups), np.where(varies, spread**2, 0.0)
    for name, group in model.groups.items():
        total = float(variance[(of_group == name) & kept].sum())
        for j in np.flatnonzero((of_group == name) & kept):
            own = float(variance[j]) or 1.0
            size = {"columns": own, "block": total or 1.0, "none": 1.0}[group.scaling]
            centers[columns[j]] = 0.0 if group.scaling == "none" else float(center[j])
            scales[columns[j]] = float(np.sqrt(size)) / group.weight
    return replace(model, centers=centers, scales=scales)


def _varying(model: FeatureModel, alive: Collection[str]) -> FeatureModel:
    """Leave out the features that all learners have the same value of."""
    constant = {c: CONSTANT for c in model.columns if c not in alive}
    groups = _without(model.groups, constant)
    left_out = {**model.left_out, **constant}
    _refuse_too_few(groups, left_out)
    return replace(model, groups=groups, left_out=left_out)


def _refuse_too_few(
    groups: Mapping[str, FeatureGroup], left_out: Mapping[str, str]
) -> None:
    used = dict.fromkeys(c for group in groups.values() for c in group.columns)
    if len(used) >= 2:
        return
    reasons = dict.fromkeys(left_out.values())
    why = ", ".join(
        f"{listed([own_name(c) for c in left_out if left_out[c] == reason])} ({reason})"
        for reason in reasons
    )
    got = f"only {listed([own_name(c) for c in used])}" if used else "no feature"
    error = DegenerateError if set(reasons) - {LACKING} else SchemaError
    raise error(
        f"Got {got} to tell learners apart, expected two or more features. Left out: "
        f"{why or 'nothing'}. Map more columns in [columns] of the configuration."
    )
