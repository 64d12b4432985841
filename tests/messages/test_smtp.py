"""Sending to a real mail server: received once, and every refusal has its state."""

import dataclasses
from pathlib import Path

import pytest

from ocr_extract.errors import LedgerBusy, NotSent
from ocr_extract.messages.delivery import Sending, Sent, decide, due, send
from ocr_extract.messages.smtp import Server, SmtpTransport
from ocr_extract.volume.ledger import Ledger
from ocr_extract.volume.ledger.messages import Messages, StoredMessage
from tests.messages.conftest import prepare
from tests.messages.mail_server import PASSWORD, TOKEN, Mailbox, Running, mail_server
from tests.volume.ledger.message_factory import new_message

FIRST, SECOND = "garcia25@example.org", "tanaka25@example.org"


def _send(ledger: Ledger, running: Running, **more: object) -> Sent:
    fields = {field.name for field in dataclasses.fields(Server)}
    own = {name: value for name, value in more.items() if name in fields}
    rest = {name: value for name, value in more.items() if name not in fields}
    transport = SmtpTransport(Server(**{**running.options, **own}))
    return send(ledger, transport, Sending(**rest))  # type: ignore[arg-type]


def _states(ledger: Ledger) -> list[str]:
    return [message.state for message in ledger.messages.all()]


def test_each_message_is_received_once_over_tls(ledger: Ledger, tmp_path: Path) -> None:
    assert len(prepare(ledger).new) == 2
    with mail_server(tmp_path, Mailbox()) as running:
        assert _send(ledger, running).counts == {"sent": 2}
        assert _send(ledger, running).counts == {}
        assert prepare(ledger).new == ()
        assert _send(ledger, running).counts == {}
        assert running.mailbox.recipients == [FIRST, SECOND]
        message = running.mailbox.message(0)
        assert message["From"] == "Ed Itor <ed@example.org>"
        assert message["To"] == "Ana García <garcia25@example.org>"
        assert message["Date"]
        assert message["X-Unsent"] is None
        body = message.get_body(("plain",))
        assert body is not None
        assert "has no date" in body.get_content()
    assert ledger.trail.faults() == ()


@pytest.mark.parametrize(
    ("replies", "state"),
    [
        ({"data": ["451 later"]}, "deferred"),
        ({"rcpt": ["450 greylisted"]}, "deferred"),
        ({"mail": ["421 too busy"]}, "deferred"),
        ({"data": ["550 no"]}, "failed"),
        ({"rcpt": ["550 no such user"]}, "failed"),
        ({"mail": ["553 not you"]}, "failed"),
        ({"data": ["554 spam"]}, "failed"),
    ],
)
def test_a_refusal_has_its_state_and_does_not_stop_the_others(
    ledger: Ledger, tmp_path: Path, replies: dict[str, list[str]], state: str
) -> None:
    prepare(ledger)
    with mail_server(tmp_path, Mailbox(replies=replies)) as running:
        sent = _send(ledger, running)
        assert sent.counts == {state: 1, "sent": 1}
        assert sent.open[0].reply[:3].isdigit()
        assert _send(ledger, running).counts == {}
        assert running.mailbox.recipients == [SECOND]
        assert _send(ledger, running, at_once=True).counts == (
            {"sent": 1} if state == "deferred" else {}
        )
    if state == "failed":
        assert decide(ledger, 1, "prepared", "Ed").state == "prepared"


def test_a_deferred_message_waits_for_half_an_hour(ledger: Ledger, tmp_path: Path) -> None:
    prepare(ledger)
    with mail_server(tmp_path, Mailbox(replies={FIRST: ["451 later"]})) as running:
        _send(ledger, running)
    message = ledger.messages.of(1)
    assert message.not_before is not None
    assert due(ledger, Sending(), message.not_before - 60) == ()
    assert len(due(ledger, Sending(), message.not_before)) == 1
    assert len(due(ledger, Sending(at_once=True), 0.0)) == 1


@pytest.mark.parametrize("cut", ["mail", "rcpt"])
def test_a_connection_cut_before_the_content_leaves_everything_prepared(
    ledger: Ledger, tmp_path: Path, cut: str
) -> None:
    prepare(ledger)
    with mail_server(tmp_path, Mailbox(cut=cut)) as running:
        sent = _send(ledger, running)
        assert sent.stopped
        assert _states(ledger) == ["prepared", "prepared"]
        running.mailbox.cut = ""
        assert _send(ledger, running).counts == {"sent": 2}
        assert running.mailbox.recipients == [FIRST, SECOND]


def test_a_connection_cut_after_the_content_is_for_a_person(ledger: Ledger, tmp_path: Path) -> None:
    prepare(ledger)
    with mail_server(tmp_path, Mailbox(cut="data")) as running:
        assert _send(ledger, running).counts == {"unknown": 2}
        running.mailbox.cut = ""
        assert _send(ledger, running).counts == {}
        assert decide(ledger, 1, "sent", "Ed").reply == "decided by Ed"
        decide(ledger, 2, "prepared", "Ed")
        assert _send(ledger, running).counts == {"sent": 1}
        assert running.mailbox.recipients == [FIRST, SECOND, SECOND]


def test_an_untrusted_certificate_is_refused(ledger: Ledger, tmp_path: Path) -> None:
    prepare(ledger)
    with mail_server(tmp_path, Mailbox()) as running:
        with pytest.raises(NotSent, match="not trusted"):
            _send(ledger, running, ca=None)
        with pytest.raises(NotSent, match="not trusted"):
            _send(ledger, running, host="127.0.0.1")
        assert running.mailbox.received == []
    assert _states(ledger) == ["prepared", "prepared"]


def test_nothing_is_sent_in_clear_when_tls_is_not_offered(ledger: Ledger, tmp_path: Path) -> None:
    prepare(ledger)
    with mail_server(tmp_path, Mailbox(), tls=False) as running:
        with pytest.raises(NotSent, match="does not offer"):
            _send(ledger, running, tls="starttls")
        with pytest.raises(NotSent, match="without TLS"):
            _send(ledger, running, host="mail.example.org", user="ed", secret=PASSWORD)
        assert running.mailbox.received == []
    with pytest.raises(NotSent, match=r"cannot be reached: .*[a-z]\. Nothing was sent"):
        _send(ledger, running)
    assert _states(ledger) == ["prepared", "prepared"]


def test_password_and_token_log_in(ledger: Ledger, tmp_path: Path) -> None:
    prepare(ledger)
    with mail_server(tmp_path, Mailbox(), login=True) as running:
        for secret, is_token in (("wrong", False), ("wrong", True)):
            with pytest.raises(NotSent, match="refuses the user") as caught:
                _send(ledger, running, user="ed", secret=secret, is_token=is_token)
            assert "wrong" not in str(caught.value)
        with pytest.raises(NotSent, match="no password"):
            _send(ledger, running, user="ed")
        assert _states(ledger) == ["prepared", "prepared"]
        only = frozenset((FIRST,))
        assert _send(ledger, running, user="ed", secret=PASSWORD, only=only).counts == {"sent": 1}
        token = {"user": "ed", "secret": TOKEN, "is_token": True}
        assert _send(ledger, running, **token).counts == {"sent": 1}
        assert running.mailbox.users == ["ed", "ed"]
    assert PASSWORD not in repr(Server("h", 25, secret=PASSWORD))


def test_a_second_sender_is_refused(ledger: Ledger, tmp_path: Path) -> None:
    prepare(ledger)
    with mail_server(tmp_path, Mailbox()) as running, ledger.messages.sending_alone():
        with pytest.raises(LedgerBusy, match="sending"):
            _send(ledger, running)
        with pytest.raises(LedgerBusy, match="sending"):
            decide(ledger, 1, "sent", "Ed")
        assert running.mailbox.received == []


def test_a_rehearsal_counts_for_nothing(ledger: Ledger, tmp_path: Path) -> None:
    prepare(ledger)
    with mail_server(tmp_path, Mailbox()) as running:
        _send(ledger, running, instead="me@example.org")
        assert running.mailbox.recipients == ["me@example.org"] * 2
        ids = {running.mailbox.message(n)["Message-ID"] for n in (0, 1)}
    assert len(ids) == 2
    assert not ids & {message.message_id for message in ledger.messages.all()}
    assert _states(ledger) == ["prepared", "prepared"]


def test_rate_is_kept(ledger: Ledger, tmp_path: Path) -> None:
    prepare(ledger)
    waits: list[float] = []
    with mail_server(tmp_path, Mailbox()) as running:
        _send(ledger, running, rate=30.0, sleep=waits.append)
    assert waits == [2.0]


def test_lines_that_begin_with_a_dot_arrive(ledger: Ledger, tmp_path: Path) -> None:
    run = ledger.last_done()
    assert run is not None
    content = b"From: ed@example.org\r\nTo: a@example.org\r\n\r\n.\r\n..two\r\n.dot\r\nlast"
    plain = dataclasses.replace(new_message(run.number, "a@example.org", "x"), content=content)
    ledger.messages.add([plain])
    with mail_server(tmp_path, Mailbox()) as running:
        assert _send(ledger, running).counts == {"sent": 1}
        assert running.mailbox.received[0][1].endswith(b"\r\n\r\n.\r\n..two\r\n.dot\r\nlast\r\n")


def test_paper_forgotten_while_the_editors_are_told_makes_no_empty_message(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forgetting removes the content of messages that name every paper, at any moment."""
    run = ledger.last_done()
    assert run is not None
    to_author = new_message(run.number, "editors@example.org", "any")
    ledger.messages.add([dataclasses.replace(to_author, kind="editors", paper=None)])
    begin = Messages.begin

    def begin_and_forget(self: Messages, number: int, now: float) -> StoredMessage | None:
        claimed = begin(self, number, now)
        assert ledger.forget("garcia25") is not None
        return claimed

    monkeypatch.setattr(Messages, "begin", begin_and_forget)
    with mail_server(tmp_path, Mailbox()) as running:
        assert _send(ledger, running).counts == {"sent": 1}
        ((_, content),) = running.mailbox.received
    assert b"Please sign any." in content
