"""What a learner table holds and lacks, told before anything is run on it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import narwhals as nw
import polars as pl
from narwhals.typing import IntoFrame

from learnstrata.config.stages import Config
from learnstrata.exceptions import LearnstrataError, SchemaError
from learnstrata.learners.intake import clean_table, read_table
from learnstrata.learners.lookups import collected
from learnstrata.learners.losses import told_losses
from learnstrata.learners.remarks import Remark, find_remarks
from learnstrata.learners.rules.bounds import find_limits
from learnstrata.learners.schema.columns import (
    Kind,
    Reading,
    column_names_of,
    reading_of,
)
from learnstrata.learners.schema.register import lost_without
from learnstrata.learners.schema.standard import kinds_of, recognise

__all__ = ["ColumnCheck", "TableCheck", "check_table"]

QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
EXAMPLES = 3
UNREADABLE_SHARE = 0.5  # of the values given; above it the column is likely another one
# Words of faulty numbers that may be shown; any other word could be a name.
KNOWN_WORDS = frozenset(
    (
        *("about", "above", "approx", "around", "below", "between", "from", "less"),
        *("more", "over", "plus", "than", "to", "under", "up", "upto", "circa", "nil"),
        *(
            "k",
            "l",
            "m",
            "lac",
            "lacs",
            "lakh",
            "lakhs",
            "lpa",
            "cr",
            "crore",
            "crores",
        ),
        *("a", "p", "pa", "per", "month", "months", "year", "years", "yr", "yrs"),
        *("inr", "rs", "usd", "eur", "gbp", "e", "inf", "infinity"),
    )
)


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
class TableCheck:
    """Whether a table can be segmented, and what it holds.

    Attributes
    ----------
    rows : int
    learners : int or None
        Distinct learner ids; ``None`` where there are none.
    recognised : mapping of str to str
        Standard name to column of the table.
    unused : tuple of str
        Columns that stand for nothing.
    missing : mapping of str to str
        Standard columns that are not there, and what that switches off.
    columns : tuple of ColumnCheck
    usable : tuple of str
        What there is to segment on: columns with two different values or more.
    problems : tuple of str
        Why the table cannot be segmented as it is configured; empty if it can.
    notes : tuple of str
        What is worth a look.
    """

    rows: int
    learners: int | None
    recognised: Mapping[str, str]
    unused: tuple[str, ...]
    missing: Mapping[str, str]
    columns: tuple[ColumnCheck, ...]
    usable: tuple[str, ...]
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

    def as_dict(self) -> dict[str, Any]:
        """Give the check as plain values, for JSON."""
        return asdict(self) | {"ok": self.ok, "usable_features": self.usable_features}


def check_table(frame: IntoFrame, config: Config) -> TableCheck:
    """Check a learner table without running anything on it.

    Parameters
    ----------
    frame : data frame, eager or lazy
        It is not changed.
    config : Config

    Returns
    -------
    TableCheck
        A table that cannot be used is no error here: its ``problems`` say why.

    Notes
    -----
    Minimum and maximum of pay are single learners' values: the check is for those who
    hold the table, not for sharing.

    Examples
    --------
    >>> import polars as pl
    >>> from learnstrata.config.stages import Config
    >>> table = pl.DataFrame({
    ...     "email_hash": ["a", "a", "b"],
    ...     "ctc": ["9 LPA", "12/15", "450k"],
    ...     "orgyear": [2015, 2015, 2019],
    ... })
    >>> check = check_table(table, Config("t", 1, unit="learner", features={}))
    >>> check.ok, check.learners, check.usable, check.columns[1].fault_examples
    (True, 2, ('pay', 'start_year'), ('12/15',))
    """
    try:
        names = column_names_of(frame)
        mapping = recognise(names, config.columns, record=config.record)
        kinds = kinds_of(mapping, config.columns)
        read = reading_of(
            frame, mapping, kinds=kinds, pay=config.pay, numbers=config.numbers
        )
    except SchemaError as error:
        return _refused(frame, str(error))
    table = collected(read.frame)
    checks = tuple(_column_check(table, name, mapping[name]) for name in kinds)
    usable = _usable(checks, kinds)
    problems = _problems(table.height, checks, usable, read)
    refused, remarks = _cleaned(frame, config)
    return TableCheck(
        rows=table.height,
        learners=next((c.distinct for c in checks if c.name == "learner_id"), None),
        recognised=dict(mapping),
        unused=tuple(n for n in names if n not in set(mapping.values())),
        missing=lost_without(mapping),
        columns=checks,
        usable=usable,
        problems=(*problems, *([] if problems else refused)),
        notes=(
            *_notes(table.height, checks, read),
            *told_losses(table, names=kinds),
            *remarks,
        ),
    )


def _cleaned(frame: IntoFrame, config: Config) -> tuple[list[str], list[str]]:
    """Clean the table as a run does: what refuses it, and what to say of it."""
    try:
        table, _ = read_table(frame, config)
        limits = find_limits(table, config)
        cleaned = clean_table(table, config, limits)
    except LearnstrataError as error:
        return [str(error)], []
    return [], [_counted(one) for one in find_remarks(cleaned, config, limits)]


def _counted(remark: Remark) -> str:
    records = "1 record" if remark.records == 1 else f"{remark.records:,} records"
    return f"{remark.sentence} ({records})"


def _refused(frame: IntoFrame, problem: str) -> TableCheck:
    rows, names = 0, list[str]()
    try:
        names = column_names_of(frame)
        counted = nw.from_native(frame).lazy().select(nw.len()).collect("polars")
        rows = int(counted.item())
    except SchemaError:  # no frame at all: the problem says so
        pass
    return TableCheck(
        rows=rows,
        learners=None,
        recognised={},
        unused=tuple(names),
        missing={},
        columns=(),
        usable=(),
        problems=(problem,),
        notes=(),
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


def _problems(
    rows: int, checks: Sequence[ColumnCheck], usable: Sequence[str], read: Reading
) -> list[str]:
    if not rows:
        return ["The table has no rows: expected one row a record."]
    problems = [
        _unreadable(check, read.hints.get(check.name, ""))
        for check in checks
        if _is_unreadable(check, rows)
    ]
    if any(check.name == "learner_id" and not check.distinct for check in checks):
        problems.append(
            "The learner id is missing in all rows. Map another column, or set "
            'record = "learner" if each row is one learner.'
        )
    if len(usable) < 2:
        problems.append(
            f"There is too little to segment on: got {list(usable)} with two "
            "different values or more, expected two columns of company, title, pay, "
            "start_year or experience, and extras."
        )
    return problems


def _is_unreadable(check: ColumnCheck, rows: int) -> bool:
    given = rows - check.nulls + check.faults
    return check.faults > UNREADABLE_SHARE * given


def _unreadable(check: ColumnCheck, hint: str) -> str:
    return (
        f"{check.name} (column {check.column!r}) cannot be read as a number in "
        f"{check.faults:,} rows, such as {list(check.fault_examples)}. "
        f"{hint or 'Map another column'}."
    )


def _notes(rows: int, checks: Sequence[ColumnCheck], read: Reading) -> list[str]:
    notes: list[str] = [*read.notes]
    for check in checks:
        if check.faults and not _is_unreadable(check, rows):
            notes.append(
                f"{check.name}: {check.faults:,} values cannot be read with certainty "
                f"and will be set aside, such as {list(check.fault_examples)}."
                + (f" {hint}." if (hint := read.hints.get(check.name)) else "")
            )
        if check.name == "learner_id" and check.nulls:
            notes.append(f"learner_id: missing in {check.nulls:,} rows, set aside.")
        if rows > 1 and check.distinct == 1:
            notes.append(f"{check.name}: the same in all rows that have it.")
        if rows and check.nulls == rows and not check.faults:
            notes.append(f"{check.name}: no row has a value.")
    return notes
