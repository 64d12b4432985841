"""Photos of phones: HEIC, AVIF and WebP are read like JPEG.

The HEIC file has the two pages of a made agreement (tests/factory.py, `pages_of`) at 120 dpi,
encoded by libheif's heif-enc 1.15: `heif-enc -q 25 -o pages.heic page1.png page2.png`.
"""

import io
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ocr_extract import Settings, extract
from ocr_extract.geometry import Raster
from ocr_extract.sources.image import open_image
from ocr_extract.sources.source import Damaged, type_of
from tests.factory import Factory, pages_of

HERE = Path(__file__).parent
HEIC = (HERE / "pages.heic").read_bytes()
SETTINGS = Settings(year=2025)


@cache
def _encoded(kind: str, exif: bytes = b"", speed: int = 10) -> bytes:
    content = io.BytesIO()
    page = Image.fromarray(pages_of()[1]).resize((1020, 1320))
    page.convert("RGB").save(content, kind, exif=exif, speed=speed)
    return content.getvalue()


def _last_page(content: bytes) -> Raster:
    frames, render = open_image(content, SETTINGS)
    return render(frames, 100)


def test_types_are_known_by_content() -> None:
    for content, kind in (
        (HEIC, "heic"), (_encoded("AVIF"), "avif"), (_encoded("WEBP"), "webp"),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avif", "avif"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1", "heic"),
    ):  # fmt: skip
        assert type_of(Path("photo.jpg"), content) == kind
    for content in (b"\0\0\0\x1cftypisom\0\0\0\0isom", b"\0\0\0\x10ftypqt  ", b"RIFF\0\0\0\0WAVE"):
        with pytest.raises(Damaged):
            type_of(Path("a.heic"), content)


def test_every_image_of_a_heic_file_is_a_page() -> None:
    frames, render = open_image(HEIC, SETTINGS)
    assert frames == 2
    pages = [render(page, 120).pixels for page in (1, 2)]
    for page, made in zip(pages, pages_of(), strict=True):
        small = np.asarray(Image.fromarray(made).resize(page.shape[::-1]), np.float64)
        assert np.abs(small - page).mean() < 4


def test_a_photo_is_turned_as_its_exif_data_say() -> None:
    exif = Image.Exif()
    exif[0x112] = 6
    for kind in ("WEBP", "AVIF"):
        _, render = open_image(_encoded(kind, exif=exif.tobytes()), SETTINGS)
        height, width = render(1, 120).pixels.shape
        assert width > height, kind


def test_pixels_are_limited_before_they_are_decoded() -> None:
    for content in (HEIC, _encoded("WEBP"), _encoded("AVIF")):
        _, render = open_image(content, Settings(max_pixels=1_000_000))
        with pytest.raises(Damaged) as caught:
            render(1, 100)
        assert caught.value.damage.kind == "too_large"


@pytest.mark.parametrize("share", [0.001, 0.01, 0.1, 0.5, 0.95])
def test_cut_photos_are_damage(share: float) -> None:
    for content in (HEIC, _encoded("WEBP"), _encoded("AVIF")):
        cut = content[: max(16, int(len(content) * share))]
        with pytest.raises(Damaged) as caught:
            _last_page(cut)
        assert caught.value.damage.kind == "broken"


def test_photos_change_nothing_for_other_users_of_pillow() -> None:
    open_image(HEIC, SETTINGS)
    assert "HEIF" not in Image.registered_extensions().values()


@pytest.mark.slow
def test_agreement_in_a_heic_file_is_accepted(factory: Factory) -> None:
    record = extract(factory.file("IMG_0001.HEIC", HEIC), settings=SETTINGS)
    assert (record.verdict, record.fields.date.value) == ("accepted", "2025-05-27")
