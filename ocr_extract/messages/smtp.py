"""Sends one message after the other to an SMTP server (RFC 5321), over TLS unless told not to."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Literal

from ocr_extract.errors import BadMessage, NotSent
from ocr_extract.messages.delivery import Delivered, Handed
from ocr_extract.messages.eml import sender_of
from ocr_extract.reports.plain import plain

Tls = Literal["starttls", "tls", "none"]
TIMEOUT_SECONDS = 60.0
"""Longest wait for a server's answer, in seconds (chosen: RFC 5321 asks for minutes, but a person
waits)."""
PORTS: dict[Tls, int] = {"starttls": 587, "tls": 465, "none": 25}
"""The usual port for each kind of TLS (defined by RFC 6409, RFC 8314 and RFC 5321)."""
READY = 354
"""The reply after which the content is sent (defined by RFC 5321, 4.2.3)."""


@dataclass(frozen=True)
class Server:
    """A server and how to talk to it. `ca` is a file of root certificates that are trusted instead
    of the system's. `secret` is the password, or the token when `is_token`; it is never printed.
    """

    host: str
    port: int
    tls: Tls = "starttls"
    ca: Path | None = None
    user: str = ""
    secret: str | None = None
    is_token: bool = False
    timeout: float = TIMEOUT_SECONDS

    def __repr__(self) -> str:
        return f"Server({self.host}:{self.port}, {self.tls})"


def server_of(address: str, tls: Tls) -> tuple[str, int]:
    """Host and port of `HOST`, `HOST:PORT` or `[IPv6]:PORT`. Raises BadMessage."""
    match = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?", address.strip())
    port = int(match[2]) if match and match[2] else PORTS[tls]
    if match is None or not 0 < port < 65536:
        raise BadMessage(f"“{plain(address[:80])}” is no server.", "Give --smtp HOST:PORT.")
    return match[1].strip("[]"), port


class SmtpTransport:
    """A connection to a server."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._smtp: smtplib.SMTP | None = None

    def open(self) -> None:
        """Connect, unless connected, encrypt and log in. Raises NotSent."""
        if self._smtp is None:
            self._smtp = _connected(self._server)

    def close(self) -> None:
        """End the connection."""
        if self._smtp is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._smtp.quit()
            self._smtp.close()
            self._smtp = None

    def drop(self) -> None:
        """End the connection at once: what was not handed over completely is not accepted."""
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None

    def send(self, recipient: str, content: bytes, hand_over: Callable[[], None]) -> Delivered:
        """Send one message. `hand_over` is called just before the first byte of its content. Never
        raises for what the server says or does.
        """
        smtp = self._smtp
        if smtp is None:
            return Delivered("prepared", "There is no connection.")
        handed: Handed = "no"

        def hand_over_once() -> None:
            nonlocal handed
            hand_over()
            handed = "begun"

        try:
            return _sent(smtp, recipient, content, hand_over_once)
        except (OSError, smtplib.SMTPException) as error:
            self.drop()
            if handed == "begun":
                return Delivered("unknown", f"No reply after the content was sent: {_said(error)}")
            return Delivered("prepared", f"The connection was lost: {_said(error)}")


def _sent(
    smtp: smtplib.SMTP,
    recipient: str,
    content: bytes,
    hand_over: Callable[[], None],
) -> Delivered:
    """Send the envelope, then the content."""
    smtp.ehlo_or_helo_if_needed()
    code, reply = smtp.mail(sender_of(content))
    if code == 250:
        code, reply = smtp.rcpt(recipient)
    if code not in (250, 251):
        return _refused(smtp, code, reply)
    code, reply = smtp.docmd("DATA")
    if code != READY:
        return _refused(smtp, code, reply)
    hand_over()
    smtp.send(_stuffed(content))
    code, reply = smtp.getreply()
    if code == 250:
        return Delivered("sent", _reply(code, reply))
    return _refused(smtp, code, reply)


def _refused(smtp: smtplib.SMTP, code: int, reply: bytes) -> Delivered:
    """What a refusal means: 4xx for now, 5xx for ever. Anything else is no SMTP."""
    if code == -1:
        raise smtplib.SMTPServerDisconnected("The server closed the connection.")
    with suppress(OSError, smtplib.SMTPException):
        smtp.rset()
    return Delivered("failed" if 500 <= code < 600 else "deferred", _reply(code, reply))


def _stuffed(content: bytes) -> bytes:
    """The content as it goes over the wire: a dot at the start of a line is doubled (4.5.2), and a
    line with only a dot ends it.
    """
    lines = re.sub(rb"\r?\n", b"\r\n", content)
    return re.sub(rb"(?m)^\.", b"..", lines).removesuffix(b"\r\n") + b"\r\n.\r\n"


def _reply(code: int, reply: bytes) -> str:
    return plain(f"{code} {reply.decode('utf-8', 'replace')}".replace("\n", " "))


def _said(error: BaseException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        raw = error.smtp_error
        return _reply(error.smtp_code, raw if isinstance(raw, bytes) else str(raw).encode())
    return plain(str(error).replace("\n", " ")) or type(error).__name__


def _sentence(error: BaseException) -> str:
    """What an error says, with a full stop."""
    return _said(error).rstrip(". ") + "."


def _connected(server: Server) -> smtplib.SMTP:
    """A connection that is encrypted and logged in. Raises NotSent, with the connection closed."""
    if server.secret and server.tls == "none" and not _is_here(server.host):
        advice = "Use --tls starttls or --tls tls."
        raise NotSent("A password is not sent without TLS.", advice)
    smtp: smtplib.SMTP | None = None
    try:
        with _troubles(server):
            if server.tls == "tls":
                smtp = smtplib.SMTP_SSL(
                    server.host, server.port, timeout=server.timeout, context=_context(server)
                )
            else:
                smtp = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
            if server.tls == "starttls":
                smtp.starttls(context=_context(server))
            _log_in(smtp, server)
    except NotSent:
        if smtp is not None:
            smtp.close()
        raise
    return smtp


@contextmanager
def _troubles(server: Server) -> Iterator[None]:
    """Turn what can go wrong with a connection into NotSent."""
    where = f"{server.host}:{server.port}"
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        message = f"The certificate of {where} is not trusted: {plain(error.verify_message)}."
        raise NotSent(message, "Nothing was sent. Check the name, or give --ca FILE.") from error
    except ssl.SSLError as error:
        message = f"TLS with {where} failed: {plain(str(error.reason))}."
        raise NotSent(message, "Nothing was sent. Check --smtp and --tls.") from error
    except smtplib.SMTPNotSupportedError as error:
        message = f"{where} does not offer what is asked: {_sentence(error)}"
        raise NotSent(message, "Nothing was sent in clear. Check --tls.") from error
    except smtplib.SMTPAuthenticationError as error:
        message = f"{where} refuses the user or the password: {_sentence(error)}"
        raise NotSent(message, "Nothing was sent. Check --user and the password.") from None
    except (OSError, smtplib.SMTPException) as error:
        message = f"{where} cannot be reached: {_sentence(error)}"
        raise NotSent(message, "Nothing was sent. Check --smtp, and try again.") from error


def _context(server: Server) -> ssl.SSLContext:
    """A context that verifies the certificate. Raises BadMessage for a --ca that is none."""
    try:
        return ssl.create_default_context(cafile=server.ca)
    except (OSError, ssl.SSLError) as error:
        raise BadMessage(
            f"{server.ca} has no root certificates (PEM).", "Give --ca FILE."
        ) from error


def _log_in(smtp: smtplib.SMTP, server: Server) -> None:
    if not server.user:
        return
    if server.secret is None:
        advice = "Set OCR_EXTRACT_SMTP_PASSWORD, or give --password-command or --token-command."
        raise NotSent(f"There is no password for {plain(server.user)}.", advice)
    if not server.is_token:
        smtp.login(server.user, server.secret)
        return
    smtp.ehlo_or_helo_if_needed()
    answer = f"user={server.user}\x01auth=Bearer {server.secret}\x01\x01"
    # A server that refuses sends a reason and waits for an empty answer.
    code, reply = smtp.auth("XOAUTH2", lambda challenge=None: "" if challenge else answer)
    if code not in (235, 503):
        raise smtplib.SMTPAuthenticationError(code, reply)


def _is_here(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
