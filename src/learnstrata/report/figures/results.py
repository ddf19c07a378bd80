"""What charts, sentences and tables of several subjects take of a summary."""

from learnstrata.summary.contract.evidence import Evidence
from learnstrata.summary.contract.results import Results
from learnstrata.wording.tables import Cell

__all__ = [
    "evidence_of",
    "name_of_segment",
    "p_cell",
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
