"""Measure the report: time to write and to open it, and its size, for volumes of several sizes.

    python -m bench.report [--sizes 100 1000 10000]

Needs Chromium and Playwright for the time to open. The volumes are made, and no file is read.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from ocr_extract.reports.html import write_report
from ocr_extract.reports.workbook import write_workbook
from ocr_extract.volume.ledger import open_ledger
from tests.reports.report_factory import every_tenth_open, papers_of, stored

TURNS = 3
"""The report is opened so many times, and the fastest counts (chosen)."""
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def made(folder: Path, count: int) -> tuple[float, float, Path]:
    """Seconds to write the report and the workbook of so many papers, and the report's path."""
    records = every_tenth_open(count)
    with open_ledger("sqlite://") as ledger:
        outcome = stored(ledger, folder, records, papers_of(records))
        start = time.perf_counter()
        path = write_report(outcome, ledger, folder, folder)
        middle = time.perf_counter()
        write_workbook(outcome, ledger, folder, folder)
        return middle - start, time.perf_counter() - middle, path


def opened(browser: Any, path: Path) -> float:
    """Seconds until the page is there and its script has run; the fastest of TURNS."""
    turns = []
    for _ in range(TURNS):
        page = browser.new_page()
        start = time.perf_counter()
        page.goto(path.as_uri())
        page.wait_for_function("document.getElementById('shown').textContent !== ''")
        turns.append(time.perf_counter() - start)
        page.close()
    return min(turns)


def seconds_to_open(browser: Any, folder: Path, count: int) -> float:
    """Seconds to open the report of so many made papers."""
    return opened(browser, made(folder, count)[2])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1000, 10_000])
    sizes = parser.parse_args().sizes
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    chromium = shutil.which("chromium")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for count in sizes:
            report, workbook, path = made(Path(folder), count)
            size, seconds = path.stat().st_size / 1e6, opened(browser, path)
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(
                f"{count} papers: report {report:.2f} s, {size:.2f} MB, opens in {seconds:.2f} s;"
                f" workbook {workbook:.2f} s; peak memory {memory:.0f} MB"
            )
        browser.close()


if __name__ == "__main__":
    main()
