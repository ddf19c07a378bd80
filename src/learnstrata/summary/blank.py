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
from learnstrata.learners.features.companies import TIERS, UNRATED
from learnstrata.learners.features.matrix import FEATURES
from learnstrata.learners.roles.titles import SENIORITY, TitleTable
from learnstrata.learners.roles.unnamed import NO_ROLE
from learnstrata.privacy.disclosure.kinds import Kind, Label, Sentence
from learnstrata.summary.contract import Model, Results, SegmentRule
from learnstrata.summary.walk import Scope, changed

__all__ = ["PLACEHOLDER", "blank", "own_labels", "own_words"]

PLACEHOLDER = "\N{WHITE SQUARE}"
WORD = re.compile(r"[^\W\d_]+")
SPEAKING = ("config", "decisions", "learners", "segments", "summary", "wording")
R = TypeVar("R", bound=Results)


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
    table, a tier, a feature) stays. A title somebody typed is none of those.
    """
    named = {one.name_by_numbers for one in results.segments}
    return changed(results, _Blanking(own_labels() | named))


@cache
def own_labels() -> frozenset[str]:
    """Give the labels that are the same whoever the learners are.

    Examples
    --------
    >>> {"Backend", "Tier 1", "Early", "log_pay"} <= own_labels()
    True
    """
    features = [(name, one.label) for name, one in FEATURES.items()]
    recipes = [load_config(name).as_dict() for name in list_recipes()]
    return frozenset(
        [
            *TitleTable.load().families,
            *(*SENIORITY, *NO_ROLE, *TIERS, UNRATED, "All", ""),
            *(name for pair in features for name in pair),
            *(text for recipe in recipes for text in _texts(recipe)),
        ]
    )


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
        return self._blanked(value)

    def _is_own(self, rule: SegmentRule) -> bool:
        """Say whether a rule names nothing but what is our own."""
        said = {t for path in rule.paths for c in path for t in (c.feature, c.value)}
        return said <= self.own

    def _blanked(self, value: object) -> object:
        if isinstance(value, str):
            return value if value in self.own else PLACEHOLDER
        if isinstance(value, Mapping):
            return {key: self._blanked(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(self._blanked(inner) for inner in value)
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

    They are the words of the texts in the modules that make results, and of our labels.

    Examples
    --------
    >>> {"silhouette", "segment", "learners"} <= own_words(), "acme" in own_words()
    (True, False)
    """
    home = resources.files("learnstrata")
    rooms = (Path(str(home / name)) for name in SPEAKING)
    files = sorted(
        file
        for room in rooms
        for file in room.rglob("*.py")
        if "demo" not in file.parts
    )
    texts = (text for file in files for text in _constants(file))
    words = WORD.findall(" ".join([*texts, *own_labels()]))
    return frozenset(word.lower() for word in words)


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
