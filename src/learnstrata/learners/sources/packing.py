"""Packed text is unpacked in memory, whole or not at all."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from learnstrata.exceptions import SourceError, preview
from learnstrata.learners.sources.info import Compression

__all__ = ["is_workbook", "unpacked"]


def unpacked(path: Path, packed: bytes, compression: Compression | None) -> bytes:
    """Unpack a file; of a zip archive the one file that is in it.

    Parameters
    ----------
    path : Path
        Where it came from, for messages.
    packed : bytes
    compression : {"gzip", "zstd", "zip"} or None

    Raises
    ------
    SourceError
        If it is broken or cut off, or an archive of several files.
    """
    if compression is None:
        return packed
    import zstandard

    try:
        if compression == "gzip":
            return gzip.decompress(packed)
        if compression == "zip":
            return _only_member(path, packed)
        return b"".join(_zstd_frames(packed))
    except (
        *(gzip.BadGzipFile, EOFError, zlib.error, zstandard.ZstdError),
        *(zipfile.BadZipFile, NotImplementedError, RuntimeError),
    ) as error:
        raise SourceError(
            f"{path} is a broken {compression} file ({error}). Pack it or download it "
            "again."
        ) from error


def is_workbook(path: Path, packed: bytes) -> bool:
    """Tell whether a zip archive is an Excel workbook.

    Raises
    ------
    SourceError
        If it is broken.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise SourceError(
            f"{path} is a broken workbook or zip archive ({error}). Save it or "
            "download it again."
        ) from error
    if "content.xml" in names:
        raise SourceError(
            f"{path} looks like an OpenDocument file. Save it as .xlsx or CSV."
        )
    return any(name.startswith("xl/workbook") for name in names)


def _only_member(path: Path, packed: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        members = [one for one in archive.infolist() if _is_file(one)]
        if len(members) != 1:
            names = [one.filename for one in members]
            raise SourceError(
                f"{path} looks like a zip archive with {preview(names, 5)}. Unpack it "
                "and give the table inside."
            )
        if members[0].flag_bits & 1:
            raise SourceError(f"{path} is encrypted. Unpack it and give the table.")
        return archive.read(members[0])


def _is_file(member: zipfile.ZipInfo) -> bool:
    """Tell the files of an archive from its folders and from what a Mac adds."""
    name = member.filename
    added = name.startswith("__MACOSX/") or name.endswith(".DS_Store")
    return not (member.is_dir() or added)


def _zstd_frames(packed: bytes) -> Iterator[bytes]:
    import zstandard

    while packed:
        frame = zstandard.ZstdDecompressor().decompressobj()
        yield frame.decompress(packed)
        if not frame.eof:  # the library itself takes a cut file for a whole one
            raise EOFError("it ends before its last frame does")
        packed = frame.unused_data
