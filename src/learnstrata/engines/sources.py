"""Where a table lies: a file, a folder of Parquet, a database."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, Self

from learnstrata.exceptions import SourceError
from learnstrata.learners.sources.parquet import (
    Survey,
    count_rows,
    parquet_files,
    survey,
)

__all__ = ["Source", "Stamp"]

Kind = Literal["text", "parquet", "remote", "jdbc", "table"]
Stamp = tuple[tuple[str, int, int], ...]
PARQUET = b"PAR1"
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
        As it was given, without the table of a database.
    table : str
        Of a database.
    files : tuple of Path
        On this machine, in the order in which their rows are numbered.
    """

    kind: Kind
    where: str
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
            where, _, table = text.partition("#")
            return cls("jdbc", where, _named(text, table))
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
            return cls("table", where, _named(text, table), (Path(where),))
        if TABLE_NAME.fullmatch(text) and Path(text).suffix not in {".csv", ".parquet"}:
            return cls("table", "", text)
        raise SourceError(
            f"Cannot read {text}: there is no such file or folder. Check the path; a "
            "table of a database is FILE.duckdb#TABLE or jdbc:ADDRESS#TABLE."
        )

    @property
    def shown(self) -> str:
        """The place with its table, as it is given."""
        return "#".join(part for part in (self.where, self.table) if part)

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


def _named(text: str, table: str) -> str:
    if not table:
        raise SourceError(
            f"Got {text.partition('#')[0]!r} without a table. Name it behind #: "
            f"{text.partition('#')[0]}#learners."
        )
    return table


def _begins(path: Path, mark: bytes) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(mark)) == mark
    except OSError as error:
        reason = error.strerror or str(error)
        raise SourceError(
            f"Cannot read {path}: {reason}. Check your rights."
        ) from error
