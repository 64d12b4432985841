"""A line network on ONNX Runtime: from crops to CTC output. It runs on one thread and is loaded
once per process.
"""

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
MIN_WORD_PROBABILITY = 1e-3
"""Smallest probability (0..1) per word of a free reading, for its logarithm (chosen)."""


@dataclass(frozen=True)
class LineNetwork:
    """A network that reads crops of one line each."""

    name: str
    weights: Path
    """ONNX file."""
    characters: tuple[str, ...]
    """Characters of the outputs; the first is the CTC blank."""
    prepared: Callable[[Grey], Input]
    """Makes the input, of shape (1, channels, height, width), from a crop."""
    logarithms: bool = False
    """Whether the network outputs logarithms of probabilities."""
    advice: str = ""
    """What to do when the weights are missing."""

    def available(self) -> Availability:
        """Whether the file of the weights exists."""
        version = f"onnxruntime {package_version('onnxruntime')}"
        return Availability(self.name, self.weights.is_file(), version, self.advice)

    def read(self, crops: Sequence[Grey]) -> tuple[Reading, ...]:
        """The best free reading of each crop; raises RecognizerTrouble or MissingTool."""
        return tuple(as_reading(self.name, output) for output in self.frames(crops))

    def frames(self, crops: Sequence[Grey]) -> tuple[CtcOutput, ...]:
        """The CTC output of each crop. Crops are read one by one, so that the result of a crop
        does not depend on the others. Raises RecognizerTrouble or MissingTool.
        """
        return tuple(self._output_of(crop) for crop in crops)

    def _output_of(self, crop: Grey) -> CtcOutput:
        """The CTC output of one crop."""
        if not self.weights.is_file():
            raise MissingTool(f"The weights of {self.name} are not installed.", self.advice)
        session = _session(self.weights)
        try:
            (output,) = session.run(None, {session.get_inputs()[0].name: self.prepared(crop)})
        except _onnx_errors() as error:
            raise RecognizerTrouble("reader_crashed", f"{self.name} failed: {error}") from error
        rows = np.asarray(output[0], np.float32)
        return _ctc_output(np.exp(rows) if self.logarithms else rows, self.characters)


def as_reading(name: str, output: CtcOutput) -> Reading:
    """The best free reading. Its natural log-likelihood (<= 0) is that of the mean character,
    once per word. No hypotheses for an empty text.
    """
    if not output.text.strip():
        return Reading(reader=name, hypotheses=())
    words = len(output.text.split())
    score = words * float(np.log(min(1.0, max(MIN_WORD_PROBABILITY, output.sure))))
    return Reading(reader=name, hypotheses=(Hypothesis(text=output.text, log_likelihood=score),))


@lru_cache(maxsize=1)
def runtime() -> ModuleType:
    """ONNX Runtime. It is imported only here, when the first crop is read, because a variable
    must be set before the import: without it, versions since 1.32 report their use to a
    vendor's host and write a device number into the user's cache.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    return import_module("onnxruntime")


def _onnx_errors() -> tuple[type[BaseException], ...]:
    """Exceptions that ONNX Runtime raises for an input or a model that it cannot run."""
    state = runtime().capi.onnxruntime_pybind11_state
    return (state.Fail, state.InvalidArgument, state.RuntimeException, state.EPFail, RuntimeError)


@lru_cache(maxsize=4)
def _session(weights: Path) -> Any:
    """ONNX Runtime's session with the weights, on one thread."""
    onnxruntime = runtime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(weights), options, providers=["CPUExecutionProvider"])


def _ctc_output(rows: npt.NDArray[np.float32], characters: tuple[str, ...]) -> CtcOutput:
    """The CTC output from a network's probabilities: shape (slices, characters)."""
    best = rows.argmax(axis=1)
    starts = [i for i, k in enumerate(best) if k and (i == 0 or best[i - 1] != k)]
    text = "".join(characters[best[i]] for i in starts)
    sure = float(np.mean([rows[i, best[i]] for i in starts])) if starts else 0.0
    return CtcOutput(_summed_columns(rows, characters), text, sure)


def _summed_columns(rows: npt.NDArray[np.float32], characters: tuple[str, ...]) -> Input:
    """The probabilities by column of CtcOutput, (slices, COLUMNS): those of characters with the
    same column are added up.
    """
    order, starts, columns = _column_groups(characters)
    sums = np.zeros((len(rows), COLUMNS), np.float32)
    sums[:, columns] = np.add.reduceat(rows[:, order], starts, axis=1)
    return sums


@lru_cache(maxsize=4)
def _column_groups(
    characters: tuple[str, ...],
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Indices of the characters sorted by column, the place where each column begins among
    them, and these columns.
    """
    own_columns = np.array([BLANK] + [column_of(c) for c in characters[1:]])
    order = np.argsort(own_columns, kind="stable")
    columns, starts = np.unique(own_columns[order], return_index=True)
    return order, starts, columns
