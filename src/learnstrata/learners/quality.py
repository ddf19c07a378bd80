"""What a learner table holds and lacks, told before anything is run on it."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol, TypeAlias

import narwhals as nw
import polars as pl
from narwhals.typing import IntoFrame

from learnstrata.config.stages import Config
from learnstrata.exceptions import LearnstrataError, SchemaError, SourceError
from learnstrata.learners.accounts import Account, account_of
from learnstrata.learners.intake import (
    MOST_LOST,
    cleaned_parts,
    read_table,
    told_as_ours,
)
from learnstrata.learners.lookups import collected
from learnstrata.learners.remarks import Remark
from learnstrata.learners.rules.bounds import find_limits
from learnstrata.learners.schema.columns import (
    Kind,
    Reading,
    column_names_of,
    reading_of,
)
from learnstrata.learners.schema.ids import IdCandidate, find_id_candidates
from learnstrata.learners.schema.register import column_label, lost_without
from learnstrata.learners.schema.standard import find_columns, kinds_of, told_notes
from learnstrata.wording.words import counted

__all__ = ["Cleaning", "ColumnCheck", "TableCheck", "inspect_table"]

QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
EXAMPLES = 3
# Words of faulty numbers that may be shown; any other word could be a name.
KNOWN_WORDS = frozenset(
    (
        *("about", "above", "approx", "around", "below", "between", "from", "less"),
        *("more", "over", "plus", "than", "to", "under", "up", "upto", "circa", "nil"),
        *("k", "l", "m", "lac", "lacs", "lakh", "lakhs", "lpa"),
        *("cr", "crore", "crores"),
        *("a", "p", "pa", "per", "month", "months", "year", "years", "yr", "yrs"),
        *("inr", "rs", "usd", "eur", "gbp", "e", "inf", "infinity"),
    )
)


class Rehearsed(Protocol):
    """What a run makes of a table, as far as it is looked at here."""

    @property
    def account(self) -> Account: ...


Rehearse: TypeAlias = Callable[[IntoFrame, Config], Rehearsed]


@dataclass(frozen=True, slots=True)
class ColumnCheck:
    """What one standard column holds.

    Attributes
    ----------
    name, column : str
        Standard name, and the column of the table it comes from.
    nulls, null_share : int, float
        Records without a value that can be used, faults among them.
    faults : int
        Records whose value is there but cannot be read with certainty.
    fault_examples : tuple of str
        Up to three of them, where they are made of digits, signs and words of numbers;
        else their shape (``xx 99``), so that no name is shown.
    distinct : int
        Different values, null not counted.
    minimum, maximum : float or None
        Of a number.
    quantiles : mapping of str to float
        Of a number: 1, 5, 25, 50, 75, 95 and 99 %.
    """

    name: str
    column: str
    nulls: int
    null_share: float
    faults: int
    fault_examples: tuple[str, ...]
    distinct: int
    minimum: float | None
    maximum: float | None
    quantiles: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Cleaning:
    """What cleaning does to the records of a table, and what it costs.

    Attributes
    ----------
    states : mapping of str to int
        Records by what becomes of them; they add up to all records.
    rules : mapping of str to int
        Records each rule meets, most first.
    lost_rows, lost_rows_share : int, float
        Records that are in no learner: quarantined.
    lost_learners, lost_learners_share : int, float
        Learners of whom no record can be used.
    emptied_rows, emptied_rows_share : int, float
        Records that stay and lose a value that is not believed.
    emptied_learners, emptied_learners_share : int, float
        Learners of whom at least one record that stays does.
    """

    states: Mapping[str, int]
    rules: Mapping[str, int]
    lost_rows: int
    lost_rows_share: float
    lost_learners: int
    lost_learners_share: float
    emptied_rows: int
    emptied_rows_share: float
    emptied_learners: int
    emptied_learners_share: float


@dataclass(frozen=True, slots=True)
class TableCheck:
    """Whether a table can be segmented, and what it holds.

    Attributes
    ----------
    rows : int
    learners : int or None
        Distinct learner ids; ``None`` where there are none.
    repeats, repeats_share : int, float
        Records that are the same as an earlier one in every column that is read.
    recognised : mapping of str to str
        Standard name to column of the table, as far as there are any.
    unused : tuple of str
        Columns that stand for nothing.
    missing : mapping of str to str
        Standard columns that are not there, and what that switches off.
    candidates : tuple of IdCandidate
        Where no learner id is recognised: columns that could be it, the likeliest
        first.
    columns : tuple of ColumnCheck
    usable : tuple of str
        What there is to segment on: columns with two different values or more.
    cleaning : Cleaning or None
        ``None`` where the table cannot be cleaned.
    problems : tuple of str
        Why a run refuses the table, in the words of the run; empty if it does not.
    notes : tuple of str
        What is worth a look.
    """

    rows: int
    learners: int | None
    repeats: int
    repeats_share: float
    recognised: Mapping[str, str]
    unused: tuple[str, ...]
    missing: Mapping[str, str]
    candidates: tuple[IdCandidate, ...]
    columns: tuple[ColumnCheck, ...]
    usable: tuple[str, ...]
    cleaning: Cleaning | None
    problems: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing stands in the way of a run."""
        return not self.problems

    @property
    def usable_features(self) -> int:
        """How many things there are to segment on; a run needs two."""
        return len(self.usable)

    @property
    def records_per_learner(self) -> float | None:
        """Mean number of records of a learner; None where there are no ids."""
        ids = next((c for c in self.columns if c.name == "learner_id"), None)
        if ids is None or not self.learners:
            return None
        return (self.rows - ids.nulls) / self.learners

    def as_dict(self) -> dict[str, Any]:
        """Give the check as plain values, for JSON."""
        worked_out = ("ok", "usable_features", "records_per_learner")
        return asdict(self) | {name: getattr(self, name) for name in worked_out}


def inspect_table(
    frame: IntoFrame, config: Config, *, rehearse: Rehearse
) -> TableCheck:
    """Tell what a learner table holds, and whether a run takes it.

    Parameters
    ----------
    frame : data frame, eager or lazy
        It is not changed.
    config : Config
    rehearse : callable
        Gives the records as a run of the table cleans them, or raises what the run
        raises: the verdict is that of the run itself.

    Returns
    -------
    TableCheck
        A table that cannot be used is no error here: its ``problems`` say why.
    """
    found, problems = _rehearsed(frame, config, rehearse)
    try:
        with told_as_ours(frame):
            return _inspected(frame, config, found, problems)
    except (SchemaError, SourceError) as error:  # no frame, or none that can be read
        return _nothing(problems or (str(error),))


def _inspected(
    frame: IntoFrame,
    config: Config,
    found: Account | None,
    problems: tuple[str, ...],
) -> TableCheck:
    names = column_names_of(frame)
    cleaned = found or _cleaned(frame, config)
    recognised = find_columns(names, config.columns)
    mapping = recognised.columns
    table, kinds, read = _read(frame, mapping, config)
    checks = tuple(_column_check(table, name, mapping[name]) for name in kinds)
    repeats = _repeats(table)
    unused = tuple(n for n in names if n not in set(mapping.values()))
    lacks_id = "learner_id" not in mapping
    return TableCheck(
        rows=table.height,
        learners=next((c.distinct for c in checks if c.name == "learner_id"), None),
        repeats=repeats,
        repeats_share=repeats / max(table.height, 1),
        recognised=dict(mapping),
        unused=unused,
        missing=lost_without(mapping),
        candidates=find_id_candidates(frame, unused) if lacks_id else (),
        columns=checks,
        usable=_usable(checks, kinds),
        cleaning=None if cleaned is None else _cost(cleaned),
        problems=problems,
        notes=(
            *recognised.notes,
            *_notes(table, checks, read),
            *map(_counted, _untold(cleaned.remarks if cleaned else ())),
        ),
    )


def _untold(remarks: Iterable[Remark]) -> Iterator[Remark]:
    """Leave out what the notes on the columns say in other words."""
    return (remark for remark in remarks if not remark.in_check)


def _counted(remark: Remark) -> str:
    return f"{remark.sentence} ({counted(remark.records, 'record')})"


def _rehearsed(
    frame: IntoFrame, config: Config, rehearse: Rehearse
) -> tuple[Account | None, tuple[str, ...]]:
    """Give what a run makes of the records, or why it refuses them."""
    try:
        return rehearse(frame, config).account, ()
    except LearnstrataError as error:
        return None, (str(error),)


def _nothing(problems: tuple[str, ...]) -> TableCheck:
    return TableCheck(
        rows=0,
        learners=None,
        repeats=0,
        repeats_share=0.0,
        recognised={},
        unused=(),
        missing={},
        candidates=(),
        columns=(),
        usable=(),
        cleaning=None,
        problems=problems,
        notes=(),
    )


def _read(
    frame: IntoFrame, mapping: Mapping[str, str], config: Config
) -> tuple[pl.DataFrame, dict[str, Kind], Reading | None]:
    """Read the columns that can be read; why the others cannot is the run's to say."""
    kinds = kinds_of(mapping, config.columns)
    whole = _values(frame, mapping, kinds, config)
    if whole is not None:
        return collected(whole.frame), kinds, whole
    readable: dict[str, Kind] = {}
    for name, kind in kinds.items():
        alone: dict[str, Kind] = {name: kind}
        if _values(frame, mapping, alone, config) is not None:
            readable |= alone
    part = _values(frame, mapping, readable, config)
    if part is not None:
        return collected(part.frame), readable, part
    rows = collected(nw.from_native(frame).lazy().select(nw.len())).item()
    return pl.select(record=pl.int_range(rows)), {}, None


def _values(
    frame: IntoFrame,
    mapping: Mapping[str, str],
    kinds: Mapping[str, Kind],
    config: Config,
) -> Reading | None:
    wanted = {name: mapping[name] for name in kinds}
    try:
        return reading_of(
            frame, wanted, kinds=kinds, pay=config.pay, numbers=config.numbers
        )
    except SchemaError:
        return None


def _repeats(table: pl.DataFrame) -> int:
    """Count the records that say in every column what an earlier one says."""
    values = [c for c in table.columns if c.startswith("value:")]
    return table.height - table.select(values).n_unique() if values else 0


def _cleaned(frame: IntoFrame, config: Config) -> Account | None:
    """Clean the records of a table that a run refuses; None where they cannot be."""
    try:
        read = read_table(frame, config)
        limits = find_limits(read.records, config)
        parts = [*cleaned_parts(read.records, config, limits)]
    except LearnstrataError:
        return None
    if all(part.units.is_empty() for part in parts):
        return None
    return account_of(parts, read.mapping, config, limits)


def _cost(found: Account) -> Cleaning:
    """Tell what cleaning costs."""
    lost, n = found.states.get("quarantined", 0), found.n_records
    rules = found.rules.group_by("rule").agg(pl.col("records").sum())
    ranked = rules.sort(["records", "rule"], descending=[True, False])
    return Cleaning(
        states=dict(sorted(found.states.items())),
        rules=dict(ranked.iter_rows()),
        lost_rows=lost,
        lost_rows_share=lost / n,
        lost_learners=found.lost_learners,
        lost_learners_share=found.lost_learners / max(found.n_learners, 1),
        emptied_rows=found.emptied.records,
        emptied_rows_share=found.emptied.records / n,
        emptied_learners=found.emptied.learners,
        emptied_learners_share=found.emptied.learners / max(found.n_learners, 1),
    )


def _column_check(table: pl.DataFrame, name: str, column: str) -> ColumnCheck:
    values = table[f"value:{name}"]
    faults, examples = 0, ()
    if f"fault:{name}" in table.columns:
        at_fault = table.filter(pl.col(f"fault:{name}"))[f"text:{name}"]
        faults = len(at_fault)
        shown = at_fault.unique(maintain_order=True).head(EXAMPLES)
        examples = tuple(_without_names(text) for text in shown)
    given = values.drop_nulls()
    quantiles: dict[str, float] = {}
    if values.dtype.is_numeric() and len(given):
        found = given.to_frame().select(
            pl.all().quantile(q, "linear").alias(f"{q:.0%}") for q in QUANTILES
        )
        quantiles = found.row(0, named=True)
    return ColumnCheck(
        name=name,
        column=column,
        nulls=values.null_count(),
        null_share=values.null_count() / max(len(values), 1),
        faults=faults,
        fault_examples=examples,
        distinct=given.n_unique(),
        minimum=_number(given.min()) if quantiles else None,
        maximum=_number(given.max()) if quantiles else None,
        quantiles=quantiles,
    )


def _number(value: Any) -> float:  # noqa: ANN401 - any Python literal, by Polars
    return float(value)


def _without_names(text: str) -> str:
    words = set(re.findall(r"[^\W\d_]+", text.lower()))
    text = " ".join(text.split())[:20]
    if words <= KNOWN_WORDS and len(re.sub(r"\D", "", text)) <= 12:
        return text
    return re.sub(r"\d", "9", re.sub(r"[^\W\d_]", "x", text))


def _usable(
    checks: Sequence[ColumnCheck], kinds: Mapping[str, Kind]
) -> tuple[str, ...]:
    aside = {"learner_id", "pay_year"}
    usable = [
        check.name
        for check in checks
        if check.name not in aside
        and kinds[check.name] != "outcome"
        and check.distinct >= 2
    ]
    if {"start_year", "experience"} <= set(usable):
        usable.remove("start_year")  # one idea: years of experience
    return tuple(usable)


def _is_unreadable(check: ColumnCheck, rows: int) -> bool:
    given = rows - check.nulls + check.faults
    return check.faults > MOST_LOST * given


def _unreadable(check: ColumnCheck, hint: str) -> str:
    return (
        f"{_told(check)} cannot be read as a number in {check.faults:,} rows, such as "
        f"{list(check.fault_examples)}. {hint or 'Map another column'}."
    )


def _told(check: ColumnCheck) -> str:
    return f"{column_label(check.name)} (column {check.column!r})"


def _notes(
    table: pl.DataFrame, checks: Sequence[ColumnCheck], read: Reading | None
) -> list[str]:
    rows, notes = table.height, [*(told_notes(read) if read else ())]
    for check in checks:
        hint = read.hints.get(check.name, "") if read else ""
        if _is_unreadable(check, rows):
            notes.append(_unreadable(check, hint))
        elif check.faults:
            notes.append(
                f"{_told(check)}: {counted(check.faults, 'value')} cannot be read with "
                f"certainty, such as {list(check.fault_examples)}."
                + (f" {hint}." if hint else "")
            )
        if check.name == "learner_id" and check.nulls:
            notes.append(
                f"{_told(check)}: missing in {counted(check.nulls, 'record')}, "
                "quarantined."
            )
        if rows > 1 and check.distinct == 1:
            notes.append(f"{_told(check)}: the same in all rows that have it.")
        if rows and check.nulls == rows and not check.faults:
            notes.append(f"{_told(check)}: no row has a value.")
    return notes
