"""Each kind of evidence in a PDF, and the record that is made from it."""

import datetime as dt

import pytest

from ocr_extract import extract, extract_all
from ocr_extract.records import Record, Verdict
from ocr_extract.settings import Settings
from synthetic.typeset import Entry
from tests import evidence_factory as made
from tests.factory import Factory, FakeReader, pages_of

YEAR = Settings(year=2025)
NO_PIXELS = FakeReader(crash=AssertionError("no pixel has to be read"))


def _read(factory: Factory, content: bytes, **options: object) -> Record:
    return extract(factory.file("a.pdf", content), settings=YEAR, **options)  # type: ignore[arg-type]


def _codes(record: Record) -> list[str]:
    return [flag.code for flag in record.flags]


@pytest.mark.parametrize(
    "content",
    [made.free_text("25.07.2025"), made.free_text("25.07.2025", appearance=False),
     made.widget("25.07.2025", appearance=True),
     made.widget("25.07.2025", appearance=False)],
    ids=["FreeText", "FreeText without appearance", "widget", "widget without appearance"],
)  # fmt: skip
def test_typed_entries_are_exact_without_pixels(factory: Factory, content: bytes) -> None:
    record = _read(factory, content, page_recognizer=NO_PIXELS)
    date = record.fields.date
    assert (date.value, date.text, date.written) == ("2025-07-25", "25.07.2025", "typed")
    assert date.evidence[0].kind == "pdf_text"
    assert date.place is not None
    assert (round(date.place.x0, -1), date.place.page) == (210, 2)
    assert record.verdict is Verdict.ACCEPTED


def test_entry_typed_right_behind_its_label_is_read(factory: Factory) -> None:
    glued = {"date": Entry("2025.8.28", right=0.5), "signature": Entry("Mira Feldmann", right=0.5)}
    path = factory.agreement(scrawl=None, **glued)
    record = extract(path, settings=YEAR, page_recognizer=NO_PIXELS)
    assert (record.fields.date.value, record.fields.date.text) == ("2025-08-28", "2025.8.28")
    assert (record.fields.signature.present, record.verdict) == ("yes", Verdict.ACCEPTED)


def test_freetext_value_is_the_visible_text_not_the_contents(factory: Factory) -> None:
    record = _read(factory, made.free_text("25.07.2025", contents="01.01.2024"))
    assert record.fields.date.value == "2025-07-25"


@pytest.mark.parametrize(
    "content",
    [made.ink_annotation(), made.ink_annotation(appearance=False), made.pasted(255),
     made.pasted(225), made.pasted(255, tiles=3),
     made.pasted(255, whole_page=True)],
    ids=["Ink", "Ink without appearance", "image", "grey paper", "tiles", "whole page"],
)  # fmt: skip
def test_ink_of_every_kind_is_a_signature(factory: Factory, content: bytes) -> None:
    record = _read(factory, content, page_recognizer=NO_PIXELS)
    assert (record.fields.signature.present, record.fields.signature.written) == ("yes", "hand")
    assert record.fields.signature.evidence[0].source.lower() in ("ink", "image")
    assert record.fields.date.value == "2025-05-27"


@pytest.mark.slow
def test_hidden_text_never_gives_a_value(factory: Factory) -> None:
    record = _read(factory, made.hidden_text("25.07.2025", "25.07.2015"))
    date = record.fields.date
    assert date.as_written != "2015-07-25"
    hidden = [e for e in date.evidence if e.kind == "hidden_text"]
    assert [e.readings[0].best for e in hidden] == ["25.07.2015"]


@pytest.mark.slow
def test_covered_text_is_not_a_date(factory: Factory) -> None:
    record = _read(factory, made.covered_text("25.07.2025"))
    assert record.fields.date.value is None
    assert "undated" in _codes(record)


@pytest.mark.slow
@pytest.mark.parametrize("first", [0xE000, 0x0001, 0x10A0], ids=["private", "shifted", "Georgian"])
def test_text_that_its_page_does_not_show_is_read_from_pixels(factory: Factory, first: int) -> None:
    fields = _read(factory, made.mapped_to(first)).fields
    assert (fields.date.value, fields.date.text) == ("2025-05-27", "27 May 2025")
    assert fields.date.evidence[0].kind == "ink"
    assert fields.title.value == "Robust Tree Ensembles for Long Documents"
    assert (fields.author.value, fields.signature.present) == ("Mira Feldmann", "yes")


def test_true_map_to_unicode_is_exact(factory: Factory) -> None:
    record = _read(factory, made.mapped_to(0), page_recognizer=NO_PIXELS)
    assert record.fields.date.evidence[0].kind == "pdf_text"


@pytest.mark.slow
@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_rotated_pages_are_read(factory: Factory, degrees: int) -> None:
    record = _read(factory, made.rotated(degrees))
    assert record.fields.date.value == "2025-05-27"
    assert record.fields.signature.present == "yes"


@pytest.mark.parametrize("order", [(2, 1), (1, 2, 0), (0, 1, 2), (1, 0, 2)])
def test_pages_in_any_order_are_read(factory: Factory, order: tuple[int, ...]) -> None:
    record = _read(factory, made.rearranged(order), page_recognizer=NO_PIXELS)
    assert record.fields.date.value == "2025-05-27"
    assert record.fields.title.value == "Robust Tree Ensembles for Long Documents"
    assert record.fields.date.place is not None
    assert record.fields.date.place.page == order.index(2) + 1


def test_certificate_is_a_signature(factory: Factory) -> None:
    record = _read(factory, made.certified(), page_recognizer=NO_PIXELS)
    signature = record.fields.signature
    assert (signature.present, signature.written) == ("yes", "certificate")
    assert signature.value == "Mira Feldmann"
    assert "unverified" in signature.evidence[0].source
    assert record.document.updates == 1
    assert not record.document.encrypted
    assert signature.place is not None
    assert signature.place.page == 2
    assert record.fields.date.value == "2025-05-27"


EAST = dt.timezone(dt.timedelta(hours=14))
LATE = dt.datetime(2025, 7, 26, 0, 30, tzinfo=EAST)
"""In UTC it is still the day before."""


def test_certificate_dates_the_form_where_no_other_date_stands(factory: Factory) -> None:
    record = _read(factory, made.certified(at=LATE))
    date = record.fields.date
    assert (date.value, date.written, date.precision) == ("2025-07-26", "typed", "day")
    assert date.text == "Timestamp: 2025-07-26 00:30:00 UTC+14:00."  # as its box shows it
    (evidence,) = date.evidence
    assert (evidence.kind, evidence.place) == ("certificate", record.fields.signature.place)
    assert "unverified, signed 2025-07-26T00:30:00+14:00" in evidence.source
    assert (record.flags, record.verdict) == ((), Verdict.ACCEPTED)


def test_day_of_a_changed_file_s_certificate_is_flagged(factory: Factory) -> None:
    record = _read(factory, made.certified(at=LATE, alter=True))
    assert record.fields.date.value == "2025-07-26"
    assert _codes(record)[:2] == ["uncertain_date", "certificate_altered"]
    assert "does not validate" in record.flags[0].message


def test_certificate_of_another_year_is_unexpected(factory: Factory) -> None:
    record = _read(factory, made.certified(at=LATE.replace(year=2031)))
    assert _codes(record) == ["unexpected_date"]


def test_file_changed_after_its_certificate_is_flagged(factory: Factory) -> None:
    record = _read(factory, made.certified(alter=True))
    assert "certificate_altered" in _codes(record)
    assert record.fields.signature.present == "cannot tell"
    assert record.verdict is Verdict.REVIEW


def test_empty_signature_field_is_not_a_signature(factory: Factory) -> None:
    record = _read(factory, made.unsigned_field())
    assert record.fields.signature.present == "no"
    assert "unsigned" in _codes(record)


def test_file_with_an_empty_password_is_read(factory: Factory) -> None:
    record = extract(factory.encrypted(""), settings=YEAR, page_recognizer=NO_PIXELS)
    assert record.fields.date.value == "2025-05-27"
    assert record.document.encrypted


@pytest.mark.parametrize("share", [n / 10 for n in range(1, 10)])
def test_truncated_files_are_never_unsigned_or_accepted(factory: Factory, share: float) -> None:
    record = extract(factory.truncated(share), settings=YEAR, page_recognizer=FakeReader())
    assert record.verdict is not Verdict.ACCEPTED
    assert record.damage
    assert record.fields.signature.present != "no"


def test_altered_clause_is_flagged_and_unaltered_clauses_are_not(
    factory: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = extract(factory.agreement(), settings=YEAR)
    assert record.form is not None
    assert record.form.terms == "unaltered"
    from synthetic import typeset  # noqa: PLC0415

    altered = tuple(c.replace("stay with", "pass from") for c in typeset.CLAUSES)
    monkeypatch.setattr(typeset, "CLAUSES", altered)
    record = extract(factory.agreement("b.pdf"), settings=YEAR)
    assert record.form is not None
    assert record.form.terms == "altered"
    assert _codes(record) == ["terms_altered"]
    assert "clause 4" in record.flags[0].message


@pytest.mark.slow
def test_handwritten_title_is_not_blank(factory: Factory) -> None:
    record = extract(factory.agreement(title=Entry("Robust Trees", "pen", size=9.0)), settings=YEAR)
    assert record.fields.title.written == "hand"
    assert "title_blank" not in _codes(record)


def test_two_agreements_in_one_file_give_two_records(factory: Factory) -> None:
    for order, pages in (((1, 2, 1, 2), [(1, 2), (3, 4)]), ((2, 1, 2, 1), [(1, 2), (3, 4)])):
        path = factory.file("two.pdf", made.rearranged(order))
        records = extract_all(path, settings=YEAR, page_recognizer=NO_PIXELS)
        assert [(r.document.first_page, r.document.last_page) for r in records] == pages
        assert [r.fields.date.value for r in records] == ["2025-05-27"] * 2
        assert all(r.verdict is Verdict.ACCEPTED for r in records)
        dates = [r.fields.date.place.page for r in records if r.fields.date.place]
        assert dates == [order.index(2) + 1, order.index(2) + 3]


def test_certificate_of_a_trusted_root_is_valid(factory: Factory) -> None:
    root = factory.folder / "root.der"
    path = factory.file("a.pdf", made.certified(root=root))
    record = extract(path, settings=YEAR.with_options(trusted_roots=(root,)))
    assert record.fields.signature.evidence[0].source.startswith("certificate, valid")
    assert record.fields.signature.confidence > 0.95


def test_evidence_of_an_annotation_has_its_author_and_time(factory: Factory) -> None:
    record = _read(factory, made.free_text("25.07.2025"))
    source = record.fields.date.evidence[0].source
    assert source == "FreeText by Mira, changed 2025-07-25T10:11:12+02:00"
    assert record.fields.signature.evidence[0].source == "path"


def test_evidence_says_that_a_text_has_no_appearance(factory: Factory) -> None:
    record = _read(factory, made.free_text("25.07.2025", appearance=False))
    source = record.fields.date.evidence[0].source
    assert source.startswith("FreeText without an appearance by Mira, changed 2025-07-25")


@pytest.mark.slow
def test_layered_scan_is_read_as_rendered(factory: Factory) -> None:
    record = _read(factory, made.layered_scan())
    assert record.fields.date.value == "2025-05-27"
    assert record.fields.signature.present == "yes"


@pytest.mark.slow
def test_two_scanned_agreements_in_one_file_give_two_records(factory: Factory) -> None:
    path = factory.image("two.tif", [*pages_of(), *pages_of()])
    records = extract_all(path, settings=YEAR)
    assert [(r.document.first_page, r.document.last_page) for r in records] == [(1, 2), (3, 4)]
    assert [r.fields.date.value for r in records] == ["2025-05-27"] * 2
