"""Texts as people write them into the date field of a form, for the training.

The shares of the ways of writing follow the counts of 211 real dates, but rare ways have larger
shares, so that the network learns them too. Labels are in lower case without diacritics, because
the network does not distinguish case.
"""

from __future__ import annotations

import calendar
import random

from ocr_extract.recognition.handwriting import CHARACTERS

ALPHABET = "".join(CHARACTERS[1:])
"""Characters that the network outputs: classes 1 and higher. Class 0 is the CTC blank."""
ENGLISH = tuple(calendar.month_name)[1:]
FOREIGN = tuple(
    word
    for line in (
        "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
        "Januar Februar Marz April Mai Juni Juli August September Oktober November Dezember",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "gennaio febbraio aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        "janeiro fevereiro marco abril maio junho julho agosto setembro outubro dezembro",
    )
    for word in line.split()
)
SEPARATORS = ("/", "/", "/", "/", ".", ".", ".", "-", "-", " ")


def date_text(rng: random.Random) -> str:
    """A random day in a random way of writing, in mixed case; sometimes a month or number only."""
    kind = rng.random()
    if kind < 0.42:
        return _numeric(rng)
    if kind < 0.57:
        return _year_first(rng)
    if kind < 0.90:
        return _with_word(rng)
    return _number(rng)


def label_of(text: str) -> str:
    """The output that the network should give for a text."""
    return "".join(c for c in text.lower() if c in ALPHABET)


def _parts(rng: random.Random) -> tuple[int, int, int]:
    near = rng.random() < 0.7
    year = rng.randint(2010, 2039) if near else rng.randint(1900, 2099)
    return year, rng.randint(1, 12), rng.randint(1, 31)


def _wide(rng: random.Random, number: int, share: float = 0.6) -> str:
    return f"{number:02d}" if rng.random() < share else str(number)


def _short(rng: random.Random, year: int) -> str:
    kind = rng.random()
    if kind < 0.75:
        return str(year)
    return f"{year % 100:02d}" if kind < 0.96 else f"'{year % 100:02d}"


def _separator(rng: random.Random) -> str:
    mark = rng.choice(SEPARATORS)
    return f" {mark} " if mark != " " and rng.random() < 0.12 else mark


def _numeric(rng: random.Random) -> str:
    year, month, day = _parts(rng)
    pair = [_wide(rng, day), _wide(rng, month)]
    if rng.random() < 0.5:
        pair.reverse()
    mark = _separator(rng)
    return f"{pair[0]}{mark}{pair[1]}{mark}{_short(rng, year)}{_trail(rng)}"


def _year_first(rng: random.Random) -> str:
    year, month, day = _parts(rng)
    mark = _separator(rng)
    return f"{year}{mark}{_wide(rng, month)}{mark}{_wide(rng, day)}{_trail(rng)}"


def _trail(rng: random.Random) -> str:
    return rng.choice((".", ",")) if rng.random() < 0.06 else ""


def month_word(rng: random.Random) -> str:
    """A month as a word: full, abbreviated, with a full stop, in capitals, or not in English."""
    if rng.random() < 0.15:
        word = rng.choice(FOREIGN)
        return word.capitalize() if rng.random() < 0.4 else word
    word = rng.choice(ENGLISH)
    kind = rng.random()
    if kind < 0.4:
        word = word[:4] if word == "September" and rng.random() < 0.5 else word[:3]
        word += "." if rng.random() < 0.25 else ""
    if rng.random() < 0.08:
        return word.upper()
    return word.lower() if rng.random() < 0.08 else word


def _ordinal(rng: random.Random, day: int) -> str:
    if rng.random() < 0.65:
        return _wide(rng, day, 0.2)
    suffix = {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th") if day not in (11, 12, 13) else "th"
    return f"{day}{suffix}"


def _with_word(rng: random.Random) -> str:
    year, _, number = _parts(rng)
    word, day, ends = month_word(rng), _ordinal(rng, number), _short(rng, year)
    kind = rng.random()
    if kind < 0.42:
        comma = rng.choice((", ", ", ", " ", ","))
        return f"{word}{rng.choice((' ', ' ', ' ', ''))}{day}{comma}{ends}"
    if kind < 0.80:
        of = rng.choice((" ", " ", " ", " of ", ". ", ", ", ""))
        return f"{day}{of}{word}{rng.choice((' ', ' ', ', ', ''))}{ends}"
    if kind < 0.92:
        mark = rng.choice("-/.")
        return f"{day}{mark}{word}{mark}{ends}"
    return word if kind < 0.97 else f"{day} {word}"


def _number(rng: random.Random) -> str:
    digits = "".join(rng.choice("0123456789") for _ in range(rng.randint(1, 8)))
    if len(digits) > 3 and rng.random() < 0.3:
        at = rng.randint(1, len(digits) - 1)
        return digits[:at] + rng.choice("/.-, ") + digits[at:]
    return digits
