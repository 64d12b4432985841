"""Compare the records of a run with the truth of the samples, or with another run's records.

`compare_answers.py RECORDS.jsonl TRUTH.tsv|RECORDS.jsonl` prints a line for each document
whose date or verdict differs, and exits with 1 when there is one. It uses only the standard
library, so that it runs without any installed package.
"""

import csv
import json
import sys
from pathlib import Path

Answer = tuple[str, bool]
"""The date (ISO, with ? for illegible digits), and whether the document was accepted."""


def of_records(path: Path) -> dict[str, Answer]:
    """The answers of a run by file name."""
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {
        record["document"]["name"]: (
            record["fields"]["date"]["value"] or "",
            record["verdict"] == "accepted",
        )
        for record in records
    }


def of_truth(path: Path) -> dict[str, Answer]:
    """The expected answers by file name; a file without flags is expected to be accepted."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return {row["file"]: (row["date"], not row["flags"]) for row in rows}


def main() -> int:
    """Print the differences and the number of equal answers; returns 1 when any differs."""
    records, truth = (Path(name) for name in sys.argv[1:3])
    answers = of_records(records)
    expected_answers = of_truth(truth) if truth.suffix == ".tsv" else of_records(truth)
    names = sorted(answers.keys() | expected_answers.keys())
    wrong = [name for name in names if answers.get(name) != expected_answers.get(name)]
    accepted = sum(is_accepted for _, is_accepted in answers.values())
    print(f"{len(names) - len(wrong)} of {len(names)} agree, {accepted} accepted")
    for name in wrong:
        print(f"{name}: {answers.get(name)} instead of {expected_answers.get(name)}")
    return 1 if wrong or not names else 0


if __name__ == "__main__":
    raise SystemExit(main())
