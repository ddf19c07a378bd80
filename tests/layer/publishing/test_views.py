"""Grants are written for the roles that a database has."""

import pytest

from learnstrata.exceptions import ParameterError
from learnstrata.layer.publishing.views import AUDIENCES, grants_of, roles_given


def test_each_audience_is_granted_its_own_view_and_no_table():
    statements = grants_of(roles_given({"careers": 'a "b"; DROP'}), schema="s x")
    assert statements[0] == (
        'GRANT USAGE ON SCHEMA "s x" TO "mentoring", "a ""b""; DROP", "product";'
    )
    views = [
        statement.split(" ON ")[1].split(" TO ")[0] for statement in statements[1:]
    ]
    assert views == [f'"s x".{view}' for view in AUDIENCES.values()]


@pytest.mark.parametrize(
    ("roles", "message"),
    [
        ({"sales": "x"}, "Got the audience 'sales', expected one of"),
        ({"product": ""}, "as the role of product, expected the name of a role"),
        ({"product": "x" * 64}, "1 to 63 bytes"),
    ],
)
def test_a_role_that_cannot_be_is_refused(roles, message):
    with pytest.raises(ParameterError, match=message):
        roles_given(roles)
