"""The outside programs and what can be said of them: is it there, which, how to get it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence

from ocr_extract.errors import MissingTool
from ocr_extract.readers.base import Availability
from ocr_extract.readers.handwriting import handwriting
from ocr_extract.readers.ppocr import pp_ocr
from ocr_extract.readers.tesseract import Tesseract
from ocr_extract.sources.pdf import POPPLER_ADVICE

PROBE_TIMEOUT = 20.0
"""Seconds: a version is printed at once, or never."""


def probe_all() -> tuple[Availability, ...]:
    """Every tool that a run needs."""
    return (
        Tesseract().available(),
        _poppler("pdfinfo"),
        _poppler("pdftoppm"),
        pp_ocr().available(),
        handwriting().available(),
    )


def require_all(found: Sequence[Availability] | None = None) -> None:
    """Raises MissingTool, naming the first tool that is missing."""
    for tool in probe_all() if found is None else found:
        if not tool.present:
            raise MissingTool(f"{tool.name} is not installed.", tool.advice)


def _poppler(program: str) -> Availability:
    path = shutil.which(program)
    if path is None:
        return Availability(f"poppler ({program})", False, advice=POPPLER_ADVICE)
    try:
        answer = subprocess.run(
            [path, "-v"], capture_output=True, text=True, timeout=PROBE_TIMEOUT, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return Availability(f"poppler ({program})", False, advice=POPPLER_ADVICE)
    match = re.search(r"version (\S+)", answer.stderr + answer.stdout)
    return Availability(f"poppler ({program})", True, match[1] if match else "")
