"""The leak scan: what is to be shared must name no company and no learner."""

import ast
import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal, NamedTuple

from learnstrata.exceptions import SourceError
from learnstrata.privacy.leaks.artefacts import read_pieces
from learnstrata.privacy.leaks.pieces import Piece, UnreadableError

__all__ = ["Leak", "scan"]

Kind = Literal["company name", "company word", "learner id", "unreadable file"]

TOKEN = re.compile(r"[^\W_]+")
UNSEEN = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
WORD_LETTERS = 6  # shorter words of a name are too common to tell a company
WORD_COMPANIES = 2  # so are words that more companies share
SHORT = 3  # "TCS": as it is written, or not at all
# Floors and modules whose texts are never shared: errors, and names of programs.
SILENT = frozenset({"app", "privacy", "exports.py", "demo.py", "demo_titles.py"})
ID_LETTERS = 6
ID_HEAD = 8  # characters of a long id that give it away
LONG_ID = 16
_ENTITY = r"(learner|user|student|member|candidate|employee|person|customer|email)"
_CODE = r"(ids?|hash(es)?|codes?|keys?|no|number|name)"
LEARNER_FIELD = re.compile(rf"({_ENTITY}([ _-]?{_CODE})?|u?uid)", re.IGNORECASE)
COMPANY_FIELD = re.compile(
    rf"(company|employer|organi[sz]ation)([ _-]?{_CODE})?", re.IGNORECASE
)


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
        (or the head of one), or ``"unreadable file"``: not known to be clean.
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


def scan(
    folder: str | Path,
    *,
    companies: Iterable[str],
    learners: Iterable[str],
    allow: Iterable[str] = (),
) -> list[Leak]:
    """Look through every file of a folder for names of companies and ids of learners.

    Parameters
    ----------
    folder : path
        Of what is to be shared: HTML, SVG, XML, JSON, CSV, Parquet, XLSX, PNG, PDF and
        texts, in folders within it as well, and the names of the files.
    companies : iterable of str
        Names as they stand in the table.
    learners : iterable of str
        Ids as they stand in the table.
    allow : iterable of str, default=()
        Texts that are the same whoever the companies are: names of role families and
        segments, an inlined script. Never titles that single learners typed: a company
        named there would be allowed.

    Returns
    -------
    list of Leak
        Empty for a clean folder; by file, then by place.

    Raises
    ------
    SourceError
        If there is no such folder.

    Notes
    -----
    Case, accents, spaces and punctuation do not count, so ``ACME-corp`` is found for
    "Acme Corp.", as is ``acmecorp``. A single word of a name counts if it has six
    letters or more, is in the names of at most two companies, and in no text of
    learnstrata or of `allow`. What would otherwise cry wolf is looked for less widely:

    - names without a word of four letters ("TCS", "L&T") as they are written, and not
      in scripts and styles;
    - names that are a phrase of learnstrata's own or of `allow` ("Segment"), names of
      one letter or of digits, and ids of digits or of less than six characters: only
      as the whole value of a field, column or key named like a company or a learner.

    Words inside pictures' pixels are not seen.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     page = Path(folder) / "page.html"
    ...     _ = page.write_text("<p>Most work at <b>Acme</b> &#67;orp.</p>")
    ...     [leak.text for leak in scan(folder, companies=["ACME corp"], learners=[])]
    ['Acme Corp']
    """
    home = Path(folder)
    if not home.is_dir():
        raise SourceError(f"There is no folder {str(folder)!r}. Give that of a run.")
    index = _Index.of(companies, learners, [*_own_texts(), *allow])
    leaks: list[Leak] = []
    for path in sorted(p for p in home.rglob("*") if p.is_file()):
        leaks += _of_file(path.relative_to(home).as_posix(), path.read_bytes(), index)
    return leaks


def _of_file(name: str, content: bytes, index: "_Index") -> list[Leak]:
    first: dict[tuple[Kind, str], str] = {}
    times: Counter[tuple[Kind, str]] = Counter()

    def note(piece: Piece) -> None:
        for hit in index.hits(piece):
            found = (hit.kind, hit.text)
            if not times[found]:
                first[found] = _place(piece, hit.offset)
            times[found] += 1

    note(Piece("the file's name", name))
    try:
        for piece in read_pieces(name, content):
            note(piece)
    except UnreadableError as error:
        first["unreadable file", str(error)] = "the whole file"
        times["unreadable file", str(error)] = 1
    return [Leak(name, first[f], *f, n) for f, n in times.items()]


def _place(piece: Piece, offset: int) -> str:
    if not piece.line:
        return piece.place
    line = piece.line + piece.text.count("\n", 0, offset)
    return f"line {line}, {piece.place}".removesuffix(", ")


class _Hit(NamedTuple):
    kind: Kind
    text: str
    offset: int


class _Entry(NamedTuple):
    """What a sequence of words stands for, and how strictly it must be met."""

    kind: Kind
    name: str
    as_written: bool = False
    any_case: bool = True


@dataclass(frozen=True, slots=True)
class _Index:
    """Names and ids by their words, so that each word of a text is looked up once.

    Attributes
    ----------
    phrases : dict
        First word -> words -> what they stand for.
    words : frozenset of str
        Single words that give a company away.
    ids : tuple of str
        Ids of one word, sorted.
    heads : frozenset of str
        How the long ones among them begin.
    values : dict
        Whole values that count only in a field of that kind.
    known : frozenset of str
        Every word worth a second look.
    clean : set of str
        Texts without a finding: charts repeat theirs thousands of times.
    """

    phrases: dict[str, dict[tuple[str, ...], _Entry]]
    words: frozenset[str]
    ids: tuple[str, ...]
    heads: frozenset[str]
    values: dict[str, Kind]
    known: frozenset[str]
    clean: set[tuple[str, bool]] = field(default_factory=set)

    @classmethod
    def of(
        cls, companies: Iterable[str], learners: Iterable[str], allow: Iterable[str]
    ) -> "_Index":
        names = {_words(name): name for name in companies}
        ids, rest = _sorted_ids(learners)
        texts = [_plain(text) for text in allow]
        spoken = [TOKEN.findall(text.casefold()) for text in texts]
        vocabulary = {word for words in spoken for word in words}
        entries, values = _entries(names, _ordinary(names, spoken))
        values |= {" ".join(_words(i)): "learner id" for i in rest if _is_weak(i)}
        entries |= _joined(names, vocabulary)
        entries |= {
            _words(i): _Entry("learner id", _core(i), as_written=True)
            for i in rest
            if not _is_weak(i)
        }
        phrases: dict[str, dict[tuple[str, ...], _Entry]] = {}
        for words, entry in entries.items():
            phrases.setdefault(words[0], {})[words] = entry
        rare = _rare_words(names, vocabulary)
        heads = frozenset(i[:ID_HEAD] for i in ids if len(i) >= LONG_ID)
        known = frozenset(phrases) | rare | frozenset(ids)
        return cls(phrases, rare, ids, heads, values, known)

    def hits(self, piece: Piece) -> Iterator[_Hit]:
        """Find names, words and ids in a piece of text."""
        if piece.field and self.values:
            yield from self._value(piece)
        if (piece.text, piece.code) in self.clean:
            return
        text = _plain(piece.text)
        words = TOKEN.findall(text.casefold())
        found = self.known.intersection(words) or self._has_head(words)
        hits = list(self._phrases(text, code=piece.code)) if found else []
        if not hits:
            self.clean.add((piece.text, piece.code))
        yield from hits

    def _has_head(self, words: list[str]) -> bool:
        return bool(self.heads) and any(
            len(w) >= ID_HEAD and w[:ID_HEAD] in self.heads for w in words
        )

    def _value(self, piece: Piece) -> Iterator[_Hit]:
        kind = self.values.get(" ".join(_words(piece.text)))
        pattern = COMPANY_FIELD if kind == "company name" else LEARNER_FIELD
        if kind and pattern.fullmatch(piece.field.strip()):
            yield _Hit(kind, piece.text, 0)

    def _phrases(self, text: str, *, code: bool) -> Iterator[_Hit]:
        spans = [match.span() for match in TOKEN.finditer(text)]
        words = [text[start:end].casefold() for start, end in spans]
        done = 0
        for i, word in enumerate(words):
            if i < done:
                continue
            length, kind = self._longest(text, spans, words, i, code=code)
            if length:
                start, end = spans[i][0], spans[i + length - 1][1]
                done = i + length
                yield _Hit(kind, text[start:end], start)
            elif self._is_id(word):
                yield _Hit("learner id", text[slice(*spans[i])], spans[i][0])
            elif word in self.words:
                yield _Hit("company word", text[slice(*spans[i])], spans[i][0])

    def _longest(
        self,
        text: str,
        spans: list[tuple[int, int]],
        words: list[str],
        i: int,
        *,
        code: bool,
    ) -> tuple[int, Kind]:
        """Give the length and kind of the longest phrase that begins at word `i`."""
        best: tuple[int, Kind] = (0, "company name")
        for phrase, entry in self.phrases.get(words[i], {}).items():
            n = len(phrase)
            if n <= best[0] or tuple(words[i : i + n]) != phrase:
                continue
            seen = text[spans[i][0] : spans[i + n - 1][1]]
            if _fits(entry, seen, code=code):
                best = (n, entry.kind)
        return best

    def _is_id(self, word: str) -> bool:
        """Say whether a word is an id, or the head of a long one."""
        at = bisect_left(self.ids, word)
        if at == len(self.ids) or not self.ids[at].startswith(word):
            return False
        whole = self.ids[at] == word
        head = len(word) >= ID_HEAD and len(self.ids[at]) >= LONG_ID
        return whole or (head and not word.isdigit())


def _fits(entry: _Entry, seen: str, *, code: bool) -> bool:
    if not entry.as_written:
        return True
    if entry.any_case:
        return seen.casefold() == entry.name.casefold()
    return seen == entry.name and not code


def _plain(text: str) -> str:
    """Undo what only looks different: widths, accents, invisible characters."""
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFKD", UNSEEN.sub("", text))
    return "".join(c for c in apart if not unicodedata.combining(c))


def _words(name: str) -> tuple[str, ...]:
    return tuple(TOKEN.findall(_plain(str(name)).casefold()))


def _core(name: str) -> str:
    """Cut a name to what stands between its first and its last word character."""
    text = _plain(str(name))
    spans = [match.span() for match in TOKEN.finditer(text)]
    return text[spans[0][0] : spans[-1][1]]


def _is_weak(learner: str) -> bool:
    """Say whether an id is too plain to be looked for in running text."""
    joined = "".join(_words(learner))
    return len(joined) < ID_LETTERS or joined.isdigit()


def _sorted_ids(learners: Iterable[str]) -> tuple[tuple[str, ...], list[str]]:
    """Tell ids that are one plain word from those that need more care."""
    plain: set[str] = set()
    rest: list[str] = []
    for i in map(str, learners):
        if len(i) >= ID_LETTERS and i.isascii() and i.isalnum() and not i.isdigit():
            plain.add(i.casefold())
        else:
            rest.append(i)
    kept = [i for i in rest if i.casefold() not in plain and _words(i)]
    return tuple(sorted(plain)), kept


def _entries(
    names: dict[tuple[str, ...], str], ordinary: set[tuple[str, ...]]
) -> tuple[dict[tuple[str, ...], _Entry], dict[str, Kind]]:
    """Sort names into those found anywhere and those that need a field."""
    entries: dict[tuple[str, ...], _Entry] = {}
    values: dict[str, Kind] = {}
    for words, name in names.items():
        joined = "".join(words)
        if not joined:
            continue
        if joined.isdigit() or len(joined) == 1 or words in ordinary:
            values[" ".join(words)] = "company name"
            continue
        short = max(map(len, words)) <= SHORT
        written = _core(name) if short else name
        entries[words] = _Entry("company name", written, short, not short)
    return entries, values


def _joined(
    names: dict[tuple[str, ...], str], vocabulary: set[str]
) -> dict[tuple[str, ...], _Entry]:
    """Names of several words, written as one."""
    found = {("".join(words),): name for words, name in names.items() if len(words) > 1}
    return {
        words: _Entry("company name", name)
        for words, name in found.items()
        if len(words[0]) >= WORD_LETTERS
        and words[0] not in vocabulary
        and not words[0].isdigit()
        and words not in names
    }


def _ordinary(
    names: dict[tuple[str, ...], str], texts: Iterable[list[str]]
) -> set[tuple[str, ...]]:
    """Find the names that are phrases of texts which are the same for everybody."""
    lengths: dict[str, set[int]] = {}
    for words in names:
        if words:
            lengths.setdefault(words[0], set()).add(len(words))
    found: set[tuple[str, ...]] = set()
    for words in texts:
        for i, word in enumerate(words):
            for n in lengths.get(word, ()):
                found.add(tuple(words[i : i + n]))
    return found & names.keys()


def _rare_words(
    names: dict[tuple[str, ...], str], vocabulary: set[str]
) -> frozenset[str]:
    holders = Counter(word for words in names for word in set(words))
    return frozenset(
        word
        for word, n in holders.items()
        if n <= WORD_COMPANIES
        and sum(map(str.isalpha, word)) >= WORD_LETTERS
        and word not in vocabulary
    )


@cache
def _own_texts() -> tuple[str, ...]:
    """Give what learnstrata itself may write into what is shared."""
    texts: list[str] = []
    home = Path(str(resources.files("learnstrata")))
    for path in sorted(home.rglob("*")):
        if SILENT.intersection(path.relative_to(home).parts):
            continue
        if path.suffix == ".py":
            texts += _source_texts(path.read_text(encoding="utf-8"))
        elif path.suffix in {".html", ".j2", ".css", ".js", ".toml", ".txt"}:
            texts.append(path.read_text(encoding="utf-8"))
    return tuple(dict.fromkeys(texts))


def _source_texts(source: str) -> Iterator[str]:
    """Give the strings and names of a module; docstrings name made-up companies."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value.value = None
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg | ast.keyword):
            yield node.arg or ""
