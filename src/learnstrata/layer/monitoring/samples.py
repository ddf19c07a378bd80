"""Both sides of what is monitored: the learners of a run, and those of a new table.

They are read with one model: in the same features, from the same cleaning.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from narwhals.typing import IntoFrame

from learnstrata.assignment import moved_on
from learnstrata.config.stages import Columns, Monitoring
from learnstrata.exceptions import DegenerateError, ParameterError, SourceError
from learnstrata.layer.models import load_model
from learnstrata.layer.places import folder_of_run
from learnstrata.layer.reading import (
    read_exact,
    read_names,
    read_private,
    read_summary,
)
from learnstrata.learners import intake
from learnstrata.learners.cleaning import Cleaned
from learnstrata.learners.employers import named_company, over_companies
from learnstrata.learners.factors import as_text
from learnstrata.learners.features.matrix import to_matrix
from learnstrata.learners.identities import names_in
from learnstrata.learners.ledger import SEGMENTED, entries_in
from learnstrata.learners.rules.identity import nobodys
from learnstrata.learners.rules.values import rules_of
from learnstrata.learners.schema.columns import column_names_of
from learnstrata.learners.schema.origins import (
    known_in,
    matching_columns,
    refuse_empty,
)
from learnstrata.learners.schema.register import is_extra
from learnstrata.privacy.keys import content_of, row_hashes
from learnstrata.segments.model.model import SegmentModel
from learnstrata.stats import kmeans
from learnstrata.stats.assignment import squares_to
from learnstrata.summary.contract.results import DisclosedSummary, ExactSummary

__all__ = [
    "Newer",
    "Paid",
    "Run",
    "Sample",
    "left_out",
    "newer_sample",
    "read_run",
    "sample_of_run",
]

LEARNER_ID = "learner_id"
FEATURES = "features.parquet"
PAID = ("pay", "years_of_experience", "role_family", "tier")
LEAST = 50  # learners: of fewer nothing is told, and hardly any move is seen
COLUMNS = ("company", "title", "pay", "start_year", "pay_year", "years_of_experience")
UNUSABLE = "quarantined"


@dataclass(frozen=True, slots=True)
class Paid:
    """Of whom pay is known, which decides whether it may be told of.

    Attributes
    ----------
    learners : int
    companies : int or None
    largest_share : float or None
        Of one company, 0..1; None where the table has no companies.
    """

    learners: int
    companies: int | None
    largest_share: float | None


@dataclass(frozen=True, slots=True)
class Sample:
    """The learners of a table, as a model sees them.

    Attributes
    ----------
    learners : polars.DataFrame
        One row a learner: ``record``, ``segment_id``, ``distance`` to the own centre,
        the features of the model before they are scaled, and what `PAID` has.
    ids : polars.Series or None
        Of the learners, once each.
    records : int
    missing : mapping of str to int
        Learners without a value, by column.
    rules : mapping of str to int
        Learners of whom a rule of cleaning met the record that stands for them; of each
        rule that can, met or not.
    unusable : mapping of str to int
        Records of nobody, by the rule that says so; of each that can.
    unknown : mapping of str to int
        By category, learners whose value no other learner of the run has, or of a new
        table: whose value the model does not know.
    paid : Paid
    """

    learners: pl.DataFrame
    ids: pl.Series | None
    records: int
    missing: Mapping[str, int]
    rules: Mapping[str, int]
    unusable: Mapping[str, int]
    unknown: Mapping[str, int]
    paid: Paid

    @property
    def n(self) -> int:
        """How many learners there are."""
        return len(self.learners)


@dataclass(frozen=True, slots=True)
class Run:
    """A run that new tables are compared with, as its owner has it.

    `limits` are those of its configuration; `dataclasses.replace` gives others.
    """

    model: SegmentModel
    exact: ExactSummary
    told: DisclosedSummary
    features: pl.DataFrame
    segments: pl.DataFrame
    names: pl.DataFrame
    limits: Monitoring


@dataclass(frozen=True, slots=True)
class Newer:
    """A new table: its sample, the year that counts as now in it, whom it names."""

    sample: Sample
    as_of: int
    names: pl.DataFrame
    content: bytes
    notes: tuple[str, ...]


def read_run(run: str | Path) -> Run:
    """Read a run that new tables are to be compared with.

    Parameters
    ----------
    run : path
        Its folder, with the private part.

    Raises
    ------
    SourceError
        If it is no whole run, of another version, or made before runs kept their
        features.
    ParameterError
        If it segments records: a record is no draw of its own.
    """
    folder = folder_of_run(run)
    told, exact = read_summary(folder), read_exact(folder)
    if told.settings.unit == "record":
        raise ParameterError(
            f"{folder} is a run of the recipe {told.settings.recipe!r}, which segments "
            "records: those of a learner are no separate draws, and no test holds for "
            "them. Give a run that segments learners, such as one of robust."
        )
    model = load_model(folder)
    segments = read_private(folder, "segments.parquet")
    names = read_names(folder)
    features = _features(folder, model)
    if features["record"].sort().to_list() != segments["record"].sort().to_list():
        raise SourceError(
            f"{folder}/private/{FEATURES} is not of the same learners as its "
            "segments.parquet. Make the run again."
        )
    limits = model.config.monitoring
    return Run(model, exact, told, features, segments, names, limits)


def _features(folder: Path, model: SegmentModel) -> pl.DataFrame:
    if not (folder / "private" / FEATURES).exists():
        raise SourceError(
            f"{folder} has no private/{FEATURES}: it was made before runs kept the "
            "features of their learners, or its private part is not there. Make the "
            "run again with this version, then monitor against it."
        )
    features = read_private(folder, FEATURES)
    wanted = {"record", *model.features.columns}
    if lacking := sorted(wanted.difference(features.columns)):
        raise SourceError(
            f"{folder}/private/{FEATURES} has the columns {features.columns}, and "
            f"lacks {lacking} of its model. Make the run again."
        )
    return features.sort("record")


def sample_of_run(run: Run) -> Sample:
    """Give the learners of a run, as its model sees them.

    Parameters
    ----------
    run : Run
    """
    exact, features = run.exact, run.features
    labels = run.segments.select("record", "segment_id").sort("record")
    near = _with_distance(features, run.model, labels["segment_id"])
    learners = left_out(near)
    rules, unusable = Counter[str](), Counter[str]()
    for one in exact.ledger.rules:
        if one.state in SEGMENTED:
            rules[one.rule] += one.records or 0
        elif one.state == UNUSABLE:
            unusable[one.rule] += one.records or 0
    return Sample(
        learners=learners,
        ids=run.segments[LEARNER_ID] if LEARNER_ID in exact.input.columns else None,
        records=exact.input.records or 0,
        missing={m.column: m.count or 0 for m in exact.description.missing}
        | _own_gaps(learners),
        rules=_each(rules, _rules(run.model)),
        unusable=_each(unusable, _nobodys(run.model)),
        unknown={
            name: _alone(features, column)
            for name, column in _categories(run.model).items()
        },
        paid=_paid_of(exact),
    )


def _paid_of(exact: ExactSummary) -> Paid:
    every = exact.description.distributions
    found = next((one for one in every if one.feature == "pay"), None)
    if found is None:
        return Paid(0, None, None)
    return Paid(found.n or 0, found.companies, found.largest_share)


def _categories(model: SegmentModel) -> dict[str, str]:
    """Name the categories that the model clusters on, with the column of each.

    Where the rare values are one, a new value is one of these and nothing unknown.
    """
    features = model.features
    found = {
        name: name
        for name in features.columns
        if name in features.categories and name not in features.pooled
    }
    if features.role_scheme != "families":
        found.pop("role", None)
    return {
        name: "role_family" if name == "role" else column
        for name, column in found.items()
    }


def _alone(features: pl.DataFrame, column: str) -> int:
    """Count the learners whose value no other has."""
    if column not in features.columns:
        return 0
    counts = features[column].drop_nulls().cast(pl.String).value_counts()
    return int((counts["count"] == 1).sum())


def newer_sample(
    frame: IntoFrame,
    model: SegmentModel,
    *,
    columns: Columns | None = None,
    tell: Callable[[str], object] = lambda _: None,
) -> Newer:
    """Read a new table with a model, at the year that counts as now in the table.

    A year later every learner has a year more of experience, and the newest pay is no
    slip: with the year of the model it would be set aside.

    Parameters
    ----------
    frame, columns, tell
        As for `learnstrata.assignment.assign`.
    model : SegmentModel

    Raises
    ------
    SchemaError
        If the table lacks a column that the model was made with, or nearly all values
        of one.
    DegenerateError
        If no record can be used, or under 50 learners are there.
    """
    config, origins = model.config, model.origins
    with intake.told_as_ours(frame):
        names = column_names_of(frame)
    mapping = matching_columns(names, origins, config, columns=columns)
    read = intake.read_table(frame, config, mapping)
    model = moved_on(model, read.records)
    found = [_part(one, model) for one in _parts(read.records, model)]
    units = pl.concat([part.known for part in found])
    if not len(units):
        intake.clean_table(read.records, config, model.limits)  # says why
    if len(units) < LEAST:
        raise DegenerateError(
            f"Got {len(units):,} learners, expected {LEAST} or more: of so few no move "
            "can be told from chance. Monitor a larger table."
        )
    known = {o.name: sum(part.filled[o.name] for part in found) for o in origins}
    refuse_empty(known, len(units), mapping=mapping, origins=origins)
    for sentence in read.notes:
        tell(sentence)
    own = {name: name for name in mapping if name in read.records.columns}
    return Newer(
        sample=_together(found, units, len(read.records)),
        as_of=model.limits.as_of,
        names=names_in(read.records, own),
        content=content_of(part.hashes for part in found),
        notes=tuple(read.notes),
    )


def _parts(
    records: pl.DataFrame, model: SegmentModel
) -> Iterable[Cleaned[pl.DataFrame]]:
    return intake.cleaned_parts(records, model.config, model.limits)


@dataclass(frozen=True, slots=True)
class _Part:
    """What is kept of the learners of a part of a table."""

    learners: pl.DataFrame
    known: pl.DataFrame
    missing: Mapping[str, int]
    filled: Mapping[str, int]
    rules: Mapping[str, int]
    unusable: Mapping[str, int]
    unknown: Mapping[str, int]
    hashes: pl.Series


def _part(cleaned: Cleaned[pl.DataFrame], model: SegmentModel) -> _Part:
    units = intake.units_of(cleaned)
    entries = entries_in(cleaned.ledger.drop_nulls("rule"))
    in_use = entries.filter(pl.col("state").is_in(SEGMENTED))
    unusable = entries.filter(state=UNUSABLE)
    company = model.config.cleaning.missing_company
    learners = _featured(units, model) if len(units) else pl.DataFrame()
    known = units.select(
        c for c in (LEARNER_ID, "company", "pay") if c in units.columns
    )
    if "company" in known.columns:
        known = known.with_columns(named_company(company))
    return _Part(
        learners=learners,
        known=known,
        missing={c: units[c].null_count() for c in COLUMNS if c in units.columns}
        | _own_gaps(learners),
        filled=known_in(units, model.origins, model.config),
        rules=_each(_counted(in_use), _rules(model)),
        unusable=_each(_counted(unusable), _nobodys(model)),
        unknown={
            name: _unknown(units, column, model.features.categories[name])
            for name, column in _categories(model).items()
        },
        hashes=row_hashes(cleaned.records.drop("record")),
    )


def _own_gaps(learners: pl.DataFrame) -> dict[str, int]:
    """Count who has no value of a column of the user's that is clustered on."""
    own = [name for name in learners.columns if is_extra(name)]
    return {name: learners[name].null_count() for name in own}


def _counted(entries: pl.DataFrame) -> dict[str, int]:
    """Count the records that each rule met."""
    counts = entries.group_by("rule").agg(n=pl.col("record").n_unique())
    return dict(counts.sort("rule").iter_rows())


def _each(found: Mapping[str, int], rules: Iterable[str]) -> dict[str, int]:
    """Count by each rule that can be met, so that none tells by standing there."""
    return {rule: found.get(rule, 0) for rule in rules}


def _rules(model: SegmentModel) -> tuple[str, ...]:
    """Name the rules of values that a table with the columns of a model can meet."""
    names = [one.name for one in model.origins]
    return rules_of(names, model.config.cleaning, model.limits)


def _nobodys(model: SegmentModel) -> tuple[str, ...]:
    """Name the rules by which a record is nobody's, in a table with these columns."""
    return nobodys([one.name for one in model.origins])


def _unknown(units: pl.DataFrame, column: str, known: Sequence[str]) -> int:
    if column not in units.columns:
        return 0
    values = units[column].drop_nulls().cast(pl.String)
    return int((~values.is_in(list(known))).sum())


def _featured(units: pl.DataFrame, model: SegmentModel) -> pl.DataFrame:
    """Give learners with what the model clusters on, where they are and how far."""
    wanted = {*model.features.columns, "tier"}
    told = as_text(model.featured(units.sort("record"), wanted))
    X = to_matrix(told, model.features).X
    segments = kmeans.assign(X, np.array(model.centers)).labels.astype(np.int64) + 1
    kept = dict.fromkeys(["record", *model.features.columns, *PAID])
    # As a run keeps them: what is tied there has to be tied with what is here.
    rounded = told.select(c for c in kept if c in told.columns).with_columns(
        pl.col(pl.Float64).cast(pl.Float32)
    )
    return _with_distance(rounded, model, pl.Series(segments))


def _with_distance(
    learners: pl.DataFrame, model: SegmentModel, segments: pl.Series
) -> pl.DataFrame:
    """Add the segments, and the distance of each learner to the own centre."""
    X = to_matrix(learners, model.features).X
    labels = segments.to_numpy().astype(np.intp) - 1
    own = np.sqrt(squares_to(X, np.array(model.centers), labels))
    return learners.with_columns(
        segments.cast(pl.Int64).alias("segment_id"), pl.Series("distance", own)
    )


def left_out(learners: pl.DataFrame) -> pl.DataFrame:
    """Give the distances of the learners of a run to centres made without them.

    A centre lies nearer to the learners it is the mean of than to new ones: without one
    of n it would be ``n / (n - 1)`` times as far from that one.
    """
    n = pl.len().over("segment_id").cast(pl.Float64)
    further = pl.when(n > 1).then(n / (n - 1)).otherwise(1.0)
    return learners.with_columns(pl.col("distance") * further)


def _together(parts: Sequence[_Part], known: pl.DataFrame, records: int) -> Sample:
    ids = known[LEARNER_ID] if LEARNER_ID in known.columns else None
    paid = known.drop_nulls("pay") if "pay" in known.columns else known.clear()
    counts = paid.select(over_companies(paid.columns)).row(0)
    return Sample(
        learners=pl.concat([part.learners for part in parts if len(part.known)]),
        ids=ids,
        records=records,
        missing=_summed(part.missing for part in parts),
        rules=_summed(part.rules for part in parts),
        unusable=_summed(part.unusable for part in parts),
        unknown=_summed(part.unknown for part in parts),
        paid=Paid(len(paid), *counts),
    )


def _summed(counts: Iterable[Mapping[str, int]]) -> Counter[str]:
    """Add counts up; what nobody has is there with 0."""
    found = Counter[str]()
    for one in counts:
        for name, n in one.items():
            found[name] += n
    return found
