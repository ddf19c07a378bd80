import pytest

import browser
from charted import tips_of
from learnstrata.report.figures.catalogue import CHARTS
from learnstrata.report.page import SECTIONS

sync_api = pytest.importorskip("playwright.sync_api")
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


@pytest.fixture(scope="module")
def chromium():
    with sync_api.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=browser.FLAGS)
        yield opened
        opened.close()


@pytest.fixture(params=[1280, 390])
def width(request):
    return request.param


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
    page.wait_for_selector("html[data-charts=drawn]", timeout=60_000)
    yield page, path
    context.close()


def test_the_page_opens_offline_without_a_word_and_without_a_request(opened):
    page, path = opened
    assert page.said == []
    assert [url for url in page.asked if not url.startswith("data:")] == [path.as_uri()]


def test_the_page_does_not_scroll_sideways(opened):
    page, _ = opened
    assert page.evaluate(OVERFLOWS) is False
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate(OVERFLOWS) is False


def test_every_section_and_chart_is_seen(opened):
    page, _ = opened
    for key, title in SECTIONS:
        assert page.locator(f"#{key} h2").inner_text() == title
        assert page.locator(f"#{key}").is_visible()
    charts = page.locator("figure svg")
    assert charts.count() > 10
    for chart in charts.all():
        assert chart.bounding_box()["height"] > 60


def test_no_label_of_a_chart_is_cut(opened):
    page, _ = opened
    assert page.evaluate(CUT) == []


def test_the_contents_stay_in_sight_on_a_wide_screen(opened, width):
    page, _ = opened
    page.evaluate(
        "document.querySelector('#methods').scrollIntoView({behavior:'instant'})"
    )
    top = page.locator("nav.toc").bounding_box()["y"]
    assert (top >= 0) is (width == 1280)


def test_every_chart_is_drawn_anew_and_keeps_its_words(opened):
    page, _ = opened
    assert page.locator(".chart").count() == page.locator(".chart.drawn svg").count()
    for chart in page.locator(".chart.drawn svg").all():
        assert chart.get_attribute("role") == "img"
        assert chart.get_attribute("aria-label")
        assert chart.locator("path, rect, text").count() > 5
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("key", ["roles", "pay"])
def test_a_mark_answers_the_pointer_with_what_it_is(opened, summary, key):
    page, _ = opened
    chart, mark = next(one for one in CHARTS if one.key == key), ".mark-rect path"
    told = tips_of(chart.spec(summary))[0]
    assert summary.segments[0].name in told
    assert page.locator("#tip").is_hidden()
    shown = page.locator(f"#figure-{key} {mark}").first
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
    assert page.locator(".drawn").count() == 0
    charts = page.locator(".chart svg")
    assert charts.count() == page.locator("figure").count() > 10
    assert all(chart.bounding_box()["height"] > 60 for chart in charts.all())
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


def test_axe_finds_nothing_against_wcag_2_2_aa(opened):
    page, _ = opened
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    found = axe.Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
    told = [
        (rule["id"], [node["target"] for node in rule["nodes"][:3]])
        for rule in found.response["violations"]
    ]
    assert told == []
