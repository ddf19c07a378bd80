"""What the terminal shows."""

import polars as pl
import pytest

from commands import command
from learnstrata.app.screens import (
    DOING,
    run_as_json,
    scan_as_json,
    show_run,
    show_scan,
)
from learnstrata.learners.demo.tables import make_learners
from learnstrata.pipeline import STAGES
from learnstrata.privacy.leaks.scanning import Narrow, ScanReport
from learnstrata.sharing import summaries_of

KEY = b"k" * 32


def test_every_stage_has_a_text():
    assert set(DOING) == {"read", *STAGES, "write"}
    assert len(set(DOING.values())) == len(DOING)


def test_the_verdict_is_part_of_the_result(small_run, notebook_run, tmp_path):
    told = run_as_json(*summaries_of(small_run, key=KEY), tmp_path)
    assert told["verdict"] == small_run.clusters.trust.verdict.word
    told = run_as_json(*summaries_of(notebook_run, key=KEY), tmp_path)
    assert told["verdict"] is None


def test_only_the_totals_are_exact_on_the_terminal(small_run, tmp_path, capsys):
    exact, disclosed = summaries_of(small_run, key=KEY)
    show_run(exact, disclosed, tmp_path)
    told = capsys.readouterr().out
    assert (
        f"{exact.input.segmented:,} learners from {exact.input.records:,} rec" in told
    )
    for own, shared in zip(exact.segments, disclosed.segments, strict=True):
        (line,) = [row for row in told.splitlines() if f" {shared.name} " in row]
        assert f" {shared.size:,} " in line
        assert own.size == shared.size or f" {own.size:,} " not in line
    assert f"{exact.ledger.repaired:,} repaired" not in told


def test_counts_on_the_terminal_are_said_to_be_rounded(small_run, tmp_path, capsys):
    exact, disclosed = summaries_of(small_run, key=KEY)
    error = disclosed.rounding_error
    show_run(exact, disclosed, tmp_path)
    told = " ".join(capsys.readouterr().out.split())
    assert f"as in what is shared, by {error} at most; private/summary.json has" in told
    assert f"{disclosed.ledger.history:,} history" in told
    few = disclosed.ledger.model_copy(update={"set_aside": 2 * error})
    show_run(exact, disclosed.model_copy(update={"ledger": few}), tmp_path)
    told = " ".join(capsys.readouterr().out.split())
    limit = 3 * error + disclosed.settings.base
    assert f"under {limit} with a value set aside" in told
    plain = disclosed.model_copy(update={"ledger": few, "rounding_error": 0})
    show_run(exact, plain, tmp_path)
    told = " ".join(capsys.readouterr().out.split())
    assert f"{2 * error} with a value set aside" in told
    assert "rounded" not in told


def test_a_segment_of_few_is_said_to_be_left_out(
    small_run, notebook_run, tmp_path, capsys
):
    exact, disclosed = summaries_of(notebook_run, key=KEY)
    few = [one for one in exact.segments if (one.learners or 0) < 10]
    assert len(few) == 1
    show_run(exact, disclosed, tmp_path)
    told = capsys.readouterr().out.splitlines()
    assert "Left out: 1 segment has under 10 learners and cannot be shown." in told
    assert not [line for line in told if f" {few[0].name} " in line]
    assert run_as_json(exact, disclosed, tmp_path)["small_segments"] == 1
    both = summaries_of(small_run, key=KEY)
    show_run(*both, tmp_path)
    assert "Left out" not in capsys.readouterr().out
    assert run_as_json(*both, tmp_path)["small_segments"] == 0


LONG = {
    "orgyear": "start_year_of_professional_experience_in_industry",
    "ctc": "Total yearly compensation in local currency",
}


@pytest.mark.parametrize("width", [80, 120])
def test_a_check_keeps_names_of_columns_whole(width, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(width))
    path = tmp_path / "long.csv"
    make_learners(200, rng=1).rename(LONG).write_csv(path)
    config = tmp_path / "long.toml"
    named = {"start_year": LONG["orgyear"], "pay": LONG["ctc"]}
    lines = [f'{key} = "{column}"' for key, column in named.items()]
    config.write_text("\n".join(["[columns]", *lines]))
    told = command("check", path, "--config", config).stdout
    assert all(f" {name} " in told for name in (*LONG.values(), "ctc_updated_year"))
    assert "Missing" in told
    assert ("Distinct" in told) == (width == 120)


NAMES = pl.DataFrame({"kind": ["company", "learner"], "name": ["X", "17"]})


def test_a_scan_tells_what_it_could_only_look_for_in_fields(tmp_path, capsys):
    show_scan(ScanReport((), Narrow(1, 1_500)), NAMES, tmp_path)
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("Clean: nobody is named")
    assert second.startswith("1 names and 1,500 ids may be any word or number")
    show_scan(ScanReport((), Narrow()), NAMES, tmp_path)
    assert len(capsys.readouterr().out.splitlines()) == 1
    told = scan_as_json(ScanReport((), Narrow(1, 1_500)), NAMES, tmp_path)
    assert told["narrow"] == {"companies": 1, "learners": 1_500}
