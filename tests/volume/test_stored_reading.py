"""Records come back from the ledger as they went in."""

from ocr_extract.records import Document, Record, Verdict
from ocr_extract.volume.stored_reading import packed, unpacked


def _record(name: str) -> Record:
    document = Document(name=name, path=f"/in/{name}")
    return Record(document=document, verdict=Verdict.REVIEW, seconds=0.25)


def test_records_survive_with_line_ends_and_any_script_in_their_names() -> None:
    records = (_record("a\nb.pdf"), _record("Ångström 同意.pdf"))
    assert unpacked(packed(records)) == records


def test_many_equal_records_take_little_room() -> None:
    one, many = packed([_record("a.pdf")]), packed([_record("a.pdf")] * 100)
    assert len(many) < 10 * len(one)
