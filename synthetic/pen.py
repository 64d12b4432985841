"""Writing as a tablet or a pen leaves it: strokes of the Hershey alphabets, shaken.

A. V. Hershey's alphabets (1967, public domain) are drawn as strokes; each letter gets
its own size, turn and offset, each line a slant and a drift, so that no two are alike.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from HersheyFonts import HersheyFonts

Stroke = tuple[tuple[float, float], ...]
"""Points of one stroke, x to the right and y upwards, in points."""


@dataclass(frozen=True)
class Writing:
    """Strokes with their widths in points, from a baseline at (0, 0)."""

    strokes: tuple[Stroke, ...]
    width: float

    @property
    def length(self) -> float:
        """How far it reaches to the right, in points."""
        return max((x for stroke in self.strokes for x, _ in stroke), default=0.0)


def write(text: str, rng: random.Random, *, size: float, font: str = "futural") -> Writing:
    """A line of handwriting, `size` points high."""
    alphabet = HersheyFonts()
    alphabet.load_default_font(font)
    slant, drift = rng.uniform(0.0, 0.25), rng.uniform(-0.02, 0.02)
    x, strokes = 0.0, []
    for character in text:
        if character == " ":
            x += 0.45 * size
            continue
        glyph = _glyph(alphabet, character, size)
        wide = max((px for stroke in glyph for px, _ in stroke), default=0.0)
        for stroke in _shaken(glyph, rng, size):
            moved = [(x + px + slant * py, py + drift * x) for px, py in stroke]
            strokes.append(tuple(moved))
        x += wide + rng.uniform(0.16, 0.28) * size
    return Writing(tuple(strokes), rng.uniform(0.7, 1.3))


def _glyph(alphabet: HersheyFonts, character: str, size: float) -> list[list[tuple[float, float]]]:
    """A character's strokes, its left side at 0 and its baseline at 0."""
    raw = [list(stroke) for stroke in alphabet.strokes_for_text(character)]
    points = [point for stroke in raw for point in stroke]
    if not points:
        return []
    left = min(x for x, _ in points)
    # Capitals of the Hershey alphabets are 21 units high, y runs down, 9 is the baseline.
    scale = size / 21.0
    return [[((x - left) * scale, (9 - y) * scale) for x, y in stroke] for stroke in raw]


def _shaken(
    glyph: list[list[tuple[float, float]]], rng: random.Random, size: float
) -> list[list[tuple[float, float]]]:
    turn, grow = rng.gauss(0, 0.05), rng.gauss(1.0, 0.05)
    dx, dy = rng.gauss(0, 0.02) * size, rng.gauss(0, 0.03) * size
    cos, sin = math.cos(turn) * grow, math.sin(turn) * grow
    tremor = 0.012 * size
    return [
        [
            (x * cos - y * sin + dx + rng.gauss(0, tremor), x * sin + y * cos + dy
             + rng.gauss(0, tremor))
            for x, y in stroke
        ]
        for stroke in glyph
    ]  # fmt: skip


def sign(rng: random.Random, *, width: float, height: float) -> Writing:
    """A made-up signature: a scrawl of loops and a flourish, nobody's."""
    loops = rng.randint(4, 8)
    strokes = [_scrawl(rng, loops, width, height)]
    if rng.random() < 0.6:
        y = rng.uniform(-0.2, 0.1) * height
        rise = rng.uniform(-0.1, 0.2) * height
        strokes.append(tuple((width * t / 12, y + rise * t / 12) for t in range(13)))
    return Writing(tuple(strokes), rng.uniform(0.6, 1.4))


def _scrawl(rng: random.Random, loops: int, width: float, height: float) -> Stroke:
    heights = [rng.uniform(0.35, 1.0) * height / 2 for _ in range(loops + 1)]
    steps, points = 24, []
    for i in range(loops * steps):
        loop, phase = i // steps, 2 * math.pi * (i % steps) / steps
        high = heights[loop] + (heights[loop + 1] - heights[loop]) * (i % steps) / steps
        x = width * i / (loops * steps) + 0.35 * width / loops * math.sin(phase)
        points.append((x, height / 2 - high * math.cos(phase)))
    return tuple(points)
