"""The certificate of a package: a PDF that says what was checked, by what, and what is missing.

It is drawn from the manifest alone: the same manifest gives the same page.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from ocr_extract.handoff.manifest import Manifest, OpenPaper, PackedFile, digest_of
from ocr_extract.messages.lettering import FONT, font, one_line, undrawable
from ocr_extract.reports.plain import counted
from ocr_extract.volume.ledger.trail import BEGIN

if TYPE_CHECKING:
    from reportlab.platypus import Flowable, Table

BOLD, BOLD_FILE = "OcrExtractSansBold", "DejaVuSans-Bold.ttf"
"""The font of headings."""
MAX_CELL, MAX_FACT = 160, 600
"""Characters that a cell of a table, and a fact about the volume, shows, at most (chosen: some
lines of a title, and of names)."""
MARGIN = 40.0
"""Points around the page's content (chosen)."""
GREEN, AMBER, GREY, PALE = "#1b6b3a", "#9a4a00", "#555555", "#f1f1ee"
"""Colours of the box, of secondary text, and of every second row (chosen)."""
NO_SIGN = "\ufffd"
"""Stands for a character that the font cannot write."""
TITLE_SIZE, BOX_SIZE, HEADING_SIZE, SMALL_SIZE = 18.0, 11.0, 10.0, 7.0
"""Font sizes in points (chosen)."""


def certificate(manifest: Manifest) -> bytes:
    """The certificate as a PDF. Raises MissingTool when the font is not installed."""
    from reportlab.lib.pagesizes import A4  # noqa: PLC0415  slow
    from reportlab.platypus import SimpleDocTemplate  # noqa: PLC0415

    font()
    font(BOLD, BOLD_FILE)
    buffer = io.BytesIO()
    document = SimpleDocTemplate(
        buffer, pagesize=A4, invariant=True, title=f"Certificate {manifest.volume}".strip(),
        leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN,
        author="ocr-extract", subject=f"Manifest SHA-256 {digest_of(manifest.to_json())}",
    )  # fmt: skip
    document.build(_story(manifest), onFirstPage=_footer, onLaterPages=_footer)
    return buffer.getvalue()


def _story(manifest: Manifest) -> list[Flowable]:
    """Everything on the pages, from top to bottom."""
    from reportlab.platypus import Spacer  # noqa: PLC0415

    volume = f" of volume {manifest.volume}" if manifest.volume else ""
    story: list[Flowable] = [
        _text(f"Certificate of the agreements{volume}", TITLE_SIZE, bold=True),
        Spacer(0, 10),
        _box(manifest),
        Spacer(0, 10),
        _facts(manifest),
    ]
    if manifest.open:
        story += [
            Spacer(0, 10),
            _text("Papers without an agreement in this package", HEADING_SIZE, bold=True),
        ]
        story += [Spacer(0, 4), _open_table(manifest.open)]
    if manifest.files:
        story += [Spacer(0, 10), _text("Agreements in this package", HEADING_SIZE, bold=True)]
        story += [Spacer(0, 4), _files_table(manifest.files)]
    return story


def _box(manifest: Manifest) -> Table:
    """The answer in one sentence, in a frame."""
    from reportlab.platypus import Table  # noqa: PLC0415

    papers = counted(manifest.papers, "paper")
    if manifest.complete:
        colour, words = (
            GREEN,
            f"COMPLETE: every paper of the roster has an accepted agreement ({papers}).",
        )
    else:
        colour, words = AMBER, _incomplete(manifest)
    table = Table([[_text(words, BOX_SIZE, bold=True, colour=colour)]], colWidths=["100%"])
    table.setStyle(
        [("BOX", (0, 0), (-1, -1), 1.5, colour), ("LEFTPADDING", (0, 0), (-1, -1), 8),
         ("TOPPADDING", (0, 0), (-1, -1), 7), ("BOTTOMPADDING", (0, 0), (-1, -1), 9)]
    )  # fmt: skip
    return table


def _incomplete(manifest: Manifest) -> str:
    """What is missing, in a sentence or two."""
    have = f"{len(manifest.files)} of {counted(manifest.papers, 'paper')}"
    missing = counted(len(manifest.open), "does not", "do not")
    words = f"INCOMPLETE: {have} have an accepted agreement here, {missing}."
    if manifest.forgotten:
        words += f" {counted(manifest.forgotten, 'paper was', 'papers were')} forgotten."
    return words


def _facts(manifest: Manifest) -> Table:
    """What was checked, by what, and by whom decided."""
    states = ", ".join(f"{count} {state}" for state, count in manifest.states.items() if count)
    decided = ", ".join(
        f"{person}: {counted(count, 'decision')}" for person, count in manifest.decisions.items()
    )
    rows = [
        ("Papers of the roster", f"{manifest.papers} ({states or 'none'})"),
        ("Decided by people", decided or "nothing: every agreement here was accepted as read"),
        ("Checked", f"{manifest.checked[:16].replace('T', ' ')} UTC, run {manifest.run}"),
        ("Program", f"ocr-extract {manifest.program}, packed by {manifest.packed_by}"),
        ("Settings (SHA-256)", manifest.settings),
        *((f"Model {name}", digest) for name, digest in sorted(manifest.models.items())),
        ("Head of the audit trail", _trail(manifest)),
        ("Manifest (SHA-256)", digest_of(manifest.to_json())),
    ]
    cells = [
        [_text(name, SMALL_SIZE, colour=GREY), _text(v, SMALL_SIZE, limit=MAX_FACT)]
        for name, v in rows
    ]
    return _table(cells, [150, None], header=False)


def _trail(manifest: Manifest) -> str:
    """The head of the audit trail, or that it was empty."""
    return "empty: nothing was decided" if manifest.trail == BEGIN else manifest.trail


def _files_table(files: Sequence[PackedFile]) -> Table:
    """A row for each agreement."""
    header = ("Paper", "Signed", "Dated", "Decided by people", "File")
    rows = [
        (
            file.key, file.signature, file.date or "", "; ".join(file.decided_by) or "—",
            file.path + (f" ({file.note})" if file.note else ""),
        )
        for file in files
    ]  # fmt: skip
    return _table(_cells(header, rows), [88, 42, 54, 95, None])


def _open_table(papers: Sequence[OpenPaper]) -> Table:
    """A row for each paper that has no agreement here."""
    rows = [(paper.key, paper.state, paper.title, paper.why) for paper in papers]
    return _table(_cells(("Paper", "State", "Title", "What to do"), rows), [95, 50, 170, None])


def _cells(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[list[Flowable]]:
    head = [_text(name, SMALL_SIZE, bold=True) for name in header]
    return [head, *([_text(value, SMALL_SIZE) for value in row] for row in rows)]


def _table(
    cells: Sequence[Sequence[Flowable]], widths: Sequence[float | None], *, header: bool = True
) -> Table:
    """A table over the width of the page; the column without a width takes the rest."""
    from reportlab.lib.pagesizes import A4  # noqa: PLC0415
    from reportlab.platypus import Table  # noqa: PLC0415

    room = A4[0] - 2 * MARGIN - 12
    rest = room - sum(width or 0 for width in widths)
    style: list[Any] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 4),
        ("TOPPADDING", (0, 0), (-1, -1), 1.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
        ("ROWBACKGROUNDS", (0, int(header)), (-1, -1), [PALE, "#ffffff"]),
    ]
    if header:
        style.append(("LINEBELOW", (0, 0), (-1, 0), 0.7, GREY))
    table = Table(
        [list(row) for row in cells],
        colWidths=[width or rest for width in widths],
        repeatRows=int(header),
    )
    table.setStyle(style)
    return table


def _text(
    text: str, size: float, *, bold: bool = False, colour: str = "#000000", limit: int = MAX_CELL
) -> Flowable:
    """A paragraph of a text that may come from a document."""
    from reportlab.lib.styles import ParagraphStyle  # noqa: PLC0415
    from reportlab.platypus import Paragraph  # noqa: PLC0415

    style = ParagraphStyle(
        "text", fontName=BOLD if bold else FONT, fontSize=size, leading=1.25 * size,
        textColor=colour, splitLongWords=True,
    )  # fmt: skip
    return Paragraph(escape(shown(text, limit)), style)


def shown(text: str, limit: int = MAX_CELL) -> str:
    """A text as the certificate shows it: one line, cut to `limit` characters, and without signs
    that the font lacks.
    """
    line = one_line(text)
    line = line if len(line) <= limit else f"{line[: limit - 1]}…"
    missing = frozenset(undrawable(line))
    return "".join(NO_SIGN if c in missing else c for c in line)


def _footer(canvas: Any, document: Any) -> None:
    """The page's number."""
    canvas.saveState()
    canvas.setFont(FONT, SMALL_SIZE)
    canvas.setFillColor(GREY)
    canvas.drawCentredString(document.pagesize[0] / 2, MARGIN / 2, f"Page {document.page}")
    canvas.restoreState()
