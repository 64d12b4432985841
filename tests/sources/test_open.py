from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ocr_extract.records import Damage
from ocr_extract.settings import Settings
from ocr_extract.sources.open import open_source
from ocr_extract.sources.source import Damaged, Source, type_of
from tests.factory import Factory, text_lines

SETTINGS = Settings()


def _open(path: Path, settings: Settings = SETTINGS) -> tuple[Source, list[Damage]]:
    damage: list[Damage] = []
    return open_source(path, settings, damage.append), damage


def _kind_of_damage(path: Path, settings: Settings = SETTINGS) -> str:
    with pytest.raises(Damaged) as caught:
        _open(path, settings)
    return caught.value.damage.kind


def test_pdf_has_pages_and_dates(factory: Factory) -> None:
    source, damage = _open(factory.agreement())
    assert (source.type, source.pages, damage) == ("pdf", 2, [])
    assert source.created is not None
    raster = source.render(2, 100)
    assert raster.pixels.shape == (1100, 850)
    assert (raster.page, raster.dpi) == (2, 100)


def test_missing_empty_and_directory_are_damage(factory: Factory) -> None:
    assert _kind_of_damage(factory.folder / "none.pdf") == "missing"
    assert _kind_of_damage(factory.file("e.pdf", b"")) == "empty"
    assert _kind_of_damage(factory.folder) == "not_a_file"


def test_unreadable_file_is_damage(factory: Factory, monkeypatch: pytest.MonkeyPatch) -> None:
    path = factory.agreement()

    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    # Root can read every file, so the refusal is simulated.
    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert _kind_of_damage(path) == "unreadable"


def test_type_is_decided_by_content_not_by_name(factory: Factory) -> None:
    pdf = factory.agreement()
    misnamed = factory.file("scan.jpg", pdf.read_bytes())
    assert _open(misnamed)[0].type == "pdf"
    image = factory.image("page.png", [text_lines()])
    assert _open(factory.file("page.pdf", image.read_bytes()))[0].type == "png"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.docx", b"PK\x03\x04rest"), ("a.heic", b"\x00\x00\x00\x18ftypisom"),
        ("a.pdf", b"not a pdf at all"), ("a.txt", b"text\x00with\x00zeros"), ("a", b"text"),
    ],
)  # fmt: skip
def test_unsupported_types_are_damage(factory: Factory, name: str, content: bytes) -> None:
    assert _kind_of_damage(factory.file(name, content)) == "unsupported"


def test_encrypted_pdf_is_read_only_with_empty_password(factory: Factory) -> None:
    assert _kind_of_damage(factory.encrypted("secret")) == "encrypted"
    source, damage = _open(factory.encrypted("", "open.pdf"))
    assert (source.pages, damage) == (2, [])
    assert source.render(1, 50).pixels.min() < 128


@pytest.mark.parametrize("share", [n / 10 for n in range(1, 10)])
def test_truncated_files_are_read_or_are_damage(factory: Factory, share: float) -> None:
    damage: list[Damage] = []
    try:
        source = open_source(factory.truncated(share), SETTINGS, damage.append)
        for page in range(1, source.pages + 1):
            source.render(page, 50)
    except Damaged as error:
        damage.append(error.damage)
    assert damage


def test_broken_page_is_reported_and_still_rendered(factory: Factory) -> None:
    source, damage = _open(factory.broken_stream())
    assert source.render(2, 50).pixels.shape == (550, 425)
    assert [d.kind for d in damage] == ["broken_page"]
    assert damage[0].page == 2
    assert ("missing" in damage[0].effect, damage[0].harmless) == (True, False)


def test_too_many_pages_are_reported(factory: Factory) -> None:
    source, damage = _open(factory.pages(300))
    assert source.pages == 300
    assert [d.kind for d in damage] == ["too_many_pages"]


def test_huge_page_is_rendered_within_limits(factory: Factory) -> None:
    source, _ = _open(factory.page_of(14_000, 14_000))
    height, width = source.render(1, 300).pixels.shape
    assert height * width <= SETTINGS.max_pixels
    assert max(height, width) <= SETTINGS.max_side


def test_page_too_large_for_the_limits_is_damage(factory: Factory) -> None:
    source, _ = _open(factory.page_of(14_400, 14_400), tiny := Settings(max_side=200))
    assert tiny.max_side == 200
    with pytest.raises(Damaged) as caught:
        source.render(1, 300)
    assert caught.value.damage.kind == "too_large"


def test_images_of_every_type_are_rendered(factory: Factory) -> None:
    frame = text_lines(width=850, height=1100)
    for name, pages in (("a.png", 1), ("a.jpg", 1), ("a.tif", 2)):
        source, damage = _open(factory.image(name, [frame] * pages, dpi=100))
        assert (source.pages, damage) == (pages, [])
        raster = source.render(pages, 200)
        assert raster.pixels.shape == (2200, 1700)
        assert raster.dpi == 200


def test_image_without_resolution_is_treated_as_letter_page(factory: Factory) -> None:
    path = factory.folder / "photo.jpg"
    Image.fromarray(text_lines(width=1700, height=2200)).save(path)
    assert _open(path)[0].render(1, 300).pixels.shape == (3300, 2550)


def test_page_of_40000_by_40000_pixels_is_not_decoded(factory: Factory) -> None:
    path = factory.folder / "large.png"
    Image.new("1", (40_000, 40_000), 1).save(path)
    assert _kind_of_damage(path) == "too_large"


def test_page_40000_pixels_wide_is_not_decoded(factory: Factory) -> None:
    path = factory.folder / "wide.png"
    Image.new("1", (40_000, 100), 1).save(path)
    source, _ = _open(path)
    with pytest.raises(Damaged) as caught:
        source.render(1, 300)
    assert caught.value.damage.kind == "too_large"
    assert caught.value.damage.page == 1


def test_truncated_images_are_damage(factory: Factory) -> None:
    whole = factory.image("a.png", [text_lines()]).read_bytes()
    source, _ = _open(factory.file("half.png", whole[: len(whole) // 2]))
    with pytest.raises(Damaged):
        source.render(1, 200)
    assert _kind_of_damage(factory.file("head.png", whole[:12])) == "broken"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "F"])
def test_pixels_of_every_mode_become_grey(factory: Factory, mode: str) -> None:
    path = factory.folder / ("a.tif" if mode in ("CMYK", "I;16", "F") else "a.png")
    grey = Image.fromarray(text_lines(width=400, height=500))
    (grey.convert("I").convert("I;16") if mode == "I;16" else grey.convert(mode)).save(path)
    pixels = _open(path)[0].render(1, 100).pixels
    assert pixels.dtype == np.uint8
    assert pixels.max() > 200
    assert pixels.min() < 60


def test_transparent_parts_become_white(factory: Factory) -> None:
    path = factory.folder / "a.png"
    Image.new("RGBA", (300, 400), (0, 0, 0, 0)).save(path)
    assert _open(path)[0].render(1, 100).pixels.min() == 255


def test_too_many_bytes_or_characters_are_damage(factory: Factory) -> None:
    path = factory.text("a.txt", "x" * 2000)
    assert _kind_of_damage(path, Settings(max_bytes=100)) == "too_large"
    assert _kind_of_damage(path, Settings(max_characters=100)) == "too_large"
    assert _kind_of_damage(factory.text("b.txt", " \n ")) == "empty"


def test_pdf_header_is_found_after_leading_bytes(factory: Factory) -> None:
    content = b"\n" * 500 + factory.agreement().read_bytes()
    assert type_of(Path("x.pdf"), content) == "pdf"


def test_pages_of_scans_are_drawn_by_several_threads_at_once(factory: Factory) -> None:
    """The report does so. PDFium, which draws scans for the extraction pass, would end the process:
    it may be called by one thread only.
    """
    sources = [open_source(factory.scan(f"{n}.pdf"), Settings(), pytest.fail) for n in range(3)]
    with ThreadPoolExecutor(4) as threads:
        drawn = list(threads.map(lambda n: sources[n % 3].render(1 + n % 2, 50), range(24)))
    assert [raster.page for raster in drawn] == [1 + n % 2 for n in range(24)]
    assert len({raster.pixels.tobytes() for raster in drawn}) == 2
