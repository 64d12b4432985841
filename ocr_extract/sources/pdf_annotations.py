"""A PDF page's annotations, images and paths, and the text of annotations that nothing draws.

A FreeText without an appearance stream is text all the same: viewers set its /Contents in the
font size of its /DA. PDFium does not, so its words are laid out here.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from ocr_extract.geometry import Rect
from ocr_extract.sources.pdf_space import Affine, displayed_rect, to_display
from ocr_extract.sources.valid_text import valid_text
from ocr_extract.text import Word

MAX_ANNOTATIONS = 2_000
"""Largest number of annotations read of a page (chosen)."""
MAX_PICTURES = 5_000
"""Largest number of placed images and drawn paths read of a page (chosen)."""
MAX_VALUE_BYTES = 2_000
"""Longest author or date of an annotation that is accepted, in bytes (chosen)."""
KINDS = {
    pdfium_c.FPDF_ANNOT_FREETEXT: "FreeText",
    pdfium_c.FPDF_ANNOT_STAMP: "Stamp",
    pdfium_c.FPDF_ANNOT_INK: "Ink",
    pdfium_c.FPDF_ANNOT_WIDGET: "Widget",
}
USUAL_FONT_SIZE = 12.0
"""Font size in points where an annotation states none, or 0 (chosen; viewers fit such text)."""
LETTER_WIDTH, LINE_PITCH, LETTER_HEIGHT = 0.5, 1.15, 0.75
"""Mean width of a letter, distance of lines, and height of capitals, as shares of the font size
(chosen; they are near those of Helvetica)."""
PADDING = 2.0
"""Points between an annotation's edge and its text (chosen)."""
MAX_SET_WORDS = 100
"""Words of an annotation's contents that are read, at most (chosen); a title has 40."""
HIDING_FLAGS = pdfium_c.FPDF_ANNOT_FLAG_HIDDEN | pdfium_c.FPDF_ANNOT_FLAG_NOVIEW
"""Flags of annotations that no viewer shows (ISO 32000-1, table 165)."""
_FONT_SIZE = re.compile(r"(\d+(?:\.\d*)?|\.\d+)\s+Tf\b")


@dataclass(frozen=True)
class Annotation:
    """A FreeText, Stamp, Ink or Widget annotation, or an image or path of the page itself.

    `rect` is in points of the page as displayed. `author` and `modified` (time of change) are as
    the file states them, or "". `sealed`: a signature field that is filled, so that the text in it
    belongs to a certificate. `words` are those of a FreeText without an appearance, where viewers
    set them.
    """

    kind: str
    rect: Rect
    author: str
    modified: str
    sealed: bool
    words: tuple[Word, ...] = ()
    undrawn: bool = False
    """Whether it is ink without an appearance: poppler draws it, PDFium does not."""


def annotations_of(page: pdfium.PdfPage, forms: Any) -> Iterator[Annotation]:
    """A page's annotations of the known KINDS, before they are drawn into it. `forms` is PDFium's
    handle of the form fields, or None.
    """
    page_map = to_display(page)
    for index in range(min(pdfium_c.FPDFPage_GetAnnotCount(page.raw), MAX_ANNOTATIONS)):
        raw = pdfium_c.FPDFPage_GetAnnot(page.raw, index)
        kind = KINDS.get(pdfium_c.FPDFAnnot_GetSubtype(raw))
        if kind is not None:
            yield _annotation(raw, kind, forms, page_map)
        pdfium_c.FPDFPage_CloseAnnot(raw)


def _annotation(raw: Any, kind: str, forms: Any, page_map: Affine) -> Annotation:
    box = pdfium_c.FS_RECTF()
    pdfium_c.FPDFAnnot_GetRect(raw, box)
    field = pdfium_c.FPDFAnnot_GetFormFieldType(forms, raw) if forms is not None else -1
    sealed = field == pdfium_c.FPDF_FORMFIELD_SIGNATURE and pdfium_c.FPDFAnnot_HasKey(raw, b"V")
    rect = displayed_rect(box.left, box.right, box.bottom, box.top, page_map)
    return Annotation(
        kind=kind,
        rect=rect,
        author=_text_value(raw, b"T") if kind != "Widget" else "",
        modified=_text_value(raw, b"M"),
        sealed=bool(sealed),
        words=_words_of(raw, rect) if kind == "FreeText" and _is_undrawn(raw) else (),
        undrawn=kind == "Ink" and _is_undrawn(raw),
    )


def _is_undrawn(raw: Any) -> bool:
    """Whether an annotation has no appearance of its own, and viewers show it."""
    normal = pdfium_c.FPDF_ANNOT_APPEARANCEMODE_NORMAL
    # The length of an appearance counts the two bytes that end it.
    has_appearance = pdfium_c.FPDFAnnot_GetAP(raw, normal, None, 0) > 2
    return not has_appearance and not pdfium_c.FPDFAnnot_GetFlags(raw) & HIDING_FLAGS


def _words_of(raw: Any, rect: Rect) -> tuple[Word, ...]:
    """The words of a FreeText that viewers set themselves."""
    stated = _FONT_SIZE.search(_text_value(raw, b"DA"))
    return set_text(_text_value(raw, b"Contents"), rect, float(stated[1]) if stated else 0.0)


def set_text(text: str, rect: Rect, font_size: float) -> tuple[Word, ...]:
    """The words of a text as a viewer sets them into a rectangle (in points of the page): line by
    line from its top left, with a new line where the width is used up; at most MAX_SET_WORDS. A
    `font_size` of 0 stands for one that fits; letters are never higher than the rectangle.
    """
    lines = text.splitlines()
    fitting = min(USUAL_FONT_SIZE, rect.height / (LINE_PITCH * max(1, len(lines))))
    size = min(font_size or fitting, rect.height)
    words: list[Word] = []
    y = rect.y0 + PADDING
    for line in lines:
        x = rect.x0 + PADDING
        for part in line.split():
            width = len(part) * LETTER_WIDTH * size
            if x + width > rect.x1 and x > rect.x0 + PADDING:
                x, y = rect.x0 + PADDING, y + LINE_PITCH * size
            place = Rect(x, y, x + width, y + LETTER_HEIGHT * size)
            words.append(Word(valid_text(part), place, 1.0, "pdf"))
            x += width + LETTER_WIDTH * size
        y += LINE_PITCH * size
        if len(words) >= MAX_SET_WORDS:
            break
    return tuple(words[:MAX_SET_WORDS])


def pictures_of(page: pdfium.PdfPage) -> Iterator[Annotation]:
    """Placed images and drawn paths of the page itself; those without bounds are left out."""
    page_map = to_display(page)
    types = (pdfium_c.FPDF_PAGEOBJ_IMAGE, pdfium_c.FPDF_PAGEOBJ_PATH)
    for item in islice(page.get_objects(filter=types, max_depth=3), MAX_PICTURES):
        try:
            left, bottom, right, top = item.get_bounds()
        except pdfium.PdfiumError:
            continue
        kind = "image" if item.type == pdfium_c.FPDF_PAGEOBJ_IMAGE else "path"
        rect = displayed_rect(left, right, bottom, top, page_map)
        yield Annotation(kind, rect, author="", modified="", sealed=False)


def _text_value(raw: Any, key: bytes) -> str:
    """A text value of an annotation; "" when it has none or a too long one."""
    length = pdfium_c.FPDFAnnot_GetStringValue(raw, key, None, 0)
    if not 2 < length <= MAX_VALUE_BYTES:
        return ""
    buffer = ctypes.create_string_buffer(length)
    wide = ctypes.cast(buffer, ctypes.POINTER(pdfium_c.FPDF_WCHAR))
    pdfium_c.FPDFAnnot_GetStringValue(raw, key, wide, length)
    return buffer.raw[: length - 2].decode("utf-16-le", errors="replace")
