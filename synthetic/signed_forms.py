"""Makes forms with and without a signature, with other ink that may look like one.

Signatures: scrawls with a pen, names in script fonts, names written by hand, and signatures of
the clean part of the handwriting data (made-up names, Chinese script). Other ink: stamps, ticks,
ruled lines, dust, punch holes, scanner borders, and dates where a signature may be.
"""

from __future__ import annotations

import csv
import io
import random
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pikepdf
from pdf2image import convert_from_bytes
from PIL import Image, ImageDraw, ImageFont
from reportlab.pdfgen.canvas import Canvas

from synthetic.degrade import Grey, as_pdf, bordered, photographed, scanned
from synthetic.pen import sign, write
from synthetic.samples import FIRST, LAST, TOPICS
from synthetic.typeset import LETTER, Entry, Filling, Hand, typeset

DPI = 200
"""Resolution of the pages, in pixels per inch (chosen)."""
SCALE = DPI / 72
"""Pixels per point, given by DPI."""
CONDITIONS = ("digital", "raster", "scan", "scan", "bordered", "photo")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August")
SIGNED_END, SIGNED_LINE = 216.0, 434.0
"""Right end and baseline of the signature's label, in points; given by the layout of the form."""
Place = tuple[float, float, float, float]


@dataclass(frozen=True)
class Strangers:
    """Files that signatures of other writers are taken from: pictures and fonts."""

    pictures: tuple[Path, ...]
    fonts: tuple[Path, ...]


@dataclass(frozen=True)
class Made:
    """A form as a PDF, the place of its signature in points of page 2 (None when it is not signed),
    and the date written on it ("" for none).
    """

    content: bytes
    signature: Place | None
    date: str


def strangers(folder: Path) -> Strangers:
    """The pictures and fonts in `clean/`, the clean part of the handwriting data."""
    pictures = folder / "signatures_crossmedia"
    with (pictures / "labels.tsv").open(encoding="utf-8") as rows:
        files = [r["file"] for r in csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE)]
    fonts = sorted(f for f in (folder / "fonts").iterdir() if f.suffix in (".ttf", ".otf"))
    return Strangers(tuple(pictures / f for f in files), tuple(fonts))


def form(rng: random.Random, sources: Strangers) -> Made:
    """One random form. Half of the forms are signed."""
    condition = rng.choice(CONDITIONS)
    signed = rng.random() < 0.5
    name = f"{rng.choice(FIRST)} {rng.choice(LAST)}"
    filling, place = _filling(rng, name, scrawled=signed and rng.random() < 0.15)
    text = filling.date.text if filling.date else ""
    drawn = typeset(filling, rng.randrange(2**31))
    if signed and place is None and rng.random() < 0.4:
        drawn, place = _scrawled(drawn, rng, name)
    if condition == "digital" and (place or not signed):
        return Made(drawn, place, text)
    images = convert_from_bytes(drawn, dpi=DPI, grayscale=True)
    pages = [np.asarray(image, np.uint8).copy() for image in images]
    if signed and place is None:
        place = _signed(pages[1], rng, name, sources)
    _littered(pages[1], rng, place)
    return Made(as_pdf([_aged(page, rng, condition) for page in pages], DPI), place, text)


def _filling(rng: random.Random, name: str, *, scrawled: bool) -> tuple[Filling, Place | None]:
    hand: Hand = rng.choice(("typed", "italic", "bold", "pen", "pen"))
    right, down = rng.choice(((8, 0), (8, 0), (4, 16), (60, 0), (4, -12), (120, 2), (20, 30)))
    size = rng.choice((8.0, 9.0, 10.0, 12.0, 15.0))
    date = Entry(_date(rng), hand, right=right, down=down, size=size)
    width, height = rng.uniform(35, 180), rng.uniform(10, 42)
    aside, drop = rng.uniform(-4, 60), rng.uniform(-10, 10)
    author: Hand = rng.choice(("typed", "italic", "pen"))
    filling = Filling(
        title=Entry(f"{rng.choice(TOPICS)} Things", size=9.0),
        author=Entry(name, rng.choice(("typed", "pen"))),
        corresponding_author=Entry(name, author) if rng.random() < 0.6 else None,
        signature=None,
        date=date if rng.random() < 0.9 else None,
        scrawl=(width, height, aside, drop) if scrawled else None,
    )
    left, base = SIGNED_END + aside, SIGNED_LINE + drop + height / 3
    return filling, (left, base - height, left + width, base) if scrawled else None


def _date(rng: random.Random) -> str:
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.choice((2024, 2025, 2026))
    word = rng.choice(MONTHS)
    return rng.choice(
        (
            f"{month}/{day}/{year}",
            f"{day:02d}.{month:02d}.{year}",
            f"{day}/{month}/{year % 100}",
            f"{year}-{month:02d}-{day:02d}",
            f"{word} {day}, {year}",
            f"{word[:3]} {day} {year}",
            f"{day} {word[:3]} {year}",
            f"{day}th of {word}, {year}",
        )
    )


def _scrawled(drawn: bytes, rng: random.Random, name: str) -> tuple[bytes, Place]:
    """Adds a signature as strokes of the PDF, as thin and pale as those of a tablet. Returns the
    PDF and the place.
    """
    if rng.random() < 0.7:
        width, height = rng.uniform(24, 170), rng.uniform(10, 42)
        strokes = sign(rng, width=width, height=height).strokes
    else:
        script = rng.choice(("scripts", "scriptc", "cursive"))
        strokes = write(name, rng, size=rng.uniform(9, 20), font=script).strokes
    xs, ys = zip(*(point for stroke in strokes for point in stroke), strict=True)
    x = SIGNED_END + rng.uniform(-6, 60) - min(xs)
    y = 792 - SIGNED_LINE + 3 + rng.uniform(-10, 10) - (min(ys) + max(ys)) / 2
    overlay = io.BytesIO()
    canvas = Canvas(overlay, pagesize=LETTER, invariant=True)
    grey = rng.choice((0.0, 0.0, 0.2, 0.4, 0.6, 0.75))
    canvas.setStrokeColorRGB(grey, grey, grey)
    canvas.setLineWidth(rng.choice((0.3, 0.4, 0.6, 0.9, 1.3, 2.0)))
    canvas.setLineCap(1)
    for stroke in strokes:
        path = canvas.beginPath()
        path.moveTo(x + stroke[0][0], y + stroke[0][1])
        for px, py in stroke[1:]:
            path.lineTo(x + px, y + py)
        canvas.drawPath(path, stroke=1, fill=0)
    canvas.save()
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(drawn)) as pdf, pikepdf.open(overlay) as ink:
        pdf.pages[1].add_overlay(ink.pages[0])
        pdf.save(out)
    return out.getvalue(), (x + min(xs), 792 - y - max(ys), x + max(xs), 792 - y - min(ys))


def _signed(page: Grey, rng: random.Random, name: str, sources: Strangers) -> Place:
    """Puts a signature of another writer, or a name in a script font, on the page; returns its
    place.
    """
    source = rng.random()
    if source < 0.6:
        picture = cv2.imread(str(rng.choice(sources.pictures)), cv2.IMREAD_GRAYSCALE)
        ink = _as_pen(np.asarray(picture, np.uint8), rng)
    else:
        ink = _lettered(name, rng.choice(sources.fonts))
    high = rng.uniform(10, 40) * SCALE
    wide = min(high * ink.shape[1] / ink.shape[0], 190 * SCALE)
    small = cv2.resize(ink, (round(wide), round(high)), interpolation=cv2.INTER_AREA)
    x = SIGNED_END + rng.uniform(-6, 60)
    y = SIGNED_LINE - 3 + rng.uniform(-10, 10) - small.shape[0] / SCALE / 2
    return _paste(page, small, x, y, rng)


def _as_pen(picture: Grey, rng: random.Random) -> Grey:
    """A picture cropped to its ink, with strokes as thick as those of another pen."""
    ink = np.where(picture < 190, np.uint8(0), np.uint8(255))
    points = cv2.findNonZero(np.asarray(255 - ink, np.uint8))
    x, y, width, height = cv2.boundingRect(points)
    cut = ink[y : y + height, x : x + width]
    for _ in range(rng.choice((0, 0, 1, 2))):
        cut = cv2.erode(cut, np.ones((2, 2), np.uint8))
    return np.asarray(cut, np.uint8)


def _lettered(name: str, path: Path) -> Grey:
    font = ImageFont.truetype(str(path), 80)
    left, top, right, bottom = font.getbbox(name)
    image = Image.new("L", (round(right - left) + 8, round(bottom - top) + 8), 255)
    ImageDraw.Draw(image).text((4 - left, 4 - top), name, fill=0, font=font)
    return np.asarray(image, np.uint8)


def _paste(page: Grey, ink: Grey, x: float, y: float, rng: random.Random) -> Place:
    """Puts ink on the page at (x, y), in points: the darker value of page and ink counts. The ink
    becomes as pale as that of a pen or a tablet. Returns its place.
    """
    left, top = round(x * SCALE), round(y * SCALE)
    pale = rng.choice((0, 0, 30, 90, 150))
    grey = (pale + ink.astype(np.float32) * (255 - pale) / 255).astype(np.uint8)
    height, width = grey.shape
    below = page[top : top + height, left : left + width]
    page[top : top + height, left : left + width] = np.minimum(below, grey)
    return (x, y, x + width / SCALE, y + height / SCALE)


def _littered(page: Grey, rng: random.Random, signature: Place | None) -> None:
    """Adds stamps, ruled lines and dust. A stamp is mostly away from the signature."""
    for _ in range(rng.choice((0, 0, 1, 1, 2))):
        _stamp(page, rng, signature)
    if rng.random() < 0.35:
        y, x = rng.uniform(405, 480) * SCALE, rng.uniform(180, 230) * SCALE
        end = (round(x + rng.uniform(90, 220) * SCALE), round(y + rng.uniform(-1, 3)))
        cv2.line(page, (round(x), round(y)), end, rng.randint(0, 90), rng.choice((1, 1, 2)))
    for _ in range(rng.choice((0, 0, 5, 25, 60))):
        at = round(rng.uniform(150, 480) * SCALE), round(rng.uniform(400, 540) * SCALE)
        cv2.circle(page, at, rng.randint(1, 4), rng.randint(0, 170), cv2.FILLED)


STAMPED = ("RECEIVED", "Institute", "OFFICE", "COPY", "Dept. of Physics", "No. 4711", "PAID")


def _stamp(page: Grey, rng: random.Random, signature: Place | None) -> None:
    wide, high = rng.uniform(50, 130), rng.uniform(22, 70)
    x, y = rng.uniform(225, 440), rng.uniform(395, 570)
    clear = signature is None or x > signature[2] + 12 or y > signature[3] + 25
    if not clear:
        return
    canvas = np.full((round(high * SCALE) + 40, round(wide * SCALE) + 40), 255, np.uint8)
    height, width = canvas.shape
    ink, thick = rng.randint(0, 90), rng.choice((1, 2, 3, 4))
    kind = rng.choice(("box", "double", "ring", "plain"))
    if kind in ("box", "double"):
        cv2.rectangle(canvas, (6, 6), (width - 7, height - 7), ink, thick)
    if kind == "double":
        cv2.rectangle(canvas, (14, 14), (width - 15, height - 15), ink, 1)
    if kind == "ring":
        middle, axes = (width // 2, height // 2), (width // 2 - 8, height // 2 - 8)
        cv2.ellipse(canvas, middle, axes, 0, 0, 360, ink, thick, cv2.LINE_AA)
    _stamped_words(canvas, rng, ink)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), rng.choice((0, 0, rng.gauss(0, 6))), 1)
    canvas = np.asarray(
        cv2.warpAffine(canvas, turn, (width, height), borderValue=255), dtype=np.uint8
    )
    _paste(page, canvas, x, y, rng)


def _stamped_words(canvas: Grey, rng: random.Random, ink: int) -> None:
    height, width = canvas.shape
    rows = rng.choice((1, 2, 2, 3))
    for row in range(rows):
        text = _date(rng) if row == 1 else rng.choice(STAMPED)
        size = min(0.62 * width / (18 * len(text)), height / rows / 45)
        at = round(0.18 * width), round(height * (row + 0.7) / rows * 0.86)
        face = rng.choice((cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX))
        cv2.putText(canvas, text, at, face, size, ink, rng.choice((1, 1, 2)), cv2.LINE_AA)


def _aged(page: Grey, rng: random.Random, condition: str) -> Grey:
    noise = np.random.default_rng(rng.randrange(2**32))
    if condition in ("digital", "raster"):
        return page
    if condition == "photo":
        return photographed(page, noise)
    aged = scanned(page, noise, rng.uniform(-1.0, 1.0))
    if condition == "bordered":
        return bordered(aged, rng.randint(8, 60), rng.randint(0, 60), rng.randint(0, 60))
    return aged
