"""What charts, sentences and tables of several subjects take of a summary."""

from learnstrata.summary.contract import Evidence, Results, Settings
from learnstrata.wording.readings import JACCARD, P_LIMIT
from learnstrata.wording.tables import Cell

__all__ = [
    "evidence_of",
    "limit_of_jaccard",
    "limit_of_p",
    "name_of_segment",
    "p_cell",
    "setting_of",
]


def name_of_segment(summary: Results, segment_id: int) -> str:
    """Give the name of a segment, or its number where it is too small to be told."""
    found = summary.segment(segment_id)
    return f"segment {segment_id}" if found is None else found.name


def evidence_of(summary: Results) -> Evidence:
    """Give the evidence of a run that has it.

    Raises
    ------
    ValueError
        The evidence was left out: ask `Chart.has` first.
    """
    if summary.evidence is None:
        raise ValueError(
            "got a summary without evidence, expected one with it: ask `has` of the "
            "chart before it is drawn"
        )
    return summary.evidence


def p_cell(p_value: float | None) -> Cell:
    """Give a p-value as a cell of a table, never as nothing.

    Examples
    --------
    >>> p_cell(0.0), p_cell(0.8), p_cell(None)
    ('<0.001', 0.8, None)
    """
    return p_value if p_value is None or p_value >= 0.0005 else "<0.001"


def limit_of_jaccard(settings: Settings) -> float:
    """Give the least Jaccard that counts as found again, as the run was configured."""
    found = setting_of(settings, "evidence.min_jaccard")
    return JACCARD[1] if found is None else found


def limit_of_p(settings: Settings) -> float:
    """Give the largest p-value that counts as above structureless tables."""
    found = setting_of(settings, "evidence.max_p")
    return P_LIMIT if found is None else found


def setting_of(settings: Settings, key: str) -> float | None:
    """Give a number of the configuration by its dotted key; None where it is not set.

    Parameters
    ----------
    settings : Settings
    key : str
        Such as ``"selection.rule.min_share"``.
    """
    found: object = settings.config
    for part in key.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return float(found) if isinstance(found, int | float) else None
