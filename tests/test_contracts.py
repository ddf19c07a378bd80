"""Promises that hold for the whole package."""

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer

import learnstrata as ls
from commands import leaves
from learnstrata.app.cli.program import app
from learnstrata.sharing import summaries_of

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
WRITTEN = [path for path in SOURCES if "versions" not in path.parts]  # by hand


def test_public_names_are_there_few_and_documented():
    assert len(ls.__all__) <= 30
    for name in ls.__all__:
        assert inspect.getdoc(getattr(ls, name)), name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = ls.nothing


def said_by(code):
    """Run code in a process of its own; give the words it prints."""
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return result.stdout.split()


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("learnstrata", "polars pandas sklearn scipy numpy altair narwhals"),
        ("learnstrata.app.cli", "polars pandas sklearn scipy numpy altair narwhals"),
        (
            "learnstrata.facade",
            "altair scipy.stats scipy.optimize scipy.spatial sklearn vl_convert pandas",
        ),
    ],
)
def test_importing_loads_nothing_heavy(module, heavy):
    loaded = said_by(f"import {module}, sys; print(*sys.modules)")
    assert module in loaded
    assert set(heavy.split()).isdisjoint(loaded)


@pytest.mark.parametrize(("given", "used"), [([], "1"), (["2"], "2")])
def test_the_command_line_has_one_blas_thread_unless_told_otherwise(given, used):
    name = "OPENBLAS_NUM_THREADS"
    code = (
        "import os, sys; from learnstrata.app.cli import main; "
        f"os.environ.pop({name!r}, None); "
        f"os.environ.update({{{name!r}: v for v in {given}}}); "
        "sys.argv = ['learnstrata', '--version']\n"
        "try: main()\n"
        f"except SystemExit: print(os.environ[{name!r}])"
    )
    assert said_by(code)[-1] == used


@pytest.mark.parametrize("path", WRITTEN, ids=lambda p: p.stem)
def test_functions_are_short_and_only_the_app_prints(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            last = node.body[-1].end_lineno
            doc = ast.get_docstring(node, clean=False)
            first = node.body[1 if doc and len(node.body) > 1 else 0].lineno
            assert last - first < 60, (path.name, node.name)
        called = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print"
        assert not called or "app" in path.parts, path


def heading(part):
    """Give the words of a command that a part of the page is headed by."""
    return re.match(r"[a-z-]+( [a-z-]+)*", part)[0]


def test_every_command_and_option_is_documented():
    page = (ROOT / "docs/reference/cli.md").read_text(encoding="utf-8")
    group = typer.main.get_command(app)
    options = {
        name: {o for p in command.params for o in p.opts if o.startswith("-")}
        for name, command in leaves(group)
    }
    told = {
        heading(part): set(re.findall(r"`(--?[a-z][\w-]*)`", part))
        for part in page.split("## learnstrata ")[1:]
    }
    assert len(options) >= 4
    assert told.keys() == options.keys()
    for name, command in options.items():
        full = {option for option in command if option.startswith("--")}
        assert full <= told[name] <= command, name
    assert all(f"learnstrata {o}`" in page for p in group.params for o in p.opts)


def test_a_summary_names_nobody(small_run):
    text = summaries_of(small_run, key=b"k" * 32)[1].model_dump_json()
    names = small_run.base.names
    assert not [i for i in names.filter(kind="learner")["name"] if i in text]
    words = set(re.findall(r"[a-z ]+", text.lower()))
    companies = names.filter(kind="company")["name"]
    assert not [c for c in companies if len(c) >= 6 and c in words]
