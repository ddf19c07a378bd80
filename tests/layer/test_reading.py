"""Files of a run folder read back: whole and of this version, or one clear fault."""

import json

import polars as pl
import pytest

from learnstrata.exceptions import SourceError
from learnstrata.layer.reading import (
    read_exact,
    read_names,
    read_private,
    read_summary,
)
from learnstrata.learners.identities import NAMES_SCHEMA
from learnstrata.sharing import summaries_of


@pytest.fixture(scope="module")
def forms(small_run):
    """The exact and the disclosed summary of a real run."""
    return summaries_of(small_run, key=b"k" * 32)


@pytest.fixture
def folder(tmp_path):
    """A folder with the parts of a run, nothing in them yet."""
    for part in ("share", "private"):
        (tmp_path / part).mkdir()
    return tmp_path


@pytest.fixture
def values(forms):
    return json.loads(forms[1].model_dump_json())


def share(folder, content):
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / "share" / "summary.json").write_text(text, encoding="utf-8")
    return folder


def test_both_summaries_are_read_as_they_were_written(folder, forms):
    exact, disclosed = forms
    assert read_summary(share(folder, disclosed.model_dump_json())) == disclosed
    (folder / "private" / "summary.json").write_text(exact.model_dump_json())
    assert read_exact(folder) == exact


def test_a_folder_without_a_summary_is_no_run(tmp_path):
    (tmp_path / "file").write_text("")
    for folder in (tmp_path, tmp_path / "nowhere", tmp_path / "file"):
        with pytest.raises(
            SourceError, match="has no share/summary.json. Give the folder of a run"
        ):
            read_summary(folder)


def test_a_run_of_the_old_layout_is_told_from_no_run(tmp_path):
    (tmp_path / "summary.json").write_text('{"schema_version": 2}')
    with pytest.raises(SourceError, match="is a run of an earlier version: .* Run aga"):
        read_summary(tmp_path)


@pytest.mark.parametrize("content", ["{", "", "\x00"])
def test_a_damaged_summary_is_said(folder, content):
    with pytest.raises(SourceError, match=r"summary\.json is no JSON \(.*Give the fo"):
        read_summary(share(folder, content))


def test_a_summary_in_another_encoding_is_said(folder):
    (folder / "share" / "summary.json").write_bytes(b'{"a": "\xff"}')
    with pytest.raises(SourceError, match=r"summary\.json is no JSON"):
        read_summary(folder)


def test_a_summary_that_cannot_be_read_is_said(folder):
    (folder / "share" / "summary.json").mkdir()
    with pytest.raises(SourceError, match=r"Cannot read .*summary\.json: "):
        read_summary(folder)


@pytest.mark.parametrize("content", ["[]", "3", "{}", '{"k": 3}'])
def test_json_of_something_else_is_no_summary(folder, content):
    with pytest.raises(SourceError, match="is not the summary of a run: at "):
        read_summary(share(folder, content))


def test_a_value_of_another_type_is_named_with_its_place(folder, values):
    values["segments"][0]["size"] = "many"
    with pytest.raises(
        SourceError, match=r"at segments\.0\.size, .*valid integer.*, got 'many'\. Give"
    ):
        read_summary(share(folder, values))


def test_a_value_that_is_not_there_is_named_with_its_place(folder, values):
    del values["selection"]["reason"]
    with pytest.raises(SourceError, match=r"at selection\.reason, field required\. Gi"):
        read_summary(share(folder, values))


@pytest.mark.parametrize("name", ["schema_version", "form"])
def test_a_summary_that_does_not_say_what_it_is_is_refused(folder, values, name):
    del values[name]
    with pytest.raises(SourceError, match=f"does not say its {name}. Give the"):
        read_summary(share(folder, values))


def no_such_k(values):
    values["selection"]["k"] = 99


def one_id_twice(values):
    values["segments"][1]["id"] = values["segments"][0]["id"]


def negative_count(values):
    values["segments"][0]["size"] = -10


def negative_leaf(values):
    values["hierarchy"]["branches"]["leaf_sizes"][0] = -10


def share_above_all(values):
    values["segments"][0]["share"] = 1.2


def negative_share(values):
    values["roles"]["share_mapped"] = -0.1


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (no_such_k, "at selection, .*k is 99, expected 1 or one of the rows"),
        (one_id_twice, "at the top, .*segments have the ids .*, expected each once"),
        (negative_count, r"at segments\.0, .*size is -10, expected 0 to inf"),
        (negative_leaf, r"at hierarchy\.branches, .*leaf_sizes is -10, expected 0"),
        (share_above_all, r"at segments\.0, .*share is 1\.2, expected 0 to 1"),
        (negative_share, r"at roles, .*share_mapped is -0\.1, expected 0 to 1"),
    ],
)
def test_numbers_that_cannot_be_are_one_fault(folder, values, damage, told):
    damage(values)
    with pytest.raises(SourceError, match=told):
        read_summary(share(folder, values))


@pytest.mark.parametrize("version", [3, 5, "4"])
def test_another_version_is_said_whatever_else_is_other(folder, values, version):
    for rest in (values, {"recipe": "robust"}):
        with pytest.raises(
            SourceError, match=f"is of version {version!r}, expected 4. Run again"
        ):
            read_summary(share(folder, rest | {"schema_version": version}))


def test_the_exact_summary_is_refused_where_the_disclosed_is_expected(folder, values):
    with pytest.raises(
        SourceError, match="is the exact summary of a run, expected the disclosed one"
    ):
        read_summary(share(folder, values | {"form": "exact"}))


def test_the_exact_summary_is_read_from_the_private_part(folder, values):
    path = folder / "private" / "summary.json"
    with pytest.raises(SourceError, match=r"has no private/summary\.json: this takes"):
        read_exact(folder)
    path.write_text(json.dumps(values))
    with pytest.raises(SourceError, match="is the disclosed summary of a run, expecte"):
        read_exact(folder)


def test_names_are_read_and_a_folder_without_them_is_refused(folder):
    names = pl.DataFrame({"kind": ["company", "allowed"], "name": ["Zorblatt", "Pune"]})
    path = folder / "private" / "names.parquet"
    with pytest.raises(
        SourceError, match="no private/names.parquet: this takes the wh"
    ):
        read_names(folder)
    path.write_text("no table")
    with pytest.raises(SourceError, match=r"Cannot read .*names\.parquet: "):
        read_names(folder)
    pl.DataFrame({"a": [1]}).write_parquet(path)
    with pytest.raises(SourceError, match=r"has the columns \['a'\], expected"):
        read_names(folder)
    names.write_parquet(path)
    assert read_names(folder).equals(names)
    assert dict(names.schema) == NAMES_SCHEMA
    assert read_private(folder, "names.parquet").equals(names)
