"""Two runs beside each other: exact for their owner, and as it may be told.

Segments are matched by the learners that both runs have. Sizes, numbers and shares are
those that each run tells, so they tell nothing new; how many stayed, moved, joined and
left is counted here, and grouped with the sizes of both runs as margins
(`learnstrata.layer.migration`).
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeAlias

import polars as pl

from learnstrata.config.stages import Config
from learnstrata.disk.staging import room_beside
from learnstrata.exceptions import ParameterError
from learnstrata.layer.contents import refuse_no_comparison
from learnstrata.layer.folder import refuse_leaks, write_folder
from learnstrata.layer.handouts import write_for_people
from learnstrata.layer.migration import (
    Crossing,
    Sizes,
    movers_in,
    rounding_of_crossing,
    tally_of_crossing,
)
from learnstrata.layer.names import with_allowed
from learnstrata.layer.pairs import Counts, beside, followed, least_told
from learnstrata.layer.places import folder_of_run
from learnstrata.layer.reading import (
    read_exact,
    read_names,
    read_private,
    read_summary,
)
from learnstrata.learners.identities import NAMES_SCHEMA
from learnstrata.privacy.disclosure.rounding import (
    Rounding,
    share_of,
)
from learnstrata.summary.contract.previous import (
    Previous,
)
from learnstrata.summary.contract.results import (
    DisclosedSummary,
    ExactSummary,
    Results,
    Settings,
)
from learnstrata.summary.previous import with_sentences

__all__ = [
    "Comparison",
    "Owned",
    "Side",
    "compare_sides",
    "continued",
    "read_side",
    "refuse_records",
]

LEARNER_ID = "learner_id"
ONLY_SHARED = "Only what is shared is there of one of the runs: who moved takes the"
ONLY_SHARED += " private part of both."
NO_IDS = "A table without learner ids has nobody who could be followed."
HARDLY_ANY = "Hardly any learner is in both runs, so nobody is followed."
Ids: TypeAlias = tuple[int | None, int | None]


class Owned(NamedTuple):
    """What the owner of a run has besides what it shares."""

    exact: ExactSummary
    learners: pl.DataFrame
    names: pl.DataFrame


class Side(NamedTuple):
    """One of the runs that are compared; without `owned`, only what it shares."""

    told: DisclosedSummary
    owned: Owned | None = None


@dataclass(frozen=True)
class Comparison:
    """What is new in a run since another.

    Attributes
    ----------
    told : Previous
        What may be shown to anybody, as in ``share/comparison.json``.
    exact : Previous or None
        Every number; None where one of the runs has lost its private part.
    movers : polars.DataFrame or None
        One row for each learner who moved, joined or left; None where learners could
        not be followed.
    names : polars.DataFrame
        Whom what is shared must not name.
    """

    told: Previous
    exact: Previous | None
    movers: pl.DataFrame | None
    names: pl.DataFrame = field(repr=False)

    def save(
        self,
        folder: str | Path,
        *,
        overwrite: bool = False,
        allow: str | Iterable[str] = (),
    ) -> Path:
        """Write the comparison as a folder, whole or not at all.

        Parameters
        ----------
        folder : path
            Gets ``share/comparison.json``, and with the private parts of both runs
            ``private/comparison.json`` and ``private/movers.csv``.
        overwrite : bool, default=False
            Replace a comparison that is there.
        allow : str or iterable of str, default=()
            Texts that name nobody, besides those that the runs allow.

        Raises
        ------
        OutputError
            If the folder is there already and `overwrite` is off, is of something else,
            or cannot be written.
        PrivacyError
            If what would be shared names somebody; then nothing is written.
        """
        return write_folder(
            folder,
            dict(self._files()),
            overwrite=overwrite,
            check=lambda staging: refuse_leaks(
                staging / "share",
                with_allowed(self.names, allow),
                own=partial(_write_bare, self.told),
                room=room_beside(staging),
            ),
            refuse=refuse_no_comparison,
        )

    def _files(self) -> Iterator[tuple[str, Callable[[Path], object]]]:
        yield "share/comparison.json", partial(_write, self.told)
        if self.exact is not None:
            yield "private/comparison.json", partial(_write, self.exact)
        if self.movers is not None:
            yield "private/movers.csv", partial(write_for_people, self.movers)

    def __repr__(self) -> str:
        return "\n".join(["Comparison", *(f"  {one}" for one in self.told.sentences)])


def _write(previous: Previous, path: Path) -> None:
    path.write_text(previous.model_dump_json(indent=1), encoding="utf-8")


def _write_bare(previous: Previous, folder: Path) -> None:
    """Write a comparison without a text of any table: words and numbers alone."""
    bare = _bare(json.loads(previous.model_dump_json()))
    (folder / "comparison.json").write_text(json.dumps(bare, indent=1))


def _bare(value: object) -> object:
    if isinstance(value, dict):
        return {key: _bare(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_bare(inner) for inner in value]
    return "" if isinstance(value, str) else value


def read_side(run: str | Path) -> Side:
    """Read a run that is to be compared, with its private part where that is there.

    Parameters
    ----------
    run : path
        A run folder, or what it shares.

    Raises
    ------
    SourceError
        If it is no run, or a file of it is damaged.
    """
    folder = folder_of_run(run)
    told = read_summary(run)
    if not (folder / "private" / "segments.parquet").exists():
        return Side(told)
    learners = read_private(folder, "segments.parquet")
    return Side(told, Owned(read_exact(folder), learners, read_names(folder)))


def compare_sides(
    old: Side, new: Side, *, key: bytes, notes: Sequence[str] = ()
) -> Comparison:
    """Put two runs beside each other.

    Parameters
    ----------
    old, new : Side
    key : bytes
        With who is where in both runs it draws how the counts are grouped.
    notes : sequence of str, default=()
        Which names of segments did not stay, and why.

    Returns
    -------
    Comparison

    Raises
    ------
    ParameterError
        If one of the runs segments records.
    """
    refuse_records(old.told.settings, new.told.settings)
    told, names = (old.told, new.told), pl.DataFrame(schema=NAMES_SCHEMA)
    if old.owned is None or new.owned is None:
        only = _spoken(beside(told, ONLY_SHARED), told)
        return Comparison(only, None, None, names)
    owned, exact = (old.owned, new.owned), (old.owned.exact, new.owned.exact)
    names = pl.concat([one.names for one in owned]).unique(maintain_order=True)
    found, why_not = _follow(*owned)
    if found is None:
        known, all_of_it = (
            _spoken(beside(runs, why_not), runs) for runs in (told, exact)
        )
        return Comparison(known, all_of_it, None, names)
    sizes = Sizes.of(exact[0], told[0]), Sizes.of(exact[1], told[1])
    least = least_told(*exact)
    rounding = _rounding(found, sizes, least=least, key=key)
    share = partial(share_of, error=_error(found, rounding))
    shared = Counts(found, rounding.count, share, least)
    return Comparison(
        _spoken(followed(told, shared, notes), told),
        _spoken(followed(exact, Counts(found, int, _ratio), notes), exact),
        movers_in(owned[0].learners, owned[1].learners, found.ids),
        names,
    )


def continued(old: Owned, new: Owned) -> list[tuple[int, int]]:
    """Give the segments that continue from run to run, by their ids in each.

    Parameters
    ----------
    old, new : Owned
    """
    found, _ = _follow(old, new)
    return [] if found is None else found.ids


def refuse_records(*runs: Settings | Config) -> None:
    """Refuse runs that segment records: a record is nobody who could be followed.

    Parameters
    ----------
    *runs : Settings or Config

    Raises
    ------
    ParameterError
    """
    for one in runs:
        if one.unit == "record":
            raise ParameterError(
                f"A run of the recipe {one.recipe!r} segments records, and a record is "
                "nobody who could be followed from run to run. Compare runs of a "
                "recipe that segments learners, such as robust."
            )


def _follow(old: Owned, new: Owned) -> tuple[Crossing | None, str]:
    """Follow the learners of one run into another; None with the reason why not."""
    both = (old.exact, new.exact)
    if not all(LEARNER_ID in one.input.columns for one in both):
        return None, NO_IDS
    k_old, k_new = (len(one.segments) for one in both)
    found = Crossing.of(old.learners, new.learners, k_old=k_old, k_new=k_new)
    if found.table.sum() < least_told(*both):
        return None, HARDLY_ANY
    return found, ""


def _rounding(
    found: Crossing, sizes: tuple[Sizes, Sizes], *, least: int, key: bytes
) -> Rounding:
    drawn = Rounding.drawn(least, key=key, content=found.content)
    tally = tally_of_crossing(found, *sizes, least=2 * least)
    return rounding_of_crossing(tally, *sizes, drawn=drawn)


def _error(found: Crossing, rounding: Rounding) -> int:
    """Give the most that a told count of learners in both runs can be off."""
    counts = {int(n) for n in (*found.table.flat, found.table.sum(), found.moved)}
    told = [(rounding.count(n), *rounding.limits(n)) for n in counts]
    return max((max(n - a, b - n) for n, a, b in told if n is not None), default=0)


def _spoken(previous: Previous, runs: tuple[Results, Results]) -> Previous:
    return with_sentences(previous, runs[1].settings.numbers)


def _ratio(part: int | None, whole: int | None) -> float | None:
    return None if part is None or not whole else part / whole
