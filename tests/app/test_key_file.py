"""The key of a run on the command line: where it may not be."""

import pytest

from commands import command
from learnstrata.learners.demo.tables import make_learners


@pytest.mark.parametrize("way", ["option", "variable"])
def test_a_key_inside_the_run_is_refused_before_any_work(way, tmp_path, monkeypatch):
    table, out = tmp_path / "t.csv", tmp_path / "run"
    make_learners(50, rng=1).write_csv(table)
    key = out / "private" / "key"
    options = ["--key-file", key] if way == "option" else []
    elsewhere = key if way == "variable" else tmp_path / "key"
    monkeypatch.setenv("LEARNSTRATA_KEY_FILE", str(elsewhere))
    result = command("run", table, "--out", out, *options)
    assert result.returncode == 2, result.stderr
    assert result.stderr.startswith(f"learnstrata: Got {key} as the place of the key")
    assert len(result.stderr.splitlines()) == 1
    assert [item.name for item in tmp_path.iterdir()] == ["t.csv"]
