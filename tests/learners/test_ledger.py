import polars as pl

from learnstrata.learners.ledger import LEDGER, SEGMENTED, STATES, entries_in


def test_each_state_is_there_once_and_those_of_a_learner_come_first():
    assert len(set(STATES)) == len(STATES)
    assert STATES[: len(SEGMENTED)] == SEGMENTED


def test_entries_are_what_the_rules_found_one_by_one():
    listed = [
        (0, "current", None, None, None, None),
        (
            1,
            "repaired",
            "two_digit_year; heaped_pay",
            "start_year; pay",
            "98.0; 2e8",
            "1998.0; missing",
        ),
        (
            2,
            "history",
            "older_record; implausible_pay",
            "record; pay",
            "2; 5.0",
            "1; missing",
        ),
        (3, "quarantined", "no_learner_id", "record", None, None),
        (4, "current", "crowded_id", "learner_id", "a", "a"),
    ]
    schema = {name: pl.Int64 if name == "record" else pl.String for name in LEDGER}
    found = entries_in(pl.DataFrame(listed, schema=schema, orient="row"))
    assert found.select("record", "rule", "column", "is_lost").rows() == [
        (1, "two_digit_year", "start_year", False),
        (1, "heaped_pay", "pay", True),
        (2, "older_record", "record", False),
        (2, "implausible_pay", "pay", True),
        (3, "no_learner_id", "record", False),
        (4, "crowded_id", "learner_id", False),
    ]


def test_a_ledger_without_rules_has_no_entries():
    schema = {name: pl.Int64 if name == "record" else pl.String for name in LEDGER}
    row = [(0, "current", None, None, None, None)]
    assert entries_in(pl.DataFrame(row, schema=schema, orient="row")).is_empty()
