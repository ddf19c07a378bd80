"""What the answers to the decision questions are drawn from."""

from dataclasses import dataclass, field

import polars as pl

from learnstrata.config.stages import Pay
from learnstrata.learners.roles.unnamed import NO_ROLE
from learnstrata.privacy.disclosure.cells import CellRule
from learnstrata.privacy.disclosure.rounding import rounded_pay
from learnstrata.segments.meaning.bands import Comparison
from learnstrata.segments.meaning.profiles import Profile
from learnstrata.segments.pay.companies import CompanyViews
from learnstrata.segments.questions.finding import Finding
from learnstrata.wording.words import counted

__all__ = ["Grounds", "are", "cannot"]


@dataclass(frozen=True, slots=True)
class Grounds:
    """What the answers are drawn from.

    Attributes
    ----------
    learners : polars.DataFrame
        Learners with features and ``segment_id``.
    profiles : tuple of Profile
    comparison : Comparison or None
    pay : Pay
        With its bands.
    available : tuple of str
        Standard columns the table holds.
    unit : str
        ``"learner"`` or ``"record"``: what a row is.
    no_role : tuple of str
        Role groups that name no role.
    no_company : str
        Category of a missing company; empty where it stays missing.
    companies : CompanyViews or None
        Under their aliases; None without companies.
    rule : CellRule
        What a count, or a pay, must stand for to be told.
    """

    learners: pl.DataFrame
    profiles: tuple[Profile, ...]
    comparison: Comparison | None
    pay: Pay
    available: tuple[str, ...]
    unit: str
    no_role: tuple[str, ...] = NO_ROLE
    no_company: str = ""
    companies: CompanyViews | None = None
    rule: CellRule = field(default_factory=CellRule)

    @property
    def least(self) -> int:
        """Learners it takes to tell of them."""
        return self.rule.learners

    def told(self, n: float | None) -> str:
        """Write a count; None is one that may not be told."""
        return "a number not shown" if n is None else f"{n:,.0f}"

    def rounded(self, amount: float) -> float:
        """Round a pay as the benchmarks do."""
        return float(rounded_pay([amount], self.pay.per_shown_unit)[0])

    def has(self, *columns: str) -> bool:
        """Say whether the table holds all of these."""
        return set(columns) <= set(self.available)

    def money(self, amount: float) -> str:
        """Write a pay in the unit it is shown in."""
        return f"{amount / self.pay.per_shown_unit:,.1f} {self.pay.shown_unit}"

    @property
    def heading(self) -> str:
        """Head a column that counts them."""
        return f"{self.unit.capitalize()}s"

    def count(self, n: int, kind: str = "") -> str:
        """Write a number of learners (or records), such as ``3 paid learners``."""
        return counted(n, f"{kind} {self.unit}".strip())

    @property
    def paid(self) -> pl.DataFrame:
        """Learners whose pay is known."""
        paid = self.learners.filter(pl.col("pay").is_not_null())
        if "company" not in paid.columns:
            return paid
        named = pl.col("company") != self.no_company
        return paid.with_columns(company=pl.when(named).then("company"))

    @property
    def seasoned(self) -> pl.DataFrame:
        """Learners whose experience is known."""
        return self.learners.filter(pl.col("experience_imputed") == 0)


def cannot(finding_id: str, question: str, lacks: str) -> Finding:
    """Say what the table lacks to answer a question."""
    answer = f"The data cannot answer this: {lacks}."
    return Finding(finding_id, question, answer, available=False, numbers={})


def are(n: int) -> str:
    """Give the verb that goes with a number of things."""
    return "is" if n == 1 else "are"
