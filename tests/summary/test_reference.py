"""The reference of the summary is made of the contract, and up to date."""

import json
from pathlib import Path

import jsonschema
import pytest

from learnstrata.sharing import summaries_of
from learnstrata.summary.contract.results import DisclosedSummary
from learnstrata.summary.reference import (
    reference_page,
    reference_schema,
    write_reference,
)
from learnstrata.summary.walk import declared

ROOT = Path(__file__).resolve().parents[2]
AGAIN = "Run `make reference`."


def test_page_and_schema_are_up_to_date(tmp_path):
    write_reference(tmp_path)
    for name in ("summary.md", "summary.schema.json"):
        written = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
        assert (tmp_path / name).read_text(encoding="utf-8") == written, AGAIN


def test_every_field_stands_on_the_page():
    page = reference_page()
    for path, kind in declared(DisclosedSummary):
        name = path.rsplit(".", 1)[-1]
        assert f"| `{name}` | " in page
        assert f" | {type(kind).__name__} | " in page


@pytest.fixture(scope="module")
def schema():
    return jsonschema.Draft202012Validator(json.loads(reference_schema()))


@pytest.mark.parametrize("recipe", ["small_run", "notebook_run"])
def test_real_summaries_keep_the_schema(recipe, schema, request):
    run = request.getfixturevalue(recipe)
    for summary in summaries_of(run, key=b"k" * 32):
        values = json.loads(summary.model_dump_json())
        assert schema.is_valid(values)
    for broken in ({"form": "other"}, {"segments": 3}, {"more": 1}):
        assert not schema.is_valid(values | broken)


def test_the_schema_says_of_each_value_what_it_is(schema):
    size = schema.schema["$defs"]["Segment"]["properties"]["size"]
    of = "learners of the segment; hidden where `learners` are few"
    assert (size["x-kind"], size["x-of"]) == ("count", of)
