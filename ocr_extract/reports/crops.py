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
from typing import Protocol

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ocr_extract.geometry import POINTS_PER_INCH, Raster, Rect
from ocr_extract.records import Box, Record
from ocr_extract.settings import Settings
from ocr_extract.sources.open import open_source
from ocr_extract.sources.source import Damaged, Source
from ocr_extract.volume.listing import hash_of

CROP_DPI = 200
"""Resolution of a signing block, in pixels per inch (chosen: strokes stay sharp in a window)."""
PAGE_DPI = 110
"""Resolution of a whole page, in pixels per inch (chosen)."""
THUMBNAIL_DPI = 110
"""Resolution of a signing block in the report, in pixels per inch (chosen: writing is legible)."""
THUMBNAIL_WIDTH = 640
"""Longest side of a signing block in the report, in pixels (chosen)."""
THUMBNAIL_QUALITY = 45
"""Quality of a picture in the report, 0..100 (chosen: about 8 kB each)."""
SMALL_WIDTH = 420
"""Width of a picture in the grid, in pixels (chosen)."""
SAME_LINE = 4.0
"""Overlap of two lines, in points, up to which one is below the other (chosen)."""
MAX_WIDTH = 1600
"""Largest width of a picture, in pixels (chosen)."""
SIDE_MARGIN = 120.0
"""Distance beside the found places that a signing block shows, in points (chosen: a label)."""
LINE_MARGIN = 46.0
"""Distance above and below the found places that a signing block shows, in points (chosen)."""
MIN_BLOCK_HEIGHT = 150.0
"""Smallest height of a signing block, in points (chosen: label, signature and date)."""
MAX_BLOCK_SHARE = 0.7
"""Share of the page's height above which places are too far apart for one block (chosen)."""
MIN_SIDE = 20
"""Shortest side of a signing block, in pixels (chosen): a place outside the page has none."""
MAX_EXCERPT = 4_000
"""Number of characters that are shown of a text file (chosen)."""
MAX_KEPT = 256
"""Number of pictures that stay in memory (chosen: about 20 MB)."""
QUALITY = 70
"""Quality of a picture, 0..100 (chosen: strokes have no visible artefacts)."""
PLACES = {"date": ("#b45309", "date"), "signature": ("#1d4ed8", "signature")}
"""Colour and caption of the places in a signing block, by field."""


class Subject(Protocol):
    """What is drawn: an agreement by its record and the absolute path of its file, under an id that
    stays the same as long as what is drawn does. `place` is where to look first.
    """

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def path(self) -> str: ...  # noqa: D102
    @property
    def record(self) -> Record: ...  # noqa: D102
    @property
    def place(self) -> Box | None: ...  # noqa: D102


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


@dataclass(frozen=True)
class _View:
    """What is drawn: a "block", a "small" one, the report's "thumbnail", or a "page" with its
    number from 1; and by how many degrees it is turned, counter-clockwise.
    """

    kind: str
    number: int = 0
    turn: int = 0


class Crops:
    """Draws pictures, and keeps the last ones. It may be used by several threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._kept: OrderedDict[tuple[str, ...], Picture] = OrderedDict()
        self._keeping = Lock()

    def block(self, item: Subject, turn: int = 0) -> Picture:
        """The signing block of an item, with the places of date and signature. `turn` is in degrees
        counter-clockwise from the direction in which it probably reads.
        """
        return self._drawn(("block", item.id, str(turn)), item, _View("block", turn=turn))

    def small(self, item: Subject) -> Picture:
        """The signing block in the size of the grid."""
        return self._drawn(("small", item.id), item, _View("small"))

    def thumbnail(self, item: Subject) -> Picture:
        """The signing block as the report shows it: quickly drawn, and a few kilobytes."""
        return self._drawn(("thumbnail", item.id), item, _View("thumbnail"))

    def page(self, item: Subject, number: int, turn: int) -> Picture:
        """A whole page (from 1), turned by degrees counter-clockwise."""
        key = ("page", item.id, str(number), str(turn))
        return self._drawn(key, item, _View("page", number, turn))

    def _drawn(self, key: tuple[str, ...], item: Subject, view: _View) -> Picture:
        """The picture that is kept under a key, or a new one."""
        with self._keeping:
            if (kept := self._kept.get(key)) is not None:
                self._kept.move_to_end(key)
                return kept
        try:
            picture = self._draw(item, view)
        except Damaged as error:
            return Picture(trouble=_sentence(error), gone=not self._is_same(item))
        with self._keeping:
            self._kept[key] = picture
            while len(self._kept) > MAX_KEPT:
                self._kept.popitem(last=False)
        return picture

    def _is_same(self, item: Subject) -> bool:
        """Whether the file is there with the content that was read."""
        present = hash_of(Path(item.path), self._settings.max_bytes)
        return present is not None and present == item.record.document.sha256

    def _draw(self, item: Subject, view: _View) -> Picture:
        """A new picture. Raises Damaged."""
        source = self._source(item)
        if source.text is not None:
            return Picture(text=source.text[:MAX_EXCERPT], page=1)
        places = _places(item.record)
        if view.kind == "page":
            raster = source.render(min(view.number, source.pages), PAGE_DPI)
            return _encoded(_with_places(raster, places), raster.page, view.turn)
        boxes = _boxes(places, item)
        number = boxes[0].page if boxes else item.record.document.last_page or source.pages
        is_thumbnail = view.kind == "thumbnail"
        dpi = THUMBNAIL_DPI if is_thumbnail else CROP_DPI
        raster = source.render(min(number, source.pages), dpi)
        boxes = [box for box in boxes if box.page == raster.page]
        reading = _turn_of(boxes, places)
        image = _cut(_with_places(raster, places, reading), boxes, raster.page_dpi)
        if view.kind == "small":
            image.thumbnail((SMALL_WIDTH, SMALL_WIDTH), Image.Resampling.BOX)
        if is_thumbnail:
            image.thumbnail((THUMBNAIL_WIDTH, THUMBNAIL_WIDTH), Image.Resampling.BOX)
            return _encoded(image, raster.page, reading, THUMBNAIL_QUALITY)
        return _encoded(image, raster.page, view.turn + reading)

    def _source(self, item: Subject) -> Source:
        """The file of a record. Raises Damaged when it is away or has another content, and for a
        file that ended a worker or took too long: it could do the same here.
        """
        if any(damage.kind in HARMFUL for damage in item.record.damage):
            raise Damaged("open", _HARMFUL, "Reading it failed or took too long.")
        source = open_source(Path(item.path), self._settings, lambda _: None)
        if source.sha256 != item.record.document.sha256:
            raise Damaged("open", _CHANGED, "It has changed since it was read.")
        return source


HARMFUL = frozenset(("worker_died", "timeout", "internal"))
"""Kinds of damage after which a file is not opened again to be shown."""
_CHANGED, _HARMFUL = "changed", "harmful"
"""Kinds of damage: another content than when it was read; a file that is not opened again."""


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


def _boxes(places: dict[str, Box], item: Subject) -> list[Box]:
    """Where to look: the place that is asked about first, then date and signature."""
    return [box for box in (item.place, *places.values()) if box is not None]


def _is_sideways(boxes: list[Box]) -> bool:
    """Whether the page is turned by a quarter: everything written is higher than wide."""
    return bool(boxes) and all(box.y1 - box.y0 > box.x1 - box.x0 for box in boxes)


def _turn_of(boxes: list[Box], places: dict[str, Box]) -> int:
    """By how many degrees a page is turned, counter-clockwise, so that it reads: the date is below
    the signature. A page that is upside down is not noticed.
    """
    if not _is_sideways(boxes):
        return 0
    date, signature = places.get("date"), places.get("signature")
    if date is None or signature is None or date.page != signature.page:
        return 90
    return 270 if date.x0 >= signature.x1 - SAME_LINE else 90


def _cut(image: Image.Image, boxes: list[Box], dpi: float) -> Image.Image:
    """The part of a page's image around the boxes; the whole page when they are far apart, or there
    are none.
    """
    if not boxes:
        return image
    rect = Rect.around(Rect(box.x0, box.y0, box.x1, box.y1) for box in boxes)
    height = rect.width if _is_sideways(boxes) else rect.height
    line = max(LINE_MARGIN, (MIN_BLOCK_HEIGHT - height) / 2)
    x, y = (line, SIDE_MARGIN) if _is_sideways(boxes) else (SIDE_MARGIN, line)
    scale = dpi / POINTS_PER_INCH
    left, top = (max(0, round(v * scale)) for v in (rect.x0 - x, rect.y0 - y))
    right = min(image.width, round((rect.x1 + x) * scale))
    bottom = min(image.height, round((rect.y1 + y) * scale))
    is_most = bottom - top > image.height * MAX_BLOCK_SHARE
    if is_most or right - left < MIN_SIDE or bottom - top < MIN_SIDE:
        return image
    return image.crop((left, top, right, bottom))


def _with_places(raster: Raster, places: dict[str, Box], reading: int = 0) -> Image.Image:
    """A page with light frames and captions at the places that are on it. `reading` is the turn in
    degrees, counter-clockwise, after which the page is read.
    """
    image = Image.fromarray(np.asarray(raster.pixels)).convert("RGB")
    canvas = ImageDraw.Draw(image)
    scale = raster.page_dpi / POINTS_PER_INCH
    for name, box in places.items():
        if box.page != raster.page:
            continue
        colour, caption = PLACES[name]
        sides = (box.x0, box.y0, box.x1, box.y1)
        x0, y0, x1, y1 = (round(v * scale) + grow for v, grow in zip(sides, GROWN, strict=True))
        canvas.rectangle((x0, y0, x1, y1), outline=colour, width=max(1, round(scale / 2)))
        text = _caption(caption, round(raster.page_dpi / 9)).rotate(-reading, expand=True)
        at = {90: (x0, y1 + 4), 270: (x1 - text.width, y0 - 4 - text.height)}
        image.paste(colour, at.get(reading, (x1 + 4, y0)), text)
    return image


GROWN = (-5, -5, 5, 5)
"""Distance from a place to its frame, in pixels, for each side (chosen)."""


def _caption(text: str, size: int) -> Image.Image:
    """A text as a mask, in letters of a size in pixels."""
    font = ImageFont.load_default(size=max(11, size))
    width, height = (round(v) for v in font.getbbox(text)[2:])
    mask = Image.new("L", (width + 1, height + 1))
    ImageDraw.Draw(mask).text((0, 0), text, fill=255, font=font)
    return mask


def _encoded(image: Image.Image, page: int, turn: int, quality: int = QUALITY) -> Picture:
    """An image as a WebP data URL, turned by degrees counter-clockwise."""
    image = image.rotate(turn, expand=True) if turn % 360 else image
    if image.width > MAX_WIDTH:
        size = MAX_WIDTH, max(1, image.height * MAX_WIDTH // image.width)
        image = image.resize(size, Image.Resampling.BOX)
    content = io.BytesIO()
    image.save(content, format="WEBP", quality=quality, method=2)
    url = f"data:image/webp;base64,{base64.b64encode(content.getvalue()).decode()}"
    return Picture(url, image.width, image.height, page)
