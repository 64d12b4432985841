"""Digits and separators as pen strokes, in shapes that MNIST and the fonts do not have.

Such shapes are a crossed 7, a flagged 1, an open 0, a 2 like a Z, a 5 like an S. A shape is a set
of control points in a unit square (x to the right, y downwards, the baseline at y = 1), joined by
Catmull-Rom curves. A writer uses one shape per digit and varies it a little each time.
"""

from __future__ import annotations

import math
import random
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt
from HersheyFonts import HersheyFonts

Ink = npt.NDArray[np.float32]
"""An ink mask of shape (height, width): 0 is paper, 1 is ink."""
Points = tuple[tuple[float, float], ...]

_ZERO = ((0.5, 0.0), (0.12, 0.25), (0.05, 0.6), (0.3, 1.0), (0.7, 0.92), (0.9, 0.5), (0.75, 0.1))
"""Control points of a 0 in a unit square (chosen)."""
DIGITS: dict[str, tuple[tuple[Points, ...], ...]] = {
    "0": (
        ((*_ZERO, (0.5, 0.0)),),
        ((*_ZERO, (0.62, -0.02)),),
        (((0.75, 0.12), (0.3, 0.05), (0.05, 0.5), (0.35, 1.0), (0.85, 0.8), (0.9, 0.35)),),
        (((0.45, 0.1), (0.1, 0.4), (0.2, 0.95), (0.75, 0.9), (0.85, 0.3), (0.4, 0.0)),),
    ),
    "1": (
        (((0.5, 0.0), (0.5, 1.0)),),
        (((0.15, 0.35), (0.55, 0.0)), ((0.55, 0.0), (0.5, 1.0))),
        (((0.05, 0.55), (0.55, 0.0)), ((0.55, 0.0), (0.52, 1.0))),
        (((0.2, 0.25), (0.5, 0.0)), ((0.5, 0.0), (0.5, 1.0)), ((0.2, 1.0), (0.8, 1.0))),
        (((0.6, 0.0), (0.4, 1.0)),),
    ),
    "2": (
        (((0.1, 0.25), (0.45, 0.0), (0.85, 0.25), (0.5, 0.65), (0.05, 1.0)), ((0.05, 1.0), (0.95, 0.97))),
        (((0.1, 0.08), (0.85, 0.05)), ((0.85, 0.05), (0.08, 0.97)), ((0.08, 0.97), (0.92, 0.98))),
        (((0.12, 0.2), (0.5, 0.0), (0.8, 0.3), (0.4, 0.8), (0.1, 0.9), (0.3, 0.75), (0.6, 0.95), (0.95, 0.9)),),
    ),
    "3": (
        (((0.1, 0.1), (0.6, 0.0), (0.8, 0.25), (0.4, 0.45), (0.85, 0.7), (0.55, 1.0), (0.05, 0.9)),),
        (((0.1, 0.03), (0.85, 0.03)), ((0.85, 0.03), (0.4, 0.4)), ((0.4, 0.4), (0.9, 0.7), (0.5, 1.0), (0.05, 0.9))),
    ),
    "4": (
        (((0.6, 0.0), (0.05, 0.65)), ((0.05, 0.65), (0.95, 0.65)), ((0.7, 0.3), (0.65, 1.0))),
        (((0.2, 0.0), (0.1, 0.5)), ((0.1, 0.5), (0.85, 0.5)), ((0.8, 0.0), (0.75, 1.0))),
        (((0.7, 0.0), (0.05, 0.7)), ((0.05, 0.7), (0.9, 0.68)), ((0.7, 0.0), (0.68, 1.0))),
    ),
    "5": (
        (((0.85, 0.02), (0.2, 0.02)), ((0.2, 0.02), (0.15, 0.45)), ((0.15, 0.45), (0.75, 0.5), (0.75, 0.9), (0.1, 0.97))),
        (((0.85, 0.05), (0.35, 0.05), (0.2, 0.4), (0.75, 0.6), (0.65, 0.95), (0.05, 0.95)),),
        (((0.25, 0.05), (0.2, 0.45), (0.8, 0.55), (0.7, 0.95), (0.1, 0.95)), ((0.25, 0.05), (0.95, 0.0))),
    ),
    "6": (
        (((0.7, 0.0), (0.2, 0.4), (0.1, 0.8), (0.5, 1.0), (0.85, 0.75), (0.5, 0.5), (0.12, 0.75)),),
        (((0.45, 0.0), (0.1, 0.6), (0.3, 1.0), (0.8, 0.9), (0.7, 0.6), (0.15, 0.7)),),
    ),
    "7": (
        (((0.05, 0.05), (0.9, 0.05)), ((0.9, 0.05), (0.35, 1.0))),
        (((0.05, 0.05), (0.9, 0.05)), ((0.9, 0.05), (0.4, 1.0)), ((0.3, 0.5), (0.9, 0.45))),
        (((0.1, 0.2), (0.12, 0.05), (0.9, 0.02)), ((0.9, 0.02), (0.45, 0.5), (0.4, 1.0))),
        (((0.1, 0.2), (0.1, 0.04), (0.9, 0.04)), ((0.9, 0.04), (0.4, 1.0)), ((0.2, 0.55), (0.85, 0.5))),
    ),
    "8": (
        (((0.8, 0.15), (0.4, 0.0), (0.2, 0.25), (0.75, 0.65), (0.5, 1.0), (0.15, 0.8), (0.5, 0.5), (0.85, 0.15)),),
        (((0.5, 0.45), (0.2, 0.2), (0.5, 0.0), (0.8, 0.2), (0.5, 0.45), (0.1, 0.75), (0.5, 1.0), (0.9, 0.75), (0.5, 0.45)),),
    ),
    "9": (
        (((0.8, 0.2), (0.4, 0.0), (0.15, 0.3), (0.5, 0.5), (0.8, 0.2)), ((0.8, 0.2), (0.75, 1.0))),
        (((0.8, 0.15), (0.35, 0.02), (0.15, 0.35), (0.55, 0.5), (0.82, 0.15), (0.75, 0.7), (0.35, 1.0)),),
        (((0.75, 0.1), (0.2, 0.1), (0.2, 0.5), (0.75, 0.45), (0.8, 0.1)), ((0.8, 0.1), (0.4, 1.0))),
        (((0.75, 0.15), (0.4, 0.02), (0.2, 0.3), (0.45, 0.45), (0.75, 0.1), (0.65, 0.6), (0.45, 1.15)),),
        (((0.3, 0.12), (0.25, 0.4), (0.6, 0.35), (0.75, 0.02)), ((0.75, 0.02), (0.68, 0.5), (0.6, 1.0))),
        (((0.7, 0.05), (0.35, 0.12), (0.4, 0.38), (0.72, 0.2)), ((0.74, 0.05), (0.62, 0.55), (0.5, 1.1))),
    ),
}  # fmt: skip
MARKS: dict[str, tuple[tuple[Points, ...], ...]] = {
    "/": ((((0.75, -0.1), (0.1, 1.15)),), (((0.6, 0.0), (0.3, 1.1)),), (((0.8, 0.0), (0.5, 0.5), (0.1, 1.1)),)),
    ".": ((((0.5, 0.97), (0.5, 1.0)),), (((0.45, 0.93), (0.55, 1.0)),)),
    "-": ((((0.1, 0.55), (0.9, 0.52)),), (((0.2, 0.5), (0.7, 0.5)),)),
    ",": ((((0.5, 0.92), (0.3, 1.25)),), (((0.5, 0.95), (0.55, 1.05), (0.35, 1.3)),)),
    "'": ((((0.5, -0.05), (0.4, 0.2)),),),
}  # fmt: skip
SIGNS: dict[str, tuple[tuple[Points, ...], ...]] = {
    "年": (
        (
            ((0.3, 0.0), (0.08, 0.32)), ((0.2, 0.17), (0.85, 0.14)), ((0.24, 0.44), (0.8, 0.42)),
            ((0.25, 0.44), (0.24, 0.72)), ((0.02, 0.73), (0.98, 0.7)), ((0.55, 0.15), (0.54, 1.12)),
        ),
        (
            ((0.3, 0.0), (0.1, 0.25), (0.8, 0.2)), ((0.22, 0.45), (0.75, 0.42)),
            ((0.22, 0.45), (0.2, 0.72), (0.95, 0.68)), ((0.52, 0.2), (0.5, 1.1)),
        ),
    ),
    "月": (
        (
            ((0.25, 0.0), (0.26, 0.6), (0.05, 1.0)), ((0.25, 0.02), (0.8, 0.0)),
            ((0.8, 0.0), (0.8, 0.98)), ((0.8, 0.98), (0.62, 0.9)),
            ((0.27, 0.32), (0.78, 0.3)), ((0.26, 0.6), (0.78, 0.58)),
        ),
        (
            ((0.3, 0.0), (0.25, 0.65), (0.0, 1.02)), ((0.3, 0.03), (0.85, 0.05), (0.78, 0.95), (0.6, 0.9)),
            ((0.35, 0.35), (0.65, 0.4), (0.35, 0.6), (0.7, 0.62)),
        ),
    ),
    "日": (
        (
            ((0.15, 0.0), (0.15, 1.0)), ((0.15, 0.02), (0.82, 0.0)), ((0.82, 0.0), (0.8, 1.0)),
            ((0.15, 0.48), (0.8, 0.47)), ((0.15, 0.95), (0.8, 0.95)),
        ),
        (
            ((0.2, 0.0), (0.15, 1.0)), ((0.2, 0.05), (0.85, 0.02), (0.8, 0.95), (0.2, 0.97)),
            ((0.2, 0.5), (0.78, 0.45)),
        ),
    ),
}  # fmt: skip
"""The signs for year, month and day, which the alphabets of strokes do not have."""
ASPECTS = {".": 0.15, ",": 0.2, "'": 0.15, "-": 0.4, "/": 0.5, "1": 0.35}
"""Width of narrow characters as a share of the usual width (chosen)."""
LETTERS = ("futural", "cursive", "scripts", "futuram", "rowmans", "scriptc")


@lru_cache(maxsize=len(LETTERS))
def _alphabet(name: str) -> HersheyFonts:
    alphabet = HersheyFonts()
    alphabet.load_default_font(name)
    return alphabet


class PenWriter:
    """One made-up writer, who uses one shape per character and varies it each time."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._shapes = {c: rng.choice(v) for c, v in (DIGITS | MARKS | SIGNS).items()}
        self._aspect = rng.uniform(0.45, 0.8)
        self._turn = {c: rng.gauss(0, 0.06) for c in self._shapes}
        self._letters = _alphabet(rng.choice(LETTERS))
        self._noise = np.random.default_rng(rng.randrange(2**32))
        self._tremor = rng.uniform(0.005, 0.035)

    def character(self, character: str, size: float, width: float) -> Ink:
        """Ink of a character on a canvas 2 * size pixels high; the baseline is at 1.5 * size.
        `size` is the character's height and `width` the pen's, in pixels.
        """
        strokes = self._strokes(character, size)
        reach = max((float(s[:, 0].max()) for s in strokes if len(s)), default=size * 0.3)
        canvas = np.zeros((round(2 * size), max(2, round(reach + width + 1))), np.float32)
        for stroke in strokes:
            moved = stroke + np.array([width / 2, 0.5 * size])
            points = np.round(moved * 16).astype(np.int32).reshape(-1, 1, 2)
            cv2.polylines(canvas, [points], False, 1.0, max(1, round(width)), cv2.LINE_AA, 4)
        return canvas

    def _strokes(self, character: str, size: float) -> list[npt.NDArray[np.float64]]:
        if character in self._shapes:
            aspect = ASPECTS.get(character, 1.0)
            if character.isdigit() or character in SIGNS:
                aspect *= self._aspect * (1.0 if character.isdigit() else 1.3)
            wide = size * max(0.05, aspect * self._rng.uniform(0.85, 1.15))
            raw = [np.array(curve(s)) * (wide, size) for s in self._shapes[character]]
        else:
            raw = self._hershey(character, size)
        return [self._shaken(s, size, self._turn.get(character, 0.0)) for s in raw if len(s)]

    def _hershey(self, character: str, size: float) -> list[npt.NDArray[np.float64]]:
        raw = [np.array(list(s), float) for s in self._letters.strokes_for_text(character)]
        raw = [s for s in raw if len(s)]
        if not raw:
            return []
        left = min(float(s[:, 0].min()) for s in raw)
        return [(s - (left, 9.0)) * (size / 21.0) + (0.0, size) for s in raw]

    def _shaken(
        self, stroke: npt.NDArray[np.float64], size: float, turn: float
    ) -> npt.NDArray[np.float64]:
        angle = turn + self._rng.gauss(0, 0.04)
        cos, sin = math.cos(angle), math.sin(angle)
        middle = np.array([0.0, size / 2])
        turned = (stroke - middle) @ np.array([[cos, sin], [-sin, cos]]) + middle
        noise = self._noise.normal(0, 1, stroke.shape)
        smooth = cv2.blur(noise, (1, 3))
        shaken = turned + smooth * self._tremor * size
        shaken[:, 0] -= min(0.0, float(shaken[:, 0].min()))
        return np.asarray(shaken, np.float64)


def curve(points: Points, steps: int = 6) -> list[tuple[float, float]]:
    """Points of a Catmull-Rom curve (1974) through the given points; two points give a straight
    line.
    """
    if len(points) == 2:
        (x0, y0), (x1, y1) = points
        return [(x0 + (x1 - x0) * t / 4, y0 + (y1 - y0) * t / 4) for t in range(5)]
    p = np.array([points[0], *points, points[-1]], float)
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    segments = [
        0.5
        * (
            2 * b
            + (c - a) * t
            + (2 * a - 5 * b + 4 * c - d) * t**2
            + (3 * b - a - 3 * c + d) * t**3
        )
        for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False)
    ]
    return [tuple(q) for q in np.concatenate([*segments, p[-1:]])]
