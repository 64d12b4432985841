"""Makes small test files, each with one property."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pikepdf
from PIL import Image

from ocr_extract.geometry import Grey
from ocr_extract.recognition.base import Availability, RecognizerTrouble
from ocr_extract.records import Hypothesis, Reading
from ocr_extract.text import Word
from synthetic.samples import rasters
from synthetic.typeset import Entry, Filling, typeset

FILLED = Filling(
    title=Entry("Robust Tree Ensembles for Long Documents", size=9.0),
    author=Entry("Mira Feldmann"),
    corresponding_author=Entry("Mira Feldmann"),
    signature=None,
    date=Entry("27 May 2025"),
    scrawl=(80.0, 11.0, 30.0, -2.0),
)
BLANK = Filling(None, None, None, None, None)


@dataclass(frozen=True)
class Factory:
    """Writes files into one folder and returns their paths."""

    folder: Path

    def file(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content)
        return path

    def text(self, name: str, content: str) -> Path:
        return self.file(name, content.encode())

    def agreement(self, name: str = "a.pdf", **changes: Entry | None) -> Path:
        """A born-digital agreement; `changes` replace entries of the filled form."""
        return self.file(name, typeset(replace(FILLED, **changes), seed=3))

    def blank(self, name: str = "blank.pdf") -> Path:
        return self.file(name, typeset(BLANK, seed=3))

    def truncated(self, share: float, name: str = "truncated.pdf") -> Path:
        whole = typeset(FILLED, seed=3)
        return self.file(name, whole[: int(len(whole) * share)])

    def encrypted(self, password: str, name: str = "encrypted.pdf") -> Path:
        with pikepdf.open(io.BytesIO(typeset(FILLED, seed=3))) as pdf:
            path = self.folder / name
            pdf.save(path, encryption=pikepdf.Encryption(user=password, owner="owner"))
        return path

    def pages(self, count: int, name: str = "many.pdf") -> Path:
        """A PDF of blank pages."""
        with pikepdf.new() as pdf:
            for _ in range(count):
                pdf.add_blank_page()
            path = self.folder / name
            pdf.save(path)
        return path

    def page_of(self, width: float, height: float, name: str = "huge.pdf") -> Path:
        """A PDF with one blank page; width and height are in points."""
        with pikepdf.new() as pdf:
            pdf.add_blank_page(page_size=(width, height))
            path = self.folder / name
            pdf.save(path)
        return path

    def broken_stream(self, name: str = "broken.pdf") -> Path:
        """An agreement whose second page has a content stream damaged after its first third."""
        with pikepdf.open(io.BytesIO(typeset(FILLED, seed=3))) as pdf:
            content = pdf.pages[1].Contents
            raw = bytearray(pdf.pages[1].contents_coalesce() or content.read_raw_bytes())
            middle = len(raw) // 3
            raw[middle : middle + 40] = bytes(40)
            pdf.pages[1].Contents = pikepdf.Stream(pdf, bytes(raw))
            path = self.folder / name
            pdf.save(path)
        damaged = bytearray(path.read_bytes())
        return self.file(name, bytes(damaged))

    def image(self, name: str, frames: Sequence[Grey], dpi: int = 200) -> Path:
        images = [Image.fromarray(frame) for frame in frames]
        path = self.folder / name
        extra = {"save_all": True, "append_images": images[1:]} if len(images) > 1 else {}
        images[0].save(path, dpi=(dpi, dpi), **extra)
        return path

    def scan(self, name: str = "scan.pdf") -> Path:
        """A PDF with one image per page, as a scanner makes it."""
        first, *more = [Image.fromarray(page) for page in pages_of()]
        first.save(self.folder / name, resolution=200, save_all=True, append_images=more)
        return self.folder / name

    def annotated_scan(self, name: str = "annotated.pdf") -> Path:
        """The same, with a link on each page: poppler draws pages with annotations."""
        path = self.scan(name)
        with pikepdf.open(path, allow_overwriting_input=True) as pdf:
            for page in pdf.pages:
                link = pikepdf.Dictionary(
                    Type=pikepdf.Name.Annot,
                    Subtype=pikepdf.Name.Link,
                    Rect=[10, 10, 20, 20],
                    Border=[0, 0, 0],
                )
                page.Annots = [pdf.make_indirect(link)]
            pdf.save(path)
        return path


def pages_of(filling: Filling = FILLED, seed: int = 3) -> list[Grey]:
    """The two pages of an agreement as grey images at 200 dpi."""
    return rasters(typeset(filling, seed))


def text_lines(*, width: int = 1000, height: int = 1300, seed: int = 0) -> Grey:
    """A page with lines of dark boxes that stand for words, for tests of geometry.

    Width and height are in pixels.
    """
    rng = random.Random(seed)  # noqa: S311
    page = np.full((height, width), 255, np.uint8)
    for top in range(120, height - 120, 34):
        x = 110
        while x < width - 160:
            word_width = rng.randint(20, 90)
            for left in range(x, x + word_width, 9):
                letter_height = rng.choice((10, 10, 15))
                page[top + 15 - letter_height : top + 15, left : left + 6] = 0
            x += word_width + 14
    return page


@dataclass(frozen=True)
class FakeReader:
    """A recognizer that returns a fixed text with its natural log-likelihood; it raises `crash`
    instead, if given.
    """

    line: str = ""
    seen: tuple[Word, ...] = ()
    crash: Exception | None = None
    log_likelihood: float = -0.1

    def available(self) -> Availability:
        return Availability("fake", present=True)

    def read(self, crops: Sequence[Grey]) -> tuple[Reading, ...]:
        if self.crash is not None:
            raise self.crash
        hypothesis = Hypothesis(text=self.line, log_likelihood=self.log_likelihood)
        return tuple(Reading(reader="fake", hypotheses=(hypothesis,)) for _ in crops)

    def words(self, pages: Sequence[Grey], dpi: float) -> tuple[tuple[Word, ...], ...]:
        if self.crash is not None:
            raise self.crash
        return tuple(self.seen for _ in pages)


HANGING = FakeReader(crash=RecognizerTrouble("reader_timeout", "Reading took too long."))
