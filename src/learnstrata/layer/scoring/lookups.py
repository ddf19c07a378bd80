"""Small tables beside the SQL: what the product says of titles, companies, learners.

They are made of the texts of a table at hand, each read by the code that reads it in a
run, so that a warehouse has only to look them up. All are for the owner alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import narwhals as nw
import polars as pl
from narwhals.typing import IntoFrame

from learnstrata.assignment import read_alike
from learnstrata.config.stages import Columns, Config
from learnstrata.exceptions import SchemaError
from learnstrata.learners.cleaning import with_text
from learnstrata.learners.features.companies import UNRATED
from learnstrata.learners.features.matrix import asks_of_company, with_role
from learnstrata.learners.lookups import collected, without_patterns
from learnstrata.learners.roles.families import add_roles
from learnstrata.learners.schema.columns import Kind, column_names_of, reading_of
from learnstrata.learners.schema.origins import matching_columns
from learnstrata.learners.schema.standard import in_standard_columns
from learnstrata.segments.model.model import SegmentModel

__all__ = [
    "COMPANIES",
    "MEMBERS",
    "TITLES",
    "Lookups",
    "leaves_own_out",
    "lookup_names",
    "lookups_of",
    "role_without_title",
    "wanted_texts",
]

# Without nulls, which not every program reads from a CSV file as such.
TITLES = {"title": pl.String, "role": pl.String, "seniority": pl.Float64}
COMPANIES = {
    "company": pl.String,
    "number": pl.Int64,
    "learners": pl.Int64,
    "paid": pl.Int64,
    "sum_log_pay": pl.Float64,
    "mean_pay": pl.Float64,
    "mean_experience": pl.Float64,
    "tier": pl.String,
}
MEMBERS = {"learner_id": pl.String, "company": pl.Int64, "pay": pl.Float64}


@dataclass(frozen=True, slots=True)
class Lookups:
    """The lookup tables of a model; None where it has no use for one.

    Attributes
    ----------
    titles : polars.DataFrame or None
        `TITLES`: each title as it stands, its role, the seniority of it.
    companies : polars.DataFrame or None
        `COMPANIES`: each name as it stands of a company of the model. ``number`` is
        the same for all spellings of one.
    members : polars.DataFrame or None
        `MEMBERS`: learners whose pay stands in the level of their company.
    notes : tuple of str
        What could not be told from the table.
    """

    titles: pl.DataFrame | None
    companies: pl.DataFrame | None
    members: pl.DataFrame | None
    notes: tuple[str, ...] = ()

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """Those that there are, by their names."""
        named = {
            "titles": self.titles,
            "companies": self.companies,
            "members": self.members,
        }
        return {name: table for name, table in named.items() if table is not None}


def wanted_texts(model: SegmentModel) -> list[str]:
    """List which of title and company a model looks up.

    Parameters
    ----------
    model : SegmentModel
    """
    made = {origin.name for origin in model.origins if origin.known}
    asked = asks_of_company(model.features.columns)
    wanted = {"title": True, "company": asked}
    return [name for name, is_wanted in wanted.items() if is_wanted and name in made]


def lookup_names(model: SegmentModel) -> list[str]:
    """List the lookup tables that a model has a use for.

    Parameters
    ----------
    model : SegmentModel
    """
    of = {"title": "titles", "company": "companies"}
    members = ["members"] if leaves_own_out(model) else []
    return [*(of[name] for name in wanted_texts(model)), *members]


def leaves_own_out(model: SegmentModel) -> bool:
    """Say whether the own pay of a member is left out of the level of the company."""
    companies = model.features.companies
    leaves = companies is not None and companies.leave_out_own
    return leaves and "company_level" in model.features.columns


def lookups_of(
    model: SegmentModel, frame: IntoFrame, *, columns: Columns | None = None
) -> Lookups:
    """Make the lookup tables of a model from a table that holds the texts.

    Parameters
    ----------
    model : SegmentModel
    frame : data frame, eager or lazy
        The table the model was fitted on, or any that holds its titles and companies.
        It is not changed.
    columns : Columns, default=None
        What standard columns are called in this table, where that is another name.

    Returns
    -------
    Lookups

    Raises
    ------
    SchemaError
        If the table lacks a column of titles or companies that the model was made with.
    """
    wanted = wanted_texts(model)
    origins = [origin for origin in model.origins if origin.name in wanted]
    names = column_names_of(frame)
    mapping = matching_columns(names, origins, model.config, columns=columns)
    titles = companies = members = None
    notes: tuple[str, ...] = ()
    if "title" in wanted:
        titles = titles_of(_distinct(frame, mapping["title"]), model)
    if "company" in wanted:
        companies, numbers = companies_of(_distinct(frame, mapping["company"]), model)
        if leaves_own_out(model):
            members, notes = _members_of(frame, model, columns, numbers)
    return Lookups(titles, companies, members, notes)


def _distinct(frame: IntoFrame, column: str) -> pl.Series:
    """Give the texts of a column once each, in their order."""
    plain, names = without_patterns(nw.from_native(frame))
    text = nw.col(names[column]).cast(nw.String).alias("text")
    texts = collected(plain.select(text).unique())["text"]
    return texts.drop_nulls().filter(texts.drop_nulls() != "").sort()


def titles_of(texts: pl.Series, model: SegmentModel) -> pl.DataFrame:
    """Give role and seniority of each title, and of those that are roles themselves.

    Parameters
    ----------
    texts : polars.Series of str
        As they stand in a table.
    model : SegmentModel
    """
    config = model.config
    if config.roles.scheme == "top_titles":
        known = pl.Series(model.features.categories["role"], dtype=pl.String)
        texts = pl.concat([texts, known.rename(texts.name)]).unique().sort()
    return _with_roles(texts, model).select(*TITLES)


def role_without_title(model: SegmentModel) -> str:
    """Give the role of a learner of whom no title is known.

    Parameters
    ----------
    model : SegmentModel
    """
    nobody = pl.Series("title", [None], dtype=pl.String)
    return _with_roles(nobody, model)["role"][0]


def _with_roles(texts: pl.Series, model: SegmentModel) -> pl.DataFrame:
    """Read titles as a run does: the table, then cleaning, then the features."""
    config, median = model.config, model.features.medians.get("seniority", 0.0)
    read = _read(texts, "title", config)
    roles = add_roles(read, fuzzy_score=config.roles.fuzzy_score)
    clean = with_text(nw.from_native(roles), ["title"], config.cleaning)
    rows = with_role(clean, model.features).to_native()
    seniority = pl.col("seniority").cast(pl.Float64).fill_null(median)
    return rows.with_columns(texts.alias("title"), seniority)


def _read(texts: pl.Series, name: str, config: Config) -> pl.DataFrame:
    """Read texts of one standard column as those of a table, in their order."""
    table = pl.DataFrame({"text": texts})
    kinds: dict[str, Kind] = {name: "text"}
    read = reading_of(table, {name: "text"}, kinds=kinds, pay=config.pay)
    standard = in_standard_columns(read.frame, kinds, record=config.record)
    return collected(standard).sort("record").select(name)


def companies_of(
    texts: pl.Series, model: SegmentModel
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give what the model knows of each company, and the number of each.

    Parameters
    ----------
    texts : polars.Series of str
        Names as they stand in a table.
    model : SegmentModel

    Returns
    -------
    tuple of polars.DataFrame
        `COMPANIES`; and ``company`` as cleaning writes it with its ``number``.
    """
    config, features = model.config, model.features
    if fill := config.cleaning.missing_company:  # what a missing one is called
        filled = pl.Series(texts.name, [fill], dtype=pl.String)
        texts = pl.concat([texts, filled]).unique().sort()
    read = nw.from_native(_read(texts, "company", config))
    clean = with_text(read, ["company"], config.cleaning).to_native()["company"]
    names = clean.drop_nulls().unique()
    levels = features.companies
    if levels is None:
        nothing = pl.DataFrame(schema=COMPANIES)
        return nothing, nothing.select("company", "number")
    known = levels.table(names, features.codes(names)).with_row_index("number", 1)
    told = known.select(
        "company",
        pl.col("number").cast(pl.Int64),
        pl.col("company_learners").alias("learners"),
        pl.col("_paid").alias("paid"),
        pl.col("_sum_log_pay").alias("sum_log_pay"),
        _mean_pay(features.medians).alias("mean_pay"),
        _mean_experience(features.medians).alias("mean_experience"),
        pl.col("_tier").fill_null(UNRATED).alias("tier"),
    )
    rows = pl.DataFrame({"text": texts, "company": clean})
    joined = rows.join(told, on="company", how="inner", maintain_order="left")
    spelled = joined.drop("company").rename({"text": "company"}).select(*COMPANIES)
    return spelled, told.select("company", "number")


def _mean_pay(medians: Mapping[str, float]) -> pl.Expr:
    paid, fill = pl.col("_paid"), medians.get("company_mean_pay", 0.0)
    return pl.when(paid > 0).then(pl.col("_sum_pay") / paid).otherwise(fill)


def _mean_experience(medians: Mapping[str, float]) -> pl.Expr:
    fill = medians.get("company_mean_experience", 0.0)
    return pl.col("company_mean_experience").fill_null(fill)


def _members_of(
    frame: IntoFrame,
    model: SegmentModel,
    columns: Columns | None,
    numbers: pl.DataFrame,
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Find the members of a model in a table that has all of its columns."""
    names = column_names_of(frame)
    try:
        matching_columns(names, model.origins, model.config, columns=columns)
    except SchemaError as error:
        note = f"Nobody's own pay is left out of the level of their company. {error}"
        return pl.DataFrame(schema=MEMBERS), (note,)
    found = read_alike(frame, model, _members_in, columns=columns).found
    rows = pl.concat(found).join(numbers, on="company", how="inner")
    told = rows.select("learner_id", pl.col("number").alias("company"), "pay")
    return told.select(*MEMBERS).unique().sort("learner_id", "company", "pay"), ()


def _members_in(model: SegmentModel, units: pl.DataFrame) -> pl.DataFrame:
    paid = units.filter(pl.col("pay").is_not_null())
    return paid.filter(model.is_member(paid)).select("learner_id", "company", "pay")
