"""How fast a mixed volume is read: one core, two, and the textbook on the same files; and
how much memory the parent takes for few files and for many.

    python -m bench.throughput [--count 200] [--jobs 2] [--many 10000]

The volume is mixed as real ones are: 87 % with text, 13 % scans. Times are ratios of
runs on this machine, one after the other; the textbook reads every tenth file.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.textbook import textbook
from ocr_extract.readers.tesseract import one_thread
from samples.make import FIRST, LAST, TOPICS, render
from samples.typeset import Entry, Filling, typeset

SCANS = 0.13
SCRAWLS = ((80.0, 14.0, 20.0, -2.0), (60.0, 18.0, 10.0, 0.0), (110.0, 12.0, 30.0, -3.0))
SAMPLED = 10


def make(folder: Path, count: int, seed: int = 5) -> list[Path]:
    """A mixed volume."""
    rng = random.Random(seed)
    files = []
    for number in range(count):
        name = f"{rng.choice(FIRST)} {rng.choice(LAST)}"
        filling = Filling(
            title=Entry(f"{rng.choice(TOPICS)} Things {number}", size=9.0),
            author=Entry(name),
            corresponding_author=Entry(name),
            signature=None,
            date=Entry(f"{rng.randint(1, 28)} May 2025"),
            scrawl=rng.choice(SCRAWLS),
        )
        scanned = number % 100 < 100 * SCANS
        path = folder / f"p{number:04d}.pdf"
        path.write_bytes(
            render(filling, number, "scan", ".pdf", rng.uniform(-1, 1))
            if scanned
            else typeset(filling, number)
        )
        files.append(path)
    rng.shuffle(files)
    return files


def timed(folder: Path, out: Path, jobs: int) -> float:
    """Seconds of a run as a user types it, its start included."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "ocr_extract", "run", str(folder), "--year", "2025"]
    options = ["--out", str(out), "--jobs", str(jobs), "--quiet"]
    done = subprocess.run([*command, *options], check=False, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    return time.perf_counter() - started


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
    parser.add_argument("--many", type=int, default=10_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "volume"
        folder.mkdir()
        files = make(folder, chosen.count)
        one = timed(folder, Path(scratch) / "one", 1)
        more = timed(folder, Path(scratch) / "more", chosen.jobs)
        again = timed(folder, Path(scratch) / "more", chosen.jobs)
        sampled = sorted(files)[::SAMPLED] + sorted(files)[SAMPLED // 2 :: SAMPLED]
        started = time.perf_counter()
        with one_thread():
            for path in sampled:
                textbook(path)
        other = (time.perf_counter() - started) * len(files) / len(sampled)
        print(
            f"{len(files)} files, {SCANS:.0%} scans;"
            f" {chosen.jobs} jobs against one: {one / more:.2f}"
        )
        print(
            f"against the textbook on one core: {other / one:.1f},"
            f" {chosen.jobs} jobs {other / more:.1f}"
        )
        print(f"a second run over the same: {again / more:.3f} of the first")
        few = peak(small_volume(Path(scratch) / "few", 300), Path(scratch) / "few-out")
        many = peak(small_volume(Path(scratch) / "many", chosen.many), Path(scratch) / "many-out")
        print(f"memory of the parent: {few:.0f} MB for 300 files, {many:.0f} MB for {chosen.many}")


if __name__ == "__main__":
    main()
