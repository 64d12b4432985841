"""Composes lines of handwriting with their texts, from digits of one writer, fonts and pen strokes.

Only `clean/` of the handwriting folder is read: MNIST with the writers of QMNIST, and fonts under
open licences. About a tenth of the writers and of the fonts is held out from the training.
"""

from __future__ import annotations

import hashlib
import random
from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from models.handwriting.joins import TAILED, Point, join, pen_begins, pen_leaves, with_tail
from models.handwriting.strokes import Ink, PenWriter, curve
from models.handwriting.texts import date_text, label_of

SIZE = 40
"""Height of a digit, in pixels, while a line is composed (chosen)."""
HELD_OUT = "0"
"""First hexadecimal digit of sha1(name) of the writers and fonts that are held out from the
training."""
TOUCHING = 0.3
"""Share (0..1) of lines composed of characters that touch their neighbours (chosen)."""
JOINED = 0.5
"""Share (0..1) of neighbouring digits of such lines that one stroke joins, as in "25" written
without lifting the pen (chosen)."""
LONG_TAIL = 0.06
"""Share (0..1) of lines composed of characters whose last digit ends in a long tail (chosen)."""
WIDE_GAPS = 0.1
"""Share (0..1) of lines composed of characters whose words stand far apart (chosen)."""
CUT_OFF = 0.12
"""Share (0..1) of lines whose crop cuts off the tops or the tails of characters (chosen)."""


def is_held_out(name: str) -> bool:
    """Whether a writer or a font is held out: it is used only to choose weights and to measure."""
    return hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()[0] in HELD_OUT


@dataclass(frozen=True)
class Sources:
    """The material for lines: for each writer the images of each digit, shape (n, height, width);
    and font files.
    """

    writers: tuple[dict[int, npt.NDArray[np.uint8]], ...]
    fonts: tuple[Path, ...]


def load_sources(folder: Path, part: str) -> Sources:
    """The "train" or the "held" part of `clean/`. For "test": the writers of MNIST's own test set,
    and the held-out fonts.
    """
    mnist = np.load(folder / "clean" / "digits_mnist.npz")
    images, digits, own_writer = mnist["X"], mnist["y"], mnist["writer"]
    rows: dict[int, list[int]] = defaultdict(list)
    wanted = 1 if part == "test" else 0
    for index in np.flatnonzero(mnist["split"] == wanted):
        rows[int(own_writer[index])].append(int(index))
    writers = [
        {d: images[[i for i in own if digits[i] == d]] for d in range(10)}
        for writer, own in sorted(rows.items())
        if part == "test" or is_held_out(f"writer {writer}") == (part == "held")
    ]
    files = sorted(
        p for p in (folder / "clean" / "fonts").iterdir() if p.suffix in (".ttf", ".otf")
    )
    fonts = [p for p in files if is_held_out(p.name) == (part != "train")]
    return Sources(tuple(w for w in writers if all(len(v) for v in w.values())), tuple(fonts))


@dataclass
class Composer:
    """Composes lines. The same seed gives the same lines."""

    sources: Sources
    rng: random.Random
    _noise: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        self._noise = np.random.default_rng(self.rng.randrange(2**32))

    def line(self) -> tuple[npt.NDArray[np.uint8], str]:
        """A grey crop, like one cut from a page, and the text that the network should output."""
        text = date_text(self.rng)
        ink = self._written(text)
        return self._on_paper(self._deformed(ink)), label_of(text)

    def _written(self, text: str) -> Ink:
        kind = self.rng.random()
        if kind < 0.42:
            return self._pieces(text, self._mnist_writer())
        if kind < 0.74 and text.isascii():
            return self._font(text)
        return self._pieces(text, None)

    # Composing a line

    def _mnist_writer(self) -> dict[int, npt.NDArray[np.uint8]]:
        return self.rng.choice(self.sources.writers)

    def _pieces(self, text: str, writer: dict[int, npt.NDArray[np.uint8]] | None) -> Ink:
        """A line composed character by character: digits of the given writer, or of a pen when
        there is no writer.
        """
        pen, width = PenWriter(self.rng), self.rng.uniform(2.0, 6.0)
        low, high = self.rng.uniform(-0.3, 0.6), self.rng.uniform(0.5, 1.0)
        own_font = self.rng.random() < 0.6
        gap, pieces = self.rng.gauss(0.1, 0.12), []
        joined = JOINED if self.rng.random() < TOUCHING else 0.0
        if joined:
            gap = self.rng.uniform(-0.15, 0.0)
        wide = 0.8 if self.rng.random() > WIDE_GAPS else 2.2
        for token in _tokens(text):
            if token == " ":
                space = round(SIZE * self.rng.uniform(0.2, wide))
                pieces.append(np.zeros((2 * SIZE, space), np.float32))
            elif token.isascii() and token.isalpha() and own_font and writer is not None:
                pieces.append(self._font_word(token))
            else:
                for c in token:
                    mnist = writer is not None and c.isdigit()
                    pieces.append(
                        self._digit(writer[int(c)], low, high)
                        if mnist and writer
                        else pen.character(c, SIZE, width)
                    )
        digits = _are_digits(text, len(pieces)) if joined else ()
        line = self._joined(pieces, gap, joined, digits)
        has_tail = text[-1] in TAILED and self.rng.random() < LONG_TAIL
        return with_tail(line, SIZE, self.rng) if has_tail else line

    def _digit(self, images: npt.NDArray[np.uint8], low: float, high: float) -> Ink:
        """A digit of MNIST, enlarged, with a thinner or thicker stroke."""
        image = images[self.rng.randrange(len(images))]
        columns = np.flatnonzero(image.max(axis=0))
        rows = np.flatnonzero(image.max(axis=1))
        cut = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        factor = SIZE / 20 * self.rng.uniform(0.9, 1.1)
        wide = max(2, round(cut.shape[1] * factor)), max(2, round(cut.shape[0] * factor))
        grown = cv2.resize(cut, wide, interpolation=cv2.INTER_CUBIC).astype(np.float32) / 255
        inked = np.clip((grown - low) / max(0.15, high - low), 0, 1) if low > 0 else grown
        canvas = np.zeros((2 * SIZE, wide[0]), np.float32)
        top = max(0, round(1.5 * SIZE) - wide[1] + self.rng.randint(-2, 2))
        canvas[top : top + wide[1]] = inked[: 2 * SIZE - top]
        return canvas

    def _font_word(self, word: str) -> Ink:
        return _typeset(self.rng.choice(self.sources.fonts), word, SIZE)

    def _joined(
        self, pieces: list[Ink], gap: float, strokes: float = 0.0, digits: tuple[bool, ...] = ()
    ) -> Ink:
        """Pieces side by side, with about the writer's usual gap (as a share of SIZE), each shifted
        a little up or down. `strokes`: share (0..1) of neighbouring digits that a stroke joins;
        `digits`: which pieces are digits, empty for none.
        """
        gaps = [round(SIZE * (gap + self.rng.gauss(0, 0.06))) for _ in pieces]
        total = sum(p.shape[1] for p in pieces) + sum(max(0, g) for g in gaps) + 8
        canvas = np.zeros((2 * SIZE, total), np.float32)
        x, bounce = 2, self.rng.uniform(0, 0.06)
        end: Point | None = None
        for index, (piece, space) in enumerate(zip(pieces, gaps, strict=True)):
            shift = round(self.rng.gauss(0, bounce) * SIZE)
            moved = np.roll(piece, shift, axis=0)
            wide = min(piece.shape[1], total - x)
            canvas[:, x : x + wide] = np.maximum(canvas[:, x : x + wide], moved[:, :wide])
            is_digit = bool(digits) and digits[index]
            if end and is_digit and self.rng.random() < strokes:
                join(canvas, end, pen_begins(moved, x, SIZE), self.rng)
            end = pen_leaves(moved, x, SIZE) if is_digit else None
            x = max(2, x + piece.shape[1] + space)
        return canvas[:, : x + 4]

    def _font(self, text: str) -> Ink:
        """A line in one font. Half of the lines are composed letter by letter, each letter shifted
        a little.
        """
        font = self.rng.choice(self.sources.fonts)
        if self.rng.random() < 0.5:
            return _typeset(font, text, SIZE)
        letters = [
            np.zeros((2 * SIZE, round(0.35 * SIZE)), np.float32)
            if c == " "
            else _typeset(font, c, SIZE)
            for c in text
        ]
        return self._joined(letters, self.rng.uniform(-0.02, 0.15))

    # Making the line look like a scan

    def _deformed(self, ink: Ink) -> Ink:
        """The line slanted, turned, half of the time bent, sometimes thicker, and cropped to its
        ink.
        """
        height, width = ink.shape
        slant, turn = self.rng.gauss(0, 0.15), self.rng.gauss(0, 0.02)
        margin = SIZE
        matrix = np.array(
            [[1, -slant, slant * height / 2 + margin], [turn, 1, -turn * width / 2 + 8]]
        )
        warped = cv2.warpAffine(ink, matrix, (width + 2 * margin, height + 16))
        if self.rng.random() < 0.5:
            warped = self._bent(warped)
        kind = self.rng.random()
        if kind < 0.25:
            warped = cv2.dilate(warped, np.ones((2 + (kind < 0.08), 2), np.uint8))
        return _trimmed(warped)

    def _bent(self, ink: Ink) -> Ink:
        """Elastic deformation (Simard 2003): a smooth random field shifts the pixels."""
        height, width = ink.shape
        coarse = (max(2, width // 24), 4)
        shift = [
            cv2.resize(
                self._noise.normal(0, 1.6, coarse[::-1]).astype(np.float32),
                (width, height),
                interpolation=cv2.INTER_CUBIC,
            )
            for _ in range(2)
        ]
        xs, ys = np.meshgrid(
            np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
        )
        return np.asarray(cv2.remap(ink, xs + shift[0], ys + shift[1], cv2.INTER_LINEAR))

    def _on_paper(self, ink: Ink) -> npt.NDArray[np.uint8]:
        """The line on a crop with margins, ruled lines, signature strokes, shading and noise."""
        high = self.rng.randint(14, 44)
        factor = high / ink.shape[0]
        wide = max(3, round(ink.shape[1] * factor * self.rng.uniform(0.75, 1.25)))
        small = cv2.resize(ink, (wide, high), interpolation=cv2.INTER_AREA)
        peak = float(small.max()) or 1.0
        small /= peak
        sides = [round(high * self.rng.uniform(0.05, 0.9)) for _ in range(2)]
        cut = 0.16 if self.rng.random() < CUT_OFF else 0.05
        middle = 0.02 if cut > 0.1 else 0.18
        above, below = (round(high * max(-cut, self.rng.gauss(middle, 0.15))) for _ in range(2))
        canvas = cv2.copyMakeBorder(
            small, max(0, above), max(0, below), *sides, cv2.BORDER_CONSTANT
        )
        canvas = canvas[max(0, -above) : canvas.shape[0] - max(0, -below)]
        return self._photographed(np.maximum(canvas, self._clutter(canvas.shape)))

    def _clutter(self, shape: tuple[int, int]) -> Ink:
        """Other ink in a crop: a ruled line, strokes of a signature, the next line, dust."""
        height, width = shape
        canvas = np.zeros(shape, np.float32)
        if self.rng.random() < 0.2:
            y, tilt = self.rng.uniform(0.6, 1.0) * height, self.rng.gauss(0, 0.01) * width
            cv2.line(
                canvas,
                (0, round(y)),
                (width, round(y + tilt)),
                self.rng.uniform(0.4, 1),
                1,
                cv2.LINE_AA,
            )
        for _ in range(self.rng.choice((0, 0, 0, 0, 1, 2))):
            self._stroke(canvas)
        if self.rng.random() < 0.15:
            self._neighbour(canvas)
        for _ in range(self.rng.choice((0, 0, 0, 2, 5))):
            at = self.rng.randrange(width), self.rng.randrange(height)
            cv2.circle(canvas, at, 0, self.rng.uniform(0.3, 1.0), -1)
        return canvas

    def _stroke(self, canvas: Ink) -> None:
        """Draw a long curve, like one of a signature, through or along the crop."""
        height, width = canvas.shape
        start = self.rng.uniform(-0.2, 1.0) * width
        xs = start + np.cumsum([self.rng.gauss(0.12, 0.2) * height * 2 for _ in range(6)])
        ys = [self.rng.gauss(0.5, 0.7) * height for _ in range(6)]
        points = np.array([(x * 16, y * 16) for x, y in _smooth(list(xs), ys)], np.int32)
        level, thick = self.rng.uniform(0.3, 0.9), self.rng.choice((1, 1, 2))
        cv2.polylines(canvas, [points.reshape(-1, 1, 2)], False, level, thick, cv2.LINE_AA, 4)

    def _neighbour(self, canvas: Ink) -> None:
        """Draw the bottom of the line above, the top of the line below, or the end of a printed
        label.
        """
        height, width = canvas.shape
        pen = PenWriter(self.rng)
        if self.rng.random() < 0.5:
            word = self.rng.choice(("e:", ":", "te:", "ed:", "r:"))
            size = height / 45 * self.rng.uniform(0.5, 0.9)
            print_ = np.zeros(canvas.shape, np.uint8)
            at = (-2, round(height * 0.7))
            cv2.putText(print_, word, at, cv2.FONT_HERSHEY_SIMPLEX, size, 255, 1, cv2.LINE_AA)
            np.maximum(canvas, print_.astype(np.float32) / 255, out=canvas)
            return
        letter = pen.character(self.rng.choice("aegqyn25t"), height * 0.7, 2)
        x = self.rng.randrange(max(1, width - letter.shape[1]))
        rows = max(1, round(height * 0.12))
        wide = min(letter.shape[1], width - x)
        body = letter[np.flatnonzero(letter.max(axis=1))]
        if len(body) > rows and self.rng.random() < 0.5:
            canvas[:rows, x : x + wide] = body[-rows:, :wide]
        elif len(body) > rows:
            canvas[-rows:, x : x + wide] = body[:rows, :wide]

    def _photographed(self, ink: Ink) -> npt.NDArray[np.uint8]:
        """Grey values (0..255) with paper, ink of any darkness, shading, blur, noise and JPEG
        compression.
        """
        height, width = ink.shape
        paper = (
            self.rng.uniform(235, 255) if self.rng.random() < 0.7 else self.rng.uniform(130, 235)
        )
        dark = self.rng.uniform(0, 0.85) ** 1.5 * (paper - 45)
        if self.rng.random() < 0.5:
            ink = cv2.GaussianBlur(ink, (0, 0), self.rng.uniform(0.3, 1.1))
        page = paper - ink * (paper - dark)
        if paper < 235:
            slope = np.linspace(-1, 1, width, dtype=np.float32) * self.rng.uniform(-15, 15)
            page = page + slope[None, :]
        page = page + self._noise.normal(0, self.rng.choice((0.5, 2, 6)), (height, width))
        grey = np.clip(page, 0, 255).astype(np.uint8)
        if self.rng.random() < 0.25:
            quality = [cv2.IMWRITE_JPEG_QUALITY, self.rng.randint(25, 80)]
            grey = cv2.imdecode(cv2.imencode(".jpg", grey, quality)[1], cv2.IMREAD_GRAYSCALE)
        return np.asarray(grey, np.uint8)


def _smooth(xs: list[float], ys: list[float]) -> list[tuple[float, float]]:
    return curve(tuple(zip(xs, ys, strict=True)), 8)


def _are_digits(text: str, count: int) -> tuple[bool, ...]:
    """For each piece of a line that is composed character by character, whether it is a digit; none
    when words of the line are one piece.
    """
    return tuple(c.isdigit() for c in text) if len(text) == count else ()


def _tokens(text: str) -> list[str]:
    """Splits a text into runs of digits, runs of letters, and single other characters."""
    tokens: list[str] = []
    for c in text:
        kind = (c.isdigit(), c.isalpha())
        if tokens and any(kind) and kind == (tokens[-1][-1].isdigit(), tokens[-1][-1].isalpha()):
            tokens[-1] += c
        else:
            tokens.append(c)
    return tokens


@lru_cache(maxsize=256)
def _font_at(path: Path, size: int) -> ImageFont.FreeTypeFont:
    """The font in the size in which its digits are `size` pixels high."""
    trial = ImageFont.truetype(str(path), 64)
    box = trial.getbbox("0258")
    return ImageFont.truetype(str(path), max(8, round(64 * size / max(8, box[3] - box[1]))))


def _typeset(path: Path, text: str, size: int) -> Ink:
    """Text in a font, on a canvas 2 * size pixels high; the baseline is at 1.5 * size."""
    font = _font_at(path, size)
    x0, _, x1, _ = font.getbbox(text, anchor="ls")
    image = Image.new("L", (max(2, round(x1 - x0) + 4), 2 * size), 0)
    ImageDraw.Draw(image).text((2 - x0, round(1.5 * size)), text, fill=255, font=font, anchor="ls")
    return np.asarray(image, np.float32) / 255


def _trimmed(ink: Ink) -> Ink:
    rows, columns = np.flatnonzero(ink.max(axis=1) > 0.2), np.flatnonzero(ink.max(axis=0) > 0.2)
    if not len(rows) or not len(columns):
        return np.zeros((SIZE, SIZE), np.float32)
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
