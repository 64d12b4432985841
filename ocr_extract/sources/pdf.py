"""PDF by poppler: page count, dates, and pages as rasters.

Pages are rendered one at a time, when asked for, at a size that is bounded before
poppler starts. What poppler repairs on the way is damage: a page that renders but
lacks the ink is worse than one that fails.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ocr_extract.geometry import POINTS_PER_INCH, Grey, Raster, raster_of
from ocr_extract.records import Damage
from ocr_extract.settings import Settings
from ocr_extract.sources.poppler import pdfinfo, pdftoppm
from ocr_extract.sources.source import Damaged

SMALLEST_DPI = 20
MOST_INCHES = 16.5
MOST_PRODUCER = 200
HARMLESS = ("Can't get Fields array", "Invalid Font Weight", "Illegal URI-type link")
"""Syntax errors that cost no ink: a form without fields, a font's weight, a link."""
_SIZE = re.compile(r"\d+(?:\.\d*)?(?:e[+-]?\d+)?")
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
        pages=int(info["Pages"]),
        created=iso_time(info.get("CreationDate", "")),
        modified=iso_time(info.get("ModDate", "")),
        producer=info.get("Producer", "")[:MOST_PRODUCER] or None,
        encrypted=info.get("Encrypted", "no").startswith("yes"),
    )


def pdf_renderer(
    path: Path, settings: Settings, note: Callable[[Damage], None]
) -> Callable[[int, int], Raster]:
    """A function that renders one page (from 1) at a dpi; raises Damaged or MissingTool.

    `note` receives the damage of pages that poppler could only partly read.
    """

    def render(page: int, dpi: int) -> Raster:
        allowed = _bounded_dpi(path, page, dpi, settings)
        pixels, complaints = _rasterised(path, page, allowed, settings)
        if "Syntax Error" in complaints and _loses_ink(complaints):
            effect = "The page's data is broken: what was written on it may be missing."
            note(Damage(stage="render", kind="broken_page", page=page, effect=effect))
        return raster_of(pixels, allowed, page)

    return render


def _loses_ink(complaints: str) -> bool:
    """Whether any of poppler's syntax errors is about what stands on the page."""
    errors = [line for line in complaints.splitlines() if "Syntax Error" in line]
    return not errors or any(not any(h in line for h in HARMLESS) for line in errors)


def _pdfinfo(path: Path, settings: Settings, page: int | None = None) -> dict[str, str]:
    answer = pdfinfo(path, settings.render_timeout, page)
    # What pdfinfo prints is UTF-8, and a lone surrogate in it none.
    lines = answer.printed.decode("utf-8", "ignore").split("\n")
    info = {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}
    if not re.fullmatch(r"\d{1,9}", info.get("Pages", "")):
        raise _why_closed(answer.complaints)
    return info


def _why_closed(message: str) -> Damaged:
    if "password" in message.lower():
        return Damaged("open", "encrypted", "A password is needed to open it: not read.")
    reason = _first_line(message) or "no pages found"
    return Damaged("open", "broken", f"The PDF cannot be opened ({reason}).")


def _first_line(message: str) -> str:
    """Poppler's own first complaint, without the path and without control characters."""
    for line in message.splitlines():
        if "Error" in line:
            return re.sub(r"[^\x20-\x7e]", "", line.split("Error", 1)[1]).strip(" :.")[:120]
    return ""


def _bounded_dpi(path: Path, page: int, dpi: int, settings: Settings) -> float:
    """The resolution asked for, or the highest that keeps the page within bounds."""
    info = _pdfinfo(path, settings, page)
    sizes = [v for k, v in info.items() if re.fullmatch(r"Page\s+\d+ size", k)]
    numbers = _SIZE.findall((sizes or [info.get("Page size", "")])[0])
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
    return dpi * MOST_INCHES / max(MOST_INCHES, *inches)


def _rasterised(path: Path, page: int, dpi: float, settings: Settings) -> tuple[Grey, str]:
    """A page's pixels, and what poppler complained of."""
    pixels, complaints = pdftoppm(path, page, dpi, settings.render_timeout)
    if pixels is None:
        raise Damaged("render", "broken", "The page cannot be rendered.", page)
    return pixels, complaints


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
