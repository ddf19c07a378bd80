"""``compare``, ``run --previous`` and ``report --names``, as commands."""

import json
import shutil

import polars as pl
import pytest

from commands import command
from learnstrata.layer.reading import read_summary
from learnstrata.summary.previous import agreement_sentence


@pytest.fixture
def mine(tiny_run, tmp_path, monkeypatch):
    """A run of one's own, under a key of one's own."""
    monkeypatch.setenv("LEARNSTRATA_KEY_FILE", str(tiny_run.parent / "key"))
    return shutil.copytree(tiny_run, tmp_path / "run")


@pytest.fixture
def names(tmp_path):
    def write(text):
        path = tmp_path / "names.toml"
        path.write_text(f"[names]\n{text}\n")
        return path

    return write


@pytest.fixture
def later(mine, tiny_table, tmp_path):
    """A run of the same table without some learners, that follows the first."""
    table = pl.read_csv(tiny_table, infer_schema=False)
    ids = table["email_hash"].unique(maintain_order=True)
    path, out = tmp_path / "later.csv", tmp_path / "later"
    table.filter(pl.col("email_hash").is_in(ids[20:].implode())).write_csv(path)
    options = ["--evidence", "none", "--previous", mine, "--out", out, "--quiet"]
    done = command("run", path, *options)
    assert done.returncode == 0, done.stderr
    return out


def texts_of(run):
    return {
        item.relative_to(run).as_posix(): item.read_bytes().decode(errors="replace")
        for item in run.rglob("*.*")
        if item.suffix in {".csv", ".json", ".html"}
    }


def test_names_of_a_file_are_in_every_file_of_the_run(mine, names):
    old = read_summary(mine).segments[0].name
    done = command("report", mine, "--names", names("1 = 'Ready to mentor'"))
    assert (done.returncode, done.stderr) == (0, "")
    for name, text in texts_of(mine).items():
        assert "Ready to mentor" in text, name
        told = text.replace(f'"name_by_numbers": "{old}"', "")
        assert f'"{old}"' not in told, name
    names_there = pl.read_parquet(mine / "private" / "segments.parquet")["segment_name"]
    assert "Ready to mentor" in names_there.to_list()


def test_a_run_renamed_assigns_under_the_new_names(mine, names, tiny_table, tmp_path):
    command("report", mine, "--names", names("1 = 'Ready to mentor'"), "--quiet")
    out = tmp_path / "assigned.csv"
    assert command("assign", tiny_table, "--model", mine, "-o", out).returncode == 0
    assert "Ready to mentor" in out.read_text()


def test_pictures_that_are_there_are_drawn_anew_under_the_new_names(mine, names):
    command("report", mine, "--figures", mine / "share" / "figures", "--quiet")
    before = {p.name: p.read_bytes() for p in (mine / "share" / "figures").iterdir()}
    done = command("report", mine, "--names", names("1 = 'Ready to mentor'"))
    assert done.returncode == 0, done.stderr
    after = {p.name: p.read_bytes() for p in (mine / "share" / "figures").iterdir()}
    assert after.keys() == before.keys()
    assert any("mentor" in data.decode(errors="replace") for data in after.values())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("9 = 'One'", "names for the segments ['9'], but the segments are 1 to"),
        ("1 = ' '", "expected names that are not empty"),
        ("1 = 'A'\n2 = 'a'", "for more than one of the segments [1, 2]"),
        ("", "names no segment"),
        ("[selection]\nk = 3", "sets ['selection'] besides [names], which takes a new"),
    ],
)
def test_names_that_cannot_be_given_are_one_message_and_change_nothing(
    mine, names, text, message
):
    before = texts_of(mine)
    done = command("report", mine, "--names", names(text))
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert texts_of(mine) == before


def test_a_name_that_names_a_company_is_not_published(mine, names):
    known = pl.read_parquet(mine / "private" / "names.parquet")
    company = known.filter(kind="company")["name"][0]
    before = texts_of(mine)
    done = command("report", mine, "--names", names(f"1 = '{company}'"))
    assert done.returncode == 1
    assert "would name somebody" in done.stderr
    assert texts_of(mine) == before


@pytest.mark.parametrize("text", ["Tcs", "tcs people", "At TCS, soon", "t.c.s"])
def test_a_short_name_of_a_company_is_refused_in_any_case(mine, names, text):
    known = pl.read_parquet(mine / "private" / "names.parquet")
    more = pl.DataFrame({"kind": ["company"], "name": ["TCS"]})
    pl.concat([known, more]).write_parquet(mine / "private" / "names.parquet")
    before = texts_of(mine)
    done = command("report", mine, "--names", names(f"1 = '{text}'"))
    assert done.returncode == 1
    assert f"{text!r} holds the company 'TCS'" in done.stderr
    assert done.stderr.count("\n") == 1
    assert texts_of(mine) == before
    allowed = ["--allow", "tcs", "--allow", text, "--quiet"]
    again = command("report", mine, "--names", names(f"1 = '{text}'"), *allowed)
    assert (again.returncode, again.stderr) == (0, "")
    assert text in (mine / "share" / "report.html").read_text()
    assert command("report", mine, "--quiet").returncode == 0
    assert command("scan", mine).returncode == 0


def test_what_a_render_names_can_be_allowed(mine):
    name = read_summary(mine).segments[0].name
    known = pl.read_parquet(mine / "private" / "names.parquet")
    more = pl.DataFrame({"kind": ["company"], "name": ["Zorblatt Works"]})
    pl.concat([known, more]).write_parquet(mine / "private" / "names.parquet")
    page = mine / "share" / "summary.json"
    page.write_text(page.read_text().replace(name, "Zorblatt Works"))
    done = command("report", mine)
    assert done.returncode == 1
    assert "--allow" in done.stderr
    allowed = command("report", mine, "--allow", "Zorblatt Works")
    assert (allowed.returncode, allowed.stderr) == (0, "")


@pytest.mark.parametrize("name", ["print.pdf", "pictures/map.svg"])
def test_a_file_that_is_not_of_the_run_is_told_before_names_are_changed(
    mine, names, name
):
    own = mine / "share" / name
    own.parent.mkdir(exist_ok=True)
    own.write_text("mine")
    before = texts_of(mine)
    done = command("report", mine, "--names", names("1 = 'Ready to mentor'"))
    assert done.returncode == 2
    for words in (f"share/{name}", "Move it out of the run, then rename", "figures"):
        assert words in done.stderr
    assert "--out" not in done.stderr
    assert texts_of(mine) == before
    assert own.read_text() == "mine"


def test_runs_are_compared_on_the_terminal_and_as_json(mine, later):
    done = command("compare", mine, later)
    assert (done.returncode, done.stderr) == (0, "")
    assert "are not in the segment" in " ".join(done.stdout.split())
    agreed = agreement_sentence(read_summary(later).previous)
    assert agreed in " ".join(done.stdout.split())
    for one in read_summary(later).segments:
        assert one.name in " ".join(done.stdout.split())
    told = json.loads(command("compare", mine, later, "--json").stdout)
    assert told == json.loads(read_summary(later).previous.model_dump_json()) | {
        "out": None,
        "names": [],
    }


def test_a_comparison_is_written_as_a_folder_and_replaced_when_asked(
    mine, later, tmp_path
):
    out = tmp_path / "diff"
    done = command("compare", mine, later, "--out", out)
    assert done.returncode == 0, done.stderr
    assert sorted(p.relative_to(out).as_posix() for p in out.rglob("*.*")) == [
        "private/comparison.json",
        "private/movers.csv",
        "share/comparison.json",
    ]
    again = command("compare", mine, later, "--out", out)
    assert again.returncode == 2
    assert "is there already" in again.stderr
    assert command("compare", mine, later, "--out", out, "--overwrite").returncode == 0
    other = command("compare", mine, later, "--out", mine, "--overwrite")
    assert other.returncode == 2
    assert "is not the folder of a comparison" in other.stderr


def test_what_is_shared_of_two_runs_is_compared_without_movers(mine, later, tmp_path):
    shutil.rmtree(mine / "private")
    out = tmp_path / "diff"
    done = command("compare", mine, later, "--out", out)
    assert done.returncode == 0, done.stderr
    assert "takes the private part of both" in " ".join(done.stdout.split())
    assert not (out / "private").exists()


def test_a_run_that_is_not_there_is_told_before_the_work(tiny_table, tmp_path):
    done = command("run", tiny_table, "--previous", "nowhere", "-o", tmp_path / "out")
    assert done.returncode == 2
    assert "nowhere has no share/summary.json" in done.stderr
    assert not (tmp_path / "out").exists()
