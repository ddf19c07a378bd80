"""A pay asked for at the command line, however it is typed."""

import json

import pytest

from commands import command

PEERS = ("--role", "backend", "--tier", "TIER 2", "--experience", "mid")


def asked(run, pay, *peers):
    return command("percentile", run, *(peers or PEERS), "--pay", pay)


@pytest.mark.parametrize("pay", ["12LPA", "12 lakh", "1,200,000", "12,00,000"])
def test_a_pay_is_read_as_people_type_it(pay, tiny_run):
    plain = asked(tiny_run, "1200000")
    assert plain.returncode == 0, plain.stderr
    assert plain.stdout.startswith("12.0 LPA is at ")
    told = "1200000 is read in INR: a number alone is in LPA under "
    assert told in plain.stdout
    found = asked(tiny_run, pay)
    assert found.stdout.splitlines()[0] == plain.stdout.splitlines()[0]
    assert ("is read in INR" in found.stdout) == pay[-1].isdigit()


def test_a_small_number_alone_is_in_the_shown_unit_as_in_the_page(tiny_run):
    found = asked(tiny_run, "12")
    assert found.stdout.startswith("12.0 LPA is at ")
    assert "12 is read in LPA: a number alone is in LPA under " in found.stdout


@pytest.mark.parametrize("pay", ["twelve", "45.000", "$75k"])
def test_a_pay_that_has_no_one_reading_is_refused(pay, tiny_run):
    found = asked(tiny_run, pay)
    assert found.returncode == 2
    assert f"Got pay='{pay}', expected an amount of INR a year" in found.stderr
    assert "'12LPA', '12 lakh' or '1200000'" in found.stderr


def test_a_pay_far_outside_its_role_is_warned_of_with_the_rule(tiny_run):
    usual = json.loads(
        command("percentile", tiny_run, *PEERS, "--pay", "12LPA", "--json").stdout
    )
    assert usual["warning"] == ""
    found = " ".join(asked(tiny_run, "₹12").stdout.split())
    assert "Warning: A pay of <0.01 LPA is far outside what is paid to Backend" in found
    assert "by the spread of" in found
    assert "Warning" not in asked(tiny_run, "12LPA").stdout


@pytest.mark.parametrize(
    ("option", "wrong", "words"),
    [
        ("--role", "Backnd", ["'Backnd'", "'Frontend'", "Perhaps 'Backend'?"]),
        ("--tier", "Tier 9", ["'Tier 9'", "'Tier 1', 'Tier 2', 'Tier 3'"]),
        ("--experience", "midd", ["'Early', 'Mid', 'Senior'", "Perhaps 'Mid'?"]),
    ],
)
def test_a_wrong_choice_is_told_with_all_there_are(option, wrong, words, tiny_run):
    peers = [*PEERS]
    peers[peers.index(option) + 1] = wrong
    found = asked(tiny_run, "12LPA", *peers)
    assert found.returncode == 2
    for word in words:
        assert word in found.stderr


def test_an_option_left_out_lists_what_there_is(tiny_run):
    found = command("percentile", tiny_run, "--role", "Backend")
    assert found.returncode == 2
    assert "--tier: Tier 1, Tier 2, Tier 3, Unrated" in found.stderr
    assert "--experience: Early, Mid, Senior" in found.stderr
    assert "--role: Backend, " in found.stderr
