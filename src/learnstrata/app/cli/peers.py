"""Options that say who the peers of a pay are: each run has its own choices."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from learnstrata.exceptions import LearnstrataError

if TYPE_CHECKING:
    from learnstrata.summary.contract.pay import Benchmarks

__all__ = ["PEERS", "ExperienceOption", "RoleOption", "TierOption", "choices_of"]

PEERS = {"role": "role_family", "tier": "tier", "experience": "experience_band"}


def choices_of(benchmarks: "Benchmarks", column: str) -> list[str]:
    """Give the roles, tiers or bands that benchmarks have, each once."""
    given = (getattr(cell, column) for cell in benchmarks.cells)
    return list(dict.fromkeys(sorted(filter(None, given))))


def _completing(option: str) -> Callable[[typer.Context], Iterator[str]]:
    """Give what completes an option in a shell, once the run is typed."""

    def complete(ctx: typer.Context) -> Iterator[str]:
        from learnstrata.layer.reading import read_summary

        # An option without its value yet keeps the shell from knowing what is RUN.
        run = ctx.params.get("run") or next(iter(ctx.args), "")
        with suppress(LearnstrataError):
            found = read_summary(Path(run)).benchmarks
            yield from choices_of(found, PEERS[option])

    return complete


def _option(name: str, told: str) -> typer.models.OptionInfo:
    return typer.Option(f"--{name}", autocompletion=_completing(name), help=told)


RoleOption = Annotated[
    str | None, _option("role", "Role family, in any case, such as backend.")
]
TierOption = Annotated[
    str | None, _option("tier", "Company tier: 'Tier 1' to 'Tier 3', or unrated.")
]
ExperienceOption = Annotated[
    str | None, _option("experience", "Experience band, such as early, mid or senior.")
]
