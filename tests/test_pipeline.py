"""The order of the stages, recovery of planted segments, and poor tables."""

import hashlib
import os
import subprocess
import sys
from datetime import date
from itertools import combinations

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import adjusted_rand_score

from learnstrata.assignment import assign
from learnstrata.config.loading import load_config
from learnstrata.exceptions import DegenerateError, ParameterError, SchemaError
from learnstrata.learners.demo.tables import make_learners, planted_segments
from learnstrata.pipeline import STAGES, explain, run
from learnstrata.privacy.keys import company_aliases
from learnstrata.segments.model.stored import codes_of_members
from learnstrata.summary.build import build
from thrift import LITTLE_EVIDENCE, NO_EVIDENCE

QUICK = {
    "selection": {"k_max": 5, "splits": 3, "starts": 2},
    "hierarchy": {"sample": 200, "micro_clusters": 50},
    "tendency": {"probes": 100},
    "evidence": LITTLE_EVIDENCE,
}
PLANTED = {"rng": 5, "separation": 1.0}


@pytest.fixture(scope="module")
def few():
    return make_learners(300, rng=4)


@pytest.mark.parametrize("n_segments", [3, 4, 5])
def test_planted_segments_are_found_and_recovered_by_a_free_sweep(n_segments):
    options = PLANTED | {"n_segments": n_segments}
    table, truth = make_learners(3_000, **options), planted_segments(3_000, **options)
    found = run(table, load_config("robust", evidence=NO_EVIDENCE))
    dossier = found.clusters.dossier
    assert [c.k for c in dossier.candidates] == list(range(2, 11))
    assert (dossier.k, dossier.choice.is_natural) == (n_segments, True)
    both = found.meaning.learners.join(
        truth,
        left_on="learner_id",
        right_on="email_hash",
        validate="1:1",
        maintain_order="left",
    )
    assert (
        len(both) == dossier.n_rows == 3_000
    )  # the sweep is of all learners, in order
    planted = both["planted_segment"]
    swept = adjusted_rand_score(planted, dossier.fits[n_segments].labels)
    assert swept >= 0.9
    if dossier.k == n_segments:
        assert adjusted_rand_score(planted, both["segment_id"]) >= 0.9


def test_every_stage_is_announced_and_timed_in_order(few):
    seen = []
    found = run(few, load_config("robust", **QUICK), watch=seen.append)
    assert tuple(seen) == STAGES
    assert tuple(found.timings) == STAGES
    assert all(seconds >= 0 for seconds in found.timings.values())


def test_the_same_seed_gives_the_same_run_and_another_seed_another(few):
    first, second, other = (
        run(few, load_config("robust", seed=seed, **QUICK), key=b"k" * 32)
        for seed in (1, 1, 2)
    )
    texts = []
    for found in (first, second, other):
        results = build(found, key=b"k" * 32).model_copy(update={"timings": {}})
        texts.append((results.model_dump_json(), found.meaning.model.to_json()))
    assert texts[0] == texts[1]
    assert texts[0] != texts[2]
    assert first.meaning.learners.equals(second.meaning.learners)
    assert first.base.account.ledger.collect().equals(
        second.base.account.ledger.collect()
    )


def test_parts_of_a_run_tell_the_same(small_run, small_table):
    base, clusters, meaning = small_run.base, small_run.clusters, small_run.meaning
    assert base.account.n_records == len(small_table)
    assert base.account.n_learners == small_table["email_hash"].n_unique()
    assert meaning.learners["record"].is_sorted()
    ids = meaning.learners["segment_id"].to_numpy()
    assert np.array_equal(ids, clusters.fit.labels + 1)
    counts = np.bincount(ids)[1:].tolist()
    assert counts == [profile.count for profile in meaning.profiles]
    assert counts == sorted(counts, reverse=True)
    assert meaning.model.names == tuple(one.name for one in meaning.names)
    assert meaning.members.equals(assign(small_table, meaning.model))
    assert len(clusters.fit.centers) == clusters.dossier.k
    assert clusters.fit.inertia == meaning.model.inertia
    assert clusters.projection.scores.shape == (len(ids), 2)


def test_the_final_fit_is_no_worse_than_that_of_the_sweep(small_run):
    dossier = small_run.clusters.dossier
    assert dossier.n_rows == len(small_run.meaning.learners)
    swept = dossier.fits[dossier.k].inertia
    assert small_run.clusters.fit.inertia <= swept * (1 + 1e-9)


def test_the_table_is_left_alone(few):
    before = few.clone()
    run(few, load_config("robust", **QUICK))
    assert few.equals(before)


LACKING = {
    "ctc": {"pay", "log_pay"},
    "job_position": {"role"},
    "company_hash": {"tier", "company_level"},
    "orgyear": {"log_experience"},
    "ctc_updated_year": {"pay_growth"},
}


@pytest.mark.parametrize("column", LACKING)
@pytest.mark.parametrize("recipe", ["robust", "notebook"])
def test_a_table_without_a_column_runs_and_says_what_is_missing(column, recipe):
    table = make_learners(600, rng=4).drop(column)
    found = run(table, load_config(recipe, as_of=2021, **QUICK))
    results = build(found, key=b"k" * 32)
    assert results.model_dump_json()
    assert len(results.notes) == 1
    used = {one.name for one in results.features.used}
    assert used.isdisjoint(LACKING[column])
    names = [one.name for one in found.meaning.names]
    assert len(set(names)) == len(names)
    assert assign(table, found.meaning.model)["segment_id"].to_list() == (
        found.meaning.members["segment_id"].to_list()
    )


WITHOUT = {
    "ctc": {"benchmarks": "pay", "cohorts": "pay", "companies": "pay"},
    "job_position": {"benchmarks": "titles", "companies": "titles"},
    "company_hash": {"benchmarks": "companies"},
    "orgyear": {"cohorts": "experience"},
    "ctc_updated_year": {},
}


@pytest.mark.parametrize("column", WITHOUT)
@pytest.mark.parametrize("recipe", ["robust", "notebook"])
def test_each_part_that_cannot_be_made_says_why(column, recipe):
    table = make_learners(600, rng=4).drop(column)
    found = run(table, load_config(recipe, as_of=2021, **QUICK))
    meaning = found.meaning
    told = {
        "benchmarks": meaning.benchmarks.reason,
        "cohorts": meaning.cohorts[0].reason,
        "companies": meaning.companies.reason if meaning.companies else "",
    }
    for part, word in WITHOUT[column].items():
        assert word in told[part]
    assert (meaning.companies is None) == (column == "company_hash")
    assert len(meaning.names) == len(meaning.cards)
    assert len(meaning.pulls) == len(meaning.profiles)
    outcomes = {one.outcome: one for one in meaning.values}
    if column in ("ctc", "ctc_updated_year"):
        assert outcomes["pay_growth"].reason
        assert outcomes["pay_growth"].skills == ()
    if column == "job_position":
        assert outcomes["role_change"].reason


def test_an_explanation_is_of_the_segment_that_is_assigned(few):
    found = run(few, load_config("robust", **QUICK))
    learners = found.meaning.learners
    for row in learners.head(40).to_dicts():
        told = explain(few, found.meaning.model, row["learner_id"])
        assert told.segment == row["segment_id"]
        assert told.next_segment == row["second_segment_id"]
        assert sum(p.contribution for p in told.pulls) == pytest.approx(told.margin)


def test_of_a_learner_with_several_records_the_newest_is_explained(
    notebook_run, small_table
):
    learners, model = notebook_run.meaning.learners, notebook_run.meaning.model
    several = learners.filter(pl.len().over("learner_id") > 1)["learner_id"].unique()
    for name in several.sort().head(10):
        own = learners.filter(learner_id=name)
        newest = own.sort("pay_year", "record", descending=[True, False])
        told = explain(small_table, model, name)
        assert told.segment == newest["segment_id"][0]


def test_a_learner_who_is_not_there_is_refused(few):
    found = run(few, load_config("robust", **QUICK))
    with pytest.raises(ParameterError, match="Got learner 'nobody', expected one of"):
        explain(few, found.meaning.model, "nobody")
    first = pl.int_range(pl.len()) == 0
    id_ = pl.when(first).then(pl.lit("Total")).otherwise("email_hash")
    summed = few.with_columns(email_hash=id_)
    with pytest.raises(DegenerateError, match="records can be used"):
        explain(summed, found.meaning.model, "Total")
    name = few["email_hash"].drop_nulls()[0]
    without = few.with_columns(ctc=pl.when(pl.col("email_hash") != name).then("ctc"))
    unpaid = explain(without, found.meaning.model, name)
    assert 0 < unpaid.segment <= len(found.meaning.names)


def test_names_of_the_user_are_given_and_stay(few):
    config = load_config("robust", names={2: "Ours"}, **QUICK)
    found = run(few, config)
    assert found.meaning.names[1].name == "Ours"
    assert found.meaning.model.names[1] == "Ours"
    assert set(assign(few, found.meaning.model)["segment_name"]) >= {"Ours"}
    again = type(found.meaning.model).from_json(found.meaning.model.to_json())
    assert again == found.meaning.model
    plain = run(few, load_config("robust", **QUICK))
    assert plain.meaning.names[0].name == found.meaning.names[0].name
    with pytest.raises(ParameterError, match=r"Got names for the segments \['40'\]"):
        run(few, load_config("robust", names={40: "Nobody"}, **QUICK))


def test_the_rule_of_privacy_says_which_cuts_and_categories_there_are(few):
    found = run(
        few, load_config("robust", privacy={"learners": 25, "base": 25}, **QUICK)
    )
    assert "whose smallest segment holds at least 2% and 25 learners" in (
        found.clusters.dossier.choice.rule
    )
    held = found.meaning.learners["role"].value_counts()
    assert set(held.filter(pl.col("count") < 25)["role"]) <= {
        *("Other", "Not stated", "Unmapped"),
    }


def test_records_may_be_cut_as_finely_as_the_recipe_says(notebook_run):
    assert "learners" not in notebook_run.clusters.dossier.choice.rule


def test_segments_keep_the_categories_that_are_pooled_where_they_are_told(few):
    found = run(
        few, load_config("robust", privacy={"learners": 25, "base": 25}, **QUICK)
    )
    learners, members = found.base.prepared.learners, found.meaning.members
    raw, kept = (
        frame.sort("learner_id")["role_family"] for frame in (learners, members)
    )
    assert kept.equals(raw)
    assert not found.meaning.learners.sort("learner_id")["role_family"].equals(raw)


def keyed(table, *keys):
    bare = QUICK | {"evidence": NO_EVIDENCE}
    return [run(table, load_config(seed=7, **bare), key=key).meaning for key in keys]


def test_codes_follow_the_key_and_change_no_segment(few):
    found = keyed(few, b"k" * 32, b"k" * 32, b"other" * 8, None, None)
    codes = [set(m.model.features.companies.code) for m in found]
    members = [set(codes_of_members(m.model.members)) for m in found]
    for told in (codes, members):
        assert told[0] == told[1]
        assert all(one.isdisjoint(two) for one, two in combinations(told[1:], 2))
    assert all(m.members.equals(found[0].members) for m in found)
    assert all(assign(few, m.model).equals(assign(few, found[0].model)) for m in found)


def test_aliases_are_not_undone_by_what_is_published_nor_by_the_model(few):
    names = few["company_hash"].drop_nulls().unique().to_list()
    found = keyed(few, b"k" * 32, b"k" * 32, None, None)
    told = [{one.alias for one in m.companies.largest} for m in found]
    assert told[0] == told[1]
    assert len(told[0]) > 3
    seed = hashlib.sha256(b"learnstrata 7").digest()
    guesses = [seed, b"7", b"", *(bytes.fromhex(m.model.features.salt) for m in found)]
    tried = [set(company_aliases(names, guess).values()) for guess in guesses]
    known = set(company_aliases(names, b"k" * 32).values())
    assert told[0] <= known
    for aliases in told:  # of four hexadecimal digits one may agree by chance
        assert max(len(guessed & aliases) for guessed in tried) <= 1
    assert max(len(known & aliases) for aliases in told[2:]) <= 1
    assert len(told[2] & told[3]) <= 1


@pytest.mark.parametrize(
    "kept",
    [("job_position", "orgyear"), ("ctc", "job_position"), ("ctc", "orgyear")],
)
def test_two_columns_are_enough(few, kept):
    table = few.select("email_hash", *kept)
    found = run(table, load_config("robust", as_of=2021, **QUICK))
    assert build(found, key=b"k" * 32).model_dump_json()


def test_an_extra_number_is_a_feature(few):
    table = few.select("email_hash", "job_position", "ctc").with_columns(
        quiz=pl.int_range(pl.len()) % 7
    )
    config = load_config("robust", as_of=2021, columns={"numeric": ["quiz"]}, **QUICK)
    found = run(table, config)
    assert "extra:quiz" in found.base.prepared.matrix.columns
    assert build(found, key=b"k" * 32).model_dump_json()


def test_companies_and_titles_alone_are_too_little(few):
    table = few.select("email_hash", "company_hash", "job_position")
    with pytest.raises(SchemaError, match="Got only role to tell learners apart"):
        run(table, load_config("robust", as_of=2021, **QUICK))


def test_rows_that_are_learners_need_no_id(few):
    table = few.drop("email_hash")
    found = run(table, load_config("robust", record="learner", **QUICK))
    assert found.base.account.n_learners == len(table)
    assert len(found.meaning.learners) == len(table)


def test_equal_pay_in_another_currency_leaves_fewer_bands():
    n = 120
    table = pl.DataFrame(
        {
            "learner": [f"learner {i}" for i in range(n)],
            "salary": [50_000.0] * 90 + [90_000.0] * 30,
            "experience": [float(i % 17) for i in range(n)],
        }
    )
    config = load_config("robust", pay={"currency": "USD"}, **QUICK)
    found = run(table, config)
    bands = found.meaning.model.features.pay.band_names
    rules = {rule.split(" / ")[1] for rule in found.meaning.comparison.rules}
    assert rules <= set(bands)
    assert found.meaning.comparison.n_learners == n


def test_records_without_an_id_are_no_learner(few):
    ids = pl.when(pl.int_range(pl.len()) >= 5).then("email_hash")
    table = few.with_columns(email_hash=ids)
    found = run(table, load_config("robust", **QUICK))
    assert found.base.account.n_learners == table["email_hash"].drop_nulls().n_unique()
    rules = found.base.account.ledger.filter(
        pl.col("rule") == "no_learner_id"
    ).collect()
    assert len(rules) == 5


def test_a_table_without_rows_is_refused(few):
    with pytest.raises(
        DegenerateError, match="Got a table without rows, expected learners."
    ):
        run(few.clear(), load_config("robust"))


def test_a_table_of_unusable_records_says_why(few):
    table = few.with_columns(email_hash=pl.lit(None, dtype=pl.String))
    with pytest.raises(
        DegenerateError,
        match=rf"None of the {len(few)} records can be used; most often: "
        rf"no_learner_id \({len(few)} records\). Run `learnstrata check`",
    ):
        run(table, load_config("robust"))


def test_learners_who_hardly_differ_are_told_what_is_the_same_for_all():
    table = pl.DataFrame(
        {
            "learner": [f"learner {i}" for i in range(40)],
            "salary": [500_000.0] * 40,
            "job_position": ["Backend Engineer", "Data Analyst"] * 20,
            "experience": [3.0, 4.0] * 20,
        }
    )
    with pytest.raises(
        DegenerateError,
        match="Got 2 distinct learners in 40, .* The same for all: log pay\\.",
    ):
        run(table, load_config("robust"))


@pytest.mark.parametrize("n", [2, 3, 5])
def test_learners_who_are_all_alike_are_refused_in_one_line(n):
    table = pl.DataFrame(
        {
            "learner": [f"learner {i}" for i in range(n)],
            "salary": [1_000_000.0] * n,
            "experience": [3.0] * n,
        }
    )
    with pytest.raises(DegenerateError) as caught:
        run(table, load_config("robust"))
    assert str(caught.value).startswith("Got no feature to tell learners apart, expect")
    assert "log_pay and log_experience (the same for all)" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("seed", range(12))
def test_whole_years_and_titles_of_few_learners_are_segmented(seed):
    """Merges of such tables are equally high, and many learners are alike."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(25, 120))
    titles = ["Backend Engineer", "Data Analyst", "Manager", "QA", "DevOps"]
    table = pl.DataFrame(
        {
            "learner": [f"learner {i}" for i in range(n)],
            "title": rng.choice(titles[: rng.integers(2, 6)], n).tolist(),
            "experience": rng.integers(0, rng.integers(8, 30), n).tolist(),
        }
    )
    bare = QUICK | {"evidence": NO_EVIDENCE}
    found = run(table, load_config("robust", as_of=2021, **bare))
    assert len(found.meaning.members) == n
    assert sum(found.clusters.tree.branches.leaf_sizes) == n


def test_what_is_the_same_for_all_is_left_out_and_does_not_matter_later():
    rng = np.random.default_rng(3)
    table = make_learners(200, rng=rng).with_columns(ctc=pl.lit(1_000_000))
    found = run(table, load_config("robust", **QUICK))
    used = found.meaning.model.features
    assert used.constant == ("log_pay", "company_level")
    assert set(used.columns) == {"log_experience", "role"}
    notes = build(found, key=b"k" * 32).notes
    assert "Not clustered on: log pay and company pay level (the same for all)." in (
        notes
    )
    varied = table.with_columns(ctc=1_000_000 + 1_000 * pl.int_range(pl.len()))
    before, after = (assign(t, found.meaning.model) for t in (table, varied))
    assert len(after) == len(before)
    one_record = table.filter(pl.len().over("email_hash") == 1)["email_hash"]
    same = pl.col("learner_id").is_in(one_record.to_list())
    assert before.filter(same)["segment_id"].equals(after.filter(same)["segment_id"])


def test_many_values_of_a_category_are_pooled_and_told(few):
    rng = np.random.default_rng(1)
    who = few["email_hash"].unique().sort()
    values = pl.DataFrame(
        {
            "email_hash": who,
            "city": [f"city {int(x)}" for x in rng.exponential(6, len(who))],
            "note": [f"text {i}" for i in range(len(who))],
        }
    )
    config = load_config(
        max_categories=5, columns={"categorical": ["city", "note"]}, **QUICK
    )
    found = run(few.join(values, on="email_hash", maintain_order="left"), config)
    model = found.meaning.model.features
    assert model.categories["extra:city"] == (*(f"city {i}" for i in range(4)), "Other")
    told = set(found.meaning.learners["extra:city"])
    assert told == {*model.categories["extra:city"]}
    notes = build(found, key=b"k" * 32).notes
    assert notes == (
        "Not clustered on: note (no two learners have the same value).",
        "The category city has over 5 values: the 4 most frequent are told apart, the "
        'others are called "Other".',
    )


def told(table, **options):
    """Give what a run says of a table: labels by learner, and every exact number."""
    done = run(table, load_config("robust", **options), key=b"k" * 32)
    results = build(done, key=b"k" * 32).model_copy(update={"timings": {}})
    members = done.meaning.members
    assert members["record"].is_sorted()
    return (
        members.drop("record").sort("learner_id").to_dicts(),
        results.model_dump_json(),
        done.meaning.model.to_json(),
    )


@pytest.mark.parametrize(
    ("n", "evidence"),
    [(60, LITTLE_EVIDENCE), (600, LITTLE_EVIDENCE), (6_000, NO_EVIDENCE)],
)
def test_the_order_of_the_rows_decides_nothing(n, evidence):
    options = QUICK | {"evidence": evidence}
    table = make_learners(n, rng=7)
    shuffled = table.sample(fraction=1.0, shuffle=True, seed=n)
    assert told(table, **options) == told(shuffled, **options)


def test_rows_that_are_learners_without_an_id_may_stand_in_any_order(few):
    table = few.drop("email_hash").unique(maintain_order=True)
    shuffled = table.with_row_index("at").sample(fraction=1.0, shuffle=True, seed=2)
    bare = QUICK | {"evidence": NO_EVIDENCE}
    config = load_config("robust", record="learner", **bare)
    straight, turned = run(table, config), run(shuffled.drop("at"), config)
    found = turned.meaning.members.with_columns(at=shuffled["at"]).sort("at")
    assert found["segment_id"].equals(straight.meaning.members["segment_id"])
    assert turned.base.account.content == straight.base.account.content


IN_OTHER_THREADS = """
import sys
sys.path[:0] = {path!r}
from test_pipeline import digest
print(digest())
"""


def digest():
    found = told(make_learners(400, rng=7), **QUICK)
    return hashlib.sha256(repr(found).encode()).hexdigest()


def test_the_number_of_threads_decides_nothing():
    """Polars and BLAS take their number of threads when they are loaded."""
    expected = digest()
    for threads in ("1", "3"):
        names = ("POLARS_MAX_THREADS", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")
        done = subprocess.run(
            [sys.executable, "-c", IN_OTHER_THREADS.format(path=sys.path)],
            env={**os.environ, **dict.fromkeys(names, threads)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == expected


def days_of_excel(year):
    return (date(int(year), 4, 1) - date(1899, 12, 30)).days


WRITTEN = {
    "days of Excel": lambda t: t.with_columns(
        pl.col("ctc_updated_year").map_elements(days_of_excel, return_dtype=pl.Int64)
    ),
    "decimal commas": lambda t: t.with_columns(
        pl.col("ctc").map_elements(
            lambda pay: f"{pay:,}".replace(",", ".") + ",00", return_dtype=pl.String
        )
    ),
    "unseen characters in names": lambda t: t.rename({"ctc": "\u200bctc\ufeff"}),
    "unseen characters in cells": lambda t: t.with_columns(
        pl.when(pl.int_range(pl.len()) % 3 == i)
        .then(pl.format("\u200e{}\u2060", name))
        .otherwise(pl.col(name).cast(pl.String))
        .alias(name)
        for i, name in enumerate(("email_hash", "company_hash", "ctc"))
    ),
}


@pytest.mark.parametrize("way", WRITTEN)
def test_a_table_that_is_written_otherwise_gives_the_same_segments(few, way):
    bare = QUICK | {"evidence": NO_EVIDENCE}
    found, same = (
        run(table, load_config("robust", **bare)) for table in (WRITTEN[way](few), few)
    )
    assert found.base.limits == same.base.limits
    told = [one.meaning.learners.drop("title") for one in (found, same)]
    assert told[0].equals(told[1])


def test_an_outcome_beyond_all_numbers_is_set_aside_and_the_others_count(few):
    score = (pl.int_range(pl.len()) % 50).cast(pl.Float64)
    first = pl.int_range(pl.len()) == 0
    bare = QUICK | {"evidence": NO_EVIDENCE, "columns": {"outcome": ["score"]}}
    found, same = (
        run(few.with_columns(score=value), load_config("robust", **bare))
        for value in (
            pl.when(first).then(1e160).otherwise(score),
            pl.when(~first).then(score),
        )
    )
    assert found.meaning.values == same.meaning.values
    entry = found.base.account.ledger.filter(pl.col("record") == 0).collect()
    assert "unreadable_extra:score" in entry["rule"][0]


@pytest.mark.parametrize("n", [30, 45, 62, 63])
def test_few_learners_of_as_many_companies_are_segmented(n):
    table = pl.DataFrame(
        {
            "company_hash": [f"firm {i}" for i in range(n)],
            "email_hash": [f"u{i}" for i in range(n)],
            "orgyear": [2013 + i % 4 for i in range(n)],
            "ctc": [300_000 + 90_000 * (i % (n - 1)) for i in range(n)],
        }
    )
    config = load_config("robust", evidence=NO_EVIDENCE)
    found = run(table, config)
    assert len(found.meaning.members) == n
    assert found.meaning.model.features.constant == ("company_level",)


def test_learners_who_do_not_differ_are_refused():
    table = pl.DataFrame(
        {
            "learner": [f"learner {i}" for i in range(40)],
            "salary": [500_000.0, 600_000.0] * 20,
            "experience": [3.0, 4.0] * 20,
        }
    )
    with pytest.raises(
        DegenerateError,
        match="Got 2 distinct learners in 40, expected 10 or more to test for cluster "
        "tendency. Give a larger table, or more features that tell learners apart.",
    ):
        run(table, load_config("robust"))


def test_a_table_without_what_is_needed_is_refused(few):
    with pytest.raises(
        SchemaError, match="Got no column of learner ids; the table has"
    ):
        run(few.drop("email_hash"), load_config("robust"))
    with pytest.raises(SchemaError, match="to segment on, expected two or more of"):
        run(few.select("email_hash", "ctc"), load_config("robust"))


def test_a_lazy_frame_gives_the_same_run(few):
    config = load_config("robust", **QUICK)
    key = b"k" * 32
    eager, lazy = run(few, config, key=key), run(few.lazy(), config, key=key)
    assert lazy.meaning.learners.equals(eager.meaning.learners)


@pytest.fixture(scope="module")
def judged_on_some(small_table):
    settings = QUICK | {"selection": QUICK["selection"] | {"k": 4}}
    return run(small_table, load_config("robust", judged_on=1_000, **settings))


def test_k_and_evidence_are_of_the_learners_drawn_and_the_segments_of_all(
    judged_on_some,
):
    found = judged_on_some.clusters
    X = judged_on_some.base.prepared.matrix.X
    assert len(found.rows) == 1_000 < len(X) == len(found.fit.labels)
    assert (np.diff(found.rows) > 0).all()
    assert found.dossier.n_rows == found.trust.shape.n_rows == 1_000
    assert found.tree.n_weighted == 1_000
    means = [X[found.fit.labels == j].mean(axis=0) for j in range(4)]
    assert found.fit.centers == pytest.approx(np.array(means), abs=1e-2)
    parts = found.trust.subsegments
    assert sum(part.count for part in parts.parts) == len(parts.ids) == len(X)
    stated = judged_on_some.base.prepared.learners["role_family"].drop_nulls()
    assert sum(cell.count for cell in found.trust.cells) == len(stated)


def test_results_say_how_many_learners_they_were_judged_on(judged_on_some):
    told = build(judged_on_some, key=b"k" * 32)
    assert told.selection.judged == told.hierarchy.n_weighted == 1_000
    assert told.evidence.silhouette.rows == told.evidence.finer.rows == 1_000
    assert told.segmented > 1_000


def test_learners_that_are_fewer_than_would_be_drawn_are_all_taken(few):
    some, whole = (
        run(few, load_config("robust", judged_on=most, **QUICK), key=b"k" * 32)
        for most in (1_000, "all")
    )
    assert len(some.clusters.rows) == len(some.clusters.fit.labels)
    assert some.meaning.learners.equals(whole.meaning.learners)
    assert some.clusters.trust.verdict == whole.clusters.trust.verdict
    assert build(some, key=b"k" * 32).selection.judged is None


def test_the_order_of_rows_does_not_change_who_is_drawn(small_table, judged_on_some):
    turned = run(small_table.reverse(), judged_on_some.config)
    assert np.array_equal(
        turned.clusters.fit.centers, judged_on_some.clusters.fit.centers
    )
