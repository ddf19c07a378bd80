"""What cleaning has to say of a table, in sentences: nothing is done without a word.

No sentence tells a value or a name of a learner, and of how many records and learners
it is stands beside it: of few of them nothing is shared.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from learnstrata.config.stages import Config
from learnstrata.learners.rules.bounds import Limits
from learnstrata.learners.rules.values import UNITS
from learnstrata.learners.schema.register import COLUMNS, column_label, extra_name

__all__ = ["Met", "Remark", "find_remarks", "met_in"]

UNIT_WORDS = {
    "monthly": "a month's",
    "thousands": "in thousands",
    "lakhs": "in lakh",
}
LEAST_LOST = 5  # values; fewer lie at one end by chance
AT_ONE_END = 0.9  # chance that a lost record is beyond another one
MOST_OF_SPREAD = 0.9
LEAST_SPREAD_OF = 12
SPREAD = ("pay", "experience", "start_year")
# Of these the logarithms are clustered on.
ON_LOGS = {"pay": np.log, "experience": np.log1p}
# What is lost by a rule on two columns lies at one end of the second by that rule.
OF_TWO_COLUMNS = ("start_after_pay_year",)
VALUES = {"name": pl.String, "value": pl.Float64, "n": pl.Int64}
LOST = {"column": pl.String, **VALUES}


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence on a table.

    Attributes
    ----------
    sentence : str
    records : int
        How many it is about.
    learners : int
        How many distinct learners have them; each record of nobody counts as one.
    rules : tuple of str
        Rules of the ledger that met them; empty where none did.
    in_check : bool
        A check of the table says more: how such values stand, and what to do.
    """

    sentence: str
    records: int
    learners: int
    rules: tuple[str, ...] = ()
    in_check: bool = False


@dataclass(frozen=True, slots=True)
class Met:
    """What the rules met, and the numbers of the records in use.

    Attributes
    ----------
    entries : polars.DataFrame
        From `learnstrata.learners.ledger.entries_in`, with ``learner_id``.
    values : polars.DataFrame
        ``name`` of a column, ``value`` and ``n``: how many records in use have it.
    lost : polars.DataFrame
        The same of the records that lost a value of ``column``.
    """

    entries: pl.DataFrame
    values: pl.DataFrame
    lost: pl.DataFrame

    @classmethod
    def of(cls, parts: Sequence["Met"]) -> "Met":
        """Put together what was met in parts of a table, in the order of records."""
        n = pl.col("n").sum()
        values = pl.concat([part.values for part in parts]).group_by("name", "value")
        lost = pl.concat([part.lost for part in parts])
        return cls(
            pl.concat([p.entries for p in parts]).sort("record", maintain_order=True),
            values.agg(n).sort("name", "value"),
            lost.group_by("column", "name", "value").agg(n),
        )


def met_in(entries: pl.DataFrame, used: pl.DataFrame, config: Config) -> Met:
    """Give what the rules met in records that hold all records of their learners.

    Parameters
    ----------
    entries : polars.DataFrame
        Of these records, with ``learner_id``.
    used : polars.DataFrame
        Those of the records that are some learner's.
    config : Config
    """
    numbers = [name for name in _numbers(config) if _is_number(used, name)]
    lost = entries.filter(pl.col("is_lost") & ~pl.col("rule").is_in(OF_TWO_COLUMNS))
    rows = lost.unique(["column", "record"]).select("column", "record")
    rows = rows.join(used.select("record", *numbers), on="record")
    values = [_counted(used, name) for name in numbers]
    gone = [_counted(rows, name, "column") for name in numbers]
    return Met(
        entries,
        pl.concat([pl.DataFrame(schema=VALUES), *values]),
        pl.concat([pl.DataFrame(schema=LOST), *gone]),
    )


def _numbers(config: Config) -> tuple[str, ...]:
    """List what can be a column of numbers, in the order in which it is looked at."""
    own = (extra_name(column) for column in config.columns.numeric)
    return (*COLUMNS, *own, "seniority")


def _counted(rows: pl.DataFrame, name: str, *by: str) -> pl.DataFrame:
    """Count the values of a column of numbers."""
    value = pl.col(name).cast(pl.Float64)
    known = rows.filter(value.is_finite()).group_by(*by, value.alias("value"))
    return known.agg(n=pl.len().cast(pl.Int64)).select(
        *by, pl.lit(name).alias("name"), "value", "n"
    )


def find_remarks(met: Met, config: Config, limits: Limits) -> tuple[Remark, ...]:
    """Say what was set aside, converted or left out, where a reader has to know of it.

    Parameters
    ----------
    met : Met
    config : Config
    limits : Limits
        By which the records were cleaned.
    """
    there, entries = set(met.values["name"]), met.entries
    names = [name for name in _numbers(config) if name in there]
    own = [extra_name(column) for column in config.columns.numeric]
    spread = [name for name in (*SPREAD, *own) if name in names]
    return (
        *_of_years(entries, names, config, limits),
        *_of_ids(entries, limits),
        *_of_values(entries, limits),
        *_of_texts(entries),
        *_of_ends(met, names),
        *_of_spreads(met, spread),
    )


def _is_number(records: pl.DataFrame, name: str) -> bool:
    return name in records.columns and records[name].dtype.is_numeric()


def _met(entries: pl.DataFrame, rule: str, column: str | None = None) -> pl.DataFrame:
    """Give the entries of a rule."""
    found = entries.filter(pl.col("rule") == rule)
    return found if column is None else found.filter(pl.col("column") == column)


def _said(
    sentence: str, entries: pl.DataFrame, *, in_check: bool = False
) -> Iterator[Remark]:
    """Give a remark on the records of entries, if there are any."""
    if entries.is_empty():
        return
    records = entries.unique("record")
    nobodys = pl.col("state") == "quarantined"
    own = records.filter(~nobodys)["learner_id"].n_unique()
    rules = tuple(sorted(entries["rule"].unique()))
    learners = own + len(records.filter(nobodys))
    yield Remark(sentence, len(records), learners, rules, in_check)


def _of_years(
    entries: pl.DataFrame, names: Sequence[str], config: Config, limits: Limits
) -> Iterator[Remark]:
    shared = "the newest year that enough learners share"
    why = shared if config.as_of == "table" else "the year that counts as now"
    told = (
        "{} after {}, {}, are set aside. If they are right, give the year that counts "
        "as now: as_of in the configuration, or --as-of."
    )
    pays = told.format("Years of pay", limits.as_of, why)
    yield from _said(pays, _met(entries, "future_year"))
    if config.as_of == "table" and "pay_year" not in names:
        # The start years themselves told which year is now.
        year = pl.col("before").cast(pl.Float64, strict=False)
        later = entries.filter(pl.col("column") == "start_year", year > limits.as_of)
        starts = told.format("Start years", limits.as_of, why)
        yield from _said(starts, _met(later, "impossible_year"))


def _of_ids(entries: pl.DataFrame, limits: Limits) -> Iterator[Remark]:
    nobodys = _met(entries, "no_learner_id", "learner_id")
    for word in limits.no_ids:  # each for itself: of one that few have nothing is told
        yield from _said(
            f"Records with {word!r} for a learner id are left out: far more have it "
            "than any learner has, so it is nobody's.",
            nobodys.filter(pl.col("learner_id") == word),
        )
    yield from _said(
        "One learner id stands in far more records than any other. If it is of no one "
        "learner, empty it: its records are taken for the history of one.",
        _met(entries, "crowded_id"),
    )
    yield from _said(
        "Lines with nothing but words in the place of a learner id, such as a heading "
        "or a footer, are left out.",
        _met(entries, "line_of_text"),
    )
    yield from _said("Lines of totals are left out.", _met(entries, "line_of_totals"))


def _of_values(entries: pl.DataFrame, limits: Limits) -> Iterator[Remark]:
    for unit, words in UNIT_WORDS.items():
        met = _met(entries, f"pay_in_{unit}")
        yield from _said(
            f"Pay that is typical only if it is {words} is multiplied by "
            f"{UNITS[unit]:,.0f}.",
            met.filter(~pl.col("is_lost")),
        )
        yield from _said(
            f"Pay that may be {words} is set aside.", met.filter(pl.col("is_lost"))
        )
    for name, (low, high) in limits.extras.items():
        yield from _said(
            f"Values of {column_label(name)} under {_short(low)} or over "
            f"{_short(high)} are too far from all others to be believed: they are set "
            "aside.",
            _met(entries, "implausible_value", name),
        )


def _short(number: float) -> str:
    return f"{float(f'{number:.2g}'):,.15g}"


def _of_texts(entries: pl.DataFrame) -> Iterator[Remark]:
    """Say what cannot be read, and where nearly all of a column is one text."""
    unread = entries.filter(pl.col("rule").str.starts_with("unreadable_"))
    for (column,), rows in unread.group_by("column", maintain_order=True):
        label = column_label(str(column))
        yield from _said(
            f"Values of {label} that cannot be read with certainty are set aside: "
            "learnstrata check shows how they stand.",
            rows,
            in_check=True,
        )
        most = rows["before"].value_counts(sort=True)["count"][0]
        if len(rows) >= LEAST_LOST and most >= AT_ONE_END * len(rows):
            yield from _said(
                f"Nearly all values of {label} that cannot be read are one and the "
                "same text: whoever has it is missing from all that is told of "
                f"{label}.",
                rows,
            )


def _of_ends(met: Met, names: Sequence[str]) -> Iterator[Remark]:
    """Say where the lost values of a column are of one end of another."""
    is_lost = pl.col("is_lost") & ~pl.col("rule").is_in(OF_TWO_COLUMNS)
    lost = met.entries.filter(is_lost)
    for (column,), rows in lost.group_by("column", maintain_order=True):
        of_column = met.lost.filter(pl.col("column") == column)
        chances = {
            name: chance
            for name in names
            if name != column
            and (chance := _chance_beyond(met.values, of_column, name)) is not None
        }
        if not chances:
            continue
        other = max(chances, key=lambda name: abs(chances[name] - 0.5))
        if abs(chances[other] - 0.5) < AT_ONE_END - 0.5:
            continue
        end = "highest" if chances[other] > 0.5 else "lowest"
        label = column_label(str(column))
        yield from _said(
            f"What is set aside of {label} is nearly all of records with the {end} "
            f"{column_label(other)}: what is told of {label} lacks that end.",
            rows,
        )


def _chance_beyond(values: pl.DataFrame, lost: pl.DataFrame, name: str) -> float | None:
    """Give the chance that a lost record has more than another; ties count half."""
    of_lost = lost.filter(name=name).select("value", lost="n")
    both = values.filter(name=name).join(of_lost, on="value", how="left").sort("value")
    gone = both["lost"].fill_null(0).to_numpy()
    rest = both["n"].to_numpy() - gone
    if min(gone.sum(), rest.sum()) < LEAST_LOST:
        return None
    through = np.cumsum(rest)
    beyond = gone @ (2 * through - rest)
    return float(beyond / gone.sum() / (2 * rest.sum()))


def _of_spreads(met: Met, own: Sequence[str]) -> Iterator[Remark]:
    for name in own:
        table = met.values.filter(name=name)
        values = ON_LOGS.get(name, np.asarray)(table["value"].to_numpy())
        n = table["n"].to_numpy()
        if n.sum() < LEAST_SPREAD_OF:
            continue
        off = (values - np.average(values, weights=n)) ** 2
        if off.max() > MOST_OF_SPREAD * (off @ n):
            yield Remark(
                f"One value makes up the spread of {column_label(name)}: among the "
                "others it tells nobody apart.",
                records=1,
                learners=1,
            )
