"""A model as JSON: what is whole is read, all else is refused with its field."""

import copy
import json
import math
from dataclasses import replace
from importlib.metadata import version

import pytest

from learnstrata.config.loading import load_config
from learnstrata.exceptions import SourceError
from learnstrata.learners.demo.tables import make_learners
from learnstrata.pipeline import run
from learnstrata.segments.model.model import SegmentModel
from learnstrata.segments.model.stored import (
    MODEL_VERSION,
    _digest,
    codes_of_members,
)


@pytest.fixture(scope="module")
def model():
    """A model of few learners, with refits, parts and names, so that all is in it."""
    few = {"draws": 19, "rows": 50, "seeds": 1, "sensitivity_rows": 0}
    few |= {"halved_draws": 1, "halved_splits": 2, "references": 1}
    config = load_config(
        names={1: "Ours"}, evidence=few, selection={"k_max": 4, "splits": 2, "k": 2}
    )
    table = make_learners(100, rng=1)
    return run(table, config).meaning.model


@pytest.fixture(scope="module")
def values(model):
    return json.loads(model.to_json())


def read(values):
    return SegmentModel.from_json(json.dumps(values))


def test_a_model_is_json_to_the_letter(model):
    endless = replace(model.limits, pay_high=math.inf, pay_typical=(0.0, math.inf))
    for one in (model, replace(model, limits=endless)):
        text = one.to_json()

        def refuse(word):
            raise AssertionError(word)

        json.loads(text, parse_constant=refuse)
        again = SegmentModel.from_json(text)
        assert again == one
        assert again.to_json() == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "not json",
        "[" * 100_000,
        '{"a": NaN}',
        '{"a": Infinity}',
        '{"a": 1e999}',
    ],
)
def test_text_that_is_no_json_is_refused(text):
    with pytest.raises(
        SourceError,
        match=r"^This is not a model: .*\. Give the model\.json of a run\.$",
    ):
        SegmentModel.from_json(text)


@pytest.mark.parametrize("text", ["null", "[1]", '"text"', "{}", "3"])
def test_json_that_is_no_model_is_refused(text):
    with pytest.raises(
        SourceError, match=f"Got model version None, expected {MODEL_VERSION}"
    ):
        SegmentModel.from_json(text)


@pytest.mark.parametrize("found", [MODEL_VERSION + 1, 3, "4", True, 4.0, None, [4]])
def test_a_model_of_another_version_is_refused_with_the_release_it_is_of(found, values):
    told = (
        f"Got model version {found!r} (learnstrata 9.9), expected {MODEL_VERSION} "
        f"(learnstrata {version('learnstrata')}). Give the model.json of a run of this "
        "version"
    )
    with pytest.raises(SourceError) as error:
        read(values | {"model_version": found, "release": "9.9"})
    assert told in str(error.value)


def part_of(values, way):
    for key in way:
        values = values[key]
    return values


def changed(values, way, value):
    """Give other values: another stands at a way, there or not."""
    found = copy.deepcopy(values)
    part_of(found, way[:-1])[way[-1]] = value
    return found


def without(values, way):
    found = copy.deepcopy(values)
    del part_of(found, way[:-1])[way[-1]]
    return found


def way_of(text):
    return [int(key) if key.isdecimal() else key for key in text.split(".")]


FAULTS = {
    "centers": ([], "got (), expected 1 or more centres"),
    "centers.0.0": ("x", "got 'x', expected a valid number"),
    "centers.0": ([0.5], "got (0.5,), expected "),
    "names": (["One"], "got ('One',), expected "),
    "members": ("none!", "got 'none!', expected codes of 8 bytes each, in base64."),
    "features.companies.code.0": (-1, "got -1, expected a code, 0 to 90071992547409"),
    "features.companies.code.1": (2**70, "got 1180591620717411303424, expected a code"),
    "features.companies.code.2": (0, "got 0, expected more than "),
    "inertia": (-1.0, "got -1.0, expected 0 or more."),
    "limits.pay_high": (0.5, "got 0.5, expected "),
    "limits.pay_typical": (
        [-1, 5],
        "got 5.0, expected -1 or more, and",
    ),
    "limits.pay_typical.0": ("much", "got 'much', expected a valid number"),
    "features.salt": ("ab", "got 'ab', expected 64 hexadecimal digits."),
    "features.groups.pay.weight": (-1, "got -1, expected greater than or equal to 0."),
    "features.experience_band_names": ([], "got (), expected 3 names (there are 0)."),
    "features.scales.log_pay": (0, "got 0.0, expected more than 0."),
    "features.scales": ({}, "got {}, expected a number for 'log_pay' too."),
    "features.centers": ({}, "got {}, expected a number for 'log_pay' too."),
    "features.pay_fills.medians": ([1.0], "got (1.0,), expected "),
    "features.companies.paid": ([1], "got (1,), expected "),
    "features.companies.learners.0": (-2, "got -2, expected 0 or more."),
    "features.companies.tier.0": ("Top", "got 'Top', expected one of ['Tier 3', 'Tie"),
    "features.companies.role_levels": ([], "got (), expected "),
    "features.companies.shrinkage": (-1, "got -1.0, expected 0 or more."),
    "certainty.reach": ([1.0], "got (1.0,), expected 0 or "),
    "certainty.refits.0": ([], "got (), expected "),
    "certainty.parts": ([[[0.0]]], "got (((0.0,),),), expected 0 or "),
    "part_names": ([["A"]], "got (('A',),), expected 0 or "),
    "certainty.min_margin": (2, "got 2.0, expected 0 to 1."),
    "config.pay.unit": ("x", "got 'x', expected a valid number"),
    "config.names": ({"0": "No"}, "got {0: 'No'}, expected ids of segments"),
    "config.surprise": (1, "got a field that no model has."),
    "surprise": (1, "got a field that no model has."),
}


@pytest.mark.parametrize("where", FAULTS)
def test_a_damaged_model_is_told_by_field_by_what_it_holds_and_what_was_expected(
    where, values
):
    value, told = FAULTS[where]
    with pytest.raises(SourceError) as error:
        read(changed(values, way_of(where), value))
    message = str(error.value)
    assert message.startswith(f"The model is damaged at {where!r}: {told}")
    assert message.endswith(". Use the model.json of a whole run.")
    assert len(message) < 400


@pytest.mark.parametrize(
    ("at", "code", "told"),
    [
        (0, -1, "got -1, expected a code, 0 to 9007199254740991."),
        (1, 2**60, "got 1152921504606846976, expected a code, 0 to "),
        (2, 0, "got 0, expected more than "),
    ],
)
def test_a_damaged_code_of_a_member_is_told_by_its_place(at, code, told, model):
    codes = codes_of_members(model.members)
    codes[at] = code
    text = replace(model, members=codes.astype("<i8").tobytes()).to_json()
    with pytest.raises(SourceError, match=f"damaged at 'members.{at}': {told}"):
        SegmentModel.from_json(text)


@pytest.mark.parametrize(
    ("way", "value", "where"),
    [
        ("config.seed", 8, "config"),
        ("names.0", "Theirs", "names"),
        ("centers.0.0", 0.25, "centers"),
        ("digests.limits", None, "limits"),
        ("digests", {}, "config"),
    ],
)
def test_what_can_be_read_but_is_not_what_was_written_is_refused(
    values, way, value, where
):
    told = f"damaged at '{where}': it was changed since it was written, its digest is"
    with pytest.raises(SourceError, match=told):
        read(changed(values, way_of(way), value))


def ways(values, before=()):
    """Give the way to each field, of lists and tables only the first of many alike."""
    if isinstance(values, dict):
        inside = list(values.items())
    elif isinstance(values, list):
        inside = list(enumerate(values))[:1]
    else:
        return
    for key, inner in inside if len(before) < 2 else inside[:12]:
        yield (*before, key)
        yield from ways(inner, (*before, key))


NESTED = json.loads("[" * 400 + "]" * 400)
OTHERS = (None, "text", "1", [], [1], {"a": 1}, True, -1, 1e300, 10**400, NESTED)


def texts(values, way):
    """Give the JSON of a model with another value, or none, in one field."""
    part, key = part_of(values, way[:-1]), way[-1]
    own = part[key]
    for other in OTHERS:
        part[key] = other
        yield json.dumps(values)
    part[key] = own
    yield json.dumps(without(values, way))


def test_whatever_becomes_of_a_field_it_is_refused_or_the_model_is_the_same(
    model, values
):
    tried, mine = 0, copy.deepcopy(values)
    for way in ways(mine):
        for text in texts(mine, way):
            tried += 1
            try:
                found = SegmentModel.from_json(text)
            except SourceError as error:
                told = str(error)
            else:
                assert found == model, way
                told = "the same model"
            assert "model" in told
            assert len(told) < 600
    assert tried > 2_000


@pytest.mark.parametrize(
    "where", ["centers", "digests", "limits.as_of", "features.companies.code"]
)
def test_what_is_left_out_is_named(values, where):
    told = f"damaged at '{where}': there is no such field."
    if where == "digests":
        told = "damaged at 'config': it was changed"
    with pytest.raises(SourceError, match=told):
        read(without(values, way_of(where)))


def test_a_model_that_was_only_written_in_another_way_is_the_same(model, values):
    assert SegmentModel.from_json(json.dumps(values, indent=4)) == model
    assert read(dict(reversed(values.items()))) == model


@pytest.mark.parametrize("way", [("monitoring",), ("layer", "min_shared")])
def test_what_an_earlier_release_did_not_know_has_its_usual_values(model, values, way):
    earlier = copy.deepcopy(values)
    part = earlier["config"]
    for name in way[:-1]:
        part = part[name]
    del part[way[-1]]
    with pytest.raises(SourceError, match="damaged at 'config': it was changed"):
        read(earlier)
    text = json.dumps(earlier["config"], separators=(",", ":"))
    earlier["digests"]["config"] = _digest(text)
    assert read(earlier) == model
