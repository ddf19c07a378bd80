"""Which columns something was made of, and whether another table has them too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from learnstrata.config.stages import Columns, Config
from learnstrata.exceptions import SchemaError, preview
from learnstrata.learners.schema.register import (
    COLUMNS,
    column_label,
    extra_name,
    is_extra,
    own_name,
)
from learnstrata.learners.schema.standard import find_columns
from learnstrata.wording.words import listed

__all__ = [
    "Origin",
    "find_origins",
    "known_in",
    "matching_columns",
    "refuse_empty",
]

# Of the share that was known; with less a column is as good as empty.
LEAST_SHARE = 0.05
LEAST_LEARNERS = 20  # of fewer, all may lack a value


@dataclass(frozen=True, slots=True)
class Origin:
    """One column that a model was made of.

    Attributes
    ----------
    name : str
        Standard name, or that of a column of the user's in our frames.
    column : str
        What it was called in the table.
    known : float
        Share of the learners of whom it was known, 0..1.
    """

    name: str
    column: str
    known: float

    @property
    def gives(self) -> str:
        """The column of the learners that is made of it."""
        return COLUMNS[self.name].gives if self.name in COLUMNS else self.name

    @property
    def told(self) -> str:
        """What it was called, and what it stands for."""
        label = "own column" if is_extra(self.name) else column_label(self.name)
        return self.column if label == self.column else f"{self.column} ({label})"


def find_origins(
    mapping: Mapping[str, str],
    units: pl.DataFrame,
    config: Config,
    *,
    clustered: Sequence[str],
) -> tuple[Origin, ...]:
    """List what a model is made of: the standard columns, and the clustered extras.

    Parameters
    ----------
    mapping : mapping of str to str
        Standard name -> column of the table.
    units : polars.DataFrame
        Learners after cleaning.
    config : Config
        Says what a missing company or title is called.
    clustered : sequence of str
        Features of the matrix.
    """
    made = [name for name in mapping if name in COLUMNS or name in clustered]
    found = [Origin(name, mapping[name], 0.0) for name in made]
    known, n = known_in(units, found, config), max(len(units), 1)
    return tuple(replace(o, known=known[o.name] / n) for o in found)


def known_in(
    units: pl.DataFrame, origins: Sequence[Origin], config: Config
) -> Mapping[str, int]:
    """Count, by the name of each origin, the learners of whom it is known."""
    return {o.name: _known(units, o.gives, config) for o in origins}


def _known(units: pl.DataFrame, column: str, config: Config) -> int:
    """Count the learners of whom a column is known."""
    if column not in units.columns:
        return 0
    fills = {
        "company": config.cleaning.missing_company,
        "title": config.cleaning.missing_title,
    }
    values = units[column]
    known = values.is_not_null()
    if fills.get(column):
        known &= (values != fills[column]).fill_null(value=False)
    return int(known.sum())


def matching_columns(
    names: Sequence[str],
    origins: Sequence[Origin],
    config: Config,
    *,
    columns: Columns | None = None,
) -> Mapping[str, str]:
    """Find in another table the columns that a model was made of.

    Parameters
    ----------
    names : sequence of str
        Columns of the table.
    origins : sequence of Origin
    config : Config
        Of the model. Columns it names are looked for under these names, others under
        those the model knows them by, then under their usual names.
    columns : Columns, default=None
        What standard columns are called in this table, where that is another name.

    Returns
    -------
    mapping of str to str
        Standard name -> column of the table: of no other columns than the model's.

    Raises
    ------
    SchemaError
        If one is not there.
    """
    found = find_columns(names, _wanted(names, origins, config.columns, columns))
    made = {origin.name: origin for origin in origins}
    mapping = {name: column for name, column in found.columns.items() if name in made}
    gives = {origin.gives for origin in origins}
    for name, column in found.columns.items():  # start year and experience are one
        given = COLUMNS[name].gives if name in COLUMNS else name
        if given in gives and not _gives(mapping, given):
            mapping[name] = column
    lacking = [o for o in origins if o.known and not _gives(mapping, o.gives)]
    if lacking:
        raise SchemaError(_lacking(lacking, origins, names))
    if found.problems:
        raise SchemaError(found.problems[0])
    return mapping


def _gives(mapping: Mapping[str, str], wanted: str) -> bool:
    return any(Origin(name, "", 0.0).gives == wanted for name in mapping)


def _wanted(
    names: Sequence[str],
    origins: Sequence[Origin],
    configured: Columns,
    given: Columns | None,
) -> Columns:
    """Say what to look for; outcomes of learners to come are not known yet."""
    made = {origin.name for origin in origins}
    wanted = replace(
        configured,
        outcome=(),
        numeric=tuple(c for c in configured.numeric if extra_name(c) in made),
        categorical=tuple(c for c in configured.categorical if extra_name(c) in made),
    )
    for name, known in COLUMNS.items():
        asked = getattr(given, known.key) if given else None
        if asked is not None:
            wanted = replace(wanted, **{known.key: asked})
        elif getattr(wanted, known.key) is None:
            usual = [o.column for o in origins if o.name == name and o.column in names]
            wanted = replace(wanted, **{known.key: next(iter(usual), None)})
    return wanted


def _lacking(
    lacking: Sequence[Origin], origins: Sequence[Origin], names: Sequence[str]
) -> str:
    made = [origin.told for origin in origins if origin.known]
    gone = [origin.told for origin in lacking]
    return (
        f"The model was made with {listed(made)}; this table has no {listed(gone)}. It "
        f"has {preview(names)}. Rename its columns, or say what they are called here "
        "in [columns] of a configuration (--config)."
    )


def refuse_empty(
    counts: Mapping[str, int],
    n_learners: int,
    *,
    mapping: Mapping[str, str],
    origins: Sequence[Origin],
    hints: Mapping[str, str] | None = None,
) -> None:
    """Refuse learners of nearly all of whom is unknown what the model was made with.

    Parameters
    ----------
    counts : mapping of str to int
        From `known_in`.
    n_learners : int
        After cleaning. Of fewer than 20 all may lack a value.
    mapping : mapping of str to str
        From `matching_columns`.
    origins : sequence of Origin
    hints : mapping of str to str, default=None
        Standard name -> what else could be the reason.

    Raises
    ------
    SchemaError
    """
    if n_learners < LEAST_LEARNERS:
        return
    for origin in origins:
        known = counts[origin.name] / n_learners
        if origin.name == "learner_id" or known >= LEAST_SHARE * origin.known:
            continue
        here = [mapping[n] for n in mapping if Origin(n, "", 0.0).gives == origin.gives]
        hint = (hints or {}).get(origin.name, "")
        raise SchemaError(
            f"The model was made with {origin.told}, known of {origin.known:.0%} of "
            f"its learners; in this table {listed(here)} has a value that can be used "
            f"for {known:.0%}. {hint}Look at the column with `learnstrata check`, or "
            f"map another one: {own_name(origin.name)} in [columns] of a configuration "
            "(--config)."
        )
