"""Silhouettes of k = 2..10 in one pass, against one call of scikit-learn for each k.

Run: python benchmarks/bench_silhouette.py [--rows 30000] [--seed 0]
"""

import argparse
import time

import numpy as np
import numpy.typing as npt
from sklearn.metrics import silhouette_samples

from learnstrata.stats.kmeans import sweep
from learnstrata.stats.validity import silhouette

TABLE_ROWS = 205_000
COMPANIES_A_ROW = 0.18
ROLE_SHARES = np.array([0.26, 0.21, 0.12, 0.09, 0.05, *(0.27 / 11,) * 11])


def learner_matrix(n_rows: int, seed: int) -> npt.NDArray[np.float64]:
    """Seven z-scored numbers, 16 one-hot roles, 3 one-hot company tiers."""
    rng = np.random.default_rng(seed)
    n_companies = max(3, int(COMPANIES_A_ROW * n_rows))
    weights = np.arange(1, n_companies + 1) ** -0.9
    company = rng.choice(n_companies, size=n_rows, p=weights / weights.sum())
    pay = rng.lognormal(2.3, 0.8, n_rows)  # lakh a year
    typed = rng.random(n_rows) < 0.003
    pay[typed] = rng.uniform(1000, 2000, typed.sum())
    years = rng.integers(0, 31, n_rows).astype(float)
    sizes = np.bincount(company, minlength=n_companies)
    pay_level = np.bincount(company, pay, n_companies) / np.maximum(sizes, 1)
    seniority = np.bincount(company, years, n_companies) / np.maximum(sizes, 1)
    numbers = np.column_stack(
        [
            pay,
            np.log1p(1e5 * pay),
            years,
            np.zeros(n_rows),
            pay_level[company],
            seniority[company],
            sizes[company],
        ]
    )
    spread = numbers.std(axis=0)
    numbers = (numbers - numbers.mean(axis=0)) / np.where(spread > 0, spread, 1)
    cuts = np.quantile(pay_level[sizes > 0], [0.33, 0.66])
    roles = rng.choice(16, size=n_rows, p=ROLE_SHARES / ROLE_SHARES.sum())
    tiers = np.searchsorted(cuts, pay_level[company])
    return np.column_stack([numbers, np.eye(16)[roles], np.eye(3)[tiers]])


def main() -> None:
    """Time both in one run and print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=30_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()

    table = learner_matrix(max(TABLE_ROWS, options.rows), options.seed)
    rng = np.random.default_rng(options.seed)
    X = table[rng.choice(len(table), options.rows, replace=False)]
    labelings = [found.labels for found in sweep(X, range(2, 11), rng=rng).values()]

    start = time.perf_counter()
    ours = silhouette(X, labelings)
    one_pass = time.perf_counter() - start

    start = time.perf_counter()
    theirs = [silhouette_samples(X, labels) for labels in labelings]
    nine_calls = time.perf_counter() - start

    pairs = list(zip(ours, theirs, strict=True))
    of_means = max(abs(a.mean - b.mean()) for a, b in pairs)
    of_rows = max(np.max(np.abs(a.values - b)) for a, b in pairs)
    print(f"{options.rows:,} rows x {X.shape[1]} columns, k = 2..10")
    print(f"one pass       {one_pass:8.2f} s")
    print(f"scikit-learn   {nine_calls:8.2f} s (silhouette_score is its mean)")
    print(f"ratio          {nine_calls / one_pass:8.1f}")
    print(f"largest difference: means {of_means:.1e}, rows {of_rows:.1e}")


if __name__ == "__main__":
    main()
