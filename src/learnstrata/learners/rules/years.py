"""Years: which one counts as now, and which can be completed."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

import narwhals as nw

from learnstrata.config.stages import Config
from learnstrata.exceptions import SchemaError
from learnstrata.learners.lookups import Frame, collected
from learnstrata.learners.schema.register import column_label

__all__ = ["Later", "completed", "find_now", "moved_now"]

TWO_DIGITS = (10, 99)
# So many learners make a year one that enough share, of how few learners ever.
ENOUGH = 3
ENOUGH_OF_FEW = 2
FEW = 30
ENOUGH_SHARE = 0.005  # of the learners, up to the most that it ever takes
ENOUGH_EVER = 30
YEARS = (1900, 2100)
MOST_NO_YEARS = 0.5  # of the values given; above it the column is likely another one
LEAST_NO_YEARS = 3
EXAMPLES = 3


def _is_short(year: nw.Expr) -> nw.Expr:
    """Tell the years written with two digits."""
    low, high = TWO_DIGITS
    return (year >= low) & (year <= high)


def completed(year: nw.Expr, *, first: int, last: int) -> nw.Expr:
    """Complete a pay year of two digits; null where no century or both fit.

    Parameters
    ----------
    year : expression
    first, last : int
        Years between which it has to be.

    Examples
    --------
    >>> import polars as pl
    >>> frame = nw.from_native(pl.DataFrame({"year": [19.0, 98.0, 40.0, 2019.0]}))
    >>> year = completed(nw.col("year"), first=1960, last=2021)
    >>> frame.select(year)["year"].to_list()
    [2019.0, 1998.0, None, None]
    """
    fits = [
        _is_short(year) & (year + century >= first) & (year + century <= last)
        for century in (1900, 2000)
    ]
    old, new = (
        nw.when(fit).then(year + c) for fit, c in zip(fits, (1900, 2000), strict=True)
    )
    both = fits[0] & fits[1]
    return nw.when(~both).then(nw.coalesce(old, new))


def find_now(frame: Frame, config: Config) -> int:
    """Find the year that counts as now.

    By the table it is the newest pay year (without pay years, start year) that enough
    learners share, so that a slip of the keyboard moves nobody: 2 learners of under 30,
    else 3 or 0.5 %, and never more than 30, so that a large table moves on in the first
    days of January. Years before `first_year` or after that of the clock do not count.
    Where no year is shared by enough, it is the newest there is.

    Parameters
    ----------
    frame : narwhals frame in the standard columns
    config : Config

    Raises
    ------
    SchemaError
        If most values of a column of years are no years, or the year cannot be told
        from the table and is not given.
    """
    clock, rules = _clock(), config.cleaning
    counts = _learners_by_years(frame, first=rules.first_year, last=clock)
    if rules.suspect_years:
        for column, years in counts.items():
            _refuse_no_years(column, years, first=rules.first_year)
    if config.as_of != "table":
        return clock if config.as_of == "clock" else config.as_of
    for years in counts.values():
        if plausible := _plausible(years, first=rules.first_year, last=clock):
            now = _newest_shared(plausible)
            if rules.suspect_years:
                _refuse_later_starts(counts.get("start_year", {}), now)
            return now
    if "start_year" in counts:
        raise SchemaError(
            "Got no plausible year in pay_year or start_year, so experience cannot be "
            "counted. Give the year that counts as now: as_of = 2021 in the "
            "configuration, or --as-of 2021."
        )
    return clock


class Later(NamedTuple):
    """The year that counts as now for a table that a model was not fitted on.

    Attributes
    ----------
    now : int
    newest : int
        Of the years of pay up to that of the clock; `now` where none is after it.
    learners : int
        With a year of pay after `now`.
    """

    now: int
    newest: int
    learners: int


def moved_now(frame: Frame, config: Config, *, as_of: int) -> Later:
    """Find the year that counts as now for a later table; it never goes back.

    As `find_now`, but nothing is refused: where the table does not tell, the year of
    the model stays. Of a table so small that no year is shared by enough learners, it
    is the newest there is, up to that of the clock.

    Parameters
    ----------
    frame : narwhals frame in the standard columns
    config : Config
        Of the model.
    as_of : int
        The year of the model.

    Examples
    --------
    >>> import polars as pl
    >>> from learnstrata.config.loading import load_config
    >>> frame = nw.from_native(pl.DataFrame({"pay_year": [2019.0, 2022.0]}))
    >>> moved_now(frame, load_config(), as_of=2021)
    Later(now=2022, newest=2022, learners=0)
    """
    clock, first = _clock(), config.cleaning.first_year
    counts = _learners_by_years(frame, first=first, last=clock)
    each = [_plausible(years, first=first, last=clock) for years in counts.values()]
    told = next(filter(None, each), {})
    if config.as_of == "table":
        now = max(as_of, _newest_shared(told)) if told else as_of
    else:
        now = max(as_of, clock if config.as_of == "clock" else config.as_of)
    pays = _plausible(counts.get("pay_year", {}), first=now + 1, last=clock)
    return Later(now, int(max(pays, default=now)), sum(pays.values()))


def _clock() -> int:
    return datetime.now(tz=UTC).year


def _plausible(
    years: Mapping[float, int], *, first: int, last: int
) -> dict[float, int]:
    return {year: n for year, n in years.items() if first <= year <= last}


def _learners_by_years(
    frame: Frame, *, first: int, last: int
) -> dict[str, dict[float, int]]:
    """Count who has each year of pay, and each start year, where there are some."""
    names = frame.collect_schema().names()
    return {
        column: _learners_by_year(frame, column, first=first, last=last)
        for column in ("pay_year", "start_year")
        if column in names
    }


def _learners_by_year(
    frame: Frame, column: str, *, first: int, last: int
) -> dict[float, int]:
    """Count who has each year; of pay years those of two digits are completed."""
    year = nw.col(column)
    if column == "pay_year":
        year = nw.coalesce(completed(year, first=first, last=last), year)
    who = "learner_id" in frame.collect_schema().names()
    count = nw.col("learner_id").n_unique() if who else nw.len()
    own = ["learner_id"] if who else []
    given = frame.select(*own, _year=year).filter(~nw.col("_year").is_null())
    return dict(collected(given.group_by("_year").agg(count.alias("n"))).iter_rows())


def _refuse_no_years(column: str, years: Mapping[float, int], *, first: int) -> None:
    """Refuse a column of which most values cannot be years: it is another one."""
    low, high = first, YEARS[1]
    short = TWO_DIGITS if column == "start_year" else (low, low)
    no_years = {
        y: n
        for y, n in years.items()
        if not (low <= y <= high or short[0] <= y <= short[1])
    }
    several = sum(no_years.values()) >= LEAST_NO_YEARS
    if several and sum(no_years.values()) > MOST_NO_YEARS * sum(years.values()):
        ranked = sorted(no_years, key=lambda y: (-no_years[y], y))
        raise SchemaError(
            f"Got a column {column} ({column_label(column)}) of which most values are "
            f"no years, such as {[f'{year:.15g}' for year in ranked[:EXAMPLES]]}. "
            "Expected years such as 2019. Map another column in [columns] of the "
            "configuration, or write the years out."
        )


def _refuse_later_starts(years: Mapping[float, int], now: int) -> None:
    """Refuse a table that most learners start in after all pay: one is read wrongly."""
    later = sum(n for year, n in years.items() if now < year <= YEARS[1])
    if later >= LEAST_NO_YEARS and later > MOST_NO_YEARS * sum(years.values()):
        raise SchemaError(
            f"Most start years are after {now}, the newest year of pay that learners "
            "share, so one of the two columns is another one or holds no years. Map "
            "another column in [columns] of the configuration, write the years out, or "
            "give the year that counts as now: as_of in the configuration, or --as-of."
        )


def _newest_shared(years: Mapping[float, int]) -> int:
    learners = sum(years.values())
    enough = max(ENOUGH, min(ENOUGH_SHARE * learners, ENOUGH_EVER))
    enough = ENOUGH_OF_FEW if learners < FEW else enough
    shared = [year for year, n in years.items() if n >= enough]
    return int(max(shared or years))
