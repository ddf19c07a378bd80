"""The examples of the README and the tutorial run."""

import re
import shlex
from pathlib import Path

import pytest

from commands import command
from learnstrata.learners.demo.tables import make_learners

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("README.md", "docs/tutorial.md")
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


@pytest.mark.parametrize(
    "page", [str(p.relative_to(ROOT)) for p in ROOT.glob("docs/**/*.md")] + [*PAGES[:1]]
)
def test_links_between_pages_lead_somewhere(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", text):
        assert ((ROOT / page).parent / target).exists(), (page, target)
