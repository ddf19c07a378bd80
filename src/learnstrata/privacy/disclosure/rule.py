"""The rule of pay: what a group must hold for its pay to be told."""

from dataclasses import dataclass

import polars as pl

from learnstrata.config.stages import Privacy

__all__ = ["BEYOND", "PayRule", "has_beyond"]

BEYOND = 5  # learners beyond a quantile that is told: of 10, a tenth is one's own pay


@dataclass(frozen=True, slots=True)
class PayRule:
    """What a group of learners must hold for its pay to be told.

    Attributes
    ----------
    learners, companies : int
        At least so many of each.
    largest_share : float
        No company has more than this share of the learners.

    References
    ----------
    .. [1] A. Hundepool et al. (2012), "Statistical Disclosure Control", Wiley, ch. 4.
    """

    learners: int = 10
    companies: int = 3
    largest_share: float = 0.6

    @classmethod
    def of(cls, privacy: Privacy) -> "PayRule":
        """Give the rule of a configuration."""
        return cls(privacy.learners, privacy.min_companies, privacy.largest_share)

    def allows(
        self,
        learners: float | None,
        companies: float | None,
        largest_share: float | None,
        *,
        at: float | None = None,
    ) -> bool:
        """Say whether pay of a group may be told.

        Parameters
        ----------
        learners : int or None
            None is too few.
        companies : int or None
        largest_share : float or None
            None where the table has no companies: the learners alone decide.
        at : float, default=None
            Quantile in question, 0..1: five learners or more are beyond it.

        Examples
        --------
        >>> rule = PayRule()
        >>> rule.allows(40, 8, 0.2), rule.allows(40, 2, 0.2)
        (True, False)
        >>> rule.allows(40, 8, 0.2, at=0.1)
        False
        """
        if learners is None or learners < self.learners:
            return False
        if companies is not None and companies < self.companies:
            return False
        if largest_share is not None and largest_share > self.largest_share:
            return False
        return has_beyond(learners, at)

    def met(self) -> pl.Expr:
        """Say of rows with learners, companies and largest share whether it is met."""
        return (
            (pl.col("learners") >= self.learners)
            & (pl.col("companies") >= self.companies)
            & (pl.col("largest_share") <= self.largest_share)
        )


def has_beyond(n: float, at: float | None) -> bool:
    """Say whether five of `n` learners are beyond a quantile; None is no quantile.

    Examples
    --------
    >>> has_beyond(20, 0.25), has_beyond(20, 0.1), has_beyond(20, None)
    (True, False, True)
    """
    return at is None or n * min(at, 1 - at) >= BEYOND - 1e-9
