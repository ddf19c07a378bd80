"""Where a second person is asked for, nobody promotes alone."""

from dataclasses import replace

import pytest

from layer.store.planted import groups, planted
from learnstrata.config.stages import Layer
from learnstrata.exceptions import ParameterError
from learnstrata.layer.store.approvals import approvals_in, approve, policy_of
from learnstrata.layer.store.promotion import planned, promote, roll_back
from learnstrata.layer.store.versions import add_version

ANN, BEN, EVE = ({"who": name} for name in ("ann", "ben", "eve"))


def under(run, **limits):
    """Give the run, configured for a layer with these limits."""
    config = replace(run.model.config, layer=Layer(**limits))
    return replace(run, model=replace(run.model, config=config))


def test_who_added_or_promotes_a_version_is_no_second_person(store):
    one = add_version(store, under(planted(groups(5, 5)), approvals=1), **ANN).id
    with pytest.raises(ParameterError, match="1 person other than ann;.*of nobody"):
        promote(store, one, **ANN)
    with pytest.raises(ParameterError, match="ann added version 1, so somebody else"):
        approve(store, one, who=" Ann ")
    assert approve(store, one, **BEN, why="as agreed") == ("ben",)
    (told,) = approvals_in(store)
    assert (told.version, told.who, told.why) == (one, "ben", "as agreed")
    with pytest.raises(ParameterError, match="other than ann and ben"):
        promote(store, one, **BEN)
    assert promote(store, one, **EVE).number == 1


def test_approving_twice_is_one_approval(store):
    one = add_version(store, under(planted(groups(5, 5)), approvals=2), **ANN).id
    approve(store, one, **BEN)
    assert approve(store, one, who="BEN") == ("ben",)
    with pytest.raises(ParameterError, match="2 persons.*that of ben"):
        promote(store, one, **ANN)
    assert approve(store, one, **EVE) == ("ben", "eve")
    assert promote(store, one, **ANN).number == 1


def test_a_candidate_cannot_ask_for_less_than_what_is_in_use(store):
    one = add_version(store, under(planted(groups(5, 5)), approvals=1), **ANN).id
    approve(store, one, **BEN)
    promote(store, one, **ANN)
    lax = under(planted(groups(5, 6)), approvals=0)
    two = add_version(store, lax, **ANN).id
    with pytest.raises(ParameterError, match="needs the approval of 1 person"):
        promote(store, two, **ANN)
    approve(store, two, **EVE)
    promote(store, two, **ANN)
    assert roll_back(store, one, **ANN).version == one  # it was approved once


def test_a_way_back_asks_for_no_less_than_what_was_agreed_on(store):
    lax, strict = planted(groups(5, 5)), planted(groups(5, 6))
    promote(store, add_version(store, under(lax, approvals=0), **ANN).id, **ANN)
    promote(store, add_version(store, under(strict, approvals=1), **ANN).id, **ANN)
    third = add_version(store, planted(groups(5, 7)), **ANN).id
    roll_back(store, **ANN)
    with store.reading() as connection:
        assert policy_of(connection, third).approvals == 1
    with pytest.raises(ParameterError, match="needs the approval of 1 person"):
        promote(store, third, **ANN)


def test_an_approval_of_a_version_that_is_not_there_is_refused(store):
    with pytest.raises(ParameterError, match="There is no version 7"):
        approve(store, 7, **BEN)


def test_the_margin_is_that_of_the_version_in_use(store):
    ids = groups(5, 5)
    wide = under(planted(ids), min_margin=0.6)
    promote(store, add_version(store, wide, **ANN).id, **ANN)
    moved = {**ids, "l0000": 2}
    near = planted(moved, second={"l0000": 1}, margin={"l0000": 0.5})
    version = add_version(store, near, **ANN).id
    assert planned(store, version)[0].kept == 1
    assert planned(store, version, min_margin=0.0)[0].kept == 0
