"""One source to one record: the main line, and the document boundary."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from ocr_extract.dates.priors import Context, context_of
from ocr_extract.decision.record import decide
from ocr_extract.errors import OcrExtractError, raise_if_no_room
from ocr_extract.fields.observations import Observations
from ocr_extract.fields.recognize import HandwritingRecognizer
from ocr_extract.observe import observe
from ocr_extract.pages.page import PageRecognizer
from ocr_extract.records import Damage, Document, Record
from ocr_extract.settings import Settings

log = logging.getLogger(__name__)
T = TypeVar("T")


def extract(
    path: str | Path,
    *,
    settings: Settings | None = None,
    context: Context | None = None,
    reader: PageRecognizer | None = None,
    hands: HandwritingRecognizer | None = None,
) -> Record:
    """Read one agreement (the first one of a file): whatever it is, a record comes back.

    `context` is what the volume says of its dates (default: the settings' year or
    conference days). Raises MissingTool when tesseract or poppler is not installed.
    """
    found = extract_all(path, settings=settings, context=context, reader=reader, hands=hands)
    return found[0]


def extract_all(
    path: str | Path,
    *,
    settings: Settings | None = None,
    context: Context | None = None,
    reader: PageRecognizer | None = None,
    hands: HandwritingRecognizer | None = None,
) -> tuple[Record, ...]:
    """As `extract`, for a file that may hold several agreements: a record for each, with
    its first and last page.
    """
    chosen = settings or Settings()
    known = context or context_of(chosen.year, chosen.start, chosen.end)
    found = observe_all(Path(path), chosen, reader, hands)
    return tuple(
        record
        for one in found
        for record in _bounded(
            partial(_judged, one, known, chosen), partial(_judged_by_damage, one, known, chosen)
        )
    )


def _judged(findings: Observations, context: Context, settings: Settings) -> tuple[Record, ...]:
    record = decide(findings, context, settings)
    record.to_json()  # what cannot be written is this document's trouble, not its worker's
    return (record,)


def _judged_by_damage(
    findings: Observations, context: Context, settings: Settings, fault: Damage
) -> tuple[Record, ...]:
    """The document and its damage, without what cannot be judged, or written."""
    whole = findings.document
    document = Document(name=whole.name, path=whole.path, sha256=whole.sha256, pages=whole.pages)
    left = Observations(document, damage=(*findings.damage, fault), seconds=findings.seconds)
    return _judged(left, context, settings)


def observe_first(
    path: Path,
    settings: Settings,
    reader: PageRecognizer | None = None,
    hands: HandwritingRecognizer | None = None,
) -> Observations:
    """What was found of the first agreement in a file, see `find_all`."""
    return observe_all(path, settings, reader, hands)[0]


def observe_all(
    path: Path,
    settings: Settings,
    reader: PageRecognizer | None = None,
    hands: HandwritingRecognizer | None = None,
) -> tuple[Observations, ...]:
    """`examine` behind the document boundary: a fault of ours is damage of this one
    document, its traceback goes to the log, and the run goes on.
    """
    return _bounded(
        lambda: observe(path, settings, reader, hands),
        lambda fault: (Observations(Document.at(path), damage=(fault,)),),
    )


def _bounded(
    work: Callable[[], tuple[T, ...]], failed: Callable[[Damage], tuple[T, ...]]
) -> tuple[T, ...]:
    """The document boundary: what goes wrong in a document is its damage."""
    try:
        return work()
    except OcrExtractError:
        raise
    except Exception as error:
        raise_if_no_room(error)
        log.exception("unexpected trouble with a document")
        effect = f"The program failed on it ({type(error).__name__}); see the log."
        return failed(Damage(stage="read", kind="internal", effect=effect))
