"""What a rule is, in words that people read and in SQL that engines run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from learnstrata.learners.features.matrix import FeatureModel
from learnstrata.learners.features.register import feature_of, plain_name

__all__ = [
    "KNOWN",
    "Condition",
    "Operator",
    "Paths",
    "Rule",
    "in_words",
    "to_sql_predicate",
    "units_of",
]

# Where a value only stands in for one that is missing.
KNOWN: Mapping[str, tuple[str, pl.Expr, str]] = {
    "years_of_experience": (
        "experience_imputed",
        pl.col("experience_imputed") == 0,
        '"experience_imputed" = 0',
    ),
    "company_level": (
        "company",
        pl.col("company").is_not_null(),
        '"company" IS NOT NULL',
    ),
}

Operator = Literal[">", "<=", "=", "!="]


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison of a learner's feature.

    Attributes
    ----------
    feature : str
        A column of the learners.
    op : {">", "<=", "=", "!="}
    value : float or str
        In the units of the column: pay in currency units, company level as a logarithm.
    or_missing : bool
        Whether learners of whom the feature is not known meet it.
    """

    feature: str
    op: Operator
    value: float | str
    or_missing: bool = False


Paths = tuple[tuple[Condition, ...], ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """What catches a segment, measured on learners the tree was not grown on.

    Attributes
    ----------
    segment : int
    paths : tuple of tuple of Condition
        A learner is caught who meets every condition of one path.
    text : str
    coverage : float
        Share of the segment that is caught, 0..1.
    precision : float
        Share of those caught who are in the segment, 0..1.
    n_segment, n_caught : int
        Held-out learners of the segment, and held-out learners caught.
    """

    segment: int
    paths: tuple[tuple[Condition, ...], ...]
    text: str
    coverage: float
    precision: float
    n_segment: int
    n_caught: int


def units_of(
    feature: str, model: FeatureModel
) -> tuple[Callable[[float], float], Callable[[float], float]]:
    """Give the way from the column to what is shown, and back."""
    known = feature_of(feature)
    if not known.is_money:
        return known.unscaled, known.scaled
    per = model.pay.per_shown_unit
    return (
        lambda value: known.unscaled(value) / per,
        lambda shown: known.scaled(round(shown * per, 6)),
    )


def to_sql_predicate(rule: Rule) -> str:
    """Write a rule as an SQL condition that is true or false, never NULL.

    The table needs the columns that `matches` needs, with NULL for what is not known.
    Plain comparisons only: every engine reads them.

    Examples
    --------
    >>> over = Condition("pay", ">", 800000.0)
    >>> named = Condition("role", "!=", "O'Neill", or_missing=True)
    >>> rule = Rule(1, ((over, named),), "", 1.0, 1.0, 10, 10)
    >>> print(to_sql_predicate(rule))
    (("pay" IS NOT NULL AND "pay" > 800000.0) AND
     ("role" IS NULL OR "role" <> 'O''Neill'))
    """
    paths = ["(" + " AND\n ".join(map(_sql, path)) + ")" for path in rule.paths if path]
    if len(paths) < len(rule.paths):
        return "(1 = 1)"
    return "\nOR ".join(paths) if paths else "(1 = 0)"


def _sql(condition: Condition) -> str:
    column = '"' + condition.feature.replace('"', '""') + '"'
    value = condition.value
    quoted = "'" + value.replace("'", "''") + "'" if isinstance(value, str) else value
    op = "<>" if condition.op == "!=" else condition.op
    known = KNOWN[condition.feature][2] if condition.feature in KNOWN else ""
    if condition.or_missing:
        unknown = f" OR NOT ({known})" if known else ""
        return f"({column} IS NULL{unknown} OR {column} {op} {quoted})"
    known = f"{known} AND " if known else ""
    return f"({known}{column} IS NOT NULL AND {column} {op} {quoted})"


def in_words(paths: Sequence[Sequence[Condition]], model: FeatureModel) -> str:
    """Write the paths of a rule in the units of people."""
    told = [_path_in_words(path, model) for path in paths]
    return ", or else ".join(told)


def _path_in_words(path: Sequence[Condition], model: FeatureModel) -> str:
    first = ("years_of_experience", "pay")
    there = dict.fromkeys(c.feature for c in path)
    features = dict.fromkeys((*(f for f in first if f in there), *there))
    told = [
        _feature_in_words([c for c in path if c.feature == f], model) for f in features
    ]
    return " and ".join(told) or "everyone"


def _feature_in_words(conditions: Sequence[Condition], model: FeatureModel) -> str:
    feature = conditions[0].feature
    label = feature_of(plain_name(feature)).label
    if isinstance(conditions[0].value, str):
        values = " or ".join(str(c.value) for c in conditions)
        return f"{label} {'' if conditions[0].op == '=' else 'other than '}{values}"
    shown = {c.op: _shown(float(c.value), feature, model) for c in conditions}
    told = _bounds_in_words(shown, feature, label, model)
    return f"{told} (or not stated)" if conditions[0].or_missing else told


def _shown(value: float, feature: str, model: FeatureModel) -> str:
    number = units_of(feature, model)[0](value)
    return f"{number:,.0f}" if abs(number) >= 100 else f"{round(number, 6):g}"


def _bounds_in_words(
    shown: Mapping[str, str], feature: str, label: str, model: FeatureModel
) -> str:
    known = feature_of(feature)
    unit = f" {model.pay.shown_unit}" if known.is_money else ""
    unit = " years" if known.unit == "years" else unit
    over, most = shown.get(">"), shown.get("<=")
    if plain_name(feature) == "years_of_experience":
        tail = " of experience"
        if over and most:
            return f"more than {over} and at most {most} years{tail}"
        years = "year" if (over or most) == "1" else "years"
        return f"{f'more than {over}' if over else f'at most {most}'} {years}{tail}"
    if known.unit == "0/1":
        return f"{label}: {'yes' if over else 'no'}"
    bounds = [f"over {over}"] if over else []
    bounds += [f"up to {most}"] if most else []
    return f"{label} {' and '.join(bounds)}{unit}"
