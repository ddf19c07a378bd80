"""A table of paid learners in thin and thick cells."""

import numpy as np
import polars as pl


def paid_learners(n=2000, *, seed=0, companies=40):
    """Learners of 3 roles, 3 tiers and 3 bands; thin cells, some without a company."""
    rng = np.random.default_rng(seed)
    role = rng.choice(["Backend", "Data", "Quality"], n, p=[0.7, 0.25, 0.05])
    tier = rng.choice(["Tier 1", "Tier 2", "Unrated"], n, p=[0.3, 0.6, 0.1])
    years = rng.integers(0, 15, n).astype(float)
    band = np.where(years <= 2, "Early", np.where(years <= 6, "Mid", "Senior"))
    company = rng.zipf(1.5, n) % companies
    pay = np.exp(13.5 + 0.1 * years + (tier == "Tier 1") + rng.normal(0, 0.5, n))
    frame = pl.DataFrame(
        {
            "record": np.arange(n),
            "learner_id": [f"l{i}" for i in range(n)],
            "role_family": role,
            "tier": tier,
            "experience_band": band,
            "years_of_experience": years,
            "experience_imputed": 0,
            "company": [f"c{c}" for c in company],
            "pay": pay,
            "pay_imputed": 0,
            "pay_year": 2020.0,
        }
    )
    return frame.with_columns(
        company=pl.when(pl.col("record") % 20 != 0).then("company")
    )
