import gzip
import os
import re
import zipfile
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
import zstandard

from learnstrata.exceptions import SourceError
from learnstrata.learners.sources.files import (
    read_learners,
    read_source,
    scan_source,
)

TEXT = "email_hash,company,ctc\na,Zürich AG,1\nb,Café,NA\n"
ROWS = [("a", "Zürich AG", "1"), ("b", "Café", "NA")]


@pytest.fixture
def write(tmp_path):
    def write_(content, name="learners.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_


@pytest.fixture
def workbook(tmp_path):
    def workbook_(name="learners.xlsx", **sheets):
        path = tmp_path / name
        with xlsxwriter.Workbook(path) as book:
            dates = book.add_format({"num_format": "yyyy-mm-dd"})
            for title, lines in sheets.items():
                sheet = book.add_worksheet(title)
                for place, line in enumerate(lines):
                    for column, cell in enumerate(line):
                        dated = [dates] if isinstance(cell, datetime) else []
                        sheet.write(place, column, cell, *dated)
        return path

    return workbook_


def refused(path, **options):
    with pytest.raises(SourceError) as error:
        read_learners(path, **options)
    return str(error.value)


@pytest.mark.parametrize(
    ("codec", "encoding"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("cp1252", "cp1252"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
    ],
)
def test_encoding_is_found_in_the_file(write, codec, encoding):
    table, info = read_source(write(TEXT.encode(codec)))
    assert table.rows() == ROWS
    assert (info.format, info.encoding, info.delimiter) == ("csv", encoding, ",")
    assert (info.rows, info.columns, info.replaced) == (2, 3, 0)


def test_bytes_that_break_utf8_are_replaced_and_counted(write):
    broken = TEXT.encode() + "c,Łódź \N{INDIAN RUPEE SIGN} ".encode() + b"\xff,3\n"
    table, info = read_source(write(broken))
    assert table.rows() == [*ROWS, ("c", "Łódź ₹ �", "3")]
    assert (info.encoding, info.replaced) == ("utf-8", 1)


def test_other_encodings_are_refused(write):
    words = refused(write(b"id,c\na,1\nb," + b"\x81\x8d\n"))
    assert "not text in UTF-8, UTF-16 or cp1252: byte 0x81 on line 3" in words


def test_broken_utf16_is_refused(write):
    assert "begins as utf-16 but breaks at byte" in refused(
        write(b"\xff\xfe" + "id,pay\n".encode("utf-16-le") + b"\x00\xdc\x00\xdc")
    )


def test_nul_characters_of_utf16_are_refused(write):
    assert "holds NUL bytes" in refused(write("id,pay\na,\0\n".encode("utf-16")))


def zstd_of(data):
    return zstandard.ZstdCompressor().compress(data)


@pytest.mark.parametrize(
    ("pack", "compression"), [(gzip.compress, "gzip"), (zstd_of, "zstd")]
)
@pytest.mark.parametrize("name", ["learners.csv.gz", "learners.zst", "learners"])
def test_compression_is_found_in_the_file(write, pack, compression, name):
    table, info = read_source(write(pack(TEXT.encode("utf-16")), name))
    assert table.rows() == ROWS
    assert (info.compression, info.encoding) == (compression, "utf-16")


def test_zstd_of_several_frames_is_read_whole(write):
    lines = TEXT.encode().splitlines(keepends=True)
    assert read_learners(write(b"".join(map(zstd_of, lines)))).rows() == ROWS


@pytest.mark.parametrize("pack", [gzip.compress, zstd_of])
@pytest.mark.parametrize("keep", [0.5, 0.95])
def test_compressed_file_cut_off_is_refused(write, pack, keep):
    packed = pack(os.urandom(5_000).hex().encode())
    words = refused(write(packed[: int(keep * len(packed))]))
    assert re.search(
        r"is a broken (gzip|zstd) file \(.+\)\. Pack it or download", words
    )


def test_table_in_a_compressed_workbook_is_refused(write, workbook):
    path = workbook(S=[["id"], ["a"]])
    assert "looks like a packed Parquet file, workbook or archive" in refused(
        write(gzip.compress(path.read_bytes()), "x.gz")
    )


@pytest.mark.parametrize("name", ["learners.tsv", "learners.txt", "learners.xlsx"])
def test_name_of_a_text_file_does_not_matter(write, name):
    table, info = read_source(write(TEXT.replace(",", "\t"), name))
    assert table.rows() == ROWS
    assert info.delimiter == "\t"


def test_missing_file_is_told_with_the_nearest_name(write, tmp_path):
    write(TEXT)
    words = refused(tmp_path / "learner.csv")
    assert words.startswith("There is no learner.csv in ")
    assert words.endswith("learners.csv'?")


def test_missing_file_of_this_folder_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert refused(Path("learner.csv")) == "There is no learner.csv in this folder."


def test_missing_folder_is_told(tmp_path):
    assert "the folder" in refused(tmp_path / "no" / "learners.csv")
    assert "does not exist" in refused(tmp_path / "no" / "learners.csv")


def test_system_errors_are_told_with_the_path(tmp_path):
    words = refused(tmp_path / ("x" * 300))
    assert re.match(r"Cannot read .*File name too long\. Check the path", words)


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read any file"
)
def test_file_without_permission_is_told(write):
    path = write(TEXT)
    path.chmod(0)
    assert "Permission denied" in refused(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", r"is empty \(0 bytes\)\. Expected CSV, TSV, Parquet or \.xlsx"),
        (b" \n\n ", "is empty: it holds nothing but spaces"),
        (
            b"id,pay,title\n",
            r"header of 3 columns and no rows: \['id', 'pay', 'title'\]",
        ),
        (b"\x89PNG\r\n\x1a\n\0\0", "looks like a PNG image"),
        (b"%PDF-1.7\n%\xe2\xe3", "looks like a PDF document"),
        (b"SQLite format 3\0", "looks like a SQLite database"),
        (b"<!DOCTYPE html>\n<html>", "looks like an HTML page"),
        (b'[\n  {"id": 1, "pay": 2}]', "looks like JSON"),
        (b"<?xml version='1.0'?><a/>", "looks like XML"),
        (b"x" * 257 + b"ustar\0" + b"0" * 20, "looks like a tar archive"),
        (b"id,pay\na,\0\n", "holds NUL bytes, so it is not text"),
        (b"\x07\x06\x05" * 100, "holds control characters, so it is not text"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
            r"an old Office file \(\.xls\)",
        ),
        (
            b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"),
            "is an encrypted workbook. Save it without a password",
        ),
        (b"PK\x03\x04" + b"0" * 100, "is a broken workbook or zip archive"),
        (b"PAR1" + b"0" * 100, "cannot be read as Parquet: .*The file may be cut off"),
    ],
)
def test_what_is_no_table_is_refused_by_what_it_is(write, content, words):
    assert re.search(words, refused(write(content)))


def archive(tmp_path, **members):
    path = tmp_path / "learners.zip"
    with zipfile.ZipFile(path, "w") as archive_:
        for name, content in members.items():
            archive_.writestr(name.replace("_in_", "/"), content)
    return path


def test_the_one_file_of_a_zip_archive_is_read(tmp_path):
    path = archive(tmp_path, __MACOSX_in_x=b"x", data_in_=b"", data_in_x=TEXT)
    table, info = read_source(path)
    assert table.rows() == ROWS
    assert info.compression == "zip"


def test_zip_archive_of_several_files_is_named_with_them(tmp_path):
    words = refused(archive(tmp_path, one=TEXT, two=TEXT))
    assert "looks like a zip archive with ['one', 'two']. Unpack it" in words


def test_zip_archive_that_is_broken_is_refused(tmp_path):
    path = archive(tmp_path, one=TEXT * 50)
    packed = bytearray(path.read_bytes())
    packed[60] ^= 1
    path.write_bytes(packed)
    assert "is a broken zip file" in refused(path)


def test_open_document_is_told_by_its_name(tmp_path):
    words = refused(archive(tmp_path, **{"content.xml": b"<x/>", "mimetype": b""}))
    assert "looks like an OpenDocument file. Save it as .xlsx or CSV." in words


def test_marks_of_the_byte_order_between_joined_files_are_taken_out(write):
    one = TEXT.encode("utf-8-sig")
    table, info = read_source(write(one + one))
    assert table.rows() == ROWS * 2
    assert info.notes == ("Line 4 repeats the header: no record.",)
    assert info.left_out == ("repeated headers",)
    assert (info.header_line, info.lines, info.rows) == (1, 6, 4)


def test_a_guess_of_the_encoding_is_told(write):
    (note,) = read_source(write(TEXT.encode("cp1252")))[1].notes
    assert note == "The text is not UTF-8; it was read as cp1252: look at accents."
    broken = TEXT.encode() + "c,Łódź ₹ ".encode() + b"\xff,3\n"
    (note,) = read_source(write(broken))[1].notes
    assert note == "1 sequence of bytes broke the encoding and stands as \ufffd."


def test_records_and_lines_are_reconciled(write):
    table, info = read_source(write('id,note\na,"x\n\ny"\n\nb,z\n'))
    assert table["note"].to_list() == ["x\n\ny", "z"]
    assert (info.lines, info.rows) == (6, 2)
    assert info.notes == (
        "1 record goes over several lines, in quotation marks: the header and 3 rows "
        "stand on 6 lines.",
        "Line 5 holds no value: no record.",
    )


def test_parquet_keeps_its_types(tmp_path):
    table = pl.DataFrame({"id": ["b", "a"], "ctc": [1.5, None], "year": [2015, 2016]})
    table.write_parquet(tmp_path / "learners.dat")
    read, info = read_source(tmp_path / "learners.dat")
    assert read.equals(table)
    assert (info.format, info.rows, info.columns, info.files) == ("parquet", 2, 3, 1)


def test_folder_of_parquet_is_one_table_in_the_order_of_its_names(tmp_path):
    for name, ids in {"b": ["3"], "a": ["1", "2"], "_hidden": ["9"]}.items():
        pl.DataFrame({"id": ids}).write_parquet(tmp_path / f"{name}.parquet")
    read, info = read_source(tmp_path)
    assert read["id"].to_list() == ["1", "2", "3"]
    assert info.files == 2


def test_parts_named_by_folders_become_columns(tmp_path):
    for year in (2020, 2021):
        (tmp_path / f"year={year}").mkdir()
        pl.DataFrame({"id": [f"l{year}"]}).write_parquet(
            tmp_path / f"year={year}" / "0.parquet"
        )
    assert read_learners(tmp_path).rows() == [("l2020", 2020), ("l2021", 2021)]


def test_folder_whose_files_differ_is_refused(tmp_path):
    pl.DataFrame({"id": ["1"]}).write_parquet(tmp_path / "a.parquet")
    pl.DataFrame({"other": [1]}).write_parquet(tmp_path / "b.parquet")
    assert "cannot be read as Parquet" in refused(tmp_path)


def test_folder_without_parquet_is_told_with_what_is_there(write, tmp_path):
    write(TEXT)
    assert "has no .parquet files; it has ['learners.csv']" in refused(tmp_path)


def test_parquet_without_rows_is_refused(tmp_path):
    pl.DataFrame({"id": []}).write_parquet(tmp_path / "a.parquet")
    assert "header of 1 columns and no rows" in refused(tmp_path / "a.parquet")


def test_workbook_gives_text_without_its_blank_rows_and_columns(workbook):
    lines = [
        *(["", "id", "pay", "start", ""], []),
        ["x", 12345678901, 0.5, datetime(2021, 5, 1), ""],  # noqa: DTZ001 - as Excel
        ["y", "b", "NA", 2016, ""],
    ]
    table, info = read_source(workbook(First=lines, Second=[["z"], ["1"]]))
    assert table.columns == ["Unnamed: 0", "id", "pay", "start"]
    assert table.rows() == [
        ("x", "12345678901", "0.5", "2021-05-01 00:00:00"),
        ("y", "b", "NA", "2016"),
    ]
    assert (info.format, info.sheet, info.rows) == ("excel", "First", 2)


def test_sheet_can_be_chosen(workbook):
    path = workbook(First=[["a"], ["1"]], Second=[["z"], ["2"]])
    assert read_learners(path, sheet="Second").rows() == [("2",)]


def test_unknown_sheet_is_told_with_those_there(workbook):
    words = refused(workbook(First=[["a"], ["1"]]), sheet="Third")
    assert "has no sheet 'Third'; it has ['First']" in words


def test_sheet_of_a_text_file_is_refused(write):
    assert "Got sheet='First', but" in refused(write(TEXT), sheet="First")


def test_empty_sheet_is_refused(workbook):
    words = refused(workbook(First=[]))
    assert "no visible sheet that holds a table; the visible ones, ['First']" in words
    assert "The sheet 'First' of" in refused(workbook(First=[]), sheet="First")


def test_workbook_with_repeated_names_is_refused(workbook):
    assert "same name: ['a']" in refused(workbook(First=[["a", "a"], [1, 2]]))


def test_workbook_broken_inside_is_refused(tmp_path):
    path = tmp_path / "learners.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<broken")
    assert "cannot be read as an Excel workbook" in refused(path)


def test_row_order_is_kept(write):
    ids = [str(i * 7919 % 50_000) for i in range(50_000)]
    path = write("id,pay\n" + "".join(f"{i},1\n" for i in ids))
    assert read_learners(path)["id"].to_list() == ids


def test_a_parquet_file_is_opened_lazily_and_is_the_table_that_is_read(tmp_path):
    path = tmp_path / "learners.parquet"
    pl.DataFrame({"email": ["a", "b"], "ctc": [1, None]}).write_parquet(path)
    found, info = scan_source(path)
    table, read = read_source(path)
    assert isinstance(found, pl.LazyFrame)
    assert found.collect().equals(table)
    assert info == read
    path.unlink()  # what was opened is held
    assert found.select("ctc").collect().equals(table.select("ctc"))


def test_a_folder_of_files_alike_is_opened_lazily_as_well(tmp_path):
    for place, rows in enumerate(([1, 2], [3])):
        pl.DataFrame({"email": rows}).write_parquet(tmp_path / f"{place}.parquet")
    (tmp_path / "more.csv").write_text("email\n")
    found, info = scan_source(tmp_path)
    table, read = read_source(tmp_path)
    assert isinstance(found, pl.LazyFrame)
    assert found.collect().equals(table)
    assert info == read
    assert info.files == 2
    pl.DataFrame({"email": ["a"]}).write_parquet(tmp_path / "2.parquet")
    with pytest.raises(SourceError, match="of the types"):
        scan_source(tmp_path)


def test_all_else_is_read_or_refused_as_ever(tmp_path):
    text, levels = tmp_path / "a.csv", tmp_path / "year=2020" / "a.parquet"
    text.write_text("email,ctc\na,1\n")
    levels.parent.mkdir()
    pl.DataFrame({"email": ["a"]}).write_parquet(levels)
    for path in (text, levels, levels.parent):
        found, info = scan_source(path)
        assert found.equals(read_source(path)[0])
        assert info == read_source(path)[1]
    broken, empty = tmp_path / "b.parquet", tmp_path / "c.parquet"
    broken.write_bytes(levels.read_bytes()[:-9])
    pl.DataFrame({"email": []}).write_parquet(empty)
    for path in (broken, empty, tmp_path / "none.parquet"):
        with pytest.raises(SourceError) as expected:
            read_source(path)
        with pytest.raises(SourceError) as error:
            scan_source(path)
        assert str(error.value) == str(expected.value)
