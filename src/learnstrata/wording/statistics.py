"""The register of published statistics: name, better end, digits, and null.

What is known of a statistic stands here once; a new one is an entry and its function.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from learnstrata.exceptions import ParameterError
from learnstrata.wording.numbers import as_number

__all__ = [
    "BESIDE",
    "STATISTICS",
    "Statistic",
    "as_told",
    "best_of",
    "panel_title",
    "statistic_of",
]

Better = Literal["higher", "lower", "neither"]


def as_told(value: float | None) -> float | None:
    """Round a statistic as it is told: what is judged is what is read.

    Examples
    --------
    >>> as_told(0.7496), as_told(0.74949), as_told(None)
    (0.75, 0.749, None)
    """
    return None if value is None else float(f"{value:.3g}")


@dataclass(frozen=True, slots=True)
class Statistic:
    """One published statistic.

    Attributes
    ----------
    label : str
        What it is called within a sentence.
    better : {"higher", "lower", "neither"}
        Which end speaks for the segments.
    digits : int
        Written behind the point; 0 is a whole number.
    has_null : bool
        Whether a run shows it beside structureless tables.
    short : str
        What a chart calls it; empty for the label.
    reads : str
        What its better end means, where that needs words.
    """

    label: str
    better: Better
    digits: int = 2
    has_null: bool = False
    short: str = ""
    reads: str = ""

    @property
    def heading(self) -> str:
        """What a chart or a column calls it.

        Examples
        --------
        >>> STATISTICS["davies_bouldin"].heading, STATISTICS["ari"].heading
        ('Davies-Bouldin', 'Adjusted Rand index')
        """
        name = self.short or self.label
        return f"{name[:1].upper()}{name[1:]}"

    def write(self, value: float | None) -> str:
        """Write a value, with a dash for none.

        Examples
        --------
        >>> STATISTICS["silhouette"].write(0.33512), STATISTICS["inertia"].write(1234.5)
        ('0.335', '1,234')
        """
        return as_number(value, self.digits)


STATISTICS: Mapping[str, Statistic] = {
    "silhouette": Statistic(
        "silhouette", "higher", 3, has_null=True, reads="higher is apart"
    ),
    "silhouette_excess": Statistic(
        "silhouette excess over structureless tables", "higher", 3
    ),
    "silhouette_squared": Statistic("silhouette, squared distances", "higher", 3),
    "silhouette_simplified": Statistic(
        "silhouette, simplified (to centres)", "higher", 3
    ),
    "gap": Statistic(
        "gap", "higher", 3, has_null=True, reads="higher is tighter than even"
    ),
    "lowest_jaccard": Statistic(
        "Jaccard of the least stable segment",
        "higher",
        3,
        short="Jaccard of the least stable",
        reads="1 is found again whole",
    ),
    "jaccard": Statistic("Jaccard", "higher"),
    "jaccard_low": Statistic(
        "Jaccard that the least stable segment reaches in three of four halves",
        "higher",
        3,
        short="Jaccard of the least stable, lower quartile",
    ),
    "prediction_strength": Statistic(
        "prediction strength", "higher", short="prediction strength of halves"
    ),
    "calinski_harabasz": Statistic(
        "Calinski-Harabasz index",
        "higher",
        0,
        short="Calinski-Harabasz",
        reads="higher is better",
    ),
    "davies_bouldin": Statistic(
        "Davies-Bouldin index",
        "lower",
        3,
        short="Davies-Bouldin",
        reads="lower is better",
    ),
    "half_agreement": Statistic(
        "agreement of halves",
        "higher",
        short="agreement of halves, lower quartile",
        reads="1 is the same cut",
    ),
    "gain": Statistic("differences that the last segment explains", "higher", 3),
    "valley_p": Statistic("p-value of the valleys", "lower", 3),
    "valley_depth": Statistic(
        "depth of the shallowest valley", "higher", reads="above 1.5 is a gap"
    ),
    "k": Statistic("number of segments", "higher", 0),
    "inertia": Statistic("inertia", "lower", 0, reads="the elbow never decides"),
    "hopkins": Statistic(
        "Hopkins statistic (power d)", "higher", 3, has_null=True, short="Hopkins"
    ),
    "dip": Statistic("dip", "higher", 3),
    "ari": Statistic("adjusted Rand index", "higher"),
    "nmi": Statistic("normalised mutual information", "higher"),
    "gini": Statistic("Gini coefficient", "neither"),
    "spearman": Statistic("rank correlation", "neither"),
    "pearson": Statistic("correlation", "neither"),
}
# What stands beside a statistic with a null, by the end of its name in a table.
BESIDE: Mapping[str, str] = {
    "error": "{}, standard error",
    "sampled": "{}, of a sample",
    "null": "{}, of structureless tables",
    "excess": "{}, sample above structureless tables",
    "p": "{}, p-value of the sample",
}


def statistic_of(name: str) -> Statistic:
    """Give the entry of a statistic; what stands beside one is called by both.

    Raises
    ------
    ParameterError
        If there is no such statistic.

    Examples
    --------
    >>> statistic_of("silhouette_null").label
    'silhouette, of structureless tables'
    >>> statistic_of("gini").better
    'neither'
    """
    if name in STATISTICS:
        return STATISTICS[name]
    stem, _, end = name.rpartition("_")
    own = STATISTICS.get(stem)
    if own is None or end not in BESIDE:
        raise ParameterError(
            f"Got the statistic {name!r}, expected one of {sorted(STATISTICS)}, alone "
            f"or followed by one of {['_' + end for end in BESIDE]}."
        )
    better = "lower" if end in {"error", "p"} else own.better
    return Statistic(BESIDE[end].format(own.label), better, 3)


def panel_title(name: str) -> str:
    """Name a statistic over a small chart, with how it reads.

    Examples
    --------
    >>> panel_title("davies_bouldin"), panel_title("jaccard")
    ('Davies-Bouldin: lower is better', 'Jaccard')
    """
    known = statistic_of(name)
    return f"{known.heading}: {known.reads}" if known.reads else known.heading


def best_of(name: str) -> str:
    """Name the best value a statistic has.

    Examples
    --------
    >>> best_of("silhouette"), best_of("davies_bouldin")
    ('the highest silhouette', 'the lowest Davies-Bouldin index')
    """
    known = statistic_of(name)
    if name == "k":
        return "the most segments"
    return f"the {'lowest' if known.better == 'lower' else 'highest'} {known.label}"
