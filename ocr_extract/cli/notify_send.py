"""`ocr-extract notify --send`: sends what is prepared, and prints what became of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from ocr_extract.cli.notify_lines import line_of
from ocr_extract.cli.notify_options import NotifyOptions
from ocr_extract.cli.terminal import print_unwrapped
from ocr_extract.errors import BadMessage, NotSent
from ocr_extract.messages.addresses import checked_address
from ocr_extract.messages.compose import mark_of
from ocr_extract.messages.delivery import Sending, Sent, Transport, due, send
from ocr_extract.messages.eml import has_sender
from ocr_extract.messages.gather import last_run, shown
from ocr_extract.messages.outbox import withdraw_outdated
from ocr_extract.messages.secrets import secret_of
from ocr_extract.messages.smtp import Server, SmtpTransport, server_of
from ocr_extract.messages.webhook import WebhookTransport, checked_url
from ocr_extract.reports.plain import counted
from ocr_extract.volume.ledger import Ledger

PASSWORD = "OCR_EXTRACT_SMTP_PASSWORD"  # noqa: S105  the name of a variable
"""The environment variable with the password of the mail server."""
WEBHOOK_SECRET = "OCR_EXTRACT_WEBHOOK_SECRET"  # noqa: S105  the name of a variable
"""The environment variable with the key of the webhook's signature."""


def send_prepared(ledger: Ledger, options: NotifyOptions) -> None:
    """Send by mail, and post to the webhook, what is prepared. Raises BadMessage when an option is
    missing, NotSent and LedgerBusy.
    """
    if not options.smtp and not options.webhook:
        advice = "Give --smtp HOST:PORT, or send the drafts with your mail program."
        raise BadMessage("No server is named that sends.", advice)
    if options.webhook and options.is_rehearsal:
        raise BadMessage("A webhook has no rehearsal.", "Leave --to or --webhook out.")
    _require_known(ledger, options.only)
    for message in () if options.dry_run else withdraw_outdated(ledger):
        print_unwrapped(f"Withdrawn: {line_of(message)}")
    if options.smtp:
        sending = _sending(options)
        _send(ledger, _mail(ledger, options, sending), sending, dry_run=options.dry_run)
    if options.webhook:
        url, _ = checked_url(options.webhook)
        secret = secret_of(options.secret_command, WEBHOOK_SECRET)
        mark = mark_of(last_run(ledger).origin, url)
        sending = replace(_sending(options), kinds=("webhook",), webhook=mark)
        _send(ledger, WebhookTransport(url, secret), sending, dry_run=options.dry_run)


def _require_known(ledger: Ledger, only: Sequence[str]) -> None:
    """Raises BadMessage when no message has one of these papers, addresses or numbers."""
    messages = ledger.messages.all()
    known = {n for m in messages for n in (m.paper or "", m.recipient, str(m.number))}
    if unknown := [name for name in only if name not in known]:
        names = ", ".join(f"“{shown(name, 80)}”" for name in unknown)
        advice = "`ocr-extract notify --list` shows papers, addresses and numbers."
        raise BadMessage(f"No message has the paper, address or number {names}.", advice)


def _sending(options: NotifyOptions) -> Sending:
    return Sending(
        only=frozenset(options.only),
        instead=checked_address(options.to or "", "--to") if options.is_rehearsal else "",
        rate=options.rate,
        at_once=options.at_once,
        sender=options.letterhead.sender,
    )


def _mail(ledger: Ledger, options: NotifyOptions, sending: Sending) -> Transport:
    """The connection to the mail server. Raises BadMessage when nobody is named who sends."""
    sender = sending.sender[1]
    contents = (ledger.messages.content(m.number) for m in due(ledger, sending, time.time()))
    if not sender and not all(map(has_sender, contents)):
        raise BadMessage("Nobody is named who sends.", "Give --from 'NAME <ADDRESS>'.")
    host, port = server_of(options.smtp or "", options.tls)
    is_token = options.token_command is not None
    secret = None
    if options.user and not options.dry_run:
        secret = secret_of(options.token_command or options.password_command, PASSWORD)
    server = Server(host, port, options.tls, options.ca, options.user, secret, is_token)
    return SmtpTransport(server)


def _send(ledger: Ledger, transport: Transport, sending: Sending, *, dry_run: bool) -> None:
    if dry_run:
        for message in due(ledger, sending, time.time()):
            print_unwrapped(f"Would be sent: {line_of(message)}")
        return
    sent = send(ledger, transport, sending)
    for message in sent.open:
        print_unwrapped(line_of(message))
    _print_counts(sent, rehearsal=bool(sending.instead))
    if sent.stopped:
        advice = "What is not sent stays prepared: send again."
        raise NotSent(f"Sending ended early. {sent.stopped}", advice)


def _print_counts(sent: Sent, *, rehearsal: bool) -> None:
    total = sum(sent.counts.values())
    words = ", ".join(f"{count} {state}" for state, count in sorted(sent.counts.items()))
    kind = "rehearsed; nothing counts as sent" if rehearsal else words or "nothing was due"
    print_unwrapped(f"{counted(total, 'message')}: {kind}.")
