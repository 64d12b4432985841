"""A sender that is killed at any moment: nobody gets a message twice, and none is lost."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ocr_extract.volume.ledger import Ledger, open_ledger, sqlite_url
from tests.messages.mail_server import Mailbox, mail_server
from tests.volume.ledger.message_factory import new_message

ROOT = Path(__file__).parent.parent.parent
MESSAGES = 12
SENDER = """
import sys
from ocr_extract.messages.delivery import Sending, send
from ocr_extract.messages.smtp import Server, SmtpTransport
from ocr_extract.volume.ledger import open_ledger
print("ready", flush=True)
with open_ledger(sys.argv[1], alone=False) as ledger:
    send(ledger, SmtpTransport(Server("localhost", int(sys.argv[2]), "none")),
         Sending(sender=("", "ed@example.org")))
"""


def _sender(url: str, port: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", SENDER, url, str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def _prepared(ledger: Ledger) -> None:
    run = ledger.begin("{}", ["in"])
    papers = [f"p{number:02}" for number in range(MESSAGES)]
    ledger.messages.add([new_message(run, f"{paper}@example.org", paper) for paper in papers])


def _check(ledger: Ledger, mailbox: Mailbox, *, is_over: bool) -> None:
    received = mailbox.recipients
    assert len(received) == len(set(received)), "somebody got one twice"
    for message in ledger.messages.all():
        if message.state == "sent":
            assert message.recipient in received
        if is_over:
            assert message.state in ("sent", "unknown")
        if message.recipient in received:
            assert message.state in ("sent", "unknown", "handed_over")
    assert ledger.trail.faults() == ()


def _kill_and_go_on(folder: Path, seed: int, kills: int) -> int:
    """Kill senders of one outbox, then let one send the rest. Returns how many are unknown."""
    chance = random.Random(seed)  # noqa: S311  moments of a test
    url = sqlite_url(folder).render_as_string(hide_password=False)
    mailbox = Mailbox(seconds=0.01)
    with open_ledger(url, alone=False) as ledger:
        _prepared(ledger)
        with mail_server(folder, mailbox, tls=False) as running:
            for _ in range(kills):
                process = _sender(url, running.port)
                time.sleep(chance.uniform(0.0, 0.35))
                process.send_signal(signal.SIGKILL)
                process.communicate()
                time.sleep(0.05)  # what was handed over may still be stored
                _check(ledger, mailbox, is_over=False)
            last = _sender(url, running.port)
            last.communicate(timeout=120)
            assert last.returncode == 0
            _check(ledger, mailbox, is_over=True)
        return sum(message.state == "unknown" for message in ledger.messages.all())


def test_killed_senders_send_nothing_twice(tmp_path: Path) -> None:
    assert _kill_and_go_on(tmp_path, seed=1, kills=5) <= 5


@pytest.mark.slow
def test_a_hundred_killed_senders_send_nothing_twice(tmp_path: Path) -> None:
    unknown = 0
    for seed in range(20):
        folder = tmp_path / str(seed)
        folder.mkdir()
        unknown += _kill_and_go_on(folder, seed, kills=5)
    assert 0 < unknown <= 100, "no kill came while a message was handed over"


def test_two_senders_at_once_send_nothing_twice(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path).render_as_string(hide_password=False)
    mailbox = Mailbox()
    with open_ledger(url, alone=False) as ledger:
        _prepared(ledger)
        with mail_server(tmp_path, mailbox, tls=False) as running:
            senders = [_sender(url, running.port) for _ in range(2)]
            for process in senders:
                process.communicate(timeout=120)
        assert any(process.returncode == 0 for process in senders)
        _check(ledger, mailbox, is_over=True)
        assert len(mailbox.recipients) == MESSAGES
