"""What a newcomer is shown: help, examples, choices, completion."""

import os
import re
import shlex
import subprocess
import sys

import pytest
import typer

from commands import command, leaves
from learnstrata.app.cli.examples import EXAMPLES
from learnstrata.app.cli.program import app
from learnstrata.config.loading import list_recipes
from learnstrata.config.stages import EVIDENCE_LEVELS

GROUP = typer.main.get_command(app)
LISTED = sorted(GROUP.commands)
COMMANDS = dict(leaves(GROUP))
NAMES = sorted(COMMANDS)


def choices(name, option):
    """Give what the help shows between angle brackets."""
    told = command(name, "-h").stdout
    return set(re.search(rf"{option} <([\w|]+)>", told)[1].split("|"))


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_every_command_is_listed_whole_on_a_line_of_80_columns(flag, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    told = command(flag).stdout
    listed = told.split("Commands:\n")[1].split("\n\n")[0].splitlines()
    assert sorted(line.split()[0] for line in listed) == LISTED
    assert "..." not in told.split("Commands:\n")[1]
    assert max(map(len, told.splitlines())) <= 80


def test_every_command_has_examples():
    assert sorted(EXAMPLES) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_help_of_a_command_ends_with_two_examples_that_it_takes(name):
    told = command(*name.split(), "-h")
    assert told.returncode == 0
    first, second = EXAMPLES[name]
    assert told.stdout.rstrip().endswith(f"Examples:\n    {first}\n    {second}")
    for example in (first, second):
        calls = f"learnstrata {name}"
        assert example == calls or example.startswith(f"{calls} ")
        words = shlex.split(example.removeprefix(calls))
        assert COMMANDS[name].make_context(name, words)


@pytest.mark.parametrize("name", ["run", "check"])
def test_the_recipes_to_choose_from_are_those_there_are(name):
    assert choices(name, "--recipe") == {*list_recipes()}


def test_the_levels_of_evidence_to_choose_from_are_those_there_are():
    assert choices("run", "--evidence") == {*EVIDENCE_LEVELS}


def test_a_choice_may_be_written_in_any_case(tiny_table):
    assert command("check", tiny_table, "--recipe", "Robust").returncode == 0


def completed(words, *, folder):
    """Ask as a shell does: the words so far, the last of them to be completed."""
    place = len(shlex.split(words)) - (not words.endswith(" "))
    variables = {"COMP_WORDS": words, "COMP_CWORD": str(place)}
    asked = {"_LEARNSTRATA_COMPLETE": "complete_bash"}
    script = "import sys; from learnstrata.app.cli import main; "
    script += "sys.argv = ['learnstrata']; main()"
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**os.environ, **variables, **asked},
    )
    return done.stdout.split("\n")[:-1]


def test_a_shell_completes_commands_and_choices(tmp_path):
    assert completed("learnstrata de", folder=tmp_path) == ["demo-table"]
    recipes = completed("learnstrata run t.csv --recipe ", folder=tmp_path)
    assert set(recipes) >= {*list_recipes()}


def test_a_shell_completes_the_roles_of_a_run_that_is_typed(tiny_run):
    words = "learnstrata percentile run --tier T"
    tiers = completed(words, folder=tiny_run.parent)
    assert tiers == ["Tier 1", "Tier 2", "Tier 3"]
    assert not [*filter(None, completed("learnstrata percentile --tier T", folder="."))]
