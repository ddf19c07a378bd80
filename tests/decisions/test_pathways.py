"""Pathways: decided on what a segment needs, alike for the same need alone."""

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

RANKS = {"pay": 0.5, "years_of_experience": 0.5, "company_pay": 0.5}


@pytest.fixture
def segment(small_results):
    return small_results.segments[0]


def placed(segment, *, years=4.0, share=0.0, roles=(), **ranks):
    """Give a segment that stands so among the others, with a median experience."""
    typical = tuple(
        changed(segment.number(feature), rank=share / 2 + (1 - share) * rank, p50=years)
        for feature, rank in {**RANKS, **ranks}.items()
        if rank is not None
    )
    return changed(
        segment,
        share=share,
        typical=typical,
        distinctive_numbers=(),
        categories=(Category(name="role", values=roles),),
    )


def programme(segment, results):
    even = with_cohort(results, "stalled", share=None)
    return need_of(segment, even).programme


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
def test_a_programme_is_named_after_the_need(small_results, segment, place, told):
    assert programme(placed(segment, **place), small_results) == told


def test_segments_share_a_programme_only_if_they_are_alike_in_need(
    small_results, segment
):
    steps = (0.1, 0.5, 0.9)
    needs = {
        need_of(
            placed(segment, years=n, pay=p, years_of_experience=y, company_pay=e),
            small_results,
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


def test_pay_of_half_the_experience_calls_for_catching_up(small_results, segment):
    of = next(one for one in small_results.cohorts if one.key == "stalled")
    row = changed(of.by_segment[0], segment_id=segment.id, assessed=200)
    for share, low, told in (
        (0.45, 0.31, "catch up in pay"),
        (0.35, 0.31, "widen the role"),
        (0.45, 0.20, "widen the role"),
        (None, None, "widen the role"),
    ):
        rows = (changed(row, share=share, low=low),)
        results = with_cohort(
            small_results, "stalled", share=0.3, assessed=600, by_segment=rows
        )
        assert need_of(placed(segment), results).focus == told


def test_a_segment_of_most_learners_can_need_something_of_its_own(
    small_results, segment
):
    """Among all it is the middle: its mean ranks are from 35 to 65."""
    large = placed(segment, share=0.7, company_pay=0.3)
    assert large.number("company_pay").rank == pytest.approx(0.44)
    assert (
        programme(large, small_results) == "Mid career: reach better-paying employers"
    )
    of = next(one for one in small_results.cohorts if one.key == "stalled")
    row = changed(
        of.by_segment[0], segment_id=segment.id, assessed=700, share=0.4, low=0.37
    )
    results = with_cohort(
        small_results, "stalled", share=0.34, assessed=1000, by_segment=(row,)
    )
    behind = placed(segment, share=0.7)
    assert need_of(behind, results).focus == "catch up in pay"
    assert "40% of 700 assessed (others: 20%)" in evidence_of(behind, results)
    role = changed(
        segment.category("role")[0], value="Nursing", share=0.9, base=0.72, index=125.0
    )
    held = placed(segment, share=0.7, roles=(role,))
    assert programme(held, small_results).endswith("widen the role, mostly Nursing")


def test_where_hardly_anybody_is_outside_no_place_is_told(small_results, segment):
    nearly = placed(segment, share=0.96, pay=0.9)
    assert programme(nearly, small_results) == "Mid career: widen the role"
    untold = with_cohort(small_results, "stalled", share=None)
    assert evidence_of(nearly, untold).startswith("median experience")


def test_a_role_of_most_is_named_in_the_programme(small_results, segment):
    role = changed(
        segment.category("role")[0], value="Nursing", share=0.6, base=0.2, index=300.0
    )
    held = placed(segment, roles=(role,))
    assert (
        programme(held, small_results) == "Mid career: widen the role, mostly Nursing"
    )
    rare = placed(segment, roles=(changed(role, share=0.4),))
    assert programme(rare, small_results) == "Mid career: widen the role"


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
            own, rank = one.share, round(one.number(feature).rank, 2)
            place = f"{100 * round((rank - own / 2) / (1 - own), 2):g}%"
            assert f"{word} than {place}" in target.why
    assert [t.size for t in targets] == sorted((t.size for t in targets), reverse=True)


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


def segmented(table, **columns):
    config = load_config(
        "robust", evidence=NO_EVIDENCE, columns=columns, selection={"k": 3}
    )
    return ls.segment(table, config=config, key=bytes(32)).summary


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
    found = segmented(table)
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
    assert "keep pay with its year" in pathways.measure
