"""One source to one record: the main line, and the document boundary."""

from __future__ import annotations

import logging
from pathlib import Path

from ocr_extract.dates.priors import Context, context_of
from ocr_extract.errors import OcrExtractError
from ocr_extract.examine import examine
from ocr_extract.findings import Findings
from ocr_extract.judge import judge
from ocr_extract.pages import PageReader
from ocr_extract.read_marks import HandReader
from ocr_extract.records import Damage, Document, Record
from ocr_extract.settings import Settings

log = logging.getLogger(__name__)


def extract(
    path: str | Path,
    *,
    settings: Settings | None = None,
    context: Context | None = None,
    reader: PageReader | None = None,
    hands: HandReader | None = None,
) -> Record:
    """Read one agreement (the first one of a file): whatever it is, a record comes back.

    `context` is what the volume says of its dates (default: the settings' year or
    conference days). Raises MissingTool when tesseract or poppler is not installed.
    """
    chosen = settings or Settings()
    findings = find(Path(path), chosen, reader, hands)
    known = context or context_of(chosen.year, chosen.start, chosen.end)
    return judge(findings, known, chosen)


def extract_all(
    path: str | Path,
    *,
    settings: Settings | None = None,
    context: Context | None = None,
    reader: PageReader | None = None,
    hands: HandReader | None = None,
) -> tuple[Record, ...]:
    """As `extract`, for a file that may hold several agreements: a record for each, with
    its first and last page.
    """
    chosen = settings or Settings()
    known = context or context_of(chosen.year, chosen.start, chosen.end)
    return tuple(
        judge(found, known, chosen) for found in find_all(Path(path), chosen, reader, hands)
    )


def find(
    path: Path,
    settings: Settings,
    reader: PageReader | None = None,
    hands: HandReader | None = None,
) -> Findings:
    """What was found of the first agreement in a file, see `find_all`."""
    return find_all(path, settings, reader, hands)[0]


def find_all(
    path: Path,
    settings: Settings,
    reader: PageReader | None = None,
    hands: HandReader | None = None,
) -> tuple[Findings, ...]:
    """`examine` behind the document boundary: a fault of ours is damage of this one
    document, its traceback goes to the log, and the run goes on.
    """
    try:
        return examine(path, settings, reader, hands)
    except OcrExtractError:
        raise
    except Exception as error:
        log.exception("unexpected trouble with %s", path)
        effect = f"The program failed on it ({type(error).__name__}); see the log."
        damage = Damage(stage="read", kind="internal", effect=effect)
        return (Findings(Document(name=path.name, path=str(path)), damage=(damage,)),)
