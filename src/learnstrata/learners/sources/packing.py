"""Packed files are unpacked in memory, whole or not at all."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

from learnstrata.exceptions import SourceError
from learnstrata.learners.sources.info import Compression

__all__ = ["unpacked"]


def unpacked(path: Path, compression: Compression | None) -> bytes:
    packed = path.read_bytes()
    if compression is None:
        return packed
    import zstandard

    try:
        if compression == "gzip":
            return gzip.decompress(packed)
        return b"".join(_zstd_frames(packed))
    except (gzip.BadGzipFile, EOFError, zlib.error, zstandard.ZstdError) as error:
        raise SourceError(
            f"{path} is a broken {compression} file ({error}). Pack it or download it "
            "again."
        ) from error


def _zstd_frames(packed: bytes) -> Iterator[bytes]:
    import zstandard

    while packed:
        frame = zstandard.ZstdDecompressor().decompressobj()
        yield frame.decompress(packed)
        if not frame.eof:  # the library itself takes a cut file for a whole one
            raise EOFError("it ends before its last frame does")
        packed = frame.unused_data
