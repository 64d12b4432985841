"""Tesseract through pytesseract: from whole pages to words, and from crops to readings.

All images of one call go to one process, through a list file: 20 crops take 0.21 s instead of
2.06 s one by one. The process gets one OpenMP thread unless the user sets another number: with
several, its threads compete for the cores (tesseract-ocr/tesseract#898).
"""

from __future__ import annotations

import math
import os
import signal
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import pytesseract

from ocr_extract.errors import MissingTool, raise_if_no_room
from ocr_extract.geometry import POINTS_PER_INCH, Grey, Rect
from ocr_extract.recognition.base import Availability, RecognizerTrouble
from ocr_extract.recognition.names import TESSERACT
from ocr_extract.records import Hypothesis, Reading
from ocr_extract.text import Word

ADVICE = "Install it: `sudo apt-get install tesseract-ocr` (macOS: `brew install tesseract`)."
THREADS = "OMP_THREAD_LIMIT"
RESOLVER, NO_ATTEMPTS = "RES_OPTIONS", "attempts:0"
"""Environment variable of the C library's resolver, and the value with which it asks nobody."""
SPARSE_TEXT = 11
"""Tesseract's page segmentation mode for pages: the mode that finds the most labels beside ink,
as found by bench/labels.py."""
SINGLE_LINE = 7
"""Tesseract's page segmentation mode for crops of one line. Defined by tesseract."""
PROBE_BYTES = 65_536
"""Number of bytes that are written after a call to check that the disk has room: about the size
of a page's table (chosen)."""


@dataclass(frozen=True)
class Tesseract:
    """The tesseract engine."""

    timeout: float = 60.0
    """Seconds per call."""
    language: str = "eng"
    """Name of an installed language of tesseract."""

    def available(self) -> Availability:
        """Whether tesseract and the language are installed."""
        try:
            with _no_name_lookup():
                version = str(pytesseract.get_tesseract_version())
            languages = pytesseract.get_languages()
        except (pytesseract.TesseractNotFoundError, SystemExit):
            return Availability(TESSERACT, False, advice=ADVICE)
        if self.language not in languages:
            advice = f"Install it: `sudo apt-get install tesseract-ocr-{self.language}`."
            return Availability(f"tesseract language {self.language}", False, version, advice)
        return Availability(TESSERACT, True, version)

    def read(self, crops: Sequence[Grey]) -> tuple[Reading, ...]:
        """One reading per crop, in the same order. Each crop is read as one line. Raises
        RecognizerTrouble or MissingTool.
        """
        rows = self._rows(crops, SINGLE_LINE, dpi=300)
        return tuple(_reading(rows.get(index, [])) for index in range(len(crops)))

    def words(self, pages: Sequence[Grey], dpi: float) -> tuple[tuple[Word, ...], ...]:
        """All words of whole pages, with places in points; raises RecognizerTrouble or
        MissingTool. `dpi` is the resolution of the pages in dots per inch.
        """
        rows = self._rows(pages, SPARSE_TEXT, dpi)
        scale = POINTS_PER_INCH / dpi
        return tuple(
            tuple(_word(row, scale) for row in rows.get(index, [])) for index in range(len(pages))
        )

    def _rows(
        self, images: Sequence[Grey], mode: int, dpi: float
    ) -> dict[int, list[Mapping[str, Any]]]:
        """Tesseract's rows of words, without empty ones, by the index of their image."""
        if not images:
            return {}
        with tempfile.TemporaryDirectory(prefix="ocr-extract-") as folder, one_thread():
            listing = _write_list(images, Path(folder))
            with _checked_room(Path(folder)):
                table = self._word_table(listing, f"--psm {mode} --dpi {round(dpi)}")
        rows: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
        for index in range(len(table["text"])):
            row = {key: column[index] for key, column in table.items()}
            if str(row["text"]).strip():
                rows[int(row["page_num"]) - 1].append(row)
        return rows

    def _word_table(self, listing: Path, config: str) -> dict[str, list[Any]]:
        """Pytesseract's table of words, by column. Only here are its exceptions turned into
        RecognizerTrouble, MissingTool or NoRoom.
        """
        try:
            with _no_name_lookup():
                # Asked once per process and remembered, so that image_to_data does not ask.
                pytesseract.get_tesseract_version(cached=True)
            table = pytesseract.image_to_data(
                str(listing),
                lang=self.language,
                config=config,
                output_type=pytesseract.Output.DICT,
                timeout=self.timeout,
            )
        except pytesseract.TesseractNotFoundError as error:
            raise MissingTool("tesseract is not installed.", ADVICE) from error
        except pytesseract.TesseractError as error:
            raise _trouble_of(int(error.status), str(error.message), self.language) from error
        except subprocess.CalledProcessError as error:
            # From the question for the version, which pytesseract asks once per process.
            raise _trouble_of(error.returncode, "it has no version", self.language) from error
        except SystemExit as error:
            raise RecognizerTrouble("reader_garbage", "tesseract printed no version.") from error
        except RuntimeError as error:
            raise RecognizerTrouble("reader_timeout", "Reading took too long.") from error
        except (OSError, ValueError, KeyError, IndexError, UnicodeDecodeError) as error:
            raise_if_no_room(error)
            raise RecognizerTrouble("reader_garbage", f"tesseract's output: {error}.") from error
        if not table or "text" not in table:
            raise RecognizerTrouble("reader_garbage", "tesseract printed no table.")
        return dict(table)


def _trouble_of(status: int, message: str, language: str) -> Exception:
    """The exception for an exit status of tesseract; a negative status is a signal."""
    if -status == signal.SIGXCPU:
        # The program's own limit on a document's processor time.
        return RecognizerTrouble("reader_timeout", "Reading took too long.")
    if status < 0:
        return RecognizerTrouble("tool_killed", f"tesseract was ended by {signal_name(-status)}.")
    if "load any languages" in message or "Error opening data file" in message:
        advice = f"Install it: `sudo apt-get install tesseract-ocr-{language}`."
        return MissingTool(f"tesseract has no language {language}.", advice)
    return RecognizerTrouble("reader_crashed", f"tesseract failed: {message[:200]}")


def signal_name(number: int) -> str:
    """The name of a signal: "SIGKILL" for 9, "signal 99" for a number without a name."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


@contextmanager
def _checked_room(folder: Path) -> Iterator[None]:
    """Checks after a call that the disk still has room; raises NoRoom. Tesseract reports no error
    when the disk is full: some or all rows of its table are missing.
    """
    try:
        yield
    finally:
        try:
            (folder / "probe").write_bytes(bytes(PROBE_BYTES))
        except OSError as error:
            raise_if_no_room(error)


@contextmanager
def _no_name_lookup() -> Iterator[None]:
    """Programs that are started inside ask no name server. `tesseract --version` prints libcurl's
    version, and that makes OpenLDAP, which libcurl is linked with, look up this machine's own name.
    """
    former = os.environ.get(RESOLVER)
    os.environ[RESOLVER] = NO_ATTEMPTS
    try:
        yield
    finally:
        if former is None:
            os.environ.pop(RESOLVER, None)
        else:
            os.environ[RESOLVER] = former


@contextmanager
def one_thread() -> Iterator[None]:
    """One OpenMP thread for processes that are started inside, unless the user has set a number.

    It is set in this process's environment, which pytesseract passes on to its child.
    """
    if THREADS in os.environ:
        yield
        return
    os.environ[THREADS] = "1"
    try:
        yield
    finally:
        os.environ.pop(THREADS, None)


def _write_list(images: Sequence[Grey], folder: Path) -> Path:
    """Writes the images and the file that lists their paths; returns the latter's path."""
    paths = []
    for index, image in enumerate(images):
        path = folder / f"{index:04d}.pgm"
        # imwrite reports no error on a full disk; PNG takes 0.2 seconds longer.
        path.write_bytes(cv2.imencode(".pgm", image)[1].tobytes())
        paths.append(str(path))
    listing = folder / "list.txt"
    listing.write_text("\n".join(paths) + "\n", encoding="utf-8")
    return listing


def _reading(rows: Sequence[Mapping[str, Any]]) -> Reading:
    """The reading of one crop from its rows of words."""
    if not rows:
        return Reading(reader=TESSERACT, hypotheses=())
    text = " ".join(str(row["text"]).strip() for row in rows)
    score = sum(math.log(_score(row)) for row in rows)
    return Reading(reader=TESSERACT, hypotheses=(Hypothesis(text=text, log_likelihood=score),))


def _score(row: Mapping[str, Any]) -> float:
    """Tesseract's word confidence (0..100) as 0.01..0.999. It is only an input of the decision and
    is never shown.
    """
    return min(0.999, max(0.01, float(row["conf"]) / 100.0))


def _word(row: Mapping[str, Any], scale: float) -> Word:
    x, y = float(row["left"]) * scale, float(row["top"]) * scale
    rect = Rect(x, y, x + float(row["width"]) * scale, y + float(row["height"]) * scale)
    return Word(str(row["text"]).strip(), rect, _score(row))
