"""The place of a pay: percentiles that rise with pay, and who answers."""

import math
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learnstrata.exceptions import DegenerateError, ParameterError
from learnstrata.segments.pay.benchmarks import KNOTS, pay_benchmarks
from learnstrata.segments.pay.percentile import (
    WAYS,
    _ordinal,
    fence_of,
    find_percentile,
    units_from,
)
from learnstrata.wording.numbers import Numbers
from paid import paid_learners

KEYS = ["role_family", "tier", "experience_band"]
LPA = Numbers(1e5, "LPA", 10)


@dataclass(frozen=True)
class Cell:
    """A group of peers; ``p50`` is None where it is hidden."""

    level: str
    role_family: str | None
    tier: str | None
    experience_band: str | None
    p05: float | None
    p10: float | None
    p25: float | None
    p50: float | None
    p75: float | None
    p90: float | None
    p95: float | None
    learners: int | None = None


@dataclass(frozen=True)
class Shown:
    """Benchmarks as a disclosed summary has them."""

    cells: tuple[Cell, ...]
    wider: tuple[Cell, ...]
    reason: str = ""


def disclosed(row, level):
    """Hide a group as the rule of pay does, and its outer quantiles where few."""
    few = row["learners"] < 10 or row["companies"] < 3 or row["largest_share"] > 0.6
    beyond = {knot: row["learners"] * min(q, 1 - q) for knot, q in KNOTS.items()}
    pays = {knot: None if few or beyond[knot] < 2.5 else row[knot] for knot in KNOTS}
    peers = (row["role_family"], row.get("tier"), row["experience_band"])
    return Cell(level, *peers, **pays, learners=None if few else row["learners"])


def shown(learners, **options):
    found = pay_benchmarks(learners, **options)
    return Shown(
        tuple(disclosed(row, "cell") for row in found.cells.to_dicts()),
        tuple(disclosed(row, row["level"]) for row in found.wider.to_dicts()),
        found.reason,
    )


@pytest.fixture(scope="module")
def found():
    return shown(paid_learners())


def place(benchmarks, pay, **peers):
    wanted = {"role_family": "Backend", "tier": "Tier 2", "experience_band": "Mid"}
    return find_percentile(benchmarks, **(wanted | peers), pay=pay, write=LPA)


def peers_of(cell):
    return {key: getattr(cell, key) for key in KEYS}


def open_cells(found):
    return [cell for cell in found.cells if cell.p50 is not None]


@given(st.lists(st.floats(1, 1e10), min_size=2, max_size=12), st.data())
@settings(max_examples=60)
def test_a_percentile_never_falls_as_pay_rises(found, amounts, data):
    peers = peers_of(data.draw(st.sampled_from(found.cells)))
    got = [place(found, pay, **peers).percentile for pay in sorted(amounts)]
    assert got == sorted(got)
    assert 0 <= got[0] <= got[-1] <= 100


def test_the_median_is_at_fifty_and_quartiles_at_theirs(found):
    for cell in open_cells(found):
        got = place(found, cell.p50, **peers_of(cell))
        assert (got.percentile, got.bound, got.level) == (50, "", "cell")
        assert place(found, cell.p25, **peers_of(cell)).percentile == pytest.approx(25)
        assert place(found, cell.p75, **peers_of(cell)).percentile == pytest.approx(75)


def test_between_quantiles_the_percentile_follows_log_pay(found):
    cell = open_cells(found)[0]
    middle = math.sqrt(cell.p50 * cell.p75)
    assert place(found, middle, **peers_of(cell)).percentile == pytest.approx(62.5)


def test_beyond_the_outer_quantiles_only_a_bound_is_told(found):
    low, high = place(found, 1.0), place(found, 1e12)
    assert (low.percentile, low.bound) == (5, "at most")
    assert (high.percentile, high.bound) == (95, "at least")
    assert "is at or below the 5th percentile" in low.sentence
    assert "is at or above the 95th percentile" in high.sentence


def test_a_hidden_cell_never_answers(found):
    levels = set()
    for cell in found.cells:
        got = place(found, 9e5, **peers_of(cell))
        assert (got.level == "cell") == (cell.p50 is not None)
        levels.add(got.level)
    assert len(levels) > 1


def test_the_answer_climbs_from_cell_to_role_to_all(found):
    def hidden(cell):
        return replace(cell, **dict.fromkeys(KNOTS))

    closed = replace(found, cells=tuple(hidden(cell) for cell in found.cells))
    climbed = []
    for level in ("role and experience", "role", "all"):
        got = place(closed, 9e5)
        climbed.append((got.level, got.group))
        wider = tuple(hidden(c) if c.level == level else c for c in closed.wider)
        closed = replace(closed, wider=wider)
    assert climbed == [
        ("role and experience", "Backend, Mid, all company tiers"),
        ("role", "Backend, any experience and company tier"),
        ("all", "all learners"),
    ]
    with pytest.raises(DegenerateError, match="no group of peers whose pay may be"):
        place(closed, 9e5)


def test_heaped_pay_is_at_the_median_where_the_median_is_in_the_heap(found):
    cell = open_cells(found)[0]
    heap = replace(cell, p05=1e5, p10=2e5, p25=8e5, p50=8e5, p75=8e5, p90=9e5, p95=2e6)
    heaped = replace(found, cells=(heap,))
    peers = peers_of(cell)
    assert place(heaped, 8e5, **peers).percentile == 50
    below = place(heaped, 8e5 - 1, **peers).percentile
    assert below <= 50 <= place(heaped, 8e5 + 1, **peers).percentile


@pytest.mark.parametrize("pay", [0.0, -5.0, math.nan, math.inf])
def test_a_pay_that_is_no_amount_is_refused(found, pay):
    with pytest.raises(ParameterError, match="expected a positive amount"):
        place(found, pay)


def test_a_table_without_cells_answers_nobody():
    got = shown(paid_learners().drop("company"))
    with pytest.raises(DegenerateError, match="the table has no companies"):
        place(got, 1e6)


def test_an_unknown_role_is_refused_with_the_nearest(found):
    with pytest.raises(ParameterError, match=r"role_family='Backnd'.*'Backend'\?"):
        place(found, 1e6, role_family="Backnd")


def test_a_sentence_says_pay_percentile_and_group(found):
    got = place(found, 9e5)
    number = round(got.percentile)
    assert got.sentence.startswith(f"9.0 LPA is at about the {number}")
    assert got.sentence.endswith(f"percentile of the pay of {got.group}.")


def test_ordinals_are_written_as_people_say_them():
    said = [_ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 52.4, 93)]
    assert " ".join(said) == "1st 2nd 3rd 4th 11th 12th 13th 21st 52nd 93rd"


def usual(cell, *, learners, low=9e5, high=15e5, **changes):
    """Give a group with these quartiles, and quantiles that lie far out."""
    ends = {"p05": 6e5, "p10": 7e5, "p90": 18e5, "p95": 20e5}
    pays = {"p25": low, "p50": math.sqrt(low * high), "p75": high, **ends, **changes}
    return replace(cell, **pays, learners=learners)


def warned(cell, others, pay):
    rows = Shown((cell, *others), ())
    return place(rows, pay, **peers_of(cell)).warning


def test_a_group_of_few_is_fenced_by_the_spread_of_its_role(found):
    """Its own quartiles, of few, are so far apart that nothing would be far outside."""
    cell = open_cells(found)[0]
    wide = {"low": 2e5, "high": 40e5}
    larger = replace(usual(cell, learners=300), tier="Tier 9")
    few = usual(cell, learners=49, **wide)
    fence = fence_of(few, (few, larger))
    assert fence.way == "role"
    assert fence.high == pytest.approx(few.p50 * math.sqrt(15 / 9) * 8)
    assert "they are few" in warned(few, [larger], 1e8)
    assert WAYS["role"] in warned(few, [larger], 1e8)
    assert warned(few, [larger], 20e5) == ""
    many = usual(cell, learners=50, **wide)
    assert fence_of(many, (many, larger)).way == "own"
    assert "they are few" not in warned(many, [larger], 1e9)


def test_where_the_role_has_no_larger_group_those_of_all_roles_fence(found):
    cell = open_cells(found)[0]
    few = usual(cell, learners=12, p25=None, p75=None)
    other = replace(usual(cell, learners=100), role_family="Nursing")
    wider = replace(other, level="role", tier=None, experience_band=None)
    assert fence_of(few, (few, other)).way == "every role"
    assert WAYS["every role"] in warned(few, [other], 1e8)
    assert fence_of(few, (few, wider)) is None
    everybody = replace(wider, level="all", role_family=None)
    assert fence_of(few, (few, wider, everybody)).way == "all"
    assert warned(few, [], 1e12) == ""


def test_ten_times_the_top_of_any_group_is_far_outside(found):
    cell = usual(open_cells(found)[0], learners=500, low=2e5, high=40e5)
    assert warned(cell, [], 10 * cell.p95) == ""
    assert "far outside" in warned(cell, [], 10.1 * cell.p95)
    assert warned(cell, [], cell.p05 / 10) == ""
    assert "far outside" in warned(cell, [], cell.p05 / 10.1)


def test_small_and_capital_letters_are_alike(found):
    cell = open_cells(found)[0]
    asked = peers_of(cell)
    shouted = {name: value.upper() for name, value in asked.items()}
    assert place(found, cell.p50, **shouted) == place(found, cell.p50, **asked)


@pytest.mark.parametrize(
    ("median", "write", "limit"),
    [
        (8.5e5, Numbers(1e5, "LPA", 10), 3_000),
        (6e4, Numbers(1e3, "k USD", 10), 2_000),
        (5e6, Numbers(1e3, "k JPY", 10), 200_000),
    ],
)
def test_a_number_alone_is_read_as_what_is_nearer_to_the_median(
    found, median, write, limit
):
    cell = replace(usual(open_cells(found)[0], learners=500), p50=median)
    few = replace(cell, learners=20, p50=1e9)
    assert units_from(Shown((few, cell), ()), write) == limit
    near = [abs(math.log(limit * per / median)) for per in (write.per, 1)]
    assert near[0] == pytest.approx(near[1], abs=0.5)


def test_where_no_median_is_shown_a_number_alone_is_in_units(found):
    hidden = replace(open_cells(found)[0], p50=None)
    assert units_from(Shown((hidden,), ()), Numbers(1e5, "LPA", 10)) == 0
