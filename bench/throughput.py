"""How fast a mixed volume is read: one core, two, and the textbook on the same files; and
how much memory the parent takes for few files and for many.

    python -m bench.throughput [--count 200] [--jobs 2] [--times 2] [--many 10000]
        [--form BLANK.pdf]

The volume is mixed as real ones are: 87 % with text, 13 % scans; of either one date in four
is written by hand. With a blank form that form is filled in, else the samples' own. Times
are ratios of runs on this machine, in turns, each the quickest of so many: what else the
machine does only slows them. The textbook reads every fifth file.
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
from samples.degrade import as_pdf, scanned
from samples.make import FIRST, LAST, TOPICS
from samples.overlay import filled_in
from samples.typeset import Entry, Filling, typeset

SCANS = 0.13
SCRAWLS = ((80.0, 14.0, 20.0, -2.0), (60.0, 18.0, 10.0, 0.0), (110.0, 12.0, 30.0, -3.0))
SAMPLED = 5


def make(folder: Path, count: int, blank: Path | None = None, seed: int = 5) -> list[Path]:
    """A mixed volume."""
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
    """Whether the file of a number is a scan; strewn evenly, so that any stretch of the
    volume has its share.
    """
    return int((number + 1) * SCANS) > int(number * SCANS)


def as_scan(drawn: bytes, seed: int) -> bytes:
    """Its pages after a flat-bed scanner, at 200 dpi."""
    noise = np.random.default_rng(seed)
    images = convert_from_bytes(drawn, dpi=200, grayscale=True)
    pages = [np.asarray(image, np.uint8) for image in images]
    return as_pdf([scanned(page, noise, noise.uniform(-1, 1)) for page in pages], 200)


def timed(folder: Path, out: Path, jobs: int) -> float:
    """Seconds of a run as a user types it, its start included."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "ocr_extract", "run", str(folder), "--year", "2025"]
    options = ["--out", str(out), "--jobs", str(jobs), "--quiet"]
    done = subprocess.run([*command, *options], check=False, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    return time.perf_counter() - started


def timed_textbook(files: list[Path]) -> float:
    """Seconds that the textbook would take for all files on one core, from a sample."""
    sampled = sample(files)
    started = time.perf_counter()
    with one_thread():
        for path in sampled:
            textbook(path)
    return (time.perf_counter() - started) * len(files) / len(sampled)


def compared(folder: Path, scratch: Path, files: list[Path], jobs: int, times: int) -> list[float]:
    """Seconds of one job, of several, and of the textbook, in turns, the quickest of each."""
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
    """Megabytes that the parent of a run held at most."""
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
    """Every so many of the files with text, and every so many of the scans: the same mix."""
    scans = [path for number, path in enumerate(files) if is_scan(number)]
    texts = [path for number, path in enumerate(files) if not is_scan(number)]
    return texts[::SAMPLED] + scans[::SAMPLED]


def small_volume(folder: Path, count: int) -> Path:
    """So many small agreements, as text."""
    folder.mkdir()
    for number in range(count):
        day = f"{1 + number % 28:02d}.05.2025"
        text = f"Title: Paper {number}\nName: Ann Bee\nSignature: Ann Bee\nDate: {day}\n"
        (folder / f"p{number:05d}.txt").write_text(text)
    return folder


def main() -> None:
    """Command line."""
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
            f"{len(files)} files, {SCANS:.0%} scans;"
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
