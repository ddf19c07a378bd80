"""How often monitoring alarms where nothing moved, and what it finds where some did.

Run: python benchmarks/drift.py [--pairs 200] [--learners 153443] [--only null]
    [--sizes 200 5000]

One demo table is read and its features are made once. Each trial draws two tables of
learners out of it without replacement, cuts the first into segments, and looks at both
as `learnstrata monitor` does: every feature, segments, distances, unknown and missing
values, rules of cleaning, pay among peers, corrected together. Prints the share of
trials with any alarm, with the planted move found, with pay inflation named, and, of a
change of who is there alone, with inflation named falsely.
"""

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt
import polars as pl
from tables import say, table

from learnstrata import pipeline
from learnstrata.config.loading import load_config
from learnstrata.layer.monitoring.checks import advised, look
from learnstrata.layer.monitoring.counting import Groups
from learnstrata.layer.monitoring.pay import compare_pay, pay_now
from learnstrata.layer.monitoring.samples import COLUMNS, Paid, Sample, left_out
from learnstrata.learners.demo.tables import make_learners
from learnstrata.learners.factors import as_text
from learnstrata.learners.features.matrix import to_matrix
from learnstrata.learners.ledger import SEGMENTED, entries_in
from learnstrata.privacy.disclosure.rounding import Rounding
from learnstrata.segments.model.model import SegmentModel
from learnstrata.stats import kmeans
from learnstrata.stats.intervals import wilson
from learnstrata.summary.contract.monitoring import Check, PayNow

SIZES = (200, 5_000, 50_000)
SIZE = 5_000  # of trials in which something moves
K = 5
BASE = 10  # of the rounding, whose offsets are drawn
SHIFT = 0.2  # standard deviations
RISE = 0.08
PER = 2.0  # of one kind of learners to one of the others, where the mix changes
Rows = npt.NDArray[np.integer]
Change = Callable[[pl.DataFrame], pl.DataFrame]


@dataclass(frozen=True)
class Pool:
    """Learners of one table with their features, and what cleaning met of each."""

    learners: pl.DataFrame
    missing: pl.DataFrame
    rules: pl.DataFrame
    model: SegmentModel
    spreads: dict[str, float]


def pool_of(n_learners: int) -> Pool:
    """Read a demo table once, and keep its learners."""
    config = load_config(evidence={"level": "none"}, selection={"k": K, "splits": 0})
    found = pipeline.run(make_learners(n_learners, rng=7), config)
    model, learners = found.meaning.model, as_text(found.base.prepared.learners)
    learners = learners.with_row_index("row")
    gaps = [
        (pl.col(c).is_null() if c != YEARS else pl.col(f"{FLAG}") == 1).alias(c)
        for c in COLUMNS
        if c in learners.columns
    ]
    numbers = [c for c in model.features.columns if c not in model.features.categories]
    spreads = {c: float(learners[c].std()) for c in numbers}  # type: ignore[arg-type]
    return Pool(learners, learners.select(gaps), _rules(found), model, spreads)


YEARS, FLAG = "years_of_experience", "experience_imputed"


def _rules(found: pipeline.Run) -> pl.DataFrame:
    """Tell of each learner which rules met the record that stands for them."""
    ledger = found.base.account.ledger.collect().drop_nulls("rule")
    entries = entries_in(ledger).filter(pl.col("state").is_in(SEGMENTED))
    met = entries.select("record", "rule").unique().with_columns(met=pl.lit(value=True))
    wide = met.pivot(on="rule", index="record", values="met")
    rows = pl.DataFrame({"record": found.base.rows})
    joined = rows.join(wide.cast({"record": rows["record"].dtype}), "record", "left")
    return joined.drop("record").fill_null(value=False)


def sample_of(pool: Pool, rows: Rows, model: SegmentModel, change: Change) -> Sample:
    """Make a sample of some learners, as a run and as a new table give it."""
    learners = change(pool.learners[rows])
    X = to_matrix(
        learners.with_columns(record=pl.int_range(len(rows))), model.features
    ).X
    near = kmeans.assign(X, np.array(model.centers))
    told = learners.with_columns(
        pl.Series("segment_id", near.labels.astype(np.int64) + 1),
        pl.Series("distance", np.asarray(near.distance, dtype=np.float64)),
    )
    return Sample(
        learners=told,
        ids=None,
        records=len(rows),
        missing=_sums(pool.missing[rows]),
        rules=_sums(pool.rules[rows]),
        unusable={},
        unknown={},
        paid=Paid(len(rows), None, None),
    )


def _sums(flags: pl.DataFrame) -> dict[str, int]:
    return {name: int(flags[name].sum()) for name in flags.columns}


def with_unknown(old: Sample, new: Sample) -> tuple[Sample, Sample]:
    """Count values that one learner alone has, and those the old sample has not."""
    roles = [one.learners["role_family"].drop_nulls() for one in (old, new)]
    counts = roles[0].value_counts()
    known = counts["role_family"].implode()
    alone = int((counts["count"] == 1).sum())
    return (
        replace(old, unknown={"role": alone}),
        replace(new, unknown={"role": int((~roles[1].is_in(known)).sum())}),
    )


def cut(pool: Pool, rows: Rows, rng: np.random.Generator) -> SegmentModel:
    """Cut the old learners into segments, as a run of them would."""
    learners = pool.learners[rows].with_columns(record=pl.int_range(len(rows)))
    X = to_matrix(learners, pool.model.features).X
    fit = kmeans.fit(X, K, n_starts=2, rng=rng)
    centers = tuple(tuple(map(float, center)) for center in fit.centers)
    return replace(pool.model, centers=centers)


def same(learners: pl.DataFrame) -> pl.DataFrame:
    """Change nothing."""
    return learners


@dataclass(frozen=True)
class Trial:
    """What one look said."""

    advice: str
    checks: tuple[Check, ...]
    pay: PayNow | None

    def saw(self, name: str) -> bool:
        """Say whether a feature raised an alarm."""
        return any(c.name == name and c.advice != "keep" for c in self.checks)


def trial(
    pool: Pool, rows: tuple[Rows, Rows], rng: np.random.Generator, change: Change = same
) -> Trial:
    """Look at two samples as the product does."""
    limits, model = pool.model.config.monitoring, cut(pool, rows[0], rng)
    old = sample_of(pool, rows[0], model, same)
    old = replace(old, learners=left_out(old.learners))
    new = sample_of(pool, rows[1], model, change)
    old, new = with_unknown(old, new)
    found = compare_pay(old.learners, new.learners, model.features)
    offsets = rng.integers(BASE, size=2).tolist()
    groups = Groups(*(Rounding(BASE, one) for one in offsets), sizes=(old.n, new.n))
    checks = look((old, new), model, found, limits, groups=groups)
    of_pay = next((c for c in checks if c.looked == "pay"), None)
    pay = pay_now(found, of_pay, limits) if found and of_pay else None
    return Trial(advised(checks), checks, pay)


def two(pool: Pool, n: int, rng: np.random.Generator) -> tuple[Rows, Rows]:
    """Draw two tables of other learners."""
    rows = rng.choice(len(pool.learners), size=2 * n, replace=False)
    return rows[:n], rows[n:]


def mixed(pool: Pool, n: int, rng: np.random.Generator) -> tuple[Rows, Rows]:
    """Draw a second table in which one kind of learners is more frequent.

    The kind is drawn: those of much experience, of the best-paying companies, or of a
    third of the roles.
    """
    kinds = [
        pool.learners[YEARS] >= pool.learners[YEARS].median(),
        pool.learners["tier"] == "Tier 1",
        pool.learners["role_family"].hash(int(rng.integers(1 << 30))) % 3 == 0,
    ]
    kind = kinds[int(rng.integers(len(kinds)))].fill_null(value=False).to_numpy()
    order = rng.permutation(len(pool.learners))
    old, rest = order[:n], order[n:]
    weights = np.where(kind[rest], PER, 1.0)
    return old, rng.choice(rest, size=n, replace=False, p=weights / weights.sum())


def raised(learners: pl.DataFrame) -> pl.DataFrame:
    """Raise all pay by 8 %; levels of companies are those of the run."""
    return learners.with_columns(
        pl.col("pay") * (1 + RISE), pl.col("log_pay") + np.log1p(RISE)
    )


def shifted(name: str, spread: float) -> Change:
    """Give what moves a number by a fifth of a standard deviation."""
    return lambda learners: learners.with_columns(pl.col(name) + SHIFT * spread)


def rate(name: str, n: int, hits: list[bool]) -> tuple[str, ...]:
    """Write a row: what, learners in each table, share, its interval, trials."""
    count, trials = sum(hits), len(hits)
    low, high = wilson(count, trials)
    ends = f"{low:.1%} to {high:.1%}"
    return name, f"{n:,}", f"{count / trials:.1%}", ends, str(trials)


def nulls(
    pool: Pool, pairs: int, *, sizes: Sequence[int] = SIZES
) -> Iterator[tuple[str, ...]]:
    """Draw tables that have not moved, of each size."""
    for n in sizes:
        if 2 * n > len(pool.learners):
            continue
        done = []
        for i in range(pairs):
            rng = np.random.default_rng([n, i])
            done.append(trial(pool, two(pool, n, rng), rng))
        say(f"{pairs} pairs of {n:,}")
        yield rate("no drift: any alarm", n, [t.advice != "keep" for t in done])
        named = [t.pay is not None and t.pay.move == "inflation" for t in done]
        yield rate("no drift: inflation named", n, named)


def shifts(pool: Pool, pairs: int) -> Iterator[tuple[str, ...]]:
    """Move one number by a fifth of a standard deviation."""
    for name, spread in pool.spreads.items():
        change, done = shifted(name, spread), []
        for i in range(pairs):
            rng = np.random.default_rng([1, i])
            done.append(trial(pool, two(pool, SIZE, rng), rng, change).saw(name))
        say(f"shifts of {name}")
        yield rate(f"{name} higher by {SHIFT} sd: found", SIZE, done)


def inflation(pool: Pool, pairs: int) -> Iterator[tuple[str, ...]]:
    """Raise pay, change who is there, and do both."""
    plans = {
        "pay 8% higher": (two, raised),
        "pay 8% higher, other learners": (mixed, raised),
        "other learners alone": (mixed, same),
    }
    for name, (draw, change) in plans.items():
        done = []
        for i in range(pairs):
            rng = np.random.default_rng([2, i])
            done.append(trial(pool, draw(pool, SIZE, rng), rng, change).pay)
        named = [pay is not None and pay.move == "inflation" for pay in done]
        say(name)
        yield rate(f"{name}: inflation named", SIZE, named)
        known = [pay for pay in done if pay is not None and pay.within is not None]
        within = np.array([pay.within for pay in known], dtype=float)
        true = RISE if change is raised else 0.0
        held = [(p.within_low or 0) <= true <= (p.within_high or 0) for p in known]
        yield rate(f"{name}: interval holds the truth", SIZE, held)
        told = f"{within.mean():.1%}, sd {within.std(ddof=1):.1%}"
        yield (
            f"{name}: change among peers, mean",
            f"{SIZE:,}",
            told,
            "",
            str(len(known)),
        )


def overlapping(pool: Pool, n: int, rng: np.random.Generator) -> tuple[Rows, Rows]:
    """Draw a second table in which nine of ten learners are those of the first."""
    rows = rng.choice(len(pool.learners), size=n + n // 10, replace=False)
    return rows[:n], rows[n // 10 :]


def by_company(pool: Pool, n: int, rng: np.random.Generator) -> tuple[Rows, Rows]:
    """Draw a second table as it comes where employers send their people."""
    old = rng.choice(len(pool.learners), size=n, replace=False)
    rest = pool.learners.select("row", "company").filter(
        ~pl.col("row").is_in(old.tolist())
    )
    names = rest["company"].unique().sort().to_list()
    order = pl.DataFrame(
        {
            "company": [names[i] for i in rng.permutation(len(names))],
            "turn": range(len(names)),
        },
        schema={"company": pl.String, "turn": pl.Int64},
    )
    turned = rest.join(order, "company", "left", nulls_equal=True).sort("turn", "row")
    return old, turned["row"].head(n).to_numpy().astype(np.int64)


def dependent(pool: Pool, pairs: int) -> Iterator[tuple[str, ...]]:
    """Draw tables of one population whose learners are no separate draws."""
    plans = {
        "nine of ten learners in both": overlapping,
        "all learners of some companies": by_company,
    }
    for name, draw in plans.items():
        done = []
        for i in range(pairs):
            rng = np.random.default_rng([3, i])
            done.append(trial(pool, draw(pool, SIZE, rng), rng).advice != "keep")
        say(name)
        yield rate(f"no drift, {name}: any alarm", SIZE, done)


PARTS = {"null": nulls, "shift": shifts, "pay": inflation, "dependent": dependent}


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=200)
    parser.add_argument("--learners", type=int, default=153_443)
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--only", default="", choices=["", *PARTS])
    asked = parser.parse_args()
    start = time.perf_counter()
    pool = pool_of(asked.learners)
    say(f"{len(pool.learners):,} learners after {time.perf_counter() - start:.0f} s")
    parts = {**PARTS, "null": partial(nulls, sizes=asked.sizes)}
    rows = [
        row
        for name, part in parts.items()
        if asked.only in {"", name}
        for row in part(pool, asked.pairs)
    ]
    table("trial | learners in each | share | 95% interval | trials", rows)
    print(f"{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
