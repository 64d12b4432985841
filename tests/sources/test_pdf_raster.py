"""PDFs as poppler reads them: facts, times, sizes of pages, and what counts as damage."""

from pathlib import Path

import pikepdf
import pytest

from ocr_extract.errors import MissingTool
from ocr_extract.records import Damage
from ocr_extract.settings import Settings
from ocr_extract.sources.pdf_raster import (
    MAX_PRODUCER_LENGTH,
    inspect_pdf,
    iso_time,
    pdf_renderer,
)
from ocr_extract.sources.source import Damaged
from tests.factory import Factory
from tests.fault_harness import sabotaged

SETTINGS = Settings()


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


def test_file_name_like_an_option_is_a_file_name(
    factory: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    factory.agreement("-v")
    monkeypatch.chdir(factory.folder)
    assert inspect_pdf(Path("-v"), SETTINGS).pages == 2
    render = pdf_renderer(Path("-v"), SETTINGS, lambda _: None)
    assert render(2, 50).pixels.shape == (550, 425)


def test_broken_file_is_reported_as_broken(factory: Factory) -> None:
    path = factory.file("a.pdf", b"%PDF-1.5 nothing")
    with pytest.raises(Damaged) as caught:
        inspect_pdf(path, SETTINGS)
    assert caught.value.damage.kind == "broken"
    render = pdf_renderer(factory.agreement(), SETTINGS, lambda _: None)
    with pytest.raises(Damaged) as caught:
        render(99, 100)
    assert caught.value.damage.kind == "broken"


def _shape(path: Path, dpi: int, settings: Settings = SETTINGS) -> tuple[int, int]:
    """Height and width in pixels of the first page as rendered."""
    height, width = pdf_renderer(path, settings, lambda _: None)(1, dpi).pixels.shape
    return height, width


def test_facts_are_those_of_the_file(factory: Factory) -> None:
    path = factory.pages(3)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.docinfo["/CreationDate"] = "D:20250519142201+02'00'"
        pdf.docinfo["/Producer"] = "x" * (MAX_PRODUCER_LENGTH + 1)
        pdf.save(path)
    facts = inspect_pdf(path, SETTINGS)
    assert (facts.pages, facts.created, facts.modified, facts.encrypted) == (
        3, "2025-05-19T14:22:01+02:00", None, False,
    )  # fmt: skip
    assert facts.producer == "x" * MAX_PRODUCER_LENGTH


def test_password_is_reported_and_an_empty_one_is_a_fact(factory: Factory) -> None:
    with pytest.raises(Damaged) as caught:
        inspect_pdf(factory.encrypted("secret"), SETTINGS)
    assert caught.value.damage.kind == "encrypted"
    assert inspect_pdf(factory.encrypted(""), SETTINGS).encrypted


def test_message_of_a_broken_file_is_the_first_complaint_alone(factory: Factory) -> None:
    with pytest.raises(Damaged) as caught:
        inspect_pdf(factory.file("a.pdf", b"%PDF-1.5 nothing"), SETTINGS)
    effect = caught.value.damage.effect
    assert effect.startswith("The PDF cannot be opened (Couldn't ")
    assert effect.endswith(").")
    assert "Error" not in effect


def test_long_side_gets_no_more_pixels_than_one_and_a_half_letter_pages(factory: Factory) -> None:
    assert _shape(factory.page_of(720, 1188), 100) == (1650, 1000)
    assert _shape(factory.page_of(720, 2376), 100) == (1650, 500)


@pytest.mark.parametrize(
    ("settings", "shape"),
    [
        (Settings(max_side=1100), (1100, 850)),
        (Settings(max_side=550), (550, 425)),
        (Settings(max_pixels=850 * 1100 // 4), (550, 425)),
    ],
)
def test_page_is_rendered_within_the_limits(
    factory: Factory, settings: Settings, shape: tuple[int, int]
) -> None:
    rendered = _shape(factory.page_of(612, 792), 100, settings)
    assert rendered == pytest.approx(shape, abs=1)


def test_page_is_rendered_at_20_dpi_and_not_below(factory: Factory) -> None:
    path = factory.page_of(720, 720)
    assert _shape(path, 100, Settings(max_side=200)) == (200, 200)
    with pytest.raises(Damaged) as caught:
        _shape(path, 100, Settings(max_side=199))
    assert (caught.value.damage.kind, caught.value.damage.page) == ("too_large", 1)


def _with_content(factory: Factory, content: bytes) -> Path:
    path = factory.page_of(612, 792, "content.pdf")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.pages[0].Contents = pdf.make_stream(content)
        pdf.Root.AcroForm = pikepdf.Dictionary()
        pdf.save(path)
    return path


@pytest.mark.parametrize(
    ("content", "kinds"),
    [(b"0 0 72 72 re f", []), (b"0 0 72 72 re f (a) Tj )) } >> BI ID", ["broken_page"])],
)
def test_only_complaints_about_the_page_itself_are_damage(
    factory: Factory, content: bytes, kinds: list[str]
) -> None:
    """Poppler also complains about the form without fields, which loses no ink."""
    damage: list[Damage] = []
    raster = pdf_renderer(_with_content(factory, content), SETTINGS, damage.append)(1, 72)
    assert raster.pixels[780, 10] == 0
    assert [(d.kind, d.page) for d in damage] == [(kind, 1) for kind in kinds]


@pytest.mark.parametrize(
    ("content", "is_harmless"),
    [
        (b"BT /F9 40 Tf 100 400 Td 3 Tr (Signed) Tj ET", True),
        (b"BT /F9 40 Tf 100 400 Td (Signed) Tj ET", False),
        (b"0 0 72 72 re f (a) Tj )) } >> BI ID", False),
    ],
    ids=["hidden text without its font", "text without its font", "broken content"],
)
def test_damage_is_harmless_where_pdfium_repairs_it_and_draws_the_page_alike(
    factory: Factory, content: bytes, is_harmless: bool
) -> None:
    damage: list[Damage] = []
    pdf_renderer(_with_content(factory, content), SETTINGS, damage.append)(1, 150)
    assert [(d.kind, d.harmless) for d in damage] == [("broken_page", is_harmless)]
    assert ("missing" in damage[0].effect) is not is_harmless


def test_program_that_is_not_installed_is_no_damage(
    factory: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = factory.pages(1)
    monkeypatch.setenv("PATH", str(factory.folder))
    with pytest.raises(MissingTool, match="pdfinfo"):
        inspect_pdf(path, SETTINGS)


def test_program_that_fails_only_once_does_not_make_the_file_broken(
    factory: Factory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = factory.pages(1)
    monkeypatch.setenv("PATH", sabotaged(tmp_path, "pdfinfo", "touch $DONE; exit 1")["PATH"])
    with pytest.raises(Damaged) as caught:
        inspect_pdf(path, SETTINGS)
    assert caught.value.damage.kind == "tool_killed"
    assert inspect_pdf(path, SETTINGS).pages == 1
