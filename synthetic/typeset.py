"""An agreement on paper: the labels and the layout of the real form, terms in own words."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import matplotlib as mpl
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from synthetic.pen import Writing, sign, write

LETTER = (612.0, 792.0)
FONTS = {
    "Body": "STIXGeneral.ttf",
    "Sans": "DejaVuSans.ttf",
    "Italic": "STIXGeneralItalic.ttf",
    "Bold": "STIXGeneralBol.ttf",
}
LEFT = 133.0
LEADING = 12.0
Hand = Literal["typed", "italic", "bold", "pen"]

CLAUSES = (
    "You sign for every author of the article, and every author has allowed you to do so.",
    "You place the article under an open licence: anybody may share and adapt it and names you.",
    "Whoever passes the article on has to cite the place where it first appeared, and link to it.",
    "All rights that are not given away here stay with the authors.",
    "What the editors change for print is the authors' too; they ask before it alters the sense.",
)
WARRANTIES = (
    "The article is new, and has not been printed in a journal, a book or another collection.",
    "Nobody but the named authors wrote it, and no contract stands against this agreement.",
    "It harms nobody's good name and breaks no law; if somebody complains, the authors answer.",
)
CLOSING = (
    "Nothing else was agreed between you and the editors. Changes have to be made in writing. If"
    " the article has not appeared within a year after the day on which you signed, this"
    " agreement ends."
)


@dataclass(frozen=True)
class Entry:
    """What a signer put somewhere: its text, how, and where it stands relative to the end
    of its label, points to the right and points down.
    """

    text: str
    hand: Hand = "typed"
    right: float = 8.0
    down: float = 0.0
    size: float = 10.0


@dataclass(frozen=True)
class Filling:
    """What a signer filled in; None leaves a blank. `scrawl` is a signature without
    letters: its width, height, and offsets as of an entry of the Signed line.
    """

    title: Entry | None
    author: Entry | None
    corresponding_author: Entry | None
    signature: Entry | None
    date: Entry | None
    scrawl: tuple[float, float, float, float] | None = None


def typeset(filling: Filling, seed: int) -> bytes:
    """The agreement as a PDF of two letter pages; the same seed gives the same bytes."""
    register_fonts()
    rng = random.Random(seed)
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=LETTER, invariant=True)
    _first_page(canvas, filling, rng)
    canvas.showPage()
    _second_page(canvas, filling, rng)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def register_fonts() -> None:
    """The fonts of entries, by their names here."""
    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    for name, file in FONTS.items():
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(folder / file)))


def _first_page(canvas: Canvas, filling: Filling, rng: random.Random) -> None:
    canvas.setFont("Body", 17)
    canvas.drawCentredString(306, 792 - 177, "Publication Agreement")
    y = _paragraph(
        canvas,
        LEFT,
        258,
        "This is a publication agreement (“this agreement”) regarding a written manuscript"
        " currently entitled",
    )
    _blank(canvas, filling.title, y + 16, rng)
    y = _paragraph(
        canvas,
        LEFT,
        y + 36,
        "(“the article”) to be published in PMLR (“the proceedings”). The parties to this"
        " Agreement are:",
    )
    _blank(canvas, filling.author, y + 16, rng)
    y = _paragraph(
        canvas,
        LEFT,
        y + 36,
        "(name of corresponding author who signs on behalf of any other authors, collectively"
        " “you”) and PMLR, (“the publisher”).",
    )
    for number, clause in enumerate(CLAUSES, 1):
        y = _paragraph(canvas, LEFT + 26, y + 7, clause, bullet=f"{number}.")
    canvas.drawCentredString(306, 792 - 703, "1")


def _second_page(canvas: Canvas, filling: Filling, rng: random.Random) -> None:
    y = _paragraph(canvas, LEFT + 26, 138, "You further warrant that:", bullet="6.")
    for number, clause in enumerate(WARRANTIES, 1):
        y = _paragraph(canvas, LEFT + 48, y + 5, clause, bullet=f"{number}.")
    y = _paragraph(canvas, LEFT + 26, y + 7, CLOSING, bullet="7.")
    _paragraph(canvas, LEFT, 380, "I HAVE READ AND AGREE FULLY WITH THE TERMS OF THIS AGREEMENT.")
    _labelled(
        canvas, LEFT + 25.7, 422, "•", "Corresponding Author:", filling.corresponding_author, rng
    )
    end = _labelled(canvas, LEFT + 47.6, 434, "–", "Signed:", filling.signature, rng)
    if filling.scrawl is not None:
        width, height, right, down = filling.scrawl
        draw(
            canvas, sign(rng, width=width, height=height), end + right, 434 + down + height / 3, rng
        )
    _labelled(canvas, LEFT + 47.6, 446, "–", "Date:", filling.date, rng)
    canvas.setFillColorRGB(0, 0, 0)
    canvas.setFont("Body", 10)
    canvas.drawCentredString(306, 792 - 703, "2")


def _paragraph(canvas: Canvas, x: float, top: float, text: str, bullet: str = "") -> float:
    """Text from a baseline `top` points below the page's top; returns its last baseline."""
    canvas.setFillColorRGB(0, 0, 0)
    canvas.setFont("Body", 10)
    if bullet:
        canvas.drawRightString(x - 5, 792 - top - LEADING, bullet)
    line, y = "", top
    for word in text.split():
        longer = f"{line} {word}".strip()
        if canvas.stringWidth(longer, "Body", 10) > 479 - x:
            y += LEADING
            canvas.drawString(x, 792 - y, line)
            longer = word
        line = longer
    y += LEADING
    canvas.drawString(x, 792 - y, line)
    return y


def _blank(canvas: Canvas, entry: Entry | None, baseline: float, rng: random.Random) -> None:
    canvas.setLineWidth(0.4)
    canvas.setStrokeColorRGB(0, 0, 0)
    canvas.line(219, 792 - baseline - 3, 392, 792 - baseline - 3)
    if entry is not None:
        width = canvas.stringWidth(entry.text, "Sans", entry.size)
        enter(canvas, entry, max(110.0, 306 - width / 2), baseline, rng)


def _labelled(
    canvas: Canvas,
    x: float,
    baseline: float,
    bullet: str,
    label: str,
    entry: Entry | None,
    rng: random.Random,
) -> float:
    """Draw a label and its entry; returns where the label ends, in points."""
    canvas.setFillColorRGB(0, 0, 0)
    canvas.setFont("Body", 10)
    canvas.drawRightString(x - 5, 792 - baseline, bullet)
    canvas.drawString(x, 792 - baseline, label)
    end = x + float(canvas.stringWidth(label, "Body", 10))
    if entry is not None:
        enter(canvas, entry, end + entry.right, baseline + entry.down, rng)
    return end


def enter(canvas: Canvas, entry: Entry, x: float, baseline: float, rng: random.Random) -> None:
    """An entry from a point on, points from the page's top left."""
    if entry.hand == "pen":
        draw(canvas, write(entry.text, rng, size=entry.size), x, baseline, rng)
        return
    font = {"typed": "Sans", "italic": "Italic", "bold": "Bold"}[entry.hand]
    canvas.setFillColorRGB(0, 0, 0)
    canvas.setFont(font, entry.size)
    canvas.drawString(x, 792 - baseline, entry.text)


def draw(canvas: Canvas, writing: Writing, x: float, baseline: float, rng: random.Random) -> None:
    """Strokes in some pen's colour."""
    ink = rng.choice([(0, 0, 0), (0.05, 0.05, 0.1), (0.1, 0.15, 0.55)])
    canvas.setStrokeColorRGB(*ink)
    canvas.setLineWidth(writing.width)
    canvas.setLineCap(1)
    canvas.setLineJoin(1)
    for stroke in writing.strokes:
        path = canvas.beginPath()
        path.moveTo(x + stroke[0][0], 792 - baseline + stroke[0][1])
        for px, py in stroke[1:]:
            path.lineTo(x + px, 792 - baseline + py)
        canvas.drawPath(path, stroke=1, fill=0)
