"""Codes and aliases: names stay with whoever holds the key, and the key in one file."""

import contextlib
import hashlib
import hmac
import os
import secrets
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from learnstrata.disk.placing import put_new, sync
from learnstrata.disk.staging import clear_stale, staging_beside
from learnstrata.exceptions import ParameterError, PrivacyError
from learnstrata.privacy.hashing import siphash

__all__ = [
    "checked_key",
    "codes",
    "company_aliases",
    "content_of",
    "key_path",
    "make_key",
    "own_key",
    "random_key",
    "read_key",
    "refuse_inside",
    "row_hashes",
    "salt_of",
    "secret_of",
]

KEY_BYTES = 32
HASH_KEY_BYTES = 16
CODE_BITS = 53
MOST_BYTES = 4096  # a key file is one line
SHORTEST_ALIAS = 4


def codes(names: Iterable[str], *, key: bytes) -> npt.NDArray[np.int64]:
    """Give each name a 53-bit code: the head of its SipHash-2-4 under `key`.

    Parameters
    ----------
    names : iterable of str, or polars.Series
        Companies, learners, or what else identifies somebody. A series is the fastest.
    key : bytes
        Whoever has it can test whether a name is in the table. The hash has a key of 16
        bytes of its own, derived from it.

    Returns
    -------
    array of shape (n_names,)
        In 0 .. 2**53 - 1, so that JSON and Float64 hold them exactly. Two of a million
        names share a code with a probability of about 6e-5.

    References
    ----------
    .. [1] J.-P. Aumasson, D. J. Bernstein (2012), "SipHash: a fast short-input PRF",
       INDOCRYPT 2012, LNCS 7668: 489-508.

    Examples
    --------
    >>> one, two, again = codes(["acme", "zeta", "acme"], key=b"secret").tolist()
    >>> one == again, one == two, 0 <= one < 2**53
    (True, False, True)
    """
    listed = names if isinstance(names, pl.Series) else list(names)
    texts = pl.Series(listed, dtype=pl.String)
    hashes = siphash(texts, secret_of(key, "codes")[:HASH_KEY_BYTES])
    return (hashes >> np.uint64(64 - CODE_BITS)).astype(np.int64)


def random_key() -> bytes:
    """Draw a key that nobody can guess, for a result that need not be repeated.

    Examples
    --------
    >>> len(random_key()), random_key() == random_key()
    (32, False)
    """
    return secrets.token_bytes(KEY_BYTES)


def checked_key(key: object) -> bytes:
    """Take a key that a caller gives, if it is one.

    Parameters
    ----------
    key : bytes
        32 or more.

    Raises
    ------
    ParameterError
        If it is no bytes.
    PrivacyError
        If it is so short that it can be guessed.

    Examples
    --------
    >>> checked_key(bytes(32)) == bytes(32)
    True
    >>> checked_key(b"short")
    Traceback (most recent call last):
        ...
    learnstrata.exceptions.PrivacyError: Got a key of 5 bytes, expected 32 or more: ...
    """
    if not isinstance(key, bytes | bytearray | memoryview):
        raise ParameterError(
            f"Got a {type(key).__name__} as key=, expected {KEY_BYTES} bytes. "
            + ("bytes.fromhex reads 64 digits, and " if isinstance(key, str) else "")
            + "learnstrata.privacy.keys.read_key reads the key of a file."
        )
    told = bytes(key)
    if len(told) < KEY_BYTES:
        raise PrivacyError(
            f"Got a key of {len(told)} bytes, expected {KEY_BYTES} or more: a short "
            "one can be guessed. Leave key= out to have one drawn, or take one that "
            "learnstrata.privacy.keys.make_key wrote."
        )
    return told


def salt_of(key: bytes) -> bytes:
    """Derive from a key the salt under which a model codes companies and learners.

    A model keeps its salt, for without it nobody could be recognised when learners are
    assigned. Whoever has the model can test names against its codes, but learns neither
    the key nor, by it, what an alias stands for.

    Examples
    --------
    >>> salt_of(b"one") == salt_of(b"one"), salt_of(b"one") == salt_of(b"two")
    (True, False)
    """
    return secret_of(key, "salt of a model")


def secret_of(key: bytes, purpose: str, *, content: bytes = b"") -> bytes:
    """Derive from a key a secret for one purpose, and for one content if it is given.

    Parameters
    ----------
    key : bytes
    purpose : str
        What it is for: secrets of two purposes say nothing of each other.
    content : bytes, default=b""
        Digest of a table: the same table gets the same secret, another one another.

    Examples
    --------
    >>> one, two = (secret_of(b"key", "map", content=c) for c in (b"1", b"2"))
    >>> len(one), one == two, one == secret_of(b"key", "map", content=b"1")
    (32, False, True)
    """
    return hmac.digest(key, purpose.encode() + content, "sha256")


def row_hashes(records: pl.DataFrame) -> pl.Series:
    """Hash each record by its values, whatever the order of the columns."""
    return records.select(sorted(records.columns)).hash_rows()


def content_of(hashes: Iterable[pl.Series]) -> bytes:
    """Digest a table: another in any value is another content.

    Parameters
    ----------
    hashes : iterable of polars.Series
        From `row_hashes` of the parts of the table.

    Returns
    -------
    bytes of length 32
        The same for the same records in any order of rows and columns.

    Examples
    --------
    >>> import polars as pl
    >>> table = pl.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    >>> turned = [row_hashes(table.select("b", "a")[i : i + 1]) for i in (1, 0)]
    >>> content_of(turned) == content_of([row_hashes(table)])
    True
    """
    rows = np.concatenate([part.to_numpy() for part in hashes])
    rows.sort()
    return hashlib.sha256(rows.tobytes()).digest()


def key_path(environ: Mapping[str, str] | None = None) -> Path:
    """Say where the key is kept: outside every run, for this user alone.

    ``LEARNSTRATA_KEY_FILE`` if it is set, else ``learnstrata/key`` in
    ``XDG_CONFIG_HOME`` or ``~/.config``.

    Parameters
    ----------
    environ : mapping of str, default=None
        ``None`` takes the environment of this process.

    Examples
    --------
    >>> str(key_path({"LEARNSTRATA_KEY_FILE": "/safe/key"}))
    '/safe/key'
    >>> str(key_path({"XDG_CONFIG_HOME": "/conf"}))
    '/conf/learnstrata/key'
    """
    told = os.environ if environ is None else environ
    if told.get("LEARNSTRATA_KEY_FILE"):
        return Path(told["LEARNSTRATA_KEY_FILE"])
    home = Path(told.get("XDG_CONFIG_HOME", ""))
    if not home.is_absolute():  # the XDG rule: a relative path counts as none
        home = Path.home() / ".config"
    return home / "learnstrata" / "key"


def refuse_inside(path: str | Path, run: str | Path) -> None:
    """Refuse a place for the key that lies in the folder of a run.

    Parameters
    ----------
    path : path
        Of the key; nothing needs to be there.
    run : path
        A run folder, or one that is to be made.

    Raises
    ------
    PrivacyError
        If `path` is in `run`, by whatever links it is reached.

    Examples
    --------
    >>> refuse_inside("/safe/key", "/runs/demo")
    >>> refuse_inside("/runs/demo/private/key", "/runs/demo")
    Traceback (most recent call last):
        ...
    learnstrata.exceptions.PrivacyError: Got /runs/demo/private/key as the place ...
    """
    place, folder = (Path(os.path.realpath(one)) for one in (path, run))
    if place.is_relative_to(folder):
        raise PrivacyError(
            f"Got {path} as the place of the key, expected one outside of the run "
            f"{run}: whoever gets the run must not get the key. Choose another "
            "--key-file, or set LEARNSTRATA_KEY_FILE."
        )


def own_key(path: str | Path) -> bytes:
    """Read the key of a user; the first who asks for it makes it.

    Parameters
    ----------
    path : path
        As of `read_key` and `make_key`. What a killed process left beside it is cleared
        away.

    Returns
    -------
    bytes of length 32 or more
        The same for all who ask at once.

    Raises
    ------
    PrivacyError
        If the file that is there cannot be read as a key, or none can be written.
    """
    target = Path(path).absolute()
    clear_stale(target)
    if not os.path.lexists(target):
        with contextlib.suppress(FileExistsError):  # another process was quicker
            return _new_key(target)
    return read_key(path)


def make_key(path: str | Path) -> bytes:
    """Write a new random key that only its owner can read.

    Parameters
    ----------
    path : path
        A file that is not there yet. Its folder is made where it is missing, with mode
        0700; the file gets mode 0600 and 32 random bytes as 64 hexadecimal digits. It
        appears whole or not at all.

    Returns
    -------
    bytes of length 32

    Raises
    ------
    PrivacyError
        If the file is there already, or cannot be written.
    """
    target = Path(path).absolute()
    try:
        return _new_key(target)
    except FileExistsError:
        raise PrivacyError(
            f"There is a key in {target} already. A new one would change every code "
            "and alias: read that one, or choose another place."
        ) from None


def _new_key(target: Path) -> bytes:
    """Write a key aside, and put it where nothing is.

    Raises
    ------
    FileExistsError
        If there is something.
    """
    key = random_key()
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise _unwritable(target, error) from None
    try:
        with staging_beside(target) as staging:
            written = staging / target.name
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            with os.fdopen(os.open(written, flags, 0o600), "w") as file:
                file.write(key.hex() + "\n")
            sync(written)
            put_new(written, target)
            sync(target.parent)
    except FileExistsError:
        raise
    except OSError as error:
        raise _unwritable(target, error) from None
    return key


def _unwritable(target: Path, error: OSError) -> PrivacyError:
    return PrivacyError(
        f"Cannot write a key to {target}: {error.strerror}. Set LEARNSTRATA_KEY_FILE "
        "to a place that only you can read."
    )


def read_key(path: str | Path) -> bytes:
    """Read a key that nobody but its owner can read.

    Parameters
    ----------
    path : path
        A file of at least 64 hexadecimal digits, as `make_key` writes it.

    Returns
    -------
    bytes of length 32 or more

    Raises
    ------
    PrivacyError
        If there is no such file, it is no plain file, group or others may read or write
        it, or it holds no key of 32 bytes.

    Notes
    -----
    The rights are those of the file that was opened, not of a name that may lead
    elsewhere a moment later. Windows has no such rights and they are not checked there.
    """
    target = Path(path)
    try:
        handle = os.open(target, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise PrivacyError(
            f"Cannot read the key {target}: {error.strerror}. Make one there, or set "
            "LEARNSTRATA_KEY_FILE to where it is."
        ) from None
    try:
        _refuse_open_rights(target, os.fstat(handle))
        content = os.read(handle, MOST_BYTES)
    finally:
        os.close(handle)
    return _key_in(target, content)


def _refuse_open_rights(target: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise PrivacyError(
            f"{target} is no plain file, so it is not read as a key. Give a file that "
            "make_key wrote."
        )
    rights = stat.S_IMODE(found.st_mode)
    if os.name == "posix" and rights & 0o077:
        raise PrivacyError(
            f"The key {target} has mode {rights:04o}: others than its owner can get at "
            f"it, so every code made with it may be known. Make a new key, or, if "
            f"nobody has read this one, run: chmod 600 {target}"
        )


def _key_in(target: Path, content: bytes) -> bytes:
    try:
        key = bytes.fromhex(content.decode("ascii").strip())
    except ValueError:
        raise PrivacyError(
            f"{target} holds no key: expected 64 hexadecimal digits on one line. Give "
            "a file that make_key wrote."
        ) from None
    if len(key) < KEY_BYTES:
        raise PrivacyError(
            f"The key in {target} has {len(key)} bytes, expected {KEY_BYTES} or more: "
            "a short one can be guessed. Make a new key."
        )
    return key


def company_aliases(names: Iterable[str], key: bytes) -> dict[str, str]:
    """Give each company an alias such as ``Company 7f3a`` that says nothing of it.

    The alias is the head of the HMAC-SHA256 of the name: four hexadecimal digits, or as
    many as tell the company from all others of the table.

    Parameters
    ----------
    names : iterable of str
        Companies; repeated ones count once.
    key : bytes
        Whoever has it can test which company an alias stands for.

    Returns
    -------
    dict of str to str
        Name -> alias, all different, in the order of the aliases: neither the order nor
        the alias tells which company is the larger.

    Notes
    -----
    Under one key a company keeps its alias from run to run, unless a company arrives or
    goes whose digest begins alike: then it gains or loses a digit. Of 37,310 companies
    44 % share their first four digits with another and are given more, eight at most.

    Examples
    --------
    >>> company_aliases(["zeta", "acme", "zeta"], b"secret")
    {'acme': 'Company 30b0', 'zeta': 'Company 9e8c'}
    """
    digests = sorted(
        (hmac.digest(key, b"alias " + name.encode(), "sha256").hex(), name)
        for name in set(names)
    )
    digits = np.frombuffer("".join(one for one, _ in digests).encode(), dtype=np.uint8)
    rows = digits.reshape(len(digests), hashlib.sha256().digest_size * 2)
    shared = (rows[1:] == rows[:-1]).argmin(axis=1).tolist()  # the first that differs
    return {
        name: f"Company {digest[: max(SHORTEST_ALIAS, before + 1, after + 1)]}"
        for (digest, name), before, after in zip(
            digests, [0, *shared], [*shared, 0], strict=False
        )
    }
