"""Stored summaries of real runs, disclosed, and their pages."""

from functools import cache

import pytest

import browser
from learnstrata.report.drawing import figures_of
from learnstrata.report.page import render_report
from report.store import read

stored = cache(read)


@cache
def page_of(name):
    return render_report(stored(name))


@pytest.fixture
def summary():
    """A run of the robust recipe, with evidence."""
    return stored("robust")


@pytest.fixture
def notebook():
    """A run of the notebook recipe: no evidence, records instead of learners."""
    return stored("notebook")


@pytest.fixture
def bare():
    """A run of a table without pay and companies, without evidence."""
    return stored("bare")


@pytest.fixture(scope="session")
def html():
    """The page of the robust run."""
    return page_of("robust")


@pytest.fixture(scope="session")
def drawn():
    """The figures of the robust run."""
    return figures_of(stored("robust"))


@pytest.fixture(scope="session", params=["robust", "notebook", "bare"])
def told(request):
    """Each stored run with its page."""
    return stored(request.param), page_of(request.param)


@pytest.fixture(scope="module")
def chromium():
    """A real browser, closed when the tests of a module are through."""
    from playwright import sync_api

    with sync_api.sync_playwright() as driver:
        path = browser.find()
        opened = driver.chromium.launch(executable_path=path, args=browser.FLAGS)
        yield opened
        opened.close()
