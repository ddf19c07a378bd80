"""What the segments are worth: outcomes by segment, and segments against rules.

Nothing was built on an outcome, so it can judge. Segments, sub-segments and the rules
that a team would write (`learnstrata.segments.meaning.rules_of_thumb`) each predict a
learner's outcome by what other learners of the same cell have; the best one tells most
of it, and often none tells much.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from itertools import permutations
from math import prod
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from learnstrata.exceptions import ParameterError
from learnstrata.learners.factors import factor_codes
from learnstrata.learners.features.matrix import FeatureModel
from learnstrata.learners.features.register import idea_of
from learnstrata.segments.meaning.outcome_values import (
    GROWTH,
    Kind,
    OutcomeOf,
    OutcomeValues,
    counts_of,
    differing,
    outcome_by_segment,
    read_outcome,
)
from learnstrata.segments.meaning.rules_of_thumb import (
    Bands,
    codes_of,
    find_rules,
    is_known,
    rule_features,
)
from learnstrata.stats.skill import Drawn, held_out_losses, resampled_skills

__all__ = [
    "COARSE",
    "FINE",
    "MIN_LEARNERS",
    "MIN_OF_EACH",
    "OUR_OUTCOMES",
    "TOGETHER",
    "TOO_FEW",
    "Difference",
    "OutcomeWorth",
    "RuleBands",
    "Skill",
    "Verdict",
    "folds_of",
    "judge_outcomes",
    "unfair_reason",
    "with_role_change",
]

Codes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
By = Literal["segments", "sub-segments", "rules", "finer rules", "together"]
Verdict = Literal[By, "as well", "as well, finer", "nothing", "none"]

MIN_LEARNERS = 100  # with the outcome: fewer give intervals that say nothing
MIN_OF_EACH = 20  # learners of each answer of a yes/no outcome
NEXT_TO_NOTHING = 0.01  # of the variance: less is no use, nor worth finer cells

# One reason each, so that it tells no count beside those that are told.
NOTHING_TOLD = (
    "It is the same for all, or too few learners have it or differ in it; {} are "
    "needed to tell of it."
)
TOO_FEW = (
    f"Too few learners have it or its rarer answer; {MIN_LEARNERS} and {MIN_OF_EACH} "
    "are needed to compare."
)

COARSE: tuple[By, By] = ("segments", "rules")
FINE: tuple[By, By] = ("sub-segments", "finer rules")
TOGETHER: By = "together"
PAIRS: tuple[tuple[By, By], ...] = (
    COARSE,
    FINE,
    ("sub-segments", "segments"),
    ("sub-segments", "rules"),
    ("finer rules", "segments"),
    ("finer rules", "rules"),
    (TOGETHER, "segments"),
    (TOGETHER, "rules"),
)

OUR_OUTCOMES = ("pay_growth", "role_change")
SAME_AS = {"start_year": "years_of_experience"}  # in other words


@dataclass(frozen=True, slots=True)
class Skill:
    """How much cells of a kind tell of an outcome, with a 95 % bootstrap interval.

    ``n_cells`` is without the cells of missing values, and 0 of segments and rules
    together, whose effects are added up.
    """

    by: By
    n_cells: int
    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """A skill less another one, with a paired 95 % bootstrap interval."""

    by: By
    less: By
    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class RuleBands:
    """A feature that rules cut into bands, which rules, and of how many it is known.

    ``learners`` are the distinct ones of the ``bands.n_known`` rows.
    """

    by: By
    bands: Bands
    learners: int


@dataclass(frozen=True, slots=True)
class OutcomeWorth:
    """An outcome by segment, and how much segments and rules tell of it.

    Attributes
    ----------
    outcome : str
    kind : {"number", "yes/no", "category", ""}
    n_learners, n_with, with_learners : int
        All learners (or records), those with the outcome, and distinct learners of
        these.
    differing : int
        Of these, learners with the rarer answer, or another number than most.
    of_all : OutcomeOf or None
    by_segment : tuple of OutcomeOf
        One a segment, in the order of their ids; none where the outcome is no fair one.
    rules : tuple of RuleBands
    skills : tuple of Skill
        Share of the outcome's variance that is told on held-out learners; below 0 is
        worse than the mean of all.
    differences : tuple of Difference
        Between two skills each, as `PAIRS` has them.
    verdict : str
        Which cells to use: the coarsest that none is better than. "as well": segments
        and rules are alike; "nothing": neither is of use; "none": not compared.
    reason : str
        Why nothing was compared; empty where it was.
    """

    outcome: str
    kind: Kind
    n_learners: int
    n_with: int
    with_learners: int
    differing: int = 0
    of_all: OutcomeOf | None = None
    by_segment: tuple[OutcomeOf, ...] = ()
    rules: tuple[RuleBands, ...] = ()
    skills: tuple[Skill, ...] = ()
    differences: tuple[Difference, ...] = ()
    verdict: Verdict = "none"
    reason: str = ""

    @property
    def deciding(self) -> int:
        """Learners that decide a skill: all, or fewer where one answer is rare.

        One of n learners moves the skill of yes/no by about ``1 / (n p (1 - p))``.
        """
        n, few = self.with_learners, self.differing
        return n if 2 * few >= n else 4 * few * (n - few) // n

    def skill(self, by: By) -> Skill | None:
        """Give the skill of cells of a kind; None where there are none."""
        return next((one for one in self.skills if one.by == by), None)


def judge_outcomes(  # noqa: PLR0913 - what is judged, how, and of how few
    learners: pl.DataFrame,
    model: FeatureModel,
    *,
    outcomes: Sequence[str] = (),
    n_folds: int = 5,
    n_resamples: int = 1000,
    least: int = 10,
    rng: np.random.Generator | int,
) -> tuple[OutcomeWorth, ...]:
    r"""Tell each outcome by segment, and whether segments or rules tell more of it.

    All predict a held-out learner by the mean of the learner's cell over the other
    folds, the same folds for all:

    .. math:: skill = 1 - \frac{\sum (y_i - \bar y_{cell(i)})^2}
                               {\sum (y_i - \bar y_{all})^2}

    at most 1, more is better, 0 tells nothing: out-of-sample :math:`R^2` of a number,
    the Brier skill of yes/no, and of several answers the same summed over them.
    Segments and rules together add up an effect of each, by least squares. All records
    of a learner are held out, and drawn again, together.

    Parameters
    ----------
    learners : polars.DataFrame
        With ``segment_id``, the features of the model and the outcomes; where it has
        ``subsegment_id`` and some segment is cut, sub-segments are compared, too.
    model : FeatureModel
    outcomes : sequence of str
        Columns to predict beside ``pay_growth`` and ``role_change`` (more than one
        role, of learners with two records or more), where the table has those. Columns
        of the user's bear their names in our frames
        (`learnstrata.learners.schema.register.extra_name`).
    n_folds : int, default=5
    n_resamples : int, default=1000
        Bootstrap resamples of the held-out learners; the predictions stay as they are.
    least : int, default=10
        Distinct learners that an answer takes to be named, and an outcome to be told.
    rng : numpy.random.Generator or int

    Returns
    -------
    tuple of OutcomeWorth
        One an outcome; with a `reason` where nothing could be compared.

    Raises
    ------
    ParameterError
        If there are fewer than two folds or 100 resamples.

    Notes
    -----
    Segments were fitted, and rules cut, on all learners, held-out ones included, and
    neither saw the outcome. ``pay_growth`` ends in the pay that both were built on.

    References
    ----------
    .. [1] G. W. Brier (1950), "Verification of forecasts expressed in terms of
       probability", Monthly Weather Review 78(1): 1-3.

    Examples
    --------
    >>> from learnstrata.config.loading import load_config
    >>> from learnstrata.learners.features.matrix import fit_features
    >>> learners = pl.DataFrame({
    ...     "record": range(300),
    ...     "learner_id": [str(i) for i in range(300)],
    ...     "extra:hours": [float(i % 20) for i in range(300)],
    ...     "extra:score": [float(i % 7) for i in range(300)],
    ...     "segment_id": [1 + i % 2 for i in range(300)],
    ...     "finished": [float(i % 2) for i in range(300)],
    ... })
    >>> config = load_config(columns={"numeric": ["hours", "score"]})
    >>> model = fit_features(learners, config, as_of=2021, salt=b"salt")
    >>> found, = judge_outcomes(learners, model, outcomes=["finished"], rng=0)
    >>> found.verdict, found.skill("segments").estimate
    ('segments', 1.0)
    >>> [(one.segment_id, one.answers[0].count, one.n) for one in found.by_segment]
    [(1, 0, 150), (2, 150, 150)]
    """
    if n_folds < 2 or n_resamples < 100:
        raise ParameterError(
            f"Got {n_folds} folds and {n_resamples} resamples, expected 2 folds and "
            "100 resamples or more. Leave both out for the defaults."
        )
    table = with_role_change(learners)
    ours = [c for c in OUR_OUTCOMES if c in table.columns]
    given = [c for c in dict.fromkeys(outcomes) if c not in ours]
    *seeds, shared = np.random.default_rng(rng).spawn(len(ours) + 1)
    # The same column gives the same answer, whatever its name and the others are.
    seeds += [deepcopy(shared) for _ in given]
    if not seeds:
        return ()
    cells = _cells(learners, model)
    return tuple(
        _judged(table, name, model, cells, _Sizes(n_folds, n_resamples, least), seed)
        for name, seed in zip([*ours, *given], seeds, strict=True)
    )


def with_role_change(learners: pl.DataFrame) -> pl.DataFrame:
    """Add whether a learner held more than one role, where that can be known."""
    if not {"n_roles", "n_records"} <= set(learners.columns):
        return learners
    seen = (pl.col("n_records") >= 2) & (pl.col("n_roles") >= 1)
    changed = (pl.col("n_roles") > 1).cast(pl.Float64)
    return learners.with_columns(role_change=pl.when(seen).then(changed))


@dataclass(frozen=True, slots=True)
class _Sizes:
    n_folds: int
    n_resamples: int
    least: int  # learners of whom anything is told


@dataclass(frozen=True)
class _Cells:
    """The cells that learners are in.

    Attributes
    ----------
    ids : array of int
        Of the segments.
    codes : mapping of str to array of shape (n_learners,)
        By kind; segments always, the others where there is something to compare.
    rules : tuple of RuleBands
    who : array of int or None
        Learner of each row; None where each has one.
    """

    ids: Codes
    codes: Mapping[By, Codes]
    rules: tuple[RuleBands, ...]
    who: Codes | None

    @property
    def segments(self) -> Codes:
        """Segment of each learner, from 0."""
        return self.codes["segments"]


def _cells(learners: pl.DataFrame, model: FeatureModel) -> _Cells:
    ids, segments = np.unique(learners["segment_id"].to_numpy(), return_inverse=True)
    codes: dict[By, Codes] = {"segments": segments.astype(np.int64)}
    rules: list[RuleBands] = []
    who = _who(learners)
    if len(ids) > 1:
        features = rule_features(learners, model, codes["segments"])
        codes.update(_finer(learners, codes["segments"]))
        for of, by in (COARSE, FINE):
            if of not in codes:
                continue
            n_cells = int(codes[of].max()) + 1
            if found := find_rules(learners, model, features, n_cells=n_cells):
                codes[by] = found.codes
                rules += [
                    RuleBands(
                        by, one, counts_of(is_known(learners, one.feature), who)[1]
                    )
                    for one in found.bands
                ]
    return _Cells(ids, codes, tuple(rules), who)


def _finer(learners: pl.DataFrame, segments: Codes) -> dict[By, Codes]:
    """Give the sub-segments; nothing where no segment is cut."""
    if "subsegment_id" not in learners.columns:
        return {}
    of_part, _ = factor_codes(learners["subsegment_id"])
    found = codes_of([segments, of_part + 1])
    return {"sub-segments": found} if found.max() > segments.max() else {}


def _who(learners: pl.DataFrame) -> Codes | None:
    if "learner_id" not in learners.columns:
        return None
    ids = learners["learner_id"]
    if ids.n_unique() == len(ids):
        return None
    return ids.rank("dense").to_numpy().astype(np.int64)


def _judged(
    table: pl.DataFrame,
    name: str,
    model: FeatureModel,
    cells: _Cells,
    sizes: _Sizes,
    rng: np.random.Generator,
) -> OutcomeWorth:
    bare = OutcomeWorth(name, "", len(table), 0, 0)
    if reason := unfair_reason(name, table, model):
        return replace(bare, reason=reason)
    values = read_outcome(table, name, least=sizes.least)
    n, distinct = counts_of(values.known, cells.who)
    few = differing(values, cells.who)
    bare = replace(bare, n_with=n, with_learners=distinct, differing=few)
    if values.reason and distinct >= sizes.least:
        return replace(bare, reason=values.reason)
    if min(distinct, few) < sizes.least:
        return replace(bare, reason=NOTHING_TOLD.format(sizes.least))
    of_all, *by_segment = outcome_by_segment(
        values, cells.segments, ids=cells.ids, who=cells.who
    )
    told = replace(bare, kind=values.kind, of_all=of_all, by_segment=tuple(by_segment))
    if reason := _too_little(told, cells):
        return replace(told, reason=reason)
    drawn, kinds = _drawn(values, cells, sizes, rng)
    skills = tuple(
        Skill(by, _n_cells(cells, by), *drawn.skill(j)) for j, by in enumerate(kinds)
    )
    return replace(
        told,
        rules=cells.rules,
        skills=skills,
        differences=tuple(
            Difference(kinds[j], kinds[i], *drawn.difference(j, i))
            for j, i in permutations(range(len(kinds)), 2)
            if (kinds[j], kinds[i]) in PAIRS
        ),
        verdict=_verdict(drawn, kinds),
    )


def unfair_reason(name: str, table: pl.DataFrame, model: FeatureModel) -> str:
    """Say why an outcome cannot judge the segments."""
    if name not in table.columns:
        return f"The table has no column {name!r}."
    built_on = {*model.columns, *map(idea_of, model.columns)}
    # Growth ends in pay but is not decided by it: it may judge, and docs say how.
    same = name if name == GROWTH else idea_of(SAME_AS.get(name, name))
    if same in built_on:
        return (
            f"Segments and rules were built on {name!r}: it cannot judge them. Name it "
            "as a feature or as an outcome, not as both."
        )
    return ""


def _too_little(told: OutcomeWorth, cells: _Cells) -> str:
    """Say why segments and rules cannot be compared."""
    if len(cells.ids) == 1:
        return "There is one segment of all learners, so nothing to compare."
    if "rules" not in cells.codes:
        return "No feature parts the segments, so no rule can be made of one."
    rare = told.kind == "yes/no" and told.differing < MIN_OF_EACH
    return TOO_FEW if told.with_learners < MIN_LEARNERS or rare else ""


def _drawn(
    values: OutcomeValues,
    cells: _Cells,
    sizes: _Sizes,
    rng: np.random.Generator,
) -> tuple[Drawn, tuple[By, ...]]:
    """Predict by each kind of cells, and by segments and rules together."""
    who = None if cells.who is None else cells.who[values.known]
    fold = folds_of(len(values.Y), who, sizes.n_folds, rng)
    kinds: list[By] = list(cells.codes)
    known = [codes[values.known] for codes in cells.codes.values()]
    losses = [held_out_losses(values.Y, own, fold=fold) for own in known]
    both = (known[kinds.index(by)] for by in COARSE)
    losses.append(held_out_losses(values.Y, *both, fold=fold))
    drawn = resampled_skills(
        np.column_stack(losses),
        held_out_losses(values.Y, fold=fold),
        n_resamples=sizes.n_resamples,
        who=who,
        rng=rng,
    )
    return drawn, (*kinds, TOGETHER)


def folds_of(
    n: int, who: Codes | None, n_folds: int, rng: np.random.Generator
) -> Codes:
    """Deal learners to folds, with all their rows."""
    if who is None:
        return rng.permutation(n) % n_folds
    _, place = np.unique(who, return_inverse=True)
    return (rng.permutation(int(place.max()) + 1) % n_folds)[place]


def _n_cells(cells: _Cells, by: By) -> int:
    """Count cells; of rules, without those of missing values."""
    own = [one.bands.n_bands for one in cells.rules if one.by == by]
    if own:
        return prod(own)
    return 0 if by == TOGETHER else int(cells.codes[by].max()) + 1


def _verdict(drawn: Drawn, kinds: Sequence[By]) -> Verdict:
    """Choose the coarsest cells that none is better than.

    Finer cells have to tell more by an interval above 0, and by enough to be worth it.
    """
    at = {by: j for j, by in enumerate(kinds)}
    told = {by: drawn.skill(at[by]) for by in kinds if by != TOGETHER}
    pair, same = COARSE, "as well"
    if set(FINE) <= set(kinds):
        fine, coarse = (max(of, key=lambda by: told[by][0]) for of in (FINE, COARSE))
        more, least, _ = drawn.difference(at[fine], at[coarse])
        if least > 0 and more >= NEXT_TO_NOTHING:
            pair, same = FINE, "as well, finer"
    if all(told[by][0] < NEXT_TO_NOTHING or told[by][1] <= 0 for by in pair):
        return "nothing"
    _, low, high = drawn.difference(at[pair[0]], at[pair[1]])
    if low > 0:
        return pair[0]
    return pair[1] if high < 0 else same
