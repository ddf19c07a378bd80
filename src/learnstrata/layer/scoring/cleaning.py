"""What is believed of a typed value, as SQL: the rules of cleaning that change values.

The same rules as `learnstrata.learners.rules.values`, for columns that hold numbers and
texts already. Where a rule needs several records, or the text that somebody typed, a
warehouse has done its part before.
"""

from collections.abc import Mapping

from learnstrata.config.stages import Cleaning, Config, Pay
from learnstrata.layer.scoring.literals import NOW, beyond, inside, number, quoted
from learnstrata.learners.rules.bounds import Limits
from learnstrata.learners.rules.values import CERTAIN, UNITS
from learnstrata.learners.schema.columns import FARTHEST, Kind
from learnstrata.learners.schema.standard import kinds_of
from learnstrata.learners.schema.years import LONGEST

__all__ = ["believed", "read", "years_of_experience"]

DIGITS = 1e6  # a product of a pay is rounded to so many parts of one
LEAST_YEAR = 1000  # of four digits: what follows its point is no part of it


def read(columns: Mapping[str, str], config: Config) -> dict[str, str]:
    """Give each column of a table as a number or a text, null where it is none.

    Parameters
    ----------
    columns : mapping of str to str
        Standard name -> column of the table, which is called ``t``.
    config : Config
    """
    kinds = kinds_of(columns, config.columns)
    return {
        name: _read(f"t.{quoted(columns[name])}", kind, config.pay)
        for name, kind in kinds.items()
    }


def _read(column: str, kind: Kind, pay: Pay) -> str:
    if kind == "id":
        return f"CAST({column} AS TEXT)"
    if kind in {"text", "category"}:
        return f"NULLIF(CAST({column} AS TEXT), '')"
    value = f"CAST({column} AS DOUBLE)"
    if kind == "year":
        return _year(value)
    factor = pay.unit * (12.0 if pay.period == "month" else 1.0)
    if kind == "pay" and factor != 1.0:
        value = _rounded(f"{value} * {number(factor)}")
    # What is no number at all is not less than any, in any database.
    return f"CASE WHEN ABS({value}) <= {number(FARTHEST)} THEN {value} END"


def _year(value: str) -> str:
    """Give a calendar year: of four digits without what follows, or of fewer, whole."""
    full = f"{value} >= {LEAST_YEAR} AND {value} < {LONGEST + 1}"
    short = f"ABS({value}) < {LEAST_YEAR} AND {value} = FLOOR({value})"
    return f"CASE WHEN {full} THEN FLOOR({value}) WHEN {short} THEN {value} END"


def _rounded(value: str) -> str:
    return f"FLOOR({value} * {number(DIGITS)} + 0.5e0) / {number(DIGITS)}"


def believed(
    columns: Mapping[str, str], config: Config, limits: Limits
) -> dict[str, str]:
    """Give what is believed of each value but the start year, which needs that of pay.

    Parameters
    ----------
    columns : mapping of str to str
        As `read` gives them, by their names.
    config : Config
    limits : Limits
    """
    rules = config.cleaning
    told = {
        "pay": _pay(rules, limits),
        "pay_year": _pay_year(rules),
        "experience": _set_aside("experience", 0.0, rules.last_experience),
    }
    own = {name: _extra(name, columns[name], limits) for name in columns}
    return {name: told.get(name, own[name]) for name in columns}


def _extra(name: str, column: str, limits: Limits) -> str:
    if name not in limits.extras:
        return column
    return _set_aside(column, *limits.extras[name])


def _set_aside(value: str, low: float, high: float) -> str:
    return f"CASE WHEN {inside(value, low, high)} THEN {value} END"


def _pay(rules: Cleaning, limits: Limits) -> str:
    """Set aside, or repair, a pay that is not positive, heaped or beyond the fences."""
    conditions, repaired = ["pay <= 0"], ""
    if rules.suspect_pay:
        fence = beyond("pay", limits.pay_low, limits.pay_high)
        heaps = ", ".join(map(number, limits.heaped_pay))
        conditions += [f"pay IN ({heaps})"] if heaps else []
        conditions.append(fence)
        repaired = _repaired_pay(fence, limits) if rules.repair_pay else ""
    return f"CASE WHEN {' OR '.join(conditions)} THEN {repaired or 'NULL'} ELSE pay END"


def _repaired_pay(fence: str, limits: Limits) -> str:
    """Give the pay a year of one that is typical in one other unit alone."""
    fits = {
        unit: inside(f"(pay * {number(factor)})", *limits.pay_typical)
        for unit, factor in UNITS.items()
    }
    ways = []
    for unit in CERTAIN:
        others = [f"NOT ({fits[other]})" for other in UNITS if other != unit]
        alone = " AND ".join([f"({fence})", "pay > 0", fits[unit], *others])
        ways.append(f"WHEN {alone} THEN {_rounded(f'pay * {number(UNITS[unit])}')}")
    return f"CASE {' '.join(ways)} END"


def _pay_year(rules: Cleaning) -> str:
    """Set aside a pay year that cannot be; complete one of two digits."""
    if not rules.suspect_years:
        return "pay_year"
    first = rules.first_year
    ways = [f"WHEN {inside('pay_year', first, NOW)} THEN pay_year"]
    if rules.repair_years:
        fits = {
            century: "pay_year >= 10 AND pay_year <= 99 AND "
            + inside(f"(pay_year + {century})", first, NOW)
            for century in (1900, 2000)
        }
        for century, other in ((1900, 2000), (2000, 1900)):
            only = f"{fits[century]} AND NOT ({fits[other]})"
            ways.append(f"WHEN {only} THEN pay_year + {century}")
    return f"CASE {' '.join(ways)} END"


def years_of_experience(
    columns: Mapping[str, str], config: Config, limits: Limits
) -> str:
    """Give the years of experience: those that are told, else since the start year.

    Parameters
    ----------
    columns, config, limits
        As for `believed`, whose columns it reads.
    """
    ways = ["experience"] if "experience" in columns else []
    if "start_year" in columns:
        start = _start_year(columns, config.cleaning, limits)
        ways.append(f"{NOW} - {start}")
    return f"COALESCE({', '.join(ways)})" if len(ways) > 1 else ways[0]


def _start_year(columns: Mapping[str, str], rules: Cleaning, limits: Limits) -> str:
    """Set aside a start year that cannot be, or is after the year of pay."""
    fill = limits.start_year_fill
    other = "NULL" if fill is None else number(fill)
    ways = []
    if rules.repair_years:
        short = inside("start_year", max(50, rules.first_year - 1900), 99)
        short = f"{short} AND start_year + 1900 <= {NOW}"
        ways.append(f"WHEN {short} THEN start_year + 1900")
    if rules.check_order and "pay_year" in columns:
        late = f"start_year > pay_year + {number(rules.order_slack)}"
        ways.append(f"WHEN {late} AND pay_year >= {rules.first_year} THEN {other}")
    ways.append(f"WHEN {inside('start_year', rules.first_year, NOW)} THEN start_year")
    return f"CASE {' '.join(ways)} ELSE {other} END"
