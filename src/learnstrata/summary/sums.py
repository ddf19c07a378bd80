"""Which counts of the results add up to which: what anybody knows who reads them.

The disclosure widens what would give a small count away by these sums, and the intruder
of the tests attacks with them. Where records are segmented, a learner counts once in
each group that has a record of them: such groups overlap, and add up to no less.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from learnstrata.learners.features.companies import UNRATED
from learnstrata.learners.schema.register import extra_name
from learnstrata.summary.contract.evidence import Evidence, Part
from learnstrata.summary.contract.learners import BandLimits
from learnstrata.summary.contract.meaning import Bands, Segment
from learnstrata.summary.contract.pay import Benchmarks, Cohort
from learnstrata.summary.contract.results import Results
from learnstrata.summary.tally import Key, Tally
from learnstrata.wording.words import EVERYBODY

__all__ = ["tally_of"]

ALL = "all"
YEARS = "years_of_experience"
COMPLETE = ("role", "tier")  # categories that every learner has a value of
SPLIT = (
    "value",
    "known",
    "moved",
    "bins",
    "binned",
    "outcome",
)  # what each segment has, and all
ONCE_OF_ALL = ("known", "moved")  # of records: once in each segment, and once of all
BANDED = {"experience_band": "pay", "pay_band": YEARS}  # a band, and what else it takes
OF = {"experience_band": YEARS, "pay_band": "pay"}
FILLED = {"pay": "pay", "experience": YEARS}
PARTED = {"learners": "pay", "n_experience": YEARS}
SEGMENTED = ("current", "repaired", "set_aside")
STATES = (*SEGMENTED, "history", "quarantined")
# What brings a record to a state, one rule each; no words where several rules can.
WAYS: Mapping[str, tuple[str, ...]] = {
    "repaired": (),
    "set_aside": (),
    "history": ("older_record", "exact_duplicate"),
    "quarantined": (),
}
# Outcomes of ours that cards tell, too: who has it, and of whom it is so.
SAME_COUNTS: Mapping[str, tuple[Key, Key]] = {
    "pay_growth": (("known", "pay_growth"), ()),
    "role_change": (("moved", "n_roles"), ("moved", "n_changed")),
}
MOVED = (  # of learners with older records: who is among whom
    ("n_changed", "n_roles"),
    ("n_grown", "n_growth"),
    ("n_one_year", "n_growth"),
    ("n_grown_one_year", "n_one_year"),
    ("n_grown_one_year", "n_grown"),
)
LEAST_TIED = 4  # times the base: of smaller roles nobody is told who could mentor
CERTAINTIES = ("core", "borderline", "atypical")


def tally_of(results: Results) -> Tally:
    """Name every count of learners in results, with the sums they are part of.

    Parameters
    ----------
    results : Results
        Exact or disclosed.
    """
    tally, once = Tally(), results.settings.unit == "learner"
    tally.note(("segmented",), results.input.segmented)
    tally.note(("learners",), results.input.learners)
    tally.add([("learners",)], ("segmented",), whole=once)
    _ledger(tally, results)
    _description(tally, results, once=once)
    for segment in results.segments:
        _segment(tally, segment)
    _outcomes(tally, results, once=once)
    _over_segments(tally, [one.id for one in results.segments], once=once)
    _spreads(tally, results, once=once)
    _bands(tally, results)
    _benchmarks(tally, results.benchmarks)
    for cohort in results.cohorts:
        _cohort(tally, cohort)
    _entry_level(tally)
    _companies(tally, results)
    _questions(tally, results, once=once)
    _rules(tally, results)
    if results.evidence:
        _flows(tally, results.evidence)
        _finer(tally, results.evidence)
    _across(tally, results, once=once)
    return tally


def _ledger(tally: Tally, results: Results) -> None:
    records = tally.note(("records",), results.input.records)
    states = [
        tally.note(("ledger", state), getattr(results.ledger, state))
        for state in STATES
    ]
    tally.add(states, records, whole=True)
    tally.guess([("ledger", state) for state in SEGMENTED], ("segmented",))
    for rule in results.ledger.rules:
        key = tally.note(("ledger", rule.state, rule.rule), rule.records)
        tally.add([key], ("ledger", rule.state), whole=False)
    _rules_of_states(tally, results)
    for remark in results.remarks:
        told = tally.note(("remark", remark.sentence), remark.records)
        met = [
            ("ledger", rule.state, rule.rule)
            for rule in results.ledger.rules
            if rule.rule in remark.rules
        ]
        tally.guess(met, told)
        tally.guess(met, told, ">=")


def _rules_of_states(tally: Tally, results: Results) -> None:
    """Add up the rules of a state: one by which each record came to it, or several."""
    for state, ways in WAYS.items():
        keys = [
            ("ledger", state, rule.rule)
            for rule in results.ledger.rules
            if rule.state == state and (not ways or rule.rule in ways)
        ]
        tally.guess(keys, ("ledger", state))
        tally.guess(keys, ("ledger", state), ">=")


def _description(tally: Tally, results: Results, *, once: bool) -> None:
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
        tally.add([key, known], ("segmented",), whole=once and known in tally.counts)
    for name, column in FILLED.items():
        key = tally.note(("filled", name), getattr(results.filled, name))
        tally.guess([key], ("missing", column))
    roles = [tally.note(("paid", row.role), row.learners) for row in found.pay_by_role]
    tally.add(roles, ("known", "pay", ALL), whole=True)
    _years(tally, results)
    if results.roles:
        names = ("mapped", "missing", "unmapped")
        parts = [
            tally.note(("title", name), getattr(results.roles, name)) for name in names
        ]
        total = tally.note(("title", ALL), results.roles.learners)
        tally.add(parts, total, whole=True)
        tally.add([total], ("segmented",), whole=True)
        tally.guess([("title", "missing")], ("missing", "title"))
        titles = [
            tally.note(("title", "of", row.title), row.learners)
            for row in results.roles.top_unmapped
        ]
        tally.add(titles, ("title", "unmapped"), whole=False)


def _years(tally: Tally, results: Results) -> None:
    """Add up the paid learners of each year of experience over the tiers."""
    years: dict[float, list[Key]] = {}
    for row in results.description.pay_by_experience:
        key = tally.note(("years", row.years, row.tier), row.learners)
        years.setdefault(row.years, []).append(key)
    for year, keys in years.items():
        total = ("years", year, EVERYBODY)
        tally.add([key for key in keys if key != total], total, whole=True)


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
    for place in one.distinctive_numbers:
        tally.note(("known", place.feature, one.id), place.count)
    _spread(tally, one)
    _progression(tally, one)


def _spread(tally: Tally, one: Segment) -> None:
    for spread in one.distributions:
        own = tally.note(("known", spread.feature, one.id), spread.n_segment)
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
    for name in dict.fromkeys(chain.from_iterable(MOVED)):
        key = tally.note(("moved", name, one.id), getattr(found, name))
        tally.note(("moved", name, ALL), getattr(found, f"{name}_of_all"))
        tally.add([key], older, whole=False)
    for part, whole in MOVED:
        tally.add([("moved", part, one.id)], ("moved", whole, one.id), whole=False)
    tally.guess([("moved", "n_growth", one.id)], ("known", "pay_growth", one.id))


def _outcomes(tally: Tally, results: Results, *, once: bool) -> None:
    """Note outcomes and their answers, by segment and of all."""
    for one in results.outcomes:
        # A column of the user's may be called as one of ours is.
        name = one.outcome if one.is_ours else extra_name(one.outcome)
        tally.note(("segmented",), one.n_learners)
        for rule in one.rules:
            known = tally.note(("ruled", rule.feature), rule.n_known)
            tally.add([known], ("segmented",), whole=False)
            for feature in (rule.limits_of, extra_name(rule.feature)):
                tally.guess([known], ("known", feature, ALL))
        whole = tally.note(("outcome", name, "", ALL), one.n_with)
        tally.add([whole], ("segmented",), whole=False)
        for group in (*one.by_segment, *([one.of_all] if one.of_all else [])):
            who = ALL if group.segment_id is None else group.segment_id
            own = tally.note(("outcome", name, "", who), group.n)
            if who != ALL:
                tally.add([own], ("size", who), whole=False)
            answers = [
                tally.note(("outcome", name, f"={answer.answer}", who), answer.count)
                for answer in group.answers
            ]
            tally.add(answers, own, whole=one.kind == "category")
            if once and one.is_ours:
                n, yes = SAME_COUNTS[one.outcome]
                tally.guess([own], (*n, who))
                tally.guess(answers, (*yes, who))


def _over_segments(tally: Tally, ids: Sequence[int], *, once: bool) -> None:
    """Add up over the segments what each of them and all together have."""
    tally.add([("size", i) for i in ids], ("segmented",), whole=True)
    totals = [k for k in tally.counts if k[-1] == ALL and k[0] in SPLIT]
    for total in totals:
        name = "known" if total[0] == "binned" else total[0]
        parts = [(name, *total[1:-1], i) for i in ids]
        if once or total[0] not in ONCE_OF_ALL:
            tally.add(parts, total, whole=True)
            continue
        tally.guess(parts, total, ">=")
        for part in parts:
            tally.add([part], total, whole=False)
    for name in sorted({str(k[1]) for k in tally.counts if k[0] == "value"}):
        whole = [k for k in tally.counts if k[:2] == ("value", name) and k[3] == ALL]
        tally.add(whole, ("segmented",), whole=name in COMPLETE)


def _spreads(tally: Tally, results: Results, *, once: bool) -> None:
    """Link bins to the numbers of the description, and bands to the bins they hold."""
    spreads = {
        (one.feature, segment.id): one.bins
        for segment in results.segments
        for one in segment.distributions
    }
    for one in results.description.distributions:
        if not once:
            continue
        tally.guess([("binned", one.feature, ALL)], ("known", one.feature, ALL))
        edges = [part.low for part in one.bins]
        of_all = next((b for (f, _), b in spreads.items() if f == one.feature), ())
        if edges == [part.low for part in of_all]:
            for i in range(len(edges)):
                key = ("bins", one.feature, i, ALL)
                tally.guess([key], ("bin", one.feature, i, ALL))
    for (feature, segment), bins in spreads.items():
        if feature == YEARS and once:
            for who in (segment, ALL):
                _banded_years(tally, results, [part.high for part in bins], who)


def _banded_years(
    tally: Tally, results: Results, highs: Sequence[float | None], who: int | str
) -> None:
    """Add up bins of whole years in each band, whose upper limit belongs to it."""
    for one in results.bands_of("experience_band"):
        low, high = one.low, one.high
        inside = [
            ("bins", YEARS, i, who)
            for i, end in enumerate(highs)
            if (low is None or end is None or end > low + 1)
            and (high is None or (end is not None and end <= high + 1))
        ]
        tally.guess(inside, ("value", "experience_band", one.name, who))


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
    _margins(tally, found)


def _margins(tally: Tally, found: Bands) -> None:
    """Put the rows of one band together: they are those with a value in the other."""
    for name, other in BANDED.items():
        for band in sorted({getattr(row, name) for row in found.rows}):
            rules = [row.rule for row in found.rows if getattr(row, name) == band]
            segments = [cell.segment_id for cell in found.rows[0].cells]
            for who in (*segments, ALL):
                of = [
                    ("bands", rule, who) if who != ALL else ("bands", rule)
                    for rule in rules
                ]
                total = ("value", name, band, who)
                tally.add(of, total, whole=False)
                tally.guess([*of, ("missing", other)], total, ">=")


def _benchmarks(tally: Tally, found: Benchmarks) -> None:
    whole = tally.note(("benchmarks",), found.n_learners)
    left_out = tally.note(("benchmarks", "left out"), found.n_left_out)
    tally.add([whole, left_out], ("learners",), whole=True)
    tally.guess([whole], ("bands",))
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
        for part in parts:
            wider = {
                "by_role": ("benchmarks", part[2], None, None),
                "by_tier": ("placed", part[2], "paid"),
            }
            if by in wider:
                tally.guess([("assessed", *part)], wider[by], "<=")
            if by == "by_role" and found.key == "well_paid":
                tally.guess([("assessed", *part)], wider[by])
    growth = tally.note(("cohort", found.key, "growth"), found.n_growth)
    tally.guess([growth], ("moved", "n_growth", ALL), "<=")


def _entry_level(tally: Tally) -> None:
    """Put both ends of entry-level pay beside those who were assessed for either."""
    for key in [k for k in tally.counts if k[:2] == ("cohort", "entry_high")]:
        low, of = (("cohort", "entry_low", *key[2:]), ("assessed", *key[1:]))
        tally.add([key, low], of, whole=False)


def _companies(tally: Tally, results: Results) -> None:
    found = results.companies
    if found is None:
        return
    whole = tally.note(("placed",), found.n_learners)
    tally.add([whole, ("missing", "company")], ("segmented",), whole=False)
    tally.guess([whole, ("missing", "company")], ("segmented",))
    tiers: list[Key] = []
    for tier in found.tiers:
        tiers.append(tally.note(("placed", tier.tier), tier.learners))
        paid = tally.note(("placed", tier.tier, "paid"), tier.n_paid)
        tally.add([paid], tiers[-1], whole=False)
        if tier.tier != UNRATED:
            tally.guess([tiers[-1]], ("value", "tier", tier.tier, ALL))
        tally.guess([tiers[-1]], ("value", "tier", tier.tier, ALL), "<=")
        years = [k for k in tally.counts if k[0] == "years" and k[2] == tier.tier]
        tally.guess(years, paid, ">=" if tier.tier == UNRATED else "=")
        tally.guess(years, paid, ">=")
    tally.add(tiers, whole, whole=True)


def _questions(tally: Tally, results: Results, *, once: bool) -> None:
    related = results.questions.pay_with_experience
    if related:
        whole = tally.note(("related",), related.learners)
        tally.guess([whole], ("bands",))
        rows = []
        for row in related.by_role:
            rows.append(tally.note(("related", row.role), row.learners))
            tally.guess([rows[-1]], ("benchmarks", row.role, None, None))
            if once:
                tally.guess([rows[-1]], ("paid", row.role), "<=")
            tally.guess([rows[-1]], ("value", "role", row.role, ALL), "<=")
        tally.add(rows, whole, whole=False)
    _mentors(tally, results, once=once)


def _mentors(tally: Tally, results: Results, *, once: bool) -> None:
    """Part each role by who could mentor, and who could not by bands of experience."""
    base, questions = results.settings.base, results.questions
    bands: dict[str, list[Key]] = {}
    for row in questions.mentor_roles:
        role = tally.note(("value", "role", row.role, ALL), row.learners)
        demand = tally.note(("mentors", row.role, "demand"), row.demand)
        supply = tally.note(("mentors", row.role, "supply"), row.supply)
        levels = [
            tally.note(("mentors", row.role, one.level), one.demand)
            for one in row.levels
        ]
        if (row.learners or 0) < LEAST_TIED * base:
            continue  # such a role is never told: `learnstrata.summary.disclose`
        tally.add([demand, supply], role, whole=False)
        tally.guess([demand, supply], role)
        if once:
            tally.add(levels, demand, whole=True)
        else:
            tally.guess(levels, demand, ">=")
        for one, key in zip(row.levels, levels, strict=True):
            bands.setdefault(one.level, []).append(key)
            cell: Key = ("benchmarks", row.role, None, one.level)
            tally.guess([key, supply], cell, ">=")
            tally.guess([key], cell)
    for band, keys in bands.items():
        tally.add(keys, ("value", "experience_band", band, ALL), whole=False)


def _rules(tally: Tally, results: Results) -> None:
    """Add up the learners that rules are grown on and held out for."""
    held_out = tally.note(("rules", "held out"), results.rules.n_held_out)
    train = tally.note(("rules", "train"), results.rules.n_train)
    tally.guess([train, held_out], ("segmented",))
    tally.add([train, held_out], ("segmented",), whole=False)
    parts: list[Key] = []
    for one in results.segments:
        if one.rule:
            parts.append(tally.note(("rules", one.id), one.rule.n_segment))
            tally.add([parts[-1]], ("size", one.id), whole=False)
            caught = tally.note(("rules", one.id, "caught"), one.rule.n_caught)
            tally.add([caught], held_out, whole=False)
    tally.add(parts, held_out, whole=False)
    tally.guess(parts, held_out)


def _across(tally: Tally, results: Results, *, once: bool) -> None:
    """Link what several tables count: roles, families, leaves, pairs of segments."""
    for key in [k for k in tally.counts if k[0] == "value" and k[1] == "role"]:
        _, _, role, who = key
        tally.guess([("family", role, who)], key)
        if who == ALL:
            tally.guess([("paid", role)], key, "<=")
            if once:
                tally.guess([("paid", role), ("missing", "pay")], key, ">=")
            tally.guess([("benchmarks", role, None, None)], ("paid", role), "<=")
            if role in results.settings.no_role:
                tally.guess([("title", "missing")], key)
    for name, feature in OF.items():
        for who in (*(one.id for one in results.segments), ALL):
            bands = [
                key
                for key in tally.counts
                if key[:2] == ("value", name) and key[3] == who
            ]
            tally.guess(bands, ("known", feature, who))
    if once:
        _years_in_cells(tally, results)
    branches = results.hierarchy.branches
    rows = tally.note(("tree",), results.hierarchy.n_rows)
    tally.guess([rows], ("segmented",))
    leaves = [
        tally.note(("leaf", i), size)
        for i, size in enumerate(branches.leaf_sizes if branches else ())
    ]
    grown = tally.note(("grown",), results.hierarchy.n_weighted)
    tally.guess(leaves, grown)
    tally.guess([grown], ("segmented",))
    for one in results.evidence.valleys if results.evidence else ():
        if one.dip:
            pair = sorted((one.segment_id, one.neighbour_id))
            both = tally.note(("pair", *pair), one.dip.n_rows)
            tally.guess([("size", i) for i in pair], both)


def _years_in_cells(tally: Tally, results: Results) -> None:
    """Match the years of a tier and band with the cells of its roles."""
    cells, bands = results.benchmarks.cells, results.bands_of("experience_band")
    years = [key for key in tally.counts if key[0] == "years"]
    for tier, band in sorted({(c.tier or "", c.experience_band or "") for c in cells}):
        inside = [
            key for key in years if key[2] == tier and _band_of(key[1], bands) == band
        ]
        roles = [
            ("benchmarks", cell.role_family, tier, band)
            for cell in cells
            if (cell.tier, cell.experience_band) == (tier, band)
        ]
        tally.match(roles, inside, name=("paid in", tier, band))


def _band_of(years: str | float | None, bands: Sequence[BandLimits]) -> str:
    known = float(years or 0)
    found = (one.name for one in bands if one.high is None or known <= one.high)
    return next(found, "")


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


def _described_part(tally: Tally, part: Part, whole: Key) -> None:
    where = (part.segment_id, part.subsegment_id)
    for number in part.typical:
        own = tally.note(("known in part", number.feature, *where), number.n)
        tally.add([own], whole, whole=False)
        tally.guess([own], ("learners" if number.feature == "pay" else "", *where))
    roles = [
        tally.note(("role in part", role.value, *where), role.held)
        for role in part.roles
    ]
    tally.add(roles, whole, whole=False)


def _over_parts(
    tally: Tally, parts: Iterable[Part], segments: Mapping[int, list[Key]]
) -> None:
    """Add up over the parts of a segment what each of them and the segment has."""
    rows: dict[Key, list[Key]] = {}
    for part in parts:
        where = (part.segment_id, part.subsegment_id)
        for number in part.typical:
            total: Key = ("known", number.feature, part.segment_id)
            own: Key = ("known in part", number.feature, *where)
            rows.setdefault(total, []).append(own)
        for role in part.roles:
            total = ("value", "role", role.value, part.segment_id)
            rows.setdefault(total, []).append(("role in part", role.value, *where))
    for total, keys in rows.items():
        if len(keys) == len(segments[int(total[-1] or 0)]):  # no row is left out
            tally.guess(keys, total)
        elif total[0] == "value":
            tally.add(keys, total, whole=False)


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
        for name in ("learners", "n_experience"):
            own = (name, part.segment_id, part.subsegment_id)
            tally.note(own, getattr(part, name))
            tally.add([own], key, whole=False)
        _described_part(tally, part, key)
    _over_parts(tally, found.finer.parts, segments)
    for segment, parts in segments.items():
        tally.add(parts, ("size", segment), whole=True)
        for name, feature in PARTED.items():
            own = [(name, *part[1:]) for part in parts]
            tally.guess(own, ("known", feature, segment))
    families: dict[Key, list[Key]] = {}
    for cell in found.finer.cells:
        key = tally.note(("family", cell.role_family, cell.segment_id), cell.count)
        total = tally.note(("family", cell.role_family, ALL), cell.n_family)
        families.setdefault(total, []).append(key)
        families.setdefault(("size", cell.segment_id), []).append(key)
    for total, parts in families.items():
        tally.add(parts, total, whole=False)
