"""A large table is assigned in parts, and nobody can tell by what comes out."""

from contextlib import closing

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from learnstrata import assignment
from learnstrata.assignment import as_of_year, assign, assign_in_pieces, read_alike
from learnstrata.engines.duckdb import DuckDBEngine
from learnstrata.exceptions import DegenerateError, SchemaError
from learnstrata.learners.demo.tables import make_learners
from learnstrata.pipeline import explain


@pytest.fixture(scope="module")
def model(small_run):
    return small_run.meaning.model


@pytest.fixture(scope="module")
def table():
    """Learners nobody has seen, with records that cannot be used among them."""
    made = make_learners(1_500, rng=11)
    odd = made.head(40).with_columns(email_hash=pl.lit(None, pl.String))
    far = made.slice(40, 60).with_columns(ctc=pl.lit(7, made.schema["ctc"]))
    total = made.head(1).with_columns(
        email_hash=pl.lit("a0"),
        job_position=pl.lit("Total"),
        ctc=pl.lit(made["ctc"].sum() + 7 * 60 + odd["ctc"].sum()),
    )
    return pl.concat([made, odd, far, total]).sample(fraction=1.0, shuffle=True, seed=3)


def told(table, model):
    """Assign a table, and keep what is said of it."""
    said = []
    return assign(table, model, tell=said.append), said


@pytest.mark.parametrize("rows", [40, 97, 1_000])
def test_parts_of_any_size_give_what_the_whole_gives(rows, table, model, monkeypatch):
    whole, said = told(table, model)
    monkeypatch.setattr(assignment, "PART_ROWS", rows)
    parts, said_of_parts = told(table, model)
    assert parts.equals(whole)
    assert said_of_parts == said
    assert any("was set aside" in one for one in said)
    assert whole["record"].is_sorted()
    assert "a0" not in whole["learner_id"]  # it adds up all the others


def test_what_is_no_learner_to_assign_is_none_to_explain(table, model):
    with pytest.raises(DegenerateError, match="most often: line_of_totals"):
        explain(table, model, "a0")


def test_a_lazy_table_is_assigned_as_one_in_memory(table, model, monkeypatch):
    monkeypatch.setattr(assignment, "PART_ROWS", 300)
    assert assign(table.lazy(), model).equals(assign(table, model))


def in_year(table, year, *, of=None):
    """Let the pays of a table, or those of its first rows, be of a year."""
    own = pl.int_range(pl.len()) < (len(table) if of is None else of)
    paid = pl.when(own).then(pl.lit(year)).otherwise("ctc_updated_year")
    paid = paid.cast(table.schema["ctc_updated_year"])
    return table.with_columns(paid.alias("ctc_updated_year"))


def kept(model, year):
    return as_of_year(model, year)


def test_a_year_later_pays_count_as_new_and_careers_as_longer(table, model):
    now = model.limits.as_of
    newer = in_year(table, now + 1, of=1_000)
    later, said = told(newer, model)
    assert_frame_equal(later, told(newer, kept(model, now + 1))[0])
    assert said[0].startswith(f"Years count up to {now + 1} here, in the run up to")
    as_before, _ = told(newer, kept(model, now))
    assert not later["margin"].equals(as_before["margin"])


def test_a_year_that_is_kept_and_leaves_no_pay_is_refused_with_the_way_out(
    table, model
):
    now = model.limits.as_of
    with pytest.raises(
        SchemaError, match=rf"after {now} are set .*\(--as-of {now + 1}"
    ):
        assign(in_year(table, now + 1), kept(model, now))


def test_a_learner_alone_moves_the_year_on_and_hears_of_it(table, model):
    now = model.limits.as_of
    own = table.filter(pl.col("ctc").is_between(400_000, 2_000_000)).head(1)
    alone, said = told(in_year(own, now + 1), model)
    assert alone.equals(assign(in_year(own, now + 1), kept(model, now + 1)))
    assert any(f"(--as-of {now}) keeps that" in one for one in said)
    before, said = told(in_year(own, now - 3), model)
    assert before.equals(assign(in_year(own, now - 3), kept(model, now)))
    assert said == []  # the year never goes back


def test_a_year_that_too_few_share_is_told_with_the_way_to_say_it_is_right(
    table, model
):
    now = model.limits.as_of
    few = in_year(table, now + 2, of=2)
    found, said = told(few, model)
    assert found.equals(assign(few, kept(model, now)))
    assert any(
        f"Years of pay after {now} are set aside" in one
        and f"(--as-of {now + 2}). They are of 2 learners: too few" in one
        for one in said
    )
    _, said = told(few, kept(model, now + 2))
    assert not any("They are of" in one for one in said)


def test_years_that_are_none_refuse_nobody_to_assign(table, model):
    now = model.limits.as_of
    junk = in_year(table, 1850, of=1_400)
    assert assign(junk, model).equals(assign(junk, kept(model, now)))


def test_a_learner_is_explained_as_assigned(table, model):
    later = in_year(table, model.limits.as_of + 1, of=1_000)
    who = assign(later, model)["learner_id"][7]
    own = explain(later, model, who)
    fixed = explain(later, kept(model, model.limits.as_of + 1), who)
    assert own == fixed
    assert own != explain(later, kept(model, model.limits.as_of), who)


def test_each_learner_is_in_one_part_with_all_records(table, model, monkeypatch):
    monkeypatch.setattr(assignment, "PART_ROWS", 200)
    read = read_alike(table, model, lambda _, units: set(units["learner_id"]))
    assert len(read.found) > 5
    assert sum(map(len, read.found)) == len(set.union(*read.found))
    assert len(read.records) == len(table)


def test_a_column_of_nearly_nothing_is_refused_in_parts_too(table, model, monkeypatch):
    monkeypatch.setattr(assignment, "PART_ROWS", 100)
    ctc = pl.when(pl.int_range(pl.len()) < 9).then("ctc")
    with pytest.raises(SchemaError, match="has a value that can be used for 1%"):
        assign(table.with_columns(ctc), model)


def test_a_table_of_which_nothing_can_be_used_is_refused_whole(
    table, model, monkeypatch
):
    monkeypatch.setattr(assignment, "PART_ROWS", 100)
    nobody = table.with_columns(email_hash=pl.lit("unknown"))
    with pytest.raises(DegenerateError, match="None of the 2,114 records can be"):
        assign(nobody, model)


def pieces(table, model, scratch, **more):
    """Assign a table piece by piece, and keep the pieces and what is said of it."""
    said, place = [], scratch / f"{more.get('engine')}"
    place.mkdir()
    given = assign_in_pieces(table, model, place, tell=said.append, **more)
    return list(given), said


def test_pieces_are_together_what_is_given_at_once(table, model, monkeypatch, tmp_path):
    whole, said = told(table, model)
    monkeypatch.setattr(assignment, "PART_ROWS", 150)
    given, said_of_pieces = pieces(table, model, tmp_path)
    assert len(given) > 5
    assert pl.concat(given).equals(whole)
    assert said_of_pieces == said


def test_records_that_duckdb_holds_are_assigned_the_same(
    table, model, monkeypatch, tmp_path
):
    whole, said = told(table, model)
    monkeypatch.setattr(assignment, "PART_ROWS", 400)
    with closing(DuckDBEngine(memory="200MB")) as engine:
        frame = engine.brought(table)
        given, said_of_pieces = pieces(frame, model, tmp_path, engine=engine)
    assert pl.concat(given).equals(whole)
    assert said_of_pieces == said


def test_what_duckdb_holds_is_refused_as_the_table_is(table, model, tmp_path):
    nobody = table.with_columns(email_hash=pl.lit("unknown"))
    with closing(DuckDBEngine()) as engine:
        frame = engine.brought(nobody)
        with pytest.raises(DegenerateError, match="None of the 2,114 records can be"):
            pieces(frame, model, tmp_path, engine=engine)


def test_a_stretch_without_learners_gives_no_piece(model, monkeypatch, tmp_path):
    monkeypatch.setattr(assignment, "PART_ROWS", 50)
    made = make_learners(300, rng=4).with_row_index()
    nobody = pl.when(pl.col("index").is_between(40, 260)).then(pl.lit(None))
    table = made.with_columns(email_hash=nobody.otherwise("email_hash")).drop("index")
    given, _ = pieces(table, model, tmp_path)
    assert pl.concat(given).equals(assign(table, model))
    assert all(len(piece) for piece in given)
