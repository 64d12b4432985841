"""Pictures: which resolution is believed, what becomes paper, and what is not decoded."""

import io
import struct

import numpy as np
import pytest
from PIL import Image

from ocr_extract.settings import Settings
from ocr_extract.sources.image import MAX_FRAMES, open_image
from ocr_extract.sources.source import Damaged

SETTINGS = Settings()


def _empty_second_ifd() -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (40, 40), 255).save(buffer, "TIFF")
    content = bytearray(buffer.getvalue())
    (at,) = struct.unpack_from("<I", content, 4)
    (entries,) = struct.unpack_from("<H", content, at)
    struct.pack_into("<I", content, at + 2 + 12 * entries, len(content))
    return bytes(content) + b"\x00\x00" + b"\x00\x00\x00\x00"


@pytest.mark.parametrize("tail", [b"", b"\x01", b"\x00\x01" + b"\xff" * 12])
def test_tiff_with_empty_second_frame_renders_its_first(tail: bytes) -> None:
    content = _empty_second_ifd() + tail
    frames, render = open_image(content, SETTINGS)
    assert render(1, 100).pixels.min() == 255
    for frame in range(2, frames + 1):
        with pytest.raises(Damaged) as caught:
            render(frame, 100)
        assert caught.value.damage.kind == "broken"


def test_picture_with_too_many_frames_is_not_read() -> None:
    buffer = io.BytesIO()
    frames = [Image.new("1", (8, 8)) for _ in range(MAX_FRAMES + 2)]
    frames[0].save(buffer, "TIFF", save_all=True, append_images=frames[1:])
    with pytest.raises(Damaged, match="frames") as caught:
        open_image(buffer.getvalue(), SETTINGS)
    assert caught.value.damage.kind == "too_large"


def test_pixels_of_all_frames_together_are_limited() -> None:
    """A hundred frames at the limit would be decoded for minutes."""
    buffer = io.BytesIO()
    frames = [Image.new("L", (100, 100), 255) for _ in range(20)]
    frames[0].save(buffer, "TIFF", save_all=True, append_images=frames[1:])
    count, render = open_image(buffer.getvalue(), Settings(max_pixels=10_000))
    assert count == 20
    for frame in range(1, 11):
        render(frame, 100)
    with pytest.raises(Damaged, match="too many pixels"):
        render(11, 100)


def _encoded(image: Image.Image, kind: str = "TIFF", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _sized(content: bytes, dpi: int) -> tuple[int, int]:
    """Height and width in pixels of the first frame as rendered."""
    height, width = open_image(content, SETTINGS)[1](1, dpi).pixels.shape
    return height, width


@pytest.mark.parametrize(("stated", "side"), [(99, 550), (100, 1100), (200, 550), (1200, 92)])
def test_stated_resolution_is_believed_from_100_to_1200_dpi(stated: int, side: int) -> None:
    content = _encoded(Image.new("L", (1100, 1100), 255), "JPEG", dpi=(stated, stated))
    dpi = 100 if stated > 99 else 50
    assert _sized(content, dpi) == (side, side)


def test_resolution_above_1200_dpi_is_not_believed() -> None:
    content = _encoded(Image.new("L", (550, 1100), 255), "JPEG", dpi=(1201, 1201))
    assert _sized(content, 200) == (2200, 1100)


def test_longer_side_is_that_of_a_letter_page_in_any_direction() -> None:
    assert _sized(_encoded(Image.new("L", (550, 1100), 255)), 50) == (550, 275)
    assert _sized(_encoded(Image.new("L", (1100, 550), 255)), 50) == (275, 550)


def test_turned_photo_is_rendered_upright() -> None:
    photo = Image.new("L", (440, 220), 255)
    photo.paste(0, (0, 0, 110, 220))
    exif = Image.Exif()
    exif[0x0112] = 6
    content = _encoded(photo, "JPEG", exif=exif)
    pixels = open_image(content, SETTINGS)[1](1, 40).pixels
    assert pixels.shape == (440, 220)
    assert pixels[50].max() < 30
    assert pixels[200].min() > 225


def test_range_of_16_bit_values_becomes_black_to_white() -> None:
    values = np.full((110, 110), 3000, np.uint16)
    values[:55], values[55, :] = 1000, 2000
    content = _encoded(Image.fromarray(values), dpi=(100, 100))
    pixels = open_image(content, SETTINGS)[1](1, 100).pixels
    assert [int(pixels[row, 0]) for row in (0, 55, 109)] == [0, 127, 255]


def test_half_transparent_ink_is_grey_on_white_paper() -> None:
    picture = Image.new("LA", (110, 110), (0, 0))
    picture.paste((0, 128), (0, 0, 110, 55))
    pixels = open_image(_encoded(picture, "PNG"), SETTINGS)[1](1, 36).pixels
    assert int(pixels[10, 10]) == 127
    assert int(pixels[-1, -1]) == 255


@pytest.mark.parametrize(
    ("settings", "size", "is_read"),
    [
        (Settings(max_side=60), (60, 20), True),
        (Settings(max_side=60), (61, 20), False),
        (Settings(max_side=60), (20, 61), False),
        (Settings(max_pixels=1200), (40, 30), True),
        (Settings(max_pixels=1200), (40, 31), False),
    ],
)
def test_frame_is_decoded_up_to_the_limits(
    settings: Settings, size: tuple[int, int], is_read: bool
) -> None:
    _, render = open_image(_encoded(Image.new("L", size, 255), "PNG"), settings)
    if is_read:
        assert render(1, 72).page == 1
        return
    with pytest.raises(Damaged, match="not decoded") as caught:
        render(1, 72)
    assert (caught.value.damage.kind, caught.value.damage.page) == ("too_large", 1)


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", b"GIF89a" + bytes(30)])
def test_content_that_is_no_picture_is_broken(content: bytes) -> None:
    with pytest.raises(Damaged) as caught:
        open_image(content, SETTINGS)
    assert (caught.value.damage.stage, caught.value.damage.kind) == ("open", "broken")
