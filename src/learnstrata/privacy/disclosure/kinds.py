"""What a published value is, and of whom: the declarations that disclosure reads.

Each field of the results of a run bears one of these as `typing.Annotated` metadata. A
number that is a function of learners says of which learners; what may be published of
it, and with how many digits, follows from its kind alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

__all__ = [
    "Amount",
    "Coarse",
    "Count",
    "Derived",
    "Edge",
    "Fact",
    "Kind",
    "Label",
    "Mean",
    "Owner",
    "Placed",
    "Rows",
    "Sentence",
    "Setting",
    "Share",
    "Statistic",
    "Typical",
    "Word",
]


@dataclass(frozen=True, slots=True)
class Setting:
    """Chosen by whoever runs, or a constant of the method: no function of learners."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of our own, out of a closed list."""


@dataclass(frozen=True, slots=True)
class Label:
    """A text of the table or of the user: a category, a column, a name of a segment."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words of our own, with no count of learners: of limits, k and statistics."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Yes or no, an id or a k, that follows from many learners together."""

    of: str


@dataclass(frozen=True, slots=True)
class Edge:
    """A bound of a bin or a condition: a preferred number, not a learner's value."""

    of: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A place on the map: drawn and blurred under the key."""

    of: str


@dataclass(frozen=True, slots=True)
class Owner:
    """For the owner of the run alone; left out of what is disclosed."""

    of: str


@dataclass(frozen=True, slots=True)
class Count:
    """How many learners (records, companies, titles): rounded, or under the base.

    Attributes
    ----------
    of : str
    behind : str
        Field of the same result that counts the distinct learners of whom it is: where
        they are few, the count is hidden, and what is worked out of it. Empty where it
        counts learners itself, or others than learners.
    """

    of: str
    behind: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """A share of a whole, 0..1: of rounded counts, as exact as the whole allows.

    Attributes
    ----------
    of : str
    whole : str
        Field that counts the whole: of the same result, else of the nearest around it.
    part : str
        Field that counts the part; empty where it is not published: then the share
        times the whole gives it.
    """

    of: str
    whole: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class Derived:
    """An index, or a number beside one, worked out of counts as published.

    Hidden where the rounding of the counts leaves the index too open.

    Attributes
    ----------
    of : str
    how : callable
        Takes the values of `fields`; None where one of them is hidden.
    fields : tuple of str
    signs : tuple of int
        Of each field: 1 if the index rises with it, -1 if it falls.
    index : callable
        The index of the same fields.
    end : int
        Worked out of the counts as told (0), or of those told alike with the least
        index (-1) or the largest (1).
    digits : int
        Significant ones.
    """

    of: str
    how: Callable[..., float | None]
    fields: tuple[str, ...]
    signs: tuple[int, ...]
    index: Callable[..., float | None]
    end: int = 0
    digits: int = 3


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantile or a mean of pay: hidden unless the cell satisfies the rule of pay.

    The cell is counted by `n`, and by ``companies`` and ``largest_share`` of the same
    result, else of the nearest around it.

    Attributes
    ----------
    of : str
    at : float or None
        Of a quantile, 0..1: five learners or more are beyond it.
    n : str
        Field that counts of whom it is.
    digits : int
        Significant ones, of a limit, which no step of pay may move; 0 takes the steps.
    """

    of: str
    at: float | None = None
    n: str = "learners"
    digits: int = 0


@dataclass(frozen=True, slots=True)
class Typical:
    """A quantile or a mean of a feature, rounded by what the feature is.

    Attributes
    ----------
    of : str
    at : float or None
        Of a quantile, 0..1: five learners or more are beyond it.
    n : str
        Field that counts of whom it is.
    feature : str
        Field that names the feature, or the name itself.
    """

    of: str
    at: float | None = None
    n: str = "n"
    feature: str = "feature"


@dataclass(frozen=True, slots=True)
class Statistic:
    """A moment, an index or another number of many learners: few significant digits.

    Attributes
    ----------
    of : str
    digits : int
        Significant ones.
    n : str
        Field that counts of whom it is: where they are few, it is hidden. Empty where
        they are always many.
    places : int
        Decimals at most: a small share of many has few significant ones.
    least : int
        Of whom it takes, where that is more than a count takes.
    feature : str
        Field that names the feature: of pay it takes the rule of pay. Empty where it
        is of no amount.
    """

    of: str
    digits: int = 3
    n: str = ""
    places: int = 12
    least: int = 0
    feature: str = ""


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean of a number of no known unit, or an end of its interval.

    What is told is the same of values cut at the ends of all, in steps: of ``spread``,
    and of what one of the learners moves it by, a part of ``reach``, fields beside it.

    Attributes
    ----------
    of : str
    cut : str
        Field with what is told in its stead; nothing where that is None.
    n : str
        Field that counts the distinct learners of whom it is.
    least : int
        Of whom it takes.
    """

    of: str
    cut: str
    n: str = "learners"
    least: int = 20


@dataclass(frozen=True, slots=True)
class Coarse:
    """A share of an outcome's variance: in steps of 10 / n, 0.9 at the most.

    Attributes
    ----------
    of : str
    n : str
        Field of the nearest result around it that counts who decide it.
    end : int
        The nearest step (0), the one below (-1) or above (1).
    """

    of: str
    n: str
    end: int = 0


@dataclass(frozen=True, slots=True)
class Rows:
    """Results one below another: ordered by these fields as published.

    "-" is descending, "-|" descending by size whatever the sign.

    Without fields the order is one of our own, such as that of ids.

    Attributes
    ----------
    by : tuple of str
    least : str
        Field that counts whom a row is of: one whose count is hidden is left out, so
        that which rows there are tells of nobody. Empty where all rows are always
        there.
    """

    by: tuple[str, ...] = ()
    least: str = ""


Kind: TypeAlias = (
    Setting
    | Word
    | Label
    | Sentence
    | Fact
    | Edge
    | Placed
    | Owner
    | Count
    | Share
    | Derived
    | Amount
    | Typical
    | Statistic
    | Mean
    | Coarse
    | Rows
)
