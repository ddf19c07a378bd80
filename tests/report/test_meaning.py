import copy
import re
from html import unescape

import pytest

from learnstrata.report import meaning_charts, meaning_tables
from learnstrata.report.document import render_report
from learnstrata.report.drawn_figures import figures_of

KEYS = {"index", "places", "pay-spread", "experience-spread", "benchmarks"}


@pytest.fixture(scope="module")
def drawn(explained):
    return figures_of(explained)


@pytest.fixture(scope="module")
def text(explained):
    html = re.sub(
        r"<(script|style).*?</\1>", " ", render_report(explained), flags=re.DOTALL
    )
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def test_the_new_charts_are_there_with_titles_and_tables(drawn):
    assert set(drawn) >= KEYS
    for key in KEYS:
        assert drawn[key].title
        assert drawn[key].table.rows


def test_charts_need_their_numbers(whole):
    assert not KEYS & set(figures_of(whole))


def test_a_run_without_the_new_numbers_says_so_once(whole):
    html = render_report(whole)
    assert "The view of companies is not shown" in html
    assert "Pay against peers is not shown" in html


def test_each_number_of_a_card_is_that_of_the_summary(text):
    for told in (
        "More than 4 years of experience and pay over 12 LPA. Catches 91.2% of the "
        "segment; 87.4% of those caught are in it.",
        "pay grew by 13.1% a year (all: 12.4%; 60 learners)",
        "51.7% named more than one role (all: 48.2%; 80 learners)",
        "They place 81.0% of the learners right, each by the rule of the own segment "
        "and no other. All rules of the tree they are taken from place 87.1% right, "
        "and calling everybody the largest segment 60.0%. This was measured on 187 "
        "learners",
    ):
        assert told in text


def test_each_number_of_pay_cohorts_and_companies_is_that_of_the_summary(text):
    for told in (
        "Pay is shown for 3 of 4 combinations.",
        "Median pay runs from 8.3 LPA (Backend, Tier 2, Early) to 21.4 LPA",
        "Backend Tier 1 Early 77 31 10.0 12.5 17.5 no",
        "All 380 31 7.3 9.1 12.7 no",
        "43 of the 172 learners.",
        "Segment Backend 88 33 37.5%",
        "390 learners are at 97 companies (Gini 0.41).",
        "Company 0d21 Tier 1 47 5.0 7.6 11.6",
        "Company 0d21 Backend 19 8.1 9.0 0.90",
        "Tier 1 37 166 43.0% 13.3",
    ):
        assert told in text


def test_the_rules_of_thumb_are_given_their_due(text):
    assert "Pay growth: the rules do as well (155 of 400 learners)." in text
    assert "pay growth 155 11.0% (10.0 to 12.0) 12.0% (11.0 to 13.0)" in text


def test_a_hidden_cell_is_not_shown_and_has_no_reason(explained, drawn):
    tips = re.findall(r"<title>([^<]*)</title>", drawn["benchmarks"].svg)
    assert "Backend, Tier 1, Senior: not shown" in tips
    places = 2 * 2 * 2
    assert len(tips) == places
    shown = len(explained["benchmarks"]["cells"])
    assert sum(tip.endswith(": not shown") for tip in tips) == places - shown


def test_a_thin_cell_is_marked(drawn):
    assert ">21.4*<" in drawn["benchmarks"].svg


def test_a_segment_that_no_rule_catches_says_so(meant):
    segment = meant["segments"][0] | {"rule": None}
    facts = dict(meaning_tables.card_facts(meant, segment))
    assert facts["In words"] == "No short rule catches this segment."


def test_what_is_too_few_to_tell_of_progression_is_left_out(meant):
    segment = copy.deepcopy(meant["segments"][0])
    segment["progression"] |= {"growth": None, "role_change": None}
    assert "Progression" not in dict(meaning_tables.card_facts(meant, segment))


def test_rules_that_could_not_be_made_are_told_with_the_reason(meant):
    meant["rules"]["reason"] = "there are too few learners"
    told = meaning_tables.rules_sentence(meant)
    assert told == "There are no rules in words: there are too few learners."


def test_an_outcome_without_numbers_has_no_row_but_its_sentence(meant):
    row = meant["incremental"][0]
    row |= {"learned": None, "rules": None, "difference": None, "reason": "none"}
    row["sentence"] = "pay_growth: nothing could be compared."
    assert meaning_tables.incremental(meant).rows == ()
    assert "Pay growth: nothing could be compared." in render_report(meant)


def test_an_interval_beyond_the_frame_is_drawn_to_its_edge(meant):
    meant["segments"][0]["index"][0] |= {"estimate": 900.0, "high": 990.0}
    spec = meaning_charts.index_values(meant).to_dict(validate=False)
    assert "900" in str(spec)
    assert "400.0" in str(spec)


def test_a_card_says_what_decides_but_not_what_hardly_does(meant):
    pulls = [("log_pay", 0.53), ("company_level", 0.43), ("role", 0.04)]
    segment = meant["segments"][0] | {
        "pulls": [{"feature": name, "share": share} for name, share in pulls]
    }
    assert dict(meaning_tables.card_facts(meant, segment))["What decides"] == (
        "What puts learners here and not in the next segment: pay (53.0%) and company "
        "pay level (43.0%)."
    )


def test_a_card_tells_the_stricter_bootstrap(meant):
    runs = meant["evidence"]["bootstrap"]
    fresh = next(run for run in runs if run["start"] == "fresh")
    fresh["per_segment"][0] |= {"jaccard": 0.7654, "recovered": 0.85}
    segment = meant["segments"][0]
    told = dict(meaning_tables.card_facts(meant, segment))["How stable"]
    assert "85.0%" in told
    assert "76.5%" in told
    assert "Jaccard" not in told


def test_a_name_of_the_user_stands_beside_ours(meant):
    segment = meant["segments"][0] | {"name_by_numbers": "Senior, top pay"}
    told = dict(meaning_tables.card_facts(meant, segment))["Name"]
    assert '"Senior, top pay"' in told
    segment["name_by_numbers"] = segment["name"]
    assert "Name" not in dict(meaning_tables.card_facts(meant, segment))


JARGON = (
    *("bootstrap", "jaccard", "silhouette", "variance", "loading", "mean rank"),
    *("rank correlation", "adjusted rand", "nmi", "tukey", "fences", "spearman"),
    *("pearson", "interquartile", "standard error", "p-value", "component"),
)


def test_no_jargon_stands_outside_the_technical_sections(explained):
    html = render_report(explained)
    html = re.sub(r"<(script|style).*?</\1>", " ", html, flags=re.DOTALL)
    for section in ("trust", "methods"):
        html = re.sub(
            rf'<section id="{section}".*?</section>', " ", html, flags=re.DOTALL
        )
    words = re.sub(r"<[^>]+>", " ", html).lower()
    assert len(words) > 5_000
    assert [word for word in JARGON if word in words] == []
