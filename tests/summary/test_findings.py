"""The answers: every number is that of the results, and what lacks is said."""

import re

import numpy as np
import pytest

from learnstrata.stats.intervals import wilson
from learnstrata.summary.cohorts import CLEAR
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

# Where a learner counts once, however many records are theirs.
OF_LEARNERS = {
    *("pay_without_experience", "entry_level_pay", "tiers_and_concentration"),
}
UNANSWERED = {"company_role_pay", "entry_level_pay"}  # by a small table, in 2026


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
    return {one.id: one.told for one in findings_of(small_results)}


@pytest.mark.parametrize("name", ["small_results", "small_told", "notebook_results"])
def test_there_are_seven_questions_in_a_fixed_order(name, request):
    told = findings_of(request.getfixturevalue(name))
    assert tuple(one.id for one in told) == IDS
    for one in told:
        assert one.available or one.id in UNANSWERED, one
        assert one.question.endswith("?")
        assert one.told.endswith(".")
        assert "  " not in one.told
        assert "None" not in one.told.replace("None of the", "")
        assert NOTHING not in one.told


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
    assert f"the {half} largest together hold half" in found["largest_segment"]


def test_the_largest_segment_of_few_learners_has_no_share(small_results):
    bare = tuple(changed(one, share=None) for one in small_results.segments)
    said = answers(changed(small_results, segments=bare))["largest_segment"].told
    largest = max(small_results.segments, key=lambda one: one.size)
    assert f"holds {largest.size} learners. No single segment" in said


def test_segments_that_are_all_small_are_not_sized(small_results):
    said = answers(changed(small_results, segments=()))["largest_segment"]
    assert not said.available
    assert "the sizes of the segments would tell of a few" in said.told


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
    assert "the sizes of the segments are too few to be told" in said.told


@pytest.mark.parametrize(
    ("share", "half", "n", "words"),
    [
        (0.6, 1, 2, "more than half of all; the other segment needs additions"),
        (0.51, 1, 4, "more than half of all; the other 3 segments need additions"),
        (0.5, 1, 3, "It is half of all and no more, so plan for two"),
        (0.499, 2, 4, "the 2 largest together hold half of all or more"),
    ],
)
def test_the_operating_model_goes_with_the_shares(share, half, n, words):
    assert words in _operating_model(share, half, n)


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (80, "No single segment is a majority"),
        (81, "It is about half of all, so plan for two segments at least."),
        (119, "It is about half of all, so plan for two segments at least."),
        (120, "What is made for it reaches more than half of all"),
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
    said = answers(results)["largest_segment"].told
    assert words in said, said


def test_segments_differ_by_what_they_explain_and_by_their_pay(found, small_results):
    said = found["segment_differences"]
    for one in small_results.questions.explained:
        told = f"{one.share:.1%}".replace(".0%", "%")
        assert f"{told} of the differences in {one.what}" in said
    pays = {one.number("pay").p50: one.name for one in small_results.segments}
    low, high = min(pays), max(pays)
    assert said.startswith(
        f"Median pay runs from {low / 1e5:.1f} LPA ({pays[low]}) to "
        f"{high / 1e5:.1f} LPA ({pays[high]})."
    )


def test_differences_in_what_was_cut_on_are_said_to_follow_from_it(small_results):
    def said(*features):
        used = small_results.features.used[0]
        used = tuple(changed(used, name=one, label=one) for one in features)
        features = changed(small_results.features, used=used)
        return answers(changed(small_results, features=features))[
            "segment_differences"
        ].told

    assert "cut on" not in said("extra:score")
    of_both = said("log_pay", "role")
    assert "The segments were cut on " in of_both
    cut = of_both.split("The segments were cut on ")[1].split(",")[0]
    assert set(cut.split(" and ")) == {"pay", "role"}


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
    assert f"runs from {left[0] / 1e5:.1f} LPA" in said.told
    only = changed(small_results, segments=small_results.segments[:1])
    assert "Median pay" not in answers(only)["segment_differences"].told


def cohort(results, key):
    return next(one for one in results.cohorts if one.key == key)


def with_cohort(results, key, **fields):
    others = tuple(
        changed(one, **fields) if one.key == key else one for one in results.cohorts
    )
    return changed(results, cohorts=others)


def lowered(text):
    return text[:1].lower() + text[1:]


@pytest.mark.parametrize(
    ("finding_id", "key"),
    [
        ("pay_without_experience", "stalled"),
        ("entry_level_pay", "entry_high"),
        ("tiers_and_concentration", "well_paid"),
        ("tiers_and_concentration", "high_upside"),
    ],
)
def test_a_cohort_is_told_with_its_counts_and_its_own_definition(
    found, small_results, finding_id, key
):
    of, said = cohort(small_results, key), found[finding_id]
    assert f"Who is meant: {lowered(of.definition)}" in said
    assert f"{of.learners:,}" in said
    if key != "well_paid":
        told = f"{of.learners:,} of the {of.assessed:,} learners who could be assessed"
        assert told in said


def test_both_ends_of_entry_level_pay_are_told_and_to_be_checked(found, small_results):
    low = cohort(small_results, "entry_low")
    assert (
        f"{low.title}: {low.learners} of the {low.assessed}"
        in (found["entry_level_pay"])
    )
    assert found["entry_level_pay"].endswith(
        "a later job under an old title looks the same."
    )


def part(results, **fields):
    return changed(cohort(results, "stalled").by_role[0], **fields)


def with_roles(results, *roles):
    """Give roles of the stalled: name, assessed, of them stalled; 20 % of all are."""
    rows = tuple(
        part(
            results,
            value=role,
            assessed=n,
            learners=k,
            share=k / n,
            low=k / n,
            high=k / n,
        )
        for role, n, k in roles
    )
    return with_cohort(
        results, "stalled", by_role=rows, assessed=5000, learners=1000, share=0.2
    )


def test_roles_are_named_where_their_share_is_clearly_another(small_results):
    of = with_roles(
        small_results,
        *(("Backend", 1000, 200), ("Data", 400, 160), ("Design", 400, 30)),
        *(("Quality", 40, 12), ("Other", 400, 200)),
    )
    assert (
        "The share is clearly above that of all in Data (40%) and clearly below that "
        "of all in Design (7.5%)."
    ) in answers(of)["pay_without_experience"].more


def test_roles_that_differ_by_chance_are_not_named(small_results):
    of = with_roles(small_results, ("Backend", 1000, 220), ("Data", 100, 27))
    said = answers(of)["pay_without_experience"].told
    assert "No role differs clearly from all in its share." in said
    alone = with_roles(small_results, ("Backend", 1000, 400))
    assert "clearly" not in answers(alone)["pay_without_experience"].told


def test_of_many_roles_that_differ_three_are_named(small_results):
    roles = [(f"Role {i}", 1000, 500 + i) for i in range(5)]
    said = answers(with_roles(small_results, *roles))["pay_without_experience"].told
    assert "in Role 4 (50.4%), Role 3 (50.3%), Role 2 (50.2%) and 2 more." in said


def test_equal_roles_are_hardly_ever_named():
    """Of 400 tables with 18 equal roles, three in a hundred name one."""
    rng = np.random.default_rng(1)
    named = 0
    for _ in range(400):
        assessed = rng.integers(60, 1500, 18)
        inside = rng.binomial(assessed, 0.2)
        all_ = inside.sum() / assessed.sum()
        ends = [
            wilson(int(k), int(n), z=CLEAR)
            for k, n in zip(inside, assessed, strict=True)
        ]
        named += any(low > all_ or high < all_ for low, high in ends)
    assert named <= 0.08 * 400


def test_hidden_counts_read_under_ten(small_results):
    roles = tuple(
        changed(one, learners=None, share=None, low=None, high=None)
        for one in cohort(small_results, "stalled").by_role
    )
    hidden = with_cohort(
        small_results, "stalled", learners=None, share=None, by_role=roles
    )
    answer = answers(hidden)["pay_without_experience"].told
    assert "under 10 of the" in answer
    assert "clearly" not in answer


def test_a_cohort_that_nobody_could_be_assessed_for_says_why(small_results):
    none = {"reason": "no learner has enough peers", "share": None}
    nobody = with_cohort(small_results, "entry_high", **none)
    assert answers(nobody)["entry_level_pay"].told == (
        "The data cannot answer this: no learner has enough peers."
    )
    nobody = with_cohort(small_results, "stalled", **none)
    assert answers(nobody)["pay_without_experience"].answer.endswith(
        "not assessed, because no learner has enough peers."
    )


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
    assert words in said.told


def test_companies_that_cannot_be_compared_are_said(small_results):
    none = companies(small_results, largest=())
    assert answers(none)["company_role_pay"].told == (
        "The data cannot answer this: no company has 10 paid learners or more."
    )
    closed = changed(none, settings=changed(none.settings, companies="none"))
    assert answers(closed)["company_role_pay"].told == (
        "The data cannot answer this: no single company is shown."
    )
    told = answers(science(closed, 4, 3, 1.2))["company_role_pay"]
    assert "no single company is shown" in told.told


def written(share):
    return f"{share:.1%}".replace(".0%", "%")


def test_concentration_is_told_of_all_and_within_each_tier(found, small_results):
    of = small_results.companies
    said = found["tiers_and_concentration"]
    assert (
        f"The 10 largest companies hold {written(of.top_share)} of the learners whose "
        f"company is known (Gini {of.gini:.2f})."
    ) in said
    for tier in of.tiers:
        told = tier.top_share is not None and (
            f"{written(tier.top_share)} of {tier.tier} (Gini {tier.gini:.1f})" in said
        )
        assert told == (
            tier.tier != "Unrated"
            and tier.companies >= 20
            and tier.largest_share <= 0.5
        )


def test_the_very_well_paid_are_told_by_tier_beside_all_who_were_assessed(
    small_results,
):
    of = cohort(small_results, "well_paid")
    tiers = {"Tier 1": (500, 300), "Tier 2": (300, 80), "Tier 3": (200, 20)}
    rows = tuple(
        changed(of.by_tier[0], value=tier, assessed=n, learners=k, share=k / n)
        for tier, (n, k) in tiers.items()
    )
    some = with_cohort(
        small_results, "well_paid", by_tier=rows, assessed=1000, learners=400, share=0.4
    )
    said = answers(some)["tiers_and_concentration"].told
    assert said.startswith(
        "Of 400 learners who are very well paid, 75% are in Tier 1, 20% are in Tier 2 "
        "and 5% are in Tier 3; of all who could be assessed, 50% are in Tier 1. "
    )


def test_parts_that_rounding_keeps_from_adding_up_are_said_to_be_rounded(
    small_results,
):
    of = cohort(small_results, "high_upside")

    def told(*parts):
        rows = tuple(
            changed(of.by_tier[0], value=f"Tier {i}", learners=n, share=None)
            for i, n in enumerate(parts, start=2)
        )
        some = with_cohort(
            small_results, "high_upside", learners=170, by_tier=rows, reason=""
        )
        return answers(some)["tiers_and_concentration"].told

    assert "80 in Tier 2 and 100 in Tier 3 (rounded, so they do not add up)." in told(
        80, 100
    )
    assert "70 in Tier 2 and 100 in Tier 3." in told(70, 100)


@pytest.mark.parametrize(
    ("parts", "whole", "said"),
    [
        (
            (210, 150, 50),  # more than their whole as told
            400,
            "51% are in Tier 1, 37% are in Tier 2 and 12% are in Tier 3; of all",
        ),
        (
            (10_540, 2_570, 2_770),
            15_870,
            "66.4% are in Tier 1, 16.2% are in Tier 2 and 17.4% are in Tier 3; of all",
        ),
        (
            (1_005, 505, 497),
            2_007,
            "and 24.8% are in Tier 3 (rounded, so they do not add up); of all",
        ),
    ],
)
def test_shares_of_the_very_well_paid_add_up_as_they_are_written(
    small_results, parts, whole, said
):
    of = cohort(small_results, "well_paid")
    rows = tuple(
        changed(of.by_tier[0], value=f"Tier {i}", assessed=20_000, learners=n)
        for i, n in enumerate(parts, start=1)
    )
    some = with_cohort(
        small_results, "well_paid", by_tier=rows, assessed=60_000, learners=whole
    )
    told = answers(some)["tiers_and_concentration"].told
    assert said in told
    written = [float(one) for one in re.findall(r"([\d.]+)% are in", told)][:3]
    assert ("do not add up" in told) == (round(sum(written), 1) != 100)


def test_of_one_segment_nothing_is_told_that_could_not_be_otherwise(small_results):
    whole = changed(
        small_results, segments=small_results.segments[:1], small_segments=0
    )
    said = answers(whole)
    n = whole.segmented
    assert said["largest_segment"].told == (
        f"There is one segment: all {n:,} learners. One programme serves all of them."
    )
    assert said["segment_differences"].told == (
        "There is one segment, so there are no differences between segments."
    )
    assert said["learned_against_rules"].told == (
        "There is one segment, which says nothing beyond bands."
    )


def test_hidden_bands_of_pay_are_said_to_be_hidden(small_results):
    kept = small_results.bands_of("experience_band")
    said = answers(changed(small_results, bands=None, band_limits=kept))
    assert said["learned_against_rules"].told == (
        "The data cannot answer this: pay is of too few companies to be told, and so "
        "are its bands."
    )


def test_no_share_that_the_tiers_fix_in_advance_is_told(found, small_results):
    """Tiers are cut by learners: how many each has of them says nothing."""
    rated = [t for t in small_results.companies.tiers if t.tier != "Unrated"]
    of = small_results.companies.n_learners
    for tier in rated:
        assert written(tier.learners / of) not in found["tiers_and_concentration"]
    assert not any(hasattr(tier, "share") for tier in rated)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"n_companies": 1}, "known are all at the only company that is known (Gini"),
        ({"top_share": None, "n_companies": 8}, "known are at 8 companies (Gini"),
        (
            {"top_share": None, "n_companies": None},
            "known are at under 10 companies (Gini",
        ),
        ({"tiers": ()}, "The 10 largest companies hold 32.4% of the learners whose"),
    ],
)
def test_few_companies_read_well(small_results, changes, words):
    said = answers(companies(small_results, **changes))["tiers_and_concentration"]
    assert words in said.told


def test_no_known_company_is_said(small_results):
    none = companies(small_results, gini=None, reason="no company is known")
    assert answers(none)["tiers_and_concentration"].told == (
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
    assert said.startswith("Bands of pay and experience, each taken for the segment")
    assert f"tell the segment of {written(bands.guessed)} of the learners" in said
    assert f"({bands.ari:.2f}, where 1 is the same and 0 chance)" in said
    assert f"{len(split)} of {len(bands.rows)} rule-based segments" in said
    assert split[0] in said


def test_what_segments_say_beyond_bands_is_what_else_they_were_cut_on(small_results):
    def said(*names):
        first = small_results.features.used[0]
        used = tuple(changed(first, name=one, label=one) for one in names)
        features = changed(small_results.features, used=used)
        found = answers(changed(small_results, features=features))
        return found["learned_against_rules"].answer

    bands = ("log_pay", "log_experience")
    assert said(*bands).endswith("says more, as it is cut between the bands.")
    assert said(*bands, "company_level", "role").endswith(
        "a segment says more, as it also goes by company_level and role."
    )


def test_rules_of_which_nothing_is_counted_are_not_said_to_be_whole(small_results):
    bands = small_results.bands
    empty = tuple(
        changed(row, cells=tuple(changed(c, count=None) for c in row.cells))
        for row in bands.rows
    )
    for rows in (empty, ()):
        said = answers(changed(small_results, bands=changed(bands, rows=rows)))
        answer = said["learned_against_rules"].told
        assert "split" not in answer
        assert answer.endswith("where 1 is the same and 0 chance).")


def test_an_agreement_of_few_is_not_told(small_results):
    few = changed(small_results.bands, ari=None, nmi=None, guessed=None)
    said = answers(changed(small_results, bands=few))["learned_against_rules"]
    assert not said.available
    assert "too few have both a known pay and a known experience" in said.told


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
    assert "No rule-based segment of 25 or more is split" in said.told


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
    ("pay", "entry_level_pay", "it needs pay"),
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
    assert said.told == f"The data cannot answer this: {reason}."


def test_too_few_learners_are_said(small_results):
    few = answers(questions(small_results, pay_with_experience=None))
    assert few["pay_without_experience"].told == (
        "The data cannot answer this: it has under 10 learners of whom both are known, "
        "and 10 are needed."
    )


def test_without_numbers_or_rules_there_is_nothing_to_say(small_results):
    bare = changed(questions(small_results, explained=()), bands=None)
    said = answers(bare)
    assert said["segment_differences"].told == (
        "The data cannot answer this: it has no pay, years or titles."
    )
    assert said["learned_against_rules"].told == (
        "The data cannot answer this: it needs both pay and experience."
    )


def test_records_are_called_records(notebook_results):
    told = " ".join(
        one.told for one in findings_of(notebook_results) if one.id not in OF_LEARNERS
    )
    assert "records" in told
    assert not re.search(r"\blearners?\b", told)


def test_disclosed_answers_count_in_tens(small_told):
    told = " ".join(one.told for one in findings_of(small_told))
    counts = re.findall(r"(?<![\d.,])\d[\d,]*(?![\d%]|[.,]\d)", told)
    large = [n for n in (int(count.replace(",", "")) for count in counts) if n > 12]
    assert len(large) > 5
    assert {n % 10 for n in large} == {0}
