"""`ocr-extract notify` as a user types it: prepare, list, rehearse, send, decide, forget."""

from pathlib import Path
from subprocess import CompletedProcess

import pytest

from ocr_extract.volume.ledger import open_ledger, sqlite_url
from tests.factory import Factory
from tests.messages.mail_server import PASSWORD, Mailbox, mail_server
from tests.volume.test_bad_input import _call

pytestmark = pytest.mark.slow

TEXT = "Title: On {0}\nName: {0} Li\nSignature: {0} Li\nDate: 3 May 2025\n"
ROSTER = "key,title,authors,email\nana25,On Ana,Ana Li,\nbela25,On Bela,Bela Li,bela@example.org\n"


@pytest.fixture
def out(factory: Factory) -> Path:
    """The results of a volume of two papers; one has no agreement."""
    (factory.folder / "in").mkdir()
    agreement = factory.text("in/ana25.txt", TEXT.format("Ana"))
    roster = factory.text("v.csv", ROSTER)
    out = factory.folder / "out"
    _call("run", agreement.parent, "--roster", roster, "--year", "2025", "--out", out)
    return out


def _notify(out: Path, *arguments: object) -> CompletedProcess[str]:
    return _call("notify", *arguments, "--out", out)


def test_messages_are_prepared_rehearsed_and_sent_once(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "outbox is empty" in _notify(out).stdout
    prepared = _notify(out, "authors", "--from", "Ed <ed@example.org>")
    assert prepared.returncode == 0, prepared.stderr
    assert "1 message prepared" in prepared.stdout
    (draft,) = (out / "messages").iterdir()
    assert b"bela@example.org" in draft.read_bytes()
    monkeypatch.setenv("OCR_EXTRACT_SMTP_PASSWORD", PASSWORD)
    with mail_server(tmp_path, Mailbox(), login=True) as running:
        server = ("--smtp", f"localhost:{running.port}", "--ca", running.ca, "--user", "ed")
        assert "Would be sent" in _notify(out, "--send", *server, "--dry-run").stdout
        assert "not trusted" in _notify(out, "--send", *server[:2]).stderr
        rehearsal = _notify(out, "--send", *server, "--to", "me@example.org")
        assert "nothing counts as sent" in rehearsal.stdout
        sent = _notify(out, "--send", *server)
        assert sent.returncode == 0, sent.stderr
        assert "1 sent" in sent.stdout
        _notify(out, "--send", *server)
        assert running.mailbox.recipients == ["me@example.org", "bela@example.org"]
    assert not draft.exists()
    assert "bela@example.org" in _notify(out, "--list").stdout
    assert PASSWORD.encode() not in b"".join(p.read_bytes() for p in out.glob("ledger*"))


def test_authors_with_another_address_are_only_rehearsed(out: Path, tmp_path: Path) -> None:
    (table := out.parent / "addresses.csv").write_text("key,email\nbela25,bela2@example.org\n")
    asked = ("authors", "--from", "ed@example.org", "--addresses", table)
    assert "dry-run changes nothing" in _notify(out, *asked, "--send", "--dry-run").stderr
    assert "only shows the outbox" in _notify(out, *asked, "--list").stderr
    assert "outbox is empty" in _notify(out, "--list").stdout
    with mail_server(tmp_path, Mailbox(), tls=False) as running:
        server = ("--send", "--smtp", f"127.0.0.1:{running.port}", "--tls", "none")
        rehearsal = _notify(out, *asked, "--to", "me@example.org", *server)
        assert "nothing counts as sent" in rehearsal.stdout, rehearsal.stderr
        unknown = _notify(out, *server, "--only", "nosuch")
        assert (unknown.returncode, "“nosuch”" in unknown.stderr) == (2, True)
        assert running.mailbox.recipients == ["me@example.org"]
    both = _notify(out, "--mark-sent", "1", "--send-again", "3", "--person", "Ed")
    assert both.returncode == 2
    with open_ledger(sqlite_url(out)) as ledger:
        assert ledger.messages.of(1).state == "prepared"


def test_a_person_decides_what_is_unknown(out: Path, tmp_path: Path) -> None:
    _notify(out, "authors", "--from", "ed@example.org")
    with mail_server(tmp_path, Mailbox(cut="data"), tls=False) as running:
        server = ("--smtp", f"127.0.0.1:{running.port}", "--tls", "none")
        assert _notify(out, "--send", *server).returncode == 1
    listed = _notify(out)
    assert "--mark-sent 1" in listed.stdout
    assert listed.returncode == 1
    assert _notify(out, "--mark-sent", "1", "--person", "Ed").returncode == 0
    with open_ledger(sqlite_url(out)) as ledger:
        assert ledger.messages.of(1).reply == "decided by Ed"


def test_forgetting_a_paper_removes_drafts(out: Path) -> None:
    agreement = out.parent / "in" / "bela25.txt"
    _notify(out, "editors", "--to", "eds@example.org")
    assert list((out / "messages").iterdir())
    assert _call("forget", "ana25", "--out", out).returncode == 0
    assert not list((out / "messages").iterdir())
    assert "withdrawn" in _notify(out).stdout
    assert not agreement.exists()


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("editors",), "Nobody is named to whom"),
        (("editors", "--to", "nobody"), "no e-mail address"),
        (("editors", "--webhook", "file:///x"), "no http or https URL"),
        (("authors", "--from", "x"), "no e-mail address"),
        (("authors", "--templates", "/nowhere"), "no template"),
        (("--send",), "No server"),
        (("--mark-sent", "7"), "no message 7"),
    ],
)
def test_wrong_use_has_a_clear_message(out: Path, arguments: tuple[str, ...], why: str) -> None:
    done = _notify(out, *arguments)
    assert done.returncode == 2
    assert why in done.stderr


def test_paper_that_was_only_asked_for_is_forgotten_with_its_address(out: Path) -> None:
    _notify(out, "authors", "--from", "ed@example.org")
    assert b"bela@example.org" in (out / "papers.csv").read_bytes()
    assert _call("forget", "bela25", "--out", out).returncode == 0
    for file in (*out.glob("*.*"), *out.glob("messages/*")):
        assert b"bela@example.org" not in file.read_bytes(), file.name
    assert _call("forget", "bela25", "--out", out).returncode == 2


def test_paper_that_nobody_was_asked_for_is_forgotten_with_its_address(out: Path) -> None:
    done = _call("forget", "bela25", "--out", out)
    assert "Removed from the ledger: its entry in the roster." in done.stdout
    for file in out.glob("*.*"):
        assert b"bela@example.org" not in file.read_bytes(), file.name
