"""Draws what a person looks at: the signing block of an agreement, and whole pages.

A picture comes from the file, if it is still there with the same content. Pictures that were drawn
stay in memory, so that an item can be settled when its file goes away in the meantime.
"""

from __future__ import annotations

import base64
import io
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ocr_extract.geometry import POINTS_PER_INCH, Raster, Rect
from ocr_extract.records import Box, Record
from ocr_extract.review.item import Item
from ocr_extract.settings import Settings
from ocr_extract.sources.open import open_source
from ocr_extract.sources.source import Damaged, Source

CROP_DPI = 130
"""Resolution of a signing block, in pixels per inch (chosen: 8.5 inches fill a large window)."""
PAGE_DPI = 110
"""Resolution of a whole page, in pixels per inch (chosen)."""
SMALL_WIDTH = 420
"""Width of a picture in the grid, in pixels (chosen)."""
MAX_WIDTH = 1600
"""Largest width of a picture, in pixels (chosen)."""
BLOCK_MARGIN = 46.0
"""Distance around the found places that a signing block shows, in points (chosen)."""
MIN_BLOCK_HEIGHT = 170.0
"""Smallest height of a signing block, in points (chosen: label, signature and date)."""
MAX_BLOCK_SHARE = 0.7
"""Share of the page's height above which places are too far apart for one block (chosen)."""
MAX_EXCERPT = 4_000
"""Number of characters that are shown of a text file (chosen)."""
MAX_KEPT = 256
"""Number of pictures that stay in memory (chosen: about 20 MB)."""
QUALITY = 70
"""Quality of a picture, 0..100 (chosen: strokes have no visible artefacts)."""
PLACES = {"date": ("#b45309", "date"), "signature": ("#1d4ed8", "signature")}
"""Colour and caption of the places in a signing block, by field."""


@dataclass(frozen=True)
class Picture:
    """A picture as a data URL, its width and height in pixels, and its page (from 1). Without one
    (""), `text` is an excerpt of a text file, or `trouble` says why nothing can be shown. `gone`
    says that the file is away, or has another content than when it was read.
    """

    url: str = ""
    width: int = 0
    height: int = 0
    page: int = 0
    text: str = ""
    trouble: str = ""
    gone: bool = False

    @property
    def shows(self) -> bool:
        """Whether a person can see something of the agreement."""
        return bool(self.url or self.text)


class Crops:
    """Draws pictures, and keeps the last ones. It may be used by several threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._kept: OrderedDict[tuple[str, ...], Picture] = OrderedDict()
        self._keeping = Lock()

    def block(self, item: Item) -> Picture:
        """The signing block of an item, with the places of date and signature."""
        return self._drawn(("block", item.id), item.record, item.place, "block")

    def small(self, item: Item) -> Picture:
        """The signing block in the size of the grid."""
        return self._drawn(("small", item.id), item.record, item.place, "small")

    def page(self, item: Item, number: int, turn: int) -> Picture:
        """A whole page (from 1), turned by degrees counter-clockwise."""
        key = ("page", item.id, str(number), str(turn))
        return self._drawn(key, item.record, item.place, "page", number, turn)

    def _drawn(
        self,
        key: tuple[str, ...],
        record: Record,
        place: Box | None,
        size: str,
        number: int = 0,
        turn: int = 0,
    ) -> Picture:
        """The picture that is kept under a key, or a new one."""
        with self._keeping:
            if (kept := self._kept.get(key)) is not None:
                self._kept.move_to_end(key)
                return kept
        try:
            picture = self._draw(record, place, size, number, turn)
        except Damaged as error:
            gone = error.damage.kind in ("missing", "unreadable", "not_a_file", _CHANGED)
            return Picture(trouble=_sentence(error), gone=gone)
        with self._keeping:
            self._kept[key] = picture
            while len(self._kept) > MAX_KEPT:
                self._kept.popitem(last=False)
        return picture

    def _draw(
        self, record: Record, place: Box | None, size: str, number: int, turn: int
    ) -> Picture:
        source = self._source(record)
        if source.text is not None:
            return Picture(text=source.text[:MAX_EXCERPT], page=1)
        places = _places(record)
        if size == "page":
            raster = source.render(min(number, source.pages), PAGE_DPI)
            image = _with_places(raster, places)
            return _encoded(image.rotate(turn, expand=True), raster.page)
        block = _block(places, place, record)
        raster = source.render(min(block.page, source.pages), CROP_DPI)
        image = _cut(_with_places(raster, places), block, raster.page_dpi)
        if size == "small":
            image.thumbnail((SMALL_WIDTH, SMALL_WIDTH), Image.Resampling.BOX)
        return _encoded(image, raster.page)

    def _source(self, record: Record) -> Source:
        """The file of a record. Raises Damaged when it is away or has another content."""
        source = open_source(Path(record.document.path), self._settings, lambda _: None)
        if source.sha256 != record.document.sha256:
            raise Damaged("open", _CHANGED, "It has changed since it was read.")
        return source


_CHANGED = "changed"
"""The kind of damage of a file that has another content than when it was read."""


def _sentence(error: Damaged) -> str:
    damage = error.damage
    advice = {
        "missing": "Put it back, or read the volume again: `ocr-extract run`.",
        _CHANGED: "Read the volume again: `ocr-extract run`.",
    }.get(damage.kind, "")
    return f"The file cannot be shown. {damage.effect} {advice}".strip()


def _places(record: Record) -> dict[str, Box]:
    """The places of date and signature, by field."""
    found = {"date": record.fields.date.place, "signature": record.fields.signature.place}
    return {name: box for name, box in found.items() if box is not None}


def _block(places: dict[str, Box], place: Box | None, record: Record) -> Box:
    """The part of a page that shows where to look: all of date, signature and `place` that is on
    one page. Without a place it is the whole last page.
    """
    boxes = [box for box in (place, *places.values()) if box is not None]
    if not boxes:
        last = record.document.last_page or record.document.pages or 1
        return Box(page=last, x0=0, y0=0, x1=0, y1=0)
    page = boxes[0].page
    rect = Rect.around(Rect(b.x0, b.y0, b.x1, b.y1) for b in boxes if b.page == page)
    missing = max(0.0, MIN_BLOCK_HEIGHT - rect.height - 2 * BLOCK_MARGIN) / 2
    y0, y1 = rect.y0 - BLOCK_MARGIN - missing, rect.y1 + BLOCK_MARGIN + missing
    return Box(page=page, x0=rect.x0 - BLOCK_MARGIN, y0=y0, x1=rect.x1 + BLOCK_MARGIN, y1=y1)


def _cut(image: Image.Image, block: Box, dpi: float) -> Image.Image:
    """The block's part of a page's image, in the page's whole width."""
    scale = dpi / POINTS_PER_INCH
    top, bottom = max(0, round(block.y0 * scale)), min(image.height, round(block.y1 * scale))
    if bottom - top < 20 or bottom - top > image.height * MAX_BLOCK_SHARE:
        return image
    return image.crop((0, top, image.width, bottom))


def _with_places(raster: Raster, places: dict[str, Box]) -> Image.Image:
    """A page with light frames and captions at the places that are on it."""
    image = Image.fromarray(np.asarray(raster.pixels)).convert("RGB")
    canvas = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=max(11, image.width // 85))
    scale = raster.page_dpi / POINTS_PER_INCH
    for name, box in places.items():
        if box.page != raster.page:
            continue
        colour, caption = PLACES[name]
        x0, y0, x1, y1 = (v * scale for v in (box.x0, box.y0, box.x1, box.y1))
        canvas.rectangle((x0 - 5, y0 - 5, x1 + 5, y1 + 5), outline=colour, width=1)
        high = canvas.textbbox((0, 0), caption, font=font)[3]
        canvas.text((x0 - 5, max(0.0, y0 - 8 - high)), caption, fill=colour, font=font)
    return image


def _encoded(image: Image.Image, page: int) -> Picture:
    """An image as a WebP data URL."""
    if image.width > MAX_WIDTH:
        size = MAX_WIDTH, max(1, image.height * MAX_WIDTH // image.width)
        image = image.resize(size, Image.Resampling.BOX)
    content = io.BytesIO()
    image.save(content, format="WEBP", quality=QUALITY, method=2)
    url = f"data:image/webp;base64,{base64.b64encode(content.getvalue()).decode()}"
    return Picture(url, image.width, image.height, page)
