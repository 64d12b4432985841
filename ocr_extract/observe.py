"""One source to its findings: open, make upright, locate, read."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ocr_extract.fields.inline_blanks import find_blanks, pages_with_empty_blanks
from ocr_extract.fields.observations import Observations, ObservedLabel
from ocr_extract.fields.recognize import Engines, HandwritingRecognizer, Note, read_marks
from ocr_extract.forms.clauses import ClauseComparison, compare_clauses
from ocr_extract.forms.definition import FieldName, Form, built_in_forms
from ocr_extract.forms.locate import LocatedBlock, identify, locate_block
from ocr_extract.forms.phrases import flat
from ocr_extract.pages.page import (
    BLANK,
    LEGIBLE,
    OneTimeout,
    PageRecognizer,
    PageView,
    ink_share,
    kind_of,
    legible_words,
    object_view,
    page_order,
    place_of,
    text_view,
)
from ocr_extract.pages.scanned import read_pages
from ocr_extract.pages.time_limit import LOOKING, OVER, TimeLimit
from ocr_extract.recognition.date_recognizer import DateRecognizer
from ocr_extract.recognition.tesseract import Tesseract
from ocr_extract.records import Damage, Document, FormMatch
from ocr_extract.settings import Settings
from ocr_extract.sources.open import open_source
from ocr_extract.sources.pdf_objects import MAX_CHARACTERS, ObjectPage, PdfObjects, open_objects
from ocr_extract.sources.pdf_syntax import syntax_complaints
from ocr_extract.sources.source import Damaged, Source
from ocr_extract.text import group_lines

log = logging.getLogger(__name__)

TWO_FORMS = 4
"""Pages from which a file may hold two agreements, so that all its pages are looked at."""
GLANCE_DPI = 75
"""Resolution at which a page is seen to be blank."""
MAX_OF_ALL = 200_000
"""Characters of a PDF after which no page is looked at: an agreement has 6,000."""
MUCH_TEXT = "More text than is read: its other pages were not looked at."
COMPLETE_BLOCK_SCORE = 3.0
"""Score of a block from which no other page is searched: two labels as they should be;
words of running text that are like labels reach 1.8 together."""


def observe(
    path: Path,
    settings: Settings,
    reader: PageRecognizer | None = None,
    hands: HandwritingRecognizer | None = None,
) -> tuple[Observations, ...]:
    """Everything found in one file, once for each agreement in it (nearly always one);
    never raises for what is wrong with the file.

    Raises MissingTool when tesseract or poppler is not installed.
    """
    started, clock = time.monotonic(), TimeLimit(settings)
    damage: list[Damage] = []
    document = Document.at(path)
    try:
        source = open_source(path, settings, damage.append)
        document = _described(document, source)
        source = replace(source, render=clock.bounded(source.render))
        patient = OneTimeout(reader or _reader(settings), LOOKING * settings.document_timeout)
        readers = Engines(patient, hands or DateRecognizer(settings.languages))
        found = _findings(source, document, settings, readers, damage.append, clock)
    except Damaged as trouble:
        damage.append(trouble.damage)
        found = (Observations(document),)
    seconds = (time.monotonic() - started) / len(found)
    return tuple(replace(f, damage=tuple(dict.fromkeys(damage)), seconds=seconds) for f in found)


def _reader(settings: Settings) -> Tesseract:
    return Tesseract(timeout=settings.read_timeout)


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


def _findings(
    source: Source,
    document: Document,
    settings: Settings,
    readers: Engines,
    note: Note,
    clock: TimeLimit,
) -> tuple[Observations, ...]:
    reader = readers.pages
    if source.text is not None:
        return (_located(document, [text_view(source.text)], readers, note),)
    if source.type == "pdf":
        with open_objects(source.path, settings) as objects:
            views = []
            if objects is not None:
                found = _object_pages(source, objects, settings, note, clock)
                views = _object_views(source, objects, found, reader, settings, note)
    if source.type != "pdf" or not views:
        views = _views_of(source, settings, reader, note)
    document = document.model_copy(update={"kind": kind_of(views)})
    return tuple(
        replace(
            _located(_within(document, part), part, readers, note),
            certificates=source.certificates,
        )
        for part in (_agreements(views) if source.pages >= TWO_FORMS else [views])
    )


def _agreements(views: list[PageView]) -> list[list[PageView]]:
    """The pages of each agreement in the file: each has one signing page, which ends it,
    or begins it where the first page of all is one.

    Asked only of files long enough to hold two: a single form may bear labels like those
    of its signing block on both of its pages.
    """
    form = _form_of(views)[0]
    signing = [v.number for v in views if _is_signing(v, form)]
    if len(signing) < 2:
        return [views]
    first = views[0].number
    starts = signing if first in signing else [first, *(number + 1 for number in signing[:-1])]
    ends = [*(start - 1 for start in starts[1:]), views[-1].number]
    return [
        [v for v in views if start <= v.number <= end]
        for start, end in zip(starts, ends, strict=True)
    ]


def _is_signing(view: PageView, form: Form) -> bool:
    block = locate_block(view.lines, form)
    return block is not None and block.score >= COMPLETE_BLOCK_SCORE


def _within(document: Document, part: Sequence[PageView]) -> Document:
    """The document's pages from..to that an agreement takes, when it is not alone."""
    if not part or (document.last_page or 0) <= part[-1].number - part[0].number + 1:
        return document
    return document.model_copy(update={"first_page": part[0].number, "last_page": part[-1].number})


def _object_pages(
    source: Source, objects: PdfObjects, settings: Settings, note: Note, clock: TimeLimit
) -> list[ObjectPage]:
    """The file's own words, page by page, as long as there is time and they are not too many."""
    found: list[ObjectPage] = []
    characters = 0
    for number in page_order(source.pages, settings.max_pages):
        if clock.is_over or characters > MAX_OF_ALL:
            kind, effect = ("timeout", OVER) if clock.is_over else ("too_large", MUCH_TEXT)
            note(Damage(stage="read", kind=kind, effect=effect))
            break
        page = objects.page(number)
        found.append(page)
        characters += sum(len(w.text) for w in (*page.shown, *page.hidden))
        if page.cut:
            effect = f"More than {MAX_CHARACTERS} characters on a page: the others are not read."
            note(Damage(stage="read", kind="too_large", page=number, effect=effect))
    return found


def _object_views(
    source: Source,
    objects: PdfObjects,
    found: Sequence[ObjectPage],
    reader: PageRecognizer,
    settings: Settings,
    note: Note,
) -> list[PageView]:
    """Pages as the file itself describes them, when the signing block is among them; the
    few that are pictures are read as such. [] when the block has to be found in pixels.
    """
    numbers = page_order(source.pages, settings.max_pages)
    views = [object_view(p) for p in found if legible_words(p.shown) >= LEGIBLE]
    form = _form_of(views)[0]
    needed = {v.number for v in views if _is_signing(v, form)}
    if not needed:
        return []
    if complaints := syntax_complaints(source.path):
        effect = "The file's data is broken: what was written on it may be missing."
        note(Damage(stage="open", kind="broken_page", effect=effect))
        log.info("%s: %s", source.path.name, complaints[0])
    needed |= pages_with_empty_blanks(views, form)
    exact = {view.number for view in views}
    others = [n for n in numbers[:2] if n not in exact and not _is_blank(objects, n)]
    views = [
        replace(v, raster=objects.raster(v.number, settings.read_dpi)) if v.number in needed else v
        for v in views
    ]
    views += read_pages(source, others, reader, settings, note)
    return sorted(views, key=lambda view: view.number)


def _is_blank(objects: PdfObjects, number: int) -> bool:
    raster = objects.raster(number, GLANCE_DPI)
    return raster is not None and ink_share(raster.pixels) < BLANK


def _views_of(
    source: Source, settings: Settings, reader: PageRecognizer, note: Note
) -> list[PageView]:
    """Last and first page, then others until one bears the signing block."""
    order = page_order(source.pages, settings.max_pages_read)
    views = read_pages(source, order[:2], reader, settings, note)
    for number in order[2:]:
        signing = _signing_page(views, _form_of(views)[0])
        if (
            signing is not None
            and signing[1].score >= COMPLETE_BLOCK_SCORE
            and source.pages < TWO_FORMS
        ):
            break
        views += read_pages(source, [number], reader, settings, note)
    return sorted(views, key=lambda view: view.number)


def _form_of(views: Sequence[PageView]) -> tuple[Form, float]:
    return identify([view.lines for view in views], built_in_forms())


def _signing_page(views: Sequence[PageView], form: Form) -> tuple[PageView, LocatedBlock] | None:
    """The page whose labels look most like the form's block; the later of equals."""
    blocks = [(view, locate_block(view.lines, form)) for view in views]
    found = [(view, block) for view, block in blocks if block is not None]
    return max(found, key=lambda item: (item[1].score, item[0].number), default=None)


def _located(
    document: Document, views: Sequence[PageView], readers: Engines, note: Note
) -> Observations:
    form, share = _form_of(views)
    signing = _signing_page(views, form)
    blanks = find_blanks(views, form, readers)
    terms = _terms(views, form)
    known = (
        FormMatch(name=form.name, confidence=share, terms=terms.state if terms else "unchecked")
        if signing or blanks
        else None
    )
    notes = tuple(
        f"page {v.number}: {n}" for v in views for n in (v.raster.notes if v.raster else ())
    )
    found = Observations(
        document,
        form=known,
        blanks=blanks,
        notes=notes,
        altered=terms.clauses if terms else (),
        has_ink=any(view.raster is not None or view.exact for view in views),
    )
    if signing is None:
        return found
    page, block = signing
    labels: dict[FieldName, ObservedLabel] = {
        name: ObservedLabel(label.rect, place_of(page, label.rect), label.inferred)
        for name, label in block.labels.items()
    }
    return replace(
        found,
        labels=labels,
        marks=read_marks(page, block, readers, note),
        sealed=next((place_of(page, a.rect) for a in page.annotations if a.sealed), None),
        hidden=_hidden(page, block),
    )


def _terms(views: Sequence[PageView], form: Form) -> ClauseComparison | None:
    words = [word for view in views for word in flat(view.lines)]
    exact = bool(views) and all(view.exact or view.raster is None for view in views)
    seen = {clause for view in views for clause in view.clauses}
    return compare_clauses(words, form.name, exact=exact, seen=seen)


def _hidden(view: PageView, block: LocatedBlock) -> tuple[str, ...]:
    """Lines that do not show, from the first label on."""
    return tuple(line.text for line in group_lines(view.hidden) if line.rect.y0 >= block.top)
