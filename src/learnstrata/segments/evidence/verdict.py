"""The verdict in one word: natural, reproducible or constructive."""

from dataclasses import dataclass
from typing import Literal

from learnstrata.config.stages import Evidence
from learnstrata.segments.choice.sweep import Candidate
from learnstrata.wording.statistics import as_told

__all__ = ["Ground", "Verdict", "judge"]

Word = Literal["natural", "reproducible", "constructive"]

MEANINGS: dict[Word, str] = {
    "natural": (
        "These segments are groups that stand apart: they are found again, and they are"
        " farther from each other than chance would put them."
    ),
    "reproducible": (
        "These segments are a cut that is found again, not groups that stand apart: "
        "learners change gradually from one to the next, so those on a border could go "
        "either way."
    ),
    "constructive": (
        "These segments are a useful cut and no more: another sample of the same "
        "learners would be cut elsewhere. Use them to organise work, not as kinds of "
        "people."
    ),
}


@dataclass(frozen=True, slots=True)
class Ground:
    """One condition of the verdict and whether it holds.

    Attributes
    ----------
    condition : str
    value, limit : float or None
        What was found and what is asked for; None where it was not measured.
    met : bool
    """

    condition: str
    value: float | None
    limit: float | None
    met: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What kind of cut this is.

    Attributes
    ----------
    word : {"natural", "reproducible", "constructive"}
    sentence : str
        For a reader who knows no statistics.
    rule : str
        How the word is found, made from the configuration.
    grounds : tuple of Ground
    """

    word: Word
    sentence: str
    rule: str
    grounds: tuple[Ground, ...]


def judge(chosen: Candidate, evidence: Evidence) -> Verdict:
    """Judge the chosen k by the limits of the configuration.

    Parameters
    ----------
    chosen : Candidate
    evidence : Evidence

    Returns
    -------
    Verdict

    Notes
    -----
    Natural asks for three things: the rule that chose k admits it, its least stable
    segment is found again, and the silhouette of a sample, cut into so many, is above
    that of structureless tables by a margin that chance does not reach. Reproducible
    asks for the first two. How often structureless tables pass:
    ``docs/methods/verdict.md``.
    """
    admitted = Ground(
        "the rule that chose k admits it", None, None, met=not chosen.objections
    )
    stable = _at_least(
        "Jaccard of the least stable segment",
        chosen.lowest_jaccard,
        evidence.min_jaccard,
    )
    separated = _at_least(
        "silhouette of a sample above that of structureless tables",
        chosen.silhouette_excess,
        evidence.min_excess,
    )
    p = as_told(chosen.silhouette_p)
    unlikely = Ground(
        "chance of such a silhouette on a structureless table",
        p,
        evidence.max_p,
        met=p is not None and p <= evidence.max_p,
    )
    grounds = (admitted, stable, separated, unlikely)
    word: Word = "constructive"
    if admitted.met and stable.met:
        word = "natural" if separated.met and unlikely.met else "reproducible"
    return Verdict(word, MEANINGS[word], _rule(evidence), grounds)


def _at_least(condition: str, value: float | None, limit: float) -> Ground:
    value = as_told(value)
    return Ground(condition, value, limit, met=value is not None and value >= limit)


def _rule(evidence: Evidence) -> str:
    return (
        "Reproducible: the rule that chose k admits it and its least stable segment "
        f"reaches a bootstrap Jaccard of {evidence.min_jaccard:.6g}. Natural: besides, "
        "the silhouette of a sample as large as a structureless table is at least "
        f"{evidence.min_excess:.6g} above the mean of such tables, with a Monte Carlo "
        f"p-value of {evidence.max_p:.6g} or less. Constructive: all else."
    )
