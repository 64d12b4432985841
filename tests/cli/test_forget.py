"""`ocr-extract forget` removes a paper from ledger, results and pictures; the input stays."""

from pathlib import Path

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
    assert "0001-round1-ana25.eml. `ocr-extract notify` writes" in drafts
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


def test_forget_without_a_ledger_exits_2(factory: Factory) -> None:
    done = _call("forget", "nobody", "--out", factory.folder)
    assert done.returncode == 2
    assert "There is no ledger" in done.stderr
