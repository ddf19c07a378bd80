"""Which cells of a table may be shown: enough learners, enough companies, no giant."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import polars as pl

from learnstrata.config.stages import Privacy
from learnstrata.exceptions import ParameterError, SchemaError
from learnstrata.privacy.disclosure.attack import Counts, Flags
from learnstrata.privacy.disclosure.suppression import protect

__all__ = ["CellRule", "Suppression", "count_cells", "suppress"]

MEASURES = ("learners", "companies", "largest_share")
TO_PROTECT = "to protect another cell"


@dataclass(frozen=True, slots=True)
class CellRule:
    """What a cell must hold to be shown.

    Attributes
    ----------
    learners, companies : int
        At least so many of each.
    largest_share : float
        No company has more than this share of the cell's learners.
    within : float
        How near an outsider must not come to a hidden count, as a share of it.
    """

    learners: int = 10
    companies: int = 3
    largest_share: float = 0.6
    within: float = 0.1

    @classmethod
    def of(cls, privacy: Privacy) -> "CellRule":
        """Give the rule of a configuration."""
        return cls(privacy.learners, privacy.min_companies, privacy.largest_share)

    def reasons(self) -> pl.Expr:
        """Say why a row of `count_cells` may not be shown; null where it may."""
        learners, companies, share = (pl.col(name) for name in MEASURES)
        percent = (share * 100).round().cast(pl.Int64).cast(pl.String)
        return (
            pl.when(learners < self.learners)
            .then(pl.lit("too few learners"))
            .when(companies < self.companies)
            .then(pl.lit("too few companies"))
            .when(share > self.largest_share)
            .then(pl.concat_str(pl.lit("one company holds "), percent, pl.lit(" %")))
        )


@dataclass(frozen=True, slots=True)
class Suppression:
    """Which cells of a table are shown, and why the others are not.

    Attributes
    ----------
    by : tuple of str
        Columns that make the cells.
    cells : pl.DataFrame
        The cells as they were given, with ``shown`` and ``reason``. For those who may
        see everything: a reason such as "too few learners" is itself a bound.
    primary, complementary : int
        Cells hidden by the rule, and to protect those.
    """

    by: tuple[str, ...]
    cells: pl.DataFrame
    primary: int
    complementary: int

    def frame(self) -> pl.DataFrame:
        """Give what may be shared: hidden cells without numbers and without reason."""
        return self.cells.select(
            *self.by,
            *(pl.when("shown").then(name).alias(name) for name in MEASURES),
            "shown",
        )

    def counts(self) -> dict[tuple[Any, ...], int | None]:
        """Give what may be shared by cell: None where it is hidden.

        A cell without learners is not there; None in a cell's name stands for a total.
        """
        told = pl.when("shown").then("learners").alias("_told")
        rows = self.cells.select(*self.by, told).rows()
        return {row[:-1]: row[-1] for row in rows}

    def cut(self, table: pl.DataFrame) -> pl.DataFrame:
        """Keep the rows of a table of the same cells that may be shown.

        Parameters
        ----------
        table : pl.DataFrame
            With the columns `by`, null for a total: medians and quartiles, say.
        """
        shown = self.cells.filter("shown").select(self.by)
        return table.join(
            shown, on=list(self.by), how="semi", nulls_equal=True, maintain_order="left"
        )


def count_cells(
    learners: pl.DataFrame, by: Sequence[str], *, company: str | None = "company"
) -> pl.DataFrame:
    """Count the learners and companies of every cell and of every total.

    Parameters
    ----------
    learners : pl.DataFrame
        One row a learner.
    by : sequence of str
        Columns that make the cells, without missing values.
    company : str or None, default="company"
        Who employs them. Learners without one count as one unknown company for the
        largest share, and as none for the number of companies. ``None`` where the table
        knows no companies: then the rule asks for learners alone.

    Returns
    -------
    pl.DataFrame
        The columns `by` (null in totals), ``learners``, ``companies``,
        ``largest_share`` (0 to 1), sorted, totals last. Empty cells have no row.

    Raises
    ------
    SchemaError
        If a column is not there.
    ParameterError
        If no column is given, or one of them has missing values.

    Examples
    --------
    >>> table = pl.DataFrame({"tier": ["1", "1", "2"], "company": ["a", "b", "a"]})
    >>> count_cells(table, ["tier"]).rows()
    [('1', 2, 2, 0.5), ('2', 1, 1, 1.0), (None, 3, 2, 0.666...)]
    """
    _refuse_gaps(learners, by, company)
    name = pl.lit("") if company is None else pl.col(company).cast(pl.String)
    counts = learners.group_by(*by, name.alias("_company")).len("_n")
    parts = [
        _totals(counts, kept, by)
        for size in range(len(by) + 1)
        for kept in itertools.combinations(by, size)
    ]
    cells = pl.concat(parts)
    if company is None:
        known = (pl.lit(None, pl.Int64), pl.lit(None, pl.Float64))
        cells = cells.with_columns(companies=known[0], largest_share=known[1])
    return cells.sort(by, nulls_last=True)


def _refuse_gaps(
    learners: pl.DataFrame, by: Sequence[str], company: str | None
) -> None:
    asked = {*by, *([] if company is None else [company])}
    if missing := asked - set(learners.columns):
        raise SchemaError.missing(missing, learners.columns)
    if not by:
        raise ParameterError("Got no column to make cells by; give one or more.")
    gaps = [column for column in by if learners[column].null_count()]
    if gaps:
        raise ParameterError(
            f"Columns {gaps} have missing values, which would pass for totals. Fill "
            "them with a category of their own."
        )


def _totals(
    counts: pl.DataFrame, kept: Sequence[str], by: Sequence[str]
) -> pl.DataFrame:
    """Sum over the columns that are not kept; they become null."""
    sums = counts.group_by(*kept, "_company").agg(pl.col("_n").sum())
    measures = (
        pl.col("_n").sum().cast(pl.Int64).alias("learners"),
        pl.col("_company").drop_nulls().len().cast(pl.Int64).alias("companies"),
        (pl.col("_n").max() / pl.col("_n").sum()).alias("largest_share"),
    )
    table = sums.group_by(*kept).agg(*measures) if kept else sums.select(*measures)
    empty = [
        pl.lit(None, counts.schema[name]).alias(name) for name in by if name not in kept
    ]
    return table.with_columns(*empty).select(*by, *MEASURES)


def suppress(
    cells: pl.DataFrame,
    by: Sequence[str],
    *,
    rule: CellRule | None = None,
    known: pl.Expr | None = None,
    others: bool = True,
) -> Suppression:
    """Hide what the rule forbids, and what would give that away.

    First the cells and totals that break the rule (primary suppression), then as many
    others as it takes until an attacker with linear programmes comes within 10 % of no
    hidden count (complementary suppression,
    `learnstrata.privacy.disclosure.suppression.protect`).

    Parameters
    ----------
    cells : pl.DataFrame
        Every cell and every total, as `count_cells` gives them.
    by : sequence of str
        Columns that make the cells; null stands for a total.
    rule : CellRule, default=None
        ``None`` takes ten learners, three companies, 60 %.
    known : polars.Expr, default=None
        Which counts are told elsewhere and so cannot be hidden, of those that do not
        break the rule: totals, say. Over the columns of `cells`.
    others : bool, default=True
        Keep the attacker off what is hidden only to protect another cell, too.

    Returns
    -------
    Suppression

    Raises
    ------
    SchemaError
        If a column is not there.
    ParameterError
        If a cell is there twice, or the cells do not add up to the totals.

    Notes
    -----
    It guards counts. A median beside a shown total still says a little about a hidden
    cell: round it, and show no minimum and no maximum. Other tables of the same
    learners, by other columns, are not taken into account.

    References
    ----------
    .. [1] A. Hundepool et al. (2012), "Statistical Disclosure Control", Wiley, ch. 4.

    Examples
    --------
    >>> sizes = {("dev", "1"): 5, ("dev", "2"): 30, ("ops", "1"): 40, ("ops", "2"): 50}
    >>> rows = [(*cell, f"c{i % 4}") for cell, n in sizes.items() for i in range(n)]
    >>> table = pl.DataFrame(rows, schema=["role", "tier", "company"], orient="row")
    >>> found = suppress(count_cells(table, ["role", "tier"]), ["role", "tier"])
    >>> found.cells.filter(~pl.col("shown")).select("role", "tier", "reason").rows()
    [('dev', '1', 'too few learners'),
     ('dev', '2', 'to protect another cell'),
     ('ops', '1', 'to protect another cell'),
     ('ops', '2', 'to protect another cell')]
    """
    rule = rule or CellRule()
    if missing := {*by, *MEASURES} - set(cells.columns):
        raise SchemaError.missing(missing, cells.columns)
    marked = cells.with_columns(reason=rule.reasons())
    places, shape = _places(cells, by)
    table: Counts = np.zeros(shape, dtype=np.int64)
    table[places] = cells["learners"].to_numpy()
    primary: Flags = np.zeros(shape, dtype=bool)
    primary[places] = marked["reason"].is_not_null().to_numpy()
    told = None
    if known is not None:
        told = np.zeros(shape, dtype=bool)
        told[places] = cells.select(known).to_series().to_numpy()
        told &= ~primary
    primary &= table > 0
    hidden = protect(table, primary, within=rule.within, known=told, others=others)
    shown = pl.Series("shown", ~hidden[places])
    why = pl.when("shown").then(None).otherwise(pl.col("reason").fill_null(TO_PROTECT))
    found = marked.with_columns(shown).with_columns(reason=why)
    first = int(primary.sum())
    return Suppression(tuple(by), found, first, int(hidden.sum()) - first)


def _places(
    cells: pl.DataFrame, by: Sequence[str]
) -> tuple[tuple[Counts, ...], tuple[int, ...]]:
    """Give each cell its place in an array; totals go last along their axis."""
    places, shape = [], []
    for column in by:
        values = cells[column].drop_nulls().unique().sort()
        rank = values.search_sorted(cells[column]).cast(pl.Int64)
        at = pl.select(
            pl.when(cells[column].is_null()).then(len(values)).otherwise(rank)
        ).to_series()
        places.append(at.to_numpy())
        shape.append(len(values) + 1)
    flat = reduce(
        lambda whole, part: whole * part[1] + part[0],
        zip(places, shape, strict=True),
        np.zeros(len(cells), dtype=np.int64),
    )
    if len(np.unique(flat)) != len(flat):
        raise ParameterError("A cell is there twice. Give each cell one row.")
    return tuple(places), tuple(shape)
