"""PDF files written by hand, object by object."""

import zlib

HELVETICA = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica %s >>"
WINDOWS = b"/Encoding /WinAnsiEncoding"


def stream(content: bytes, head: bytes = b"", *, packed: bool = False) -> bytes:
    """Give a stream object, deflated if asked."""
    body = zlib.compress(content) if packed else content
    packing = b"/Filter /FlateDecode " if packed else b""
    size = b"<< %s%s /Length %d >>" % (packing, head, len(body))
    return size + b"\nstream\n" + body + b"\nendstream"


def pdf(
    show: bytes = b"(plain) Tj",
    *more: bytes,
    title: bytes = b"(plain)",
    font: bytes = HELVETICA % WINDOWS,
    packed: bool = False,
) -> bytes:
    """Give a PDF of one page that draws `show`; `more` are objects 7, 8 and so on."""
    page = b"/Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< %s /Resources << /Font << /F1 5 0 R >> >> >>" % page,
        stream(b"BT /F1 12 Tf 72 720 Td %s ET" % show, packed=packed),
        font,
        b"<< /Title %s >>" % title,
        *more,
    ]
    made, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % p for p in places)
    size = len(objects) + 1
    tail = b"trailer\n<< /Size %d /Root 1 0 R /Info 6 0 R >>\n" % size
    ends = b"startxref\n%d\n%%%%EOF\n" % len(made)
    return made + b"xref\n0 %d\n" % size + table + tail + ends
