"""Sentences of segments and of other ways to cut.

Each is made from the numbers of the contract as they stand, exact or disclosed; of what
is hidden it says nothing, or "under 10".
"""

from learnstrata.learners.features.register import ends_of, feature_of
from learnstrata.learners.schema.register import is_extra
from learnstrata.segments.evidence.sensitivity import SUBJECTS
from learnstrata.summary.contract.evidence import Sensitivity, Variant
from learnstrata.summary.contract.meaning import (
    CategoryShare,
    Segment,
    TypicalNumber,
)
from learnstrata.summary.contract.results import Results
from learnstrata.wording.numbers import Numbers, as_years
from learnstrata.wording.readings import PARTLY, STRONG, agreements
from learnstrata.wording.words import listed

__all__ = ["describe_segment", "sensitivity_sentence"]

MOST_TIED = 2  # roles that share the first place and are still worth a name
MOST_OWN = 3  # columns of the user's in a sentence
SMALL = 0.2  # an effect under which nothing stands out
BEYOND_SAMPLE = 0.05  # a change must cost more than the sample alone does


def describe_segment(segment: Segment, results: Results) -> str:
    """Say in one sentence what is typical of a segment.

    Parameters
    ----------
    segment : Segment
    results : Results
        Of which it is a segment.
    """
    years, pay = segment.number("years_of_experience"), segment.number("pay")
    parts = []
    if years and years.p50 is not None:
        parts.append(f"typically {_years(years.p50)} of experience")
    if pay and pay.p50 is not None:
        parts.append(_pay_in_words(pay, results))
    clauses = [" and ".join(parts)] if parts else []
    clauses += _top_roles(segment, results)
    clauses += _own_columns(segment, results)
    sentence = "; ".join(clauses) or _of_nothing(results)
    return f"{sentence[:1].upper()}{sentence[1:]}."


def _of_nothing(results: Results) -> str:
    if results.is_one_segment:
        return "all of them, in one segment"
    return "nothing that is told of it sets it apart"


def _own_columns(segment: Segment, results: Results) -> list[str]:
    """Say in which of the user's numbers and categories the segment stands out."""
    write = results.settings.numbers
    numbers = [
        (abs(place.effect), _own_number(one, place.effect, write))
        for place in segment.distinctive_numbers
        for one in [segment.number(place.feature)]
        if is_extra(place.feature) and one is not None and one.p50 is not None
        if place.effect is not None and abs(place.effect) >= SMALL
    ]
    values = [
        (row.effect, _own_value(row.feature, one, write))
        for row in segment.distinctive_values
        for one in segment.category(row.feature)
        if is_extra(row.feature) and one.value == row.value and one.share
        if row.effect is not None and row.effect >= SMALL
    ]
    found = sorted([*numbers, *values], key=lambda pair: -pair[0])
    return [told for _, told in found[:MOST_OWN]]


def _own_number(one: TypicalNumber, effect: float, write: Numbers) -> str:
    more, less = ends_of(one.feature)
    told = f"{more if effect > 0 else less} (median {write.plain(one.p50)}"
    return (
        f"{told}, all {write.plain(one.base)})" if one.base is not None else f"{told})"
    )


def _own_value(feature: str, one: CategoryShare, write: Numbers) -> str:
    of_all = f", all {write.share(one.base)}" if one.base is not None else ""
    told = f"{feature_of(feature).label} {one.value}"
    return f"{told} for {write.share(one.share)} of it{of_all}"


def _years(value: float) -> str:
    return "1 year" if value == 1 else f"{as_years(value)} years"


def _top_roles(segment: Segment, results: Results) -> list[str]:
    """Say which stated role is the most frequent; all that share the first place."""
    settings = results.settings
    named = [
        one
        for one in segment.category("role")
        if one.value not in settings.no_role and one.count
    ]
    if not named or named[0].share is None:  # rounding leaves open how many they are
        return []
    tops = [one for one in named if one.count == named[0].count]
    share = settings.numbers.share(named[0].share)
    if len(tops) == 1:
        return [f"the most frequent stated role is {tops[0].value} ({share})"]
    if len(tops) > MOST_TIED:
        return []
    names = listed([one.value for one in tops])
    return [f"the most frequent stated roles are {names} ({share} each)"]


def _pay_in_words(pay: TypicalNumber, results: Results) -> str:
    write = results.settings.numbers
    told = f"a pay of {write.pay_text(pay.p50)}"
    if pay.p50 is not None and pay.base and not results.is_one_segment:
        told += f", {_against_all(pay.p50 / pay.base)}"
    if pay.p25 is None or pay.p75 is None:
        return told
    return f"{told} (half of them {write.pay(pay.p25)} to {write.pay(pay.p75)})"


def _against_all(ratio: float) -> str:
    """Say how a median stands to that of all; beyond threefold no per cents."""
    if ratio > 3:
        times = f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.1f}"
        return f"{times} times the median of all"
    gap = round(abs(ratio - 1), 2)
    side = "above" if ratio > 1 else "below"
    return f"{gap:.0%} {side} the median of all" if gap else "the median of all"


def sensitivity_sentence(sensitivity: Sensitivity) -> str:
    """Say whether another analyst would have found these segments.

    Parameters
    ----------
    sensitivity : Sensitivity
    """
    variants, same_way = sensitivity.variants, sensitivity.same_way
    agreed = _two(same_way.ari)
    loose = agreed < STRONG
    who = "few learners" if same_way.rows is None else f"{same_way.rows:,} learners"
    sampled = f"The same k-means on these {who} alone agrees {agreed:.2f}" + (
        ": which learners are drawn matters so much that little else can be told."
        if loose
        else "."
    )
    if not variants:
        return f"No other way to cut these learners could be tried. {sampled}"
    depends = "" if loose else _depends(variants, agreed)
    return f"{_counted(variants)}{'; ' if depends else ''}{depends}. {sampled}"


def _two(value: float | None) -> float:
    return round(value or 0.0, 2) + 0.0  # no -0.00


def _counted(variants: tuple[Variant, ...]) -> str:
    read = agreements(variant.ari for variant in variants)
    n = len(variants)
    return (
        f"Of {n} other way{'s' if n > 1 else ''} to cut these learners, "
        f"{read.strongly} agree{'s' if read.strongly == 1 else ''} strongly with this "
        f"segmentation (adjusted Rand {STRONG} or more), {read.in_part} in part "
        f"({PARTLY} or more), {read.little} little"
    )


def _depends(variants: tuple[Variant, ...], same_way: float) -> str:
    """Name the change that costs most, if it costs more than the sample does."""
    changed = [variant for variant in variants if variant.kind != "algorithm"]
    if not changed:
        return ""
    worst = min(changed, key=lambda variant: _two(variant.ari))
    found = _two(worst.ari)
    if found >= STRONG or found > round(same_way - BEYOND_SAMPLE, 2):
        return "no other weights, learners or limits tried change it much"
    name = worst.name[0].lower() + worst.name[1:]
    subject = SUBJECTS.get(worst.name, worst.name)
    return f"it depends most on {subject} ({name}: {found:.2f})"
