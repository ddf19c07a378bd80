"""From a row of a table to the scores of the segments, stage by stage.

Each stage reads the one before. Its columns are written in the dialect of DuckDB; where
an expression is used twice, it has a stage of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from learnstrata.config.stages import Columns
from learnstrata.exceptions import ParameterError
from learnstrata.layer.scoring import cleaning
from learnstrata.layer.scoring.literals import number, text
from learnstrata.layer.scoring.lookups import (
    leaves_own_out,
    role_without_title,
    wanted_texts,
)
from learnstrata.layer.scoring.scores import Scores, scores_of
from learnstrata.layer.scoring.values import Known, known_values, value_of
from learnstrata.learners.features.companies import UNRATED
from learnstrata.learners.features.matrix import FeatureModel
from learnstrata.learners.roles.titles import UNMAPPED
from learnstrata.learners.schema.register import COLUMNS, is_extra
from learnstrata.segments.model.model import SegmentModel
from learnstrata.wording.words import EVERYBODY

__all__ = ["LOOKUP", "Join", "Plan", "Stage", "columns_of", "plan_of"]

LOOKUP = "learnstrata_{}"  # what a lookup table is called in a database
COMPANY = ("learners", "paid", "sum_log_pay", "mean_pay", "mean_experience")
SINGLE = "CAST(CAST({} AS FLOAT) AS DOUBLE)"  # rounded as the matrix is


@dataclass(frozen=True, slots=True)
class Join:
    """A table joined from the left, each row with no more than one of it."""

    table: str
    on: str


@dataclass(frozen=True, slots=True)
class Stage:
    """A SELECT from the stage before.

    Attributes
    ----------
    name : str
    columns : mapping of str to str
        Name -> expression.
    joins : tuple of Join
    where : str
    is_shared : bool
        The next stage uses what it computes more than once: it is computed once.
    """

    name: str
    columns: Mapping[str, str]
    joins: tuple[Join, ...] = ()
    where: str = ""
    is_shared: bool = True


def columns_of(model: SegmentModel, columns: Columns | None = None) -> dict[str, str]:
    """Give the columns that a table in a warehouse needs.

    Parameters
    ----------
    model : SegmentModel
    columns : Columns, default=None
        What standard columns are called there, where that is another name than in the
        table of the run.

    Returns
    -------
    dict of str to str
        Standard name -> column.

    Raises
    ------
    ParameterError
        If the model asks for what one row a learner does not hold.
    """
    if "pay_growth" in model.features.columns:
        raise ParameterError(
            "Got a model that is made with pay growth, which the older records of a "
            "learner tell, expected one of current values. Give the weight 0 to the "
            "group of pay_growth, or use learnstrata assign."
        )
    unasked = {"title", "company"} - set(wanted_texts(model))
    found = {}
    for origin in model.origins:
        key = COLUMNS[origin.name].key if origin.name in COLUMNS else ""
        named = getattr(columns, key) if columns and key else None
        if origin.known and origin.name not in unasked:
            found[origin.name] = named or origin.column
    if columns and columns.learner:
        found = {"learner_id": columns.learner, **found}
    if "learner_id" not in found:
        raise ParameterError(
            "Got a model of a table without learner ids, expected one to name the "
            'learners by. Say which column holds them: learner = "..." in [columns] of '
            "a configuration (--config)."
        )
    return found


@dataclass(frozen=True, slots=True)
class Plan:
    """What a query is made of.

    Attributes
    ----------
    known : sequence of Known
        Tables that stand in the query.
    stages : sequence of Stage
        In their order; the last has ``learner_id`` and the segment.
    """

    known: Sequence[Known]
    stages: Sequence[Stage]


def plan_of(model: SegmentModel, columns: Mapping[str, str]) -> Plan:
    """Plan the query of a model.

    Parameters
    ----------
    model : SegmentModel
    columns : mapping of str to str
        From `columns_of`. The table that the first stage reads is called ``t``.
    """
    own = [name for name in columns if is_extra(name)]
    plain = {name: f"own_{i}" for i, name in enumerate(own, start=1)}
    short = {name: plain.get(name, name) for name in columns}
    scores = scores_of(model)
    known = known_values(model, scores, short)
    given = cleaning.read(columns, model.config)
    ids = _usable_ids(given["learner_id"], model.limits.no_ids)
    believed = cleaning.believed(short, model.config, model.limits)
    stages = [
        Stage("given", _renamed(given, short), where=ids),
        Stage("believed", _renamed(believed, short)),
        _looked_up(model, short),
        _filled(model, short, known),
        _scaled(model, short, known, scores),
        *_scored(short, known, scores, model.names),
    ]
    return Plan(known, stages)


def _renamed(values: Mapping[str, str], short: Mapping[str, str]) -> dict[str, str]:
    return {short[name]: value for name, value in values.items()}


def _usable_ids(column: str, no_ids: Sequence[str]) -> str:
    words = ", ".join(map(text, no_ids))
    others = f" AND NOT {column} IN ({words})" if words else ""
    return f"{column} IS NOT NULL{others}"


def _kept(names: Sequence[str]) -> dict[str, str]:
    return {name: name for name in names}


def _carried(short: Mapping[str, str]) -> list[str]:
    """List the columns that are needed after the lookups."""
    gone = {"title", "company", "start_year", "experience"}
    return [plain for name, plain in short.items() if name not in gone]


def _looked_up(model: SegmentModel, short: Mapping[str, str]) -> Stage:
    """Look up title, company and whether the own pay stands in its level."""
    features, wanted = model.features, wanted_texts(model)
    columns, joins = _kept(_carried(short)), list[Join]()
    if "years_of_experience" in features.available:
        columns["years"] = cleaning.years_of_experience(
            short, model.config, model.limits
        )
    columns["role"] = text(EVERYBODY)
    if "title" in wanted:
        joins.append(Join(LOOKUP.format("titles"), "titles.title = before.title"))
        columns |= _of_title(model)
    if "company" in wanted:
        fill = model.config.cleaning.missing_company
        name = f"COALESCE(before.company, {text(fill)})" if fill else "before.company"
        joins.append(Join(LOOKUP.format("companies"), f"companies.company = {name}"))
        columns |= _of_company(features)
    if leaves_own_out(model):
        same = (
            "members.learner_id = before.learner_id "
            "AND members.company = companies.number AND members.pay = before.pay"
        )
        joins.append(Join(LOOKUP.format("members"), same))
        columns["own"] = "CASE WHEN members.learner_id IS NULL THEN 0 ELSE 1 END"
    columns |= {name: f"before.{name}" for name in _carried(short)}
    return Stage("looked_up", columns, tuple(joins), is_shared=False)


def _of_title(model: SegmentModel) -> dict[str, str]:
    features = model.features
    unseen = features.role_other
    families = features.role_scheme == "families"
    if families and UNMAPPED in features.categories["role"]:
        unseen = UNMAPPED
    missing = role_without_title(model)
    found = f"COALESCE(titles.role, {text(unseen)})"
    columns = {
        "role": f"CASE WHEN before.title IS NULL THEN {text(missing)} ELSE {found} END"
    }
    if "seniority" in features.columns:
        median = number(features.medians["seniority"])
        columns["seniority"] = f"COALESCE(titles.seniority, {median})"
    return columns


def _of_company(features: FeatureModel) -> dict[str, str]:
    fills = {
        "learners": "0",
        "paid": "0",
        "sum_log_pay": "0e0",
        "mean_pay": number(features.medians.get("company_mean_pay", 0.0)),
        "mean_experience": number(features.medians.get("company_mean_experience", 0.0)),
        "tier": text(UNRATED),
    }
    return {name: f"COALESCE(companies.{name}, {fill})" for name, fill in fills.items()}


def _filled(
    model: SegmentModel, short: Mapping[str, str], known: Sequence[Known]
) -> Stage:
    """Fill pay and experience, and take over what is known of each category."""
    features = model.features
    columns = {name: f"before.{name}" for name in _carried(short)}
    if "seniority" in features.columns:
        columns["seniority"] = "before.seniority"
    if "company" in wanted_texts(model):
        columns |= {name: f"before.{name}" for name in COMPANY}
    if leaves_own_out(model):
        columns["own"] = "before.own"
    if "years_of_experience" in features.available:
        columns["years"] = "COALESCE(before.years, roles.experience_fill)"
    if features.pay_fills is not None:
        columns["pay_filled"] = f"COALESCE(before.pay, {_pay_fill(features)})"
    if "company_level" in features.columns:
        columns["role_level"] = "roles.role_level"
    for one in known:
        columns |= one.added
    joins = tuple(Join(k.table, f"{k.table}.value = before.{k.key}") for k in known)
    return Stage("filled", columns, joins, is_shared=False)


def _pay_fill(features: FeatureModel) -> str:
    """Give the pay of peers of a role by the band of experience."""
    if "years_of_experience" not in features.available:
        return "roles.pay_fill_1"
    years = "COALESCE(before.years, roles.experience_fill)"
    ways = [
        f"WHEN {years} <= {number(limit)} THEN roles.pay_fill_{i}"
        for i, limit in enumerate(features.experience_bands, start=1)
    ]
    rest = f"roles.pay_fill_{len(features.experience_bands) + 1}"
    return f"CASE {' '.join(ways)} ELSE {rest} END" if ways else rest


def _parts(known: Sequence[Known]) -> list[str]:
    """List the columns with what the categories add to the scores."""
    return [column for one in known for column in one.parts]


def _scaled(
    model: SegmentModel,
    short: Mapping[str, str],
    known: Sequence[Known],
    scores: Scores,
) -> Stage:
    features, scaled = model.features, dict[str, str]()
    for name in scores.numbers:
        center, scale = number(features.centers[name]), number(features.scales[name])
        value = value_of(name, model, short)
        scaled[short.get(name, name)] = SINGLE.format(f"({value} - {center}) / {scale}")
    return Stage("scaled", _kept(["learner_id"]) | scaled | _kept(_parts(known)))


def _scored(
    short: Mapping[str, str],
    known: Sequence[Known],
    scores: Scores,
    names: Sequence[str],
) -> Iterator[Stage]:
    """Add up the scores, and take the largest; of equal ones the first."""
    each = [f"score_{j}" for j in range(1, scores.n_segments + 1)]
    sums = {name: _score(j, short, known, scores) for j, name in enumerate(each)}
    who = _kept(["learner_id"])
    yield Stage("scored", who | sums)
    most = f"GREATEST({', '.join(each)})" if len(each) > 1 else each[0]
    numbers = [f"WHEN {name} THEN {j}" for j, name in enumerate(each, start=1)]
    called = [f"WHEN {s} THEN {text(n)}" for s, n in zip(each, names, strict=True)]
    segment = {"segment_id": numbers, "segment_name": called}
    cases = {name: f"CASE {most} {' '.join(w)} END" for name, w in segment.items()}
    yield Stage("named", who | cases, is_shared=False)


def _score(
    j: int, short: Mapping[str, str], known: Sequence[Known], scores: Scores
) -> str:
    terms = [number(scores.constant[j])]
    for name, slopes in scores.numbers.items():
        terms.append(f"{number(slopes[j])} * {short.get(name, name)}")
    terms += [one.parts[j] for one in known if one.parts]
    return " + ".join(terms)
