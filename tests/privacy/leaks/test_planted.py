"""Planted leaks: every way of writing a name, in every place a file has for one."""

import base64
import gzip
import hashlib
import io
import json
import struct
import zipfile
import zlib
from urllib.parse import quote

import openpyxl
import polars as pl
import pytest
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName

from learnstrata.privacy.leaks.scanning import scan
from printed import pdf, stream

COMPANY, LEARNER, MAIL = "Blue Snowflake", "5f2b9c1e77aa40d1be0c", "ann.lee@example.org"
MD5 = hashlib.new("md5", MAIL.encode(), usedforsecurity=False).hexdigest()
SECRETS = {"company": COMPANY, "learner": LEARNER}


def found(folder):
    report = scan(folder, companies=[COMPANY, "Acme Corp"], learners=[LEARNER, MAIL])
    return list(report.leaks)


def coded(text):
    return base64.b64encode(text.encode()).decode()


def entities(text):
    return "".join(f"&#{ord(c)};" for c in text)


def alike(text):
    return text.translate(str.maketrans("eoa", "\u0435\u043e\u0430"))


WAYS = {
    "plain": str,
    "upper": str.upper,
    "lower": str.lower,
    "as one word": lambda s: s.replace(" ", ""),
    "humps": lambda s: "at" + s.title().replace(" ", "") + "Now",
    "hyphens": lambda s: s.replace(" ", "-"),
    "underscores": lambda s: "in_" + s.replace(" ", "_") + "_2021",
    "digits": lambda s: "2021 " + s + "2021" if " " in s else s,
    "accents": lambda s: s.replace("u", "ü").replace("e", "é"),
    "wide letters": lambda s: "".join(
        chr(ord(c) + 0xFEE0) if c.isalnum() else c for c in s
    ),
    "invisible letters": "\u200b".join,
    "soft hyphens": "\u00ad".join,
    "letters that look alike": alike,
    "percent": lambda s: quote(s, safe=""),
    "every letter in percent": lambda s: "".join(f"%{ord(c):02X}" for c in s),
    "percent twice": lambda s: quote("".join(f"%{ord(c):02x}" for c in s)),
    "entities": entities,
    "entities in hexadecimal": lambda s: "".join(f"&#x{ord(c):x};" for c in s),
    "entities twice": lambda s: entities(s).replace("&", "&amp;"),
    "escapes of JSON": lambda s: "".join(f"\\u{ord(c):04x}" for c in s),
    "escapes of scripts": lambda s: "".join(f"\\u{{{ord(c):x}}}" for c in s),
    "escapes of bytes": lambda s: "".join(f"\\x{ord(c):02x}" for c in s),
    "escapes of styles": lambda s: "".join(f"\\{ord(c):06x} " for c in s),
    "JSON in a text": lambda s: json.dumps({"a": [entities(s)]}),
    "JSON in JSON": lambda s: json.dumps(json.dumps({"a": json.dumps([s])})),
    "markup in a text": lambda s: f"<p><b>{s[:3]}</b>{s[3:]}</p>",
    "base64": coded,
    "base64 of a URL": lambda s: (
        base64.urlsafe_b64encode(f"??>>{s}".encode()).decode().rstrip("=")
    ),
    "base64 twice": lambda s: coded(coded(s)),
    "base64 and gzip": lambda s: base64.b64encode(gzip.compress(s.encode())).decode(),
    "base64 and zlib": lambda s: base64.b64encode(zlib.compress(s.encode())).decode(),
    "base64 in percent": lambda s: quote(coded(s), safe="").replace("B", "%42"),
    "a data URI": lambda s: f"data:text/plain;base64,{coded(s)}",
    "a data URI in letters": lambda s: f"data:text/plain,{quote(s)}",
    "hexadecimal": lambda s: s.encode().hex(),
    "strings added": lambda s: f"'{s[:4]}' + '{s[4:]}'",
}


def _workbook(fill):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        fill(book, book.add_worksheet("Pay"))
    return out.getvalue()


def _with_openpyxl(fill):
    book, out = openpyxl.Workbook(), io.BytesIO()
    fill(book, book.active)
    book.save(out)
    return out.getvalue()


def _markup(text):
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _cell(text):
    return f'a,b\n1,"{text.replace(chr(34), chr(34) * 2)}"\n'


def _attribute(text):
    return f'<p title="{_markup(text).replace(chr(34), "&quot;")}">x</p>'


def _parquet(text):
    out = io.BytesIO()
    pl.DataFrame({"a": ["x", text]}).write_parquet(out)
    return out.getvalue()


CARRIERS = {
    "text.txt": str,
    "value.json": lambda s: json.dumps({"a": [{"b": s}]}),
    "cell.csv": _cell,
    "attribute.html": _attribute,
    "text.svg": lambda s: f"<svg><desc>{_markup(s)}</desc></svg>",
    "cell.xlsx": lambda s: _workbook(lambda _, page: page.write_string("B7", s)),
    "cell.parquet": _parquet,
}


def into(folder, name, content):
    folder.mkdir(exist_ok=True)
    content = content if isinstance(content, bytes) else content.encode()
    (folder / name).write_bytes(content)
    return folder


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("way", WAYS)
def test_a_name_is_found_however_it_is_written(tmp_path, way, carrier):
    folder = into(tmp_path, carrier, CARRIERS[carrier](WAYS[way](COMPANY)))
    assert {leak.kind for leak in found(folder)} <= {"company name", "company word"}
    assert "company name" in {leak.kind for leak in found(folder)}


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("way", WAYS)
def test_another_name_written_so_is_no_leak(tmp_path, way, carrier):
    folder = into(tmp_path, carrier, CARRIERS[carrier](WAYS[way]("Green Rainfall")))
    assert found(folder) == []


SINGLE = {
    "humps",  # an id has none
    "digits",
    "accents",
    "base64 of a URL",
}


@pytest.mark.parametrize("way", [way for way in WAYS if way not in SINGLE])
def test_an_id_is_found_however_it_is_written(tmp_path, way):
    (tmp_path / "n.txt").write_text(WAYS[way](LEARNER))
    assert {leak.kind for leak in found(tmp_path)} == {"learner id"}


@pytest.mark.parametrize(
    "text",
    [
        LEARNER,
        LEARNER.upper(),
        LEARNER[:12],
        LEARNER[4:16],
        LEARNER[-12:],
        LEARNER[:8],
        f"id{LEARNER}x",
        f"u-{LEARNER[3:17]}",
        MAIL,
        MAIL.upper(),
        hashlib.sha256(MAIL.encode()).hexdigest(),
        MD5,
        hashlib.sha256(MAIL.encode()).hexdigest().upper(),
        hashlib.sha256(MAIL.encode()).hexdigest()[:16],
        MD5[7:24],
    ],
)
def test_an_id_is_found_whole_in_part_and_hashed(tmp_path, text):
    (tmp_path / "n.txt").write_text(f"Ask {text}.")
    assert [leak.kind for leak in found(tmp_path)] == ["learner id"]


@pytest.mark.parametrize(
    "text",
    [
        LEARNER[2:13],  # eleven characters from the middle
        LEARNER[:7],
        hashlib.sha256(b"ann.lee@example.com").hexdigest(),
        hashlib.sha256(LEARNER.encode()).hexdigest(),
        "example.org",
        "5f2b9c1e88bb51e2cf1d",
    ],
)
def test_what_is_too_short_or_another_id_is_none(tmp_path, text):
    (tmp_path / "n.txt").write_text(f"Ask {text}.")
    assert found(tmp_path) == []


def test_a_part_that_many_ids_share_tells_of_none(tmp_path):
    (tmp_path / "n.txt").write_text("Of the platform-2021-cohort, many are ahead.")
    ids = [f"platform-2021-cohort-{n:06}" for n in range(9)]
    assert scan(tmp_path, companies=[], learners=ids).leaks == ()
    assert scan(tmp_path, companies=[], learners=ids[:1]).leaks


def _chunk(kind, body):
    crc = zlib.crc32(kind + body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc)


def _png(*chunks, tail=b""):
    head = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", bytes(13))
    return head + b"".join(chunks) + _chunk(b"IEND", b"") + tail


def _zip(**change):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        member = zipfile.ZipInfo(change.get("name", "a.txt"))
        member.comment = change.get("comment", b"")
        member.extra = change.get("extra", b"")
        archive.writestr(member, change.get("content", b"nothing"))
        archive.comment = change.get("whole", b"")
    return change.get("before", b"") + out.getvalue()


def _part(name, change):
    """Change one part of a workbook as text."""
    made, out = _workbook(lambda *_: None), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.namelist():
            text = old.read(part).decode()
            new.writestr(part, change(text) if part == name else text)
    return out.getvalue()


def _unused_string(secret):
    def fill(_, page):
        page.write_string("A1", "shown")

    made, out = _workbook(fill), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.namelist():
            text = old.read(part).decode()
            new.writestr(
                part, text.replace("</sst>", f"<si><t>{secret}</t></si></sst>")
            )
    return out.getvalue()


def _named(book, secret):
    name = secret.replace(" ", "_") if secret[0].isalpha() else f"_{secret}"
    book.defined_names[name] = DefinedName(name, attr_text="Sheet!$A$1")


def _hidden(book, secret):
    sheet = book.create_sheet("Other")
    sheet["C3"] = secret
    sheet.sheet_state = "veryHidden"


def _commented(page, secret):
    page["A1"].comment = Comment(secret, "x")


def _pdf_object(*more):
    return lambda s: pdf(
        b"(plain) Tj", *[m % s.encode() if b"%s" in m else m for m in more]
    )


def _utf16(text):
    return b"<FEFF" + text.encode("utf-16-be").hex().encode() + b">"


def _metadata(key, value):
    out = io.BytesIO()
    pl.DataFrame({"a": [1]}).write_parquet(out, metadata={key: value})
    return out.getvalue()


def _exif(text):
    return b"MM\0*\0\0\0\x08" + text.encode() + b"\0"


def _column(name):
    out = io.BytesIO()
    pl.DataFrame({name: [1]}).write_parquet(out)
    return out.getvalue()


PLACES = {
    "json key": ("k.json", lambda s: json.dumps({"a": {s: 1}})),
    "json lines": ("k.jsonl", lambda s: json.dumps([1]) + "\n" + json.dumps([s])),
    "html comment": ("k.html", lambda s: f"<!-- {s} -->"),
    "html script": ("k.html", lambda s: f"<script>let a = '{s}'</script>"),
    "html style": ("k.html", lambda s: f"<style>p:after{{content:'{s}'}}</style>"),
    "html meta": ("k.html", lambda s: f'<meta name="author" content="{s}">'),
    "html attribute name": (
        "k.html",
        lambda s: f"<p data-{s.lower().replace(' ', '-')}=1>x</p>",
    ),
    "html tag": ("k.html", lambda s: f"<x-{s.lower().replace(' ', '-')}>x"),
    "html end tag": ("k.html", lambda s: f"<p>x</p {s}>"),
    "html script without an end": ("k.html", lambda s: f"<p>x</p><script>/* {s} */"),
    "html json": (
        "k.html",
        lambda s: f'<script type="application/json">{json.dumps([s])}</script>',
    ),
    "html across tags": ("k.html", lambda s: f"<p><b>{s[:2]}</b><i>{s[2:]}</i></p>"),
    "html in place of our script": (
        "k.html",
        lambda s: (
            '<script type="text/plain" id="vega">'
            + base64.b64encode(gzip.compress(s.encode())).decode().replace("+", "ø")
            + "</script>"
        ),
    ),
    "svg title": ("k.svg", lambda s: f"<svg><title>{s}</title></svg>"),
    "svg metadata": ("k.svg", lambda s: f"<svg><metadata><x>{s}</x></metadata></svg>"),
    "svg cdata": ("k.svg", lambda s: f"<svg><desc><![CDATA[{s}]]></desc></svg>"),
    "svg instruction": ("k.svg", lambda s: f"<?note {s}?><svg/>"),
    "csv column": ("k.csv", lambda s: f"a,{s}\n1,2\n"),
    "tsv cell": ("k.tsv", lambda s: f"a\tb\n1\t{s}\n"),
    "parquet column": ("k.parquet", _column),
    "parquet metadata": ("k.parquet", lambda s: _metadata("note", s)),
    "xlsx sheet": (
        "k.xlsx",
        lambda s: _workbook(lambda book, _: book.add_worksheet(s)),
    ),
    "xlsx title": (
        "k.xlsx",
        lambda s: _workbook(lambda book, _: book.set_properties({"title": s})),
    ),
    "xlsx own property": (
        "k.xlsx",
        lambda s: _workbook(lambda book, _: book.set_custom_property("who", s)),
    ),
    "xlsx header": (
        "k.xlsx",
        lambda s: _workbook(lambda _, page: page.set_header(f"&C{s}")),
    ),
    "xlsx comment": ("k.xlsx", lambda s: _with_openpyxl(lambda _, p: _commented(p, s))),
    "xlsx defined name": (
        "k.xlsx",
        lambda s: _with_openpyxl(lambda book, _: _named(book, s)),
    ),
    "xlsx hidden sheet": (
        "k.xlsx",
        lambda s: _with_openpyxl(lambda book, _: _hidden(book, s)),
    ),
    "xlsx formula": (
        "k.xlsx",
        lambda s: _workbook(
            lambda _, page: page.write_formula("A1", f'="{s}"', None, 1)
        ),
    ),
    "xlsx theme": (
        "k.xlsx",
        lambda s: _part("xl/theme/theme1.xml", lambda t: t.replace("Office", s)),
    ),
    "xlsx text that no cell shows": ("k.xlsx", _unused_string),
    "zip member": ("k.zip", lambda s: _zip(content=s.encode())),
    "zip within": (
        "k.zip",
        lambda s: _zip(name="b.zip", content=_zip(content=s.encode())),
    ),
    "zip member's name": ("k.zip", lambda s: _zip(name=f"{s}.txt")),
    "zip comment": ("k.zip", lambda s: _zip(whole=s.encode())),
    "zip member's comment": ("k.zip", lambda s: _zip(comment=s.encode())),
    "zip extra field": (
        "k.zip",
        lambda s: _zip(extra=struct.pack("<2H", 0x7777, len(s)) + s.encode()),
    ),
    "zip before the first file": ("k.zip", lambda s: _zip(before=s.encode())),
    "gzip": ("k.json.gz", lambda s: gzip.compress(json.dumps({"a": s}).encode())),
    "gzip without a name": ("k", lambda s: gzip.compress(gzip.compress(s.encode()))),
    "png text": ("k.png", lambda s: _png(_chunk(b"tEXt", b"Title\0" + s.encode()))),
    "png packed": (
        "k.png",
        lambda s: _png(_chunk(b"zTXt", b"Title\0\0" + zlib.compress(s.encode()))),
    ),
    "png unicode": (
        "k.png",
        lambda s: _png(_chunk(b"iTXt", b"T\0\1\0en\0\0" + zlib.compress(s.encode()))),
    ),
    "png exif": ("k.png", lambda s: _png(_chunk(b"eXIf", _exif(s)))),
    "png exif wide": (
        "k.png",
        lambda s: _png(_chunk(b"eXIf", b"UNICODE\0" + s.encode("utf-16-le"))),
    ),
    "png private chunk": ("k.png", lambda s: _png(_chunk(b"prVt", s.encode()))),
    "png profile": (
        "k.png",
        lambda s: _png(_chunk(b"iCCP", b"p\0\0" + zlib.compress(s.encode()))),
    ),
    "png tail": ("k.png", lambda s: _png(tail=s.encode())),
    "png packed tail": ("k.png", lambda s: _png(tail=gzip.compress(s.encode()))),
    "png in a page": (
        "k.html",
        lambda s: (
            '<img src="data:image/png;base64,'
            + base64.b64encode(_png(_chunk(b"tEXt", b"a\0" + s.encode()))).decode()
            + '">'
        ),
    ),
    "pdf page": ("k.pdf", lambda s: pdf(b"(%s) Tj" % s.encode())),
    "pdf title": ("k.pdf", lambda s: pdf(title=_utf16(s))),
    "pdf own key": (
        "k.pdf",
        lambda s: pdf(title=b"(plain) /%s (x)" % s.replace(" ", "#20").encode()),
    ),
    "pdf text for reading aloud": (
        "k.pdf",
        lambda s: pdf(b"/Span <</ActualText (%s)>> BDC (plain) Tj EMC" % s.encode()),
    ),
    "pdf annotation": (
        "k.pdf",
        _pdf_object(b"<< /Type /Annot /Subtype /Text /Contents (%s) >>"),
    ),
    "pdf outline": ("k.pdf", _pdf_object(b"<< /Title (%s) /Parent 1 0 R >>")),
    "pdf destination": ("k.pdf", _pdf_object(b"<< /Names [(%s) 3 0 R] >>")),
    "pdf metadata": (
        "k.pdf",
        lambda s: pdf(
            b"(plain) Tj",
            stream(b"<x>%s</x>" % s.encode(), b"/Type /Metadata /Subtype /XML"),
        ),
    ),
    "pdf stream that no page shows": (
        "k.pdf",
        lambda s: pdf(
            b"(plain) Tj", stream(b"BT (%s) Tj ET" % s.encode(), packed=True)
        ),
    ),
    "pdf stream in pieces": (
        "k.pdf",
        lambda s: pdf(
            b"(plain) Tj",
            stream(b"[(%s) -20 (%s)] TJ" % (s[:5].encode(), s[5:].encode())),
        ),
    ),
    "pdf stream of plain text": (
        "k.pdf",
        lambda s: pdf(b"(plain) Tj", stream(s.encode(), packed=True)),
    ),
    "pdf file that nothing names": (
        "k.pdf",
        lambda s: pdf(b"(plain) Tj", stream(s.encode(), b"/Type /EmbeddedFile")),
    ),
    "pdf remark": (
        "k.pdf",
        lambda s: pdf(b"(plain) Tj", b"<< >>\n%% %s\n" % s.encode()),
    ),
    "file name": ("{}.txt", lambda _: "nothing"),
}


@pytest.mark.parametrize("whom", SECRETS)
@pytest.mark.parametrize("place", PLACES)
def test_a_leak_is_found_wherever_it_is_put(tmp_path, place, whom):
    name, make = PLACES[place]
    secret = SECRETS[whom]
    folder = into(tmp_path, name.format(secret), make(secret))
    leaks = found(folder)
    kind = "company name" if whom == "company" else "learner id"
    assert kind in {leak.kind for leak in leaks}, leaks
    assert "unreadable file" not in {leak.kind for leak in leaks}


@pytest.mark.parametrize("place", PLACES)
def test_the_same_place_without_a_name_is_clean(tmp_path, place):
    name, make = PLACES[place]
    assert found(into(tmp_path, name.format("plain"), make("Green Rainfall"))) == []


def test_a_folder_is_called_as_somebody(tmp_path):
    (tmp_path / COMPANY).mkdir()
    (leak,) = found(tmp_path)
    assert (leak.file, leak.kind) == (COMPANY, "company name")


def test_a_key_that_stands_twice_is_not_called_clean(tmp_path):
    (leak,) = found(into(tmp_path, "k.json", f'{{"a": "{COMPANY}", "a": "x"}}'))
    assert "has a key twice" in leak.text
    page = f'<script type="application/json">{{"a": "{COMPANY}", "a": "x"}}</script>'
    (leak, _) = found(into(tmp_path, "k.html", page))
    assert leak.kind == "company name"


def test_the_planted_are_as_many_as_was_asked_for():
    planted = len(WAYS) * len(CARRIERS) + len(PLACES) * len(SECRETS)
    assert len(WAYS) + len(PLACES) >= 40
    assert planted >= 150


@pytest.mark.parametrize("packed", [9, 12])
def test_what_is_packed_too_often_is_not_called_clean(tmp_path, packed):
    content = b"nothing"
    for _ in range(packed):
        content = gzip.compress(content)
    (leak,) = found(into(tmp_path, "k", content))
    assert leak.kind == "unreadable file"
    assert "packed more than 8 times" in leak.text


def test_what_unfolds_without_end_is_not_called_clean(tmp_path):
    bomb = gzip.compress(bytes(300 << 20), 9)
    (leak,) = found(into(tmp_path, "k.txt", bomb))
    assert "unfolds to more than can be read" in leak.text
    (leak,) = found(into(tmp_path, "k.txt", _zip(content=bytes(300 << 20))))
    assert leak.kind == "unreadable file"
