"""An outcome as numbers: yes or no, a number, a few answers; of all and by segment."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from learnstrata.privacy.disclosure.pooling import OTHER, pooled
from learnstrata.stats.intervals import mean_interval

__all__ = [
    "YES",
    "AnswerCount",
    "Kind",
    "OutcomeOf",
    "OutcomeValues",
    "counts_of",
    "outcome_by_segment",
    "read_outcome",
]

Codes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Kind = Literal["number", "yes/no", "category", ""]

YES = "yes"
MOST_ANSWERS = 8
LEAST_NAMED = 10  # learners that give an answer which is called by its name
NEGATIONS = ("not ", "no ", "non", "un", "never ", "dis", "in")


@dataclass(frozen=True, slots=True)
class AnswerCount:
    """How many of a group give an answer: rows, and distinct learners of these."""

    answer: str
    count: int
    learners: int


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
        Of a number, with its 95 % interval (Student's); None of fewer than two.
    answers : tuple of AnswerCount
        Of yes/no the one that is told; of a category all; none of a number.
    """

    segment_id: int | None
    n: int
    learners: int
    mean: float | None
    low: float | None
    high: float | None
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
    """

    kind: Kind
    known: npt.NDArray[np.bool_]
    Y: Floats
    answers: tuple[str, ...] = ()
    reason: str = ""


def read_outcome(learners: pl.DataFrame, name: str) -> OutcomeValues:
    """Read an outcome: words in any case, truth values, 0 and 1, or numbers.

    Of two words the share of one is told: of the one that the other denies (`completed`
    of `not completed`), else of the later by the alphabet (`stayed` of `left`). Answers
    that few give are one, "Other".

    Parameters
    ----------
    learners : polars.DataFrame
        It is not changed.
    name : str
        Its column.

    Examples
    --------
    >>> table = pl.DataFrame({"left": ["Left", "STAYED", "left", None]})
    >>> found = read_outcome(table, "left")
    >>> found.kind, found.answers, found.Y[:, 0].tolist()
    ('yes/no', ('STAYED',), [0.0, 1.0, 0.0])
    """
    values = learners[name]
    if values.dtype == pl.Boolean or values.dtype.is_numeric():
        return _of_numbers(values.cast(pl.Float64).fill_nan(None))
    words = values.cast(pl.String).str.strip_chars()
    words = words.set(words == "", None) if (words == "").any() else words
    folded = words.str.to_lowercase()
    known = folded.is_not_null().to_numpy()
    spelled = _spelled(words, folded)
    if len(spelled) == 2:
        event = _event(*spelled)
        Y = (folded.drop_nulls() == event).to_numpy().astype(np.float64)[:, None]
        return OutcomeValues("yes/no", known, Y, (spelled[event],))
    return _of_words(learners, folded.replace(spelled).rename(name), known)


def _of_numbers(values: pl.Series) -> OutcomeValues:
    known = values.is_not_null().to_numpy()
    y = values.drop_nulls().to_numpy()
    if np.isin(y, (0, 1)).all():
        return OutcomeValues("yes/no", known, y[:, None], (YES,))
    return OutcomeValues("number", known, y[:, None])


def _spelled(words: pl.Series, folded: pl.Series) -> dict[str, str]:
    """Give each answer as most write it, by its small letters."""
    counts = (
        pl.DataFrame({"word": words, "folded": folded})
        .drop_nulls()
        .group_by("word", "folded")
        .len()
        .sort("folded", "len", "word", descending=[False, True, False])
        .unique("folded", keep="first", maintain_order=True)
    )
    return dict(counts.select("folded", "word").iter_rows())


def _event(first: str, second: str) -> str:
    """Choose of two answers the one that is told: not the one that denies the other."""
    for one, other in ((first, second), (second, first)):
        if any(one in {sign + other, f"{sign}-{other}"} for sign in NEGATIONS):
            return other
    return max(first, second)


def _of_words(
    learners: pl.DataFrame, words: pl.Series, known: npt.NDArray[np.bool_]
) -> OutcomeValues:
    """Give each answer a column; the answers of few share one."""
    who = [learners[one] for one in ("learner_id",) if one in learners.columns]
    table = pl.DataFrame([words, *who])
    answers = pooled(table, [words.name], least=LEAST_NAMED)[words.name].drop_nulls()
    counts = answers.value_counts(name="n").sort(
        "n", words.name, descending=[True, False]
    )
    named = counts[words.name].to_list()
    if len(named) > MOST_ANSWERS or not set(named) - {OTHER}:
        told = (
            f"Its answers are no numbers, and not 2 to {MOST_ANSWERS} words that "
            f"{LEAST_NAMED} learners or more give."
        )
        return OutcomeValues("", known, np.zeros((0, 0)), reason=told)
    ordered = [one for one in named if one != OTHER] + [OTHER] * (OTHER in named)
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
    return tuple(_outcome_of(values, name, rows, of) for name, rows in groups)


def _outcome_of(
    values: OutcomeValues,
    segment_id: int | None,
    rows: npt.NDArray[np.bool_],
    who: Codes | None,
) -> OutcomeOf:
    Y = values.Y[rows]
    is_number = values.kind == "number" and len(Y) > 1
    mean, low, high = _mean(Y[:, 0]) if is_number else (None, None, None)
    answers = [
        AnswerCount(answer, *counts_of((values.Y[:, j] > 0) & rows, who))
        for j, answer in enumerate(values.answers)
    ]
    return OutcomeOf(segment_id, *counts_of(rows, who), mean, low, high, tuple(answers))


def counts_of(rows: npt.NDArray[np.bool_], who: Codes | None) -> tuple[int, int]:
    """Count rows, and distinct learners of these.

    Examples
    --------
    >>> counts_of(np.array([True, True, False]), np.array([7, 7, 8]))
    (2, 1)
    """
    n = int(rows.sum())
    return n, n if who is None else len(np.unique(who[rows]))


def _mean(y: Floats) -> tuple[float, float, float]:
    mean = float(y.mean())
    return mean, *mean_interval(mean, float(y.std(ddof=1)), len(y))
