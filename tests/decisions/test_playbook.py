"""Five actions: whom they are for, how many, and what is said where nobody is."""

import re
from collections import Counter
from dataclasses import replace

import polars as pl
import pytest

from learnstrata.decisions import playbook
from learnstrata.decisions.playbook import recommend
from learnstrata.privacy.disclosure.rounding import rounded_pay
from learnstrata.report.wording import stability
from learnstrata.segments.questions.answers import answer_questions
from learnstrata.segments.questions.grounds import Grounds

IDS = ("pathways", "mentor_pools", "pay_benchmarks", "lagging_pay", "quarterly_refit")


def actions(run, *, lowest_jaccard=0.9, **changes):
    features = run.meaning.model.features
    grounds = Grounds(
        learners=run.meaning.learners,
        profiles=run.meaning.profiles,
        comparison=run.meaning.comparison,
        pay=features.pay,
        available=features.available,
        unit=run.config.unit,
    )
    grounds = replace(grounds, **changes)
    found = recommend(grounds, answer_questions(grounds), lowest_jaccard=lowest_jaccard)
    return {action.id: action for action in found}


def lacking(run, column, **changes):
    available = run.meaning.model.features.available
    left = tuple(c for c in available if c != column)
    return actions(run, available=left, **changes)


@pytest.fixture(scope="module")
def found(small_run):
    return {action.id: action for action in small_run.meaning.actions}


@pytest.fixture(scope="module")
def people(small_run):
    return small_run.meaning.learners.to_dicts()


def test_there_are_five_actions_in_a_fixed_order(small_run, notebook_run):
    for run in (small_run, notebook_run):
        assert tuple(action.id for action in run.meaning.actions) == IDS
        for action in run.meaning.actions:
            assert action.teams
            assert action.why.endswith(".")
            assert action.measure.endswith(".")


def test_each_segment_has_a_pathway_of_its_size(found, small_run):
    targets = found["pathways"].targets
    sizes = [(p.name, p.count, p.share) for p in small_run.meaning.profiles]
    assert [(t.name, t.size, t.share) for t in targets] == sizes
    kinds = {target.why.split(":")[0] for target in targets}
    assert found["pathways"].why == (
        f"The {len(targets)} segments call for {len(kinds)} kinds of pathway."
    )
    for target, profile in zip(targets, small_run.meaning.profiles, strict=True):
        years, pay = (profile.typical[n] for n in ("years_of_experience", "pay"))
        assert f"median experience {years.p50:.0f} year" in target.why
        assert f"median pay {pay.p50 / 1e5:,.1f} LPA" in target.why


def test_one_segment_calls_for_one_kind(small_run):
    profiles = small_run.meaning.profiles[:1]
    why = actions(small_run, profiles=profiles)["pathways"].why
    assert why == "The segment calls for one kind of pathway."


def test_segments_without_experience_get_the_general_pathway(small_run):
    bare = tuple(replace(p, typical={}) for p in small_run.meaning.profiles)
    targets = actions(small_run, profiles=bare)["pathways"].targets
    assert [t.why for t in targets] == [
        f"General pathway: {p.count} learners" for p in bare
    ]


def test_mentor_pools_are_counted_from_the_learners(found, people):
    action = found["mentor_pools"]
    roles = Counter(
        p["role"]
        for p in people
        if p["role"] not in {"Not stated", "Unmapped", "Other"}
    )
    expected = [n for _, n in roles.most_common() if n >= 50][:8]
    assert [t.size for t in action.targets] == expected
    for target in action.targets:
        assert target.size == roles[target.name]
        assert target.share == pytest.approx(target.size / len(people))
        senior = sum(
            p["role"] == target.name
            and p["years_of_experience"] >= 8
            and not p["experience_imputed"]
            for p in people
        )
        assert target.why.startswith(f"{senior:,} of them ha")
    covered = sum(expected) / len(people)
    assert action.why == (
        f"The {len(expected)} largest roles hold {covered:.0%} of all learners."
    )


def test_pools_without_experience_do_not_count_mentors(small_run):
    for target in lacking(small_run, "years_of_experience")["mentor_pools"].targets:
        assert target.why == (
            "the table has no experience, so who could mentor is not known"
        )


def test_without_titles_there_is_no_pool_and_no_benchmark(small_run):
    found = lacking(small_run, "title")
    assert found["mentor_pools"].targets == ()
    assert found["mentor_pools"].why == (
        "The table has no titles, so no role can be given a pool."
    )
    assert found["pay_benchmarks"].why == (
        "The table lacks pay, titles or companies, so there is no benchmark."
    )


def test_roles_of_few_get_no_pool(small_run):
    rare = small_run.meaning.learners.with_columns(
        role=pl.format("role {}", pl.int_range(pl.len()))
    )
    found = actions(small_run, learners=rare)
    assert found["mentor_pools"].targets == ()
    assert found["mentor_pools"].why == "No role is held by 50 learners or more."
    assert found["pay_benchmarks"].why == (
        "No cell of role and tier holds 50 paid learners or more."
    )


def test_one_role_is_singular(small_run):
    same = small_run.meaning.learners.with_columns(role=pl.lit("Backend"))
    found = actions(small_run, learners=same)
    assert found["mentor_pools"].why == "The role holds 100% of all learners."


@pytest.mark.parametrize("column", ["pay", "title", "company"])
def test_benchmarks_need_pay_titles_and_companies(small_run, column):
    action = lacking(small_run, column)["pay_benchmarks"]
    assert action.targets == ()
    assert "so there is no benchmark" in action.why


def test_benchmarks_are_medians_of_the_learners(found, small_run):
    learners = small_run.meaning.learners.filter(pl.col("pay").is_not_null())
    targets = found["pay_benchmarks"].targets
    assert targets
    for target in targets:
        own = learners.filter(pl.col("role") == target.name)
        cells = [cell["pay"] for _, cell in own.group_by("tier") if len(cell) >= 50]
        assert target.size == sum(len(cell) for cell in cells)
        medians = [cell.median() for cell in cells]
        low, high = rounded_pay([min(medians), max(medians)], 1e5)
        assert target.why == (
            f"median pay runs from {low / 1e5:,.1f} LPA to {high / 1e5:,.1f} LPA "
            f"between tiers, {high / low:.1f} times"
        )


def test_lagging_cohorts_are_rows_of_the_finding(small_run, monkeypatch):
    monkeypatch.setattr(playbook, "MIN_POOL", 5)
    finding = next(
        f for f in small_run.meaning.findings if f.id == "pay_without_experience"
    )
    action = actions(small_run)["lagging_pay"]
    rows = {row[0]: row for row in finding.tables[0].rows}
    assert 1 <= len(action.targets) <= 5
    sizes = [t.size for t in action.targets]
    assert sizes == sorted(sizes, reverse=True)
    for target in action.targets:
        role = target.name.removesuffix(", experienced, lowest quarter of pay")
        assert role not in {"Not stated", "Unmapped", "Other"}
        _, _, experienced, lagging, share, _ = rows[role]
        assert target.size == lagging >= 5
        assert target.why == f"{lagging} of {experienced} experienced ({share:.0%})"


def test_lagging_cohorts_that_are_small_are_no_targets(found, small_run):
    numbers = next(
        f for f in small_run.meaning.findings if f.id == "pay_without_experience"
    ).numbers
    assert found["lagging_pay"].targets == ()
    assert found["lagging_pay"].why == (
        f"{numbers['lagging']} of {numbers['experienced']} experienced learners are "
        "paid no more than the lowest quarter of their own role. No role has 50 or "
        "more of them."
    )


@pytest.mark.parametrize("column", ["pay", "years_of_experience"])
def test_lagging_pay_needs_pay_and_experience(small_run, column):
    action = lacking(small_run, column)["lagging_pay"]
    assert action.targets == ()
    assert action.why == (
        "The data cannot answer this: it needs both pay and experience."
    )


def test_without_titles_all_are_the_cohort(small_run):
    action = lacking(small_run, "title")["lagging_pay"]
    assert [t.name for t in action.targets] == [
        "All, experienced, lowest quarter of pay"
    ]
    assert "the lowest quarter of all." in action.why
    assert "role" not in action.why


def test_the_refit_watches_the_smallest_segment(found, small_run):
    least = min(small_run.meaning.profiles, key=lambda p: p.count)
    (target,) = found["quarterly_refit"].targets
    assert (target.name, target.size, target.share) == (
        least.name,
        least.count,
        least.share,
    )
    jaccard = small_run.clusters.dossier.chosen.lowest_jaccard
    assert f"overlaps with itself by {jaccard:.0%}" in found["quarterly_refit"].why


def test_stability_that_was_not_measured_is_said(small_run):
    why = actions(small_run, lowest_jaccard=None)["quarterly_refit"].why
    assert why.startswith("Stability was not measured in this run")
    assert "holds" not in why


@pytest.mark.parametrize(
    ("jaccard", "words"),
    [
        (0.97, "The cut holds for this table: on random"),
        (0.751, "The cut holds for this table: on random"),
        (0.75, "Not every segment is sure to be found again: on random"),
        (0.3, "Not every segment is sure to be found again: on random"),
    ],
)
def test_the_cut_holds_only_where_every_segment_is_stable(small_run, jaccard, words):
    why = actions(small_run, lowest_jaccard=jaccard)["quarterly_refit"].why
    assert why.startswith(words)
    assert f"overlaps with itself by {jaccard:.0%}" in why
    judged = stability(jaccard).split(":")[0]
    assert why.startswith("The cut holds") == (judged in {"Stable", "Highly stable"})


def test_records_are_called_records(notebook_run):
    action = {a.id: a for a in notebook_run.meaning.actions}
    assert action["mentor_pools"].why.endswith("of all records.")
    assert "50 paid records or more" in action["pay_benchmarks"].why
    assert "experienced records" in action["lagging_pay"].why
    told = " ".join(
        text for a in action.values() for text in (a.why, *(t.why for t in a.targets))
    )
    assert not re.search(r"\blearners?\b", told)


def test_the_missing_role_of_a_recipe_gets_no_pool(notebook_run):
    names = {t.name for a in notebook_run.meaning.actions for t in a.targets}
    assert not {"Unknown_Role", "Other_Role"} & names
