"""Open a file, whatever it is: the first verb of the main line."""

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


def open_source(path: Path, settings: Settings, note: Callable[[Damage], None]) -> Source:
    """A file as a source; raises Damaged when nothing of it can be read, MissingTool when
    poppler is not there. `note` receives damage that does not stop the reading.
    """
    content = read_bytes(path, settings.max_bytes)
    kind = type_of(path, content)
    digest = fingerprint(content)
    if kind == "text":
        text = decode(content, settings.max_characters)
        return Source(path, kind, digest, 1, _no_pages, text=text)
    if kind == "pdf":
        facts = inspect_pdf(path, settings)
        render = pdf_renderer(path, settings, note)
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
            updates=_updates(content),
            certificates=read_certificates(content, settings.trusted_roots),
        )
    else:
        frames, render = open_image(content, settings)
        source = Source(path, kind, digest, frames, render)
    _check_pages(source, settings, note)
    return source


def _updates(content: bytes) -> int:
    """How often the file was added to; a linearized one ends twice by itself."""
    ends = content.count(b"%%EOF") - (b"/Linearized" in content[:1024])
    return max(0, ends - 1)


def _no_pages(page: int, dpi: int) -> Raster:
    raise Damaged("render", "text", f"Text has no page {page} at {dpi} dpi.", page)


def _check_pages(source: Source, settings: Settings, note: Callable[[Damage], None]) -> None:
    if source.pages < 1:
        raise Damaged("open", "broken", "It has no pages.")
    if source.pages > settings.max_pages:
        effect = f"{source.pages} pages: only the first and last are looked at."
        note(Damage(stage="open", kind="too_many_pages", effect=effect))
