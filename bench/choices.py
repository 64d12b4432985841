"""Would tesseract's choice lattice (lstm_choice_mode=2) tell more than its best string?

    python -m bench.choices [--count 200]

Dates in type, blurred and noisy until a part of them is misread: how often the best string
is the date, and how often the date can be spelled with the characters that the lattice
holds at a confidence above nothing, where the best string is not; and beside that how
many of them the line networks read, which see every mark that tesseract is not sure of.
"""

from __future__ import annotations

import argparse
import random
import re
import tempfile
from html import unescape
from itertools import product
from math import prod
from pathlib import Path

import cv2
import numpy as np
import pytesseract
from PIL import Image, ImageDraw, ImageFont

from ocr_extract.dates.calendar import PartialDate
from ocr_extract.dates.grammar import interpret
from ocr_extract.geometry import Grey
from ocr_extract.recognition.date_recognizer import DateRecognizer
from ocr_extract.recognition.tesseract import SINGLE_LINE, one_thread

SEED = 12
MAX_SPELLINGS = 100_000
LINE = re.compile(r"<div class='ocr_page'.*?(?=<div class='ocr_page'|\Z)", re.DOTALL)
WORD = re.compile(r"<span class='ocrx_word'[^>]*>(.*?)(?=<span class='ocrx_word'|\Z)", re.DOTALL)
PLACE = re.compile(r"id='lstm_choices_[^']*'>(.*?)</span></span>", re.DOTALL)
CHOICE = re.compile(r"x_confs ([\d.]+)'>(.*?)</span>|x_confs ([\d.]+)'>(.*)$")


def line(text: str, rng: random.Random) -> Grey:
    """A line of type after a bad scan."""
    image = Image.new("L", (360, 48), 255)
    font = ImageFont.load_default(size=rng.choice((20, 24, 28)))
    ImageDraw.Draw(image).text((14, 8), text, font=font, fill=rng.randint(0, 90))
    noise = np.random.default_rng(rng.randrange(2**32))
    pixels = cv2.GaussianBlur(np.asarray(image), (0, 0), rng.uniform(1.4, 3.2))
    return np.clip(pixels + noise.normal(0, rng.uniform(2, 14), pixels.shape), 0, 255).astype(
        np.uint8
    )


def lattices(lines: list[Grey]) -> list[tuple[str, list[list[str]]]]:
    """Of each line tesseract's best string and its choices above nothing, place by place."""
    with tempfile.TemporaryDirectory() as folder, one_thread():
        paths = [str(Path(folder) / f"{i:04d}.png") for i in range(len(lines))]
        for path, pixels in zip(paths, lines, strict=True):
            cv2.imwrite(path, pixels)
        listing = Path(folder) / "list.txt"
        listing.write_text("\n".join(paths) + "\n")
        config = f"--psm {SINGLE_LINE} --dpi 300 -c lstm_choice_mode=2"
        page = pytesseract.image_to_pdf_or_hocr(str(listing), extension="hocr", config=config)
    return [_lattice(found) for found in LINE.findall(page.decode())]


def _lattice(page: str) -> tuple[str, list[list[str]]]:
    words, places = [], []
    for word in WORD.findall(page):
        words.append(unescape(re.sub(r"<.*", "", word, flags=re.DOTALL)).strip())
        for place in PLACE.findall(word):
            found = [(a or c, b or d) for a, b, c, d in CHOICE.findall(place)]
            kept = [unescape(text) for sure, text in found if float(sure) > 0]
            places.append(kept or [""])
    return " ".join(words), places


def can_spell(text: str, places: list[list[str]]) -> bool:
    """Whether a date is one of the lattice's strings, blanks aside."""
    wanted = text.replace(" ", "")
    if prod(len(place) for place in places) > MAX_SPELLINGS:
        return False
    return any("".join(way).replace(" ", "") == wanted for way in product(*places))


def _meanings(text: str) -> set[PartialDate]:
    return {one.parts for one in interpret(text) if one.log_weight > -4}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    chosen = parser.parse_args()
    rng = random.Random(SEED)
    texts = [
        rng.choice(("{d}/{m}/2025", "{d:02d}.{m:02d}.2025", "2025-{m:02d}-{d:02d}")).format(
            d=rng.randint(1, 28), m=rng.randint(1, 12)
        )
        for _ in range(chosen.count)
    ]
    lines = [line(text, rng) for text in texts]
    found = lattices(lines)
    best = [
        text.replace(" ", "") == read.replace(" ", "")
        for text, (read, _) in zip(texts, found, strict=True)
    ]
    more = [
        not right and can_spell(text, places)
        for right, text, (_, places) in zip(best, texts, found, strict=True)
    ]
    scored = [reading.best for reading in DateRecognizer().read(lines)]
    same = [a == b for a, b in zip(map(_meanings, texts), map(_meanings, scored), strict=True)]
    both = sum(lost and right for lost, right in zip(more, same, strict=True))
    choices = [len(place) for _, places in found for place in places]
    print(
        f"{sum(best)} of {len(texts)} dates are the best string; the lattice holds {sum(more)} more"
    )
    print(f"{sum(same)} are the date that both networks score best, of those {both} that it holds")
    print(f"{np.mean(choices):.2f} characters a place above nothing")


if __name__ == "__main__":
    main()
