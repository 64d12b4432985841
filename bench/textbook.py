"""Compares the dates of a folder with a truth table, for this program and for a textbook pipeline.

The textbook pipeline renders all pages with pdf2image at 300 dpi, calls `image_to_string`, takes
the text after "Date:", and calls `dateparser.parse`. Both run in this process, on one core, on the
same files. The time is a ratio to the textbook's.

    python -m bench.textbook --folder DIR --truth TABLE [--roster FILE.bib] [--year N]

TABLE is this project's truth.tsv, or three columns separated by tabs or spaces: the file's stem,
the date as written (ISO; - for none), and `typed` or `hand`. Only counts are printed.
"""

from __future__ import annotations

import argparse
import csv
import re
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import dateparser
import pytesseract
from pdf2image import convert_from_path
from PIL import Image, ImageSequence

from ocr_extract.recognition.tesseract import one_thread
from ocr_extract.records import Verdict
from ocr_extract.settings import Settings
from ocr_extract.volume.plan import plan
from ocr_extract.volume.roster.roster import read_roster
from ocr_extract.volume.run import run


@dataclass(frozen=True)
class TrueDate:
    """The truth of a file: the date as written ("" for none), and "typed" or "hand"."""

    date: str
    written: str


@dataclass
class Tally:
    """Counts of one pipeline by "typed" and "hand", and its seconds for each file."""

    total: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    exact: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    wrong: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    accepted: int = 0
    accepted_wrong: int = 0
    seconds: list[float] = field(default_factory=list)

    def count(self, truth: TrueDate, given: str | None) -> bool:
        """Count one answer. Returns whether it is right."""
        self.total[truth.written] += 1
        right = (given or "") == truth.date
        self.exact[truth.written] += right
        self.wrong[truth.written] += bool(given) and not right
        return right


def read_truth(path: Path) -> dict[str, TrueDate]:
    """The true dates of a table, by file stem."""
    lines = path.read_text(encoding="utf-8").splitlines()
    if "date_as_written" in lines[0]:
        rows = csv.DictReader(lines, delimiter="\t")
        return {
            Path(row["file"]).stem: TrueDate(row["date_as_written"], row["date_written"])
            for row in rows
        }
    columns = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    return {c[0]: TrueDate("" if c[1] == "-" else c[1], c[2]) for c in columns}


def textbook(path: Path) -> str | None:
    """The pipeline of usual tutorials. Returns an ISO date or None."""
    text = "\n".join(pytesseract.image_to_string(page) for page in _pages(path))
    match = re.search(r"Date\s*:\s*(.+)", text)
    time_found = dateparser.parse(match[1]) if match else None
    return time_found.date().isoformat() if time_found else None


def _pages(path: Path) -> list[Image.Image]:
    if path.suffix.lower() == ".pdf":
        return convert_from_path(str(path), dpi=300)
    return [frame.copy() for frame in ImageSequence.Iterator(Image.open(path))]


def measure_textbook(files: Sequence[Path], truth: dict[str, TrueDate]) -> Tally:
    """Run the textbook pipeline over the files."""
    tally = Tally()
    for path in files:
        started = time.perf_counter()
        with one_thread():
            given = textbook(path)
        tally.seconds.append(time.perf_counter() - started)
        tally.count(truth[path.stem], given)
    return tally


def measure_ours(
    files: Sequence[Path], truth: dict[str, TrueDate], roster: Path | None, year: int | None
) -> Tally:
    """Run this program over the files, in this process."""
    tally = Tally()
    papers = read_roster(roster) if roster else None
    for record in run(files, Settings(year=year), roster=papers, jobs=1):
        date = record.fields.date
        given = date.as_written if date.precision == "day" else None
        true_date = truth[Path(record.document.name).stem]
        partial = date.as_written if len(true_date.date) < 10 else given
        right = tally.count(true_date, partial)
        tally.accepted += record.verdict is Verdict.ACCEPTED
        tally.accepted_wrong += record.verdict is Verdict.ACCEPTED and not right
        tally.seconds.append(record.seconds)
    return tally


def main() -> None:
    """Print the counts of both pipelines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--truth", type=Path, required=True)
    parser.add_argument("--roster", type=lambda v: Path(v) if v else None)
    parser.add_argument("--year", type=int)
    chosen = parser.parse_args()
    truth = read_truth(chosen.truth)
    files = [path for path in plan([chosen.folder]) if path.stem in truth]
    ours = measure_ours(files, truth, chosen.roster, chosen.year)
    other = measure_textbook(files, truth)
    print(f"{len(files)} files; exact / wrong but given / of, by how the date is written")
    ratio = sum(ours.seconds) / max(1e-9, sum(other.seconds))
    for name, tally, times in (("textbook", other, 1.0), ("ocr_extract", ours, ratio)):
        parts = [
            f"{kind}: {tally.exact[kind]} / {tally.wrong[kind]} / {tally.total[kind]}"
            for kind in sorted(tally.total)
        ]
        print(f"{name:12} {'   '.join(parts)}   time {times:.2f}")
    print(f"ocr_extract accepted {ours.accepted}, of these wrong {ours.accepted_wrong}")


if __name__ == "__main__":
    main()
