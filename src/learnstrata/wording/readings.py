"""One reading of each statistic: what a number means in words, everywhere the same.

Each rounds as the statistic is published first, so that the word goes with the number
beside it. None is a statistic that was not measured.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Literal, NamedTuple

__all__ = [
    "HALVES",
    "JACCARD",
    "PARTLY",
    "P_LIMIT",
    "SCALE",
    "STRONG",
    "Agreements",
    "agreement",
    "agreements",
    "correlation",
    "level_of_p",
    "related",
    "separation",
    "stability",
]

JACCARD = (0.6, 0.75, 0.85)  # from each on: doubtful, stable, highly stable (Hennig)
PARTLY, STRONG = 0.5, 0.8  # adjusted Rand from which two cuts agree in part, strongly
SILHOUETTE = (0.25, 0.5, 0.7)  # up to each: overlap, weak, reasonable (Kaufman)
CORRELATION = (0.1, 0.3, 0.6)  # under each: hardly, weakly, moderately
P_LIMIT = 0.05
HALVES = 0.8  # prediction strength from which Tibshirani and Walther call a k found
SCALE = "on a scale from -1 to 1"

Stability = Literal["not measured", "unstable", "doubtful", "stable", "highly stable"]


def stability(jaccard: float | None) -> Stability:
    """Read the Jaccard of a segment, as fpc's clusterboot does.

    Examples
    --------
    >>> stability(0.599), stability(0.6), stability(0.75), stability(0.85)
    ('unstable', 'doubtful', 'stable', 'highly stable')
    """
    if jaccard is None:
        return "not measured"
    shown, (doubtful, stable, highly) = round(jaccard, 3), JACCARD
    if shown >= stable:
        return "highly stable" if shown >= highly else "stable"
    return "doubtful" if shown >= doubtful else "unstable"


def agreement(ari: float | None) -> str:
    """Read the adjusted Rand index of two cuts, as the verb of a sentence on them.

    Examples
    --------
    >>> agreement(0.8), agreement(0.5), agreement(0.494)
    ('agree strongly', 'agree in part', 'agree little')
    """
    if ari is None:
        return "were not compared"
    shown = round(ari, 2)
    if shown >= STRONG:
        return "agree strongly"
    return "agree in part" if shown >= PARTLY else "agree little"


class Agreements(NamedTuple):
    """Of how many other cuts each agreement is read."""

    strongly: int
    in_part: int
    little: int


def agreements(aris: Iterable[float | None]) -> Agreements:
    """Count how other cuts agree with one, by their adjusted Rand indices.

    Examples
    --------
    >>> agreements([0.9, 0.81, 0.5, 0.1])
    Agreements(strongly=2, in_part=1, little=1)
    """
    read = Counter(map(agreement, aris))
    return Agreements(
        read["agree strongly"], read["agree in part"], read["agree little"]
    )


def separation(silhouette: float | None) -> str:
    """Read the mean silhouette, as the verb of a sentence on the segments.

    Examples
    --------
    >>> separation(0.228), separation(0.71)
    ('overlap', 'are clearly separated')
    """
    if silhouette is None:
        return "were not measured"
    words = ("overlap", "are weakly separated", "are reasonably separated")
    shown = round(silhouette, 3)
    steps = zip(SILHOUETTE, words, strict=True)
    found = (word for most, word in steps if shown <= most)
    return next(found, "are clearly separated")


def correlation(rho: float | None) -> str:
    """Read the size of a correlation, as an adverb; its sign is said apart.

    Examples
    --------
    >>> correlation(0.02), correlation(-0.2), correlation(0.32), correlation(0.6)
    ('hardly', 'weakly', 'moderately', 'strongly')
    """
    if rho is None:
        return "not measurably"
    steps = zip(CORRELATION, ("hardly", "weakly", "moderately"), strict=True)
    size = abs(round(rho, 2))
    return next((word for under, word in steps if size < under), "strongly")


def related(a: str, b: str, rho: float | None) -> str:
    """Say how two numbers go together, by their rank correlation; no full stop.

    Examples
    --------
    >>> related("pay", "experience", 0.02)
    'Pay and experience are hardly related (0.02 on a scale from -1 to 1)'
    >>> related("pay", "experience", -0.32)
    'Pay falls moderately with experience (-0.32 on a scale from -1 to 1)'
    """
    first = a[:1].upper() + a[1:]
    if rho is None:
        return f"{first} or {b} does not vary, so they have no correlation"
    shown = round(rho, 2) + 0.0  # never minus nothing
    told, word = f"({shown:.2f} {SCALE})", correlation(rho)
    if word == "hardly":
        return f"{first} and {b} are {word} related {told}"
    return f"{first} {'rises' if shown > 0 else 'falls'} {word} with {b} {told}"


def level_of_p(
    p_value: float | None, limit: float = P_LIMIT
) -> Literal["not tested", "beyond chance", "within chance"]:
    """Read a p-value: whether chance alone would seldom give as much.

    Examples
    --------
    >>> level_of_p(0.05), level_of_p(0.051), level_of_p(0.02, limit=0.01)
    ('beyond chance', 'within chance', 'within chance')
    """
    if p_value is None:
        return "not tested"
    return "beyond chance" if p_value <= limit else "within chance"
