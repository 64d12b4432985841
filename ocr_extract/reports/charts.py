"""Charts of the report as inline SVG: they need no program and no style of their own.

Texts in them are numbers and dates of this module, never texts of a document.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ocr_extract.calibration.evaluate import Shown, reliability, risk_coverage

WIDTH, HEIGHT = 720, 190
"""Size of a histogram, in units of the drawing (chosen)."""
SQUARE = 300
"""Side of a plot of shares, in units of the drawing (chosen)."""
MARGIN = 40
"""Space for the labels of an axis, in units of the drawing (chosen)."""
MAX_DAYS_BY_DAY, MAX_DAYS_BY_MONTH = 70, 2200
"""Days from the first to the last date up to which a bar is a day, and a month (chosen); beyond
that it is a year."""
MAX_BARS = 120
"""Largest number of bars (chosen); dates beyond them are counted in the last bar's label."""
MAX_LABELS = 8
"""Largest number of labels on the axis of a histogram (chosen)."""


@dataclass(frozen=True)
class Bar:
    """A bar: its label, the number of dates, and how many of them are odd."""

    label: str
    count: int
    odd: int


def date_bars(days: Mapping[date, int], odd: Mapping[date, int]) -> tuple[Bar, ...]:
    """The bars of a histogram: of days, months or years, whichever suits the time between them.

    Where the odd dates lie so far off that the others would be one bar, only times with dates have
    a bar.
    """
    if not days:
        return ()
    usual = [day for day, count in days.items() if count > odd.get(day, 0)] or list(days)
    if (max(days) - min(days)).days <= MAX_DAYS_BY_DAY:
        usual = list(days)
    span = (max(usual) - min(usual)).days
    name = _naming(span)
    counts: dict[str, int] = {}
    odd_counts: dict[str, int] = {}
    if span <= MAX_DAYS_BY_MONTH:
        counts = {name(min(usual) + timedelta(days=n)): 0 for n in range(span + 1)}
    for day, count in days.items():
        counts[name(day)] = counts.get(name(day), 0) + count
        odd_counts[name(day)] = odd_counts.get(name(day), 0) + odd.get(day, 0)
    labels = sorted(counts)
    return tuple(Bar(n, counts[n], odd_counts.get(n, 0)) for n in labels[:MAX_BARS])


def _naming(span: int) -> Callable[[date], str]:
    """The label of the bar of a day; `span` is in days."""
    if span <= MAX_DAYS_BY_DAY:
        return date.isoformat
    length = 7 if span <= MAX_DAYS_BY_MONTH else 4
    return lambda day: day.isoformat()[:length]


def histogram(bars: Sequence[Bar]) -> str:
    """The bars as SVG; odd dates are hatched and in another colour. "" without a bar."""
    if not bars:
        return ""
    highest = max(bar.count for bar in bars) or 1
    step = (WIDTH - MARGIN) / len(bars)
    every = -(-len(bars) // MAX_LABELS)
    floor = HEIGHT - 30
    parts = [_HATCH, _line(MARGIN, floor, WIDTH, floor), _text(MARGIN - 6, 16, highest, "end")]
    for index, bar in enumerate(bars):
        x = MARGIN + index * step
        width = max(1.0, min(step * 0.8, 40.0))
        left = x + (step - width) / 2
        usual, odd = ((floor - 12) * n / highest for n in (bar.count - bar.odd, bar.odd))
        title = f"{bar.label}: {bar.count}" + (f", {bar.odd} odd" if bar.odd else "")
        parts.append(
            f"<g><title>{title}</title>"
            f"{_rect(left, floor - usual, width, usual, 'usual')}"
            f"{_rect(left, floor - usual - odd, width, odd, 'odd')}</g>"
        )
        if index % every == 0:
            parts.append(_text(x + step / 2, HEIGHT - 10, bar.label, "middle"))
    return _svg(WIDTH, HEIGHT, "Histogram of the dates of all agreements", parts)


def reliability_plot(shown: Sequence[Shown]) -> str:
    """The share of right dates against the confidence shown, as SVG."""
    points = [
        f'<circle class="dot" cx="{_x(mean):.1f}" cy="{_y(right):.1f}"'
        f' r="{4 + min(count, 40) / 8:.1f}">'
        f"<title>confidence {mean:.2f}, right {right:.2f}, {count} dates</title></circle>"
        for mean, right, count in reliability(shown)
    ]
    diagonal = f'<path class="guide" d="M{_x(0)} {_y(0)}L{_x(1)} {_y(1)}"/>'
    return _plot("confidence shown", "share right", [diagonal, *points])


def risk_plot(shown: Sequence[Shown]) -> str:
    """The share of wrong dates against the share accepted, as SVG."""
    points = risk_coverage(shown)
    path = " ".join(
        f"{'L' if index else 'M'}{_x(p.coverage):.1f} {_y(p.error):.1f}"
        for index, p in enumerate(points)
    )
    line = f'<path class="curve" d="{path}"/>' if path else ""
    return _plot("share accepted", "share wrong", [line])


def _plot(x_label: str, y_label: str, parts: Sequence[str]) -> str:
    """A plot of two shares, 0..1 each."""
    frame = [
        _line(_x(0), _y(0), _x(1), _y(0)),
        _line(_x(0), _y(0), _x(0), _y(1)),
        *(_text(_x(v), _y(0) + 16, f"{v:g}", "middle") for v in (0, 0.5, 1)),
        *(_text(_x(0) - 6, _y(v) + 4, f"{v:g}", "end") for v in (0.5, 1)),
        _text(_x(0.5), SQUARE - 4, x_label, "middle"),
        _text(_x(0.02), _y(1) - 8, y_label, "start"),
    ]
    return _svg(SQUARE, SQUARE, f"{y_label} against {x_label}", [*frame, *parts])


def _x(share: float) -> float:
    return MARGIN + share * (SQUARE - MARGIN - 16)


def _y(share: float) -> float:
    return SQUARE - MARGIN - share * (SQUARE - MARGIN - 26)


_HATCH = (
    '<defs><pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse"'
    ' patternTransform="rotate(45)"><rect class="odd-ground" width="5" height="5"/>'
    '<rect class="odd-line" width="2" height="5"/></pattern></defs>'
)


def _svg(width: int, height: int, title: str, parts: Sequence[str]) -> str:
    return (
        f'<svg role="img" aria-label="{title}" viewBox="0 0 {width} {height}"'
        f' width="{width}" height="{height}">{"".join(parts)}</svg>'
    )


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<path class="axis" d="M{x1:g} {y1:g}L{x2:g} {y2:g}"/>'


def _text(x: float, y: float, text: object, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{text}</text>'


def _rect(x: float, y: float, width: float, height: float, kind: str) -> str:
    if height <= 0:
        return ""
    return (
        f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>'
    )
