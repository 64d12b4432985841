"""Documents that are not read: each is named, with what to do."""

import io
import zipfile

import pytest

from ocr_extract import extract
from ocr_extract.records import Verdict
from ocr_extract.sources.foreign import MAX_DIRECTORY_BYTES, directory_bytes, zip_names
from tests.factory import Factory
from tests.received.received_factory import zip_of

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100)
DOCX = zip_of({"[Content_Types].xml": b"x", "word/document.xml": b"y"})
ODT = zip_of({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"x"})


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.docx", DOCX, "A Word document: print it to PDF"),
        ("agreement", DOCX, "A Word document"),
        ("a.pdf", DOCX, "A Word document"),
        ("a.docx", DOCX[:60], "A Word document"),
        ("a.odt", ODT, "An OpenDocument file: print it to PDF"),
        ("a.pages", zip_of({"Index/Document.iwa": b"x"}), "A Pages, Numbers or Keynote document"),
        ("a.epub", zip_of({"mimetype": b"x", "META-INF/container.xml": b"x"}), "An EPUB book"),
        ("a.doc", OLE, "An old Office document: print it to PDF"),
        ("a.msg", OLE, "An Outlook message: save its attachments"),
        ("a.rtf", b"{\\rtf1 x}", "An RTF document: print it to PDF"),
        ("winmail.dat", b"x\x9f>\x22\0\0", "Outlook's winmail.dat: ask for"),
        ("a.rar", b"Rar!\x1a\x07\0", "A RAR archive: unpack it"),
        ("a.7z", b"7z\xbc\xaf\x27\x1c\0", "A 7z archive: unpack it"),
        ("a.zip", zip_of({"a.pdf": b"x"}), "A zip archive: `ocr-extract run` unpacks it"),
        ("a.htm", b"<html>", "A web page: print it to PDF"),
        ("a.xyz", b"MZ\0\xff", "Neither PDF, TIFF, PNG, JPEG, HEIC, WebP nor text (.xyz)"),
    ],
)
def test_documents_are_named_with_what_to_do(
    factory: Factory, name: str, content: bytes, words: str
) -> None:
    record = extract(factory.file(name, content))
    assert record.verdict is Verdict.REJECTED
    assert [damage.kind for damage in record.damage] == ["unsupported"]
    assert record.flags[0].message.startswith(words)


def test_names_of_an_archive_are_bounded() -> None:
    small, forged = io.BytesIO(DOCX), bytearray(DOCX)
    at = forged.index(b"PK\x05\x06")
    forged[at + 12 : at + 16] = (MAX_DIRECTORY_BYTES + 1).to_bytes(4, "little")
    assert zip_names(small) == ("[Content_Types].xml", "word/document.xml")
    assert zip_names(io.BytesIO(bytes(forged))) is None
    assert zip_names(io.BytesIO(DOCX[:50])) is None


def test_archives_of_the_64_bit_format_state_their_directory() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for number in range(66_000):
            archive.writestr(f"{number}", b"")
    assert 66_000 * 46 < directory_bytes(content) < 66_000 * 60
    assert len(zip_names(content) or ()) == 66_000


def test_a_name_is_not_needed(factory: Factory) -> None:
    assert extract(factory.file("x", b"\0\1\2")).damage[0].effect.endswith("(no suffix): not read.")
