"""An address is told without what lets somebody in."""

import pytest

from learnstrata.wording.addresses import shown_address, without_secrets

ADDRESSES = [
    "jdbc:postgresql://db/s?user=u&password=hidden#t",
    "jdbc:postgresql://u:hidden@h:1/db#t",
    "jdbc:postgresql://u:hid?hidden@h/db",
    "jdbc:postgresql://u:hid#hidden@h/db",
    "jdbc:postgresql://u:hid hidden@h/db",
    "jdbc:postgresql://u:hid'hidden@h/db",
    "jdbc:oracle:thin:scott/hidden@//h:1521/x",
    "jdbc:sqlserver://h;user=u;password=a b hidden",
    "jdbc:mysql://h/db?user=hidden@x",
    "JDBC:postgresql://u:hidden@h",
    "sc://h:1/;token=hidden",
    "s3a://key:hidden@bucket/learners",
    "s3a:/key:hidden@bucket/learners",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_address_shows_what_it_hides(address):
    shown = shown_address(address)
    assert "hidden" not in shown
    assert shown.partition(":")[0] == address.partition(":")[0]
    assert shown_address(shown) == shown


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_line_of_a_library_shows_what_an_address_hides(address):
    line = without_secrets(f"No driver for '{address}' was found.")
    assert "hidden" not in line
    assert line.startswith("No driver for '")


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_line_with_a_shown_address_is_whole(address):
    line = f"Got {shown_address(address)}. Take --engine spark."
    assert without_secrets(line) == line


@pytest.mark.parametrize("text", ["runs/a@b?.csv", "C:/a?b", "local[*]", "a;b@c"])
def test_what_is_no_address_stays(text):
    assert shown_address(text) == text
    assert without_secrets(text) == text
