"""PDF by poppler, through pdf2image: page count, dates, and pages as rasters. Pages that are
pictures are drawn by PDFium instead, see `picture_raster`.

Pages are rendered one at a time, on request, at a size that is limited before poppler starts. What
poppler repairs on the way counts as damage: a page that renders but lacks the ink is worse than a
page that fails.
"""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Callable, Sequence
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
from ocr_extract.geometry import POINTS_PER_INCH, Grey, Raster, raster_of
from ocr_extract.records import Damage, Stage
from ocr_extract.settings import Settings
from ocr_extract.sources.resolution import MIN_DPI, limited_dpi
from ocr_extract.sources.source import Damaged
from ocr_extract.sources.two_engines import pdfium_draws_alike

POPPLER_ADVICE = "Install it: `sudo apt-get install poppler-utils` (macOS: `brew install poppler`)."
MAX_PRODUCER_LENGTH = 200
"""Characters kept of the producing program's name (chosen)."""
HARMLESS_ERRORS = ("Can't get Fields array", "Invalid Font Weight", "Illegal URI-type link")
"""Syntax errors that lose no ink: they concern a form without fields, a font's weight, a link."""
REPAIRED_ERRORS = (
    *HARMLESS_ERRORS,
    "Failed to parse XRef entry",
    "Missing 'endstream' or incorrect stream length",
    "Unknown font tag",
    "No font in show",
    "Missing language pack",
)
"""Syntax errors that PDFium repairs where poppler leaves something out, so that a drawing that is
alike has lost nothing: the structure of the file, and a font in place of one that is missing."""
_DATE = re.compile(
    r"D:(?P<Y>\d{4})(?P<m>\d{2})?(?P<d>\d{2})?(?P<H>\d{2})?(?P<M>\d{2})?(?P<S>\d{2})?"
    r"(?P<zone>Z|[+-]\d{2}'?(?:\d{2})?'?)?"
)


@dataclass(frozen=True)
class PdfFacts:
    """What pdfinfo says: number of pages, times as ISO 8601, the producing program, and whether
    the file is encrypted (its password is empty, since it could be opened).
    """

    pages: int
    created: str | None
    modified: str | None
    producer: str | None
    encrypted: bool


def inspect_pdf(path: Path, settings: Settings) -> PdfFacts:
    """Page count, times, producer. Raises Damaged (encrypted, broken, timeout, tool_killed) or
    MissingTool.
    """
    info = _pdfinfo(path, settings)
    return PdfFacts(
        pages=int(info.get("Pages", 0)),
        created=iso_time(str(info.get("CreationDate", ""))),
        modified=iso_time(str(info.get("ModDate", ""))),
        producer=str(info["Producer"])[:MAX_PRODUCER_LENGTH] if info.get("Producer") else None,
        encrypted=str(info.get("Encrypted", "no")).startswith("yes"),
    )


def pdf_renderer(
    path: Path, settings: Settings, report_damage: Callable[[Damage], None]
) -> Callable[[int, int], Raster]:
    """A function that renders one page (from 1) at a resolution in pixels per inch.

    The raster is grey, and its resolution is lower where the page is large. The function raises
    Damaged or MissingTool. `report_damage` receives the damage of pages that poppler could only
    partly read.
    """

    def render(page: int, dpi: int) -> Raster:
        allowed = _bounded_dpi(path, page, dpi, settings)
        try:
            image = _rasterized(path, page, allowed, settings, strict=True)
        except PDFSyntaxError as error:
            image = _rasterized(path, page, allowed, settings, strict=False)
            if not _are_all_of(str(error), HARMLESS_ERRORS):
                repaired = _are_all_of(str(error), REPAIRED_ERRORS)
                alike = repaired and pdfium_draws_alike(path, page, _grey(image), settings)
                report_damage(_broken_page(page, harmless=alike))
        return raster_of(_grey(image), allowed, page)

    return render


def _grey(image: Image.Image) -> Grey:
    return np.asarray(image.convert("L"), dtype=np.uint8)


def _broken_page(page: int, *, harmless: bool) -> Damage:
    """The damage of a page that poppler complains about."""
    costs = "two programs draw it alike." if harmless else "what was written on it may be missing."
    effect = f"The page's data is broken: {costs}"
    return Damage(stage="render", kind="broken_page", page=page, effect=effect, harmless=harmless)


def _are_all_of(complaints: str, phrases: Sequence[str]) -> bool:
    """Whether poppler's complaints have syntax errors, and each of them is one of these phrases."""
    errors = [line for line in complaints.splitlines() if "Syntax Error" in line]
    return bool(errors) and all(any(phrase in line for phrase in phrases) for line in errors)


def _pdfinfo(path: Path, settings: Settings, **pages: int) -> dict[str, Any]:
    """What pdfinfo prints, by name; `pages` limits it to some pages. Raises Damaged or
    MissingTool.
    """
    try:
        return dict(
            pdfinfo_from_path(
                _absolute_name(path),
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
        _run_again(["pdfinfo", *flags, _absolute_name(path)], b"Pages:", "open", settings)
        raise _open_failure(str(error)) from error


def _run_again(
    command: list[str], proof: bytes, stage: Stage, settings: Settings, page: int | None = None
) -> None:
    """Run a program that has failed once more, because pdf2image does not say how it ended.

    Raises Damaged: "tool_killed" when a signal ends the program, or when its output now has the
    proof that it works (the failure was the machine's and not the file's); "timeout" when it used
    up its processor time.
    """
    try:
        result = subprocess.run(
            command, capture_output=True, timeout=settings.render_timeout, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return
    if -result.returncode == signal.SIGXCPU:  # our own limit on a document's processor time
        raise Damaged(stage, "timeout", f"{command[0]} took too long.", page)
    if result.returncode < 0 or (result.returncode == 0 and proof in result.stdout):
        effect = f"{command[0]} was ended before it had answered."
        raise Damaged(stage, "tool_killed", effect, page)


def _open_failure(message: str) -> Damaged:
    """The damage of a PDF that cannot be opened, by poppler's message."""
    if "password" in message.lower():
        return Damaged("open", "encrypted", "A password is needed to open it: not read.")
    reason = _first_line(message) or "no pages found"
    return Damaged("open", "broken", f"The PDF cannot be opened ({reason}).")


def _absolute_name(path: Path) -> str:
    """The absolute path: no program takes it for an option, whatever the name begins with."""
    return str(path.absolute())


def _first_line(message: str) -> str:
    """Poppler's first complaint, without the path and without control characters."""
    for line in message.splitlines():
        if "Error" in line:
            return re.sub(r"[^\x20-\x7e]", "", line.split("Error", 1)[1]).strip(" :.")[:120]
    return ""


def _bounded_dpi(path: Path, page: int, dpi: int, settings: Settings) -> float:
    """The requested resolution, or the highest at which the page stays within the limits. Raises
    Damaged when the page has no size, or would need less than MIN_DPI.
    """
    info = _pdfinfo(path, settings, first_page=page, last_page=page)
    sizes = [str(v) for k, v in info.items() if re.fullmatch(r"Page\s+\d+ size", k)]
    numbers = re.findall(r"[\d.]+(?:e[+-]?\d+)?", (sizes or [str(info.get("Page size", ""))])[0])
    if len(numbers) < 2:
        raise Damaged("render", "broken", "The page has no size.", page)
    inches = [max(0.01, float(n) / POINTS_PER_INCH) for n in numbers[:2]]
    allowed = limited_dpi((inches[0], inches[1]), dpi, settings)
    if allowed < MIN_DPI:
        raise Damaged("render", "too_large", "The page is too large to be rendered.", page)
    return allowed


def _rasterized(
    path: Path, page: int, dpi: float, settings: Settings, *, strict: bool
) -> Image.Image:
    """One page by pdftoppm. Raises PDFSyntaxError when `strict` and poppler complains, Damaged
    when nothing can be rendered, MissingTool when poppler is not installed.
    """
    try:
        images: list[Image.Image] = convert_from_path(
            _absolute_name(path),
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
        raise _render_failure(path, page, dpi, settings) from error
    if not images:
        raise _render_failure(path, page, dpi, settings)
    return images[0]


def _render_failure(path: Path, page: int, dpi: float, settings: Settings) -> Damaged:
    """The damage of a page that poppler did not render."""
    options = ["-f", str(page), "-l", str(page), "-r", str(dpi)]
    command = ["pdftoppm", "-gray", *options, _absolute_name(path)]
    try:
        _run_again(command, b"P5", "render", settings, page)
    except Damaged as killed:
        return killed
    return Damaged("render", "broken", "The page cannot be rendered.", page)


def iso_time(raw: str) -> str | None:
    """A PDF date (ISO 32000-1, 7.9.4) as ISO 8601 with its zone; a date without a time gives the
    day alone. None when there is no date.
    """
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
