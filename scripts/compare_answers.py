"""Compare a run's records with the samples' truth, or with another run's records.

`compare_answers.py RECORDS.jsonl TRUTH.tsv|RECORDS.jsonl`: exit code 1 and a line for each
document whose date or verdict differs. Standard library only: it runs where nothing is
installed.
"""

import csv
import json
import sys
from pathlib import Path

Answer = tuple[str, bool]
"""The date (ISO, with ? for what nobody can read) and whether it was accepted."""


def of_records(path: Path) -> dict[str, Answer]:
    """What a run said of each file."""
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {
        record["document"]["name"]: (
            record["fields"]["date"]["value"] or "",
            record["verdict"] == "accepted",
        )
        for record in records
    }


def of_truth(path: Path) -> dict[str, Answer]:
    """What the table says that it should: accepted where it lists no flag."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return {row["file"]: (row["date"], not row["flags"]) for row in rows}


def main() -> int:
    """Print what differs; say how many agree."""
    read, expected = (Path(name) for name in sys.argv[1:3])
    found = of_records(read)
    wanted = of_truth(expected) if expected.suffix == ".tsv" else of_records(expected)
    names = sorted(found.keys() | wanted.keys())
    wrong = [name for name in names if found.get(name) != wanted.get(name)]
    accepted = sum(taken for _, taken in found.values())
    print(f"{len(names) - len(wrong)} of {len(names)} agree, {accepted} accepted")
    for name in wrong:
        print(f"{name}: {found.get(name)} instead of {wanted.get(name)}")
    return 1 if wrong or not names else 0


if __name__ == "__main__":
    raise SystemExit(main())
