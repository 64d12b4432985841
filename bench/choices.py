"""Measures whether tesseract's choice lattice (lstm_choice_mode=2) adds to its best string.

    python -m bench.choices [--count 200]

The lines are typed dates, so blurred and noisy that a part of them is misread. The bench counts
how often the best string is the date. When it is not, it counts how often the lattice's characters
with a confidence above 0 can spell the date. It also counts how many dates the line networks
read; they get every mark for which tesseract has a low score.
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
"""Seed of the lines (chosen)."""
MAX_SPELLINGS = 100_000
"""Number of spellings above which a lattice is not searched (chosen)."""
LINE = re.compile(r"<div class='ocr_page'.*?(?=<div class='ocr_page'|\Z)", re.DOTALL)
WORD = re.compile(r"<span class='ocrx_word'[^>]*>(.*?)(?=<span class='ocrx_word'|\Z)", re.DOTALL)
PLACE = re.compile(r"id='lstm_choices_[^']*'>(.*?)</span></span>", re.DOTALL)
CHOICE = re.compile(r"x_confs ([\d.]+)'>(.*?)</span>|x_confs ([\d.]+)'>(.*)$")


def line(text: str, rng: random.Random) -> Grey:
    """A line of type that looks like a bad scan."""
    image = Image.new("L", (360, 48), 255)
    font = ImageFont.load_default(size=rng.choice((20, 24, 28)))
    ImageDraw.Draw(image).text((14, 8), text, font=font, fill=rng.randint(0, 90))
    noise = np.random.default_rng(rng.randrange(2**32))
    pixels = cv2.GaussianBlur(np.asarray(image), (0, 0), rng.uniform(1.4, 3.2))
    return np.clip(pixels + noise.normal(0, rng.uniform(2, 14), pixels.shape), 0, 255).astype(
        np.uint8
    )


def lattices(lines: list[Grey]) -> list[tuple[str, list[list[str]]]]:
    """For each line: tesseract's best string, and for each place the characters with a confidence
    above 0.
    """
    with tempfile.TemporaryDirectory() as folder, one_thread():
        paths = [str(Path(folder) / f"{i:04d}.png") for i in range(len(lines))]
        for path, pixels in zip(paths, lines, strict=True):
            cv2.imwrite(path, pixels)
        listing = Path(folder) / "list.txt"
        listing.write_text("\n".join(paths) + "\n")
        config = f"--psm {SINGLE_LINE} --dpi 300 -c lstm_choice_mode=2"
        page = pytesseract.image_to_pdf_or_hocr(str(listing), extension="hocr", config=config)
    return [_lattice(html) for html in LINE.findall(page.decode())]


def _lattice(page: str) -> tuple[str, list[list[str]]]:
    words, places = [], []
    for word in WORD.findall(page):
        words.append(unescape(re.sub(r"<.*", "", word, flags=re.DOTALL)).strip())
        for place in PLACE.findall(word):
            choices = [(a or c, b or d) for a, b, c, d in CHOICE.findall(place)]
            characters = [unescape(text) for sure, text in choices if float(sure) > 0]
            places.append(characters or [""])
    return " ".join(words), places


def can_spell(text: str, places: list[list[str]]) -> bool:
    """Whether a date is one of the lattice's strings; spaces are ignored."""
    wanted = text.replace(" ", "")
    if prod(len(place) for place in places) > MAX_SPELLINGS:
        return False
    return any("".join(way).replace(" ", "") == wanted for way in product(*places))


def _meanings(text: str) -> set[PartialDate]:
    return {meaning.parts for meaning in interpret(text) if meaning.log_weight > -4}


def main() -> None:
    """Print the counts."""
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
    results = lattices(lines)
    best = [
        text.replace(" ", "") == read.replace(" ", "")
        for text, (read, _) in zip(texts, results, strict=True)
    ]
    more = [
        not right and can_spell(text, places)
        for right, text, (_, places) in zip(best, texts, results, strict=True)
    ]
    scored = [reading.best for reading in DateRecognizer().read(lines)]
    same = [a == b for a, b in zip(map(_meanings, texts), map(_meanings, scored), strict=True)]
    both = sum(lost and right for lost, right in zip(more, same, strict=True))
    choices = [len(place) for _, places in results for place in places]
    print(
        f"{sum(best)} of {len(texts)} dates are the best string; the lattice holds {sum(more)} more"
    )
    print(f"{sum(same)} are the date that both networks score best, of those {both} that it holds")
    print(f"{np.mean(choices):.2f} characters a place above nothing")


if __name__ == "__main__":
    main()
