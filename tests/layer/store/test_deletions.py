"""Tombstones are kept beside the key, whatever cuts their list off."""

from learnstrata.layer.store.deletions import list_down, list_path, listed


def test_a_line_that_a_full_disk_cut_off_spoils_no_other():
    one, other = "a" * 32, "b" * 32
    list_down([one])
    with list_path().open("a") as file:
        file.write(other[:20])
    assert listed() == {one}
    list_down([other])
    assert listed() == {one, other}
    list_down([one, other])
    assert list_path().read_text().split() == [one, other[:20], other]
