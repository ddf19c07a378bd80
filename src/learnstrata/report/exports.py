"""The report as a PDF, and its charts as pictures for slides."""

import contextlib
import math
import os
import shutil
import subprocess
import tempfile
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

from learnstrata.exceptions import OutputError
from learnstrata.report import theme
from learnstrata.report.drawing import Figure, figures_of
from learnstrata.report.figures.catalogue import CHARTS
from learnstrata.report.figures.chart import Chart, Spec
from learnstrata.report.figures.layers import Row, layer, layered
from learnstrata.report.figures.vega import field, mark, segment_label
from learnstrata.summary.contract.meaning import Segment
from learnstrata.summary.contract.results import DisclosedSummary

__all__ = ["find_browser", "write_figures", "write_pdf"]

BROWSERS = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    *("chrome", "microsoft-edge", "msedge", "brave-browser"),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
# Nothing asked from the network, not even by the browser for itself.
FLAGS = (
    *("--headless", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--disable-extensions", "--no-default-browser-check"),
)
SECONDS = 120
SCALE = 2  # pixels of a picture to one of the chart: sharp on a slide
TITLE_LETTER, LETTER = 7.8, 6.2  # pixels a letter of a title and of a text takes
LINE, DOT = 17, 14  # pixels of a line below a picture, and of what stands before it
PLACED: Row = {
    "x": field("x", "Q", scale=None, axis=None),
    "y": field("y", "Q", scale=None, axis=None),
}
FOOTER = (
    '<div style="width:100%;font:8px Arial,sans-serif;color:#55606e;'
    'text-align:center"><span class="pageNumber"></span> / '
    '<span class="totalPages"></span></div>'
)


def find_browser() -> str | None:
    """Give the path of a Chromium on this machine, whatever it is called."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def write_pdf(html: str | Path, path: Path) -> None:
    """Print the report with a Chromium of this machine.

    Parameters
    ----------
    html : str or Path
        From `learnstrata.report.page.render_report`, or a file that holds it.
    path : Path
        Written over. The browser works in a folder beside it: what a killed process
        leaves is where the next run clears it away, not in the system's temporary one.

    Raises
    ------
    OutputError
        If there is no Chromium, or it could not print, or not to that place.

    Notes
    -----
    Playwright is used where it is installed: only through it do the pages get numbers.
    Scripts are off, so that the charts printed are those that stand in the page.
    """
    browser = find_browser()
    with _told(f"The PDF cannot be written to {str(path)!r}"):
        room = tempfile.TemporaryDirectory(dir=path.parent)
    with room as folder:
        page, printed = Path(folder) / "report.html", Path(folder) / "report.pdf"
        told = html.read_text(encoding="utf-8") if isinstance(html, Path) else html
        page.write_text(told, encoding="utf-8")
        if not _by_playwright(browser, page, printed):
            _by_command(browser, page, printed)
        with _told(f"The PDF cannot be written to {str(path)!r}"):
            path.write_bytes(printed.read_bytes())


def _by_playwright(browser: str | None, page: Path, printed: Path) -> bool:
    """Print with Playwright; False where it, or a browser it can start, is not here."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        return False
    flags = [flag for flag in _flags() if flag != "--headless"]
    try:
        with sync_playwright() as driver:
            opened = driver.chromium.launch(executable_path=browser, args=flags)
            context = opened.new_context(offline=True, java_script_enabled=False)
            sheet = context.new_page()
            sheet.goto(page.as_uri())
            sheet.pdf(
                path=printed,
                prefer_css_page_size=True,
                print_background=True,
                display_header_footer=True,
                header_template="<span></span>",
                footer_template=FOOTER,
                tagged=True,
                outline=True,
            )
            opened.close()
    except Error:
        return False
    return True


def _by_command(browser: str | None, page: Path, printed: Path) -> None:
    """Print with the browser's own command."""
    if browser is None:
        raise OutputError(
            "Got no browser to print the PDF with, expected Chromium, Chrome or Edge "
            "on this machine. Install one (Debian: apt-get install chromium), or open "
            "report.html and print it from there."
        )
    command = [browser, *_flags(), f"--user-data-dir={page.parent / 'profile'}"]
    command += ["--no-pdf-header-footer", f"--print-to-pdf={printed}", page.as_uri()]
    with _told(f"{browser} did not print the report"):
        done = subprocess.run(  # noqa: S603 - a browser found above, our own page
            command, capture_output=True, check=False, timeout=SECONDS, text=True
        )
    if not printed.is_file():
        said = done.stderr.strip().splitlines()[-1:] or ["no word"]
        raise OutputError(
            f"{browser} did not print the report, it said: {said[0][:200]}. Open "
            "report.html in a browser and print it from there."
        )


def _flags() -> list[str]:
    """Give the flags; root may start Chromium only without its sandbox."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [*FLAGS, *(["--no-sandbox"] if root else [])]


@contextlib.contextmanager
def _told(what: str) -> Iterator[None]:
    try:
        yield
    except (OSError, subprocess.SubprocessError) as error:
        raise OutputError(
            f"{what}: {type(error).__name__}: {error}. Give another place, or open "
            "report.html in a browser and print it from there."
        ) from error


def write_figures(summary: DisclosedSummary, folder: Path) -> list[Path]:
    """Write each chart of the report as SVG and as PNG, under the key of the figure.

    Parameters
    ----------
    summary : DisclosedSummary
    folder : Path
        Made if it is not there; files of the same names are written over.

    Returns
    -------
    list of Path
        What was written, a chart after the other.

    Raises
    ------
    OutputError
        If the folder cannot be written to.

    Notes
    -----
    A picture bears the chart's finding as its title, on white, and no metadata. Below
    it stands how it is read, and the names of segments that it has by number.
    """
    import vl_convert

    written: list[Path] = []
    charts = {chart.key: chart for chart in CHARTS}
    with _told(f"The charts cannot be written to {str(folder)!r}"):
        folder.mkdir(parents=True, exist_ok=True)
        for key, figure in figures_of(summary).items():
            spec = _picture(summary, charts[key], figure)
            drawn = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
            (folder / f"{key}.svg").write_text(drawn, encoding="utf-8")
            picture = vl_convert.svg_to_png(drawn, scale=SCALE)
            (folder / f"{key}.png").write_bytes(picture)
            written += [folder / f"{key}.svg", folder / f"{key}.png"]
    return written


def _picture(summary: DisclosedSummary, chart: Chart, figure: Figure) -> Spec:
    """Give a chart as it leaves the page: the finding over it, below how it is read."""
    left, width = _ends(figure)
    title = {
        "text": textwrap.wrap(figure.title, max(30, int(width / TITLE_LETTER))),
        "anchor": "start",
        "fontSize": 15,
        "offset": 14,
    }
    named = summary.segments if chart.is_numbered else ()
    below = [*_names(named, left, width), *_note(figure.note, left, width)]
    config = {**theme.CONFIG, "background": "white", "padding": 16}
    whole: Spec = {"title": title, "config": config, "spacing": 12}
    return {**whole, "vconcat": [chart.spec(summary), *below]}


def _ends(figure: Figure) -> tuple[float, float]:
    """Give where the labels of a drawing begin, left of its plot, and its width."""
    left = figure.svg.partition("translate(")[2].partition(",")[0]
    width = figure.svg.partition('viewBox="0 0 ')[2].partition(" ")[0]
    return -float(left or 0), float(width or 600)


def _names(segments: Sequence[Segment], left: float, width: float) -> list[Spec]:
    """Give the names of segments beside dots in their colours, in as many columns."""
    if not segments:
        return []
    labels = [segment_label(one) for one in segments]
    wide = LETTER * max(map(len, labels)) + 2 * DOT
    columns = max(1, int(width / wide))
    rows: list[Row] = [
        {
            "x": left + wide * (place % columns) + DOT / 2,
            "y": LINE * (place // columns) + LINE / 2,
            "fill": theme.segment_colour(one.id),
            "text": label,
        }
        for place, (one, label) in enumerate(zip(segments, labels, strict=True))
    ]
    dot = mark("point", filled=True, size=90, opacity=1)
    name = mark("text", align="left", dx=DOT)
    fill = field("fill", "N", scale=None, legend=None)
    return [
        layered(
            [
                layer(None, dot, **PLACED, color=fill),
                layer(None, name, **PLACED, text=field("text", "N")),
            ],
            rows=rows,
            width=width + left,
            height=LINE * math.ceil(len(segments) / columns),
        )
    ]


def _note(text: str, left: float, width: float) -> list[Spec]:
    """Give how a chart is read, in lines as long as it is wide."""
    lines = textwrap.wrap(text, max(40, int(width / LETTER)))
    if not lines:
        return []
    rows: list[Row] = [
        {"x": left, "y": LINE * i, "text": t} for i, t in enumerate(lines)
    ]
    look = mark("text", align="left", baseline="top", color=theme.MUTED)
    told = layer(None, look, **PLACED, text=field("text", "N"))
    return [layered([told], rows=rows, width=width + left, height=LINE * len(lines))]
