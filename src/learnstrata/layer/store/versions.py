"""Versions of the segmentation: a run is added, its segments get their lasting ids."""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import sqlalchemy as sa

from learnstrata.exceptions import ParameterError, SourceError
from learnstrata.layer.compare import refuse_records
from learnstrata.layer.lineage import Event, lineage_of
from learnstrata.layer.models import load_model
from learnstrata.layer.places import folder_of_run
from learnstrata.layer.reading import read_exact, read_private, read_summary
from learnstrata.layer.store.deletions import tombstones_in, without_forgotten
from learnstrata.layer.store.frames import add_rows, frame_of
from learnstrata.layer.store.membership import (
    current_stays,
    last_release,
    released_names,
    segment_of_number,
)
from learnstrata.layer.store.opening import Store, now
from learnstrata.layer.store.tables import (
    lineage,
    members,
    segments,
    version_segments,
    versions,
)
from learnstrata.segments.model.model import SegmentModel
from learnstrata.summary.contract.results import ExactSummary

__all__ = [
    "AddedVersion",
    "RunContent",
    "add_version",
    "added_id",
    "folder_of_version",
    "free_name",
    "is_same_model",
    "kept_version",
    "read_run",
    "version_of",
]

NO_IDS = "A table without learner ids has nobody who could be followed."


@dataclass(frozen=True, slots=True)
class RunContent:
    """What the store keeps of a run.

    Attributes
    ----------
    exact : ExactSummary
    model : SegmentModel
    learners : polars.DataFrame
        One row a learner: `learnstrata.segments.model.model.MEMBERSHIP`, and
        ``values_digest`` of what the table said of them.
    folder : Path or None
        Absolute.
    told : mapping of int to (int or None)
        Size of each segment, by its number, as the run may tell it.
    """

    exact: ExactSummary
    model: SegmentModel
    learners: pl.DataFrame
    folder: Path | None = None
    told: Mapping[int, int | None] = field(default_factory=dict)

    @property
    def data_digest(self) -> str:
        """Digest of the learners, what was said of them and where they are."""
        kept = ("learner_id", "segment_id", "values_digest")
        rows = self.learners.select(c for c in kept if c in self.learners.columns)
        return _digest(rows.sort("learner_id").write_csv())

    @property
    def config_digest(self) -> str:
        """Digest of the configuration."""
        return _digest(json.dumps(self.exact.settings.config, sort_keys=True))

    @property
    def digest(self) -> str:
        """Digest of all: the same run is the same version."""
        return _digest(f"{self.data_digest}{self.config_digest}{self.model.to_json()}")


@dataclass(frozen=True, slots=True)
class AddedVersion:
    """A version as it stands in the store.

    Attributes
    ----------
    id : int
    is_new : bool
        Off where the same run was there already.
    events : tuple of Event
        What became of each segment of the parent.
    """

    id: int
    is_new: bool
    events: tuple[Event, ...]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def read_run(run: str | Path) -> RunContent:
    """Read what the store keeps of a run folder.

    Parameters
    ----------
    run : path

    Raises
    ------
    SourceError
        If it is no whole run, or was made by an earlier version.
    ParameterError
        If it segments records, or its table has no learner ids.
    """
    folder = folder_of_run(run)
    exact, model = read_exact(folder), load_model(folder)
    refuse_records(exact.settings)
    if "learner_id" not in exact.input.columns:
        raise ParameterError(f"{NO_IDS} Map a column of ids, and run again.")
    learners = read_private(folder, "segments.parquet")
    told = read_private(folder, "features.parquet")
    if told["record"].to_list() != learners["record"].to_list():
        raise SourceError(
            f"{folder}/private/features.parquet is not of the learners of this run. "
            "Make the run again."
        )
    return RunContent(
        exact,
        model,
        learners.with_columns(told["values_digest"], told["member_code"]),
        folder.absolute(),
        {one.id: one.size for one in read_summary(folder).segments},
    )


def add_version(  # noqa: PLR0913 - a run, by whom, and what is known of it
    store: Store,
    run: RunContent,
    *,
    who: str,
    why: str = "",
    by_parent: pl.DataFrame | None = None,
    parent: int | None = None,
    key: bytes | None = None,
) -> AddedVersion:
    """Add a run as a version: a candidate that nothing uses until it is promoted.

    Its segments are matched to those that are current, by the learners in both: a
    segment that continues keeps its id and name; a new one gets an id that none had.

    Parameters
    ----------
    store : Store
    run : RunContent
    who, why : str
    by_parent : polars.DataFrame, default=None
        ``learner_id`` and ``segment_id``: where the model of the current version puts
        the learners of the run. It tells who moves since they changed.
    parent : int, default=None
        The version that was current when `by_parent` was asked; ``None`` is whichever
        is now.
    key : bytes, default=None
        By which learners who were forgotten are known, and left out.

    Returns
    -------
    AddedVersion

    Raises
    ------
    ParameterError
        If it is there already, and its learners are not kept any more; or another
        version was promoted since `by_parent` was asked.
    PrivacyError
        If somebody was forgotten and there is no key by which to know them.
    """
    with store.writing() as connection:
        same = versions.select().where(versions.c.digest == run.digest)
        if (found := connection.execute(same).one_or_none()) is not None:
            _refuse_pruned(found, "Make a run of a table of now")
            events = events_of(connection, found.id)
            return AddedVersion(found.id, is_new=False, events=events)
        kept = without_forgotten(connection, run.learners, key)
        if (less := _same_but_forgotten(connection, run, kept)) is not None:
            events = events_of(connection, less)
            return AddedVersion(less, is_new=False, events=events)
        model = _without_codes(run, kept)
        parent = _parent(connection, parent)
        id_ = _add(connection, run, (kept, model), parent, (who, why))
        events = _followed(connection, run, kept, (parent, id_))
        add_rows(connection, members, _members(kept, by_parent, id_))
    return AddedVersion(id_, is_new=True, events=events)


def _parent(connection: sa.Connection, expected: int | None) -> int | None:
    found = current_version(connection)
    if expected is not None and found != expected:
        raise ParameterError(
            f"Version {found} was promoted while version {expected} was asked about "
            "the new table. Refit again."
        )
    return found


def current_version(connection: sa.Connection) -> int | None:
    """Give the version of the last release; None where nothing was released."""
    found = last_release(connection)
    return None if found is None else found.version


def version_of(connection: sa.Connection, id_: int) -> sa.Row[Any]:
    """Give a version of the store.

    Raises
    ------
    ParameterError
        If there is none.
    """
    found = connection.execute(versions.select().where(versions.c.id == id_))
    row = found.one_or_none()
    if row is None:
        known = connection.scalars(sa.select(versions.c.id).order_by("id")).all()
        raise ParameterError(
            f"There is no version {id_}; there are {list(known)}. "
            "learnstrata history shows them."
        )
    return row


def kept_version(connection: sa.Connection, id_: int) -> sa.Row[Any]:
    """Give a version whose learners are there.

    Raises
    ------
    ParameterError
        If there is none, or they were removed.
    """
    row = version_of(connection, id_)
    _refuse_pruned(row, "Fit a new one: learnstrata refit TABLE")
    return row


def _refuse_pruned(version: sa.Row[Any], what_to_do: str) -> None:
    if version.pruned is not None:
        raise ParameterError(
            f"The learners of version {version.id} were removed on "
            f"{version.pruned:%Y-%m-%d}, as retention_days asks, so it cannot be used "
            f"any more. {what_to_do}."
        )


def folder_of_version(store: Store, id_: int) -> Path:
    """Give the run folder that a version was added from.

    Raises
    ------
    ParameterError
        If there is no such version, or its folder is gone or holds another run.
    """
    with store.reading() as connection:
        row = version_of(connection, id_)
    if row.folder is None or not Path(row.folder).is_dir():
        raise ParameterError(
            f"The run folder of version {id_}, {row.folder}, is not there any more. "
            "Give the folder of a run instead."
        )
    folder = Path(row.folder)
    if not is_same_model(load_model(folder), SegmentModel.from_json(row.model)):
        raise ParameterError(
            f"{folder} holds another run than version {id_} by now. Give the folder of "
            "a run instead."
        )
    return folder


def is_same_model(one: SegmentModel, other: SegmentModel) -> bool:
    """Say whether two models are one, whatever learners and names they have now."""
    return (one.config, one.centers) == (other.config, other.centers)


def model_of(connection: sa.Connection, id_: int) -> SegmentModel:
    """Give the model of a version."""
    return SegmentModel.from_json(version_of(connection, id_).model)


def _without_codes(run: RunContent, kept: pl.DataFrame) -> SegmentModel:
    """Give the model without the codes of learners who are not kept."""
    gone = run.learners.join(kept, on="learner_id", how="anti")
    return run.model.without_members(gone["member_code"].to_list())


def _same_but_forgotten(
    connection: sa.Connection, run: RunContent, kept: pl.DataFrame
) -> int | None:
    """Give the version that a run is, but for learners who were forgotten since."""
    c, own = versions.c, _placed_as(kept, "segment_id")
    if tombstones_in(connection) == set():
        return None
    asked = sa.select(c.id, c.model).where(
        c.config_digest == run.config_digest,
        c.learners == kept.height,
        c.pruned.is_(None),
    )
    for id_, model in connection.execute(asked.order_by(c.id)).all():
        columns = (members.c[name] for name in ("learner_id", "number"))
        placed = sa.select(*columns, members.c.values_digest).where(
            members.c.version == id_
        )
        if is_same_model(SegmentModel.from_json(model), run.model) and own.equals(
            _placed_as(frame_of(connection, placed), "number")
        ):
            return int(id_)
    return None


def _placed_as(learners: pl.DataFrame, number: str) -> pl.DataFrame:
    """Give whom learners are, where they are and what was said of them."""
    told = pl.lit(None, pl.Int64)
    if "values_digest" in learners.columns:
        told = pl.col("values_digest")
    return learners.select(
        pl.col("learner_id").cast(pl.String),
        pl.col(number).cast(pl.Int64).alias("number"),
        told.cast(pl.Int64).alias("values_digest"),
    ).sort("learner_id")


def _add(
    connection: sa.Connection,
    run: RunContent,
    kept: tuple[pl.DataFrame, SegmentModel],
    parent: int | None,
    said: tuple[str, str],
) -> int:
    settings, (learners, model) = run.exact.settings, kept
    row = {
        "digest": run.digest,
        "data_digest": run.data_digest,
        "config_digest": run.config_digest,
        "parameters": {
            "recipe": settings.recipe,
            "seed": settings.seed,
            "k": len(run.model.centers),
            "features": list(run.model.features.columns),
            "versions": settings.versions,
        },
        "metrics": metrics_of(run.exact),
        "parent": parent,
        "folder": None if run.folder is None else str(run.folder),
        "who": said[0],
        "why": said[1],
        "at": now(),
        "learners": len(learners),
        "model": model.to_json(),
    }
    return added_id(connection.execute(versions.insert().values(**row)))


def metrics_of(exact: ExactSummary) -> Mapping[str, Any]:
    """Give the figures by which versions are put beside each other."""
    k = exact.selection.k
    chosen = next((c for c in exact.selection.table if c.k == k), None)
    told = {} if chosen is None else chosen.model_dump(mode="json")
    figures = {n: v for n, v in told.items() if isinstance(v, int | float)}
    verdict = None if exact.evidence is None else exact.evidence.verdict.word
    return {**figures, "k": k, "verdict": verdict, "learners": exact.segmented}


def _members(
    learners: pl.DataFrame, by_parent: pl.DataFrame | None, version: int
) -> pl.DataFrame:
    told = {
        "number": "segment_id",
        "second_number": "second_segment_id",
        **{
            name: name
            for name in (
                "learner_id",
                *("subsegment_id", "margin", "confidence", "standing"),
                *("role_family", "values_digest", "member_code"),
            )
        },
    }
    rows = learners.select(
        pl.lit(version, dtype=pl.Int64).alias("version"),
        *(
            pl.col(old).alias(new)
            for new, old in told.items()
            if old in learners.columns
        ),
    )
    if by_parent is not None:
        asked = by_parent.select("learner_id", number_by_parent="segment_id")
        rows = rows.join(asked, on="learner_id", how="left", maintain_order="left")
    return rows


def _followed(
    connection: sa.Connection,
    run: RunContent,
    learners: pl.DataFrame,
    ids: tuple[int | None, int],
) -> tuple[Event, ...]:
    """Give the segments of a version ids and names; say what became of all."""
    _, version = ids
    stays = current_stays(connection)
    new = learners.select("learner_id", number="segment_id")
    events = lineage_of(stays, new, k=len(run.model.centers))
    placed = _placed(connection, run, events, version)
    sizes = dict(new.group_by("number").len().iter_rows())
    parts = run.model.part_names or ((),) * len(placed)
    connection.execute(
        version_segments.insert(),
        [
            {
                "version": version,
                "number": number,
                "segment": segment,
                "parts": list(parts[number - 1]),
                "learners": sizes.get(number, 0),
                "told": run.told.get(number),
            }
            for number, segment in placed.items()
        ],
    )
    told = tuple(one.placed(placed) for one in events)
    if told:
        connection.execute(
            lineage.insert(), [{"version": version, **one.row()} for one in told]
        )
    return told


def _placed(
    connection: sa.Connection,
    run: RunContent,
    events: tuple[Event, ...],
    version: int,
) -> dict[int, int]:
    """Give each segment of a version its id, by its number, and a new one its name."""
    names = released_names(connection)  # a candidate of before takes none
    stay = {e.number: e.old for e in events if e.event == "continued" and e.old}
    kept = {number: names[old] for number, old in stay.items()}
    placed: dict[int, int] = {}
    told = names_for(run.model.names, kept, names.values())
    for number, name in enumerate(told, start=1):
        placed[number] = stay.get(number) or added_id(
            connection.execute(segments.insert().values(name=name, born=version))
        )
    return placed


def names_for(
    own: Sequence[str], stay: Mapping[int | None, str], taken: Iterable[str]
) -> list[str]:
    """Name the segments of a version: those that continue, as they were.

    Parameters
    ----------
    own : sequence of str
        Names that the version has for them, in their order.
    stay : mapping of int to str
        Names of those that continue, by their number.
    taken : iterable of str
        Names that a segment has or had: none of them becomes that of another.

    Examples
    --------
    >>> names_for(["Early", "Late"], {2: "Seniors"}, ["Early", "Seniors"])
    ['Early (2)', 'Seniors']
    """
    used = {name.casefold() for name in taken}
    names = []
    for number, name in enumerate(own, start=1):
        names.append(stay.get(number) or free_name(name, used))
        used.add(names[-1].casefold())
    return names


def added_id(done: sa.CursorResult[Any]) -> int:
    """Give the id of a row that was inserted."""
    return int((done.inserted_primary_key or [0])[0])


def free_name(name: str, taken: Collection[str]) -> str:
    """Give a name that no segment has or had: it would be taken for that one.

    Parameters
    ----------
    name : str
    taken : collection of str
        In small letters.

    Examples
    --------
    >>> free_name("Early", {"early", "late"})
    'Early (2)'
    """
    free, n = name, 1
    while free.casefold() in taken:
        n += 1
        free = f"{name} ({n})"
    return free


def events_of(connection: sa.Connection, version: int) -> tuple[Event, ...]:
    """Give what became of each segment when a version was added."""
    ids = segment_of_number(connection, version)
    numbers = {segment: number for number, segment in ids.items()}
    found = connection.execute(
        lineage.select().where(lineage.c.version == version).order_by(lineage.c.id)
    )
    return tuple(
        Event(
            event=row.event,
            old=row.old_segment,
            number=numbers.get(row.new_segment),
            new=row.new_segment,
            in_both=row.in_both,
            of_old=row.of_old,
            of_new=row.of_new,
            jaccard=row.jaccard,
        )
        for row in found
    )
