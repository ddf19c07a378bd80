"""What a run will need of memory, told before it starts."""

import os
from pathlib import Path

from learnstrata.exceptions import SourceError
from learnstrata.wording.words import counted

__all__ = [
    "free_memory",
    "needed_for_text",
    "needed_memory",
    "needed_to_assign",
    "refuse_too_large",
]

GIGABYTE = 10**9
BASE = 0.5 * GIGABYTE  # the libraries, the samples, the report
# Bytes a record. Measured from Parquet, with Polars: runs took 1.3, 2.9 and 8.6 GB of
# 1, 3 and 10 M records, report included; with DuckDB, whose own memory is the same
# process's, 2.5 and 5.5 GB of 1 and 3 M.
A_RECORD, A_CLEANED = 1_000.0, 2_000.0
AN_ASSIGNED = 250.0  # of a table that is assigned
A_BYTE = 4.0  # bytes a byte of text that is assigned and read whole
ADVICE = "Take a machine with more memory for this process, or fewer learners."
STORED = "Store it as Parquet, whose rows are counted and read in parts. "
LIMITS = (  # of this container, where there is one
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)
USED = (
    Path("/sys/fs/cgroup/memory.current"),
    Path("/sys/fs/cgroup/memory/memory.usage_in_bytes"),
)

PARTS = (
    Path("/sys/fs/cgroup/memory.stat"),
    Path("/sys/fs/cgroup/memory/memory.stat"),
)
# Files that were read and may be forgotten; the old name counts what is below as well.
CACHED = ("total_inactive_file", "inactive_file")


def needed_memory(records: int, engine: str = "polars") -> float:
    """Estimate the peak of the memory of a run, in bytes.

    Parameters
    ----------
    records : int
    engine : {"polars", "duckdb", "spark"}, default="polars"
        Whichever cleans them, records come into this process part by part, and their
        learners stay; what another engine takes for itself comes on top.

    Examples
    --------
    >>> round(needed_memory(1_000_000) / 1e9, 1)
    1.5
    """
    return BASE + records * (A_RECORD if engine == "polars" else A_CLEANED)


def needed_to_assign(records: int) -> float:
    """Estimate the peak of the memory that `learnstrata assign` takes, in bytes.

    Parameters
    ----------
    records : int
        Held in memory as Polars has them.

    Examples
    --------
    >>> round(needed_to_assign(2_000_000) / 1e9, 1)
    1.0
    """
    return BASE + records * AN_ASSIGNED


def needed_for_text(size: int) -> float:
    """Estimate the peak of the memory that `learnstrata assign` takes of a whole text.

    Parameters
    ----------
    size : int
        Bytes of it.

    Examples
    --------
    >>> round(needed_for_text(1_000_000_000) / 1e9, 1)
    4.5
    """
    return BASE + size * A_BYTE


def free_memory() -> float | None:
    """Give the memory that this process may still take, in bytes; None if unknown."""
    found = [free for free in (_of_machine(), _of_container()) if free is not None]
    return min(found, default=None)


def refuse_too_large(
    records: int,
    engine: str = "polars",
    *,
    free: float | None = None,
    guessed: bool = False,
) -> None:
    """Refuse a run that would not fit, before any of its work is done.

    Parameters
    ----------
    records : int
    engine : {"polars", "duckdb", "spark"}, default="polars"
    free : float, default=None
        Bytes that there are; None asks the machine, and where it does not tell,
        nothing is refused.
    guessed : bool, default=False
        The records were not counted, but guessed from the size of a text, which any
        engine reads into memory.

    Raises
    ------
    SourceError

    Examples
    --------
    >>> refuse_too_large(200_000_000, free=8e9)
    Traceback (most recent call last):
    learnstrata.exceptions.SourceError: 200,000,000 records need about 200.5 GB of ...
    """
    needed, there = needed_memory(records, engine), free
    there = free_memory() if there is None else there
    if there is None or needed <= there:
        return
    told = counted(records, "record")
    told = f"About {told}, guessed from the size of the file," if guessed else told
    raise SourceError(
        f"{told} need about {needed / GIGABYTE:.1f} GB of memory "
        f"with the engine {engine}, and {there / GIGABYTE:.1f} GB are free. "
        f"{STORED if guessed else ''}{ADVICE}"
    )


def _of_machine() -> float | None:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return _of_system()
    told = dict(line.split(":", 1) for line in lines if ":" in line)
    kilobytes = told.get("MemAvailable", "").split()
    return 1024.0 * int(kilobytes[0]) if kilobytes else None


def _of_system() -> float | None:
    """Give all memory there is, where nobody says what is free."""
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, OSError, ValueError):
        return None


def _of_container() -> float | None:
    for limit, used, parts in zip(LIMITS, USED, PARTS, strict=True):
        try:
            most, taken = limit.read_text("ascii"), used.read_text("ascii")
            held = int(taken) - _given_back(parts)
            return float(max(0, int(most) - max(0, held)))
        except (OSError, ValueError):  # no container, or one without a limit
            continue
    return None


def _given_back(parts: Path) -> int:
    """Count the bytes of the page cache, which the system takes back when it must."""
    try:
        lines = parts.read_text("ascii").splitlines()
        told = dict(line.split(" ", 1) for line in lines if " " in line)
        return next((int(told[name]) for name in CACHED if name in told), 0)
    except (OSError, ValueError):
        return 0
