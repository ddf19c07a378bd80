"""What cleaning and reading tell of one learner, or of few, is not shared."""

import json
import re

import numpy as np
import polars as pl
import pytest

from learnstrata.config.loading import load_config
from learnstrata.exceptions import SourceError
from learnstrata.facade import segment
from learnstrata.layer.reading import read_summary
from learnstrata.learners.demo.tables import make_learners
from learnstrata.pipeline import run
from learnstrata.sharing import summaries_of
from learnstrata.summary.build import build
from learnstrata.summary.disclose import disclose
from learnstrata.summary.sums import tally_of

KEY = bytes(32)
N = 400
PAY = 2_214_000
CROWDED = "One learner id stands in far more records than any other."


@pytest.fixture(scope="module")
def table():
    """Give a clean table: one record a learner."""
    return pl.DataFrame(
        {
            "learner_id": [f"learner{i:05d}" for i in range(N)],
            "company": [f"employer{i % 12}" for i in range(N)],
            "title": [("Backend Engineer", "Data Scientist")[i % 2] for i in range(N)],
            "ctc": [500_000 + 3_000 * i + 17 * (i % 7) for i in range(N)],
            "start_year": [2020 - i // 20 for i in range(N)],
            "ctc_updated_year": [2019 + i % 3 for i in range(N)],
        }
    )


def more_of_one(table, times, **values):
    """Add records of the first learner."""
    one = pl.concat([table.head(1)] * times)
    return pl.concat([table, one.with_columns(**values).cast(table.schema)])


def both(table):
    config = load_config("robust", evidence={"level": "none"})
    return summaries_of(run(table, config, key=KEY), key=KEY)


@pytest.mark.parametrize("paid", [1, 9])
def test_limits_of_pay_of_few_are_not_told(table, paid):
    few = pl.when(pl.int_range(pl.len()) < paid).then("ctc").alias("ctc")
    exact, told = both(table.with_columns(few))
    assert exact.limits.paid == paid
    assert exact.limits.pay_low > 0
    assert (told.limits.pay_low, told.limits.pay_high) == (None, None)
    assert told.limits.pay_typical == ()


def test_limits_of_pay_of_one_employer_are_not_told(table):
    own = pl.when(pl.col("company") == "employer0").then("ctc").alias("ctc")
    exact, told = both(table.with_columns(own))
    assert (exact.limits.paid, exact.limits.companies) == (34, 1)
    assert told.limits.pay_low is None


@pytest.fixture(scope="module")
def of_one_employer(table):
    """Pay in euros at one employer: no quantile of it may be told."""
    rng = np.random.default_rng(4)
    pay = pl.Series(np.round(np.exp(rng.normal(np.log(60_000), 0.4, N))))
    own = table.with_columns(company=pl.lit("Acme"), ctc=pay)
    euros = {"currency": "EUR"}
    config = load_config("robust", pay=euros, evidence={"level": "none"})
    return summaries_of(run(own, config, key=KEY), key=KEY)


def numbers_in(value):
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return [n for one in inner for n in numbers_in(one)]
    return [value] if isinstance(value, int | float) else []


def test_bands_that_are_quantiles_of_pay_are_told_as_quantiles_are(of_one_employer):
    exact, told = of_one_employer
    cuts = [one.high for one in exact.bands_of("pay_band")[:-1]]
    assert len(cuts) == 3
    assert {one.origin for one in exact.bands_of("pay_band")} == {"table"}
    assert told.bands_of("pay_band") == ()
    assert told.bands_of("experience_band") == exact.bands_of("experience_band")
    assert told.bands is None
    assert all(not one.category("pay_band") for one in told.segments)
    values = [one for s in told.segments for one in s.distinctive_values]
    assert "pay_band" not in {one.feature for one in values}
    told_in_all = told.model_dump_json()
    assert not [cut for cut in cuts if f"{cut:.0f}" in told_in_all]
    assert not re.search(r"\d k EUR", told_in_all)
    found = {one.feature: one for one in told.description.distributions}
    pay, years = found["pay"], found["years_of_experience"]
    assert (pay.p50, pay.mean, pay.std) == (None, None, None)
    assert years.mean is not None


def test_no_rule_says_where_the_pay_of_one_employer_is_cut(of_one_employer):
    exact, told = of_one_employer
    own = [one for one in exact.segments if one.rule and "pay" in one.rule.text]
    assert own
    rules = {one.id: one.rule for one in told.segments}
    assert all(rules[one.id] is None for one in own)


def test_bands_of_the_pay_of_many_employers_are_told(table):
    config = load_config("robust", pay={"currency": "EUR"}, evidence={"level": "none"})
    euros = table.with_columns(ctc=pl.col("ctc") // 20)
    exact, told = summaries_of(run(euros, config, key=KEY), key=KEY)
    assert told.bands_of("pay_band") == exact.bands_of("pay_band")
    assert len(told.bands_of("pay_band")) == 4
    assert told.bands is not None


def test_limits_of_pay_that_records_of_one_learner_set_are_not_told(table):
    of = pl.when(pl.int_range(pl.len()) < 30).then("ctc").alias("ctc")
    exact, told = both(more_of_one(table.with_columns(of), 60, ctc=pl.lit(PAY)))
    assert exact.limits.paid == 1
    assert told.limits.pay_low is None


def test_limits_of_many_are_told(table):
    exact, told = both(table)
    assert exact.limits.paid == N
    assert told.limits.pay_low == float(f"{exact.limits.pay_low:.2g}")


def test_a_pay_that_one_learner_typed_often_is_not_told(table):
    exact, told = both(more_of_one(table, 12, ctc=pl.lit(98_700_000)))
    assert [(one.pay, one.learners) for one in exact.limits.heaped_pay] == [
        (98_700_000, 1)
    ]
    assert told.limits.heaped_pay == ()


def test_a_pay_that_many_typed_is_told(table):
    typed = pl.when(pl.int_range(pl.len()) % 20 == 0).then(98_700_000)
    exact, told = both(table.with_columns(ctc=typed.otherwise("ctc")))
    assert [one.pay for one in told.limits.heaped_pay] == [98_700_000]
    assert [one.learners for one in exact.limits.heaped_pay] == [20]


@pytest.mark.parametrize("paid", [1, 9])
def test_the_pay_of_few_is_not_told_as_the_level_of_their_companies(table, paid):
    few = pl.when(pl.int_range(pl.len()) < paid).then("ctc").alias("ctc")
    exact, told = both(table.with_columns(few))
    of = [one.number("company_pay") for one in exact.segments]
    assert any(one and one.p50 for one in of)
    for one in told.segments:
        level = one.number("company_pay")
        assert level is None or (level.p25, level.p50, level.p75, level.base) == (
            None,
            None,
            None,
            None,
        )


def test_of_many_records_of_one_learner_nothing_is_said(table):
    exact, told = both(more_of_one(table, 40, ctc=pl.col("ctc") + 1_000))
    assert exact.remarks[0].sentence.startswith(CROWDED)
    assert (exact.remarks[0].records, exact.remarks[0].learners) == (41, 1)
    assert told.remarks == ()
    assert told.ledger.rules == ()
    assert all(CROWDED not in note for note in told.every_note)


def test_a_value_that_one_learner_has_often_is_not_told(table):
    exact, told = both(more_of_one(table, 15, ctc=8 + pl.int_range(15) % 5))
    met = [one for one in exact.ledger.rules if one.rule == "pay_in_lakhs"]
    assert sum(one.records for one in met) == 15
    assert {one.learners for one in met} == {1}
    assert "pay_in_lakhs" not in {one.rule for one in told.ledger.rules}
    assert not any("lakh" in note for note in told.every_note)


def test_a_rule_that_met_many_learners_is_told(table):
    older = table.head(60).with_columns(ctc_updated_year=pl.lit(2018))
    _, told = both(pl.concat([table, older.cast(table.schema)]))
    assert ("older_record", "history") in [
        (one.rule, one.state) for one in told.ledger.rules
    ]


def test_a_word_for_an_id_that_few_have_is_not_told_beside_another(table):
    words = ["Admin"] * 6 + ["test"] * 14
    nobodys = table.head(20).with_columns(learner_id=pl.Series(words))
    exact, told = both(pl.concat([table, nobodys]))
    assert [one.records for one in exact.remarks] == [6, 14]
    assert len(told.remarks) == 1
    assert "'test'" in told.remarks[0].sentence
    assert "Admin" not in told.model_dump_json()


def test_it_is_known_which_rules_and_remarks_add_up(table):
    older = table[:50].with_columns(ctc_updated_year=pl.lit(2018))
    again = table[50:57]
    pay = pl.when(pl.int_range(pl.len()) < 30).then(pl.lit(8)).otherwise("ctc")
    lakhs = table.with_columns(ctc=pay + pl.int_range(pl.len()) % 7)
    more = [one.cast(lakhs.schema) for one in (older, again, older[:5])]
    exact, _ = both(pl.concat([lakhs, *more]))
    tally = tally_of(exact)
    totals = {one.total for one in tally.likely if one.relation == "="}
    assert ("ledger", "history") in totals
    assert {("remark", one.sentence) for one in exact.remarks if one.rules} <= totals
    assert tally.counts["ledger", "history", "exact_duplicate"] != [0]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sheet", "Priya Sharma"),
        ("other_sheets", ["Priya Sharma"]),
        ("sheet_number", 3),
        ("files", 7),
        ("notes", ["Prepared by Priya Sharma"]),
    ],
)
def test_a_shared_part_that_tells_of_the_file_is_refused(tmp_path, field, value):
    config = load_config("robust", evidence={"level": "none"})
    done = segment(make_learners(300, rng=1), config=config, key=KEY)
    folder = done.save(tmp_path / "out")
    path = folder / "share" / "summary.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    told["input"]["source"] = {
        "format": "excel",
        "header_line": 1,
        "left_out": [],
        "files": None,
        "sheet_number": None,
        "sheets": None,
        "sheet": None,
        "other_sheets": [],
        "lines": None,
        "notes": [],
    }
    path.write_text(json.dumps(told), encoding="utf-8")
    assert read_summary(folder).input.source.format == "excel"
    told["input"]["source"][field] = value
    path.write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(SourceError, match="for the owner alone"):
        read_summary(folder)


def test_what_one_cell_lets_be_assumed_of_a_column_is_for_the_owner(table):
    pay = pl.col("ctc").cast(pl.String)
    first = pl.int_range(pl.len()) == 0
    typed = pl.when(first).then(pl.lit("900,000")).otherwise(pay)
    exact, told = both(table.with_columns(ctc=typed))
    assert "A comma before three digits parts the thousands" in exact.assumed[0]
    assert exact.assumed[0] in exact.every_note
    assert told.assumed == ()
    assert told.every_note == (*told.notes, *(one.sentence for one in told.remarks))


@pytest.mark.parametrize("paid", [0, 1, 9])
def test_a_cohort_of_nobody_and_of_few_say_the_same(exact_and_key, paid):
    results, key = exact_and_key
    cohorts = tuple(
        one.model_copy(
            update={
                **dict.fromkeys(("by_segment", "by_role", "by_tier"), ()),
                "assessed": paid,
                "learners": min(paid, 1),
                "reason": "" if paid else "no learner has enough peers",
            }
        )
        for one in results.cohorts
    )
    told = disclose(
        results.model_copy(update={"cohorts": cohorts}), key=key, content=b""
    )
    reasons = {one.reason for one in told.cohorts}
    assert reasons == {"too few learners have enough peers"}
    assert {one.assessed for one in told.cohorts} == {None}


@pytest.fixture(scope="module")
def exact_and_key(table):
    config = load_config("robust", evidence={"level": "none"})
    return build(run(table, config, key=KEY), key=KEY), KEY
