"""One source to its findings: open, make upright, locate, read."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from ocr_extract.blanks import find_blanks, pages_with_empty_blanks
from ocr_extract.dates.recover import date_likeness
from ocr_extract.findings import Findings, LabelFinding, MarkFinding
from ocr_extract.forms.definition import FieldName, Form, built_in_forms
from ocr_extract.forms.locate import LocatedBlock, identify, locate_block
from ocr_extract.forms.marks import Mark, marks_in_text, marks_on_page
from ocr_extract.forms.phrases import flat
from ocr_extract.forms.terms import TermsFinding, compare_terms
from ocr_extract.geometry import Grey, Raster
from ocr_extract.imaging.ink import crop_of, darkest_of
from ocr_extract.lines import group_lines
from ocr_extract.pages import (
    BLANK,
    LEGIBLE,
    PageReader,
    PageView,
    annotation_at,
    ink_share,
    kind_of,
    legible_words,
    object_view,
    page_order,
    place_of,
    read_pages,
    text_view,
)
from ocr_extract.readers.base import ReaderTrouble
from ocr_extract.readers.tesseract import Tesseract
from ocr_extract.records import Damage, Document, FormMatch, Hypothesis, Reading
from ocr_extract.settings import Settings
from ocr_extract.sources.objects import PdfObjects, open_objects
from ocr_extract.sources.open import open_source
from ocr_extract.sources.pdf import iso_time
from ocr_extract.sources.source import Damaged, Source
from ocr_extract.sources.syntax import syntax_complaints

Note = Callable[[Damage], None]
log = logging.getLogger(__name__)

TWO_FORMS = 4
"""Pages from which a file may hold two agreements, so that all its pages are looked at."""
GLANCE_DPI = 75
"""Resolution at which a page is seen to be blank."""
SURE_BLOCK = 3.0
"""Score of a block from which no other page is searched: two labels as they should be;
words of running text that are like labels reach 1.8 together."""
TOLD = 0.99
"""Likeness (0..1) of a full date that stands as text."""
SECOND_LOOK = 1.6
"""Enlargement of the second crop of each mark: small type reads better, and two
readings that agree are worth more than one."""


def examine(
    path: Path, settings: Settings, reader: PageReader | None = None
) -> tuple[Findings, ...]:
    """Everything found in one file, once for each agreement in it (nearly always one);
    never raises for what is wrong with the file.

    Raises MissingTool when tesseract or poppler is not installed.
    """
    started = time.monotonic()
    damage: list[Damage] = []
    document = Document(name=path.name, path=str(path))
    try:
        source = open_source(path, settings, damage.append)
        document = _described(document, source)
        found = _findings(source, document, settings, reader or _reader(settings), damage.append)
    except Damaged as trouble:
        damage.append(trouble.damage)
        found = (Findings(document),)
    seconds = (time.monotonic() - started) / len(found)
    return tuple(replace(f, damage=tuple(damage), seconds=seconds) for f in found)


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
    source: Source, document: Document, settings: Settings, reader: PageReader, note: Note
) -> tuple[Findings, ...]:
    if source.text is not None:
        return (_located(document, [text_view(source.text)], reader, note),)
    if source.type == "pdf":
        with open_objects(source.path, settings) as objects:
            views = _object_views(source, objects, reader, settings, note) if objects else []
    if source.type != "pdf" or not views:
        views = _views_of(source, settings, reader, note)
    document = document.model_copy(update={"kind": kind_of(views)})
    return tuple(
        replace(
            _located(_within(document, part), part, reader, note),
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
    return block is not None and block.score >= SURE_BLOCK


def _within(document: Document, part: Sequence[PageView]) -> Document:
    """The document's pages from..to that an agreement takes, when it is not alone."""
    if not part or (document.last_page or 0) <= part[-1].number - part[0].number + 1:
        return document
    return document.model_copy(update={"first_page": part[0].number, "last_page": part[-1].number})


def _object_views(
    source: Source, objects: PdfObjects, reader: PageReader, settings: Settings, note: Note
) -> list[PageView]:
    """Pages as the file itself describes them, when the signing block is among them; the
    few that are pictures are read as such. [] when the block has to be found in pixels.
    """
    numbers = page_order(source.pages, settings.max_pages)
    found = [objects.page(number) for number in numbers]
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


def _views_of(source: Source, settings: Settings, reader: PageReader, note: Note) -> list[PageView]:
    """Last and first page, then others until one bears the signing block."""
    order = page_order(source.pages, settings.max_pages_read)
    views = read_pages(source, order[:2], reader, settings, note)
    for number in order[2:]:
        signing = _signing_page(views, _form_of(views)[0])
        if signing is not None and signing[1].score >= SURE_BLOCK and source.pages < TWO_FORMS:
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
    document: Document, views: Sequence[PageView], reader: PageReader, note: Note
) -> Findings:
    form, share = _form_of(views)
    signing = _signing_page(views, form)
    blanks = find_blanks(views, form, reader)
    terms = _terms(views, form)
    known = (
        FormMatch(name=form.name, confidence=share, terms=terms.state if terms else "unchecked")
        if signing or blanks
        else None
    )
    notes = tuple(
        f"page {v.number}: {n}" for v in views for n in (v.raster.notes if v.raster else ())
    )
    found = Findings(
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
    labels: dict[FieldName, LabelFinding] = {
        name: LabelFinding(label.rect, place_of(page, label.rect), label.inferred)
        for name, label in block.labels.items()
    }
    return replace(
        found,
        labels=labels,
        marks=_marks(page, block, reader, note),
        sealed=next((place_of(page, a.rect) for a in page.annotations if a.sealed), None),
        hidden=_hidden(page, block),
    )


def _terms(views: Sequence[PageView], form: Form) -> TermsFinding | None:
    words = [word for view in views for word in flat(view.lines)]
    exact = bool(views) and all(view.exact or view.raster is None for view in views)
    return compare_terms(words, form.name, exact=exact)


def _hidden(view: PageView, block: LocatedBlock) -> tuple[str, ...]:
    """Lines that do not show, from the first label on."""
    return tuple(line.text for line in group_lines(view.hidden) if line.rect[1] >= block.top)


def _marks(
    view: PageView, block: LocatedBlock, reader: PageReader, note: Note
) -> tuple[MarkFinding, ...]:
    if view.raster is None:
        marks = marks_in_text(view.lines, block)
        return tuple(MarkFinding(mark, None, (_own_reading(mark),)) for mark in marks)
    sealed = [a.rect for a in view.annotations if a.sealed]
    marks = marks_on_page(view.raster, view.lines, block, sealed)
    readings = (
        _as_typed(marks) if _is_told(view, marks) else _read(view.raster, marks, reader, note)
    )
    return tuple(
        MarkFinding(mark, place_of(view, mark.rect), read, _font(view, mark), _origin(view, mark))
        for mark, read in zip(marks, readings, strict=True)
    )


def _font(view: PageView, mark: Mark) -> str:
    return view.fonts.get(mark.words[0], "") if mark.words else ""


def _origin(view: PageView, mark: Mark) -> str:
    """The annotation that a mark lies in, in words."""
    found = annotation_at(view, mark.rect)
    if found is None:
        return ""
    author = f" by {found.author}" if found.author else ""
    time = iso_time(found.modified)
    return f"{found.kind}{author}{f', changed {time}' if time else ''}"


def _is_told(view: PageView, marks: Sequence[Mark]) -> bool:
    """Whether the file's own text says the date, so that no pixel has to be read."""
    texts = [_own_reading(m).best for m in marks if m.words]
    return view.exact and any(date_likeness(text) >= TOLD for text in texts)


def _as_typed(marks: Sequence[Mark]) -> list[tuple[Reading, ...]]:
    return [(_own_reading(mark),) if mark.words else () for mark in marks]


def _read(
    raster: Raster, marks: Sequence[Mark], reader: PageReader, note: Note
) -> list[tuple[Reading, ...]]:
    """Every mark read twice, at two sizes, in one call; and as it was found, if it was."""
    crops = [crop_of(raster, mark.rect) for mark in marks]
    try:
        again = [_second(crop, mark) for crop, mark in zip(crops, marks, strict=True)]
        once = reader.read([*crops, *again])
    except ReaderTrouble as trouble:
        effect = f"The signing block could not be read: {trouble}"
        note(Damage(stage="read", kind=trouble.kind, page=raster.page, effect=effect))
        once = ()
    pairs = [(once[i], once[i + len(marks)]) if once else () for i in range(len(marks))]
    return [
        (*pair, _own_reading(mark)) if mark.words else pair
        for mark, pair in zip(marks, pairs, strict=True)
    ]


def _second(crop: Grey, mark: Mark) -> Grey:
    """Another look at a crop: larger; of a strip, which ink may cross, the dark alone."""
    return darkest_of(crop) if mark.kind == "strip" else _enlarged(crop)


def _enlarged(crop: Grey) -> Grey:
    large = cv2.resize(crop, None, fx=SECOND_LOOK, fy=SECOND_LOOK, interpolation=cv2.INTER_CUBIC)
    return np.asarray(cv2.GaussianBlur(large, (0, 0), 0.8), dtype=np.uint8)


def _own_reading(mark: Mark) -> Reading:
    """The words by which a mark was found, as a reading."""
    text = " ".join(word.text for word in mark.words)
    score = sum(np.log(min(0.999, max(0.01, word.score))) for word in mark.words)
    return Reading(
        reader=mark.words[0].source,
        hypotheses=(Hypothesis(text=text, log_likelihood=float(score)),),
    )
