"""What differs between two runs: medians with their noise, settings and values."""

from dataclasses import asdict

import numpy as np
import polars as pl
import pytest

import learnstrata as ls
from learnstrata.layer.changes import (
    numbers_of_all,
    numbers_of_segment,
    settings_changed,
)
from learnstrata.layer.pairs import beside
from learnstrata.summary.contract.meaning import TypicalNumber
from learnstrata.summary.previous import previous_sentences
from thrift import NO_EVIDENCE

KEY = bytes(32)
TABLE = ls.make_learners(600, rng=4).with_columns(
    pl.int_range(pl.len()).mod(40).cast(pl.String).alias("score"),
    pl.int_range(pl.len()).mod(7).cast(pl.String).alias("hours"),
    *(pl.int_range(pl.len()).mod(n).cast(pl.String).alias(f"q{n}") for n in (3, 4, 5)),
)


def run(**asked):
    return ls.segment(TABLE, config=ls.load_config(evidence=NO_EVIDENCE, **asked))


@pytest.fixture(scope="module")
def plain():
    return run(selection={"k": 3}).exact


def quartiles(values, feature="extra:score"):
    p25, p50, p75 = np.quantile(values, (0.25, 0.5, 0.75))
    told = dict.fromkeys(TypicalNumber.model_fields)
    told |= {"feature": feature, "n": len(values), "p25": p25, "p50": p50, "p75": p75}
    return TypicalNumber(**told)


def change(plain, old, new, feature="extra:score"):
    segment = plain.segments[0]
    then, now = (
        segment.model_copy(update={"typical": (quartiles(one, feature),)})
        for one in (old, new)
    )
    (found,) = numbers_of_segment(then, now, (plain, plain))
    return found


@pytest.mark.parametrize("law", ["normal", "lognormal", "exponential"])
def test_two_samples_of_one_law_seldom_differ_beyond_noise(plain, law):
    rng = np.random.default_rng(1)
    draw = getattr(rng, law)
    pairs = [(draw(size=400), draw(size=300)) for _ in range(400)]
    found = [change(plain, *pair).is_beyond_noise for pair in pairs]
    assert np.mean(found) < 0.1


def test_a_shift_is_told_in_standard_deviations_and_beyond_noise(plain):
    rng = np.random.default_rng(2)
    found = [
        change(plain, rng.normal(size=900), rng.normal(0.5, size=900))
        for _ in range(200)
    ]
    assert np.mean([one.effect for one in found]) == pytest.approx(0.5, abs=0.03)
    assert np.mean([one.is_beyond_noise for one in found]) > 0.99


def test_a_median_in_whole_years_that_moves_by_one_is_not_beyond_noise(plain):
    years = np.repeat([3.0, 5.0, 9.0], 5_000)
    for more, beyond in ((1.0, False), (3.0, True)):
        found = change(plain, years, years + more, "years_of_experience")
        assert found.is_beyond_noise is beyond
    assert change(plain, years, years).effect == 0.0


def test_a_number_that_does_not_vary_has_no_effect(plain):
    found = change(plain, np.ones(50), np.ones(50))
    assert (found.effect, found.is_beyond_noise) == (None, None)


def told(old, new):
    return {one.setting: (one.old, one.new) for one in settings_changed(old, new)}


def test_the_year_that_counts_as_now_is_told_with_where_it_is_from(plain):
    asked = run(selection={"k": 3}, as_of=plain.settings.as_of).exact
    year = plain.settings.as_of
    assert told(plain, asked) == {
        "as_of": (f"{year} (the newest of the table)", str(year))
    }


def test_lists_of_columns_are_whole_and_in_the_sentence_shortened(plain):
    columns = ["score", "hours", "q3", "q4", "q5"]
    other = run(selection={"k": 3}, columns={"numeric": columns}).exact
    found = told(plain, other)
    assert found["columns.numeric"] == ("", "score, hours, q3, q4, q5")
    previous = ls.compare_runs(
        run(selection={"k": 3}), run(selection={"k": 3}, columns={"numeric": columns})
    ).exact
    said = previous_sentences(previous, plain.settings.numbers)[-1]
    assert "columns.numeric was not set, now score, hours, q3 and 2 more" in said
    assert not [name for name in found if "score" in name]


def test_of_features_that_differ_only_the_differences_are_told(plain):
    weighty = run(selection={"k": 3}, features={"role": {"weight": 0.25}}).exact
    assert told(plain, weighty) == {
        "features": ("role.weight = 0.5", "role.weight = 0.25")
    }


def test_what_the_level_of_evidence_decides_is_told_by_the_level_alone(plain):
    asked = plain.settings.config | {"evidence": asdict(evidence("quick"))}
    quick = reset(plain, asked)
    low = reset(plain, asked | {"evidence": asdict(evidence("none"))})
    assert told(low, quick) == {"evidence.level": ("none", "quick")}
    own = reset(plain, asked | {"evidence": asdict(evidence("quick", draws=49))})
    assert told(low, own)["evidence.draws"] == ("19", "49")
    assert told(quick, own) == {"evidence.draws": ("19", "49")}


def evidence(level, **more):
    return ls.load_config(evidence={"level": level, **more}).evidence


def reset(results, config):
    settings = results.settings.model_copy(update={"config": config})
    return results.model_copy(update={"settings": settings})


def test_a_k_that_made_no_difference_is_no_news(plain):
    asked = {**plain.settings.config["selection"], "k": None}
    free = reset(plain, plain.settings.config | {"selection": asked})
    assert told(free, plain) == {"selection.k": ("", "3")}
    previous = compared(free, plain)
    assert "selection.k" not in " ".join(spoken(previous, plain))
    other = previous.model_copy(update={"k_old": 4})
    assert "selection.k was not set, now 3" in spoken(other, plain)[-1]


def compared(old, new):
    return beside((old, new), "Nobody is followed.")


def spoken(previous, results):
    return previous_sentences(previous, results.settings.numbers)


def test_a_median_and_the_settings_that_differ_are_told_together(plain):
    config = plain.settings.config | {"unit": "record", "as_of": 2030}
    columns = {**config["columns"], "numeric": ["score"]}
    previous = compared(plain, reset(raised(plain, 2.0), config | {"columns": columns}))
    said = spoken(previous, plain)
    assert len(said) == 3
    assert said[-1].startswith("Median pay of all went from")
    assert "; settings differ: " in said[-1]
    assert said[-1].endswith("and 2 more.") or said[-1].endswith("and 1 more.")


def raised(results, times):
    """Give the results with another pay of all."""
    told = results.description
    numbers = tuple(
        one.model_copy(
            update={q: getattr(one, q) * times for q in ("p25", "p50", "p75")}
        )
        if one.feature == "pay"
        else one
        for one in told.distributions
    )
    description = told.model_copy(update={"distributions": numbers})
    return results.model_copy(update={"description": description})


def test_a_currency_is_the_same_whether_it_was_said_or_taken_for_granted(plain):
    said = run(selection={"k": 3}, pay={"currency": "inr"}).exact
    assert told(plain, said) == {}
    assert any(one.feature == "pay" for one in numbers_of_all(plain, said))
    other = run(selection={"k": 3}, pay={"currency": "USD"}).exact
    assert told(plain, other)["pay.currency"] == ("INR", "USD")
    assert not any(one.feature == "pay" for one in numbers_of_all(plain, other))


@pytest.mark.parametrize(
    ("times", "is_news"), [(2.0, True), (0.5, True), (1.02, False)]
)
def test_a_median_is_news_only_where_it_moved_beyond_noise(plain, times, is_news):
    said = spoken(compared(plain, raised(plain, times)), plain)
    assert any("Median pay of all went from" in one for one in said) is is_news


def test_two_segments_of_one_name_are_told_apart_by_their_numbers(plain):
    previous = compared(plain, plain)
    one, two, *_ = previous.new_segments
    assert one.name != two.name
    twice = two.model_copy(update={"name": one.name})
    pair = previous.pairs[0].model_copy(
        update={"old_id": one.id, "new_id": two.id, "fate": "merged"}
    )
    same = previous.model_copy(update={"new_segments": (one, twice), "pairs": (pair,)})
    told = (
        f'"{one.name}" (segment {one.id} then) went into "{one.name}" '
        f"(segment {two.id} now)"
    )
    assert told in " ".join(spoken(same, plain))
    other = same.model_copy(update={"new_segments": (one, two)})
    assert f'"{one.name}" went into "{two.name}"' in " ".join(spoken(other, plain))


def test_pay_that_moved_by_less_than_its_steps_is_within_noise(plain):
    """A narrow spread beside wide steps: rounding alone makes a large effect."""
    level = "company_pay"
    near = plain.segments[0].model_copy(
        update={"typical": (quartiles([660_000, 665_000, 670_000] * 60, level),)}
    )
    far = near.model_copy(
        update={"typical": (quartiles([650_000, 655_000, 660_000] * 60, level),)}
    )
    told = plain.model_copy(update={"rounding_error": 20})
    (exact,) = numbers_of_segment(near, far, (plain, plain))
    (rounded,) = numbers_of_segment(near, far, (told, told))
    assert exact.is_beyond_noise
    assert exact.effect == rounded.effect
    assert not rounded.is_beyond_noise
