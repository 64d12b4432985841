"""Finds the weight of each network: `python -m models.handwriting.weigh DIR`.

Data: composed lines of the held-out tenth of writers and fonts, which the network was not trained
on. Only two numbers are chosen with these lines, and no weight inside a network. It prints them;
they are written into WEIGHTS in ocr_extract/recognition/date_recognizer.py by hand.
The chosen pair of weights gives the true date the highest mean log-probability (log-linear
pooling; Hinton 2002). The ratio of the two balances the networks, their sum sets the sharpness.
"""

from __future__ import annotations

import argparse
import math
import random
from itertools import islice, product
from pathlib import Path

from models.handwriting.compose import Composer, load_sources
from ocr_extract.dates.calendar import PartialDate
from ocr_extract.dates.grammar import interpret
from ocr_extract.recognition.ctc_output import CtcOutput
from ocr_extract.recognition.date_automaton import written_dates
from ocr_extract.recognition.handwriting import handwriting
from ocr_extract.recognition.pp_ocr import pp_ocr

SEED = 909
"""Seed of the lines (chosen)."""
LANGUAGES = ("en", "fr")
GRID = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Weights that are tried for each network (chosen)."""
MIN_SHARE = 1e-6
"""Probability (0..1) given to a true date that is not among the scored texts (chosen)."""


def main() -> None:
    """Print the eight best pairs of weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lines", type=int, default=200)
    chosen = parser.parse_args()
    composer = Composer(load_sources(chosen.folder, "held"), random.Random(SEED))
    composed = (composer.line() for _ in range(20 * chosen.lines))
    dated = ((crop, meanings(text)) for crop, text in composed)
    lines = list(islice(((crop, days) for crop, days in dated if days), chosen.lines))
    outputs = [
        pp_ocr().frames([crop for crop, _ in lines]),
        handwriting().frames([c for c, _ in lines]),
    ]
    table = []
    for general, own in product(GRID, GRID):
        if general + own > 0:
            gains = [
                log_share((a, b), (general, own), days)
                for a, b, (_, days) in zip(*outputs, lines, strict=True)
            ]
            table.append((sum(gains) / len(gains), general, own))
    for gain, general, own in sorted(table, reverse=True)[:8]:
        print(f"pp-ocr {general:.2f} handwriting {own:.2f}: mean log-probability {gain:.3f}")


def meanings(text: str) -> set[PartialDate]:
    """The days that a text may mean, of the years 1900 to 2199, which the networks score."""
    days = {i.parts for i in interpret(text, LANGUAGES) if i.parts.precision == "day"}
    return {d for d in days if d.year and 1900 <= d.year < 2200}


def log_share(
    ctc_outputs: tuple[CtcOutput, CtcOutput], weights: tuple[float, float], days: set[PartialDate]
) -> float:
    """Natural log of the share (0..1) of probability that the true date gets."""
    used = [(f, w) for f, w in zip(ctc_outputs, weights, strict=True) if w > 0]
    dates = written_dates([f for f, _ in used], [w for _, w in used], LANGUAGES, keep=300)
    top = dates[0].log_likelihood
    shares = [(math.exp(w.log_likelihood - top), w.text) for w in dates]
    right = sum(share for share, text in shares if meanings(text) & days)
    return math.log(max(MIN_SHARE, right / sum(share for share, _ in shares)))


if __name__ == "__main__":
    main()
