"""A volume from the samples to the hand-off: run, review, notify, send, a second round, package,
verify. Everything as a user types it, with a real mail server.
"""

import json
import shutil
from email.message import EmailMessage
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from ocr_extract.review.queue import ReviewQueue
from tests.handoff.volume_factory import p12
from tests.messages.mail_server import PASSWORD, Mailbox, mail_server
from tests.volume.test_bad_input import _call

SAMPLES = Path(__file__).parent.parent / "samples"
MISSING = "illegibledigital13"
pytestmark = pytest.mark.slow


def _with_papers(folder: Path, keys: list[str]) -> Path:
    """A roster of these papers alone."""
    head, *entries = (SAMPLES / "volume.bib").read_text().split("@InProceedings")
    own = [entry for entry in entries if entry[1:].partition(",")[0] in keys]
    roster = folder / "volume.bib"
    roster.write_text("@InProceedings".join([head, *own]))
    return roster


def _records(out: Path) -> dict[str, dict[str, object]]:
    lines = (out / "records.jsonl").read_text().splitlines()
    return {json.loads(line)["document"]["name"]: json.loads(line) for line in lines}


def _pictures(message: EmailMessage) -> list[str]:
    return [str(part["Content-ID"]) for part in message.walk() if part["Content-ID"]]


class _Volume:
    """The digital samples, one of them not yet sent in."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.out = folder, folder / "results"
        self.inputs = folder / "in"
        self.inputs.mkdir()
        files = sorted((SAMPLES / "agreements").glob("*digital*.pdf"))
        self.keys = [file.name.removesuffix("Permission.pdf") for file in files]
        for file in files:
            if MISSING not in file.name:
                shutil.copy(file, self.inputs)
        self.roster = _with_papers(folder, self.keys)

    def call(self, *arguments: str | Path) -> CompletedProcess[str]:
        done = _call(*arguments, "--out", self.out)
        assert done.returncode in (0, 1), done.stderr
        return done

    def run(self) -> str:
        return self.call("run", self.inputs, "--roster", self.roster).stdout

    def settle(self, count: int) -> None:
        """Take the first candidate of each open item from Python."""
        with ReviewQueue.open(self.out, person="Ed Itor") as queue:
            for _ in range(count):
                item = queue.next()
                assert item is not None
                queue.decide(item.id, item.choices[0].action, item.choices[0].value)
            assert queue.next() is None
            queue.resolve()


def test_samples_from_the_run_to_the_hand_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    volume = _Volume(tmp_path)
    said = volume.run()
    assert "1 missing" in said
    assert MISSING in (volume.out / "report.html").read_text()
    monkeypatch.setenv("OCR_EXTRACT_SMTP_PASSWORD", PASSWORD)
    addresses = tmp_path / "addresses.csv"
    addresses.write_text(f"key,email\n{MISSING},author@example.org\n")
    authors = ("notify", "authors", "--addresses", addresses, "--from", "Ed <ed@example.org>")
    volume.call("notify", "editors", "--to", "editors@example.org", "--from", "ed@example.org")
    volume.call(*authors)
    with mail_server(tmp_path, Mailbox(), login=True) as running:
        server = ("--smtp", f"localhost:{running.port}", "--ca", running.ca or "", "--user", "ed")
        for _ in range(2):
            volume.call("notify", "--send", *server)
        box = running.mailbox
        assert sorted(box.recipients) == ["author@example.org", "editors@example.org"]
        editors = box.message(box.recipients.index("editors@example.org"))
        assert _pictures(editors), "the open item is shown"
        shutil.copy(SAMPLES / "agreements" / f"{MISSING}Permission.pdf", volume.inputs)
        assert "1 file read" in volume.run()
        volume.settle(2)
        volume.call("report")
        volume.call(*authors, "--remind", "--now")
        volume.call("notify", "--send", *server)
        assert box.recipients.count("author@example.org") == 1, "the author has answered"
    records = _records(volume.out)
    assert {record["verdict"] for record in records.values()} == {"accepted"}
    store, root = p12(tmp_path)
    monkeypatch.setenv("OCR_EXTRACT_SEAL_PASSPHRASE", "secret")
    package = tmp_path / "v0.zip"
    packed = volume.call("package", "--to", package, "--volume", "v0", "--seal", store)
    assert packed.returncode == 0, packed.stdout + packed.stderr
    assert f"{len(volume.keys)} of {len(volume.keys)} papers, complete, sealed" in packed.stdout
    verified = volume.call("verify", package, "--ca", root)
    assert verified.returncode == 0, verified.stdout
