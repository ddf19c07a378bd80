"""What may be published of results: the one stage between the owner and everybody else.

Every value is treated by its kind (`learnstrata.privacy.disclosure.kinds`), so a new
result is safe as soon as it is declared. Beyond that, what is of one company, of a role
of few or of a segment of few is left out.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, singledispatchmethod
from typing import Final, TypeVar, cast

from learnstrata.learners.features.bands import LEAST_SHARE
from learnstrata.learners.features.register import feature_of
from learnstrata.learners.schema.register import is_extra
from learnstrata.privacy.disclosure.derived import worked_out
from learnstrata.privacy.disclosure.groups import Added, protected
from learnstrata.privacy.disclosure.kinds import (
    Amount,
    Coarse,
    Count,
    Derived,
    Kind,
    Mean,
    Owner,
    Rows,
    Share,
    Statistic,
    Typical,
)
from learnstrata.privacy.disclosure.rounding import (
    AMOUNTS,
    Rounding,
    coarse_skill,
    significant,
)
from learnstrata.privacy.disclosure.rule import PayRule, has_beyond
from learnstrata.segments.meaning.outcomes import (
    MIN_LEARNERS,
    MIN_OF_EACH,
    TOO_FEW,
)
from learnstrata.segments.pay.benchmarks import LACKING
from learnstrata.segments.pay.companies import COMPARED
from learnstrata.summary.contract.evidence import PartRole
from learnstrata.summary.contract.learners import Distribution
from learnstrata.summary.contract.meaning import Segment
from learnstrata.summary.contract.model import SEGMENT_ID, Model
from learnstrata.summary.contract.outcomes import Outcome
from learnstrata.summary.contract.pay import (
    Cohort,
    Companies,
    CompanyRole,
    CompanyView,
    PayCell,
)
from learnstrata.summary.contract.questions import MentorRole, Questions
from learnstrata.summary.contract.results import Results, Settings
from learnstrata.summary.sums import tally_of
from learnstrata.summary.walk import Scope, changed, kinds_of, owner_of, values_in
from learnstrata.summary.wholes import within_wholes

__all__ = ["MOST_OF_COMPANY", "disclose", "rounding_of"]

PAY_BAND: Final = "pay_band"
COMPANY_SIZE = "company_learners"
COMPANY_PAY = "company_pay"  # a level that whoever is paid gives to all others
LEAST_POOL = 5  # times the base: of a smaller role, who could mentor is of few
TOO_FEW_PEERS = "too few learners have enough peers"
MOST_OF_PART = 3  # roles of a part that are told
MOST_OF_COMPANY = 3  # of a company: how many it has would tell its size
T = TypeVar("T")


def disclose(results: Results, *, key: bytes, content: bytes) -> Results:
    """Make what may be shared out of exact results.

    Counts are rounded, all with one offset; shares and indices are of rounded counts,
    of segments and their parts never more than 100 % together; pay needs enough
    learners and companies, none of which has most; quantiles have five learners beyond
    them; all else has two or three significant digits. Segments of fewer learners than
    may be told are left out. Values for the owner are None.

    Parameters
    ----------
    results : Results
        Exact. They are not changed.
    key : bytes
        Secret of whoever runs.
    content : bytes
        Digest of the table: with the key it draws where the groups of counts begin.

    Returns
    -------
    Results
        The same for the same results, key and content.
    """
    settings = results.settings
    rounding = rounding_of(results, key=key, content=content)
    small = frozenset(
        one.id
        for one in results.segments
        if one.learners is None or one.learners < settings.min_learners
    )
    change = _Disclosure(settings, rounding, small, _rare(results), _paid(results))
    told = changed(results, change)
    if not change.pay_is_told:
        told = _without_cuts_of_pay(told)
    both = zip(results.outcomes, told.outcomes, strict=True)
    told = within_wholes(told)
    questions = _without_few_companies(told.questions, settings)
    return told.model_copy(
        update={
            "small_segments": len(small),
            "rounding_error": _error(told, rounding),
            "questions": questions,
            "outcomes": tuple(_if_compared(*pair, rounding) for pair in both),
            "companies": _without_spread(told.companies, settings),
            "cohorts": tuple(map(_alike_if_few, told.cohorts)),
            "previous": None,  # grouped with the sizes of both runs, where these meet
        }
    )


def _without_cuts_of_pay(told: Results) -> Results:
    """Leave out where the table itself cuts pay: its quantiles, and rules that name it.

    Bands that the table gave go with their limits; usual or given ones tell nothing.
    """
    own = any(
        one.origin == "table" and (one.low, one.high) != (None, None)
        for one in told.bands_of(PAY_BAND)
    )
    segments = tuple(_without_pay(one, bands=own) for one in told.segments)
    if not own:
        return told.model_copy(update={"segments": segments})
    limits = tuple(one for one in told.band_limits if one.feature != PAY_BAND)
    update = {"segments": segments, "band_limits": limits, "bands": None}
    return told.model_copy(update=update)


def _without_pay(segment: Segment, *, bands: bool) -> Segment:
    """Leave out a rule that names pay and, with `bands`, the bands of pay."""
    rule, update = segment.rule, dict[str, object]()
    if rule and any(feature_of(c.feature).is_money for p in rule.paths for c in p):
        update["rule"] = None
    if bands:
        update["categories"] = tuple(
            one for one in segment.categories if one.name != PAY_BAND
        )
        update["distinctive_values"] = tuple(
            one for one in segment.distinctive_values if one.feature != PAY_BAND
        )
    return segment.model_copy(update=update)


def _error(told: Results, rounding: Rounding) -> int:
    """Give the most that a told count can be off: of what is told, so of no count."""
    counts = {
        n
        for kind, n in values_in(told)
        if isinstance(kind, Count) and isinstance(n, int)
    }
    limits = [(n, *rounding.limits(n)) for n in counts]
    return max((max(n - low, high - n) for n, low, high in limits), default=0)


def _if_compared(exact: Outcome, told: Outcome, rounding: Rounding) -> Outcome:
    """Compare nothing where the least that the told counts stand for is too few."""
    n, few = (
        rounding.limits(one or 0)[0] for one in (exact.with_learners, exact.differing)
    )
    rare = exact.kind == "yes/no" and few < MIN_OF_EACH
    if not exact.skills or (n >= MIN_LEARNERS and not rare):
        return told
    nothing = {"skills": (), "differences": (), "rules": (), "verdict": "none"}
    return told.model_copy(update={**nothing, "reason": TOO_FEW})


def _alike_if_few(cohort: Cohort) -> Cohort:
    """Say the same of nobody and of few; what the table lacks itself stays said."""
    if cohort.assessed is not None or cohort.reason.startswith(LACKING):
        return cohort
    return cohort.model_copy(update={"reason": TOO_FEW_PEERS})


def _without_few_companies(questions: Questions, settings: Settings) -> Questions:
    """Leave out what is told of so few companies that it is of one of them."""
    found = questions.in_companies
    few = found is not None and found.companies < settings.min_companies
    hidden = few or settings.companies == "none"
    return questions.model_copy(update={"in_companies": None}) if hidden else questions


def _without_spread(found: Companies | None, settings: Settings) -> Companies | None:
    """Leave out how tiers spread over companies, where no company is to be told of."""
    if found is None or settings.companies != "none":
        return found
    none = {"gini": None, "top_share": None}
    tiers = tuple(one.model_copy(update=none) for one in found.tiers)
    return found.model_copy(update={"tiers": tiers})


def rounding_of(results: Results, *, key: bytes, content: bytes) -> Rounding:
    """Give the one rounding of all counts of results, with room in every sum of them.

    Parameters
    ----------
    results : Results
        Exact.
    key, content : bytes
        As for `disclose`.
    """
    drawn = Rounding.drawn(results.settings.base, key=key, content=content)
    tally = tally_of(results)
    exact = {n: v[0] for n, v in tally.counts.items() if v[0] is not None}
    place = {name: i for i, name in enumerate(exact)}
    sums = [
        Added(tuple(place[p] for p in parts), place[total], relation)
        for parts, total, relation in (*tally.sums, *tally.likely)
        if total in place and all(part in place for part in parts)
    ]
    unsaid = [place[name] for name in tally.unsaid]
    return protected(drawn, list(exact.values()), sums, unsaid)


def _rare(results: Results) -> frozenset[str | None]:
    """List the roles and tiers that too few are paid in to say that anybody is."""
    found, tiers = results.benchmarks, Counter[str | None]()
    for cell in found.cells:
        tiers[cell.tier] += cell.learners or 0
    few = [
        cell.role_family
        for cell in found.wider
        if cell.level == "role" and (cell.learners or 0) < results.settings.base
    ]
    few += [tier for tier, n in tiers.items() if n < results.settings.base]
    return frozenset(few)


def _paid(results: Results) -> Distribution | None:
    """Give of whom pay is known at all; None of nobody."""
    every = results.description.distributions
    return next((one for one in every if one.feature == "pay"), None)


@dataclass(frozen=True)
class _Disclosure:
    """A walk that makes each value what may be told of it."""

    settings: Settings
    rounding: Rounding
    small: frozenset[int]
    rare: frozenset[str | None]
    paid: Distribution | None

    @property
    def rule(self) -> PayRule:
        """The rule of pay, as it was asked for."""
        asked = self.settings
        return PayRule(asked.min_learners, asked.min_companies, asked.max_company_share)

    def keeps(self, row: Model) -> bool:
        """Leave out what is of a segment too small to be told."""
        ids = [n for n, kind in kinds_of(type(row)).items() if kind == SEGMENT_ID]
        if any(getattr(row, name) in self.small for name in ids):
            return False
        if isinstance(row, PayCell) and self.rare & {row.role_family, row.tier}:
            return False
        if isinstance(row, Distribution) and row.feature == COMPANY_SIZE:
            return not self._hides_sizes  # its far end is the size of one company
        return not (isinstance(row, CompanyView) and self.settings.companies == "none")

    def rows(self, kind: Kind, rows: tuple[Model, ...]) -> tuple[Model, ...]:
        """Order rows by what is published of them; leave out those of few."""
        by = kind.by if isinstance(kind, Rows) else ()
        if isinstance(kind, Rows) and kind.least:
            rows = tuple(row for row in rows if getattr(row, kind.least) is not None)
        for name in reversed(by):
            rows = _ordered(rows, name)
        if rows and isinstance(rows[0], PartRole):
            least = 2 * self.settings.base
            often = [row for row in rows if (getattr(row, "held", None) or 0) >= least]
            return tuple(often[:MOST_OF_PART])
        if rows and isinstance(rows[0], MentorRole):
            least = LEAST_POOL * self.settings.base
            return tuple(row for row in rows if _learners_of(row) >= least)
        views = [row for row in rows if isinstance(row, CompanyView)]
        return _alike(views) if views and self._hides_sizes else rows

    def value(self, kind: Kind, value: object, scope: Scope) -> object:
        """Treat a value, or each scalar of a nested one, by its kind."""
        if isinstance(kind, Owner):
            return type(value)() if isinstance(value, dict | tuple) else None
        if isinstance(value, tuple):
            return tuple(self.value(kind, inner, scope) for inner in value)
        if value is None and not isinstance(kind, Derived):
            return None
        if kind == SEGMENT_ID and value in self.small:
            return None
        of_company = isinstance(scope[-1], CompanyView | CompanyRole)
        if of_company and isinstance(kind, Count) and self._hides_sizes:
            return None
        return _told_by(type(kind))(self, kind, value, scope)

    @property
    def _hides_sizes(self) -> bool:
        return self.settings.companies != "sizes"

    @singledispatchmethod
    def _told(self, kind: Kind, value: object, scope: Scope) -> object:  # noqa: ARG002 - others need the scope
        return value

    @_told.register
    def _(self, kind: Count, value: object, scope: Scope) -> object:
        few = self._of_few(kind, scope[-1])
        return None if few else self.rounding.count(cast("float", value))

    @_told.register
    def _(self, kind: Share, value: object, scope: Scope) -> object:
        whole = self._counted(scope, kind.whole)
        if whole is None:
            return None
        of_whole = round(cast("float", value) * whole)
        part = self._counted(scope, kind.part) if kind.part else of_whole
        return None if part is None else self.rounding.share(part, whole)

    @_told.register
    def _(self, kind: Derived, value: object, scope: Scope) -> object:  # noqa: ARG002 - worked out anew
        counts = [self._counted(scope, name) for name in kind.fields]
        known = [int(n) for n in counts if n is not None]
        told = [n for n in map(self.rounding.count, known) if n is not None]
        if len(told) < len(counts):
            return None
        found = worked_out(kind, told, [self.rounding.limits(n) for n in known])
        return None if found is None else significant(found, kind.digits)

    @_told.register
    def _(self, kind: Statistic, value: object, scope: Scope) -> object:
        n = self._least(self._counted(scope, kind.n)) if kind.n else None
        if kind.n and not (self._enough(n) and (n or 0) >= kind.least):
            return None
        if kind.feature and getattr(scope[-1], kind.feature) in AMOUNTS:
            companies, largest = (
                self._counted(scope, name) for name in ("companies", "largest_share")
            )
            if not self.rule.allows(n, companies, largest):
                return None
        return significant(round(cast("float", value), kind.places), kind.digits)

    @_told.register
    def _(self, kind: Mean, value: object, scope: Scope) -> object:  # noqa: ARG002 - another is told
        own = scope[-1]
        cut, spread, reach = (
            getattr(own, name) for name in (kind.cut, "spread", "reach")
        )
        n = self._least(self._counted(scope, kind.n))
        if cut is None or n is None or not self._enough(n) or n < kind.least:
            return None
        return self.rounding.number(cut, spread, n=n, reach=reach)

    @_told.register
    def _(self, kind: Coarse, value: object, scope: Scope) -> object:
        n = self._least(self._counted(scope, kind.n))
        return coarse_skill(cast("float", value), n, end=kind.end) if n else None

    @_told.register
    def _(self, kind: Amount, value: object, scope: Scope) -> object:
        amount = cast("float", value)
        told = self._pay(amount, kind.at, kind.n, scope)
        return significant(amount, kind.digits) if told and kind.digits else told

    @_told.register
    def _(self, kind: Typical, value: object, scope: Scope) -> object:
        number = cast("float", value)
        own = scope[-1]
        feature = str(getattr(own, kind.feature, kind.feature))
        if feature == COMPANY_PAY and not self._levels_tell_of_many:
            return None
        if feature in AMOUNTS:
            return self._pay(number, kind.at, kind.n, scope)
        n = self._least(self._counted(scope, kind.n))
        if n is None or not self._enough(n) or not has_beyond(n, kind.at):
            return None
        if feature == COMPANY_SIZE and self._hides_sizes:
            return None if self.settings.companies == "none" else _broadly(number)
        spread = getattr(own, "spread", None)
        if spread and (is_extra(feature) or not feature):
            return self.rounding.number(number, spread, n=n)
        return ROUNDED.get(feature, _plain)(number, self.rounding)

    @property
    def _levels_tell_of_many(self) -> bool:
        """Whether the pay levels of companies are those of enough who are paid."""
        return self._tells_of_all(None)

    @property
    def pay_is_told(self) -> bool:
        """Whether quantiles of the pay of all may be told, where bands are cut."""
        return self._tells_of_all(LEAST_SHARE)

    def _tells_of_all(self, at: float | None) -> bool:
        paid = self.paid
        return paid is not None and self.rule.allows(
            self._least(paid.n), paid.companies, paid.largest_share, at=at
        )

    def _pay(
        self, amount: float, at: float | None, n: str, scope: Scope
    ) -> float | None:
        learners, companies, largest = (
            self._counted(scope, name) for name in (n, "companies", "largest_share")
        )
        least = self._least(learners)
        if least is None or not self.rule.allows(least, companies, largest, at=at):
            return None
        return self.rounding.pay(amount, self.settings.money.per, n=least)

    def _counted(self, scope: Scope, name: str) -> float | None:
        """Give a count by its name, exactly; None of one that few learners are in."""
        owner = owner_of(scope, name)
        kind = kinds_of(type(owner)).get(name)
        few = isinstance(kind, Count) and self._of_few(kind, owner)
        return None if few else cast("float | None", getattr(owner, name))

    def _of_few(self, kind: Count, of: Model) -> bool:
        """Say whether too few distinct learners are behind a count of a result."""
        return bool(kind.behind) and not self._enough(getattr(of, kind.behind))

    def _enough(self, n: float | None) -> bool:
        return n is not None and n >= self.settings.min_learners

    def _least(self, n: float | None) -> float | None:
        """Give the least count that is told as this one: what is told follows it."""
        return None if n is None else self.rounding.limits(int(n))[0]


@cache
def _told_by(kind: type[Kind]) -> Callable[..., object]:
    """Give what treats values of a kind: found once, there are many values."""
    found: Callable[..., object] = vars(_Disclosure)["_told"].dispatcher.dispatch(kind)
    return found


def _learners_of(row: Model) -> int:
    return getattr(row, "learners", None) or 0


def _alike(views: Sequence[CompanyView]) -> tuple[CompanyView, ...]:
    """Give companies of one size band equally many roles: how many tells a size.

    The role that a question asks for, then the first by their names, of those with both
    ratios: none of it tells a size.
    """
    whole = {
        view.alias: sorted(
            (r.role_family for r in view.roles if r.to_rest and r.to_elsewhere),
            key=lambda role: (role != COMPARED, role),
        )
        for view in views
    }
    fewest = {
        view.size: min(len(whole[v.alias]) for v in views if v.size == view.size)
        for view in views
    }
    shown = {
        view.alias: whole[view.alias][: min(fewest[view.size], MOST_OF_COMPANY)]
        for view in views
    }
    return tuple(
        view.model_copy(
            update={
                "roles": tuple(
                    role for role in view.roles if role.role_family in shown[view.alias]
                )
            }
        )
        for view in views
    )


def _plain(value: float, _: Rounding) -> float:
    """Round a number of no known unit to two digits."""
    return significant(value, 2)


def _halves(value: float, _: Rounding) -> float:
    return round(2 * value) / 2


def _percents(value: float, _: Rounding) -> float:
    return round(value, 2)


def _broadly(value: float) -> float | None:
    """Round to 1, 2 or 5 times a power of ten; None under ten.

    Examples
    --------
    >>> _broadly(340.0), _broadly(17.0), _broadly(4.0)
    (200.0, 20.0, None)
    """
    if value < 10:
        return None
    power = 10.0 ** math.floor(math.log10(value))
    return min((1.0, 2.0, 5.0, 10.0), key=lambda one: abs(one - value / power)) * power


def _people(value: float, rounding: Rounding) -> float | None:
    return rounding.count(value)


ROUNDED: Mapping[str, Callable[[float, Rounding], float | None]] = {
    "years_of_experience": _halves,
    "years_since_pay_update": _halves,
    "company_mean_experience": _halves,
    "seniority": _halves,
    "n_roles": _halves,
    "pay_growth": _percents,
    "company_learners": _people,
}


def _ordered(rows: Sequence[T], by: str) -> tuple[T, ...]:
    """Order rows by a field as `Rows.by` has it, None last."""
    name = by.lstrip("-|")
    told = [row for row in rows if getattr(row, name) is not None]
    hidden = [row for row in rows if getattr(row, name) is None]

    def place(row: T) -> float | str:
        value: float | str = getattr(row, name)
        return abs(value) if "|" in by and not isinstance(value, str) else value

    return (*sorted(told, key=place, reverse=by[:1] == "-"), *hidden)
