"""Plots of reliability and of risk against coverage, as PNG."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ocr_extract.calibration.evaluate import Shown, reliability, risk_coverage
from ocr_extract.reports.files import replace_file

PLOT_SIZE = (5.0, 5.0)
"""Width and height of a plot, in inches (chosen)."""
PLOT_DPI = 120
"""Resolution of a plot, in pixels per inch (chosen)."""
DATA_COLOUR, DIAGONAL_COLOUR = "#1f4e79", "#9a9a9a"
"""Colours of the data and of the diagonal."""
MAX_ADDED_DOT_AREA = 300.0
"""Area added to the dot of a bin that holds all dates, in square points (chosen)."""


def draw_reliability(shown: Sequence[Shown], path: Path) -> None:
    """Plot the share of right dates (0..1) against the confidence shown (0..1).

    The area of a dot grows with the number of dates in its bin. Raises UnsafeOutput when
    `path` cannot be written.
    """
    figure, axes = _new_plot("confidence shown", "share that is right")
    axes.plot(
        [0, 1], [0, 1], color=DIAGONAL_COLOUR, linewidth=1, linestyle="--", label="as it should be"
    )
    bins = list(reliability(shown))
    total = max(1, len(shown))
    sizes = [20 + MAX_ADDED_DOT_AREA * count / total for _, _, count in bins]
    axes.scatter([b[0] for b in bins], [b[1] for b in bins], s=sizes, color=DATA_COLOUR, alpha=0.7)
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.02)
    axes.set_title(f"Reliability, {len(shown)} dates")
    axes.legend(loc="upper left", frameon=False)
    _save(figure, path)


def draw_risk_coverage(shown: Sequence[Shown], path: Path) -> None:
    """Plot the share of wrong dates among the accepted ones against the share accepted.

    Both are 0..1. Raises UnsafeOutput when `path` cannot be written.
    """
    figure, axes = _new_plot("share of dates accepted", "share wrong among them")
    points = risk_coverage(shown)
    axes.step(
        [p.coverage for p in points], [p.error for p in points], color=DATA_COLOUR, where="post"
    )
    axes.set_xlim(0, 1.02)
    axes.set_ylim(0, max(0.02, 1.1 * max((p.error for p in points), default=0.0)))
    axes.set_title(f"Risk and coverage, {len(shown)} dates")
    _save(figure, path)


def _save(figure: Figure, path: Path) -> None:
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=PLOT_DPI)
    replace_file(path, content.getvalue())


def _new_plot(x_label: str, y_label: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=PLOT_SIZE, layout="constrained")
    axes = figure.add_subplot()
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes
