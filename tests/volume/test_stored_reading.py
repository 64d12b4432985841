"""Records are the same after they are packed and unpacked."""

from ocr_extract.records import Document, Record, Verdict
from ocr_extract.volume.stored_reading import packed, unpacked


def _record(name: str) -> Record:
    document = Document(name=name, path=f"/in/{name}")
    return Record(document=document, verdict=Verdict.REVIEW, seconds=0.25)


def test_names_with_line_ends_and_any_script_are_preserved() -> None:
    records = (_record("a\nb.pdf"), _record("Ångström 同意.pdf"))
    assert unpacked(packed(records)) == records


def test_many_equal_records_are_stored_compactly() -> None:
    single, many = packed([_record("a.pdf")]), packed([_record("a.pdf")] * 100)
    assert len(many) < 10 * len(single)
