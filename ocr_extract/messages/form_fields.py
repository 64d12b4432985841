"""Fills in the fields of a PDF that has some (AcroForm): their values, and how they look."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from ocr_extract.messages.lettering import Band, SetLine, Space, draw, font, set_into

Purpose = Literal["title", "author", "corresponding_author", "proceedings"]
PURPOSES: tuple[tuple[Purpose | None, re.Pattern[str]], ...] = (
    (None, re.compile(r"sign|date|e-?mail|address|phone|affiliation|position|job|doi")),
    ("corresponding_author", re.compile(r"corresp|printed? name|full name")),
    ("proceedings", re.compile(r"proceeding|conference|volume|publication name")),
    ("author", re.compile(r"author|parties")),
    ("title", re.compile(r"title|paper|manuscript|article|contribution")),
)
"""What a field is for, by words of its name or its help text, in the order in which they are tried.
Fields of the first row stay empty."""
MULTILINE, READ_ONLY = 1 << 12, 1
"""Flags of text fields (defined by ISO 32000-1, tables 221 and 228)."""
HIDDEN = 2
"""Flag of an annotation that does not show (defined by ISO 32000-1, table 165)."""
INSET = 2.0
"""Points between the edge of a field and its text (chosen)."""
MAX_PARENTS = 20
"""Levels of fields above a field that are followed, at most (chosen; a broken file has a loop)."""


@dataclass(frozen=True)
class TextField:
    """A text field that can be filled in: its object, what it is for, and its size in points."""

    annotation: pikepdf.Object
    purpose: Purpose
    width: float
    height: float

    @property
    def space(self) -> Space:
        """The space inside the field, in points from its top left."""
        lines = 4 if _number(self.annotation, Name.Ff, 0) & MULTILINE else 1
        band = Band(1.0, self.height - 1.0)
        edges = (INSET, self.width - INSET)
        return Space(1, *edges, (band,), edges, max_lines=lines)

    def holds(self, text: str) -> tuple[SetLine, ...]:
        """The lines of a text in this field; () when it does not fit, or is longer than the field
        allows.
        """
        longest = _number(self.annotation, Name.MaxLen, len(text))
        return set_into(text, self.space) if len(text) <= longest else ()


def text_fields(pdf: pikepdf.Pdf) -> dict[Purpose, TextField]:
    """The first empty text field for each purpose."""
    fields: dict[Purpose, TextField] = {}
    for page in pdf.pages:
        for annotation in _widgets(page):
            purpose = _purpose(annotation)
            if purpose is not None and purpose not in fields:
                x0, y0, x1, y1 = (float(v) for v in annotation.Rect)
                fields[purpose] = TextField(annotation, purpose, abs(x1 - x0), abs(y1 - y0))
    return fields


def fill_field(pdf: pikepdf.Pdf, field: TextField, text: str, lines: tuple[SetLine, ...]) -> None:
    """Give a field its value and its appearance, so that every viewer and printer shows it."""
    owner = _owner(field.annotation)
    owner.V = String(text)
    for key in (Name.RV, Name.AS):
        if key in owner:
            del owner[key]
    look = _drawn(pdf, lines, field.width, field.height)
    field.annotation.AP = Dictionary(N=look)
    form = pdf.Root.AcroForm
    form.NeedAppearances = False
    if Name.XFA in form:
        del form.XFA  # another description of the same form, without the value


def _drawn(
    pdf: pikepdf.Pdf, lines: tuple[SetLine, ...], width: float, height: float
) -> pikepdf.Object:
    """Lines as a form XObject."""
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415  slow

    buffer = io.BytesIO()
    font()
    canvas = Canvas(buffer, pagesize=(width, height), invariant=True)
    draw(canvas, lines, height)
    canvas.showPage()
    canvas.save()
    with pikepdf.open(buffer) as drawn:
        return pdf.copy_foreign(drawn.pages[0].as_form_xobject())


def _widgets(page: pikepdf.Page) -> Iterator[pikepdf.Object]:
    """The empty text fields of a page that a person may fill in."""
    annotations = page.obj.get(Name.Annots, Array())
    for annotation in annotations if isinstance(annotations, Array) else ():
        if not isinstance(annotation, Dictionary) or Name.Rect not in annotation:
            continue
        is_text = _inherited(annotation, Name.FT, None) == Name.Tx
        flags = int(annotation.get(Name.F, 0))
        locked = _number(annotation, Name.Ff, 0) & READ_ONLY
        value = str(_inherited(annotation, Name.V, "")).strip()
        if is_text and not locked and not flags & HIDDEN and not value:
            yield annotation


def _purpose(annotation: pikepdf.Object) -> Purpose | None:
    """What a field is for; None when its name does not say it."""
    names = [str(_inherited(annotation, Name.TU, ""))]
    names += [str(level[Name.T]) for level in _levels(annotation) if Name.T in level]
    for name in names:
        words = re.sub(r"([a-z])([A-Z])", r"\1 \2", name).casefold().replace("_", " ")
        for purpose, pattern in PURPOSES:
            if pattern.search(words):
                return purpose
    return None


def _owner(annotation: pikepdf.Object) -> pikepdf.Object:
    """The level of a field that has its type, and therefore its value."""
    return next((level for level in _levels(annotation) if Name.FT in level), annotation)


def _inherited(annotation: pikepdf.Object, key: Name, default: object) -> object:
    """A value of a field, or that of the fields above it."""
    return next((level[key] for level in _levels(annotation) if key in level), default)


def _number(annotation: pikepdf.Object, key: Name, default: int) -> int:
    """A whole number of a field, or of the fields above it."""
    value = _inherited(annotation, key, default)
    return value if isinstance(value, int) else default


def _levels(annotation: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """The field, and the fields above it."""
    level: pikepdf.Object | None = annotation
    for _ in range(MAX_PARENTS):
        if not isinstance(level, Dictionary):
            return
        yield level
        level = level.get(Name.Parent)
