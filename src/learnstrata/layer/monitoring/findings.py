"""A new table beside a run: what moved, by how much beyond chance, and what to do."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

import polars as pl
from narwhals.typing import IntoFrame

from learnstrata.config.stages import Columns
from learnstrata.disk.staging import room_beside
from learnstrata.layer.contents import refuse_no_monitoring
from learnstrata.layer.folder import refuse_leaks, write_folder
from learnstrata.layer.monitoring.checks import advised, look
from learnstrata.layer.monitoring.pay import compare_pay, pay_now
from learnstrata.layer.monitoring.samples import (
    Newer,
    Run,
    Sample,
    newer_sample,
    read_run,
    sample_of_run,
)
from learnstrata.layer.monitoring.telling import Told, told_of
from learnstrata.layer.names import with_allowed
from learnstrata.summary.blank import blank_part, own_words
from learnstrata.summary.contract.monitoring import (
    Limits,
    Monitoring,
    SegmentNow,
)
from learnstrata.summary.contract.previous import ShareChange
from learnstrata.summary.monitoring import with_sentences
from learnstrata.wording.numbers import Numbers

__all__ = ["Monitored", "compared", "monitor"]

LEAST_CHANGE = 0.01  # of a share: less is hardly news
MOST_VALUES = 5  # of a category, those that changed most
EMPTY = "missing"
Render = Callable[[Monitoring, Numbers], str]


@dataclass(frozen=True)
class Monitored:
    """What a new table says of a run.

    Attributes
    ----------
    told : Monitoring
        What may be shown to anybody.
    exact : Monitoring
        For the owner: sizes and pay are exact, what was looked at is as it is told.
    write : Numbers
        How the numbers of the run are written.
    digest : str
        Of the records of the new table in any order, 64 hexadecimal digits.
    names : polars.DataFrame
        Whom what is shared must not name: those of the run and of the new table.
    render : callable
        Makes the page of what may be told.
    """

    told: Monitoring
    exact: Monitoring
    write: Numbers
    digest: str
    names: pl.DataFrame = field(repr=False)
    render: Render = field(repr=False)

    @property
    def advice(self) -> str:
        """What to do: ``keep``, ``watch`` or ``refit``."""
        return self.exact.advice

    def save(
        self,
        folder: str | Path,
        *,
        overwrite: bool = False,
        allow: str | Iterable[str] = (),
    ) -> Path:
        """Write what was found as a folder, whole or not at all.

        Parameters
        ----------
        folder : path
            Gets ``share/monitoring.html``, ``share/monitoring.json`` and
            ``private/monitoring.json``.
        overwrite : bool, default=False
            Replace a folder of monitoring that is there.
        allow : str or iterable of str, default=()
            Texts that name nobody, besides those that the run allows.

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
            {
                "share/monitoring.html": partial(self._write_page, self.told),
                "share/monitoring.json": partial(_write, self.told),
                "private/monitoring.json": partial(_write, self.exact),
            },
            overwrite=overwrite,
            check=lambda staging: refuse_leaks(
                staging / "share",
                with_allowed(self.names, allow),
                own=self._write_bare,
                room=room_beside(staging),
            ),
            refuse=refuse_no_monitoring,
        )

    def _write_page(self, found: Monitoring, path: Path) -> None:
        path.write_text(self.render(found, self.write), encoding="utf-8")

    def _write_bare(self, folder: Path) -> frozenset[str]:
        """Write both files without a text of any table, and say our own words."""
        bare = with_sentences(blank_part(self.told), self.write)
        self._write_page(bare, folder / "monitoring.html")
        _write(bare, folder / "monitoring.json")
        return own_words()

    def __repr__(self) -> str:
        return "\n".join(["Monitored", *(f"  {one}" for one in self.told.sentences)])


def _write(found: Monitoring, path: Path) -> None:
    path.write_text(found.model_dump_json(indent=1), encoding="utf-8")


def monitor(
    table: IntoFrame,
    run: Run | str | Path,
    *,
    key: bytes,
    render: Render,
    columns: Columns | None = None,
    tell: Callable[[str], object] = lambda _: None,
) -> Monitored:
    """Say whether a new table has moved away from the one a run was made of.

    Parameters
    ----------
    table : data frame, eager or lazy
        With the columns of the run's table. It is not changed.
    run : Run or path
        From `read_run`, or the folder of a run with its private part.
    key : bytes
        From which the rounding of what may be told is drawn.
    render : callable
        Makes the page of what may be told, of it and of how numbers are written.
    columns : Columns, default=None
        What standard columns are called in this table, where that is another name.
    tell : callable, default=lambda _: None
        Takes each sentence on what was taken for granted of the table.

    Returns
    -------
    Monitored

    Raises
    ------
    SourceError
        If the run is none, lacks its private part, or is of an earlier version.
    ParameterError
        If it segments records.
    SchemaError
        If the table lacks a column that the model was made with.
    DegenerateError
        If it has under 50 learners.

    Notes
    -----
    The tests take both tables as separate draws of learners. Where the same learners
    are in both, chance moves less than the tests allow for: they warn late.
    """
    against = run if isinstance(run, Run) else read_run(run)
    new = newer_sample(table, against.model, columns=columns, tell=tell)
    old = sample_of_run(against)
    how = Told.of(against, old, new, key=key)
    exact = compared(against, old, new, how)
    write = against.told.settings.numbers
    told = told_of(exact, how)
    names = pl.concat([against.names, new.names]).unique(maintain_order=True)
    return Monitored(
        told=with_sentences(told, write),
        exact=with_sentences(exact, write),
        write=write,
        digest=new.content.hex(),
        names=names,
        render=render,
    )


def compared(run: Run, old: Sample, new: Newer, how: Told) -> Monitoring:
    """Compare both samples: what is looked at by what may be told, the rest exactly.

    Parameters
    ----------
    run : Run
    old : Sample
        Of the run.
    new : Newer
    how : Told
        How counts of both are told.
    """
    now, model, limits = new.sample, run.model, run.limits
    pay = compare_pay(old.learners, now.learners, model.features)
    told = pay if how.pay_is_told else None
    checks = look((old, now), model, told, limits, groups=how.groups)
    of_pay = next((one for one in checks if one.looked == "pay"), None)
    return Monitoring(
        base=run.exact.settings.base,
        advice=advised(checks),
        limits=Limits(**asdict(limits)),
        as_of_old=model.limits.as_of,
        as_of_new=new.as_of,
        size_old=old.n,
        size_new=now.n,
        records_new=now.records,
        in_both=_in_both(old, now),
        is_followed=old.ids is not None and now.ids is not None,
        checks=checks,
        segments=tuple(_segments(run, old, now)),
        values=tuple(_values(old, now, model.features.categories, how)),
        pay=pay_now(pay, of_pay, limits) if pay and of_pay else None,
        notes=tuple(_notes(model.limits.as_of, new)),
    )


def _in_both(old: Sample, new: Sample) -> float | None:
    if old.ids is None or new.ids is None:
        return None
    known = old.ids.cast(pl.String).implode()
    found = int(new.ids.cast(pl.String).is_in(known).sum())
    return found / max(min(old.n, new.n), 1)


def _notes(as_of: int, new: Newer) -> Iterator[str]:
    yield from new.notes
    if new.as_of > as_of:
        yield (
            f"The newest year of pay in this table is {new.as_of}, in the run it was "
            f"{as_of}: experience is counted up to {new.as_of}."
        )


def _segments(run: Run, old: Sample, new: Sample) -> Iterator[SegmentNow]:
    sizes = [
        dict(one.learners["segment_id"].value_counts().iter_rows())
        for one in (old, new)
    ]
    for place, name in enumerate(run.model.names, start=1):
        before, now = (one.get(place, 0) for one in sizes)
        yield SegmentNow(
            id=place,
            name=name,
            size=before,
            size_new=now,
            share=before / old.n,
            share_new=now / new.n,
        )


def _values(
    old: Sample, new: Sample, categories: Iterable[str], how: Told
) -> Iterator[ShareChange]:
    """Give the values of categories whose share changed most, tiers among them.

    Which these are follows from their shares as they are told.
    """
    names = [*(n for n in categories if n != "role"), "role_family", "tier"]
    sides = (old.learners, new.learners)
    for name in names:
        if not all(name in one.columns for one in sides):
            continue
        counts = [_counts(one[name]) for one in sides]
        changed = [
            ShareChange(
                category=name,
                value=value,
                n_old=counts[0].get(value, 0),
                n_new=counts[1].get(value, 0),
                old=counts[0].get(value, 0) / old.n,
                new=counts[1].get(value, 0) / new.n,
            )
            for value in sorted({*counts[0], *counts[1]})
        ]
        steps = {one.value: _step(how.value(one)) for one in changed}
        changed = [one for one in changed if steps[one.value] >= LEAST_CHANGE]
        changed.sort(key=lambda one: (-steps[one.value], one.value))
        yield from changed[:MOST_VALUES]


def _counts(values: pl.Series) -> dict[str, int]:
    told = values.cast(pl.String).fill_null(EMPTY)
    return dict(told.value_counts().iter_rows())


def _step(change: ShareChange) -> float:
    return abs((change.new or 0.0) - (change.old or 0.0))
