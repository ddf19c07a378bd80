from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations

import hypothesis.strategies as st
import narwhals as nw
import numpy as np
import polars as pl
import pytest
from hypothesis import given

from frames import rows
from learnstrata.config.loading import load_config
from learnstrata.config.stages import Columns, Pay
from learnstrata.exceptions import SchemaError
from learnstrata.learners.cleaning import (
    LEDGER,
    RICHNESS,
    STATES,
    Limits,
    clean,
    find_limits,
    heaped,
)
from learnstrata.learners.demo.tables import make_learners
from learnstrata.learners.roles.families import add_roles
from learnstrata.learners.schema.standard import recognise, standardise

CONFIG = load_config("robust")
RECORDS = load_config("robust", unit="record")
FILLED = load_config("robust", cleaning={"impute_start_year": "median"})
PLAIN = load_config(
    "robust",
    cleaning={"repair_years": False, "check_order": False, "suspect_pay": False},
)
LIMITS = Limits(
    as_of=2021,
    pay_low=20_000.0,
    pay_high=40_000_000.0,
    pay_typical=(200_000.0, 4_000_000.0),
    heaped_pay=(100_000_000.0, 200_000_000.0),
)
ROW = {
    "learner_id": "a",
    "company": "acme",
    "title": "Engineer",
    "pay": 500_000.0,
    "start_year": 2015.0,
    "pay_year": 2020.0,
    "role_match": "pattern",
}


def table(*changes):
    listed = [ROW | change for change in changes]
    names = list(dict.fromkeys(name for row in listed for name in row))
    columns = {name: [row.get(name) for row in listed] for name in names}
    return {"record": list(range(len(listed))), **columns}


def typed(native):
    """Give columns that hold nulls only the types that a standard table has."""
    numbers = {"pay", "start_year", "experience", "pay_year"}
    frame = nw.from_native(native)
    names = [c for c in frame.collect_schema().names() if c != "record"]
    return frame.with_columns(
        nw.col(c).cast(nw.Float64 if c in numbers else nw.String) for c in names
    ).to_native()


def ledger(native, config=CONFIG, limits=LIMITS):
    return rows(clean(typed(native), config, limits).ledger)


def told(native, config=CONFIG, limits=LIMITS):
    """Give the ledger entry of the first record, without its number."""
    return tuple(ledger(native, config, limits)[0].values())[1:]


# Rules, one by one.


@pytest.mark.parametrize(
    ("change", "rule", "column", "before", "after"),
    [
        ({"start_year": 98.0}, "two_digit_year", "start_year", "98.0", "1998.0"),
        ({"start_year": 60.0}, "two_digit_year", "start_year", "60.0", "1960.0"),
        ({"start_year": 59.0}, "impossible_year", "start_year", "59.0", "missing"),
        ({"start_year": 0.0}, "impossible_year", "start_year", "0.0", "missing"),
        ({"start_year": 208.0}, "impossible_year", "start_year", "208.0", "missing"),
        ({"start_year": 1959.0}, "impossible_year", "start_year", "1959.0", "missing"),
        ({"start_year": 2022.0}, "impossible_year", "start_year", "2022.0", "missing"),
        (
            {"start_year": 2020.0, "pay_year": 2018.0},
            *("start_after_pay_year", "start_year", "2020.0", "missing"),
        ),
        ({"pay": 200_000_000.0}, "heaped_pay", "pay", "200000000.0", "missing"),
        ({"pay": 30.0}, "pay_in_lakhs", "pay", "30.0", "missing"),
        ({"pay": 600.0}, "pay_in_thousands", "pay", "600.0", "missing"),
        ({"pay": 19_000.0}, "pay_in_monthly", "pay", "19000.0", "missing"),
        ({"pay": 50.0}, "implausible_pay", "pay", "50.0", "missing"),
        ({"pay": 90_000_000.0}, "implausible_pay", "pay", "90000000.0", "missing"),
        (
            {"experience": 51.0},
            *("impossible_experience", "experience", "51.0", "missing"),
        ),
        (
            {"experience": -1.0},
            *("impossible_experience", "experience", "-1.0", "missing"),
        ),
    ],
)
def test_a_rule_repairs_and_says_before_and_after(
    frame, change, rule, column, before, after
):
    assert told(frame(table(change))) == ("repaired", rule, column, before, after)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"start_year": 1960.0},
        {"start_year": 2021.0},
        {"start_year": 2019.0, "pay_year": 2018.0},  # an offer before the work starts
        {"start_year": None},
        {"start_year": 2020.0, "pay_year": None},
        {"start_year": 2020.0, "pay_year": 201.0},  # which tells nothing of the start
        {"pay": 20_000.0},
        {"pay": 40_000_000.0},
        {"pay": None},
        {"experience": 0.0},
        {"experience": 50.0},
    ],
)
def test_what_is_possible_stands_as_it_is(frame, change):
    assert told(frame(table(change))) == ("current", None, None, None, None)


@pytest.mark.parametrize(
    ("change", "rule", "column", "before"),
    [
        ({"pay": -5.0}, "pay_not_positive", "pay", "-5.0"),
        ({"pay": 0.0}, "pay_not_positive", "pay", "0.0"),
        ({"learner_id": None}, "no_learner_id", "record", None),
        (
            {"fault": "pay", "fault_text": "12-15 LPA", "pay": None},
            *("unreadable_pay", "pay", "12-15 LPA"),
        ),
        (
            {
                "fault": "start_year",
                "fault_text": "\u092e\u0938\u094d\u0924",
                "pay": 0.0,
            },
            *("unreadable_start_year", "start_year", "\u092e\u0938\u094d\u0924"),
        ),
        ({"learner_id": None, "pay": -1.0}, "no_learner_id", "record", None),
    ],
)
@pytest.mark.parametrize("config", [CONFIG, RECORDS, PLAIN])
def test_what_cannot_be_believed_is_quarantined(
    frame, change, rule, column, before, config
):
    sound = {"learner_id": "b", "fault": None, "fault_text": None}
    found = told(frame(table(change, sound)), config)
    assert found == ("quarantined", rule, column, before, None)


def test_pay_that_fits_two_units_is_only_called_implausible(frame):
    vague = replace(LIMITS, pay_typical=(10_000.0, 1e9))
    assert told(frame(table({"pay": 600.0})), limits=vague)[1] == "implausible_pay"


def test_rules_can_be_switched_off(frame):
    odd = {"start_year": 2020.0, "pay_year": 2018.0, "pay": 200_000_000.0}
    assert told(frame(table(odd)), PLAIN)[0] == "current"
    short = told(frame(table({"start_year": 98.0})), PLAIN)
    assert short == ("repaired", "impossible_year", "start_year", "98.0", "missing")


def test_two_digit_year_after_the_year_of_the_run_is_not_completed(frame):
    found = told(frame(table({"start_year": 96.0})), limits=Limits(as_of=1995))
    assert found[1] == "impossible_year"


@pytest.mark.parametrize(
    ("change", "rule", "before"),
    [
        ({"start_year": None}, "missing_year_filled", "missing"),
        ({"start_year": 0.0}, "impossible_year", "0.0"),
        (
            {"start_year": 2020.0, "pay_year": 2018.0},
            *("start_after_pay_year", "2020.0"),
        ),
    ],
)
def test_start_year_is_filled_where_the_recipe_asks_for_it(frame, change, rule, before):
    limits = replace(LIMITS, start_year_fill=2014.0)
    result = clean(typed(frame(table(change))), FILLED, limits)
    entry = rows(result.ledger)[0]
    assert (entry["rule"], entry["before"], entry["after"]) == (rule, before, "2014.0")
    assert rows(result.units)[0]["years_of_experience"] == 7.0


def test_several_rules_on_one_record_are_joined_alike(frame):
    newer = {"pay_year": 2021.0}
    odd = {"start_year": 98.0, "pay": 200_000_000.0, "experience": 70.0}
    assert told(frame(table(odd, newer))) == (
        "history",
        "older_record; two_digit_year; impossible_experience; heaped_pay",
        "record; start_year; experience; pay",
        "0; 98.0; 70.0; 200000000.0",
        "1; 1998.0; missing; missing",
    )


def test_a_record_that_says_the_same_again_is_an_exact_duplicate(frame):
    found = ledger(frame(table({}, {"pay_year": 2019.0}, {}, {"pay_year": 2019.0})))
    assert [(row["state"], row["rule"], row["after"]) for row in found] == [
        ("current", None, None),
        ("history", "older_record", "0"),
        ("history", "exact_duplicate", "0"),
        ("history", "exact_duplicate", "0"),
    ]


def test_records_that_only_become_alike_by_repair_are_no_duplicates(frame):
    ceilings = {"pay": 100_000_000.0}, {"pay": 200_000_000.0}
    found = ledger(frame(table(*ceilings)))
    assert found[1]["rule"] == "older_record; heaped_pay"


def test_a_record_is_no_duplicate_of_a_quarantined_one(frame):
    fault = {"fault": "pay", "fault_text": "?", "pay": None}
    sound = {"fault": None, "fault_text": None}
    found = ledger(frame(table(fault, sound, sound | {"pay": None})))
    assert [row["rule"] for row in found] == ["unreadable_pay", None, "older_record"]


# Who is current.


@pytest.mark.parametrize(
    ("worse", "better"),
    [
        ({"pay": None, "pay_year": 2021.0}, {"pay_year": 2015.0}),
        ({"pay": 200_000_000.0, "pay_year": 2021.0}, {"pay_year": 2015.0}),
        ({"pay": -1.0, "pay_year": 2021.0}, {"pay": None, "pay_year": 2015.0}),
        ({"pay_year": 2019.0}, {"pay_year": 2020.0, "role_match": "missing"}),
        ({"pay_year": None}, {"pay_year": 2015.0}),
        ({"pay_year": 20165.0}, {"pay_year": 2015.0}),
        ({"pay_year": 201.0}, {"pay_year": 2015.0}),
        ({"role_match": "missing"}, {"role_match": "unmapped"}),
        ({"role_match": "unmapped"}, {"role_match": "generic"}),
        ({"role_match": "generic"}, {"role_match": "fuzzy"}),
    ],
)
def test_the_better_record_is_current_wherever_it_stands(frame, worse, better):
    for order in permutations([worse, better]):
        found = ledger(frame(table(*order)))
        at = order.index(better)
        assert found[at]["state"] in {"current", "repaired"}
        assert found[1 - at]["state"] in {"history", "quarantined"}


@pytest.mark.parametrize("turned", [False, True])
def test_of_equally_good_records_the_order_of_the_rows_decides_nothing(frame, turned):
    records = [{"company": "acme"}, {"company": "zeta", "role_match": "fuzzy"}]
    found = clean(typed(frame(table(*records[:: -1 if turned else 1]))), CONFIG, LIMITS)
    assert [row["company"] for row in rows(found.units)] == ["acme"]


def test_records_as_units_keep_every_usable_record(frame):
    changes = [{}, {}, {"pay_year": 2019.0}, {"start_year": 98.0}, {"pay": -1.0}]
    result = clean(typed(frame(table(*changes))), RECORDS, LIMITS)
    assert [row["state"] for row in rows(result.ledger)] == [
        *("current", "current", "current", "repaired", "quarantined")
    ]
    assert [row["record"] for row in rows(result.units)] == [0, 1, 2, 3]


# Oracle: the rules read one record at a time.


def naive_repairs(row, rules, limits):
    found = {}
    year, pay, paid = row["start_year"], row["pay"], row["pay_year"]
    if year is not None:
        slack = rules.order_slack
        if rules.repair_years and max(50, rules.first_year - 1900) <= year <= 99:
            found["start_year"] = "two_digit_year", year + 1900
        elif not rules.first_year <= year <= limits.as_of:
            found["start_year"] = "impossible_year", limits.start_year_fill
        elif (
            rules.check_order
            and paid is not None
            and paid >= rules.first_year
            and year > paid + slack
        ):
            found["start_year"] = "start_after_pay_year", limits.start_year_fill
    elif limits.start_year_fill is not None:
        found["start_year"] = "missing_year_filled", limits.start_year_fill
    years = row["experience"]
    if years is not None and not 0 <= years <= rules.last_experience:
        found["experience"] = "impossible_experience", None
    if pay is not None and rules.suspect_pay:
        low, high = limits.pay_typical
        factors = {"monthly": 12, "thousands": 1e3, "lakhs": 1e5}
        fits = [unit for unit, f in factors.items() if low <= pay * f <= high]
        if pay in limits.heaped_pay:
            found["pay"] = "heaped_pay", None
        elif not limits.pay_low <= pay <= limits.pay_high:
            one = len(fits) == 1
            found["pay"] = (f"pay_in_{fits[0]}" if one else "implausible_pay"), None
    return found


def naive_quarantine(row):
    if row["fault"] is not None:
        return f"unreadable_{row['fault']}"
    if row["learner_id"] is None:
        return "no_learner_id"
    if row["pay"] is not None and row["pay"] <= 0:
        return "pay_not_positive"
    return None


def naive_rank(row, repairs, first_year):
    pay = repairs["pay"][1] if "pay" in repairs else row["pay"]
    year = row["pay_year"]
    plausible = year is not None and first_year <= year <= 9_999
    return (
        pay is None,
        -year if plausible else 0,
        -RICHNESS[row["role_match"]],
        as_text(row),
        row["record"],
    )


def as_text(row):
    """Write all that a record says, in the order of its columns."""
    texts = [pl.Series([v]).cast(pl.String)[0] for v in said(row).values()]
    return ["\x00" if text is None else text for text in texts]


def naive_clean(given, config, limits):
    """Judge records one at a time: number -> state and rules."""
    repairs = {r["record"]: naive_repairs(r, config.cleaning, limits) for r in given}
    quarantined = {r["record"]: naive_quarantine(r) for r in given}
    usable = [r for r in given if quarantined[r["record"]] is None]
    judged = {n: ("quarantined", rule) for n, rule in quarantined.items() if rule}
    for row in usable:
        peers = [r for r in usable if r["learner_id"] == row["learner_id"]]
        best = min(
            peers,
            key=lambda r: naive_rank(
                r, repairs[r["record"]], config.cleaning.first_year
            ),
        )
        number = row["record"]
        rules = [rule for rule, _ in repairs[number].values()]
        if config.unit == "record" or best is row:
            judged[number] = ("repaired" if rules else "current", "; ".join(rules))
            continue
        same = [r for r in peers if r["record"] < number and said(r) == said(row)]
        merged = "exact_duplicate" if same else "older_record"
        judged[number] = "history", "; ".join([merged, *rules])
    return judged


def said(row):
    return {k: v for k, v in row.items() if k not in {"record", "fault", "fault_text"}}


YEARS = [None, 0.0, 7.0, 59.0, 60.0, 99.0, 208.0, 2010.0, 2018.0, 2021.0, 2025.0]
PAYS = [None, -5.0, 0.0, 2.0, 30.0, 600.0, 19_000.0, 500_000.0, 9e5, 2e8, 1.7e308]
PAYS += [float("nan"), float("inf")]
TITLES = [
    None,
    "",
    "Backend Engineer",
    "Engineer",
    "7033771951",
    "\u0130\u00df \U0001f600",
]
dirty_rows = st.fixed_dictionaries(
    {
        "learner": st.sampled_from([None, "a", "a", "b", "c", "\u00e9", " "]),
        "company": st.sampled_from([None, "Acme ", "acme", "\u0928\u092f\u093e"]),
        "title": st.sampled_from(TITLES),
        "pay": st.sampled_from(PAYS),
        "start_year": st.sampled_from(YEARS),
        "experience": st.sampled_from([None, None, -1.0, 3.0, 70.0]),
        "pay_year": st.sampled_from([None, 0.0, 2015.0, 2018.0, 2021.0, 20165.0]),
    }
)
dirty_tables = st.lists(dirty_rows, min_size=1, max_size=12)
RAW_TYPES = dict.fromkeys(("learner", "company", "title"), pl.String) | dict.fromkeys(
    ("pay", "start_year", "experience", "pay_year"), pl.Float64
)


def standard(native, names):
    mapping = recognise(names, Columns(), record="record")
    done = standardise(native, mapping, columns=Columns(), pay=Pay(), record="record")
    return add_roles(done)


def as_records(raw):
    return standard(pl.DataFrame(raw, schema=RAW_TYPES), list(RAW_TYPES))


@given(dirty_tables, st.sampled_from([CONFIG, RECORDS, PLAIN]))
def test_every_record_is_judged_as_one_record_at_a_time_is(raw, config):
    records = as_records(raw)
    before = records.clone()
    result = clean(records, config, LIMITS)
    found = {
        row["record"]: (row["state"], row["rule"] or "") for row in rows(result.ledger)
    }
    assert found == naive_clean(records.to_dicts(), config, LIMITS)
    assert records.equals(before)


@given(dirty_tables)
def test_every_record_is_in_the_ledger_once_and_counts_reconcile(raw):
    records = as_records(raw)
    limits = find_limits(records, replace(CONFIG, as_of=2021))
    result = clean(records, CONFIG, limits)
    assert result.ledger.columns == list(LEDGER)
    assert result.ledger["record"].to_list() == list(range(len(raw)))
    states = Counter(result.ledger["state"].to_list())
    assert set(states) <= set(STATES)
    assert sum(states.values()) == len(raw) == len(result.records)
    usable = result.records.filter(pl.col("state") != "quarantined")
    assert states["current"] + states["repaired"] == len(result.units)
    assert len(result.units) == usable["learner_id"].n_unique()
    assert result.units["learner_id"].is_unique().all()
    assert result.units["pay"].drop_nulls().is_between(0, 1.7e308, closed="right").all()


@given(dirty_tables, st.randoms(use_true_random=False))
def test_order_of_rows_changes_nothing(raw, random):
    records = as_records(raw)
    order = list(range(len(raw)))
    random.shuffle(order)
    found = clean(records[order], CONFIG, LIMITS)
    expected = clean(records, CONFIG, LIMITS)
    assert found.ledger.equals(expected.ledger)
    assert found.units.equals(expected.units)


@given(dirty_tables, st.randoms(use_true_random=False))
def test_numbers_of_records_decide_ties_only(raw, random):
    def currents(table):
        units = clean(as_records(table), CONFIG, LIMITS).units
        richness = pl.col("role_match").replace_strict(RICHNESS, return_dtype=pl.Int64)
        year = pl.col("pay_year").is_between(1960, 9_999).fill_null(value=False)
        told = units.select(
            "learner_id",
            pl.col("pay").is_null(),
            pl.when(year).then(pl.col("pay_year")),
            richness,
        )
        return told.sort("learner_id").rows()

    shuffled = list(raw)
    random.shuffle(shuffled)
    assert currents(shuffled) == currents(raw)


def dirty_table(seed, n=300):
    rng = np.random.default_rng(seed)

    def drawn(values):
        return [values[i] for i in rng.integers(len(values), size=n)]

    return {
        "record": list(range(n)),
        "learner": drawn([None, *map(str, range(120))]),
        "company": drawn([None, " Acme  Corp", "acme corp", "\u00c9tude", "z"]),
        "title": drawn(["Backend Engineer", "Enginer", None, "99", "\U0001f600 x"]),
        "pay": drawn(["12 LPA", "12-15 LPA", "-4", "0", "2e8", "650000", None, "30"]),
        "start_year": drawn(["98", "2015", "2019", "0", None, "20165", "soon"]),
        "experience": drawn([None, "3", "-2", "70", "x"]),
        "pay_year": drawn(["2015", "2018", "2021", None, "201"]),
    }


@pytest.mark.parametrize("config", [CONFIG, RECORDS, FILLED])
@pytest.mark.parametrize("seed", [1, 2])
def test_engines_agree_record_for_record(frame, config, seed):
    given = dirty_table(seed)
    config = replace(config, as_of=2021)
    expected_records = standard(pl.DataFrame(given).drop("record"), list(given)[1:])
    limits = find_limits(expected_records, config)
    expected = clean(expected_records, config, limits)
    records = standard(frame(given), list(given)[1:])
    assert find_limits(records, config) == limits
    found = clean(records, config, limits)
    assert rows(found.ledger) == rows(expected.ledger)
    assert rows(found.units) == rows(expected.units)
    assert rows(found.records) == rows(expected.records)


def test_demo_table_is_accounted_for_and_its_ceilings_are_set_aside():
    raw = make_learners(20_000, rng=5)
    records = standard(raw, raw.columns)
    limits = find_limits(records, CONFIG)
    result = clean(records, CONFIG, limits)
    states = Counter(result.ledger["state"].to_list())
    assert limits.as_of == 2021
    assert 200_000_000.0 in limits.heaped_pay
    assert sum(states.values()) == len(raw)
    assert states["current"] + states["repaired"] == 20_000 - len(
        set(raw["email_hash"]) - set(result.units["learner_id"])
    )
    assert result.units["pay"].max() <= limits.pay_high


# Text and experience.


def test_companies_and_titles_are_tidied_and_case_of_titles_stays(frame):
    found = clean(
        typed(frame(table({"company": "  Acme   Corp ", "title": " Data  Analyst "}))),
        CONFIG,
        LIMITS,
    )
    row = rows(found.units)[0]
    assert (row["company"], row["title"]) == ("acme corp", "Data Analyst")


def test_notebook_keeps_text_and_names_what_is_missing(frame):
    config = load_config("notebook", as_of=2021)
    given = table({"company": " Acme "}, {"company": None, "title": None})
    found = rows(clean(typed(frame(given)), config, LIMITS).units)
    assert [(row["company"], row["title"]) for row in found] == [
        (" Acme ", "Engineer"),
        ("Unknown_Company", "Unknown_Role"),
    ]


@pytest.mark.parametrize(
    ("change", "years"),
    [
        ({}, 6.0),
        ({"experience": 3.0}, 3.0),
        ({"experience": 70.0}, 6.0),
        ({"start_year": None}, None),
        ({"start_year": None, "experience": 2.5}, 2.5),
    ],
)
def test_experience_is_the_given_one_or_counted_from_the_start(frame, change, years):
    found = clean(typed(frame(table(change))), CONFIG, LIMITS)
    assert rows(found.units)[0]["years_of_experience"] == years


# What the table tells.


def limits_of(frame, config=CONFIG, **columns):
    n = len(next(iter(columns.values())))
    return find_limits(typed(frame({"record": list(range(n)), **columns})), config)


def test_now_is_the_newest_plausible_pay_year(frame):
    found = limits_of(frame, pay_year=[2019.0, None, 20165.0, 3.0], pay=[1.0] * 4)
    assert found.as_of == 2019


def test_without_pay_years_now_is_the_newest_plausible_start_year(frame):
    assert limits_of(frame, start_year=[1998.0, 2017.0, 20165.0]).as_of == 2017


def test_now_can_be_given_or_taken_from_the_clock(frame):
    years = {"pay_year": [2019.0, 2018.0]}
    assert limits_of(frame, replace(CONFIG, as_of=2011), **years).as_of == 2011
    clock = limits_of(frame, replace(CONFIG, as_of="clock"), **years).as_of
    assert clock == datetime.now(tz=UTC).year


def test_years_that_tell_no_now_are_refused(frame):
    with pytest.raises(
        SchemaError, match=r"no plausible year .* as_of = 2021 .*--as-of"
    ):
        limits_of(frame, start_year=[3.0, None], pay_year=[0.0, None])


def test_fences_are_three_interquartile_ranges_of_log_pay(frame):
    pay = np.exp(np.random.default_rng(3).normal(13.5, 0.9, size=500))
    found = limits_of(frame, pay=[*pay.tolist(), -4.0, None], pay_year=[2020.0] * 502)
    q1, q3 = np.log(np.quantile(pay, [0.25, 0.75]))
    expected = np.exp([q1 - 3 * (q3 - q1), q3 + 3 * (q3 - q1)])
    assert [found.pay_low, found.pay_high] == pytest.approx(expected, rel=1e-9)
    assert found.pay_typical == pytest.approx(np.quantile(pay, [0.05, 0.95]), rel=1e-9)


def test_fences_keep_a_width_where_half_of_all_pays_are_equal(frame):
    found = limits_of(frame, pay=[500_000.0] * 20, pay_year=[2020.0] * 20)
    assert (found.pay_low, found.pay_high) == pytest.approx((62_500.0, 4_000_000.0))


def test_pay_limits_stay_open_where_pay_is_not_suspected(frame):
    found = limits_of(frame, PLAIN, pay=[1.0, 5e5, 2e9], pay_year=[2020.0] * 3)
    assert found == Limits(as_of=2020)


def test_start_year_fill_is_the_median_of_possible_years(frame):
    years = [2010.0, 2014.0, 2019.0, 0.0, None, 2031.0]
    found = limits_of(frame, FILLED, start_year=years, pay_year=[2021.0] * 6)
    assert found.start_year_fill == 2014.0


@pytest.mark.parametrize(
    "columns",
    [
        {"learner_id": ["a"]},
        {"learner_id": ["a"], "pay": [5e5]},
        {"learner_id": [None], "pay": [None]},
        {"learner_id": ["a", "a"], "pay": [5e5, 5e5], "pay_year": [None, None]},
        {"learner_id": ["a", "b"], "pay": [-1.0, 0.0], "start_year": [2015.0, None]},
        {"learner_id": ["a"], "start_year": [2015.0], "experience": [None]},
    ],
)
def test_tiny_tables_do_not_crash(frame, columns):
    n = len(columns["learner_id"])
    native = typed(frame({"record": list(range(n)), **columns}))
    found = clean(native, CONFIG, find_limits(native, CONFIG))
    assert [row["record"] for row in rows(found.ledger)] == list(range(n))


# Heaps.


def naive_heaps(values, low, high, least, excess):
    found = []
    for value in sorted(set(values)):
        count = sum(v == value for v in values)
        around = sum(value / 1.5 <= v <= value * 1.5 for v in values) - count
        outside = value < low or value > high
        if outside and count >= least and count >= excess * around:
            found.append(value)
    return tuple(found)


@given(
    st.lists(st.sampled_from([1.0, 2.0, 2.5, 4.0, 7.0, 8.0, 50.0, 64.0]), max_size=60),
    st.sampled_from([(2.0, 8.0), (3.0, 3.0), (1.0, 64.0), (100.0, 200.0)]),
    st.integers(1, 6),
    st.sampled_from([0.5, 1.0, 3.0]),
)
def test_heaps_are_what_counting_one_by_one_finds(values, fence, least, excess):
    low, high = fence
    found = heaped(values, low=low, high=high, least=least, excess=excess)
    assert found == naive_heaps(values, low, high, least, excess)


def test_heaps_ignore_what_is_no_pay():
    values = [float("nan"), float("inf"), -2.0, 0.0] * 20
    assert heaped(values, low=1.0, high=2.0) == ()


def typed_pay(rng, n=20_000):
    """Log-normal pay as people type it: to 100,000, 50,000, 10,000 or two digits."""
    pay = np.exp(rng.normal(13.75, 0.9, size=n))
    unit = rng.choice([1e5, 5e4, 1e4], p=[0.45, 0.2, 0.35], size=n)
    unit = np.minimum(unit, 10 ** np.floor(np.log10(pay)))
    return np.maximum(np.rint(pay / unit) * unit, 1_000.0)


def limits_of_pay(pay):
    years = pl.repeat(2020.0, len(pay), eager=True)
    return find_limits(pl.DataFrame({"pay": pay, "pay_year": years}), CONFIG)


@pytest.mark.parametrize("seed", range(20))
def test_a_typed_ceiling_is_found_and_rounding_is_not(seed):
    pay = typed_pay(np.random.default_rng(seed))
    assert limits_of_pay(pay).heaped_pay == ()
    ceilings = np.concatenate([pay, np.full(60, 200_000_000.0)])
    assert limits_of_pay(ceilings).heaped_pay == (200_000_000.0,)
