"""PDF by poppler, through pdf2image: page count, dates, and pages as rasters.

Pages are rendered one at a time, when asked for, at a size that is bounded before
poppler starts. What poppler repairs on the way is damage: a page that renders but
lacks the ink is worse than one that fails.
"""

from __future__ import annotations

import math
import re
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pdf2image import convert_from_path, pdfinfo_from_path
from pdf2image.exceptions import (
    PDFInfoNotInstalledError,
    PDFPageCountError,
    PDFPopplerTimeoutError,
    PDFSyntaxError,
)
from PIL import Image

from ocr_extract.errors import MissingTool, raise_if_no_room
from ocr_extract.geometry import POINTS_PER_INCH, Raster, raster_of
from ocr_extract.records import Damage, Stage
from ocr_extract.settings import Settings
from ocr_extract.sources.source import Damaged

POPPLER_ADVICE = "Install it: `sudo apt-get install poppler-utils` (macOS: `brew install poppler`)."
SMALLEST_DPI = 20
MAX_INCHES = 16.5
MAX_PRODUCER = 200
HARMLESS = ("Can't get Fields array", "Invalid Font Weight", "Illegal URI-type link")
"""Syntax errors that cost no ink: a form without fields, a font's weight, a link."""
_DATE = re.compile(
    r"D:(?P<Y>\d{4})(?P<m>\d{2})?(?P<d>\d{2})?(?P<H>\d{2})?(?P<M>\d{2})?(?P<S>\d{2})?"
    r"(?P<zone>Z|[+-]\d{2}'?(?:\d{2})?'?)?"
)


@dataclass(frozen=True)
class PdfFacts:
    """What pdfinfo says: pages, the dates as ISO 8601, by which program, and whether it
    is encrypted (with an empty password, for it could be opened).
    """

    pages: int
    created: str | None
    modified: str | None
    producer: str | None
    encrypted: bool


def inspect_pdf(path: Path, settings: Settings) -> PdfFacts:
    """Page count and dates; raises Damaged (encrypted, truncated, hanging) or MissingTool."""
    info = _pdfinfo(path, settings)
    return PdfFacts(
        pages=int(info.get("Pages", 0)),
        created=iso_time(str(info.get("CreationDate", ""))),
        modified=iso_time(str(info.get("ModDate", ""))),
        producer=str(info["Producer"])[:MAX_PRODUCER] if info.get("Producer") else None,
        encrypted=str(info.get("Encrypted", "no")).startswith("yes"),
    )


def pdf_renderer(
    path: Path, settings: Settings, note: Callable[[Damage], None]
) -> Callable[[int, int], Raster]:
    """A function that renders one page (from 1) at a dpi; raises Damaged or MissingTool.

    `note` receives the damage of pages that poppler could only partly read.
    """

    def render(page: int, dpi: int) -> Raster:
        allowed = _bounded_dpi(path, page, dpi, settings)
        try:
            image = _rasterised(path, page, allowed, settings, strict=True)
        except PDFSyntaxError as error:
            if _loses_ink(str(error)):
                effect = "The page's data is broken: what was written on it may be missing."
                note(Damage(stage="render", kind="broken_page", page=page, effect=effect))
            image = _rasterised(path, page, allowed, settings, strict=False)
        return raster_of(np.asarray(image.convert("L"), dtype=np.uint8), allowed, page)

    return render


def _loses_ink(complaints: str) -> bool:
    """Whether any of poppler's syntax errors is about what stands on the page."""
    errors = [line for line in complaints.splitlines() if "Syntax Error" in line]
    return not errors or any(not any(h in line for h in HARMLESS) for line in errors)


def _pdfinfo(path: Path, settings: Settings, **pages: int) -> dict[str, Any]:
    try:
        return dict(
            pdfinfo_from_path(
                _named(path),
                rawdates=True,
                timeout=int(settings.render_timeout),
                **pages,
            )
        )
    except PDFInfoNotInstalledError as error:
        raise MissingTool("poppler's pdfinfo is not installed.", POPPLER_ADVICE) from error
    except PDFPopplerTimeoutError as error:
        raise Damaged("open", "timeout", "Opening it took too long.") from error
    except (PDFPageCountError, ValueError) as error:
        flags = [word for name, n in pages.items() for word in (f"-{name[0]}", str(n))]
        _check_passing(["pdfinfo", *flags, _named(path)], b"Pages:", "open", settings)
        raise _why_closed(str(error)) from error


def _check_passing(
    command: list[str], proof: bytes, stage: Stage, settings: Settings, page: int | None = None
) -> None:
    """Run a program once more that has failed, for pdf2image does not say how it ended.
    Raises Damaged (tool_killed) when a signal ends it, or its output now has what proves that
    it works: that was the machine's trouble, and not the file's.
    """
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=settings.render_timeout, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return
    if -done.returncode == signal.SIGXCPU:  # our own bound on a document's processor time
        raise Damaged(stage, "timeout", f"{command[0]} took too long.", page)
    if done.returncode < 0 or (done.returncode == 0 and proof in done.stdout):
        effect = f"{command[0]} was ended before it had answered."
        raise Damaged(stage, "tool_killed", effect, page)


def _why_closed(message: str) -> Damaged:
    if "password" in message.lower():
        return Damaged("open", "encrypted", "A password is needed to open it: not read.")
    reason = _first_line(message) or "no pages found"
    return Damaged("open", "broken", f"The PDF cannot be opened ({reason}).")


def _named(path: Path) -> str:
    """A name that no program takes for an option, whatever it begins with."""
    return str(path.absolute())


def _first_line(message: str) -> str:
    """Poppler's own first complaint, without the path and without control characters."""
    for line in message.splitlines():
        if "Error" in line:
            return re.sub(r"[^\x20-\x7e]", "", line.split("Error", 1)[1]).strip(" :.")[:120]
    return ""


def _bounded_dpi(path: Path, page: int, dpi: int, settings: Settings) -> float:
    """The resolution asked for, or the highest that keeps the page within bounds."""
    info = _pdfinfo(path, settings, first_page=page, last_page=page)
    sizes = [str(v) for k, v in info.items() if re.fullmatch(r"Page\s+\d+ size", k)]
    numbers = re.findall(r"[\d.]+(?:e[+-]?\d+)?", (sizes or [str(info.get("Page size", ""))])[0])
    if len(numbers) < 2:
        raise Damaged("render", "broken", "The page has no size.", page)
    inches = [max(0.01, float(n) / POINTS_PER_INCH) for n in numbers[:2]]
    by_area = math.sqrt(settings.max_pixels / (inches[0] * inches[1]))
    allowed = min(float(dpi), by_area, settings.max_side / max(inches), _sane(inches, dpi))
    if allowed < SMALLEST_DPI:
        raise Damaged("render", "too_large", "The page is too large to be rendered.", page)
    return allowed


def _sane(inches: list[float], dpi: int) -> float:
    """A photo placed at one pixel a point is 38 inches wide: its pixels are all there
    is, so that no side needs more than a letter page's pixels, half as much again.
    """
    return dpi * MAX_INCHES / max(MAX_INCHES, *inches)


def _rasterised(
    path: Path, page: int, dpi: float, settings: Settings, *, strict: bool
) -> Image.Image:
    try:
        images: list[Image.Image] = convert_from_path(
            _named(path),
            dpi=dpi,
            first_page=page,
            last_page=page,
            grayscale=True,
            strict=strict,
            timeout=int(settings.render_timeout),
        )
        for image in images:
            image.load()
    except PDFPopplerTimeoutError as error:
        raise Damaged("render", "timeout", "Rendering it took too long.", page) from error
    except PDFInfoNotInstalledError as error:
        raise MissingTool("poppler's pdftoppm is not installed.", POPPLER_ADVICE) from error
    except (PDFPageCountError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise_if_no_room(error)
        raise _unrendered(path, page, dpi, settings) from error
    if not images:
        raise _unrendered(path, page, dpi, settings)
    return images[0]


def _unrendered(path: Path, page: int, dpi: float, settings: Settings) -> Damaged:
    only = ["-f", str(page), "-l", str(page), "-r", str(dpi)]
    command = ["pdftoppm", "-gray", *only, _named(path)]
    try:
        _check_passing(command, b"P5", "render", settings, page)
    except Damaged as killed:
        return killed
    return Damaged("render", "broken", "The page cannot be rendered.", page)


def iso_time(raw: str) -> str | None:
    """A PDF date (ISO 32000-1, 7.9.4) as ISO 8601 with its zone, or None."""
    match = _DATE.search(raw)
    if match is None:
        return None
    day = f"{match['Y']}-{match['m'] or '01'}-{match['d'] or '01'}"
    if match["H"] is None:
        return day
    zone = (match["zone"] or "").replace("'", "")
    if len(zone) == 5:
        zone = f"{zone[:3]}:{zone[3:]}"
    elif len(zone) == 3:
        zone += ":00"
    return f"{day}T{match['H']}:{match['M'] or '00'}:{match['S'] or '00'}{zone}"
