"""Numbers made coarse enough to be shared: pay, and counts in tens."""

import numpy as np
import numpy.typing as npt

from learnstrata.privacy.disclosure.attack import Floats

__all__ = ["AMOUNTS", "TENS", "in_tens", "rounded_number", "rounded_pay"]

AMOUNTS = ("pay", "company_pay")
TENS = 10  # learners a count is rounded to


def rounded_pay(pay: npt.ArrayLike, unit: float) -> Floats:
    """Round pay to 0.1 units or 1 %, whichever is coarser.

    The step is the next 1, 2 or 5 times a power of ten, so that a larger pay never
    becomes the smaller one.

    Examples
    --------
    >>> rounded_pay([804_321.0, 3_427_000.0], 100_000.0).tolist()
    [800000.0, 3450000.0]
    """
    values = np.asarray(pay, dtype=np.float64)
    hundredth = np.maximum(values * 0.01, 0.1 * unit)
    power = 10.0 ** np.floor(np.log10(hundredth) + 1e-9)
    times = np.array([1.0, 2.0, 5.0, 10.0])
    at = np.searchsorted(times, hundredth / power * (1 - 1e-9), side="left")
    step = power * times[np.minimum(at, 3)]
    return np.maximum(np.rint(values / step), 1.0) * step


def in_tens(counts: npt.ArrayLike, least: int) -> Floats:
    """Round counts to tens; nan where one is hidden, from 1 to below `least`.

    Neither a count nor the difference of two then tells of few.

    Examples
    --------
    >>> in_tens([0, 4, 12, 118], 10).tolist()
    [0.0, nan, 10.0, 120.0]
    """
    exact = np.asarray(counts)
    few = (exact > 0) & (exact < least)
    return np.where(few, np.nan, TENS * np.rint(exact / TENS))


def rounded_number(name: str, value: float, unit: float) -> float:
    """Round a typical number by what it is of: pay, or a company's size to two digits.

    Examples
    --------
    >>> rounded_number("pay", 804_321.0, 1e5)
    800000.0
    >>> rounded_number("company_learners", 127, 1.0)
    130.0
    """
    if name in AMOUNTS and value > 0:
        return float(rounded_pay([value], unit)[0])
    if name == "company_learners":
        return float(f"{value:.2g}")
    return value
