"""A summary without data: what the product says by itself.

Every text of the table or of the user gives way to a placeholder; numbers, structure
and words of our own stay. What is rendered of it differs from what is shared in nothing
but texts that came from outside: the leak scan sets it off.
"""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TypeVar

from learnstrata.config.loading import list_recipes, load_config
from learnstrata.learners.features.bands import RELATIVE
from learnstrata.learners.features.companies import TIERS, UNRATED
from learnstrata.learners.features.register import (
    DESCRIBED,
    FEATURES,
    ends_of,
    feature_of,
    steps_of,
    steps_within,
)
from learnstrata.learners.roles.titles import SENIORITY, TitleTable
from learnstrata.learners.roles.unnamed import NO_ROLE, unnamed_roles
from learnstrata.learners.schema.register import COLUMNS, folded, is_extra
from learnstrata.privacy.disclosure.kinds import Kind, Label, Sentence
from learnstrata.privacy.disclosure.pooling import OTHER
from learnstrata.privacy.leaks.tokens import tokenised
from learnstrata.segments.meaning.naming import ALL_LEARNERS, MIXED, OF_SIZE
from learnstrata.segments.meaning.outcome_values import YES
from learnstrata.segments.meaning.outcomes import OUR_OUTCOMES
from learnstrata.segments.meaning.part_profiles import REST, WITHIN
from learnstrata.segments.meaning.traits import EARLY_TO_MID, STAGES
from learnstrata.summary.contract.evidence import Part, PartRole, RoleCell
from learnstrata.summary.contract.learners import PayByRole, RoleFamily, Title
from learnstrata.summary.contract.meaning import (
    Category,
    CategoryShare,
    Condition,
    DistinctiveValue,
    Pull,
    Segment,
    SegmentRule,
)
from learnstrata.summary.contract.model import Model
from learnstrata.summary.contract.pay import CohortPart, CompanyRole, PayCell
from learnstrata.summary.contract.previous import ComparedSegment, ShareChange
from learnstrata.summary.contract.questions import MentorRole, RoleWithExperience
from learnstrata.summary.contract.results import DisclosedSummary, Results, Settings
from learnstrata.summary.walk import Scope, changed, declared
from learnstrata.wording.words import EVERYBODY

__all__ = [
    "PLACEHOLDER",
    "blank",
    "blank_part",
    "is_phrased",
    "own_labels",
    "own_words",
]

PLACEHOLDER = "\N{WHITE SQUARE}"
NAMES = "names"  # the part of a configuration where the user names segments
BETWEEN = " / "  # the two bands of a rule-based segment
ROLES = ("role", "role_family")
OF_ROLES = (PayByRole, MentorRole, RoleWithExperience, RoleCell, CompanyRole)
OF_ROLES += (PartRole, RoleFamily)
WORD = re.compile(r"[^\W\d_]+")
NUMBERED = re.compile(r" \([0-9]{1,4}\)\Z")
SPEAKING = ("config", "decisions", "learners", "report", "segments", "summary")
SPEAKING += ("wording",)
# Job titles of a made table, messages of files, names of programs: in no result.
UNSAID = frozenset({"demo", "sources", "exports.py"})
R = TypeVar("R", bound=Results)
P = TypeVar("P", bound=Model)


def blank(results: R) -> R:
    """Take every text of the table and of the user out of results.

    Parameters
    ----------
    results : Results
        They are not changed.

    Returns
    -------
    Results
        Of the same type and shape. Sentences made of labels are placeholders as well:
        make them anew.

    Notes
    -----
    A label that is the same whoever the learners are (a role family of the packaged
    table, a tier, a feature, a usual name of a column) stays. A title somebody typed
    is none of those, though it is a word of ours.
    """
    by_numbers = {one.name_by_numbers for one in results.segments}
    # A segment that continues one of an earlier run keeps the name of that by numbers.
    continued = {one.name for one in results.segments if ", " in one.name}
    named = {name for name in by_numbers | continued if is_phrased(name)}
    usual = {c for c in results.input.columns.values() if folded(c) in _aliases()}
    own = own_labels() | named | usual
    return changed(results, _Blanking(own, frozenset(named)))


def blank_part(part: P) -> P:
    """Take every text of the table and of the user out of a result that stands alone.

    Parameters
    ----------
    part : Model
        It is not changed. Its sentences are to be made anew.
    """
    return changed(part, _Blanking(own_labels(), frozenset()))


@cache
def own_labels() -> frozenset[str]:
    """Give the labels that are the same whoever the learners are.

    Examples
    --------
    >>> {"Backend", "Tier 1", "Early", "log_pay", "ctc", "pay_band"} <= own_labels()
    True
    """
    known = {**FEATURES, **DESCRIBED}
    features = [(name, one.label) for name, one in known.items()]
    columns = [(name, *one.aliases) for name, one in COLUMNS.items()]
    recipes = [load_config(name).as_dict() for name in list_recipes()]
    return frozenset(
        [
            *_own_roles(),
            *(*SENIORITY, *TIERS, UNRATED, *ROLES, *OUR_OUTCOMES, YES, OTHER),
            *RELATIVE.values(),
            *(name for names in [*features, *columns] for name in names),
            *(f"role: {name}" for name in _own_roles() if name),
            *(f"tier: {name}" for name in (*TIERS, UNRATED)),
            *(feature_of(name).label for name in OUR_OUTCOMES),
            *(text for recipe in recipes for text in _texts(recipe)),
        ]
    )


def is_phrased(text: str) -> bool:
    """Say whether a name of a group is made of nothing but phrases of ours.

    Examples
    --------
    >>> is_phrased("Early career, lower pay, Backend"), is_phrased("High English")
    (True, False)
    >>> is_phrased("Higher pay, 2nd largest"), is_phrased("Fewer than 10, larger")
    (True, True)
    >>> is_phrased("Lower pay (2)")  # another had the name
    True
    """
    plain = NUMBERED.sub("", text.lower())
    parts = plain.removesuffix(f" {WITHIN}").split(", ")
    return all(part in _phrases() or OF_SIZE.fullmatch(part) for part in parts)


@cache
def _phrases() -> frozenset[str]:
    """Give what groups are called and told by, in small letters."""
    known = {**FEATURES, **DESCRIBED}
    stages = [*STAGES.values(), *(name for name in STAGES)]
    told = [
        *(step for name in known for step in (*steps_of(name), *ends_of(name))),
        *(step for name in known for step in steps_within(name)),
        *(f"more often {name}" for name in (*_own_roles(), *TIERS, UNRATED)),
        *(one.label for one in known.values()),
        *(f"{one.label} in between" for one in known.values()),
        *(f"{FEATURES['role'].label} {name}" for name in _own_roles()),
        *(f"{FEATURES['tier'].label} {name}" for name in (*TIERS, UNRATED)),
        *(f"{one} to {other}" for one in stages for other in stages),
        *(*stages, *_own_roles(), EARLY_TO_MID, ALL_LEARNERS, MIXED, REST),
    ]
    return frozenset(text.lower() for text in told)


@cache
def _aliases() -> frozenset[str]:
    return frozenset(folded(name) for one in COLUMNS.values() for name in one.aliases)


@cache
def _own_roles() -> frozenset[str]:
    recipes = [load_config(name) for name in list_recipes()]
    unnamed = [name for recipe in recipes for name in unnamed_roles(recipe)]
    return frozenset([*TitleTable.load().families, *unnamed, EVERYBODY, ""])


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        keys = [str(key) for key in value]
        return [*keys, *(text for inner in value.values() for text in _texts(inner))]
    if isinstance(value, list | tuple):
        return [text for inner in value for text in _texts(inner)]
    return []


@dataclass(frozen=True)
class _Blanking:
    """A walk that puts a placeholder for every label that is not our own."""

    own: frozenset[str]
    named: frozenset[str]  # segments, by their numbers

    def keeps(self, row: Model) -> bool:  # noqa: ARG002 - every row stays
        return True

    def rows(self, kind: Kind, rows: tuple[Model, ...]) -> tuple[Model, ...]:  # noqa: ARG002 - in their order
        return rows

    def value(self, kind: Kind, value: object, scope: Scope) -> object:
        """Blank a label, or what is not of our words in a sentence."""
        if isinstance(kind, Sentence):
            return _said(value)
        if not isinstance(kind, Label):
            return value
        around = scope[-1]
        if isinstance(around, SegmentRule) and self._is_own(around):
            return value
        if isinstance(around, Settings) and isinstance(value, Mapping):
            return self._configured(value)
        return _blanked(value, self._own_at(value, scope))

    def _is_own(self, rule: SegmentRule) -> bool:
        """Say whether a rule names nothing but what is our own."""
        return all(
            c.feature in self.own and c.value in self._own_of(c.feature)
            for path in rule.paths
            for c in path
        )

    def _own_of(self, category: str) -> frozenset[str]:
        """Give the values of a category that are our own: typed ones are none."""
        if category in ROLES:
            return _own_roles()
        return self.own if category in self.own else frozenset(["", *NO_ROLE])

    def _own_at(self, value: object, scope: Scope) -> frozenset[str]:
        """Give the labels of ours that may stand where this one does."""
        around = scope[-1]
        if isinstance(around, Title):
            return frozenset()
        if isinstance(around, Segment):
            return frozenset([around.name, around.name_by_numbers]) & self.named
        if isinstance(around, Part):
            # A segment that is whole bears the name that the user gave it.
            whole = "." not in around.subsegment_id
            return self.named if whole else frozenset(filter(is_phrased, _texts(value)))
        phrased = isinstance(around, Pull) and value == around.told
        if phrased or isinstance(around, ComparedSegment):
            return frozenset(filter(is_phrased, _texts(value)))
        if isinstance(around, CohortPart):
            return _own_roles() | self.named | {*TIERS, UNRATED}
        if isinstance(around, CategoryShare):
            over = next(one for one in reversed(scope) if isinstance(one, Category))
            return self._own_of(over.name)
        if isinstance(around, DistinctiveValue | Condition | ShareChange):
            of = around.category if isinstance(around, ShareChange) else around.feature
            return self.own if value == of else self._own_of(of)
        typed = isinstance(around, PayCell) and value == around.role_family
        return _own_roles() if typed or isinstance(around, OF_ROLES) else self.own

    def _configured(self, config: Mapping[str, object]) -> dict[str, object]:
        """Blank a configuration; what the user calls a segment is no word of ours."""
        return {
            key: _blanked(value, frozenset() if key == NAMES else self.own)
            for key, value in config.items()
        }


def _blanked(value: object, own: frozenset[str]) -> object:
    """Put a placeholder for each text that is none of ours, nor two of them."""
    if isinstance(value, str):
        ours = value in own or {*value.split(BETWEEN)} <= own
        return value if ours else PLACEHOLDER
    if isinstance(value, Mapping):
        keys = [
            f"{PLACEHOLDER}{i}" if is_extra(str(key)) else key
            for i, key in enumerate(value)
        ]
        inner = (_blanked(one, own) for one in value.values())
        return dict(zip(keys, inner, strict=True))
    if isinstance(value, list | tuple):
        return type(value)(_blanked(inner, own) for inner in value)
    return value


def _said(value: object) -> object:
    """Put a placeholder for each word of a sentence that no sentence of ours has."""
    if isinstance(value, str):
        ours = own_words()
        return WORD.sub(lambda m: m[0] if m[0].lower() in ours else PLACEHOLDER, value)
    if isinstance(value, Mapping):
        return {key: _said(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_said(inner) for inner in value)
    return value


@cache
def own_words() -> frozenset[str]:
    """Give the words that sentences of results are made of, in small letters.

    They are the words of the modules that make results and pages, and of our labels.

    Examples
    --------
    >>> {"silhouette", "segment", "learners"} <= own_words(), "acme" in own_words()
    (True, False)
    """
    home = resources.files("learnstrata")
    rooms = [Path(str(home / name)) for name in SPEAKING]
    files = sorted(
        file
        for room in rooms
        for file in room.rglob("*.py")
        if not UNSAID & set(file.relative_to(room).parts)
    )
    texts = (text for file in files for text in _constants(file))
    fields = (path for path, _ in declared(DisclosedSummary))
    pages = (
        page.read_text(encoding="utf-8")
        for room in rooms
        for page in room.rglob("templates/*.*")
    )
    words = WORD.findall(" ".join([*texts, *pages, *fields, *own_labels()]))
    parts = (key for label in own_labels() for key in tokenised(label).keys)
    return frozenset([*(word.lower() for word in words), *parts])


def _constants(file: Path) -> list[str]:
    """Give the texts of a module, without its docstrings."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    told = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in told
    ]
