"""The texts of a PDF, and what is refused because it cannot be told."""

import io

import pytest
from pypdf import PdfReader, PdfWriter

import browser
from learnstrata.privacy.leaks.artefacts import read_pieces
from learnstrata.privacy.leaks.pieces import UnreadableError
from learnstrata.privacy.leaks.scanning import scan
from learnstrata.report.exports import write_pdf
from printed import HELVETICA, WINDOWS, pdf, stream

CMAP = b"""/CIDInit /ProcSet findresource begin 12 dict begin begincmap
1 begincodespacerange <0000> <FFFF> endcodespacerange
2 beginbfchar <0001> <005A> <0002> <006F> endbfchar
1 beginbfrange <0003> <0005> <0072> endbfrange
endcmap end end"""
NUMBERED = b"/Type /Font /Subtype /Type0 /BaseFont /Own /Encoding /Identity-H"
FONT = b"<< %s /ToUnicode 7 0 R /DescendantFonts [8 0 R] >>" % NUMBERED
CID = (
    b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Own /DW 500 /CIDSystemInfo %s >>"
)
SYSTEM = b"<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>"


def leaks_in(folder, **options):
    return list(scan(folder, **options).leaks)


def texts(content):
    found = {}
    for piece in read_pieces("r.pdf", content):
        found.setdefault(piece.place, piece.text)
    return found


def test_letters_that_are_numbered_are_looked_up_in_their_font():
    made = pdf(b"<000100020003> Tj", stream(CMAP), CID % SYSTEM, font=FONT)
    assert texts(made) == {"page 1": "Zor", "Title of the PDF": "plain"}


@pytest.mark.parametrize(
    "font",
    [
        b"<< %s /DescendantFonts [8 0 R] >>" % NUMBERED,
        b"<< /Type /Font /Subtype /Type3 /Name /Own /FontBBox [0 0 1 1] "
        b"/FontMatrix [1 0 0 1 0 0] /CharProcs << >> /FirstChar 0 /LastChar 0 "
        b"/Widths [1] /Encoding << /Differences [0 /g1] >> >>",
        b"<< /Type /Font /Subtype /TrueType /BaseFont /Own /FontDescriptor 9 0 R >>",
    ],
)
def test_letters_that_no_table_tells_are_refused(font):
    described = b"<< /Type /FontDescriptor /FontFile2 7 0 R >>"
    more = [stream(b"font"), CID % SYSTEM, described]
    made = pdf(b"<0001> Tj", *more, font=font)
    with pytest.raises(UnreadableError, match="Own does not tell which letters"):
        texts(made)


def test_a_plain_font_needs_no_table():
    assert texts(pdf(b"(Zor) Tj", font=HELVETICA % b""))["page 1"] == "Zor"


def test_words_that_ran_into_one_another_are_read_apart_as_well():
    twice = b"(Zorblatt) Tj ET BT /F1 12 Tf 73 720 Td (Zorblatt) Tj"
    found = [piece.text for piece in read_pieces("r.pdf", pdf(twice))]
    assert {"ZorblattZorblatt", "Zorblatt"} <= set(found)


def test_letters_set_wide_apart_are_one_word():
    wide = b"[(Z) -900 (o) -900 (r) -900 (b) -900 (l) -900 (att)] TJ"
    assert texts(pdf(b"[(1) -900 (2) -900 (3) -900 (4)] TJ"))["page 1"] == "1 2 3 4"
    assert texts(pdf(wide.replace(b"att", b"a")))["page 1"] == "Zorbla"


def test_strings_descriptions_and_files_within_are_read():
    note = stream(b"Zorblatt in a note", b"/Type /EmbeddedFile")
    holder = b"<< /Type /Filespec /F (note.txt) /EF << /F 7 0 R >> >>"
    about = stream(b"<x>Zorblatt described</x>", b"/Type /Metadata /Subtype /XML")
    link = b"<< /S /URI /URI (https://example.org/Zorblatt) >>"
    found = texts(pdf(b"(plain) Tj", note, holder, about, link))
    assert found["note.txt"] == "Zorblatt in a note"
    assert found["description.xml, text"] == "Zorblatt described"
    assert found["URI of the PDF"] == "https://example.org/Zorblatt"


def test_what_programs_call_themselves_is_no_name(tmp_path):
    maker = (
        b"(Mozilla/5.0 \\(X11; Linux x86_64\\) AppleWebKit/537.36 \\(KHTML, like "
        b"Gecko\\) HeadlessChrome/156.0.0.0 Safari/537.36)"
    )
    made = pdf(b"<0001> Tj", stream(CMAP), CID % SYSTEM, font=FONT, title=maker)
    (tmp_path / "r.pdf").write_bytes(made)
    assert (
        leaks_in(tmp_path, companies=["Adobe", "Mozilla", "Gecko"], learners=[]) == []
    )
    made = pdf(title=b"(Mozilla earns most)")
    (tmp_path / "r.pdf").write_bytes(made)
    assert leaks_in(tmp_path, companies=["Adobe", "Mozilla", "Gecko"], learners=[])


def locked():
    """Encrypt a PDF for everybody: the password is empty."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf())))
    writer.encrypt("", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "EmptyFileError: Cannot read an empty file"),
        (b"%PDF-1.7\nnothing\n%%EOF\n", "PdfReadError: startxref not found"),
        (pdf()[:-40], "PdfReadError: EOF marker not found"),
        (locked(), "encrypted: print it again without a password"),
        (
            pdf() + b"7 0 obj\n(Zorblatt)\nendobj\nstartxref\n9\n%%EOF\n",
            "changed after",
        ),
    ],
)
def test_a_pdf_that_cannot_be_told_is_a_finding(content, told, tmp_path):
    (tmp_path / "r.pdf").write_bytes(content)
    (leak,) = leaks_in(tmp_path, companies=["Acme"], learners=[])
    assert leak.kind == "unreadable file"
    with pytest.raises(UnreadableError, match=told):
        texts(content)


@pytest.mark.browser
@pytest.mark.skipif(not browser.find(), reason="no Chromium on this machine")
def test_what_a_browser_prints_is_read(tmp_path):
    names = {
        "Zorblatt Works": "<p>Most are at <b>Zorb</b>latt Works.</p>",
        "Effigy Office": '<p style="font-family:serif">the effigy office</p>',
        "Rotaville": '<svg><text transform="rotate(-90 20 90)" x="20" y="90">Rotaville'
        "</text></svg>",
        "Halogene": '<svg><text x="9" y="30" stroke="red">Halogene</text><text x="9" '
        'y="30">Halogene</text></svg>',
        "Spacedon": '<h1 style="letter-spacing:0.4em">Spacedon</h1>',
        "Müller & Söhne": '<p style="text-transform:uppercase">Müller &amp; Söhne</p>',
    }
    learner = "5f2b9c1e77aa40d1"
    page = f"<title>Pay</title>{''.join(names.values())}<p>{learner}</p>"
    write_pdf(page, tmp_path / "r.pdf")
    leaks = leaks_in(tmp_path, companies=names, learners=[learner])
    kinds = sorted(leak.kind for leak in leaks)
    assert kinds == [*["company name"] * len(names), "learner id"], leaks
    assert {leak.place for leak in leaks} <= {"page 1", "Title of the PDF"}
    others = ["Adobe", "Mozilla", "Skia", "Acme Corp", "Liberation"]
    assert leaks_in(tmp_path, companies=others, learners=["0f0f0f0f0f0f0f0f"]) == []


def test_letters_beyond_ascii_are_those_of_the_encoding():
    drawn = b"(%s) Tj" % "Zorblatt & Qüxen".encode("cp1252")
    found = texts(pdf(drawn, font=HELVETICA % WINDOWS, packed=True))
    assert found["page 1"] == "Zorblatt & Qüxen"
