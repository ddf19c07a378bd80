"""The walk over results reaches every value, with its kind and what is around it."""

from typing import Annotated

import pytest

from learnstrata.exceptions import ParameterError
from learnstrata.privacy.disclosure.kinds import Count, Rows, Setting
from learnstrata.summary.contract.model import Model
from learnstrata.summary.contract.results import DisclosedSummary, ExactSummary
from learnstrata.summary.walk import (
    changed,
    declared,
    kinds_of,
    models_in,
    owner_of,
    results_in,
)


class Leaf(Model):
    n: Annotated[int | None, Count("leaves")]
    many: Annotated[tuple[tuple[int, ...], ...], Count("leaves")] = ()


class Tree(Model):
    name: Annotated[str, Setting()]
    leaves: Annotated[tuple[Leaf, ...], Rows()]
    grid: Annotated[tuple[tuple[Leaf, ...], ...], Rows()] = ()

    @property
    def height(self):
        return 7


class Doubling:
    def keeps(self, row):
        return row.n != 13

    def rows(self, kind, rows):
        assert isinstance(kind, Rows)
        return tuple(reversed(rows))

    def value(self, kind, value, scope):
        if isinstance(value, tuple):
            return tuple(self.value(kind, inner, scope) for inner in value)
        return 2 * value if isinstance(kind, Count) else value


MODELS = models_in(DisclosedSummary, ExactSummary)


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.__name__)
def test_every_field_of_the_contract_has_one_kind_and_every_result_a_sentence(model):
    assert set(kinds_of(model)) == set(model.model_fields)
    assert model.__doc__


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.__name__)
def test_fields_that_hold_results_are_rows_and_no_others(model):
    for name, kind in kinds_of(model).items():
        inner = results_in(model.model_fields[name].annotation)
        assert isinstance(kind, Rows) == bool(inner), (model.__name__, name)
        for field in getattr(kind, "by", ()):
            assert field.lstrip("-|") in inner[0].model_fields, (name, field)


def test_every_count_and_statistic_says_of_whom_it_is():
    for path, kind in declared(DisclosedSummary):
        assert getattr(kind, "of", "said by its kind"), path


def test_what_is_exact_and_what_is_disclosed_have_the_same_fields():
    exact, told = (dict(declared(m)) for m in (ExactSummary, DisclosedSummary))
    assert exact == told


def test_every_value_is_changed_rows_are_kept_and_ordered_by_the_change():
    leaves = tuple(Leaf(n=n, many=((n,), (1, 2))) for n in (1, 13, 3))
    tree = Tree(name="oak", leaves=leaves, grid=(leaves[:1], leaves[1:]))
    found = changed(tree, Doubling())
    assert found.name == "oak"
    assert [leaf.n for leaf in found.leaves] == [6, 2]
    assert found.leaves[1].many == ((2,), (2, 4))
    assert [[leaf.n for leaf in row] for row in found.grid] == [[2], [6]]
    assert tree.leaves[0].n == 1


def test_a_name_is_looked_up_from_the_inside_out():
    leaf = Leaf(n=4)
    tree = Tree(name="oak", leaves=(leaf,))
    assert owner_of((tree, leaf), "n").n == 4
    assert owner_of((tree, leaf), "name").name == "oak"
    assert owner_of((tree, leaf), "height").height == 7
    with pytest.raises(ParameterError, match="No result around Leaf has 'colour'"):
        owner_of((tree, leaf), "colour")


def test_a_field_without_a_kind_is_refused():
    class Bare(Model):
        n: int

    with pytest.raises(ParameterError, match=r"Bare\.n is declared with 0 kinds"):
        kinds_of(Bare)
