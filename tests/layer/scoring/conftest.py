"""Models of several makes, and a table of typed columns."""

from dataclasses import replace

import polars as pl
import pytest

from learnstrata.config.loading import load_config
from learnstrata.learners.demo.tables import make_learners
from learnstrata.pipeline import run
from learnstrata.segments.model.certainty import Certainty
from learnstrata.segments.model.model import SegmentModel
from thrift import NO_EVIDENCE

UNKNOWN = {
    "job_position": ["Keeper of 7 zebras", "N/A", " Sr. QA Engg ", "7033771951", ""],
    "company_hash": ["Nowhere's\\ Inc", "n/a", "  ", "Ünïcode “GmbH”", ""],
}
YEARS = [0, 17, 98, 50, 1959, 1960, 2022, 2031, 20165]
PAYS = [0, -5, 7, 12, 300, 99_000, 200_000_000, 10**16]


def typed(learners: int, seed: int) -> pl.DataFrame:
    """Give one row a learner with numbers and texts, odd ones and nulls among them."""
    table = make_learners(learners, rng=seed).unique("email_hash", keep="first")
    place = pl.int_range(pl.len())
    odd = {"ctc": PAYS, "orgyear": YEARS, "ctc_updated_year": YEARS, **UNKNOWN}
    changed = []
    for i, (column, values) in enumerate(odd.items()):
        cell = pl.col(column)
        if table.schema[column] != pl.String:
            cell = cell.cast(pl.Float64)
        for j, value in enumerate((*values, None)):
            here = place % 211 == 19 * j + i
            cell = pl.when(here).then(pl.lit(value)).otherwise(cell)
        changed.append(cell.alias(column))
    return table.select("email_hash", *changed).sort("email_hash")


def with_own(table: pl.DataFrame) -> pl.DataFrame:
    """Add columns of the user's: a score, a city of few or many learners."""
    place = pl.int_range(pl.len())
    city = pl.format("city {}", (place * place) % 13 % 7)
    score = (place * 37 % 101).cast(pl.Float64)
    return table.with_columns(
        pl.when(place % 17 > 0).then(score).alias("quiz score"),
        pl.when(place % 19 > 0).then(city).alias("city"),
    )


OWN = {
    "columns": {"numeric": ["quiz score"], "categorical": ["city"]},
    "max_categories": 5,
    "features": {
        "company": {"columns": ["company_mean_pay", "company_mean_experience"]},
        "kind": {"columns": ["tier"], "weight": 0.5},
        "stage": {"columns": ["years_of_experience", "seniority"]},
        "when": {"columns": ["recent_pay_update", "years_since_pay_update"]},
        "size": {"columns": ["company_learners", "log1p_pay"]},
        "career_stage": {"columns": ["pay"]},
        "pay": {"columns": ["log_pay"], "weight": 0.0},
    },
}


@pytest.fixture(scope="session")
def models(small_run, notebook_run, small_table) -> dict[str, SegmentModel]:
    """The default, the original, one of all else, and one of nothing but ties."""
    default = small_run.meaning.model
    config = load_config("robust", evidence=NO_EVIDENCE, selection={"k": 5}, **OWN)
    centers = tuple(center for center in default.centers for _ in range(2))
    tied = replace(
        default,
        centers=centers,
        names=tuple(f"Segment {i}" for i in range(1, 1 + len(centers))),
        certainty=Certainty(),
        part_names=(),
    )
    return {
        "default": default,
        "notebook": notebook_run.meaning.model,
        "own": run(with_own(small_table), config).meaning.model,
        "tied": tied,
    }


@pytest.fixture(scope="session")
def learners(small_table) -> pl.DataFrame:
    """Learners whom the models have seen, and others."""
    seen = small_table.unique("email_hash", keep="first", maintain_order=True)
    new = typed(2_000, seed=5)
    seen = seen.select(
        *(pl.col(name).cast(dtype) for name, dtype in new.schema.items())
    )
    both = pl.concat([seen, new]).unique("email_hash", keep="first")
    return with_own(both.sort("email_hash"))
