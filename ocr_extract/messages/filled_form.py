"""Fills in what is known of a paper on a blank form, for its author to sign and date.

What the form says stays as it is: entries are laid over its pages, or are the values of its fields.
Signature and date stay empty.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from pikepdf import Name

from ocr_extract.errors import UsageError
from ocr_extract.messages.blanks import BlankForm, find_spaces
from ocr_extract.messages.form_fields import Purpose, TextField, fill_field, text_fields
from ocr_extract.messages.lettering import (
    SetLine,
    draw,
    font,
    one_line,
    set_into,
    undrawable,
)

NAMES: Mapping[Purpose, str] = {
    "title": "the title",
    "author": "the authors",
    "corresponding_author": "the corresponding author",
    "proceedings": "the proceedings",
}
"""What each entry is called in a message."""
MAX_SHOWN = 5
"""Number of characters without a sign in the font that a message names (chosen)."""
NAME_DIGITS = 12
"""Hexadecimal digits in the name of what is laid over a page (chosen)."""
ADVICE = "Give the blank form itself, as its publisher distributes it, or leave --form out."
"""What to do when a form cannot be filled in."""


@dataclass(frozen=True)
class FilledForm:
    """A form with its entries, as a PDF. `left_empty` says in sentences which entries are not there
    and why: the signer writes them.
    """

    content: bytes
    left_empty: tuple[str, ...] = ()


def filled_form(
    blank: Path,
    *,
    title: str,
    authors: str,
    proceedings: str = "",
    corresponding_author: str = "",
) -> bytes:
    """The form of a paper as a PDF (see `fill_in`). Raises UsageError and MissingTool."""
    return fill_in(
        blank,
        title=title,
        authors=authors,
        proceedings=proceedings,
        corresponding_author=corresponding_author,
    ).content


def fill_in(
    blank: Path,
    *,
    title: str,
    authors: str,
    proceedings: str = "",
    corresponding_author: str = "",
) -> FilledForm:
    """Fill in a blank form. An entry of "" is left to the signer, like signature and date. So is an
    entry that does not fit, or that the font cannot write; `left_empty` then says so. The
    proceedings are written into a field of the PDF that is for them; printed forms have no blank
    for them.

    The same form and the same entries give the same bytes. Raises UsageError when the file is no
    readable PDF, is encrypted, is filled in already, or has no blank that the program finds, and
    MissingTool when the font is not installed.
    """
    entries: dict[Purpose, str] = {
        "title": one_line(title),
        "author": one_line(authors),
        "corresponding_author": one_line(corresponding_author),
        "proceedings": one_line(proceedings),
    }
    with _opened(blank) as pdf:
        form, fields = find_spaces(blank), text_fields(pdf)
        if form.filled:
            raise UsageError(
                f"{blank} is filled in already: {form.filled[0]} has an entry.", ADVICE
            )
        if not fields and "title" not in form.spaces and "author" not in form.spaces:
            message = f"{blank} has no blank for a title or an author that the program finds."
            raise UsageError(message, ADVICE)
        font()
        left = tuple(_fill(pdf, form, fields, entries))
        buffer = io.BytesIO()
        pdf.save(buffer, deterministic_id=True)
    return FilledForm(buffer.getvalue(), left)


def _opened(blank: Path) -> pikepdf.Pdf:
    """The form, open. Raises UsageError when it cannot be read or is encrypted."""
    try:
        pdf = pikepdf.open(blank)
    except pikepdf.PasswordError as error:
        raise _encrypted(blank) from error
    except OSError as error:
        raise UsageError(f"Cannot read {blank}: {error.strerror}.", ADVICE) from error
    except pikepdf.PdfError as error:
        raise UsageError(f"{blank} cannot be read as a PDF.", ADVICE) from error
    if pdf.is_encrypted:
        pdf.close()
        raise _encrypted(blank)
    return pdf


def _encrypted(blank: Path) -> UsageError:
    return UsageError(f"{blank} is encrypted.", "Save it without a password and restrictions.")


def _fill(
    pdf: pikepdf.Pdf,
    form: BlankForm,
    fields: Mapping[Purpose, TextField],
    entries: Mapping[Purpose, str],
) -> Iterator[str]:
    """Write all entries. Yields a sentence for each that cannot be written."""
    on_pages: dict[int, list[SetLine]] = {}
    for purpose, text in entries.items():
        field = fields.get(purpose)
        space = None if purpose == "proceedings" else form.spaces.get(purpose)
        if not text or (field is None and space is None):
            continue
        if missing := undrawable(text):
            shown = ", ".join(f"“{c}”" for c in missing[:MAX_SHOWN])
            yield f"The font has no sign for {shown}: {NAMES[purpose]} is left to the signer."
            continue
        lines = field.holds(text) if field else set_into(text, space) if space else ()
        if not lines:
            yield f"The blank is too small for {NAMES[purpose]} ({len(text)} characters)."
        elif field is not None:
            fill_field(pdf, field, text, lines)
        elif space is not None:
            on_pages.setdefault(space.page, []).extend(lines)
    for number, lines_of_page in sorted(on_pages.items()):
        _lay_over(pdf, number, lines_of_page, form.sizes[number - 1])


def _lay_over(
    pdf: pikepdf.Pdf, number: int, lines: Sequence[SetLine], size: tuple[float, float]
) -> None:
    """Draw lines over a page, whose content stays as it is."""
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415  slow

    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=size, invariant=True)
    draw(canvas, lines, size[1])
    canvas.showPage()
    canvas.save()
    page = pdf.pages[number - 1]
    with pikepdf.open(buffer) as over:
        entries = pdf.copy_foreign(over.pages[0].as_form_xobject())
    # A name of its own content: pikepdf's own `add_overlay` takes a random one.
    unique = hashlib.sha256(repr(lines).encode()).hexdigest()[:NAME_DIGITS]
    name = page.add_resource(entries, Name.XObject, name=Name(f"/Entries{unique}"))
    place = page.calc_form_xobject_placement(
        entries,
        name,
        pikepdf.Rectangle(page.cropbox),
        invert_transformations=True,
        allow_shrink=False,
        allow_expand=False,
    )
    page.contents_add(b"q\n", prepend=True)
    page.contents_add(b"Q\n" + place)
