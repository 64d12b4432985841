"""Draws the labels, marks and fields that were found on a page, as PNG."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ocr_extract.fields.observations import Observations
from ocr_extract.geometry import POINTS_PER_INCH, Raster
from ocr_extract.records import Box, FieldResult, Record, SignatureResult
from ocr_extract.reports.files import replace_file
from ocr_extract.settings import Settings
from ocr_extract.sources.open import open_source

COLOURS = {
    "title": "#8e44ad",
    "author": "#16a085",
    "corresponding_author": "#2980b9",
    "signature": "#c0392b",
    "date": "#d35400",
}
"""The frame's colour for each field."""
LABEL_COLOUR = "#7f8c8d"
"""The frame's colour for a printed label."""
MARK_COLOUR = "#bdc3c7"
"""The frame's colour for a mark."""
OVERLAY_DPI = 150
"""Resolution at which pages are drawn, in pixels per inch (chosen)."""
MAX_STEM_BYTES = 200
"""Number of bytes of the document's name in the name of a picture, because file systems limit
the length of a name (chosen).
"""
FRAME_MARGIN = 4
"""Distance between a box and the frame around it, in pixels (chosen)."""


@dataclass(frozen=True)
class _Frame:
    """A frame to draw: its box in points, colour, line width in pixels, and caption."""

    box: Box
    colour: str
    width: int
    caption: str


def draw_pages(
    record: Record, observations: Observations, settings: Settings, out: Path
) -> list[Path]:
    """Write one PNG for each page on which something was found, and return the paths.

    Returns [] for text and for unreadable files. Raises Damaged when the source can no
    longer be opened or rendered, and UnsafeOutput when `out` cannot be written.
    """
    frames = [*_labels(observations), *_marks(observations), *_fields(record)]
    pages = sorted({frame.box.page for frame in frames})
    if not pages:
        return []
    source = open_source(Path(record.document.path), settings, lambda _: None)
    stem = os.fsencode(Path(record.document.name).stem)[:MAX_STEM_BYTES].decode("utf-8", "ignore")
    return [
        _draw(
            source.render(page, OVERLAY_DPI),
            [frame for frame in frames if frame.box.page == page],
            out / f"{stem}-page{page}.png",
        )
        for page in pages
    ]


def _labels(observations: Observations) -> Iterable[_Frame]:
    for name, label in observations.labels.items():
        if label.place is not None:
            suffix = " (inferred)" if label.inferred else ""
            yield _Frame(label.place, LABEL_COLOUR, 1, f"label {name}{suffix}")


def _marks(observations: Observations) -> Iterable[_Frame]:
    for mark in observations.marks:
        if mark.place is not None and mark.kind != "strip":
            yield _Frame(mark.place, MARK_COLOUR, 1, "")


def _fields(record: Record) -> Iterable[_Frame]:
    for name, colour in COLOURS.items():
        field: FieldResult | SignatureResult = getattr(record.fields, name)
        if field.place is not None:
            yield _Frame(
                field.place, colour, 3, f"{name}: {_shown_value(field)} ({field.confidence:.2f})"
            )


def _shown_value(field: FieldResult | SignatureResult) -> str:
    value = field.value or (field.present if isinstance(field, SignatureResult) else "")
    differs = field.as_written and field.as_written != field.value
    return f"{value[:40]}, written {field.as_written}" if differs else value[:40]


def _draw(raster: Raster, frames: list[_Frame], path: Path) -> Path:
    image = Image.fromarray(np.asarray(raster.pixels)).convert("RGB")
    canvas = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=max(11, image.width // 75))
    scale = raster.page_dpi / POINTS_PER_INCH
    for frame in frames:
        box = frame.box
        corners = (
            box.x0 * scale - FRAME_MARGIN,
            box.y0 * scale - FRAME_MARGIN,
            box.x1 * scale + FRAME_MARGIN,
            box.y1 * scale + FRAME_MARGIN,
        )
        canvas.rectangle(corners, outline=frame.colour, width=frame.width)
        if frame.width > 1:
            _draw_caption(canvas, frame, corners, font, image.width)
    content = io.BytesIO()
    image.save(content, format="PNG", optimize=True)
    return replace_file(path, content.getvalue())


def _draw_caption(
    canvas: ImageDraw.ImageDraw,
    frame: _Frame,
    corners: tuple[float, float, float, float],
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    width: int,
) -> None:
    """Draw the caption right of the box, or above it when there is no room.

    `corners` are x0, y0, x1, y1 in pixels, `width` is the page's width in pixels.
    """
    length = canvas.textlength(frame.caption, font=font)
    x, y = corners[2] + 6, corners[1]
    if x + length > width - 4:
        x, y = max(4.0, corners[0]), max(0.0, corners[1] - _line_height(font))
    area = canvas.textbbox((x, y), frame.caption, font=font)
    canvas.rectangle(area, fill="white")
    canvas.text((x, y), frame.caption, fill=frame.colour, font=font)


def _line_height(font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> float:
    """Height of a caption line in pixels."""
    _, top, _, bottom = font.getbbox("Ag")
    return float(bottom - top) * 1.5
