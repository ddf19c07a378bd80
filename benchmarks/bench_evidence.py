"""The evidence: its parts against plain scikit-learn, and what each level costs.

    python benchmarks/bench_evidence.py --learners 153443

Prints, on the matrix of the demo table: the silhouette of nine k for sampled learners
against all; 100 bootstrap refits with Jaccard; the peers' seconds for as much of that
work as they can do, and the ratio for equal work; then whole runs at each level, each
in a process of its own.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from measuring import measure
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

from learnstrata import pipeline
from learnstrata.config.loading import load_config
from learnstrata.learners.demo.tables import make_learners
from learnstrata.stats import kmeans, stability, validity

K = range(2, 11)
CHOSEN = 4
SCORED = 5_000
PEER_ROWS = 15_000
REFITS = 100
PEER_REFITS = 10


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Give the seconds of some work, and its result."""
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


def compare_silhouettes(X: npt.NDArray[np.float32]) -> None:
    """Whole table by sampling one side; scikit-learn on as many rows as it can hold."""
    rng = np.random.default_rng(0)
    fits = kmeans.sweep(X[rng.choice(len(X), 30_000, replace=False)], K, rng=rng)
    labelings = [kmeans.nearest(X, fit.centers) for fit in fits.values()]
    rows = rng.choice(len(X), SCORED, replace=False)
    whole, found = timed(lambda: validity.silhouette(X, labelings, rows=rows))
    error = max(result.standard_error for result in found)
    print(f"silhouette, nine k, {SCORED:,} against {len(X):,}: {whole:.1f} s")
    print(f"  largest standard error {error:.4f}")
    some = rng.choice(len(X), PEER_ROWS, replace=False)
    cut = [labels[some] for labels in labelings]
    ours, means = timed(lambda: validity.silhouette(X[some], cut))
    peer, theirs = timed(lambda: [silhouette_score(X[some], labels) for labels in cut])
    pairs = zip(means, theirs, strict=True)
    apart = max(abs(mean.mean - own) for mean, own in pairs)
    print(f"  exact on {PEER_ROWS:,}: {ours:.2f} s, scikit-learn {peer:.1f} s, ")
    print(f"  ratio {peer / ours:.0f}; means differ by {apart:.0e} at most")


def compare_bootstraps(X: npt.NDArray[np.float32]) -> None:
    """Refit as many rows as there are, and match by Jaccard; a plain loop beside it."""
    fit = kmeans.fit(X, CHOSEN, n_starts=4, rng=0)
    for start in ("fitted", "fresh"):
        ours, found = timed(
            lambda start=start: stability.bootstrap_jaccard(
                X, fit, n_resamples=REFITS, start=start, rng=0
            )
        )
        peer, lowest = timed(lambda start=start: plain_bootstrap(X, fit, start))
        ratio = (peer / PEER_REFITS) / (ours / REFITS)
        print(f"bootstrap, {REFITS} refits of {len(X):,}, {start}: {ours:.1f} s")
        print(f"  lowest Jaccard {found.lowest:.3f}; scikit-learn {peer:.1f} s for")
        print(f"  {PEER_REFITS} refits ({lowest:.3f}), ratio {ratio:.1f} a refit")


def plain_bootstrap(
    X: npt.NDArray[np.float32], fit: kmeans.KMeansFit, start: str
) -> float:
    """Refit with scikit-learn in a loop and compare clusters as sets of rows."""
    rng = np.random.default_rng(0)
    similarity = np.zeros(CHOSEN)
    for seed in range(PEER_REFITS):
        rows = rng.integers(len(X), size=len(X))
        init: Any = fit.centers if start == "fitted" else "k-means++"
        n_init = 1 if start == "fitted" else 4
        model = KMeans(CHOSEN, init=init, n_init=n_init, random_state=seed)
        labels = model.fit_predict(X[rows].astype(np.float64))
        for j in range(CHOSEN):
            own = set(rows[fit.labels[rows] == j])
            others = [set(rows[labels == i]) for i in range(CHOSEN)]
            similarity[j] += max(len(own & o) / len(own | o) for o in others)
    return float(similarity.min() / PEER_REFITS)


def compare_levels(table: Path, folder: Path) -> None:
    """Run the whole thing at each level: what the evidence adds."""
    base = 0.0
    for level in ("none", "quick", "full"):
        out = folder / level
        command = [sys.executable, "-m", "learnstrata", "run", str(table), "--quiet"]
        command += ["--out", str(out), "--evidence", level]
        seconds, _, memory = measure(command)
        base = base or seconds
        paths = [out / "summary.json", out / "share" / "summary.json"]
        text = next(path for path in paths if path.exists()).read_text()
        found = json.loads(text)["selection"]
        print(
            f"run --evidence {level:<5} {seconds:6.1f} s (+{seconds - base:.1f}), "
            f"{memory:,.0f} MB, k = {found['k']}"
        )


def main() -> None:
    """Make the table and its matrix, and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learners", type=int, default=153_443)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--levels-only", action="store_true")
    arguments = parser.parse_args()
    frame = make_learners(arguments.learners, rng=arguments.seed)
    if not arguments.levels_only:
        config = load_config()
        X = pipeline.prepare_learners(frame, config).prepared.matrix.X
        compare_silhouettes(X)
        compare_bootstraps(X)
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "learners.csv"
        frame.write_csv(table)
        compare_levels(table, Path(folder))


if __name__ == "__main__":
    main()
