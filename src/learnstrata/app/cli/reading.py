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
    from learnstrata.learners.sources.batches import Kept
    from learnstrata.learners.sources.info import SourceInfo

__all__ = ["Asked", "EngineOfFiles", "Given", "given_learners", "given_table"]

EngineOfFiles = Literal["auto", "polars", "duckdb"]
LONG = 1 << 26  # bytes of a text that is kept on disk while it is assigned
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
    table: Path, sheet: str | None, engine: EngineOfFiles, room: Path
) -> Iterator[Given]:
    """Give a file whose learners are to be assigned; DuckDB keeps it on its disk.

    Parameters
    ----------
    table : Path
    sheet : str or None
    engine : {"auto", "polars", "duckdb"}
    room : Path
        A folder for the owner alone: a long text is kept there as Parquet.

    Raises
    ------
    SourceError
        If it cannot be read, or would not fit into memory.
    ParameterError
        If DuckDB is asked for what is read into memory in any case.
    """
    from learnstrata.engines.sources import Source
    from learnstrata.learners.sources.files import scan_source

    source = Source.of(table) if table.is_file() or table.is_dir() else None
    kept = None
    if source is not None and sheet is None and source.kind == "text":
        kept = _kept_text(source, engine, room)
    rows = None if source is None or sheet is not None else source.rows()
    rows = kept.info.rows if kept else rows
    # DuckDB would take a part of the path such as year=2020 for a column.
    in_memory = kept is not None and "=" in str(room)
    in_memory |= engine == "polars" or (engine == "auto" and not _is_too_large(rows))
    if in_memory and kept is not None:
        yield Given(kept.frame(), kept.info)
        return
    if in_memory:
        yield Given(*scan_source(table, sheet=sheet))
        return
    if source is None or not rows:
        raise ParameterError(
            f"Got the engine duckdb and {table}, expected Parquet with rows, or a "
            "regular text in UTF-8: all else is read into memory. Leave --engine out, "
            "or store the table as Parquet."
        )
    with _on_disk(source, kept, rows) as given:
        yield given


def _kept_text(source: "Source", engine: EngineOfFiles, room: Path) -> "Kept | None":
    """Keep a long text on disk; one that is not regular has to fit into memory."""
    from learnstrata.learners.sources.batches import keep_text

    (file,), before = source.files, source.stamp()
    size = file.stat().st_size
    if size < LONG and engine != "duckdb":
        return None
    own = room / "text"
    own.mkdir()
    kept = keep_text(file, own)
    source.refuse_changed(before)
    if kept is None and source.guessed_rows() is not None:
        _refuse_unfit(file, size)
    return kept


def _refuse_unfit(file: Path, size: int) -> None:
    """Refuse a text that is read whole and would not fit."""
    from learnstrata.engines.memory import GIGABYTE, free_memory, needed_for_text

    needed, free = needed_for_text(size), free_memory()
    if free is None or needed <= free:
        return
    raise SourceError(
        f"{file} is read into memory whole, for it is not UTF-8, or not each line has "
        f"all fields and proper quotation marks: that takes about "
        f"{needed / GIGABYTE:.1f} GB, and {free / GIGABYTE:.1f} GB are free. Store it "
        f"as Parquet: duckdb -c \"COPY (FROM '{file.name}') TO "
        f"'{file.stem}.parquet'\"."
    )


@contextmanager
def _on_disk(source: "Source", kept: "Kept | None", rows: int) -> Iterator[Given]:
    """Have DuckDB hold the records of Parquet, the user's own or that of a text."""
    from learnstrata.engines.duckdb import DuckDBEngine
    from learnstrata.engines.sources import Source
    from learnstrata.learners.sources.info import SourceInfo

    before = source.stamp()
    with closing(DuckDBEngine(memory=MEMORY)) as made:
        if kept is not None:
            there = Source("parquet", str(kept.files[0].parent), files=kept.files)
            frame = made.opened(there).drop(kept.empty)
            yield Given(frame, kept.info, made)
            return
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
