"""The verdict in one word: natural, repeatable, arbitrary or undivided."""

from dataclasses import dataclass
from typing import Literal

from learnstrata.config.stages import Rule
from learnstrata.segments.choice.gaps import LEAST_DEPTH, MAX_P, SAME_CUT, Parting
from learnstrata.segments.choice.rule import SETTLED, least_agreement
from learnstrata.segments.choice.sweep import Dossier
from learnstrata.stats.replication import Halves, lower_quartile
from learnstrata.wording.statistics import as_told

__all__ = ["ADMITTED", "AGREEMENT", "SAMPLES", "Ground", "Verdict", "judge"]

Word = Literal["natural", "repeatable", "arbitrary", "undivided"]

# Conditions of a repeatable cut.
ADMITTED = "the rule that chose k admits it"
AGREEMENT = "agreement of halves of the learners, lower quartile"
SAMPLES = "other samples of the learners on which halves agree as well"

MEANINGS: dict[Word, str] = {
    "natural": (
        "These segments are groups that stand apart: between each and the one nearest "
        "to it there are few learners."
    ),
    "repeatable": (
        "These segments are a cut of a continuum that another half of the learners "
        "would be cut along as well. Where one segment ends is a choice: those on a "
        "border could go either way."
    ),
    "arbitrary": (
        "These segments are a cut of a continuum, and another half of the learners "
        "may well be cut elsewhere. Use them to organise work, not as kinds of people."
    ),
    "undivided": "These learners are one segment: no cut of them was made.",
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
    word : {"natural", "repeatable", "arbitrary", "undivided"}
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


def judge(dossier: Dossier, rule: Rule, *, halves: Halves | None = None) -> Verdict:
    """Judge the chosen k by what the dossier holds of it.

    Parameters
    ----------
    dossier : Dossier
    rule : Rule
        That chose k.
    halves : Halves, default=None
        Of the chosen k, where the dossier has none.

    Returns
    -------
    Verdict

    Notes
    -----
    Natural asks that the groups were found before any cut was made for use: a valley
    and few learners between each segment and the one nearest to it. Repeatable asks
    that the rule admits k, and that the cuts of two halves agree in three of four
    halvings, of the learners and of samples of two thirds of them. How often tables
    without groups are called natural: ``docs/methods/verdict.md``.
    """
    chosen = dossier.chosen
    least = least_agreement(rule)
    if chosen is None:
        return Verdict("undivided", MEANINGS["undivided"], _rule(least), ())
    found = halves or dossier.halves.get(dossier.k)
    agreed = as_told(lower_quartile(found.agreement).item() if found else None)
    admitted = Ground(ADMITTED, None, None, met=not chosen.objections)
    repeated = Ground(
        AGREEMENT,
        agreed,
        least,
        met=agreed is not None and agreed >= least,
    )
    choice = dossier.choice
    others = Ground(
        SAMPLES,
        float(choice.agreed),
        SETTLED * choice.samples,
        met=choice.is_repeated,
    )
    word: Word = "arbitrary"
    if chosen.is_natural:
        word = "natural"
    elif admitted.met and repeated.met and others.met:
        word = "repeatable"
    more = (others,) if choice.samples else ()
    grounds = (*_of_parting(chosen.parting), admitted, repeated, *more)
    return Verdict(word, MEANINGS[word], _rule(least), grounds)


def _of_parting(parting: Parting | None) -> tuple[Ground, ...]:
    p = as_told(parting.p_value) if parting else None
    depth = as_told(parting.depth) if parting else None
    same = as_told(parting.same_cut) if parting else None
    return (
        Ground(
            "p-value of the valleys between neighbouring segments",
            p,
            MAX_P,
            met=p is not None and p <= MAX_P,
        ),
        Ground(
            "learners near the segments' means for each one midway, shallowest valley",
            depth,
            LEAST_DEPTH,
            met=depth is not None and depth >= LEAST_DEPTH,
        ),
        Ground(
            "agreement with the cut by the features that gaps are looked for in",
            same,
            SAME_CUT,
            met=same is not None and same >= SAME_CUT,
        ),
    )


def _rule(least: float) -> str:
    return (
        "Natural: cut by the features that gaps are looked for in alone, learners get "
        f"the same segments (adjusted Rand index of {SAME_CUT:.6g}), and between each "
        "segment and the one nearest to it lie a valley (dip test, p-value of "
        f"{MAX_P:.6g} or less for all pairs together) and few learners (at most one "
        f"for {LEAST_DEPTH:.6g} at the means). Repeatable: the rule that chose k "
        "admits it, and in three of four halvings of the learners the cuts of both "
        f"halves agree with an adjusted Rand index of {least:.6g}. Arbitrary: all else."
    )
