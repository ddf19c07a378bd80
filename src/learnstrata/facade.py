"""What a caller holds: `segment` a table, look at the result, save it, use it again."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import narwhals as nw
import polars as pl
from narwhals.typing import IntoFrame

from learnstrata import assignment, pipeline
from learnstrata.config.loading import load_config
from learnstrata.config.stages import Config
from learnstrata.decisions.arms import lots_of
from learnstrata.decisions.playbook import programmes_of
from learnstrata.disk.staging import room_beside
from learnstrata.engines.memory import refuse_too_large
from learnstrata.engines.opening import engine_of
from learnstrata.engines.protocol import Engine
from learnstrata.layer.compare import (
    Owned,
    Side,
    compare_sides,
    continued,
    read_side,
    refuse_records,
)
from learnstrata.layer.folder import refuse_leaks, write_folder, write_packed
from learnstrata.layer.frames import benchmark_frame, cohort_frame, segment_frame
from learnstrata.layer.handouts import write_for_people
from learnstrata.layer.lists import lists_named, make_lists
from learnstrata.layer.models import load_model
from learnstrata.layer.names import refuse_given_names, with_allowed
from learnstrata.layer.places import folder_of_run
from learnstrata.layer.reading import (
    read_exact,
    read_lists,
    read_names,
    read_private,
    read_summary,
)
from learnstrata.learners.factors import as_text
from learnstrata.learners.intake import used_columns
from learnstrata.learners.lookups import Frame
from learnstrata.learners.quality import TableCheck, inspect_table
from learnstrata.learners.schema.one_pay import TypedPay, read_pay
from learnstrata.learners.sources.info import SourceInfo
from learnstrata.privacy.keys import checked_key, random_key
from learnstrata.report.interactive import shipped_scripts
from learnstrata.segments.meaning.contributions import Explanation
from learnstrata.segments.meaning.naming import given_names
from learnstrata.segments.model.model import SegmentModel, members_named
from learnstrata.segments.model.values import learner_values
from learnstrata.segments.pay.percentile import (
    PayPercentile,
    find_percentile,
    units_from,
)
from learnstrata.sharing import (
    shared_files,
    summaries_of,
    with_words,
    write_json,
    write_tables,
    write_text,
    write_without_data,
)
from learnstrata.summary.contract.results import (
    DisclosedSummary,
    ExactSummary,
)
from learnstrata.summary.renaming import renamed
from learnstrata.summary.succession import names_that_stay

__all__ = [
    "Run",
    "Segmentation",
    "check_table",
    "load",
    "load_model",
    "percentile_in",
    "segment",
    "side_of",
]

# A frame of the library that the caller uses: known when it runs.
Native: TypeAlias = Any
Run: TypeAlias = "Segmentation | str | Path"
OF_SPARK = {nw.Implementation.PYSPARK, nw.Implementation.PYSPARK_CONNECT}


class Library(NamedTuple):
    """The library that frames are given back in, and its session where it has one."""

    implementation: nw.Implementation
    session: Any = None


IN_POLARS = Library(nw.Implementation.POLARS)


@dataclass(frozen=True)
class Segmentation:
    """A segmentation: its segments, its learners, and what follows.

    Attributes
    ----------
    summary : DisclosedSummary
        What may be shown to anybody, as in ``share/summary.json``: counts rounded, no
        pay of few.
    exact : ExactSummary
        Every number, as in ``private/summary.json``, for you alone.
    model : SegmentModel
    """

    summary: DisclosedSummary
    exact: ExactSummary
    model: SegmentModel
    _learners: pl.DataFrame
    _values: pl.DataFrame
    _ledger: pl.LazyFrame
    _names: pl.DataFrame
    _lists: Mapping[str, pl.DataFrame]
    _library: "Library" = IN_POLARS

    @property
    def segments(self) -> Native:
        """One row a segment that may be shown: its size, share and typical values.

        Pay is in the unit of the run, as in the report: ``pay_unit`` names it.
        """
        return self._native(segment_frame(self.summary))

    @property
    def benchmarks(self) -> Native:
        """One row a group of peers whose pay may be shown: quantiles in ``pay_unit``.

        ``All`` stands where a role family, tier or experience band is left open.
        """
        return self._native(benchmark_frame(self.summary))

    @property
    def cohorts(self) -> Native:
        """One row a cohort whose pay stands out: how many, of whom, who is meant.

        ``low`` and ``high`` are the ends of the 95 % interval of ``share``.
        """
        return self._native(cohort_frame(self.summary))

    @property
    def learners(self) -> Native:
        """One row a learner: record, learner id, segment id and segment name."""
        return self._native(self.members)

    @property
    def members(self) -> pl.DataFrame:
        """The learners as `learners`, in Polars."""
        return as_text(self._learners)

    @property
    def features(self) -> pl.DataFrame:
        """What each of `members` was found by, in Polars: as ``features.parquet``."""
        return as_text(self._values)

    @property
    def ledger(self) -> Native:
        """One row a record: what became of it, by which rule, before and after."""
        return self._native(self._ledger.collect())

    @property
    def lists(self) -> dict[str, Native]:
        """Lists of people for the teams, by the names of their files: yours alone."""
        return {name: self._native(rows) for name, rows in self._lists.items()}

    @cached_property
    def report(self) -> str:
        """The report as one HTML page that needs nothing else."""
        from learnstrata.report.page import render_report

        return render_report(self.summary)

    def assign(self, table: IntoFrame, *, as_of: int | None = None) -> Native:
        """Give the learners of another table their segments.

        Parameters
        ----------
        table : data frame
            With the columns of the table the segmentation was made from.
        as_of : int, default=None
            The year that counts as now; ``None`` takes the newest of the table, as the
            configuration finds it, and none before that of the segmentation.

        Returns
        -------
        data frame of the same library
            ``record``, ``learner_id``, ``segment_id``, ``segment_name``.
        """
        return _like(table, assignment.assign(table, self._at(as_of)))

    def explain(
        self, table: IntoFrame, learner: str, *, as_of: int | None = None
    ) -> Explanation:
        """Say why a learner is in their segment rather than in the next.

        Parameters
        ----------
        table : data frame
            That holds the learner.
        learner : str
            The id as it stands in the table.
        as_of : int, default=None
            As for `assign`.

        Returns
        -------
        Explanation
            Exact contributions of the features, ranked, and a sentence.

        Raises
        ------
        ParameterError
            If the table has no such learner.
        """
        return pipeline.explain(table, self._at(as_of), learner)

    def _at(self, as_of: int | None) -> SegmentModel:
        model = self.model
        return model if as_of is None else assignment.as_of_year(model, as_of)

    def percentile(
        self, *, role_family: str, tier: str, experience_band: str, pay: float | str
    ) -> PayPercentile:
        """Give the percentile of a pay among peers, for a counsellor.

        Parameters
        ----------
        role_family, tier, experience_band : str
            As in the benchmarks of the report; small and capital letters are alike.
        pay : float or str
            Currency units a year, or as it would be typed: ``"12 LPA"``, or ``"12"``
            in the shown unit.

        Returns
        -------
        PayPercentile
            From the narrowest group that may be shown.

        Raises
        ------
        ParameterError
            If `pay` is no positive amount, or nobody has that role, tier or experience.
        DegenerateError
            If no group can be shown.
        """
        return percentile_in(
            self.summary,
            role_family=role_family,
            tier=tier,
            experience_band=experience_band,
            pay=pay,
        )

    def renamed(self, names: Mapping[int | str, str]) -> "Segmentation":
        """Give the same segmentation with other names of its segments.

        Nothing is fitted again: who is in which segment stays as it is.

        Parameters
        ----------
        names : mapping of int or str to str
            A name by the id of a segment, or by the name that it has. One that is left
            out stays.

        Returns
        -------
        Segmentation

        Raises
        ------
        ParameterError
            If a segment is not there, a name is empty, or two would be alike.

        Examples
        --------
        >>> import learnstrata as ls
        >>> found = ls.segment(ls.make_learners(400, rng=1), rng=7)
        >>> found.renamed({1: "Ready to mentor"}).segments["segment_name"][0]
        'Ready to mentor'
        """
        segments = self.exact.segments
        final = given_names(
            [one.name_by_numbers for one in segments],
            names,
            now=[one.name for one in segments],
        )
        return self._named(dict(enumerate(final, start=1)))

    def _named(self, names: Mapping[int, str]) -> "Segmentation":
        shared = with_words(renamed(self.summary, names), DisclosedSummary)
        exact = with_words(
            renamed(self.exact, names), ExactSummary, told=shared.actions
        )
        model = self.model.with_names([*names.values()], self.model.part_names)
        return replace(
            self,
            exact=exact,
            summary=shared,
            model=replace(model, config=exact.settings.configured),
            _learners=members_named(self._learners, self.model, model),
            _lists=lists_named(self._lists, self.model, model),
        )

    def without(self, learners: Sequence[str]) -> "Segmentation":
        """Give the same segmentation without any row, code or name of some learners.

        What is counted of all stays as it is: it tells nothing of one of them.

        Parameters
        ----------
        learners : sequence of str
            Ids as they stand in the table. Where none of them is there, it is itself.
        """
        ids = pl.Series(learners, dtype=pl.String).implode()
        own = self._learners["learner_id"].cast(pl.String).is_in(ids)
        named = (self._names["kind"] == "learner") & self._names["name"].is_in(ids)
        if not (own.any() or named.any()):
            return self
        records = self._learners.filter(own)["record"]
        theirs = pl.col("record").is_in(records.implode()) | (
            (pl.col("column") == "record")  # an older one, and the one in its place
            & pl.col("after").is_in(records.cast(pl.String).implode())
        )
        codes = self._values.filter(own)["member_code"].to_list()
        return replace(
            self,
            model=self.model.without_members(codes),
            _learners=self._learners.filter(~own),
            _values=self._values.filter(~own),
            _ledger=self._ledger.filter(~theirs.fill_null(value=False)),
            _names=self._names.filter(~named),
            _lists={
                name: rows.filter(~pl.col("learner_id").is_in(ids))
                for name, rows in self._lists.items()
            },
        )

    def following(
        self, previous: "Run | Side", *, key: bytes | None = None
    ) -> "Segmentation":
        """Give the same segmentation as one that follows an earlier run.

        Segments that continue one of that run keep its name, unless their numbers say
        otherwise, and ``previous`` of both summaries says what is new.

        Parameters
        ----------
        previous : Segmentation or path
        key : bytes of length 32 or more, default=None
            From which the rounding of counts is drawn; ``None`` draws one.
        """
        secret = random_key() if key is None else checked_key(key)
        old, found, notes = side_of(previous), self, ()
        if old.owned is not None:
            pairs = continued(old.owned, self._owned)
            names = names_that_stay(old.owned.exact, self.exact, pairs)
            allowed = old.owned.names.filter(kind="allowed")["name"].to_list()
            known = with_allowed(self._names, allowed)
            found = replace(self._named(names.names), _names=known)
            notes = names.notes
        new = compare_sides(old, found.side, key=secret, notes=notes)
        return replace(
            found,
            exact=found.exact.model_copy(update={"previous": new.exact}),
            summary=found.summary.model_copy(update={"previous": new.told}),
        )

    @property
    def side(self) -> Side:
        """What of it is put beside another run."""
        return Side(self.summary, self._owned)

    @property
    def _owned(self) -> Owned:
        return Owned(self.exact, self.members, self._names)

    def save(
        self,
        folder: str | Path,
        *,
        overwrite: bool = False,
        allow: str | Iterable[str] = (),
    ) -> Path:
        """Write the run folder, whole or not at all, if what it shares names nobody.

        Parameters
        ----------
        folder : path
            Gets ``share``, which may be passed on, and ``private``, for you alone.
        overwrite : bool, default=False
            Replace a run folder that is there.
        allow : str or iterable of str, default=()
            Texts that name nobody though a company is called so, such as a city.

        Raises
        ------
        OutputError
            If the folder is there already and `overwrite` is off, or cannot be written.
        PrivacyError
            If the name of a company or the id of a learner stands in what would be
            shared, or is in any case a name that was given to a segment; then nothing
            is written.
        """
        names = with_allowed(self._names, allow)
        refuse_given_names(self.exact.segments, names)
        return write_folder(
            folder,
            self._files(names),
            overwrite=overwrite,
            check=lambda staging: refuse_leaks(
                staging / "share",
                names,
                own=partial(write_without_data, self.summary),
                shipped=shipped_scripts(),
                room=room_beside(staging),
            ),
        )

    def _files(self, names: pl.DataFrame) -> dict[str, Callable[[Path], object]]:
        return {
            **{
                f"share/{name}": write
                for name, write in shared_files(self.summary, self.report).items()
            },
            "private/summary.json": lambda p: write_json(p, self.exact),
            "private/tables.xlsx": lambda p: write_tables(p, self.exact),
            "private/segments.parquet": partial(write_packed, self._learners),
            "private/segments.csv": self._learners.write_csv,
            "private/features.parquet": partial(write_packed, self._values),
            "private/ledger.parquet": partial(write_packed, self._ledger),
            "private/model.json": lambda p: write_text(p, self.model.to_json()),
            "private/names.parquet": partial(write_packed, names),
            **{
                f"private/lists/{name}": partial(self._write_list, name)
                for name in self._lists
            },
        }

    def _write_list(self, name: str, path: Path) -> None:
        write_for_people(self._lists[name], path)

    def __repr__(self) -> str:
        summary, settings = self.summary, self.summary.settings
        write = summary.settings.numbers
        rows = [
            f"  {s.id:>2}  {s.name:<48} {write.count(s.size):>9}  "
            f"{write.share(s.share):>6}"
            for s in summary.segments
        ]
        head = (
            f"Segmentation of {write.count(summary.segmented)} {settings.units} into "
            f"{summary.selection.k} segments (recipe {settings.recipe}, seed "
            f"{settings.seed})"
        )
        return "\n".join([head, *rows])

    def _repr_html_(self) -> str:
        from learnstrata.report.page import render_cards

        return render_cards(self.summary)

    def _native(self, frame: pl.DataFrame) -> Native:
        return _in_library(frame, self._library)


def segment(  # noqa: PLR0913 - what to segment, how, and under which key
    table: IntoFrame,
    recipe: str = "robust",
    *,
    rng: int | None = None,
    config: Config | str | Path | None = None,
    as_of: int | None = None,
    key: bytes | None = None,
    previous: "Run | None" = None,
    source: SourceInfo | None = None,
    engine: Engine | None = None,
    start: pl.DataFrame | None = None,
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
    key : bytes of length 32 or more, default=None
        Secret from which the aliases of companies, the codes in the model, the rounding
        of counts, the points of the map and who is held out from a trial are drawn
        (`learnstrata.privacy.keys.read_key`). ``None`` draws one for this result:
        nobody can tell which company is which, not even you, and those of the next
        result are others. The segments are the same under every key.
    previous : Segmentation or path, default=None
        An earlier run, whole: a segment that continues one of its keeps that one's
        name, unless its numbers say otherwise, and ``summary.previous`` says what is
        new. Who is in which segment does not depend on it.
    source : SourceInfo, default=None
        What `read_source` told of the file, for the report.
    engine : Engine, default=None
        That holds the table (`learnstrata.engines.opening.open_table`); ``None`` goes
        by the library of the frame: DuckDB and Spark clean theirs where it is.
    start : polars.DataFrame, default=None
        ``learner_id`` and ``segment_id`` of an earlier cut, as `assign` gives them: of
        cuts that are as good, the one that it leads to is taken.
    watch : callable, default does nothing
        Called with the name of each stage as it begins.

    Returns
    -------
    Segmentation

    Raises
    ------
    SchemaError, DegenerateError, ConfigError
        If the table or the configuration does not allow a segmentation.
    ParameterError, PrivacyError
        If `key` is no bytes, or fewer than 32.

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
    secret = random_key() if key is None else checked_key(key)
    old = None if previous is None else side_of(previous)
    if old is not None:
        refuse_records(old.told.settings, settings)
    library = _library_of(table)
    held = [table]
    del table  # nobody but the run holds it from here on
    with _engine_for(held, engine) as holder:
        done = pipeline.run(
            _held(held.pop(), holder, settings, is_counted=source is not None),
            settings,
            watch=watch,
            key=secret,
            source=source,
            engine=holder,
            start=start,
        )
    exact, disclosed = summaries_of(done, key=secret)
    found = Segmentation(
        summary=disclosed,
        exact=exact,
        model=done.meaning.model,
        _learners=done.meaning.members,
        _values=learner_values(done.base.prepared, done.base.rows),
        _ledger=done.base.account.ledger,
        _names=done.base.names,
        _lists=make_lists(
            done,
            programmes_of(exact, disclosed),
            lots=lots_of(exact, disclosed),
            key=secret,
        ),
        _library=library,
    )
    return found if old is None else found.following(old, key=secret)


@contextmanager
def _engine_for(held: list[IntoFrame], given: Engine | None) -> Iterator[Engine | None]:
    """Give the engine of the one table; one that is made here is closed here."""
    made = engine_of(held[0]) if given is None else None
    try:
        yield given or made
    finally:
        if made is not None:
            made.close()


def _held(
    table: IntoFrame, engine: Engine | None, config: Config, *, is_counted: bool
) -> Frame:
    """Have an engine read what a run needs of a table, once, if that fits."""
    if engine is None:
        rows = nw.from_native(table, eager_only=True, pass_through=True)
        if not is_counted and isinstance(rows, nw.DataFrame):
            refuse_too_large(len(rows))
        return table
    with engine.told():
        frame = engine.taken(table)
        kept = engine.checkpoint(used_columns(frame, config))
    if not is_counted:
        refuse_too_large(int(engine.sums(kept, [], [])["n"][0]), engine.name)
    return kept


def check_table(frame: IntoFrame, config: Config) -> TableCheck:
    """Check a learner table without segmenting it.

    Parameters
    ----------
    frame : data frame, eager or lazy
        It is not changed.
    config : Config

    Returns
    -------
    TableCheck
        A table that cannot be used is no error here: its ``problems`` say why, in the
        words in which `segment` would refuse it.

    Notes
    -----
    Minimum and maximum of pay are single learners' values: the check is for those who
    hold the table, not for sharing.

    Examples
    --------
    >>> import learnstrata as ls
    >>> found = ls.check_table(ls.make_learners(400, rng=1), ls.load_config())
    >>> found.ok, found.learners, found.recognised["pay"]
    (True, 400, 'ctc')
    """
    return inspect_table(frame, config, rehearse=pipeline.rehearse)


def side_of(run: "Run | Side") -> Side:
    """Give what of a run is put beside another, read where it is a folder.

    Parameters
    ----------
    run : Segmentation, path or Side
    """
    if isinstance(run, Side):
        return run
    return run.side if isinstance(run, Segmentation) else read_side(run)


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
    run = folder_of_run(folder)
    return Segmentation(
        summary=read_summary(run),
        exact=read_exact(run),
        model=load_model(run),
        _learners=read_private(run, "segments.parquet"),
        _values=read_private(run, "features.parquet"),
        _ledger=read_private(run, "ledger.parquet").lazy(),
        _names=read_names(run),
        _lists=read_lists(run),
    )


def percentile_in(
    summary: DisclosedSummary,
    *,
    role_family: str,
    tier: str,
    experience_band: str,
    pay: float | str,
) -> PayPercentile:
    """Give the percentile of a pay among peers, from what a run shares alone.

    Parameters
    ----------
    summary : DisclosedSummary
        Of a run; nothing private is needed.
    role_family, tier, experience_band : str
    pay : float or str
        Currency units a year, or as it would be typed: ``"12 LPA"``, or ``"12"`` in
        the shown unit.

    Returns
    -------
    PayPercentile
        As `Segmentation.percentile`.
    """
    config, write = summary.settings.configured, summary.settings.numbers
    limit = units_from(summary.benchmarks, write)
    read = (
        read_pay(pay, config.pay, numbers=config.numbers, units_from=limit)
        if isinstance(pay, str)
        else TypedPay(pay)
    )
    found = find_percentile(
        summary.benchmarks,
        role_family=role_family,
        tier=tier,
        experience_band=experience_band,
        pay=read.amount,
        write=write,
    )
    return replace(found, reading=read.told)


def _library_of(table: IntoFrame) -> Library:
    found = nw.from_native(table).implementation
    native: Any = nw.to_native(table, pass_through=True)
    return Library(found, native.sparkSession if found in OF_SPARK else None)


def _like(table: IntoFrame, frame: pl.DataFrame) -> Native:
    return _in_library(frame, _library_of(table))


def _in_library(frame: pl.DataFrame, library: Library) -> Native:
    if library.implementation is nw.Implementation.POLARS:
        return frame
    if library.implementation is nw.Implementation.DUCKDB:
        import duckdb

        return duckdb.from_arrow(frame.to_arrow())
    if library.session is not None:
        return library.session.createDataFrame(frame.to_arrow())
    data = {name: frame[name].to_list() for name in frame.columns}
    engine: Any = library.implementation  # narwhals refuses what it cannot make
    return nw.from_dict(data, backend=engine).to_native()
