"""``learnstrata explain`` and ``learnstrata percentile``: answers for a counsellor."""

import json
import shutil

import polars as pl
import pytest

from commands import command
from learnstrata.layer.reading import read_summary


@pytest.fixture(scope="module")
def model(tiny_run):
    return tiny_run / "private" / "model.json"


@pytest.fixture(scope="module")
def member(tiny_run):
    """One learner of the run, as its files tell of them."""
    return pl.read_parquet(tiny_run / "private" / "segments.parquet").row(7, named=True)


@pytest.fixture(scope="module")
def cell(tiny_run):
    """A shown group of peers and the options that ask for it."""
    shown = next(c for c in read_summary(tiny_run).benchmarks.cells if c.shown)
    return shown, asked_for(shown)


def asked_for(cell):
    asked = ["--role", cell.role_family, "--tier", cell.tier]
    return [*asked, "--experience", cell.experience_band]


def refused(result, *words):
    assert (result.returncode, result.stdout) == (2, ""), result
    told = " ".join(result.stderr.replace("\u2502", " ").split())
    for word in words:
        assert word in told, told


def test_contributions_add_up_to_the_margin(tiny_table, model, member):
    own = member["learner_id"]
    result = command(
        "explain", tiny_table, "--model", model, "--learner", own, "--json"
    )
    assert result.returncode == 0, result.stderr
    told = json.loads(result.stdout)
    assert told["learner"] == own
    wanted = {"id": member["segment_id"], "name": member["segment_name"]}
    assert told["segment"] == wanted
    assert told["next_segment"]["id"] == member["second_segment_id"]
    total = sum(pull["contribution"] for pull in told["pulls"])
    assert total == pytest.approx(told["margin"], rel=1e-12)
    assert told["margin"] > 0
    assert {"pay", "years"} <= set(" ".join(p["told"] for p in told["pulls"]).split())


def test_an_explanation_is_a_table_of_all_its_pulls(
    tiny_table, model, member, monkeypatch
):
    monkeypatch.setenv("COLUMNS", "160")
    asked = ["explain", tiny_table, "-m", model, "--learner", member["learner_id"]]
    told = json.loads(command(*asked, "--json").stdout)
    result = command(*asked)
    assert result.returncode == 0, result.stderr
    head = f"{member['learner_id']} is in {member['segment_id']} "
    assert result.stdout.startswith(head + member["segment_name"])
    for pull in told["pulls"]:
        towards = told["segment" if pull["contribution"] > 0 else "next_segment"]
        (row,) = (r for r in result.stdout.splitlines() if r.startswith(pull["told"]))
        assert f"{pull['contribution']:+.3f}" in row
        assert towards["name"] in row
    assert f"{told['margin']:+.3f}" in result.stdout


@pytest.mark.parametrize("dirt", [" {} ", "{}\u200e", "\xa0{}"])
def test_an_id_is_found_as_it_stands_in_the_table(
    tiny_table, model, member, tmp_path, dirt
):
    own = member["learner_id"]
    dirty = dirt.format(own)
    table = pl.read_csv(tiny_table, infer_schema=False).with_columns(
        pl.col("email_hash").replace(own, dirty)
    )
    table.write_csv(tmp_path / "dirty.csv")
    asked = ["explain", tmp_path / "dirty.csv", "-m", model, "--json", "--learner"]
    told, same = (json.loads(command(*asked, who).stdout) for who in (dirty, own))
    assert told["margin"] == same["margin"]


def test_an_explanation_of_nobody_is_refused(tiny_table, model, member, tmp_path):
    asked = ["explain", tiny_table, "--model", model]
    words = ["Got learner 'nobody', expected one of the 300 ids of the table"]
    refused(command(*asked, "--learner", "nobody"), *words)
    refused(command(*asked), "Missing option '--learner'")
    own = ["--learner", member["learner_id"]]
    missing = tmp_path / "none.json"
    refused(command("explain", tiny_table, "-m", missing, *own), "There is no model")
    refused(command("explain", tmp_path / "no.csv", "-m", model, *own), "no.csv")


def test_the_median_of_a_group_is_at_fifty(tiny_run, cell):
    shown, asked = cell
    result = command("percentile", tiny_run, *asked, "--pay", shown.p50)
    assert result.returncode == 0, result.stderr
    assert "LPA is at about the 50th percentile of the pay of" in result.stdout
    result = command("percentile", tiny_run, *asked, "--pay", shown.p50, "--json")
    told = json.loads(result.stdout)
    assert (told["percentile"], told["bound"], told["level"]) == (50.0, "", "cell")
    assert told["group"] == ", ".join(asked[1::2])


def test_only_what_is_shared_is_needed(tiny_run, cell, tmp_path):
    shown, asked = cell
    shutil.copytree(tiny_run / "share", tmp_path / "share")
    asked = [*asked, "--pay", shown.p50, "--json"]
    shared = command("percentile", tmp_path, *asked)
    assert shared == command("percentile", tiny_run, *asked)
    assert shared.returncode == 0, shared.stderr


def test_a_wider_group_answers_for_one_that_is_hidden_and_says_so(tiny_run):
    cells = read_summary(tiny_run).benchmarks.cells
    hidden = next(cell for cell in cells if not cell.shown)
    asked = asked_for(hidden)
    result = command("percentile", tiny_run, *asked, "--pay", 900_000)
    assert result.returncode == 0, result.stderr
    assert "may not be shown, so a wider one answers" in " ".join(result.stdout.split())


def test_a_percentile_that_cannot_be_told_is_refused(tiny_run, cell, tmp_path):
    shown, asked = cell
    refused(
        command("percentile", tiny_run, *asked, "--pay", -5),
        "Got pay='-5', expected a positive amount",
    )
    refused(
        command("percentile", tiny_run, *asked, "--pay", "much"),
        "Got pay='much', expected an amount of INR a year",
    )
    refused(command("percentile", tiny_run, *asked), "--pay: a pay a year")
    wrong = ["--role", "Astronaut", *asked[2:], "--pay", shown.p50]
    words = ["Got role_family='Astronaut', expected one of", shown.role_family]
    refused(command("percentile", tiny_run, *wrong), *words)
    asked = [*asked, "--pay", shown.p50]
    refused(command("percentile", tmp_path, *asked), "Give the folder of a run")
