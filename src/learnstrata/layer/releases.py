"""A release: who was in which segment when a state of the layer was made current."""

from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

__all__ = ["MEMBERS", "SEGMENTS", "Release"]

MEMBERS = {
    "learner_id": pl.String,
    "segment_id": pl.Int64,
    "segment_name": pl.String,
    "subsegment_id": pl.String,
    "subsegment_name": pl.String,
    "second_segment_id": pl.Int64,
    "margin": pl.Float64,
    "confidence": pl.Float64,
    "standing": pl.String,
    "role_family": pl.String,
    "since": pl.Int64,
}
SEGMENTS = {"segment_id": pl.Int64, "segment_name": pl.String, "learners": pl.Int64}


@dataclass(frozen=True, slots=True)
class Release:
    """A state of the layer, as it is published.

    Attributes
    ----------
    layer : str
        Id of the store, 32 hex digits: two layers do not overwrite one another.
    number : int
        1, 2, ...: each promotion, correction and rollback is one.
    version : int
        Of the segmentation that it is made with.
    at : datetime
        In UTC.
    segments : polars.DataFrame
        `SEGMENTS`, ascending by ``segment_id``, which is never used twice.
    members : polars.DataFrame
        `MEMBERS`, ascending by ``learner_id``; ``since`` is the number of the release
        in which the learner came into the segment.
    """

    layer: str
    number: int
    version: int
    at: datetime
    segments: pl.DataFrame = field(repr=False)
    members: pl.DataFrame = field(repr=False)
