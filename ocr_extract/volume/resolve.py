"""Observed agreements of a volume to records, without reading a file and without a ledger."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ocr_extract.decision.record import decide
from ocr_extract.fields.observations import Observations
from ocr_extract.records import Record
from ocr_extract.settings import Settings
from ocr_extract.volume.consensus import resolve_volume
from ocr_extract.volume.roster.roster import Roster
from ocr_extract.volume.run import Volume


def resolve(
    observed: Sequence[Observations], settings: Settings, roster: Roster | None = None
) -> tuple[Record, ...]:
    """Decide observed agreements, first each alone and then all together. Nothing is read and
    nothing is stored.
    """
    context = Volume((), settings, roster).context
    extracted = [(Path(o.document.path), (decide(o, context, settings),)) for o in observed]
    with resolve_volume(lambda: extracted, context, settings, roster) as resolved:
        return tuple(record for _, _, record in resolved.records)
