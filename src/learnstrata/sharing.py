"""What a run shares: its results in both forms, rendered, checked and written."""

import tempfile
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

import polars as pl

from learnstrata import pipeline
from learnstrata.decisions.playbook import recommend
from learnstrata.disk.staging import room_beside
from learnstrata.layer.folder import (
    check_file,
    check_pictures,
    clear_rendered,
    refuse_leaks,
    write_file,
    write_pictures,
)
from learnstrata.layer.names import with_allowed
from learnstrata.layer.reading import read_names, read_summary
from learnstrata.report.interactive import shipped_scripts
from learnstrata.summary.blank import blank, own_words
from learnstrata.summary.build import build
from learnstrata.summary.contract.decisions import Action
from learnstrata.summary.contract.results import (
    DisclosedSummary,
    ExactSummary,
    Results,
    Summary,
)
from learnstrata.summary.disclose import disclose
from learnstrata.summary.previous import with_sentences
from learnstrata.summary.words import words_of

__all__ = [
    "render_again",
    "shared_files",
    "summaries_of",
    "with_words",
    "without_data",
    "write_json",
    "write_shared",
    "write_tables",
    "write_text",
    "write_without_data",
]

Form = TypeVar("Form", bound=Summary)


def summaries_of(
    run: pipeline.Run, *, key: bytes
) -> tuple[ExactSummary, DisclosedSummary]:
    """Give the results of a run in both forms, each with the words that go with it.

    Parameters
    ----------
    run : Run
    key : bytes
        The one the run was made under.

    Returns
    -------
    exact : ExactSummary
        For the owner of the run.
    disclosed : DisclosedSummary
        For everybody else.
    """
    results = build(run, key=key)
    told = disclose(results, key=key, content=run.base.account.content)
    shared = with_words(told, DisclosedSummary)
    return with_words(results, ExactSummary, told=shared.actions), shared


def with_words(
    results: Results, form: type[Form], *, told: Sequence[Action] = ()
) -> Form:
    """Give a summary of results: with the sentences and actions that follow from them.

    Parameters
    ----------
    results : Results
    form : type
        `ExactSummary` of exact results, `DisclosedSummary` of disclosed ones.
    told : sequence of Action, default=()
        As for `learnstrata.decisions.playbook.recommend`.
    """
    actions = recommend(results, told=told)
    values = {name: getattr(results, name) for name in Results.model_fields}
    return form(**values, words=words_of(results), actions=actions)


def render_again(
    folder: str | Path,
    *,
    pdf: str | Path | None = None,
    figures: str | Path | None = None,
    overwrite: bool = False,
    allow: str | Iterable[str] = (),
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
    allow : str or iterable of str, default=()
        Texts that name nobody, this once; the run keeps those it was made with.

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
    summary, names = read_summary(folder), with_allowed(read_names(folder), allow)
    clear_rendered(folder)
    if pdf is not None:
        check_file(pdf, overwrite=overwrite, option="--pdf")
    if figures is not None:
        check_pictures(figures, overwrite=overwrite)

    from learnstrata.report import exports, page

    bare = partial(without_data, summary)

    check = partial(_refusing, names)
    html = page.render_report(summary)
    file = Path(folder).absolute() / "share" / "report.html"
    done = [
        write_file(
            file,
            lambda p: write_text(p, html),
            overwrite=True,
            check=check(
                lambda p: write_text(p / file.name, page.render_report(bare()))
            ),
        )
    ]
    if pdf is not None:
        done.append(
            write_file(
                pdf,
                lambda path: exports.write_pdf(file, path),
                overwrite=overwrite,
                check=check(lambda p: _print_bare(bare(), p / Path(pdf).name)),
                option="--pdf",
            )
        )
    if figures is not None:
        done.append(
            write_pictures(
                figures,
                lambda path: exports.write_figures(summary, path),
                overwrite=overwrite,
                check=check(lambda path: exports.write_figures(bare(), path)),
            )
        )
    return done


def _refusing(
    names: pl.DataFrame, own: Callable[[Path], object]
) -> Callable[[Path], None]:
    """Give what refuses to publish a rendered folder that names somebody.

    Parameters
    ----------
    names : polars.DataFrame
    own : callable
        Writes the same without data into the folder it is given.
    """

    def bare_words(folder: Path) -> frozenset[str]:
        own(folder)
        return own_words()

    return lambda staging: refuse_leaks(
        staging,
        names,
        own=bare_words,
        shipped=shipped_scripts(),
        room=room_beside(staging),
    )


def _print_bare(bare: DisclosedSummary, path: Path) -> None:
    """Print a report without data."""
    from learnstrata.report import exports, page

    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        html = Path(folder) / "report.html"
        write_text(html, page.render_report(bare))
        exports.write_pdf(html, path)


def without_data(summary: DisclosedSummary) -> DisclosedSummary:
    """Give a summary that says only what is the product's own.

    Parameters
    ----------
    summary : DisclosedSummary

    Returns
    -------
    DisclosedSummary
        Numbers and structure are the same, texts of the table are placeholders.
    """
    bare = with_words(blank(summary), DisclosedSummary)
    if bare.previous is None:
        return bare
    previous = with_sentences(bare.previous, bare.settings.numbers)
    return bare.model_copy(update={"previous": previous})


def write_without_data(summary: DisclosedSummary, folder: Path) -> frozenset[str]:
    """Write what a run shares, rendered of a summary without data.

    Parameters
    ----------
    summary : DisclosedSummary
        Of the run.
    folder : Path
        That is there.

    Returns
    -------
    frozenset of str
        Words that the product can say.
    """
    write_shared(without_data(summary), folder)
    return own_words()


def write_shared(summary: DisclosedSummary, folder: Path) -> None:
    """Write what is shared of a summary: page, numbers and tables.

    Parameters
    ----------
    summary : DisclosedSummary
    folder : Path
        That is there.
    """
    from learnstrata.report.page import render_report

    for name, write in shared_files(summary, render_report(summary)).items():
        write(folder / name)


def shared_files(
    summary: DisclosedSummary, report: str
) -> dict[str, Callable[[Path], object]]:
    """Say how each file that is shared is written.

    Parameters
    ----------
    summary : DisclosedSummary
    report : str
        Its page.

    Returns
    -------
    dict of str to callable
        Name of the file -> function that writes it at the path it is given.
    """
    return {
        "report.html": lambda p: write_text(p, report),
        "summary.json": lambda p: write_json(p, summary),
        "tables.xlsx": lambda p: write_tables(p, summary),
    }


def write_json(path: Path, summary: Summary) -> None:
    """Write a summary as JSON."""
    write_text(path, summary.model_dump_json(indent=1))


def write_tables(path: Path, summary: Summary) -> None:
    """Write the workbook of a summary."""
    from learnstrata.report.workbook import write_summary

    write_summary(path, summary)


def write_text(path: Path, text: str) -> None:
    """Write a text as UTF-8."""
    path.write_text(text, encoding="utf-8")
