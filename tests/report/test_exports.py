import re
import struct
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import browser
from learnstrata.exceptions import OutputError
from learnstrata.report import exports
from learnstrata.report.drawing import figures_of
from learnstrata.report.figures.catalogue import CHARTS
from learnstrata.report.figures.vega import segment_label
from report.store import read

HERE = browser.find() is not None
needs_browser = pytest.mark.skipif(not HERE, reason="no Chromium on this machine")


def chunks(png):
    at, found = 8, []
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at : at + 8])
        found.append(kind.decode())
        at += size + 12
    return found


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("figures") / "for slides"
    return exports.write_figures(read("bare"), folder)


@pytest.fixture(scope="module")
def shown():
    return figures_of(read("bare"))


def test_every_chart_is_a_picture_of_both_kinds(pictures, shown):
    keys = [key for key in shown for _ in range(2)]
    assert [path.stem for path in pictures] == keys
    assert {path.suffix for path in pictures} == {".svg", ".png"}


def test_a_picture_bears_its_finding_and_stands_on_white(pictures, shown):
    for path in pictures[::2]:
        root = ET.fromstring(path.read_text("utf-8"))  # noqa: S314 - our own text
        told = " ".join("".join(e.itertext()) for e in root.iter() if "text" in e.tag)
        assert shown[path.stem].title.split()[0] in told
        assert 'fill="white"' in path.read_text("utf-8")


def test_a_picture_says_nothing_of_how_it_was_made(pictures):
    for path in pictures[1::2]:
        assert set(chunks(path.read_bytes())) <= {"IHDR", "pHYs", "IDAT", "IEND"}
    for path in pictures[::2]:
        assert "<metadata" not in path.read_text("utf-8")


def test_pictures_that_cannot_be_written_are_one_clear_error(bare, tmp_path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(OutputError, match="The charts cannot be written to"):
        exports.write_figures(bare, tmp_path / "taken")


@needs_browser
@pytest.mark.browser
@pytest.mark.parametrize("as_file", [False, True])
def test_the_report_is_printed_on_pages_of_paper(html, tmp_path, as_file):
    path = tmp_path / "report.pdf"
    page = tmp_path / "report.html"
    page.write_text(html, encoding="utf-8")
    exports.write_pdf(page if as_file else html, path)
    printed = path.read_bytes()
    assert printed.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type /Page\b", printed)) > 5


@needs_browser
@pytest.mark.browser
def test_the_report_is_printed_without_playwright_too(html, tmp_path, monkeypatch):
    monkeypatch.setattr(exports, "_by_playwright", lambda *_: False)
    exports.write_pdf(html, tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-")


@needs_browser
@pytest.mark.browser
def test_a_pdf_that_cannot_be_written_there_is_one_clear_error(tmp_path):
    with pytest.raises(OutputError, match="The PDF cannot be written to"):
        exports.write_pdf("<p>one page</p>", tmp_path / "nowhere" / "report.pdf")


def test_a_machine_without_a_browser_is_told_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(exports, "BROWSERS", ("no-such-browser",))
    monkeypatch.setattr(exports, "_by_playwright", lambda *_: False)
    with pytest.raises(OutputError, match="apt-get install chromium"):
        exports.write_pdf("<p>one page</p>", tmp_path / "report.pdf")


def test_a_browser_that_prints_nothing_is_told_with_its_own_words(
    tmp_path, monkeypatch
):
    silent = tmp_path / "chromium"
    silent.write_text("#!/bin/sh\necho 'no screen' >&2\n")
    silent.chmod(0o755)
    monkeypatch.setattr(exports, "BROWSERS", (str(silent),))
    monkeypatch.setattr(exports, "_by_playwright", lambda *_: False)
    with pytest.raises(OutputError, match="no screen"):
        exports.write_pdf("<p>one page</p>", Path(tmp_path / "report.pdf"))


def texts(path):
    root = ET.fromstring(path.read_text("utf-8"))  # noqa: S314 - our own text
    return ["".join(e.itertext()) for e in root.iter() if e.tag.endswith("}text")]


def test_a_picture_that_has_segments_by_number_has_their_names_as_well(pictures, bare):
    numbered = {chart.key for chart in CHARTS if chart.is_numbered}
    names = [segment_label(one).replace("  ", " ") for one in bare.segments]
    for path in pictures[::2]:
        if path.stem in numbered:
            told = [" ".join(text.split()) for text in texts(path)]
            assert set(names) <= set(told), path.stem


def test_a_picture_says_how_it_is_read(pictures, shown):
    for path in pictures[::2]:
        said = " ".join(" ".join(texts(path)).split())
        assert " ".join(shown[path.stem].note.split()) in said, path.stem


def test_no_title_of_a_picture_is_wider_than_it(pictures):
    for path in pictures[::2]:
        svg = path.read_text("utf-8")
        width = float(re.search(r'viewBox="0 0 ([\d.]+) ', svg)[1])
        for line in re.findall(r'font-size="15px"[^>]*>([^<]+)<', svg):
            assert 7 * len(line) <= width, line
