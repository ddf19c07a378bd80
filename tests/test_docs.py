"""The examples of the README and the tutorial run, and what pages name is there."""

import importlib
import re
import shlex
from pathlib import Path

import pytest

from commands import command
from learnstrata.config.loading import list_recipes, load_config

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
# After ```toml: a file that the reader writes, or the recipe whose values it has.
FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RECIPES = list_recipes()


def blocks(page):
    return FENCE.findall((ROOT / page).read_text(encoding="utf-8"))


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """An empty folder to work in, and a home without a key."""
    (tmp_path / "desk").mkdir()
    monkeypatch.chdir(tmp_path / "desk")
    monkeypatch.setenv("LEARNSTRATA_KEY_FILE", str(tmp_path / "home" / "key"))
    return tmp_path / "desk"


@pytest.mark.parametrize("page", PAGES)
def test_the_examples_of_a_page_run_one_after_another_from_an_empty_folder(page, desk):
    names = {}
    for language, file, text in blocks(page):
        if language == "python":
            exec(compile(text, page, "exec"), names)  # noqa: S102 - our own page
        elif language == "console":
            run_commands(text)
        elif file:
            (desk / file).write_text(text, encoding="utf-8")
    assert {"python", "console"} <= {language for language, *_ in blocks(page)}


def run_commands(text):
    lines = [line[2:] for line in text.splitlines() if line.startswith("$ ")]
    assert lines
    for line in lines:
        assert line.startswith("learnstrata "), line
        result = command(*shlex.split(line, comments=True)[1:])
        assert result.returncode == 0, (line, result.stderr)


TOML = [
    pytest.param(about, text, id=f"{page}-{about or number}")
    for page in ALL
    for number, (language, about, text) in enumerate(blocks(page))
    if language == "toml"
]


@pytest.mark.parametrize(("about", "text"), TOML)
def test_toml_of_a_page_is_a_configuration_and_has_the_values_of_its_recipe(
    about, text, tmp_path
):
    path = tmp_path / "shown.toml"
    path.write_text(text, encoding="utf-8")
    recipe = about if about in RECIPES else "robust"
    shown = load_config(recipe, path)
    assert about not in RECIPES or shown == load_config(recipe)


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


def missing(names):
    """Give the paths that are nowhere; SUBJECT stands for any name."""
    places = (ROOT, ROOT / "src/learnstrata")
    told = {name: name.replace("SUBJECT", "*") for name in names}
    return {n for n, path in told.items() if not any([*p.glob(path)] for p in places)}


@pytest.mark.parametrize("page", ALL)
def test_files_that_a_page_names_are_there(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    ours = rf"`((?:tests|benchmarks|{FLOORS})/[\w/]+\.(?:py|toml|csv))`"
    assert not missing(re.findall(ours, text))


def test_every_path_in_the_guide_for_contributors_is_there():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    words = {word for code in re.findall(r"`([^`]+)`", text) for word in code.split()}
    named = {word for word in words if re.search(r"/|\.(py|toml|txt|md|png)$", word)}
    assert len(named) > 15
    assert not missing(named)
