"""A new table beside a run: planted moves are found, and what may be told of them."""

import json
import shutil
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

import learnstrata as ls
from learnstrata.config.stages import Columns
from learnstrata.exceptions import (
    DegenerateError,
    OutputError,
    ParameterError,
    PrivacyError,
    SchemaError,
    SourceError,
)
from learnstrata.layer.monitoring.samples import left_out, read_run
from thrift import NO_EVIDENCE

KEY = bytes(32)
LEARNER = "email_hash"
EVERYBODY = ls.make_learners(4_000, rng=4)
IDS = EVERYBODY[LEARNER].unique().sort()  # who has many records stands first in it


def of(first, last):
    """Give the records of some of the learners."""
    return EVERYBODY.filter(pl.col(LEARNER).is_in(IDS[first:last].implode()))


OLD, NEW = of(0, 2_000), of(2_000, 4_000)


def segmented(table, recipe="robust", **asked):
    config = ls.load_config(
        recipe,
        evidence=NO_EVIDENCE,
        selection={"k": 4, "k_max": 4, "splits": 0},
        **asked,
    )
    return ls.segment(table, config=config, key=KEY)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return segmented(OLD).save(tmp_path_factory.mktemp("runs") / "old")


@pytest.fixture(scope="module")
def others(run):
    return ls.monitor(NEW, run, key=KEY)


def with_pay(table, times):
    return table.with_columns(pl.col("ctc") * times)


def check(found, looked, name=""):
    return next(
        one for one in found.exact.checks if (one.looked, one.name) == (looked, name)
    )


def moved(found):
    return {(one.looked, one.name) for one in found.exact.moved}


def test_the_table_of_the_run_itself_has_not_moved_at_all(run):
    found = ls.monitor(OLD, run, key=KEY)
    assert found.advice == "keep"
    assert all(
        one.effect == 0
        for one in found.exact.checks
        if one.looked not in {"pay", "unknown"}
    )
    assert min(one.p for one in found.exact.checks) > 0.5
    assert found.exact.size_old == found.exact.size_new
    assert found.exact.in_both == 1
    assert found.exact.pay.within == pytest.approx(0, abs=1e-9)
    assert [one.size for one in found.exact.segments] == [
        one.size_new for one in found.exact.segments
    ]
    assert "warn late" in found.told.sentences[-1]


def test_other_learners_of_the_same_kind_have_not_moved(others):
    assert others.advice == "keep"
    assert others.exact.in_both == 0
    assert others.exact.pay.move == "none"
    assert "Keep the segments" in others.told.sentences[0]


def test_learners_are_counted_as_assign_counts_them(run, others):
    given = ls.load(run).assign(NEW)
    sizes = dict(given["segment_id"].value_counts().iter_rows())
    assert {one.id: one.size_new for one in others.exact.segments} == sizes
    assert others.exact.size_new == len(given)
    assert others.exact.records_new == len(NEW)


def test_a_table_is_known_by_its_records_in_any_order(run, others):
    turned = ls.monitor(NEW.reverse(), run, key=KEY)
    assert turned.digest == others.digest
    assert len(turned.digest) == 64
    assert turned.told == others.told
    assert ls.monitor(with_pay(NEW, 2), run, key=KEY).digest != others.digest


def test_a_rise_of_pay_is_called_inflation(run):
    found = ls.monitor(with_pay(NEW, 1.12), run, key=KEY)
    pay = found.exact.pay
    assert (found.advice, pay.move, pay.is_mixed) == ("watch", "inflation", False)
    assert pay.within_low < 0.12 < pay.within_high
    assert check(found, "pay").advice == "watch"
    assert any("that is pay inflation" in one for one in found.told.sentences)


def test_other_learners_who_earn_more_are_no_inflation(run):
    years = pl.col("orgyear")
    senior = years.is_between(1990, 2013)
    ids = NEW.filter(senior)[LEARNER].unique()
    young = pl.col(LEARNER).is_in(IDS[2_000:2_900].implode())
    found = ls.monitor(
        NEW.filter(pl.col(LEARNER).is_in(ids.implode()) | young), run, key=KEY
    )
    pay = found.exact.pay
    assert pay.move == "mix"
    assert pay.mix > 0.05
    assert pay.within_low < 0.03
    assert ("feature", "log_experience") in moved(found)
    assert any("because other learners are there" in s for s in found.told.sentences)


def test_both_at_once_are_told_apart(run):
    ids = NEW.filter(pl.col("orgyear").is_between(1990, 2013))[LEARNER].unique()
    young = pl.col(LEARNER).is_in(IDS[2_000:2_900].implode())
    table = NEW.filter(pl.col(LEARNER).is_in(ids.implode()) | young)
    pay = ls.monitor(with_pay(table, 1.15), run, key=KEY).exact.pay
    assert (pay.move, pay.is_mixed) == ("inflation", True)
    assert pay.within_low < 0.15 < pay.within_high
    both = (1 + pay.within) * (1 + pay.mix) - 1
    assert both == pytest.approx(pay.total)


def some(share, value):
    """Put a value in the place of some of a column's, by learner."""
    chosen = pl.col(LEARNER).hash(1) % 100 < 100 * share
    return pl.when(chosen).then(value)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"ctc": some(0.2, None).otherwise("ctc")}, ("missing", "pay")),
        (
            {"orgyear": some(0.2, 2031).otherwise("orgyear")},
            ("rule", "impossible_year"),
        ),
        (
            {
                "job_position": some(0.3, pl.lit("Data Scientist")).otherwise(
                    "job_position"
                )
            },
            ("feature", "role"),
        ),
        (
            {
                "company_hash": some(0.5, pl.lit("nobody knows")).otherwise(
                    "company_hash"
                )
            },
            ("feature", "company_level"),
        ),
    ],
)
def test_what_was_planted_is_found(run, change, expected):
    found = ls.monitor(NEW.with_columns(**change), run, key=KEY)
    assert expected in moved(found)
    assert found.advice != "keep"


def test_roles_that_the_model_does_not_know_are_unknown(tmp_path):
    title = pl.col("job_position").str.to_lowercase()
    without = OLD.filter(~title.str.contains("data|analy").fill_null(value=False))
    found = ls.monitor(NEW, segmented(without).save(tmp_path / "run"), key=KEY)
    assert ("unknown", "role") in moved(found)
    assert check(found, "unknown", "role").new > 0.02


def test_columns_of_the_users_own_are_looked_at_as_others_are(tmp_path):
    place = pl.col(LEARNER).hash(5) % 4
    old = OLD.with_columns(city=pl.lit("Pune-") + place.cast(pl.String), score=place)
    run = segmented(old, columns={"categorical": ["city"], "numeric": ["score"]})
    changed = (pl.col(LEARNER).hash(6) % 10) < 2
    new = NEW.with_columns(
        city=pl.when(changed)
        .then(pl.lit("Delhi"))
        .otherwise(pl.lit("Pune-") + place.cast(pl.String)),
        score=pl.when(~changed).then(place),
    )
    found = ls.monitor(new, run.save(tmp_path / "run"), key=KEY)
    assert {
        ("feature", "extra:city"),
        ("unknown", "extra:city"),
        ("missing", "extra:score"),
    } <= moved(found)
    told = {(one.category, one.value): one for one in found.told.values}
    delhi = told["extra:city", "Delhi"]
    assert (delhi.old, delhi.new) == (None, pytest.approx(0.2, abs=0.03))
    names = [name for name in found.told.sentences if "city" in name]
    assert names


def test_a_later_table_is_read_at_its_own_year(run):
    later = NEW.with_columns(
        pl.col("orgyear") + 1, ctc_updated_year=pl.col("ctc_updated_year") + 1
    )
    found = ls.monitor(later, run, key=KEY)
    years = found.exact.as_of_old, found.exact.as_of_new
    assert years[1] == years[0] + 1
    assert found.advice == "keep"
    assert any(f"is {years[1]}" in note for note in found.told.notes)


def test_distances_of_the_run_are_those_to_centres_without_the_learner():
    X = np.random.default_rng(1).normal(size=(12, 3))
    at = np.repeat([1, 2, 3], [6, 5, 1])
    near = [np.linalg.norm(X[i] - X[at == at[i]].mean(axis=0)) for i in range(12)]
    learners = pl.DataFrame({"segment_id": at, "distance": near})
    others = [(at == at[i]) & (np.arange(12) != i) for i in range(12)]
    expected = [
        np.linalg.norm(X[i] - X[rows].mean(axis=0)) if rows.any() else 0.0
        for i, rows in enumerate(others)
    ]
    np.testing.assert_allclose(left_out(learners)["distance"], expected, atol=1e-12)


def test_limits_of_a_caller_go_before_those_of_the_run(run):
    given = read_run(run)
    strict = replace(given.limits, refit_pay=0.05, watch_pay=0.01)
    table = with_pay(NEW, 1.12)
    found = ls.monitor(table, replace(given, limits=strict), key=KEY)
    assert (found.advice, found.told.limits.refit_pay) == ("refit", 0.05)


def test_p_values_are_corrected_over_all_that_was_looked_at(others):
    assert len(others.exact.checks) > 10
    assert max(one.p for one in others.exact.checks) == 1


# What may be told.


def test_no_small_count_and_no_fine_number_is_told(run):
    table = pl.concat(
        [NEW.head(300), NEW.tail(40).with_columns(ctc=pl.lit(9_000_000, pl.Int64))]
    )
    told = ls.monitor(table, run, key=KEY).told
    assert told.size_new % 10 == 0
    for one in told.segments:
        assert one.size_new is None or one.size_new >= 10
    for one in told.checks:
        assert one.p in {0.001, 0.01, 0.05, 0.1, 1.0}
        for value in (one.effect, one.floor, one.psi):
            assert value is None or value * 20 == pytest.approx(round(value * 20))
        assert one.new is None or one.new * told.size_new > 9
    for one in told.values:
        assert (one.n_old, one.n_new) == (None, None)
    assert all(one.old != 0 and one.new != 0 for one in told.values)


def test_what_was_looked_at_is_one_thing_for_the_owner_and_for_everybody(others):
    assert others.exact.checks == others.told.checks
    assert others.exact.advice == others.told.advice
    assert {(one.category, one.value) for one in others.exact.values} == {
        (one.category, one.value) for one in others.told.values
    }


def test_the_same_things_are_looked_at_whatever_is_in_the_table(run, others):
    dirty = NEW.with_columns(
        orgyear=some(0.1, 20165).otherwise("orgyear"),
        ctc=some(0.2, None).otherwise("ctc"),
        job_position=some(0.3, None).otherwise("job_position"),
    )
    looked = [
        [(one.looked, one.name) for one in found.told.checks]
        for found in (others, ls.monitor(dirty, run, key=KEY))
    ]
    assert looked[0] == looked[1]


def test_counts_of_the_run_are_told_as_the_run_tells_them(run, others):
    summary = ls.load(run).summary
    assert others.told.size_old == summary.segmented
    assert [one.size for one in others.told.segments] == [
        one.size for one in summary.segments
    ]


def test_pay_of_one_company_is_not_told(run):
    one = NEW.with_columns(company_hash=pl.lit("the only one"))
    told = ls.monitor(one, run, key=KEY).told.pay
    assert (told.move, told.within, told.total, told.mix) == ("unknown",) + (None,) * 3


def test_pay_that_may_not_be_told_raises_no_alarm(run):
    paid = with_pay(NEW, 1.5).with_columns(company_hash=pl.lit("the only one"))
    found = ls.monitor(paid, run, key=KEY)
    one = check(found, "pay")
    assert (one.effect, one.p, one.advice) == (None, 1.0, "keep")
    assert found.exact.pay.move == "unknown"
    assert found.exact.pay.within == pytest.approx(0.5, abs=0.1)


def test_the_folder_is_whole_private_and_the_same_again(others, tmp_path):
    once, again = others.save(tmp_path / "a"), others.save(tmp_path / "b")
    files = sorted(p.relative_to(once).as_posix() for p in once.rglob("*.*"))
    assert files == [
        "private/monitoring.json",
        "share/monitoring.html",
        "share/monitoring.json",
    ]
    for name in files:
        assert (once / name).read_bytes() == (again / name).read_bytes()
    assert (once / "private").stat().st_mode & 0o077 == 0
    exact = json.loads((once / "private" / "monitoring.json").read_text())
    assert exact["size_new"] == others.exact.size_new
    shared = (once / "share" / "monitoring.html").read_text()
    assert not [one for one in IDS[:4_000].to_list() if one in shared]


def test_a_folder_of_something_else_is_not_replaced(others, run, tmp_path):
    with pytest.raises(OutputError, match="not a folder of monitoring"):
        others.save(run, overwrite=True)
    folder = others.save(tmp_path / "found")
    with pytest.raises(OutputError, match="is there already"):
        others.save(folder)
    assert others.save(folder, overwrite=True) == folder


def test_a_name_of_somebody_is_not_published(others, tmp_path):
    name = others.told.segments[0].name
    known = pl.DataFrame({"kind": ["company"], "name": ["Zorblatt Works"]})
    segments = (
        others.told.segments[0].model_copy(update={"name": "Zorblatt Works"}),
        *others.told.segments[1:],
    )
    bad = replace(
        others,
        told=others.told.model_copy(update={"segments": segments}),
        names=pl.concat([others.names, known]),
    )
    with pytest.raises(PrivacyError, match="Zorblatt Works"):
        bad.save(tmp_path / "bad")
    assert not (tmp_path / "bad").exists()
    assert bad.save(tmp_path / "bad", allow="Zorblatt Works").exists()
    assert name


def test_room_is_left_in_the_sum_of_the_segments(others):
    exact, told = others.exact, others.told
    widest = 5 * 10 + 60
    for one, shown in zip(exact.segments, told.segments, strict=True):
        assert shown.size_new is None or abs(shown.size_new - one.size_new) < widest


# Bad input.


def without(run, tmp_path, *names):
    copy = shutil.copytree(run, tmp_path / "copy")
    for name in names:
        (copy / name).unlink()
    return copy


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("private/features.parquet", "made before runs kept the features"),
        ("private/summary.json", "takes the whole folder of a run"),
        ("private/segments.parquet", "takes the whole folder of a run"),
        ("private/model.json", "There is no model"),
        ("share/summary.json", "Give the folder of a run"),
    ],
)
def test_a_run_that_is_not_whole_is_one_message(run, tmp_path, name, message):
    with pytest.raises(SourceError, match=message):
        ls.monitor(NEW, without(run, tmp_path, name))


def test_features_that_are_not_those_of_the_model_are_one_message(run, tmp_path):
    copy = shutil.copytree(run, tmp_path / "copy")
    path = copy / "private" / "features.parquet"
    features = pl.read_parquet(path)
    features.drop("log_pay").write_parquet(path)
    with pytest.raises(SourceError, match=r"lacks \['log_pay'\] of its model"):
        ls.monitor(NEW, copy)
    features.head(10).write_parquet(path)
    with pytest.raises(SourceError, match="not of the same learners"):
        ls.monitor(NEW, copy)


def test_a_model_of_another_version_is_one_message(run, tmp_path):
    copy = shutil.copytree(run, tmp_path / "copy")
    path = copy / "private" / "model.json"
    text = path.read_text()
    path.write_text(text.replace('"model_version":', '"model_version":9', 1))
    with pytest.raises(SourceError, match="Got model version 9"):
        ls.monitor(NEW, copy)


def test_a_run_of_records_is_refused(tmp_path):
    run = ls.segment(OLD.head(400), "notebook", as_of=2021, key=KEY)
    with pytest.raises(ParameterError, match="segments records"):
        ls.monitor(NEW, run.save(tmp_path / "records"))


def test_a_table_that_lacks_a_column_is_refused_unless_it_is_mapped(run):
    with pytest.raises(SchemaError, match="this table has no"):
        ls.monitor(NEW.drop("ctc"), run)
    renamed = NEW.rename({"ctc": "money"})
    with pytest.raises(SchemaError, match="this table has no"):
        ls.monitor(renamed, run)
    assert ls.monitor(renamed, run, columns=Columns(pay="money")).advice == "keep"


def test_too_few_learners_are_refused(run):
    with pytest.raises(DegenerateError, match="expected 50 or more"):
        ls.monitor(of(2_000, 2_040), run)
