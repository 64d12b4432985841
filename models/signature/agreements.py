"""Reads real agreements that are known to be signed, for `compare`.

    python -m models.signature.agreements FOLDER TRUTH OUT.pickle VOLUME...

FOLDER/VOLUME holds the files of a volume, TRUTH/VOLUME.tsv what a person read in them: a table with
the columns file, iso (the date) and signature (hand, script, typed, digital, none). The result
bears real people's readings and must stay outside the repository.
"""

from __future__ import annotations

import argparse
import csv
import pickle
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from ocr_extract.extraction import observe_first
from ocr_extract.fields.observations import Observations
from ocr_extract.settings import Settings

DRAWN = frozenset(("hand", "script", "typed"))
"""Signatures of the table that may be a mark of ink: type may be drawn as a picture."""


@dataclass(frozen=True)
class Agreement:
    """A signed agreement: its volume, the volume's year, and what was observed of it."""

    volume: str
    year: int
    observed: Observations


def agreements_of(volume: str, folder: Path, table: Path) -> list[Agreement]:
    """The agreements of a volume's folder that are signed by something that may be ink."""
    with table.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    signed = {row["file"] for row in rows if row["signature"] in DRAWN}
    years = Counter(row["iso"][:4] for row in rows if len(row["iso"]) == 10)
    year = int(years.most_common(1)[0][0])
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name in signed)
    return [Agreement(volume, year, observe_first(path, Settings(year=year))) for path in files]


def main() -> None:
    """Read the volumes and write the agreements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("truth", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("volumes", nargs="+")
    chosen = parser.parse_args()
    read = [
        agreement
        for volume in chosen.volumes
        for agreement in agreements_of(
            volume, chosen.folder / volume, chosen.truth / f"{volume}.tsv"
        )
    ]
    chosen.out.write_bytes(pickle.dumps(read))
    print(f"{len(read)} signed agreements of {len(chosen.volumes)} volumes")


if __name__ == "__main__":
    main()
