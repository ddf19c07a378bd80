"""Which counts of the results add up to which: what anybody knows who reads them.

The disclosure widens what would give a small count away by these sums, and the intruder
of the tests attacks with them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from learnstrata.summary.contract import (
    Benchmarks,
    Cohort,
    Evidence,
    Results,
    Segment,
)

__all__ = ["Key", "Sum", "Tally", "tally_of"]

Key = tuple[str | int | float | None, ...]
ALL = "all"
COMPLETE = ("role", "tier")  # categories that every learner has a value of
STATES = ("current", "history", "repaired", "quarantined")
CERTAINTIES = ("core", "borderline", "atypical")


class Sum(NamedTuple):
    """Parts that add up to a total, or to no more than it."""

    parts: tuple[Key, ...]
    total: Key
    whole: bool


@dataclass
class Tally:
    """Counts by name, and how they add up.

    Attributes
    ----------
    counts : dict
        Name to the values it has where it stands: one, if all places agree.
    sums : list of Sum
    """

    counts: dict[Key, list[int | None]] = field(default_factory=dict)
    sums: list[Sum] = field(default_factory=list)

    def note(self, key: Key, value: int | None) -> Key:
        """Note a count under its name."""
        told = self.counts.setdefault(key, [])
        if value not in told:
            told.append(value)
        return key

    def add(self, parts: Iterable[Key], total: Key, *, whole: bool) -> None:
        """Note that parts add up to a total (or, not `whole`, to no more)."""
        there = tuple(key for key in parts if key in self.counts)
        if there and total in self.counts:
            self.sums.append(Sum(there, total, whole))


def tally_of(results: Results) -> Tally:
    """Name every count of learners in results, with the sums they are part of.

    Parameters
    ----------
    results : Results
        Exact or disclosed.
    """
    tally = Tally()
    tally.note(("segmented",), results.input.segmented)
    tally.note(("learners",), results.input.learners)
    _ledger(tally, results)
    _description(tally, results)
    for segment in results.segments:
        _segment(tally, segment)
    _over_segments(tally, [one.id for one in results.segments])
    _bands(tally, results)
    _benchmarks(tally, results.benchmarks)
    for cohort in results.cohorts:
        _cohort(tally, cohort)
    _companies(tally, results)
    _questions(tally, results)
    if results.evidence:
        _flows(tally, results.evidence)
        _finer(tally, results.evidence)
    return tally


def _ledger(tally: Tally, results: Results) -> None:
    records = tally.note(("records",), results.input.records)
    states = [
        tally.note(("ledger", state), getattr(results.ledger, state))
        for state in STATES
    ]
    tally.add(states, records, whole=True)
    for rule in results.ledger.rules:
        key = tally.note(("ledger", rule.state, rule.rule), rule.records)
        tally.add([key], ("ledger", rule.state), whole=False)


def _description(tally: Tally, results: Results) -> None:
    found = results.description
    for one in found.distributions:
        known = tally.note(("known", one.feature, ALL), one.n)
        bins = [
            tally.note(("bin", one.feature, i, ALL), part.learners)
            for i, part in enumerate(one.bins)
        ]
        tally.add(bins, known, whole=True)
    for one in found.missing:
        key = tally.note(("missing", one.column), one.count)
        known = ("known", one.column, ALL)
        tally.add([key, known], ("segmented",), whole=known in tally.counts)
    roles = [tally.note(("paid", row.role), row.learners) for row in found.pay_by_role]
    tally.add(roles, ("known", "pay", ALL), whole=False)
    years: dict[float, list[Key]] = {}
    for row in found.pay_by_experience:
        key = tally.note(("years", row.years, row.tier), row.learners)
        years.setdefault(row.years, []).append(key)
    for year, keys in years.items():
        total = ("years", year, "All")
        tally.add([k for k in keys if k != total], total, whole=False)
    if results.roles:
        names = ("mapped", "missing", "unmapped")
        parts = [
            tally.note(("title", name), getattr(results.roles, name)) for name in names
        ]
        total = tally.note(("title", ALL), results.roles.learners)
        tally.add(parts, total, whole=True)


def _segment(tally: Tally, one: Segment) -> None:
    size = tally.note(("size", one.id), one.size)
    for category in one.categories:
        keys = []
        for row in category.values:
            keys.append(
                tally.note(("value", category.name, row.value, one.id), row.count)
            )
            tally.note(("value", category.name, row.value, ALL), row.base_count)
        tally.add(keys, size, whole=category.name in COMPLETE)
    for row in one.distinctive_values:
        tally.note(("value", row.feature, row.value, one.id), row.count)
        tally.note(("value", row.feature, row.value, ALL), row.base_count)
    for number in one.typical:
        key = tally.note(("known", number.feature, one.id), number.n)
        tally.add([key], size, whole=False)
    _spread(tally, one)
    _progression(tally, one)


def _spread(tally: Tally, one: Segment) -> None:
    for spread in one.distributions:
        own = tally.note(("binned", spread.feature, one.id), spread.n_segment)
        of_all = tally.note(("binned", spread.feature, ALL), spread.n_all)
        ours, alls = [], []
        for i, part in enumerate(spread.bins):
            bin_ = ("bins", spread.feature, i)
            ours.append(tally.note((*bin_, one.id), part.segment))
            alls.append(tally.note((*bin_, ALL), part.of_all))
        tally.add(ours, own, whole=True)
        tally.add(alls, of_all, whole=True)


def _progression(tally: Tally, one: Segment) -> None:
    found = one.progression
    if found is None:
        return
    size = ("size", one.id)
    older = tally.note(("moved", "n", one.id), found.n)
    tally.add([older], size, whole=False)
    for name in ("n_growth", "n_roles", "n_changed"):
        key = tally.note(("moved", name, one.id), getattr(found, name))
        tally.note(("moved", name, ALL), getattr(found, f"{name}_of_all"))
        tally.add([key], older, whole=False)


def _over_segments(tally: Tally, ids: Sequence[int]) -> None:
    """Add up over the segments what each of them and all together have."""
    tally.add([("size", i) for i in ids], ("segmented",), whole=True)
    totals = [k for k in tally.counts if k[-1] == ALL and k[0] in {"value", "known"}]
    totals += [k for k in tally.counts if k[0] == "moved" and k[-1] == ALL]
    for total in totals:
        tally.add([(*total[:-1], i) for i in ids], total, whole=True)
    for name in sorted({str(k[1]) for k in tally.counts if k[0] == "value"}):
        whole = [k for k in tally.counts if k[:2] == ("value", name) and k[3] == ALL]
        tally.add(whole, ("segmented",), whole=name in COMPLETE)
    for key in [k for k in tally.counts if k[0] in {"bins", "binned"} and k[-1] == ALL]:
        tally.add([(*key[:-1], i) for i in ids], key, whole=True)


def _bands(tally: Tally, results: Results) -> None:
    found = results.bands
    if found is None:
        return
    whole = tally.note(("bands",), found.n_learners)
    rows: list[Key] = []
    columns: dict[int, list[Key]] = {}
    for row in found.rows:
        rows.append(tally.note(("bands", row.rule), row.learners))
        cells = [
            tally.note(("bands", row.rule, cell.segment_id), cell.count)
            for cell in row.cells
        ]
        tally.add(cells, rows[-1], whole=True)
        for cell, key in zip(row.cells, cells, strict=True):
            columns.setdefault(cell.segment_id, []).append(key)
    tally.add(rows, whole, whole=True)
    for segment, keys in columns.items():
        tally.add(keys, ("size", segment), whole=False)


def _benchmarks(tally: Tally, found: Benchmarks) -> None:
    whole = tally.note(("benchmarks",), found.n_learners)
    left_out = tally.note(("benchmarks", "left out"), found.n_left_out)
    tally.add([whole, left_out], ("learners",), whole=True)
    wider: dict[Key, list[Key]] = {}
    for cell in (*found.cells, *found.wider):
        where = (cell.role_family, cell.tier, cell.experience_band)
        key = tally.note(("benchmarks", *where), cell.learners)
        if cell.level == "cell":
            above: Key = ("benchmarks", cell.role_family, None, cell.experience_band)
        elif cell.level == "role and experience":
            above = ("benchmarks", cell.role_family, None, None)
        else:
            above = ("benchmarks", None, None, None) if cell.role_family else whole
        wider.setdefault(above, []).append(key)
    for total, parts in wider.items():
        tally.add(parts, total, whole=True)


def _cohort(tally: Tally, found: Cohort) -> None:
    inside = tally.note(("cohort", found.key), found.learners)
    assessed = tally.note(("assessed", found.key), found.assessed)
    tally.add([inside], assessed, whole=False)
    for by in ("by_segment", "by_role", "by_tier"):
        rows = getattr(found, by)
        parts = [(found.key, by, row.value) for row in rows]
        for part, row in zip(parts, rows, strict=True):
            own = tally.note(("cohort", *part), row.learners)
            of = tally.note(("assessed", *part), row.assessed)
            tally.add([own], of, whole=False)
        tally.add([("cohort", *part) for part in parts], inside, whole=True)
        tally.add([("assessed", *part) for part in parts], assessed, whole=True)


def _companies(tally: Tally, results: Results) -> None:
    found = results.companies
    if found is None:
        return
    whole = tally.note(("placed",), found.n_learners)
    tally.add([whole, ("missing", "company")], ("segmented",), whole=False)
    tiers = []
    for tier in found.tiers:
        tiers.append(tally.note(("placed", tier.tier), tier.learners))
        paid = tally.note(("placed", tier.tier, "paid"), tier.n_paid)
        tally.add([paid], tiers[-1], whole=False)
    tally.add(tiers, whole, whole=True)


def _questions(tally: Tally, results: Results) -> None:
    lagging, entry = results.questions.lagging_pay, results.questions.entry_level
    if lagging:
        levels = ("learners", "experienced", "lagging")
        for name, above in zip(levels, ("", *levels), strict=False):
            whole = tally.note(("lagging", name), getattr(lagging, name))
            tally.add([whole], ("lagging", above), whole=False)
            keys = []
            for row in lagging.by_role:
                keys.append(tally.note(("lagging", name, row.role), getattr(row, name)))
                tally.add([keys[-1]], ("lagging", above, row.role), whole=False)
            tally.add(keys, whole, whole=False)
    if entry:
        of = tally.note(("entry", "learners"), entry.learners)
        high = tally.note(("entry", "high"), entry.high)
        tally.add([high], of, whole=False)
        for row in entry.by_role:
            own = tally.note(("entry", row.role_family, row.level), row.learners)
            key = ("entry", row.role_family, row.level, "high")
            tally.add([tally.note(key, row.high)], own, whole=False)
    for row in results.questions.mentor_roles:
        own = tally.note(("value", "role", row.role, ALL), row.learners)
        seniors = tally.note(("mentors", row.role), row.seniors)
        tally.add([seniors], own, whole=False)


def _flows(tally: Tally, found: Evidence) -> None:
    ends: dict[Key, list[Key]] = {}
    for flow in found.flows:
        key = tally.note(("flow", flow.k, flow.source, flow.target), flow.count)
        out = tally.note(("flow", flow.k, flow.source, "out"), flow.n_source)
        into = tally.note(("flow", flow.k, flow.target, "in"), flow.n_target)
        ends.setdefault(out, []).append(key)
        ends.setdefault(into, []).append(key)
    for total, parts in ends.items():
        tally.add(parts, total, whole=True)
        if total[-1] == "out" and isinstance(total[1], int):  # it came in one k before
            before = ("flow", total[1] - 1, total[2], "in")
            tally.add([total], before, whole=True)


def _finer(tally: Tally, found: Evidence) -> None:
    for name in CERTAINTIES:
        whole = tally.note(("certainty", name, ALL), getattr(found.certainty, name))
        parts = [
            tally.note(("certainty", name, one.segment_id), getattr(one, name))
            for one in found.certainty.per_segment
        ]
        tally.add(parts, whole, whole=True)
    for one in found.certainty.per_segment:
        parts = [("certainty", name, one.segment_id) for name in CERTAINTIES]
        tally.add(parts, ("size", one.segment_id), whole=True)
    segments: dict[int, list[Key]] = {}
    for part in found.finer.parts:
        key = tally.note(("part", part.segment_id, part.subsegment_id), part.count)
        segments.setdefault(part.segment_id, []).append(key)
    for segment, parts in segments.items():
        tally.add(parts, ("size", segment), whole=True)
    families: dict[Key, list[Key]] = {}
    for cell in found.finer.cells:
        key = tally.note(("family", cell.role_family, cell.segment_id), cell.count)
        total = tally.note(("family", cell.role_family, ALL), cell.n_family)
        families.setdefault(total, []).append(key)
        families.setdefault(("size", cell.segment_id), []).append(key)
    for total, parts in families.items():
        tally.add(parts, total, whole=False)
