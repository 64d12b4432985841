"""A volume in a ledger, made without reading a file: records as a run would have them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ocr_extract.records import (
    Candidate,
    DateResult,
    Document,
    Evidence,
    FieldResult,
    Fields,
    Flag,
    FormMatch,
    Reading,
    Record,
    RosterMatch,
    SignatureResult,
    Verdict,
)
from ocr_extract.records import Hypothesis as Text
from ocr_extract.settings import Settings
from ocr_extract.volume.answer import Outcome
from ocr_extract.volume.ledger import Ledger
from ocr_extract.volume.record_summary import summary_of
from ocr_extract.volume.roster.roster import Paper, Roster
from ocr_extract.volume.roster.status import status_of
from ocr_extract.volume.volume_summary import VolumeSummary, totals_of

HOSTILE = (
    "<script>document.title='run'</script>",
    '"><img src=x onerror="document.title=\'run\'">',
    "{{ 7 * 7 }}{% raw %}",
    '=HYPERLINK("http://a.example","x")',
    "\r\nBcc: a@example.org",
    "\x00\x1b[31m\u202egnp.exe",
    "https://a.example/",
    "</style></script><!--",
    "x" * 10_000,
)
"""Texts that a document may hold."""


def record(number: int, verdict: Verdict = Verdict.ACCEPTED, **changes: str) -> Record:
    """A record of paper p<number>; `changes` replace its key ("" for
    none), title, author, name, the flag's message, and what was read.
    """
    key = changes.get("key", f"p{number:05d}")
    name = changes.get("name", f"{key}Permission.txt")
    day = f"2025-05-{1 + number % 28:02d}"
    slip = verdict is not Verdict.ACCEPTED
    hypotheses = (Text(text=changes.get("read", day), log_likelihood=-0.1),)
    reading = Reading(reader="tesseract", hypotheses=hypotheses)
    date = DateResult(
        value=day, as_written=f"2015{day[4:]}" if slip else day, written="typed", precision="day",
        confidence=0.5 if slip else 0.99,
        evidence=(Evidence(kind="ocr", source="", readings=(reading,)),),
        candidates=tuple(
            Candidate(value=f"2025-05-{n + 1:02d}", probability=0.9 / (n + 1), reason="as written")
            for n in range(3)
        ),
    )  # fmt: skip
    message = changes.get("message", "Written 2015, probably meant 2025: one digit away.")
    return Record(
        document=Document(name=name, path=name, sha256=f"{number:064d}", pages=2),
        form=FormMatch(name="pmlr", confidence=1.0),
        fields=Fields(
            title=FieldResult(value=changes.get("title", f"Title of the paper {number}")),
            author=FieldResult(value=changes.get("author", "Mira Feldmann")),
            date=date,
            signature=SignatureResult(present="yes", written="hand", confidence=0.9),
        ),
        roster=RosterMatch(key=key, state="matched", confidence=1.0) if key else None,
        verdict=verdict,
        flags=(Flag(code="year_slip", field="date", message=message),) if slip else (),
    )  # fmt: skip


def every_tenth_open(count: int) -> list[Record]:
    """So many records, of which every tenth needs a person."""
    verdicts = (Verdict.REVIEW, *[Verdict.ACCEPTED] * 9)
    return [record(n, verdicts[n % 10]) for n in range(count)]


def stored(
    ledger: Ledger,
    folder: Path,
    records: Sequence[Record],
    papers: Sequence[Paper] | None = None,
    settings: Settings | None = None,
) -> Outcome:
    """Store the records as a finished run, with files in `folder` that need not be there."""
    chosen = settings or Settings()
    run = ledger.begin(chosen.model_dump_json(), [str(folder)])
    places = [str(folder / one.document.name.replace("/", "_")) for one in records]
    summaries = [summary_of(one, 0, index) for index, one in enumerate(records)]
    status = status_of(Roster(tuple(papers)), summaries) if papers is not None else None
    summary = VolumeSummary(totals_of(summaries), status)
    rows = ((path, 0, one) for path, one in zip(places, records, strict=True))
    ledger.end(run, "digest", summary.to_json(), rows)
    return Outcome(run, run, len(records), summary)


def papers_of(records: Sequence[Record], *more: str) -> list[Paper]:
    """The roster of these records, with further papers without a file."""
    keys = [one.roster.key for one in records if one.roster]
    return [Paper(key, f"Title of {key}", "Feldmann, Mira") for key in (*keys, *more)]
