"""Doubts a date that ends in a day of one digit whose ink is too large for one.

A second digit that touches the first ("19" in one stroke) is seen by no network: both are sure of
"9". A 7 or a 9 with a long tail is a 1 to them, because the whole line is scaled to the tail. The
ink tells: two digits are wider than one, and a 1 is a bare stroke. Where the ink is too large, the
other days that it may be stand beside the day that was read.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import cv2
import numpy as np

from ocr_extract.geometry import Grey
from ocr_extract.recognition.date_recognizer import mixed
from ocr_extract.recognition.names import DATES
from ocr_extract.records import Hypothesis, Reading

LONE_DIGIT = re.compile(r"(?<!\d)(\d)[ .,]*$")
"""A date whose day has one digit and is its last ink. After 日 or "th" no digit is lost."""
MAX_WIDTH, MAX_WIDTH_OF_ONE, MAX_HEIGHT_OF_ONE = 0.75, 0.32, 1.6
"""Largest width of one digit, and width and height of a 1, as multiples of the height of the date's
digits. Measured on the development volumes, on pages drawn by poppler: of 30 dates that end in one
digit 18 are within these limits, and all of them are right; of the 12 beyond them 6 are wrong."""
OTHER_DAY_LOG_WEIGHT = math.log(0.15)
"""Natural log-weight of each other day beside the day that was read (chosen, so that together they
have about the share of wrong dates beyond the limits)."""
OTHER_ENDS = {"1": ("7", "9")}
"""Digits with a long tail that are read as another digit."""
MIN_WRITING_SHARE = 0.25
"""Height of a piece of ink as a share of the highest one's from which it is no dot (chosen)."""
MIN_DIGIT_SHARE, MAX_GAP = 0.4, 0.2
"""Height from which a piece is part of a digit, and the gap within a number is smaller, as shares
of the height of the date's digits (chosen)."""
_Piece = tuple[int, int, int, int]
"""Left, top, right and bottom of a connected piece of ink, in pixels."""


def with_other_days(readings: tuple[Reading, ...], ink: Grey) -> tuple[Reading, ...]:
    """The readings of a mark; its dates with the other days that the last digit may be. `ink`: mask
    of the mark, 0 on paper, shape (height, width).
    """
    return tuple(_doubted(r, ink) if r.reader == DATES else r for r in readings)


def _doubted(dates: Reading, ink: Grey) -> Reading:
    digit = LONE_DIGIT.search(dates.best)
    if not digit or _is_one_digit(digit[1], ink):
        return dates
    head, best = dates.best[: digit.start()], dates.hypotheses[0].log_likelihood
    others = (
        Hypothesis(text=head + end, log_likelihood=best + OTHER_DAY_LOG_WEIGHT)
        for end in _other_days(digit[1])
    )
    return mixed(dates.hypotheses, tuple(others))


def _other_days(digit: str) -> tuple[str, ...]:
    """The days that ink may be in which a digit was read: those of two digits with this digit, and
    those that are read as it.
    """
    longer = (*(f"{tens}{digit}" for tens in "123"), f"{digit}0")
    return (*OTHER_ENDS.get(digit, ()), *(day for day in longer if 10 <= int(day) <= 31))


def _is_one_digit(digit: str, ink: Grey) -> bool:
    """Whether the last number in the ink is no larger than a single digit."""
    pieces = _pieces(ink)
    if not pieces:
        return False
    unit = _digit_height(pieces)
    left, top, right, bottom = _last_number(pieces, unit)
    width, height = (right - left) / unit, (bottom - top) / unit
    if digit == "1":
        return width <= MAX_WIDTH_OF_ONE and height <= MAX_HEIGHT_OF_ONE
    return width <= MAX_WIDTH


def _pieces(ink: Grey) -> list[_Piece]:
    """The connected pieces of ink that are no dots."""
    _, _, stats, _ = cv2.connectedComponentsWithStats((ink > 0).astype(np.uint8))
    boxes = [(int(x), int(y), int(x + w), int(y + h)) for x, y, w, h, _ in stats[1:]]
    highest = max((box[3] - box[1] for box in boxes), default=0)
    return [box for box in boxes if box[3] - box[1] >= MIN_WRITING_SHARE * highest]


def _digit_height(pieces: Sequence[_Piece]) -> float:
    return float(np.median([bottom - top for _, top, _, bottom in pieces]))


def _last_number(pieces: Sequence[_Piece], unit: float) -> _Piece:
    """The box of the last piece, and of those before it without a gap. `unit`: height of digits."""
    digits = [p for p in pieces if p[3] - p[1] >= MIN_DIGIT_SHARE * unit]
    last, *before = sorted(digits, key=lambda p: (-p[2], p))
    for piece in before:
        if last[0] - piece[2] >= MAX_GAP * unit:
            break
        last = (min(last[0], piece[0]), min(last[1], piece[1]), last[2], max(last[3], piece[3]))
    return last
