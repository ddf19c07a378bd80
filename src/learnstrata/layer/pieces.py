"""A table that comes piece by piece, written as it comes."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

import polars as pl

from learnstrata.disk.staging import room_beside
from learnstrata.layer.folder import check_table, write_file, write_packed

__all__ = ["write_pieces"]

Pieces: TypeAlias = Iterable[pl.DataFrame]


def write_pieces(
    pieces: Callable[[Path], Pieces], path: str | Path, *, overwrite: bool = False
) -> Path:
    """Write frames below one another as ``.csv`` or ``.parquet``, whole or not at all.

    Parameters
    ----------
    pieces : callable
        Takes a folder for the owner alone, which goes afterwards, and gives frames of
        the same columns, one at least.
    path : path
    overwrite : bool, default=False
        Replace a file that is there.

    Returns
    -------
    Path

    Raises
    ------
    OutputError
        As `learnstrata.layer.folder.write_table`.
    """
    check_table(path, overwrite=overwrite)
    write = WRITERS[Path(path).suffix]

    def fill(target: Path) -> None:
        room = room_beside(target.parent)
        write(pieces(room), target, room)

    return write_file(path, fill, overwrite=overwrite)


def _write_csv(pieces: Pieces, path: Path, _room: Path) -> None:
    with path.open("wb") as file:
        for place, piece in enumerate(pieces):
            piece.write_csv(file, include_header=place == 0)


def _write_parquet(pieces: Pieces, path: Path, room: Path) -> None:
    files = []
    for piece in pieces:
        files.append(room / f"piece-{len(files)}.parquet")
        piece.write_parquet(files[-1], compression="lz4")
    write_packed(pl.scan_parquet(files), path)


WRITERS: Mapping[str, Callable[[Pieces, Path, Path], None]] = {
    ".csv": _write_csv,
    ".parquet": _write_parquet,
}
