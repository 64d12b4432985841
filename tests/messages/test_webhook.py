"""A webhook against a real server: signed, once, and no redirect is followed."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from ocr_extract.errors import BadMessage
from ocr_extract.messages.compose import mark_of
from ocr_extract.messages.delivery import Sending, send
from ocr_extract.messages.outbox import prepare_webhook
from ocr_extract.messages.webhook import SIGNATURE, WebhookTransport, checked_url, signature
from ocr_extract.volume.ledger import Ledger
from tests.factory import Factory
from tests.messages.conftest import SENDER


class _Program(HTTPServer):
    """Answers with the next code, then with 200; -1 closes the connection without an answer."""

    def __init__(self, codes: list[int]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.codes, self.received = codes, []  # type: ignore[var-annotated]


class _Handler(BaseHTTPRequestHandler):
    server: _Program

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.path, dict(self.headers), body))
        code = self.server.codes.pop(0) if self.server.codes else 200
        if code < 0:
            self.close_connection = True
            return
        self.send_response(code)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def _program(*codes: int) -> Iterator[tuple[_Program, str]]:
    program = _Program(list(codes))
    thread = threading.Thread(target=program.serve_forever)
    thread.start()
    try:
        yield program, f"http://127.0.0.1:{program.server_port}/hook/secret-path"
    finally:
        program.shutdown()
        thread.join()
        program.server_close()


def _post(ledger: Ledger, factory: Factory, url: str, key: str | None = "key") -> dict[str, int]:
    _, shown = checked_url(url)
    prepare_webhook(ledger, factory.folder, url, shown, SENDER, {})
    transport = WebhookTransport(url, key, timeout=10.0)
    return dict(send(ledger, transport, Sending(kinds=("webhook",))).counts)


def test_the_same_as_in_the_message_is_posted_once_and_signed(
    ledger: Ledger, factory: Factory
) -> None:
    with _program() as (program, url):
        assert _post(ledger, factory, url) == {"sent": 1}
        assert _post(ledger, factory, url) == {}
    ((path, headers, body),) = program.received
    assert path == "/hook/secret-path"
    seconds = headers[SIGNATURE].partition(",")[0].removeprefix("t=")
    expected = hmac.new(b"key", f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    assert (
        headers[SIGNATURE] == f"t={seconds},v1={expected}" == signature("key", int(seconds), body)
    )
    content = json.loads(body)
    assert content["counts"]["documents"] == 2
    assert [p["key"] for p in content["open_papers"]] == ["garcia25", "tanaka25", "zhao25"]
    assert content["without_address"] == ["garcia25", "tanaka25", "zhao25"]
    (message,) = ledger.messages.all()
    assert "secret-path" not in message.recipient


@pytest.mark.parametrize(
    ("code", "state"),
    [(302, "failed"), (404, "failed"), (429, "deferred"), (503, "deferred"), (-1, "unknown")],
)
def test_an_answer_has_its_state(ledger: Ledger, factory: Factory, code: int, state: str) -> None:
    with _program(code) as (program, url):
        assert _post(ledger, factory, url, None) == {state: 1}
    assert len(program.received) == 1
    assert SIGNATURE not in program.received[0][1]


def test_a_program_that_is_away_is_tried_again(ledger: Ledger, factory: Factory) -> None:
    with _program() as (_, url):
        pass
    assert _post(ledger, factory, url) == {"deferred": 1}


def test_a_message_goes_only_to_the_url_that_it_is_for(ledger: Ledger, factory: Factory) -> None:
    with _program() as (program, url):
        other = url + "-of-others"
        (new,) = prepare_webhook(ledger, factory.folder, url, checked_url(url)[1], SENDER, {}).new
        origin = ledger.times_of(1)[0]
        for target, only in ((other, frozenset[str]()), (url, frozenset(("garcia25",)))):
            mark = mark_of(origin, target)
            sending = Sending(kinds=("webhook",), webhook=mark, only=only)
            assert send(ledger, WebhookTransport(target, None), sending).counts == {}
        sending = Sending(kinds=("webhook",), webhook=mark_of(origin, url), only=frozenset("1"))
        assert send(ledger, WebhookTransport(url, None), sending).counts == {"sent": 1}
    assert new.number == 1
    assert len(program.received) == 1


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://example.org/x", "http://", "http://u:p@example.org/",
        "http://exa mple.org/", "http://example.org/\r\nX: y", "gopher://x", "http://[::1", "",
    ],
)  # fmt: skip
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(BadMessage):
        checked_url(url)
