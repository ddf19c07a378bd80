"""Sentences of pay: in good grammar, from the numbers of the results alone."""

import re

import pytest

from learnstrata.summary.cohorts import cohort_sentence
from learnstrata.summary.words import (
    benchmarks_sentence,
    companies_sentence,
    pay_rule_sentence,
    words_of,
)
from learnstrata.wording.numbers import NOTHING, Numbers

LPA = Numbers(1e5, "LPA", 10)


def changed(result, **fields):
    return result.model_copy(update=fields)


def numbers_in(text):
    return re.findall(r"\d[\d,.]*\d|\d", text)


@pytest.mark.parametrize("name", ["small_results", "small_told", "notebook_results"])
def test_every_result_has_its_sentence(name, request):
    results = request.getfixturevalue(name)
    words = words_of(results)
    assert set(words.descriptions) == {one.id for one in results.segments}
    assert set(words.cohorts) == {one.key for one in results.cohorts}
    assert len(words.outcomes) == sum(1 for one in results.outcomes if one.of_all)
    assert len(words.findings) == 7
    told = [*words.descriptions.values(), *words.cohorts.values(), words.companies]
    for text in [*told, words.benchmarks, words.pay_rule]:
        assert text[-1] == "."
        assert "None" not in text
        assert NOTHING not in text


def test_without_evidence_nothing_is_said_of_other_ways_to_cut(small_results):
    assert words_of(changed(small_results, evidence=None)).sensitivity == ""


def test_the_numbers_of_a_cohort_are_those_of_its_sentence(small_results):
    for cohort in small_results.cohorts:
        growth = cohort.typical_growth
        assert numbers_in(cohort_sentence(cohort, LPA)) == [
            f"{cohort.learners:,}",
            f"{cohort.assessed:,}",
            f"{cohort.share:.1%}".removesuffix("%").removesuffix(".0"),
            *([] if growth is None else [f"{growth:.0%}"[:-1]]),
        ]


def test_a_cohort_of_few_and_of_nobody_says_so(small_results):
    cohort = small_results.cohorts[1]
    few = changed(cohort, learners=None, share=None, assessed=90)
    assert cohort_sentence(few, LPA).endswith(
        "well above peers: under 10 of the 90 learners who could be assessed."
    )
    nobody = changed(cohort, reason="the table has no pay")
    assert cohort_sentence(nobody, LPA).endswith(
        ": not assessed, because the table has no pay."
    )


def test_companies_are_told_as_far_as_they_are_known(small_results):
    of = small_results.companies
    assert numbers_in(companies_sentence(of, LPA)) == [
        f"{of.n_learners:,}",
        f"{of.n_companies:,}",
        f"{of.gini:.2f}",
        "10",
        f"{100 * of.top_share:.1f}",
    ]
    assert "largest" not in companies_sentence(changed(of, top_share=None), LPA)
    few = changed(of, n_learners=None, n_companies=None, top_share=None)
    assert companies_sentence(few, LPA).startswith("Under 10 learners are at under 10")
    unknown = changed(of, gini=None, reason="the table has no pay")
    assert companies_sentence(unknown, LPA) == (
        "Companies cannot be compared: the table has no pay."
    )
    assert companies_sentence(None, LPA) == (
        "Companies cannot be compared: the table has no companies."
    )


@pytest.mark.parametrize("name", ["small_results", "small_told"])
def test_benchmarks_say_how_many_combinations_are_shown(name, request):
    of = request.getfixturevalue(name).benchmarks
    shown = [cell for cell in of.cells if cell.p50 is not None]
    assert numbers_in(benchmarks_sentence(of, LPA)) == [
        f"{len(shown)}",
        f"{len(of.cells)}",
        f"{sum(cell.shrunk for cell in shown)}",
        f"{of.n_learners:,}",
        f"{of.n_left_out:,}",
    ]


def test_disclosed_benchmarks_show_fewer_combinations(small_results, small_told):
    exact, told = (
        benchmarks_sentence(one.benchmarks, LPA) for one in (small_results, small_told)
    )
    assert int(numbers_in(told)[0]) < int(numbers_in(exact)[0])
    assert numbers_in(told)[1] == numbers_in(exact)[1]


def test_one_left_out_is_singular_and_none_at_all_gives_the_reason(small_results):
    of = small_results.benchmarks
    assert "; 1 is not, because" in benchmarks_sentence(changed(of, n_left_out=1), LPA)
    lacking = changed(of, reason="the table has no titles")
    assert benchmarks_sentence(lacking, LPA) == (
        "There are no pay benchmarks: the table has no titles."
    )


def test_the_rule_is_told_in_its_own_numbers(small_results):
    settings = changed(
        small_results.settings,
        min_learners=20,
        min_companies=4,
        max_company_share=0.5,
        base=25,
    )
    assert pay_rule_sentence(settings) == (
        "Pay is shown of 20 learners or more at 4 companies or more, none of which may "
        "have over 50% of them, and a quantile where five learners or more are beyond "
        "it. Pay is rounded; learners are counted in steps of 25."
    )
