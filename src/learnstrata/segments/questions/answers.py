"""The decision questions of the three teams, answered with evidence.

Each answer is a sentence made from the numbers beside it, or says what the table lacks.
Pay and experience that were filled in are left out of every number.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl

from learnstrata.segments.meaning.profiles import told_size
from learnstrata.segments.questions.finding import Finding, Table, table_of
from learnstrata.segments.questions.grounds import Grounds, are, cannot
from learnstrata.segments.questions.pay import (
    company_role_pay,
    entry_level_pay,
    pay_without_experience,
    tiers_and_concentration,
)
from learnstrata.wording.words import counted, listed

__all__ = ["answer_questions", "explained_variance"]

LARGEST = "How large is the largest segment, and what does that mean for operations?"


def answer_questions(grounds: Grounds) -> tuple[Finding, ...]:
    """Answer the seven decision questions.

    Examples
    --------
    Questions keep their order and their ids: ``largest_segment``,
    ``segment_differences``, ``pay_without_experience``, ``entry_level_pay``,
    ``company_role_pay``, ``tiers_and_concentration``, ``learned_against_rules``.
    """
    return (
        _largest_segment(grounds),
        _segment_differences(grounds),
        pay_without_experience(grounds),
        entry_level_pay(grounds),
        company_role_pay(grounds),
        tiers_and_concentration(grounds),
        _learned_against_rules(grounds),
    )


def _largest_segment(grounds: Grounds) -> Finding:
    profiles = sorted(grounds.profiles, key=lambda p: (-p.count, p.id))
    largest, n = profiles[0], len(profiles)
    reached = np.cumsum([p.count for p in profiles])
    half = int(np.searchsorted(2 * reached, reached[-1])) + 1
    if not largest.shown:
        lacks = "the sizes of the segments would tell of a few"
        return cannot("largest_segment", LARGEST, lacks)
    meaning = _operating_model(largest.share, half, n)
    table = table_of(
        "Segments by size",
        [("Segment", "text"), (grounds.heading, "count"), ("Share", "share")],
        [(p.name, *told_size(p)) for p in profiles],
    )
    return Finding(
        "largest_segment",
        LARGEST,
        f'The largest segment, "{largest.name}", holds {largest.share:.1%} of the '
        f"{grounds.unit}s ({largest.count:,}). {meaning}",
        available=True,
        numbers={
            "segment_id": largest.id,
            "share": largest.share,
            "count": largest.count,
            "segments_to_half": half,
        },
        tables=(table,),
    )


def _operating_model(share: float, half: int, n_segments: int) -> str:
    if n_segments == 1:
        return "One programme serves all of them."
    if share > 0.5:
        others = n_segments - 1
        need = "segment needs" if others == 1 else f"{others} segments need"
        return (
            f"One default programme serves more than half of all; the other {need} "
            "additions to it rather than a programme of their own."
        )
    if half == 1:
        return "One programme reaches half of all and no more, so plan two at least."
    return (
        f"No single programme reaches a majority: the {half} largest segments together "
        "hold half of all or more, so plan that many programmes first."
    )


def _segment_differences(grounds: Grounds) -> Finding:
    question = "How do the segments differ by pay, experience and role?"
    explained = {}
    if grounds.has("pay"):
        explained["pay"] = explained_variance(grounds.paid, "log_pay")
    if grounds.has("years_of_experience"):
        explained["experience"] = explained_variance(
            grounds.seasoned, "years_of_experience"
        )
    if grounds.has("title"):
        explained["role"] = explained_variance(grounds.learners, "role")
    if not explained:
        return cannot("segment_differences", question, "it has no pay, years or titles")
    order = sorted(explained, key=lambda name: -explained[name])
    told = listed(
        [f"{explained[name]:.0%} of the differences in {name}" for name in order]
    )
    answer = f"Knowing a {grounds.unit}'s segment explains {told}."
    pays = [
        (p.typical["pay"].p50, p.name) for p in grounds.profiles if "pay" in p.typical
    ]
    if len(pays) > 1:
        low, high = min(pays), max(pays)
        answer += (
            f" Median pay runs from {grounds.money(low[0])} ({low[1]}) to "
            f"{grounds.money(high[0])} ({high[1]})."
        )
    return Finding(
        "segment_differences",
        question,
        answer,
        available=True,
        numbers={f"explained_{name}": value for name, value in explained.items()},
        tables=(_differences_table(grounds),),
    )


def explained_variance(learners: pl.DataFrame, column: str) -> float:
    """Give the share of the variance that lies between segments, 0..1.

    Of a category: of all its one-hot columns together.
    """
    if learners[column].dtype == pl.String:
        known = learners.filter(pl.col(column).is_not_null())
        counts = known.pivot(
            column, index="segment_id", values="record", aggregate_function="len"
        )
        shares = counts.drop("segment_id").fill_null(0).to_numpy().astype(float)
        sizes = shares.sum(axis=1, keepdims=True)
        base = shares.sum(axis=0) / shares.sum()
        total = 1 - float((base**2).sum())
        within = float((sizes[:, 0] * (1 - ((shares / sizes) ** 2).sum(axis=1))).sum())
        return 1 - within / shares.sum() / total if total > 0 else 0.0
    known = learners.filter(pl.col(column).is_finite())
    total = float(known[column].var(ddof=0) or 0.0)  # type: ignore[arg-type]
    if total == 0:
        return 0.0
    mean = pl.col(column).mean().over("segment_id")
    between = float(known.select(mean)[column].var(ddof=0) or 0.0)  # type: ignore[arg-type]
    return between / total


def _differences_table(grounds: Grounds) -> Table:
    rows = []
    for p in grounds.profiles:
        pay, years = p.typical.get("pay"), p.typical.get("years_of_experience")
        roles = [s for s in p.shares.get("role", ()) if s.value not in grounds.no_role]
        shown = [s for s in roles[:3] if s.count >= grounds.least and s.shown]
        top = listed([f"{s.value} {s.share:.0%}" for s in shown])
        rows.append(
            (p.name, told_size(p)[0], pay and pay.p50, years and years.p50, top)
        )
    return table_of(
        "Segments side by side",
        [
            ("Segment", "text"),
            (grounds.heading, "count"),
            ("Median pay", "pay"),
            ("Median experience", "years"),
            ("Most frequent stated roles", "text"),
        ],
        rows,
    )


def _learned_against_rules(grounds: Grounds) -> Finding:
    finding_id = "learned_against_rules"
    question = "What do the learned segments say beyond experience and pay bands?"
    found = grounds.comparison
    if found is None:
        return cannot(finding_id, question, "it needs both pay and experience")
    counts = np.array(found.counts)
    main = float(counts.max(axis=1).sum() / counts.sum())
    split = [
        rule
        for rule, row in zip(found.rules, counts, strict=True)
        if row.sum() >= grounds.least and row.max() < 0.6 * row.sum()
    ]
    return Finding(
        finding_id,
        question,
        f"{_agreement_in_words(found.ari)} (agreement {found.ari:.2f}, where 1 is "
        "the same and 0 chance). Who knows the rule-based segment guesses the learned "
        f"one right for {main:.1%}. "
        f"{_split_in_words(split, len(found.rules), grounds.least)}",
        available=True,
        numbers={
            "ari": found.ari,
            "nmi": found.nmi,
            "guessed": main,
            "split_rules": len(split),
            "rules": len(found.rules),
        },
    )


def _split_in_words(split: Sequence[str], n_rules: int, least: int = 10) -> str:
    if not split:
        return (
            f"No rule-based segment of {least} or more is split: each has 60 % or "
            "more in one learned segment."
        )
    some = split[:4] if len(split) > 5 else split
    rest = [f"{len(split) - len(some)} more"] if len(some) < len(split) else []
    verb = are(len(split))
    return (
        f"{len(split)} of {counted(n_rules, 'rule-based segment')} {verb} split, with "
        f"less than 60 % in one learned segment: {listed([*some, *rest])}."
    )


def _agreement_in_words(ari: float) -> str:
    shown = round(ari, 2)  # the words go with the number shown
    if shown >= 0.65:
        return "The learned segments are nearly the rule-based ones"
    if shown >= 0.3:
        return "The learned segments follow the rule-based ones in part"
    return "The learned segments are cut differently from the rules"
