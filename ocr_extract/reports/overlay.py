"""A page with what was found drawn on it, as PNG."""

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
LABEL = "#7f8c8d"
MARK = "#bdc3c7"
OVERLAY_DPI = 150
MAX_STEM = 200
"""Bytes of a picture's name that are the document's: names have an end."""
MARGIN = 4
"""Pixels between what was found and the frame around it."""


@dataclass(frozen=True)
class _Drawn:
    box: Box
    colour: str
    width: int
    caption: str


def draw_pages(record: Record, findings: Observations, settings: Settings, out: Path) -> list[Path]:
    """One PNG per page on which something was found; [] for text and unreadable files.

    Raises Damaged when the source can no longer be opened or rendered.
    """
    drawn = [*_labels(findings), *_marks(findings), *_fields(record)]
    pages = sorted({d.box.page for d in drawn})
    if not pages:
        return []
    source = open_source(Path(record.document.path), settings, lambda _: None)
    stem = os.fsencode(Path(record.document.name).stem)[:MAX_STEM].decode("utf-8", "ignore")
    return [
        _draw(
            source.render(page, OVERLAY_DPI),
            [d for d in drawn if d.box.page == page],
            out / f"{stem}-page{page}.png",
        )
        for page in pages
    ]


def _labels(findings: Observations) -> Iterable[_Drawn]:
    for name, label in findings.labels.items():
        if label.place is not None:
            how = " (inferred)" if label.inferred else ""
            yield _Drawn(label.place, LABEL, 1, f"label {name}{how}")


def _marks(findings: Observations) -> Iterable[_Drawn]:
    for mark in findings.marks:
        if mark.place is not None and mark.kind != "strip":
            yield _Drawn(mark.place, MARK, 1, "")


def _fields(record: Record) -> Iterable[_Drawn]:
    for name, colour in COLOURS.items():
        field: FieldResult | SignatureResult = getattr(record.fields, name)
        if field.place is not None:
            yield _Drawn(field.place, colour, 3, f"{name}: {_said(field)} ({field.confidence:.2f})")


def _said(field: FieldResult | SignatureResult) -> str:
    value = field.value or (field.present if isinstance(field, SignatureResult) else "")
    slipped = field.as_written and field.as_written != field.value
    return f"{value[:40]}, written {field.as_written}" if slipped else value[:40]


def _draw(raster: Raster, drawn: list[_Drawn], path: Path) -> Path:
    image = Image.fromarray(np.asarray(raster.pixels)).convert("RGB")
    canvas = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=max(11, image.width // 75))
    scale = raster.page_dpi / POINTS_PER_INCH
    for one in drawn:
        box = one.box
        corners = (
            box.x0 * scale - MARGIN,
            box.y0 * scale - MARGIN,
            box.x1 * scale + MARGIN,
            box.y1 * scale + MARGIN,
        )
        canvas.rectangle(corners, outline=one.colour, width=one.width)
        if one.width > 1:
            _caption(canvas, one, corners, font, image.width)
    content = io.BytesIO()
    image.save(content, format="PNG", optimize=True)
    return replace_file(path, content.getvalue())


def _caption(
    canvas: ImageDraw.ImageDraw,
    one: _Drawn,
    corners: tuple[float, float, float, float],
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    width: int,
) -> None:
    """To the right of the box where there is room, else above it."""
    length = canvas.textlength(one.caption, font=font)
    x, y = corners[2] + 6, corners[1]
    if x + length > width - 4:
        x, y = max(4.0, corners[0]), max(0.0, corners[1] - _line_height(font))
    area = canvas.textbbox((x, y), one.caption, font=font)
    canvas.rectangle(area, fill="white")
    canvas.text((x, y), one.caption, fill=one.colour, font=font)


def _line_height(font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> float:
    """Height of a caption line in pixels."""
    _, top, _, bottom = font.getbbox("Ag")
    return float(bottom - top) * 1.5
