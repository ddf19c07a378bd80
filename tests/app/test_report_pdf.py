"""``learnstrata report RUN --pdf``: where the PDF goes."""

import os
import shutil

import polars as pl
import pytest

import browser
from commands import command
from printed import pdf

needs_browser = pytest.mark.skipif(not browser.find(), reason="no Chromium here")

KINDS = {"company_hash": "company name", "email_hash": "learner id"}


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


@pytest.mark.skipif(os.name != "posix", reason="the browser is a shell script")
@pytest.mark.parametrize("column", ["company_hash", "email_hash"])
def test_a_pdf_that_names_somebody_is_not_written(
    column, copy, tiny_table, tmp_path, monkeypatch
):
    """A browser that prints something else than it was given."""
    secret = max(pl.read_csv(tiny_table)[column].drop_nulls(), key=len)
    (tmp_path / "leak.pdf").write_bytes(pdf(b"(At %s) Tj" % secret.encode()))
    script = tmp_path / "bin" / "chromium"
    script.parent.mkdir()
    script.write_text(
        '#!/bin/sh\nfor word; do case "$word" in --print-to-pdf=*) '
        f'cp "{tmp_path}/leak.pdf" "${{word#*=}}";; esac; done\n'
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(script.parent), prepend=os.pathsep)
    result = command("report", copy, "--pdf")
    assert result.returncode == 1, result.stderr
    assert f"would name somebody: {KINDS[column]} {secret!r}" in result.stderr
    assert "in report.pdf (page 1)" in result.stderr
    assert not (copy / "share" / "report.pdf").exists()
    shutil.copy(tmp_path / "leak.pdf", copy / "share" / "report.pdf")
    found = command("scan", copy, "--json")
    assert found.returncode == 1
    assert f'"text": "{secret}"' in found.stdout
