"""Lists of people that teams work through: who is on one, in which order, and why.

They name learners, so they belong to the owner of a run alone, under ``private/lists``.
Who is on a list is what the actions count: the members of cohorts, of mentor pools and
of segments, found once and in one place each.
"""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

import polars as pl

from learnstrata.decisions.arms import ARMED, Lot, with_arms
from learnstrata.learners.factors import as_text
from learnstrata.learners.features.matrix import FeatureModel
from learnstrata.learners.features.register import feature_of, spoken
from learnstrata.learners.history import newest_first, once_each
from learnstrata.learners.ledger import MISSING
from learnstrata.learners.roles.unnamed import unnamed_roles
from learnstrata.learners.schema.register import is_extra
from learnstrata.runs import Run
from learnstrata.segments.model.model import SegmentModel, members_named
from learnstrata.segments.pay.cohorts import CohortKey
from learnstrata.segments.questions.mentors import EXPERIENCE, MentorRole, could_mentor
from learnstrata.summary.contract.decisions import ActionId

__all__ = ["Lists", "lists_named", "make_lists"]

PART = "sub_segment"
SHOWN = {
    "learner_id": "learner_id",
    "segment_id": "segment_id",
    "segment_name": "segment",
    "subsegment_name": PART,
    "role": "role",
    "tier": "tier",
    "experience_band": "band",
    "programme": "programme",
    "arm": "arm",
    "why": "why",
}
# What a list knows of people beside what is known of them anyway.
ADDED = ("programme", "arm", "why", "need", "residual", "expected_at_half")
TAKES = {
    "role": ("title",),
    "tier": ("company", "pay"),
    "experience_band": ("years_of_experience",),
}
# Their numbers would put them first: they are on the list of records to repair.
DOUBTFUL = pl.col("standing").eq_missing("atypical")
FAR = 4  # times above or below peers: a slip is likelier than such a pay
DOUBTFUL_PAY = DOUBTFUL | (pl.col("residual").abs() > math.log(FAR))
DRAWN = ("row", "record", "learner_id", "segment_id")  # by which rows are drawn
YEARS, PAY = "years_of_experience", "pay"
NEEDED = (
    *("standing", "confidence", "margin", YEARS, PAY, "pay_year"),
    *("experience_imputed", "pay_imputed"),
)


class _Roster(NamedTuple):
    """Who is on a list, in its order, and what is said of each.

    Attributes
    ----------
    rows : polars.DataFrame
        ``row`` of the people, and what the list adds to them (`ADDED`).
    why : polars.Expr
        Of a person's columns and those of `rows`.
    """

    rows: pl.DataFrame
    why: pl.Expr


class Lists(Mapping[str, pl.DataFrame]):
    """Lists of people by the names of their files, each put together when asked for.

    A list of everybody takes as much memory as all that is known of them; kept are who
    is on it, and what it adds.
    """

    def __init__(
        self,
        people: pl.DataFrame,
        rosters: Mapping[str, _Roster],
        *,
        lacking: Collection[str] = (),
    ) -> None:
        self._people = people
        self._rosters = rosters
        self._lacking = lacking

    def __getitem__(self, name: str) -> pl.DataFrame:
        roster = self._rosters[name]
        rows = self._people[roster.rows["row"]]
        rows = rows.with_columns(roster.rows.drop("row").get_columns())
        return _shown(rows.with_columns(why=roster.why), self._lacking)

    def __iter__(self) -> Iterator[str]:
        return iter(self._rosters)

    def __len__(self) -> int:
        return len(self._rosters)

    def named(self, was: SegmentModel, now: SegmentModel) -> "Lists":
        """Give the same lists under the names of another model of the same fit."""
        return Lists(
            members_named(self._people, was, now), self._rosters, lacking=self._lacking
        )


def make_lists(
    run: Run,
    programmes: Mapping[int, str],
    *,
    lots: Mapping[ActionId, Sequence[Lot]],
    key: bytes,
) -> Lists:
    """Give the lists of a run by the names of their files, most urgent rows first.

    Parameters
    ----------
    run : Run
    programmes : mapping of int to str
        Segment to the learning pathway that was recommended for it.
    lots : mapping of str to sequence of Lot
        As of `learnstrata.decisions.arms.lots_of`.
    key : bytes
        Who is held out from a trial is drawn under it.

    Returns
    -------
    Lists
        ``learner_id``, ``segment_id``, ``segment``, ``sub_segment``, ``role``,
        ``tier``, ``band`` and ``why``, as far as the table tells them; ``pathways.csv``
        has the ``programme`` too, and lists of which a lot is drawn the ``arm``. Of a
        learner of several records the newest decides, so that each list has one row a
        learner; of records to repair it has each. A list of nobody is left out.

    Examples
    --------
    >>> from learnstrata.config.loading import load_config
    >>> from learnstrata.learners.demo.tables import make_learners
    >>> from learnstrata.pipeline import run
    >>> config = load_config("robust", evidence={"level": "none"})
    >>> found = run(make_learners(300, rng=1), config)
    >>> lists = make_lists(found, {}, lots={}, key=bytes(32))
    >>> len(lists["pathways.csv"])
    300
    """
    everybody = _people(run)
    people = once_each(newest_first(everybody))
    found = {
        "stalled_pay.csv": _stalled(people, run),
        "high_upside.csv": _high_upside(people, run),
        "could_mentor.csv": _mentors(people, run, supply=True),
        "could_be_mentored.csv": _mentors(people, run, supply=False),
        "atypical_records.csv": _to_repair(everybody, run),
        "pathways.csv": _pathways(people, run, programmes),
    }
    for action, drawn in lots.items():
        rows, why = found[ARMED[action]]
        armed = with_arms(rows, action, lots=drawn, key=key)
        found[ARMED[action]] = _Roster(armed, why)
    rosters = {
        name: _Roster(rows.select("row", *(c for c in ADDED if c in rows.columns)), why)
        for name, (rows, why) in found.items()
        if len(rows)
    }
    known = run.meaning.model.features.available
    lacking = {name for name, needs in TAKES.items() if not {*needs} <= {*known}}
    return Lists(everybody, rosters, lacking=lacking)


def _people(run: Run) -> pl.DataFrame:
    """Give the learners in the order of cohorts, with the names of their parts."""
    meaning = run.meaning
    parts = meaning.members.select("record", "subsegment_name")
    wanted = [*SHOWN, *NEEDED, *_cut_on(meaning.model.features)]
    told = [c for c in dict.fromkeys(wanted) if c in meaning.learners.columns]
    return (
        meaning.learners.select(told)
        .with_columns(record=run.base.rows)
        .join(parts, on="record", how="left", maintain_order="left")
        .with_row_index("row")
        .with_columns(pl.col("row").cast(pl.Int64))
    )


def _shown(rows: pl.DataFrame, lacking: Collection[str]) -> pl.DataFrame:
    """Keep the columns of a list that tell something."""
    names = set(rows.columns).difference(lacking)
    there = {old: new for old, new in SHOWN.items() if old in names}
    told = as_text(rows.select(pl.col(old).alias(new) for old, new in there.items()))
    empty = [one for one in told.columns if told[one].null_count() == len(told)]
    return told.drop(empty)


def lists_named(
    lists: Mapping[str, pl.DataFrame], was: SegmentModel, now: SegmentModel
) -> Mapping[str, pl.DataFrame]:
    """Give the same lists under the names of another model of the same fit.

    Parameters
    ----------
    lists : mapping of str to polars.DataFrame
        They are not changed.
    was, now : SegmentModel
        Whose names they have, and whose they get.
    """
    if isinstance(lists, Lists):
        return lists.named(was, now)
    return {
        name: members_named(rows, was, now, segment="segment", part=PART)
        for name, rows in lists.items()
    }


def _amount(pay: pl.Expr, run: Run) -> pl.Expr:
    """Write pay in the unit that it is shown in."""
    unit = run.meaning.model.features.pay
    value = pay / unit.per_shown_unit
    digits = pl.when(value >= 1).then(value.round(1)).otherwise(value.round(2))
    return pl.concat_str(digits.cast(pl.String), pl.lit(f" {unit.shown_unit}"))


def _plain(value: pl.Expr) -> pl.Expr:
    """Write a number of years, whole ones without decimals."""
    return value.round(1).cast(pl.String).str.strip_suffix(".0")


def _years() -> pl.Expr:
    word = pl.when(pl.col(YEARS) == 1).then(pl.lit("year")).otherwise(pl.lit("years"))
    return pl.format("{} {}", _plain(pl.col(YEARS)), word)


def _of_cohort(people: pl.DataFrame, run: Run, key: CohortKey) -> pl.DataFrame:
    found = next(one for one in run.meaning.cohorts if one.key == key)
    return people.join(found.beside, on="row", how="inner")


def _stalled(people: pl.DataFrame, run: Run) -> _Roster:
    """Put those furthest behind their peers first, records that look wrong last."""
    rows = _of_cohort(people, run, "stalled").sort(DOUBTFUL_PAY, "residual", "record")
    half = _amount(pl.col("expected_at_half").exp(), run)
    why = pl.format(
        "{} of experience and paid {}; peers with half the experience are typically "
        "paid {}.",
        _years(),
        _amount(pl.col(PAY), run),
        half,
    )
    return _Roster(rows, why)


def _high_upside(people: pl.DataFrame, run: Run) -> _Roster:
    """Put those furthest above their peers first, records that look wrong last."""
    rows = _of_cohort(people, run, "high_upside")
    times = pl.col("residual").exp().round(1).cast(pl.String)
    rows = rows.sort(
        DOUBTFUL_PAY, "residual", "record", descending=[False, True, False]
    )
    why = pl.format(
        "Paid {}, {} times what peers at a {} company are typically paid.",
        _amount(pl.col(PAY), run),
        times,
        pl.col("tier"),
    )
    return _Roster(rows, why)


def _mentors(people: pl.DataFrame, run: Run, *, supply: bool) -> _Roster:
    """Put the roles first that have most learners for each who could mentor."""
    roles = run.meaning.questions.mentor_roles
    available = set(run.meaning.model.features.available)
    if not roles or not available >= EXPERIENCE:
        return _Roster(people.clear(), pl.lit(""))
    who = could_mentor(run.config.decisions.mentor_years)
    named = ~pl.col("role").is_in(list(unnamed_roles(run.config)))
    rows = people.filter(who if supply else ~who, named)
    rows = rows.select(*DRAWN, "role", YEARS, "standing")
    # A role that nobody here has is no level of theirs: it is null, and joins nobody.
    needs = _needs(roles).cast({"role": rows.schema["role"]}, strict=False)
    rows = rows.join(needs, on="role", how="left")
    rows = rows.sort(
        DOUBTFUL,
        *("need", "role", YEARS, "record"),
        descending=[False, True, False, supply, False],
    )
    years = _plain(pl.lit(float(run.config.decisions.mentor_years)))
    each = pl.format(
        "{} learners under {} years for each who could mentor",
        _plain(pl.col("need")),
        years,
    )
    beside = pl.when(pl.col("need").is_finite()).then(each)
    why = pl.format(
        "{}: {}; {} of experience.",
        pl.col("role"),
        beside.otherwise(pl.lit("nobody could mentor yet")),
        _years(),
    )
    return _Roster(rows, why)


def _needs(roles: tuple[MentorRole, ...]) -> pl.DataFrame:
    """Give the learners of each role for each who could mentor them."""
    return pl.DataFrame(
        {
            "role": [one.role for one in roles],
            "need": [
                (one.demand or 0) / one.supply if one.supply else math.inf
                for one in roles
            ],
        }
    )


def _to_repair(people: pl.DataFrame, run: Run) -> _Roster:
    """Put values that were set aside first, then those furthest from their segment."""
    ledger = run.base.account.ledger
    aside = ledger.filter(state="set_aside").collect()
    removed = people.join(aside, on="record", how="inner").sort("rule", "record")
    removed = removed.with_columns(
        why=pl.format(
            "{} {} was set aside ({}).",
            pl.col("column"),
            pl.col("before").fill_null(MISSING).str.strip_suffix(".0"),
            pl.col("rule").str.replace_all("_", " "),
        )
    )
    both = pl.concat([removed, _atypical(people, run)], how="diagonal")
    return _Roster(both, pl.col("why"))


def _atypical(people: pl.DataFrame, run: Run) -> pl.DataFrame:
    if run.clusters.trust is None:
        return people.clear()
    rows = people.filter(standing="atypical").sort("segment_id", "confidence", "record")
    return rows.with_columns(why=_told(run, "Far from everybody in segment {}"))


def _told(run: Run, of_segment: str) -> pl.Expr:
    """Say something of a learner's segment, and behind it the learner's numbers."""
    features, told = run.meaning.model.features.available, []
    if YEARS in features:
        told.append(pl.format("{} of experience", _years()))
    if PAY in features:
        told.append(pl.format("paid {}", _amount(pl.col(PAY), run)))
    told += _own(run.meaning.model.features, run.meaning.learners.schema)
    said = pl.format(of_segment, pl.col("segment_id"))
    if not told:
        return pl.concat_str(said, pl.lit("."))
    known = pl.concat_str(told, separator=", ", ignore_nulls=True)
    numbers = pl.when(known != "").then(pl.concat_str(pl.lit(": "), known))
    return pl.concat_str(said, numbers.fill_null(""), pl.lit("."))


def _own(features: FeatureModel, kinds: pl.Schema) -> list[pl.Expr]:
    """Write what learners have in the columns of the user's that were cut on."""
    return [
        pl.concat_str(pl.lit(f"{spoken(feature_of(one).label)} "), _written(one, kinds))
        for one in _cut_on(features)
    ]


def _cut_on(features: FeatureModel) -> list[str]:
    """List the columns of the user's own that were cut on."""
    return [one for one in dict.fromkeys(features.columns) if is_extra(one)]


def _written(column: str, kinds: pl.Schema) -> pl.Expr:
    value = pl.col(column)
    return _plain(value) if kinds[column].is_float() else value.cast(pl.String)


def _pathways(people: pl.DataFrame, run: Run, programmes: Mapping[int, str]) -> _Roster:
    """Put the largest segment first, and in it those who surely belong there."""
    known = pl.Enum(sorted({*programmes.values()}))
    segment = pl.col("segment_id")
    rows = people.select(*DRAWN, "standing", "margin").with_columns(
        programme=segment.replace_strict(programmes, default=None, return_dtype=known),
        _size=pl.len().over("segment_id"),
        _core=pl.col("standing") == "core",
    )
    by = ["_size", "segment_id", "_core", "margin", "record"]
    rows = rows.sort(by, descending=[True, False, True, True, False], nulls_last=True)
    return _Roster(rows, _told(run, "Segment {}"))
