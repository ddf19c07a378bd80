"""The explanation of a run as plain values: what ``summary.json`` holds of it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from learnstrata.learners.features.register import feature_of
from learnstrata.pipeline import Run
from learnstrata.segments.meaning.conditions import Rule
from learnstrata.segments.meaning.contributions import MeanPull
from learnstrata.segments.meaning.distinctive import Card
from learnstrata.summary.told import Known, known_counts, told_index

__all__ = ["explain_segments", "summarise_incremental", "summarise_rules"]

NO_RULES = ("fidelity", "stated", "baseline")


def explain_segments(run: Run, known: Known | None = None) -> list[dict[str, Any]]:
    """Give what explains each segment, in the order of their ids.

    Parameters
    ----------
    run : Run
    known : mapping, default=None
        From `learnstrata.summary.told.known_counts`, where it is there already.

    Returns
    -------
    list of dict
        ``rule``, ``pulls``, ``progression``, ``distributions`` and ``index``. Nothing
        in it stands for fewer learners than ``privacy.learners``.
    """
    meaning, least = run.meaning, run.config.privacy.learners
    rules = {rule.segment: rule for rule in meaning.rules.rules}
    known = known_counts(run) if known is None else known
    return [
        {
            "rule": _rule(rules, card.segment, least),
            "pulls": [_pull(pull) for pull in pulls if profile.count >= least],
            "progression": asdict(card.progression) if card.progression else None,
            "distributions": _distributions(card),
            "index": told_index(card, profile, known),
        }
        for card, pulls, profile in zip(
            meaning.cards, meaning.pulls, meaning.profiles, strict=True
        )
    ]


def summarise_rules(run: Run) -> dict[str, Any]:
    """Say how well the rules tell the segments apart; no numbers where there are none.

    Parameters
    ----------
    run : Run
    """
    found = run.meaning.rules
    told = {name: getattr(found, name) for name in NO_RULES}
    return {
        **(dict.fromkeys(NO_RULES) if found.reason else told),
        "n_train": found.n_train,
        "n_held_out": found.n_held_out,
        "without": found.without,
        "reason": found.reason,
    }


def summarise_incremental(run: Run) -> list[dict[str, Any]]:
    """Compare learned with rule-based segments, one row an outcome.

    Parameters
    ----------
    run : Run
    """
    return [asdict(value) for value in run.meaning.values]


def _rule(rules: Mapping[int, Rule], segment: int, least: int) -> dict[str, Any] | None:
    """Give a rule as data; None for a segment without one, or one of a few learners."""
    rule = rules.get(segment)
    if rule is None or min(rule.n_caught, rule.n_segment) < least:
        return None
    values = asdict(rule)
    del values["segment"]
    return values


def _pull(pull: MeanPull) -> dict[str, Any]:
    return {"label": feature_of(pull.feature).label} | asdict(pull)


def _distributions(card: Card) -> dict[str, Any]:
    return {
        "pay": [asdict(one) for one in card.pay],
        "years_of_experience": [asdict(one) for one in card.years_of_experience],
    }
