"""Posts a message as JSON to a program (a webhook), signed, without following redirects."""

from __future__ import annotations

import hashlib
import hmac
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from ocr_extract.errors import BadMessage
from ocr_extract.messages.delivery import Delivered, Handed
from ocr_extract.reports.plain import plain

TIMEOUT_SECONDS = 30.0
"""Longest wait for the program's answer, in seconds (chosen)."""
RETRIED = frozenset((408, 425, 429))
"""HTTP errors after which the same message may be sent again, beside 5xx (RFC 9110, RFC 6585)."""
SIGNATURE = "X-Ocr-Extract-Signature"
"""The header of the signature: `t=SECONDS,v1=HEX`, where HEX is the HMAC-SHA256 of
`SECONDS.BODY`."""


def checked_url(url: str) -> tuple[str, str]:
    """A webhook's URL, and what of it may be stored and shown: no path and no query, which often
    hold a secret. Raises BadMessage when it is no http or https URL.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        parts, host, port = urlsplit(""), None, None
    if parts.scheme not in ("http", "https") or not host or parts.username or not url.isascii():
        raise BadMessage("The webhook is no http or https URL.", "Give https://HOST/PATH.")
    if any(c.isspace() or not c.isprintable() for c in url):
        raise BadMessage("The webhook's URL has blanks.", "Give https://HOST/PATH.")
    return url, f"{parts.scheme}://{host}{f':{port}' if port else ''}/…"


def signature(secret: str, seconds: int, body: bytes) -> str:
    """The signature of a body at a time in seconds since 1970."""
    signed = f"{seconds}.".encode() + body
    return f"t={seconds},v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Refuses redirects: the message would go where nobody said."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class WebhookTransport:
    """Posts messages to one URL, signed when there is a secret."""

    def __init__(self, url: str, secret: str | None, timeout: float = TIMEOUT_SECONDS) -> None:
        self._url, self._secret, self._timeout = url, secret, timeout
        # An empty table of proxies: the environment decides nothing.
        handlers = (_NoRedirect(), urllib.request.ProxyHandler({}))
        self._opener = urllib.request.build_opener(*handlers)

    def open(self) -> None:
        """Nothing to open: each message has a connection of its own."""

    def close(self) -> None:
        """Nothing to close."""

    def drop(self) -> None:
        """Nothing to close."""

    def send(self, _: str, content: bytes, hand_over: Callable[[], None]) -> Delivered:
        """Post one message. `hand_over` is called just before the connection is opened."""
        seconds = int(time.time())
        headers = {"Content-Type": "application/json"}
        if self._secret is not None:
            headers[SIGNATURE] = signature(self._secret, seconds, content)
        request = urllib.request.Request(self._url, content, headers, method="POST")  # noqa: S310
        handed: Handed = "no"
        try:
            hand_over()
            handed = "begun"
            with self._opener.open(request, timeout=self._timeout) as answer:
                return _delivered(answer.status, answer.reason)
        except urllib.error.HTTPError as error:
            with error:
                return _delivered(error.code, str(error.reason))
        except (OSError, HTTPException) as error:
            return _lost(error, handed)


def _delivered(code: int, reason: str) -> Delivered:
    said = plain(f"{code} {reason}"[:200])
    if 200 <= code < 300:
        return Delivered("sent", said)
    return Delivered("deferred" if code >= 500 or code in RETRIED else "failed", said)


def _lost(error: Exception, handed: Handed) -> Delivered:
    """What a connection that failed means: one that was refused has handed nothing over."""
    reason = getattr(error, "reason", error)
    said = plain(str(reason).replace("\n", " ")[:200])
    refused = isinstance(reason, ConnectionRefusedError)
    # A name that is not known and a certificate that is not trusted come before the content.
    early = type(reason).__name__ in ("gaierror", "SSLCertVerificationError")
    if handed == "no" or refused or early:
        return Delivered("deferred", f"Nothing was handed over: {said}")
    return Delivered("unknown", f"No answer: {said}")
