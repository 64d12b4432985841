"""A real mail server on loopback for tests: it can encrypt, ask for a password, and misbehave."""

from __future__ import annotations

import asyncio
import base64
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

PASSWORD = "korrekt horse"  # noqa: S105  of the tests' server
TOKEN = "ya29.token"  # noqa: S105


@dataclass
class Mailbox:
    """What a server does, and what it received. `replies` has the answers to the content or to a
    recipient, first the next one; then it accepts. `cut` closes the connection at "mail", "rcpt",
    or after the content ("data").
    """

    replies: dict[str, list[str]] = field(default_factory=dict)
    cut: str = ""
    seconds: float = 0.0
    received: list[tuple[str, bytes]] = field(default_factory=list)
    users: list[str] = field(default_factory=list)

    @property
    def recipients(self) -> list[str]:
        return [recipient for recipient, _ in self.received]

    def message(self, number: int = -1) -> EmailMessage:
        return message_from_bytes(self.received[number][1], policy=policy.default)

    def _next(self, name: str) -> str:
        own = self.replies.get(name)
        return own.pop(0) if own else ""

    async def handle_MAIL(  # noqa: N802  the server's names
        self, server: SMTP, _: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.cut == "mail":
            server.transport.abort()  # type: ignore[union-attr]
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self._next("mail") or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.cut == "rcpt":
            server.transport.abort()  # type: ignore[union-attr]
        if refusal := self._next(address) or self._next("rcpt"):
            return refusal
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _: Session, envelope: Envelope) -> str:  # noqa: N802
        await asyncio.sleep(self.seconds)
        if refusal := self._next("data"):
            return refusal
        content = envelope.content
        assert isinstance(content, bytes)
        self.received += [(recipient, content) for recipient in envelope.rcpt_tos]
        if self.cut == "data":
            server.transport.abort()  # type: ignore[union-attr]
        return "250 stored"

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> Any:  # noqa: N802
        said = base64.b64decode(args[1]).decode()
        if f"auth=Bearer {TOKEN}\x01" in said:
            self.users.append(said.partition("\x01")[0].removeprefix("user="))
            return AuthResult(success=True)
        await server.push("334 eyJzdGF0dXMiOiI0MDEifQ==")
        await server._reader.readline()
        return AuthResult(success=False, handled=False)

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _: str, data: Any
    ) -> AuthResult:
        ok = isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
        if ok:
            self.users.append(data.login.decode())
        return AuthResult(success=ok, handled=False)


@dataclass(frozen=True)
class Running:
    """A server that runs: its port, and the file with the root certificate that it needs."""

    mailbox: Mailbox
    port: int
    ca: Path | None

    @property
    def options(self) -> Mapping[str, Any]:
        """Host, port, encryption and certificate as `Server` takes them."""
        tls = "starttls" if self.ca else "none"
        return {"host": "localhost", "port": self.port, "tls": tls, "ca": self.ca, "timeout": 10.0}


@contextmanager
def mail_server(
    folder: Path, mailbox: Mailbox, *, tls: bool = True, login: bool = False
) -> Iterator[Running]:
    """A server on a free port, until the block ends."""
    context, ca = None, None
    if tls:
        authority = trustme.CA()
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("localhost").configure_cert(context)
        ca = folder / "ca.pem"
        authority.cert_pem.write_to_path(ca)
    more: dict[str, Any] = {"tls_context": context, "require_starttls": tls}
    if login:
        more |= {"authenticator": mailbox.authenticate, "auth_required": True}
        more |= {"auth_require_tls": tls}
    controller = Controller(mailbox, hostname="localhost", port=0, **more)
    controller.port = _free_port()
    controller.start()
    try:
        yield Running(mailbox, controller.port, ca)
    finally:
        controller.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
