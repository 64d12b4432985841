"""`ocr-extract forget` removes a paper from ledger, results and pictures; the input stays."""

import csv
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from ocr_extract.volume.ledger import open_ledger, sqlite_url
from tests.factory import Factory
from tests.volume.test_bad_input import _call

TEXT = "Title: On {0}\nName: {0} Li\nSignature: {0} Li\nDate: 3 May 2025\n"


def test_forget_removes_a_paper_from_ledger_results_and_pictures(factory: Factory) -> None:
    folder = factory.folder / "volume"
    folder.mkdir()
    for name in ("ana", "bela"):
        (folder / f"{name}25.txt").write_text(TEXT.format(name.title()))
    roster = factory.text(
        "v.csv", "key,title,authors\nana25,On Ana,Ana Li\nbela25,On Bela,Bela Li\n"
    )
    out = factory.folder / "out"
    _call("run", folder, "--roster", roster, "--year", "2025", "--out", out)
    picture, other = out / "ana25-page1.png", out / "bela25-page1.png"
    for path in (picture, other):
        path.write_bytes(b"")
    (out / "messages").mkdir()
    (out / "messages" / "0001-round1-ana25.eml").write_bytes(b"")
    done = _call("forget", "ana25", "--out", out)
    assert done.returncode == 0, done.stderr
    results, drafts = (x for x in done.stdout.splitlines() if x.startswith("Removed from /"))
    assert results.endswith("The next run writes them.")
    assert ".eml" not in results
    assert "0001-round1-ana25.eml. `" in drafts
    assert " notify` writes" in drafts
    assert "1 records" in done.stdout
    assert "papers.csv" in done.stdout
    assert "The input is never changed" in done.stdout
    assert not picture.exists()
    assert other.exists()
    assert (folder / "ana25.txt").exists()
    assert not _mentions(out, b"ana25.txt")
    again = _call("forget", "ana25", "--out", out)
    assert again.returncode == 2
    assert "No paper, file or SHA-256" in again.stderr
    (folder / "ana25.txt").unlink()
    after = _call("run", folder, "--roster", roster, "--year", "2025", "--out", out)
    assert "1 missing" in after.stdout
    assert not _mentions(out, b"ana25.txt")


def _mentions(folder: Path, name: bytes) -> bool:
    return any(name in path.read_bytes() for path in folder.iterdir() if path.is_file())


def test_what_is_said_after_forgetting_counts_the_forgotten_paper(factory: Factory) -> None:
    folder, out = factory.folder / "volume", factory.folder / "out"
    folder.mkdir()
    for name, day in (("Ana", "3 May 2025"), ("Bela", "4 May 2025"), ("Cem", "")):
        text = TEXT.format(name).replace("3 May 2025", day)
        (folder / f"{name.lower()}25.txt").write_text(text)
    rows = "".join(f"{n.lower()}25,On {n},{n} Li,{n}@x.org\n" for n in ("Ana", "Bela", "Cem"))
    roster = factory.text("v.csv", f"key,title,authors,email\n{rows}")
    _call("run", folder, "--roster", roster, "--year", "2025", "--out", out)
    assert _call("forget", "ana25", "--out", out).returncode == 0
    said = "1 paper was forgotten: run `"
    done = _call("report", "--out", out)
    assert done.returncode == 0, done.stderr
    report = (out / "report.html").read_text(encoding="utf-8")
    assert "0 of 2 papers have a signed and dated agreement; 2 need a person; 1 more was" in report
    with (out / "papers.csv").open(encoding="utf-8", newline="") as file:
        flags = {row["key"]: row["flags"] for row in csv.DictReader(file)}
    assert flags == {"bela25": "other_form", "cem25": "other_form undated"}
    _call("notify", "authors", "--from", "e@x.org", "--out", out)
    _call("notify", "editors", "--to", "e@x.org", "--from", "e@x.org", "--out", out)
    with open_ledger(sqlite_url(out)) as ledger:
        *asked, editors = ledger.messages.all()
        told = message_from_bytes(ledger.messages.content(editors.number), policy=default)
    codes = {message.paper: sorted(message.asked.split()[:-1]) for message in asked}
    assert codes == {"bela25": ["other_form"], "cem25": ["other_form", "undated"]}
    assert said in told.get_body(("plain",)).get_content()
    table = factory.folder / "open.csv"
    _call("review", "--out", out, "--export", table)
    reviewed = _call("review", "--out", out, "--person", "Ed", "--import", table)
    assert said in reviewed.stdout
    assert "2 agreements: " in reviewed.stdout
    again = _call("run", folder, "--roster", roster, "--year", "2025", "--out", out)
    assert "forgotten" not in again.stdout


def test_forget_without_a_ledger_exits_2(factory: Factory) -> None:
    done = _call("forget", "nobody", "--out", factory.folder)
    assert done.returncode == 2
    assert "There is no ledger" in done.stderr
