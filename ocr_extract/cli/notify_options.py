"""The options of `ocr-extract notify`, with their help texts."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from ocr_extract.messages.compose import Sender
    from ocr_extract.volume.ledger import Ledger


class Who(StrEnum):
    """To whom messages are prepared."""

    EDITORS = "editors"
    AUTHORS = "authors"


class TlsMode(StrEnum):
    """How the connection to the server is encrypted."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


WhoArgument = Annotated[
    Who | None, typer.Argument(help="Prepare messages to them; without it, show the outbox.")
]
ToOption = Annotated[
    str | None,
    typer.Option(
        "--to", help="The editors' address; else with --send a rehearsal: all goes there."
    ),
]
FromOption = Annotated[
    str | None,
    typer.Option("--from", envvar="OCR_EXTRACT_FROM", help="Who writes: NAME <ADDRESS>."),
]
ReplyToOption = Annotated[
    str | None,
    typer.Option("--reply-to", envvar="OCR_EXTRACT_REPLY_TO", help="Where answers go."),
]
VolumeOption = Annotated[
    str,
    typer.Option("--volume", envvar="OCR_EXTRACT_VOLUME", help="The volume's name in messages."),
]
DeadlineOption = Annotated[
    str, typer.Option("--deadline", help="Until when authors should answer, as they read it.")
]
AddressesOption = Annotated[
    Path | None,
    typer.Option("--addresses", help="CSV with key and email; before those of the roster."),
]
FormOption = Annotated[
    Path | None, typer.Option("--form", help="A blank form: attached, filled in for each paper.")
]
RemindOption = Annotated[
    bool, typer.Option("--remind", help="Begin a new round: ask again who has not answered.")
]
TemplatesOption = Annotated[
    Path | None, typer.Option("--templates", help="A folder with templates of your own.")
]
EditTemplatesOption = Annotated[
    Path | None, typer.Option("--edit-templates", help="Write the templates there, to edit them.")
]
ListOutboxOption = Annotated[bool, typer.Option("--list", help="Show the outbox.")]
SendOption = Annotated[bool, typer.Option("--send", help="Send what is prepared.")]
SmtpOption = Annotated[
    str | None,
    typer.Option("--smtp", envvar="OCR_EXTRACT_SMTP", help="The mail server: HOST:PORT."),
]
TlsOption = Annotated[
    TlsMode, typer.Option("--tls", envvar="OCR_EXTRACT_TLS", help="How it is encrypted.")
]
CaOption = Annotated[
    Path | None, typer.Option("--ca", help="Root certificates (PEM) instead of the system's.")
]
UserOption = Annotated[
    str, typer.Option("--user", envvar="OCR_EXTRACT_SMTP_USER", help="The user to log in.")
]
PasswordCommandOption = Annotated[
    str | None, typer.Option("--password-command", help="Prints the password, as `pass show mail`.")
]
TokenCommandOption = Annotated[
    str | None, typer.Option("--token-command", help="Prints a token for XOAUTH2.")
]
WebhookOption = Annotated[
    str | None,
    typer.Option("--webhook", envvar="OCR_EXTRACT_WEBHOOK", help="Post it there as JSON, too."),
]
SecretCommandOption = Annotated[
    str | None, typer.Option("--webhook-secret-command", help="Prints the key of the signature.")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Show what would be sent.")]
OnlyOption = Annotated[
    list[str] | None,
    typer.Option("--only", help="Only this paper, address or number; may be given several times."),
]
RateOption = Annotated[
    float, typer.Option("--rate", min=0.0, help="At most so many messages a minute; 0: no limit.")
]
NowOption = Annotated[
    bool,
    typer.Option("--now", help="Also what was put off a short time ago; --remind at once."),
]
MarkSentOption = Annotated[
    int | None, typer.Option("--mark-sent", help="A message arrived, or you sent its draft.")
]
SendAgainOption = Annotated[
    int | None, typer.Option("--send-again", help="Prepare a failed or unknown message again.")
]


@dataclass(frozen=True)
class NotifyOptions:
    """The options of the command; docs/messages.md explains each of them."""

    who: Literal["editors", "authors"] | None = None
    out: Path = Path("results")
    ledger: str | None = None
    to: str | None = None
    sender: str | None = None
    reply_to: str | None = None
    volume: str = ""
    deadline: str = ""
    addresses: Path | None = None
    form: Path | None = None
    remind: bool = False
    templates: Path | None = None
    edit_templates: Path | None = None
    send: bool = False
    smtp: str | None = None
    tls: Literal["starttls", "tls", "none"] = "starttls"
    ca: Path | None = None
    user: str = ""
    password_command: str | None = None
    token_command: str | None = None
    webhook: str | None = None
    secret_command: str | None = None
    dry_run: bool = False
    list_only: bool = False
    only: tuple[str, ...] = ()
    rate: float = 0.0
    at_once: bool = False
    mark_sent: int | None = None
    send_again: int | None = None
    person: str | None = None

    @property
    def is_rehearsal(self) -> bool:
        """Whether all that is sent goes to --to: only for the editors it names who is meant."""
        return self.to is not None and self.who != "editors"

    @property
    def where(self) -> str | Path:
        """The ledger's URL, or the folder of the results."""
        return self.ledger or self.out

    @property
    def only_shows(self) -> bool:
        """Whether nothing is changed, neither the outbox nor a draft."""
        return self.list_only or self.dry_run

    def opened(self) -> AbstractContextManager[Ledger]:
        """The ledger, to read it or to change it. Raises LedgerTrouble when there is none."""
        from ocr_extract.volume.ledger import (  # noqa: PLC0415  slow
            open_ledger,
            present_ledger,
            read_ledger,
        )

        url = self.ledger or present_ledger(self.out)
        return read_ledger(url) if self.only_shows else open_ledger(url, alone=False)

    @property
    def letterhead(self) -> Sender:
        """Who writes. Raises BadMessage for an address that is none."""
        from ocr_extract.messages.addresses import checked_mailbox  # noqa: PLC0415  slow
        from ocr_extract.messages.compose import Sender  # noqa: PLC0415

        sender = checked_mailbox(self.sender, "--from") if self.sender else ("", "")
        reply_to = checked_mailbox(self.reply_to, "--reply-to") if self.reply_to else ("", "")
        return Sender(self.volume, self.deadline, sender, reply_to)

    @property
    def review_command(self) -> str:
        """The command that opens the review. A ledger's URL may hold a password: not shown."""
        ledger = " --ledger URL" if self.ledger else ""
        return f"ocr-extract review --out {shlex.quote(str(self.out))}{ledger}"
