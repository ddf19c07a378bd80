"""Sentences made from the numbers of results, in the form they stand beside.

The sentences of exact results hold exact numbers, those of disclosed results what is
disclosed and nothing else: no number is in a sentence that is not in the results.
"""

from learnstrata.segments.pay.companies import TOP
from learnstrata.summary.cohorts import cohort_sentence
from learnstrata.summary.contract.pay import Benchmarks, Companies
from learnstrata.summary.contract.results import Results, Settings, Words
from learnstrata.summary.descriptions import describe_segment, sensitivity_sentence
from learnstrata.summary.findings import findings_of
from learnstrata.summary.outcomes import outcome_sentence, own_first
from learnstrata.wording.numbers import Numbers

__all__ = [
    "benchmarks_sentence",
    "companies_sentence",
    "pay_rule_sentence",
    "words_of",
]


def words_of(results: Results) -> Words:
    """Make every sentence that follows from results.

    Parameters
    ----------
    results : Results
        Exact, for their owner, or disclosed.

    Returns
    -------
    Words
    """
    settings, evidence = results.settings, results.evidence
    write = settings.numbers
    sensitivity = evidence.sensitivity if evidence else None
    return Words(
        findings=findings_of(results),
        descriptions={
            one.id: describe_segment(one, results) for one in results.segments
        },
        cohorts={one.key: cohort_sentence(one, write) for one in results.cohorts},
        companies=companies_sentence(results.companies, write),
        benchmarks=benchmarks_sentence(results.benchmarks, write),
        pay_rule=pay_rule_sentence(settings),
        sensitivity=sensitivity_sentence(sensitivity) if sensitivity else "",
        outcomes=tuple(
            outcome_sentence(one, results)
            for one in own_first(results)
            if one.of_all or not one.is_ours  # that few have ours is no news
        ),
    )


def companies_sentence(companies: Companies | None, write: Numbers) -> str:
    """Say how learners spread over companies.

    Parameters
    ----------
    companies : Companies or None
    write : Numbers
    """
    if companies is None:
        return "Companies cannot be compared: the table has no companies."
    if companies.gini is None:
        return f"Companies cannot be compared: {companies.reason}."
    spread = (
        f"{write.count(companies.n_learners)} learners are at "
        f"{write.count(companies.n_companies)} companies "
        f"(Gini {write.number(companies.gini)})"
    )
    spread = spread[:1].upper() + spread[1:]
    if companies.top_share is None:
        return f"{spread}."
    share = write.share(companies.top_share)
    return f"{spread}; the {TOP} largest have {share} of them."


def benchmarks_sentence(benchmarks: Benchmarks, write: Numbers) -> str:
    """Say of how many combinations pay is shown, and of whom.

    Parameters
    ----------
    benchmarks : Benchmarks
    write : Numbers
    """
    if benchmarks.reason:
        return f"There are no pay benchmarks: {benchmarks.reason}."
    shown = [cell for cell in benchmarks.cells if cell.shown]
    thin = sum(bool(cell.shrunk) for cell in shown)
    counted, left_out = (
        write.count(n) for n in (benchmarks.n_learners, benchmarks.n_left_out)
    )
    are = "is" if benchmarks.n_left_out == 1 else "are"
    return (
        f"Pay is shown for {len(shown):,} of {len(benchmarks.cells):,} combinations of "
        f"role, company tier and experience; {thin:,} of those shown are thin and lean "
        f"on wider groups. Counted: {counted} learners; "
        f"{left_out} {are} not, because their pay or experience is not known."
    )


def pay_rule_sentence(settings: Settings) -> str:
    """Say of whom pay is shown.

    Parameters
    ----------
    settings : Settings
    """
    return (
        f"Pay is shown of {settings.min_learners:,} learners or more at "
        f"{settings.min_companies:,} companies or more, none of which may have over "
        f"{100 * settings.max_company_share:g}% of them, and a quantile where five "
        f"learners or more are beyond it. Pay is rounded; learners are counted in "
        f"steps of {settings.base:,}."
    )
