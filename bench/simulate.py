"""Simulates volumes with known truth: planted slips, mixed orders, confused digits.

    python -m bench.simulate [--sizes 40,300,3000] [--seed N] [--no-roster]

No pixel is read. The readings of each date are drawn, digit by digit. The program then makes
records of them and runs the consensus pass. The bench prints how many slips are found, how many
slips are proposed for good dates, how many orders of day and month are right, and the
calibration.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial

from ocr_extract.calibration.evaluate import calibration_error
from ocr_extract.dates.priors import Context, context_of
from ocr_extract.records import (
    DateResult,
    Record,
    Verdict,
)
from ocr_extract.volume.consensus import consensus_pass
from synthetic.volume import END, SETTINGS, START, Truth, simulated

SEED = 97
"""Default seed (chosen)."""


def report(records: Sequence[Record], truths: Sequence[Truth]) -> str:
    """The figures of a simulated volume, as one line of text."""
    dates = [record.fields.date for record in records]
    pairs = list(zip(dates, truths, strict=True))
    planted = [(r, t) for r, t in zip(records, truths, strict=True) if t.slip]
    caught = [t for r, t in planted if r.verdict is not Verdict.ACCEPTED]
    # A slip is found when the record is flagged, or when its date is the one that was meant.
    found = [t for r, t in planted if r.verdict is not Verdict.ACCEPTED or _is_meant(r, t)]
    found_visible = [t for t in found if not t.hidden]
    visible = [t for _, t in planted if not t.hidden]
    proposed = [t for r, t in planted if r.fields.date.value == t.meant.isoformat()]
    good = [(r, t) for r, t in zip(records, truths, strict=True) if not t.slip]
    false = [t for r, t in good if any(f.code.endswith("_slip") for f in r.flags)]
    open_orders = [(d, t) for d, t in pairs if t.ambiguous and not t.slip]
    swapped = sum(_is_swapped(d, t) for d, t in pairs if not t.slip)
    given = [
        (d.confidence, d.value == t.meant.isoformat()) for d, t in pairs if d.precision == "day"
    ]
    accepted = [t for r, t in zip(records, truths, strict=True) if r.verdict is Verdict.ACCEPTED]
    wrong = sum(
        r.fields.date.value != t.meant.isoformat()
        for r, t in zip(records, truths, strict=True)
        if r.verdict is Verdict.ACCEPTED
    )
    missed = sorted(t.slip for t in visible if t not in found_visible)
    return (
        f"{len(records)}: slips {len(planted)}, flagged {len(caught)}, found {len(found)}, "
        f"rightly proposed {len(proposed)}; "
        f"of those that leave the volume's days {len(found_visible)} of {len(visible)} "
        f"(not found: {missed}); false proposals {len(false)} of {len(good)}; "
        f"order wrong {swapped} of {len(good)} ({len(open_orders)} open); "
        f"right {sum(ok for _, ok in given)} of {len(given)} given; accepted {len(accepted)}, "
        f"wrong among them {wrong}; calibration error {calibration_error(given):.4f}"
    )


def _is_meant(record: Record, truth: Truth) -> bool:
    return record.fields.date.value == truth.meant.isoformat()


def _is_swapped(result: DateResult, truth: Truth) -> bool:
    meant = truth.meant
    return (
        result.value == f"{meant.year}-{meant.day:02d}-{meant.month:02d}"
        and meant.day != meant.month
    )


def main() -> None:
    """Print a report for each size, after each pass."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="40,300,3000")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--no-roster", action="store_true", help="nobody says when the volume is")
    chosen = parser.parse_args()
    context = Context() if chosen.no_roster else context_of(2025, START, END)
    for size in map(int, chosen.sizes.split(",")):
        first, truths = simulated(size, chosen.seed + size, context)
        print("first look  ", report(first, truths))
        redated = consensus_pass(partial(enumerate, first), context, SETTINGS)
        print("together    ", report([record for _, record in redated], truths))


if __name__ == "__main__":
    main()
