"""The external tools: whether each is present, its version, and how to install it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from ocr_extract.errors import MissingTool
from ocr_extract.recognition.base import Availability

PROBE_TIMEOUT = 20.0
"""Seconds that a program may take to print its version (chosen)."""


def probe_all() -> tuple[Availability, ...]:
    """The state of every tool that a run needs.

    The programs are called in parallel, while the recognizers are imported.
    """
    with ThreadPoolExecutor(3) as threads:
        poppler = [threads.submit(_poppler, name) for name in ("pdfinfo", "pdftoppm")]
        # A run has imported these already; `doctor` and `--help` do not need all of them.
        from ocr_extract.recognition.tesseract import Tesseract  # noqa: PLC0415

        tesseract = threads.submit(Tesseract().available)
        from ocr_extract.recognition.handwriting import handwriting  # noqa: PLC0415
        from ocr_extract.recognition.pp_ocr import pp_ocr  # noqa: PLC0415

        networks = (pp_ocr().available(), handwriting().available())
        return (tesseract.result(), *(answer.result() for answer in poppler), *networks)


def require_all(tools: Sequence[Availability] | None = None) -> None:
    """Raises MissingTool with the name of the first missing tool.

    `tools` are states that were probed before; without them all tools are probed.
    """
    for tool in probe_all() if tools is None else tools:
        if not tool.present:
            raise MissingTool(f"{tool.name} is not installed.", tool.advice)


def _poppler(program: str) -> Availability:
    path = shutil.which(program)
    try:
        answer = subprocess.run(
            [path or program, "-v"],
            capture_output=True,
            text=True,
            timeout=PROBE_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        from ocr_extract.sources.pdf_raster import POPPLER_ADVICE  # noqa: PLC0415  as slow as a library

        return Availability(f"poppler ({program})", False, advice=POPPLER_ADVICE)
    match = re.search(r"version (\S+)", answer.stderr + answer.stdout)
    return Availability(f"poppler ({program})", True, match[1] if match else "")
