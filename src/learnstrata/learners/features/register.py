"""The register of features: what each is called, made from and read as.

What is known of a feature stands here once; whoever makes, tells or draws it reads it.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import narwhals as nw

from learnstrata.config.stages import Config
from learnstrata.learners.schema.register import (
    column_label,
    extra_name,
    folded,
    is_extra,
)

__all__ = [
    "DESCRIBED",
    "FEATURES",
    "STEPS",
    "Feature",
    "ends_of",
    "extras_of",
    "feature_of",
    "idea_of",
    "plain_name",
    "register_of",
    "shown_name",
    "spoken",
    "steps_of",
    "steps_within",
]

STEPS = ("lowest", "low", "middle", "high", "highest")  # of a number without words
Scale = Literal["plain", "log", "log1p"]
_LOGS: Mapping[Scale, tuple[Callable[[float], float], Callable[[float], float]]] = {
    "plain": (float, float),
    "log": (math.log, math.exp),
    "log1p": (math.log1p, math.expm1),
}


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature of a learner.

    Attributes
    ----------
    label : str
        What it is called.
    unit : str
        In which people read it, once the logarithm is undone; "pay" stands for the unit
        pay is shown in.
    needs : tuple of str
        Columns of the learners it is made from; none for a column of the user's own.
    kind : {"number", "category"}
    scale : {"plain", "log", "log1p"}
        What is taken of the number that people read.
    plain : str
        The column people know it by; empty where that is itself.
    ends : tuple of str
        What more and less of it is called; empty for "more" and "less".
    steps : tuple of str
        What a group is called by where it stands in it: lowest, low, in the middle,
        high, highest; empty where `steps_of` makes them of the label.
    within : tuple of str
        What a part is called by where it stands in its segment: low, in between, high;
        never as a segment is called. Empty where `steps_within` makes them.
    shown : str
        The number that a segment is described by, where that is another.
    of : str
        The number that it says again, of a band or a tier, or that it ends in, of
        growth.
    phrase : str
        A learner's value in words, for its number and unit.
    flag : str
        Column that is 1 where the value only stands in for one that is missing.
    make : function or None
        Gives the expression, from the year that counts as now; ``None`` where the stage
        that knows it adds the column.
    """

    label: str
    unit: str
    needs: tuple[str, ...]
    kind: Literal["number", "category"] = "number"
    scale: Scale = "plain"
    plain: str = ""
    ends: tuple[str, str] | tuple[()] = ()
    steps: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    shown: str = ""
    of: str = ""
    phrase: str = ""
    flag: str = ""
    make: Callable[[int], nw.Expr] | None = None

    @property
    def is_money(self) -> bool:
        """Whether people read it in the unit of pay."""
        return self.unit == "pay"

    def scaled(self, value: float) -> float:
        """Turn what people read into the feature."""
        return _LOGS[self.scale][0](value)

    def unscaled(self, value: float) -> float:
        """Turn the feature into what people read."""
        return _LOGS[self.scale][1](value)


_PAY_ENDS = ("higher pay", "lower pay")
_YEARS_ENDS = ("more experience", "less experience")
_COMPANY_ENDS = ("better-paying company", "lower-paying company")
_PAYING = "a company that pays about {}"
_PAY_STEPS = ("lowest pay", "lower pay", "middle pay", "higher pay", "top pay")
_YEARS_STEPS = (
    *("least experience", "less experience", "medium experience"),
    *("more experience", "most experience"),
)
_COMPANY_STEPS = (
    *("lowest-paying companies", "lower-paying companies", "middle-paying companies"),
    *("higher-paying companies", "top-paying companies"),
)
_PAY_WITHIN = ("paid less", "paid in between", "paid more")
_YEARS_WITHIN = ("less experienced", "experienced in between", "more experienced")
_COMPANY_WITHIN = (
    "at companies that pay less",
    "at companies that pay in between",
    "at companies that pay more",
)


def _is_recent(as_of: int) -> nw.Expr:
    return nw.when(nw.col("pay_year") >= as_of - 1).then(1.0).otherwise(0.0)


def _years_since(as_of: int) -> nw.Expr:
    later = nw.when(nw.col("pay_year") > as_of).then(0.0)
    return later.otherwise(as_of - nw.col("pay_year"))


FEATURES: Mapping[str, Feature] = {
    "pay": Feature(
        "pay",
        "pay",
        ("pay",),
        ends=_PAY_ENDS,
        steps=_PAY_STEPS,
        within=_PAY_WITHIN,
        phrase="pay {}",
        flag="pay_imputed",
    ),
    "log_pay": Feature(
        "log pay",
        "pay",
        ("pay",),
        scale="log",
        plain="pay",
        ends=_PAY_ENDS,
        phrase="pay {}",
        flag="pay_imputed",
        make=lambda _: nw.col("_pay").log(),
    ),
    "log1p_pay": Feature(
        "log of 1 + pay",
        "pay",
        ("pay",),
        scale="log1p",
        plain="pay",
        ends=_PAY_ENDS,
        phrase="pay {}",
        flag="pay_imputed",
        make=lambda _: (nw.col("_pay") + 1).log(),
    ),
    "years_of_experience": Feature(
        "experience",
        "years",
        ("years_of_experience",),
        ends=_YEARS_ENDS,
        steps=_YEARS_STEPS,
        within=_YEARS_WITHIN,
        phrase="{} of experience",
        flag="experience_imputed",
    ),
    "log_experience": Feature(
        "log experience",
        "years",
        ("years_of_experience",),
        scale="log1p",
        plain="years_of_experience",
        ends=_YEARS_ENDS,
        phrase="{} of experience",
        flag="experience_imputed",
        make=lambda _: (nw.col("years_of_experience") + 1).log(),
    ),
    "recent_pay_update": Feature(
        "pay updated lately",
        "0/1",
        ("pay_year",),
        ends=("pay updated lately", "pay not updated lately"),
        steps=(
            *("pay not updated lately", "pay not updated lately"),
            *("pay partly updated", "pay updated lately", "pay updated lately"),
        ),
        within=(
            "fewer with pay updated lately",
            "some with pay updated lately",
            "more with pay updated lately",
        ),
        make=_is_recent,
    ),
    "years_since_pay_update": Feature(
        "years since pay update",
        "years",
        ("pay_year",),
        ends=("pay updated longer ago", "pay updated more lately"),
        steps=(
            *("newest pay", "newer pay", "pay neither new nor old"),
            *("older pay", "oldest pay"),
        ),
        phrase="pay updated {} ago",
        make=_years_since,
    ),
    "company_level": Feature(
        "company pay level",
        "pay",
        ("company", "pay"),
        scale="log",
        ends=_COMPANY_ENDS,
        shown="company_pay",
        phrase=_PAYING,
    ),
    "company_mean_pay": Feature(
        "company mean pay",
        "pay",
        ("company", "pay"),
        ends=_COMPANY_ENDS,
        shown="company_pay",
        phrase=_PAYING,
    ),
    "company_mean_experience": Feature(
        "company mean experience",
        "years",
        ("company", "years_of_experience"),
        ends=("more experienced company", "younger company"),
        steps=(
            *("youngest companies", "younger companies", "companies of middle age"),
            *("more experienced companies", "most experienced companies"),
        ),
    ),
    "company_learners": Feature(
        "company size",
        "learners",
        ("company",),
        ends=("larger company", "smaller company"),
        steps=(
            *("smallest companies", "smaller companies", "mid-sized companies"),
            *("larger companies", "largest companies"),
        ),
    ),
    "pay_growth": Feature(
        "pay growth",
        "log a year",
        ("pay", "pay_year"),
        ends=("faster pay growth", "slower pay growth"),
        steps=(
            *("slowest pay growth", "slower pay growth", "middle pay growth"),
            *("faster pay growth", "fastest pay growth"),
        ),
        of="pay",
        within=("pay grew less", "pay grew in between", "pay grew more"),
    ),
    "seniority": Feature(
        "seniority of the title",
        "0..6",
        ("title",),
        ends=("more senior title", "more junior title"),
        steps=(
            *("most junior titles", "junior titles", "mid-level titles"),
            *("senior titles", "most senior titles"),
        ),
    ),
    "role": Feature("role", "", ("title",), "category"),
    "tier": Feature(
        "company tier", "", ("company", "pay"), "category", of="company_pay"
    ),
}
# What segments are described by, and nothing is clustered on.
DESCRIBED: Mapping[str, Feature] = {
    "company_pay": Feature(
        "company pay level",
        "pay",
        ("company", "pay"),
        ends=_COMPANY_ENDS,
        steps=_COMPANY_STEPS,
        within=_COMPANY_WITHIN,
    ),
    "n_roles": Feature(
        "roles a learner holds",
        "roles",
        ("title",),
        ends=("more roles", "fewer roles"),
        steps=("fewest roles", "fewer roles", "some roles", "more roles", "most roles"),
        within=("holding fewer roles", "holding some roles", "holding more roles"),
    ),
    "pay_band": Feature("pay band", "", ("pay",), "category", of="pay"),
    "experience_band": Feature(
        "experience band",
        "",
        ("years_of_experience",),
        "category",
        of="years_of_experience",
    ),
}


def extras_of(config: Config) -> dict[str, str]:
    """Give the name in our frames of each extra column that may be clustered on."""
    wanted = (*config.columns.numeric, *config.columns.categorical)
    return {column: extra_name(column) for column in wanted}


def register_of(config: Config) -> dict[str, Feature]:
    """Give the features of a run: ours, and the extra columns of the user's.

    Examples
    --------
    >>> from learnstrata.config.loading import load_config
    >>> config = load_config(columns={"numeric": ["quiz_score"]})
    >>> register_of(config)["extra:quiz_score"].label
    'quiz_score'
    """
    numbers = {extra_name(column) for column in config.columns.numeric}
    extras = {
        name: _extra(name, "number" if name in numbers else "category")
        for name in extras_of(config).values()
    }
    return {**extras, **FEATURES}


def feature_of(name: str) -> Feature:
    """Give the entry of a feature, one of ours or a column of the user's.

    Parameters
    ----------
    name : str
        A feature, or a column of the matrix (``role=Backend``).

    Examples
    --------
    >>> feature_of("company_level").label, feature_of("role=Backend").label
    ('company pay level', 'role: Backend')
    >>> feature_of("extra:city=Pune").label, feature_of("extra:seniority").label
    ('city: Pune', 'seniority')
    """
    return FEATURES.get(name) or DESCRIBED.get(name) or _extra(name, "number")


def plain_name(name: str) -> str:
    """Give the column that people know a feature by.

    Examples
    --------
    >>> plain_name("log_pay"), plain_name("seniority")
    ('pay', 'seniority')
    """
    return feature_of(name).plain or name


def shown_name(name: str) -> str:
    """Give the number or category that segments are described by, of a feature.

    Examples
    --------
    >>> shown_name("company_level"), shown_name("log_pay"), shown_name("extra:grade")
    ('company_pay', 'pay', 'extra:grade')
    """
    return feature_of(name).shown or plain_name(name)


def idea_of(name: str) -> str:
    """Give what a feature is about: segments cut on one differ in all of an idea.

    Examples
    --------
    >>> idea_of("log_pay"), idea_of("pay_band"), idea_of("tier"), idea_of("role")
    ('pay', 'pay', 'company_pay', 'role')
    >>> idea_of("pay_growth")  # it ends in today's pay
    'pay'
    """
    shown = shown_name(name)
    return feature_of(shown).of or shown


def ends_of(name: str) -> tuple[str, str]:
    """Give what more and less of a number is called.

    Examples
    --------
    >>> ends_of("log_pay"), ends_of("extra:quiz_score")
    (('higher pay', 'lower pay'), ('higher quiz score', 'lower quiz score'))
    """
    known = feature_of(name)
    if known.ends:
        return known.ends
    label = spoken(known.label)
    return f"higher {label}", f"lower {label}"


def steps_of(name: str) -> tuple[str, ...]:
    """Give what a group is called by where it stands in a number, from low to high.

    Examples
    --------
    >>> steps_of("pay")[1:4]
    ('lower pay', 'middle pay', 'higher pay')
    >>> steps_of("extra:quiz_score")[1:4]
    ('low quiz score', 'middle quiz score', 'high quiz score')
    """
    label = spoken(feature_of(name).label)
    made = (f"{word} {label}" for word in STEPS)
    return feature_of(name).steps or tuple(made)


def steps_within(name: str) -> tuple[str, ...]:
    """Give what a part is called by where it stands in its segment: low, between, high.

    Examples
    --------
    >>> steps_within("pay")
    ('paid less', 'paid in between', 'paid more')
    >>> steps_within("extra:quiz_score")
    ('lower quiz score', 'quiz score in between', 'higher quiz score')
    >>> steps_within("company_learners")
    ('smaller company', 'company size in between', 'larger company')
    """
    feature = feature_of(name)
    label = spoken(feature.label)
    more, less = feature.ends or (f"higher {label}", f"lower {label}")
    return feature.within or (less, f"{label} in between", more)


def spoken(label: str) -> str:
    """Write the name of a column of the user's as a sentence does.

    Examples
    --------
    >>> spoken("quiz_score"), spoken("English")
    ('quiz score', 'English')
    """
    return " ".join(label.replace("_", " ").split()) or label


def _extra(name: str, kind: Literal["number", "category"]) -> Feature:
    feature, _, value = name.partition("=")
    label = column_label(feature)
    # Two things that a reader compares must not be called the same.
    if is_extra(feature) and folded(label) in _TAKEN:
        label += " (own column)"
    return Feature(f"{label}: {value}" if value else label, "", (), kind)


_OUTCOMES = ("role change",)  # of ours, that are no features
_TAKEN = frozenset(
    map(folded, (*(one.label for one in (FEATURES | DESCRIBED).values()), *_OUTCOMES))
)
