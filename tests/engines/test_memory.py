"""What a run needs is told before it starts."""

import pytest

from learnstrata.engines import memory
from learnstrata.engines.memory import free_memory, needed_memory, refuse_too_large
from learnstrata.exceptions import SourceError


def test_a_table_that_fits_is_let_through():
    refuse_too_large(1_000_000, free=8e9)


def test_a_table_that_does_not_fit_is_refused_with_the_estimate_and_what_to_do():
    with pytest.raises(SourceError) as said:
        refuse_too_large(9_000_000, free=8e9)
    assert str(said.value) == (
        "9,000,000 records need about 9.5 GB of memory with the engine polars, and "
        "8.0 GB are free. Take a machine with more memory for this process, or fewer "
        "learners."
    )


def test_what_another_engine_takes_for_itself_comes_on_top():
    assert needed_memory(10_000_000, "duckdb") > needed_memory(10_000_000)
    with pytest.raises(SourceError, match="more memory for this process"):
        refuse_too_large(100_000_000, "spark", free=8e9)


def test_rows_that_were_guessed_are_told_as_guessed():
    with pytest.raises(SourceError, match="^About .*, guessed from .* Store it as Par"):
        refuse_too_large(9_000_000, free=8e9, guessed=True)


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
