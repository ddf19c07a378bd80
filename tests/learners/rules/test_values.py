"""Which rules a table can meet follows from its columns, not from what is in it."""

import polars as pl

import learnstrata as ls
from learnstrata import pipeline
from learnstrata.learners.ledger import entries_in
from learnstrata.learners.rules.identity import nobodys
from learnstrata.learners.rules.values import rules_of

COLUMNS = ("learner_id", "company", "title", "pay", "start_year", "pay_year")


def test_every_rule_that_a_dirty_table_met_was_named_before():
    table = ls.make_learners(600, rng=2).with_row_index("i")
    of_ten = pl.col("i") % 10
    dirty = table.with_columns(
        ctc=pl.when(of_ten == 1)
        .then(pl.lit("4 to 6"))
        .when(of_ten == 2)
        .then(pl.lit("much"))
        .otherwise(pl.col("ctc").cast(pl.String)),
        orgyear=pl.when(of_ten == 3).then(20165).otherwise("orgyear"),
        email_hash=pl.when(of_ten == 4).then(None).otherwise("email_hash"),
    ).drop("i")
    config = ls.load_config(evidence={"level": "none"}, selection={"k": 3, "splits": 0})
    found = pipeline.run(dirty, config)
    limits = found.meaning.model.limits
    entries = entries_in(found.base.account.ledger.collect().drop_nulls("rule"))
    met = set(entries.filter(pl.col("state") != "history")["rule"].to_list())
    named = {*rules_of(COLUMNS, config.cleaning, limits), *nobodys(COLUMNS)}
    assert {"unreadable_pay", "middle_of_range_pay", "no_learner_id"} <= met
    assert met <= named


def test_a_table_without_ids_has_no_record_without_one():
    assert nobodys(("pay",)) == ("line_of_totals",)
    assert "no_learner_id" in nobodys(COLUMNS)
