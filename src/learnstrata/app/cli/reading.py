"""The table of a run: read into memory, or opened where an engine holds it."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from learnstrata.exceptions import ParameterError, SourceError

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame

    from learnstrata.engines.opening import EngineChoice
    from learnstrata.engines.protocol import Engine
    from learnstrata.engines.sources import Source
    from learnstrata.learners.sources.info import SourceInfo

__all__ = ["Asked", "EngineOfFiles", "Given", "given_learners", "given_table"]

EngineOfFiles = Literal["auto", "polars", "duckdb"]
MEMORY = "300MB"  # that DuckDB may take for records; what is more goes to disk


@dataclass(frozen=True, slots=True)
class Asked:
    """Which table was asked for, and with which engine it is to be read."""

    table: str
    sheet: str | None
    engine: "EngineChoice"
    master: str | None
    remote: str | None


class Given:
    """A table as `learnstrata.segment` takes it; in memory it has no engine.

    Once it has been read, `refuse_changed` tells whether it stayed what it was.
    """

    def __init__(
        self,
        frame: "IntoFrame",
        info: "SourceInfo",
        engine: "Engine | None" = None,
        *,
        refuse_changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._frames, self.info, self.engine = [frame], info, engine
        self.refuse_changed = refuse_changed

    def handed_over(self) -> "IntoFrame":
        """Give the frame once, to whoever lets it go when it has been read."""
        return self._frames.pop()


@contextmanager
def given_table(asked: Asked) -> Iterator[Given]:
    """Give a table, and close its engine once the work on it is done.

    Raises
    ------
    SourceError
        If it cannot be read, would not fit into memory, or changed meanwhile.
    ParameterError
        If engine, address and sheet do not go together.
    """
    from learnstrata.engines.memory import refuse_too_large
    from learnstrata.engines.opening import (
        choose_engine,
        open_table,
        refuse_too_large_text,
    )
    from learnstrata.learners.sources.files import scan_source

    source = _source_of(asked)
    before = source.stamp() if source else ()
    elsewhere = bool(asked.master or asked.remote)
    name = (
        choose_engine(source, asked.engine, elsewhere=elsewhere) if source else "polars"
    )
    if source is None or (name == "polars" and source.kind in {"text", "parquet"}):
        if source is not None:
            refuse_too_large_text(source)
            if (rows := source.rows()) is not None:
                refuse_too_large(rows)
        yield Given(*scan_source(Path(asked.table), sheet=asked.sheet))
        return
    if asked.sheet is not None:
        raise ParameterError(
            f"Got --sheet and the engine {name}, expected one of them: workbooks are "
            "read into memory."
        )
    opened = open_table(source, name, master=asked.master, remote=asked.remote)
    with closing(opened.engine):
        yield Given(opened.frame, opened.info, opened.engine)
    source.refuse_changed(before)


@contextmanager
def given_learners(
    table: Path, sheet: str | None, engine: EngineOfFiles
) -> Iterator[Given]:
    """Give a file whose learners are to be assigned; DuckDB keeps it on its disk.

    Raises
    ------
    SourceError
        If it cannot be read.
    ParameterError
        If DuckDB is asked for what is read into memory in any case.
    """
    from learnstrata.engines.duckdb import DuckDBEngine
    from learnstrata.engines.sources import Source
    from learnstrata.learners.sources.files import scan_source
    from learnstrata.learners.sources.info import SourceInfo

    source = Source.of(table) if table.is_file() or table.is_dir() else None
    rows = None if source is None or sheet is not None else source.rows()
    if engine == "polars" or (engine == "auto" and not _is_too_large(rows)):
        yield Given(*scan_source(table, sheet=sheet))
        return
    if source is None or not rows:
        raise ParameterError(
            f"Got the engine duckdb and {table}, expected Parquet with rows: all else "
            "is read into memory. Leave --engine out, or store the table as Parquet."
        )
    before = source.stamp()
    with closing(DuckDBEngine(memory=MEMORY)) as made:
        frame = made.opened(source)
        n_columns = len(frame.collect_schema().names()) - 1
        info = SourceInfo(
            "parquet",
            rows,
            n_columns,
            files=len(source.files),
            notes=source.survey.notes,
        )
        changed = partial(source.refuse_changed, before)
        yield Given(frame, info, made, refuse_changed=changed)


def _is_too_large(rows: int | None) -> bool:
    """Tell whether the records of a Parquet file would not fit into memory."""
    from learnstrata.engines.memory import free_memory, needed_to_assign

    free = free_memory()
    return rows is not None and free is not None and needed_to_assign(rows) > free


def _source_of(asked: Asked) -> "Source | None":
    """Tell where a table lies; None where that is for the reader of files to say."""
    from learnstrata.engines.sources import Source

    by_default = asked.engine in {"auto", "polars"}
    by_default = by_default and not (asked.master or asked.remote)
    if by_default and (asked.table == "-" or asked.table.startswith("/dev/")):
        return None
    try:
        return Source.of(asked.table)
    except SourceError:
        if by_default and Path(asked.table).exists():
            return None
        raise
