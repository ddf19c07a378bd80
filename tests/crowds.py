"""Generated tables of learners that the intruder attacks, and cheap runs of them."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl

from learnstrata.config.loading import load_config
from learnstrata.learners.demo.tables import make_learners
from learnstrata.learners.intake import clean_table, read_table
from learnstrata.pipeline import run
from learnstrata.privacy.disclosure.rounding import Rounding
from learnstrata.runs import Run
from learnstrata.sharing import summaries_of
from learnstrata.summary.contract.results import DisclosedSummary, ExactSummary
from learnstrata.summary.disclose import rounding_of
from thrift import LITTLE_EVIDENCE

SIZES = (3_000, 3_000, 3_500, 4_000, 5_000, 6_500, 9_000, 20_000)
WITH_EXTRAS = (1, 3, 4)  # of the tables
MANY_SEGMENTS = (0, 3, 5)
RECIPES = ("robust", "notebook")
TYPED = "Personal assistant of the owner of house {}"  # by one learner each
PHONE = "+91 98{:08d}"
CHEAP = {
    "tendency": {"sample": 1_500, "probes": 200},
    "hierarchy": {"sample": 1_000, "micro_clusters": 200},
    "fit": {"starts": 2},
}
EXTRAS = {
    "numeric": ["quiz_score"],
    "categorical": ["city", "remark"],
    "outcome": ["completed", "rating"],
}


@dataclass(frozen=True)
class Crowd:
    """A table, by which recipe it is run, and under which key."""

    number: int
    recipe: str

    @property
    def key(self) -> bytes:
        """The secret of whoever runs."""
        return bytes([self.number + 1]) * 32

    @property
    def run(self) -> Run:
        """The finished run, made once."""
        return run_of(self.number, self.recipe)

    def __str__(self) -> str:
        return f"{self.recipe} {self.number}"


CROWDS = [Crowd(i, recipe) for i in range(len(SIZES)) for recipe in RECIPES]


@cache
def table_of(number: int) -> pl.DataFrame:
    """Generate a table; some titles, and in some tables remarks, are of one learner."""
    table = make_learners(SIZES[number], rng=100 + number)
    rng = np.random.default_rng(number)
    singles = rng.permutation(len(table))[:30]
    titles = table["job_position"].to_list()
    for i, row in enumerate(singles[:15].tolist()):
        titles[row] = TYPED.format(i)
    table = table.with_columns(job_position=pl.Series(titles, dtype=pl.String))
    return with_extras(table, rng) if number in WITH_EXTRAS else table


def with_extras(table: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Add columns of the user's: numbers, categories, remarks of few, and outcomes."""
    n = len(table)
    pay = np.log1p(table["ctc"].to_numpy())
    score = 50 + 8 * (pay - pay.mean()) / pay.std() + rng.normal(0, 10, n)
    cities = rng.choice([f"city {i}" for i in range(40)], n, p=steep(40))
    remarks = np.where(rng.random(n) < 0.3, "asked for a mentor", "nothing").tolist()
    for i, row in enumerate(rng.permutation(n)[:12].tolist()):
        remarks[row] = TYPED.format(i) if i % 2 else PHONE.format(12_345 + i)
    return table.with_columns(
        quiz_score=score.round(1),
        city=pl.Series(cities.tolist()),
        remark=pl.Series(remarks),
        completed=pl.Series((rng.random(n) < 0.4).astype(int)),
        rating=pl.Series((score / 10 + rng.normal(0, 1, n)).round(1)),
    )


def steep(n: int) -> np.ndarray:
    """Give frequencies of which the last are of a few learners."""
    weights = 0.8 ** np.arange(n)
    return weights / weights.sum()


@cache
def run_of(number: int, recipe: str) -> Run:
    """Run a table with little evidence."""
    k = 8 if number in MANY_SEGMENTS else 2
    more = {"selection": {"k_min": k, "k_max": k + 3, "sample": 2_000, "starts": 2}}
    if recipe == "robust":
        more["selection"] |= {"splits": 2, "scored": 500, "score_against": "sample"}
        more["evidence"] = LITTLE_EVIDENCE
    if number in WITH_EXTRAS:
        more["columns"] = EXTRAS
    config = load_config(recipe, as_of=2021, **CHEAP, **more)
    return run(table_of(number), config, key=bytes([number + 1]) * 32)


@cache
def results_of(crowd: Crowd) -> tuple[ExactSummary, DisclosedSummary, Rounding]:
    """Give the results of a crowd in both forms, and how its counts were grouped."""
    exact, told = summaries_of(crowd.run, key=crowd.key)
    content = crowd.run.base.account.content
    return exact, told, rounding_of(exact, key=crowd.key, content=content)


def records_of(crowd: Crowd) -> pl.DataFrame:
    """Give the records of a crowd as its run has cleaned them."""
    config, base = crowd.run.config, crowd.run.base
    read = read_table(table_of(crowd.number), config, base.mapping)
    return clean_table(read.records, config, base.limits).records
