"""The page at 390 and 1280 px, unfolded: nothing is off the screen or scrolls."""

import pytest

import browser
from learnstrata.report.page import render_report
from learnstrata.summary.contract.results import DisclosedSummary
from report.store import MAKERS, read

pytest.importorskip("playwright.sync_api")
CHROMIUM = browser.find()

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]

BEYOND = """() => {
  document.querySelectorAll('details').forEach(folded => folded.open = true);
  const width = document.documentElement.clientWidth;
  const named = one => `${one.tagName}.${one.getAttribute('class') || ''} in `
    + `${one.closest('section')?.id}: ${one.textContent.slice(0, 60)}`;
  return [...document.body.querySelectorAll('*')].filter(one => {
    if (one.closest('svg') && one.tagName !== 'svg') return false;
    const box = one.getBoundingClientRect();
    if (!box.width || !box.height || box.right < 0) return false;
    const scrolls = getComputedStyle(one).overflowX !== 'visible'
      && one.clientWidth && one.scrollWidth > one.clientWidth + 1;
    return scrolls || box.right > width + 1;
  }).map(named);
}"""
LONG = {  # names of one word and of many, longer than a line
    "Backend": "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamter",
    "Full stack": "Everybody who builds both what users see and what stands behind it",
    "Tier 1": "Companies that pay far better than nearly all others in the same city",
    "under 100": "under one hundred learners, as far as anybody has counted so far",
    "1,000": "one thousand, counted again and again until no doubt remained in it",
}


@pytest.fixture(scope="module", params=[390, 1280])
def screen(chromium, request):
    size = {"width": request.param, "height": 844}
    return chromium.new_context(offline=True, viewport=size).new_page()


def beyond(screen, path, summary):
    path.write_text(render_report(summary), encoding="utf-8")
    screen.goto(path.as_uri())
    return screen.evaluate(BEYOND)


@pytest.mark.parametrize("name", MAKERS)
def test_nothing_is_off_the_screen_and_no_box_scrolls_sideways(screen, name, tmp_path):
    assert beyond(screen, tmp_path / "report.html", read(name)) == []


def test_without_scripts_plain_tables_stack_on_a_narrow_screen(chromium, tmp_path):
    path = tmp_path / "report.html"
    # A script that was changed does not run, and the test may still ask the page.
    html = render_report(read("robust")).replace('"use strict";', '"use strict"; ;')
    path.write_text(html, encoding="utf-8")
    size = {"width": 390, "height": 844}
    page = chromium.new_context(offline=True, viewport=size).new_page()
    page.goto(path.as_uri())
    assert page.locator(".sort").count() == 0
    assert page.evaluate(BEYOND) == []


def test_long_names_of_roles_tiers_and_sizes_wrap(screen, tmp_path):
    text = read("robust").model_dump_json()
    for short, long in LONG.items():
        text = text.replace(f'"{short}', f'"{long}').replace(f": {short}", f": {long}")
    summary = DisclosedSummary.model_validate_json(text)
    found = beyond(screen, tmp_path / "report.html", summary)
    # A wide chart beside such names may scroll, so that they stay legible.
    is_wide = screen.viewport_size["width"] == 1280
    assert [one for one in found if not (is_wide and one.startswith("DIV.chart"))] == []


def test_what_is_too_wide_is_found(screen, tmp_path):
    path = tmp_path / "report.html"
    wide = render_report(read("bare")).replace(
        "<h1>", '<p id="wide" style="width:1300px">Wide</p><h1>'
    )
    path.write_text(wide, encoding="utf-8")
    screen.goto(path.as_uri())
    assert [one[:2] for one in screen.evaluate(BEYOND)] == ["P."]
