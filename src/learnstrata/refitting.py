"""A refit: a challenger is fitted to a new table and put beside what is used.

Nothing changes by it. The plan says what would: who moves and why, which segments
continue, what breaks for those who use them; and whether to promote it, to hold it, or
to ask somebody, with the reason.
"""

from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import polars as pl
import sqlalchemy as sa
from narwhals.typing import IntoFrame

from learnstrata.assignment import assign, moved_on_to
from learnstrata.config.loading import load_over
from learnstrata.config.stages import Config, Layer
from learnstrata.exceptions import ParameterError
from learnstrata.facade import Segmentation, segment
from learnstrata.layer.lineage import Event, lineage_of
from learnstrata.layer.store.approvals import policy_of
from learnstrata.layer.store.deletions import forgotten_among
from learnstrata.layer.store.membership import (
    current_stays,
    last_release,
    names_of_segments,
    placed_by,
    released_names,
    segment_of_number,
    stays_in,
)
from learnstrata.layer.store.opening import Store, now
from learnstrata.layer.store.promotion import REFIT, Promoted, planned
from learnstrata.layer.store.tables import decisions
from learnstrata.layer.store.versions import model_of, names_for
from learnstrata.layer.targets import targets_of
from learnstrata.learners.features.matrix import to_matrix
from learnstrata.learners.schema.register import extra_name
from learnstrata.segments.meaning.rivals import (
    OutcomeGain,
    Score,
    judge_cuts,
    outcome_gains,
)
from learnstrata.wording.words import listed

__all__ = [
    "Challenger",
    "Plan",
    "challenge",
    "config_of",
    "plan_of",
    "record_plan",
]

Decision = Literal["promote", "hold", "ask"]


@dataclass(frozen=True, slots=True)
class Challenger:
    """A segmentation of a new table, and what the model in use makes of it.

    Attributes
    ----------
    found : Segmentation
        Under the names of the segments that it continues.
    by_champion : polars.DataFrame
        ``learner_id`` and ``segment_id``, the number in the model in use.
    champion, challenger : Score
        On the learners of the new table whom both place.
    outcomes : tuple of OutcomeGain
        How much either tells of what neither was made from.
    against : int
        The version in use.
    """

    found: Segmentation
    by_champion: pl.DataFrame = field(repr=False)
    champion: Score
    challenger: Score
    outcomes: tuple[OutcomeGain, ...]
    against: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What promoting a challenger would change, and what to do.

    Attributes
    ----------
    decision : str
        ``promote``, ``hold`` or ``ask``.
    reason : str
    promotion : Promoted
        As it would be.
    events : tuple of Event
    shifts : polars.DataFrame
        ``segment_id``, ``segment_name``, ``before``, ``after``; ``by_learners``: what
        the segment gains since learners came, left or changed, ``by_refit``: since it
        is cut otherwise. The two add up to the difference.
    breaks : tuple of str
        What those who use the segments have to change, one sentence each.
    """

    decision: Decision
    reason: str
    promotion: Promoted
    events: tuple[Event, ...]
    shifts: pl.DataFrame
    breaks: tuple[str, ...]


def config_of(store: Store, path: Path | None = None) -> Config:
    """Give the configuration in use, with a TOML file laid over it.

    Parameters
    ----------
    store : Store
    path : path, default=None

    Raises
    ------
    ParameterError
        If nothing is in use.
    ConfigError
        If the file does not fit.
    """
    with store.reading() as connection:
        config = model_of(connection, _in_use(connection).version).config
    return config if path is None else load_over(path, below=config)


def _in_use(connection: sa.Connection) -> sa.Row[Any]:
    last = last_release(connection)
    if last is None:
        raise ParameterError(
            "Nothing is in use that could be refitted. Promote a version first: "
            "learnstrata promote VERSION."
        )
    return last


def challenge(
    store: Store,
    table: IntoFrame,
    *,
    config: Config | None = None,
    as_of: int | None = None,
    key: bytes,
    **given: Any,  # noqa: ANN401 - of `segment`
) -> Challenger:
    """Fit a challenger to a new table, from the segments in use and from fresh starts.

    Parameters
    ----------
    store : Store
    table : data frame
        With the columns of the table that the version in use was made from.
    config : Config, default=None
        ``None`` is that of the version in use.
    as_of : int, default=None
        The year that counts as now; ``None`` is as the configuration says.
    key : bytes of length 32 or more
    **given
        As for `learnstrata.facade.segment`: ``source``, ``engine``, ``watch``.

    Raises
    ------
    ParameterError
        If nothing is in use.
    """
    with store.reading() as connection:
        last = _in_use(connection)
        model = model_of(connection, last.version)
        stays = stays_in(connection, last.number)
        names = released_names(connection)
    settings = model.config if config is None else config
    if as_of is not None:
        settings = replace(settings, as_of=as_of)
    dated = replace(model.config, as_of=settings.as_of)
    in_use = moved_on_to(table, replace(model, config=dated))
    by_champion = assign(table, in_use).select("learner_id", "segment_id")
    found = segment(table, config=settings, key=key, start=by_champion, **given)
    # Who was forgotten may stand in the table; nothing that is written holds them.
    with store.reading() as connection:
        gone = forgotten_among(connection, found.members, key)
    if gone:
        found = found.without(gone)
        by_champion = by_champion.filter(~pl.col("learner_id").is_in(gone))
    found = found.renamed(_names_kept(found, stays, names))
    judged = _judged(found, by_champion)
    return Challenger(found, by_champion, *judged, against=last.version)


def _names_kept(
    found: Segmentation, stays: pl.DataFrame, names: dict[int, str]
) -> dict[int | str, str]:
    """Give the segments that continue the names that they have in the store."""
    new = found.members.select("learner_id", number="segment_id")
    events = lineage_of(stays, new, k=len(found.model.centers))
    stay = {e.number: names[e.old] for e in events if e.event == "continued" and e.old}
    return dict(enumerate(names_for(found.model.names, stay, names.values()), start=1))


def _judged(
    found: Segmentation, by_champion: pl.DataFrame
) -> tuple[Score, Score, tuple[OutcomeGain, ...]]:
    """Judge both cuts on the same learners and in the same features."""
    ids, config = found.members, found.model.config
    in_use = _labels(ids, by_champion)
    known = in_use > 0
    values, features = found.features.filter(known), found.model.features
    cuts = (in_use[known], ids["segment_id"].to_numpy()[known])
    gains = outcome_gains(
        values,
        features,
        cuts,
        outcomes=[extra_name(column) for column in config.columns.outcome],
        least=config.privacy.learners,
        rng=config.seed,
    )
    X = to_matrix(values, features).X
    return *judge_cuts(X, cuts, rng=config.seed), gains


def _labels(ids: pl.DataFrame, members: pl.DataFrame) -> npt.NDArray[np.int64]:
    by = "learner_id"
    asked = ids.select(by).join(members, on=by, how="left", maintain_order="left")
    return asked["segment_id"].fill_null(0).to_numpy()


def plan_of(
    store: Store, version: int, challenger: Challenger, *, policy: Layer | None = None
) -> Plan:
    """Say what promoting a challenger would change, and what to do.

    Parameters
    ----------
    store : Store
    version : int
        Of the challenger, once it was added.
    challenger : Challenger
    policy : Layer, default=None
        ``None`` is as the version promoted last is configured.
    """
    with store.reading() as connection:
        by = policy or policy_of(connection, version)
    promotion, state = planned(store, version, min_margin=by.min_margin)
    with store.reading() as connection:
        before = current_stays(connection)
        ids = segment_of_number(connection, version)
        numbers = segment_of_number(connection, challenger.against)
        names = names_of_segments(connection)
        placed = placed_by(connection, challenger.against)
    new = challenger.found.members.select("learner_id", number="segment_id")
    found = lineage_of(before, new, k=len(ids))
    events = tuple(one.placed(ids) for one in found)
    asked = challenger.by_champion.select(
        "learner_id", segment=pl.col("segment_id").replace_strict(numbers)
    )
    shifts = _shifts(before, _unmoved(asked, placed, before), state, names)
    changed = [e for e in events if e.event != "continued"]
    decision, reason = _decided(challenger, promotion, changed, by)
    breaks = tuple(
        f"{target}: {what}"
        for target in targets_of(store)
        for what in (_broken(e, names) for e in changed)
    )
    return Plan(decision, reason, promotion, events, shifts, breaks)


def _unmoved(
    asked: pl.DataFrame, placed: pl.DataFrame, before: pl.DataFrame
) -> pl.DataFrame:
    """Leave learners where they are whom the model in use puts where it put them then.

    Who was kept by the margin is elsewhere, and nothing moves them.
    """
    was = placed.rename({"segment": "was_in"})
    is_in = before.select("learner_id", now_in="segment")
    by = "learner_id"
    both = asked.join(was, on=by, how="left").join(is_in, on=by, how="left")
    same = pl.col("segment") == pl.col("was_in")
    stays = pl.when(same).then(pl.coalesce("now_in", "segment")).otherwise("segment")
    return both.select(by, segment=stays)


def _shifts(
    before: pl.DataFrame,
    same: pl.DataFrame,
    state: pl.DataFrame,
    names: dict[int, str],
) -> pl.DataFrame:
    """Part what each segment gains into learners and the cut."""
    counted = [
        one.group_by("segment").agg(pl.len().cast(pl.Int64).alias(name))
        for name, one in (("before", before), ("same_cut", same), ("after", state))
    ]
    table = counted[0]
    for one in counted[1:]:
        table = table.join(one, on="segment", how="full", coalesce=True)
    return (
        table.fill_null(0)
        .sort("segment")
        .select(
            segment_id="segment",
            segment_name=pl.col("segment").replace_strict(names),
            before="before",
            after="after",
            by_learners=pl.col("same_cut") - pl.col("before"),
            by_refit=pl.col("after") - pl.col("same_cut"),
        )
    )


def _decided(
    challenger: Challenger, promotion: Promoted, changed: list[Event], by: Layer
) -> tuple[Decision, str]:
    """Decide, and say by which numbers."""
    gain = challenger.challenger.explained - challenger.champion.explained
    told = (
        f"The new cut explains {challenger.challenger.explained:.1%} of the variance "
        f"of the features, the one in use {challenger.champion.explained:.1%}"
    )
    stayed = promotion.learners - promotion.joined
    shared = stayed / (stayed + promotion.left)
    if shared < by.min_shared:
        return "ask", (
            f"{shared:.1%} of the learners in use are in the new table, where "
            f"{by.min_shared:.1%} are asked, so what becomes of a segment cannot be "
            "told from so few. Are the ids written as before?"
        )
    if gain < by.min_gain:
        return "hold", (
            f"{told}: {gain * 100:+.1f} points, where {by.min_gain * 100:.1f} are "
            "asked."
        )
    moved = promotion.causes.get(REFIT, 0) / stayed if stayed else 0.0
    if objections := _objections(challenger, changed, moved, by):
        return "ask", f"{told}, but {listed(objections)}."
    if promotion.version == challenger.against:
        return "hold", f"This is version {promotion.version} again, which is in use."
    return "promote", f"{told}; {moved:.1%} of the learners of both move by it alone."


def _objections(
    challenger: Challenger, changed: list[Event], moved: float, by: Layer
) -> list[str]:
    """Say what speaks against a cut that explains more."""
    said: list[str] = []
    if changed:
        said.append(f"segments do not all continue ({counted_kinds(changed)})")
    if moved > by.max_moved:
        said.append(
            f"{moved:.1%} of the learners of both would move by the refit alone, where "
            f"{by.max_moved:.1%} may"
        )
    found = challenger.challenger.jaccard
    if found is not None and found < by.min_jaccard:
        said.append(
            f"its least stable segment is found again to {found:.2f} only, where "
            f"{by.min_jaccard:.2f} is asked"
        )
    said += [
        f"it tells less of {one.outcome} ({one.challenger:.3f} instead of "
        f"{one.champion:.3f} of 1)"
        for one in challenger.outcomes
        if one.high < 0
    ]
    return said


def counted_kinds(events: list[Event]) -> str:
    """Say how many segments became what."""
    kinds: dict[str, int] = {}
    for one in events:
        kinds[one.event] = kinds.get(one.event, 0) + 1
    return ", ".join(f"{n} {kind}" for kind, n in kinds.items())


def _broken(event: Event, names: dict[int, str]) -> str:
    old, new = (names.get(i or 0, "") for i in (event.old, event.new))
    if event.event == "new":
        return f"segment {event.new} ({new}) is new."
    if event.event == "split":
        return f"segment {event.new} ({new}) is split off from {event.old} ({old})."
    if event.event == "merged":
        return f"segment {event.old} ({old}) goes into {event.new} ({new})."
    return f"segment {event.old} ({old}) is gone."


def record_plan(
    store: Store, version: int, plan: Plan, challenger: Challenger, *, who: str
) -> None:
    """Write a plan into the store: what was decided, by which numbers.

    Parameters
    ----------
    store : Store
    version : int
    plan : Plan
    challenger : Challenger
    who : str
    """
    told = {
        "champion": asdict(challenger.champion),
        "challenger": asdict(challenger.challenger),
        "outcomes": [asdict(one) for one in challenger.outcomes],
        "promotion": asdict(plan.promotion),
        "shifts": plan.shifts.to_dicts(),
        "breaks": list(plan.breaks),
    }
    row = {"version": version, "against": challenger.against, "plan": told}
    row |= {"decision": plan.decision, "reason": plan.reason, "who": who, "at": now()}
    with store.writing() as connection:
        connection.execute(decisions.insert().values(**row))
