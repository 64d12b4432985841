"""Every file gives a record, for any file and any recognizer."""

from pathlib import Path

import pytest

from ocr_extract import extract
from ocr_extract.dates.priors import context_of
from ocr_extract.recognition.base import RecognizerTrouble
from ocr_extract.records import Record, Verdict
from ocr_extract.settings import Settings
from synthetic.typeset import Entry
from tests.factory import HANGING, Factory, FakeReader, pages_of, text_lines

YEAR = Settings(year=2025)


def _codes(record: Record) -> list[str]:
    return [flag.code for flag in record.flags]


@pytest.mark.slow
def test_filled_agreement_is_accepted(factory: Factory) -> None:
    record = extract(factory.agreement(), settings=YEAR)
    assert (record.verdict, record.flags, record.damage) == (Verdict.ACCEPTED, (), ())
    assert record.fields.date.value == "2025-05-27"
    assert record.fields.date.written == "typed"
    assert record.fields.signature.written == "hand"
    assert record.document.kind == "digital"
    assert record.document.created is not None
    assert record.form is not None
    assert record.form.name == "pmlr-publication-agreement"


@pytest.mark.slow
def test_blank_form_is_rejected(factory: Factory) -> None:
    record = extract(factory.blank(), settings=YEAR)
    assert record.verdict is Verdict.REJECTED
    assert {"unsigned", "undated"} <= set(_codes(record))
    assert record.fields.signature.present == "no"
    assert record.fields.date.value is None
    assert record.fields.author.written == "blank"


@pytest.mark.slow
@pytest.mark.parametrize(("missing", "flag"), [("date", "undated"), ("title", "title_blank")])
def test_missing_entry_is_flagged(factory: Factory, missing: str, flag: str) -> None:
    record = extract(factory.agreement(**{missing: None}), settings=YEAR)
    assert _codes(record) == [flag]
    assert record.verdict is Verdict.REVIEW


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("05/06/2025", "ambiguous_order"), ("May 2025", "incomplete_date"),
        ("3 May 1998", "unexpected_date"),
    ],
)  # fmt: skip
def test_doubtful_date_is_flagged(factory: Factory, text: str, flag: str) -> None:
    record = extract(factory.agreement(date=Entry(text)), settings=YEAR)
    assert flag in _codes(record)


@pytest.mark.slow
def test_images_of_every_kind_are_read_even_a_single_page(factory: Factory) -> None:
    pages = pages_of()
    for name in ("a.tif", "b.png", "c.jpg"):
        frames = pages if name == "a.tif" else pages[1:]
        record = extract(factory.image(name, frames), settings=YEAR)
        assert record.fields.date.value == "2025-05-27"
        assert record.fields.signature.present == "yes"


@pytest.mark.slow
def test_signing_page_may_be_first_or_before_a_blank_page(factory: Factory) -> None:
    first, second = pages_of()
    white = first * 0 + 255
    for frames, signing in (([second, first], 1), ([first, second, white], 2)):
        record = extract(factory.image("a.tif", frames), settings=YEAR)
        assert record.fields.date.value == "2025-05-27"
        assert record.fields.title.value == "Robust Tree Ensembles for Long Documents"
        assert record.fields.date.place is not None
        assert record.fields.date.place.page == signing


def test_generic_form_in_a_text_file_is_read(factory: Factory) -> None:
    text = "Consent\nName: Mira Feldmann\nSignature: Mira Feldmann\nDate: 3 May 2025\n"
    record = extract(factory.text("a.txt", text), settings=YEAR)
    assert record.fields.date.value == "2025-05-03"
    assert record.fields.corresponding_author.value == "Mira Feldmann"
    assert _codes(record) == ["other_form"]


def test_text_without_an_agreement_is_rejected(factory: Factory) -> None:
    record = extract(factory.text("a.md", "# Notes\n\nDinner on 3 May 2025."))
    assert (record.verdict, _codes(record)) == (Verdict.REJECTED, ["not_an_agreement"])
    assert record.form is None


def test_given_context_is_used(factory: Factory) -> None:
    text = "Name: A B\nSignature: A B\nDate: 2015.05.19\n"
    record = extract(factory.text("a.txt", text), context=context_of(2025))
    assert record.fields.date.value == "2025-05-19"
    assert "year_slip" in _codes(record)


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda f: f.folder / "none.pdf", "missing"),
        (lambda f: f.file("a.pdf", b""), "empty"),
        (lambda f: f.file("a.docx", b"PK\x03\x04"), "unsupported"),
        (lambda f: f.encrypted("secret"), "encrypted"),
        (lambda f: f.truncated(0.05), "broken"),
        (lambda f: f.file("a.png", b"\x89PNG\r\n\x1a\n"), "broken"),
    ],
)
def test_files_that_cannot_be_read_are_rejected_with_damage(  # type: ignore[no-untyped-def]
    factory: Factory, make, kind: str
) -> None:
    record = extract(make(factory))
    # A missing file may come back, so it is not rejected.
    assert record.verdict is (Verdict.REVIEW if kind == "missing" else Verdict.REJECTED)
    assert [d.kind for d in record.damage] == [kind]
    assert _codes(record) == ["damaged"]
    assert record.fields.signature.present == "cannot tell"


@pytest.mark.slow
def test_broken_page_is_never_unsigned(factory: Factory) -> None:
    record = extract(factory.broken_stream(), settings=YEAR)
    assert record.verdict is not Verdict.ACCEPTED
    assert "damaged" in _codes(record)
    assert record.fields.signature.present != "no"


@pytest.mark.parametrize(
    "recognizer",
    [
        HANGING,
        FakeReader(crash=RecognizerTrouble("reader_crashed", "boom")),
        FakeReader(crash=ValueError("a fault of the program")),
        FakeReader(crash=MemoryError()),
    ],
    ids=["hangs", "crashes", "raises", "memory"],
)
def test_failing_recognizer_damages_only_its_document(
    factory: Factory, recognizer: FakeReader
) -> None:
    record = extract(factory.image("a.tif", pages_of()), page_recognizer=recognizer)
    assert record.verdict is Verdict.REVIEW
    assert record.damage
    assert record.fields.signature.present == "cannot tell"


def test_garbage_of_a_recognizer_is_not_a_value(factory: Factory) -> None:
    recognizer = FakeReader(line="\x00\ufffd" * 500)
    record = extract(factory.image("a.tif", pages_of()), page_recognizer=recognizer)
    if record.verdict is Verdict.ACCEPTED:
        assert record.fields.date.value == "2025-05-27", "both networks read the date"
    assert record.fields.date.value in (None, "2025-05-27")
    assert record.fields.signature.present == "yes"
    values = [field.value or "" for _, field in record.fields]
    assert not any("\ufffd" in value for value in values)


def test_garbage_on_a_page_with_unknown_print_is_rejected(factory: Factory) -> None:
    """No label can be located on such a page."""
    recognizer = FakeReader(line="\x00\ufffd" * 500)
    record = extract(factory.image("a.tif", [text_lines()]), page_recognizer=recognizer)
    assert record.verdict is Verdict.REJECTED


def test_only_some_of_ten_thousand_pages_are_read(factory: Factory) -> None:
    record = extract(factory.pages(10_000), page_recognizer=FakeReader())
    assert record.document.pages == 10_000
    assert [d.kind for d in record.damage] == ["too_many_pages"]


def test_input_files_are_not_changed(factory: Factory) -> None:
    path = factory.text("a.txt", "Name: A\nSignature: A\nDate: 3 May 2025\n")
    before = (path.read_bytes(), path.stat().st_mtime_ns, sorted(Path(factory.folder).iterdir()))
    extract(path)
    after = (path.read_bytes(), path.stat().st_mtime_ns, sorted(Path(factory.folder).iterdir()))
    assert after == before
