"""Reliability and risk-coverage, as PNG."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ocr_extract.calibration.evaluate import Shown, reliability, risk_coverage
from ocr_extract.reports.files import replace_file

SIZE = (5.0, 5.0)
DPI = 120
INK, PALE = "#1f4e79", "#9a9a9a"
LARGEST_DOT = 300.0


def draw_reliability(shown: Sequence[Shown], path: Path) -> None:
    """Confidence against the share that was right; a dot is as large as its bin."""
    figure, axes = _paper("confidence shown", "share that is right")
    axes.plot([0, 1], [0, 1], color=PALE, linewidth=1, linestyle="--", label="as it should be")
    bins = list(reliability(shown))
    total = max(1, len(shown))
    sizes = [20 + LARGEST_DOT * count / total for _, _, count in bins]
    axes.scatter([b[0] for b in bins], [b[1] for b in bins], s=sizes, color=INK, alpha=0.7)
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.02)
    axes.set_title(f"Reliability, {len(shown)} dates")
    axes.legend(loc="upper left", frameon=False)
    _save(figure, path)


def draw_risk_coverage(shown: Sequence[Shown], path: Path) -> None:
    """How many are wrong among those accepted, as ever more are accepted."""
    figure, axes = _paper("share of dates accepted", "share wrong among them")
    points = risk_coverage(shown)
    axes.step([p.coverage for p in points], [p.error for p in points], color=INK, where="post")
    axes.set_xlim(0, 1.02)
    axes.set_ylim(0, max(0.02, 1.1 * max((p.error for p in points), default=0.0)))
    axes.set_title(f"Risk and coverage, {len(shown)} dates")
    _save(figure, path)


def _save(figure: Figure, path: Path) -> None:
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=DPI)
    replace_file(path, content.getvalue())


def _paper(across: str, up: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=SIZE, layout="constrained")
    axes = figure.add_subplot()
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes
