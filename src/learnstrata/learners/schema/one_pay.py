"""One pay that somebody typed, read as a cell of the pay column would be."""

import re
from dataclasses import replace
from typing import NamedTuple

import polars as pl

from learnstrata.config.stages import Columns, Numbers, Pay
from learnstrata.exceptions import ParameterError
from learnstrata.learners.schema.amounts import money
from learnstrata.learners.schema.standard import standardise
from learnstrata.wording.numbers import as_limit

__all__ = ["TypedPay", "read_pay", "rule_of_numbers", "units_to_type", "ways_to_type"]

IN_LAKHS = frozenset({"INR", "PKR", "LKR", "NPR", "BDT"})
LAKHS = (1e5, 1e7)  # what lakh and crore multiply by


class TypedPay(NamedTuple):
    """A pay that was read, and how, where the text left it open.

    Attributes
    ----------
    amount : float
        Currency units a year; of a range its middle.
    told : str
        How a number alone was read; empty of a text that says its unit.
    """

    amount: float
    told: str = ""


def read_pay(
    text: str, pay: Pay, *, numbers: Numbers | None = None, units_from: float = 0.0
) -> TypedPay:
    """Read a pay as people type it.

    Parameters
    ----------
    text : str
        What says its unit is in it: ``12 LPA``, ``12 lakh``, ``₹ 12,00,000``,
        ``100k a month``; a number alone is as `units_from` says, whatever the column
        is in.
    pay : Pay
        Its currency, and how its numbers are written.
    numbers : Numbers, default=None
        How numbers are written, where `pay` does not say.
    units_from : float, default=0.0
        A number alone is in currency units a year from this one on, and in the shown
        unit under it.

    Returns
    -------
    TypedPay

    Raises
    ------
    ParameterError
        If there is no one way to read it, if it is not positive, or if it counts in
        lakh or crore where the currency does not.

    Examples
    --------
    >>> [read_pay(text, Pay()).amount for text in ("12LPA", "12 lakh", "1,200,000")]
    [1200000.0, 1200000.0, 1200000.0]
    >>> for text in ("12", "1200000"):
    ...     print(*read_pay(text, Pay(), units_from=3_000.0))
    1200000.0 12 is read in LPA: a number alone is in LPA under 3,000, else in INR.
    1200000.0 1200000 is read in INR: a number alone is in LPA under 3,000, else in INR.
    """
    if _is_in_lakhs(text, pay):
        raise ParameterError(
            f"Got pay={text!r}, but {pay.code} is not counted in lakh or crore: known "
            f"are k, thousand, m and million. Expected an amount of {pay.code} a year, "
            f"such as {ways_to_type(pay)}."
        )
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
        raise ParameterError(
            f"Got pay={text!r}, expected an amount of {plain.code} a year that can be "
            f"read in one way alone, such as {ways_to_type(pay)}."
        )
    if amount <= 0:
        raise ParameterError(
            f"Got pay={text!r}, expected a positive amount of {plain.code} a year, "
            f"such as {ways_to_type(pay)}."
        )
    if not (units_from and _is_alone(text, pay)):
        return TypedPay(float(amount))
    is_shown = amount < units_from
    unit = pay.shown_unit if is_shown else pay.code
    told = f"{text.strip()} is read in {unit}: {rule_of_numbers(pay, units_from)}."
    return TypedPay(round(amount * (pay.per_shown_unit if is_shown else 1.0), 6), told)


def rule_of_numbers(pay: Pay, units_from: float) -> str:
    """Say in which unit a number alone is."""
    limit = as_limit(units_from)
    return f"a number alone is in {pay.shown_unit} under {limit}, else in {pay.code}"


def ways_to_type(pay: Pay) -> str:
    """Give examples of a pay that is read in one way alone."""
    return (
        "'12LPA', '12 lakh' or '1200000'"
        if pay.code == "INR"
        else "'75k', '0.075 million' or '75000'"
    )


def units_to_type(pay: Pay) -> dict[str, float]:
    """Give the patterns of words that a currency is counted in, and their sizes.

    Examples
    --------
    >>> len(units_to_type(Pay())), len(units_to_type(Pay(currency="USD")))
    (6, 3)
    """
    every = money(pay).units
    counts = pay.code in IN_LAKHS
    return {word: n for word, n in every.items() if counts or n not in LAKHS}


def _is_in_lakhs(text: str, pay: Pay) -> bool:
    """Tell a pay in words that its currency is not counted in."""
    words, known = money(pay), units_to_type(pay)
    others = "|".join(word for word in words.units if word not in known)
    after = "|".join((words.sign, *words.periods, "-", "to"))
    pattern = rf"[0-9] ?(?:{others})(?: ?(?:{after})|$)"
    return bool(others) and re.search(pattern, text.lower().strip()) is not None


def _is_alone(text: str, pay: Pay) -> bool:
    """Tell a number that says neither its unit nor its currency."""
    periods = "|".join(money(pay).periods)
    bare = text.lower().strip()  # 12/- says that it is in rupees
    return re.fullmatch(rf"[-+0-9.,'e\s]+(?:{periods})?", bare) is not None
