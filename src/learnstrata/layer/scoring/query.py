"""One SELECT that gives learners their segments, in the dialect of a database."""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import sqlglot
from sqlglot import exp
from sqlglot.dialects.dialect import Dialects
from sqlglot.errors import ErrorLevel, SqlglotError

from learnstrata.config.stages import Columns
from learnstrata.exceptions import ParameterError, nearest
from learnstrata.layer.scoring.literals import DIALECT, NOW_TABLE
from learnstrata.layer.scoring.lookups import lookup_names
from learnstrata.layer.scoring.stages import LOOKUP, Plan, Stage, columns_of, plan_of
from learnstrata.layer.scoring.values import Known
from learnstrata.learners.schema.register import column_label
from learnstrata.segments.model.model import SegmentModel
from learnstrata.wording.words import listed

if TYPE_CHECKING:
    from sqlglot import Expr

__all__ = ["TRIED", "checked_dialect", "in_dialect", "segment_query"]

TRIED = ("duckdb", "postgres", "sqlite", "spark")  # each runs in the tests
SPLIT = 2.0**29 + 1  # Veltkamp's constant for the 24 bits of single precision
WIDTH = 100


def checked_dialect(name: str) -> str:
    """Take the name of a dialect that is known.

    Parameters
    ----------
    name : str
        One of `TRIED`, or another that sqlglot writes.

    Raises
    ------
    ParameterError

    Examples
    --------
    >>> checked_dialect("DuckDB")
    'duckdb'
    """
    others = {dialect.value for dialect in Dialects} - {"", *TRIED}
    known = [*TRIED, *sorted(others)]
    if name.lower() in known:
        return name.lower()
    near = nearest(name, known)
    hint = f" Did you mean {near!r}?" if near else ""
    raise ParameterError(
        f"Got the dialect {name!r}, expected {', '.join(TRIED)}, or, untried, one of "
        f"{', '.join(known[len(TRIED) :])}.{hint}"
    )


def segment_query(
    model: SegmentModel,
    dialect: str,
    *,
    table: str = "learners",
    columns: Columns | None = None,
) -> str:
    """Write the SELECT that gives the learners of a table their segments.

    Parameters
    ----------
    model : SegmentModel
    dialect : str
        As `checked_dialect` knows it.
    table : str, default="learners"
        Of one row a learner, with the columns of the fitted one, as the dialect writes
        its name.
    columns : Columns, default=None
        What standard columns are called there, where that is another name.

    Returns
    -------
    str
        Gives ``learner_id``, ``segment_id`` and ``segment_name``, in no order.

    Raises
    ------
    ParameterError
        If the dialect is not known, or cannot say this; if the table is no name of one;
        if the model asks for what such a table does not hold.

    Notes
    -----
    PostgreSQL writes a stage into the next one, once for each use, and would compute a
    logarithm as often as it is used; ``OFFSET 0`` keeps it from that. SQLite does the
    same: there such stages are materialised.

    The scores are those of `learnstrata.layer.scoring.scores`. Of a table that holds
    what is documented in ``docs/how-to/score-in-a-warehouse.md`` the segments are those
    of `learnstrata.assignment.assign`.
    """
    dialect = checked_dialect(dialect)
    wanted = columns_of(model, columns)
    plan = plan_of(model, wanted)
    source = _table(table, dialect, plan)
    query = exp.select("*").from_(plan.stages[-1].name)
    year = _column(str(model.features.as_of), "as_of")
    query = query.with_(NOW_TABLE, as_=exp.select(year), copy=False)
    for one in plan.known:
        query = query.with_(one.table, as_=_rows_of(one), copy=False)
    before: Expr = exp.alias_(source, "t", table=True)
    for stage in plan.stages:
        select, hint = _select(stage, before), dict[str, Any]()
        if stage.is_shared and dialect == "postgres":
            select = select.offset(0)
        if stage.is_shared and dialect == "sqlite":
            hint["materialized"] = True
        query = query.with_(stage.name, as_=select, copy=False, **hint)
        before = exp.alias_(exp.to_table(stage.name), "before", table=True)
    told = "\n".join(f"-- {line}" for line in _head(model, dialect, wanted))
    return f"{told}\n{in_dialect(query, dialect)};\n"


def _table(name: str, dialect: str, plan: Plan) -> exp.Table:
    """Read the name of a table; no part of the query may be called so."""
    if not _is_name(name, dialect):
        raise ParameterError(
            f"Got the table {name!r}, expected a name such as learners or "
            "school.learners, quoted as the database asks for."
        )
    found = exp.to_table(name, dialect=dialect)
    taken = {stage.name for stage in plan.stages} | {one.table for one in plan.known}
    taken.add(NOW_TABLE)
    if found.name.lower() in taken and not found.db:
        raise ParameterError(
            f"Got the table {name!r}, which is what a part of the query is called. "
            "Name its schema too, or make a view of another name."
        )
    return found


def _is_name(text: str, dialect: str) -> bool:
    """Say whether a text is words with points between, plain or quoted."""
    try:
        tokens = sqlglot.tokenize(text, read=dialect)
    except SqlglotError:
        return False
    quoted = sqlglot.TokenType.IDENTIFIER
    return len(tokens) % 2 == 1 and all(
        token.token_type is sqlglot.TokenType.DOT
        if place % 2
        else token.token_type is quoted or re.fullmatch(r"[^\W\d]\w*", token.text)
        for place, token in enumerate(tokens)
    )


def _rows_of(known: Known) -> exp.Query:
    """Write the rows of a table that stands in the query."""
    selects = [
        exp.select(*(_column(value, name) for name, value in row.items()))
        for row in known.rows
    ]
    return exp.union(*selects, distinct=False) if len(selects) > 1 else selects[0]


def _column(value: str, name: str) -> "Expr":
    return exp.alias_(sqlglot.parse_one(value, dialect=DIALECT), name)


def _select(stage: Stage, before: "Expr") -> exp.Select:
    found = exp.select(*(_column(v, name) for name, v in stage.columns.items()))
    found = found.from_(before)
    if stage.where:
        found = found.where(stage.where, dialect=DIALECT)
    for join in stage.joins:
        alias = join.table.removeprefix("learnstrata_")
        table = exp.alias_(exp.to_table(join.table), alias, table=True)
        found = found.join(table, on=join.on, join_type="left", dialect=DIALECT)
    return found


def in_dialect(query: "Expr", dialect: str) -> str:
    """Write a statement in a dialect, and read it again to see that it is one.

    Parameters
    ----------
    query : sqlglot expression
    dialect : str

    Raises
    ------
    ParameterError
        If the dialect cannot say it.
    """
    if dialect == "sqlite":
        query = query.transform(_split)
    try:
        written = query.sql(
            dialect,
            pretty=True,
            unsupported_level=ErrorLevel.RAISE,
            max_text_width=WIDTH,
        )
        sqlglot.parse_one(written, dialect=dialect)
    except SqlglotError as error:
        said = str(error).strip().splitlines()[0]
        raise ParameterError(
            f"The dialect {dialect!r} cannot say this: {said}. Expected one of "
            f"{', '.join(TRIED)}, or another that can."
        ) from None
    return written


def _split(node: "Expr") -> "Expr":
    """Round to single precision where a database has no such type, as SQLite.

    By Veltkamp: ``p - (p - x)`` with ``p = (2^29 + 1) x`` keeps 24 bits of x.
    """
    inner = node.this if isinstance(node, exp.Cast) else None
    if not isinstance(inner, exp.Cast) or not inner.is_type("float"):
        return node
    value = exp.paren(inner.this.copy())
    product = exp.Mul(this=value, expression=exp.Literal.number(f"{SPLIT!r}e0"))
    rest = exp.paren(exp.Sub(this=product.copy(), expression=value.copy()))
    return exp.paren(exp.Sub(this=product, expression=rest))


def _head(
    model: SegmentModel, dialect: str, columns: Mapping[str, str]
) -> Iterator[str]:
    """Say in comments what the query is, and what it needs."""
    yield "Segments by a model of learnstrata: not to be shared, numbers of a company"
    yield "and of a role stand in it. One row of the table is one learner."
    if dialect not in TRIED:
        yield f"Untried: written for {dialect} by sqlglot, which can read it again."
    yield f"Years count up to {model.features.as_of}: change that in {NOW_TABLE} below."
    told = [f"{own} ({column_label(name)})" for name, own in columns.items()]
    yield f"Columns: {listed([_one_line(one) for one in told])}."
    lookups = [LOOKUP.format(name) for name in lookup_names(model)]
    if lookups:
        yield f"Lookups, made by learnstrata sql --companies: {listed(lookups)}."


def _one_line(text: str) -> str:
    return " ".join(text.split())
