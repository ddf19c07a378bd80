"""Results on the learners: the table, its cleaning, its description."""

from typing import Annotated, Literal

from learnstrata.learners.features.bands import Origin
from learnstrata.privacy.disclosure.kinds import (
    Amount,
    Count,
    Edge,
    Label,
    Owner,
    Rows,
    Sentence,
    Setting,
    Share,
    Statistic,
    Typical,
    Word,
)
from learnstrata.summary.contract.model import Largest, Model, Number, OfCompanies


class Source(Model):
    """The file the table was read from, and which of its lines are no records."""

    format: Annotated[str, Word()]
    header_line: Annotated[int | None, Setting()]
    left_out: Annotated[tuple[str, ...], Word()]
    files: Annotated[
        int | None, Owner("Parquet files: often one an employer or a learner")
    ]
    sheet_number: Annotated[int | None, Owner("place of the sheet: often an employer")]
    sheets: Annotated[int | None, Owner("sheets of the workbook")]
    sheet: Annotated[str | None, Owner("name of the sheet that was read")]
    other_sheets: Annotated[tuple[str, ...], Owner("other sheets that hold tables")]
    lines: Annotated[int | None, Owner("lines of the text")]
    notes: Annotated[tuple[str, ...], Owner("what is worth a look in the file")]


class Input(Model):
    """The table as it came, and which standard columns it has."""

    records: Annotated[int | None, Count("records of the table")]
    learners: Annotated[int | None, Count("distinct learners of the table")]
    segmented: Annotated[int | None, Count("learners (or records) segmented")]
    columns: Annotated[dict[str, str], Label()]
    available: Annotated[tuple[str, ...], Word()]
    source: Annotated[Source | None, Rows()] = None


class RuleCount(Model):
    """Records a rule of cleaning touched, by what became of them."""

    rule: Annotated[str, Word()]
    state: Annotated[str, Word()]
    records: Annotated[int | None, Count("records the rule touched", "learners")]
    learners: Annotated[
        int | None, Owner("distinct learners of these records; of nobody each is one")
    ]


class Ledger(Model):
    """What became of every record; exactly, they add up to the records."""

    current: Annotated[int | None, Count("records that stand for a learner as typed")]
    repaired: Annotated[int | None, Count("current records with a repaired value")]
    set_aside: Annotated[
        int | None, Count("current records with a value set aside and none repaired")
    ]
    history: Annotated[int | None, Count("older records of a learner")]
    quarantined: Annotated[int | None, Count("records of no learner")]
    rules: Annotated[tuple[RuleCount, ...], Rows(least="records")]


class Remark(Model):
    """What cleaning has to say of the table."""

    sentence: Annotated[str, Sentence()]
    records: Annotated[int | None, Count("records it is about", "learners")]
    learners: Annotated[
        int | None, Owner("distinct learners of these records; of nobody each is one")
    ]
    rules: Annotated[tuple[str, ...], Owner("rules that met these records")]


class Heap(Model):
    """A pay that very many typed, which is nobody's."""

    pay: Annotated[Number, Amount("learners who typed it", digits=3)]
    learners: Annotated[int | None, Owner("distinct learners who typed it")]
    companies: Annotated[int | None, Owner("companies of these learners")]
    largest_share: Largest


class Limits(Model):
    """Limits of cleaning that the table itself gave."""

    pay_low: Annotated[
        Number, Amount("lower fence of pay, of its quartiles", 0.25, "paid", digits=2)
    ]
    pay_high: Annotated[
        Number, Amount("upper fence of pay, of its quartiles", 0.25, "paid", digits=2)
    ]
    pay_typical: Annotated[tuple[Number, ...], Owner("typical range of pay")]
    paid: Annotated[
        int | None, Owner("records with a pay, over the most of any one learner")
    ]
    companies: Annotated[int | None, Owner("companies of these records")]
    largest_share: Largest
    heaped_pay: Annotated[tuple[Heap, ...], Rows(("pay",), "pay")]
    start_year_fill: Annotated[Number, Statistic("median start year", digits=4)]


class BandLimits(Model):
    """Where a band begins and ends, and who set that: over `low`, up to `high`.

    Limits of pay that the table gave are its quantiles: where those may not be told,
    bands of pay are left out, limits and counts.
    """

    feature: Annotated[Literal["experience_band", "pay_band"], Word()]
    name: Annotated[str, Label()]
    low: Annotated[Number, Edge("band")]
    high: Annotated[Number, Edge("band")]
    origin: Annotated[Origin, Word()]


class Filled(Model):
    """Learners of whom a value was filled in, for the distances alone."""

    pay: Annotated[int | None, Count("learners whose pay was filled in")]
    experience: Annotated[int | None, Count("learners whose experience was filled in")]


class Title(Model):
    """A frequent title that no role family claims."""

    title: Annotated[str, Label()]
    learners: Annotated[int | None, Count("learners with the title")]


class RoleFamily(Model):
    """A role family and its codes in public classifications, to join others' tables on.

    None where the family has no code.
    """

    role_family: Annotated[str, Label()]
    isco_08: Annotated[str | None, Setting()]
    isco_title: Annotated[str | None, Setting()]
    esco: Annotated[str | None, Setting()]
    esco_label: Annotated[str | None, Setting()]


class Roles(Model):
    """How many titles are understood, and which role families there are."""

    learners: Annotated[int | None, Count("learners segmented")]
    mapped: Annotated[int | None, Count("learners whose title has a role family")]
    missing: Annotated[int | None, Count("learners without a title")]
    unmapped: Annotated[int | None, Count("learners whose title has no role family")]
    share_mapped: Annotated[
        Number, Share("learners whose title has a role family", "learners", "mapped")
    ]
    share_missing: Annotated[
        Number, Share("learners without a title", "learners", "missing")
    ]
    share_unmapped: Annotated[
        Number, Share("learners whose title has no family", "learners", "unmapped")
    ]
    n_titles: Annotated[int | None, Count("titles")]
    n_titles_mapped: Annotated[int | None, Count("titles with a role family")]
    top_unmapped: Annotated[tuple[Title, ...], Rows(("-learners", "title"))]
    table_version: Annotated[int, Setting()]
    families: Annotated[tuple[RoleFamily, ...], Rows()]


class FeatureUsed(Model):
    """A feature that was clustered on."""

    name: Annotated[str, Label()]
    label: Annotated[str, Label()]
    group: Annotated[str, Label()]
    weight: Annotated[float, Setting()]
    scaling: Annotated[str, Word()]


class Features(Model):
    """What was clustered on, what the table lacks, what is only described."""

    used: Annotated[tuple[FeatureUsed, ...], Rows()]
    left_out: Annotated[tuple[str, ...], Label()]
    not_clustered: Annotated[tuple[str, ...], Label()]


class Bin(Model):
    """A bin from `low` to below `high`, None where it is open."""

    low: Annotated[Number, Edge("bin")]
    high: Annotated[Number, Edge("bin")]
    learners: Annotated[int | None, Count("learners in the bin")]


MOMENT = Statistic("learners of whom it is known", 2, "n", feature="feature")


class Distribution(Model):
    """One number over all learners of whom it is known."""

    feature: Annotated[str, Word()]
    n: Annotated[int | None, Count("learners of whom it is known")]
    companies: OfCompanies
    largest_share: Largest
    p01: Annotated[Number, Typical("learners of whom it is known", 0.01)]
    p05: Annotated[Number, Typical("learners of whom it is known", 0.05)]
    p25: Annotated[Number, Typical("learners of whom it is known", 0.25)]
    p50: Annotated[Number, Typical("learners of whom it is known", 0.5)]
    p75: Annotated[Number, Typical("learners of whom it is known", 0.75)]
    p95: Annotated[Number, Typical("learners of whom it is known", 0.95)]
    p99: Annotated[Number, Typical("learners of whom it is known", 0.99)]
    mean: Annotated[Number, MOMENT]
    std: Annotated[Number, MOMENT]
    skewness: Annotated[Number, Statistic("learners of whom it is known", 2, "n", 2)]
    skewness_log: Annotated[
        Number, Statistic("learners of whom it is known", 2, "n", 2)
    ]
    bins: Annotated[tuple[Bin, ...], Rows()]
    outside_fences: Annotated[
        int | None, Count("learners beyond 1.5 interquartile ranges")
    ]


class Missing(Model):
    """Values a column lacks."""

    column: Annotated[str, Word()]
    count: Annotated[int | None, Count("learners without a value")]
    share: Annotated[Number, Share("learners without a value", "segmented", "count")]


class Correlations(Model):
    """Correlations of the numbers, over learners of whom both are known.

    Of 200,000 learners drawn at random, where there are more.
    """

    columns: Annotated[tuple[str, ...], Word()]
    pearson: Annotated[
        tuple[tuple[Number, ...], ...],
        Statistic("learners of whom both are known", 2, places=2),
    ]
    spearman: Annotated[
        tuple[tuple[Number, ...], ...],
        Statistic("learners of whom both are known", 2, places=2),
    ]

    def between(self, a: str, b: str) -> tuple[float | None, float | None]:
        """Give Pearson and Spearman of two columns; None where one is not there."""
        if a not in self.columns or b not in self.columns:
            return None, None
        i, j = self.columns.index(a), self.columns.index(b)
        return self.pearson[i][j], self.spearman[i][j]


class PayByExperience(Model):
    """Median pay of a year of experience, of a company tier or of all ("All")."""

    years: Annotated[float, Edge("years of experience")]
    tier: Annotated[str, Label()]
    learners: Annotated[int | None, Count("paid learners of these years and tier")]
    companies: OfCompanies
    largest_share: Largest
    p50: Annotated[Number, Amount("paid learners of these years and tier", 0.5)]


class PayByRole(Model):
    """Quartiles of pay of a role."""

    role: Annotated[str, Label()]
    learners: Annotated[int | None, Count("paid learners of the role")]
    companies: OfCompanies
    largest_share: Largest
    p25: Annotated[Number, Amount("paid learners of the role", 0.25)]
    p50: Annotated[Number, Amount("paid learners of the role", 0.5)]
    p75: Annotated[Number, Amount("paid learners of the role", 0.75)]


class Description(Model):
    """The learners before anything is clustered."""

    distributions: Annotated[tuple[Distribution, ...], Rows()]
    missing: Annotated[tuple[Missing, ...], Rows()]
    correlations: Annotated[Correlations, Rows()]
    pay_by_experience: Annotated[tuple[PayByExperience, ...], Rows(least="learners")]
    pay_by_role: Annotated[tuple[PayByRole, ...], Rows(("-p50", "role"), "learners")]
