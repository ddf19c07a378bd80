"""Which counts of learners by segment may be told, worked out once for all who tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from learnstrata.privacy.disclosure.cells import (
    CellRule,
    Suppression,
    count_cells,
    suppress,
)

__all__ = ["UNKNOWN", "Census", "crossed", "ends_told", "take_census"]

UNKNOWN = ""  # category of learners whose band is not known
BANDS = ("experience_band", "pay_band")  # crossed with each other as well
ALONE = ("role", "tier")


@dataclass(frozen=True, slots=True)
class Census:
    """Segments against categories: what may be told of them, and what may not.

    Attributes
    ----------
    rule : CellRule
    sizes : Suppression
        Of the segments alone.
    tables : mapping of tuple of str to Suppression
        Segments by these columns, which are crossed with each other as well.
    paid : frozenset of int
        Segments whose pay may be told: of enough companies, none of which has most.
    """

    rule: CellRule
    sizes: Suppression
    tables: Mapping[tuple[str, ...], Suppression]
    paid: frozenset[int]

    def size(self, segment: int) -> int | None:
        """Give the size of a segment; None where it may not be told."""
        return self.sizes.counts()[(segment,)]

    def shown(self, category: str) -> dict[tuple[str, int | None], bool]:
        """Say what may be told of a category, by value and segment (None: of all)."""
        columns = next(c for c in self.tables if category in c)
        others = [pl.col(c).is_null() for c in columns if c != category]
        cells = self.tables[columns].cells.filter(
            pl.col(category).is_not_null(), *others
        )
        rows = cells.select(category, "segment_id", "shown").rows()
        return {(value, segment): shown for value, segment, shown in rows}

    def bands(self) -> dict[tuple[str | None, str | None, int | None], int | None]:
        """Give the counts of experience band, pay band and segment; None where hidden.

        Empty where the table lacks one of the bands.
        """
        found = self.tables.get(BANDS)
        return {} if found is None else found.counts()  # type: ignore[return-value]


def take_census(
    learners: pl.DataFrame, *, rule: CellRule | None = None, no_company: str = ""
) -> Census:
    """Count learners by segment and category, and say which counts may be told.

    Parameters
    ----------
    learners : polars.DataFrame
        With ``segment_id`` and the categories it has of ``role``, ``tier``,
        ``experience_band`` and ``pay_band``. It is not changed.
    rule : CellRule, default=None
    no_company : str, default=""
        Category of a missing company.

    Returns
    -------
    Census

    Notes
    -----
    The bands are crossed with each other, as rule-based segments are such cells: what
    may be told of a band alone is worked out together with them. Sizes of segments
    that may be told count as known in every table. Of the three tables (role, tier, and
    both bands) each is safe by itself: nobody works out a small count. A large one that
    is hidden to protect a small one may be worked out, which harms nobody.

    Examples
    --------
    >>> frame = pl.DataFrame({"segment_id": [1] * 24 + [2] * 40,
    ...                       "role": ["a"] * 4 + ["b"] * 20 + ["a"] * 20 + ["b"] * 20})
    >>> census = take_census(frame)
    >>> census.size(1), census.shown("role")[("a", 1)]
    (24, False)
    """
    rule = rule or CellRule()
    sizes = suppress(_counts(learners, ["segment_id"]), ["segment_id"], rule=rule)
    if "experience_imputed" in learners.columns:
        known = pl.col("experience_imputed") == 0
        learners = learners.with_columns(
            experience_band=pl.when(known).then("experience_band")
        )
    groups = [tuple(c for c in BANDS if c in learners.columns)]
    groups += [(c,) for c in ALONE if c in learners.columns]
    return Census(
        rule=rule,
        sizes=sizes,
        tables={g: crossed(learners, g, sizes=sizes, rule=rule) for g in groups if g},
        paid=_paid(learners, rule, no_company),
    )


def crossed(
    learners: pl.DataFrame,
    columns: Sequence[str],
    *,
    sizes: Suppression,
    rule: CellRule,
) -> Suppression:
    """Cross columns with the segments, whose sizes are known as far as they are told.

    Parameters
    ----------
    learners : polars.DataFrame
        With ``segment_id``.
    columns : sequence of str
        Missing values become `UNKNOWN`.
    sizes : Suppression
    rule : CellRule
    """
    by = [*columns, "segment_id"]
    filled = [pl.col(c).cast(pl.String).fill_null(UNKNOWN) for c in columns]
    told = sizes.cells.filter("shown")["segment_id"].drop_nulls().to_list()
    whole = pl.all_horizontal(pl.col(c).is_null() for c in columns)
    known = pl.col("segment_id").is_null() | pl.col("segment_id").is_in(told)
    cells = _counts(learners.select("segment_id", *filled), by)
    return suppress(cells, by, rule=rule, known=whole & known, others=False)


def ends_told(
    smallest: float, largest: float, *, rows: int, least: int
) -> tuple[bool, bool]:
    """Say whether the shares of the smallest and of the largest segment may be told.

    Neither may where it, or what it leaves of the whole, is of 1 to below `least`
    learners; nor may the smallest where both together leave so few.

    Parameters
    ----------
    smallest, largest : float
        Shares of the rows, 0..1.
    rows, least : int

    Examples
    --------
    >>> ends_told(0.2, 0.5, rows=400, least=10)
    (True, True)
    >>> ends_told(0.02, 0.98, rows=400, least=10)
    (False, False)
    """
    low, high = round(smallest * rows), round(largest * rows)
    of_low = (low, rows - low, rows - low - high)
    return (
        not any(0 < n < least for n in of_low),
        not any(0 < n < least for n in (high, rows - high)),
    )


def _counts(learners: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    return count_cells(learners, by, company=None)


def _paid(learners: pl.DataFrame, rule: CellRule, no_company: str) -> frozenset[int]:
    """Find the segments whose pay tells of no company.

    A segment of which no company is known tells of none.
    """
    ids = frozenset(learners["segment_id"].unique().to_list())
    if not {"company", "pay"} <= set(learners.columns):
        return ids
    known = learners.filter(pl.col("pay").is_not_null())
    company = pl.when(pl.col("company") != no_company).then("company")
    each = known.group_by("segment_id", company.alias("company")).len("n")
    at = each.drop_nulls("company").group_by("segment_id")
    found = at.agg(companies=pl.len(), largest=pl.col("n").max())
    sizes = known.group_by("segment_id").len("learners")
    cells = sizes.join(found, on="segment_id").with_columns(
        largest_share=pl.col("largest") / pl.col("learners")
    )
    told = cells.filter(rule.reasons().is_not_null())
    return ids - frozenset(told["segment_id"].to_list())
