"""How many pays typed in another unit are repaired, and how many real ones spoilt.

``python benchmarks/pay_units.py`` plants slips of each unit, and pays that are small
but real, in pays of two shapes, and cleans them. One line a kind: what became of 100.
"""

import sys

import numpy as np
import numpy.typing as npt
import polars as pl

import learnstrata as ls
from learnstrata.config.loading import load_config
from learnstrata.learners.cleaning import clean
from learnstrata.learners.rules.bounds import find_limits
from learnstrata.learners.rules.values import UNITS

Floats = npt.NDArray[np.float64]
LEARNERS, PLANTED = 20_000, 200
FATES = ("right", "wrong", "set aside", "as typed")


def pays(shape: str, rng: np.random.Generator) -> Floats:
    """Draw believed pays: the demo table's, or a survey's in dollars a year."""
    if shape == "demo":
        found = ls.make_learners(LEARNERS, rng=rng)["ctc"].to_numpy()
        return found[(found > 1e5) & (found < 1.4e7)].astype(np.float64)
    return np.exp(rng.normal(np.log(90_000), 0.45, LEARNERS)).round(-2)


def typed(kind: str, real: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Give what is meant and what is typed."""
    if kind in UNITS:
        return real, (real / UNITS[kind]).round(3)
    low, high = {"part-time": (0.1, 0.6), "a stipend": (0.01, 0.1)}[kind]
    small = (real * rng.uniform(low, high, len(real))).round(-1)
    return small, small


def fates(kind: str, shape: str, rng: np.random.Generator) -> dict[str, float]:
    """Count what becomes of planted pays, of 100."""
    pay = pays(shape, rng)
    place = rng.choice(len(pay), PLANTED, replace=False)
    meant, told = typed(kind, pay[place], rng)
    pay[place] = told
    table = pl.DataFrame(
        {"record": np.arange(len(pay)), "pay": pay, "pay_year": 2021.0}
    )
    table = table.with_columns(learner_id=pl.col("record").cast(pl.String))
    config = load_config("robust")
    done = clean(table, config, find_limits(table, config)).records["pay"]
    found = done.to_numpy()[place]
    near = np.isclose(found, meant, rtol=0.02)
    same = found == told
    counts = (
        near & (~same | (told == meant)),
        ~near & ~same & ~np.isnan(found),
        np.isnan(found),
        same & ~near,
    )
    return {n: 100 * float(c.mean()) for n, c in zip(FATES, counts, strict=True)}


def main() -> None:
    """Print one line a kind of slip and a shape of pays."""
    sys.stdout.write(
        f"{'pays':8}{'planted':12}" + "".join(f"{n:>11}" for n in FATES) + "\n"
    )
    for shape in ("demo", "survey"):
        for kind in (*UNITS, "part-time", "a stipend"):
            found = fates(kind, shape, np.random.default_rng(5))
            told = "".join(f"{found[n]:11.1f}" for n in FATES)
            sys.stdout.write(f"{shape:8}{kind:12}{told}\n")


if __name__ == "__main__":
    main()
