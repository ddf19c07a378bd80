"""What is done with runs that are finished: rename, compare, monitor."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from narwhals.typing import IntoFrame

from learnstrata.config.stages import Columns
from learnstrata.facade import Run, load, side_of
from learnstrata.layer.compare import Comparison, compare_sides
from learnstrata.layer.contents import refuse_foreign
from learnstrata.layer.folder import check_file, check_pictures
from learnstrata.layer.monitoring import findings, samples
from learnstrata.layer.places import folder_of_run
from learnstrata.privacy.keys import checked_key, random_key
from learnstrata.sharing import render_again

__all__ = ["compare_runs", "monitor", "rename_run"]


def compare_runs(old: Run, new: Run, *, key: bytes | None = None) -> Comparison:
    """Put two runs of learners beside each other: segments, movers, what changed.

    Parameters
    ----------
    old, new : Segmentation or path
        Run folders, or what they share: then sizes, names and numbers are compared,
        and nobody is followed.
    key : bytes of length 32 or more, default=None
        Secret from which the rounding of counts is drawn; ``None`` draws one.

    Returns
    -------
    Comparison
        ``told`` may be shown to anybody; ``exact`` and ``movers`` are for their owner.

    Raises
    ------
    SourceError
        If one of both is no run.
    ParameterError
        If one segments records, or `key` is no bytes or too short.

    Examples
    --------
    >>> import learnstrata as ls
    >>> table = ls.make_learners(400, rng=1)
    >>> found = ls.segment(table, rng=7)
    >>> ls.compare_runs(found, ls.segment(table, rng=8)).told.by_learner
    True
    """
    secret = random_key() if key is None else checked_key(key)
    return compare_sides(side_of(old), side_of(new), key=secret)


def monitor(
    table: IntoFrame,
    run: "samples.Run | str | Path",
    *,
    key: bytes | None = None,
    columns: Columns | None = None,
    tell: Callable[[str], object] = lambda _: None,
) -> findings.Monitored:
    """Say whether a new table has moved away from the one a run was made of.

    Parameters
    ----------
    table : data frame
        With the columns of the table the run was made from. It is not changed.
    run : path, or Run of `learnstrata.layer.monitoring.samples`
        The folder of a run, with its private part.
    key : bytes of length 32 or more, default=None
        Secret from which the rounding of counts is drawn; ``None`` draws one.
    columns : Columns, default=None
        What standard columns are called in this table, where that is another name.
    tell : callable, default does nothing
        Takes each sentence on what was taken for granted of the table.

    Returns
    -------
    Monitored
        ``told`` may be shown to anybody, ``exact`` is for its owner, ``advice`` is
        ``keep``, ``watch`` or ``refit``; ``save`` writes both, with a page.

    Raises
    ------
    SourceError, ParameterError, SchemaError, DegenerateError
        As for `learnstrata.layer.monitoring.findings.monitor`.

    Examples
    --------
    >>> import learnstrata as ls
    >>> from tempfile import TemporaryDirectory
    >>> table = ls.make_learners(400, rng=1)
    >>> with TemporaryDirectory() as folder:
    ...     run = ls.segment(table, rng=7).save(f"{folder}/run")
    ...     found = ls.monitor(ls.make_learners(400, rng=2), run)
    >>> found.told.size_new is not None
    True
    """
    from learnstrata.report.monitoring import render_monitoring

    return findings.monitor(
        table,
        run,
        key=random_key() if key is None else checked_key(key),
        render=render_monitoring,
        columns=columns,
        tell=tell,
    )


def rename_run(
    folder: str | Path,
    names: Mapping[int | str, str],
    *,
    pdf: str | Path | None = None,
    figures: str | Path | None = None,
    overwrite: bool = False,
    allow: str | Iterable[str] = (),
) -> list[Path]:
    """Rename the segments of a run folder: all its files, whole or not at all.

    Parameters
    ----------
    folder : path
        A run folder with its private part.
    names : mapping of int or str to str
        As for `Segmentation.renamed`.
    pdf, figures : path, default=None
        As for `render_again`; those in the folder are made anew if they are there.
    overwrite : bool, default=False
        Replace a PDF and a folder of pictures elsewhere that are there.
    allow : str or iterable of str, default=()
        As for `Segmentation.save`; kept for later renders and scans.

    Returns
    -------
    list of Path
        What was written: the report, the PDF, the folder of pictures.

    Raises
    ------
    ParameterError
        If a segment is not there, a name is empty, or two would be alike.
    OutputError
        If the folder holds what is not of a run, or as for `Segmentation.save`.
    PrivacyError, SourceError
        As for `Segmentation.save` and `load`.
    """
    run = folder_of_run(folder)
    refuse_foreign(run)
    renamed_run = load(run).renamed(names)
    printed, drawn = run / "share" / "report.pdf", run / "share" / "figures"
    pdf = printed if pdf is None and printed.exists() else pdf
    figures = drawn if figures is None and drawn.exists() else figures
    if pdf is not None and Path(pdf).absolute() != printed.absolute():
        check_file(pdf, overwrite=overwrite, option="--pdf")
    if figures is not None and Path(figures).absolute() != drawn.absolute():
        check_pictures(figures, overwrite=overwrite)
    renamed_run.save(run, overwrite=True, allow=allow)
    return render_again(run, pdf=pdf, figures=figures, overwrite=overwrite)
