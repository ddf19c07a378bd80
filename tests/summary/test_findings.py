"""The answers: every number is that of the results, and what lacks is said."""

import re

import pytest

from learnstrata.summary.findings import (
    _operating_model,
    _split_in_words,
    findings_of,
)
from learnstrata.wording.numbers import NOTHING

IDS = (
    "largest_segment",
    "segment_differences",
    "pay_without_experience",
    "entry_level_pay",
    "company_role_pay",
    "tiers_and_concentration",
    "learned_against_rules",
)


def answers(results):
    return {finding.id: finding for finding in findings_of(results)}


def changed(result, **fields):
    return result.model_copy(update=fields)


def lacking(results, *columns):
    there = tuple(c for c in results.input.available if c not in columns)
    return changed(results, input=changed(results.input, available=there))


def questions(results, **fields):
    return changed(results, questions=changed(results.questions, **fields))


def companies(results, **fields):
    return changed(results, companies=changed(results.companies, **fields))


@pytest.fixture(scope="module")
def found(small_results):
    return {one.id: one.answer for one in findings_of(small_results)}


@pytest.mark.parametrize("name", ["small_results", "small_told", "notebook_results"])
def test_there_are_seven_questions_in_a_fixed_order(name, request):
    told = findings_of(request.getfixturevalue(name))
    assert tuple(one.id for one in told) == IDS
    for one in told:
        assert one.available or one.id == "company_role_pay", one
        assert one.question.endswith("?")
        assert one.answer.endswith(".")
        assert "  " not in one.answer
        assert "None" not in one.answer.replace("None of the", "")
        assert NOTHING not in one.answer


def test_the_largest_segment_is_named_with_its_size_and_share(found, small_results):
    largest = max(small_results.segments, key=lambda one: one.size)
    assert found["largest_segment"].startswith(
        f'The largest segment, "{largest.name}", holds {largest.share:.1%} of the '
        f"learners ({largest.size:,}). "
    )
    reached, half = 0, 0
    sizes = sorted((one.size for one in small_results.segments), reverse=True)
    while reached < small_results.segmented / 2:
        reached += sizes[half]
        half += 1
    assert f"the {half} largest segments together hold half" in found["largest_segment"]


def test_the_largest_segment_of_few_learners_has_no_share(small_results):
    bare = tuple(changed(one, share=None) for one in small_results.segments)
    said = answers(changed(small_results, segments=bare))["largest_segment"].answer
    largest = max(small_results.segments, key=lambda one: one.size)
    assert f"holds {largest.size} learners. No single programme" in said


def test_segments_that_are_all_small_are_not_sized(small_results):
    said = answers(changed(small_results, segments=()))["largest_segment"]
    assert not said.available
    assert "the sizes of the segments would tell of a few" in said.answer


@pytest.mark.parametrize("hidden", [slice(None), slice(1)])
def test_sizes_under_the_base_are_no_sizes(small_results, hidden):
    known = list(small_results.segments)
    known[hidden] = [changed(one, size=None, share=None) for one in known[hidden]]
    few = changed(
        small_results,
        segments=tuple(known),
        input=changed(small_results.input, segmented=None),
    )
    said = answers(few)["largest_segment"]
    assert not said.available
    assert "the sizes of the segments are too few to be told" in said.answer


@pytest.mark.parametrize(
    ("share", "half", "n", "words"),
    [
        (1.0, 1, 1, "One programme serves all of them."),
        (0.6, 1, 2, "more than half of all; the other segment needs additions"),
        (0.51, 1, 4, "more than half of all; the other 3 segments need additions"),
        (0.5, 1, 3, "One programme reaches half of all and no more, so plan two"),
        (0.499, 2, 4, "the 2 largest segments together hold half of all or more"),
    ],
)
def test_the_operating_model_goes_with_the_shares(share, half, n, words):
    assert words in _operating_model(share, half, n)


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (80, "No single programme reaches a majority"),
        (81, "reaches about half of all, so plan two at least."),
        (119, "reaches about half of all, so plan two at least."),
        (120, "One default programme serves more than half of all"),
    ],
)
def test_a_majority_that_rounding_leaves_open_is_about_half(small_results, size, words):
    """With all counts off by 13, 81 of 200 may be 94 of 187, 119 may be 106 of 213."""
    first, second, *_ = small_results.segments
    two = (changed(first, size=size), changed(second, size=min(size, 79)))
    results = changed(
        small_results,
        segments=two,
        input=changed(small_results.input, segmented=200),
        rounding_error=13,
    )
    said = answers(results)["largest_segment"].answer
    assert words in said, said


def test_segments_differ_by_what_they_explain_and_by_their_pay(found, small_results):
    said = found["segment_differences"]
    for one in small_results.questions.explained:
        told = f"{one.share:.1%}".replace(".0%", "%")
        assert f"{told} of the differences in {one.what}" in said
    pays = {one.number("pay").p50: one.name for one in small_results.segments}
    low, high = min(pays), max(pays)
    assert said.endswith(
        f"Median pay runs from {low / 1e5:.1f} LPA ({pays[low]}) to "
        f"{high / 1e5:.1f} LPA ({pays[high]})."
    )


def test_hidden_pay_is_no_end_of_the_range(small_results):
    pays = [one.number("pay").p50 for one in small_results.segments]
    hidden = tuple(
        changed(one, typical=())
        if one.number("pay").p50 in {min(pays), max(pays)}
        else one
        for one in small_results.segments
    )
    said = answers(changed(small_results, segments=hidden))["segment_differences"]
    left = sorted(pays)[1:-1]
    assert f"runs from {left[0] / 1e5:.1f} LPA" in said.answer
    only = changed(small_results, segments=small_results.segments[:1])
    assert "Median pay" not in answers(only)["segment_differences"].answer


def test_lagging_pay_is_told_of_all_and_of_the_worst_role(found, small_results):
    pay = small_results.questions.lagging_pay
    said = found["pay_without_experience"]
    assert f"Of the {pay.experienced:,} with the longest experience" in said
    assert f"({pay.experienced_from:g} years or more)" in said
    assert f"{pay.lagging} ({pay.share:.1%}) are paid no more than the lowest" in said
    unnamed = small_results.settings.no_role
    named = [one for one in pay.by_role if one.role not in unnamed]
    most = max(one.share for one in named)
    worst = [one for one in named if one.share == most]
    assert f"Of the roles, {worst[0].role}" in said
    if len(worst) == 1:
        told = f"{worst[0].role} has the largest share: {worst[0].lagging} of"
        assert told in said


def test_hidden_counts_read_under_ten(small_results):
    pay = small_results.questions.lagging_pay
    roles = tuple(changed(one, lagging=None, share=None) for one in pay.by_role)
    hidden = changed(pay, lagging=None, share=None, by_role=roles)
    said = answers(questions(small_results, lagging_pay=hidden))
    answer = said["pay_without_experience"].answer
    assert "under 10 are paid no more than the lowest quarter" in answer
    assert "the largest share" not in answer
    entry = changed(
        small_results.questions.entry_level, high=None, share=None, p50=None
    )
    answer = answers(questions(small_results, entry_level=entry))[
        "entry_level_pay"
    ].answer
    limit = f"{entry.limit / 1e5:.1f} LPA"
    assert f"under 10 are paid more than {limit}, which is unusually high." in answer


def test_roles_that_share_the_first_place_are_named_together(small_results):
    pay = small_results.questions.lagging_pay
    first, second, *rest = (
        one for one in pay.by_role if one.role not in small_results.settings.no_role
    )
    even = [changed(one, share=0.5) for one in (first, second)]
    even += [changed(one, share=0.1) for one in rest]
    of = changed(pay, by_role=tuple(even))
    said = answers(questions(small_results, lagging_pay=of))["pay_without_experience"]
    names = f"{first.role} and {second.role}"
    assert f"Of the roles, {names} have the largest share: 50% each." in said.answer


def test_entry_level_pay_is_told_with_its_limit_and_median(found, small_results):
    pay = small_results.questions.entry_level
    said = found["entry_level_pay"]
    verb = "is" if pay.high == 1 else "are"
    assert said.startswith(
        f"Of {pay.learners} paid learners whose title says entry level, {pay.high} "
        f"({pay.share:.1%}) {verb} paid more than {pay.limit / 1e5:.1f} LPA, unusually "
        f"high beside their median of {pay.p50 / 1e5:.1f} LPA."
    )
    assert said.endswith("a later job under an old title looks the same.")


def science(results, companies, higher, typical):
    of = changed(
        results.questions.in_companies,
        companies=companies,
        higher=higher,
        typical=typical,
    )
    return questions(results, in_companies=of)


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        (
            (0, 0, None),
            "No large company has both 10 paid Data Scientists and 10 others",
        ),
        (
            (1, 1, 1.5),
            "have a higher median pay than the rest at the one large company",
        ),
        ((1, 0, 0.9), "do not have a higher median pay than the rest at the one large"),
        (
            (4, 3, 1.2),
            "at 3 of 4 large companies that have enough of both; typically 1.20",
        ),
        (
            (4, 0, 0.8),
            "have a higher median pay than the rest at 0 of 4 large companies",
        ),
    ],
)
def test_data_scientists_are_compared_in_good_grammar(small_results, numbers, words):
    said = answers(science(small_results, *numbers))["company_role_pay"]
    assert said.available
    assert words in said.answer


def test_companies_that_cannot_be_compared_are_said(small_results):
    none = companies(small_results, largest=())
    assert answers(none)["company_role_pay"].answer == (
        "The data cannot answer this: no company has 10 paid learners or more."
    )
    closed = changed(none, settings=changed(none.settings, companies="none"))
    assert answers(closed)["company_role_pay"].answer == (
        "The data cannot answer this: no single company is shown."
    )
    told = answers(science(closed, 4, 3, 1.2))["company_role_pay"]
    assert "no single company is shown" in told.answer


def test_concentration_is_told_in_its_own_numbers(found, small_results):
    of = small_results.companies
    top = next(one for one in of.tiers if one.tier == "Tier 1")
    told = f"{top.share:.1%}".replace(".0%", "%")
    assert found["tiers_and_concentration"] == (
        f"Tier 1 has {top.companies} of {of.n_companies} companies and {told} of the "
        f"learners whose company is known. The 10 largest companies hold "
        f"{of.top_share:.1%} of them (Gini {of.gini:.2f})."
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"n_companies": 1}, "They are all at the only company that is known (Gini"),
        ({"top_share": None, "n_companies": 8}, "They are at 8 companies (Gini"),
        (
            {"top_share": None, "n_companies": None},
            "They are at under 10 companies (Gini",
        ),
        ({"tiers": ()}, "The 10 largest companies hold 32.4% of the learners whose"),
        (
            {"tiers": (), "n_companies": 1},
            "The learners whose company is known are all at the only company",
        ),
    ],
)
def test_few_companies_read_well(small_results, changes, words):
    said = answers(companies(small_results, **changes))["tiers_and_concentration"]
    assert words in said.answer


def test_no_known_company_is_said(small_results):
    none = companies(small_results, gini=None, reason="no company is known")
    assert answers(none)["tiers_and_concentration"].answer == (
        "The data cannot answer this: no company is known."
    )


def test_rules_are_compared_by_their_counts(found, small_results):
    bands = small_results.bands
    said = found["learned_against_rules"]
    split = [
        row.rule
        for row in bands.rows
        if row.learners >= 10 and max(c.count for c in row.cells) < 0.6 * row.learners
    ]
    assert f"({bands.ari:.2f}, where 1 is the same and 0 chance)" in said
    assert f"{len(split)} of {len(bands.rows)} rule-based segments" in said
    assert split[0] in said


def test_rules_of_which_nothing_is_counted_are_not_said_to_be_whole(small_results):
    bands = small_results.bands
    empty = tuple(
        changed(row, cells=tuple(changed(c, count=None) for c in row.cells))
        for row in bands.rows
    )
    for rows in (empty, ()):
        said = answers(changed(small_results, bands=changed(bands, rows=rows)))
        answer = said["learned_against_rules"].answer
        assert "split" not in answer
        assert answer.endswith("%.")


def test_an_agreement_of_few_is_not_told(small_results):
    few = changed(small_results.bands, ari=None, nmi=None, guessed=None)
    said = answers(changed(small_results, bands=few))["learned_against_rules"]
    assert not said.available
    assert "too few have both a known pay and a known experience" in said.answer


def test_a_split_is_of_rules_that_reach_the_base(small_results):
    base = changed(small_results.settings, base=25)
    said = answers(
        changed(
            small_results,
            settings=base,
            bands=changed(
                small_results.bands,
                rows=tuple(
                    changed(row, learners=24) for row in small_results.bands.rows
                ),
            ),
        )
    )["learned_against_rules"]
    assert "No rule-based segment of 25 or more is split" in said.answer


@pytest.mark.parametrize(
    ("n_split", "n_rules", "words"),
    [
        (0, 9, "No rule-based segment of 10 or more is split: each has 60% or more"),
        (1, 1, "1 of 1 rule-based segment is split"),
        (1, 9, "1 of 9 rule-based segments is split, with less than 60% in one"),
        (5, 9, "one learned segment: R0, R1, R2, R3 and R4."),
        (7, 9, "one learned segment: R0, R1, R2, R3 and 3 more."),
    ],
)
def test_split_rules_are_told_in_good_grammar(n_split, n_rules, words):
    assert words in _split_in_words([f"R{i}" for i in range(n_split)], n_rules, 10)


BOTH = "it needs both pay and experience"
ROLES = "it needs companies, titles and pay"
LACKS = [
    ("pay", "pay_without_experience", BOTH),
    ("years_of_experience", "pay_without_experience", BOTH),
    ("pay", "entry_level_pay", "it needs both titles and pay"),
    ("title", "entry_level_pay", "it needs both titles and pay"),
    ("pay", "company_role_pay", ROLES),
    ("title", "company_role_pay", ROLES),
    ("company", "company_role_pay", ROLES),
    ("pay", "tiers_and_concentration", "it needs companies and pay"),
    ("company", "tiers_and_concentration", "it needs companies and pay"),
]


@pytest.mark.parametrize(("column", "finding_id", "reason"), LACKS)
def test_what_the_table_lacks_is_said(small_results, column, finding_id, reason):
    said = answers(lacking(small_results, column))[finding_id]
    assert not said.available
    assert said.answer == f"The data cannot answer this: {reason}."


def test_too_few_learners_are_said(small_results):
    few = answers(questions(small_results, lagging_pay=None, entry_level=None))
    assert few["pay_without_experience"].answer == (
        "The data cannot answer this: it has under 10 learners of whom both are known, "
        "and 10 are needed."
    )
    assert few["entry_level_pay"].answer == (
        "The data cannot answer this: under 10 paid learners have a title that says "
        "entry level, and 10 are needed."
    )


def test_without_numbers_or_rules_there_is_nothing_to_say(small_results):
    bare = changed(questions(small_results, explained=()), bands=None)
    said = answers(bare)
    assert said["segment_differences"].answer == (
        "The data cannot answer this: it has no pay, years or titles."
    )
    assert said["learned_against_rules"].answer == (
        "The data cannot answer this: it needs both pay and experience."
    )


def test_records_are_called_records(notebook_results):
    told = " ".join(
        one.answer
        for one in findings_of(notebook_results)
        if one.id != "tiers_and_concentration"  # a learner is at a company once
    )
    assert "records" in told
    assert not re.search(r"\blearners?\b", told)


def test_disclosed_answers_count_in_tens(small_told):
    told = " ".join(one.answer for one in findings_of(small_told))
    counts = re.findall(r"(?<![\d.,])\d[\d,]*(?![\d%]|[.,]\d)", told)
    large = [n for n in (int(count.replace(",", "")) for count in counts) if n > 12]
    assert len(large) > 5
    assert {n % 10 for n in large} == {0}
