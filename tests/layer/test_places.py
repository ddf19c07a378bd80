import pytest

from learnstrata.layer.places import MODEL, SHARED, file_of_run, folder_of_run


@pytest.fixture
def run(tmp_path):
    folder = tmp_path / "may"
    for name in (MODEL, SHARED, "share/report.html"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("{}")
    return folder


@pytest.mark.parametrize("given", ["", "share", "private", MODEL, SHARED])
@pytest.mark.parametrize("wanted", [MODEL, SHARED])
def test_a_file_is_found_by_the_run_or_by_any_file_of_it(run, given, wanted):
    assert file_of_run(run / given, wanted) == run / wanted
    assert folder_of_run(run / given) == run


def test_a_run_may_itself_be_called_as_its_parts(run):
    moved = run.rename(run.parent / "share")
    assert folder_of_run(moved) == moved
    assert folder_of_run(moved / "share") == moved
    assert file_of_run(moved, SHARED) == moved / SHARED


def test_a_file_that_was_moved_is_taken_as_it_is(run):
    for wanted, name in ((MODEL, "mine.json"), (SHARED, "summary.json")):
        moved = (run / wanted).rename(run.parent / name)
        assert file_of_run(moved, wanted) == moved


def test_the_shared_part_alone_is_enough_for_what_is_in_it(run):
    alone = (run / "share").rename(run.parent / "share")
    assert file_of_run(alone, SHARED) == alone / "summary.json"


def test_what_is_not_there_is_named_by_its_place_in_the_run(tmp_path):
    assert file_of_run(tmp_path / "no", MODEL) == tmp_path / "no" / MODEL
    assert folder_of_run(tmp_path / "no") == tmp_path / "no"
