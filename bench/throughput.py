"""Measures how fast a mixed volume is read with one worker and with several, next to the textbook
pipeline; and the memory of the parent process for few and for many files.

    python -m bench.throughput [--count 200] [--jobs 2] [--times 2] [--many 10000]
        [--form BLANK.pdf]

The volume is mixed like real ones: 87 % of the files have text, 13 % are scans; in both groups one
date in four is handwritten. `--form` gives a blank form to fill in; the default is the samples'
own form. The runs take turns on this machine, and the fastest of each kind counts, because other
work on the machine can only slow a run down. The textbook pipeline reads every fifth file.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from pdf2image import convert_from_bytes

from bench.textbook import textbook
from ocr_extract.recognition.tesseract import one_thread
from synthetic.degrade import as_pdf, scanned
from synthetic.overlay import filled_in
from synthetic.samples import FIRST, LAST, TOPICS
from synthetic.typeset import Entry, Filling, typeset

SCAN_SHARE = 0.13
"""Share (0..1) of scans, as counted over 328 real agreements."""
SCRAWLS = ((80.0, 14.0, 20.0, -2.0), (60.0, 18.0, 10.0, 0.0), (110.0, 12.0, 30.0, -3.0))
"""Signatures: width, height, and shift to the right and down from the label, in points (chosen)."""
SAMPLE_STEP = 5
"""One of this many files is read by the textbook pipeline (chosen)."""


def make(folder: Path, count: int, blank: Path | None = None, seed: int = 5) -> list[Path]:
    """Make a mixed volume of `count` files; the same seed gives the same files."""
    rng = random.Random(seed)
    files = []
    for number in range(count):
        name = f"{rng.choice(FIRST)} {rng.choice(LAST)}"
        by_hand = number % 4 == 1
        filling = Filling(
            title=Entry(f"{rng.choice(TOPICS)} Things {number}", size=9.0),
            author=Entry(name),
            corresponding_author=Entry(name),
            signature=None,
            date=Entry(f"{rng.randint(1, 28)}/05/2025", "pen" if by_hand else "typed"),
            scrawl=rng.choice(SCRAWLS),
        )
        drawn = typeset(filling, number) if blank is None else filled_in(blank, filling, number)
        path = folder / f"p{number:04d}.pdf"
        path.write_bytes(as_scan(drawn, number) if is_scan(number) else drawn)
        files.append(path)
    return files


def is_scan(number: int) -> bool:
    """Whether the file with this number is a scan. Scans are spread evenly over the volume."""
    return int((number + 1) * SCAN_SHARE) > int(number * SCAN_SHARE)


def as_scan(drawn: bytes, seed: int) -> bytes:
    """The pages of a PDF as a flat-bed scanner would give them, at 200 dpi, as a PDF."""
    noise = np.random.default_rng(seed)
    images = convert_from_bytes(drawn, dpi=200, grayscale=True)
    pages = [np.asarray(image, np.uint8) for image in images]
    return as_pdf([scanned(page, noise, noise.uniform(-1, 1)) for page in pages], 200)


def timed(folder: Path, out: Path, jobs: int) -> float:
    """Seconds of a run of the command line, including its start."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "ocr_extract", "run", str(folder), "--year", "2025"]
    options = ["--out", str(out), "--jobs", str(jobs), "--quiet"]
    done = subprocess.run([*command, *options], check=False, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    return time.perf_counter() - started


def timed_textbook(files: list[Path]) -> float:
    """Seconds of the textbook pipeline for all files on one core, estimated from a sample."""
    sampled = sample(files)
    started = time.perf_counter()
    with one_thread():
        for path in sampled:
            textbook(path)
    return (time.perf_counter() - started) * len(files) / len(sampled)


def compared(folder: Path, scratch: Path, files: list[Path], jobs: int, times: int) -> list[float]:
    """Fewest seconds of `times` runs with one job, with several jobs, and of the textbook."""
    turns = []
    for turn in range(times):
        one = timed(folder, scratch / f"one{turn}", 1)
        more = timed(folder, scratch / f"more{turn}", jobs)
        turns.append((one, more, timed_textbook(files)))
        print(
            "seconds: one job {:.0f}, more {:.0f}, textbook {:.0f}".format(*turns[-1]), flush=True
        )
    return [min(seconds) for seconds in zip(*turns, strict=True)]


def peak(folder: Path, out: Path) -> float:
    """Peak memory of a run's parent process, in MB."""
    code = (
        "import resource, sys\n"
        "from ocr_extract.cli import app\n"
        "try: app(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )
    options = ["run", str(folder), "--year", "2025", "--out", str(out), "--quiet"]
    done = subprocess.run(
        [sys.executable, "-c", code, *options], check=True, capture_output=True, text=True
    )
    return int(done.stdout.split()[-1]) / 1024


def sample(files: list[Path]) -> list[Path]:
    """Every fifth file with text and every fifth scan, so that the mix stays the same."""
    scans = [path for number, path in enumerate(files) if is_scan(number)]
    texts = [path for number, path in enumerate(files) if not is_scan(number)]
    return texts[::SAMPLE_STEP] + scans[::SAMPLE_STEP]


def small_volume(folder: Path, count: int) -> Path:
    """Make `count` small agreements as text files; returns the folder."""
    folder.mkdir()
    for number in range(count):
        day = f"{1 + number % 28:02d}.05.2025"
        text = f"Title: Paper {number}\nName: Ann Bee\nSignature: Ann Bee\nDate: {day}\n"
        (folder / f"p{number:05d}.txt").write_text(text)
    return folder


def main() -> None:
    """Print times as ratios, and the memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--times", type=int, default=2)
    parser.add_argument("--many", type=int, default=10_000)
    parser.add_argument("--form", type=lambda v: Path(v) if v else None)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "volume"
        folder.mkdir()
        files = make(folder, chosen.count, chosen.form)
        one, more, other = compared(folder, Path(scratch), files, chosen.jobs, chosen.times)
        again = timed(folder, Path(scratch) / "more0", chosen.jobs)
        print(
            f"{len(files)} files, {SCAN_SHARE:.0%} scans;"
            f" {chosen.jobs} jobs against one: {one / more:.2f}"
        )
        print(
            f"against the textbook on one core: {other / one:.1f},"
            f" {chosen.jobs} jobs {other / more:.1f}"
        )
        print(f"a second run over the same: {again / more:.3f} of the first")
        if not chosen.many:
            return
        few = peak(small_volume(Path(scratch) / "few", 300), Path(scratch) / "few-out")
        many = peak(small_volume(Path(scratch) / "many", chosen.many), Path(scratch) / "many-out")
        print(f"memory of the parent: {few:.0f} MB for 300 files, {many:.0f} MB for {chosen.many}")


if __name__ == "__main__":
    main()
