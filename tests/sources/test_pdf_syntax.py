"""qpdf's complaints: those that lose ink are given, those that lose none are not."""

import io
import re
import zlib
from pathlib import Path

import pikepdf
import pytest

from ocr_extract import extract
from ocr_extract.records import Verdict
from ocr_extract.settings import Settings
from ocr_extract.sources import pdf_syntax
from ocr_extract.sources.pdf_syntax import only_repaired, syntax_complaints
from tests.factory import Factory

CONTENT = b"\n".join(b"%d 0 m 10 %d l S" % (n * n, n * 7) for n in range(400))


def _page(packed: bytes) -> bytes:
    """A PDF with one page, whose content stream has these compressed bytes."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(100, 100))
        stream = pikepdf.Stream(pdf, b"")
        stream.write(packed, filter=pikepdf.Name.FlateDecode)
        pdf.pages[0].Contents = pdf.make_indirect(stream)
        buffer = io.BytesIO()
        pdf.save(buffer)
    return buffer.getvalue()


@pytest.fixture
def broken(factory: Factory) -> Path:
    """Its page's content breaks off inside of a text."""
    return factory.file("broken.pdf", _page(zlib.compress(CONTENT + b" (Signed: Mi")))


def test_whole_file_has_no_complaints(factory: Factory) -> None:
    assert syntax_complaints(factory.file("a.pdf", _page(zlib.compress(CONTENT)))) == ()


def test_content_that_breaks_off_is_a_complaint(broken: Path) -> None:
    (complaint,) = syntax_complaints(broken)
    assert "EOF while reading token" in complaint


def test_stream_without_its_last_bytes_has_no_complaints(factory: Factory) -> None:
    """The checksum at a stream's end is missing, but no ink."""
    assert syntax_complaints(factory.file("a.pdf", _page(zlib.compress(CONTENT)[:-4]))) == ()


def test_table_that_can_be_rebuilt_has_no_complaints(factory: Factory) -> None:
    whole = _page(zlib.compress(CONTENT))
    start = whole.rindex(b"startxref")
    assert syntax_complaints(factory.file("a.pdf", whole[:start] + b"startxref\n7\n%%EOF\n")) == ()


def _with_cross_reference_stream(*, itself: bool, surplus: bytes) -> bytes:
    """A PDF of one empty page with a cross-reference stream. `itself`: the stream is an entry of
    its own. `surplus` follows its last entry.
    """
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]/Resources<<>>>>",
    )
    content, offsets = b"%PDF-1.5\n", []
    for number, value in enumerate(objects, 1):
        offsets.append(len(content))
        content += b"%d 0 obj %s endobj\n" % (number, value)
    start = len(content)
    entries = [b"\x00\x00\x00\x00", *(b"\x01" + n.to_bytes(2, "big") + b"\x00" for n in offsets)]
    entries += [b"\x01" + start.to_bytes(2, "big") + b"\x00"] if itself else []
    table = b"".join(entries) + surplus
    head = b"<</Type/XRef/Size 5/W[1 2 1]/Root 1 0 R/Index[0 %d]/Length %d>>" % (
        len(entries), len(table),
    )  # fmt: skip
    content += b"4 0 obj %s stream\n%s\nendstream endobj\n" % (head, table)
    return content + b"startxref\n%d\n%%%%EOF\n" % start


@pytest.mark.parametrize(("itself", "surplus"), [(True, b""), (False, b""), (True, bytes(11))])
def test_flaw_of_a_cross_reference_stream_is_no_complaint(
    factory: Factory, itself: bool, surplus: bytes
) -> None:
    path = factory.file("a.pdf", _with_cross_reference_stream(itself=itself, surplus=surplus))
    with pikepdf.open(path) as pdf:
        assert bool(pdf.check_pdf_syntax()) is (not itself or bool(surplus))
    assert syntax_complaints(path) == ()


@pytest.mark.parametrize(
    ("old", "new"), [(b"/MediaBox", b"/Thumb 0 0 R /MediaBox"), (b"endobj\n", b"\n")]
)
def test_flaw_of_an_object_that_loses_nothing_is_no_complaint(
    factory: Factory, old: bytes, new: bytes
) -> None:
    whole = _page(zlib.compress(CONTENT))
    at = whole.index(old)
    path = factory.file("a.pdf", whole[:at] + new + whole[at + len(old) :])
    with pikepdf.open(path) as pdf:
        assert pdf.check_pdf_syntax()
    assert syntax_complaints(path) == ()


def test_damage_is_a_complaint_beside_a_harmless_one(factory: Factory, broken: Path) -> None:
    content = broken.read_bytes()
    start = content.rindex(b"startxref")
    both = factory.file("both.pdf", content[:start] + b"startxref\n7\n%%EOF\n")
    assert len(syntax_complaints(both)) == 1


def test_file_is_checked_up_to_the_size_limit(
    broken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf_syntax, "MAX_BYTES", broken.stat().st_size)
    assert syntax_complaints(broken)
    monkeypatch.setattr(pdf_syntax, "MAX_BYTES", broken.stat().st_size - 1)
    assert syntax_complaints(broken) == ()


def test_file_that_qpdf_cannot_open_has_no_complaints(factory: Factory) -> None:
    assert syntax_complaints(factory.file("a.pdf", b"%PDF-1.5 nothing")) == ()
    assert syntax_complaints(factory.folder) == ()
    assert syntax_complaints(factory.folder / "none.pdf") == ()


@pytest.mark.parametrize("filler", [b"\0", b"\xff"])
@pytest.mark.parametrize("share", [0.5, 0.7, 0.9])
def test_page_whose_compressed_stream_is_overwritten_is_never_unsigned(
    factory: Factory, share: float, filler: bytes
) -> None:
    path = _overwritten(factory.agreement(), share, filler)
    assert syntax_complaints(path)
    record = extract(path, settings=Settings(year=2025))
    assert "broken_page" in {damage.kind for damage in record.damage}
    assert not any(damage.harmless for damage in record.damage)  # all programs lose the same
    assert "unsigned" not in {flag.code for flag in record.flags}
    assert record.verdict is Verdict.REVIEW


def test_structure_that_programs_repair_asks_nobody_anything(factory: Factory) -> None:
    path = factory.agreement()
    longest = max(re.findall(rb"/Length (\d+)", path.read_bytes()), key=int)
    wrong = str(int(longest) - 3).encode().rjust(len(longest), b"0")
    path.write_bytes(path.read_bytes().replace(b"/Length " + longest, b"/Length " + wrong))
    complaints = syntax_complaints(path)
    assert complaints
    assert only_repaired(complaints)
    record = extract(path, settings=Settings(year=2025))
    assert {(damage.kind, damage.harmless) for damage in record.damage} == {("broken_page", True)}
    assert [(flag.code, flag.severity) for flag in record.flags] == [("damaged", "note")]
    assert record.verdict is Verdict.ACCEPTED


def test_one_complaint_about_a_content_is_enough(broken: Path) -> None:
    repaired = "x.pdf (object 9 0, offset 7): expected endstream"
    assert only_repaired([repaired])
    assert not only_repaired([repaired, *syntax_complaints(broken)])


def _overwritten(path: Path, share: float, filler: bytes) -> Path:
    """Twenty bytes of the last page's compressed stream overwritten, in place."""
    with pikepdf.open(path) as pdf:
        stream = pdf.pages[-1].Contents
        raw = stream.read_raw_bytes()
    content = path.read_bytes()
    start = content.index(raw) + int(share * len(raw))
    path.write_bytes(content[:start] + 20 * filler + content[start + 20 :])
    return path


def test_file_with_a_password_has_no_complaints(factory: Factory) -> None:
    assert syntax_complaints(factory.encrypted("secret")) == ()
