"""How long the review page takes for the next item in a browser, by the number of open items.

    python -m bench.review_page [--settled 60] [--pause 1.0]

The items are copies of one sample with an uncertain date. A person looks for `--pause` seconds at
each, and presses one key. The time is from the key to the moment when the next item and its picture
are drawn. Needs Chromium.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.review import open_record
from ocr_extract.records import Box, Record
from ocr_extract.settings import Settings
from ocr_extract.volume.ledger import open_ledger, sqlite_url
from ocr_extract.volume.stored_volume import StoredVolume

SAMPLE = Path(__file__).parent.parent / "samples/agreements/yearslipdigital10Permission.pdf"
COUNTS = (10, 3_000)
"""Numbers of open items (chosen)."""
PLACE = Box(page=1, x0=120.0, y0=300.0, x1=260.0, y1=330.0)
"""A place in the signing block of the sample, in points (chosen)."""
MAX_MILLISECONDS = 30_000
"""Longest wait for an item; then the bench ends with an error (chosen)."""
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
WATCH = """() => {
    const root = document.querySelector('.oxr');
    window.shownAfter = new Promise((resolve, reject) => {
        setTimeout(() => reject(new Error("no item came")), 30000);
        root.addEventListener('keydown', () => {
            const began = performance.now(), before = root.dataset.item;
            const look = () => {
                const picture = root.querySelector('img');
                const drawn = root.dataset.item === undefined || (picture && picture.complete);
                const moved = root.dataset.item !== before, busy = root.hasAttribute("aria-busy");
                if (moved && !busy && drawn) resolve(performance.now() - began);
                else requestAnimationFrame(look);
            };
            look();
        }, { once: true, capture: true });
    });
}"""
"""Measures the time from the next key to the next item, in milliseconds."""


def copied_records(folder: Path, count: int) -> Iterator[tuple[str, int, Record]]:
    """Records of so many copies of the sample, each with a content of its own."""
    content = SAMPLE.read_bytes()
    for number in range(count):
        record = open_record(number)
        path = folder / record.document.name
        own = content + f"% {number}\n".encode()
        path.write_bytes(own)
        sha256 = hashlib.sha256(own).hexdigest()
        document = record.document.model_copy(update={"path": str(path), "sha256": sha256})
        date = record.fields.date.model_copy(update={"place": PLACE})
        fields = record.fields.model_copy(update={"date": date})
        yield str(path), 0, record.model_copy(update={"document": document, "fields": fields})


def store(folder: Path, count: int) -> None:
    """A finished run with so many open items."""
    with open_ledger(sqlite_url(folder)) as ledger:
        run = ledger.begin(Settings().model_dump_json(), [])
        volume = StoredVolume((), None).packed()
        ledger.end(run, "j", "{}", copied_records(folder, count), volume)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The review page of a folder as a process of its own. Yields its address."""
    command = [sys.executable, "-m", "ocr_extract", "review", "--out", str(folder)]
    process = subprocess.Popen(
        [*command, "--person", "bench", "--no-browser"], stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        yield re.findall(r"http\S+", line)[0]
    finally:
        process.kill()
        process.wait()


def times(page: Any, settled: int, pause: float) -> Sequence[float]:
    """Milliseconds from each key to the next item."""
    taken = []
    for _ in range(settled):
        time.sleep(pause)
        page.evaluate(WATCH)
        page.keyboard.press("Enter")
        taken.append(float(page.evaluate("() => window.shownAfter")))
    return taken


def measured(browser: Any, count: int, settled: int, pause: float) -> tuple[float, float]:
    """Median and 95th percentile in milliseconds with so many open items."""
    with tempfile.TemporaryDirectory() as made:
        store(Path(made), count)
        # The lock keeps the volume from being resolved again: its files have no readings.
        with open_ledger(sqlite_url(Path(made))), served(Path(made)) as address:
            page = browser.new_page(viewport={"width": 1200, "height": 800})
            page.goto(address)
            page.wait_for_selector(".oxr h2")
            page.set_default_timeout(MAX_MILLISECONDS)
            taken = times(page, min(settled, count - 1), pause)
            page.close()
    return statistics.median(taken), sorted(taken)[int(0.95 * (len(taken) - 1))]


def main() -> None:
    """Print a line for each number of open items, and the ratio of the last to the first."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--settled", type=int, default=60, help="items that are settled")
    parser.add_argument("--pause", type=float, default=1.0, help="seconds before each key")
    options = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("Chromium is needed: apt-get install chromium")
    medians = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for count in COUNTS:
            median, late = measured(browser, count, options.settled, options.pause)
            medians.append(median)
            print(f"{count} open: next item after {median:.0f} ms (95 % within {late:.0f} ms)")
        browser.close()
    print(f"{COUNTS[-1]} open take {medians[-1] / medians[0]:.2f} times the time of {COUNTS[0]}")


if __name__ == "__main__":
    main()
