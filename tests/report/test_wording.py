import pytest

from learnstrata.pipeline import STAGES
from learnstrata.report import wording
from learnstrata.wording.numbers import Money

LPA = Money(100_000.0, "LPA")


@pytest.mark.parametrize(
    ("rho", "words"),
    [
        (0.0999, "Pay and experience are hardly related"),
        (-0.0999, "Pay and experience are hardly related"),
        (0.1, "Pay rises weakly with experience"),
        (0.2999, "Pay rises weakly"),
        (0.3, "Pay rises moderately"),
        (0.5999, "Pay rises moderately"),
        (0.6, "Pay rises strongly"),
        (-0.3, "Pay falls moderately"),
        (None, "does not vary"),
    ],
)
def test_words_for_a_correlation_depend_on_its_size_and_sign(rho, words):
    assert words in wording.correlation("pay", "experience", rho)


@pytest.mark.parametrize("rho", [0.02, -0.02, 0.0])
def test_a_correlation_near_nothing_is_never_called_a_rise_or_a_fall(rho):
    said = wording.correlation("pay", "experience", rho)
    assert "rises" not in said
    assert "falls" not in said


def test_a_distribution_is_told_by_its_middle_and_its_upper_end():
    years = {"feature": "years_of_experience", "quantiles": {"p50": 5.0, "p95": 15.0}}
    assert wording.spread(years, LPA) == (
        "Experience is 5 or less for half of all, and over 15 for one in twenty"
    )
    years["quantiles"]["p95"] = 5.0
    assert wording.spread(years, LPA) == "Experience is 5 or less for half of all"
    del years["quantiles"]["p95"]
    assert wording.spread(years, LPA) == "Experience is 5 or less for half of all"


@pytest.mark.parametrize(
    ("ari", "words"),
    [
        (-0.01, "hardly agree"),
        (0.0999, "hardly agree"),
        (0.1, "agree little"),
        (0.3, "agree in part"),
        (0.65, "largely agree"),
        (0.9, "agree almost wholly"),
        (None, "were not compared"),
    ],
)
def test_words_for_agreement_depend_on_the_adjusted_rand_index(ari, words):
    assert wording.agreement(ari) == words


@pytest.mark.parametrize(
    ("jaccard", "word"),
    [
        (0.599, "Unstable"),
        (0.6, "Doubtful"),
        (0.75, "Doubtful"),
        (0.7501, "Stable"),
        (0.85, "Stable"),
        (0.8501, "Highly stable"),
    ],
)
def test_words_for_stability_follow_the_usual_limits_and_bear_a_caveat(jaccard, word):
    said = wording.stability(jaccard)
    assert said.startswith(f"{word}:")
    assert "proves nothing" in said


def test_stability_that_was_not_measured_is_not_judged():
    assert wording.stability(None) == "Stability was not measured in this run."


@pytest.mark.parametrize(
    ("silhouette", "word"),
    [
        (0.25, "overlap"),
        (0.2501, "weakly separated"),
        (0.5, "weakly separated"),
        (0.5001, "reasonably separated"),
        (0.7001, "clearly separated"),
        (None, "not measured"),
    ],
)
def test_words_for_separation_depend_on_the_silhouette(silhouette, word):
    assert word in wording.separation(silhouette)


def test_a_tiny_segment_puts_a_warning_beside_the_silhouette():
    assert "0.4%" in wording.small_segment(0.0041)
    assert wording.small_segment(0.02) == ""


def test_hopkins_is_given_both_ways_with_what_it_cannot_prove(summary):
    said = wording.hopkins(summary["tendency"])
    assert "0.83" in said
    assert "0.97" in said
    assert "cannot prove" in said


def test_the_map_says_how_much_it_shows_and_warns_where_it_hides_some(summary):
    summary["map"]["explained"] = [0.5, 0.25]
    note = wording.map_note(summary)
    assert "shows 75.0% of the differences between learners" in note
    assert "may be apart" in note
    summary["map"]["explained"] = [0.65, 0.3]
    assert "may be apart" not in wording.map_note(summary)


def test_the_map_says_in_words_which_way_is_what_and_what_a_point_is(summary):
    summary["map"] |= {"share": 0.123, "blur": 0.3}
    note = wording.map_note(summary)
    assert note.startswith(
        "To the right: higher pay, more experience. Upwards: more experience, lower "
        "pay. Each of the 40 points is a learner, 12.3% of all; it is moved a little "
        "at random (0.30 of the spread, typically)"
    )
    summary["map"]["loadings"] = [[0.9, 0.1], [0.1, 0.1]]
    assert "Upwards" not in wording.map_note(summary)


def test_the_map_says_in_what_learners_differ_most(summary):
    summary["map"] |= {
        "columns": ["log_pay", "log_experience", "company_level"],
        "loadings": [[0.7, -0.1], [0.3, 0.9], [0.6, -0.4]],
    }
    assert wording.map_title(summary) == (
        "Learners differ most in pay and company pay level, then in experience"
    )
    summary["map"]["loadings"] = [[0.7, 0.7], [0.3, 0.1], [0.6, 0.6]]
    assert wording.map_title(summary) == (
        "Learners differ most in pay and company pay level"
    )
    summary["map"]["loadings"] = [[0.3, 0.3]] * 3
    assert wording.map_title(summary) == "Learners who are alike lie near each other"


def test_an_axis_of_the_map_is_named_by_loadings_of_two_fifths_and_beyond():
    told = wording.direction(["log_pay", "b_c"], [0.4, -0.41])
    assert told == "Less b c, higher pay"
    assert wording.direction(["log_pay"], [0.399]) == ""


def test_the_range_of_medians_names_both_ends(summary):
    segments = summary["segments"]
    assert wording.range_title(segments, "pay", LPA) == (
        "Median pay runs from 4.5 LPA (Early career, lower pay) to 18.0 LPA "
        "(Senior, higher pay)"
    )
    for segment in segments:
        segment["typical"]["years_of_experience"]["p50"] = 1.0
    assert wording.range_title(segments, "years_of_experience", LPA) == (
        "Median experience is 1 year in every segment"
    )


def test_a_role_of_few_is_not_told_by_the_rule_of_the_run():
    share = {"index": 300.0, "count": 19}
    assert wording.is_told(share, 10)
    assert not wording.is_told(share, 20)
    assert not wording.is_told({"index": None, "count": None}, 10)


def test_a_role_is_said_to_stand_out_from_an_index_of_120(summary):
    shares = summary["segments"][0]["shares"]["role"]
    summary["segments"] = summary["segments"][:1]
    shares[0]["index"], shares[1]["index"], shares[2]["index"] = 119.9, 100.0, 900.0
    assert "No role is distinctive" in wording.index_title(summary["segments"])
    shares[0]["index"] = 120.0
    assert wording.index_title(summary["segments"]).startswith(
        'Backend is 1.2 times as common in "'
    )


def test_roles_of_fewer_than_ten_learners_never_stand_out(summary):
    assert "Design" not in wording.index_title(summary["segments"])
    for segment in summary["segments"]:
        segment["shares"]["role"] = segment["shares"]["role"][2:]
    assert "No role is held by 10" in wording.index_title(summary["segments"])


def test_the_choice_of_k_is_told_beside_the_highest_silhouette(summary):
    table = summary["selection"]["table"]
    assert wording.selection_title(table, 2) == (
        "The silhouette is highest at k = 3 (0.301); the rule chose k = 2 (0.284)"
    )
    assert "has the highest silhouette" in wording.selection_title(table, 3)


def test_the_limits_of_the_rule_are_mentioned_only_where_it_has_some(summary):
    assert "Dashed lines" in wording.k_note(summary)
    summary["config"] = {}
    assert "Dashed lines" not in wording.k_note(summary)


def test_pay_and_its_logarithm_are_not_called_the_strongest_pair(summary):
    found = summary["description"]["correlations"]
    said = wording.strongest_pair(found["columns"], found["spearman"])
    assert said == "Experience and pay go together most: 0.02 on a scale from -1 to 1"
    assert "No two numbers" in wording.strongest_pair(
        ["pay", "b"], [[1.0, None], [None, 1.0]]
    )


def test_records_are_said_to_be_accounted_for_only_as_far_as_they_are():
    assert wording.ledger(10, {"a": 4, "b": 6}).startswith("All 10 records")
    assert wording.ledger(10, {"a": 4}) == "4 of 10 records are accounted for."


def test_missing_values_are_told_of_the_worst_column_or_of_none():
    rows = [{"column": "pay_year", "count": 2, "share": 0.1}]
    assert wording.missing_title(rows) == (
        "Year of pay is missing most often: for 10.0% of all"
    )
    rows[0] |= {"count": 0, "share": 0.0}
    assert "No value is missing" in wording.missing_title(rows)
    assert "No value is missing" in wording.missing_title([])


def test_limits_of_pay_are_told_as_far_as_there_are_any(summary):
    assert wording.limits(summary["cleaning"]["limits"], LPA) == (
        "Pay below 0.17 LPA or above 530.4 LPA was not believed. Nor was pay of "
        "exactly 2,000 LPA, which is typed too often."
    )
    none = {"pay_low": 0.0, "pay_high": None, "heaped_pay": []}
    assert wording.limits(none, LPA) == "No pay was set aside for its size."


def test_a_part_that_is_not_there_says_what_the_table_lacks(summary):
    summary["input"]["available"] = ["pay"]
    assert wording.lacking(summary, "pay", "title", part="It") == (
        "It is not shown: the table has no title."
    )
    assert "no numbers for it" in wording.lacking(summary, "pay", part="It")


def test_outliers_are_counted_for_every_number(summary):
    said = wording.outliers(summary["description"]["distributions"])
    assert "12 of 390 for pay and 12 of 400 for experience" in said
    assert wording.outliers([]) == "No number was described."


def test_rules_and_stages_are_told_in_words_known_or_not():
    assert wording.rule_label("older_record") == "An older record of the same learner"
    assert wording.rule_label("unreadable_pay") == "Unreadable pay"
    assert wording.stage_label("fit") == "Fit all learners"
    assert wording.stage_label("new_stage") == "New stage"


def test_every_stage_has_a_name_of_its_own():
    assert set(wording.STAGES) == set(STAGES)
    assert len(set(wording.STAGES.values())) == len(STAGES)
