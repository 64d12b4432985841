"""Measures how well papers are found by content: all agreements get file names without meaning.

    python -m bench.scrambled --folder DIR --roster FILE.bib

The true paper is the one in the original file name. Only counts are printed.
"""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
from pathlib import Path

from ocr_extract.settings import Settings
from ocr_extract.volume.plan import plan
from ocr_extract.volume.roster.filenames import key_index
from ocr_extract.volume.roster.roster import read_roster
from ocr_extract.volume.run import run


def main() -> None:
    """Print the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--roster", type=Path, required=True)
    parser.add_argument("--jobs", type=int, default=2)
    chosen = parser.parse_args()
    roster = read_roster(chosen.roster)
    index = key_index(roster.papers)
    named = {path: index.papers_of(path.name) for path in plan([chosen.folder])}
    files = [path for path, papers in named.items() if len(papers) == 1]
    random.Random(1).shuffle(files)
    with tempfile.TemporaryDirectory() as scratch:
        truth = {}
        for number, path in enumerate(files):
            scrambled = Path(scratch) / f"scan{number:04d}{path.suffix}"
            shutil.copy(path, scrambled)
            truth[scrambled.name] = named[path][0].key
        records = run(sorted(Path(scratch).iterdir()), Settings(), roster=roster, jobs=chosen.jobs)
    pairs = [(truth[r.document.name], r.roster.key if r.roster else None) for r in records]
    right = sum(key == given for key, given in pairs)
    wrong = sum(given is not None and key != given for key, given in pairs)
    print(f"by name {len(files)} of {len(named)}; by content {right}, wrongly {wrong}")


if __name__ == "__main__":
    main()
