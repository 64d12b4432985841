import random

from ocr_extract.records import DateResult, Document, Fields, Record, Verdict
from ocr_extract.volume.second_look import contexts


def _record(written: str, confidence: float = 0.98, precision: str = "day") -> Record:
    date = DateResult(
        value=written, as_written=written, confidence=confidence, precision=precision  # type: ignore[arg-type]
    )  # fmt: skip
    return Record(
        document=Document(name=written, path=written),
        fields=Fields(date=date),
        verdict=Verdict.REVIEW,
    )


def test_the_others_name_the_year_each_for_each() -> None:
    records = [_record("2025-05-01")] * 4 + [_record("2015-05-19")]
    years = [c.year for c in contexts(records)]
    assert years[-1] == 2025
    assert years[0] == 2025
    assert "4 of the other 4" in contexts(records)[-1].origin


def test_too_few_or_divided_others_say_nothing() -> None:
    assert all(not c.known for c in contexts([_record("2025-05-01")] * 3))
    divided = [_record("2025-05-01")] * 3 + [_record("2024-05-01")] * 3
    assert all(not c.known for c in contexts(divided))


def test_unsure_and_partial_dates_do_not_speak() -> None:
    weak = [_record("2025-05-01", 0.4)] * 3 + [_record("2025-05", 0.99, "month")] * 3
    assert all(not c.known for c in contexts([*weak, _record("2015-05-19")]))


def test_the_order_of_documents_does_not_matter() -> None:
    records = [_record(f"2025-05-{d:02d}") for d in range(1, 9)] + [_record("2015-05-19")]
    expected = dict(zip([r.document.name for r in records], contexts(records), strict=True))
    random.Random(1).shuffle(records)  # noqa: S311
    assert dict(zip([r.document.name for r in records], contexts(records), strict=True)) == expected
