"""Measures the time of the consensus pass as a share of the extraction pass on the same documents.

    python -m bench.consensus_pass [--folder DIR] [--count N] [--year N]

The documents of a folder (default: the samples) are read once. Their records are repeated under
other names until there are N, and go through the consensus pass. Everything runs in one process.
"""

from __future__ import annotations

import argparse
import time
from itertools import cycle, islice
from pathlib import Path

from ocr_extract.dates.priors import context_of
from ocr_extract.records import Record
from ocr_extract.settings import Settings
from ocr_extract.volume.consensus import consensus_pass
from ocr_extract.volume.plan import plan
from ocr_extract.volume.run import run

SAMPLES = Path(__file__).parent.parent / "samples" / "agreements"


def repeated(records: tuple[Record, ...], count: int) -> list[Record]:
    """`count` records, each with a name of its own."""
    return [
        record.model_copy(
            update={"document": record.document.model_copy(update={"name": f"{i}.pdf"})}
        )
        for i, record in enumerate(islice(cycle(records), count))
    ]


def main() -> None:
    """Print the share and both times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=SAMPLES)
    parser.add_argument("--count", type=int, default=3000)
    parser.add_argument("--year", type=int)
    chosen = parser.parse_args()
    settings = Settings(year=chosen.year)
    begun = time.perf_counter()
    first = run(plan([chosen.folder]), settings)
    reading = (time.perf_counter() - begun) / len(first) * chosen.count
    records = repeated(first, chosen.count)
    begun = time.perf_counter()
    list(consensus_pass(lambda: enumerate(records), context_of(chosen.year), settings))
    looking = time.perf_counter() - begun
    print(f"{len(first)} documents read, {chosen.count} records looked at again")
    print(f"share of the extraction pass's time: {looking / reading:.4f}")
    print(
        f"({looking / chosen.count * 1000:.2f} ms against {reading / chosen.count * 1000:.0f} ms)"
    )


if __name__ == "__main__":
    main()
