"""Job titles of the demo table: what people type, and who types it.

Counts of the common titles are those of the public table; the rare ones are invented.
"""

from dataclasses import dataclass
from itertools import islice, product

import numpy as np
import numpy.typing as npt

__all__ = ["Records", "entitle", "systematic", "title_names"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Records, then how the title leans on pay, on experience, and on typed ceilings.
_MISSING, _RARE = "", "rare"
_TITLES = {
    "Backend Engineer": (43_554, 0.35, 0.0, 0.6),
    "FullStack Engineer": (24_717, 0.05, -0.2, 0.7),
    "Other": (18_071, -0.3, 0.0, 3.0),
    "Frontend Engineer": (10_417, 0.0, 0.0, 0.6),
    "Engineering Leadership": (6_870, 0.9, 1.2, 1.2),
    "QA Engineer": (6_587, -0.25, 0.2, 0.7),
    "Data Scientist": (5_368, 0.45, -0.1, 0.8),
    "Android Engineer": (5_357, 0.05, -0.1, 0.6),
    "SDET": (4_967, 0.1, 0.2, 0.6),
    "Devops Engineer": (4_612, 0.0, 0.1, 0.7),
    "Support Engineer": (3_603, -0.7, -0.1, 1.0),
    "Data Analyst": (2_906, -0.4, -0.2, 2.5),
    "iOS Engineer": (2_746, 0.1, 0.1, 0.6),
    "Engineering Intern": (2_692, -0.9, -0.8, 1.2),
    "Product Designer": (1_314, 0.05, 0.0, 1.0),
    _MISSING: (52_564, -0.2, 0.0, 1.2),
    _RARE: (9_498, 0.1, 0.4, 1.5),
}
_UNCOMMON = [
    *("Product Manager", "Backend Architect", "Program Manager", "Non Coder"),
    *("Database Administrator", "Technical Architect", "Engineering Manager"),
    *("Business Analyst", "Release Engineer", "Cofounder", "Research Engineer"),
    *("Security Engineer", "UI Architect", "Data Engineer", "Network Engineer"),
    *("System Engineer", "Software Engineer", "Consultant", "Student"),
    *("Senior Software Engineer", "Technical Lead", "Software Developer"),
    *("Project Manager", "Game Developer"),
]
_UNCOMMON_COUNTS = [
    *(1_150, 1_110, 780, 630, 530, 500, 450, 410, 370, 330, 300, 270),
    *(240, 220, 200, 180, 170, 150, 130, 110, 90, 80, 70, 60),
]
_N_TITLES = 1_016

# Rare titles: what people type. Groups are ordered by the pay they usually come with.
_ENTRY_TITLES = [
    *("Intern - Software developer", "Software Development Intern", "SDE Intern"),
    *("Security Intern", "Intern Developer", "Associate Software Developer"),
    *("Associate Application Developer", "Graduate Trainee", "Fresher", "Apprentice"),
    *("Trainee engineer", "Junior Devloper", "Data entry", "Tele caller", "Teaching"),
]
_SENIOR_TITLES = [
    *("Associate Director, Online Products", "Associate Vice President", "CTO"),
    *("International Sales Manager", "Internal Audit Lead", "VP - Engineering"),
    *("Director of Engineering", "Principal Engineer (L7)", "Associate Principal"),
    *("Head, Internet Products", "Computer Scientist 2", "Applications Engineer 2"),
]
_ODD_TITLES = [
    *("1203344556", "99", "0", "1", "20", "110025", "1000000", "78", ".", "--", "?"),
    *("Jharkhand", "Pune", "Kerala", "Noida sector", "Driver", "Electrician", "Tailor"),
    *("Reseller", "Owner", "Business Man", "Safety officer", "Farmer", "House wife"),
    *("Electric power supply", "Computer Faculty", "Assistant manager", "Nurse"),
    *(
        "Seles man",
        "Data enrty",
        "Telar",
        "xyz",
        "aaaa",
        "Private job",
        "Own bussiness",
    ),
]
_LEVELS = [
    *("Senior", "Sr.", "Sr", "Lead", "Principal", "Staff", "Associate", "Assistant"),
    *("Junior", "Jr.", "Trainee", "Senior Associate", "Deputy", "Chief", "senior"),
    *("Contract", "Freelance", "Specialist", "Graduate", "Asst."),
]
_WORKS = [
    *("Software Engineer", "Software Developer", "System Engineer", "Java Developer"),
    *("Web Developer", "Application Engineer", "Test Engineer", "Data Engineer"),
    *("Network Engineer", "Cloud Engineer", "Consultant", "Product Manager"),
    *("Python developer", "Mobile Developer", "Technical Writer", "Security Analyst"),
    *("Solutions Architect", "Database Engineer", "Sofware Engineer", "UI/UX Designer"),
    *("Machine Learning Engineer", "Embedded Engineer", "ERP Consultant"),
    *("Systems Analyst", "Reliability Engineer", "Automation Engineer"),
    *("Salesforce Developer", "Full stack developer", "Software Enginner"),
    *("Technical Specialist", "Operations Manager", "Research Scientist"),
]
_ENDINGS = ["", " 2", " II", " - 1", " (Contract)", " III", ", Platform", " L3", " I"]

_LEANS = [  # the first word found in a title decides which pay it goes with
    *(("Intern", -2.0), ("Trainee", -2.0), ("Student", -1.5), ("Non Coder", -1.0)),
    *(("Junior", -1.2), ("Jr.", -1.2), ("Graduate", -1.2), ("Chief", 1.5)),
    *(("Principal", 1.2), ("Staff", 1.0), ("Architect", 1.0), ("Manager", 0.8)),
    *(("Lead", 0.6), ("Senior", 0.5), ("Sr", 0.5), ("Analyst", -0.3)),
]


@dataclass(frozen=True, slots=True)
class Records:
    """Records, learner by learner; entry 0 is the current pay, later ones are older."""

    learner: Ints
    entry: Ints
    company: Ints
    start: Floats
    pay: Ints
    year: Ints
    title: Ints

    @property
    def alone(self) -> npt.NDArray[np.bool_]:
        """Which records are the only one of their learner."""
        return (np.bincount(self.learner) == 1)[self.learner]


def entitle(rng: np.random.Generator, records: Records, *, n_repeats: int) -> Ints:
    """Give every record a title, so that a learner's records differ in it.

    Only `n_repeats` of them repeat one before with the same pay. Returns positions in
    `title_names`.
    """
    title, cell = _titles_by_pay(rng, records)
    rare = np.flatnonzero(title == list(_TITLES).index(_RARE))
    title[rare] = len(_TITLES) - 1 + _rare_titles(rng, records.pay[rare])
    title = _without_repeats(rng, records, title, cell)
    return _with_repeats(rng, records, title, n_repeats)


def _titles_by_pay(rng: np.random.Generator, records: Records) -> tuple[Ints, Ints]:
    """Fill cells of pay and experience with titles, keeping the counts of both."""
    pay_band = np.minimum((_ranks(records.pay.astype(np.float64)) * 6).astype(int), 5)
    age_band = np.searchsorted([2010, 2014, 2017], records.start, side="right")
    cell = np.where(records.pay > 5e7, 24, age_band * 6 + pay_band)
    quota = np.array(list(_TITLES.values()), dtype=np.float64)
    at_pay = np.tile(np.linspace(-1.5, 1.5, 6), 4)
    at_age = np.repeat([1.5, 0.5, -0.3, -1.2], 6)
    affinity = np.exp(np.outer(at_pay, quota[:, 1]) + np.outer(at_age, quota[:, 2]))
    sizes = np.bincount(cell, minlength=25)
    table = _fit_margins(np.vstack([affinity, quota[:, 3]]), sizes, quota[:, 0])
    title = np.empty(len(cell), dtype=np.int64)
    for number in np.flatnonzero(sizes):
        title[cell == number] = systematic(rng, table[number], sizes[number])
    return title, cell


def _fit_margins(table: Floats, rows: Ints, columns: Floats) -> Floats:
    """Scale a table to its margins by iterative proportional fitting."""
    columns = columns * rows.sum() / columns.sum()
    for _ in range(40):
        table = table * (rows / np.maximum(table.sum(axis=1), 1e-9))[:, None]
        table = table * (columns / table.sum(axis=0))
    return table


def _rare_titles(rng: np.random.Generator, pay: Ints) -> Ints:
    """Match rare titles with pay: entry titles to low, senior ones to high pay."""
    names = [name or "" for name in title_names()[len(_TITLES) - 1 :]]
    lean = np.array([_lean(name) for name in names])
    lean[np.isin(names, _ODD_TITLES)] = rng.normal(scale=3, size=len(_ODD_TITLES))
    title = systematic(rng, _rare_counts(), len(pay))
    given = np.empty(len(pay), dtype=np.int64)
    wanted = np.log(pay) + rng.normal(size=len(pay))
    given[np.argsort(wanted)] = title[
        np.argsort(lean[title] + rng.normal(size=len(pay)))
    ]
    return given


def _lean(title: str) -> float:
    if title in _SENIOR_TITLES:
        return 2.5
    if title in _ENTRY_TITLES:
        return -1.5
    return next((lean for word, lean in _LEANS if word in title), 0.0)


def _without_repeats(
    rng: np.random.Generator, records: Records, title: Ints, cell: Ints
) -> Ints:
    """Swap repeated titles with learners of one record."""
    title = title.copy()
    key = _entry_key(records)
    singles = np.flatnonzero(records.alone)
    singles = singles[np.argsort(cell[singles], kind="stable")]
    for _ in range(30 if len(singles) else 0):
        again = _repeats(key * (_N_TITLES + 1) + title)
        # A learner of the same cell, or of the next one that exists.
        low = np.searchsorted(cell[singles], cell[again], side="left")
        high = np.searchsorted(cell[singles], cell[again], side="right")
        place = (low + rng.random(len(again)) * (high - low)).astype(np.int64)
        other, first = np.unique(
            singles[np.minimum(place, len(singles) - 1)], return_index=True
        )
        title[again[first]], title[other] = title[other], title[again[first]]
    return title


def _with_repeats(
    rng: np.random.Generator, records: Records, title: Ints, n_repeats: int
) -> Ints:
    """Plant records that say the same as the one before."""
    title = title.copy()
    same = (records.entry[1:] == 0) & (np.diff(_entry_key(records)) == 0)
    chosen = rng.permutation(np.flatnonzero(same))[:n_repeats]
    title[chosen + 1] = title[chosen]
    return title


def _entry_key(records: Records) -> Ints:
    return records.learner * 4 + records.entry


def _repeats(key: Ints) -> Ints:
    """Find positions whose key stood before."""
    first = np.unique(key, return_index=True)[1]
    again = np.ones(len(key), dtype=bool)
    again[first] = False
    return np.flatnonzero(again)


def title_names() -> list[str | None]:
    """List all titles: the common ones, the missing one, the uncommon, the rare."""
    common = [name for name in _TITLES if name not in (_MISSING, _RARE)]
    known = {*common, *_UNCOMMON}
    made = (f"{level} {work}" for work, level in product(_WORKS, _LEVELS))
    ended = (work + ending for ending, work in product(_ENDINGS, _WORKS))
    typed = [*_ENTRY_TITLES, *_SENIOR_TITLES, *_ODD_TITLES, "Fullstack Engineer"]
    rare = (
        name for name in dict.fromkeys([*typed, *ended, *made]) if name not in known
    )
    n_rare = _N_TITLES - len(known)
    return [*common, None, *_UNCOMMON, *islice(rare, n_rare)]


def _rare_counts() -> list[int]:
    """Count the uncommon titles and the rare ones, most of which occur once."""
    n_rare = _N_TITLES - (len(_TITLES) - 2) - len(_UNCOMMON)
    return [
        *_UNCOMMON_COUNTS,
        *(max(1, 60 // (place + 12)) for place in range(n_rare)),
    ]


def systematic(
    rng: np.random.Generator, counts: npt.ArrayLike, size: int
) -> npt.NDArray[np.int64]:
    """Fill `size` places with positions in proportion to `counts`, in random order."""
    cumulated = np.cumsum(counts)
    points = (np.arange(size) + rng.random()) / max(size, 1)
    places = np.searchsorted(cumulated[:-1] / cumulated[-1], points, side="right")
    return rng.permutation(places)


def _ranks(values: Floats) -> Floats:
    """Give midpoint ranks as fractions of one."""
    ranks = np.empty(len(values))
    ranks[np.argsort(values, kind="stable")] = np.arange(len(values)) + 0.5
    return ranks / len(values)
