import copy
import json
import re
from html.parser import HTMLParser
from itertools import pairwise

import polars as pl
import pytest

from learnstrata.config.loading import load_config
from learnstrata.learners.demo.tables import make_learners
from learnstrata.pipeline import run
from learnstrata.report.document import SECTIONS, render_cards, render_report
from learnstrata.summary.build import summarise
from thrift import LITTLE_EVIDENCE

VOID = {"meta", "link", "br", "hr", "img", "input", "col"}


class Page(HTMLParser):
    """Read a page into what the tests ask for; refuse tags that do not match."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.open, self.said = [], [], []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not {"style", "script"} & set(self.open):
            self.said.append(data)

    def all(self, name):
        return [attributes for tag, attributes in self.tags if tag == name]

    @property
    def text(self):
        return re.sub(r"\s+", " ", " ".join(self.said))


@pytest.fixture(scope="module")
def html(whole):
    return render_report(whole)


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


def values_of(html):
    return re.findall(r'<dd class="value(?: word)?">([^<]*)</dd>', html)


def test_every_section_is_there_and_in_the_contents(page):
    ids = [a["id"] for a in page.all("section")]
    assert ids == [key for key, _ in SECTIONS]
    links = [a["href"] for a in page.all("a")]
    assert {f"#{key}" for key in ids} <= set(links)
    for _, title in SECTIONS:
        assert title in page.text


def test_the_page_says_its_language_title_and_width(page):
    assert page.all("html")[0]["lang"] == "en"
    assert len(page.all("title")) >= 1
    assert any(a.get("name") == "viewport" for a in page.all("meta"))


def test_headings_keep_their_order(page):
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_heading_cell_has_a_scope(page):
    assert page.all("th")
    assert all(a.get("scope") in {"col", "row"} for a in page.all("th"))


SCRIPTS = [
    {"type": "application/json", "id": "charts"},
    {"type": "text/plain", "id": "vega"},
    {},
]


def test_the_page_asks_for_nothing_and_runs_its_own_script_alone(html, whole):
    for text, scripts in ((html, SCRIPTS), (render_cards(whole), [])):
        page = Page(text)
        assert page.all("script") == scripts
        assert not page.all("iframe")
        fetched = [
            a[name]
            for _, a in page.tags
            for name in ("src", "href", "xlink:href", "data", "action")
            if name in a
        ]
        assert all(where.startswith(("#", "data:")) for where in fetched)
        seen = re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
        urls = re.findall(r"url\(([^)]*)\)", seen)
        assert all(where.strip("'\"").startswith("#") for where in urls)
        assert "@import" not in text
        assert not any(name.startswith("on") for _, a in page.tags for name in a)


def test_ids_are_unique(page):
    ids = [a["id"] for _, a in page.tags if "id" in a]
    assert len(ids) == len(set(ids))


def test_the_headline_numbers_are_those_of_the_summary(html):
    assert values_of(html) == ["400", "1,234", "2", "60.0%", "Reproducible"]


def test_stability_stands_in_where_there_is_no_verdict(plain):
    assert values_of(render_report(plain))[-1] == "91.0%"


def test_the_silhouette_stands_in_where_stability_was_not_measured(bare):
    html = render_report(bare)
    assert values_of(html)[-1] == "0.28"
    assert "separation, of 1 at most" in html


def test_records_that_went_missing_are_not_called_accounted_for(summary):
    summary["ledger"]["history"] = 829
    html = render_report(summary)
    assert "records, 1,233 accounted for" in html
    assert "all accounted for" not in html


def test_segments_show_their_share_quartiles_roles_and_bands(page):
    for told in (
        "Senior, higher pay",
        "240 learners",
        "18.0",
        "half: 14.4 to 23.4",
        "all: 9.0",
        "Data <science> & co",
        "Pay bands",
        "Company tiers",
        "Company size (learners)",
    ):
        assert told in page.text


def test_bands_stand_from_low_to_high(html):
    first = html[html.index("Pay bands") :]
    assert first.index("Low") < first.index("High")


def test_an_index_is_marked_in_words_or_signs_and_not_in_colour_alone(page):
    assert "\u25b2 125" in page.text
    assert "Index" in page.text


def test_all_actions_and_questions_are_there_with_their_evidence(whole, page):
    for action in whole["actions"]:
        for key in ("title", "why", "measure"):
            assert action[key] in page.text
    assert page.text.count("How to tell that it worked") == 5
    for finding in whole["findings"]:
        assert finding["question"] in page.text
        assert finding["answer"] in page.text
    assert "Target 11" in page.text
    assert "4 more rows" in page.text


def test_evidence_is_formatted_by_the_kind_of_its_column(page):
    row = "Senior, higher pay 240 60.0% 18.0 1.25"
    assert row in page.text
    assert "Median pay (LPA)" in page.text


def test_a_question_the_data_cannot_answer_stands_there_quietly(html):
    quiet = html[html.index('class="card question unanswered"') :]
    assert "The data cannot answer this" in quiet[: quiet.index("</article>")]


def test_the_choice_of_k_is_there_whole(page):
    for told in (
        "Of k = 2 to 4 that are stable, the highest silhouette.",
        "2 of 3 values of k are admitted.",
        "chosen",
        "runner-up",
        "least stable segment 0.58, under 0.75",
        "0.284",
        "fitted again on 20 samples",
    ):
        assert told in page.text


def test_trust_is_told_with_its_caveats(page):
    assert "Hopkins is 0.83" in page.text
    assert "cannot prove" in page.text
    assert "Highly stable: found again" in page.text
    assert "does not decide" in page.text
    assert "adjusted Rand index 0.40 on 400 learners" in page.text
    assert "adjusted Rand index 0.71" in page.text


def test_the_ledger_and_the_titles_are_told_in_words(page):
    for told in (
        "All 1,234 records are accounted for.",
        "An older record of the same learner",
        "Unreadable pay",
        "filled in: pay of 9 learners",
        "75.0% of the learners have a title that maps to a role",
        "wizard <b>",
    ):
        assert told in page.text


def test_provenance_names_recipe_seed_year_features_and_versions(page):
    for told in (
        "robust, version 1",
        "2021",
        "log of 1 + experience",
        "career stage",
        "momentum",
        "company pay level",
        "Records into learners",
        "2.4.6",
    ):
        assert told in page.text


def test_a_bare_table_gets_a_whole_page_that_says_what_it_lacks(bare):
    page = Page(render_report(bare))
    assert len(page.all("section")) == len(SECTIONS)
    for told in (
        "Pay by segment is not shown: the table has no pay.",
        "Roles by segment is not shown: the table has no title.",
        "with rule-based segments is not shown: the table has no pay and no years of",
        "The coverage of titles is not shown: the table has no title.",
        "The table has no pay: no pay features.",
        "Stability was not measured in this run.",
        "No cleaning rule found anything.",
        "Nothing was filled in.",
        "No number was described.",
    ):
        assert told in page.text
    assert "None" not in page.text


def test_a_run_without_findings_or_actions_says_so(bare):
    bare["findings"], bare["actions"] = [], []
    page = Page(render_report(bare))
    assert "No action was proposed." in page.text
    assert "No question was asked." in page.text


def test_a_run_without_a_map_does_without_it(bare):
    bare["map"] |= {"x": [], "y": [], "segment_id": []}
    assert "The map is not shown" in Page(render_report(bare)).text
    assert "<svg" not in render_cards(bare)


def test_unknown_keys_of_a_later_summary_do_no_harm(summary, html):
    summary["verdict"] = {"word": "constructive"}
    assert render_report(summary) == html


def test_a_segment_without_pay_stands_among_others(summary):
    del summary["segments"][1]["typical"]["pay"]
    page = Page(render_report(summary))
    assert "Median pay is 18.0 LPA in every segment" in page.text


def test_correlations_that_are_undefined_are_dashes(summary):
    summary["description"]["correlations"]["spearman"][1][0] = None
    assert "have no correlation" in Page(render_report(summary)).text


def test_other_currencies_are_shown_in_their_own_unit(summary):
    summary["pay_unit"], summary["per_pay_unit"] = "k USD", 1_000.0
    page = Page(render_report(summary))
    assert "LPA" not in page.text
    assert "Median pay (k USD)" in page.text
    assert "1,800 k USD" in page.text


def test_records_are_called_records(summary):
    summary["unit"] = "record"
    summary["input"]["segmented"] = 1_234
    page = Page(render_report(summary))
    assert "1,234 records in 2 segments" in page.text
    assert "1,234 records segmented" in page.text


def test_every_text_of_the_data_is_escaped(summary):
    evil = "<script>alert('x')</script>\"><img src=x onerror=y>"
    for segment in summary["segments"]:
        segment["name"] = f"{segment['id']} {evil}"
        segment["description"] = evil
        for shares in segment["shares"].values():
            for share in shares:
                share["value"] += evil
    for finding in summary["findings"]:
        finding["question"] = finding["answer"] = evil
        for table in finding["tables"]:
            table["title"] = evil
            table["columns"][0]["name"] = evil
            table["rows"][0][0] = evil
    for action in summary["actions"]:
        action["title"] = action["why"] = action["measure"] = evil
        action["teams"] = [evil]
        action["targets"][0] = {"name": evil, "size": 1, "share": 0.1, "why": evil}
    for role in summary["description"]["pay_by_role"]:
        role["role"] += evil
    for row in summary["description"]["pay_by_experience"]:
        row["tier"] += evil
    summary["heuristic"]["rules"] = [evil, f"{evil}2"]
    summary["roles"]["top_unmapped"] = [[evil, 5]]
    summary["notes"] = [evil]
    summary["input"]["columns"] = {evil: evil}
    summary["features"]["used"][0] |= {"label": evil, "group": evil}
    summary["map"]["columns"] = [evil, "b"]
    summary["selection"] |= {"rule": evil, "reason": evil}
    summary["recipe"] = evil
    summary["pay_unit"] = evil
    summary["config"]["note"] = evil
    pages = ((render_report(summary), SCRIPTS), (render_cards(summary), []))
    for html, scripts in pages:
        page = Page(html)
        assert page.all("script") == scripts
        assert not page.all("img")
        assert "alert('x')" in page.text
        assert not any(name.startswith("on") for _, a in page.tags for name in a)


def test_the_input_is_left_alone(summary):
    before = copy.deepcopy(summary)
    render_report(summary)
    render_cards(summary)
    assert summary == before


def test_the_same_summary_gives_the_same_page_read_from_a_file_or_not(whole, html):
    assert render_report(json.loads(json.dumps(whole))) == html


def test_a_large_run_stays_under_two_megabytes(summary):
    summary["map"]["x"] = [i / 7 for i in range(3_000)]
    summary["map"]["y"] = [(i % 89) / 7 for i in range(3_000)]
    summary["map"]["segment_id"] = [1 + i % 2 for i in range(3_000)]
    assert len(render_report(summary).encode()) < 2_000_000


def test_cards_are_one_box_with_styles_of_their_own(summary):
    html = render_cards(summary)
    page = Page(html)
    assert html.lstrip().startswith("<div style=")
    assert not page.all("style")
    assert not page.all("link")
    assert not any("class" in a or "id" in a for a in page.all("div"))
    assert "Senior, higher pay" in page.text
    assert "60.0%" in page.text
    assert len(page.all("svg")) == 1


def test_cards_of_a_bare_table_stand_without_pay(bare):
    page = Page(render_cards(bare))
    assert "Early career, lower pay" in page.text
    assert "Median" not in page.text


def trust_of(html):
    start = html.index('<section id="trust"')
    return html[start : html.index("</section>", start)]


def test_the_verdict_comes_first_and_in_words(html, whole):
    found = whole["evidence"]
    text = Page(trust_of(html) + "</section>").text
    told = (
        "reproducible",
        found["verdict"]["sentence"],
        "Would another analyst have found this?",
        "2 of 4 other ways to cut agree strongly",
        "Jaccard of the least stable segment 0.911 at least 0.75 \u2713 yes",
        "Chance of such a silhouette 0.104 at most 0.05 \u2717 no",
        found["verdict"]["rule"],
        "Is there anything to cluster?",
    )
    places = [text.index(part) for part in told]
    assert places == sorted(places)


def test_the_evidence_is_told_whole(html, whole):
    text = Page(trust_of(html) + "</section>").text
    for told in (
        "With 24 draws no p-value can be smaller than 1/25 = 0.040.",
        "As in the original (plain distances)",
        "k = 4: silhouette 0.220, lowest Jaccard 0.80.",
        "Ordered by the gap, k = 3 would be chosen.",
        "never compare one kind of silhouette with another",
        "Fitted 5 times more under other seeds on 399 learners",
        "1.1 Senior, higher pay 143 59.6% 35.8% 0.87 12.3 7.5",
        "Segment 1 is cut in 2.",
        "least stable part 0.66, under 0.75",
        "No thin place was found between the 1 pair",
        "Component 1 (50.0%) 0.0123 0.031 391 more than one hump",
        whole["evidence"]["sensitivity"]["sentence"],
        "Latent classes stepmix is missing",
    ):
        assert told in text


def test_a_run_without_evidence_keeps_the_rest_and_says_how_to_get_it(plain):
    text = Page(trust_of(render_report(plain)) + "</section>").text
    assert "The evidence was left out of this run" in text
    assert "--evidence quick" in text
    for told in ("Hopkins is 0.83", "Highly stable: found again", "runner-up"):
        assert told in text
    assert "What would change the choice" not in text


def test_a_run_of_few_parts_says_what_was_not_measured(summary):
    found = summary["evidence"]
    found["nulls"]["statistics"] = []
    found["flows"], found["bootstrap"] = [], []
    found["left_out"] = ["Halves are not compared at k = 9."]
    found["finer"] |= {"cells": [], "subsegments": []}
    found["sensitivity"] = None
    summary["selection"] |= {"runner_up": None, "changes": []}
    text = Page(trust_of(render_report(summary)) + "</section>").text
    for told in (
        "No statistic was set beside structureless tables.",
        "Halves are not compared at k = 9.",
        "Only one k was tried.",
        "No bootstrap was made.",
        "No cell of segment and role",
        "No other way to cut was tried in this run.",
        "There is none: no other k is admitted.",
        "Nothing that was tried.",
    ):
        assert told in text


def test_the_report_of_a_run_stays_under_two_megabytes(small_page):
    _, page = small_page
    assert 500_000 < len(page.encode()) < 2_000_000
    assert page.count("http-equiv") == 1


def test_a_segment_of_one_record_is_shown_like_any_other():
    table = make_learners(1_700, rng=3)
    first = pl.int_range(pl.len()) == 0
    pay = pl.when(first).then(10**10).otherwise(pl.col("ctc")).alias("ctc")
    config = load_config(
        "notebook",
        as_of=2026,
        selection={"k_max": 3},
        fit={"starts": 4},
        evidence=LITTLE_EVIDENCE | {"level": "quick", "sensitivity_rows": 0},
    )
    summary = summarise(run(table.with_columns(pay), config))
    assert None in [segment["count"] for segment in summary["segments"]]
    assert summary["evidence"]["silhouette"]["scored"] < summary["input"]["records"]
    assert "The mean silhouette runs from 0.00" in render_report(summary)
