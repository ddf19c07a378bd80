import re
from contextlib import contextmanager
from io import BytesIO

import numpy as np
import pytest
from pypdf import PdfReader

import browser
from charted import tips_of
from learnstrata.exceptions import ParameterError
from learnstrata.facade import percentile_in
from learnstrata.report.figures.catalogue import CHARTS
from learnstrata.report.finder import finder_of
from learnstrata.report.page import SECTIONS, render_report

pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")
CHROMIUM = browser.find()
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]

OVERFLOWS = "document.scrollingElement.scrollWidth > window.innerWidth"
CUT = """() => [...document.querySelectorAll('svg')].flatMap(svg => {
  const box = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('text')].filter(text => {
    const own = text.getBoundingClientRect();
    return own.width > 0 && (own.left < box.left - 1 || own.right > box.right + 1
      || own.top < box.top - 1 || own.bottom > box.bottom + 1);
  }).map(text => text.textContent);
})"""


@pytest.fixture(params=[1280, 390])
def width(request):
    return request.param


@pytest.fixture
def unfolded(opened):
    """The page with all that is folded open."""
    page, _ = opened
    unfold(page)
    return page


def unfold(page):
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")


@pytest.fixture
def opened(chromium, width, html, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(html, encoding="utf-8")
    context = chromium.new_context(
        offline=True, viewport={"width": width, "height": 900}
    )
    page = context.new_page()
    page.said, page.asked = [], []
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(path.as_uri())
    yield page, path
    context.close()


def test_the_page_opens_offline_without_a_word_and_without_a_request(opened):
    page, path = opened
    assert page.said == []
    assert [url for url in page.asked if not url.startswith("data:")] == [path.as_uri()]


def test_the_page_does_not_scroll_sideways(opened):
    page, _ = opened
    assert page.evaluate(OVERFLOWS) is False
    unfold(page)
    assert page.evaluate(OVERFLOWS) is False


def test_every_section_and_chart_is_seen(unfolded, width):
    page = unfolded
    for key, title in SECTIONS.items():
        assert page.locator(f"#{key} h2").inner_text() == title
        assert page.locator(f"#{key}").is_visible()
    charts = page.locator("figure svg")
    assert charts.count() > 10
    for chart in charts.all():
        # on a telephone charts shrink with the page
        assert chart.bounding_box()["height"] > (60 if width > 480 else 30)


def test_no_label_of_a_chart_is_cut(unfolded):
    assert unfolded.evaluate(CUT) == []


def test_the_front_part_is_short_and_its_first_screen_holds_what_matters(opened, width):
    page, _ = opened
    if width == 390:
        return
    assert page.evaluate("document.documentElement.scrollHeight") <= 12_000
    assert page.locator("header.top").bounding_box()["height"] <= 900
    assert page.locator(".line.first").is_visible()


def test_a_link_into_the_folded_appendix_opens_it(opened):
    page, _ = opened
    folded = page.locator("#trust > details")
    assert folded.get_attribute("open") is None
    page.evaluate("location.hash = '#trust'")
    page.wait_for_selector("#trust > details[open]")
    assert page.locator("#figure-k").is_visible()


def test_the_contents_stay_in_sight_on_a_wide_screen(opened, width):
    page, _ = opened
    page.evaluate(
        "document.querySelector('#methods').scrollIntoView({behavior:'instant'})"
    )
    top = page.locator("nav.toc").bounding_box()["y"]
    assert (top >= 0) is (width == 1280)


def test_every_chart_is_drawn_anew_and_keeps_its_words(opened):
    page, _ = opened
    assert page.locator(".chart").count() == page.locator(".chart svg").count()
    for chart in page.locator(".chart svg").all():
        assert chart.get_attribute("role") == "img"
        assert chart.get_attribute("aria-label")
        assert chart.locator("path, rect, text").count() > 5
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("key", ["roles", "pay"])
def test_a_mark_answers_the_pointer_with_what_it_is(opened, summary, key):
    page, _ = opened
    unfold(page)
    chart = next(one for one in CHARTS if one.key == key)
    told = tips_of(chart.spec(summary))[0]
    assert summary.segments[0].name in told
    assert page.locator("#tip").is_hidden()
    shown = page.locator(f"#figure-{key} [data-tip]").first
    shown.scroll_into_view_if_needed()
    # A page that still scrolls hides what the pointer showed: it comes again.
    for _ in range(10):
        shown.hover(force=True)
        page.wait_for_timeout(300)
        if page.locator("#tip").is_visible():
            break
        page.mouse.move(1, 1)
    assert told in page.locator("#tip").inner_text()
    box = page.locator("#tip").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= page.viewport_size["width"]
    page.mouse.move(1, 1)
    page.keyboard.press("Escape")
    assert page.locator("#tip").is_hidden()


def test_without_scripts_the_charts_stand_there_all_the_same(chromium, html, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(html, encoding="utf-8")
    context = chromium.new_context(offline=True, java_script_enabled=False)
    page = context.new_page()
    page.goto(path.as_uri())
    assert page.locator("[data-tip]").count() == 0
    assert page.locator(".chart svg title").count() > 10
    charts = page.locator(".chart svg")
    assert charts.count() == page.locator("figure").count() > 10
    for summary in page.locator("details > summary").all():
        if summary.is_visible():
            summary.click()
    assert page.locator("#figure-k svg").bounding_box()["height"] > 60
    assert page.locator("#figure-map svg").bounding_box()["height"] > 60
    assert page.locator("#finder").is_hidden()
    assert page.locator("tbody tr[hidden]").count() == 0
    context.close()


def test_a_script_that_was_changed_does_not_run_and_the_charts_stay(
    chromium, html, tmp_path
):
    path = tmp_path / "report.html"
    changed = html.replace('"use strict";', '"use strict"; document.title = "mine";')
    assert changed != html
    path.write_text(changed, encoding="utf-8")
    context = chromium.new_context(offline=True)
    page = context.new_page()
    page.goto(path.as_uri())
    assert page.title() != "mine"
    assert page.locator(".chart svg").count() == page.locator("figure").count()
    context.close()


def told_by_axe(page):
    """Give what axe finds in all of a page, folded or not."""
    unfold(page)
    found = axe.Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
    return [
        (rule["id"], [node["target"] for node in rule["nodes"][:3]])
        for rule in found.response["violations"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_against_wcag_2_2_aa(opened, scheme):
    page, _ = opened
    page.emulate_media(color_scheme=scheme)
    assert told_by_axe(page) == []


def test_a_dark_screen_gets_a_dark_page_and_paper_a_light_one(opened):
    page, _ = opened
    ground = "getComputedStyle(document.body).backgroundColor"
    grounds = {}
    for scheme, media in (("light", "screen"), ("dark", "screen"), ("dark", "print")):
        page.emulate_media(color_scheme=scheme, media=media)
        channels = re.findall(r"\d+", page.evaluate(ground))
        grounds[scheme, media] = sum(map(int, channels[:3]))
    assert grounds["dark", "screen"] < 150
    assert grounds["light", "screen"] > 700
    assert grounds["dark", "print"] > 700


def column_of(table, place):
    return [row.nth(place).inner_text() for row in rows_in(table)]


def rows_in(table):
    return [row.locator("th, td") for row in table.locator("tbody tr").all()]


def test_a_table_is_sorted_by_a_heading_and_back(chromium, html, tmp_path):
    with page_in(chromium, html, tmp_path) as page:
        table = page.locator("#benchmarks > .card .sortable table").first
        heading = table.locator("thead th").nth(1)
        heading.locator("button").click()
        learners = [int(n.replace(",", "")) for n in column_of(table, 1)]
        assert heading.get_attribute("aria-sort") == "descending"
        assert learners == sorted(learners, reverse=True)
        assert len(set(learners)) > 3
        heading.locator("button").click()
        again = [int(n.replace(",", "")) for n in column_of(table, 1)]
        assert again == sorted(learners)


def test_a_long_table_shows_the_rows_that_have_the_words(chromium, html, tmp_path):
    with page_in(chromium, html, tmp_path) as page:
        field = page.locator("#benchmarks > .card input.filter").first
        table = field.locator("xpath=following-sibling::div[1]").locator("table")
        rows, word = table.locator("tbody tr"), column_of(table, 0)[1]
        field.fill(word)
        shown = [row.inner_text() for row in rows.all() if row.is_visible()]
        assert 1 <= len(shown) < rows.count()
        assert all(word.lower() in text.lower() for text in shown)
        field.fill("")
        assert all(row.is_visible() for row in rows.all())


def test_segments_are_compared_two_at_a_time(chromium, html, summary, tmp_path):
    with page_in(chromium, html, tmp_path) as page:
        table = page.locator(".compared table")
        seen = lambda: [h for h in table.locator("thead th").all() if h.is_visible()]  # noqa: E731
        assert len(seen()) == 1 + len(summary.segments) > 3
        one, other = page.locator(".pick select").all()
        one.select_option("2")
        other.select_option("0")
        names = [summary.segments[i].name for i in (0, 2)]
        told = [heading.inner_text() for heading in seen()[1:]]
        assert [name in text for name, text in zip(names, told, strict=True)] == [
            True
        ] * 2
        one.select_option("")
        assert len(seen()) == 1 + len(summary.segments)


def test_a_page_that_is_widened_shows_all_segments_unless_two_were_chosen(
    chromium, html, summary, tmp_path
):
    every = 1 + len(summary.segments)
    headings = "document.querySelectorAll('.compared thead th:not([hidden])').length"
    narrow, wide = ({"width": size, "height": 900} for size in (390, 1280))
    with page_in(chromium, html, tmp_path) as page:
        page.set_viewport_size(narrow)
        page.wait_for_function(f"{headings} === 3")
        page.set_viewport_size(wide)
        page.wait_for_function(f"{headings} === {every}")
        for select, chosen in zip(
            page.locator(".pick select").all(), "20", strict=True
        ):
            select.select_option(chosen)
        page.set_viewport_size(narrow)
        page.set_viewport_size(wide)
        assert page.evaluate(headings) == 3


def test_a_table_that_goes_on_fades_and_ends_with_a_whole_row(chromium, html, tmp_path):
    ends = """() => {
      const box = document.querySelector("#questions .long");
      const fade = parseFloat(getComputedStyle(box, "::after").height);
      box.scrollTop = box.scrollHeight;
      const last = [...box.querySelectorAll("tbody tr")].at(-1);
      const edge = box.getBoundingClientRect().bottom;
      return [fade, edge - last.getBoundingClientRect().bottom];
    }"""
    with page_in(chromium, html, tmp_path) as page:
        fade, below = page.evaluate(ends)
    assert fade > 20
    assert below >= fade - 1


def test_paper_has_the_trials_that_the_screen_folds(chromium, notebook, tmp_path):
    with page_in(chromium, render_report(notebook), tmp_path) as page:
        folded = page.locator("details.printed").first
        assert folded.get_attribute("open") is None
        headings = folded.locator("thead th").all_text_contents()
        printed = PdfReader(BytesIO(page.pdf()))
    told = " ".join(" ".join(sheet.extract_text() for sheet in printed.pages).split())
    assert "Learners in each arm" in headings
    assert all(heading in told for heading in headings)
    assert "More on this" not in told


@contextmanager
def page_in(chromium, html, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(html, encoding="utf-8")
    context = chromium.new_context(
        offline=True, viewport={"width": 1280, "height": 900}
    )
    page = context.new_page()
    page.goto(path.as_uri())
    yield page
    context.close()


FIND = """([role, tier, band, pay]) => {
  const form = document.getElementById("finder");
  Object.entries({ role, tier, experience: band, pay }).forEach(([name, value]) => {
    form.elements[name].value = value;
  });
  form.elements.pay.dispatchEvent(new Event("input", { bubbles: true }));
  const told = id => document.getElementById(id).textContent;
  return ["finder-says", "finder-peers"].map(told);
}"""


TYPED = (
    *("12LPA", "12 lakh", "12 Lacs", "12L", "1.2 crore", "1200k", "1.2 million", "12"),
    *("1200000", "12,00,000", "1,200,000", "1'200'000", "1 200 000", "1.234.567"),
    *("₹ 12,00,000", "₹12", "Rs. 12,00,000/-", "12,00,000 INR", "12/-", "12 L p.a."),
    *("100k a month", "1 lakh pm", "100000 a month", "1 a month", "1200000 per year"),
    *("1.2e6", "12,5", "12.5", "1,200", "1,200.5", ".5", "+12", " 12  lakh ", "0.001"),
)
REFUSED = (
    "twelve",
    "12 LPA p.a.",
    "1.200",
    "$75k",
    "-5",
    "0",
    "12 lakh crore",
    "1,2,3",
    "12 €",
    "--",
)


def test_the_page_finds_a_pay_among_peers_as_the_program_does(
    chromium, html, summary, tmp_path
):
    found, rng = finder_of(summary), np.random.default_rng(3)
    asked = [
        (
            *(str(rng.choice(one)) for one in (found.roles, found.tiers, found.bands)),
            round(float(rng.lognormal(2.3, 0.9)), int(rng.integers(3))) or 1.0,
        )
        for _ in range(300)
    ]
    cells = [cell for cell in summary.benchmarks.cells if cell.shown]
    asked += [  # far outside
        (cell.role_family, cell.tier, cell.experience_band, round(pay))
        for cell in cells[:60]
        for pay in (cell.p50 / 15, cell.p50 * 15, cell.p50 * 40)
    ]
    asked += [  # on a quantile itself
        (cell.role_family, cell.tier, cell.experience_band, round(pay))
        for cell in cells[:60]
        for pay in (cell.p25, cell.p50, cell.p90)
        if pay
    ]
    asked += [(*asked[0][:3], text) for text in TYPED]
    with page_in(chromium, html, tmp_path) as page:
        told = [page.evaluate(FIND, [*one[:3], str(one[3])]) for one in asked]
        wrong = [page.evaluate(FIND, [*asked[0][:3], text]) for text in REFUSED]
    levels, warned, read = set(), 0, set()
    for (role, tier, band, pay), (sentence, beside) in zip(asked, told, strict=True):
        mine = percentile_in(
            summary, role_family=role, tier=tier, experience_band=band, pay=str(pay)
        )
        levels.add(mine.level)
        assert sentence == mine.sentence
        warning = " ".join(beside.partition(" learners). ")[2].split())
        assert warning == mine.warning
        assert beside.rpartition("Their median")[0].strip() == mine.reading
        read.add(mine.reading.partition(" is read ")[2])
        warned += bool(warning)
    assert 20 < warned < len(asked)
    assert len(levels) > 1
    assert len(read) == 3  # in LPA, in INR, and in the unit that is said
    assert {sentence for sentence, _ in wrong} == {
        "Give one amount of INR a year above 0, such as '12LPA', '12 lakh' or "
        "'1200000'."
    }
    for text in REFUSED:
        with pytest.raises(ParameterError, match="pay="):
            percentile_in(
                summary,
                role_family=asked[0][0],
                tier=asked[0][1],
                experience_band=asked[0][2],
                pay=text,
            )
