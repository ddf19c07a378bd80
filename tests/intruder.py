"""The intruder: whoever has all that a run publishes, and works out what it hides.

He knows what every table is of, so which counts add up to which; he may be given the
offset of the rounding; and he has a linear programme. `Intruder.bounds` is what is left
of a count: the fewest and the most learners it can stand for.
"""

import math
from dataclasses import dataclass, field

import highspy
import numpy as np

from learnstrata.summary.contract import Results

WHOLE = ("role", "tier")  # categories that every learner of a segment has a value of
ALL = "all"


@dataclass
class Relations:
    """Which counts add up to which: ``sum(parts) + slack = total``, slack 0 or more."""

    rows: list = field(default_factory=list)

    def adds_up(self, parts, total):
        self.rows.append((tuple(parts), total, 0.0))

    def at_most(self, parts, total):
        self.rows.append((tuple(parts), total, math.inf))


def counts_of(results: Results) -> dict:
    """Name every count of learners in results; None is one under the base."""
    found = {}

    def note(key, value):
        # A count that stands in several places is one count: they must agree.
        if key in found and found[key] != value:
            raise AssertionError(
                f"{key} is {found[key]} in one place, {value} in another"
            )
        found[key] = value

    note(("segmented",), results.input.segmented)
    note(("learners",), results.input.learners)
    note(("records",), results.input.records)
    for state in ("current", "history", "repaired", "quarantined"):
        note(("ledger", state), getattr(results.ledger, state))
    for rule in results.ledger.rules:
        note(("ledger", rule.state, rule.rule), rule.records)
    for one in results.segments:
        _of_segment(note, one)
    for one in results.description.distributions:
        note(("known", one.feature, ALL), one.n)
        for i, part in enumerate(one.bins):
            note(("bin", one.feature, i), part.learners)
    for one in results.description.missing:
        note(("missing", one.column), one.count)
    for one in results.description.pay_by_role:
        note(("paid", "role", one.role), one.learners)
    for one in results.description.pay_by_experience:
        note(("paid", "years", one.years, one.tier), one.learners)
    if results.roles:
        for name in ("mapped", "missing", "unmapped"):
            note(("title", name), getattr(results.roles, name))
    _of_pay(note, results)
    _of_evidence(note, results)
    return found


def _of_segment(note, one):
    note(("size", one.id), one.size)
    for category in one.categories:
        for value in category.values:
            note(("value", category.name, value.value, one.id), value.count)
            note(("value", category.name, value.value, ALL), value.base_count)
    for row in one.distinctive_values:
        note(("value", row.feature, row.value, one.id), row.count)
        note(("value", row.feature, row.value, ALL), row.base_count)
    for number in one.typical:
        note(("known", number.feature, one.id), number.n)
    for spread in one.distributions:
        note(("spread", spread.feature, one.id), spread.n_segment)
        note(("spread", spread.feature, one.id, "rest"), spread.n_rest)
        for i, part in enumerate(spread.bins):
            note(("spread", spread.feature, one.id, i), part.segment)
            note(("spread", spread.feature, one.id, i, "rest"), part.rest)
    if one.progression:
        for name in ("n", "n_growth", "n_roles", "n_changed"):
            note(("moved", name, one.id), getattr(one.progression, name))
        for name in ("n_growth", "n_roles", "n_changed"):
            note(("moved", name, ALL), getattr(one.progression, f"{name}_of_all"))


def _of_pay(note, results):
    if results.bands:
        note(("bands",), results.bands.n_learners)
        for row in results.bands.rows:
            note(("bands", row.rule), row.learners)
            for cell in row.cells:
                note(("bands", row.rule, cell.segment_id), cell.count)
    found = results.benchmarks
    note(("benchmarks",), found.n_learners)
    note(("benchmarks", "left out"), found.n_left_out)
    for cell in (*found.cells, *found.wider):
        where = (cell.role_family, cell.tier, cell.experience_band)
        note(("benchmarks", *where), cell.learners)
    for cohort in results.cohorts:
        note(("cohort", cohort.key), cohort.learners)
        note(("assessed", cohort.key), cohort.assessed)
        for by in ("by_segment", "by_role", "by_tier"):
            for part in getattr(cohort, by):
                note(("cohort", cohort.key, by, part.value), part.learners)
                note(("assessed", cohort.key, by, part.value), part.assessed)
    if results.companies:
        note(("placed",), results.companies.n_learners)
        for tier in results.companies.tiers:
            note(("placed", tier.tier), tier.learners)
            note(("placed", tier.tier, "paid"), tier.n_paid)
    lagging = results.questions.lagging_pay
    if lagging:
        for name in ("learners", "experienced", "lagging"):
            note(("lagging", name), getattr(lagging, name))
            for role in lagging.by_role:
                note(("lagging", name, role.role), getattr(role, name))
    entry = results.questions.entry_level
    if entry:
        for name in ("learners", "high"):
            note(("entry", name), getattr(entry, name))
            for role in entry.by_role:
                note(("entry", name, role.role_family, role.level), getattr(role, name))
    for role in results.questions.mentor_roles:
        note(("value", "role", role.role, ALL), role.learners)
        note(("mentors", role.role), role.seniors)


def _of_evidence(note, results):
    found = results.evidence
    if not found:
        return
    for flow in found.flows:
        note(("flow", flow.k, flow.source, flow.target), flow.count)
        note(("flow", flow.k, flow.source, "out"), flow.n_source)
        note(("flow", flow.k, flow.target, "in"), flow.n_target)
    for name in ("core", "borderline", "atypical"):
        note(("certainty", name, ALL), getattr(found.certainty, name))
        for one in found.certainty.per_segment:
            note(("certainty", name, one.segment_id), getattr(one, name))
    for part in found.finer.parts:
        note(("part", part.segment_id, part.subsegment_id), part.count)
    for cell in found.finer.cells:
        note(("family", cell.role_family, cell.segment_id), cell.count)
        note(("family", cell.role_family, ALL), cell.n_family)


def relations_of(counts) -> Relations:
    """Say which of the counts add up to which, by what the tables are of."""
    told = Relations()
    keys = set(counts)
    ids = sorted({key[1] for key in keys if key[0] == "size"})
    told.adds_up([("size", i) for i in ids], ("segmented",))
    told.adds_up(_with(keys, "ledger", length=2), ("records",))
    for key in keys:
        if key[0] == "ledger" and len(key) == 3:
            told.at_most([key], key[:2])
    _of_categories(told, keys, ids)
    _of_numbers(told, keys, ids)
    _of_tables(told, keys, ids)
    return told


def _with(keys, *start, length):
    n = len(start)
    return [key for key in keys if len(key) == length and key[:n] == start]


def _of_categories(told, keys, ids):
    for kind, names in (
        ("value", sorted({key[1] for key in keys if key[0] == "value"})),
        ("certainty", [None]),
    ):
        for name in names:
            cells = (
                _with(keys, kind, name, length=4)
                if name
                else _with(keys, kind, length=3)
            )
            values = sorted({key[-2] for key in cells})
            head = (kind, name) if name else (kind,)
            for i in ids:
                parts = [(*head, v, i) for v in values if (*head, v, i) in keys]
                add = told.adds_up if name in {*WHOLE, None} else told.at_most
                add(parts, ("size", i))
            for v in values:
                parts = [(*head, v, i) for i in ids if (*head, v, i) in keys]
                if (*head, v, ALL) in keys:
                    told.adds_up(parts, (*head, v, ALL))
            whole = [(*head, v, ALL) for v in values if (*head, v, ALL) in keys]
            add = told.adds_up if name in {*WHOLE, None} else told.at_most
            add(whole, ("segmented",))


def _of_numbers(told, keys, ids):
    for feature in sorted({key[1] for key in keys if key[0] == "known"}):
        parts = [k for i in ids if (k := ("known", feature, i)) in keys]
        total = ("known", feature, ALL)
        if total in keys:
            told.adds_up(parts, total)
            bins = _with(keys, "bin", feature, length=3)
            if bins:
                told.adds_up(bins, total)
        for key in parts:
            told.at_most([key], ("size", key[2]))
        if ("missing", feature) in keys and total in keys:
            told.adds_up([total, ("missing", feature)], ("segmented",))
    for feature in sorted({key[1] for key in keys if key[0] == "spread"}):
        bins = sorted(
            {
                key[3]
                for key in _with(keys, "spread", feature, length=4)
                if key[3] != "rest"
            }
        )
        for i in ids:
            for end in ((), ("rest",)):
                parts = [("spread", feature, i, b, *end) for b in bins]
                if ("spread", feature, i, *end) in keys:
                    told.adds_up(parts, ("spread", feature, i, *end))
            for b in bins:
                if ("bin", feature, b) in keys and ("spread", feature, i, b) in keys:
                    both = [
                        ("spread", feature, i, b),
                        ("spread", feature, i, b, "rest"),
                    ]
                    told.at_most(both, ("bin", feature, b))
        for name in ("n_growth", "n_roles"):
            for i in ids:
                if ("moved", name, i) in keys:
                    told.at_most([("moved", name, i)], ("moved", "n", i))


def _of_tables(told, keys, ids):
    bands = _with(keys, "bands", length=2)
    if bands:
        told.adds_up(bands, ("bands",))
        for row in bands:
            told.adds_up(_with(keys, *row, length=3), row)
        for i in ids:
            told.at_most(
                [k for k in keys if k[0] == "bands" and k[2:] == (i,)], ("size", i)
            )
    cells = _with(keys, "benchmarks", length=4)
    for key in cells:
        _, role, tier, band = key
        if band is not None and tier is None:
            told.adds_up(
                [k for k in cells if k[1] == role and k[3] == band and k[2]], key
            )
        elif band is None and role is not None:
            told.adds_up([k for k in cells if k[1] == role and k[3] and not k[2]], key)
        elif role is None:
            told.adds_up([k for k in cells if k[1] and not k[3]], key)
            told.adds_up([key], ("benchmarks",))
    told.adds_up([("benchmarks",), ("benchmarks", "left out")], ("learners",))
    for key in _with(keys, "cohort", length=2):
        told.at_most([key], ("assessed", key[1]))
        for by in ("by_segment", "by_role", "by_tier"):
            for kind in ("cohort", "assessed"):
                parts = _with(keys, kind, key[1], by, length=4)
                if parts:
                    told.adds_up(parts, (kind, key[1]))
            for part in _with(keys, "cohort", key[1], by, length=4):
                told.at_most([part], ("assessed", *part[1:]))
    tiers = _with(keys, "placed", length=2)
    if tiers:
        told.adds_up(tiers, ("placed",))
    for name, above in (("experienced", "learners"), ("lagging", "experienced")):
        for key in _with(keys, "lagging", name, length=3):
            told.at_most([key], ("lagging", above, key[2]))
        told.at_most(_with(keys, "lagging", name, length=3), ("lagging", name))
    for key in _with(keys, "entry", "high", length=4):
        told.at_most([key], ("entry", "learners", *key[2:]))
    for i in ids:
        parts = _with(keys, "part", i, length=3)
        if parts:
            told.adds_up(parts, ("size", i))
        families = [k for k in keys if k[0] == "family" and k[2] == i]
        if families:
            told.at_most(families, ("size", i))
    for end, place in (("out", 2), ("in", 3)):
        flows = [k for k in keys if k[0] == "flow" and isinstance(k[3], int)]
        for total in [k for k in keys if k[0] == "flow" and k[-1] == end]:
            parts = [k for k in flows if (k[1], k[place]) == total[1:3]]
            told.adds_up(parts, total)


class Intruder:
    """What is left of every count when all published numbers are put together.

    Parameters
    ----------
    told : mapping
        Published counts, of `counts_of`.
    base, offset : int
        Of the rounding. An offset of None is not known: then every group of counts that
        some offset allows is possible.
    """

    def __init__(self, told, *, base, offset):
        self.keys = list(told)
        self.place = {key: i for i, key in enumerate(self.keys)}
        self.limits = {k: group(v, base, offset) for k, v in told.items()}
        self.solver = self._programme(relations_of(told))

    def _programme(self, relations):
        solver = highspy.Highs()
        solver.setOptionValue("output_flag", False)
        for key in self.keys:
            low, high = self.limits[key]
            solver.addVar(low, high)
        for parts, total, slack in relations.rows:
            if total not in self.place or not parts:
                continue
            at = np.array([self.place[total], *(self.place[p] for p in parts)])
            signs = np.array([1.0, *(-1.0 for _ in parts)])
            solver.addRow(0.0, slack, len(at), at, signs)
        return solver

    def bounds(self, key):
        """Give the fewest and the most that a count can be."""
        i = self.place[key]
        ends = []
        for sense in (highspy.ObjSense.kMinimize, highspy.ObjSense.kMaximize):
            self.solver.changeObjectiveSense(sense)
            self.solver.changeColCost(i, 1.0)
            self.solver.run()
            status = self.solver.getModelStatus()
            assert status == highspy.HighsModelStatus.kOptimal, status
            ends.append(self.solver.getInfo().objective_function_value)
            self.solver.changeColCost(i, 0.0)
        return math.ceil(ends[0] - 1e-6), math.floor(ends[1] + 1e-6)


def group(told, base, offset):
    """Give the counts that are told as this value, the rounding known."""
    if told is None:
        return 0, base - 1
    offsets = range(base) if offset is None else [offset]
    lows, highs = zip(*(_group(told, base, o) for o in offsets), strict=True)
    return min(lows), max(highs)


def _group(told, base, offset):
    """Look for the counts by trying all near: the obvious way, by the definition."""
    from learnstrata.privacy.disclosure.rounding import Rounding

    rounding = Rounding(base, offset)
    near = range(max(base, told - 2 * base), told + 2 * base + 1)
    same = [n for n in near if rounding.count(n) == told]
    return (same[0], same[-1]) if same else (told, told)
