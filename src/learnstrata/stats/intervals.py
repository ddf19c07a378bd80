"""Intervals of a rate and of a mean."""

import math

from learnstrata.exceptions import ParameterError

__all__ = ["mean_interval", "wilson"]

Z = 1.959964  # of a 95 % interval
UPPER = 0.975


def wilson(count: int, n: int, *, z: float = Z) -> tuple[float, float]:
    r"""Give Wilson's interval of a rate, of 95 % where nothing else is asked for.

    .. math:: \frac{p + z^2/2n \pm z \sqrt{p(1-p)/n + z^2/4n^2}}{1 + z^2/n}

    Within 0 to 1; the narrower, the surer.

    Parameters
    ----------
    count, n : int
        With the property, and all: 0 to `n`, and 1 or more.
    z : float
        Standard deviations at either side: 1.96 holds the truth 95 times in 100, 3
        holds it 997 times in 1,000.

    Raises
    ------
    ParameterError
        If the count is not one of `n`.

    Notes
    -----
    It holds the rate in 95 % on average over rates, and for some rates near 0 or 1 of
    few in 85 to 90 %.

    References
    ----------
    .. [1] E. B. Wilson (1927), "Probable Inference, the Law of Succession, and
       Statistical Inference", Journal of the American Statistical Association 22(158):
       209-212.
    .. [2] L. D. Brown, T. T. Cai, A. DasGupta (2001), "Interval Estimation for a
       Binomial Proportion", Statistical Science 16(2): 101-133.

    Examples
    --------
    >>> low, high = wilson(40, 100)
    >>> round(low, 3), round(high, 3)
    (0.309, 0.498)
    """
    if not 0 <= count <= n or n < 1:
        raise ParameterError(
            f"Got {count} of {n}, expected a part of one or more. Count the part among "
            "those who have a value."
        )
    p, more = count / n, z**2 / n
    middle = (p + more / 2) / (1 + more)
    half = z * math.sqrt(p * (1 - p) / n + more / (4 * n)) / (1 + more)
    return max(0.0, min(middle - half, p)), min(1.0, max(middle + half, p))


def mean_interval(mean: float, deviation: float, n: int) -> tuple[float, float]:
    r"""Give Student's 95 % interval of a mean, :math:`\bar y \pm t_{n-1} s / \sqrt n`.

    Parameters
    ----------
    mean, deviation : float
        The deviation with ``n - 1``.
    n : int
        2 or more.

    Raises
    ------
    ParameterError
        If `n` is less than 2.

    Notes
    -----
    Of skewed values it holds the mean less often: of 50 lognormal ones (sigma 1) in
    about 90 %.

    References
    ----------
    .. [1] Student (1908), "The Probable Error of a Mean", Biometrika 6(1): 1-25.

    Examples
    --------
    >>> low, high = mean_interval(10.0, 2.0, 16)
    >>> round(low, 2), round(high, 2)
    (8.93, 11.07)
    """
    from scipy.special import stdtrit

    if n < 2:
        raise ParameterError(
            f"Got {n} value, expected 2 or more: one has no spread. Leave out groups "
            "of one."
        )
    half = float(stdtrit(n - 1, UPPER)) * deviation / math.sqrt(n)
    return mean - half, mean + half
