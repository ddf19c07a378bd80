"""What a caller holds: `segment` a table, look at the result, save it, use it again."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl
from narwhals.typing import IntoFrame

from learnstrata import pipeline
from learnstrata.config.loading import load_config
from learnstrata.config.stages import Config, Pay
from learnstrata.exceptions import SchemaError, SourceError
from learnstrata.layer.folder import (
    KINDS,
    NAMES_SCHEMA,
    check_file,
    check_pictures,
    read_names,
    read_private,
    read_summary,
    refuse_leaks,
    write_file,
    write_folder,
    write_pictures,
)
from learnstrata.learners.lookups import distinct
from learnstrata.learners.roles.titles import TitleTable
from learnstrata.privacy.disclosure.cells import CellRule
from learnstrata.report.document import render_cards, render_report
from learnstrata.report.interactive import shipped_scripts
from learnstrata.report.workbook import workbook_sheets, write_workbook
from learnstrata.segments.meaning.contributions import Explanation
from learnstrata.segments.model.model import MEMBERSHIP, SegmentModel
from learnstrata.segments.pay.benchmarks import Benchmarks
from learnstrata.segments.pay.percentile import Standing, from_shared, where_stands
from learnstrata.summary.build import summarise
from learnstrata.wording.numbers import as_count, as_share

__all__ = [
    "Segmentation",
    "find_names",
    "load",
    "load_model",
    "names_in",
    "render_again",
    "segment",
    "shared_benchmarks",
]

NAMING = {"company": "company", "learner_id": "learner"}  # standard name -> kind


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
    _names: pl.DataFrame
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

    def explain(self, table: IntoFrame, learner: str) -> Explanation:
        """Say why a learner is in their segment rather than in the next.

        Parameters
        ----------
        table : data frame
            That holds the learner.
        learner : str
            The id as it stands in the table.

        Returns
        -------
        Explanation
            Exact contributions of the features, ranked, and a sentence.

        Raises
        ------
        ParameterError
            If the table has no such learner.
        """
        return pipeline.explain(table, self.model, learner)

    def where_stands(
        self, *, role_family: str, tier: str, experience_band: str, pay: float
    ) -> Standing:
        """Give the percentile of a pay among peers, for a counsellor.

        Parameters
        ----------
        role_family, tier, experience_band : str
            As in the benchmarks of the report.
        pay : float
            Currency units a year.

        Returns
        -------
        Standing
            From the narrowest group that may be shown.

        Raises
        ------
        ParameterError
            If `pay` is not positive, or nobody has that role, tier or experience.
        DegenerateError
            If no group can be shown.
        """
        return where_stands(
            shared_benchmarks(self.summary),
            role_family=role_family,
            tier=tier,
            experience_band=experience_band,
            pay=pay,
        )

    def save(
        self,
        folder: str | Path,
        *,
        overwrite: bool = False,
        allow: Iterable[str] = (),
    ) -> Path:
        """Write the run folder, whole or not at all, if what it shares names nobody.

        Parameters
        ----------
        folder : path
            Gets ``share``, which may be passed on, and ``private``, for you alone.
        overwrite : bool, default=False
            Replace a run folder that is there.
        allow : iterable of str, default=()
            Texts that name nobody though a company is called so, such as a city.

        Raises
        ------
        OutputError
            If the folder is there already and `overwrite` is off, or cannot be written.
        PrivacyError
            If the name of a company or the id of a learner stands in what would be
            shared; then nothing is written.
        """
        names = pl.concat([self._names, _names_frame(allowed=allow)]).unique(
            maintain_order=True
        )
        return write_folder(
            folder,
            self._files(names),
            overwrite=overwrite,
            check=lambda staging: refuse_leaks(
                staging / "share", names, shipped=shipped_scripts()
            ),
        )

    def _files(self, names: pl.DataFrame) -> dict[str, Callable[[Path], object]]:
        text = json.dumps(self.summary, indent=1, allow_nan=False)
        sheets = workbook_sheets(self.summary)
        return {
            "share/report.html": lambda p: _write(p, self.report),
            "share/summary.json": lambda p: _write(p, text),
            "share/tables.xlsx": lambda p: write_workbook(
                p, sheets, pay_unit=self.summary["pay_unit"]
            ),
            "private/segments.parquet": self._learners.write_parquet,
            "private/segments.csv": self._learners.write_csv,
            "private/ledger.parquet": self._ledger.write_parquet,
            "private/model.json": lambda p: _write(p, self.model.to_json()),
            "private/names.parquet": names.write_parquet,
        }

    def __repr__(self) -> str:
        rows = [
            f"  {s['id']:>2}  {s['name']:<48} {as_count(s['count']):>9}  "
            f"{as_share(s['share']):>6}"
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


def segment(  # noqa: PLR0913 - what to segment, how, and under which key
    table: IntoFrame,
    recipe: str = "robust",
    *,
    rng: int | None = None,
    config: Config | str | Path | None = None,
    as_of: int | None = None,
    key: bytes | None = None,
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
        Seed; the same seed and table give the same segments, and with the same `key`
        the same files. ``None`` takes the recipe's.
    config : Config or path, default=None
        A TOML file laid over the recipe, or a whole configuration in its place.
    as_of : int, default=None
        The year that counts as now; ``None`` asks the recipe.
    key : bytes, default=None
        Secret from which the aliases of companies in the report and the codes in the
        model are made (`learnstrata.privacy.keys.read_key`). ``None`` draws one for
        this result: nobody can tell which company is which, not even you, and the
        aliases and codes of the next result are others. The segments are the same
        under every key.
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
    done = pipeline.run(table, settings, watch=watch, key=key)
    learners = done.meaning.learners
    labels = learners.select(c for c in MEMBERSHIP if c in learners.columns)
    return Segmentation(
        summary=summarise(done),
        model=done.meaning.model,
        _learners=labels,
        _ledger=done.base.ledger,
        _names=_names_of(table, done),
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
        If the folder is not that of a run or is one of an earlier version, or a file of
        it is damaged or not there.
    """
    summary = read_summary(folder)
    return Segmentation(
        summary=summary,
        model=load_model(Path(folder) / "private" / "model.json"),
        _learners=read_private(folder, "segments.parquet"),
        _ledger=read_private(folder, "ledger.parquet"),
        _names=read_names(folder),
    )


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


def shared_benchmarks(summary: Mapping[str, Any]) -> Benchmarks:
    """Give the pay benchmarks of a run as far as they are shared.

    Parameters
    ----------
    summary : mapping
        Of a run, as in ``share/summary.json``; nothing private is needed.

    Returns
    -------
    Benchmarks
        For `learnstrata.segments.pay.percentile.where_stands`.
    """
    config = summary["config"]
    return from_shared(
        summary["benchmarks"],
        pay=Pay(currency=config["pay"]["currency"]),
        rule=CellRule(**config["privacy"]),
    )


def find_names(
    folder: str | Path, *, table: IntoFrame | None = None, allow: Iterable[str] = ()
) -> pl.DataFrame:
    """List whom the shared part of a run folder must not name.

    Parameters
    ----------
    folder : path
        A run folder.
    table : data frame, default=None
        Take the names of this table instead of those the run keeps; it needs the
        columns of the run's table.
    allow : iterable of str, default=()
        Further texts that name nobody.

    Returns
    -------
    polars.DataFrame
        ``kind`` (``company``, ``learner``, or ``allowed``) and ``name``.

    Raises
    ------
    SourceError
        If the folder is not that of a run.
    SchemaError
        If the table lacks a column of the run's.
    """
    summary, kept = read_summary(folder), read_names(folder)
    if table is not None:
        own = names_in(table, summary["input"]["columns"])
        kept = pl.concat([own, kept.filter(kind="allowed")])
    return pl.concat([kept, _names_frame(allowed=allow)]).unique(maintain_order=True)


def names_in(table: IntoFrame, mapping: Mapping[str, str]) -> pl.DataFrame:
    """List whom a table names.

    Parameters
    ----------
    table : data frame
    mapping : mapping of str to str
        Standard name -> column, as in ``input.columns`` of a summary. ``company`` and
        ``learner_id`` are read, where they are there.

    Returns
    -------
    polars.DataFrame
        ``kind`` (``company`` or ``learner``) and ``name``, as they stand in the table.

    Raises
    ------
    SchemaError
        If the table lacks one of these columns.

    Examples
    --------
    >>> import polars as pl
    >>> table = pl.DataFrame({"id": [7, 8], "employer": ["Acme", "Acme"]})
    >>> names_in(table, {"learner_id": "id", "company": "employer"}).rows()
    [('company', 'Acme'), ('learner', '7'), ('learner', '8')]
    """
    frame: Any = nw.from_native(table)
    there = frame.collect_schema().names()
    columns = {kind: mapping[c] for c, kind in NAMING.items() if c in mapping}
    if missing := set(columns.values()).difference(there):
        raise SchemaError.missing(missing, there)
    found = {
        kind: distinct(frame.select(nw.col(column).cast(nw.String)), column)
        for kind, column in columns.items()
    }
    return _names_frame(**found)


def _names_of(table: IntoFrame, run: pipeline.Run) -> pl.DataFrame:
    """List whom a run must not name, as given and as tidied, and what is no name."""
    mapping, records = run.base.mapping, run.base.records
    fill = run.config.cleaning.missing_company
    tidied = {
        kind: records[c].drop_nulls().unique(maintain_order=True).to_list()
        for c, kind in NAMING.items()
        if c in mapping
    }
    tidied["company"] = [name for name in tidied.get("company", []) if name != fill]
    # Names of segments are not allowed here: one made of a leak would allow itself.
    texts = [*TitleTable.load().families, *mapping.values()]
    # What the user calls segments may be a name as well as any other text.
    told = run.config.as_dict()
    texts += _texts_in({key: told[key] for key in told if key != "names"})
    both = [names_in(table, mapping), _names_frame(**tidied, allowed=texts)]
    return pl.concat(both).unique(maintain_order=True)


def _names_frame(**names: Iterable[str]) -> pl.DataFrame:
    rows = [(kind, name) for kind in KINDS for name in names.get(kind, ())]
    return pl.DataFrame(rows, schema=NAMES_SCHEMA, orient="row")


def _texts_in(value: Any) -> Iterator[str]:  # noqa: ANN401 - a configuration
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key)
            yield from _texts_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts_in(inner)


def render_again(
    folder: str | Path,
    *,
    pdf: str | Path | None = None,
    figures: str | Path | None = None,
    overwrite: bool = False,
) -> list[Path]:
    """Render the report of a run folder again from its ``summary.json``.

    Parameters
    ----------
    folder : path
        A run folder; its ``share/report.html`` is replaced.
    pdf : path, default=None
        File for the same report as PDF.
    figures : path, default=None
        Folder for each chart as a picture.
    overwrite : bool, default=False
        Replace a PDF and a folder of pictures that are there.

    Returns
    -------
    list of Path
        What was written: the report, the PDF, the folder of pictures.

    Raises
    ------
    SourceError
        If the folder is not that of a run.
    OutputError
        If something is there already and `overwrite` is off, or cannot be written.
    PrivacyError
        If the report, the PDF or a picture would name somebody; then it is not written.
    """
    summary, names = read_summary(folder), read_names(folder)
    if pdf is not None:
        check_file(pdf, overwrite=overwrite, option="--pdf")
    if figures is not None:
        check_pictures(figures, overwrite=overwrite)

    def check(staging: Path) -> None:
        refuse_leaks(staging, names, shipped=shipped_scripts())

    from learnstrata.report import exports

    html = render_report(summary)
    page = Path(folder).absolute() / "share" / "report.html"
    done = [write_file(page, lambda p: _write(p, html), overwrite=True, check=check)]
    if pdf is not None:
        done.append(
            write_file(
                pdf,
                lambda path: exports.write_pdf(page, path),
                overwrite=overwrite,
                check=check,
            )
        )
    if figures is not None:
        done.append(
            write_pictures(
                figures,
                lambda path: exports.write_figures(summary, path),
                overwrite=overwrite,
                check=check,
            )
        )
    return done


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
