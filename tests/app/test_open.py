"""The report of a run, opened."""

import os

from commands import process


def opened(run, **variables):
    return process("open", run, env={**os.environ, **variables})


def test_the_report_opens_in_the_browser_of_the_user(tiny_run, tmp_path):
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/asked\n')
    browser.chmod(0o755)
    found = opened(tiny_run, BROWSER=f"{browser} %s")
    page = (tiny_run / "share" / "report.html").as_uri()
    assert (found.returncode, found.stdout, found.stderr) == (0, f"{page}\n", "")
    assert (tmp_path / "asked").read_text() == f"{page}\n"


def test_where_there_is_no_browser_the_address_is_told(tiny_run, tmp_path):
    found = opened(tiny_run / "share", BROWSER="", PATH=str(tmp_path), DISPLAY="")
    page = (tiny_run / "share" / "report.html").as_uri()
    assert (found.returncode, found.stdout) == (0, f"{page}\n")
    assert "no browser is here; open this address" in found.stderr


def test_a_run_that_is_not_there_is_told_with_the_nearest(tiny_run):
    found = opened(tiny_run.with_name("rum"))
    assert found.returncode == 2
    assert "There is no report " in found.stderr
    assert "Did you mean '" in found.stderr
    assert "/run/share/report.html'?" in found.stderr
