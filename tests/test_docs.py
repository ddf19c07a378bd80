"""The examples of the README, the tutorial and the how-tos run; what pages name is."""

import ast
import importlib
import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from commands import command
from learnstrata.config.loading import list_recipes, load_config

ROOT = Path(__file__).resolve().parents[1]
HOW_TOS = [str(page.relative_to(ROOT)) for page in ROOT.glob("docs/how-to/*.md")]
PAGES = ["README.md", "docs/tutorial.md", *sorted(HOW_TOS)]
ALL = [
    *(str(page.relative_to(ROOT)) for page in sorted(ROOT.glob("docs/**/*.md"))),
    *("README.md", "CONTRIBUTING.md"),
]
FLOORS = "|".join(
    item.name
    for item in (ROOT / "src/learnstrata").iterdir()
    if item.is_dir() and not item.name.startswith("_")
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


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """What `make demo` leaves: here of 2,000 learners."""
    folder = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("LEARNSTRATA_KEY_FILE", str(folder / "key"))
        Path("runs").mkdir()
        run_commands(demo_commands()[:3])
    return folder / "runs"


def demo_commands():
    """Give the commands of `make demo`: those it runs, then those it prints."""
    make = ["make", "-n", "demo", "DEMO_LEARNERS=2000"]
    done = subprocess.run(make, cwd=ROOT, capture_output=True, text=True, check=True)
    lines = [
        line.removeprefix("echo '").rstrip("'") for line in done.stdout.splitlines()
    ]
    ours = [line.strip() for line in lines]
    return [line for line in ours if line.startswith(".venv/bin/learnstrata ")]


def test_the_commands_that_the_demo_prints_run_as_often_as_one_likes(
    demo, desk, monkeypatch
):
    shutil.copytree(demo, desk / "runs")
    printed = demo_commands()[3:]
    assert [line.split()[1] for line in printed] == ["open", "assign", "percentile"]
    monkeypatch.setenv("BROWSER", "true")
    run_commands([*printed, *printed])
    assert (desk / "runs" / "new-segments.csv").exists()


@pytest.mark.parametrize("page", PAGES)
def test_the_examples_of_a_page_run_one_after_another(page, desk, demo):
    """The tutorial begins in an empty folder, all else where `make demo` ends."""
    if page != "docs/tutorial.md":
        shutil.copytree(demo, desk / "runs")
    names = {}
    for language, file, text in blocks(page):
        if language == "python":
            exec(compile(text, page, "exec"), names)  # noqa: S102 - our own page
        elif language == "console":
            told = [line[2:] for line in text.splitlines() if line.startswith("$ ")]
            assert all(line.startswith("learnstrata ") for line in told), told
            run_commands(told)
        elif file:
            (desk / file).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("page", ["README.md", "docs/tutorial.md"])
def test_a_tour_has_examples_of_both_kinds(page):
    assert {"python", "console"} <= {language for language, *_ in blocks(page)}


def run_commands(lines):
    assert lines
    for line in lines:
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


def cells():
    """Give the code of the notebook, cell by cell."""
    book = json.loads((ROOT / "examples/segment.ipynb").read_text(encoding="utf-8"))
    assert not [cell for cell in book["cells"] if cell.get("outputs")]
    return ["".join(c["source"]) for c in book["cells"] if c["cell_type"] == "code"]


def shown(text, names):
    """Run a cell as a notebook does, and give what its last line shows."""
    body = ast.parse(text).body
    last = body.pop() if isinstance(body[-1], ast.Expr) else None
    code = compile(ast.Module(body, []), "cell", "exec")
    exec(code, names)  # noqa: S102 - our own notebook
    if last is None:
        return ""
    value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)  # noqa: S307 - our own notebook
    return value._repr_html_() if hasattr(value, "_repr_html_") else repr(value)


@pytest.mark.usefixtures("desk")
def test_the_notebook_runs_and_shows_verdict_pay_and_reasons():
    names = {}
    told = {text.splitlines()[-1]: shown(text, names) for text in cells()}
    assert "Verdict: " in told["found"]
    assert "Pay is in LPA" in told["found"]
    for frame in ("found.segments", "found.benchmarks"):
        assert "pay_unit" in told[frame]
    assert "Very well paid" in told["found.cohorts"]
    (asked,) = [text for line, text in told.items() if "percentile" in line]
    assert asked.startswith("<p><b>12.0 LPA is at ")
    assert "Together: how much nearer" in told["found.explain(table, someone)"]
    assert Path("runs/notebook/share/report.html").exists()
