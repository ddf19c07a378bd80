"""``learnstrata report RUN --pdf``: where the PDF goes."""

import shutil

import pytest

import browser
from commands import command

needs_browser = pytest.mark.skipif(not browser.find(), reason="no Chromium here")


@pytest.fixture
def copy(tiny_run, tmp_path):
    return shutil.copytree(tiny_run, tmp_path / "run")


@needs_browser
@pytest.mark.browser
def test_a_pdf_without_a_name_goes_to_what_is_shared(copy):
    result = command("report", copy, "--pdf")
    assert result.returncode == 0, result.stderr
    pdf = copy / "share" / "report.pdf"
    assert result.stdout.splitlines() == [str(copy / "share" / "report.html"), str(pdf)]
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert command("scan", copy).returncode == 0
    again = command("report", copy, "--pdf", "--quiet")
    assert again.returncode == 2
    assert "report.pdf is there already. Choose another --pdf" in again.stderr


@needs_browser
@pytest.mark.browser
def test_a_pdf_with_a_name_goes_there_alone(copy, tmp_path):
    path = tmp_path / "mine.pdf"
    result = command("report", copy, "--pdf", path, "--quiet")
    assert result.returncode == 0, result.stderr
    assert path.read_bytes().startswith(b"%PDF-")
    assert not (copy / "share" / "report.pdf").exists()


def test_a_name_that_is_taken_is_refused_wherever_the_option_stands(copy, tmp_path):
    (copy / "share" / "report.pdf").write_text("mine")
    (tmp_path / "taken.pdf").write_text("mine")
    named = ["--pdf", tmp_path / "taken.pdf"]
    forms = [[copy, "--pdf"], [copy, "--pdf", "--quiet"], ["--pdf=", copy]]
    forms += [[*named, copy], [copy, f"--pdf={tmp_path / 'taken.pdf'}"]]
    for words in forms:
        result = command("report", *words)
        assert result.returncode == 2
        assert ".pdf is there already" in result.stderr, result.stderr
    assert "Missing argument" in command("report", "--pdf", copy).stderr
