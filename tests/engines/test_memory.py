"""What a run needs is told before it starts."""

import pytest

from learnstrata.engines import memory
from learnstrata.engines.memory import free_memory, needed_memory, refuse_too_large
from learnstrata.exceptions import SourceError


def test_a_table_that_fits_is_let_through():
    refuse_too_large(1_000_000, free=8e9)


def test_a_table_that_does_not_fit_is_refused_with_the_estimate_and_a_way_out():
    with pytest.raises(SourceError) as said:
        refuse_too_large(3_000_000, free=8e9)
    assert str(said.value) == (
        "3,000,000 records need about 9.5 GB of memory with the engine polars, and "
        "8.0 GB are free. Take --engine duckdb or --engine spark, which keep the "
        "records on disk, or a machine with more memory."
    )


def test_another_engine_needs_less_of_this_process():
    assert needed_memory(10_000_000, "spark") < needed_memory(10_000_000)
    with pytest.raises(SourceError, match="more memory for this process"):
        refuse_too_large(100_000_000, "spark", free=8e9)


def test_another_engine_is_named_only_where_it_would_do():
    with pytest.raises(SourceError) as said:
        refuse_too_large(10_000_000, free=8e9)
    assert "--engine" not in str(said.value)


def test_rows_that_were_guessed_are_told_as_guessed():
    with pytest.raises(SourceError, match="^About .*, guessed from .* Store it as Par"):
        refuse_too_large(3_000_000, free=8e9, guessed=True)


@pytest.mark.parametrize("name", ["inactive_file", "total_inactive_file"])
def test_files_that_may_be_forgotten_are_free(tmp_path, monkeypatch, name):
    told = {"most": "1000", "used": "900", "parts": f"anon 300\n{name} 500\n"}
    for place, text in told.items():
        (tmp_path / place).write_text(text)
    monkeypatch.setattr(memory, "LIMITS", [tmp_path / "most"])
    monkeypatch.setattr(memory, "USED", [tmp_path / "used"])
    monkeypatch.setattr(memory, "PARTS", [tmp_path / "parts"])
    assert free_memory() == 600.0
    (tmp_path / "parts").unlink()
    assert free_memory() == 100.0


def test_the_machine_tells_what_is_free():
    free = free_memory()
    assert free is None or 0 < free < 1e15
