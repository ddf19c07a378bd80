"""What a caller holds, on the caller's own kind of frame."""

import json
from dataclasses import replace
from html import escape

import duckdb
import pandas as pd
import polars as pl
import pytest
from sklearn.metrics import adjusted_rand_score

import browser
import learnstrata as ls
from frames import rows
from learnstrata import facade
from learnstrata.assignment import assign
from learnstrata.engines.duckdb import DuckDBEngine
from learnstrata.sharing import render_again
from thrift import LITTLE_EVIDENCE, NO_EVIDENCE

TABLE = ls.make_learners(500, rng=2)
THRIFTY = ls.load_config("robust", evidence=LITTLE_EVIDENCE)


@pytest.fixture(scope="module")
def found():
    return ls.segment(TABLE, rng=7, config=THRIFTY)


def test_frames_are_of_the_callers_library(found):
    numbered = TABLE.with_row_index("record").cast({"record": pl.Int64})
    kinds = {
        pd.DataFrame: TABLE.to_pandas(),
        duckdb.DuckDBPyRelation: duckdb.from_arrow(numbered.to_arrow()),
    }
    expected = rows(found.learners)
    for kind, table in kinds.items():
        own = ls.segment(table, rng=7, config=THRIFTY)
        for frame in (own.segments, own.learners, own.ledger, own.assign(table)):
            assert isinstance(frame, kind)
        assert rows(own.learners) == expected


def test_nothing_is_left_in_the_connection_of_the_caller():
    with duckdb.connect() as own:
        own.register("given", TABLE[:5].to_arrow())
        own.execute("CREATE TABLE few AS FROM given")
        with pytest.raises(ls.DegenerateError):
            ls.segment(own.table("few"), rng=7, config=THRIFTY)
        names = {row[2] for row in own.sql("SHOW ALL TABLES").fetchall()}
    assert names == {"few", "given"}


def test_an_engine_that_was_given_stays_open():
    engine = DuckDBEngine()
    with pytest.raises(ls.DegenerateError):
        ls.segment(engine.brought(TABLE[:5]), rng=7, config=THRIFTY, engine=engine)
    kept = engine.connection.sql("SHOW ALL TABLES").fetchall()
    engine.close()
    assert any(row[2].startswith("kept_") for row in kept)


def test_a_frame_that_would_not_fit_is_refused_before_the_work_starts(monkeypatch):
    monkeypatch.setattr("learnstrata.engines.memory.free_memory", lambda: 1.0)
    for table in (TABLE, TABLE.to_pandas(), duckdb.from_arrow(TABLE.to_arrow())):
        with pytest.raises(ls.LearnstrataError, match="669 records need about 0.5"):
            ls.segment(table, rng=7, config=THRIFTY)


def test_save_and_load_give_the_same(found, tmp_path):
    folder = found.save(tmp_path / "run")
    again = ls.load(folder)
    assert again.summary == found.summary
    assert again.exact == found.exact
    assert again.learners.equals(found.learners)
    assert again.ledger.equals(found.ledger)
    assert again.assign(TABLE).equals(found.learners)
    assert again.save(tmp_path / "twice").is_dir()
    for path in (item for item in folder.rglob("*.*") if item.suffix != ".xlsx"):
        twin = tmp_path / "twice" / path.relative_to(folder)
        assert twin.read_bytes() == path.read_bytes(), path.name


def test_what_is_shared_holds_rounded_counts_and_what_is_private_exact_ones(
    found, tmp_path
):
    folder = found.save(tmp_path / "run")
    shared, private = (
        json.loads((folder / part / "summary.json").read_text())
        for part in ("share", "private")
    )
    assert (shared["form"], private["form"]) == ("disclosed", "exact")
    sizes = [segment["size"] for segment in private["segments"]]
    assert sum(sizes) == len(found.learners)
    told = [segment["size"] for segment in shared["segments"]]
    assert told != sizes
    assert all(size % 10 == 0 for size in told)
    assert shared["timings"] == {} != private["timings"]
    assert all(center == {} for center in (s["center"] for s in shared["segments"]))


def test_sentences_of_each_form_hold_its_own_numbers(found):
    size = max(segment.size for segment in found.exact.segments)
    exact, told = (
        form.words.findings[0].answer for form in (found.exact, found.summary)
    )
    assert f"{size:,}" in exact
    assert f"{max(s.size for s in found.summary.segments):,}" in told
    sizes = [t.size for a in found.summary.actions for t in a.targets]
    assert sizes
    assert all(size is None or size % 10 == 0 for size in sizes)


def test_a_text_to_allow_is_one_text_and_not_its_letters(found, tmp_path):
    made = found.save(tmp_path / "run", allow="abc")
    kept = pl.read_parquet(made / "private" / "names.parquet")
    assert kept.filter(kind="allowed")["name"].to_list() == ["abc"]


def test_a_run_is_loaded_by_its_folder_or_a_file_of_it(found, tmp_path):
    made = found.save(tmp_path / "run")
    for given in (made, made / "share" / "summary.json", made / "private"):
        assert ls.load(given).summary == found.summary
        assert ls.load_model(given) == found.model


def test_a_run_of_the_old_layout_is_told_from_a_damaged_one(found, tmp_path):
    folder = found.save(tmp_path / "run")
    (folder / "private" / "ledger.parquet").unlink()
    with pytest.raises(
        ls.SourceError, match="has no private/ledger.parquet: this take"
    ):
        ls.load(folder)
    (folder / "share" / "summary.json").rename(folder / "summary.json")
    with pytest.raises(ls.SourceError, match="is a run of an earlier version"):
        ls.load(folder)


@pytest.mark.parametrize("kind", [pl.DataFrame, pd.DataFrame, duckdb.DuckDBPyRelation])
def test_a_run_keeps_whom_it_must_not_name(kind, tmp_path):
    numbered = TABLE.with_row_index("record").cast({"record": pl.Int64})
    tables = {
        pl.DataFrame: TABLE,
        pd.DataFrame: TABLE.to_pandas(),
        duckdb.DuckDBPyRelation: duckdb.from_arrow(numbered.to_arrow()),
    }
    made = ls.segment(tables[kind], rng=7, config=THRIFTY).save(tmp_path / "run")
    kept = pl.read_parquet(made / "private" / "names.parquet")
    told = {name: set(kept.filter(kind=name)["name"]) for name in kept["kind"].unique()}
    assert set(TABLE["company_hash"].drop_nulls()) <= told["company"]
    assert set(TABLE["email_hash"]) == told["learner"]
    assert "allowed" not in told


def test_names_are_kept_as_given_and_as_tidied(tmp_path):
    table = TABLE.with_columns(
        pl.concat_str(pl.lit(" Acme  "), pl.col("company_hash").str.to_uppercase())
    ).rename({"literal": "company"})
    made = ls.segment(table.drop("company_hash"), rng=7, config=THRIFTY)
    names = made.save(tmp_path / "run") / "private" / "names.parquet"
    told = set(pl.read_parquet(names).filter(kind="company")["name"])
    given = TABLE["company_hash"].drop_nulls()
    assert {f" Acme  {name.upper()}" for name in given} <= told
    assert {f"acme {name}" for name in given} <= told


@pytest.mark.parametrize("column", ["company_hash", "email_hash"])
def test_what_would_name_somebody_is_not_saved(found, tmp_path, column):
    secret = max(TABLE[column].drop_nulls(), key=len)
    told = (*found.summary.notes, f"Most are at {secret}.")
    leaky = replace(found, summary=found.summary.model_copy(update={"notes": told}))
    with pytest.raises(ls.PrivacyError, match=f"would name somebody: .*{secret!r} in "):
        leaky.save(tmp_path / "deep" / "run")
    assert list(tmp_path.iterdir()) == []
    folder = found.save(tmp_path / "run")
    with pytest.raises(ls.PrivacyError):
        leaky.save(folder, overwrite=True)
    assert ls.load(folder).summary == found.summary


def test_the_name_of_a_segment_does_not_allow_itself(found, tmp_path):
    secret = max(TABLE["company_hash"].drop_nulls(), key=len)
    with pytest.raises(ls.PrivacyError, match=secret):
        replace(found, summary=with_first(found, name=f"At {secret}")).save(
            tmp_path / "run"
        )


def test_a_name_that_the_configuration_gives_a_segment_is_searched_too(found, tmp_path):
    secret = max(TABLE["company_hash"].drop_nulls(), key=len)
    first = found.summary.segments[0].id
    named = replace(THRIFTY, names={first: f"At {secret}"})
    with pytest.raises(ls.PrivacyError, match=secret):
        ls.segment(TABLE, rng=7, config=named).save(tmp_path / "run")


@pytest.mark.skipif(browser.find() is None, reason="no Chromium on this machine")
def test_a_report_is_rendered_again_printed_and_drawn(found, tmp_path):
    folder = found.save(tmp_path / "run")
    pdf, figures = tmp_path / "out" / "r.pdf", tmp_path / "out" / "figures"
    done = render_again(folder, pdf=pdf, figures=figures)
    assert done == [folder / "share" / "report.html", pdf, figures]
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert {"map.svg", "map.png"} <= {item.name for item in figures.iterdir()}
    with pytest.raises(ls.OutputError, match="Choose another --pdf, or replace it"):
        render_again(folder, pdf=pdf)
    again = render_again(folder, pdf=pdf, figures=figures, overwrite=True)
    assert again == done


def test_pictures_that_name_somebody_are_not_kept(found, tmp_path, monkeypatch):
    from learnstrata.report import exports

    folder = found.save(tmp_path / "run")
    secret = max(TABLE["company_hash"].drop_nulls(), key=len)

    def leaking(_, path):
        """Name somebody in a picture: the page is clean."""
        (path / "a.svg").write_text(f"<svg><text>{secret}</text></svg>")

    monkeypatch.setattr(exports, "write_figures", leaking)
    with pytest.raises(ls.PrivacyError, match=r"in a\.svg \(line 1, text\)"):
        render_again(folder, figures=tmp_path / "figures")
    assert [item.name for item in tmp_path.iterdir()] == ["run"]


def test_a_key_gives_the_same_files_and_changes_no_segment(found, tmp_path):
    first, second = (
        ls.segment(TABLE, rng=7, config=THRIFTY, key=b"k" * 32) for _ in range(2)
    )
    assert first.learners.equals(found.learners)
    assert first.model.to_json() == second.model.to_json() != found.model.to_json()
    assert first.summary == second.summary
    assert first.summary.companies != found.summary.companies
    path = tmp_path / "model.json"
    path.write_text(first.model.to_json())
    alone = assign(TABLE, ls.load_model(path))
    assert alone.equals(found.learners)


def test_segments_add_up(found):
    sizes = [segment.size for segment in found.exact.segments]
    assert sum(sizes) == len(found.learners) == 500
    assert found.segments["size"].to_list() == [s.size for s in found.summary.segments]
    assert all(size % 10 == 0 for size in found.segments["size"])


def test_a_summary_is_printed_and_cards_are_drawn(found):
    told = repr(found)
    assert f"Segmentation of {found.summary.segmented} learners into " in told
    assert all(segment.name in told for segment in found.summary.segments)
    assert "<script" not in found._repr_html_()
    assert found.report.startswith("<!DOCTYPE html>")


def test_the_table_is_left_alone():
    before = TABLE.clone()
    ls.segment(TABLE, rng=1, config=THRIFTY)
    assert TABLE.equals(before)


def test_a_config_may_be_a_file_or_a_value(tmp_path):
    path = tmp_path / "my.toml"
    path.write_text("[selection]\nk_max = 4\n[evidence]\nlevel = 'none'\n")
    by_file = ls.segment(TABLE, rng=3, config=path)
    by_value = ls.segment(TABLE, config=ls.load_config("robust", path, seed=3))
    assert by_file.learners.equals(by_value.learners)
    assert by_file.summary.selection.table[-1].k == 4


def test_a_model_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ls.SourceError, match="There is no model"):
        ls.load_model(tmp_path / "none.json")


def test_planted_segments_are_found():
    table = ls.make_learners(3000, rng=5, separation=1.0, n_segments=4)
    truth = ls.planted_segments(3000, rng=5, separation=1.0, n_segments=4)
    four = {"k_min": 4, "k_max": 4}
    config = ls.load_config("robust", selection=four, evidence=NO_EVIDENCE)
    labels = ls.segment(table, config=config).learners
    both = labels.join(truth, left_on="learner_id", right_on="email_hash")
    assert len(both) == 3000
    assert adjusted_rand_score(both["planted_segment"], both["segment_id"]) >= 0.9


def test_a_learner_is_explained_by_what_adds_up(found):
    row = found.learners.row(0, named=True)
    told = found.explain(TABLE, row["learner_id"])
    assert told.segment == row["segment_id"]
    assert told.next_segment == row["second_segment_id"]
    assert sum(pull.contribution for pull in told.pulls) == pytest.approx(told.margin)
    with pytest.raises(ls.ParameterError, match="expected one of the 500 ids"):
        found.explain(TABLE, "nobody")


def test_a_counsellor_learns_at_which_percentile_a_pay_is(found):
    peers = next(cell for cell in found.summary.benchmarks.cells if cell.shown)
    asked = {c: getattr(peers, c) for c in ("role_family", "tier", "experience_band")}
    told = found.percentile(**asked, pay=peers.p50)
    assert (told.percentile, told.level) == (50, "cell")
    assert facade.percentile_in(found.summary, **asked, pay=peers.p50) == told


def test_pay_stands_in_one_unit_that_frames_name(found):
    write = found.summary.settings.numbers
    told = found.segments.row(0, named=True)
    typical = found.summary.segments[0].number("pay").p50
    assert write.pay(typical) == f"{told['median_pay']:.1f}"
    cells = [cell for cell in found.summary.benchmarks.cells if cell.shown]
    first = found.benchmarks.row(0, named=True)
    assert write.pay(cells[0].p50) == f"{first['p50']:.1f}"
    assert first["role_family"] == cells[0].role_family
    assert {*found.segments["pay_unit"], *found.benchmarks["pay_unit"]} == {write.unit}
    assert f"Pay is in {write.unit}." in found._repr_html_()


def test_benchmarks_hold_what_may_be_shown_up_to_all_learners(found):
    wider = [cell for cell in found.summary.benchmarks.wider if cell.shown]
    cells = [cell for cell in found.summary.benchmarks.cells if cell.shown]
    assert len(found.benchmarks) == len(cells) + len(wider)
    assert found.benchmarks["p50"].null_count() == 0
    everybody = found.benchmarks.row(-1, named=True)
    assert [everybody[c] for c in ("role_family", "tier", "experience_band")] == [
        "All"
    ] * 3


def test_cohorts_say_who_is_meant(found):
    (told,) = [one for one in found.summary.cohorts if one.key == "well_paid"]
    (row,) = found.cohorts.filter(cohort=told.title).to_dicts()
    assert row["definition"] == told.definition
    assert (row["share"], row["assessed"]) == (told.share, told.assessed)


def test_a_notebook_shows_why_and_warns(found):
    why = found.explain(TABLE, found.learners["learner_id"][0])
    shown = why._repr_html_()
    assert all(escape(pull.told) in shown for pull in why.pulls)
    assert f"{why.margin:+.3f}" in shown
    peers = next(cell for cell in found.summary.benchmarks.cells if cell.shown)
    asked = {c: getattr(peers, c) for c in ("role_family", "tier", "experience_band")}
    usual, slip = (found.percentile(**asked, pay=p) for p in (peers.p50, "900 LPA"))
    assert usual._repr_html_() == f"<p><b>{escape(usual.sentence)}</b></p>"
    assert "far outside" in slip._repr_html_()


def test_a_notebook_shows_the_verdict_where_there_is_one(found):
    word = found.summary.evidence.verdict.word
    assert f"Verdict: {word} - " in found._repr_html_()
    none = found.summary.model_copy(update={"evidence": None})
    assert "Verdict" not in replace(found, summary=none)._repr_html_()


def test_a_segment_of_too_few_to_tell_is_printed_without_its_size(found):
    small = replace(found, summary=with_first(found, size=None, share=None))
    told = repr(small).splitlines()
    assert told[1].split()[-3:] == ["under", "10", "\u2013"]
    assert told[2] == repr(found).splitlines()[2]


def test_where_no_segment_may_be_told_its_columns_are_there(found):
    none = replace(found, summary=found.summary.model_copy(update={"segments": ()}))
    assert none.segments.schema == found.segments.schema
    assert none.segments.is_empty()


def with_first(found, **changes):
    """The disclosed summary with another first segment."""
    first, *rest = found.summary.segments
    changed = (first.model_copy(update=changes), *rest)
    return found.summary.model_copy(update={"segments": changed})


@pytest.mark.parametrize(
    "lacking", ["ctc", "orgyear", "job_position", "company_hash", "ctc_updated_year"]
)
def test_a_run_of_a_table_that_lacks_a_column_is_of_use_again(lacking, tmp_path):
    table = ls.make_learners(300, rng=1).drop(lacking)
    config = ls.load_config(evidence=NO_EVIDENCE)
    found = ls.segment(table, config=config)
    again = ls.load(found.save(tmp_path / "run"))
    assert again.assign(table).height == found.learners.height
    assert again.renamed({1: "Ours"}).summary.segments[0].name == "Ours"


@pytest.mark.parametrize("learner", ["=1+7", "'=1+7"])
def test_a_learner_is_explained_by_the_id_as_it_is_and_as_lists_have_it(learner):
    ids = pl.concat_str(pl.lit("=1+"), pl.int_range(pl.len()).cast(pl.String))
    table = ls.make_learners(300, rng=1).with_columns(email_hash=ids)
    config = ls.load_config(evidence={"level": "none"}, selection={"k": 2})
    found = ls.segment(table, config=config, rng=7)
    expected = found.learners.filter(learner_id="=1+7")["segment_id"][0]
    assert found.explain(table, learner).segment == expected
    guarded = table.with_columns(
        email_hash=pl.concat_str(pl.lit("'"), pl.col("email_hash"))
    )
    assert found.explain(guarded, learner).segment == expected
