"""An outcome as numbers: yes or no, a number, a few answers; of all and by segment."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from learnstrata.learners.history import yearly_growth
from learnstrata.privacy.disclosure.pooling import OTHER, pooled
from learnstrata.segments.meaning.profiles import spread_of
from learnstrata.stats.intervals import mean_interval
from learnstrata.stats.ordered import ascending

__all__ = [
    "YES",
    "AnswerCount",
    "CutMean",
    "Kind",
    "OutcomeOf",
    "OutcomeValues",
    "counts_of",
    "differing",
    "outcome_by_segment",
    "read_outcome",
]

Codes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Kind = Literal["number", "yes/no", "category", ""]

YES = "yes"
MOST_ANSWERS = 8
GROWTH = "pay_growth"  # a logarithm, told as the share that people read
NEGATIONS = ("not", "no", "non", "un", "never", "dis", "in")
# Words that say that something ended or failed: of two the other one is told.
ENDINGS = (
    *("drop", "left", "leav", "quit", "fail", "lost", "churn", "cancel", "withdr"),
    *("reject", "expire"),
)
HUNDREDTH = 0.01  # of all, at either end, whose values are cut before a mean is shared
MOST_CARRIED = 0.6  # of the sum: what one learner may carry of a mean that is shared


@dataclass(frozen=True, slots=True)
class AnswerCount:
    """How many of a group give an answer: rows, and distinct learners of these."""

    answer: str
    count: int
    learners: int


@dataclass(frozen=True, slots=True)
class CutMean:
    """A mean that one value decides little of, and how coarse it is to be told.

    Values beyond the first and the last hundredth of all (one at the least) are taken
    as these.

    Attributes
    ----------
    mean, low, high : float
        With its 95 % interval.
    spread : float
        Distance of the quartiles of all.
    reach : float
        Distance of the ends at which values are cut: one learner of `n` moves the mean
        by a part of it, ``reach / n`` at most.
    """

    mean: float
    low: float
    high: float
    spread: float
    reach: float


@dataclass(frozen=True, slots=True)
class OutcomeOf:
    """An outcome of a segment, or of all.

    Attributes
    ----------
    segment_id : int or None
        None of all.
    n, learners : int
        With the outcome: rows, and distinct learners of these.
    mean, low, high : float or None
        Of a number, with its 95 % interval (Student's); None of fewer than two
        learners. One with several rows counts once, with their mean.
    cut : CutMean or None
        What may be shared of it; None also where all have the same, or one learner
        has most of the sum.
    answers : tuple of AnswerCount
        Of yes/no the one that is told; of a category all; none of a number.
    """

    segment_id: int | None
    n: int
    learners: int
    mean: float | None
    low: float | None
    high: float | None
    cut: CutMean | None
    answers: tuple[AnswerCount, ...]


@dataclass(frozen=True, slots=True)
class OutcomeValues:
    """An outcome of those who have it.

    Attributes
    ----------
    kind : {"number", "yes/no", "category", ""}
        Empty where it can be neither.
    known : array of bool, shape (n_learners,)
        Who has it.
    Y : array of shape (n_known, n_columns)
        The number; 1 for yes and 0 for no; or a column of 0 and 1 for each answer.
    answers : tuple of str
        What each column counts; none of a number.
    reason : str
        Why it is neither; empty where it is.
    is_growth : bool
        Whether the number is the logarithm of a growth, told as a share.
    """

    kind: Kind
    known: npt.NDArray[np.bool_]
    Y: Floats
    answers: tuple[str, ...] = ()
    reason: str = ""
    is_growth: bool = False

    def as_read(self, *values: float) -> tuple[float, ...]:
        """Give numbers as people read them."""
        return tuple(yearly_growth(values).tolist()) if self.is_growth else values


def read_outcome(
    learners: pl.DataFrame, name: str, *, least: int = 10
) -> OutcomeValues:
    """Read an outcome: words in any case, truth values, 0 and 1, or numbers.

    Answers that few give are one, "Other". Of two words the share of one is told: of
    the one that the other denies (`completed` of `not_completed`, `active` of `dropped
    out`), else of the later by the alphabet (`stayed` of `left`).

    Parameters
    ----------
    learners : polars.DataFrame
        It is not changed.
    name : str
        Its column.
    least : int, default=10
        Distinct learners that give an answer which is called by its name.

    Examples
    --------
    >>> table = pl.DataFrame({"left": ["Left", "STAYED", "left", None]})
    >>> found = read_outcome(table, "left", least=1)
    >>> found.kind, found.answers, found.Y[:, 0].tolist()
    ('yes/no', ('STAYED',), [0.0, 1.0, 0.0])
    """
    values = learners[name]
    if values.dtype == pl.Boolean or values.dtype.is_numeric():
        numbers = values.cast(pl.Float64).fill_nan(None)
        return _of_numbers(numbers, is_growth=name == GROWTH)
    words = values.cast(pl.String).str.strip_chars()
    words = words.set(words == "", None) if (words == "").any() else words
    who = [learners[one] for one in ("learner_id",) if one in learners.columns]
    table = pl.DataFrame([words.rename("word"), *who])
    return _of_words(
        table.with_columns(folded=pl.col("word").str.to_lowercase()), least
    )


def _of_numbers(values: pl.Series, *, is_growth: bool) -> OutcomeValues:
    known = values.is_not_null().to_numpy()
    y = values.drop_nulls().to_numpy()
    if np.isin(y, (0, 1)).all() and not is_growth:
        return OutcomeValues("yes/no", known, y[:, None], (YES,))
    return OutcomeValues("number", known, y[:, None], is_growth=is_growth)


def _spelled(table: pl.DataFrame) -> dict[str, str]:
    """Give each answer as most learners write it, by its small letters."""
    who = pl.col("learner_id").n_unique() if "learner_id" in table.columns else pl.len()
    counts = (
        table.drop_nulls("word")
        .group_by("word", "folded")
        .agg(who.alias("n"))
        .sort("folded", "n", "word", descending=[False, True, False])
        .unique("folded", keep="first", maintain_order=True)
    )
    return dict(counts.select("folded", "word").iter_rows())


def _event(answers: Sequence[str]) -> str:
    """Choose of two answers the one that is told: not the one that denies the other."""
    plain = {one: one.lower().replace("_", " ").replace("-", " ") for one in answers}
    for one, other in (answers, tuple(reversed(answers))):
        denied = {
            f"{sign}{gap}{plain[other]}" for sign in NEGATIONS for gap in (" ", "")
        }
        if plain[one] in denied:
            return other
    lasting = [one for one in answers if not plain[one].startswith(ENDINGS)]
    return lasting[0] if len(lasting) == 1 else max(answers, key=plain.__getitem__)


def _of_words(table: pl.DataFrame, least: int) -> OutcomeValues:
    """Give each answer a column, of two answers one; the answers of few share one."""
    known = table["word"].is_not_null().to_numpy()
    spelled = _spelled(table)
    answers = pooled(table, ["folded"], least=least)["folded"].drop_nulls()
    answers = answers.replace(spelled)
    counts = answers.value_counts(name="n").sort(
        "n", answers.name, descending=[True, False]
    )
    found = counts[answers.name].to_list()
    named = [one for one in found if one != OTHER]
    if not named or len(found) > MOST_ANSWERS:
        told = (
            f"Its answers are no numbers, and not 2 to {MOST_ANSWERS} words that "
            f"{least} learners or more give."
        )
        return OutcomeValues("", known, np.zeros((0, 0)), reason=told)
    if len(found) <= 2:
        named = [_event(named)] if len(named) == 2 else named
        Y = (answers == named[0]).to_numpy().astype(np.float64)[:, None]
        return OutcomeValues("yes/no", known, Y, tuple(named))
    ordered = named + [OTHER] * (OTHER in found)
    Y = np.column_stack([(answers == one).to_numpy() for one in ordered])
    return OutcomeValues("category", known, Y.astype(np.float64), tuple(ordered))


def outcome_by_segment(
    values: OutcomeValues, segments: Codes, *, ids: Codes, who: Codes | None = None
) -> tuple[OutcomeOf, ...]:
    """Give an outcome of all, then of each segment.

    Parameters
    ----------
    values : OutcomeValues
    segments : array of int, shape (n_learners,)
        Segment of each learner, from 0.
    ids : array of int
        What the segments are called.
    who : array of int, shape (n_learners,), default=None
        Learner of each row; None where each has one.

    Examples
    --------
    >>> table = pl.DataFrame({"score": [1.0, 3.0, 4.0, None, 8.0]})
    >>> values, ids = read_outcome(table, "score"), np.array([1, 2])
    >>> found = outcome_by_segment(values, np.array([0, 0, 1, 1, 1]), ids=ids)
    >>> [(one.segment_id, one.n, one.mean) for one in found]
    [(None, 4, 4.0), (1, 2, 2.0), (2, 2, 6.0)]
    """
    own = segments[values.known]
    of = None if who is None else who[values.known]
    everybody = np.ones(len(own), dtype=bool)
    groups = [(None, everybody), *((int(one), own == j) for j, one in enumerate(ids))]
    ends = _ends_of_all(values, of) if values.kind == "number" else None
    return tuple(_outcome_of(values, name, rows, of, ends) for name, rows in groups)


@dataclass(frozen=True, slots=True)
class _Ends:
    """Where values are cut, and how far the quartiles of all are apart, as read."""

    low: float
    high: float
    spread: float
    reach: float


def _ends_of_all(values: OutcomeValues, who: Codes | None) -> _Ends | None:
    y = np.sort(_each_once(values.Y[:, 0], who))
    beyond = math.ceil(HUNDREDTH * len(y))
    if len(y) <= 2 * beyond:
        return None
    low, high = float(y[beyond]), float(y[-1 - beyond])
    first, last = values.as_read(low, high)
    spread = spread_of(yearly_growth(y) if values.is_growth else y)
    return _Ends(low, high, spread, last - first)


def _each_once(y: Floats, who: Codes | None) -> Floats:
    """Give each learner one value, the mean of their rows."""
    if who is None:
        return y
    _, place = np.unique(who, return_inverse=True)
    return np.bincount(place, y) / np.bincount(place)


def _outcome_of(
    values: OutcomeValues,
    segment_id: int | None,
    rows: npt.NDArray[np.bool_],
    who: Codes | None,
    ends: _Ends | None,
) -> OutcomeOf:
    own = None if who is None else who[rows]
    is_number = values.kind == "number"
    y = _each_once(values.Y[rows, 0], own) if is_number else np.zeros(0)
    mean, low, high = values.as_read(*_mean(y)) if len(y) > 1 else (None, None, None)
    answers = [
        AnswerCount(answer, *counts_of((values.Y[:, j] > 0) & rows, who))
        for j, answer in enumerate(values.answers)
    ]
    cut = _cut_mean(values, y, ends) if ends and len(y) > 1 else None
    n, learners = counts_of(rows, who)
    return OutcomeOf(segment_id, n, learners, mean, low, high, cut, tuple(answers))


def _cut_mean(values: OutcomeValues, y: Floats, ends: _Ends) -> CutMean | None:
    """Give what may be shared of a mean: nothing where one learner has most of it."""
    size, within = np.abs(y), np.clip(y, ends.low, ends.high)
    if np.ptp(within) == 0 or size.max() > MOST_CARRIED * size.sum():
        return None
    mean, low, high = values.as_read(*_mean(within))
    return CutMean(mean, low, high, ends.spread, ends.reach)


def counts_of(rows: npt.NDArray[np.bool_], who: Codes | None) -> tuple[int, int]:
    """Count rows, and distinct learners of these.

    Examples
    --------
    >>> counts_of(np.array([True, True, False]), np.array([7, 7, 8]))
    (2, 1)
    """
    n = int(rows.sum())
    return n, n if who is None else len(np.unique(who[rows]))


def differing(values: OutcomeValues, who: Codes | None) -> int:
    """Count the learners who have another value than most, or the rarer answer.

    Parameters
    ----------
    values : OutcomeValues
    who : array of int, shape (n_learners,), or None

    Examples
    --------
    >>> scores, done = [1.0, 1.0, 1.0, 4.0, 8.0], [1, 1, 1, 0, 0]
    >>> table = pl.DataFrame({"score": scores, "done": done})
    >>> [differing(read_outcome(table, name), None) for name in ("score", "done")]
    [2, 2]
    """
    if len(values.Y) == 0:
        return 0
    of = None if who is None else who[values.known]
    place = _alike(values.Y)
    others = place != np.bincount(place).argmax()
    n = counts_of(others, of)[1]
    return n if values.kind == "number" else min(n, counts_of(~others, of)[1])


def _alike(Y: Floats) -> Codes:
    """Give a number to each row, the same to those that are alike."""
    if Y.shape[1] > 1:
        return np.unique(Y, axis=0, return_inverse=True)[1].ravel()
    ordered, rows = ascending(Y[:, 0])
    place = np.empty(len(Y), dtype=np.int64)
    place[rows] = np.cumsum(np.diff(ordered, prepend=ordered[0]) > 0)
    return place


def _mean(y: Floats) -> tuple[float, float, float]:
    mean = float(y.mean())
    return mean, *mean_interval(mean, float(y.std(ddof=1)), len(y))
