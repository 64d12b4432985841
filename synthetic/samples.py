"""Make sample agreements with their truth: `python -m synthetic.samples --out DIR --seed N`.

Five ways of filling in a form, as met in the first five documents of this project, each
under several conditions. Names and titles are invented. The same seed gives the same
agreements.
"""

from __future__ import annotations

import argparse
import csv
import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
from pdf2image import convert_from_bytes

from synthetic.degrade import Grey, as_pdf, as_tiff, photographed, scanned, turned
from synthetic.typeset import Entry, Filling, typeset

DPI = 200
TOPICS = ("Sparse", "Adaptive", "Modular", "Robust", "Calibrated", "Streaming", "Causal", "Compact")
THINGS = ("Mixture Models", "Sequence Encoders", "Graph Samplers", "Policy Search",
          "Vision Backbones", "Tree Ensembles", "Kernel Machines", "Quantizers")  # fmt: skip
AIMS = ("under Limited Memory", "for Long Documents", "with Few Labels", "at Low Precision",
        "beyond Fixed Budgets", "from Noisy Feedback")  # fmt: skip
FIRST = ("Mira", "Jonas", "Aylin", "Tomas", "Ingrid", "Rafael", "Noor", "Emil")
LAST = ("Feldmann", "Okafor", "Lindqvist", "Marchetti", "Petrov", "Sandoval", "Yilmaz", "Brandt")


@dataclass(frozen=True)
class Truth:
    """A row of truth.tsv. `angle` is how far the page was turned counter-clockwise, in
    degrees, "" where perspective leaves no single angle; `flags` are those that a reader
    has to raise; `date_written` is how: typed or hand.
    """

    file: str
    key: str
    way: str
    condition: str
    angle: str
    title: str
    author: str
    corresponding_author: str
    signature: str
    date_text: str
    date_as_written: str
    date: str
    date_written: str
    flags: str
    notes: str


@dataclass(frozen=True)
class Way:
    """A way of filling in: the filling, and what is true of it."""

    name: str
    filling: Filling
    signature: str
    date_text: str
    date_as_written: str
    date: str
    date_written: str
    flags: str = ""
    notes: str = ""


def ways(rng: random.Random, day: int | None = None) -> tuple[Way, ...]:
    """The five, with fresh titles and names; `day` (1..28) replaces the days of the dates."""
    return (
        _displaced(rng, day or 25),
        _ordinal(rng, day or 27),
        _month_first(rng, day or 28),
        _year_slip(rng, day or 19),
        _illegible(rng),
    )


def _title(rng: random.Random) -> Entry:
    title = f"{rng.choice(TOPICS)} {rng.choice(THINGS)} {rng.choice(AIMS)}"
    return Entry(title, size=9.0)


def _name(rng: random.Random) -> str:
    return f"{rng.choice(FIRST)} {rng.choice(LAST)}"


def _displaced(rng: random.Random, day: int) -> Way:
    """The signature stands on the Date line, the date below it."""
    name = _name(rng)
    filling = Filling(
        title=_title(rng),
        author=Entry(name),
        corresponding_author=None,
        signature=None,
        date=Entry(f"2025.5.{day}", right=4.0, down=24.0),
        scrawl=(rng.uniform(70, 95), 16.0, 10.0, 10.0),
    )
    iso = f"2025-05-{day:02d}"
    return Way(
        "displaced",
        filling,
        "hand",
        f"2025.5.{day}",
        iso,
        iso,
        "typed",
        notes="signature_displaced",
    )


def _ordinal(rng: random.Random, day: int) -> Way:
    name = _name(rng)
    text = f"{day}{_suffix(day)} May, 2025"
    filling = Filling(
        title=_title(rng),
        author=Entry(name),
        corresponding_author=None,
        signature=Entry(name, "bold"),
        date=Entry(text, "bold"),
    )
    iso = f"2025-05-{day:02d}"
    return Way("ordinal", filling, "typed", text, iso, iso, "typed")


def _suffix(day: int) -> str:
    if 11 <= day <= 13:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _month_first(rng: random.Random, day: int) -> Way:
    name = _name(rng)
    text = f"May {day}, 2025"
    filling = Filling(
        title=_title(rng),
        author=Entry(name),
        corresponding_author=Entry(name),
        signature=None,
        date=Entry(text, "italic"),
        scrawl=(rng.uniform(60, 110), 11.0, 30.0, -2.0),
    )
    iso = f"2025-05-{day:02d}"
    return Way("month_first", filling, "hand", text, iso, iso, "typed")


def _year_slip(rng: random.Random, day: int) -> Way:
    """The date is typed with the year ten years back."""
    text = f"2015.05.{day:02d}"
    filling = Filling(
        title=_title(rng),
        author=Entry(_name(rng)),
        corresponding_author=None,
        signature=None,
        date=Entry(text, right=2.0, down=14.0),
        scrawl=(rng.uniform(60, 90), 16.0, 25.0, -3.0),
    )
    return Way(
        "year_slip", filling, "hand", text, f"2015-05-{day:02d}", f"2025-05-{day:02d}", "typed",
        "year_slip",
    )  # fmt: skip


def _illegible(rng: random.Random) -> Way:
    """By pen, and nobody can read it past the year."""
    text = "Vox/ Ox/ 25"
    filling = Filling(
        title=_title(rng),
        author=None,
        corresponding_author=Entry("Wang", "pen", size=9.0),
        signature=None,
        date=Entry(text, "pen", size=9.0),
        scrawl=(rng.uniform(50, 70), 13.0, 100.0, -3.0),
    )
    return Way("illegible", filling, "hand", text, "2025", "2025", "hand", "illegible_date")


def conditions(rng: random.Random) -> tuple[tuple[str, str, float], ...]:
    """(name, file suffix, degrees): what befalls the five, in turn."""
    return (
        ("digital", ".pdf", 0.0),
        ("scan", ".pdf", round(rng.uniform(-3, 3), 2)),
        ("photo", ".pdf", 0.0),
    )


EXTREMES = (
    ("scan", ".tiff", 10.0),
    ("scan", ".tiff", -10.0),
    ("turned", ".pdf", 90.0),
    ("turned", ".pdf", 180.0),
    ("turned", ".pdf", 270.0),
)
"""A further round of the five: steep skew, and quarter turns."""


def make(out: Path, seed: int) -> list[Truth]:
    """Write agreements/, volume.bib and truth.tsv; 20 agreements from one seed."""
    rng = random.Random(seed)
    folder = out / "agreements"
    folder.mkdir(parents=True, exist_ok=True)
    rows = [_write(folder, *plan) for plan in _plans(rng, seed)]
    _write_table(out / "truth.tsv", rows)
    _write_bib(out / "volume.bib", rows)
    return rows


def _plans(rng: random.Random, seed: int) -> Iterator[tuple[int, Way, str, str, float]]:
    number = 0
    for way_number in range(5):
        for condition, suffix, degrees in conditions(rng):
            number += 1
            yield seed * 1000 + number, ways(rng)[way_number], condition, suffix, degrees
    for way_number, (condition, suffix, degrees) in enumerate(EXTREMES):
        number += 1
        yield seed * 1000 + number, ways(rng)[way_number], condition, suffix, degrees


def _write(folder: Path, seed: int, way: Way, condition: str, suffix: str, degrees: float) -> Truth:
    key = f"{way.name.replace('_', '')}{condition}{seed % 1000:02d}"
    name = f"{key}Permission{suffix}"
    (folder / name).write_bytes(render(way.filling, seed, condition, suffix, degrees))
    entry = way.filling.corresponding_author
    return Truth(
        file=name,
        key=key,
        way=way.name,
        condition=condition,
        angle="" if condition == "photo" else f"{degrees:g}",
        title=way.filling.title.text if way.filling.title else "",
        author=way.filling.author.text if way.filling.author else "",
        corresponding_author=entry.text if entry else "",
        signature=way.signature,
        date_text=way.date_text,
        date_as_written=way.date_as_written,
        date=way.date,
        date_written=way.date_written,
        flags=way.flags,
        notes=way.notes,
    )


def render(filling: Filling, seed: int, condition: str, suffix: str, degrees: float) -> bytes:
    """One agreement's bytes under a condition; `suffix` says PDF or TIFF."""
    pdf = typeset(filling, seed)
    if condition == "digital":
        return pdf
    rng = np.random.default_rng(seed)
    pages = [_befallen(page, rng, condition, degrees) for page in rasters(pdf)]
    return as_tiff(pages, DPI) if suffix == ".tiff" else as_pdf(pages, DPI)


def rasters(pdf: bytes) -> list[Grey]:
    """The pages of a PDF at 200 dpi."""
    images = convert_from_bytes(pdf, dpi=DPI, grayscale=True)
    return [np.asarray(image, dtype=np.uint8) for image in images]


def _befallen(page: Grey, rng: np.random.Generator, condition: str, degrees: float) -> Grey:
    if condition == "photo":
        return photographed(page, rng)
    if degrees % 90 == 0:
        return turned(page, degrees)
    return scanned(page, rng, degrees)


def _write_table(path: Path, rows: list[Truth]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(
            file, [f.name for f in fields(Truth)], delimiter="\t", lineterminator="\n"
        )
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)


def _write_bib(path: Path, rows: list[Truth]) -> None:
    """A volume in the form of the series, so that `--roster` has something to read."""
    head = (
        "@Proceedings{samples-2025,\n  booktitle = {Proceedings of the Sample Volume},\n"
        "  volume = {0},\n  year = {2025},\n  start = {2025-07-13},\n  end = {2025-07-19},\n}\n"
    )
    entries = [
        f"\n@InProceedings{{{row.key},\n  title = {{{row.title}}},\n"
        f"  author = {{{_inverted(row.author or row.corresponding_author)}}},\n}}\n"
        for row in rows
    ]
    path.write_text(head + "".join(entries), encoding="utf-8")


def _inverted(name: str) -> str:
    first, _, last = name.rpartition(" ")
    return f"{last}, {first}" if first else last


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent.parent / "samples")
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    rows = make(arguments.out, arguments.seed)
    print(f"{len(rows)} agreements in {arguments.out}/agreements")


if __name__ == "__main__":
    main()
