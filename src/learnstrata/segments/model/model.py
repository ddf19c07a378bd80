"""The fitted model: all that is needed to give a learner their segment."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl
from narwhals.typing import IntoFrame, IntoFrameT

from learnstrata.config.stages import Config
from learnstrata.learners.factors import as_factor, as_factors, as_text
from learnstrata.learners.features.matrix import (
    FeatureModel,
    Matrix,
    add_features,
    asks_of_company,
    fit_features,
    to_matrix,
)
from learnstrata.learners.lookups import collected
from learnstrata.learners.rules.bounds import Limits
from learnstrata.learners.schema.origins import Origin
from learnstrata.segments.model.certainty import (
    EXPORTED,
    Certainty,
    fit_certainty,
    standings,
)
from learnstrata.segments.model.stored import (
    codes_of_members,
    read_model,
    write_model,
)
from learnstrata.stats import kmeans
from learnstrata.stats.inputs import Integers

__all__ = [
    "MEMBERSHIP",
    "Prepared",
    "SegmentModel",
    "codes_of",
    "fit_model",
    "member_codes",
    "members_named",
    "memberships",
    "prepare",
]

CODED_AT_ONCE = 1 << 18  # learners whose texts are in memory
MEMBERSHIP = (
    *("record", "learner_id", "segment_id", "segment_name"),
    *EXPORTED,
    "subsegment_name",
    "role_family",  # where there are titles
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """Learners with their features, and what was learned to make them.

    Attributes
    ----------
    learners : polars.DataFrame
        One row a learner, in the order of ``record``.
    features : FeatureModel
    matrix : Matrix
        Rows as in `learners`.
    """

    learners: pl.DataFrame
    features: FeatureModel
    matrix: Matrix

    def drawn(self, rows: Integers) -> "Prepared":
        """Give these rows alone; itself where they are all."""
        if len(rows) == len(self.learners):
            return self
        matrix = replace(self.matrix, X=self.matrix.X[rows])
        return replace(self, learners=self.learners[rows], matrix=matrix)


@dataclass(frozen=True, slots=True)
class SegmentModel:
    """Centres of the segments, and the way from a record to a distance.

    Attributes
    ----------
    config : Config
    limits : Limits
        Of the table the model was fitted on.
    features : FeatureModel
    centers : tuple of tuple of float
        One a segment, in the columns of the matrix; segment ids are 1, 2, ... in order.
    names : tuple of str
    members : bytes
        Codes of the learners whose pay stands in the level of their company, ascending,
        eight bytes each, the least first (`codes_of_members`).
    inertia : float
        Sum of squared distances of all learners to their centre.
    certainty : Certainty
        By which the standing of a learner is told.
    origins : tuple of Origin
        Columns of the table it was fitted on that it is made of.
    part_names : tuple of tuple of str
        Of the parts of each segment, none where it is not cut; empty where none was
        looked for.
    """

    config: Config
    limits: Limits
    features: FeatureModel
    centers: tuple[tuple[float, ...], ...]
    names: tuple[str, ...]
    members: bytes
    inertia: float
    certainty: Certainty = field(default_factory=Certainty)
    origins: tuple[Origin, ...] = ()
    part_names: tuple[tuple[str, ...], ...] = ()

    def assign(self, units: IntoFrameT) -> IntoFrameT:
        """Give learners the segment with the nearest centre.

        Parameters
        ----------
        units : data frame
            Learners after cleaning with `limits`, the columns of the fitted table.

        Returns
        -------
        data frame of the same kind, eager
            ``record``, ``learner_id``, ``segment_id``, ``segment_name``, what
            `standings` tells, ``subsegment_name``, and ``role_family`` where there are
            titles.
        """
        frame = nw.from_native(units)
        frame = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
        result = as_text(named(self.members_of(frame.to_polars()), self))
        if frame.implementation is nw.Implementation.POLARS:
            return cast("IntoFrameT", result)
        native: Any = nw.from_arrow(result.to_arrow(), backend=frame.implementation)
        return native.to_native()

    def members_of(self, units: pl.DataFrame) -> pl.DataFrame:
        """Give what `assign` does before it is `named`, which takes less memory.

        Parameters
        ----------
        units : polars.DataFrame
            As for `assign`.
        """
        learners = self.featured(units.sort("record"), self.features.columns)
        X = to_matrix(learners, self.features).X
        return _members(learners, X, self)

    def featured(
        self, units: pl.DataFrame, wanted: Collection[str] | None = None
    ) -> pl.DataFrame:
        """Add the features, the own pay left out of the level of members' companies.

        Parameters
        ----------
        units : polars.DataFrame
            As for `assign`.
        wanted : collection of str, default=None
            As for `learnstrata.learners.features.matrix.add_features`.
        """
        asked = wanted is None or asks_of_company(wanted)
        members = self.is_member(units).to_numpy() if asked and self.members else False
        return add_features(units, self.features, members=members, wanted=wanted)

    def is_member(self, units: pl.DataFrame) -> pl.Series:
        """Tell whose pay stands in the level of their company.

        Parameters
        ----------
        units : polars.DataFrame
            As for `assign`.

        Returns
        -------
        polars.Series of bool, length n_learners
        """
        known = pl.Series(codes_of_members(self.members))
        codes = pl.Series(member_codes(units, self.features), dtype=pl.Int64)
        return codes.is_in(known.implode())

    def with_names(
        self, names: Sequence[str], part_names: Sequence[Sequence[str]] = ()
    ) -> "SegmentModel":
        """Give the same model with other names for its segments and their parts."""
        parts = tuple(map(tuple, part_names))
        return replace(self, names=tuple(names), part_names=parts)

    def without_members(self, codes: Sequence[int]) -> "SegmentModel":
        """Give the same model without the codes of learners who are to be forgotten.

        Parameters
        ----------
        codes : sequence of int
            From `member_codes`.
        """
        kept = np.setdiff1d(codes_of_members(self.members), np.array(codes, np.int64))
        return replace(self, members=kept.astype("<i8").tobytes())

    @property
    def names_by_part(self) -> dict[str, str]:
        """The name of each part with that of its segment, by its id."""
        named = zip(self.names, self.part_names, strict=False)
        return {
            f"{i}.{j}" if own else f"{i}": f"{name}: {part}" if own else name
            for i, (name, own) in enumerate(named, start=1)
            for j, part in enumerate(own or ("",), start=1)
        }

    def to_json(self) -> str:
        """Write the model as JSON; `from_json` gives back an equal one."""
        return write_model(self)

    @classmethod
    def from_json(cls, text: str) -> "SegmentModel":
        """Read a model.

        Raises
        ------
        SourceError
            If the text is not a model, one of another version, or was changed or
            damaged since it was written: the message names the field.
        """
        return read_model(cls, text)


def prepare(units: IntoFrame, config: Config, *, as_of: int, salt: bytes) -> Prepared:
    """Fit the features of a run's learners and scale them."""
    model = fit_features(units, config, as_of=as_of, salt=salt)
    featured = add_features(units, model, members=True)
    learners = as_factors(collected(nw.from_native(featured)).sort("record"))
    return Prepared(learners, model, to_matrix(learners, model))


def fit_model(
    prepared: Prepared,
    config: Config,
    limits: Limits,
    fit: kmeans.KMeansFit,
    certainty: Certainty | None = None,
    origins: Sequence[Origin] = (),
) -> SegmentModel:
    """Bind a k-means fit to the way its matrix was made.

    Parameters
    ----------
    prepared : Prepared
    config : Config
    limits : Limits
    fit : KMeansFit
        Of all learners of `prepared`.
    certainty : Certainty, default=None
        ``None`` is that of the fit alone, without refits and parts.
    origins : sequence of Origin
        Columns of the table that the learners are made of.
    """
    features = prepared.features
    if certainty is None:
        certainty = fit_certainty(prepared.matrix.X, fit, config.evidence)
    uses_own = features.companies is not None and features.companies.leave_out_own
    paid = prepared.learners
    if uses_own and "pay" in paid.columns:
        members = np.unique(member_codes(paid.drop_nulls("pay"), features))
    else:
        members = np.empty(0)
    return SegmentModel(
        config=config,
        limits=limits,
        features=features,
        centers=tuple(tuple(float(v) for v in center) for center in fit.centers),
        names=tuple(f"Segment {i + 1}" for i in range(len(fit.centers))),
        members=members.astype("<i8").tobytes(),
        inertia=fit.inertia,
        certainty=certainty,
        origins=tuple(origins),
    )


def memberships(
    learners: pl.DataFrame, X: npt.NDArray[np.float32], model: SegmentModel
) -> pl.DataFrame:
    """Give the columns of `MEMBERSHIP` that the learners have.

    Parameters
    ----------
    learners : polars.DataFrame
        With features, in the order of `X`.
    X : array of shape (n_learners, n_columns)
    model : SegmentModel
    """
    return named(_members(learners, X, model), model)


def _members(
    learners: pl.DataFrame, X: npt.NDArray[np.float32], model: SegmentModel
) -> pl.DataFrame:
    sure = standings(X, model.centers, model.certainty)
    told = learners.select(c for c in MEMBERSHIP if c in learners.columns)
    return told.with_columns(sure.get_columns())


def named(members: pl.DataFrame, model: SegmentModel) -> pl.DataFrame:
    """Add the names of segments and parts to what `SegmentModel.members_of` gives.

    Parameters
    ----------
    members : polars.DataFrame
    model : SegmentModel

    Returns
    -------
    polars.DataFrame
        Text of few values as factors (`learnstrata.learners.factors.as_text`).
    """
    ids = members["subsegment_id"]
    parts: list[str | None] = [None]
    if isinstance(ids.dtype, pl.Enum):
        parts = [*map(model.names_by_part.get, ids.dtype.categories)]
        places = ids.to_physical()
    else:
        places = pl.repeat(0, len(members), dtype=pl.UInt32, eager=True)
    names = _factor(model.names)
    told = members.with_columns(
        names.gather(members["segment_id"] - 1).alias("segment_name"),
        _factor(parts).gather(places).alias("subsegment_name"),
    )
    return told.select(c for c in MEMBERSHIP if c in told.columns)


def _factor(names: Sequence[str | None]) -> pl.Series:
    return as_factor(pl.Series(names, dtype=pl.String))


def members_named(
    members: pl.DataFrame,
    was: SegmentModel,
    now: SegmentModel,
    *,
    segment: str = "segment_name",
    part: str = "subsegment_name",
) -> pl.DataFrame:
    """Give learners under the names of another model of the same fit.

    Parameters
    ----------
    members : polars.DataFrame
        It is not changed.
    was, now : SegmentModel
        Whose names they have, and whose they get.
    segment, part : str, default="segment_name" and "subsegment_name"
        Columns with the names of segments and of their parts; one that is not there is
        passed over.
    """
    parts = now.names_by_part
    of = {
        segment: dict(zip(was.names, now.names, strict=True)),
        part: {name: parts[i] for i, name in was.names_by_part.items()},
    }
    return members.with_columns(
        _renamed(members[name], names)
        for name, names in of.items()
        if name in members.columns
    )


def _renamed(values: pl.Series, names: Mapping[str, str]) -> pl.Series:
    if not isinstance(values.dtype, pl.Enum):
        return values.replace(names)
    told = [names.get(name, name) for name in values.dtype.categories]
    return _factor(told).gather(values.to_physical()).alias(values.name)


def member_codes(learners: pl.DataFrame, model: FeatureModel) -> npt.NDArray[np.int64]:
    """Code who stands where at which pay: the same again is no news to the level.

    Parameters
    ----------
    learners : polars.DataFrame
    model : FeatureModel
    """
    return codes_of(learners, ("learner_id", "company", "pay"), model)


def codes_of(
    learners: pl.DataFrame, columns: Sequence[str], model: FeatureModel
) -> npt.NDArray[np.int64]:
    """Code what stands in some columns, those that are there, of each learner.

    Parameters
    ----------
    learners : polars.DataFrame
    columns : sequence of str
    model : FeatureModel
    """
    there = [c for c in columns if c in learners.columns]
    text = pl.concat_str(
        [pl.col(c).cast(pl.String).fill_null("") for c in there], separator="\x1f"
    )
    parts = learners.select(there).iter_slices(CODED_AT_ONCE)
    coded = [model.codes(one.select(text.alias("key"))["key"]) for one in parts]
    return np.concatenate(coded) if coded else np.empty(0, dtype=np.int64)
