"""Results on disk: whole or absent, whatever happens in the middle."""

import errno
import os
import stat
import sys
from functools import partial
from pathlib import Path

import polars as pl
import pytest

from learnstrata.disk import placing
from learnstrata.exceptions import OutputError, PrivacyError
from learnstrata.layer.contents import FILES, LISTS
from learnstrata.layer.folder import (
    _look,
    check_file,
    check_pictures,
    check_target,
    find_leaks,
    refuse_leaks,
    write_file,
    write_folder,
    write_pictures,
    write_table,
)
from learnstrata.report.spreadsheet import Sheet, write_workbook
from learnstrata.wording.numbers import Numbers
from learnstrata.wording.tables import Column, Table
from tiny import MODEL, everything_in, files, summary, text, told_by

FRAME = pl.DataFrame({"a": [1, 2], "b": ["x", None]})
SHEET = Sheet("One", "One", (Table("One", (Column("a", "count"),), ((1,), (2,))),))
NUMBERS = Numbers(100_000.0, "LPA", 10)


def fails(error):
    def write(path):
        path.write_text("half", encoding="utf-8")
        raise error

    return write


def full_disk():
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def names_in(folder):
    return sorted(item.name for item in folder.iterdir())


def rights(folder):
    return {
        item.relative_to(folder).as_posix(): stat.S_IMODE(item.stat().st_mode)
        for item in folder.rglob("*")
    }


@pytest.fixture
def umask(request):
    """Work under another umask for one test."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


@pytest.fixture
def old(tmp_path):
    """A run folder that is there already."""
    return write_folder(tmp_path / "run", files("old"))


def test_a_folder_holds_every_file(tmp_path):
    files = {"share/summary.json": text("{}"), "private/model.json": text("[]")}
    folder = write_folder(tmp_path / "deep" / "er" / "run", files)
    assert folder.is_absolute()
    assert everything_in(tmp_path / "deep" / "er") == [
        "run",
        "run/private",
        "run/private/model.json",
        "run/share",
        "run/share/summary.json",
    ]
    assert (folder / "share" / "summary.json").read_text() == "{}"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such rights")
@pytest.mark.parametrize(
    ("umask", "folders", "files"),
    [(0, 0o755, 0o644), (0o022, 0o755, 0o644), (0o077, 0o700, 0o600)],
    indirect=["umask"],
)
@pytest.mark.usefixtures("umask")
def test_what_is_private_is_so_whatever_the_umask(tmp_path, folders, files):
    written = {
        "share/report.html": text("<p>"),
        "share/tables.xlsx": lambda p: write_workbook(p, [SHEET], NUMBERS),
        "private/segments.csv": FRAME.write_csv,
        "private/segments.parquet": FRAME.write_parquet,
        "private/model.json": text("{}"),
    }
    write_folder(tmp_path / "run", written)
    assert rights(tmp_path) == {
        "run": folders,
        "run/share": folders,
        "run/share/report.html": files,
        "run/share/tables.xlsx": files,
        "run/private": 0o700,
        "run/private/segments.csv": 0o600,
        "run/private/segments.parquet": 0o600,
        "run/private/model.json": 0o600,
    }


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such rights")
@pytest.mark.parametrize("umask", [0, 0o022], indirect=True)
@pytest.mark.usefixtures("umask")
def test_nobody_else_can_read_while_it_is_written(tmp_path):
    seen = []

    def watched(path):
        chain = [path, path.parent, path.parents[2]]
        seen.append([stat.S_IMODE(place.stat().st_mode) for place in chain])
        path.write_text("half")
        seen[-1].append(stat.S_IMODE(path.stat().st_mode))

    write_folder(tmp_path / "run", {"private/names.parquet": watched})
    write_folder(tmp_path / "other", {"share/report.html": watched})
    assert seen == [
        [0o600, 0o700, 0o700, 0o600],
        [0o644, 0o755, 0o700, 0o644],  # readable only once it is in its place
    ]


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (full_disk(), OutputError),
        (pl.exceptions.ComputeError("no"), OutputError),
        (KeyboardInterrupt(), KeyboardInterrupt),
        (ZeroDivisionError(), ZeroDivisionError),
    ],
)
def test_a_fault_in_the_middle_leaves_nothing(tmp_path, error, raised):
    files = {"share/summary.json": text("{}"), "private/model.json": fails(error)}
    with pytest.raises(raised):
        write_folder(tmp_path / "deep" / "run", files)
    assert everything_in(tmp_path) == []


@pytest.mark.parametrize("error", [full_disk(), KeyboardInterrupt()])
def test_a_fault_in_the_middle_leaves_the_old_folder(tmp_path, old, error):
    broken = files("new") | {"private/model.json": fails(error)}
    with pytest.raises((OutputError, KeyboardInterrupt)):
        write_folder(old, broken, overwrite=True)
    assert names_in(tmp_path) == ["run"]
    assert told_by(old) == "old"


def test_a_full_disk_is_said(tmp_path):
    with pytest.raises(
        OutputError,
        match=r"Could not write .*run: No space left on device\. Nothing was left",
    ):
        write_folder(tmp_path / "run", {"share/report.html": fails(full_disk())})


def test_a_run_folder_is_replaced_when_asked(tmp_path, old):
    write_folder(old, files("new"), overwrite=True)
    assert names_in(tmp_path) == ["run"]
    assert told_by(old) == "new"


def test_a_run_of_the_old_layout_is_replaced_when_asked(tmp_path):
    before = tmp_path / "run"
    before.mkdir()
    for name in ("report.html", "segments.parquet", "ledger.parquet", "tables.xlsx"):
        (before / name).write_text("old")
    summary("old")(before / "summary.json")
    MODEL(before / "model.json")
    write_folder(before, {"share/report.html": text("new")}, overwrite=True)
    assert everything_in(before) == ["share", "share/report.html"]


def test_what_was_exported_into_the_shared_part_belongs_to_the_run(old):
    (old / "share" / "report.pdf").write_text("printed")
    (old / "share" / "figures").mkdir()
    (old / "share" / "figures" / "map.svg").write_text("<svg/>")
    write_folder(old, {"share/report.html": text("new")}, overwrite=True)
    assert everything_in(old) == ["share", "share/report.html"]


def test_lists_of_people_belong_to_the_run(old):
    (old / "private" / "lists").mkdir()
    for name in LISTS:
        (old / "private" / "lists" / name).write_text("learner_id")
    write_folder(old, {"share/report.html": text("new")}, overwrite=True)
    assert everything_in(old) == ["share", "share/report.html"]


@pytest.mark.parametrize(
    "name",
    [
        *("share/notes.txt", "private/key", "share/figures/mine.psd", "figures/a.svg"),
        "private/lists/mine.csv",
    ],
)
def test_foreign_files_are_seen_in_every_part(old, name):
    (old / name).parent.mkdir(exist_ok=True)
    (old / name).write_text("mine")
    with pytest.raises(OutputError, match="holds files that are not of a run"):
        write_folder(old, {}, overwrite=True)
    assert (old / name).read_text() == "mine"


def test_what_is_there_is_not_replaced_unasked(old):
    with pytest.raises(OutputError, match="is there already. Choose another --out, or"):
        write_folder(old, {})


def test_a_folder_with_other_files_is_never_replaced(old):
    (old / "thesis.docx").write_text("years of work")
    with pytest.raises(
        OutputError, match=r"holds files that are not of a run \(\['thesis.docx'\]\)"
    ):
        write_folder(old, {}, overwrite=True)
    assert (old / "thesis.docx").read_text() == "years of work"


def test_a_file_is_not_replaced_by_a_folder(tmp_path):
    path = tmp_path / "run"
    path.write_text("mine")
    with pytest.raises(OutputError, match="is not a folder, so it cannot be overwritt"):
        write_folder(path, {}, overwrite=True)
    assert path.read_text() == "mine"


@pytest.mark.parametrize("target", ["run", "nowhere"])
def test_a_link_is_not_replaced(tmp_path, old, target):
    link = tmp_path / "link"
    link.symlink_to(tmp_path / target)
    with pytest.raises(OutputError, match="is not a folder, so it cannot be overwritt"):
        write_folder(link, {}, overwrite=True)
    assert link.is_symlink()
    assert told_by(old) == "old"


@pytest.mark.skipif(sys.platform != "linux", reason="names are text elsewhere")
def test_a_name_that_is_no_text_is_refused_before_any_work(tmp_path):
    path = tmp_path / os.fsdecode(b"caf\xe9.csv")
    for refuse in (check_target, check_file, check_pictures):
        with pytest.raises(OutputError, match="caf\ufffd.csv, expected a name in"):
            refuse(path, overwrite=True)


def without(*names):
    def change(folder):
        for name in names:
            (folder / name).unlink()

    return change


def changed(name, content):
    return lambda folder: (folder / name).write_text(content)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (without("share/summary.json"), "has no summary.json of a run"),
        (without("private/model.json"), "has no model.json of a run"),
        (changed("share/summary.json", "{}"), "has a share/summary.json that is not"),
        (changed("share/summary.json", "[1]"), "has a share/summary.json that is not"),
        (changed("share/summary.json", "half {"), "has a share/summary.json that is n"),
        (changed("private/summary.json", "[" * 99_999), "has a private/summary.json t"),
        (
            changed("private/model.json", '{"model_version": "4", "centers": []}'),
            "has a private/model.json that is not of a run",
        ),
    ],
)
def test_a_folder_with_the_names_of_a_run_alone_is_never_replaced(old, change, fault):
    change(old)
    before = {item: item.read_bytes() for item in old.rglob("*") if item.is_file()}
    with pytest.raises(OutputError, match=f"run {fault}.*, so nothing says that it is"):
        write_folder(old, files("new"), overwrite=True)
    assert before == {item: item.read_bytes() for item in before}


def test_a_run_whose_private_part_was_removed_is_a_run(old):
    (old / "private" / "model.json").unlink()
    (old / "private").rmdir()
    write_folder(old, files("new"), overwrite=True)
    assert told_by(old) == "new"


def test_an_empty_folder_is_replaced_when_asked(tmp_path):
    (tmp_path / "run").mkdir()
    with pytest.raises(OutputError, match="is there already"):
        write_folder(tmp_path / "run", files("new"))
    write_folder(tmp_path / "run", files("new"), overwrite=True)
    assert told_by(tmp_path / "run") == "new"


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_in_a_run_folder_is_none_of_a_run(old, tmp_path):
    (old / "share" / "report.html").symlink_to(tmp_path / "mine.html")
    with pytest.raises(OutputError, match=r"\['share/report.html'\]"):
        write_folder(old, files("new"), overwrite=True)


@pytest.fixture(params=["at once", "by steps"])
def way(request, monkeypatch):
    """As Linux does it, and as systems do that have no such calls."""
    if request.param == "by steps":
        monkeypatch.setattr(placing, "_renameat2", None)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("there", [files("quicker"), {"thesis.txt": text("mine")}])
def test_what_appears_while_a_run_is_written_stays(tmp_path, there):
    def meanwhile(path):
        text("new")(path)
        for name, write in there.items():
            (tmp_path / "run" / name).parent.mkdir(parents=True, exist_ok=True)
            write(tmp_path / "run" / name)

    with pytest.raises(
        OutputError,
        match="run was not there before and is now: another run, or somebody, was "
        "quicker. It is left as it is, and nothing was written. Choose another --out",
    ):
        write_folder(tmp_path / "run", {"share/report.html": meanwhile})
    assert names_in(tmp_path) == ["run"]
    assert set(there) <= set(everything_in(tmp_path / "run"))
    assert not (tmp_path / "run" / "share" / "report.html").exists()


@pytest.mark.usefixtures("way")
def test_what_is_put_into_a_run_while_it_is_replaced_is_not_lost(tmp_path, old):
    def meanwhile(path):
        text("new")(path)
        (old / "thesis.txt").write_text("mine")

    written = files("new") | {"share/report.html": meanwhile}
    with pytest.raises(OutputError, match=r"run holds files .* \(\['thesis.txt'\]\)"):
        write_folder(old, written, overwrite=True)
    assert names_in(tmp_path) == ["run"]
    assert (old / "thesis.txt").read_text() == "mine"


@pytest.mark.usefixtures("way")
def test_a_file_that_appears_while_one_is_written_stays(tmp_path):
    def meanwhile(path):
        text("new")(path)
        (tmp_path / "t.csv").write_text("mine")

    with pytest.raises(OutputError, match="t.csv was not there before and is now"):
        write_file(tmp_path / "t.csv", meanwhile)
    assert (tmp_path / "t.csv").read_text() == "mine"
    assert names_in(tmp_path) == ["t.csv"]


def test_a_link_to_nowhere_is_there_already(tmp_path):
    (tmp_path / "t.csv").symlink_to(tmp_path / "nowhere")
    with pytest.raises(OutputError, match="is there already"):
        write_file(tmp_path / "t.csv", text("new"))
    assert names_in(tmp_path) == ["t.csv"]


def test_what_a_killed_report_left_in_a_run_does_not_keep_it_from_its_place(old):
    left = old / "share" / ".report.pdf-abcdefgh"
    (left / "new").mkdir(parents=True)
    (left / "lock").touch()
    write_folder(old, files("new"), overwrite=True)
    assert told_by(old) == "new"


CHECKS = [
    partial(check_target, overwrite=False),
    partial(check_file, overwrite=False),
    partial(check_pictures, overwrite=False),
]


@pytest.mark.skipif(os.name != "posix", reason="names of Windows have other limits")
@pytest.mark.parametrize("check", CHECKS)
def test_a_name_that_cannot_be_is_refused_before_any_work(tmp_path, check):
    long, loop = tmp_path / ("r" * 300), tmp_path / "loop"
    loop.symlink_to(loop)
    for place in (long, long / "run", loop / "run"):
        with pytest.raises(
            OutputError, match=r"Cannot write to .*: \w.*Choose another"
        ):
            check(place)


@pytest.mark.parametrize("check", CHECKS)
def test_a_folder_that_may_not_be_written_to_is_refused_before_any_work(
    tmp_path, check, monkeypatch
):
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write everywhere
    with pytest.raises(OutputError, match=r"Cannot write to .*\. Give a place that"):
        check(tmp_path / "deep" / "place")


@pytest.mark.parametrize("check", [check_target, check_pictures])
def test_where_a_file_system_is_mounted_nothing_is_replaced(
    tmp_path, check, monkeypatch
):
    monkeypatch.setattr(os.path, "ismount", lambda path: path == tmp_path)
    with pytest.raises(OutputError, match="is where a file system is mounted, so it c"):
        check(tmp_path, overwrite=True)
    check(tmp_path / "run", overwrite=True)


def test_a_parent_that_is_a_file_is_refused_before_any_work(tmp_path):
    (tmp_path / "file").write_text("")
    for place, told in {
        tmp_path / "file/run": "Cannot write to .*run: Not a directory. Choose another",
        tmp_path / "file/deep/run": "Cannot write to .*run: Not a directory.",
    }.items():
        for check in CHECKS:
            with pytest.raises(OutputError, match=told):
                check(place)


def test_checking_a_target_makes_nothing(tmp_path):
    check_target(tmp_path / "deep" / "run", overwrite=False)
    assert everything_in(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "read"), [("t.csv", pl.read_csv), ("t.parquet", pl.read_parquet)]
)
def test_a_table_is_written_and_replaced_when_asked(tmp_path, name, read):
    path = write_table(FRAME, tmp_path / "deep" / name)
    assert read(path).equals(FRAME)
    with pytest.raises(OutputError, match="is there already. Choose another --out, or"):
        write_table(FRAME, path)
    write_table(FRAME.head(1), path, overwrite=True)
    assert read(path).equals(FRAME.head(1))
    assert everything_in(tmp_path / "deep") == [name]


@pytest.mark.parametrize("name", ["t.xlsx", "t", "t.CSV", "t.csv.gz"])
def test_a_table_of_another_kind_is_refused(tmp_path, name):
    with pytest.raises(OutputError, match=r"expected a name in \.csv or \.parquet\."):
        write_table(FRAME, tmp_path / name)


def test_a_table_is_not_put_in_the_place_of_a_folder(tmp_path):
    folder = tmp_path / "t.csv"
    folder.mkdir()
    with pytest.raises(OutputError, match=r"Could not write .*t\.csv: "):
        write_table(FRAME, folder, overwrite=True)
    assert everything_in(tmp_path) == ["t.csv"]


NAMES = pl.DataFrame(
    {
        "kind": ["company", "company", "learner", "allowed"],
        "name": ["Zorblatt Ltd", "Pune", "u-90210x", "Pune"],
    }
)


def test_names_and_ids_are_found_and_what_is_allowed_is_not(tmp_path):
    page = tmp_path / "page.html"
    page.write_text("<p>In Pune, at ZORBLATT ltd: U-90210X</p>")
    found = {(leak.kind, leak.text) for leak in find_leaks(tmp_path, NAMES).leaks}
    assert found == {("company name", "ZORBLATT ltd"), ("learner id", "U-90210X")}
    strict = NAMES.filter(pl.col("kind") != "allowed")
    assert ("company name", "Pune") in {
        (leak.kind, leak.text) for leak in find_leaks(tmp_path, strict).leaks
    }


def test_a_leak_is_told_with_its_place_and_nothing_is_published(tmp_path):
    files = {
        "share/report.html": text("<p>\nAt Zorblatt Ltd</p>"),
        "private/segments.csv": text("u-90210x"),
    }
    with pytest.raises(
        PrivacyError,
        match=r"would name somebody: company name 'Zorblatt Ltd' in report.html "
        r"\(line 2, text\). Nothing was published. If the name stands in \[names\] "
        r"of the configuration, or in a title .* change it there; else report this as",
    ):
        write_folder(
            tmp_path / "deep" / "run",
            files,
            check=lambda folder: refuse_leaks(folder / "share", NAMES),
        )
    assert everything_in(tmp_path) == []


def test_of_many_leaks_the_first_are_told(tmp_path):
    names = [f"zorblatt{chr(97 + i)}" for i in range(9)]
    (tmp_path / "page.html").write_text("".join(f"<p>{name}</p>" for name in names))
    frame = pl.DataFrame({"kind": ["company"] * 9, "name": names})
    with pytest.raises(
        PrivacyError, match="'zorblattc' .*; and 6 more. Nothing"
    ) as told:
        refuse_leaks(tmp_path, frame)
    assert "zorblattd" not in str(told.value)


@pytest.mark.parametrize(
    "error", [full_disk(), PrivacyError("no"), KeyboardInterrupt()]
)
def test_a_file_that_fails_leaves_the_old_one(tmp_path, error):
    path = write_file(tmp_path / "page.html", text("old"))

    def check(_):
        raise error

    with pytest.raises((OutputError, PrivacyError, KeyboardInterrupt)):
        write_file(path, text("new"), overwrite=True, check=check)
    assert path.read_text() == "old"
    assert everything_in(tmp_path) == ["page.html"]


def drawn(folder):
    (folder / "map.svg").write_text("<svg/>")
    (folder / "map.png").write_bytes(b"")


def test_pictures_replace_pictures_only(tmp_path):
    folder = write_pictures(tmp_path / "deep" / "figures", drawn)
    assert everything_in(folder) == ["map.png", "map.svg"]
    with pytest.raises(OutputError, match="is there already. Choose another --figures"):
        write_pictures(folder, drawn)
    (folder / "older.svg").write_text("<svg/>")
    write_pictures(folder, drawn, overwrite=True)
    assert everything_in(folder) == ["map.png", "map.svg"]
    (folder / "slides.pptx").write_text("work")
    with pytest.raises(OutputError, match=r"more than pictures \(\['slides.pptx'\]\)"):
        write_pictures(folder, drawn, overwrite=True)
    assert (folder / "slides.pptx").read_text() == "work"


def test_the_files_of_a_run_are_named_once_and_belong_to_a_part():
    assert len(set(FILES)) == len(FILES) == 11
    assert {name.split("/")[0] for name in FILES} == {"share", "private"}


PUT = {"nothing": None, "folder": Path.mkdir, "file": Path.touch}


@pytest.mark.parametrize("put", PUT.values(), ids=PUT)
def test_what_goes_away_while_it_is_looked_at_is_looked_at_again(tmp_path, put):
    place, looks = tmp_path / "place", []
    place.mkdir()

    def refuse(folder, told):
        looks.append(told)
        if len(looks) == 1:
            folder.rmdir()
            if put:
                put(folder)
            (folder / "inside").stat()

    _look(place, refuse)
    assert looks == [place] * (2 if put else 1)
