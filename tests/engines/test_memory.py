"""What a run needs is told before it starts."""

import pytest

from learnstrata.engines.memory import free_memory, needed_memory, refuse_too_large
from learnstrata.exceptions import SourceError


def test_a_table_that_fits_is_let_through():
    refuse_too_large(1_000_000, free=8e9)


def test_a_table_that_does_not_fit_is_refused_with_the_estimate_and_a_way_out():
    with pytest.raises(SourceError) as said:
        refuse_too_large(10_000_000, free=8e9)
    assert str(said.value) == (
        "10,000,000 records need about 30.5 GB of memory with the engine polars, and "
        "8.0 GB are free. Take --engine duckdb or --engine spark, which keep the "
        "records on disk, or a machine with more memory."
    )


def test_another_engine_needs_less_of_this_process():
    assert needed_memory(10_000_000, "spark") < needed_memory(10_000_000)
    with pytest.raises(SourceError, match="more memory for this process"):
        refuse_too_large(100_000_000, "spark", free=8e9)


def test_the_machine_tells_what_is_free():
    free = free_memory()
    assert free is None or 0 < free < 1e15
