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
CAPITALS = 0.25
"""Share (0..1) of month words in capitals (counted: one in six of 85 real ones; more, because fonts
seldom have their shapes)."""
SEPARATORS = ("/", "/", "/", "/", ".", ".", ".", "-", "-", " ")


def date_text(rng: random.Random) -> str:
    """A random day in a random way of writing, in mixed case; sometimes a month or number only."""
    kind = rng.random()
    if kind < 0.36:
        return _numeric(rng)
    if kind < 0.50:
        return _year_first(rng)
    if kind < 0.86:
        return _with_word(rng)
    if kind < 0.89:
        return _with_signs(rng)
    if kind < 0.92:
        return _without_separators(rng)
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
    kind = rng.random()
    if mark == " " or kind > 0.2:
        return mark
    return f" {mark} " if kind < 0.1 else f"{mark} "


def _numeric(rng: random.Random) -> str:
    year, month, day = _parts(rng)
    pair = [_wide(rng, day), _wide(rng, month)]
    if rng.random() < 0.5:
        pair.reverse()
    mark = _separator(rng)
    last = mark if rng.random() < 0.95 else _separator(rng)
    return f"{pair[0]}{mark}{pair[1]}{last}{_short(rng, year)}{_trail(rng)}"


def _year_first(rng: random.Random) -> str:
    year, month, day = _parts(rng)
    mark = _separator(rng)
    return f"{year}{mark}{_wide(rng, month)}{mark}{_wide(rng, day)}{_trail(rng)}"


def _with_signs(rng: random.Random) -> str:
    """A date with the signs for year, month and day, as it is written in China and Japan."""
    year, month, day = _parts(rng)
    space = " " if rng.random() < 0.2 else ""
    parts = (f"{year}年", f"{_wide(rng, month, 0.2)}月", f"{_wide(rng, day, 0.2)}日")
    return space.join(parts)


def _without_separators(rng: random.Random) -> str:
    """Six or eight digits: 160824, 20240816."""
    year, month, day = _parts(rng)
    ends = f"{year}" if rng.random() < 0.3 else f"{year % 100:02d}"
    pair = [f"{day:02d}", f"{month:02d}"]
    if rng.random() < 0.3:
        return f"{ends}{month:02d}{day:02d}"
    if rng.random() < 0.4:
        pair.reverse()
    return f"{pair[0]}{pair[1]}{ends}"


def _trail(rng: random.Random) -> str:
    return rng.choice((".", ",")) if rng.random() < 0.1 else ""


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
    kind = rng.random()
    if kind < CAPITALS:
        return word.upper()
    return word.lower() if kind < CAPITALS + 0.08 else word


def _ordinal(rng: random.Random, day: int) -> str:
    if rng.random() < 0.65:
        return _wide(rng, day, 0.2)
    suffix = {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th") if day not in (11, 12, 13) else "th"
    return f"{day}{suffix.upper() if rng.random() < 0.25 else suffix}"


def _with_word(rng: random.Random) -> str:
    year, _, number = _parts(rng)
    word, day, ends = month_word(rng), _ordinal(rng, number), _short(rng, year)
    kind = rng.random()
    if kind < 0.42:
        comma = rng.choice((", ", ", ", ", ", " , ", " ", " ", ",", ". ", " /"))
        return f"{word}{rng.choice((' ', ' ', ' ', ''))}{day}{comma}{ends}{_trail(rng)}"
    if kind < 0.76:
        of = rng.choice((" ", " ", " ", " of ", " OF ", ". ", ", ", ""))
        return f"{day}{of}{word}{rng.choice((' ', ' ', ', ', ' , ', ''))}{ends}{_trail(rng)}"
    mark = rng.choice("-/. ")
    if kind < 0.86:
        return f"{day}{mark}{word}{mark}{ends}"
    if kind < 0.92:
        return f"{year}{mark}{word}{mark}{day}"
    if kind < 0.94:
        return f"{word}{mark}{day}{mark}{ends}"
    return word if kind < 0.97 else f"{day} {word}"


def _number(rng: random.Random) -> str:
    digits = "".join(rng.choice("0123456789") for _ in range(rng.randint(1, 8)))
    if len(digits) > 3 and rng.random() < 0.3:
        at = rng.randint(1, len(digits) - 1)
        return digits[:at] + rng.choice("/.-, ") + digits[at:]
    return digits
