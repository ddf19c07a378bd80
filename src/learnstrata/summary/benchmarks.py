"""Benchmarks, cohorts and company views as plain values: only what may be shared."""

from dataclasses import asdict
from typing import Any

import polars as pl

from learnstrata.pipeline import Run
from learnstrata.segments.pay.benchmarks import KNOTS
from learnstrata.segments.pay.cohorts import Cohort

__all__ = ["summarise_benchmarks", "summarise_cohorts", "summarise_companies"]

WIDER = (
    *("level", "role_family", "experience_band", "learners", "companies"),
    *KNOTS,
    *("shrunk", "weight"),
)


def summarise_benchmarks(run: Run) -> dict[str, Any]:
    """Gather the pay benchmarks that may be shared.

    Parameters
    ----------
    run : Run

    Returns
    -------
    dict
        Cells and totals after the rule and after what protects the hidden ones; the
        private cells are not in it. Without benchmarks it says why.
    """
    found = run.meaning.benchmarks
    shown = found.shown()
    told = found.tells_all
    return {
        "reason": found.reason,
        "sentence": found.sentence,
        "rule": _rule_in_words(run),
        "tau": found.tau if not found.reason else None,
        "n_learners": found.n_learners if told else None,
        "n_left_out": found.n_left_out if told else None,
        "n_cells": len(found.cells),
        "n_hidden": len(found.cells) - len(shown),
        "cells": shown.to_dicts(),
        "wider": found.wider.filter(~pl.col("hidden")).select(WIDER).to_dicts(),
    }


def _rule_in_words(run: Run) -> str:
    rule = run.meaning.benchmarks.rule
    return (
        f"Pay is shown of {rule.learners:,} learners or more at {rule.companies:,} "
        f"companies or more, none of which may have over {100 * rule.largest_share:g}% "
        "of them. Further groups are hidden where a total would tell of a hidden one. "
        "Pay is rounded."
    )


def summarise_cohorts(run: Run) -> list[dict[str, Any]]:
    """Gather the cohorts by their counts, without who is in them.

    Parameters
    ----------
    run : Run
    """
    return [_cohort(cohort) for cohort in run.meaning.cohorts]


def _cohort(cohort: Cohort) -> dict[str, Any]:
    breakdowns = ("by_segment", "by_role", "by_tier")
    whole = ("key", "title", "definition", "n_learners", "n_assessed", "share")
    more = ("typical_growth", "reason")
    return {
        **{name: getattr(cohort, name) for name in (*whole, *more)},
        "sentence": cohort.sentence,
        "note": (
            f"Groups with under {cohort.least} learners of the cohort are left out, "
            "and one more where the total would give the only one away."
        ),
        **{name: [asdict(row) for row in getattr(cohort, name)] for name in breakdowns},
    }


def summarise_companies(run: Run) -> dict[str, Any] | None:
    """Gather the views of companies under aliases; None without companies.

    Parameters
    ----------
    run : Run
    """
    found = run.meaning.companies
    if found is None:
        return None
    return {
        "reason": found.reason,
        "sentence": found.sentence,
        "n_companies": found.n_companies,
        "n_learners": found.n_learners,
        "gini": found.gini,
        "top_share": found.top_share,
        "companies": found.companies.to_dicts(),
        "roles": found.roles.to_dicts(),
        "tiers": found.tiers.to_dicts(),
    }
