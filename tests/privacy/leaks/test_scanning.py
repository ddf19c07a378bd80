import base64
import io
import json
import os
import struct
import zlib

import polars as pl
import pytest
import xlsxwriter

from learnstrata.exceptions import SourceError
from learnstrata.facade import segment
from learnstrata.learners.demo.tables import make_learners
from learnstrata.privacy.leaks.artefacts import read_pieces
from learnstrata.privacy.leaks.pieces import UnreadableError
from learnstrata.privacy.leaks.scanning import Leak, scan
from printed import pdf

NAME = "Zorblatt & Quüxen Pvt. Ltd."
COMPANIES = [NAME, "TCS", "L&T", "Data Systems", "Segment", "1001", "X", "Horizons"]
LEARNERS = ["5f2b9c1e77aa40d1", "U-10442", "ann@example.org", "12345", "a7"]
SEEN = "Zorblatt & Quüxen Pvt. Ltd"


def leaks_in(folder, **options):
    return list(scan(folder, **options).leaks)


def found_in(folder, name, content, **options):
    (folder / name).write_bytes(
        content if isinstance(content, bytes) else content.encode()
    )
    given = {"companies": COMPANIES, "learners": LEARNERS} | options
    return leaks_in(folder, **given)


def png(*chunks):
    made = b"\x89PNG\r\n\x1a\n"
    for kind, body in [(b"IHDR", bytes(13)), *chunks, (b"IEND", b"")]:
        crc = zlib.crc32(kind + body)
        made += struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc)
    return made


def workbook(cell="", sheet="Pay", title="", comment="", header=""):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        book.set_properties({"title": title})
        page = book.add_worksheet(sheet)
        page.write("B7", cell)
        page.set_header(header)
        if comment:
            page.write_comment("A1", comment)
    return out.getvalue()


def parquet(**columns):
    out = io.BytesIO()
    pl.DataFrame(columns).write_parquet(out)
    return out.getvalue()


SVG = f"<svg><title>Pay</title><text>{NAME.replace('&', '&amp;')}</text></svg>"
IN_WINDOWS = NAME.encode("cp1252")
IN_UTF_16 = b"<FEFF" + NAME.encode("utf-16-be").hex().encode() + b">"
IN_SVG = base64.b64encode(SVG.encode()).decode()
SECRET = NAME.encode("latin-1")
PLANTED = {
    "html text": ("r.html", f"<p>\nAt {NAME}</p>", "line 2, text"),
    "html entities": (
        "r.html",
        "<p>Zorblatt &amp; Qu&#xfc;xen Pvt&period; Ltd</p>",
        "line 1, text",
    ),
    "html across tags": (
        "r.html",
        "<p><b>Zorb</b>latt &amp; <i>Qu&uuml;xen</i> Pvt. Ltd</p>",
        "line 1, text",
    ),
    "html attribute": ("r.html", f'<a title="{NAME}">x</a>', "attribute title"),
    "html comment": ("r.html", f"<!-- {NAME} -->", "line 1, comment"),
    "html script": ("r.html", f"<script>let a = '{NAME}'</script>", "line 1, script"),
    "html script escapes": (
        "r.html",
        "<script>var a='\\u005aorblatt\\n\\x26 Qu\\u00fcxen Pvt. Ltd'</script>",
        "line 1, script",
    ),
    "html json script": (
        "r.html",
        f'<script type="application/json">{json.dumps({"a": [NAME]})}</script>',
        "script $.a[0]",
    ),
    "html style": ("r.html", f"<style>a:after{{content:'{NAME}'}}</style>", "style"),
    "base64 svg": (
        "r.html",
        f'<img src="data:image/svg+xml;base64,{IN_SVG}">',
        "attribute src, data URI, text",
    ),
    "base64 png": (
        "r.html",
        '<img src="data:image/png;base64,'
        + base64.b64encode(png((b"tEXt", b"Title\0" + SECRET))).decode()
        + '">',
        "data URI, tEXt chunk",
    ),
    "percent-coded svg": (
        "r.html",
        '<img src="data:image/svg+xml,%3Csvg%3E%3Ctext%3EZorblatt%20%26amp%3B%20'
        'Qu%C3%BCxen%20Pvt.%20Ltd%3C/text%3E%3C/svg%3E">',
        "data URI",
    ),
    "json value": ("s.json", json.dumps({"a": [{"b": NAME}]}), "$.a[0].b"),
    "json key": ("s.json", json.dumps({"a": {NAME: 1}}), "$.a, a key"),
    "json picture": ("s.json", json.dumps({"svg": IN_SVG}), "$.svg, data URI"),
    "csv cell": ("t.csv", f'tier,who\n1,"{NAME}"\n', "row 2, column 'who'"),
    "csv column": ("t.csv", f'tier,"{NAME}"\n1,2\n', "row 1, a column's name"),
    "parquet cell": ("t.parquet", parquet(a=["x", NAME]), "column 'a'"),
    "parquet list": ("t.parquet", parquet(a=[["x"], [NAME]]), "column 'a'"),
    "parquet column": ("t.parquet", parquet(**{NAME: [1]}), "a column's name"),
    "xlsx cell": ("t.xlsx", workbook(cell=NAME), "xl/worksheets/sheet1.xml, cell B7"),
    "xlsx sheet": ("t.xlsx", workbook(sheet=NAME), "xl/workbook.xml, attribute name"),
    "xlsx title": ("t.xlsx", workbook(title=NAME), "docProps/core.xml, text"),
    "xlsx comment": ("t.xlsx", workbook(comment=NAME), "xl/comments1.xml, text"),
    "xlsx header": (
        "t.xlsx",
        workbook(header=f"&C{NAME.replace('&', '&&')}"),
        "sheet1.xml, text",
    ),
    "svg text": ("f.svg", SVG, "line 1, text"),
    "svg cdata": ("f.svg", f"<svg><desc><![CDATA[{NAME}]]></desc></svg>", "text"),
    "png text": ("f.png", png((b"tEXt", b"Title\0" + SECRET)), "tEXt chunk"),
    "png packed": (
        "f.png",
        png((b"zTXt", b"Title\0\0" + zlib.compress(SECRET))),
        "zTXt chunk",
    ),
    "png unicode": (
        "f.png",
        png((b"iTXt", b"Title\0\1\0en\0\0" + zlib.compress(NAME.encode()))),
        "iTXt chunk",
    ),
    "png tail": ("f.png", png() + SECRET, "after the image"),
    "markdown": ("n.md", f"# Notes\n\n{NAME}\n", "line 3"),
    "utf-16": ("n.txt", NAME.encode("utf-16"), "line 1"),
    "no ending": ("NOTES", NAME, "line 1"),
    "pdf title": ("r.pdf", pdf(title=IN_UTF_16), "Title of the PDF"),
    "pdf page": ("r.pdf", pdf(b"(" + IN_WINDOWS + b") Tj"), "page 1"),
    "pdf page packed": (
        "r.pdf",
        pdf(b"(" + IN_WINDOWS + b") Tj", packed=True),
        "page 1",
    ),
    "file name": (f"{NAME.replace(' ', '_')}.txt", "nothing", "the file's name"),
}


@pytest.mark.parametrize("case", PLANTED)
def test_a_planted_name_is_found_where_it_stands(tmp_path, case):
    name, content, place = PLANTED[case]
    leaks = found_in(tmp_path, name, content)
    assert leaks, case
    assert {leak.kind for leak in leaks} == {"company name"}
    assert leaks[0].file == name
    assert any(place in leak.place for leak in leaks)


@pytest.mark.parametrize("case", PLANTED)
def test_the_same_file_with_another_name_in_it_is_clean(tmp_path, case):
    name, content, _ = PLANTED[case]
    name = name.replace("Zorblatt", "Other")
    assert found_in(tmp_path, name, content, companies=["Acme Corp"]) == []


@pytest.mark.parametrize("case", PLANTED)
def test_a_planted_id_is_found_as_names_are(tmp_path, case):
    name, content, place = PLANTED[case]
    if isinstance(content, bytes):
        content = content.replace(SECRET, LEARNERS[0].encode().ljust(len(SECRET)))
    else:
        content = content.replace(NAME, LEARNERS[0])
    if LEARNERS[0] in str(content):
        (leak,) = found_in(tmp_path, name.replace(NAME, ""), content)
        assert (leak.kind, leak.text) == ("learner id", LEARNERS[0])
        assert place in leak.place


@pytest.mark.parametrize(
    ("text", "kind", "seen"),
    [
        ("ZORBLATT & QUÜXEN pvt ltd", "company name", "ZORBLATT & QUUXEN pvt ltd"),
        ("zorblatt quuxen, pvt-ltd", "company name", "zorblatt quuxen, pvt-ltd"),
        ("ZorblattQuuxenPvtLtd", "company name", "ZorblattQuuxenPvtLtd"),
        ("Zor\u00adbl\u200batt", "company word", "Zorblatt"),
        ("people of Zorblatt earn", "company word", "Zorblatt"),
        ("in_quuxen_2021", "company word", "quuxen"),
        ("good data systems", "company name", "data systems"),
        ("at TCS, mostly", "company name", "TCS"),
        ("at L&T now", "company name", "L&T"),
        ("new horizons", "company name", "horizons"),
        ("5F2B9C1E77AA40D1", "learner id", "5F2B9C1E77AA40D1"),
        ("5f2b9c1e77...", "learner id", "5f2b9c1e77"),
        ("mail Ann@example.org", "learner id", "Ann@example.org"),
        ("(U-10442)", "learner id", "U-10442"),
    ],
)
def test_names_are_known_in_other_forms(tmp_path, text, kind, seen):
    assert found_in(tmp_path, "n.md", text) == [Leak("n.md", "line 1", kind, seen)]


@pytest.mark.parametrize(
    "text",
    [
        "the data of our people",  # words of a name that are everybody's
        "Pvt. Ltd.",
        "tcs l t L/T l&t",  # short names count as they are written
        "zorblatts horizon",  # other words
        "x = 1001, y = 12345",  # numbers and letters
        "a7 u 10442 U 10442 ann example org",  # ids in pieces
        "5f2b9c1 5f2b9c1f77aa",  # too short a head, and another id
    ],
)
def test_ordinary_text_is_no_leak(tmp_path, text):
    assert found_in(tmp_path, "n.md", text) == []


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        ({"company": "Segment"}, "company name"),
        ({"employer_name": "X"}, "company name"),
        ({"company_hash": ["1001"]}, "company name"),
        ({"learner_id": 12345}, "learner id"),
        ({"learners": [{"email": "a7"}]}, "learner id"),
        ({"user-ids": [1, 12345]}, "learner id"),
        ({"label": "X", "pay": 12345}, None),
        ({"learners": 12345, "company_learners": 1001, "tier_id": 12345}, None),
        ({"company": 12, "learner_id": 1234}, None),
    ],
)
def test_plain_names_and_numbers_count_in_fields_named_so(tmp_path, record, kind):
    leaks = found_in(tmp_path, "s.json", json.dumps(record))
    assert [leak.kind for leak in leaks] == ([kind] if kind else [])
    flat = {k: v for k, v in record.items() if not isinstance(v, list)}
    if len(flat) == len(record):
        (tmp_path / "s.json").unlink()
        text = ",".join(flat) + "\n" + ",".join(map(str, flat.values())) + "\n"
        leaks = found_in(tmp_path, "t.csv", text)
        assert [leak.kind for leak in leaks] == ([kind] if kind else [])


def test_one_number_under_a_plural_is_how_many_there_are(tmp_path):
    assert found_in(tmp_path, "s.json", json.dumps({"learner_ids": 12345})) == []
    assert found_in(tmp_path, "s.json", json.dumps({"learner_ids": [12345]}))


def test_numeric_ids_are_found_in_columns_of_workbooks_and_parquet(tmp_path):
    pl.DataFrame({"learner_id": [12345], "pay": [1]}).write_excel(tmp_path / "t.xlsx")
    pl.DataFrame({"learner_id": [1, 12345]}).write_parquet(tmp_path / "t.parquet")
    pl.DataFrame({"pay": [12345]}).write_parquet(tmp_path / "u.parquet")
    leaks = leaks_in(tmp_path, companies=[], learners=["12345"])
    assert [leak.file for leak in leaks] == ["t.parquet", "t.xlsx"]
    assert leaks[1].place.endswith("cell A2")


def test_short_names_do_not_count_in_scripts(tmp_path):
    page = "<script>var TCS=L&T</script><style>.TCS{}</style><i class='TCS'></i>"
    assert found_in(tmp_path, "r.html", page) == []
    assert found_in(tmp_path, "r.html", "<i title='TCS'></i>")


def test_a_word_of_many_companies_tells_none(tmp_path):
    three = ["Zorblatt A", "Zorblatt B", "Zorblatt C"]
    assert found_in(tmp_path, "n.md", "Zorblatt", companies=three) == []
    assert found_in(tmp_path, "n.md", "Zorblatt", companies=three[:2])
    assert found_in(tmp_path, "n.md", "Zorblatt B", companies=three)


def test_what_is_allowed_is_no_leak_and_hides_no_longer_name(tmp_path):
    told = {"allow": ["Zorblatt", "data systems"]}
    assert found_in(tmp_path, "n.md", "Zorblatt data systems", **told) == []
    assert found_in(tmp_path, "n.md", NAME, **told)


def test_a_leak_is_told_once_a_file_with_its_first_place(tmp_path):
    leaks = found_in(tmp_path, "n.md", "\nTCS\nTCS\nHorizons TCS")
    assert leaks == [
        Leak("n.md", "line 2", "company name", "TCS", 3),
        Leak("n.md", "line 4", "company name", "Horizons"),
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.xlsx", b"no archive"),
        ("f.png", b"no picture"),
        ("f.jpg", b"\xff\xd8\xff\x00\x10"),
        ("s.json", b'{"a": '),
        ("t.parquet", b"PAR1"),
        ("f.png", png((b"zTXt", b"Title\0\0 not packed"))),
    ],
)
def test_a_file_that_cannot_be_read_is_not_called_clean(tmp_path, name, content):
    (leak,) = found_in(tmp_path, name, content)
    assert (leak.kind, leak.place) == ("unreadable file", "the whole file")
    with pytest.raises(UnreadableError):
        list(read_pieces(name, content))


def test_what_is_no_regular_file_is_not_called_clean(tmp_path):
    (tmp_path / "share").mkdir()
    (tmp_path / "share" / "gone").symlink_to(tmp_path / "nowhere")
    (tmp_path / "share" / "home").symlink_to(tmp_path, target_is_directory=True)
    os.mkfifo(tmp_path / "share" / "pipe")
    found = leaks_in(tmp_path / "share", companies=COMPANIES, learners=LEARNERS)
    assert found == [
        Leak(name, "the whole file", "unreadable file", "not a regular file")
        for name in ("gone", "home", "pipe")
    ]


def test_folders_within_are_read_and_a_missing_one_is_refused(tmp_path):
    (tmp_path / "share" / "figures").mkdir(parents=True)
    (tmp_path / "share" / "figures" / "a.svg").write_text(SVG)
    (leak,) = leaks_in(tmp_path, companies=COMPANIES, learners=LEARNERS)
    assert leak.file == "share/figures/a.svg"
    with pytest.raises(SourceError, match="There is no folder .*none"):
        scan(tmp_path / "none", companies=[], learners=[])


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory):
    """A real run, and whom its shared part must not name."""
    table = make_learners(2_000, rng=1)
    folder = segment(table, rng=7).save(tmp_path_factory.mktemp("runs") / "run")
    names = table["company_hash"].drop_nulls().unique().to_list()
    ids = table["email_hash"].unique().to_list()
    return folder, names, ids


def test_a_real_run_names_nobody_and_its_private_files_name_all(run_folder):
    folder, names, ids = run_folder
    assert leaks_in(folder / "share", companies=names, learners=ids) == []
    leaks = leaks_in(folder / "private", companies=names, learners=ids)
    found = {"names.parquet", "segments.csv", "segments.parquet"}
    lists = {f"lists/{item.name}" for item in (folder / "private/lists").iterdir()}
    assert lists
    assert {leak.file for leak in leaks} == found | lists
    told = {leak.text for leak in leaks if leak.kind == "learner id"}
    assert told == set(ids)


def test_a_name_planted_in_the_report_of_a_real_run_is_found(run_folder, tmp_path):
    folder, names, ids = run_folder
    page = (folder / "share" / "report.html").read_text()
    for secret, kind in ((names[5], "company name"), (ids[7], "learner id")):
        planted = page.replace("</h2>", f" {secret.upper()}</h2>", 1)
        (tmp_path / "report.html").write_text(planted)
        (leak,) = leaks_in(tmp_path, companies=names, learners=ids)
        assert (leak.kind, leak.text.casefold()) == (kind, secret)


@pytest.mark.parametrize(
    ("company", "text", "seen"),
    [
        ("PhonePe Private Limited", "PhonePe Lead", "PhonePe"),
        ("PhonePe Private Limited", "atPhonePeNow", "PhonePe"),
        ("MakeMyTrip India Hotels", "a MakeMyTrip desk", "MakeMyTrip"),
        ("InMobi Ads Pvt Ltd", "InMobi people", "InMobi"),
        ("BigBasket Grocery", "2021BigBasket", "BigBasket"),
        ("Wipro Limited", "wipro people", "wipro"),
        ("TCS Ltd", "TCS Wizard", "TCS"),
        ("L & T Ltd", "L & T crew", "L & T"),
    ],
)
def test_a_company_is_found_with_humps_and_without_its_endings(
    tmp_path, company, text, seen
):
    found = found_in(tmp_path, "t.txt", text, companies=[company])
    assert [leak.text for leak in found] == [seen]


@pytest.mark.parametrize(
    ("company", "text"),
    [
        ("Private Limited", "private and limited"),
        ("Data Solutions", "DATA people"),
        ("TCS Ltd", "tcs and Tcs"),
        ("PhonePe Private Limited", "Phone, then Pe"),
    ],
)
def test_endings_and_words_apart_are_no_company(tmp_path, company, text):
    allow = ["Data"]  # a word of everybody
    assert not found_in(tmp_path, "t.txt", text, companies=[company], allow=allow)


@pytest.mark.parametrize(
    ("text", "is_leak"),
    [
        ('{"share": 0.6666666666666666}', False),  # two thirds; "f" is 66
        ("x = -1.6666666666666666", False),
        ("6666666666666666", True),
        ("a.6666666666666666", True),
        ("data:text/plain;base64," + base64.b64encode(b"at ffffffff").decode(), True),
        ("0.6666666666666666 ffffffff", True),
    ],
)
def test_decimals_of_a_number_are_no_packed_text(tmp_path, text, is_leak):
    (tmp_path / "page.html").write_text(f"<pre>{text}</pre>")
    leaks = scan(tmp_path, companies=[], learners=["ffffffff00c0ffee"]).leaks
    assert [leak.text for leak in leaks] == ["ffffffff"] * is_leak


@pytest.mark.parametrize(
    "learner",
    [
        b"ABCDEFGHIJ".hex(),
        base64.b64encode(b"asha.rao@example.com").decode(),
        base64.urlsafe_b64encode(b"learner 17 of the school").decode(),
    ],
)
@pytest.mark.parametrize("form", ["<p>{}</p>", "<a title='{}'>x</a>", "<p>so {}.</p>"])
def test_an_id_that_decodes_to_text_is_found_as_it_stands(tmp_path, learner, form):
    (tmp_path / "page.html").write_text(form.format(learner))
    leaks = scan(tmp_path, companies=[], learners=[learner]).leaks
    assert learner.rstrip("=") in {leak.text.rstrip("=") for leak in leaks}
