"""Tables as people really keep them: a clean table, and what was done to it.

Each slot (file, names, pay, years, ids, rows) holds ways to keep the same learners. A
table draws one of each. What is right is known beforehand: the value of every cell,
None where there is none to be had, and whether the table must be refused.
"""

import csv
import gzip
import io
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import narwhals as nw
import polars as pl
import xlsxwriter

from learnstrata.learners.schema.amounts import tidied
from learnstrata.learners.schema.missing import is_missing

COLUMNS = ("learner_id", "company", "title", "pay", "start_year", "pay_year")
NAMES = {
    "learner_id": ("email_hash", "Learner ID", "USER_ID", "\ufefflearner-id"),
    "company": ("company_hash", "Company", "EMPLOYER", "Organi\u00adsation"),
    "title": ("job_position", "Job Title", "ROLE", "désignation"),
    "pay": ("ctc", "CTC ", "Salary", "\u200bctc"),
    "start_year": ("orgyear", "Start Year", "joining-year", "org\u00a0year"),
    "pay_year": ("ctc_updated_year", "Pay Year", "PAY_YEAR", "pay\u200b_year"),
}
TITLES = (
    *("Backend Engineer", "QA Engineer", "Data Scientist", "Engineering Manager"),
    *("Frontend Engineer", "Support Engineer"),
)
MISSING = (
    "",
    "-",
    "--",
    "?",
    "NA",
    "n/a",
    "N.A.",
    "none",
    "NULL",
    "NaN",
    "unknown",
    ".",
)
NEWEST, FIRST = 2020, 2005
STRAY = "\x02"  # a quotation mark that the writer does not double
ABOUT = 1e-9


@dataclass
class Draft:
    """A table on its way to a file, and what is right of it."""

    rng: random.Random
    rows: list[dict[str, str]]
    names: dict[str, str]
    right: dict[str, list[object]]  # by standard column, a value a record
    delimiter: str = ","
    config: list[str] = field(default_factory=list)
    above: list[str] = field(default_factory=list)  # lines before the header
    below: list[dict[str, str]] = field(
        default_factory=list
    )  # lines that are no record
    ragged: Callable[[str], str] = str  # what is done to the text of the file
    refused: bool = False
    unsettled: set[str] = field(default_factory=set)  # columns no reader can be sure of
    no_id: set[int] = field(default_factory=set)

    def rewrite(self, column: str, write: Callable[[float], str]) -> None:
        """Write every number of a column in another way."""
        for row, value in zip(self.rows, self.right[column], strict=True):
            if isinstance(value, float | int):
                row[column] = write(float(value))

    def some(self, share: float) -> list[int]:
        """Draw a few places of records."""
        return sorted(
            self.rng.sample(range(len(self.rows)), max(1, int(share * len(self.rows))))
        )


Way = Callable[[Draft], None]


def clean_draft(rng: random.Random) -> Draft:
    """Draw learners with a record or two each."""
    rows, right = [], {name: [] for name in COLUMNS}
    for i in range(rng.randint(40, 70)):
        start = rng.randint(FIRST, 2017)
        who = (f"L{i:03d}", f"co{rng.randint(0, 11)}", rng.choice(TITLES))
        pay = round(rng.lognormvariate(13.8, 0.5) / 1000) * 1000.0 + 10_000
        drawn = {
            rng.randint(max(start, 2016), NEWEST)
            for _ in range(rng.choice((1, 1, 1, 2)))
        }
        for year in sorted(drawn, reverse=True):
            values = (*who, pay, float(start), float(year))
            cells = (*who, f"{pay:.0f}", str(start), str(year))
            rows.append(dict(zip(COLUMNS, cells, strict=True)))
            for name, value in zip(COLUMNS, values, strict=True):
                right[name].append(value)
            pay -= 5_000
    names = {name: NAMES[name][0] for name in COLUMNS}
    return Draft(rng, rows, names, right)


def as_they_are(draft: Draft) -> None:
    """Change nothing."""


# Names of columns


def other_names(draft: Draft) -> None:
    draft.names |= {name: draft.rng.choice(NAMES[name]) for name in COLUMNS}


# Pay


def indian(value: float) -> str:
    digits = f"{value:.0f}"
    head, tail = digits[:-3], digits[-3:]
    parts = []
    while head:
        parts.insert(0, head[-2:])
        head = head[:-2]
    return ",".join([*parts, tail])


def grouped(mark: str) -> Callable[[float], str]:
    return lambda value: f"{value:,.0f}".replace(",", mark)


def pay_grouped(draft: Draft) -> None:
    draft.rewrite(
        "pay",
        draft.rng.choice(
            [
                indian,
                grouped(","),
                lambda v: f"₹{indian(v)}",
                lambda v: f"Rs. {indian(v)}/-",
            ]
        ),
    )


def pay_with_point(draft: Draft) -> None:
    draft.rewrite("pay", lambda v: f"{v:,.2f}")


def pay_spaced(draft: Draft) -> None:
    draft.rewrite("pay", grouped(draft.rng.choice([" ", "\u00a0", "\u202f", "'"])))


def pay_european(draft: Draft) -> None:
    draft.config.append('[pay]\ncurrency = "EUR"')
    draft.rewrite(
        "pay", lambda v: f"{v:,.2f}".translate(str.maketrans(",.", ".,")) + " €"
    )


def pay_in_lpa(draft: Draft) -> None:
    draft.rewrite("pay", lambda v: f"{v / 1e5:.2f} LPA")


def pay_in_lpa_by_comma(draft: Draft) -> None:
    draft.delimiter = ";"
    draft.rewrite("pay", lambda v: f"{v / 1e5:.2f} LPA".replace(".", ","))


def pay_in_thousands(draft: Draft) -> None:
    draft.rewrite("pay", lambda v: f"{v / 1e3:.0f}{draft.rng.choice('kK')}")


def pay_unsettled(draft: Draft) -> None:
    """All of `450.000`: no reader can be sure, unless the settings say."""
    small = [180_000.0 + 1_000 * draft.rng.randint(1, 700) for _ in draft.rows]
    draft.right["pay"] = list(small)
    draft.rewrite("pay", grouped("."))
    if draft.rng.random() < 0.5:
        draft.config.append('[pay]\ndecimal = ","')
    else:
        draft.unsettled.add("pay")


def pay_missing(draft: Draft) -> None:
    for i in draft.some(0.1):
        draft.rows[i]["pay"] = draft.rng.choice(MISSING)
        draft.right["pay"][i] = None


def pay_unreadable(draft: Draft) -> None:
    for i in draft.some(0.08):
        draft.rows[i]["pay"] = draft.rng.choice(
            ["ask HR", "1e160", "12--15", "negotiable 5", "1.2.3", "९"]
        )
        draft.right["pay"][i] = None


def pay_of_two_currencies(draft: Draft) -> None:
    draft.rewrite("pay", lambda v: draft.rng.choice(["$", "€"]) + f"{v:.0f}")
    draft.refused = True


# Years


def years_as_floats(draft: Draft) -> None:
    for column in ("start_year", "pay_year"):
        draft.rewrite(column, lambda v: f"{v:.1f}")


def pay_year_as_date(draft: Draft) -> None:
    styles = [
        "{:%Y-%m-%d}",
        "{:%d.%m.%Y}",
        "{:%m/%d/%Y}",
        "{:%Y%m%d}",
        "{:%Y-%m-%dT%H:%M:%SZ}",
        "{:%b %Y}",
    ]
    style = draft.rng.choice(styles)
    draft.rewrite(
        "pay_year",
        lambda v: style.format(
            datetime(int(v), 6, draft.rng.randint(1, 28), tzinfo=UTC)
        ),
    )


def pay_year_of_two_digits(draft: Draft) -> None:
    draft.rewrite(
        "pay_year",
        lambda v: (
            f"{draft.rng.randint(1, 12)}/{draft.rng.randint(1, 28)}"
            f"/{v % 100:02.0f} 0:00"
        ),
    )


def pay_year_as_serial(draft: Draft) -> None:
    draft.rewrite(
        "pay_year", lambda v: str((date(int(v), 4, 1) - date(1899, 12, 30)).days)
    )


def pay_year_in_seconds(draft: Draft) -> None:
    draft.rewrite(
        "pay_year", lambda v: f"{datetime(int(v), 4, 1, tzinfo=UTC).timestamp():.0f}"
    )


def pay_year_slips(draft: Draft) -> None:
    """One record is of the future; "now" does not move."""
    i = draft.rng.randrange(len(draft.rows))
    draft.rows[i]["pay_year"], draft.right["pay_year"][i] = "2025", 2025.0


# Ids


def ids_dashed(draft: Draft) -> None:
    word = draft.rng.choice(["-", "unknown", "N/A", "?", "None", "0", ""])
    for i in draft.some(0.25):
        draft.rows[i]["learner_id"] = word
        draft.no_id.add(i)


def ids_as_numbers(draft: Draft) -> None:
    for row, i in zip(draft.rows, draft.right["learner_id"], strict=True):
        row["learner_id"] = f"{1_000_000 + int(str(i)[1:])}"
    draft.right["learner_id"] = [row["learner_id"] for row in draft.rows]


def ids_cut_short(draft: Draft) -> None:
    for row in draft.rows:
        row["learner_id"] = f"{1.23457e11 + draft.rng.randint(0, 9) * 1e6:.5E}"
    draft.refused = True


# Rows


def rows_shuffled(draft: Draft) -> None:
    order = list(range(len(draft.rows)))
    draft.rng.shuffle(order)
    draft.rows = [draft.rows[i] for i in order]
    draft.right = {n: [v[i] for i in order] for n, v in draft.right.items()}
    draft.no_id = {new for new, old in enumerate(order) if old in draft.no_id}


def rows_then_totals(draft: Draft) -> None:
    known = [v for v in draft.right["pay"] if isinstance(v, float)]
    line = dict.fromkeys(COLUMNS, "") | {
        "learner_id": "Total",
        "pay": f"{sum(known):.0f}",
    }
    draft.below.append(line)


def header_again(draft: Draft) -> None:
    draft.below.append(dict(draft.names))


def quotes_left_open(draft: Draft) -> None:
    one, other = sorted(draft.rng.sample(range(len(draft.rows)), 2))
    for i in (one, other):
        draft.rows[i]["title"] = f"{STRAY}{draft.rows[i]['title']}"
    draft.ragged = lambda text: text.replace(STRAY, '"')
    draft.refused = True


NAMED: tuple[Way, ...] = (as_they_are, other_names, other_names)
PAID: tuple[Way, ...] = (
    *(as_they_are, pay_grouped, pay_with_point, pay_spaced, pay_european, pay_in_lpa),
    *(pay_in_lpa_by_comma, pay_in_thousands, pay_unsettled, pay_missing),
    *(pay_unreadable, pay_of_two_currencies),
)
DATED: tuple[Way, ...] = (
    *(as_they_are, years_as_floats, pay_year_as_date, pay_year_as_date),
    *(pay_year_of_two_digits, pay_year_as_serial, pay_year_in_seconds, pay_year_slips),
)
IDENTIFIED: tuple[Way, ...] = (
    as_they_are,
    as_they_are,
    ids_dashed,
    ids_as_numbers,
    ids_cut_short,
)
ORDERED: tuple[Way, ...] = (
    as_they_are,
    rows_shuffled,
    rows_then_totals,
    header_again,
    quotes_left_open,
)


# Files


def as_text(draft: Draft) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=draft.delimiter, lineterminator="\n").writerows(
        matrix_of(draft)
    )
    return "".join(f"{line}\n" for line in draft.above) + draft.ragged(out.getvalue())


def matrix_of(draft: Draft) -> list[list[str]]:
    header = [draft.names[name] for name in COLUMNS]
    lines = [*draft.rows, *draft.below]
    return [header, *([row[name] for name in COLUMNS] for row in lines)]


def write_csv(draft: Draft, folder: Path) -> Path:
    path = folder / "table.csv"
    path.write_bytes(
        as_text(draft).encode(draft.rng.choice(["utf-8", "utf-8-sig", "utf-16"]))
    )
    return path


def write_windows(draft: Draft, folder: Path) -> Path:
    path = folder / "table.csv"
    path.write_bytes(as_text(draft).replace("\n", "\r\n").encode())
    return path


def write_packed(draft: Draft, folder: Path) -> Path:
    path = folder / "table.csv.gz"
    path.write_bytes(gzip.compress(as_text(draft).encode()))
    return path


def write_with_title(draft: Draft, folder: Path) -> Path:
    draft.above = ["Learners of 2020", ""]
    return write_csv(draft, folder)


def write_tabbed(draft: Draft, folder: Path) -> Path:
    draft.delimiter = draft.rng.choice("\t|;")
    return write_csv(draft, folder)


def write_workbook(draft: Draft, folder: Path) -> Path:
    """A hidden sheet first, a title above the header."""
    path = folder / "table.xlsx"
    with xlsxwriter.Workbook(path, {"strings_to_numbers": False}) as book:
        if draft.rng.random() < 0.5:
            old = book.add_worksheet("old")
            for i, line in enumerate(matrix_of(draft)[:9]):
                old.write_row(i, 0, line)
            old.hide()
        sheet, first = book.add_worksheet("Learners"), draft.rng.choice([0, 2])
        if first:
            sheet.write(0, 0, "Learners of 2020")
        for i, line in enumerate(matrix_of(draft)):
            for j, cell in enumerate(line):
                sheet.write_string(i + first, j, cell) if cell else None
        sheet.activate()
    return path


def write_parquet(draft: Draft, folder: Path) -> Path:
    header, *lines = matrix_of(draft)
    path = folder / "table.parquet"
    pl.DataFrame(
        lines, schema=dict.fromkeys(header, pl.String), orient="row"
    ).write_parquet(path)
    return path


FILES: Mapping[str, Callable[[Draft, Path], Path]] = {
    "csv": write_csv,
    "windows": write_windows,
    "gzip": write_packed,
    "title above": write_with_title,
    "tabs": write_tabbed,
    "workbook": write_workbook,
    "parquet": write_parquet,
}


@dataclass(frozen=True)
class Kept:
    """A table as a file, with what is right of it and how it was made."""

    path: Path
    config: str
    draft: Draft
    ways: tuple[str, ...]


def kept_table(seed: int, folder: Path) -> Kept:
    """Draw a table and write it."""
    rng = random.Random(seed)  # noqa: S311 (draws tables, not keys)
    draft = clean_draft(rng)
    ways = [rng.choice(slot) for slot in (IDENTIFIED, PAID, DATED, NAMED, ORDERED)]
    for way in ways:
        way(draft)
    texts = ("csv", "windows", "gzip", "title above", "tabs")
    quoted = not {quotes_left_open, header_again}.isdisjoint(ways)
    semicolon = pay_in_lpa_by_comma in ways
    choices = [
        n
        for n in FILES
        if (n in texts or not quoted) and (n != "tabs" or not semicolon)
    ]
    name = rng.choice(choices)
    path = FILES[name](draft, folder)
    told = (name, *(way.__name__ for way in ways if way is not as_they_are))
    return Kept(path, "\n".join(draft.config), draft, told)


def says_nothing(text: str) -> bool:
    """Tell whether a text, tidied, is one of the words for nothing."""
    frame = nw.from_native(pl.DataFrame({"said": [text]}))
    return frame.select(is_missing(tidied(nw.col("said"))))["said"][0]
