"""The intruder against everything that a run publishes, with all that he may know."""

import json
from itertools import product

import numpy as np
import pytest

from crowds import CROWDS, Crowd, results_of
from intruder import (
    Intruder,
    counts_of,
    group,
    holds,
    identity,
    published,
)
from learnstrata.privacy.disclosure.derived import worked_out
from learnstrata.privacy.disclosure.kinds import (
    Amount,
    Count,
    Derived,
    Rows,
    Share,
    Statistic,
    Typical,
)
from learnstrata.privacy.disclosure.rounding import (
    AMOUNTS,
    NEXT_TO_NOTHING,
    rounded_pay,
    significant,
)
from learnstrata.privacy.disclosure.rule import BEYOND
from learnstrata.summary.contract.decisions import Target
from learnstrata.summary.contract.evidence import Part
from learnstrata.summary.contract.meaning import Segment, SegmentBin
from learnstrata.summary.contract.model import SEGMENT_ID
from learnstrata.summary.contract.pay import CompanyRole, CompanyView
from learnstrata.summary.contract.results import DisclosedSummary, ExactSummary
from learnstrata.summary.sums import tally_of
from learnstrata.summary.walk import changed, kinds_of, models_in, owner_of, results_in

BASE = 10


@pytest.fixture(scope="module", params=CROWDS, ids=str)
def crowd(request):
    return request.param


@pytest.fixture(scope="module")
def both(crowd):
    return results_of(crowd)


@pytest.fixture(scope="module")
def attacked(both):
    """Give the intruder, and the least and the most he can say of every count."""
    exact, told, rounding = both
    intruder = Intruder(exact, told, rounding=rounding)
    return intruder, intruder.attack(base=BASE)


def test_what_adds_up_does_so_and_a_count_is_the_same_wherever_it_stands(both):
    exact, told, _ = both
    counts, sums = counts_of(exact), tally_of(exact).sums
    known = [one for one in sums if holds(one, counts) is not None]
    assert [one for one in known if not holds(one, counts)] == []
    assert len(known) > 400
    assert counts_of(told)  # which refuses a count with two values


def test_every_count_of_learners_is_one_that_the_intruder_knows_of(both):
    """A count that no sum could name would not be attacked."""
    exact, _, _ = both
    named = {value for values in tally_of(exact).counts.values() for value in values}
    unnamed = {
        f"{type(one.scope[-1]).__name__}.{one.path[-1]}"
        for one in published(exact)
        if isinstance(one.kind, Count) and one.value and one.value not in named
    }
    assert unnamed <= APART


# Counts of samples, of titles and of companies, and counts that are part of no table.
APART = {
    "Hierarchy.n_micro",
    *("Candidate.rows", "Dip.n_rows", "Gap.rows", "Halves.rows", "Stability.rows"),
    *(
        "Hopkins.n_probes",
        "Hopkins.n_rows",
        "Nulls.rows",
        "Seeds.rows",
        "Selection.rows",
        "Variant.rows",
    ),
    *("Selection.against", "Selection.halved", "Selection.scored"),
    "Silhouette.against",
    *("Silhouette.scored", "SegmentSilhouette.scored", "Hierarchy.n_rows"),
    *("Roles.n_titles", "Roles.n_titles_mapped", "Distribution.outside_fences"),
    *("Companies.n_companies", "CompanyTier.companies", "CompanyView.learners"),
    *("CompanyRole.learners", "Distribution.companies"),
    *("Part.companies", "PayByExperience.companies"),
    *("PayByRole.companies", "PayCell.companies", "TypicalNumber.companies"),
    "RuleBands.companies",
}


def test_of_a_small_count_five_values_are_left_and_all_ten_in_98_of_100(both, attacked):
    intruder, ends = attacked
    left = [
        high - low + 1
        for name, (low, high) in ends.items()
        if intruder.told[name] is None
    ]
    assert len(left) > 200
    assert min(left) >= BASE / 2
    # of a value that ten have, and fewer in either of two segments, nobody has none
    most = BASE - 1 if len(both[1].segments) == 2 else BASE
    assert sum(n >= most for n in left) >= 0.98 * len(left)


def test_of_a_larger_count_half_the_base_of_values_is_left(attacked):
    intruder, ends = attacked
    left = [
        high - low + 1
        for name, (low, high) in ends.items()
        if intruder.told[name] is not None
    ]
    assert len(left) > 200
    assert min(left) >= BASE / 2


def test_the_truth_is_always_inside_what_the_intruder_finds(both, attacked):
    intruder, ends = attacked
    for name, exact in counts_of(both[0]).items():
        if name in intruder.told:
            low, high = intruder.limits[intruder.place[name]]
            assert low <= exact <= high, name
            if intruder.told[name] is None:
                assert ends[name][0] <= exact <= ends[name][1], name


def test_the_difference_of_any_two_counts_leaves_as_many_values_as_the_base(both):
    """Each is told with a group of ten or more, so no difference says more than one."""
    _, told, rounding = both
    values = {one.value for one in published(told) if isinstance(one.kind, Count)} - {
        None
    }
    for value in values:
        low, high = group(value, rounding)
        assert high - low + 1 >= BASE
        assert value % BASE == 0


def test_no_count_is_off_by_more_than_is_said(both):
    exact, told, rounding = both
    true = {one.path: one.value for one in published(exact)}
    values = {
        one.path: one.value
        for one in published(told)
        if isinstance(one.kind, Count) and one.value is not None
    }
    off = [abs(value - true[at]) for at, value in values.items() if at in true]
    assert len(off) > 200
    assert max(off) <= told.rounding_error
    ends = [(value, *group(value, rounding)) for value in set(values.values())]
    assert told.rounding_error == max(max(n - a, b - n) for n, a, b in ends)
    assert exact.rounding_error == 0


def looked_up(scope, name):
    return getattr(owner_of(scope, name), name)


def told_share(part, whole):
    share = min(part / whole, 1.0)
    return max(round(share, 3), NEXT_TO_NOTHING) if whole > 1000 else round(share, 2)


def sums_of_parts(told, one):
    """Give what is told of all that a share stands beside: it may be of their sum."""
    of, evidence = one.scope[-1], told.evidence
    if isinstance(of, Part) and one.path[-1] == "share_of_segment":
        parts = evidence.finer.parts
        return [sum(p.count or 0 for p in parts if p.segment_id == of.segment_id)]
    if isinstance(of, SegmentBin):
        counted = {"share": "segment", "share_of_all": "of_all"}[one.path[-1]]
        return [sum(getattr(row, counted) or 0 for row in one.scope[-2].bins)]
    if not isinstance(of, Segment | Part | Target) or one.path[-1] != "share":
        return []
    sums = [sum(segment.size or 0 for segment in told.segments)]
    if isinstance(of, Target) and evidence:
        sure = evidence.certainty
        sums.append(sum(n or 0 for n in (sure.core, sure.borderline, sure.atypical)))
    return sums


def test_a_share_follows_from_published_counts_alone(both):
    """So that it says no more than they do, times the whole or otherwise."""
    seen = 0
    for one in published(both[1]):
        if isinstance(one.kind, Share) and one.value is not None:
            whole = looked_up(one.scope, one.kind.whole)
            assert whole is not None, one.path
            assert whole >= 50, one.path
            wholes = {max(whole, n) for n in (0, *sums_of_parts(both[1], one))}
            parts = range(BASE, whole + 3 * BASE, BASE)
            if one.kind.part:
                parts = [looked_up(one.scope, one.kind.part)]
            told = {told_share(part, n) for part in parts for n in wholes}
            assert one.value in told, one.path
            seen += 1
    assert seen > 100


def test_what_is_derived_follows_from_published_counts_alone(both):
    _, told, rounding = both
    seen = 0
    for one in published(told):
        if isinstance(one.kind, Derived):
            counts = [looked_up(one.scope, name) for name in one.kind.fields]
            ends = [group(n, rounding) for n in counts]
            found = None if None in counts else worked_out(one.kind, counts, ends)
            wanted = None if found is None else significant(found, one.kind.digits)
            assert one.value == wanted, one.path
            seen += one.value is not None
    assert seen > 100


def test_a_statistic_has_at_most_its_digits_and_is_of_enough_learners(both):
    _, told, rounding = both
    for one in published(told):
        if isinstance(one.kind, Statistic) and one.value is not None:
            assert one.value == significant(one.value, one.kind.digits), one.path
            assert one.value == round(one.value, one.kind.places), one.path
            if one.kind.n and not hides_sizes(one.scope):
                n = looked_up(one.scope, one.kind.n)
                assert group(n, rounding)[0] >= max(BASE, one.kind.least), one.path


def hides_sizes(scope):
    return isinstance(scope[-1], CompanyView | CompanyRole)


def is_amount(one):
    feature = getattr(one.kind, "feature", "pay")
    named = getattr(one.scope[-1], feature, feature)
    return isinstance(one.kind, Amount) or named in AMOUNTS


def quantiles(told):
    return [
        one
        for one in published(told)
        if isinstance(one.kind, Amount | Typical) and one.value is not None
    ]


def test_a_quantile_has_five_learners_beyond_it_for_all_that_can_be_known(both):
    _, told, rounding = both
    limits = {one.path for one in quantiles(told) if getattr(one.kind, "digits", 0)}
    found = [one for one in quantiles(told) if one.path not in limits]
    for one in found:
        low, high = group(looked_up(one.scope, one.kind.n), rounding)
        assert low >= BASE, one.path
        if one.kind.at is not None:
            assert low * min(one.kind.at, 1 - one.kind.at) >= BEYOND - 1e-9, one.path
        if is_amount(one):
            # A pay at the end of a step is told in the next one's.
            near = one.value * np.linspace(0.9, 1.1, 41)
            per = told.settings.money.per
            steps = [rounded_pay(near, per, n=n) for n in range(low, high + 1)]
            assert one.value in np.concatenate(steps), one.path
    assert len(found) > 50


def test_a_number_of_the_users_is_told_in_steps_of_the_spread_of_all(both):
    """A step hides by how much one of the learners moves a median."""
    exact, told, rounding = both
    owner = {one.path: one for one in published(exact)}
    for one in quantiles(told):
        spread = getattr(owner[one.path].scope[-1], "spread", None)
        if not str(getattr(one.scope[-1], "feature", "")).startswith("extra:"):
            continue
        if not spread:
            continue
        low = group(looked_up(one.scope, one.kind.n), rounding)[0]
        step = 10.0 ** np.floor(np.log10(spread * max(0.05, 2 / low)))
        assert abs(one.value / step - round(one.value / step)) < 1e-6, one.path
        assert abs(one.value - owner[one.path].value) <= 10 * step, one.path


def test_pay_is_of_ten_learners_and_three_companies_none_with_more_than_60_percent(
    both,
):
    exact, told, _ = both
    owner = {one.path: one for one in published(exact)}
    pays = [one for one in quantiles(told) if is_amount(one)]
    for one in pays:
        scope = owner[one.path].scope
        assert looked_up(scope, one.kind.n) >= 10, one.path
        companies = looked_up(scope, "companies")
        assert companies is None or companies >= 3, one.path
        largest = looked_up(scope, "largest_share")
        assert largest is None or largest <= 0.6, one.path
    assert len(pays) > 50


def tables():
    """List every table of the contract with counts, and the kind of its rows."""
    for model in models_in(DisclosedSummary, ExactSummary):
        for name, kind in kinds_of(model).items():
            annotation = model.model_fields[name].annotation
            for row in results_in(annotation) if "tuple" in str(annotation) else ():
                counts = [k for k in kinds_of(row).values() if isinstance(k, Count)]
                if isinstance(kind, Rows) and counts:
                    yield f"{model.__name__}.{name}", kind


# Tables whose rows do not depend on few: of features and columns, of what was tried, of
# all segments, of all combinations, of companies and roles there with ten learners.
ALWAYS = {
    *("Action.targets", "BandRow.cells", "Benchmarks.cells", "Benchmarks.wider"),
    *("Bootstrap.per_segment", "Certainty.per_segment", "Companies.largest"),
    *("CompanyView.roles", "Description.distributions", "Description.missing"),
    *("Distribution.bins", "Evidence.bootstraps", "Evidence.valleys", "Finer.dossiers"),
    *("Finer.parts", "Results.cohorts", "Results.outcomes", "Results.segments"),
    *("Roles.top_unmapped", "Segment.distributions", "Sensitivity.variants"),
    *("SegmentDistribution.bins", "Silhouette.per_segment", "Segment.categories"),
    *("Sensitivity.same_way", "Evidence.components", "ExactSummary.actions"),
    *("Outcome.of_all", "Outcome.by_segment", "OutcomeGroup.answers", "Outcome.rules"),
    *("Summary.actions", "DisclosedSummary.actions", "Valley.dip", "Component.dip"),
    "MentorRole.levels",
    # of two runs: as each tells its own, or every old segment by every new one
    *("Previous.old_segments", "Previous.new_segments", "Previous.pairs"),
    *("Previous.migrations", "Previous.numbers", "Previous.shares"),
    *("SegmentPair.numbers", "SegmentPair.shares"),
}


def test_every_table_says_of_whom_its_rows_are_or_always_has_them():
    open_ = {name for name, kind in tables() if not kind.least}
    inherited = {
        f"{model}.{field.split('.')[1]}"
        for model in ("Summary", "ExactSummary", "DisclosedSummary")
        for field in ALWAYS
        if field.startswith("Results.")
    }
    assert open_ <= ALWAYS | inherited


def test_which_rows_there_are_tells_of_nobody(both):
    """Each segment has the rows of any other; the rest are of counts that are told."""
    _, told, _ = both
    for one in told.segments:
        for field in ("categories", "distributions"):
            rows = [identity(row) for row in getattr(one, field)]
            others = [identity(row) for row in getattr(told.segments[0], field)]
            assert rows == others
        values = {(r.feature, r.value) for r in one.distinctive_values}
        listed = {(c.name, r.value) for c in one.categories for r in c.values}
        assert values == listed
        assert all(r.base_count for c in one.categories for r in c.values)
    for row in told.bands.rows if told.bands else ():
        assert [cell.segment_id for cell in row.cells] == [s.id for s in told.segments]
    if told.evidence:
        cells = {(c.segment_id, c.role_family) for c in told.evidence.finer.cells}
        families = {family for _, family in cells}
        assert cells == {(s.id, f) for s in told.segments for f in families}
        assert all(flow.count for flow in told.evidence.flows)
    for cohort in told.cohorts:
        parts = (*cohort.by_segment, *cohort.by_role, *cohort.by_tier)
        assert all(part.assessed for part in parts)


def test_pay_cells_are_all_combinations_of_roles_that_are_told(both):
    _, told, _ = both
    cells, wider = told.benchmarks.cells, told.benchmarks.wider
    bands = [one.name for one in told.bands_of("experience_band")]
    roles = {cell.role_family for cell in wider if cell.level == "role"}
    assert all(cell.learners for cell in wider if cell.level == "role")
    tiers = {cell.tier for cell in cells}
    found = [(c.role_family, c.tier, c.experience_band) for c in cells]
    assert sorted(found) == sorted(product(roles, tiers, bands))


def test_nothing_of_a_small_segment_is_published(both):
    exact, told, _ = both
    small = {one.id: one.name for one in exact.segments if one.size < 10}
    shown = {one.id for one in exact.segments} - small.keys()
    assert told.small_segments == len(small)
    assert {one.id for one in told.segments} == shown
    for one in published(told):
        if one.kind == SEGMENT_ID:
            assert one.value is None or one.value in shown, one.path
    names = {one.name for one in exact.segments if one.id in shown}
    for name in {*small.values()} - names:
        assert json.dumps(name)[1:-1] not in told.model_dump_json()


def test_there_are_small_segments_to_hide():
    hidden = [results_of(one)[1].small_segments for one in CROWDS]
    assert sum(hidden) > 3


class Exactly:
    """What was published before counts were rounded: all but those under ten."""

    base = BASE

    def count(self, n):
        return n if n >= BASE else None

    def keeps(self, _):
        return True

    def rows(self, _, rows):
        return rows

    def value(self, kind, value, _):
        if isinstance(kind, Count) and isinstance(value, int):
            return self.count(value)
        return value


def test_an_intruder_works_out_small_counts_that_are_only_left_out():
    exact, _, _ = results_of(Crowd(0, "robust"))
    told = changed(exact, Exactly())
    intruder = Intruder(exact, told, rounding=Exactly())
    ends = intruder.attack(base=BASE)
    left = [
        ends[name][1] - ends[name][0] + 1
        for name, value in intruder.told.items()
        if value is None
    ]
    assert sum(n == 1 for n in left) > 50
    assert sum(n < BASE for n in left) > 0.2 * len(left)
