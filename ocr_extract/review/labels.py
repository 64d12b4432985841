"""What people decided about dates, as labels: whether the program's own date was right."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from ocr_extract.calibration.fit import Label, is_label, label_of
from ocr_extract.volume.answer import last_volume
from ocr_extract.volume.consensus import resolve_volume
from ocr_extract.volume.ledger import Ledger


def decided_labels(ledger: Ledger) -> tuple[Label, ...]:
    """A label for each full date of the last run that a person checked. The program's dates are
    those that it gives when nobody has decided anything: a decided date also changes the other
    dates of its volume. No file is read. Raises LedgerTrouble when there is no run to resolve.
    """
    days = _decided_days(ledger)
    read = last_volume(ledger)[1]
    labels: dict[tuple[str, int], Label] = {}
    with resolve_volume(
        partial(read.records, ledger), read.context, read.settings, read.volume.roster
    ) as resolved:
        for _, part, record in resolved.records:
            key = (record.document.sha256 or "", part)
            if key in days and is_label(record):
                # Equal files are one label.
                labels.setdefault(key, label_of(record, days[key]))
    return tuple(labels.values())


def _decided_days(ledger: Ledger) -> Mapping[tuple[str, int], str]:
    """The day (ISO, "" for none) that a person set, by the content's SHA-256 and the part."""
    standing = ledger.decisions.standing().all()
    return {
        (one.sha256, one.part): one.value or ""
        for one in standing
        if one.field == "date" and one.action == "set"
    }
