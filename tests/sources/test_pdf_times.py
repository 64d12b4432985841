import pytest

from ocr_extract.sources.pdf_raster import iso_time


@pytest.mark.parametrize(
    ("raw", "iso"),
    [
        ("D:20250519142201+02'00'", "2025-05-19T14:22:01+02:00"),
        ("D:20250519142201Z", "2025-05-19T14:22:01Z"),
        ("D:20250519142201-07", "2025-05-19T14:22:01-07:00"),
        ("D:20250519142201", "2025-05-19T14:22:01"),
        ("D:202505191422", "2025-05-19T14:22:00"),
        ("D:20250519", "2025-05-19"),
        ("D:2025", "2025-01-01"),
        ("Fri Apr 14 2017", None),
        ("", None),
    ],
)
def test_pdf_date_becomes_iso_8601(raw: str, iso: str | None) -> None:
    assert iso_time(raw) == iso
