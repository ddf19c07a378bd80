"""Pathways: decided on what a segment needs, alike for the same need alone."""

import re
from itertools import combinations

import numpy as np
import polars as pl
import pytest

import learnstrata as ls
from acted import actions, changed, with_cohort
from learnstrata.config.loading import load_config
from learnstrata.decisions.pathways import Need, evidence_of, need_of
from learnstrata.report.glossary import glossary_of
from learnstrata.summary.contract.meaning import Category
from thrift import NO_EVIDENCE

PLACES = {"pay": 0.5, "years_of_experience": 0.5, "company_pay": 0.5}
N = 1_000  # learners of a table of two segments


def placed(results, *, years=4.0, share=0.0, roles=(), **places):
    """Give results of two segments: the first has these places and the median years."""
    given = {**PLACES, **places}
    own = {name: 0.5 + (1 - share) * (p - 0.5) for name, p in given.items() if p}
    rest = {name: 0.5 - share * (p - 0.5) for name, p in given.items() if p}
    first, other = results.segments[:2]
    told = {"size": round(share * N), "share": share, "distinctive_numbers": ()}
    roles = (Category(name="role", values=roles),)
    first = changed(
        ranked(first, own, round(share * N), p50=years), categories=roles, **told
    )
    return changed(results, segments=(first, ranked(other, rest, round(N - share * N))))


def ranked(segment, ranks, n, **fields):
    """Give a segment of whose `n` learners numbers are known, at these mean ranks."""
    typical = tuple(
        changed(segment.number(name), rank=rank, n=n, **fields)
        for name, rank in ranks.items()
    )
    return changed(segment, typical=typical)


def needed(results):
    return need_of(results.segments[0], results)


def programme(results):
    return needed(with_cohort(results, "stalled", share=None)).programme


def role(results, *, count, of_all, name="Nursing"):
    """Give a role that so many of the first segment and of all have."""
    one = results.segments[0].category("role")[0]
    return changed(one, value=name, count=count, base_count=of_all)


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ({"pay": 0.2, "years_of_experience": 0.5}, "Mid career: catch up in pay"),
        (
            {"pay": 0.26, "years_of_experience": 0.5, "company_pay": 0.3},
            "Mid career: reach better-paying employers",
        ),
        ({"company_pay": 0.39}, "Mid career: reach better-paying employers"),
        ({"pay": 0.7}, "Mid career: reach the best-paying employers"),
        ({"pay": 0.7, "company_pay": 0.8}, "Mid career: take on the next level"),
        ({"pay": 0.7, "company_pay": None}, "Mid career: take on the next level"),
        (
            {"pay": 0.7, "company_pay": 0.8, "years": 6.5},
            "Senior: lead and mentor others",
        ),
        ({}, "Mid career: widen the role"),
        ({"years": 2.0}, "Early career: build the basics of the role"),
        ({"years": 6.5}, "Senior: choose a field to go deep in"),
        ({"pay": None}, "Mid career: widen the role"),
        ({"years": 6.0, "years_of_experience": 0.6}, "Mid career: widen the role"),
        (
            {"years": 0.5, "years_of_experience": 0.7, "pay": 0.6},
            "Early career: reach the best-paying employers",
        ),
        ({"pay": None, "years_of_experience": None}, "General programme"),
    ],
)
def test_a_programme_is_named_after_the_need(small_results, place, told):
    assert programme(placed(small_results, **place)) == told


def test_segments_share_a_programme_only_if_they_are_alike_in_need(
    small_results,
):
    steps = (0.1, 0.5, 0.9)
    needs = {
        needed(
            placed(small_results, years=n, pay=p, years_of_experience=y, company_pay=e)
        )
        for n in (1.0, 4.0, 9.0, None)
        for p in steps
        for y in steps
        for e in steps
    }
    assert len(needs) > 12
    assert len({need.programme for need in needs}) == len(needs)
    for one, other in combinations(needs, 2):
        assert one.programme != other.programme
    assert Need("", "", "").programme == Need("", "", "").programme


def test_pay_of_half_the_experience_calls_for_catching_up(small_results):
    of = next(one for one in small_results.cohorts if one.key == "stalled")
    first = small_results.segments[0].id
    row = changed(of.by_segment[0], segment_id=first, assessed=200)
    for share, low, told in (
        (0.45, 0.31, "catch up in pay"),
        (0.35, 0.31, "widen the role"),
        (0.45, 0.20, "widen the role"),
        (None, None, "widen the role"),
    ):
        n = None if share is None else round(200 * share)
        rows = (changed(row, share=share, low=low, learners=n),)
        results = with_cohort(
            small_results,
            "stalled",
            share=0.3,
            assessed=600,
            learners=180,
            by_segment=rows,
        )
        assert needed(placed(results)).focus == told


def test_a_segment_of_most_learners_can_need_something_of_its_own(small_results):
    """Among all it is the middle: its mean ranks are from 35 to 65."""
    large = placed(small_results, share=0.7, company_pay=0.3)
    first = large.segments[0]
    assert first.number("company_pay").rank == pytest.approx(0.44)
    assert programme(large) == "Mid career: reach better-paying employers"
    of = next(one for one in small_results.cohorts if one.key == "stalled")
    row = changed(
        of.by_segment[0],
        segment_id=first.id,
        assessed=700,
        learners=280,
        share=0.4,
        low=0.37,
    )
    results = with_cohort(
        small_results,
        "stalled",
        share=0.34,
        assessed=1000,
        learners=340,
        by_segment=(row,),
    )
    behind = placed(results, share=0.7)
    assert needed(behind).focus == "catch up in pay"
    told = evidence_of(behind.segments[0], behind)
    assert "40% of 700 assessed (others: 20%)" in told
    nurses = role(small_results, count=630, of_all=720)
    rest = role(small_results, count=70, of_all=280, name="Teaching")
    held = placed(small_results, share=0.7, roles=(nurses, rest))
    assert programme(held).endswith("widen the role, mostly Nursing")


def test_where_hardly_anybody_is_outside_no_place_is_told(small_results):
    nearly = placed(small_results, share=0.96, pay=0.9)
    assert programme(nearly) == "Mid career: widen the role"
    untold = with_cohort(nearly, "stalled", share=None)
    assert evidence_of(nearly.segments[0], untold).startswith("median experience")


@pytest.mark.parametrize("share", [0.02, 0.1, 0.5, 0.9, 0.94])
def test_a_place_is_as_good_in_a_segment_of_nearly_all(small_results, share):
    """Ranks are published to a hundredth: of 90 %, one is ten points of the place."""
    for place in (0.05, 0.13, 0.38, 0.42, 0.5, 0.61, 0.77, 0.95):
        exact = placed(small_results, share=share, pay=place)
        told = changed(exact, segments=tuple(map(in_hundredths, exact.segments)))
        found = told_place(evidence_of(told.segments[0], told), "better paid")
        assert found == pytest.approx(100 * place, abs=1.5)


def in_hundredths(segment):
    return ranked(
        segment,
        {one.feature: round(one.rank, 2) for one in segment.typical},
        segment.number("pay").n,
    )


def pay_places(results):
    """Give the places in pay that are told, in percent."""
    why = (evidence_of(one, results) for one in results.segments)
    return [told_place(one, "better paid") for one in why]


def told_place(why, word):
    (told,) = re.findall(rf"{word} than ([\d.]+)%", why)
    return float(told)


def slow_place(own, others):
    """Count pairs: how often one of a group has more than one of the others."""
    own, others = (np.array([x for x in v if x is not None]) for v in (own, others))
    own, others = own[:, None], others[None, :]
    return ((own > others).mean() + (own == others).mean() / 2).item()


def half_told(*, share, known):
    """Make two groups; of the first, pay and track are known of a part alone."""
    rng, n = np.random.default_rng(0), 3_000
    first = np.arange(n) < share * n
    pay = np.exp(rng.normal(np.log(np.where(first, 0.9e6, 1.3e6)), 0.25)).round(-4)
    years = np.where(first, rng.integers(24, 30, n), rng.integers(0, 2, n))
    table = pl.DataFrame(
        {
            "learner_id": [f"L{i}" for i in range(n)],
            "title": ["Backend Engineer"] * n,
            "experience": years,
            "salary": pay,
            "track": np.where(first | (np.arange(n) % 20 < 11), "x", "y"),
        }
    )
    told = pl.lit(pl.Series(~first | (rng.random(n) < known)))
    return table.with_columns(pl.when(told).then(pl.col("salary", "track")))


@pytest.fixture(scope="module", params=[(0.2, 0.5), (0.5, 0.25), (0.8, 0.3), (0.5, 1)])
def in_two(request):
    """Segment a table by two groups, of one of which little is known."""
    share, known = request.param
    table = half_told(share=share, known=known)
    return table, found_in(table, k=2, categorical=("track",))


def test_places_go_by_who_has_the_number_and_those_of_two_add_up_to_100(in_two):
    table, found = in_two
    both = table.join(
        found.learners.select("learner_id", "segment_id"), on="learner_id"
    )
    first, other = (
        both.filter(segment_id=one.id)["salary"].to_list()
        for one in found.exact.segments
    )
    for form in (found.exact, found.summary):
        told = pay_places(form)
        assert sum(told) == 100
        assert told[0] == pytest.approx(100 * slow_place(first, other), abs=1.5)


def test_a_value_is_of_most_by_those_who_have_one(in_two):
    """Little more than half of the second group have the track of all in the first."""
    _, found = in_two
    for form in (found.exact, found.summary):
        named = {
            need_of(one, form).about: one.number("years_of_experience").p50
            for one in form.segments
        }
        assert set(named) in ({"mostly track x", ""}, {"track x", ""})
        assert next(years for name, years in named.items() if name) > 10


def test_learners_of_no_stated_title_are_not_held_against_a_role(small_results):
    nurses = role(small_results, count=90, of_all=100)
    rest = role(small_results, count=10, of_all=300, name="Teaching")
    none = role(small_results, count=300, of_all=600, name="Not stated")
    held = placed(small_results, share=0.4, roles=(none, nurses, rest))
    assert programme(held).endswith("mostly Nursing")
    unmapped = changed(none, value="Unmapped")  # they have a title, and another
    held = placed(small_results, share=0.4, roles=(unmapped, nurses, rest))
    assert programme(held) == "Mid career: widen the role"


def test_hidden_counts_make_no_value_that_of_most(small_results):
    """Of 90 who have a role, 50 to 59 have another, in cells that are not told."""
    nurses = role(small_results, count=40, of_all=100)
    rare = [
        role(small_results, count=None, of_all=50, name=f"Role {i}") for i in range(8)
    ]
    held = placed(small_results, share=0.09, roles=(nurses, *rare))
    assert programme(held) == "Mid career: widen the role"


def test_a_role_of_most_is_named_in_the_programme(small_results):
    nurses = role(small_results, count=60, of_all=200)
    rest = role(small_results, count=40, of_all=800, name="Teaching")
    held = placed(small_results, share=0.1, roles=(nurses, rest))
    assert programme(held) == "Mid career: widen the role, mostly Nursing"
    fewer = (role(small_results, count=40, of_all=200), changed(rest, count=60))
    rare = placed(small_results, share=0.1, roles=fewer)
    assert programme(rare) == "Mid career: widen the role"


def test_the_numbers_that_decide_are_told(small_results):
    targets = actions(small_results)["pathways"].targets
    assert len(targets) == len(small_results.segments)
    for target in targets:
        one = small_results.segment(target.segment_id)
        assert (target.name, target.size, target.share) == (
            *(one.name, one.size, one.share),
        )
        words = {"pay": "better paid", "years_of_experience": "more experienced"}
        for feature, word in words.items():
            place = 100 * place_of(one, small_results, feature)
            told = told_place(target.why, word)
            assert told == pytest.approx(place, abs=1.5)
    assert [t.size for t in targets] == sorted((t.size for t in targets), reverse=True)


def place_of(segment, results, feature):
    """Place a segment by the mean rank among all, less the half that is its own."""
    n = sum(one.number(feature).n for one in results.segments)
    share = segment.number(feature).n / n
    return (segment.number(feature).rank - share / 2) / (1 - share)


def test_kinds_are_counted_in_words(small_results):
    targets = actions(small_results)["pathways"].targets
    kinds = len({target.programme for target in targets})
    assert actions(small_results)["pathways"].why == (
        f"The {len(targets)} segments call for {kinds} pathways, by what each needs."
    )
    one = changed(small_results, segments=small_results.segments[:1], small_segments=0)
    assert actions(one)["pathways"].why == (
        "The segment calls for 1 pathway, by what each needs."
    )
    none = actions(changed(small_results, segments=(), small_segments=3))["pathways"]
    assert none.why == "No segment has learners enough to be told of."
    assert (none.targets, none.list) == ((), "")


def found_in(table, *, k=3, **columns):
    config = load_config(
        "robust", evidence=NO_EVIDENCE, columns=columns, selection={"k": k}
    )
    return ls.segment(table, config=config, key=bytes(32))


def test_teachers_get_no_word_of_technology():
    rng = np.random.default_rng(4)
    years = rng.integers(0, 35, 900)
    pay = (28_000 + 900 * years + rng.normal(0, 2_000, 900)).round()
    table = pl.DataFrame(
        {
            "learner_id": [f"t{i}" for i in range(900)],
            "job_title": rng.choice(["Teacher", "Head teacher", "Tutor"], 900),
            "salary": pay,
            "experience": years,
        }
    )
    found = found_in(table).summary
    told = {t.programme for a in found.actions for t in a.targets if t.programme}
    assert len(told) > 1
    for word in ("architect", "scale", "engineer", "software", "code"):
        assert word not in " ".join(told).lower()
    assert {one.split(":")[0] for one in told} <= {
        "Early career",
        "Mid career",
        "Senior",
    }


def staged(years, **given):
    """Segment people of these years, and give the stages told and all names."""
    rng = np.random.default_rng(6)
    n = len(years)
    table = pl.DataFrame(
        {
            "learner_id": [f"p{i}" for i in range(n)],
            "job_title": rng.choice(["Teacher", "Tutor"], n),
            "salary": (20_000 + 900 * years + rng.normal(0, 3_000, n)).round(),
            "experience": years,
        }
    )
    config = load_config("robust", evidence=NO_EVIDENCE, selection={"k": 3}, **given)
    found = ls.segment(table, config=config, key=bytes(32)).summary
    (pathways,) = (one for one in found.actions if one.id == "pathways")
    stages = {one.programme.split(":")[0] for one in pathways.targets}
    return stages, " ".join(one.name.lower() for one in found.segments), found


def test_teachers_of_20_years_and_more_are_all_senior():
    years = np.random.default_rng(2).integers(20, 41, 900)
    stages, names, found = staged(years)
    assert stages == {"Senior"}
    assert "early" not in names
    assert "mid career" not in names
    assert [one.name for one in found.bands_of("experience_band")] == [
        *("Less experience", "Medium experience", "More experience"),
    ]
    meaning = glossary_of(found)["Career stage"]
    assert "early career up to 2 years, mid career up to 6, senior above" in meaning


def test_students_are_all_early_in_their_career():
    years = np.random.default_rng(3).integers(0, 3, 900) / 2
    stages, names, _ = staged(years)
    assert stages == {"Early career"}
    assert "senior" not in names


def test_stages_go_by_the_limits_that_are_given():
    years = np.random.default_rng(2).integers(20, 41, 900)
    stages, _, found = staged(years, experience_bands=[50, 60])
    assert stages == {"Early career"}
    assert "early career up to 50 years" in glossary_of(found)["Career stage"]


def test_a_table_of_scores_alone_gets_programmes_for_them():
    rng = np.random.default_rng(5)
    level = rng.integers(0, 3, 600)
    table = pl.DataFrame(
        {
            "learner_id": [f"s{i}" for i in range(600)],
            "maths": 40 + 20 * level + rng.normal(0, 3, 600),
            "reading": 70 - 10 * level + rng.normal(0, 3, 600),
        }
    )
    config = load_config(
        "robust",
        evidence=NO_EVIDENCE,
        columns={"numeric": ("maths", "reading")},
        features={"scores": {"columns": ["maths", "reading"]}},
        selection={"k": 3},
    )
    found = ls.segment(table, config=config, key=bytes(32)).summary
    (pathways,) = (one for one in found.actions if one.id == "pathways")
    told = sorted(target.programme for target in pathways.targets)
    assert told[0] == "General programme"
    assert all(one.startswith("Programme for ") for one in told[1:])
    assert len(set(told)) == 3
    assert all("more maths than" in target.why for target in pathways.targets)
    assert {target.trial for target in pathways.targets} == {None}
    assert "name a yes/no column as an outcome" in pathways.measure
    assert "pay" not in pathways.measure
    assert "Before that" not in pathways.measure


def test_labels_are_those_of_the_page_and_values_of_all_are_not_called_mostly():
    rng = np.random.default_rng(4)
    table = pl.DataFrame(
        {
            "id": [f"p{i}" for i in range(9000)],
            "pay_plan": np.repeat(["A", "B", "C"], 3000),
            "city": rng.choice(["Pune", "Delhi", "Goa", "Agra"], 9000),
        }
    )
    config = load_config(
        "robust",
        evidence={"level": "none"},
        selection={"k": 3},
        columns={"learner": "id", "categorical": ["pay_plan", "city"]},
    )
    summary = ls.segment(table, config=config, key=bytes(32)).summary
    (pathways,) = (one for one in summary.actions if one.id == "pathways")
    assert {one.programme for one in pathways.targets} == {
        f"Programme for pay plan {plan}" for plan in "ABC"
    }
    for one in pathways.targets:
        plan = one.programme[-1]
        assert one.why == f"pay plan {plan}: 100% (others: 0%)"
