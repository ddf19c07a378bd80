"""The decision questions of the three teams, answered in sentences.

Each answer is made from the numbers of the results it is given, exact or disclosed, or
says what the table lacks. A count that is None is "under" the base.
"""

from collections.abc import Sequence
from itertools import accumulate

from learnstrata.learners.features.companies import UNRATED
from learnstrata.learners.features.register import idea_of
from learnstrata.privacy.disclosure.rounding import share_of
from learnstrata.segments.pay.cohorts import CohortKey
from learnstrata.segments.pay.companies import TOP
from learnstrata.summary.cohorts import (
    cohort_of,
    cohort_sentence,
    defined,
    members_in_words,
    named_parts,
    standing_out_in_words,
)
from learnstrata.summary.contract.meaning import BandRow
from learnstrata.summary.contract.pay import Companies
from learnstrata.summary.contract.questions import RoleInCompanies
from learnstrata.summary.contract.results import Finding, Results
from learnstrata.summary.wholes import shares_of
from learnstrata.wording import readings
from learnstrata.wording.words import counted, listed

__all__ = ["ONE_SEGMENT", "findings_of"]

QUESTIONS = {
    "largest_segment": (
        "How large is the largest segment, and what does that mean for operations?"
    ),
    "segment_differences": "How do the segments differ by pay, experience and role?",
    "pay_without_experience": "Who is paid like someone with half their experience?",
    "entry_level_pay": "Which entry-level roles have unusually high pay?",
    "company_role_pay": (
        "How does pay differ by role within companies, and for Data Scientists?"
    ),
    "tiers_and_concentration": (
        "Which company tiers have the very well paid and those with high upside, and "
        "how concentrated are learners?"
    ),
    "learned_against_rules": (
        "What do the learned segments say beyond experience and pay bands?"
    ),
}
EXPLAINED = {"pay": "pay", "experience": "years_of_experience", "role": "role"}
ONE_SEGMENT = "There is one segment"
ALIKE = "One programme serves all of them."
PLURAL = "Data Scientists"
TOP_TIER = "Tier 1"
VISIBLE = 0.0005  # of shares as they are written, and of any two counts
SPLIT = 0.6  # a rule-based segment with less in one learned segment is split
CHECK = (
    "Check such values before acting on them: a typed ceiling or a later job under an "
    "old title looks the same."
)


# The answer in one sentence and what is said besides; whether the table can answer.
Answer = tuple[list[str], bool]


def findings_of(results: Results) -> tuple[Finding, ...]:
    """Answer the seven decision questions.

    Parameters
    ----------
    results : Results
        Exact, or disclosed: the sentences hold no other numbers than these.

    Returns
    -------
    tuple of Finding
        In a fixed order, with the ids ``largest_segment``, ``segment_differences``,
        ``pay_without_experience``, ``entry_level_pay``, ``company_role_pay``,
        ``tiers_and_concentration``, ``learned_against_rules``.
    """
    answers = (
        _largest_segment,
        _segment_differences,
        _pay_without_experience,
        _entry_level_pay,
        _company_role_pay,
        _tiers_and_concentration,
        _learned_against_rules,
    )
    said = [answer(results) for answer in answers]
    return tuple(
        Finding(
            id=finding_id,
            question=question,
            answer=told[0],
            more=tuple(filter(None, told[1:])),
            available=available,
        )
        for (finding_id, question), (told, available) in zip(
            QUESTIONS.items(), said, strict=True
        )
    )


def _cannot(lacks: str) -> Answer:
    """Say what the table lacks to answer."""
    return [f"The data cannot answer this: {lacks}."], False


def _largest_segment(results: Results) -> Answer:
    write = results.settings.numbers
    segments = sorted(results.segments, key=lambda one: (-(one.size or 0), one.id))
    if results.is_one_segment:
        count = write.count(results.segmented)
        return [f"{ONE_SEGMENT}: all {count} {results.settings.units}.", ALIKE], True
    if not segments:
        return _cannot("the sizes of the segments would tell of a few")
    largest, sizes = segments[0], [one.size for one in segments if one.size is not None]
    if len(sizes) < len(segments):
        return _cannot("the sizes of the segments are too few to be told")
    whole = results.segmented or sum(sizes)
    reached = [2 * n >= whole for n in accumulate(sizes)]
    half = reached.index(True) + 1 if True in reached else len(sizes)
    n = len(segments) + results.small_segments
    held = f"{write.count(largest.size)} {results.settings.units}"
    if largest.share is not None:
        share = write.share(largest.share)
        held = f"{share} of the {results.settings.units} ({write.count(largest.size)})"
    open_ = _may_be_half(sizes[0], whole, results.rounding_error)
    means = _operating_model(sizes[0] / whole, half, n, open_=open_)
    return [f'The largest segment, "{largest.name}", holds {held}.', means], True


def _may_be_half(size: int, whole: int, error: int) -> bool:
    """Say whether counts that are off by so much leave open if it is half or not."""
    return error > 0 and abs(2 * size - whole) <= 3 * error


def _operating_model(
    share: float, half: int, n_segments: int, *, open_: bool = False
) -> str:
    if open_:
        return "It is about half of all, so plan for two segments at least."
    if share > 0.5:
        others = n_segments - 1
        need = "segment needs" if others == 1 else f"{others} segments need"
        return (
            f"What is made for it reaches more than half of all; the other {need} "
            "additions to that rather than something of their own."
        )
    if half == 1:
        return "It is half of all and no more, so plan for two segments at least."
    return (
        f"No single segment is a majority: the {half} largest together hold half of "
        "all or more, so plan for that many first."
    )


def _segment_differences(results: Results) -> Answer:
    if results.is_one_segment:
        return [f"{ONE_SEGMENT}, so there are no differences between segments."], True
    write, explained = results.settings.numbers, results.questions.explained
    if not explained:
        return _cannot("it has no pay, years or titles")
    told = listed(
        [
            f"{write.share(one.share)} of the differences in {one.what}"
            for one in explained
        ]
    )
    answer = f"Knowing a {results.settings.unit}'s segment explains {told}."
    cut = [one.what for one in explained if results.is_cut_on(EXPLAINED[one.what])]
    by_cut = (
        f"The segments were cut on {listed(cut)}, so these differences follow "
        "from the cut."
        if cut
        else ""
    )
    pays = [
        (pay.p50, one.name)
        for one in results.segments
        if (pay := one.number("pay")) and pay.p50 is not None
    ]
    if len({amount for amount, _ in pays}) < 2:
        return [answer, by_cut], True
    (low, lowest), (high, highest) = min(pays), max(pays)
    runs = (
        f"Median pay runs from {write.pay_text(low)} ({lowest}) to "
        f"{write.pay_text(high)} ({highest})."
    )
    return [runs, answer, by_cut], True


def _pay_without_experience(results: Results) -> Answer:
    if not results.has("pay", "years_of_experience"):
        return _cannot("it needs both pay and experience")
    found, settings = results.questions.pay_with_experience, results.settings
    if found is None:
        return _cannot(
            f"it has under {settings.min_learners} {settings.units} of whom both are "
            f"known, and {settings.min_learners} are needed"
        )
    related = f"{readings.related('pay', 'experience', found.correlation)}."
    return [*_of_cohort(results, "stalled"), related], True


def _of_cohort(results: Results, key: CohortKey) -> list[str]:
    """Tell of a cohort: how many, who is meant, and in which roles more or less."""
    found, write = cohort_of(results, key), results.settings.numbers
    if found is None:
        return []
    told = [cohort_sentence(found, write)]
    if not found.reason:
        roles = named_parts(found.by_role, results)
        told += [
            defined(found),
            standing_out_in_words(roles, found, write, of="role"),
        ]
    return told


def _entry_level_pay(results: Results) -> Answer:
    if not results.has("pay"):
        return _cannot("it needs pay")
    found = cohort_of(results, "entry_high")
    if found is None or found.reason:
        return _cannot(found.reason if found else "it needs pay")
    low, write = cohort_of(results, "entry_low"), results.settings.numbers
    other = [cohort_sentence(low, write)] if low else []
    return [*_of_cohort(results, "entry_high"), *other, CHECK], True


def _company_role_pay(results: Results) -> Answer:
    if not results.has("pay", "title", "company"):
        return _cannot("it needs companies, titles and pay")
    found, large = results.questions.in_companies, results.companies
    settings = results.settings
    if settings.companies == "none":
        return _cannot("no single company is shown")
    if large is None or not large.largest:
        return _cannot(f"no company has {settings.min_learners} paid learners or more")
    if found is None:
        return _cannot(f"too few large companies have enough {PLURAL} and others")
    if found.typical is None:
        none = (
            f"No large company has both {settings.min_learners} paid {PLURAL} and "
            f"{settings.min_learners} others who are paid, so they cannot be compared."
        )
        return [none], True
    return [_science_in_words(found, settings.numbers.number(found.typical))], True


def _science_in_words(found: RoleInCompanies, typical: str) -> str:
    more, compared = found.higher, found.companies
    where = "the one large company" if compared == 1 else f"{compared} large companies"
    at = f"{more} of {where}" if compared > 1 else where
    verb = "do not have" if more == 0 and compared == 1 else "have"
    enough = "has" if compared == 1 else "have"
    return (
        f"{PLURAL} {verb} a higher median pay than the rest at {at} that {enough} "
        f"enough of both; typically {typical} times the pay of the rest."
    )


def _tiers_and_concentration(results: Results) -> Answer:
    if not results.has("company", "pay"):
        return _cannot("it needs companies and pay")
    found = results.companies
    if found is None or found.gini is None:
        return _cannot(found.reason if found else "it needs companies and pay")
    told = [
        *_well_paid(results),
        *_upside(results),
        _concentration(results, found),
        _within_tiers(results, found),
    ]
    return told, True


def _well_paid(results: Results) -> list[str]:
    """Say where the very well paid are, and of whom they are more."""
    found, write = cohort_of(results, "well_paid"), results.settings.numbers
    if found is None or found.reason or found.learners is None:
        return []
    parts = sorted(found.by_tier, key=lambda one: one.value)
    tiers = [one.value for one in parts]
    error = results.rounding_error
    of_whole = shares_of([one.learners for one in parts], found.learners, error=error)
    shares = dict(zip(tiers, of_whole, strict=True))
    of = [
        f"{write.share(share)} are in {_tier(tier)}"
        for tier, share in shares.items()
        if share is not None
    ]
    top = next((one for one in found.by_tier if one.value == TOP_TIER), None)
    beside = share_of(top.assessed, found.assessed, error=error) if top else None
    if TOP_TIER not in shares or shares[TOP_TIER] is None or beside is None:
        return [cohort_sentence(found, write), defined(found)]
    where = (
        f"Of {write.count(found.learners)} learners who are very well paid, "
        f"{listed(of)}{_rounded([*shares.values()], 1.0)}; of all who could be "
        f"assessed, {write.share(beside)} are in {TOP_TIER}."
    )
    return [where, defined(found)]


def _rounded(parts: Sequence[float | None], whole: float | None) -> str:
    """Say why parts do not add up to their whole, where a reader would see it."""
    told = [one for one in parts if one is not None]
    if whole is None or len(told) < len(parts) or abs(sum(told) - whole) < VISIBLE:
        return ""
    return " (rounded, so they do not add up)"


def _tier(tier: str) -> str:
    return "companies too small for a tier" if tier == UNRATED else tier


def _upside(results: Results) -> list[str]:
    """Say how many learners with high upside are in which tier."""
    found, write = cohort_of(results, "high_upside"), results.settings.numbers
    if found is None or found.reason:
        return []
    tiers = [
        f"{write.count(one.learners)} in {one.value}"
        f"{'' if one.share is None else f' ({write.share(one.share)})'}"
        for one in sorted(found.by_tier, key=lambda one: one.value)
    ]
    parts = _rounded([one.learners for one in found.by_tier], found.learners)
    where = f", {listed(tiers)}{parts}" if tiers else ""
    told = f"{found.title}: {members_in_words(found, write)}{where}."
    return [told, defined(found)]


def _concentration(results: Results, found: Companies) -> str:
    write = results.settings.numbers
    spread = f"(Gini {write.number(found.gini)})"
    who = "The learners whose company is known"
    if found.n_companies == 1:
        return f"{who} are all at the only company that is known {spread}."
    if found.top_share is None:
        return f"{who} are at {write.count(found.n_companies)} companies {spread}."
    return (
        f"The {TOP} largest companies hold {write.share(found.top_share)} of the "
        f"learners whose company is known {spread}."
    )


def _within_tiers(results: Results, found: Companies) -> str:
    """Say how far the learners of each tier are at its largest companies."""
    write = results.settings.numbers
    told = [
        f"{write.share(one.top_share)} of {one.tier} (Gini {one.gini:.1f})"
        for one in found.tiers
        if one.top_share is not None and one.gini is not None
    ]
    if not told:
        return ""
    return f"Within the tiers, the {TOP} largest companies of each hold {listed(told)}."


def _learned_against_rules(results: Results) -> Answer:
    if results.is_one_segment:
        return [f"{ONE_SEGMENT}, which says nothing beyond bands."], True
    found, write = results.bands, results.settings.numbers
    hidden = results.has("pay") and not results.bands_of("pay_band")
    if found is None and hidden:
        return _cannot("pay is of too few companies to be told, and so are its bands")
    if found is None:
        return _cannot("it needs both pay and experience")
    if found.ari is None or found.guessed is None:
        return _cannot("too few have both a known pay and a known experience")
    least = results.settings.base
    split = [row.rule for row in found.rows if _is_split(row, least)]
    counted_in = any(cell.count for row in found.rows for cell in row.cells)
    told = _split_in_words(split, len(found.rows), least) if counted_in else ""
    answer = (
        "Bands of pay and experience, each taken for the segment with the largest part "
        f"of it, tell the segment of {write.share(found.guessed)} of the "
        f"{results.settings.units}; of the others a segment says more, as it "
        f"{_besides(results)}."
    )
    agreed = (
        f"The learned segments and the rule-based ones {readings.agreement(found.ari)} "
        f"({write.number(found.ari)}, where 1 is the same and 0 chance)."
    )
    return [answer, agreed, told], True


def _besides(results: Results) -> str:
    """Say what a segment goes by that no band of pay and experience does."""
    more = [
        one.label
        for one in results.features.used
        if idea_of(one.name) not in {"pay", "years_of_experience"}
    ]
    return f"also goes by {listed(more)}" if more else "is cut between the bands"


def _is_split(row: BandRow, least: int) -> bool:
    largest = max((cell.count or 0 for cell in row.cells), default=0)
    return (row.learners or 0) >= least and largest < SPLIT * (row.learners or 0)


def _split_in_words(split: Sequence[str], n_rules: int, least: int) -> str:
    if not split:
        return (
            f"No rule-based segment of {least} or more is split: each has "
            f"{SPLIT:.0%} or more in one learned segment."
        )
    some = split[:4] if len(split) > 5 else split
    rest = [f"{len(split) - len(some)} more"] if len(some) < len(split) else []
    verb = "is" if len(split) == 1 else "are"
    return (
        f"{len(split)} of {counted(n_rules, 'rule-based segment')} {verb} split, with "
        f"less than {SPLIT:.0%} in one learned segment: {listed([*some, *rest])}."
    )
