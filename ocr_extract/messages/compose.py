"""Writes the messages: one to the editors, one to each author who is asked, one for a program."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ocr_extract.errors import BadMessage
from ocr_extract.messages.eml import DOMAIN, Attachment, Envelope, Inline, Letter, encoded
from ocr_extract.messages.flagged import Flagged
from ocr_extract.messages.gather import Ask, LastRun, OpenPaper, shown, shown_all
from ocr_extract.messages.rounds import Asked
from ocr_extract.messages.templates import Rendered, Templates
from ocr_extract.records import Verdict
from ocr_extract.reports.tables import safe_cell
from ocr_extract.volume.ledger.messages import MessageKind, NewMessage

MAX_LISTED = 200
"""Largest number of papers in one list of a message (chosen)."""
MAX_MESSAGE_BYTES = 10_000_000
"""Largest size of a message in bytes (chosen: many servers refuse larger ones)."""
TABLE_COLUMNS = ("key", "state", "title", "first_author", "email", "flags", "ask")
"""The columns of the table that is attached for the editors."""
DIGITS = 32
"""Number of hexadecimal digits in a message's id (chosen: 128 bits do not meet by chance)."""


@dataclass(frozen=True)
class Sender:
    """Who writes, about which volume: names and addresses that were checked; "" when not given."""

    volume: str = ""
    deadline: str = ""
    sender: tuple[str, str] = ("", "")
    reply_to: tuple[str, str] = ("", "")

    @property
    def values(self) -> dict[str, str]:
        """What the templates may use of it."""
        name = shown(self.sender[0], 120)
        return {"volume": shown(self.volume), "deadline": shown(self.deadline), "sender": name}


def message_id(kind: MessageKind, *parts: object) -> str:
    """The id of a message: the same for the same kind and the same parts, of which the first is the
    ledger's origin: two ledgers never send two messages of one id.
    """
    text = json.dumps([kind, *map(str, parts)])
    return f"<{hashlib.sha256(text.encode()).hexdigest()[:DIGITS]}@{DOMAIN}>"


def author_message(
    run: LastRun,
    ask: Ask,
    address: str,
    asked: Asked,
    sender: Sender,
    templates: Templates,
    form: Attachment | None,
    revision: int = 0,
) -> NewMessage:
    """The message to a paper's corresponding author. `revision` counts the messages of the same
    round that were withdrawn before. Raises BadMessage for a broken template.
    """
    author = shown(next(iter(ask.paper.people), ""), 120)
    values = sender.values | {
        "key": shown(ask.paper.key, 120),
        "title": shown(ask.paper.title) or shown(ask.paper.key, 120),
        "authors": ", ".join(shown_all(ask.paper.people))[:1000],
        "author": author or "author",
        "asks": list(ask.sentences),
        "codes": list(ask.codes),
        "has_form": form is not None,
        "round": asked.round,
        "asked_before": list(asked.days),
        "answered": asked.has_answered(ask),
    }
    rendered = templates.render("author", values)
    where = (run.origin, sender.volume, address, ask.paper.key, asked.round, revision)
    own_id = message_id("author", *where)
    envelope = Envelope(address, author, sender.sender, sender.reply_to)
    letter = _letter(rendered, (), (form,) if form else ())
    return NewMessage(
        run=run.number, round=asked.round, kind="author", recipient=address, paper=ask.paper.key,
        template="author", subject=shown(rendered.subject, 200), message_id=own_id,
        asked=ask.asked_for.text, content=_bounded(encoded(letter, envelope, own_id)),
    )  # fmt: skip


@dataclass(frozen=True)
class Editors:
    """What the editors are told beside the run: the open items and their pictures, how many are
    left out, the keys of the papers without an address, who was asked, the command that opens the
    review, and the rejected files with the reason.
    """

    agreements: Sequence[Flagged]
    pictures: Sequence[Inline]
    left_out: int
    without_address: Sequence[str]
    asked: Sequence[str]
    command: str
    rejected: Sequence[tuple[str, str]] = ()


def editors_message(
    run: LastRun,
    editors: Editors,
    address: str,
    sender: Sender,
    templates: Templates,
    revision: int = 0,
) -> NewMessage:
    """The message to the editors. Its id changes with what it says, but not with its pictures or
    its sender. `revision` counts the messages that said the same and were withdrawn. Raises
    BadMessage for a broken template.
    """
    values = sender.values | _editors_values(run, editors)
    rendered = templates.render("editors", values)
    table = (_table(run.open_papers),) if run.open_papers else ()
    said = (rendered.subject, rendered.text, rendered.html, *(t.content for t in table))
    own_id = message_id("editors", run.origin, sender.volume, address, run.number, *said, revision)
    letter = _letter(rendered, editors.pictures, table)
    envelope = Envelope(address, "", sender.sender, sender.reply_to)
    return NewMessage(
        run=run.number, round=1, kind="editors", recipient=address, paper=None,
        template="editors", subject=shown(rendered.subject, 200), message_id=own_id,
        asked="", content=_bounded(encoded(letter, envelope, own_id)),
    )  # fmt: skip


def webhook_message(
    run: LastRun, editors: Editors, url: str, shown_url: str, sender: Sender, revision: int = 0
) -> NewMessage:
    """The same for a program, as JSON: no pictures, no links. What is asked is the URL's mark."""
    values = sender.values | _editors_values(run, editors)
    names = ("volume", "counts", "papers", "missing", "without_address", "left_out", "rejected")
    papers = [dict(zip(TABLE_COLUMNS, _row(p), strict=True)) for p in run.open_papers]
    said = {
        "run": run.number,
        **{name: values[name] for name in names},
        "open_papers": papers,
        "agreements": [_plain_agreement(agreement) for agreement in editors.agreements],
    }
    if run.summary.forgotten:
        said["forgotten"] = run.summary.forgotten
    own_id = message_id("webhook", run.origin, url, json.dumps(said), revision)
    content = {"id": own_id.strip("<>"), **said}
    return NewMessage(
        run=run.number, round=1, kind="webhook", recipient=shown_url, paper=None,
        template="webhook", subject=f"{values['counts']['open']} agreements need a person",
        message_id=own_id, asked=mark_of(run.origin, url),
        content=json.dumps(content, ensure_ascii=True).encode(),
    )  # fmt: skip


def mark_of(origin: str, url: str) -> str:
    """What the ledger keeps of a webhook's URL, to know it again: a hash of 64 bits, which differs
    between ledgers.
    """
    return hashlib.sha256(f"{origin} {url}".encode()).hexdigest()[:16]


def _plain_agreement(agreement: Flagged) -> dict[str, Any]:
    pictures = ("picture", "trouble", "width", "found_by")
    return {name: value for name, value in asdict(agreement).items() if name not in pictures}


def _letter(
    rendered: Rendered, pictures: Sequence[Inline], attachments: Sequence[Attachment]
) -> Letter:
    return Letter(rendered.subject, rendered.text, rendered.html, pictures, attachments)


def _bounded(content: bytes) -> bytes:
    """The content itself. Raises BadMessage when it is too large to be sent."""
    if len(content) > MAX_MESSAGE_BYTES:
        size = f"{len(content) / 1e6:.0f} MB"
        raise BadMessage(f"A message has {size}: too large to be sent.", "Give a smaller --form.")
    return content


def _editors_values(run: LastRun, editors: Editors) -> dict[str, Any]:
    """What the editors' templates may use."""
    totals = run.summary.totals
    verdicts = {verdict.value: totals.verdicts.get(verdict, 0) for verdict in Verdict}
    missing = [
        {"key": shown(p.status.key, 120), "title": shown(p.status.title)}
        for p in run.open_papers
        if p.status.state == "missing"
    ]
    return {
        "counts": verdicts
        | {"documents": totals.documents, "open": totals.documents - verdicts["accepted"]},
        "papers": _paper_counts(run, len(missing)),
        "forgotten": run.summary.forgotten_sentence,
        "agreements": list(editors.agreements),
        "left_out": editors.left_out,
        "rejected": [{"file": file, "why": why} for file, why in editors.rejected],
        "rejected_left_out": max(0, verdicts["rejected"] - len(editors.rejected)),
        "missing": missing[:MAX_LISTED],
        "missing_left_out": max(0, len(missing) - MAX_LISTED),
        "without_address": shown_all(editors.without_address[:MAX_LISTED]),
        "asked": shown_all(editors.asked[:MAX_LISTED]),
        "command": editors.command,
        "has_table": bool(run.open_papers),
    }


def _paper_counts(run: LastRun, missing: int) -> Mapping[str, int] | None:
    """How many papers are in which state; None without a roster."""
    if run.summary.status is None:
        return None
    total, accepted = len(run.summary.status.papers), len(run.settled)
    other = total - accepted - missing
    return {"total": total, "accepted": accepted, "missing": missing, "other": other}


def _table(papers: Iterable[OpenPaper]) -> Attachment:
    """The open papers as CSV."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(TABLE_COLUMNS)
    writer.writerows([safe_cell(value) for value in _row(paper)] for paper in papers)
    return Attachment("papers.csv", "text/csv", b"\xef\xbb\xbf" + file.getvalue().encode())


def _row(paper: OpenPaper) -> Iterator[str]:
    status = paper.status
    yield from shown_all([status.key, status.state, status.title, status.first_author])
    yield from (shown(status.email), " ".join(paper.flags), paper.ask)


def form_of(blank: Path, ask: Ask, sender: Sender) -> tuple[Attachment, tuple[str, ...]]:
    """A blank form, filled in for a paper, and sentences about entries that are left empty. Raises
    UsageError when it is no form.
    """
    from ocr_extract.messages.filled_form import fill_in  # noqa: PLC0415  slow

    filled = fill_in(
        blank,
        title=ask.paper.title,
        authors=", ".join(ask.paper.people),
        proceedings=sender.volume,
        corresponding_author=next(iter(ask.paper.people), ""),
    )
    name = f"agreement-{ask.paper.key}.pdf"
    return Attachment(name, "application/pdf", filled.content), filled.left_empty
