"""A line network on ONNX Runtime: crops to frames, one thread, loaded once a process."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.metadata import version as package_version
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from ocr_extract.errors import MissingTool
from ocr_extract.geometry import Grey
from ocr_extract.recognition.base import Availability, RecognizerTrouble
from ocr_extract.recognition.ctc_output import BLANK, COLUMNS, CtcOutput, column_of
from ocr_extract.records import Hypothesis, Reading

Input = npt.NDArray[np.float32]
MIN_CONFIDENCE = 1e-3


@dataclass(frozen=True)
class LineNetwork:
    """Weights, the characters they know (the first is the blank), and how a crop becomes
    their input of shape (1, channels, height, width).
    """

    name: str
    weights: Path
    characters: tuple[str, ...]
    prepared: Callable[[Grey], Input]
    logarithms: bool = False
    advice: str = ""

    def available(self) -> Availability:
        """Whether the weights are there."""
        version = f"onnxruntime {package_version('onnxruntime')}"
        return Availability(self.name, self.weights.is_file(), version, self.advice)

    def read(self, crops: Sequence[Grey]) -> tuple[Reading, ...]:
        """The best reading of each crop; raises ReaderTrouble or MissingTool."""
        return tuple(as_reading(self.name, frames) for frames in self.frames(crops))

    def frames(self, crops: Sequence[Grey]) -> tuple[CtcOutput, ...]:
        """What the network saw in each crop; one by one, so that no crop's result depends
        on its neighbours. Raises ReaderTrouble or MissingTool.
        """
        return tuple(self._seen(crop) for crop in crops)

    def _seen(self, crop: Grey) -> CtcOutput:
        if not self.weights.is_file():
            raise MissingTool(f"The weights of {self.name} are not installed.", self.advice)
        session = _session(self.weights)
        try:
            (output,) = session.run(None, {session.get_inputs()[0].name: self.prepared(crop)})
        except _failures() as error:
            raise RecognizerTrouble("reader_crashed", f"{self.name} failed: {error}") from error
        rows = np.asarray(output[0], np.float32)
        return _frames(np.exp(rows) if self.logarithms else rows, self.characters)


def as_reading(name: str, frames: CtcOutput) -> Reading:
    """The best free reading, with its score as a log-likelihood by word."""
    if not frames.text.strip():
        return Reading(reader=name, hypotheses=())
    words = len(frames.text.split())
    score = words * float(np.log(min(1.0, max(MIN_CONFIDENCE, frames.sure))))
    return Reading(reader=name, hypotheses=(Hypothesis(text=frames.text, log_likelihood=score),))


@lru_cache(maxsize=1)
def runtime() -> ModuleType:
    """ONNX Runtime, imported at the first crop and here only: since 1.32 it reports its use
    to a vendor's host, and writes a device number into the user's cache, unless this
    variable is set before the import.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    return import_module("onnxruntime")


def _failures() -> tuple[type[BaseException], ...]:
    """What ONNX Runtime raises for an input or a model that it cannot run."""
    state = runtime().capi.onnxruntime_pybind11_state
    return (state.Fail, state.InvalidArgument, state.RuntimeException, state.EPFail, RuntimeError)


@lru_cache(maxsize=4)
def _session(weights: Path) -> Any:
    onnxruntime = runtime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(weights), options, providers=["CPUExecutionProvider"])


def _frames(rows: npt.NDArray[np.float32], characters: tuple[str, ...]) -> CtcOutput:
    best = rows.argmax(axis=1)
    starts = [i for i, k in enumerate(best) if k and (i == 0 or best[i - 1] != k)]
    text = "".join(characters[best[i]] for i in starts)
    sure = float(np.mean([rows[i, best[i]] for i in starts])) if starts else 0.0
    return CtcOutput(_folded(rows, characters), text, sure)


def _folded(rows: npt.NDArray[np.float32], characters: tuple[str, ...]) -> Input:
    """Columns of characters that are the same to a date, added up."""
    order, starts, columns = _folding(characters)
    folded = np.zeros((len(rows), COLUMNS), np.float32)
    folded[:, columns] = np.add.reduceat(rows[:, order], starts, axis=1)
    return folded


@lru_cache(maxsize=4)
def _folding(
    characters: tuple[str, ...],
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    own = np.array([BLANK] + [column_of(c) for c in characters[1:]])
    order = np.argsort(own, kind="stable")
    columns, starts = np.unique(own[order], return_index=True)
    return order, starts, columns
