"""Writes `report.html`: one page, in one file, that answers for the volume.

It loads nothing: style, script and pictures are inside, and its policy (CSP) refuses anything else.
It depends on the ledger and on the files alone: no clock, no absolute path.
"""

from __future__ import annotations

import base64
import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ocr_extract._version import EXTRACTION_VERSION
from ocr_extract.errors import MissingTool
from ocr_extract.records import Verdict
from ocr_extract.reports.answer_words import answer_of
from ocr_extract.reports.charts import date_bars, histogram, reliability_plot, risk_plot
from ocr_extract.reports.crops import Crops, Picture
from ocr_extract.reports.files import replaced
from ocr_extract.reports.report_facts import Checked, Overview, checked_by_people, whole_days
from ocr_extract.reports.report_rows import (
    Extract,
    Row,
    Shown,
    cut,
    extract_of,
    row_of_agreement,
    row_of_paper,
)
from ocr_extract.settings import Settings
from ocr_extract.volume.answer import Outcome
from ocr_extract.volume.keys import model_digests
from ocr_extract.volume.ledger import Ledger

NAME = "report.html"
"""Name of the report in the output folder."""
SHAPES = {"accepted": "●", "review": "▲", "rejected": "■", "missing": "○", "duplicate": "◆"}
"""The shape of each state, beside its word."""
WORDS = {
    "accepted": "accepted", "review": "to review", "rejected": "rejected", "missing": "missing",
    "duplicate": "several files",
}  # fmt: skip
"""The word for each state."""
DRAWERS = 2
"""Number of pictures that are drawn at the same time (chosen: poppler draws in a process each)."""
RENDER_TIMEOUT = 20.0
"""Longest time to draw one page for the report, in seconds (chosen)."""


@dataclass(frozen=True)
class Limits:
    """How much the report may hold.

    `rows` is the largest number of papers, `accepted_details` the number of agreements up to which
    accepted ones can be opened, too, `details` the number of others that can be opened. `pictures`
    and `picture_bytes` limit the signing blocks, `of_accepted` says whether accepted ones have one.
    """

    rows: int = 20_000
    accepted_details: int = 1_000
    details: int = 3_000
    pictures: int = 150
    picture_bytes: int = 1_200_000
    """The numbers are chosen: with them the report of 1,000 papers stays below 3 MB."""
    of_accepted: bool = False


USUAL = Limits()
"""The report that every run writes."""
FULL = Limits(
    accepted_details=10_000, details=10_000, pictures=10_000, picture_bytes=60_000_000,
    of_accepted=True,
)  # fmt: skip
"""The report of `ocr-extract report --full`."""
_Numbered = tuple[Row, Picture | None]


@dataclass(frozen=True)
class _Rows:
    """The rows of the papers and of the unmatched files, what was counted on the way, and how many
    rows cannot be opened.
    """

    papers: Sequence[Row]
    unmatched: Sequence[Row]
    overview: Overview
    closed: int


def write_report(
    outcome: Outcome, ledger: Ledger, folder: Path, base: Path, *, full: bool = False
) -> Path:
    """Write the report into `folder`; its links are relative to `base`. `full` shows the signing
    block of every paper. Records come from the ledger one by one. Raises UnsafeOutput.
    """
    limits = FULL if full else USUAL
    rows = _rows_of(outcome, ledger, base, limits)
    settings = _settings_of(ledger, outcome.source)
    pictures = _Pictures(ledger, settings, limits)
    checked = checked_by_people(ledger, rows.overview)
    # What is open comes first; otherwise the papers keep the roster's order.
    shown_papers = sorted(rows.papers, key=lambda row: row.state == "accepted")[: limits.rows]
    unmatched = rows.unmatched[: limits.rows]
    context = {
        "answer": answer_of(outcome.summary, rows.overview.documents),
        "has_roster": outcome.summary.status is not None,
        "rows": pictures.beside(shown_papers),
        "unmatched": pictures.beside(unmatched) if unmatched else (),
        "left_out": _left_out(rows, pictures, limits),
        **_charts(rows.overview, checked),
        "how_read": _how_read(rows.overview),
        "damage_left": rows.overview.damage.total() - len(rows.overview.damaged),
        **_made(outcome, ledger, settings),
    }
    with replaced(folder / NAME) as file:
        file.writelines(_template_parts(context))
    return folder / NAME


def _rows_of(outcome: Outcome, ledger: Ledger, base: Path, limits: Limits) -> _Rows:
    """All rows, from one pass over the records."""
    totals = outcome.summary.totals
    all_open = totals.documents <= limits.accepted_details
    overview, extracts, details, closed = Overview(), [], 0, 0
    for number, path, part, record in ledger.numbered_records(outcome.source):
        overview.add(number, part, record)
        is_accepted = record.verdict is Verdict.ACCEPTED
        detailed = all_open if is_accepted else details < limits.details
        details += not is_accepted
        closed += not detailed
        extracts.append(extract_of(number, path, record, base, detailed=detailed))
    status = outcome.summary.status
    if status is None:
        return _Rows([row_of_agreement(one) for one in extracts], (), overview, closed)
    others: dict[str, list[Extract]] = defaultdict(list)
    counting = {paper.index for paper in status.papers}
    for index, one in enumerate(extracts):
        if index not in counting:
            others[one.key or ""].append(one)
    keys = {paper.key for paper in status.papers}
    papers = [
        row_of_paper(
            paper, extracts[paper.index] if paper.index >= 0 else None, others.get(paper.key, ())
        )
        for paper in status.papers
    ]
    unmatched = [row_of_agreement(o) for key, own in others.items() if key not in keys for o in own]
    return _Rows(papers, unmatched, overview, closed)


class _Pictures:
    """Draws the signing blocks of the rows in their order, until a limit is reached."""

    def __init__(self, ledger: Ledger, settings: Settings, limits: Limits) -> None:
        self._ledger, self._limits = ledger, limits
        seconds = min(settings.render_timeout, RENDER_TIMEOUT)
        self._crops = Crops(settings.model_copy(update={"render_timeout": seconds}))
        self._count = self._bytes = 0

    def wanted(self, row: Row) -> bool:
        """Whether the signing block of a row is to be drawn, if there is room."""
        state = row.state != "accepted" or self._limits.of_accepted
        return row.picture >= 0 and row.details is not None and state

    def beside(self, rows: Sequence[Row]) -> Iterator[_Numbered]:
        """Each row with its picture; None for a row without one."""
        with ThreadPoolExecutor(DRAWERS) as drawers:
            for start in range(0, len(rows), DRAWERS):
                batch = rows[start : start + DRAWERS]
                jobs = [
                    drawers.submit(self._drawn, self._shown(row)) if self._has_room(row) else None
                    for row in batch
                ]
                for row, job in zip(batch, jobs, strict=True):
                    picture = job.result() if job else None
                    self._bytes += len(picture.url) if picture else 0
                    yield row, picture

    def _has_room(self, row: Row) -> bool:
        limits = self._limits
        if not self.wanted(row) or self._bytes >= limits.picture_bytes:
            return False
        self._count += 1
        return self._count <= limits.pictures

    def _shown(self, row: Row) -> Shown:
        record = self._ledger.record(row.picture)
        path = self._ledger.path_of(row.picture)
        return Shown(str(row.picture), path, record)

    def _drawn(self, shown: Shown) -> Picture:
        """The picture, or a word why there is none."""
        try:
            picture = self._crops.thumbnail(shown)
        except (MissingTool, OSError, ValueError, ArithmeticError, MemoryError):
            return Picture(trouble="The file cannot be drawn.")
        text = "\n".join(cut(line) for line in picture.text.splitlines()[:MAX_EXCERPT_LINES])
        return Picture(
            picture.url, picture.width, picture.height, picture.page, text, cut(picture.trouble)
        )


MAX_EXCERPT_LINES = 14
"""Largest number of lines that are shown of a text file (chosen)."""


def _left_out(rows: _Rows, pictures: _Pictures, limits: Limits) -> list[str]:
    """Sentences that say what the report leaves out, and where it is."""
    lines = []
    if (hidden := len(rows.papers) - limits.rows) > 0:
        lines.append(f"{hidden} more rows are left out: see papers.csv and documents.csv.")
    wanted = sum(pictures.wanted(row) for row in (*rows.papers, *rows.unmatched))
    if wanted > limits.pictures:
        lines.append(
            f"Pictures are shown of the first {limits.pictures} of {wanted} agreements that are not"
            " accepted: `ocr-extract report --full` has more."
        )
    if rows.closed:
        lines.append(
            f"{rows.closed} agreements cannot be opened here, accepted ones first: fields.csv and"
            " records.jsonl have all of them."
        )
    return lines


def _settings_of(ledger: Ledger, run: int) -> Settings:
    """The settings of a run; the usual ones when another version of the program wrote them."""
    try:
        return Settings.model_validate_json(ledger.volume_of(run)[0])
    except ValidationError:
        return Settings()


def _charts(overview: Overview, checked: Checked) -> dict[str, Any]:
    """The charts with what is said beside them."""
    days, odd = whole_days(overview.days), whole_days(overview.odd)
    bars = date_bars(days, odd)
    return {
        "overview": overview,
        "bars": bars,
        "histogram": histogram(bars),
        "dated": sum(days.values()),
        "odd": sum(odd.values()),
        "checked": checked,
        "reliability": reliability_plot(checked.dates) if checked.dates else "",
        "risk": risk_plot(checked.dates) if checked.dates else "",
    }


def _how_read(overview: Overview) -> list[tuple[str, list[tuple[str, int]]]]:
    """The counts of how the agreements were read: a title, and names with their counts."""
    counted = (
        ("Files are", overview.kinds),
        ("Dates are written", overview.written),
        ("Dates come from", overview.evidence),
        ("Dates were read by", overview.readers),
        ("Damage", overview.damage),
    )
    return [
        (title, [(cut(name, 60), n) for name, n in sorted(counts.items(), key=_most_first)])
        for title, counts in counted
    ]


def _most_first(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]


def _made(outcome: Outcome, ledger: Ledger, settings: Settings) -> dict[str, Any]:
    """How the answer was made: facts, settings and models."""
    started, ended, program = ledger.times_of(outcome.source)
    made = [
        ("Program", f"ocr-extract {program}, extraction version {EXTRACTION_VERSION}"),
        ("Run", f"number {outcome.source} of the ledger"),
        ("Started", _minute(started)),
        ("Ended", _minute(ended)),
        ("Target error", f"{settings.target_error:g} of the accepted dates may be wrong"),
    ]
    chosen = settings.model_dump_json(indent=1, exclude_defaults=True, exclude={"calibration"})
    lines = [cut(line) for line in chosen.splitlines()]
    return {
        "made": made,
        "settings": "settings other than the usual ones: " + "\n".join(lines),
        "models": "\n".join(model_digests()),
    }


def _minute(time: str) -> str:
    """A time (ISO 8601, UTC) without its seconds."""
    return f"{time[:16].replace('T', ' ')} UTC" if time else "-"


def _template_parts(context: Mapping[str, Any]) -> Iterator[str]:
    """The page in parts, as the template makes them."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415
    from markupsafe import Markup  # noqa: PLC0415

    environment = Environment(
        loader=PackageLoader("ocr_extract.reports"), autoescape=True, undefined=StrictUndefined
    )
    style, script = (_asset(f"report.{suffix}") for suffix in ("css", "js"))
    policy = (
        f"default-src 'none'; img-src data:; style-src {_hash(style)}; script-src {_hash(script)};"
        " base-uri 'none'; form-action 'none'"
    )
    # Our own files, and nothing of a document.
    inline = {"style": Markup(style), "script": Markup(script)}  # noqa: S704
    template = environment.get_template("report.html.j2")
    return template.generate(csp=policy, shapes=SHAPES, words=WORDS, **inline, **context)


def _asset(name: str) -> str:
    return (resources.files("ocr_extract.reports") / "templates" / name).read_text("utf-8")


def _hash(content: str) -> str:
    """The source expression of an inline style or script in the policy."""
    digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
    return f"'sha256-{digest}'"
