"""A folder as a target: the whole table, the rows that changed, and what they are.

It appears whole and changes in one step, for its owner alone: it names learners.
"""

import hashlib
import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from learnstrata.exceptions import OutputError
from learnstrata.layer.contents import refuse_no_folder
from learnstrata.layer.folder import Write, write_folder, write_packed
from learnstrata.layer.publishing.content import Content, as_csv, differences
from learnstrata.layer.publishing.contract import CONTRACT
from learnstrata.layer.publishing.terms import (
    Asked,
    Changes,
    Held,
    Publication,
    Published,
    plan_of,
)
from learnstrata.layer.publishing.views import HELD, grants_of
from learnstrata.layer.releases import MEMBERS

__all__ = [
    "DELTAS",
    "State",
    "in_both_forms",
    "publish_to_folder",
    "read_deltas",
    "read_grants",
    "read_state",
    "write_state",
]

MANIFEST, GRANTS = "manifest.json", "grants.sql"
RELEASES, SIZES = "segment_releases_v1", "segments_v1"
PRODUCT = "segment_sizes_product"
DELTAS = "segment_deltas_v1"
OURS = re.compile(
    rf"{MANIFEST}|{GRANTS}|{PRODUCT}\.csv|{DELTAS}|"
    rf"({HELD}|{RELEASES}|{SIZES}|{DELTAS}/\d{{6,}})\.(csv|parquet)"
)
OF_RELEASES = {
    "publication": pl.Int64,
    "layer": pl.String,
    "release": pl.Int64,
    "version": pl.Int64,
    "at": pl.Datetime("us", "UTC"),
    "learners": pl.Int64,
    "mode": pl.String,
    "digest": pl.String,
}
OF_SIZES = {
    "publication": pl.Int64,
    "segment_id": pl.Int64,
    "segment_name": pl.String,
    "learners": pl.Int64,
    "told": pl.Int64,
}
NOTE = f"""-- Who may read the views of the contract {CONTRACT}, in a database that
-- has them. For whoever owns the database.
"""


@dataclass(frozen=True)
class State:
    """What a folder holds.

    Attributes
    ----------
    releases, sizes, members : polars.DataFrame
        ``segment_releases_v1`` and ``segments_v1`` of all publications, and the members
        of the last.
    manifest : bytes or None
        As it stands there; None where nothing is.
    hashes : mapping of str to str
        SHA-256 of each file.
    """

    releases: pl.DataFrame
    sizes: pl.DataFrame
    members: pl.DataFrame = field(repr=False)
    manifest: bytes | None = field(default=None, repr=False)
    hashes: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def held(self) -> Held | None:
        """The last publication."""
        if self.releases.is_empty():
            return None
        last = self.releases.row(-1, named=True)
        return Held(*(last[n] for n in ("publication", "layer", "release", "digest")))


EMPTY = State(
    pl.DataFrame(schema=OF_RELEASES),
    pl.DataFrame(schema=OF_SIZES),
    pl.DataFrame(schema=MEMBERS),
)


def publish_to_folder(target: Path, content: Content, asked: Asked) -> Published:
    """Make a folder hold a release.

    Parameters
    ----------
    target : Path
    content : Content
    asked : Asked

    Raises
    ------
    OutputError
        If the folder is of something else, was changed by others or holds what must
        not be replaced, or the disk is full or fails: then it is as it was.
    """
    target = target.absolute()
    state, changes = read_state(target), Changes()
    coming = plan_of(state.held, content, asked, shown=str(target))
    if coming.mode != "unchanged":
        delta = differences(state.members, content.members)
        changes = _changes(delta)
        with asked.allowed("open"):
            _write_next(target, state, delta, coming)
    return coming.done(str(target), changes, grants_of(asked.roles))


def _changes(delta: pl.DataFrame) -> Changes:
    began = int((delta["sign"] == 1).sum())
    both = delta.height - delta["learner_id"].n_unique()
    return Changes(began, delta.height - began, both)


def _write_next(
    target: Path, state: State, delta: pl.DataFrame, coming: Publication
) -> None:
    """Write a folder with one publication more."""
    signed = delta.select(
        pl.lit(coming.number, pl.Int64).alias("publication"),
        pl.lit(coming.content.release.number, pl.Int64).alias("release"),
        "sign",
        *MEMBERS,
    )
    kept = {name: _copied(target, name, state) for name in state.hashes if "/" in name}
    after = State(
        pl.concat([state.releases, _frame([coming.row()], OF_RELEASES)]),
        pl.concat([state.sizes, _frame(coming.sizes(), OF_SIZES)]),
        coming.content.members,
        state.manifest,
    )
    deltas = {**kept, **in_both_forms(f"{DELTAS}/{coming.number:06}", signed)}
    write_state(target, after, deltas, grants=grants_of(coming.asked.roles))


def _frame(
    rows: Sequence[Mapping[str, Any]], schema: Mapping[str, Any]
) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict(schema))


def in_both_forms(name: str, frame: pl.DataFrame) -> dict[str, Write]:
    """Write a frame in both forms."""
    return {
        f"{name}.parquet": partial(write_packed, frame),
        f"{name}.csv": lambda path: path.write_bytes(as_csv(frame)),
    }


def _copied(target: Path, name: str, state: State) -> Write:
    """Take a file over as it was published."""

    def write(path: Path) -> None:
        shutil.copyfile(target / name, path)
        _refuse_changed(path, name, state, target)

    return write


def write_state(
    target: Path,
    state: State,
    deltas: Mapping[str, Write],
    *,
    grants: Sequence[str],
) -> None:
    """Write a folder anew, in the place of the one that `state.manifest` stands in.

    Parameters
    ----------
    target : Path
        Absolute.
    state : State
    deltas : mapping of str to callable
        Files of the rows that changed.
    grants : sequence of str

    Raises
    ------
    OutputError
    """
    product = state.sizes.filter(
        pl.col("publication") == pl.col("publication").max(),
        pl.col("told").is_not_null(),
    ).select("segment_name", learners="told")
    said = "".join(f"{one}\n" for one in grants)
    files: dict[str, Write] = {
        **in_both_forms(HELD, state.members),
        **in_both_forms(RELEASES, state.releases),
        **in_both_forms(SIZES, state.sizes),
        f"{PRODUCT}.csv": lambda path: path.write_bytes(as_csv(product)),
        **deltas,
        GRANTS: lambda path: path.write_text(NOTE + said, encoding="utf-8"),
        MANIFEST: partial(_write_manifest, state),  # last: it has the hashes of all
    }
    refuse = partial(_refuse, manifest=state.manifest)
    write_folder(target, files, overwrite=True, refuse=refuse, owner_only=True)


def read_deltas(target: Path, state: State) -> dict[str, pl.DataFrame]:
    """Read the signed rows of all publications, by the names of `in_both_forms`."""
    return {
        name.removesuffix(".parquet"): _read(target, name, state)
        for name in state.hashes
        if "/" in name and name.endswith(".parquet")
    }


def read_grants(target: Path) -> list[str]:
    """Read the statements that stand in a folder, as `write_state` takes them."""
    lines = (target / GRANTS).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("--")]


def _write_manifest(state: State, path: Path) -> None:
    folder = path.parent
    written = sorted(one for one in folder.rglob("*") if one.is_file() and one != path)
    last = state.releases.row(-1, named=True)
    told = {
        "contract": CONTRACT,
        **last,
        "at": last["at"].isoformat(),
        "files": {
            one.relative_to(folder).as_posix(): {
                "bytes": one.stat().st_size,
                "sha256": _hash(one),
            }
            for one in written
        },
    }
    path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_state(target: Path) -> State:
    """Read what a folder holds; one that is not there, or empty, holds nothing.

    Raises
    ------
    OutputError
        If it is not of a publication, or a file of it was changed.
    """
    if not target.exists():
        return EMPTY
    manifest = _refuse_foreign(target, target)
    if manifest is None:
        return EMPTY
    found = json.loads(manifest)
    hashes = {name: one["sha256"] for name, one in found["files"].items()}
    known = replace(EMPTY, manifest=manifest, hashes=hashes)
    return replace(
        known,
        releases=_read(target, f"{RELEASES}.parquet", known),
        sizes=_read(target, f"{SIZES}.parquet", known),
        members=_read(target, f"{HELD}.parquet", known),
    )


def _read(target: Path, name: str, state: State) -> pl.DataFrame:
    path = target / name
    try:
        _refuse_changed(path, name, state, target)
        return pl.read_parquet(path)
    except FileNotFoundError:
        raise _changed(target, name) from None


def _refuse_changed(path: Path, name: str, state: State, target: Path) -> None:
    if _hash(path) != state.hashes.get(name):
        raise _changed(target, name)


def _changed(target: Path, name: str) -> OutputError:
    return OutputError(
        f"{target / name} is not as it was published, by its hash in {MANIFEST}. "
        "Nothing was written. Put it back as it was, or publish to another folder."
    )


def _refuse(folder: Path, told: Path, *, manifest: bytes | None) -> None:
    """Refuse to replace a folder of something else, or one that has changed since."""
    if _refuse_foreign(folder, told) != manifest:
        raise OutputError(
            f"{told} was published to meanwhile, by somebody else. It is left as it "
            "is. Publish again."
        )


def _refuse_foreign(folder: Path, told: Path) -> bytes | None:
    """Refuse a folder that is not of a publication; give the manifest of one that is.

    An empty folder has none, and may be replaced.
    """
    refuse_no_folder(folder, told, option="--to")
    inside = {one.relative_to(folder).as_posix(): one for one in folder.rglob("*")}
    foreign = sorted(n for n, one in inside.items() if not _is_ours(n, one))
    if foreign or (inside and MANIFEST not in inside):
        what = f"holds {foreign[:3]}" if foreign else f"has no {MANIFEST}"
        raise OutputError(
            f"{told} {what}, so it is no folder of a publication and is left as it "
            "is. Choose another --to."
        )
    if not inside:
        return None
    manifest = inside[MANIFEST].read_bytes()
    if not _is_manifest(manifest):
        raise OutputError(
            f"{told / MANIFEST} is not that of the contract {CONTRACT}, or is damaged. "
            "It is left as it is. Choose another --to."
        )
    return manifest


def _is_ours(name: str, item: Path) -> bool:
    return OURS.fullmatch(name) is not None and not item.is_symlink()


def _is_manifest(content: bytes) -> bool:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return False
    return (
        isinstance(found, dict)
        and found.get("contract") == CONTRACT
        and isinstance(found.get("files"), dict)
        and all(
            OURS.fullmatch(name) and isinstance(about, dict) and "sha256" in about
            for name, about in found["files"].items()
        )
    )
