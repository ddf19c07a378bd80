"""Sentences of monitoring: each is made of the numbers beside it."""

import pytest

from learnstrata.summary.contract.monitoring import (
    Check,
    Limits,
    Monitoring,
    PayNow,
    SegmentNow,
)
from learnstrata.summary.monitoring import check_name, move_text, with_sentences
from learnstrata.wording.numbers import Numbers

WRITE = Numbers(100_000.0, "LPA", 10)
LIMITS = Limits(
    alpha=0.01, watch_effect=0.1, refit_effect=0.5, watch_pay=0.03, refit_pay=0.15
)


def check(looked="feature", name="log_experience", **more):
    values = {
        "n_old": 5_000,
        "n_new": 5_000,
        "effect": 0.3,
        "floor": 0.05,
        "shift": -0.3,
        "psi": 0.09,
        "psi_floor": 0.01,
        "p": 0.001,
        "advice": "watch",
    }
    return Check(looked=looked, name=name, **values | more)


def pay(move="inflation", *, is_mixed=False, **more):
    values = dict.fromkeys(("total", "within", "mix"), 0.0)
    values = {"total": 0.08, "within": 0.08, "mix": 0.0}
    ends = {
        f"{name}{end}": value + step
        for name, value in values.items()
        for end, step in (("_low", -0.02), ("_high", 0.02))
    }
    told = {"n_old": 900, "n_new": 900, "cells": 40, "coverage": 0.9}
    by = {"by": ("role_family", "experience", "tier")}
    return PayNow(**values | ends | told | by | more, move=move, is_mixed=is_mixed)


def found(*checks, advice="watch", **more):
    values = {
        "base": 10,
        "limits": LIMITS,
        "as_of_old": 2021,
        "as_of_new": 2021,
        "size_old": 5_000,
        "size_new": 5_000,
        "records_new": 6_000,
        "in_both": 0,
        "is_followed": True,
        "segments": (),
        "values": (),
        "pay": None,
    }
    one = Monitoring(advice=advice, checks=checks, **values | more)
    return with_sentences(one, WRITE).sentences


def test_nothing_that_moved_is_said_with_how_much_was_looked_at():
    still = check(effect=0.02, advice="keep")
    assert found(still, still, advice="keep") == (
        "Keep the segments: of 2 things that were looked at, none moved both beyond "
        "chance and by as much as is watched.",
    )


def test_what_moved_is_named_and_told():
    told = found(check(), check("missing", "pay", old=0.01, new=0.12, shift=None))
    assert told[0] == (
        "Watch the segments: 2 of 2 things that were looked at moved beyond chance and "
        "by as much as is watched: experience and missing pay."
    )
    assert told[1] == (
        "Experience: lower, by 0.30 standard deviations (by chance up to 0.05)."
    )
    assert told[2].startswith("Missing pay: from 1% to 12%, 0.30 standard deviations")


def test_a_refit_names_only_what_asks_for_it():
    told = found(
        check(), check(name="role", effect=0.8, advice="refit"), advice="refit"
    )
    assert "1 of 2 things" in told[0]
    assert told[0].endswith("asks for a refit: role.")


def test_of_many_moves_three_are_named():
    checks = [
        check("missing", name) for name in ("pay", "title", "company", "pay_year")
    ]
    assert "pay, missing title, missing company and 1 more." in found(*checks)[0]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, "Pay rose by 8% among learners of the same role, experience and company"),
        ({}, "not a change of who is there"),
        ({"move": "deflation"}, "Pay fell by 8%"),
        (
            {"is_mixed": True, "mix": 0.05, "total": 0.134},
            "raise typical pay by 5% besides, so that it changed by 13.4%",
        ),
        (
            {"move": "mix", "is_mixed": True, "mix": -0.05},
            "Typical pay is 5% lower because other learners are there: among learners",
        ),
        ({"move": "none"}, "pay is about as it was (6% to 10%)."),
        ({"by": ()}, "among all learners"),
        (
            {"move": "unknown"},
            "is not told: it is known of too few learners or companies",
        ),
    ],
)
def test_pay_is_told_by_what_moved_it(more, expected):
    assert expected in found(check(), pay=pay(**more))[-1]


def test_the_segment_that_moved_most_is_told():
    segments = tuple(
        SegmentNow(id=i, name=name, size=1, size_new=1, share=old, share_new=new)
        for i, (name, old, new) in enumerate([("A", 0.5, 0.4), ("B", 0.5, 0.6)])
    )
    told = found(check("segments", ""), segments=segments)
    assert '"A" went from 50% to 40% of the learners.' in told


def test_few_learners_and_those_in_both_are_told_to_weaken_the_look():
    assert "of under 0.36 standard deviations" in found(check(floor=0.36))[-1]
    assert found(check(), in_both=0.98)[-1].startswith(
        "98% of the learners of the smaller"
    )
    assert len(found(check(), in_both=0.02)) == len(found(check()))


def test_a_move_whose_size_is_hidden_is_told_without_it():
    hidden = check("unknown", "role", effect=None, shift=None, old=None, new=0.03)
    assert move_text(hidden) == "from under what is told to 3%"
    assert check_name(hidden) == "new values of role"
