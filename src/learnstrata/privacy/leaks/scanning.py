"""The leak scan: what is to be shared must name no company and no learner."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from learnstrata.exceptions import SourceError
from learnstrata.privacy.leaks.alignment import paired
from learnstrata.privacy.leaks.artefacts import read_pieces
from learnstrata.privacy.leaks.pieces import Piece, UnreadableError
from learnstrata.privacy.leaks.searching import Kind, Search
from learnstrata.privacy.leaks.tokens import plain, words_of

__all__ = ["Leak", "Narrow", "ScanReport", "scan"]


@dataclass(frozen=True, slots=True)
class Leak:
    """Something in a file that names somebody.

    Attributes
    ----------
    file : str
        Path within the folder.
    place : str
        Where it stands first: line, cell, JSON path or chunk.
    kind : str
        ``"company name"``, ``"company word"`` (a rare word of a name), ``"learner id"``
        (or a part of one), or ``"unreadable file"``: not known to be clean.
    text : str
        What was found, as it stands there. Show it to nobody who may not know it.
    times : int
        How often it occurs in that file.
    """

    file: str
    place: str
    kind: Kind
    text: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class Narrow:
    """How many names could be looked for only as whole values of fields.

    Attributes
    ----------
    companies : int
        Names of digits or of one letter.
    learners : int
        Ids that may be any word or number.
    """

    companies: int = 0
    learners: int = 0


@dataclass(frozen=True, slots=True)
class ScanReport:
    """What a scan found, and what it could only look for in part.

    Attributes
    ----------
    leaks : tuple of Leak
        By file, then by place; empty for a clean folder.
    narrow : Narrow
    """

    leaks: tuple[Leak, ...]
    narrow: Narrow


@dataclass(frozen=True, slots=True)
class _File:
    """A file as it was read: its texts, each with its counterpart without data."""

    name: str
    texts: list[Piece]
    own: list[Piece | None]
    fault: str = ""


def scan(  # noqa: PLR0913 - what to search, for whom, and what is no leak
    folder: str | Path,
    *,
    companies: Iterable[str],
    learners: Iterable[str],
    allow: Iterable[str] = (),
    own: str | Path | None = None,
    shipped: frozenset[str] = frozenset(),
    spoken: frozenset[str] | None = None,
) -> ScanReport:
    """Look through every file of a folder for names of companies and ids of learners.

    Parameters
    ----------
    folder : path
        Of what is to be shared: HTML, SVG, XML, JSON, CSV, Parquet, XLSX, PNG, PDF and
        texts, in folders within it as well, and the names of the files.
    companies : iterable or Series of str
        Names as they stand in the table.
    learners : iterable or Series of str
        Ids as they stand in the table.
    allow : iterable of str, default=()
        Texts that name nobody though a company or a learner is called so. Each counts
        where it stands as a whole: "Oracle Developer" allows no "Oracle".
    own : path, default=None
        Folder with the same files, made by the same renderers without data. A word that
        stands in both in the same place is the product's own. ``None``: all is data.
    shipped : frozenset of str, default=frozenset()
        SHA-256 of scripts that the product puts into its pages, whatever the data. Any
        other script in their place is searched.

    spoken : frozenset of str, default=None
        Words that the product can say: a name with another word is none of its own,
        even where a render without data has it. ``None``: any word can be its own.

    Returns
    -------
    ScanReport

    Raises
    ------
    SourceError
        If there is no such folder.

    Notes
    -----
    Case, accents, spaces, punctuation and humps (``AcmeCorp``) do not count. A single
    word of a name counts if it has six letters or more, is in the names of at most two
    companies, and is no everyday word of company names, of the product or of `allow`.
    What would otherwise cry wolf is looked for less widely:

    - names without a word of four letters ("TCS", "L&T") as they are written or in
      capitals, and not in scripts and styles;
    - names of one letter or of digits, ids of less than six characters, numbers of less
      than nine digits, and ids that are one word of less than 16 letters: only as the
      whole value of a field, column or key named like a company or a learner.

    A number and a unit ("4 years") is no name. Words inside pictures' pixels are not
    seen.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     page = Path(folder) / "page.html"
    ...     _ = page.write_text("<p>Most work at <b>Acme</b> &#67;orp.</p>")
    ...     report = scan(folder, companies=["ACME corp", "7"], learners=[])
    >>> [leak.text for leak in report.leaks], report.narrow
    (['Acme Corp'], Narrow(companies=1, learners=0))
    """
    home = Path(folder)
    if not home.is_dir():
        raise SourceError(f"There is no folder {str(folder)!r}. Give that of a run.")
    twin = None if own is None else Path(own)
    vocabulary: set[str] = set()
    files = list(_files(home, twin, shipped, vocabulary))
    search = Search(
        _column(companies),
        _column(learners),
        _pieces(files),
        allow=allow,
        own=frozenset(vocabulary),
        spoken=spoken,
    )
    leaks = [leak for file in files for leak in _leaks(file, search)]
    narrow = Narrow(len(search.companies.fields), search.learners.narrow)
    return ScanReport(tuple(leaks), narrow)


def _files(
    home: Path, twin: Path | None, shipped: frozenset[str], vocabulary: set[str]
) -> Iterator[_File]:
    for path in sorted(home.rglob("*")):
        name = path.relative_to(home).as_posix()
        other = None if twin is None else twin / name
        title = Piece("the file's name", name)
        titled = title if other is not None and other.exists() else None
        if path.is_file():
            pieces, fault = _read(path, name, shipped)
            own = _read(other, name, shipped)[0] if other and other.is_file() else []
            vocabulary.update(
                word for text in {p.text for p in own} for word in words_of(text)
            )
            yield _File(name, [title, *pieces], [titled, *paired(pieces, own)], fault)
        elif path.is_symlink() or not path.is_dir():
            yield _File(name, [title], [titled], "not a regular file")
        elif not any(path.iterdir()):
            yield _File(name, [title], [titled])


def _read(path: Path, name: str, shipped: frozenset[str]) -> tuple[list[Piece], str]:
    """Give the texts of a file as far as they can be told, and why not further."""
    pieces: list[Piece] = []
    try:
        pieces.extend(read_pieces(name, path.read_bytes(), shipped=shipped))
    except UnreadableError as error:
        return pieces, str(error)
    except OSError as error:
        return pieces, f"cannot be read: {error.strerror}"
    return pieces, ""


def _column(names: Iterable[str]) -> pl.Series:
    """Give names as a column, as which they may have come."""
    if isinstance(names, pl.Series):
        return names.cast(pl.String)
    return pl.Series([str(one) for one in names], dtype=pl.String)


def _pieces(files: Iterable[_File]) -> Iterator[Piece]:
    return (piece for file in files for piece in file.texts)


def _leaks(file: _File, search: Search) -> Iterator[Leak]:
    """Give what a file names, each once, with its first place."""
    first: dict[tuple[Kind, str], str] = {}
    times: Counter[tuple[Kind, str]] = Counter()
    before: set[tuple[Kind, str]] = set()
    for piece, own in zip(file.texts, file.own, strict=True):
        before = before if piece.again else set()
        if search.is_clear(piece):
            continue
        hits = list(search.hits(piece, own))
        for hit in hits:
            found = (hit.kind, hit.text)
            if not (piece.again and found in before):
                first.setdefault(found, _place(piece, hit.offset))
                times[found] += 1
        before.update((hit.kind, hit.text) for hit in hits)
    for found, n in times.items():
        yield Leak(file.name, first[found], *found, n)
    if file.fault:
        yield Leak(file.name, "the whole file", "unreadable file", file.fault)


def _place(piece: Piece, offset: int) -> str:
    if not piece.line:
        return piece.place
    line = piece.line + plain(piece.text).count("\n", 0, offset)
    return f"line {line}, {piece.place}".removesuffix(", ")
