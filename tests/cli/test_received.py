"""`run` over archives, mails and mailboxes: the answers of a folder, and nothing is lost."""

import csv
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.factory import Factory
from tests.received.received_factory import SENDER, mail_of, mbox_of, zip_of

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent
KEYS = ("smith25", "lee25", "meyer25")
ROSTER = "key,title,authors\nsmith25,On Trees,A B\nlee25,On Roots,C D\nmeyer25,On Leaves,E F\n"
NAMES = ("A B", "C D", "E F")
AGREEMENTS = {
    f"{key}.txt": f"Name: {name}\nSignature: {name}\nDate: {day} May 2025\n".encode()
    for key, name, day in zip(KEYS, NAMES, (3, 4, 5), strict=True)
}


def _call(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "ocr_extract", *map(str, arguments)],
        capture_output=True, text=True, cwd=ROOT, check=False, timeout=120,
    )  # fmt: skip
    assert "Traceback" not in done.stdout + done.stderr
    return done


def _rows(table: Path) -> list[dict[str, str]]:
    with table.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _states(out: Path) -> dict[str, str]:
    return {row["key"]: row["state"] for row in _rows(out / "papers.csv")}


def _records(out: Path) -> Iterator[dict[str, dict[str, object]]]:
    for line in (out / "records.jsonl").read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def _run(factory: Factory, *paths: Path, out: str = "out", more: Sequence[str | Path] = ()) -> Path:
    """The output folder of a run over these paths."""
    roster, target = factory.text("r.csv", ROSTER), factory.folder / out
    done = _call(
        "run", *paths, "--roster", roster, "--out", target, "--fail-on", "never", "--jobs", "1",
        "--replace", *more,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return target


def test_answers_are_those_of_a_folder(factory: Factory) -> None:
    """However the agreements arrive, and in whichever order."""
    folder = factory.folder / "in"
    folder.mkdir()
    for name, content in AGREEMENTS.items():
        (folder / name).write_bytes(content)
    expected = (_run(factory, folder) / "papers.csv").read_text()
    turned = dict(reversed(AGREEMENTS.items()))
    first, *others = [mail_of({name: content}) for name, content in turned.items()]
    one, *rest = AGREEMENTS.items()
    nested = mail_of({"rest.zip": zip_of(dict(rest)), **dict([one])})
    ways = {
        "a.zip": zip_of({"m.mbox": mbox_of(first), **dict([one]), "b.zip": zip_of(dict(rest[:1]))}),
        "all.mbox": mbox_of(first, *others),
        "one.eml": nested.as_bytes(),
    }
    for name, content in ways.items():
        out = _run(factory, factory.file(name, content), out=f"{name}-out")
        assert (out / "papers.csv").read_text() == expected, name
        assert len(_rows(out / "received.csv")) == 3


def test_a_record_says_how_its_file_arrived(factory: Factory) -> None:
    mail = mail_of(AGREEMENTS, subject="=HYPERLINK(1) \u202e <script>")
    out = _run(factory, factory.file("a.eml", mail.as_bytes()))
    for record in _records(out):
        received = record["document"]["received"]
        assert isinstance(received, dict)
        assert (received["container"], received["sender"]) == ("a.eml", SENDER)
        assert received["name"] == record["document"]["name"]
    for row in _rows(out / "received.csv"):
        assert row["subject"].startswith("'=")
        assert row["subject"].isprintable()
        assert Path(row["path"]).read_bytes() == AGREEMENTS[row["name"]]


def test_what_cannot_be_read_belongs_to_its_paper(factory: Factory) -> None:
    """A Word file, and a member with a password, are no missing papers."""
    docx = zip_of({"[Content_Types].xml": b"x", "word/document.xml": b"y"})
    content = bytearray(zip_of({"lee25.txt": b"x", "smith25-agreement.docx": docx}))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    content[content.index(b"PK\x03\x04") + 6] |= 1
    broken = factory.file("broken.zip", b"PK\x03\x04 cut")
    out = _run(factory, factory.file("a.zip", bytes(content)), broken)
    assert _states(out) == {"smith25": "rejected", "lee25": "rejected", "meyer25": "missing"}
    why = {row["key"]: row["why_flagged"] for row in _rows(out / "papers.csv")}
    assert why["smith25"].startswith("A Word document: print it to PDF")
    assert "password" in why["lee25"]
    assert len(list(_records(out))) == 3
    damage = {row["name"]: row["damage"] for row in _rows(out / "documents.csv")}
    assert (damage["broken.zip"], damage["lee25.txt"]) == ("broken", "encrypted")


def test_nothing_is_read_or_unpacked_twice(factory: Factory) -> None:
    box = factory.file("all.mbox", mbox_of(mail_of(AGREEMENTS)))
    out = _run(factory, box)
    copies = {p: p.stat().st_ino for p in (out / "received").rglob("*") if p.is_file()}
    for more in ((), ("--verify",), ("--again",)):
        roster = factory.folder / "r.csv"
        done = _call("run", box, "--roster", roster, "--out", out, *more)
        assert "nothing new to read" in done.stdout
        assert "unpacked: 3 files from 1 archive or mail" in done.stderr
    assert {p: p.stat().st_ino for p in copies} == copies


def test_a_container_that_grew_or_vanished(factory: Factory) -> None:
    folder = factory.folder / "in"
    folder.mkdir()
    first, *others = [mail_of({name: content}) for name, content in AGREEMENTS.items()]
    (folder / "Inbox").write_bytes(mbox_of(first))
    out = _run(factory, folder)
    assert list(_states(out).values()).count("missing") == 2
    (folder / "Inbox").write_bytes(mbox_of(first, *others))
    _run(factory, folder)
    assert "missing" not in _states(out).values()
    assert len(list((out / "received").iterdir())) == 1
    (folder / "Inbox").unlink()
    (folder / "lee25.txt").write_bytes(AGREEMENTS["lee25.txt"])
    _run(factory, folder)
    assert list(_states(out).values()).count("missing") == 2
    assert list((out / "received").iterdir()) == []
    assert not (out / "received.csv").exists()


def test_mails_without_attachments_are_said(factory: Factory) -> None:
    empty = factory.file("empty.eml", mail_of({}).as_bytes())
    done = _call("run", empty, "--out", factory.folder / "out")
    assert done.returncode == 2
    assert "The mails hold no agreement." in done.stderr
    box = factory.file("a.mbox", mbox_of(mail_of({}), mail_of(AGREEMENTS)))
    out = _run(factory, box)
    assert next(r["note"] for r in _rows(out / "received.csv")) == (
        "left out: the mail has no attachment"
    )
    assert len(list(_records(out))) == 3


def test_forget_removes_the_copy_and_every_trace(factory: Factory) -> None:
    mails = [
        mail_of({name: content, "logo.ics": b"x"}, f"{name}@example.org")
        for name, content in AGREEMENTS.items()
    ]
    out = _run(factory, factory.file("all.mbox", mbox_of(*mails)))
    done = _call("forget", "smith25", "--out", out)
    assert done.returncode == 0, done.stderr
    assert "unpacks it again" in done.stdout
    assert not (out / "received.csv").exists()
    for path in out.rglob("*"):
        assert path.name != "smith25.txt"
        if path.is_file():
            assert b"smith25.txt@example.org" not in path.read_bytes(), path


def test_report_after_forget_takes_no_copies_for_the_input(factory: Factory) -> None:
    """The same run is not refused after it, and a run over others still is."""
    mails = [mail_of({name: c}, f"{name}@example.org") for name, c in AGREEMENTS.items()]
    box = factory.file("all.mbox", mbox_of(*mails))
    out, roster = _run(factory, box), factory.folder / "r.csv"
    for command in (("forget", "smith25"), ("report",)):
        assert _call(*command, "--out", out).returncode == 0
    other = factory.file("other.txt", AGREEMENTS["lee25.txt"])
    refused = _call("run", other, "--roster", roster, "--out", out)
    assert "are of other agreements" in refused.stderr
    assert str(box) in refused.stderr
    done = _call("run", box, "--roster", roster, "--out", out, "--fail-on", "never")
    assert done.returncode == 0, done.stderr


def test_input_is_never_written_to(factory: Factory) -> None:
    box = factory.file("all.mbox", mbox_of(mail_of(AGREEMENTS)))
    before = (box.read_bytes(), box.stat().st_mtime_ns)
    _run(factory, box)
    assert (box.read_bytes(), box.stat().st_mtime_ns) == before


def test_a_link_in_place_of_the_folder_is_refused(factory: Factory) -> None:
    out, elsewhere = factory.folder / "out", factory.folder / "elsewhere"
    out.mkdir()
    elsewhere.mkdir()
    (out / "received").symlink_to(elsewhere)
    done = _call("run", factory.file("a.zip", zip_of(AGREEMENTS)), "--out", out)
    assert done.returncode == 2
    assert "is a link" in done.stderr
    assert list(elsewhere.iterdir()) == []


def test_submission_numbers_name_papers(factory: Factory) -> None:
    numbers = {f"{i}_agreement.txt": c for i, c in enumerate(AGREEMENTS.values(), start=1)}
    names = factory.text("map.csv", "number;key\n1;smith25\n2;lee25\n3;meyer25\n")
    archive = factory.file("a.zip", zip_of(numbers))
    out = _run(factory, archive, more=["--map", names])
    counted = {row["key"]: row["counts"] for row in _rows(out / "papers.csv")}
    assert counted["lee25"] == "2_agreement.txt"
    names.write_text("1,smth25\n")
    done = _call("run", archive, "--roster", factory.folder / "r.csv", "--out", out, "--map", names)
    assert done.returncode == 2
    assert "Line 1: “smth25” is no key of the roster. Perhaps smith25" in done.stderr
    done = _call("run", archive, "--no-roster", "--out", out, "--map", names)
    assert "--map needs" in done.stderr


@pytest.mark.slow
def test_samples_in_an_archive_have_their_verdicts(factory: Factory) -> None:
    archive = factory.folder / "a.zip"
    samples = ROOT / "samples"
    with zipfile.ZipFile(archive, "w") as file:
        for sample in (samples / "agreements").iterdir():
            file.write(sample, f"agreements/{sample.name}")
    verdicts = []
    for given in (samples / "agreements", archive):
        out = factory.folder / f"{given.stem}-out"
        _call("run", given, "--roster", samples / "volume.bib", "--out", out)
        verdicts.append((out / "papers.csv").read_text())
    assert verdicts[0] == verdicts[1]
