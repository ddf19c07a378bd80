"""Runs with members that a test plants: who is in which segment, and how surely."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import polars as pl

import learnstrata as ls
from learnstrata.config.loading import load_config
from learnstrata.layer.store.versions import RunContent
from thrift import NO_EVIDENCE


@cache
def base(k: int) -> RunContent:
    """Give a real run with so many segments."""
    config = load_config("robust", evidence=NO_EVIDENCE, selection={"k": k})
    found = ls.segment(ls.make_learners(400, rng=3), config=config, key=bytes(32))
    return RunContent(found.exact, found.model, found.members)


def planted(
    numbers: Mapping[str, int],
    *,
    second: Mapping[str, int] | None = None,
    margin: float | Mapping[str, float] = 0.5,
    said: Mapping[str, int] | None = None,
    names: Sequence[str] | None = None,
) -> RunContent:
    """Give a run that puts learners into segments by their number.

    What the table says of a learner is told by `said`, a number; the same for all
    where it is left out.
    """
    k = max(numbers.values())
    run = base(k)
    ids = sorted(numbers)
    margins = margin if isinstance(margin, Mapping) else dict.fromkeys(ids, margin)
    rows = {
        "learner_id": ids,
        "segment_id": [numbers[i] for i in ids],
        "second_segment_id": [(second or {}).get(i) for i in ids],
        "margin": [margins.get(i, 0.5) for i in ids],
        "confidence": [1.0] * len(ids),
        "standing": ["core"] * len(ids),
        "role_family": ["Backend"] * len(ids),
        "subsegment_id": [None] * len(ids),
        "values_digest": [(said or {}).get(i, 0) for i in ids],
        "member_code": list(range(len(ids))),
    }
    schema: dict[str, Any] = {"second_segment_id": pl.Int64, "subsegment_id": pl.String}
    model = run.model.with_names(names or [f"Group {j + 1}" for j in range(k)])
    learners = pl.DataFrame(rows, schema_overrides=schema)
    return replace(run, model=model, learners=learners)


def groups(*sizes: int, shift: int = 0) -> dict[str, int]:
    """Give learners ``l0000`` and on, the first so many in segment 1, and so on."""
    numbers = np.repeat(np.arange(1, len(sizes) + 1), sizes)
    return {f"l{i + shift:04}": int(n) for i, n in enumerate(numbers)}
