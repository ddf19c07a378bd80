"""What is known of every k: the measures in order, how each is drawn and headed."""

from dataclasses import dataclass

from learnstrata.summary.contract.choice import Candidate
from learnstrata.wording.numbers import NumberKind
from learnstrata.wording.readings import HALVES
from learnstrata.wording.statistics import STATISTICS, panel_title

__all__ = ["COLUMNS", "PANELS", "STRENGTH", "Panel", "value_of"]


@dataclass(frozen=True, slots=True)
class Panel:
    """A measure over k, drawn as one panel.

    Attributes
    ----------
    measure : str
        Field of a candidate.
    title : str
    axis : str
        Number format of its axis.
    kind : str
        How its numbers are written.
    setting : str
        Limit of the rule of k (`learnstrata.config.stages.Rule`); empty for none.
    without : float or None
        Value of that setting that limits nothing.
    limit : float or None
        A usual limit, whatever the rule.
    error : str
        Field of the standard error.
    null, beside : str
        Fields of the mean on structureless tables, and of the sample as large as one.
    plain : bool
        Whether a run without evidence draws it as well.
    ends : tuple of float or None
        Of its axis; None where the values set them.
    """

    measure: str
    title: str
    axis: str = ".2f"
    kind: NumberKind = "statistic"
    setting: str = ""
    without: float | None = None
    limit: float | None = None
    error: str = ""
    null: str = ""
    beside: str = ""
    plain: bool = False
    ends: tuple[float, float] | None = None


# Statistics of a cut that have a place of their own; what else the results have of a k
# is an index, drawn and listed as the register of statistics says.
PLACED = frozenset(
    [
        *("silhouette", "silhouette_excess"),
        *("silhouette_squared", "silhouette_simplified"),
        *("half_agreement", "gain", "jaccard_low", "lowest_jaccard"),
        *("gap", "prediction_strength", "inertia", "k"),
    ]
)
INDICES = tuple(
    name for name in Candidate.model_fields if name in STATISTICS and name not in PLACED
)
STRENGTH = Panel("prediction_strength", "Prediction strength of halves", limit=HALVES)
PANELS = (
    Panel(
        "half_agreement",
        "Agreement of halves: 1 is the same cut",
        setting="min_agreement",
        without=0.0,
        plain=True,
    ),
    Panel(
        "gain",
        "What the last segment explains",
        ".0%",
        "share",
        setting="worth",
        without=0.0,
        plain=True,
    ),
    Panel(
        "jaccard_low",
        "Jaccard of the least stable segment",
        setting="min_jaccard",
        without=0.0,
        plain=True,
    ),
    Panel(
        "silhouette",
        "Silhouette: higher is apart",
        error="silhouette_error",
        null="silhouette_null",
        beside="silhouette_sampled",
        plain=True,
    ),
    Panel("gap", "Gap: higher is tighter than even", error="gap_error"),
    STRENGTH,
    Panel(
        "smallest_share",
        "Share of the smallest segment",
        ".0%",
        "share",
        setting="min_share",
        without=0.0,
        plain=True,
    ),
    Panel(
        "largest_share",
        "Share of the largest segment",
        ".0%",
        "share",
        setting="max_share",
        without=1.0,
    ),
    *(
        Panel(
            name,
            panel_title(name),
            ".2f" if STATISTICS[name].digits else "~s",
            ends=(0.0, 1.0) if name.endswith("_p") else None,
        )
        for name in INDICES
    ),
    Panel("inertia", "Inertia: the elbow never decides", "~s", plain=True),
)

COLUMNS: tuple[tuple[str, str, NumberKind], ...] = (
    ("half_agreement", "Agreement of halves", "statistic"),
    ("gain", "Last segment explains", "share"),
    ("jaccard_low", "Lowest Jaccard, lower quartile", "statistic"),
    ("lowest_jaccard", "Lowest Jaccard, mean", "statistic"),
    ("silhouette", "Silhouette", "statistic"),
    ("silhouette_error", "Standard error of the silhouette", "statistic"),
    ("silhouette_sampled", "Silhouette, sample", "statistic"),
    ("silhouette_null", "Silhouette, structureless tables", "statistic"),
    ("silhouette_excess", "Silhouette, sample above them", "statistic"),
    ("silhouette_p", "p-value of the silhouette", "statistic"),
    ("silhouette_squared", "Squared silhouette", "statistic"),
    ("silhouette_simplified", "Simplified silhouette", "statistic"),
    ("gap", "Gap", "statistic"),
    ("gap_error", "Standard error of the gap", "statistic"),
    ("gap_excess", "Gap above structureless tables", "statistic"),
    ("gap_p", "p-value of the gap", "statistic"),
    ("prediction_strength", "Prediction strength", "statistic"),
    *((name, STATISTICS[name].heading, "statistic") for name in INDICES),
    ("inertia", "Inertia", "statistic"),
    ("smallest_share", "Smallest segment", "share"),
    ("largest_share", "Largest segment", "share"),
)


def value_of(row: Candidate, measure: str) -> float | None:
    """Give a measure of a candidate; None where it was not measured."""
    return getattr(row, measure) if measure else None
