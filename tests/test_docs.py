"""The examples of the README and the tutorial run, and what pages name is there."""

import importlib
import re
import shlex
from pathlib import Path

import pytest

from commands import command
from learnstrata.learners.demo.tables import make_learners

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("README.md", "docs/tutorial.md")
ALL = [
    *(str(page.relative_to(ROOT)) for page in sorted(ROOT.glob("docs/**/*.md"))),
    *("README.md", "CONTRIBUTING.md"),
]
FLOORS = "|".join(
    item.stem
    for item in (ROOT / "src/learnstrata").iterdir()
    if not item.stem.startswith("_")
)
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page, language):
    text = (ROOT / page).read_text(encoding="utf-8")
    return [code for kind, code in FENCE.findall(text) if kind == language]


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A folder with a small table under the name the pages use."""
    make_learners(1200, rng=5).write_csv(tmp_path / "learners.csv")
    make_learners(100, rng=6).write_csv(tmp_path / "new.csv")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LEARNSTRATA_KEY_FILE", str(tmp_path / "home" / "key"))
    return tmp_path


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.usefixtures("desk")
def test_python_examples_run(page):
    code = blocks(page, "python")
    assert code, f"{page} shows no Python"
    exec(compile("\n".join(code), page, "exec"), {})  # noqa: S102 - our own page


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.usefixtures("desk")
def test_shell_examples_run(page):
    lines = [line for code in blocks(page, "console") for line in code.splitlines()]
    commands = [line[2:] for line in lines if line.startswith("$ learnstrata")]
    assert commands, f"{page} shows no command"
    for line in commands:
        result = command(*shlex.split(line, comments=True)[1:])
        assert result.returncode == 0, (line, result.stderr)


@pytest.mark.parametrize("page", ALL)
def test_links_between_pages_lead_somewhere(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", text):
        assert ((ROOT / page).parent / target).exists(), (page, target)


def is_there(name):
    """Say whether a dotted name is a module, or something in one."""
    parts = name.split(".")
    for n in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:n]))
        except ModuleNotFoundError:
            continue
        for part in parts[n:]:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


@pytest.mark.parametrize("page", ALL)
def test_modules_and_what_is_in_them_that_a_page_names_are_there(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    named = set(re.findall(r"`(learnstrata(?:\.\w+)+)`", text))
    assert not {name for name in named if not is_there(name)}


@pytest.mark.parametrize("page", ALL)
def test_files_that_a_page_names_are_there(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    ours = rf"`((?:tests|benchmarks|{FLOORS})/[\w/]+\.(?:py|toml|csv))`"
    named = set(re.findall(ours, text))
    places = (ROOT, ROOT / "src/learnstrata")
    assert not {n for n in named if not any((p / n).exists() for p in places)}
