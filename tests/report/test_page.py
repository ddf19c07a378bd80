import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from charted import cut_on, texts_of, with_, with_evidence
from learnstrata.report import quality
from learnstrata.report.actions import pools, targets, trial_sentence, trials
from learnstrata.report.cards import cards_of
from learnstrata.report.page import (
    APPENDICES,
    SECTIONS,
    render_cards,
    render_report,
)
from learnstrata.report.pay import pay_section
from learnstrata.report.questions import tables_of
from learnstrata.report.teams import ORDER, TEAMS
from learnstrata.report.trust import trust_of, verdict_of
from learnstrata.summary.blank import PLACEHOLDER, blank
from learnstrata.summary.contract.results import DisclosedSummary
from learnstrata.summary.words import words_of
from learnstrata.wording.numbers import NOTHING

VOID = {"meta", "link", "br", "hr", "img", "input", "col"}
SCRIPTS = [
    {"type": "application/json", "id": "pay-data"},
    {},
]
JARGON = (
    *("bootstrap", "jaccard", "silhouette", "variance", "loading", "mean rank"),
    *("rank correlation", "adjusted rand", "nmi", "tukey", "fences", "spearman"),
    *("pearson", "interquartile", "standard error", "p-value", "component"),
)


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
        return plain(" ".join(self.said))


def plain(text):
    return re.sub(r"\s+", " ", text).strip()


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


@pytest.fixture(scope="module")
def text(page):
    return page.text


def section(html, key):
    start = html.index(f'<section id="{key}"')
    return html[start : html.index("</section>", start) + len("</section>")]


def tiles(html):
    return re.findall(r'<dd class="value">([^<]*)</dd>', html)


def rows_of(table, summary):
    """Give the rows of a table as they stand on a page without tags."""
    return [plain(" ".join(row)) for row in table.texts(summary.settings.numbers)]


def test_every_section_is_there_and_in_the_contents(page, text):
    ids = [a["id"] for a in page.all("section")]
    assert ids == list(SECTIONS)
    links = [a["href"] for a in page.all("a")]
    assert {f"#{key}" for key in ids} <= set(links)
    for title in SECTIONS.values():
        assert title in text


def test_every_link_leads_to_a_place_of_the_page(page):
    ids = {a["id"] for _, a in page.tags if "id" in a}
    links = {a["href"].removeprefix("#") for a in page.all("a")}
    assert links <= ids


def test_the_appendix_is_folded_and_the_front_is_not(html):
    for key in SECTIONS:
        start = section(html, key)[: len(f'<section id="{key}"') + 300]
        assert ("<details>" in start) is (key in APPENDICES)


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


def test_the_page_asks_for_nothing_and_runs_its_own_script_alone(html, summary):
    for made, scripts in ((html, SCRIPTS), (render_cards(summary), [])):
        page = Page(made)
        assert page.all("script") == scripts
        assert not page.all("iframe")
        fetched = [
            a[name]
            for _, a in page.tags
            for name in ("src", "href", "xlink:href", "data", "action")
            if name in a
        ]
        assert all(where.startswith(("#", "data:")) for where in fetched)
        seen = re.sub(r"<script.*?</script>", "", made, flags=re.DOTALL)
        urls = re.findall(r"url\(([^)]*)\)", seen)
        assert all(where.strip("'\"").startswith("#") for where in urls)
        assert "@import" not in made
        assert not any(name.startswith("on") for _, a in page.tags for name in a)


def test_ids_are_unique(page):
    ids = [a["id"] for _, a in page.tags if "id" in a]
    assert len(ids) == len(set(ids))


def test_the_headline_numbers_are_those_of_the_summary(html, summary):
    write, given = summary.settings.numbers, summary.input
    assert tiles(html) == [
        write.count(given.learners),
        write.count(given.records),
        str(summary.selection.k),
    ]


def test_a_segment_too_small_to_be_shown_is_said_to_be_there(notebook):
    html = render_report(notebook)
    assert "1 segment has under 10 learners and cannot be shown." in html


def test_one_line_says_that_counts_are_rounded(summary, text):
    line = quality.rounding(summary)
    assert "Counts are rounded in steps of 10" in line
    assert text.count(line) == 1


def test_records_that_went_missing_are_not_called_accounted_for(bare):
    lost = with_(bare, ledger=with_(bare.ledger, current=100))
    html = render_report(lost)
    assert "records, not all accounted for" in html
    assert "All 1," not in html
    assert "records are accounted for" in html


def test_each_card_is_shown_whole(summary, text):
    for card in cards_of(summary):
        for told in (card.name, card.description, f"{card.count} learners"):
            assert told in text
        for measure in card.measures:
            half = f"{measure.label} {measure.value} half: {measure.quartiles} all:"
            assert half in text
        for title, parts in card.bands:
            values = " ".join(f"{part.value} {part.share}" for part in parts)
            assert f"{title} {values}" in text
        for heading, sentence in card.facts:
            assert f"{heading} {sentence}" in text


def test_an_index_is_marked_in_signs_and_not_in_colour_alone(summary):
    summary = cut_on(summary, "log_pay")
    text = Page(render_report(summary)).text
    sides = {"over": "\u25b2", "under": "\u25bc", "": ""}
    roles = [part for card in cards_of(summary) for part in card.roles]
    assert {"over", "under"} <= {part.side for part in roles}
    for part in roles:
        assert plain(f"{part.share} {sides[part.side]} {part.index}") in text


def test_all_actions_are_there_with_their_targets(summary, text):
    for action in summary.actions:
        for told in (action.title, action.why, action.first_step, action.measure):
            assert told in text
        assert action.horizon in text
        named = {one.name for one in action.targets}
        mentors = [r for r in summary.questions.mentor_roles if r.role in named]
        whom = targets(summary, action)
        if action.id == "mentor_pools":
            whom = pools(summary, mentors)
            assert len(whom.rows) == len(action.targets)
        for row in [
            *rows_of(whom, summary),
            *rows_of(trials(summary, action), summary),
        ]:
            assert row in text
        assert plain(trial_sentence(summary, action)) in text
    assert text.count("How to know that it worked") == len(summary.actions) == 7


def test_each_action_stands_on_the_page_of_the_team_that_owns_it(summary, html):
    for team, (place, _) in TEAMS.items():
        own = Page(section(html, place)).text
        for action in summary.actions:
            assert (action.title in own) is (action.team == team)


def test_a_team_with_several_actions_says_why_they_are_in_this_order(summary, html):
    for team, (place, _) in TEAMS.items():
        own = [action for action in summary.actions if action.team == team]
        assert (ORDER in Page(section(html, place)).text) is (len(own) > 1)


def test_all_questions_are_there_with_their_evidence(summary, text):
    assert len(summary.words.findings) == 7
    for finding in summary.words.findings:
        assert f"{finding.question} {finding.answer}" in text
        assert all(told in text for told in finding.more)
        tables = tables_of(summary, finding.id)
        assert tables
        for row in (row for one in tables for row in rows_of(one, summary)):
            assert row in text
    assert "; all are in tables.xlsx." in text


def test_a_question_the_data_cannot_answer_stands_there_quietly(bare):
    html = render_report(bare)
    quiet = html[html.index('class="card question unanswered"') :]
    assert "The data cannot answer this" in quiet[: quiet.index("</article>")]


def test_every_figure_stands_with_title_note_and_numbers(summary, drawn, text):
    for figure in drawn.values():
        assert figure.title in text
        assert plain(figure.note) in text
        assert figure.table.title in text
        for cell in texts_of(figure.table, summary):
            assert plain(cell) in text


def test_pay_cohorts_and_companies_are_told_whole(summary, html):
    text = Page(section(html, "benchmarks")).text
    found = pay_section(summary)
    assert found.sentence in text
    assert found.companies in text
    for cohort in found.cohorts:
        assert plain(f"{cohort.title} {cohort.told} {cohort.definition}") in text
    tables = [found.wider, *found.company_tables]
    tables += [cohort.groups for cohort in found.cohorts]
    for table in tables:
        assert table.rows
        assert all(row in text for row in rows_of(table, summary))
        assert table.note in text


def test_the_verdict_comes_first_and_in_words(summary, html):
    found, text = verdict_of(summary), Page(section(html, "trust")).text
    told = (
        found.word,
        found.sentence,
        f"Would another analyst have found this? {found.another}",
        *rows_of(found.conditions, summary),
        found.rule,
        "Is there anything to cluster?",
    )
    places = [text.index(part) for part in told]
    assert places == sorted(places)


def test_the_evidence_is_told_whole(summary, html):
    found, text = verdict_of(summary), Page(section(html, "trust")).text
    told = [found.variants, found.seeds, found.finer, found.finer_rule, found.humps]
    told += [found.others, *found.reasons]
    assert all(told)
    tables = (found.hopkins, found.subsegments, found.dossiers, found.dips)
    for part in [*told, *(row for one in tables for row in rows_of(one, summary))]:
        assert plain(part) in text


def test_the_choice_of_k_is_told_whole(summary, html):
    found, text = trust_of(summary), Page(section(html, "trust")).text
    for told in (
        *(found.hopkins, found.separation, found.stability, found.rule, found.reason),
        *(found.sweep, found.runner_up, *found.changes),
        f"Mean silhouette {found.silhouette}.",
    ):
        assert told in text


def test_a_run_without_evidence_keeps_the_rest_and_says_how_to_get_it(bare):
    text = Page(section(render_report(bare), "trust")).text
    found = trust_of(bare)
    assert "The evidence was left out of this run" in text
    assert "--evidence quick" in text
    for told in (found.hopkins, found.stability, "runner-up"):
        assert told in text
    assert "What would change the choice" not in text


def test_a_run_of_few_parts_says_what_was_not_measured(summary):
    found = summary.evidence
    few = with_evidence(
        summary,
        nulls=with_(found.nulls, statistics=()),
        flows=(),
        stability=None,
        left_out=("Halves are not compared at k = 9.",),
        finer=with_(found.finer, cells=(), parts=()),
        sensitivity=None,
    )
    choice = with_(summary.selection, runner_up=None, changes=())
    html = render_report(with_(few, selection=choice, segments=few.segments[:1]))
    text = Page(section(html, "trust")).text
    for told in (
        "No statistic was set beside structureless tables.",
        "Halves are not compared at k = 9.",
        "Only one k was tried.",
        "No halves were cut.",
        "No cell of segment and role",
        "No other way to cut was tried in this run.",
        "There is none: no other k is admitted.",
        "Nothing that was tried.",
    ):
        assert told in text


def test_quality_and_provenance_are_told_whole(summary, text):
    run = summary.settings
    for told in (
        *(quality.ledger(summary), quality.limits(summary), quality.filled(summary)),
        *(quality.coverage(summary), quality.outliers(summary)),
        f"{run.recipe}, version {run.recipe_version}",
        f"Now is the year {run.as_of}",
        "The segments are described by momentum as well, which they were not cut on.",
    ):
        assert told in text
    for table in (*quality.quality_tables(summary), quality.versions(summary)):
        assert all(row in text for row in rows_of(table, summary))


def test_a_bare_table_gets_a_whole_page_that_says_what_it_lacks(bare):
    page = Page(render_report(bare))
    assert len(page.all("section")) == len(SECTIONS)
    for told in (
        "Pay by segment is not shown: the table has no pay.",
        "with rule-based segments is not shown: the table has no pay.",
        bare.words.companies,
        "Left out: log pay, company pay level",
        *bare.notes,
    ):
        assert told in page.text
    assert "None" not in page.text


def test_a_run_of_which_nothing_can_be_told_still_has_its_page(bare):
    given = with_(bare.input, available=())
    words = with_(bare.words, findings=(), descriptions={}, outcomes=())
    little = with_(
        bare,
        input=given,
        words=words,
        actions=(),
        segments=(),
        small_segments=3,
        roles=None,
        notes=(),
        map=with_(bare.map, points=(), middles=()),
        description=with_(bare.description, distributions=(), missing=()),
        ledger=with_(bare.ledger, rules=()),
    )
    page = Page(render_report(little))
    for told in (
        "No action of this table is for this team.",
        "No question was asked.",
        "The map is not shown: this run has no numbers for it.",
        "Roles by segment is not shown: the table has no title.",
        "The coverage of titles is not shown: the table has no title.",
        "No cleaning rule found anything.",
        "No number was described.",
        "Nothing that this report needs.",
        "3 segments have under 10 learners and cannot be shown.",
    ):
        assert told in page.text
    assert "<svg" not in render_cards(little)


def is_wide(row):
    """Say whether a share or its interval is left out: rounding leaves it open."""
    open_ends = row[4:6] == (NOTHING, NOTHING) and row[3].endswith("%")
    return open_ends or (row[3:4] == (NOTHING,) and row[4].endswith("%"))


def test_no_cell_of_enough_learners_is_a_dash(summary, text):
    """A dash stands for shares of few, and for pay with under five beyond it."""
    tables = [*pay_section(summary).company_tables, pay_section(summary).wider]
    tables += [one for f in summary.words.findings for one in tables_of(summary, f.id)]
    rows = [row for table in tables for row in table.texts(summary.settings.numbers)]
    assert len(rows) > 40
    # Nor is concentration told of companies too small for a tier.
    base, most = summary.settings.base, 20 + summary.rounding_error
    few = {f"under {base}", *map(str, range(base, most + 1, base)), "Unrated"}
    hidden = (few & set(row) or is_wide(row) for row in rows)
    told = [row for row, few in zip(rows, hidden, strict=True) if not few]
    assert len(told) > 30
    assert [row for row in told if NOTHING in row] == []
    assert "nan" not in text.split()


def test_records_and_other_currencies_are_called_by_their_names(notebook):
    html = render_report(notebook)
    write = notebook.settings.numbers
    assert f"{write.count(notebook.segmented)} records in 5 segments" in html
    money = with_(notebook.settings.money, unit="k USD", per=1_000.0)
    other = with_(notebook, settings=with_(notebook.settings, money=money))
    other = with_(other, words=words_of(other))
    text = Page(render_report(other)).text
    assert "(LPA" not in text
    assert "Median pay (k USD)" in text
    pay = notebook.segments[0].number("pay").p50
    assert f"{pay / 1_000:,.1f}".removesuffix(".0") in text


def evil(results, told):
    """Put a text in place of every one that came from outside."""
    found = blank(results)
    found = with_(found, words=words_of(found))
    return type(found).model_validate_json(
        found.model_dump_json().replace(PLACEHOLDER, told.replace('"', '\\"'))
    )


def test_every_text_of_the_data_is_escaped(summary):
    text = "<script>alert('x')</script>\"><img src=x onerror=y>"
    named = [with_(one, name=f"{one.id} {text}") for one in summary.segments]
    words = {one.id: text for one in named}
    found = evil(with_(summary, segments=tuple(named), notes=(text,)), text)
    found = with_(found, words=with_(found.words, descriptions=words))
    pages = ((render_report(found), SCRIPTS), (render_cards(found), []))
    for html, scripts in pages:
        page = Page(html)
        assert page.all("script") == scripts
        assert not page.all("img")
        assert "alert('x')" in page.text
        assert not any(name.startswith("on") for _, a in page.tags for name in a)


def test_a_blank_summary_has_a_page(told):
    summary, _ = told
    found = blank(summary)
    page = Page(render_report(with_(found, words=words_of(found))))
    assert len(page.all("section")) == len(SECTIONS)
    assert PLACEHOLDER in page.text


def test_the_same_summary_gives_the_same_page_read_from_a_file_or_not(bare):
    again = DisclosedSummary.model_validate_json(bare.model_dump_json())
    assert render_report(again) == render_report(bare)
    assert render_cards(again) == render_cards(bare)


def test_the_report_of_a_run_stays_under_two_megabytes(html):
    assert 500_000 < len(html.encode()) < 2_000_000
    assert html.count("http-equiv") == 1


def test_no_jargon_stands_outside_the_technical_sections(html):
    seen = re.sub(r"<(script|style).*?</\1>", " ", html, flags=re.DOTALL)
    for key in APPENDICES:
        seen = seen.replace(section(seen, key), " ")
    words = re.sub(r"<[^>]+>", " ", seen).lower()
    assert len(words) > 5_000
    assert [word for word in JARGON if word in words] == []


def test_cards_are_one_box_with_styles_of_their_own(summary):
    html = render_cards(summary)
    page = Page(html)
    assert html.lstrip().startswith("<div style=")
    assert not page.all("style")
    assert not page.all("link")
    assert not any("class" in a or "id" in a for a in page.all("div"))
    for card in cards_of(summary):
        for told in (card.name, card.share, card.description):
            assert told in page.text
    assert len(page.all("svg")) == 1


def test_cards_of_a_bare_table_stand_without_pay(bare):
    page = Page(render_cards(bare))
    assert bare.segments[0].name in page.text
    assert "Median pay" not in page.text


def test_a_cohort_is_defined_in_the_same_words_wherever_it_is_told(summary, text):
    """In the section on pay, in the questions and in the actions."""
    for key, places in {"stalled": 3, "entry_high": 2, "well_paid": 2}.items():
        cohort = next(one for one in summary.cohorts if one.key == key)
        words = cohort.definition[1:]  # its first letter is large where it stands alone
        assert text.count(" ".join(words.split())) == places


def test_nothing_is_told_of_cohorts_by_rank(text):
    for gone in ("highest 5", "lowest 5", "fastest 10", "lowest quarter of"):
        assert gone not in text
