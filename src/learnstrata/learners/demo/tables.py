"""Demo table: learners that nobody is, shaped like the public learner table.

Calibration constants are counts and quantiles of the public table; companies, learners
and rare titles are invented. `_build` makes the table and the truth from one stream.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl

from learnstrata.exceptions import ParameterError
from learnstrata.learners.demo.titles import Records, entitle, systematic, title_names

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["make_learners", "planted_segments"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_LEARNERS, _SEVERAL, _COMPANIES = 153_443, 41_216, 37_299
_REPEATS = 34  # records that say the same as another of their learner
_NEWEST = 2021

# Learners by start year, 1970 to 2025.
_FIRST_START = 1970
_STARTS = [
    *(1, 1, 1, 1, 0, 0, 1, 1, 0, 1, 1, 2, 1, 2, 3, 3, 4, 5, 6, 8),
    *(12, 18, 24, 36, 48, 70, 90, 130, 190, 300, 560, 675, 655, 953, 1377, 1771),
    *(1957, 2120, 2525, 3530, 5225, 7121, 9251, 10659, 14125, 17062, 18647, 18411),
    *(19455, 16135, 8856, 2640, 580, 200, 40, 14),
]

# Quantiles of pay in thousand rupees, one row for each group of start years.
_PAY_GROUPS = [*(2004, 2006, 2008, 2010), *range(2011, 2022)]  # first years of groups
_PAY_LEVELS = [0, 0.01, 0.03, *(0.1 * i for i in range(1, 10)), 0.95, 0.98, 1]
_PAY_QUANTILES = [
    [31, 62, 101, 224, 922, 1443, 1998, 2581, 2922, 3383, 3981, 4928, 6174, 8864],
    [31, 63, 100, 427, 1145, 1547, 1977, 2454, 2713, 3068, 3606, 4687, 5662, 8207],
    [31, 59, 101, 490, 1012, 1368, 1706, 2034, 2481, 2846, 3328, 4231, 5096, 7018],
    [31, 68, 103, 593, 988, 1284, 1520, 1747, 2027, 2429, 2929, 3862, 4898, 6808],
    [31, 72, 116, 624, 979, 1225, 1467, 1661, 1934, 2273, 2715, 3508, 4545, 6014],
    [31, 77, 136, 606, 903, 1139, 1349, 1549, 1767, 2053, 2530, 3396, 4288, 5986],
    [31, 78, 151, 542, 795, 1002, 1216, 1443, 1657, 1953, 2374, 3167, 4193, 5632],
    [32, 76, 177, 492, 696, 871, 1038, 1264, 1499, 1770, 2206, 3015, 3899, 5338],
    [32, 86, 175, 421, 616, 778, 927, 1107, 1337, 1592, 1986, 2719, 3613, 5023],
    [31, 87, 157, 399, 579, 704, 834, 1006, 1201, 1457, 1845, 2565, 3388, 4804],
    [31, 77, 135, 363, 498, 624, 776, 919, 1105, 1380, 1752, 2471, 3227, 4643],
    [31, 74, 135, 340, 453, 580, 700, 830, 1014, 1265, 1626, 2277, 3008, 4226],
    [31, 83, 171, 329, 429, 541, 672, 791, 965, 1213, 1560, 2180, 2913, 4048],
    [32, 99, 197, 343, 419, 532, 656, 774, 926, 1144, 1470, 2059, 2816, 3875],
    [33, 96, 166, 323, 409, 512, 647, 769, 918, 1183, 1502, 2203, 3013, 4321],
    [33, 58, 98, 208, 371, 461, 599, 745, 958, 1218, 1656, 2566, 3751, 6078],
]
_PAY_TOP = 14_500

# How pay is typed: the unit it is rounded to, and how often. Zero stands for 449,999.
_TYPED_UNITS = np.array([1e5, 5e4, 1e4, 5e3, 1e3, 0.0, 1.0])
_TYPED_SHARES = np.array([0.44, 0.195, 0.30, 0.021, 0.0245, 0.0165, 0.003])

# Pay that is no salary: shares of learners, and the ceilings typed, in lakh.
_DIGIT_SHARE, _LAKH_SHARE, _THOUSAND_SHARE, _MONTH_SHARE = 0.0013, 1e-4, 5e-4, 0.0093
_CEILING_SHARE = 0.0076
_CEILINGS = [2000, 1000, 999, 999.9, 1999.9, 1800, 1500, 1200, 950, 900, 800]
_CEILING_WEIGHTS = [35, 43, 6, 4, 0.3, 0.7, 3, 2, 2, 2, 2]
_ALONE = 0.263  # of the typed ceilings, those at companies nobody else works at
_HIGHEST, _LOWEST = 1_000_150_000, 2

# Chance of several records by pay, and extra records among learners who have several.
_PAY_EDGES = [30_000, 200_000, 530_000, 950_000, 1_700_000, 3_800_000, 12_600_000]
_SEVERAL_WEIGHTS = np.array([0.6, 0.45, 2.75, 1.3, 0.6, 0.5, 0.35, 0.8])
_EXTRAS = np.array([32_531, 6_769, 1_500, 300, 80, 25, 8, 2, 1])
_OLDER_PAY = np.array([0.2, 0.45, 0.5, 0.6, 0.7, 0.8, 0.8, 0.8, 0.8])

# Learners of the nine largest companies; weights for the records of the five largest.
_LARGEST = [5_437, 3_595, 2_621, 2_333, 2_240, 2_015, 1_827, 1_785, 1_599]
_LARGEST_WEIGHTS = [1.46, 1.17, 0.86, 1.25, 1.25]
_COMPANY_DECAYS, _COMPANY_SHIFT = (0.0, 1.9888), 9.0
_AGE_SORTING, _PAY_SORTING = 0.20, 0.40  # share of the variance between companies

_PAY_YEARS = np.array([0.016, 0.030, 0.040, 0.036, 0.340, 0.238, 0.300])  # 2015 on
_PAY_YEARS_HISTORY = np.array([0.0, 0.005, 0.01, 0.02, 0.20, 0.30, 0.465])
_LAGS = np.array([0.55, 0.35, 0.07, 0.03])

# Start years no calendar knows, and how many records have them.
_NO_YEARS = [
    *(0, 1, 2, 3, 4, 5, 6, 38, 83, 91, 200, 201, 206, 208, 209),
    *(2026, 2027, 2028, 2029, 2031, 2101, 2106, 2107, 2204, 20165),
]
_NO_YEAR_COUNTS = [
    *(13, 3, 3, 5, 2, 2, 3, 1, 1, 1, 1, 1, 1, 1, 1),
    *(10, 3, 4, 6, 5, 1, 2, 1, 1, 2),
]

# Company names: letters by frequency, as a letter substitution of English has them.
_ALPHABET = "lsxqtnvzgrwkbohcmyfipdjaue"
_LETTER_SHARES = [
    *(12.7, 9.1, 8.2, 7.5, 7.0, 6.7, 6.3, 6.1, 6.0, 4.3, 4.0, 2.8, 2.8, 2.4, 2.4, 2.2),
    *(2.0, 2.0, 1.9, 1.5, 1.0, 0.8, 0.2, 0.2, 0.1, 0.1),
]
_COMPANY_ENDINGS = ["", " xvh lhg", " ltqzsx", " nxqrv", " oszt", " zqwlx ksb"]

# Planted segments: typical pay and start year, in the order in which they are used.
_SEGMENTS = [
    (400_000, 2020),  # early-career service-company learners
    (3_200_000, 1990),  # senior leaders
    (3_200_000, 2014),  # mid-career product engineers
    (400_000, 1990),  # long-serving service-company staff
    (3_200_000, 2020),  # early-career product engineers
    (400_000, 2014),  # mid-career service-company learners
]


def make_learners(
    n_learners: int = _LEARNERS,
    *,
    rng: np.random.Generator | int = 7,
    separation: float = 0.0,
    n_segments: int = 4,
) -> pl.DataFrame:
    """Make a learner table with the public table's columns, margins and dirt.

    Parameters
    ----------
    n_learners : int
        Distinct learners; there are about 1.34 records a learner.
    rng : Generator or int
        Source of every draw; the same int gives the same bytes.
    separation : float
        From 0, where segments overlap as they do in the public table, to 1, where they
        are far apart in log pay, log experience and company pay level.
    n_segments : int
        Segments planted, 2 to 6.

    Returns
    -------
    polars.DataFrame
        "Unnamed: 0", company_hash, email_hash, orgyear (calendar year), ctc (rupees a
        year, as typed), job_position, ctc_updated_year; one row a record, shuffled.

    Raises
    ------
    ParameterError
        If an argument is out of range.

    Notes
    -----
    Segments, in the order in which they are used: early-career service-company
    learners, senior leaders, mid-career product engineers, long-serving
    service-company staff, early-career product engineers, mid-career service-company
    learners. Counts scale with `n_learners`; margins are calibrated at 153,443 learners
    and below about 10,000 the extremes that occur a few times there may be absent.
    Separated segments have companies of their own, of five learners or more, so that
    company pay levels part as well. Two things are simpler than in reality: growth of
    pay does not depend on the company, and a missing title says nothing beyond its lean
    towards low pay.

    Examples
    --------
    >>> table = make_learners(1_000)
    >>> table.height, table["email_hash"].n_unique()
    (1339, 1000)
    """
    return _build(n_learners, rng, separation, n_segments)[0]


def planted_segments(
    n_learners: int = _LEARNERS,
    *,
    rng: np.random.Generator | int = 7,
    separation: float = 0.0,
    n_segments: int = 4,
) -> pl.DataFrame:
    """Give the segment each learner of `make_learners` was planted in.

    Parameters
    ----------
    n_learners, rng, separation, n_segments
        As given to `make_learners`. A Generator must be in the same state.

    Returns
    -------
    polars.DataFrame
        email_hash and planted_segment (0 to ``n_segments - 1``), one row a learner.

    Raises
    ------
    ParameterError
        If an argument is out of range.

    Examples
    --------
    >>> truth = planted_segments(1_000, n_segments=3)
    >>> sorted(truth["planted_segment"].unique())
    [0, 1, 2]
    """
    return _build(n_learners, rng, separation, n_segments)[1]


def _build(
    n_learners: int, rng: np.random.Generator | int, separation: float, n_segments: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    _check(n_learners, separation, n_segments)
    rng = np.random.default_rng(rng)
    people = _people(rng, n_learners, separation, n_segments)
    sizes = _company_sizes(n_learners, separation)
    company = _employ(rng, people, sizes, separation)
    pay = _mistype(rng, people.pay, sizes[company] == 1)
    records = _spoil(rng, _record(rng, people.start, company, pay))
    ids = _ids(rng, n_learners)
    names = _company_names(rng, len(sizes))
    titles = pl.Series(title_names(), dtype=pl.String)
    order = rng.permutation(len(records.learner))
    table = pl.DataFrame(
        {
            "Unnamed: 0": np.arange(len(order)),
            "company_hash": names[records.company[order] % (len(sizes) + 1)],
            "email_hash": ids[records.learner[order]],
            "orgyear": pl.Series(records.start[order], nan_to_null=True),
            "ctc": records.pay[order],
            "job_position": titles[records.title[order]],
            "ctc_updated_year": records.year[order].astype(np.float64),
        }
    )
    return table, pl.DataFrame({"email_hash": ids, "planted_segment": people.segment})


def _check(n_learners: int, separation: float, n_segments: int) -> None:
    most = len(_SEGMENTS)
    if n_learners < 1:
        raise ParameterError(
            f"Got n_learners={n_learners}, expected 1 or more. Ask for one at least."
        )
    if not 0 <= separation <= 1:
        raise ParameterError(
            f"Got separation={separation}, expected 0 <= separation <= 1. "
            "Use 0 for the overlap of the public table, 1 for segments far apart."
        )
    if not 2 <= n_segments <= most:
        raise ParameterError(
            f"Got n_segments={n_segments}, expected 2 <= n_segments <= {most}. "
            "Choose a number in that range."
        )


@dataclass(frozen=True, slots=True)
class _People:
    """Learners before they are employed: start year, pay as earned, segment."""

    start: Floats
    pay: Floats
    segment: Ints


def _scaled(count: float, n_learners: int) -> int:
    """Give the part of a count of the public table that a smaller table has."""
    return round(count * n_learners / _LEARNERS)


def _draw(rng: np.random.Generator, shares: npt.ArrayLike, size: int) -> Ints:
    """Draw positions with these shares, much faster than `Generator.choice`."""
    cumulated = np.cumsum(shares)
    return np.searchsorted(cumulated / cumulated[-1], rng.random(size), side="right")


def _people(
    rng: np.random.Generator, n: int, separation: float, n_segments: int
) -> _People:
    start = _FIRST_START + _draw(rng, _STARTS, n).astype(np.float64)
    log_pay = _earned(rng, start)
    career = np.log1p(np.maximum(_NEWEST - start, 0))
    centers = np.array(_SEGMENTS[:n_segments], dtype=np.float64)
    at_pay, at_career = np.log(centers[:, 0]), np.log1p(_NEWEST - centers[:, 1])
    nearness = -0.5 * ((log_pay[:, None] - at_pay) ** 2) / 0.8
    nearness -= 0.5 * ((career[:, None] - at_career) ** 2) / 0.5
    segment = np.argmax(nearness + rng.gumbel(size=nearness.shape), axis=1)
    planted_pay = rng.normal(at_pay[segment], 0.12)
    planted_start = rng.normal(centers[segment, 1], 0.6)
    start = np.rint((1 - separation) * start + separation * planted_start)
    log_pay = (1 - separation) * log_pay + separation * planted_pay
    return _People(start, np.exp(log_pay), segment)


def _earned(rng: np.random.Generator, start: Floats) -> Floats:
    """Draw log pay given the start year, by inverting its quantile function."""
    rank = rng.random(len(start))
    group = np.searchsorted(_PAY_GROUPS, start, side="right")
    log_pay = np.empty(len(start))
    for number, quantiles in enumerate(_PAY_QUANTILES):
        of_group = group == number
        known = np.log(np.array([*quantiles, _PAY_TOP]) * 1_000.0)
        log_pay[of_group] = np.interp(rank[of_group], _PAY_LEVELS, known)
    return log_pay + 0.06 * (1 - rank)  # older, lower pay is still to come


def _company_sizes(n: int, separation: float) -> Ints:
    """Give learners by company, with as many companies a learner at any size.

    Where segments part companies have five learners or more, so that they have a level.
    """
    wanted = _scaled(_COMPANIES, n)
    low, high = _COMPANY_DECAYS
    decay = (low + high) / 2
    for _ in range(30):
        n_companies = len(_power_law(n, decay, least=1))
        if abs(n_companies - wanted) <= 0.001 * wanted:
            break
        low, high = (decay, high) if n_companies < wanted else (low, decay)
        decay = (low + high) / 2
    return _power_law(n, decay, least=1 + round(4 * separation))


def _power_law(n: int, decay: float, *, least: int) -> Ints:
    """Share `n` learners among the nine largest companies and a tail."""
    # In proportion, the largest of a small table would leave no room for a tail.
    largest = np.rint(np.array(_LARGEST) * (n / _LEARNERS) ** 0.85)
    rank = np.arange(1, n + 1)
    tail = largest[-1] * (_COMPANY_SHIFT / (rank + _COMPANY_SHIFT)) ** decay
    sizes = np.maximum(np.concatenate([largest, np.rint(tail)]), least)
    sizes = np.diff(np.minimum(np.cumsum(sizes), n), prepend=0).astype(np.int64)
    return sizes[sizes > 0]


def _employ(
    rng: np.random.Generator, people: _People, sizes: Ints, separation: float
) -> Ints:
    """Seat learners so that companies differ in age and pay, sizes and pay untouched.

    Seats and learners are sorted alike: by planted segment where planted, by age, and
    within blocks of equal age by pay.
    """
    n = len(people.pay)
    seats = np.repeat(np.arange(len(sizes)), sizes)
    age = rng.normal(size=len(sizes))
    age[:5] = 0  # pay leans on age, and record counts on pay: keep these five steady
    age = _mixed(rng, age, seats, _AGE_SORTING, separation)
    level = rng.normal(np.clip(0.32 * np.log(sizes) - 0.55, -0.55, 0.6))
    # The largest are service companies that pay beginners little.
    level[:5] = [-1.1, -0.9, -0.7, -0.8, -0.8][: len(level)]
    wage = _mixed(rng, level, seats, _PAY_SORTING, separation)
    planted = rng.random(n) < separation
    seat_order = _nested(
        np.where(planted, _company_segments(rng, people.segment, sizes)[seats], -1),
        age,
        wage,
    )
    planted = rng.random(n) < separation
    tenure = _NEWEST - people.start + rng.random(n)
    order = _nested(np.where(planted, people.segment, -1), tenure, people.pay)
    company = np.empty(n, dtype=np.int64)
    company[order] = seats[seat_order]
    return company


def _mixed(
    rng: np.random.Generator,
    of_company: Floats,
    seats: Ints,
    sorting: float,
    separation: float,
) -> Floats:
    """Add to a company's level the noise of its seats, less where segments part."""
    share = sorting + separation * (1 - sorting)
    noise = rng.normal(size=len(seats))
    return np.sqrt(share) * of_company[seats] + np.sqrt(1 - share) * noise


def _company_segments(rng: np.random.Generator, segment: Ints, sizes: Ints) -> Ints:
    """Give every company one segment, so that each segment finds seats enough."""
    order = rng.permutation(len(sizes))
    middle = np.cumsum(sizes[order]) - sizes[order] / 2
    ends = np.cumsum(np.bincount(segment))
    given = np.empty(len(sizes), dtype=np.int64)
    given[order] = np.searchsorted(ends, middle, side="right")
    return given


def _nested(pool: Ints, age: Floats, pay: Floats, blocks: int = 200) -> Ints:
    by_age = np.lexsort((age, pool))
    block = np.empty(len(pool), dtype=np.int64)
    block[by_age] = np.arange(len(pool)) * blocks // len(pool)
    return np.lexsort((pay, block, pool))


def _typed(rng: np.random.Generator, pay: Floats) -> Ints:
    """Round pay the way people type it: whole lakh, half lakh, 449,999."""
    unit = _TYPED_UNITS[_draw(rng, _TYPED_SHARES, len(pay))]
    nines = unit == 0
    unit = np.where(nines, 5e4, unit)
    decade = 10.0 ** np.floor(np.log10(pay))
    fine = np.maximum(decade / np.where(pay < 1e5, 10, 1), 1)
    unit = np.where(unit > 1, np.minimum(unit, fine), unit)
    unit = np.where((pay > 4e6) & (unit < 1e5), 1e5, unit)
    return (np.rint(pay / unit) * unit).astype(np.int64) - nines


def _mistype(
    rng: np.random.Generator, pay: Floats, alone: npt.NDArray[np.bool_]
) -> Ints:
    """Type the pay, and for a few learners something that is no yearly pay in rupees.

    Ceilings come up more often where nobody else works, which makes junk companies.
    """
    n, n_alone = len(pay), int(alone.sum())
    per_learner = np.where(alone, _ALONE / max(n_alone, 1), (1 - _ALONE) / n)
    wrongs: list[Callable[[int], Floats]] = [
        lambda size: np.rint(10 ** rng.uniform(7.11, 7.7, size) / 5e6) * 5e6,
        lambda size: np.rint(rng.uniform(2, 60, size)),
        lambda size: np.rint(10 ** rng.uniform(2.5, 3.7, size) / 10) * 10,
        lambda size: np.rint(10 ** rng.uniform(3.7, 4.55, size) / 1e3) * 1e3,
        lambda size: np.array(_CEILINGS)[_draw(rng, _CEILING_WEIGHTS, size)] * 1e5,
    ]
    shares = [_DIGIT_SHARE, _LAKH_SHARE, _THOUSAND_SHARE, _MONTH_SHARE]
    u = rng.random(n)
    kind = np.searchsorted(np.cumsum(shares), u, side="right")
    kind += (kind == len(shares)) & (1 - u >= _CEILING_SHARE * per_learner * n)
    typed = _typed(rng, pay)
    for number, wrong in enumerate(wrongs):
        where = kind == number
        typed[where] = wrong(int(where.sum()))
    return typed


def _count_extra(rng: np.random.Generator, pay: Ints, company: Ints) -> Ints:
    """Give each learner's records beyond the first."""
    n = len(pay)
    weight = _SEVERAL_WEIGHTS[np.searchsorted(_PAY_EDGES, pay)]
    for number, factor in enumerate(_LARGEST_WEIGHTS):
        weight = np.where(company == number, weight * factor, weight)
    n_several = _scaled(_SEVERAL, n)
    several = np.argsort(-(np.log(weight) + rng.gumbel(size=n)))[:n_several]
    extra = np.zeros(n, dtype=np.int64)
    extra[several] = 1 + systematic(rng, _EXTRAS, n_several)
    return extra


def _record(
    rng: np.random.Generator, start: Floats, company: Ints, pay: Ints
) -> Records:
    """Expand learners to records: the current pay first, older pay and titles after."""
    n, n_extra = len(pay), _count_extra(rng, pay, company)
    per_learner = 1 + n_extra
    learner = np.repeat(np.arange(n), per_learner)
    number = np.arange(len(learner)) - (np.cumsum(per_learner) - per_learner)[learner]
    entry = np.where(number > 1, _draw(rng, [0.6, 0.25, 0.15], len(learner)), number)
    has_history = rng.random(n) < np.concatenate([[0.0], _OLDER_PAY])[n_extra]
    entry = np.where(has_history[learner], entry, 0)
    pays = _pay_history(rng, pay)
    years = _year_history(rng, start, has_history)
    moved = (rng.random(n) < 0.1)[learner] & (entry > 0)
    elsewhere = rng.permutation(company)
    records = Records(
        learner=learner,
        entry=entry,
        company=np.where(moved, elsewhere[learner], company[learner]),
        start=start[learner],
        pay=pays[entry, learner],
        year=years[entry, learner],
        title=np.zeros(len(learner), dtype=np.int64),
    )
    titles = entitle(rng, records, n_repeats=_scaled(_REPEATS, n))
    return replace(records, title=titles)


def _pay_history(rng: np.random.Generator, pay: Ints) -> Ints:
    """Give pay now and twice before: seven of eight times it was lower."""
    history = [pay]
    for _ in range(2):
        size = np.abs(rng.normal(scale=0.27, size=len(pay))) + 0.03
        change = np.where(rng.random(len(pay)) < 0.875, -size, 0.3 * size)
        older = _typed(rng, np.maximum(history[-1] * np.exp(change), 2.0))
        older = np.maximum(older, _LOWEST)
        history.append(np.where(older == history[-1], older * 9 // 10 + 1, older))
    return np.stack(history)


def _year_history(
    rng: np.random.Generator, start: Floats, has_history: npt.NDArray[np.bool_]
) -> Ints:
    """Give the pay years of `_pay_history`; only now and then before the start."""
    n = len(start)
    first = _NEWEST + 1 - len(_PAY_YEARS)
    year = first + _draw(rng, _PAY_YEARS, n)
    year = np.where(has_history, first + _draw(rng, _PAY_YEARS_HISTORY, n), year)
    mended = (year < start) & (rng.random(n) < 0.8)
    year = np.where(mended, np.clip(start, first, _NEWEST).astype(np.int64), year)
    before = year - 1 - _draw(rng, _LAGS, n)
    long_before = before - 1 - _draw(rng, _LAGS, n)
    return np.maximum([year, before, long_before], first)


def _ids(rng: np.random.Generator, n: int) -> pl.Series:
    digits = np.frombuffer(rng.bytes(32 * n).hex().encode(), dtype="S64")
    return pl.Series(digits.astype("U64"))


def _company_names(rng: np.random.Generator, n: int) -> pl.Series:
    """Invent names like words under a letter substitution, and none for the last."""
    n_words = n + n // 5 + 50
    letters = np.frombuffer(_ALPHABET.encode(), dtype="S1")
    word = letters[_draw(rng, _LETTER_SHARES, 12 * n_words)].reshape(n_words, 12)
    length = 5 + _draw(rng, [2, 3, 4, 4, 3, 2, 1, 1], n_words)
    word[np.arange(12) >= length[:, None]] = b""
    names = np.ascontiguousarray(word).view("S12").ravel()
    endings = np.array(_COMPANY_ENDINGS, dtype="S12")
    names = np.char.add(names, endings[_draw(rng, [6, 2, 1, 1, 1, 1], n_words)])
    first = np.sort(np.unique(names, return_index=True)[1])[:n]
    return pl.Series([*names[first].astype(str).tolist(), None], dtype=pl.String)


def _spoil(rng: np.random.Generator, records: Records) -> Records:
    """Lose start years and companies, write impossible years and the extremes."""
    n = records.learner[-1] + 1
    single = rng.permutation(np.flatnonzero(records.alone))
    no_start, no_year, no_company = np.split(
        single, np.cumsum([_scaled(count, n) for count in (86, 74, 44)])
    )[:3]
    start, company = records.start.copy(), records.company.copy()
    years = rng.permutation(np.repeat(_NO_YEARS, _NO_YEAR_COUNTS))
    start[no_start], start[no_year] = np.nan, np.resize(years, len(no_year))
    company[no_company] = -1
    pay = records.pay.copy()
    only_one = (np.bincount(records.company) == 1)[records.company] & (company >= 0)
    for value, possible in ((_HIGHEST, (pay > 5e7) & only_one), (_LOWEST, pay < 100)):
        pay[single[possible[single]][:1]] = value
    return replace(records, start=start, company=company, pay=pay)
