"""TIFF (several frames), PNG, JPEG, WebP, AVIF and the HEIC of phones. Each frame is one page."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from ocr_extract.errors import raise_if_no_room
from ocr_extract.geometry import Raster, raster_of
from ocr_extract.settings import Settings
from ocr_extract.sources.source import Damaged, type_of

LETTER_LONG_SIDE = 11.0
"""Inches assumed for the longer side when the file states no believable resolution (chosen): the
height of letter paper."""
BELIEVABLE_DPI = (100.0, 1200.0)
"""Lowest and highest resolution stated by a file that is believed, in pixels per inch (chosen).
Cameras write 72 or 96 for every picture; scanners write the resolution that they used."""
FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "AVIF")
"""Formats that Pillow may try on a file."""
MAX_FRAMES = 1_000
"""Largest number of frames of one picture (chosen). A file with more is not an agreement and is
not read."""
PIXEL_BUDGET = 10
"""Pixels of one file that may be decoded, as a multiple of `max_pixels` (chosen). All frames and
all resolutions count together; a real scan of three pages takes one multiple."""
_DECODER_ERRORS = (
    OSError, SyntaxError, ValueError, EOFError, TypeError, KeyError, IndexError, OverflowError,
    ZeroDivisionError, AttributeError, RuntimeError, struct.error, zlib.error,
    Image.DecompressionBombError,
)  # fmt: skip
"""What Pillow raises on broken pictures; found by fuzzing and in public test files."""


def open_image(content: bytes, settings: Settings) -> tuple[int, Callable[[int, int], Raster]]:
    """The number of frames, and a function that renders one.

    The function takes the frame's number (from 1) and a resolution in pixels per inch. It gives a
    grey raster, 0 (black) to 255 (paper). Both raise Damaged: "broken" when the picture cannot be
    decoded, "too_large" when it has too many frames or pixels.
    """
    try:
        with _opened(content) as image:
            frames = _count_frames(image)
    except UnidentifiedImageError as error:
        raise Damaged("open", "broken", "Not an image that can be decoded.") from error
    except Image.DecompressionBombError as error:
        raise Damaged("open", "too_large", "An image of that size is not decoded.") from error
    except _DECODER_ERRORS as error:
        raise Damaged("open", "broken", f"The image cannot be opened: {error}.") from error

    pixels_left = [PIXEL_BUDGET * settings.max_pixels]

    def render(page: int, dpi: int) -> Raster:
        return _render_frame(content, page, dpi, settings, pixels_left)

    return frames, render


def picture_size(content: bytes, formats: tuple[str, ...]) -> tuple[int, int] | None:
    """Width and height in pixels, as a picture of one of these formats states them; None when it is
    none, or damaged.
    """
    try:
        with _opened(content, formats) as image:
            return image.size
    except _DECODER_ERRORS:
        return None


def _count_frames(image: Image.Image) -> int:
    """The number of frames; raises Damaged when there are more than MAX_FRAMES. A frame that
    cannot be reached counts as one: it becomes damage when it is rendered, and the frames before
    it are read.
    """
    for frame in range(1, MAX_FRAMES + 1):
        try:
            image.seek(frame)
        except EOFError:
            return frame
        except _DECODER_ERRORS:
            return frame + 1
    raise Damaged("open", "too_large", f"More than {MAX_FRAMES} frames: not read.")


@contextmanager
def _opened(content: bytes, formats: tuple[str, ...] = FORMATS) -> Iterator[Image.Image]:
    """A picture, opened without warnings. They concern broken metadata, which does no harm, and
    many pixels, which our own settings limit before anything is decoded.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        is_heic = content[4:8] == b"ftyp" and type_of(Path(), content) == "heic"
        with (
            _heic(content) if is_heic else Image.open(io.BytesIO(content), formats=formats) as image
        ):
            yield image


def _heic(content: bytes) -> Image.Image:
    """A photo of a phone. Its images are turned as they were held. The reader of the library is
    used directly: to register it would change Pillow for the whole process.
    """
    from pi_heif import HeifImageFile  # noqa: PLC0415  few volumes have one

    image: Image.Image = HeifImageFile(io.BytesIO(content))
    return image


def _render_frame(
    content: bytes, page: int, dpi: int, settings: Settings, pixels_left: list[int]
) -> Raster:
    """One frame at a resolution in pixels per inch. `pixels_left` holds one number: how many
    pixels of the file may still be decoded. Raises Damaged.
    """
    try:
        with _opened(content) as image:
            image.seek(page - 1)
            _check_size(image, page, settings)
            _spend_pixels(image, page, pixels_left)
            frame_dpi = _resolution(image)
            upright = ImageOps.exif_transpose(image) or image
            grey = _scaled(_on_white(upright), dpi / frame_dpi)
    except Damaged:
        raise
    except MemoryError as error:
        raise Damaged("render", "too_large", "Decoding it takes too much memory.", page) from error
    except _DECODER_ERRORS as error:
        raise_if_no_room(error)
        raise Damaged("render", "broken", f"The image cannot be decoded: {error}.", page) from error
    return raster_of(np.asarray(grey, dtype=np.uint8), dpi, page)


def _check_size(image: Image.Image, page: int, settings: Settings) -> None:
    """Raise Damaged when a frame is larger than the settings allow."""
    width, height = image.size
    if max(width, height) > settings.max_side or width * height > settings.max_pixels:
        effect = f"{width} x {height} pixels: not decoded."
        raise Damaged("render", "too_large", effect, page)


def _spend_pixels(image: Image.Image, page: int, pixels_left: list[int]) -> None:
    """Take a frame's pixels from the file's budget; raises Damaged when the budget is spent."""
    pixels_left[0] -= image.width * image.height
    if pixels_left[0] < 0:
        raise Damaged("render", "too_large", "The file has too many pixels: not decoded.", page)


def _resolution(image: Image.Image) -> float:
    """Pixels per inch: as the file states, if that is believable; otherwise as if the longer side
    were that of a letter page (36 at least).
    """
    stated = image.info.get("dpi")
    if isinstance(stated, tuple) and stated:
        stated_dpi = float(stated[0])
        if BELIEVABLE_DPI[0] <= stated_dpi <= BELIEVABLE_DPI[1]:
            return stated_dpi
    return max(36.0, max(image.size) / LETTER_LONG_SIDE)


def _on_white(image: Image.Image) -> Image.Image:
    """The picture in grey, its transparent parts as white paper."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        paper = Image.new("RGBA", rgba.size, "white")
        return Image.alpha_composite(paper, rgba).convert("L")
    if image.mode.startswith("I") or image.mode == "F":
        return _to_8_bits(image)
    return image.convert("L")


def _to_8_bits(image: Image.Image) -> Image.Image:
    """16-bit and float pixels as 8 bits: the range of values that occurs becomes 0 to 255."""
    values = np.asarray(image, dtype=np.float64)
    low, high = float(values.min()), float(values.max())
    span = high - low or 1.0
    return Image.fromarray(((values - low) * (255.0 / span)).astype(np.uint8))


def _scaled(image: Image.Image, factor: float) -> Image.Image:
    """The picture at the requested resolution; enlarged at most threefold."""
    factor = min(factor, 3.0)
    if abs(factor - 1.0) < 0.02:
        return image
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    return image.resize(size, Image.Resampling.LANCZOS)
