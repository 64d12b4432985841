"""The real blank form filled in: what a signer adds, laid over it."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pikepdf
from reportlab.pdfgen.canvas import Canvas

from synthetic.pen import sign
from synthetic.typeset import LETTER, Entry, Filling, draw, enter, register_fonts

# Points of the PMLR form from its pages' top left: where its blanks and its labels end.
TITLE, AUTHOR = (150.0, 284.0), (150.0, 333.0)
CORRESPONDING, SIGNED, DATE = (258.0, 421.7), (211.0, 433.7), (203.0, 445.6)


def filled_in(blank: Path, filling: Filling, seed: int) -> bytes:
    """A blank form with entries; the same seed gives the same strokes."""
    entries = io.BytesIO(_entries(filling, random.Random(seed)))
    out = io.BytesIO()
    with pikepdf.open(blank) as form, pikepdf.open(entries) as added:
        for page, over in zip(form.pages, added.pages, strict=False):
            page.add_overlay(over)
        form.save(out)
    return out.getvalue()


def _entries(filling: Filling, rng: random.Random) -> bytes:
    register_fonts()
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=LETTER, invariant=True)
    _put(canvas, filling.title, TITLE, rng)
    _put(canvas, filling.author, AUTHOR, rng)
    canvas.showPage()
    _put(canvas, filling.corresponding_author, CORRESPONDING, rng)
    _put(canvas, filling.signature, SIGNED, rng)
    if filling.scrawl is not None:
        width, height, right, down = filling.scrawl
        scrawl = sign(rng, width=width, height=height)
        draw(canvas, scrawl, SIGNED[0] + right, SIGNED[1] + down + height / 3, rng)
    _put(canvas, filling.date, DATE, rng)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _put(canvas: Canvas, entry: Entry | None, end: tuple[float, float], rng: random.Random) -> None:
    """An entry relative to where its label ends."""
    if entry is not None:
        enter(canvas, entry, end[0] + entry.right, end[1] + entry.down, rng)
