"""Tesseract through pytesseract: whole pages to words, and crops to readings.

All images of one call go into one process through a list file: 20 crops cost 0.21 s so,
and 2.06 s one by one. The child gets one OpenMP thread unless the user says otherwise:
its threads fight over the cores (tesseract-ocr/tesseract#898).
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
SPARSE_TEXT = 11
"""Page segmentation mode that finds the most labels beside ink (bench/labels.py)."""
SINGLE_LINE = 7
PROBE = 65_536
"""Bytes that must find room after a call: a page's table has about as many."""


@dataclass(frozen=True)
class Tesseract:
    """The tesseract engine; `timeout` seconds a call, `language` as installed."""

    timeout: float = 60.0
    language: str = "eng"

    def available(self) -> Availability:
        """Whether tesseract and the language are installed."""
        try:
            version = str(pytesseract.get_tesseract_version())
            languages = pytesseract.get_languages()
        except (pytesseract.TesseractNotFoundError, SystemExit):
            return Availability(TESSERACT, False, advice=ADVICE)
        if self.language not in languages:
            advice = f"Install it: `sudo apt-get install tesseract-ocr-{self.language}`."
            return Availability(f"tesseract language {self.language}", False, version, advice)
        return Availability(TESSERACT, True, version)

    def read(self, crops: Sequence[Grey]) -> tuple[Reading, ...]:
        """One line per crop; raises ReaderTrouble or MissingTool."""
        rows = self._rows(crops, SINGLE_LINE, dpi=300)
        return tuple(_reading(rows.get(index, [])) for index in range(len(crops)))

    def words(self, pages: Sequence[Grey], dpi: float) -> tuple[tuple[Word, ...], ...]:
        """All words of whole pages, in points; raises ReaderTrouble or MissingTool."""
        rows = self._rows(pages, SPARSE_TEXT, dpi)
        scale = POINTS_PER_INCH / dpi
        return tuple(
            tuple(_word(row, scale) for row in rows.get(index, [])) for index in range(len(pages))
        )

    def _rows(
        self, images: Sequence[Grey], mode: int, dpi: float
    ) -> dict[int, list[Mapping[str, Any]]]:
        """Tesseract's word rows with text, by image."""
        if not images:
            return {}
        with tempfile.TemporaryDirectory(prefix="ocr-extract-") as folder, one_thread():
            listing = _write_list(images, Path(folder))
            with _room_proved(Path(folder)):
                table = self._table(listing, f"--psm {mode} --dpi {round(dpi)}")
        rows: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
        for index in range(len(table["text"])):
            row = {key: column[index] for key, column in table.items()}
            if str(row["text"]).strip():
                rows[int(row["page_num"]) - 1].append(row)
        return rows

    def _table(self, listing: Path, config: str) -> dict[str, list[Any]]:
        """Pytesseract's table of words; its troubles become ours at this one seam."""
        try:
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
            raise _trouble(int(error.status), str(error.message), self.language) from error
        except subprocess.CalledProcessError as error:
            # Of its version, for which pytesseract asks once a process.
            raise _trouble(error.returncode, "it has no version", self.language) from error
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


def _trouble(status: int, message: str, language: str) -> Exception:
    if -status == signal.SIGXCPU:
        # Our own bound on a document's processor time.
        return RecognizerTrouble("reader_timeout", "Reading took too long.")
    if status < 0:
        return RecognizerTrouble("tool_killed", f"tesseract was ended by {signal_name(-status)}.")
    if "load any languages" in message or "Error opening data file" in message:
        advice = f"Install it: `sudo apt-get install tesseract-ocr-{language}`."
        return MissingTool(f"tesseract has no language {language}.", advice)
    return RecognizerTrouble("reader_crashed", f"tesseract failed: {message[:200]}")


def signal_name(number: int) -> str:
    """SIGKILL for 9; a number that has no name as such."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


@contextmanager
def _room_proved(folder: Path) -> Iterator[None]:
    """Tesseract is silent when its output finds no room: rows are missing, or all of them.
    So whatever came of it counts only where there is room still; raises NoRoom.
    """
    try:
        yield
    finally:
        try:
            (folder / "probe").write_bytes(bytes(PROBE))
        except OSError as error:
            raise_if_no_room(error)


@contextmanager
def one_thread() -> Iterator[None]:
    """One OpenMP thread for children started inside, unless the user has said otherwise.

    pytesseract hands its own environment to the child, so that is where it has to be.
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
    paths = []
    for index, image in enumerate(images):
        path = folder / f"{index:04d}.pgm"
        # Not imwrite, which keeps silent when there is no room; PNG takes a fifth of a second more.
        path.write_bytes(cv2.imencode(".pgm", image)[1].tobytes())
        paths.append(str(path))
    listing = folder / "list.txt"
    listing.write_text("\n".join(paths) + "\n", encoding="utf-8")
    return listing


def _reading(rows: Sequence[Mapping[str, Any]]) -> Reading:
    if not rows:
        return Reading(reader=TESSERACT, hypotheses=())
    text = " ".join(str(row["text"]).strip() for row in rows)
    score = sum(math.log(_score(row)) for row in rows)
    return Reading(reader=TESSERACT, hypotheses=(Hypothesis(text=text, log_likelihood=score),))


def _score(row: Mapping[str, Any]) -> float:
    """Tesseract's 0..100 word confidence as 0.01..0.999; an input, never shown."""
    return min(0.999, max(0.01, float(row["conf"]) / 100.0))


def _word(row: Mapping[str, Any], scale: float) -> Word:
    x, y = float(row["left"]) * scale, float(row["top"]) * scale
    rect = Rect(x, y, x + float(row["width"]) * scale, y + float(row["height"]) * scale)
    return Word(str(row["text"]).strip(), rect, _score(row))
