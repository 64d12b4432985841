"""Turns one file into its records, and keeps the faults of a document inside its record.

open_source → PageSelector.views → split_agreements → read_fields → decide
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from ocr_extract.dates.priors import Context, context_of
from ocr_extract.decision.record import decide
from ocr_extract.errors import OcrExtractError, raise_if_no_room
from ocr_extract.fields.marks import Mark
from ocr_extract.fields.observations import Observations, ObservedLabel
from ocr_extract.fields.one_call import read_fields
from ocr_extract.forms.clauses import ClauseComparison, compare_clauses
from ocr_extract.forms.definition import FieldName, Form
from ocr_extract.forms.locate import LocatedBlock
from ocr_extract.forms.phrases import flat
from ocr_extract.geometry import Rect
from ocr_extract.pages.page import MIN_INSIDE_SHARE, PageView, kind_of, place_of
from ocr_extract.pages.select import PageSelector, form_of, signing_page, split_agreements
from ocr_extract.pages.time_limit import LOOKING, TimeLimit
from ocr_extract.recognition.base import (
    Engines,
    HandwritingRecognizer,
    PageRecognizer,
    ReportDamage,
)
from ocr_extract.recognition.date_recognizer import DateRecognizer
from ocr_extract.recognition.one_timeout import OneTimeout
from ocr_extract.recognition.tesseract import Tesseract
from ocr_extract.records import Damage, Document, FormMatch, Record
from ocr_extract.settings import Settings
from ocr_extract.sources.open import open_source
from ocr_extract.sources.pdf_pictures import picture_pages
from ocr_extract.sources.picture_raster import Render, picture_renderer
from ocr_extract.sources.source import Damaged, Source
from ocr_extract.text import group_lines

log = logging.getLogger(__name__)
T = TypeVar("T")


def extract(
    path: str | Path,
    *,
    settings: Settings | None = None,
    context: Context | None = None,
    page_recognizer: PageRecognizer | None = None,
    handwriting: HandwritingRecognizer | None = None,
) -> Record:
    """Read one agreement, the first one of a file. Every file gives a record.

    `context` is what is known about the volume's dates; the default is the year or the conference
    days of the settings. The default recognizers are tesseract and the two line networks.
    Raises MissingTool when tesseract or poppler is not installed.
    """
    records = extract_all(
        path,
        settings=settings,
        context=context,
        page_recognizer=page_recognizer,
        handwriting=handwriting,
    )
    return records[0]


def extract_all(
    path: str | Path,
    *,
    settings: Settings | None = None,
    context: Context | None = None,
    page_recognizer: PageRecognizer | None = None,
    handwriting: HandwritingRecognizer | None = None,
) -> tuple[Record, ...]:
    """Like `extract`, for a file that may hold several agreements: one record for each agreement,
    with its first and last page.
    """
    chosen = settings or Settings()
    given = context or context_of(chosen.year, chosen.start, chosen.end)
    observed = observe_all(Path(path), chosen, page_recognizer, handwriting)
    return tuple(record for each in observed for record in _decided(each, given, chosen))


def observe_all(
    path: Path,
    settings: Settings,
    page_recognizer: PageRecognizer | None = None,
    handwriting: HandwritingRecognizer | None = None,
) -> tuple[Observations, ...]:
    """Observations of each agreement in a file; nearly always there is one. A problem of the file
    never raises an error. A fault of the program becomes damage of this document: its traceback
    goes to the log, and the run continues. Raises MissingTool like `extract`.
    """
    return _bounded(
        lambda: _observed(path, settings, page_recognizer, handwriting),
        lambda fault: (Observations(Document.at(path), damage=(fault,)),),
    )


def observe_first(
    path: Path,
    settings: Settings,
    page_recognizer: PageRecognizer | None = None,
    handwriting: HandwritingRecognizer | None = None,
) -> Observations:
    """Observations of the first agreement in a file, see `observe_all`."""
    return observe_all(path, settings, page_recognizer, handwriting)[0]


def _bounded(
    work: Callable[[], tuple[T, ...]], failed: Callable[[Damage], tuple[T, ...]]
) -> tuple[T, ...]:
    """The document boundary: an unexpected exception becomes the document's damage. Errors of this
    program (OcrExtractError) and a full disk are raised.
    """
    try:
        return work()
    except OcrExtractError:
        raise
    except Exception as error:
        raise_if_no_room(error)
        log.exception("unexpected trouble with a document")
        effect = f"The program failed on it ({type(error).__name__}); see the log."
        return failed(Damage(stage="read", kind="internal", effect=effect))


def _decided(observed: Observations, context: Context, settings: Settings) -> tuple[Record, ...]:
    """The record of one agreement. When deciding fails, the record holds only the damage."""
    return _bounded(
        partial(_record_of, observed, context, settings),
        partial(_record_of_damage, observed, context, settings),
    )


def _record_of(observed: Observations, context: Context, settings: Settings) -> tuple[Record, ...]:
    record = decide(observed, context, settings)
    record.to_json()  # a record that cannot be written fails here, not later in the worker
    return (record,)


def _record_of_damage(
    observed: Observations, context: Context, settings: Settings, fault: Damage
) -> tuple[Record, ...]:
    """The record of a document that could not be decided or written: only its name, path, hash,
    pages and damage.
    """
    whole = observed.document
    document = Document(name=whole.name, path=whole.path, sha256=whole.sha256, pages=whole.pages)
    reduced = Observations(document, damage=(*observed.damage, fault), seconds=observed.seconds)
    return _record_of(reduced, context, settings)


def _observed(
    path: Path,
    settings: Settings,
    page_recognizer: PageRecognizer | None,
    handwriting: HandwritingRecognizer | None,
) -> tuple[Observations, ...]:
    """Open the file, choose and read its pages, and observe each agreement. All agreements get the
    damage of the file and an equal share of the time.
    """
    started, time_limit = time.monotonic(), TimeLimit(settings)
    damage: list[Damage] = []
    document = Document.at(path)
    try:
        source = open_source(path, settings, damage.append)
        document = _described(document, source)
        source = replace(
            source, render=time_limit.bounded(_render(source, settings, damage.append))
        )
        engines = _engines(settings, page_recognizer, handwriting, damage.append)
        selector = PageSelector(source, settings, engines, time_limit)
        observed = _agreements(document, source, selector.views(), engines)
    except Damaged as trouble:
        damage.append(trouble.damage)
        observed = (Observations(document),)
    seconds = (time.monotonic() - started) / len(observed)
    distinct = tuple(dict.fromkeys(damage))
    return tuple(replace(each, damage=distinct, seconds=seconds) for each in observed)


def _render(source: Source, settings: Settings, report: ReportDamage) -> Render:
    """What draws the pages that are read from pixels. PDFium may be called by one thread only: the
    extraction pass has one, the report and the review have several and draw with poppler.
    """
    if source.type != "pdf":
        return source.render
    return picture_renderer(source.path, settings, source.render, report)


def _engines(
    settings: Settings,
    page_recognizer: PageRecognizer | None,
    handwriting: HandwritingRecognizer | None,
    report: ReportDamage,
) -> Engines:
    """The given recognizers; by default tesseract and the line networks. After its first timeout
    the page recognizer is not asked again about the document.
    """
    pages = page_recognizer or Tesseract(timeout=settings.read_timeout)
    limited = OneTimeout(pages, LOOKING * settings.document_timeout)
    return Engines(limited, handwriting or DateRecognizer(settings.languages), report)


def _described(document: Document, source: Source) -> Document:
    return document.model_copy(
        update={
            "sha256": source.sha256,
            "pages": source.pages,
            "first_page": 1,
            "last_page": source.pages,
            "producer": source.producer,
            "encrypted": source.encrypted,
            "updates": source.updates,
            "created": source.created,
            "modified": source.modified,
            "kind": "text" if source.type == "text" else "unknown",
        }
    )


def _agreements(
    document: Document, source: Source, views: Sequence[PageView], engines: Engines
) -> tuple[Observations, ...]:
    """Observations of each agreement in an opened file."""
    if source.text is not None:
        return (_agreement(document, views, engines),)
    document = document.model_copy(update={"kind": kind_of(views, _pictures(source, views))})
    return tuple(
        replace(
            _agreement(_within(document, group), group, engines), certificates=source.certificates
        )
        for group in split_agreements(views, source.pages)
    )


def _pictures(source: Source, views: Sequence[PageView]) -> frozenset[int]:
    """The numbers of the pages that were read from pixels and are images as a whole."""
    numbers = [view.number for view in views if not view.exact]
    return picture_pages(source.path, numbers) if source.type == "pdf" else frozenset(numbers)


def _within(document: Document, group: Sequence[PageView]) -> Document:
    """The document with the first and last page of one agreement, when the file has more pages."""
    if not group or (document.last_page or 0) <= group[-1].number - group[0].number + 1:
        return document
    return document.model_copy(
        update={"first_page": group[0].number, "last_page": group[-1].number}
    )


def _agreement(document: Document, views: Sequence[PageView], engines: Engines) -> Observations:
    """Observations of one agreement: its blanks, its clauses and its signing block."""
    form, share = form_of(views)
    signing = signing_page(views, form)
    blanks, marks = read_fields(views, form, signing, engines)
    clauses = _clauses(views, form)
    state = clauses.state if clauses else "unchecked"
    match = FormMatch(name=form.name, confidence=share, terms=state)
    notes = [f"page {v.number}: {n}" for v in views for n in (v.raster.notes if v.raster else ())]
    observed = Observations(
        document,
        form=match if signing or blanks else None,
        blanks=blanks,
        notes=tuple(notes),
        altered=clauses.clauses if clauses else (),
        has_ink=any(view.raster is not None or view.exact for view in views),
    )
    return _with_block(observed, *signing, marks) if signing else observed


def _with_block(
    observed: Observations, page: PageView, block: LocatedBlock, marks: tuple[Mark, ...]
) -> Observations:
    """Adds the labels and the marks of the signing block."""
    labels: dict[FieldName, ObservedLabel] = {
        name: ObservedLabel(label.rect, place_of(page, label.rect), label.inferred)
        for name, label in block.labels.items()
    }
    sealed = next((a.rect for a in page.annotations if a.sealed), None)
    return replace(
        observed,
        labels=labels,
        marks=marks,
        sealed=place_of(page, sealed) if sealed else None,
        sealed_text=_text_within(page, sealed) if sealed else (),
        hidden=_hidden(page, block),
    )


def _text_within(view: PageView, rect: Rect) -> tuple[str, ...]:
    """Lines of the file's own text in a rectangle, in points of the page."""
    inside = [
        w for w in view.words if w.source == "pdf" and w.rect.overlap(rect) > MIN_INSIDE_SHARE
    ]
    return tuple(line.text for line in group_lines(inside))


def _clauses(views: Sequence[PageView], form: Form) -> ClauseComparison | None:
    """Comparison of the printed clauses with those of the form; None when there is none."""
    words = [word for view in views for word in flat(view.lines)]
    exact = bool(views) and all(view.exact or view.raster is None for view in views)
    compared = {clause for view in views for clause in view.clauses}
    return compare_clauses(words, form.name, exact=exact, seen=compared)


def _hidden(view: PageView, block: LocatedBlock) -> tuple[str, ...]:
    """Lines of text that does not show on the page, from the first label downwards."""
    return tuple(line.text for line in group_lines(view.hidden) if line.rect.y0 >= block.top)
