"""What became of the records of a table: all that stays of them once they are clean.

Records are looked at in parts, all records of a learner in one: what is counted of
learners in each part then adds up to the whole table, and no part is kept.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from learnstrata.config.stages import Config
from learnstrata.learners.cleaning import Cleaned
from learnstrata.learners.employers import named_company, over_companies
from learnstrata.learners.identities import NAMING, names_frame
from learnstrata.learners.ledger import LEDGER, STATES, entries_in
from learnstrata.learners.remarks import Met, Remark, find_remarks, met_in
from learnstrata.learners.rules.bounds import Limits
from learnstrata.privacy.keys import content_of, row_hashes

__all__ = ["Account", "Emptied", "Paid", "account_of"]

State = pl.Enum(STATES)
# By these a record is part of another one: nothing else is to be said of it.
MERGED = ("exact_duplicate", "older_record")
HELD = {"kind": pl.String, "name": pl.String, "first": pl.Int64}


class Emptied(NamedTuple):
    """Records that stay and lose a value, and how many learners have one."""

    records: int
    learners: int


class Paid(NamedTuple):
    """Whose pay the limits of pay are of.

    Attributes
    ----------
    learners : int
        As many as the records would be of, if each had as many as the one with most.
    companies, largest_share
        As `learnstrata.learners.employers.over_companies` tells them.
    """

    learners: int
    companies: int | None
    largest_share: float | None


@dataclass(frozen=True, slots=True)
class Account:
    """What became of the records of a table.

    Attributes
    ----------
    n_records, n_learners : int
        Records, and distinct learners.
    content : bytes
        Digest of the records, in whatever order they stand.
    states : mapping of str to int
        Records by what became of them, where there are any.
    rules : polars.DataFrame
        ``rule``, ``state`` and how many ``records`` and ``learners`` it met.
    ledger : polars.LazyFrame
        Columns `LEDGER`, one row a record, in their order; made when it is asked for.
    names : polars.DataFrame
        ``kind`` and ``name`` of whom the records name once they are clean.
    remarks : tuple of Remark
        What cleaning has to say of the table.
    paid : Paid
    heaps : polars.DataFrame
        Each pay that is typed, not earned: ``pay``, ``companies``, ``largest_share``
        and ``learners``.
    emptied : Emptied
    lost_learners : int
        Of whom no record is used.
    """

    n_records: int
    n_learners: int
    content: bytes
    states: Mapping[str, int]
    rules: pl.DataFrame
    ledger: pl.LazyFrame
    names: pl.DataFrame
    remarks: tuple[Remark, ...]
    paid: Paid
    heaps: pl.DataFrame
    emptied: Emptied
    lost_learners: int


class _Part(NamedTuple):
    """What is kept of the records of a part."""

    states: pl.DataFrame
    told: pl.DataFrame
    rules: pl.DataFrame
    met: Met
    names: pl.DataFrame
    companies: pl.DataFrame
    heaps: pl.DataFrame
    hashes: pl.Series
    counts: Mapping[str, int]
    most_paid: int


def account_of(
    parts: Iterable[Cleaned[pl.DataFrame]],
    mapping: Mapping[str, str],
    config: Config,
    limits: Limits,
) -> Account:
    """Say what became of records that were cleaned in parts.

    Parameters
    ----------
    parts : iterable of Cleaned
        At least one, all records of a learner in one of them. Of a ledger the rows
        without a rule may be left out.
    mapping : mapping of str to str
        Standard name -> column of the user's table.
    config : Config
    limits : Limits
        By which the records were cleaned.
    """
    found = [_part(part, mapping, config) for part in parts]
    states = _together(found, "states").sort("record")
    told = _together(found, "told").sort("record")
    n = {key: sum(one.counts[key] for one in found) for key in found[0].counts}
    counted = states["state"].value_counts().with_columns(pl.col("state").cast(str))
    rules = _together(found, "rules").group_by("rule", "state")
    return Account(
        n_records=len(states),
        n_learners=n["learners"],
        content=content_of(one.hashes for one in found),
        states=dict(counted.sort("state").iter_rows()),
        rules=rules.agg(pl.col("records", "learners").sum()).sort("rule", "state"),
        ledger=_ledger(states, told),
        names=_names(_together(found, "names")),
        remarks=find_remarks(Met.of([one.met for one in found]), config, limits),
        paid=_paid(found, n, known="company" in mapping),
        heaps=_heaps(_together(found, "heaps"), known="company" in mapping),
        emptied=Emptied(n["emptied_records"], n["emptied_learners"]),
        lost_learners=n["learners"] - n["used_learners"],
    )


def _together(parts: Sequence[_Part], name: str) -> pl.DataFrame:
    return pl.concat([getattr(part, name) for part in parts])


def _part(
    part: Cleaned[pl.DataFrame], mapping: Mapping[str, str], config: Config
) -> _Part:
    records = part.records
    told = part.ledger.drop_nulls("rule")
    ids = records.select("record", "learner_id")
    entries = entries_in(told).join(ids, on="record", how="left")
    used = records.filter(pl.col("state") != "quarantined")
    emptied = entries.filter("is_lost")
    company = named_company(config.cleaning.missing_company)
    named = records.with_columns(company) if "company" in records.columns else records
    paid = named.drop_nulls("pay") if "pay" in named.columns else named.clear()
    of_learner = paid["learner_id"].drop_nulls().unique_counts()
    numbers = {"record"} if "learner_id" in mapping else {"record", "learner_id"}
    return _Part(
        states=records.select("record", pl.col("state").cast(State)),
        told=told.drop("state"),
        rules=_rules(entries),
        met=met_in(entries.filter(~pl.col("rule").is_in(MERGED)), used, config),
        names=_held(records, mapping, config),
        companies=_companies(paid),
        heaps=_heaped(entries, named),
        hashes=row_hashes(records.drop(numbers)),
        counts={
            "learners": ids["learner_id"].drop_nulls().n_unique(),
            "used_learners": used["learner_id"].n_unique(),
            "paid": len(paid),
            "paid_nobodys": paid["learner_id"].null_count(),
            "emptied_records": emptied["record"].n_unique(),
            "emptied_learners": emptied["learner_id"].n_unique(),
        },
        most_paid=int(of_learner.max() or 0),  # type: ignore[arg-type]
    )


def _rules(entries: pl.DataFrame) -> pl.DataFrame:
    """Count by rule and state the records, and the learners or, of nobody, records."""
    records, learners = (pl.col(c).n_unique() for c in ("record", "learner_id"))
    nobodys = pl.col("state") == "quarantined"
    counted = entries.group_by("rule", "state").agg(records=records, learners=learners)
    told = pl.when(nobodys).then("records").otherwise("learners")
    return counted.with_columns(learners=told)


def _ledger(states: pl.DataFrame, told: pl.DataFrame) -> pl.LazyFrame:
    """Give the ledger as a query: most records have a state and no more."""
    rows = states.lazy().with_columns(pl.col("state").cast(pl.String))
    whole = rows.join(told.lazy(), on="record", how="left", maintain_order="left")
    return whole.select(LEDGER)


def _held(
    records: pl.DataFrame, mapping: Mapping[str, str], config: Config
) -> pl.DataFrame:
    """List whom records name, each with the first record that does."""
    fill = config.cleaning.missing_company
    found = []
    for column, kind in NAMING.items():
        if column in mapping:
            name = pl.col(column).cast(pl.String)
            given = name != fill if kind == "company" else name.is_not_null()
            by = records.filter(given).group_by(name.alias("name"))
            first = by.agg(first=pl.col("record").min())
            found.append(first.select(pl.lit(kind).alias("kind"), "name", "first"))
    return pl.concat(found) if found else pl.DataFrame(schema=HELD)


def _names(held: pl.DataFrame) -> pl.DataFrame:
    once = held.group_by("kind", "name").agg(pl.col("first").min()).sort("first")
    kinds = NAMING.values()
    return names_frame({kind: once.filter(kind=kind)["name"] for kind in kinds})


def _companies(paid: pl.DataFrame) -> pl.DataFrame:
    """Count the records with a pay at each company."""
    if "company" not in paid.columns:
        return pl.DataFrame(schema={"company": pl.String, "n": pl.Int64})
    return paid.group_by("company").agg(n=pl.len().cast(pl.Int64))


def _paid(found: Sequence[_Part], counts: Mapping[str, int], *, known: bool) -> Paid:
    records = counts["paid"]
    # Fences are of records: a learner with many weighs as much as their records do.
    most = max(counts["paid_nobodys"], *(one.most_paid for one in found), 1)
    if not known:
        return Paid(records // most, None, None)
    at = _together(found, "companies").group_by("company").agg(pl.col("n").sum())
    named = at.drop_nulls("company")["n"]
    largest = int(named.sort()[-1]) if len(named) else 0
    nowhere = records - int(named.sum())
    share = (largest + nowhere) / records if records else None
    return Paid(records // most, len(named), share)


def _heaped(entries: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    """Give who has a pay that is typed, once each."""
    typed = entries.filter(pl.col("rule") == "heaped_pay")
    pays = typed.select("record", "learner_id", pay=pl.col("before").cast(pl.Float64))
    at = [pl.col("company") if "company" in named.columns else pl.lit(None, pl.String)]
    rows = pays.join(named.select("record", company=at[0]), on="record")
    return rows.unique(["pay", "learner_id"], keep="first", maintain_order=True)


def _heaps(rows: pl.DataFrame, *, known: bool) -> pl.DataFrame:
    learners = pl.col("learner_id").n_unique().cast(pl.Int64)
    companies = over_companies(["company"] if known else [])
    return rows.group_by("pay").agg(*companies, learners=learners).sort("pay")
