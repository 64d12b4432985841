"""Poppler's pdfinfo and pdftoppm: one call, one answer, at this one seam.

They are called here and not through pdf2image, which hides whether a program was ended by a
signal, starts three for a page, and waits without end for two of them.
"""

from __future__ import annotations

import re
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ocr_extract.errors import MissingTool, raise_if_no_room
from ocr_extract.geometry import Grey
from ocr_extract.records import Stage
from ocr_extract.sources.source import Damaged

POPPLER_ADVICE = "Install it: `sudo apt-get install poppler-utils` (macOS: `brew install poppler`)."
_GREY_MAP = re.compile(rb"P5\s+(\d+)\s+(\d+)\s+255\s")


@dataclass(frozen=True)
class Answer:
    """What a program printed, and what it complained of."""

    printed: bytes
    complaints: str


def pdfinfo(path: Path, seconds: float, page: int | None = None) -> Answer:
    """What pdfinfo says of a file, of one page when it is given; dates as they stand.

    Raises Damaged (timeout, tool_killed) or MissingTool.
    """
    chosen = [] if page is None else ["-f", str(page), "-l", str(page)]
    return _answer(["pdfinfo", "-rawdates", *chosen, _named(path)], seconds, "open", page)


def pdftoppm(path: Path, page: int, dpi: float, seconds: float) -> tuple[Grey | None, str]:
    """One page (from 1) in grey, None when poppler drew none; and what it complained of.

    Raises Damaged (timeout, tool_killed) or MissingTool.
    """
    chosen = ["-r", str(dpi), "-f", str(page), "-l", str(page), "-gray"]
    answer = _answer(["pdftoppm", *chosen, _named(path)], seconds, "render", page)
    return _pixels(answer.printed), answer.complaints


def _named(path: Path) -> str:
    """A name that is no option, whatever it begins with."""
    return str(path.absolute())


def _answer(command: list[str], seconds: float, stage: Stage, page: int | None) -> Answer:
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False
        )
    except FileNotFoundError as error:
        raise MissingTool(f"poppler's {command[0]} is not installed.", POPPLER_ADVICE) from error
    except subprocess.TimeoutExpired as error:
        raise _too_slow(stage, page) from error
    except OSError as error:
        raise_if_no_room(error)
        reason = error.strerror or type(error).__name__
        effect = f"{command[0]} could not be started ({reason})."
        raise Damaged(stage, "tool_killed", effect, page) from error
    if done.returncode < 0:
        raise _killed(command[0], -done.returncode, stage, page)
    return Answer(done.stdout, done.stderr.decode("utf-8", "replace"))


def _too_slow(stage: Stage, page: int | None) -> Damaged:
    doing = "Opening" if stage == "open" else "Rendering"
    return Damaged(stage, "timeout", f"{doing} it took too long.", page)


def _killed(program: str, number: int, stage: Stage, page: int | None) -> Damaged:
    if number == signal.SIGXCPU:
        # Our own bound on a document's processor time.
        return _too_slow(stage, page)
    return Damaged(stage, "tool_killed", f"{program} was ended by {signal_name(number)}.", page)


def signal_name(number: int) -> str:
    """SIGKILL for 9; a number that has no name as such."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _pixels(printed: bytes) -> Grey | None:
    """A binary PGM's pixels; None when it is none, or cut off."""
    head = _GREY_MAP.match(printed)
    if head is None:
        return None
    width, height = int(head[1]), int(head[2])
    if len(printed) - head.end() < width * height or not width * height:
        return None
    pixels = np.frombuffer(printed, np.uint8, width * height, head.end())
    return pixels.reshape(height, width).copy()
