"""The words of the report that a reader may not know."""

from itertools import groupby

from learnstrata.decisions.pathways import stage_limits
from learnstrata.learners.features.register import feature_of
from learnstrata.report.quality import band_text
from learnstrata.summary.contract.results import Summary
from learnstrata.wording.tables import Table, column, table_of

__all__ = ["glossary", "glossary_of", "words_table"]

GLOSSARY = {
    "Segment": "Learners who are alike in what they were clustered on.",
    "Median": "The middle value: half of the learners are below it, half above.",
    "Quartiles": "The middle half of the learners lies between lower and upper.",
    "Overlap": "Of the learners in a segment or in its counterpart, the share that is "
    "in both: 100% is the same segment.",
    "Place among all": "Where a learner stands with a number when all are lined up, "
    "from 0 (lowest) to 100 (highest); of a segment, the mean of its learners.",
    "Strength": "How far a segment is from all learners in one thing: 0.2 is little, "
    "0.5 medium, 0.8 much; below 0 is less than among all (Cohen's effect size).",
    "On a scale from -1 to 1": "How two numbers go together: 1, they rise together; 0, "
    "unrelated; -1, one falls as the other rises (rank correlation).",
    "Agreement": "How alike two ways to group learners are: 1 is the same, 0 no better "
    "than chance (adjusted Rand index; NMI is another measure of it).",
    "Index": "Share in the segment by share among all learners, times 100: at 200 it "
    "is twice as common as among all.",
    "Interval": "A range that holds the true value 95 times in 100; narrow is sure.",
    "Company tier": "How well a company pays against others, by its own learners: Tier "
    "1 pays best; Unrated are companies too small to say.",
    "Programme": "What is offered to a segment, named after what it needs; segments "
    "that need the same share one.",
    "Hold-out": "Learners who are left alone, drawn by lot, so that the others can be "
    "compared with them.",
    "High upside": "Paid well above peers at a company of Tier 2 or 3: ready for more.",
    "Pay band": "Low, average, high and very high pay, by the limits of this run.",
    "Coverage and precision of a rule": "Share of the segment that the rule catches, "
    "and share of those caught who are in the segment; on learners it was not made on.",
    "Core, borderline, atypical": "Learners deep in their segment, near another one, "
    "and far from all.",
    "Component": "A direction in which learners differ, made of several features.",
    "Skewness": "How lopsided a number is: 0 is even, above 0 there is a long tail of "
    "high values.",
    "Jaccard": "How much of a segment is found again when the learners are drawn anew: "
    "1 is all of it.",
    "Thin": "A group of few learners, whose pay leans on wider groups more than on its "
    "own learners.",
    "Alias": "A code in place of a company's name; the same company has the same one.",
    "Gini": "How unequally learners spread over companies: 0 is evenly, near 1 is all "
    "at one.",
}
UNITS = {"LPA": "Lakh rupees a year; a lakh is 100,000."}


def glossary(pay_unit: str) -> dict[str, str]:
    """Explain the words of the report, and the unit of pay where it needs it.

    Examples
    --------
    >>> "LPA" in glossary("LPA"), "LPA" in glossary("k USD")
    (True, False)
    """
    return GLOSSARY | {u: text for u, text in UNITS.items() if u == pay_unit}


def glossary_of(summary: Summary) -> dict[str, str]:
    """Explain the words of the report of a run, with the limits of every band.

    Parameters
    ----------
    summary : Summary
    """
    told = glossary(summary.settings.money.unit)
    for feature, bands in groupby(summary.band_limits, key=lambda one: one.feature):
        limits = [f"{one.name}: {band_text(one, summary)}" for one in bands]
        told[feature_of(feature).label.capitalize()] = f"{'; '.join(limits)}."
    if summary.bands_of("experience_band"):
        told["Career stage"] = _stages(summary)
    return told


def _stages(summary: Summary) -> str:
    early, mid = map(summary.settings.numbers.years, stage_limits(summary))
    return (
        "In the name of a programme, by the median experience of a segment: early "
        f"career up to {early} years, mid career up to {mid}, senior above. It is the "
        "same in every table, unless bands of experience are given. Where a table "
        "cuts experience itself, its bands are called less, medium and more "
        "experience, and no segment is named after a stage."
    )


def words_table(summary: Summary) -> Table:
    """Give the words of the report as a table.

    Parameters
    ----------
    summary : Summary
    """
    return table_of(
        "Words of the report",
        sorted(glossary_of(summary).items(), key=lambda pair: pair[0].lower()),
        (
            column("Word", lambda pair: pair[0]),
            column("What it means", lambda pair: pair[1]),
        ),
        sheet="Words",
    )
