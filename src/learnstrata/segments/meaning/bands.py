"""The rule-based segments (experience band x pay band), and how the learned compare."""

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
from narwhals.typing import IntoFrame

from learnstrata.learners.lookups import collected
from learnstrata.stats import stability

__all__ = ["Comparison", "compare_with_rules", "rule_segments"]

BANDS = ("experience_band", "pay_band")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Rule-based against learned segments.

    Attributes
    ----------
    rules, segments : tuple of str, tuple of int
        Row and column labels of `counts`.
    counts : array of shape (n_rules, n_segments)
        Rows of both: learners or records.
    learners : array of shape (n_rules, n_segments)
        Distinct learners of these rows.
    learners_of_rules : tuple of int
        Distinct learners of each rule-based segment.
    ari, nmi : float
        Agreement; 1 is the same cut, 0 what chance would give (ARI).
    n_learners : int
        Learners both have a segment for.
    """

    rules: tuple[str, ...]
    segments: tuple[int, ...]
    counts: tuple[tuple[int, ...], ...]
    learners: tuple[tuple[int, ...], ...]
    learners_of_rules: tuple[int, ...]
    ari: float
    nmi: float
    n_learners: int

    def frame(self) -> pl.DataFrame:
        """Give the cross-table, one row a rule-based segment."""
        columns: dict[str, Any] = {"rule_segment": self.rules}
        for j, segment in enumerate(self.segments):
            columns[f"segment_{segment}"] = [row[j] for row in self.counts]
        return pl.DataFrame(columns)


def rule_segments() -> nw.Expr:
    """Name each learner's rule-based segment, such as ``Senior / High``."""
    return nw.concat_str(*map(nw.col, BANDS), separator=" / ")


def compare_with_rules(
    learners: IntoFrame,
    *,
    experience_order: tuple[str, ...],
    pay_order: tuple[str, ...],
) -> Comparison | None:
    """Cross the learned segments with the rule-based ones.

    Parameters
    ----------
    learners : data frame
        With ``segment_id``, ``experience_band`` and ``pay_band``; where it has
        ``experience_imputed``, those whose experience was filled in are left out.
    experience_order, pay_order : tuple of str
        Bands from low to high, to order the rows.

    Returns
    -------
    Comparison or None
        None where the table lacks pay or experience, or no learner has both.
    """
    frame = nw.from_native(learners)
    names = frame.collect_schema().names()
    if not {"experience_band", "pay_band", "segment_id"} <= set(names):
        return None
    wanted = (*BANDS, "segment_id", "learner_id", "experience_imputed")
    known = frame.select(c for c in wanted if c in names).drop_nulls("pay_band")
    # A table without experience has one band for all, of no order.
    known = known.filter(nw.col("experience_band").is_in(list(experience_order)))
    if "experience_imputed" in names:  # a band of a filled number is no rule's
        known = known.filter(nw.col("experience_imputed") == 0)
    who = nw.col("learner_id").n_unique() if "learner_id" in names else nw.len()
    cells = known.group_by(*BANDS, "segment_id").agg(n=nw.len(), who=who)
    table = collected(cells.select("segment_id", "n", "who", rule=rule_segments()))
    if table.is_empty():
        return None
    wanted = [f"{e} / {p}" for e in experience_order for p in pay_order]
    there = set(table["rule"])
    rules = [rule for rule in wanted if rule in there]
    segments = sorted(table["segment_id"].unique())
    counts, people = np.zeros((2, len(rules), len(segments)), dtype=np.int64)
    people_of = known.group_by(*BANDS).agg(who=who).select("who", rule=rule_segments())
    of_rules = {rule: n for n, rule in collected(people_of).iter_rows()}
    row = {rule: i for i, rule in enumerate(rules)}
    column = {segment: j for j, segment in enumerate(segments)}
    for segment, n, distinct, rule in table.iter_rows():
        counts[row[rule], column[segment]] = n
        people[row[rule], column[segment]] = distinct
    agreement = stability.agreement_of(counts)
    return Comparison(
        rules=tuple(rules),
        segments=tuple(segments),
        counts=tuple(map(tuple, counts.tolist())),
        learners=tuple(map(tuple, people.tolist())),
        learners_of_rules=tuple(int(of_rules[rule]) for rule in rules),
        ari=agreement.ari,
        nmi=agreement.nmi,
        n_learners=int(counts.sum()),
    )
