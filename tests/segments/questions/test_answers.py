"""The answers, their numbers recomputed from the learners, and their words."""

import math
import re
from collections import Counter, defaultdict
from dataclasses import replace
from statistics import median

import numpy as np
import polars as pl
import pytest
from scipy.stats import spearmanr

from learnstrata.privacy.disclosure.rounding import rounded_pay
from learnstrata.privacy.keys import company_aliases
from learnstrata.segments.meaning.bands import Comparison
from learnstrata.segments.pay.companies import company_views
from learnstrata.segments.questions.answers import (
    _agreement_in_words,
    _operating_model,
    _split_in_words,
    answer_questions,
    explained_variance,
)
from learnstrata.segments.questions.grounds import Grounds
from learnstrata.segments.questions.pay import (
    _direction,
    _high_limit,
    _science_in_words,
)

IDS = (
    "largest_segment",
    "segment_differences",
    "pay_without_experience",
    "entry_level_pay",
    "company_role_pay",
    "tiers_and_concentration",
    "learned_against_rules",
)


ONCE = ("Learners, about", "Learners with a company")


def grounds_of(run, **changes):
    meaning = run.meaning
    features = meaning.model.features
    learners = changes.get("learners", meaning.learners)
    names = learners["company"].drop_nulls().unique().to_list()
    grounds = Grounds(
        learners=learners,
        profiles=meaning.profiles,
        comparison=meaning.comparison,
        pay=features.pay,
        available=features.available,
        unit=run.config.unit,
        companies=company_views(
            learners,
            alias=company_aliases(names, bytes(32)),
            pay=features.pay,
            no_company=changes.get("no_company", ""),
        ),
    )
    return replace(grounds, **changes)


def answers(run, **changes):
    return {f.id: f for f in answer_questions(grounds_of(run, **changes))}


@pytest.fixture(scope="module")
def found(small_run):
    return {f.id: f for f in small_run.meaning.findings}


@pytest.fixture(scope="module")
def people(small_run):
    return small_run.meaning.learners.to_dicts()


def table(finding, place=0):
    return [
        dict(zip((c.name for c in finding.tables[place].columns), row, strict=True))
        for row in finding.tables[place].rows
    ]


def test_there_are_seven_questions_in_a_fixed_order(small_run, notebook_run):
    for run in (small_run, notebook_run):
        assert tuple(f.id for f in run.meaning.findings) == IDS
        assert all(f.available for f in run.meaning.findings)
        assert all(f.question.endswith("?") for f in run.meaning.findings)


def test_the_largest_segment_is_that_of_the_labels(found, people):
    sizes = Counter(person["segment_id"] for person in people).most_common()
    finding = found["largest_segment"]
    assert (finding.numbers["segment_id"], finding.numbers["count"]) == sizes[0]
    assert finding.numbers["share"] == pytest.approx(sizes[0][1] / len(people))
    reached, half = 0, 0
    while reached < len(people) / 2:
        reached += sizes[half][1]
        half += 1
    assert finding.numbers["segments_to_half"] == half
    assert [row["Learners"] for row in table(finding)] == [n for _, n in sizes]


def naive_explained(pairs):
    everyone = [v for _, v in pairs]
    groups = defaultdict(list)
    for segment, value in pairs:
        groups[segment].append(value)
    mean = sum(everyone) / len(everyone)
    total = sum((v - mean) ** 2 for v in everyone)
    between = sum(len(g) * (sum(g) / len(g) - mean) ** 2 for g in groups.values())
    return between / total


def test_explained_differences_leave_out_what_was_filled_in(found, people):
    numbers = found["segment_differences"].numbers
    paid = [
        (p["segment_id"], math.log(p["pay"])) for p in people if p["pay"] is not None
    ]
    seasoned = [
        (p["segment_id"], p["years_of_experience"])
        for p in people
        if not p["experience_imputed"]
    ]
    assert len(paid) < len(people)
    assert len(seasoned) < len(people)
    assert numbers["explained_pay"] == pytest.approx(naive_explained(paid))
    assert numbers["explained_experience"] == pytest.approx(naive_explained(seasoned))


def test_explained_roles_are_the_variance_of_all_one_hot_columns(found, people):
    roles = sorted({p["role"] for p in people})
    total = between = 0.0
    for role in roles:
        pairs = [(p["segment_id"], float(p["role"] == role)) for p in people]
        own = float(np.var([v for _, v in pairs]))
        total += own
        between += own * naive_explained(pairs)
    numbers = found["segment_differences"].numbers
    assert numbers["explained_role"] == pytest.approx(between / total)


def test_explained_is_zero_where_nothing_differs():
    same = pl.DataFrame({"segment_id": [1, 1, 2], "record": [0, 1, 2]})
    assert explained_variance(same.with_columns(v=pl.lit(3.0)), "v") == 0.0
    assert explained_variance(same.with_columns(v=pl.lit("a")), "v") == 0.0


def known_both(people):
    return [p for p in people if p["pay"] is not None and not p["experience_imputed"]]


def test_lagging_pay_is_counted_from_the_learners(found, people):
    known = known_both(people)
    first = float(np.quantile([p["years_of_experience"] for p in known], 0.75))
    pays = defaultdict(list)
    for p in known:
        pays[p["role"]].append(p["pay"])
    low = {role: float(np.quantile(values, 0.25)) for role, values in pays.items()}
    senior = [p for p in known if p["years_of_experience"] >= first]
    lagging = [p for p in senior if p["pay"] <= low[p["role"]]]
    finding = found["pay_without_experience"]
    assert finding.numbers["experienced"] == len(senior)
    assert finding.numbers["lagging"] == len(lagging)
    assert finding.numbers["lagging_share"] == pytest.approx(len(lagging) / len(senior))
    assert finding.numbers["experienced_from_years"] == min(
        p["years_of_experience"] for p in senior
    )
    rho = spearmanr(
        [p["years_of_experience"] for p in known], [p["pay"] for p in known]
    ).statistic
    assert finding.numbers["spearman"] == pytest.approx(rho)
    by_role = Counter(p["role"] for p in lagging)
    shown = table(finding)
    assert len(shown) >= 3
    told = 0
    for row in shown:
        own = [p for p in senior if p["role"] == row["Role"]]
        assert len(own) >= 10
        assert row["Experienced"] in {len(own), None}
        n = by_role[row["Role"]]
        told += row["Of them paid in the lowest quarter"] is not None
        assert row["Of them paid in the lowest quarter"] in (
            {n, None} if n > 9 else {None}
        )
    assert told >= 1


def test_entry_level_pay_is_counted_from_the_learners(found, people):
    entry = [
        p["pay"] for p in people if p["pay"] is not None and p["seniority"] in (0, 1)
    ]
    q1, q3 = np.quantile(np.log(entry), [0.25, 0.75])
    limit = math.exp(q3 + 1.5 * max(q3 - q1, math.log(2) / 2))
    numbers = found["entry_level_pay"].numbers
    assert numbers["entry_level"] == len(entry)
    rounded = rounded_pay([limit, median(entry)], 1e5)
    assert [numbers["limit"], numbers["median"]] == pytest.approx(rounded)
    high = sum(pay > rounded[0] for pay in entry)
    assert numbers["unusually_high"] == (high if high > 9 else None)


def test_a_company_is_compared_where_both_sides_are_many_enough(small_run):
    learners = small_run.meaning.learners.filter(
        pl.col("pay").is_not_null(), pl.col("experience_imputed") == 0
    )
    place = pl.int_range(pl.len())
    company = pl.when(place < 40).then(pl.lit("both"))
    company = company.when(place < 60).then(pl.lit("mostly science"))
    company = company.when(place < 80).then(pl.lit("few science"))
    science = (place < 15) | ((place >= 40) & (place < 51))
    science = science | ((place >= 60) & (place < 69))
    learners = learners.with_columns(
        company=company,
        role_family=pl.when(science)
        .then(pl.lit("Data science"))
        .otherwise(pl.lit("Backend")),
    )
    finding = answers(small_run, learners=learners)["company_role_pay"]
    pay = learners["pay"].to_list()
    high, low = rounded_pay([median(pay[:15]), median(pay[15:40])], 1e5)
    expected = round(high / low, 2)
    assert finding.numbers["companies"] == 3
    assert finding.numbers["compared"] == 1
    assert finding.numbers["higher"] == int(expected > 1)
    assert finding.numbers["typical_ratio"] == pytest.approx(expected)
    rows = {row["Learners, about"]: row for row in table(finding)[::-1]}
    assert rows[40]["Data Scientists, about"] == 15
    assert rows[40]["Ratio"] == pytest.approx(expected)
    others = [row for row in table(finding) if row["Learners, about"] == 20]
    assert len(others) == 2
    for row in others:  # 11 of 20, and 9 of 20: what is left tells of the 9
        assert row["Data Scientists, about"] is row["Ratio"] is None
        assert row["Their median pay"] is row["Median pay of the rest"] is None


def test_concentration_is_counted_from_the_learners(found, people):
    sizes = sorted(
        Counter(p["company"] for p in people if p["company"] is not None).values()
    )
    numbers = found["tiers_and_concentration"].numbers
    pairs = sum(abs(a - b) for a in sizes for b in sizes)
    gini = pairs / (2 * len(sizes) * sum(sizes))
    assert numbers["companies"] == len(sizes)
    assert numbers["gini"] == pytest.approx(gini)
    assert numbers["top_10_share"] == pytest.approx(sum(sizes[-10:]) / sum(sizes))
    top = [p["company"] for p in people if p["tier"] == "Tier 1" and p["company"]]
    assert numbers["tier_1_companies"] == len(set(top))
    assert numbers["tier_1_share"] == pytest.approx(len(top) / sum(sizes))


def test_rules_are_compared_by_their_counts(found, small_run):
    counts = small_run.meaning.comparison.counts
    numbers = found["learned_against_rules"].numbers
    total = sum(sum(row) for row in counts)
    assert numbers["guessed"] == pytest.approx(sum(max(row) for row in counts) / total)
    split = [row for row in counts if sum(row) >= 10 and max(row) / sum(row) < 0.6]
    assert numbers["split_rules"] == len(split)
    assert numbers["rules"] == len(counts)


LACKS = [
    ("pay", "pay_without_experience", "it needs both pay and experience"),
    ("pay", "entry_level_pay", "it needs both titles and pay"),
    ("pay", "company_role_pay", "it needs companies, titles and pay"),
    ("pay", "tiers_and_concentration", "it needs companies and pay"),
    ("title", "entry_level_pay", "it needs both titles and pay"),
    ("title", "company_role_pay", "it needs companies, titles and pay"),
    ("company", "company_role_pay", "it needs companies, titles and pay"),
    ("company", "tiers_and_concentration", "it needs companies and pay"),
    (
        "years_of_experience",
        "pay_without_experience",
        "it needs both pay and experience",
    ),
]


@pytest.mark.parametrize(("column", "finding_id", "reason"), LACKS)
def test_what_the_table_lacks_is_said(small_run, column, finding_id, reason):
    available = small_run.meaning.model.features.available
    left = tuple(c for c in available if c != column)
    finding = answers(small_run, available=left)[finding_id]
    assert not finding.available
    assert finding.answer == f"The data cannot answer this: {reason}."
    assert finding.numbers == {}
    assert finding.tables == ()


def test_without_rules_there_is_nothing_to_compare(small_run):
    finding = answers(small_run, comparison=None)["learned_against_rules"]
    assert finding.answer == (
        "The data cannot answer this: it needs both pay and experience."
    )


def test_segments_do_not_differ_by_what_is_not_there(small_run):
    finding = answers(small_run, available=("company",))["segment_differences"]
    assert finding.answer == (
        "The data cannot answer this: it has no pay, years or titles."
    )


def few_entry_level(run, n):
    place = pl.int_range(pl.len())
    paid = run.meaning.learners.filter(pl.col("pay").is_not_null())
    level = pl.when(place < n).then(1).otherwise(3)
    return answers(run, learners=paid.with_columns(seniority=level))["entry_level_pay"]


@pytest.mark.parametrize(
    ("n", "said"),
    [(0, "no paid learners have"), (1, "fewer than 10 paid learners have")],
)
def test_too_few_entry_level_titles_are_said(small_run, n, said):
    finding = few_entry_level(small_run, n)
    assert not finding.available
    assert f"{said} a title that says entry level, and 10 are needed" in finding.answer


def test_ten_entry_level_titles_are_enough(small_run):
    assert few_entry_level(small_run, 10).numbers["entry_level"] == 10


def test_too_few_with_both_pay_and_experience_are_said(small_run):
    learners = small_run.meaning.learners.with_columns(
        pay=pl.when(pl.int_range(pl.len()) < 5).then(500_000.0)
    )
    finding = answers(small_run, learners=learners)["pay_without_experience"]
    assert not finding.available
    assert re.search(
        r"it has fewer than 10 learners of whom both are known", finding.answer
    )


def test_companies_of_few_are_not_shown(small_run):
    alone = pl.format("company {}", pl.int_range(pl.len()))
    learners = small_run.meaning.learners.with_columns(company=alone)
    finding = answers(small_run, learners=learners)["company_role_pay"]
    assert finding.answer == (
        "The data cannot answer this: no company has 10 paid learners or more."
    )


def test_no_known_company_is_said(small_run):
    learners = small_run.meaning.learners.with_columns(company=pl.lit("Unknown"))
    finding = answers(small_run, learners=learners, no_company="Unknown")
    assert finding["tiers_and_concentration"].answer == (
        "The data cannot answer this: no company is known."
    )


def test_the_only_company_is_singular(small_run):
    learners = small_run.meaning.learners.with_columns(company=pl.lit("one"))
    answer = answers(small_run, learners=learners)["tiers_and_concentration"].answer
    assert "at the only company that is known (Gini 0.00)." in answer


def test_an_associate_director_is_no_entry_level(small_run):
    from learnstrata.learners.roles.families import add_roles

    titles = ["Associate Director", "International Sales Head", "Internal Auditor"]
    titles += ["Software Engineering Intern"] * 12
    levels = add_roles(pl.DataFrame({"title": titles}))["seniority"]
    paid = small_run.meaning.learners.filter(pl.col("pay").is_not_null())
    paid = paid.head(len(titles)).with_columns(levels)
    finding = answers(small_run, learners=paid)["entry_level_pay"]
    assert finding.numbers["entry_level"] == 12


def test_equal_entry_level_pay_has_no_unusually_high_one():
    assert _high_limit(pl.Series([5e5] * 20)) == pytest.approx(5e5 * 2**0.75)


@pytest.mark.parametrize(
    ("rho", "words"),
    [
        (None, "Pay or experience does not vary, so they have no correlation."),
        (0.0, "Pay hardly moves with experience (0.00 on a scale from -1 to 1)."),
        (-0.004, "Pay hardly moves with experience (0.00 on a scale from -1 to 1)."),
        (0.094, "Pay hardly moves with experience (0.09 on a scale from -1 to 1)."),
        (0.096, "Pay rises weakly with experience (0.10 on a scale from -1 to 1)."),
        (-0.1, "Pay falls weakly with experience (-0.10 on a scale from -1 to 1)."),
        (0.294, "Pay rises weakly with experience (0.29 on a scale from -1 to 1)."),
        (0.296, "Pay rises moderately with experience (0.30 on a scale from -1 to 1)."),
        (0.594, "Pay rises moderately with experience (0.59 on a scale from -1 to 1)."),
        (0.596, "Pay rises strongly with experience (0.60 on a scale from -1 to 1)."),
        (-1.0, "Pay falls strongly with experience (-1.00 on a scale from -1 to 1)."),
    ],
)
def test_direction_goes_with_the_number_shown(rho, words):
    assert _direction(rho) == words


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
    ("ari", "words"),
    [
        (1.0, "nearly the rule-based ones"),
        (0.646, "nearly the rule-based ones"),
        (0.644, "follow the rule-based ones in part"),
        (0.296, "follow the rule-based ones in part"),
        (0.294, "differently from the rules"),
        (-0.1, "differently from the rules"),
    ],
)
def test_agreement_goes_with_the_number_shown(ari, words):
    assert words in _agreement_in_words(ari)


@pytest.mark.parametrize(
    ("n_split", "n_rules", "words"),
    [
        (0, 9, "No rule-based segment of 10 or more is split: each has 60 % or more"),
        (1, 1, "1 of 1 rule-based segment is split"),
        (1, 9, "1 of 9 rule-based segments is split, with less than 60 % in one"),
        (5, 9, "one learned segment: R0, R1, R2, R3 and R4."),
        (7, 9, "one learned segment: R0, R1, R2, R3 and 3 more."),
    ],
)
def test_split_rules_are_told_in_good_grammar(n_split, n_rules, words):
    assert words in _split_in_words([f"R{i}" for i in range(n_split)], n_rules)


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ((1, 0, 0, None), "The largest company does not have both 10 paid Data"),
        ((8, 0, 0, None), "None of the 8 largest companies has both 10 paid Data"),
        ((3, 1, 1, 1.5), "have a higher median pay than the rest at the one large"),
        ((3, 1, 0, 0.9), "do not have a higher median pay than the rest at the one"),
        ((8, 4, 3, 1.2), "at 3 of 4 large companies that have enough of both; typ"),
        ((8, 4, 0, 0.8), "at 0 of 4 large companies that have enough of both; typ"),
    ],
)
def test_data_scientists_are_compared_in_good_grammar(numbers, words):
    assert words in _science_in_words(*numbers)


def one_segment(run):
    learners = run.meaning.learners.with_columns(segment_id=pl.lit(1))
    profile = replace(
        run.meaning.profiles[0], count=len(learners), share=1.0, name="All"
    )
    comparison = Comparison(("Mid / High",), (1,), ((30,),), 1.0, 1.0, 30)
    return answers(run, learners=learners, profiles=(profile,), comparison=comparison)


def test_one_segment_reads_well(small_run):
    found = one_segment(small_run)
    assert found["largest_segment"].answer == (
        'The largest segment, "All", holds 100.0% of the learners (1,500). One '
        "programme serves all of them."
    )
    answer = found["segment_differences"].answer
    assert answer.count("0% of the differences") == 3
    assert "Median pay runs" not in answer
    assert "No rule-based segment of 10 or more is split" in (
        found["learned_against_rules"].answer
    )


@pytest.mark.parametrize("name", ["small_run", "notebook_run"])
def test_no_company_and_no_learner_stands_in_a_finding(name, request, small_table):
    run = request.getfixturevalue(name)
    told = repr(run.meaning.findings).lower()
    for column in ("company_hash", "email_hash"):
        names = small_table[column].drop_nulls().str.strip_chars().unique().to_list()
        found = [n for n in names if len(n) >= 6 and n.lower() in told]
        assert found == []


def test_aliases_are_not_in_the_order_of_size(small_run, notebook_run):
    orders = []
    for run in (small_run, notebook_run):
        finding = next(f for f in run.meaning.findings if f.id == "company_role_pay")
        rows = sorted(table(finding), key=lambda row: row["Company"])
        orders.append([row["Learners, about"] for row in rows])
        aliases = run.meaning.companies.companies["alias"].to_list()
        assert [row["Company"] for row in rows] == aliases
    assert any(sizes != sorted(sizes, reverse=True) for sizes in orders)
    assert any(sizes != sorted(sizes) for sizes in orders)


def test_the_missing_company_of_a_recipe_is_no_company(small_run):
    unknown = pl.lit("Unknown_Company")
    learners = small_run.meaning.learners.with_columns(
        company=pl.when(pl.int_range(pl.len()) < 900).then(unknown).otherwise("company")
    )
    found = answers(small_run, learners=learners, no_company="Unknown_Company")
    assert table(found["company_role_pay"])[0]["Learners, about"] < 800
    companies = learners["company"].drop_nulls().n_unique() - 1
    assert found["tiers_and_concentration"].numbers["companies"] == companies


def test_medians_stand_for_ten_or_more(small_run, notebook_run):
    for run in (small_run, notebook_run):
        heading = "Learners" if run is small_run else "Records"
        for finding in run.meaning.findings:
            for place, _ in enumerate(finding.tables):
                for row in table(finding, place):
                    n = next((row[h] for h in (heading, *ONCE) if h in row), None)
                    if any("edian" in name and row[name] is not None for name in row):
                        assert n is None or n >= 10, (finding.id, row)


def test_records_are_called_records(notebook_run):
    told = " ".join(
        f.answer
        for f in notebook_run.meaning.findings
        if f.id != "tiers_and_concentration"  # a learner is at a company once
    )
    assert "records" in told
    assert not re.search(r"\blearners?\b", told)
    headings = {
        c.name
        for f in notebook_run.meaning.findings
        for t in f.tables
        for c in t.columns
    }
    assert "Records" in headings
    assert "Learners" not in headings
