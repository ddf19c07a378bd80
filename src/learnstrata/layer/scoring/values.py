"""The features of a learner as SQL, and what is known of each value of a category."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from learnstrata.exceptions import ParameterError
from learnstrata.layer.scoring.literals import NOW, number, text
from learnstrata.layer.scoring.lookups import leaves_own_out
from learnstrata.layer.scoring.scores import Scores
from learnstrata.learners.features.companies import LOG_BITS
from learnstrata.learners.features.matrix import FeatureModel
from learnstrata.privacy.disclosure.pooling import OTHER
from learnstrata.segments.model.model import SegmentModel
from learnstrata.wording.words import EVERYBODY

__all__ = ["Known", "known_values", "value_of"]


@dataclass(frozen=True, slots=True)
class Known:
    """A table of the values of a category, written into the query.

    Attributes
    ----------
    table : str
    key : str
        The column whose values it holds, as ``value``.
    rows : sequence of mapping of str to str
        One a value: column -> SQL.
    added : mapping of str to str
        What the stage takes over of it: column -> expression.
    parts : tuple of str
        Those of `added` that go into the scores, one a segment; none where the category
        is not clustered on.
    """

    table: str
    key: str
    rows: Sequence[Mapping[str, str]]
    added: Mapping[str, str]
    parts: tuple[str, ...]


def known_values(
    model: SegmentModel, scores: Scores, short: Mapping[str, str]
) -> list[Known]:
    """Give the tables that the query needs: of roles, and of clustered categories.

    Parameters
    ----------
    model : SegmentModel
    scores : Scores
    short : mapping of str to str
        Standard name -> name in the query.
    """
    others = [name for name in scores.categories if name != "role"]
    found = [_of_roles(model.features, scores)]
    for name in others:
        table = f"{short.get(name, name)}_values"
        found.append(_of_category(name, table, model.features, scores, short))
    return found


def _of_roles(features: FeatureModel, scores: Scores) -> Known:
    """Say of each role that there can be its level, its fills and its scores."""
    known = features.categories["role"]
    roles = dict.fromkeys((*known, features.role_other) if known else (EVERYBODY,))
    parts = _names_of("role", scores)
    rows = [
        {"value": text(role)}
        | _fills_of(role, features)
        | _scores_of("role", role, scores)
        for role in roles
    ]
    return Known("roles", "role", rows, {p: f"roles.{p}" for p in parts}, parts)


def _fills_of(role: str, features: FeatureModel) -> dict[str, str]:
    fills: dict[str, float] = {}
    if features.experience_fills:
        overall = features.experience_fills[""]
        fills["experience_fill"] = features.experience_fills.get(role, overall)
    if features.pay_fills is not None:
        for i, band in enumerate(_bands(features), start=1):
            fills[f"pay_fill_{i}"] = _pay_fill(role, band, features)
    if features.companies is not None:
        levels = features.companies
        known = dict(zip(levels.roles, levels.role_levels, strict=True))
        fills["role_level"] = known.get(role, levels.overall)
    return {name: _double(value) for name, value in fills.items()}


def _bands(features: FeatureModel) -> tuple[str, ...]:
    if "years_of_experience" in features.available:
        return features.experience_band_names[: len(features.experience_bands) + 1]
    return (EVERYBODY,)


def _pay_fill(role: str, band: str, features: FeatureModel) -> float:
    fills = features.pay_fills
    if fills is None:  # nobody's is known, and nobody asks
        return 0.0
    keys = zip(fills.roles, fills.bands, strict=True)
    cells = dict(zip(keys, fills.medians, strict=True))
    return cells.get((role, band), fills.by_role.get(role, fills.overall))


def _double(value: float) -> str:
    return f"CAST({number(value)} AS DOUBLE)"


def _names_of(category: str, scores: Scores) -> tuple[str, ...]:
    if category not in scores.categories:
        return ()
    return tuple(f"{category}_{j}" for j in range(1, scores.n_segments + 1))


def _scores_of(category: str, value: str, scores: Scores) -> dict[str, str]:
    names = _names_of(category, scores)
    if not names:
        return {}
    own = scores.categories[category].get(value, scores.no_value[category])
    return dict(zip(names, map(_double, own), strict=True))


def _of_category(
    name: str,
    table: str,
    features: FeatureModel,
    scores: Scores,
    short: Mapping[str, str],
) -> Known:
    """Give the scores of a category; a value that is not known has those of none.

    Where rare values are pooled, any other value is one of them.
    """
    plain, none = short.get(name, name), scores.no_value[name]
    parts = tuple(f"{plain}_{j}" for j in range(1, scores.n_segments + 1))
    values = scores.categories[name]
    rows = [
        {"value": text(value)} | dict(zip(parts, map(_double, each), strict=True))
        for value, each in values.items()
    ]
    added = {}
    for j, part in enumerate(parts):
        miss = number(none[j])
        if name in features.pooled:
            other = number(values[OTHER][j])
            miss = f"CASE WHEN before.{plain} IS NULL THEN {miss} ELSE {other} END"
        added[part] = f"COALESCE({table}.{part}, {miss})"
    return Known(table, plain, rows, added, parts)


def value_of(name: str, model: SegmentModel, short: Mapping[str, str]) -> str:
    """Give a number that is clustered on, where it is not known its stand-in.

    Parameters
    ----------
    name : str
        A feature.
    model : SegmentModel
    short : mapping of str to str
        Standard name -> name in the query.

    Raises
    ------
    ParameterError
        If there is no SQL for the feature.
    """
    features = model.features
    since = f"CASE WHEN pay_year > {NOW} THEN 0e0 ELSE {NOW} - pay_year END"
    plain = {
        "log_pay": "LN(pay_filled)",
        "log1p_pay": "LN(pay_filled + 1)",
        "years_of_experience": "years",
        "log_experience": "LN(years + 1)",
        "recent_pay_update": f"CASE WHEN pay_year >= {NOW} - 1 THEN 1e0 ELSE 0e0 END",
        "company_learners": "learners",
        "company_mean_pay": "mean_pay",
        "company_mean_experience": "mean_experience",
        "seniority": "seniority",
    }
    if name in plain:
        return plain[name]
    if name == "company_level":
        return _company_level(model)
    filled = {"pay": "pay", "years_since_pay_update": since}
    if name not in filled and name not in short:
        raise ParameterError(
            f"Got a model that is made with {name}, of which there is no SQL. Use "
            "learnstrata assign."
        )
    median = number(features.medians[name])
    value = f"COALESCE({filled.get(name, short.get(name))}, {median})"
    if name == "pay":
        return f"{value} * {number(1 / features.pay.per_shown_unit)}"
    return value


def _company_level(model: SegmentModel) -> str:
    """Give the level of the company, without the own pay of a member."""
    levels = model.features.companies
    tau = 0.0 if levels is None else levels.shrinkage
    total, others = "sum_log_pay", "paid"
    if leaves_own_out(model):
        grid = f"{number(2.0**LOG_BITS)}"
        log = f"FLOOR(LN(pay) * {grid} + 0.5e0) / {grid}"
        total = f"(sum_log_pay - CASE WHEN own = 1 THEN {log} ELSE 0e0 END)"
        others = "(paid - own)"
    level = f"({total} + {number(tau)} * role_level) / ({others} + {number(tau)})"
    if tau > 0:
        return level
    return f"CASE WHEN {others} > 0 THEN {level} ELSE role_level END"
