"""Made agreements without a signature, with dates, stamps, dust and borders in all places."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from pdf2image import convert_from_bytes

from synthetic.degrade import Grey, as_pdf, bordered, photographed, scanned
from synthetic.samples import FIRST, LAST, TOPICS
from synthetic.typeset import Entry, Filling, Hand, typeset

DPI = 200
"""Resolution of the pages, in pixels per inch (chosen)."""
CONDITIONS = ("digital", "scan", "scan", "bordered", "photo")


@dataclass(frozen=True)
class Litter:
    """How often a form has other ink, 0..1."""

    stamps: float = 0.4
    lines: float = 0.3


USUAL, CROSSED = Litter(), Litter(stamps=1.0, lines=0.9)
"""The rates of the benchmark, and those of forms of which most have a stamp and a ruled line (both
chosen)."""
MONTHS = ("January", "March", "May", "July", "September", "October", "December")


def forms(folder: Path, count: int, seed: int) -> Iterator[Path]:
    """Write `count` unsigned forms to a folder and yield their paths."""
    for index, (content, _) in enumerate(forms_of(count, seed)):
        path = folder / f"unsigned{index:04d}{CONDITIONS[index % len(CONDITIONS)]}.pdf"
        path.write_bytes(content)
        yield path


def forms_of(count: int, seed: int, litter: Litter = USUAL) -> Iterator[tuple[bytes, str]]:
    """`count` unsigned forms as PDFs, each with the date written on it ("" for none). The same seed
    and litter give the same forms.
    """
    rng = random.Random(seed)
    for index in range(count):
        yield _form(rng, CONDITIONS[index % len(CONDITIONS)], litter)


def _form(rng: random.Random, condition: str, litter: Litter) -> tuple[bytes, str]:
    filling = _filling(rng)
    text = filling.date.text if filling.date else ""
    made = typeset(filling, rng.randrange(2**31))
    if condition == "digital" and rng.random() < 0.7:
        return made, text
    images = convert_from_bytes(made, dpi=DPI, grayscale=True)
    pages = [np.asarray(image, np.uint8).copy() for image in images]
    pages[1] = _littered(pages[1], rng, litter)
    return as_pdf([_aged(page, rng, condition) for page in pages], DPI), text


def _filling(rng: random.Random) -> Filling:
    name = f"{rng.choice(FIRST)} {rng.choice(LAST)}"
    place = rng.choice(((8.0, 0.0), (8.0, 0.0), (4.0, 16.0), (60.0, 0.0), (4.0, -12.0)))
    hand: Hand = rng.choice(("typed", "typed", "italic", "bold", "pen"))
    date = Entry(
        _date(rng), hand, right=place[0], down=place[1], size=rng.choice((9.0, 10.0, 12.0))
    )
    named = rng.random() < 0.5
    return Filling(
        title=Entry(f"{rng.choice(TOPICS)} Things", size=9.0),
        author=Entry(name),
        corresponding_author=Entry(name) if named else None,
        signature=None,
        date=date if rng.random() < 0.9 else None,
    )


def _date(rng: random.Random) -> str:
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), 2025
    return rng.choice(
        (
            f"{month}/{day}/{year}",
            f"{day:02d}.{month:02d}.{year}",
            f"{year}-{month:02d}-{day:02d}",
            f"{rng.choice(MONTHS)} {day}, {year}",
            f"{day} {rng.choice(MONTHS)[:3]} {year}",
        )
    )


def _littered(page: Grey, rng: random.Random, litter: Litter) -> Grey:
    """Add a stamp beside or below the signing block, a ruled line under a label, and dust."""
    scale = DPI / 72
    if rng.random() < litter.stamps:
        _stamp(page, rng, scale)
    if rng.random() < litter.lines:
        y = round(rng.choice((437, 449)) * scale)
        cv2.line(page, (round(225 * scale), y), (round(400 * scale), y + 1), 40, 1)
    for _ in range(rng.choice((0, 4, 20))):
        at = round(rng.uniform(180, 450) * scale), round(rng.uniform(400, 520) * scale)
        cv2.circle(page, at, rng.randint(1, 3), rng.randint(0, 160), cv2.FILLED)
    return page


def _stamp(page: Grey, rng: random.Random, scale: float) -> None:
    """Add a rubber stamp: a box or an ellipse with two lines of print."""
    x, y = rng.uniform(330, 430) * scale, rng.uniform(400, 560) * scale
    wide, high = rng.uniform(60, 110) * scale, rng.uniform(26, 50) * scale
    ink = rng.randint(60, 170)
    box = (round(x), round(y)), (round(x + wide), round(y + high))
    if rng.random() < 0.5:
        cv2.rectangle(page, *box, ink, 2)
    else:
        middle = (round(x + wide / 2), round(y + high / 2))
        cv2.ellipse(
            page, middle, (round(wide / 2), round(high / 2)), 0, 0, 360, ink, 2, cv2.LINE_AA
        )
    words = (rng.choice(("RECEIVED", "Institute", "OFFICE", "www.example.org")), _date(rng))
    for row, word in enumerate(words):
        at = round(x + 0.2 * wide), round(y + high * (0.42 + 0.3 * row))
        cv2.putText(page, word, at, cv2.FONT_HERSHEY_SIMPLEX, wide / 420, ink, 1, cv2.LINE_AA)


def _aged(page: Grey, rng: random.Random, condition: str) -> Grey:
    noise = np.random.default_rng(rng.randrange(2**32))
    if condition == "photo":
        return photographed(page, noise)
    aged = scanned(page, noise, rng.uniform(-0.6, 0.6))
    if condition == "bordered":
        return bordered(aged, rng.randint(8, 50), rng.randint(0, 60), rng.randint(0, 60))
    return aged
