"""Where a table lies: a file, a folder of Parquet, a database."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal, Self

from learnstrata.exceptions import SourceError
from learnstrata.learners.sources.files import DUCKDB
from learnstrata.learners.sources.parquet import (
    Survey,
    count_rows,
    parquet_files,
    survey,
)
from learnstrata.learners.sources.streams import DATABASES, ENDINGS, refuse_absent
from learnstrata.wording.addresses import shown_address

__all__ = ["Source", "Stamp"]

Kind = Literal["text", "parquet", "remote", "jdbc", "table"]
Stamp = tuple[tuple[str, int, int], ...]
PARQUET = b"PAR1"
HEAD = 1 << 18  # bytes of a text from which its rows are guessed
PACKED = (b"PK\x03\x04", b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\xd0\xcf\x11\xe0")
TABLE_NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*){0,2}")


@dataclass(frozen=True)
class Source:
    """A table that is not read yet.

    Attributes
    ----------
    kind : {"text", "parquet", "remote", "jdbc", "table"}
        A file of text or a workbook; Parquet on this machine; Parquet elsewhere
        (``s3a://``, ``hdfs://``); a database behind JDBC; a table of a catalogue or of
        a DuckDB file.
    where : str
        As it was given, without the table of a database: passwords may stand in it.
    table : str
        Of a database.
    files : tuple of Path
        On this machine, in the order in which their rows are numbered.
    """

    kind: Kind
    where: str = field(repr=False)
    table: str = ""
    files: tuple[Path, ...] = ()

    @classmethod
    def of(cls, given: str | Path) -> Self:
        """Tell what kind of place is meant.

        Parameters
        ----------
        given : str or Path
            A file; a folder of Parquet; ``jdbc:ADDRESS#TABLE``; ``FILE.duckdb#TABLE``;
            ``SCHEMA.TABLE`` of the catalogue of Spark; an address such as
            ``s3a://BUCKET/FOLDER``.

        Raises
        ------
        SourceError
            If nothing is there, or the table of a database is not named.

        Examples
        --------
        >>> found = Source.of("jdbc:postgresql://db/school#public.learners")
        >>> found.kind, found.where, found.table
        ('jdbc', 'jdbc:postgresql://db/school', 'public.learners')
        """
        text, path = str(given), Path(given)
        if text.startswith("jdbc:"):
            return cls("jdbc", text.rpartition("#")[0] or text, _named(text))
        if path.is_dir():
            return cls("parquet", text, files=tuple(parquet_files(path)))
        if path.is_file():
            kind = "parquet" if _begins(path, PARQUET) else "text"
            return cls(kind, text, files=(path,))
        if "://" in text:
            return cls("remote", text)
        return cls._of_database(text)

    @classmethod
    def _of_database(cls, text: str) -> Self:
        where, mark, table = text.rpartition("#")
        if mark and Path(where).is_file():
            _refuse_tableless(Path(where), table)
            return cls("table", where, _named(text), (Path(where),))
        if TABLE_NAME.fullmatch(text) and Path(text).suffix.lower() not in ENDINGS:
            return cls("table", "", text)
        refuse_absent(Path(text))
        raise SourceError(
            f"{text} is a pipe or a device, expected a file, a folder or a table of a "
            "database. Write what it gives into a file."
        )

    @property
    def shown(self) -> str:
        """How messages call it with its table: without users, passwords and tokens."""
        return "#".join(
            part for part in (shown_address(self.where), self.table) if part
        )

    def rows(self) -> int | None:
        """Count the rows of Parquet on this machine, of which only the ends are read.

        Returns
        -------
        int or None
            None where only a read would tell.

        Raises
        ------
        SourceError
            If a file is broken or cannot be opened.
        """
        return count_rows(self.files) if self.kind == "parquet" else None

    @cached_property
    def survey(self) -> Survey:
        """What the footers of Parquet on this machine say, looked through once."""
        return survey(Path(self.where), self.files)

    def guessed_rows(self) -> int | None:
        """Guess the rows of a text by its size and the length of its first lines.

        Returns
        -------
        int or None
            None for what is packed, and for any other kind.
        """
        if self.kind != "text":
            return None
        with self.files[0].open("rb") as file:
            head = file.read(HEAD)
        lines = head.count(b"\n")
        if head.startswith(PACKED) or not lines:
            return None
        return int(self.files[0].stat().st_size * lines / len(head))

    def stamp(self) -> Stamp:
        """Give the size and the time of the last change of each file."""
        seen = ((file, file.stat()) for file in self.files)
        return tuple((str(file), at.st_size, at.st_mtime_ns) for file, at in seen)

    def refuse_changed(self, before: Stamp) -> None:
        """Refuse files that were written to since a stamp was taken.

        Raises
        ------
        SourceError
        """
        try:
            same = self.stamp() == before
        except OSError:
            same = False
        if not same:
            raise SourceError(
                f"{self.where} changed while it was read, so nothing was written. Run "
                "again when nobody writes to it, or on a copy."
            )


def _named(text: str) -> str:
    where, mark, table = text.rpartition("#")
    if not mark or not table:
        told = shown_address(where if mark else text)
        raise SourceError(
            f"Got {told!r} without a table. Name it behind #: {told}#learners."
        )
    return table


def _refuse_tableless(path: Path, table: str) -> None:
    """Refuse the table of a file that is no database; one that is cut off may be."""
    is_database = path.suffix.lower() in DATABASES or _begins(path, DUCKDB, at=8)
    if not is_database:
        raise SourceError(
            f"Got the table {table!r} of {path}, which is no database of DuckDB. Leave "
            f"out what stands behind the file: {path}."
        )


def _begins(path: Path, mark: bytes, *, at: int = 0) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(at + len(mark))[at:] == mark
    except OSError as error:
        reason = error.strerror or str(error)
        raise SourceError(
            f"Cannot read {path}: {reason}. Check your rights."
        ) from error
