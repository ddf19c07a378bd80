"""Errors a caller can act on.

LearnstrataError
├── DataError           the table or matrix is at fault
│   ├── SourceError     the file cannot be read as a table
│   ├── SchemaError     a column is missing or has the wrong kind of values
│   └── DegenerateError a statistic is undefined for this input
├── ParameterError      an argument is at fault
│   └── ConfigError     a recipe or configuration file is at fault
├── PrivacyError        somebody could be named, so nothing is done
└── OutputError         the results cannot be written there
"""

from collections.abc import Collection, Iterable
from difflib import get_close_matches
from typing import Self

__all__ = [
    "ConfigError",
    "DataError",
    "DegenerateError",
    "LearnstrataError",
    "OutputError",
    "ParameterError",
    "PrivacyError",
    "SchemaError",
    "SourceError",
]


class LearnstrataError(Exception):
    """Base class of every error raised on purpose."""


class DataError(LearnstrataError, ValueError):
    """The table or matrix is at fault."""


class SourceError(DataError):
    """The file cannot be read as a table."""


class SchemaError(DataError):
    """A column is missing or has the wrong kind of values."""

    @classmethod
    def missing(cls, columns: Iterable[str], available: Collection[str]) -> Self:
        """Report missing columns next to the ones that are there."""
        wanted = sorted(columns)
        near = {name: nearest(name, available) for name in wanted}
        hints = [
            repr(hit) if len(wanted) == 1 else f"{hit!r} for {name!r}"
            for name, hit in near.items()
            if hit
        ]
        return cls(
            f"Missing columns {wanted}; the table has {preview(available)}."
            + (f" Did you mean {', '.join(hints)}?" if hints else "")
            + " Map them in [columns] of the configuration."
        )


class DegenerateError(DataError):
    """A statistic is undefined for this input."""


class ParameterError(LearnstrataError, ValueError):
    """An argument is at fault."""


class ConfigError(ParameterError):
    """A recipe or configuration file is at fault."""


class PrivacyError(LearnstrataError, PermissionError):
    """Somebody could be named, so nothing is done."""


class OutputError(LearnstrataError, OSError):
    """The results cannot be written there."""


NEAR = 0.65  # of the letters of both stand in the same order


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Give the known name that `name` was most likely meant to be, if any is near."""
    by_lower = {str(other).lower(): str(other) for other in known}
    hits = get_close_matches(name.lower(), list(by_lower), n=1, cutoff=NEAR)
    return by_lower[hits[0]] if hits else None


def preview(names: Collection[str], most: int = 30) -> str:
    """List names for a message, cut where a table has thousands."""
    listed = [str(name)[:60] for name in list(names)[:most]]
    rest = len(names) - len(listed)
    return f"{listed}" + (f" and {rest:,} more" if rest > 0 else "")
