"""Evidence that is cheap enough for every test run, and none at all."""

from typing import Any

NO_EVIDENCE: dict[str, Any] = {"level": "none"}
LITTLE_EVIDENCE: dict[str, Any] = {
    "draws": 5,
    "max_p": 0.2,
    "rows": 400,
    "halved_draws": 4,
    "halved_splits": 2,
    "references": 3,
    "seeds": 2,
    "sensitivity_rows": 400,
    "sensitivity_resamples": 2,
    "finer": {"resamples": 4, "min_learners": 100, "sample": 1_000, "k_max": 3},
}
