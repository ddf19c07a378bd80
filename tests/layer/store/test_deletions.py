"""Tombstones are kept beside the key, whatever cuts their list off."""

from learnstrata.layer.store.deletions import (
    key_checked,
    list_down,
    list_path,
    listed,
)

KEY = bytes(32)


def test_a_line_that_a_full_disk_cut_off_spoils_no_other():
    one, other = "a" * 32, "b" * 32
    list_down([one], KEY)
    with list_path().open("a") as file:
        file.write(other[:20])
    assert listed() == {one}
    list_down([other], KEY)
    assert listed() == {one, other}
    list_down([one, other], KEY)
    check = key_checked(KEY)
    told = list_path().read_text().split()
    assert sorted(told[:2]) == sorted([one, check])
    assert told[2:] == [other[:20], other]
