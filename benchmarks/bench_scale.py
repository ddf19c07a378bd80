"""What a run costs as tables grow: CPU and wall by stage, peak memory, exponents.

    python benchmarks/bench_scale.py --records 1000000 3000000 10000000

Makes its tables: the demo table again and again, each time with ids drawn anew and pays
moved by about 1 %. Each run, report included, is a process of its own; so is each
`learnstrata assign`, by the model of the run and by one of pay and years. An exponent
of 1 is a cost that grows as the records do.
"""

import argparse
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow.parquet as pq
from blas import kernel
from measuring import Cost, measure
from tables import say, table

from learnstrata.learners.demo.tables import make_learners

JITTER = 0.01  # of log pay
DIGITS = 4  # of an id that are drawn anew: as many tables as they can tell apart
STAGES_END = "end"
NUMBERS = '[columns]\ncompany = ""\ntitle = ""\n'


def make_table(path: Path, records: int, *, seed: int = 7) -> None:
    """Write a table of so many records, part by part, as Parquet."""
    base, rng = make_learners(rng=seed).drop("Unnamed: 0"), np.random.default_rng(seed)
    done, writer = 0, None
    for part in range(math.ceil(records / len(base))):
        rows = _drawn_anew(base, part, rng).head(records - done).to_arrow()
        writer = writer or pq.ParquetWriter(path, rows.schema)
        writer.write_table(rows)
        done += len(rows)
    if writer:
        writer.close()


def _drawn_anew(
    base: pl.DataFrame, part: int, rng: np.random.Generator
) -> pl.DataFrame:
    jitter = pl.Series(np.exp(rng.normal(0.0, JITTER, len(base))))
    own = pl.lit(f"{part:0{DIGITS}x}") + pl.col("email_hash").str.slice(DIGITS)
    pay = (pl.col("ctc") * jitter / 1_000).round() * 1_000
    return base.with_columns(email_hash=own, ctc=pay.cast(base.schema["ctc"]))


def run_stages(source: str, out: str) -> None:
    """Run and save; print CPU, wall and memory at the beginning of each stage."""
    marks: list[dict[str, Any]] = []

    def mark(stage: str) -> None:
        spent = os.times()
        marks.append(
            {
                "stage": stage,
                "cpu": spent.user + spent.system,
                "wall": time.perf_counter(),
                "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )

    mark("import")
    from learnstrata.facade import segment
    from learnstrata.learners.sources.files import scan_source

    mark("read")
    frame, info = scan_source(source)
    found = segment(frame, source=info, watch=mark, key=bytes(32))
    mark("save")
    found.save(out)
    mark(STAGES_END)
    print(json.dumps(marks))


def measured(source: Path, out: Path) -> tuple[dict[str, float], float, float]:
    """Run in a process of its own; give CPU by stage, wall and peak memory in MB."""
    command = [sys.executable, __file__, "--child", str(source), str(out)]
    done = subprocess.run(  # noqa: S603 - this very file
        command, check=True, capture_output=True, text=True
    )
    marks = json.loads(done.stdout.splitlines()[-1])
    stages = {one["stage"]: after["cpu"] - one["cpu"] for one, after in pairwise(marks)}
    return stages, marks[-1]["wall"] - marks[0]["wall"], marks[-1]["peak"]


def assigned(source: Path, model: Path, out: Path) -> Cost:
    """Give the cost of `learnstrata assign`."""
    command = [sys.executable, "-m", "learnstrata", "assign", str(source)]
    command += ["--model", str(model), "--out", str(out), "--quiet", "--overwrite"]
    return measure(command)


def fitted_on_numbers(source: Path, place: Path) -> Path:
    """Run on pay and years alone; give the run."""
    config, out = place / "numbers.toml", place / "numbers"
    config.write_text(NUMBERS, encoding="utf-8")
    command = [sys.executable, "-m", "learnstrata", "run", str(source), "--quiet"]
    command += ["--config", str(config), "--evidence", "none", "--out", str(out)]
    command += ["--key-file", str(place / "key")]
    subprocess.run(command, check=True)  # noqa: S603 - our own command
    return out


def exponent(small: float, large: float, ratio: float) -> str:
    """Tell how a cost grows; what is hardly there grows by nothing one can tell."""
    if small < 0.2 or large <= 0:
        return ""
    return f"{math.log(large / small) / math.log(ratio):.2f}"


def main() -> None:
    """Make the tables, run, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--records", type=int, nargs="+", default=[1_000_000, 3_000_000]
    )
    parser.add_argument("--child", nargs=2)
    arguments = parser.parse_args()
    if arguments.child:
        run_stages(*arguments.child)
        return
    for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
        os.environ.pop(name, None)
    print(kernel())
    with tempfile.TemporaryDirectory() as folder:
        place, found = Path(folder), {}
        models: dict[str, Path] = {}
        for records in arguments.records:
            say(f"{records:,} records")
            make_table(place / "table.parquet", records)
            out = place / f"run-{records}"
            found[records] = measured(place / "table.parquet", out)
            source = place / "table.parquet"
            models = models or {
                "assign": out,
                "assign by numbers": fitted_on_numbers(source, place),
            }
            for name, model in models.items():
                cost = assigned(source, model, place / "members.parquet")
                found[records][0][name] = cost.cpu
                each = records / cost.cpu / 1e6
                say(f"{name}: {each:.2f} M records a CPU s, {cost.memory:,.0f} MB")
    show(found)


def show(found: dict[int, tuple[dict[str, float], float, float]]) -> None:
    """Print a row a stage, and the wall and memory of the whole."""
    sizes = list(found)
    ratio = sizes[-1] / sizes[0]
    rows: list[list[object]] = []
    for stage in found[sizes[0]][0]:
        costs = [found[n][0].get(stage, 0.0) for n in sizes]
        grown = exponent(costs[0], costs[-1], ratio) if len(sizes) > 1 else ""
        rows.append([stage, *(f"{cost:.2f}" for cost in costs), grown])
    whole = [
        sum(v for k, v in found[n][0].items() if not k.startswith("assign"))
        for n in sizes
    ]
    rows.append(["run, CPU s", *(f"{cost:.1f}" for cost in whole), ""])
    rows.append(["run, wall s", *(f"{found[n][1]:.1f}" for n in sizes), ""])
    rows.append(["run, peak MB", *(f"{found[n][2]:,.0f}" for n in sizes), ""])
    heads = " | ".join(f"{n:,}" for n in sizes)
    table(f"CPU s by stage | {heads} | exponent", rows)


if __name__ == "__main__":
    main()
