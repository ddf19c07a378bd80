"""Results on the number of segments: tendency, candidates, map, tree."""

from typing import Annotated, Self

from pydantic import model_validator

from learnstrata.privacy.disclosure.kinds import (
    Count,
    Fact,
    Label,
    Owner,
    Placed,
    Rows,
    Sentence,
    Setting,
    Share,
    Statistic,
    Word,
)
from learnstrata.summary.contract.model import SEGMENT_ID, Model, Number, Segments


class Hopkins(Model):
    """A test for cluster tendency: 0.5 for evenly spread learners, 1 for tight ones."""

    variant: Annotated[str, Word()]
    statistic: Annotated[Number, Statistic("learners sampled")]
    spread: Annotated[Number, Statistic("learners sampled", digits=2)]
    n_probes: Annotated[int | None, Count("learners among the probes")]
    n_rows: Annotated[int | None, Count("distinct learners sampled")]
    n_features: Annotated[int, Setting()]


class Tendency(Model):
    """Hopkins' statistic: `hopkins` is the variant the recipe reports."""

    hopkins: Annotated[Hopkins, Rows()]
    power_d: Annotated[Hopkins, Rows()]
    original: Annotated[Hopkins, Rows()]


class Candidate(Model):
    """One k of the dossier. What was not measured is None."""

    k: Annotated[int, Setting()]
    smallest_share: Annotated[Number, Share("smallest segment", "rows")]
    largest_share: Annotated[Number, Share("largest segment", "rows")]
    inertia: Annotated[Number, Statistic("learners of the sweep")]
    silhouette: Annotated[Number, Statistic("learners scored")]
    silhouette_error: Annotated[Number, Statistic("learners scored", digits=2)]
    silhouette_squared: Annotated[Number, Statistic("learners of the sweep")]
    silhouette_simplified: Annotated[Number, Statistic("learners of the sweep")]
    silhouette_sampled: Annotated[Number, Statistic("learners of a small sample")]
    silhouette_null: Annotated[Number, Statistic("structureless tables")]
    silhouette_excess: Annotated[Number, Statistic("learners of a small sample", 2)]
    silhouette_p: Annotated[Number, Statistic("structureless tables", digits=2)]
    calinski_harabasz: Annotated[Number, Statistic("learners of the sweep")]
    davies_bouldin: Annotated[Number, Statistic("learners of the sweep")]
    lowest_jaccard: Annotated[Number, Statistic("halves of the learners")]
    jaccard_low: Annotated[Number, Statistic("halves of the learners")]
    half_agreement: Annotated[Number, Statistic("halves of the learners")]
    halvings: Annotated[int, Fact("halvings of the learners behind the three before")]
    gain: Annotated[Number, Statistic("learners of the sweep")]
    valley_p: Annotated[Number, Statistic("learners of the sweep", digits=2)]
    valley_depth: Annotated[Number, Statistic("learners of the sweep", digits=2)]
    gap: Annotated[Number, Statistic("learners of a small sample")]
    gap_error: Annotated[Number, Statistic("even tables", digits=2)]
    gap_excess: Annotated[Number, Statistic("learners of a small sample", digits=2)]
    gap_p: Annotated[Number, Statistic("structureless tables", digits=2)]
    prediction_strength: Annotated[Number, Statistic("halves of the learners")]
    objections: Annotated[tuple[str, ...], Sentence()]


class SameAs(Model):
    """The category that the segments are, and its mutual information with them."""

    feature: Annotated[str, Label()]
    nmi: Annotated[Number, Statistic("all learners", digits=1, places=1)]


class Selection(Model):
    """The choice of k; `judged` is None where it and its evidence are of all."""

    k: Annotated[int, Fact("chosen number of segments")]
    runner_up: Annotated[int | None, Fact("next best number of segments")]
    rule: Annotated[str, Sentence()]
    reason: Annotated[str, Sentence()]
    changes: Annotated[tuple[str, ...], Sentence()]
    judged: Annotated[int | None, Count("learners drawn for k and its evidence")]
    rows: Annotated[int | None, Count("learners of the sweep")]
    scored: Annotated[int | None, Count("learners whose silhouette is computed")]
    against: Annotated[int | None, Count("learners they are compared with")]
    splits: Annotated[int, Setting()]
    halved: Annotated[int | None, Count("learners halved")]
    inertia: Annotated[Number, Statistic("all learners, final fit")]
    table: Annotated[tuple[Candidate, ...], Rows()]
    again: Annotated[int, Fact("samples of the learners on which the rule takes k")]
    samples: Annotated[int, Setting()]
    is_settled: Annotated[bool, Fact("whether the rule takes k on other learners too")]
    is_forced: Annotated[bool, Setting()]
    same_as: Annotated[SameAs | None, Rows()]

    @model_validator(mode="after")
    def _has_k(self) -> Self:
        if self.k != 1 and not any(row.k == self.k for row in self.table):
            raise ValueError(
                f"k is {self.k}, expected 1 or one of the rows of its table"
            )
        return self

    @property
    def chosen(self) -> Candidate | None:
        """The row of the chosen k; None where there is one segment."""
        return next((row for row in self.table if row.k == self.k), None)


class Point(Model):
    """A point of the map: a learner moved at random."""

    x: Annotated[float, Placed("learner, moved at random")]
    y: Annotated[float, Placed("learner, moved at random")]
    segment_id: Segments


class Axis(Model):
    """A direction of the map, in words: what goes up along it, and what down."""

    explained: Annotated[Number, Statistic("all learners", digits=2)]
    more: Annotated[tuple[str, ...], Label()]
    less: Annotated[tuple[str, ...], Label()]
    loadings: Annotated[dict[str, Number], Owner("loading of each matrix column")]


class Map(Model):
    """Some learners on two principal components, each moved at random."""

    axes: Annotated[tuple[Axis, ...], Rows()]
    share: Annotated[Number, Statistic("learners shown", digits=1)]
    blur: Annotated[float, Setting()]
    points: Annotated[tuple[Point, ...], Rows()]
    middles: Annotated[tuple[Point, ...], Rows()]


class Branches(Model):
    """A dendrogram: lines, and leaves with what they hold."""

    x: Annotated[tuple[tuple[float, ...], ...], Setting()]
    y: Annotated[tuple[tuple[Number, ...], ...], Statistic("micro-clusters", digits=2)]
    leaf_sizes: Annotated[tuple[int | None, ...], Count("learners of the leaf")]
    leaf_segments: Annotated[tuple[int | None, ...], SEGMENT_ID]


class Hierarchy(Model):
    """Ward's hierarchy beside k-means."""

    ari_with_kmeans: Annotated[Number, Statistic("learners sampled", 2, places=2)]
    nmi_with_kmeans: Annotated[Number, Statistic("learners sampled", 2, places=2)]
    n_rows: Annotated[int | None, Count("learners sampled")]
    ari_all: Annotated[Number, Statistic("learners of `n_weighted`", 2, places=2)]
    n_weighted: Annotated[int | None, Count("learners of the weighted hierarchy")]
    n_micro: Annotated[int | None, Count("micro-clusters, one a learner at most")]
    branches: Annotated[Branches | None, Rows()]
