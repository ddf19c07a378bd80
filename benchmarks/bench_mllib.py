"""Lloyd's passes as sums of groups, against MLlib's k-means|| at equal k on Spark.

Both get the same rows of one Parquet folder, in sessions of their own. Ours begins at
the centres of a sample that is fitted on the driver, whose CPU is counted as well.

Run: python benchmarks/bench_mllib.py [--rows 2000000] [--k 4] [--seed 0]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import psutil

from learnstrata.engines.centers import Block, Space, move_centers
from learnstrata.engines.spark import SparkEngine
from learnstrata.stats import kmeans

# Of the demo table: five numbers scaled to their weights, sixteen role families.
SHARES = np.array([0.26, 0.21, 0.12, 0.09, 0.05, *(0.27 / 11,) * 11])
NUMBERS = ("log_pay", "log_experience", "company_level", "growth", "size")
ROLE_WEIGHT = 0.5
PARTITIONS = (2, 7)
SAMPLE = 200_000
ROUNDS = 20  # of MLlib, its default


def learners(n: int, seed: int) -> pl.DataFrame:
    """Draw learners whose numbers depend on each other as pay and experience do."""
    rng = np.random.default_rng(seed)
    role = rng.choice(len(SHARES), n, p=SHARES / SHARES.sum())
    years = np.log1p(rng.gamma(2.0, 3.5, n).round())
    level = rng.normal(13.6, 0.36, n)
    pay = 0.45 * level + 0.35 * years + 0.02 * role + rng.normal(7.2, 0.6, n)
    columns = [pay, years, level, rng.normal(0, 1, n), rng.lognormal(3, 1, n) ** 0.3]
    scaled = [(c - c.mean()) / c.std() for c in columns]
    return pl.DataFrame(
        {**dict(zip(NUMBERS, scaled, strict=True)), "role": role.astype(np.int32)}
    )


def space() -> Space:
    """Give the columns of the matrix: five numbers, then a column for each role."""
    shares = SHARES / SHARES.sum()
    scale = float(np.sqrt((shares * (1 - shares)).sum())) / ROLE_WEIGHT
    block = Block(range(5, 5 + len(SHARES)), -shares / scale, (1 - shares) / scale)
    return Space({name: i for i, name in enumerate(NUMBERS)}, {"role": block})


def matrix(rows: pl.DataFrame) -> npt.NDArray[np.float64]:
    """Give rows as the matrix that `space` tells of."""
    block = space().blocks["role"]
    own = rows["role"].to_numpy()[:, None] == np.arange(len(SHARES))
    roles = np.where(own, block.high, block.low)
    return np.column_stack([rows.select(NUMBERS).to_numpy(), roles])


def cpu() -> float:
    """Give the CPU seconds of this process and of its JVM."""
    own = psutil.Process()
    family = [own, *own.children(recursive=True)]
    times = [member.cpu_times() for member in family]
    return sum(t.user + t.system for t in times)


def ours(folder: str, k: int, partitions: int, seed: int) -> npt.NDArray[np.float64]:
    """Fit a sample on the driver, then move its centres over all rows."""
    rows = pl.scan_parquet(f"{folder}/*.parquet").head(SAMPLE).collect()
    start = kmeans.fit(matrix(rows), k, rng=seed).centers
    engine = SparkEngine(session=session())
    table = engine.session.read.parquet(folder).repartition(partitions)
    frame = engine.taken(table.selectExpr("cast(0 as bigint) AS record", "*"))
    return move_centers(engine, frame, space(), start).centers


def mllib(folder: str, k: int, partitions: int, seed: int) -> npt.NDArray[np.float64]:
    """Fit all rows by k-means||, with the roles as columns of 0 and 1."""
    from pyspark.ml.clustering import KMeans
    from pyspark.ml.feature import VectorAssembler

    block = space().blocks["role"]
    table = session().read.parquet(folder).repartition(partitions)
    roles = [
        f"CASE WHEN role = {i} THEN {high!r} ELSE {low!r} END AS r{i}"
        for i, (low, high) in enumerate(
            zip(block.low.tolist(), block.high.tolist(), strict=True)
        )
    ]
    wide = table.selectExpr(*NUMBERS, *roles)
    vectors = VectorAssembler(inputCols=wide.columns, outputCol="features")
    rows = vectors.transform(wide).select("features").cache()
    fitted = KMeans(k=k, seed=seed, maxIter=ROUNDS).fit(rows)
    return np.array(fitted.clusterCenters())


def session() -> Any:  # noqa: ANN401 - a session of Spark
    """Start Spark as the library does."""
    if not ENGINES:
        ENGINES.append(SparkEngine(master="local[2]"))
    return ENGINES[0].session


ENGINES: list[SparkEngine] = []
FITS: dict[str, Callable[..., npt.NDArray[np.float64]]] = {"ours": ours, "mllib": mllib}


def one(name: str, folder: str, k: int, partitions: int, seed: int) -> None:
    """Fit once in this process; print CPU, seconds and centres as JSON."""
    session().range(1000).count()  # the start of the JVM is nobody's
    before, since = cpu(), time.perf_counter()
    centers = FITS[name](folder, k, partitions, seed)
    told = {"cpu": cpu() - before, "wall": time.perf_counter() - since}
    print(json.dumps(told | {"centers": centers.tolist()}), flush=True)
    os._exit(0)  # the JVM ends with its parent


def measured(name: str, folder: str, options: argparse.Namespace, n: int) -> Any:  # noqa: ANN401 - JSON
    """Fit once in a process of its own."""
    call = ["--one", name, "--folder", folder, "--partitions", str(n)]
    own = ["--k", str(options.k), "--seed", str(options.seed)]
    done = subprocess.run(  # noqa: S603 - this script
        [sys.executable, __file__, *call, *own],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def compare(options: argparse.Namespace, folder: str) -> None:
    """Fit with both, for each number of partitions, and print the ratios."""
    table = learners(options.rows, options.seed)
    size = -(-options.rows // 8)
    for i in range(8):
        table[i * size : (i + 1) * size].write_parquet(f"{folder}/{i}.parquet")
    X = matrix(table)
    found: dict[str, list[Any]] = {name: [] for name in FITS}
    print(f"{options.rows:,} rows, {X.shape[1]} columns, k = {options.k}")
    for n in PARTITIONS:
        for name, runs in found.items():
            told = measured(name, folder, options, n)
            centers = np.array(told["centers"])
            near = kmeans.nearest(X, centers)
            told["inertia"] = float(((X - centers[near]) ** 2).sum())
            runs.append(told)
            print(
                f"{name:6} {n} partitions  CPU {told['cpu']:6.1f} s  wall "
                f"{told['wall']:6.1f} s  inertia {told['inertia']:.3f}"
            )
    report(found)


def report(found: dict[str, list[Any]]) -> None:
    """Print what is compared: inertia, CPU, dependence on the partitions."""
    mine, theirs = found["ours"], found["mllib"]
    for label, key in (("CPU", "cpu"), ("inertia", "inertia")):
        ratios = [a[key] / b[key] for a, b in zip(mine, theirs, strict=True)]
        print(f"{label} ratio (ours / MLlib): {[round(r, 6) for r in ratios]}")
    for name, runs in found.items():
        inertias = [run["inertia"] for run in runs]
        spread = max(inertias) / min(inertias) - 1
        same = len({json.dumps(run["centers"]) for run in runs}) == 1
        print(f"{name}: inertia differs by {spread:.2e} with partitions; same {same}")


def main() -> None:
    """Compare, or fit once as one of the compared."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--k", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--one", choices=FITS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    parser.add_argument("--partitions", type=int, default=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        one(
            options.one,
            options.folder,
            options.k,
            options.partitions,
            options.seed,
        )
    with tempfile.TemporaryDirectory() as folder:
        compare(options, folder)


if __name__ == "__main__":
    main()
