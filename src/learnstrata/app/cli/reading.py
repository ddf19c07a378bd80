"""The table of a run: read into memory, or opened where an engine holds it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from learnstrata.exceptions import ParameterError, SourceError

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame

    from learnstrata.engines.opening import EngineChoice
    from learnstrata.engines.protocol import Engine
    from learnstrata.engines.sources import Source
    from learnstrata.learners.sources.info import SourceInfo

__all__ = ["Asked", "Given", "given_table"]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which table was asked for, and with which engine it is to be read."""

    table: str
    sheet: str | None
    engine: "EngineChoice"
    master: str | None
    remote: str | None


class Given:
    """A table as `learnstrata.segment` takes it; in memory it has no engine."""

    def __init__(
        self, frame: "IntoFrame", info: "SourceInfo", engine: "Engine | None" = None
    ) -> None:
        self._frames, self.info, self.engine = [frame], info, engine

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
