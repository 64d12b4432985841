"""Open a file of any supported type: the first step of an extraction."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ocr_extract.geometry import Raster
from ocr_extract.records import Damage
from ocr_extract.settings import Settings
from ocr_extract.sources.certificates import read_certificates
from ocr_extract.sources.image import open_image
from ocr_extract.sources.pdf_raster import inspect_pdf, pdf_renderer
from ocr_extract.sources.source import Damaged, Source, fingerprint, read_bytes, type_of
from ocr_extract.sources.text import decode


def open_source(path: Path, settings: Settings, report_damage: Callable[[Damage], None]) -> Source:
    """A file as a source. Raises Damaged when nothing of it can be read, and MissingTool when
    poppler is not installed. `report_damage` receives damage that does not stop the reading.
    """
    content = read_bytes(path, settings.max_bytes)
    kind = type_of(path, content)
    digest = fingerprint(content)
    if kind == "text":
        text = decode(content, settings.max_characters)
        return Source(path, kind, digest, 1, _render_nothing, text=text)
    if kind == "pdf":
        facts = inspect_pdf(path, settings)
        render = pdf_renderer(path, settings, report_damage)
        source = Source(
            path,
            kind,
            digest,
            facts.pages,
            render,
            created=facts.created,
            modified=facts.modified,
            producer=facts.producer,
            encrypted=facts.encrypted,
            updates=_count_updates(content),
            certificates=read_certificates(content, settings.trusted_roots),
        )
    else:
        frames, render = open_image(content, settings)
        source = Source(path, kind, digest, frames, render)
    _check_pages(source, settings, report_damage)
    return source


def _count_updates(content: bytes) -> int:
    """How many times the PDF was added to after it was first written. A linearized file has two
    end marks from the start.
    """
    end_marks = content.count(b"%%EOF") - (b"/Linearized" in content[:1024])
    return max(0, end_marks - 1)


def _render_nothing(page: int, dpi: int) -> Raster:
    """What renders a text file: it has no pages to render, so this always raises Damaged."""
    raise Damaged("render", "text", f"Text has no page {page} at {dpi} dpi.", page)


def _check_pages(
    source: Source, settings: Settings, report_damage: Callable[[Damage], None]
) -> None:
    """Raise Damaged when a source has no pages; report one that has more than are read."""
    if source.pages < 1:
        raise Damaged("open", "broken", "It has no pages.")
    if source.pages > settings.max_pages:
        effect = f"{source.pages} pages: only the first and last are looked at."
        report_damage(Damage(stage="open", kind="too_many_pages", effect=effect))
