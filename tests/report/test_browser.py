import pytest

import browser
from learnstrata.report.document import SECTIONS, render_report

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = browser.find()

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


@pytest.fixture(scope="module")
def html(whole):
    return render_report(whole)


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
