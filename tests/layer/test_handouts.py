"""A CSV for people has no formula, and is read back as it was."""

import polars as pl

from learnstrata.layer.handouts import read_for_people, write_for_people
from learnstrata.wording.cells import guarded_text

SIGNS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
ODD = [f"{quotes}{sign}1" for quotes in ("", "'", "''") for sign in SIGNS]


def test_a_table_is_guarded_as_its_texts_are_and_read_back_whole(tmp_path):
    told = pl.DataFrame({"id": [*ODD, "plain", "it's", None], "n": range(len(ODD) + 3)})
    path = tmp_path / "list.csv"
    write_for_people(told, path)
    cells = pl.read_csv(path, infer_schema=False)
    texts = [None if one is None else guarded_text(one) for one in told["id"]]
    assert cells["id"].to_list() == texts
    back = read_for_people(path)
    assert back["id"].equals(told["id"])
    assert write_again(back, tmp_path) == path.read_bytes()


def write_again(frame, folder):
    write_for_people(frame, folder / "again.csv")
    return (folder / "again.csv").read_bytes()
