"""What is told of a publication: on the terminal, and as one JSON object."""

import json

import pytest

from learnstrata.app.cli.publishing import roles_of, tell_published
from learnstrata.exceptions import ParameterError
from learnstrata.layer.publishing.terms import Published

FOUND = Published(
    "postgresql://db/lists", "delta", "It builds on release 6.", 7, 2, 9, 1_234,
    *(5, 0, 11), grants=('GRANT SELECT ON "a".b TO "c";',),
)  # fmt: skip
SAME = Published("members", "unchanged", "It is there.", 7, 2, 9, 1)


def told(capsys, found, **how):
    tell_published(found, **{"quiet": False, "as_json": False, **how})
    return capsys.readouterr().out


def test_the_terminal_says_what_is_there_and_what_changed(capsys):
    assert told(capsys, FOUND).splitlines() == [
        "postgresql://db/lists holds release 7 (version 2): 1,234 learners.",
        "Published (delta): It builds on release 6.",
        "Rows: 5 added and 11 changed.",
        "To let audiences read, the owner of the database runs:",
        '  GRANT SELECT ON "a".b TO "c";',
    ]


def test_a_release_that_was_there_already_is_said_to_be(capsys):
    assert told(capsys, SAME).splitlines() == [
        "members holds release 7 (version 2): 1 learner.",
        "Unchanged: It is there.",
    ]
    assert told(capsys, SAME, quiet=True) == ""


def test_json_has_every_field(capsys):
    found = json.loads(told(capsys, FOUND, as_json=True, quiet=True))
    assert found["grants"] == ['GRANT SELECT ON "a".b TO "c";']
    assert {name: found[name] for name in ("release", "added", "changed")} == {
        "release": 7,
        "added": 5,
        "changed": 11,
    }


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["mentoring"], "Got --grant-role 'mentoring', expected AUDIENCE=ROLE"),
        (["product=a", "product=b"], "Got two roles for product: 'a' and 'b'"),
    ],
)
def test_a_role_that_is_given_in_another_way_is_refused(given, message):
    with pytest.raises(ParameterError, match=message):
        roles_of(given)
