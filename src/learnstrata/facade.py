"""What a caller holds: `segment` a table, look at the result, save it, use it again."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl
from narwhals.typing import IntoFrame

from learnstrata import pipeline
from learnstrata.config import Config, load_config
from learnstrata.exceptions import SourceError
from learnstrata.layer.publish import read_summary, write_folder, write_workbook
from learnstrata.layer.summary import summarise
from learnstrata.layer.tables import workbook_sheets
from learnstrata.report.document import render_cards, render_report
from learnstrata.segments.segmentation import SegmentModel
from learnstrata.segments.standing import EXPORTED

__all__ = ["Segmentation", "load", "load_model", "segment"]


@dataclass(frozen=True)
class Segmentation:
    """A segmentation: its segments, its learners, and what follows.

    Attributes
    ----------
    summary : dict
        Every number of the run, as in ``summary.json``.
    model : SegmentModel
    """

    summary: dict[str, Any]
    model: SegmentModel
    _learners: pl.DataFrame
    _ledger: pl.DataFrame
    _backend: nw.Implementation = nw.Implementation.POLARS

    @property
    def segments(self) -> Any:  # noqa: ANN401 - a frame of the caller's library
        """One row a segment: id, name, count, share and its typical values."""
        return self._native(_segment_rows(self.summary))

    @property
    def learners(self) -> Any:  # noqa: ANN401
        """One row a learner: record, learner id, segment id and segment name."""
        return self._native(self._learners)

    @property
    def ledger(self) -> Any:  # noqa: ANN401
        """One row a record: what became of it, by which rule, before and after."""
        return self._native(self._ledger)

    @cached_property
    def report(self) -> str:
        """The report as one HTML page that needs nothing else."""
        return render_report(self.summary)

    def assign(self, table: IntoFrame) -> Any:  # noqa: ANN401
        """Give the learners of another table their segments.

        Parameters
        ----------
        table : data frame
            With the columns of the table the segmentation was made from.

        Returns
        -------
        data frame of the same library
            ``record``, ``learner_id``, ``segment_id``, ``segment_name``.
        """
        return _like(table, pipeline.assign(table, self.model))

    def save(self, folder: str | Path, *, overwrite: bool = False) -> Path:
        """Write the run folder, whole or not at all.

        Raises
        ------
        OutputError
            If the folder is there already and `overwrite` is off, or cannot be written.
        """
        text = json.dumps(self.summary, indent=1, allow_nan=False)
        files: dict[str, Callable[[Path], None]] = {
            "report.html": lambda p: _write(p, self.report),
            "summary.json": lambda p: _write(p, text),
            "segments.parquet": self._learners.write_parquet,
            "segments.csv": self._learners.write_csv,
            "ledger.parquet": self._ledger.write_parquet,
            "model.json": lambda p: _write(p, self.model.to_json()),
            "tables.xlsx": lambda p: write_workbook(p, workbook_sheets(self.summary)),
        }
        return write_folder(folder, files, overwrite=overwrite)

    def __repr__(self) -> str:
        rows = [
            f"  {s['id']:>2}  {s['name']:<48} {s['count']:>9,}  {s['share']:>6.1%}"
            for s in self.summary["segments"]
        ]
        head = (
            f"Segmentation of {self.summary['input']['segmented']:,} "
            f"{self.summary['unit']}s into {len(rows)} segments "
            f"(recipe {self.summary['recipe']}, seed {self.summary['seed']})"
        )
        return "\n".join([head, *rows])

    def _repr_html_(self) -> str:
        return render_cards(self.summary)

    def _native(self, frame: pl.DataFrame) -> Any:  # noqa: ANN401
        return _on_backend(frame, self._backend)


def segment(
    table: IntoFrame,
    recipe: str = "robust",
    *,
    rng: int | None = None,
    config: Config | str | Path | None = None,
    as_of: int | None = None,
    watch: Callable[[str], None] = lambda _: None,
) -> Segmentation:
    """Segment a table of learners.

    Parameters
    ----------
    table : data frame
        Any frame narwhals knows, or what `read_learners` gives. It is not changed.
    recipe : str, default="robust"
        ``"robust"``, or ``"notebook"`` for the original analysis.
    rng : int, default=None
        Seed; the same seed and table give the same result. ``None`` takes the recipe's.
    config : Config or path, default=None
        A TOML file laid over the recipe, or a whole configuration in its place.
    as_of : int, default=None
        The year that counts as now; ``None`` asks the recipe.
    watch : callable, default does nothing
        Called with the name of each stage as it begins.

    Returns
    -------
    Segmentation

    Raises
    ------
    SchemaError, DegenerateError, ConfigError
        If the table or the configuration does not allow a segmentation.

    Examples
    --------
    >>> import learnstrata as ls
    >>> found = ls.segment(ls.make_learners(400, rng=1), rng=7)
    >>> found.learners.columns[:4]
    ['record', 'learner_id', 'segment_id', 'segment_name']
    """
    if isinstance(config, Config):
        given = {"seed": rng, "as_of": as_of}
        told: Any = {key: value for key, value in given.items() if value is not None}
        settings = replace(config, **told)
    else:
        settings = load_config(recipe, config, seed=rng, as_of=as_of)
    done = pipeline.run(table, settings, watch=watch)
    learners = done.meaning.learners
    told = ("record", "learner_id", "segment_id", "segment_name", *EXPORTED)
    family = [c for c in ("role_family",) if c in learners.columns]
    labels = learners.select(*told, *family)
    return Segmentation(
        summary=summarise(done),
        model=done.meaning.model,
        _learners=labels,
        _ledger=done.base.ledger,
        _backend=_backend_of(table),
    )


def load(folder: str | Path) -> Segmentation:
    """Load what `Segmentation.save` wrote.

    Parameters
    ----------
    folder : path
        A run folder. Its frames come back as Polars.

    Returns
    -------
    Segmentation

    Raises
    ------
    SourceError
        If the folder is not that of a run, or a file of it is damaged.
    """
    home = Path(folder)
    summary = read_summary(home)
    try:
        learners = pl.read_parquet(home / "segments.parquet")
        ledger = pl.read_parquet(home / "ledger.parquet")
    except (OSError, pl.exceptions.PolarsError) as error:
        raise SourceError(f"The run folder {folder} is damaged: {error}.") from None
    return Segmentation(summary, load_model(home / "model.json"), learners, ledger)


def load_model(path: str | Path) -> SegmentModel:
    """Load a ``model.json``.

    Parameters
    ----------
    path : path
        The file, not its folder.

    Returns
    -------
    SegmentModel

    Raises
    ------
    SourceError
        If there is no such file, or it is not a model.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SourceError(
            f"There is no model {str(path)!r}. Give the model.json of a run folder."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"Cannot read the model {path}: {error}.") from None
    return SegmentModel.from_json(text)


def _segment_rows(summary: dict[str, Any]) -> pl.DataFrame:
    rows = [
        {
            "segment_id": s["id"],
            "segment_name": s["name"],
            "count": s["count"],
            "share": s["share"],
            **{f"median_{name}": t["p50"] for name, t in s["typical"].items()},
            "description": s["description"],
        }
        for s in summary["segments"]
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _backend_of(table: IntoFrame) -> nw.Implementation:
    return nw.from_native(table).implementation


def _like(table: IntoFrame, frame: pl.DataFrame) -> Any:  # noqa: ANN401
    return _on_backend(frame, _backend_of(table))


def _on_backend(frame: pl.DataFrame, backend: Any) -> Any:  # noqa: ANN401
    if backend is nw.Implementation.POLARS:
        return frame
    if backend is nw.Implementation.DUCKDB:
        import duckdb

        return duckdb.from_arrow(frame.to_arrow())
    data = {name: frame[name].to_list() for name in frame.columns}
    return nw.from_dict(data, backend=backend).to_native()
