"""One pay that somebody typed, read as a cell of the pay column would be."""

from dataclasses import replace

import polars as pl

from learnstrata.config.stages import Columns, Numbers, Pay
from learnstrata.exceptions import ParameterError
from learnstrata.learners.schema.standard import standardise

__all__ = ["read_pay"]


def read_pay(text: str, pay: Pay, *, numbers: Numbers | None = None) -> float:
    """Read a pay as people type it.

    Parameters
    ----------
    text : str
        A number alone is in currency units a year, whatever the column is in; all else
        says its unit: ``12 LPA``, ``12 lakh``, ``₹ 12,00,000``, ``100k a month``.
    pay : Pay
        Its currency, and how its numbers are written.
    numbers : Numbers, default=None
        How numbers are written, where `pay` does not say.

    Returns
    -------
    float
        Currency units a year; of a range its middle.

    Raises
    ------
    ParameterError
        If there is no one way to read it.

    Examples
    --------
    >>> [read_pay(text, Pay()) for text in ("12LPA", "12 lakh", "1,200,000")]
    [1200000.0, 1200000.0, 1200000.0]
    """
    plain = replace(pay, currency=pay.code, unit=1.0, period="year")
    found = standardise(
        pl.DataFrame({"pay": [text]}),
        {"pay": "pay"},
        columns=Columns(),
        pay=plain,
        record="learner",
        numbers=numbers,
    )
    amount = found["pay"][0]
    if amount is None:
        ways = "'12LPA', '12 lakh'" if plain.code == "INR" else "'75k'"
        raise ParameterError(
            f"Got pay={text!r}, expected an amount of {plain.code} a year that can be "
            f"read in one way alone, such as {ways} or '1200000'."
        )
    return float(amount)
