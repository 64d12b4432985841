"""What messages are about: the last run's counts, its papers, what is asked of their authors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from ocr_extract.errors import BadMessage, LedgerTrouble
from ocr_extract.records import Record, Verdict
from ocr_extract.reports.asks import asked_of
from ocr_extract.reports.plain import plain
from ocr_extract.volume.answer import last_volume
from ocr_extract.volume.ledger import Ledger
from ocr_extract.volume.roster.roster import Paper
from ocr_extract.volume.roster.status import PaperStatus
from ocr_extract.volume.volume_summary import VolumeSummary

AUTHOR_ASKS: Mapping[str, str] = {
    "missing": "We do not have the signed agreement of this paper yet. Please sign and date it.",
    "unsigned": "The agreement that we have is not signed. Please sign it.",
    "undated": "The agreement that we have has no date. Please write the date of the signature.",
    "damaged": "The file that we have is damaged: we cannot read it. Please send it again.",
    "not_an_agreement": "The file that we have is no agreement. Please send the signed agreement.",
    "rejected": "We cannot use the file that we have. Please send the signed agreement again.",
    "other_form": "The file that we have is another form. Please sign the form of this volume.",
    "ask_date": "We cannot tell the date of the signature. Please tell us the day, month and year.",
    "ask_signature": "We cannot tell whether the agreement is signed. Please sign it again.",
    "ask_paper": "We cannot tell which paper the agreement is for. Please send one for this paper.",
    "ask_title": "The title on the agreement is not that of the paper. Which one is right?",
    "ask_author": "The names on the agreement are not those of the paper. Which ones are right?",
    "ask_other": "Something about the agreement is not clear. Please answer this message.",
}
"""What an author is asked, by the paper's state, the flag, or the field about which a person
decided that the author has to be asked."""
FLAGS_ASKED = ("unsigned", "undated", "other_form")
"""Flags about which an author is asked without a person having decided that."""
REJECTIONS_ASKED = ("damaged", "not_an_agreement")
"""Further flags about which an author is asked when the paper's file is rejected."""
MAX_REJECTED = 200
"""Largest number of rejected files that the editors' message lists (chosen)."""
MAX_SHOWN = 300
"""Number of characters of a title, a name or a sentence in a message (chosen)."""


FILE_DIGITS = 16
"""Number of hexadecimal digits of a file's SHA-256 by which the outbox tells files apart (chosen:
64 bits; no code of AUTHOR_ASKS can be taken for them)."""
_FILE = re.compile(rf"[0-9a-f]{{{FILE_DIGITS}}}")


@dataclass(frozen=True)
class AskedFor:
    """What an author is asked about which file: codes (keys of AUTHOR_ASKS), and the first
    FILE_DIGITS digits of the file's SHA-256, "" without one.

    The outbox keeps it as one text of words, of which the file is the last. That text never
    changes: it is in the ledger's hash chain, and messages that wait are compared by it.
    """

    codes: tuple[str, ...]
    file: str = ""

    @property
    def text(self) -> str:
        """The text in the outbox."""
        return " ".join((*self.codes, self.file)).strip()

    @classmethod
    def of(cls, text: str) -> AskedFor:
        """What such a text says."""
        *codes, last = text.split() or [""]
        if _FILE.fullmatch(last):
            return cls(tuple(codes), last)
        return cls(tuple(text.split()))


@dataclass(frozen=True)
class Ask:
    """A paper whose author is asked: its entry in the roster, the codes of what is asked (keys of
    AUTHOR_ASKS), and the SHA-256 of the file that counts ("" without one).
    """

    paper: Paper
    codes: tuple[str, ...]
    sha256: str = ""

    @property
    def asked_for(self) -> AskedFor:
        """What is asked about which file, as the outbox keeps it."""
        return AskedFor(self.codes, self.sha256[:FILE_DIGITS])

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is asked, in sentences to the author."""
        return tuple(AUTHOR_ASKS[code] for code in self.codes)


@dataclass(frozen=True)
class OpenPaper:
    """A paper that is not settled, for the editors: its state, and what to ask or look at."""

    status: PaperStatus
    flags: tuple[str, ...]
    ask: str


@dataclass(frozen=True)
class LastRun:
    """The last run: its number, its totals, the papers whose authors are asked, all open papers.
    `origin` is when the ledger's first run started: it tells this ledger from others.
    """

    number: int
    summary: VolumeSummary
    asks: tuple[Ask, ...]
    open_papers: tuple[OpenPaper, ...]
    settled: frozenset[str]
    origin: str


def last_run(ledger: Ledger) -> LastRun:
    """What the ledger's last run says. Raises LedgerTrouble without one."""
    last = ledger.last_done()
    if last is None:
        raise LedgerTrouble("The ledger has no finished run.", "Run `ocr-extract run` first.")
    summary = VolumeSummary.from_json(last.answer)
    statuses = summary.status.papers if summary.status else ()
    records = _counting(ledger, last.source, statuses)
    roster = last_volume(ledger)[1].volume.roster
    papers = {paper.key: paper for paper in roster.papers} if roster else {}
    asks = (_ask(s, papers[s.key], records.get(s.index)) for s in statuses if s.key in papers)
    return LastRun(
        last.source,
        summary,
        tuple(ask for ask in asks if ask.codes),
        tuple(_open(s, records.get(s.index)) for s in statuses if s.state != "accepted"),
        frozenset(s.key for s in statuses if s.state == "accepted"),
        ledger.times_of(1)[0],
    )


def rejected_files(ledger: Ledger, run: LastRun) -> tuple[tuple[str, str], ...]:
    """The first rejected files of a run, each with the sentences that say why. At most
    MAX_REJECTED.
    """
    if not run.summary.totals.verdicts.get(Verdict.REJECTED):
        return ()
    rejected = (r for r in ledger.records_of(run.number) if r.verdict is Verdict.REJECTED)
    return tuple((shown(r.document.name, 120), _why(r)) for r in islice(rejected, MAX_REJECTED))


def _why(record: Record) -> str:
    """Why a file was rejected, in the words of its flags."""
    grave = [flag.message for flag in record.flags if flag.severity == "reject"]
    return shown(" ".join(grave or [flag.message for flag in record.flags if flag.asks]))


def keys_of(ledger: Ledger) -> frozenset[str] | None:
    """The keys of the last run's papers; None without a roster. Raises LedgerTrouble."""
    status = last_run(ledger).summary.status
    return None if status is None else frozenset(paper.key for paper in status.papers)


def require_roster(run: LastRun) -> None:
    """Raises BadMessage when the run had no roster: nobody knows whom to ask."""
    if run.summary.status is None:
        advice = "Run `ocr-extract run --roster FILE` first: it names the papers and the addresses."
        raise BadMessage("The last run had no roster.", advice)


def _counting(ledger: Ledger, run: int, papers: Iterable[PaperStatus]) -> dict[int, Record]:
    """The records that count for a paper that is not accepted, by their index."""
    wanted = {paper.index for paper in papers if paper.state != "accepted"}
    if not wanted - {-1}:
        return {}
    return {i: record for i, record in enumerate(ledger.records_of(run)) if i in wanted}


def _ask(status: PaperStatus, paper: Paper, record: Record | None) -> Ask:
    """What a paper's author is asked; without codes when nothing is."""
    if status.state == "missing":
        return Ask(paper, ("missing",))
    if status.state == "accepted" or record is None:
        return Ask(paper, ())
    raised = {flag.code for flag in record.flags if flag.asks}
    codes = [code for code in FLAGS_ASKED if code in raised]
    if status.state == "rejected" and not codes:
        codes = [code for code in REJECTIONS_ASKED if code in raised] or ["rejected"]
    decided = (d.field for d in record.decisions if d.action == "ask" and not d.void)
    codes += [code for code in map(_code_of, decided) if code not in codes]
    return Ask(paper, tuple(dict.fromkeys(codes)), record.document.sha256 or "")


def _code_of(field: str) -> str:
    """The code of what is asked after a person decided to ask about a field or a flag."""
    own = f"ask_{field.removeprefix('corresponding_')}"
    return own if own in AUTHOR_ASKS else "ask_other"


def _open(status: PaperStatus, record: Record | None) -> OpenPaper:
    flags = tuple(flag.code for flag in record.flags if flag.asks) if record else ()
    return OpenPaper(status, flags, asked_of(status.state, flags))


def shown(text: str, limit: int = MAX_SHOWN) -> str:
    """A text of a document, as it may stand in a message: one line, printable, at most `limit`
    characters.
    """
    line = " ".join(plain(text[: 4 * limit]).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def shown_all(texts: Sequence[str], limit: int = MAX_SHOWN) -> list[str]:
    """`shown` for each text."""
    return [shown(text, limit) for text in texts]
