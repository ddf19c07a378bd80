"""Parts of segments: each against the rest of its segment, with a name of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from learnstrata.config.stages import Config
from learnstrata.learners.factors import as_factor
from learnstrata.learners.features.matrix import FeatureModel
from learnstrata.learners.roles.unnamed import unnamed_roles
from learnstrata.privacy.disclosure.rule import PayRule
from learnstrata.segments.meaning.naming import MIXED, telling_words, unique_names
from learnstrata.segments.meaning.profiles import (
    Profile,
    cut_on,
    described_by,
    profile_segments,
)
from learnstrata.segments.meaning.traits import traits_of

__all__ = ["WITHIN", "PartProfile", "describe_parts", "names_of_parts"]

WITHIN = "within it"  # a part's words are against its segment, not against all
REST = "The rest"  # of a segment: a part that nothing parts from the others


@dataclass(frozen=True, slots=True)
class PartProfile:
    """A part of a segment that is cut.

    Attributes
    ----------
    segment_id : int
    subsegment_id : str
        ``"2.1"`` is the largest part of segment 2.
    name : str
        What parts it most from the rest of its segment, "within it"; unique in the
        segment, and no name of a segment.
    apart : tuple of str
        All that clearly parts it from the rest, the strongest first.
    profile : Profile
        Against its segment, in the place of all.
    """

    segment_id: int
    subsegment_id: str
    name: str
    apart: tuple[str, ...]
    profile: Profile


def describe_parts(
    learners: pl.DataFrame,
    ids: pl.Series,
    model: FeatureModel,
    config: Config,
) -> tuple[PartProfile, ...]:
    """Describe the parts of every segment that is cut, as segments are described.

    Parameters
    ----------
    learners : polars.DataFrame
        With features and ``segment_id``. It is not changed.
    ids : polars.Series of str, length n_learners
        `learnstrata.segments.evidence.subsegments.Subsegments.ids`.
    model : FeatureModel
    config : Config
        Bands, words for what is missing, and what a name must stand for.

    Returns
    -------
    tuple of PartProfile
        By segment and part; none of segments that are whole.
    """
    parts = as_factor(ids.alias("_part"))
    told = learners.select(c for c in described_by(model) if c in learners.columns)
    found: list[PartProfile] = []
    for segment, own in _cut(learners["segment_id"], parts).items():
        inside = (learners["segment_id"] == segment).to_numpy()
        place = {name: i for i, name in enumerate(own, start=1)}
        codes = parts.filter(inside).replace_strict(place, return_dtype=pl.Int64)
        profiles = profile_segments(
            told.filter(inside).with_columns(codes.alias("segment_id")),
            model,
            n_segments=len(own),
            no_company=config.cleaning.missing_company,
        )
        traits = [
            traits_of(
                profile,
                model.experience_band_names,
                cut_on=cut_on(model),
                no_role=unnamed_roles(config),
                rule=PayRule.of(config.privacy),
                within=True,
            )
            for profile in profiles
        ]
        found += [
            PartProfile(segment, part, _name(name), telling_words(apart), profile)
            for part, name, apart, profile in zip(
                own, unique_names(traits, noun="part"), traits, profiles, strict=True
            )
        ]
    return tuple(found)


def _name(words: str) -> str:
    return f"{REST if words == MIXED else words} {WITHIN}"


def _cut(segments: pl.Series, parts: pl.Series) -> dict[int, list[str]]:
    """List the parts of each segment that has several, in the order of their ids."""
    table = pl.DataFrame({"segment": segments, "part": parts}).unique()
    found: dict[int, list[str]] = {}
    for segment, part in table.sort("segment").iter_rows():
        found.setdefault(segment, []).append(part)
    return {
        segment: sorted(own, key=lambda part: int(part.partition(".")[2]))
        for segment, own in found.items()
        if len(own) > 1
    }


def names_of_parts(
    found: Sequence[PartProfile], n_segments: int
) -> tuple[tuple[str, ...], ...]:
    """Give the names of the parts of each segment; none of one that is whole.

    Parameters
    ----------
    found : sequence of PartProfile
    n_segments : int
    """
    return tuple(
        tuple(one.name for one in found if one.segment_id == segment)
        for segment in range(1, n_segments + 1)
    )
