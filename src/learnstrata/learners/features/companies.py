"""What is known of a learner's company: its pay level without them, and its tier."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl

from learnstrata.config.stages import Company
from learnstrata.learners.lookups import Frame, collected, on_grid
from learnstrata.learners.lookups import join_lookup as join
from learnstrata.privacy.keys import codes

__all__ = ["TIERS", "UNRATED", "CompanyLevels", "fit_companies"]

TIERS = ("Tier 3", "Tier 2", "Tier 1")
UNRATED = "Unrated"
DIGITS = 9
# Behind the point: what has more adds up differently in each order. A sum of logarithms
# is exact for some ten million learners.
LOG_BITS, PAY_BITS, YEAR_BITS = 26, 12, 20


@dataclass(frozen=True, slots=True)
class CompanyLevels:
    """Sums of each company and levels of each role, enough to place any learner.

    Attributes
    ----------
    code : tuple of int
        Keyed code of each company (`learnstrata.privacy.keys.codes`), ascending: the
        order of the companies tells nothing of their names.
    learners, paid : tuple of int
        Learners of the company, and rows of it with a pay.
    log_pay, pay : tuple of float
        Sums over the rows with a pay; pay in currency units a year.
    experience : tuple of float
        Mean years of experience; None where nobody's is known.
    tier : tuple of str
        One of `TIERS` or `UNRATED`.
    roles : tuple of str
    role_levels : tuple of float
        Mean log pay of each role.
    overall : float
        Mean log pay of all.
    """

    code: tuple[int, ...]
    learners: tuple[int, ...]
    paid: tuple[int, ...]
    log_pay: tuple[float, ...]
    pay: tuple[float, ...]
    experience: tuple[float | None, ...]
    tier: tuple[str, ...]
    roles: tuple[str, ...]
    role_levels: tuple[float, ...]
    overall: float
    leave_out_own: bool
    shrinkage: float

    def table(
        self, names: Iterable[str], name_codes: npt.NDArray[np.int64]
    ) -> pl.DataFrame:
        """Give the known ones of the companies `names` as a table to join."""
        known = pl.DataFrame(
            {
                "_code": pl.Series(self.code, dtype=pl.Int64),
                "company_learners": pl.Series(self.learners, dtype=pl.Int64),
                "_paid": pl.Series(self.paid, dtype=pl.Int64),
                "_sum_log_pay": pl.Series(self.log_pay, dtype=pl.Float64),
                "_sum_pay": pl.Series(self.pay, dtype=pl.Float64),
                "company_mean_experience": pl.Series(self.experience, dtype=pl.Float64),
                "_tier": pl.Series(self.tier, dtype=pl.String),
            }
        )
        asked = pl.DataFrame(
            {
                "company": pl.Series(names, dtype=pl.String),
                "_code": pl.Series(name_codes, dtype=pl.Int64),
            }
        )
        return asked.join(known, on="_code", how="inner").drop("_code").sort("company")

    def add(self, frame: Frame, table: pl.DataFrame) -> Frame:
        """Add level, means, size and tier of their company to learners.

        ``company_level`` is ``(S + tau * role_level) / (n + tau)``: S the sum and n the
        number of log pays of the company's other learners, tau the shrinkage. Without
        other learners it is the level of the role.
        """
        roles = pl.DataFrame(
            {
                "role": pl.Series(self.roles, dtype=pl.String),
                "_role_level": pl.Series(self.role_levels, dtype=pl.Float64),
            }
        )
        frame = join(frame, table, on=["company"])
        frame = join(frame, roles, on=["role"])
        level = nw.coalesce(nw.col("_role_level"), nw.lit(self.overall))
        paid = nw.col("_paid")
        frame = frame.with_columns(
            _role_level=level,
            _n=nw.when(~paid.is_null()).then(paid).otherwise(nw.lit(0)),
            company_learners=nw.coalesce(nw.col("company_learners"), nw.lit(0)),
            tier=nw.coalesce(nw.col("_tier"), nw.lit(UNRATED)),
        )
        if not self.roles:  # the fitted table had no pay
            return frame
        own = nw.col("_member") & ~nw.col("pay").is_null() & (nw.col("_n") > 0)
        own = own if self.leave_out_own else own & nw.lit(value=False)
        frame = frame.with_columns(_own=own)
        return frame.with_columns(**self._levels())

    def _levels(self) -> dict[str, nw.Expr]:
        log_pay = on_grid(nw.col("pay").log(), LOG_BITS)
        n, own = nw.col("_n"), nw.col("_own")
        others = n - nw.when(own).then(nw.lit(1)).otherwise(nw.lit(0))
        total = nw.when(n > 0).then(nw.col("_sum_log_pay")).otherwise(nw.lit(0.0))
        total = nw.when(own).then(total - log_pay).otherwise(total)
        weighed = (total + self.shrinkage * nw.col("_role_level")) / (
            others + self.shrinkage
        )
        known = others + self.shrinkage > 0
        level = nw.when(known).then(weighed).otherwise(nw.col("_role_level"))
        return {
            "company_level": level,
            "company_mean_pay": nw.when(n > 0).then(nw.col("_sum_pay") / n),
        }


def fit_companies(
    frame: Frame,
    config: Company,
    *,
    key: bytes,
    columns: Sequence[str],
) -> CompanyLevels:
    """Learn sums and tiers of all companies, and the pay level of each role."""
    table = _company_table(frame, columns)
    roles = _role_table(frame, columns)
    tier = _tiers(table, config)
    n_paid = int(table["paid"].sum())
    total = float(table["log_pay"].to_numpy().sum())
    code = pl.Series("code", codes(table["company"], key=key))
    table = table.with_columns(code, pl.Series("tier", tier, pl.String)).sort("code")
    return CompanyLevels(
        code=tuple(table["code"].to_list()),
        learners=tuple(table["learners"].to_list()),
        paid=tuple(table["paid"].to_list()),
        log_pay=tuple(table["log_pay"].to_list()),
        pay=tuple(table["pay"].to_list()),
        experience=tuple(table["experience"].to_list()),
        tier=tuple(table["tier"].to_list()),
        roles=tuple(roles["role"].to_list()),
        role_levels=tuple(roles["level"].to_list()),
        overall=round(total / n_paid, DIGITS) if n_paid else 0.0,
        leave_out_own=config.leave_out_own,
        shrinkage=config.shrinkage,
    )


def _company_table(frame: Frame, columns: Sequence[str]) -> pl.DataFrame:
    pay = nw.col("pay") if "pay" in columns else nw.lit(None, dtype=nw.Float64)
    years = nw.lit(None, dtype=nw.Float64)
    if "years_of_experience" in columns:
        years = nw.col("years_of_experience")
    of_sums = [c for c in ("pay", "years_of_experience") if c in columns]
    rows = frame.select("company", "learner_id", *of_sums)
    rows = rows.filter(~nw.col("company").is_null()).with_columns(
        _pay=on_grid(pay, PAY_BITS),
        _log_pay=on_grid(pay.log(), LOG_BITS),
        _years=on_grid(years, YEAR_BITS),
    )
    sums = rows.group_by("company").agg(
        nw.col("learner_id").n_unique().alias("learners"),
        nw.col("_pay").count().alias("paid"),
        nw.col("_log_pay").sum().alias("log_pay"),
        nw.col("_pay").sum().alias("pay"),
        nw.col("_years").mean().alias("experience"),
    )
    return (
        collected(sums)
        .sort("company")
        .with_columns(
            pl.col("log_pay").fill_null(0.0),
            pl.col("pay").fill_null(0.0).round(DIGITS),
            pl.col("experience").cast(pl.Float64).round(DIGITS),
            pl.col("learners", "paid").cast(pl.Int64),
        )
    )


def _role_table(frame: Frame, columns: Sequence[str]) -> pl.DataFrame:
    if "pay" not in columns:
        return pl.DataFrame(schema={"role": pl.String, "level": pl.Float64})
    rows = (
        frame.select("role", "pay")
        .filter(~nw.col("pay").is_null())
        .with_columns(_log_pay=on_grid(nw.col("pay").log(), LOG_BITS))
    )
    means = rows.group_by("role").agg(nw.col("_log_pay").mean().alias("level"))
    level = on_grid(nw.col("level"), LOG_BITS)
    return collected(nw.from_native(collected(means).sort("role")).with_columns(level))


def _tiers(table: pl.DataFrame, config: Company) -> list[str]:
    mean_pay = table["pay"] / table["paid"]
    log_level = table["log_pay"] / table["paid"]
    level = mean_pay if config.tier_level == "mean_pay" else log_level
    learners = table["learners"].to_numpy()
    rated = (table["paid"].to_numpy() > 0) & (learners >= config.min_learners)
    values = level.to_numpy()
    if not rated.any():
        return [UNRATED] * len(table)
    cuts = _cuts(values[rated], learners[rated], config)
    place = np.searchsorted(cuts, values, side="left")
    return [TIERS[p] if r else UNRATED for p, r in zip(place, rated, strict=True)]


def _cuts(values: np.ndarray, learners: np.ndarray, config: Company) -> np.ndarray:
    if config.tier_by == "companies":
        return np.quantile(values, config.tier_cuts)
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(learners[order]) / learners.sum()
    at = [int(np.searchsorted(reached, cut, side="left")) for cut in config.tier_cuts]
    return values[order][at]
