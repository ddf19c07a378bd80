"""``check``, ``assign`` and ``explain`` on tables with other columns than usual."""

import json

import polars as pl
import pytest

from commands import command
from learnstrata.layer.reading import read_summary


@pytest.fixture(scope="module")
def learners(tiny_table):
    return pl.read_csv(tiny_table, infer_schema=False)


@pytest.fixture
def written(tmp_path):
    def write(table):
        path = tmp_path / "table.csv"
        table.write_csv(path)
        return path

    return write


def told(result):
    return " ".join(result.stdout.split())


def test_check_tells_what_it_recognised_where_something_is_missing(
    learners, written, monkeypatch
):
    monkeypatch.setenv("COLUMNS", "200")
    table = learners.drop("email_hash").with_columns(token=pl.col("ctc").hash())
    table = table.with_columns(
        pl.col("token").cast(pl.String).str.zfill(20), learner_no=pl.int_range(pl.len())
    )
    result = command("check", written(table))
    assert result.returncode == 2
    for words in (
        "pay ctc",
        "start year orgyear",
        "Learner id? Perhaps 'learner_no' (100.0% of its values are distinct, it is "
        "named like an id).",
        "Problem: Got no column of learner ids; the table has",
        "Cannot run yet: there is company, title, pay, start year.",
    ):
        assert words in told(result), words
    refused = command("run", written(table), "--out", "never")
    assert refused.returncode == 2
    (problem,) = json.loads(command("check", written(table), "--json").stdout)[
        "problems"
    ]
    assert refused.stderr == f"learnstrata: {problem}\n"


def test_check_tells_what_repeats_and_what_cleaning_costs(learners, written):
    doubled = pl.concat([learners, learners.head(100)])
    n, table = len(doubled), written(doubled)
    found = json.loads(command("check", table, "--json").stdout)
    assert found["repeats"] >= 100
    assert found["repeats_share"] == found["repeats"] / n
    cost = found["cleaning"]
    assert sum(cost["states"].values()) == n
    said = told(command("check", table))
    assert (
        f"{found['repeats']:,} ({found['repeats_share']:.1%}) repeat an earlier" in said
    )
    assert f"Records: {found['records_per_learner']:.2f} a learner." in said
    lost = f"Cleaning: {cost['lost_rows']} records ({cost['lost_rows_share']:.1%}) and "
    assert lost in said
    assert f"older_record {cost['rules']['older_record']}" in said


def test_check_names_the_sheet(learners, tmp_path):
    path = tmp_path / "table.xlsx"
    learners.write_excel(path, worksheet="Learners 2021")
    assert "Sheet: 'Learners 2021', 1 of 1" in told(command("check", path))
    found = json.loads(command("check", path, "--json").stdout)
    assert found["source"]["sheet"] == "Learners 2021"


def test_check_takes_the_year_that_counts_as_now(learners, written):
    nothing = pl.lit(None, pl.String)
    table = written(learners.drop("ctc_updated_year").with_columns(orgyear=nothing))
    assert "as_of = 2021 in the" in told(command("check", table))
    assert command("check", table, "--as-of", "2021").returncode == 0


def test_a_table_that_lacks_what_the_model_was_made_with_is_refused(
    learners, written, tiny_run, tmp_path
):
    out = tmp_path / "segments.csv"
    for lacks in ("ctc", "orgyear", "job_position", "company_hash"):
        table = written(learners.drop(lacks))
        for asked in (["assign", "--out", out], ["explain", "--learner", "a"]):
            result = command(asked[0], table, "--model", tiny_run, *asked[1:])
            assert result.returncode == 2
            assert result.stdout == ""
            assert result.stderr.startswith("learnstrata: The model was made with ")
            assert f"this table has no {lacks} (" in result.stderr
            assert len(result.stderr.splitlines()) == 1
    assert not out.exists()


def test_a_table_without_values_of_what_the_model_was_made_with_is_refused(
    learners, written, tiny_run
):
    table = written(learners.with_columns(orgyear=pl.lit(None, pl.String)))
    result = command("assign", table, "--model", tiny_run)
    assert result.returncode == 2
    assert "made with orgyear (start year), known of 9" in result.stderr
    assert "in this table orgyear has a value that can be used for 0%" in result.stderr


def test_what_was_taken_for_granted_of_a_table_is_told(
    learners, written, tiny_run, tmp_path
):
    pay = pl.Series("ctc", [f"{n:,}" for n in range(100_000, 100_000 + len(learners))])
    soon = pl.lit("soon", pl.String)
    asked = ["--model", tiny_run, "--out", tmp_path / "out.csv", "--overwrite"]
    table = written(learners.with_columns(pay, orgyear=soon).head(9))
    result = command("assign", table, *asked)
    assert result.returncode == 0, result.stderr
    granted = "pay: A comma before three digits parts the thousands: 45,000 is 45000."
    noted = " ".join(result.stderr.split())
    assert f"Note: {granted}" in noted
    assert "Note: In 9 records a value that cannot be read, or not be" in noted
    found = json.loads(command("assign", table, *asked, "--json").stdout)
    assert found["notes"][0].startswith(granted)
    assert len(found["notes"]) == 2
    assert found["source"]["format"] == "csv"


def test_columns_of_other_names_are_found_or_told_by_a_configuration(
    learners, written, tiny_run, tmp_path
):
    same = tmp_path / "same.csv"
    assert (
        command("assign", written(learners), "-m", tiny_run, "-o", same).returncode == 0
    )
    usual = learners.rename({"ctc": "\u200bSalary ", "orgyear": "Start-Year"})
    strange = learners.rename({"ctc": "Gehalt"})
    (tmp_path / "c.toml").write_text('[columns]\npay = "gehalt"\n')
    options = ["--config", tmp_path / "c.toml"]
    learner = learners["email_hash"][0]
    for table, more in ((usual, []), (strange, options)):
        out = tmp_path / "out.csv"
        asked = [written(table), "--model", tiny_run, *more]
        result = command("assign", *asked, "--out", out, "--overwrite")
        assert result.returncode == 0, result.stderr
        assert out.read_bytes() == same.read_bytes()
        assert command("explain", *asked, "--learner", learner).returncode == 0
    assert command("assign", written(strange), "-m", tiny_run).returncode == 2


def test_every_command_takes_the_run_or_a_file_of_it(tiny_run, tiny_table, tmp_path):
    cell = next(c for c in read_summary(tiny_run).benchmarks.cells if c.shown)
    peers = ["--role", cell.role_family.upper(), "--tier", cell.tier.lower()]
    peers += ["--experience", cell.experience_band.swapcase(), "--pay", cell.p50]
    answers = set()
    for given in ("", "share", "private", "share/summary.json", "private/model.json"):
        place = tiny_run / given
        out = tmp_path / "s.csv"
        results = [
            command("assign", tiny_table, "-m", place, "-o", out, "--overwrite"),
            command("percentile", place, *peers),
            command("scan", place),
        ]
        assert [one.returncode for one in results] == [0, 0, 0], (given, results)
        answers.add(tuple(one.stdout for one in results))
    assert len(answers) == 1


def test_what_is_no_run_is_named_with_what_was_looked_for(tiny_table, tmp_path):
    result = command("assign", tiny_table, "--model", tmp_path)
    assert result.returncode == 2
    assert (
        f"There is no model '{tmp_path}/private/model.json'. Give the" in result.stderr
    )
    for name in ("scan", "report"):
        result = command(name, tmp_path)
        assert result.returncode == 2
        assert f"{tmp_path} has no share/summary.json" in result.stderr


KEYS = {"pay": "ctc", "title": "job_position"}


def test_check_breaks_no_name_of_a_column_within_a_word(learners, written, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    long = {"ctc": "total_yearly_compensation", "job_position": "job position now"}
    table = written(learners.rename(long))
    path = table.parent / "long.toml"
    named = (f'{key} = "{long[name]}"' for key, name in KEYS.items())
    path.write_text("\n".join(("[columns]", *named)))
    shown = command("check", table, "--config", path).stdout.splitlines()
    assert max(map(len, shown)) <= 80
    assert any("total_yearly_compensatio" in line for line in shown)
    assert "company_hash" in "\n".join(shown)
