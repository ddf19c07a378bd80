"""Evidence that is cheap enough for every test run, and none at all."""

from typing import Any

NO_EVIDENCE: dict[str, Any] = {"level": "none"}
LITTLE_EVIDENCE: dict[str, Any] = {
    "draws": 5,
    "max_p": 0.2,
    "rows": 400,
    "jaccard_draws": 4,
    "jaccard_resamples": 2,
    "references": 3,
    "seeds": 2,
    "resamples": 5,
    "sensitivity_rows": 400,
    "finer": {"resamples": 4, "min_learners": 100, "sample": 1_000, "k_max": 3},
}
