"""A column of the user's never meets a column of ours, whatever it is called."""

import ast
import re
from dataclasses import fields, is_dataclass, replace
from importlib import resources
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from learnstrata.config.loading import load_config
from learnstrata.learners.demo.tables import make_learners
from learnstrata.learners.schema.register import extra_name
from learnstrata.pipeline import prepare_learners, run
from learnstrata.summary.build import build
from thrift import NO_EVIDENCE

NEUTRAL = "own"
SOME = 100  # columns at a time
TOUCHY = (
    "_completed",
    "value:pay",
    "extra:pay",
    "a=b",
    "^a.*$",
    "Tier",
    "PAY",
    "1",
    " ",
)
LITTLE = {
    "as_of": 2021,
    "evidence": NO_EVIDENCE,
    "selection": {"k_max": 3, "splits": 0, "starts": 2},
    "fit": {"starts": 2},
}


def frames_in(value):
    """Every frame in the results of a run, at any depth."""
    if isinstance(value, pl.DataFrame):
        yield value
    elif is_dataclass(value):
        for field in fields(value):
            yield from frames_in(getattr(value, field.name))


def words_of_ours():
    """Every text in the code of the stages that may be the name of a column."""
    home = Path(str(resources.files("learnstrata")))
    files = [home / "pipeline.py", *home.glob("learners/**/*.py")]
    files += home.glob("segments/**/*.py")
    files = [file for file in files if not {"demo", "sources"} & set(file.parts)]
    nodes = (n for file in files for n in ast.walk(ast.parse(file.read_text("utf-8"))))
    texts = {n.value for n in nodes if isinstance(n, ast.Constant)}
    return {
        t for t in texts if isinstance(t, str) and re.fullmatch(r"_?[a-z_:0-9]+", t)
    }


@pytest.fixture(scope="module")
def table():
    """Learners with a value of their own that is the same in all their records."""
    made = make_learners(300, rng=8)
    who = made["email_hash"].unique().sort()
    own = np.random.default_rng(4).normal(size=len(who)).round(3)
    values = pl.DataFrame({"email_hash": who, NEUTRAL: own})
    return made.join(values, on="email_hash", maintain_order="left")


@pytest.fixture(scope="module")
def names(table):
    """Names of columns in any frame of a run, and what could be one."""
    found = run(table, load_config("robust", **LITTLE))
    shown = {c for frame in frames_in(found) for c in frame.columns}
    assert {"segment_id", "margin", "seniority", "pay_band", "state"} <= shown
    return sorted((shown | words_of_ours() | {*TOUCHY}) - {*table.columns, NEUTRAL})


def called(table, names):
    """The neutral column again, under each of these names."""
    return table.with_columns(pl.col(NEUTRAL).alias(name) for name in names)


def test_an_outcome_of_any_name_is_answered_as_one_of_a_name_of_its_own(table, names):
    asked = names[:: max(len(names) // 60, 1)]
    asked += [n for n in ("segment_id", "margin", "seniority", *TOUCHY) if n in names]
    asked += ["confidence", "pay_growth", "role_change"]
    asked = list(dict.fromkeys(asked))
    config = load_config("robust", columns={"outcome": [NEUTRAL, *asked]}, **LITTLE)
    found = run(called(table, asked), config)
    of = {one.outcome: one for one in found.meaning.values}
    expected = of[extra_name(NEUTRAL)]
    assert expected.skills
    for name in asked:
        same = replace(of[extra_name(name)], outcome=expected.outcome)
        assert same == expected, name
    told = [one.label for one in build(found, key=bytes(32)).outcomes]
    assert len(told) == len(set(told))
    assert {NEUTRAL, "_completed", "segment_id", "confidence"} <= set(told)


@pytest.mark.parametrize("kind", ["numeric", "categorical"])
def test_an_extra_of_any_name_is_a_column_of_the_matrix_like_any_other(
    table, names, kind
):
    own = pl.col(NEUTRAL) if kind == "numeric" else pl.col(NEUTRAL) > 0
    table = table.with_columns(own.cast(pl.String))
    if kind == "numeric":
        names = list(dict.fromkeys([*names[::4], *TOUCHY]))
    alone = matrix_of(table, kind, [NEUTRAL])
    for start in range(0, len(names), SOME):
        some = names[start : start + SOME]
        found = matrix_of(called(table, some), kind, [NEUTRAL, *some])
        # extra categories share one weight
        share = 1.0 if kind == "numeric" else 1 / np.sqrt(1 + len(some))
        head = extra_name(NEUTRAL)
        for column, values in alone.items():
            is_own = column.split("=")[0] == head
            expected = values * share if is_own else values
            assert found[column] == pytest.approx(expected), column
            for name in some if is_own else ():
                same = extra_name(name) + column.removeprefix(head)
                assert np.array_equal(found[same], found[column]), name


def matrix_of(table, kind, names):
    """The columns of the matrix by their names."""
    config = load_config("robust", columns={kind: names}, **LITTLE)
    matrix = prepare_learners(table, config).prepared.matrix
    return dict(zip(matrix.columns, matrix.X.T, strict=True))


def test_a_column_called_as_a_standard_one_is_the_users_where_it_is_named(table):
    table = table.with_columns(pay=pl.int_range(pl.len()) % 2)
    columns = {"outcome": ["pay"], "numeric": ["orgyear"], "start_year": ""}
    found = run(table, load_config("robust", columns=columns, **LITTLE))
    assert found.base.mapping["pay"] == "ctc"
    assert found.base.mapping["extra:pay"] == "pay"
    assert "start_year" not in found.base.mapping
    (own,) = (one for one in found.meaning.values if one.outcome == "extra:pay")
    assert (own.kind, own.n_learners) == ("yes/no", 300)
    used = build(found, key=bytes(32)).features.used
    assert {"orgyear", "log pay"} <= {one.label for one in used}


def test_a_feature_of_the_users_that_is_called_as_ours_can_be_named(table):
    table = table.with_columns(seniority=pl.col(NEUTRAL))
    groups = {"mine": {"columns": ["extra:seniority"], "weight": 3.0}}
    config = load_config(
        "robust", columns={"numeric": ["seniority"]}, features=groups, **LITTLE
    )
    groups = prepare_learners(table, config).prepared.features.groups
    assert groups["mine"].columns == ("extra:seniority",)
    assert "seniority" not in groups
