"""What stands in for a missing pay or experience where a distance needs a number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import narwhals as nw
import polars as pl

from learnstrata.learners.lookups import Frame, collected, join_lookup

__all__ = ["PayFills", "experience_fills", "pay_fills"]

MIN_PEERS = 5


@dataclass(frozen=True, slots=True)
class PayFills:
    """Median pay of peers: same role and experience band, else same role, else all.

    Attributes
    ----------
    roles, bands : tuple of str
        Key of each cell.
    medians : tuple of float
        Median pay of each cell, currency units a year.
    by_role : mapping of str to float
    overall : float
    """

    roles: tuple[str, ...]
    bands: tuple[str, ...]
    medians: tuple[float, ...]
    by_role: Mapping[str, float]
    overall: float

    def add(self, frame: Frame) -> Frame:
        """Add ``_pay_fill``: what each learner's pay would be taken for."""
        cells = pl.DataFrame(
            {
                "role": pl.Series(self.roles, dtype=pl.String),
                "experience_band": pl.Series(self.bands, dtype=pl.String),
                "_cell": pl.Series(self.medians, dtype=pl.Float64),
            }
        )
        roles = pl.DataFrame(
            {
                "role": pl.Series(list(self.by_role), dtype=pl.String),
                "_role": pl.Series(list(self.by_role.values()), dtype=pl.Float64),
            }
        )
        frame = join_lookup(frame, cells, on=["role", "experience_band"])
        frame = join_lookup(frame, roles, on=["role"])
        fill = nw.coalesce(nw.col("_cell"), nw.col("_role"), nw.lit(self.overall))
        return frame.with_columns(_pay_fill=fill)


def pay_fills(frame: Frame, impute: str) -> PayFills:
    """Learn the fills of pay from learners with ``role`` and ``experience_band``."""
    overall = _medians(frame, "pay", [])["median"][0]
    if impute == "median":
        return PayFills((), (), (), {}, overall)
    cells = _medians(frame, "pay", ["role", "experience_band"])
    roles = _medians(frame, "pay", ["role"])
    return PayFills(
        roles=tuple(cells["role"]),
        bands=tuple(cells["experience_band"]),
        medians=tuple(cells["median"]),
        by_role=dict(zip(roles["role"], roles["median"], strict=True)),
        overall=overall,
    )


def experience_fills(frame: Frame, impute: str) -> dict[str, float]:
    """Learn the median experience of each role; of all under the key ``""``."""
    fills = {"": float(_medians(frame, "years_of_experience", [])["median"][0])}
    if impute == "peers":
        roles = _medians(frame, "years_of_experience", ["role"])
        fills |= dict(zip(roles["role"], roles["median"], strict=True))
    return fills


def _medians(frame: Frame, column: str, by: Sequence[str]) -> pl.DataFrame:
    known = frame.select(column, *by).filter(~nw.col(column).is_null())
    keys = list(by) or ["_all"]
    known = known.with_columns(_all=nw.lit("all"))
    grouped = known.group_by(*keys).agg(
        nw.col(column).median().alias("median"), nw.len().alias("n")
    )
    table = collected(grouped).drop_nulls().sort(keys)
    return table.filter(pl.col("n") >= MIN_PEERS) if by else table
