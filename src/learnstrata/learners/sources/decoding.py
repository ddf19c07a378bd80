"""Bytes become text in UTF-8; what is no text is refused by what it is."""

import re
from pathlib import Path

import numpy as np

from learnstrata.exceptions import SourceError
from learnstrata.learners.sources.info import WANTED

__all__ = ["as_utf8"]

MARKS = re.compile(rb"(?:\A|(?<=[\r\n]))(?:\xef\xbb\xbf)+")
FOREIGN = {
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"%PDF-": "a PDF document",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!\x1a": "a RAR archive",
    b"\xfd7zXZ": "an xz archive",
    b"BZh91AY": "a bzip2 archive",
    b"SQLite format 3": "a SQLite database",
    b"PARE": "an encrypted Parquet file",
    b"ARROW1": "an Arrow IPC (Feather) file",
    b"Obj\x01": "an Avro file",
    b"\x89HDF": "an HDF5 file",
    b"$FL2": "an SPSS file",
    b"\x80\x04\x95": "a Python pickle",
    b"\x80\x05\x95": "a Python pickle",
    b"\x7fELF": "a program",
}


def as_utf8(path: Path, data: bytes) -> tuple[bytes, str, int]:
    """Give the text as UTF-8, the encoding it had, and how many sequences broke it.

    Marks of the byte order are taken out at the start of the text and of any line:
    there they stand where files were joined.

    Raises
    ------
    SourceError
        If it is no text, or in another encoding than UTF-8, UTF-16, UTF-32 or cp1252.
    """
    text, encoding, replaced = _decoded(path, data)
    text = MARKS.sub(b"", text) if b"\xef\xbb\xbf" in text else text
    return text, encoding, replaced


def _decoded(path: Path, data: bytes) -> tuple[bytes, str, int]:
    if data.startswith(b"\xef\xbb\xbf"):
        return _utf8(path, data)
    encoding = _wide_encoding(data)
    if encoding is None:
        _refuse_binary(path, data)
        return _utf8(path, data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{path} begins as {encoding} but breaks at byte {error.start:,}. Save it "
            "as UTF-8."
        ) from error
    if "\0" in text:
        raise SourceError(f"{path} holds NUL bytes, so it is not text. {WANTED}.")
    return text.encode(), encoding, 0


def _wide_encoding(data: bytes) -> str | None:
    if data.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        return "utf-32"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    first, second = data[:4096:2].count(0), data[1:4096:2].count(0)
    half = len(data[:4096]) // 2
    if second > 0.3 * half and first < 0.05 * half:
        return "utf-16-le"
    if first > 0.3 * half and second < 0.05 * half:
        return "utf-16-be"
    return None


def _refuse_binary(path: Path, data: bytes) -> None:
    names = [name for magic, name in FOREIGN.items() if data.startswith(magic)]
    start = b"".join(data[:512].split()).lower()
    if data[257:262] == b"ustar":
        names.append("a tar archive")
    if data.startswith((b"PK\x03\x04", b"PAR1", b"\x1f\x8b")):
        names.append("a packed Parquet file, workbook or archive")
    if start.startswith((b"<!doctypehtml", b"<html")):
        names.append("an HTML page")
    if start.startswith((b"{", b"[{", b"<?xml")):
        names.append("XML" if start.startswith(b"<") else "JSON")
    if names:
        raise SourceError(f"{path} looks like {names[0]}. {WANTED}.")
    head = data[:4096]
    control = sum(head.count(byte) for byte in (*range(2, 9), *range(14, 27)))
    if data.count(0) or control > 0.02 * len(head):
        what = "NUL bytes" if data.count(0) else "control characters"
        raise SourceError(f"{path} holds {what}, so it is not text. {WANTED}.")


def _utf8(path: Path, data: bytes) -> tuple[bytes, str, int]:
    if data.isascii():
        return data, "utf-8", 0
    try:
        data.decode()
    except UnicodeDecodeError:
        return _damaged_utf8(data) or (_cp1252(path, data), "cp1252", 0)
    return data, "utf-8", 0


def _damaged_utf8(data: bytes) -> tuple[bytes, str, int] | None:
    """Keep UTF-8 with a few broken sequences; cp1252 has next to no whole ones."""
    whole = np.frombuffer(data.decode("utf-8", "ignore").encode(), np.uint8)
    repaired = data.decode("utf-8", "replace").encode()
    broken = repaired.count(b"\xef\xbf\xbd") - data.count(b"\xef\xbf\xbd")
    if np.count_nonzero(whole >= 0xC0) > broken:
        return repaired, "utf-8", broken
    return None


def _cp1252(path: Path, data: bytes) -> bytes:
    try:
        return data.decode("cp1252").encode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SourceError(
            f"{path} is not text in UTF-8, UTF-16 or cp1252: byte "
            f"0x{data[error.start]:02x} on line {line:,}. Save it as UTF-8."
        ) from error
