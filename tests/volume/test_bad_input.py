"""Unusual folders and broken rosters: every file gets a record, and nothing crashes."""

import csv
import json
import os
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from ocr_extract.settings import Settings
from ocr_extract.volume.plan import plan
from ocr_extract.volume.run import run
from tests.factory import Factory

ROOT = Path(__file__).parent.parent.parent
TEXT = "Name: A B\nSignature: A B\nDate: 3 May 2025\n"


def _call(*arguments: str | Path, user: str | None = None) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "ocr_extract", *map(str, arguments)],
        capture_output=True, text=True, cwd=ROOT, check=False, timeout=300, user=user,
    )  # fmt: skip
    assert "Traceback" not in done.stdout + done.stderr
    return done


def _records(out: Path) -> list[dict[str, dict[str, str]]]:
    return [json.loads(line) for line in (out / "records.jsonl").read_text().splitlines()]


@pytest.fixture
def odd(factory: Factory) -> Path:
    """A folder with every unusual kind of file."""
    folder = factory.folder / "odd"
    (folder / "sub" / "deep").mkdir(parents=True)
    inside = Factory(folder)
    inside.text("a25.txt", TEXT)
    inside.text("A25.txt", TEXT)
    inside.text("sub/deep/b25.txt", TEXT)
    inside.text("new\nline25.txt", TEXT)
    inside.text("x" * 251 + ".txt", TEXT)
    inside.text("=cmd()25.txt", TEXT)
    inside.file("empty25.pdf", b"")
    (folder / "link25.txt").symlink_to(factory.text("outside.txt", TEXT))
    (folder / "twin25.txt").symlink_to(folder / "a25.txt")
    (folder / "broken25.pdf").symlink_to(folder / "nowhere.pdf")
    (folder / "loop").symlink_to(folder)
    with zipfile.ZipFile(folder / "all25.zip", "w") as archive:
        archive.writestr("c25.txt", TEXT)
    raw = os.fsencode(folder) + b"/latin\xe925.txt"
    Path(os.fsdecode(raw)).write_text(TEXT)
    os.mkfifo(folder / "pipe25.pdf")
    return folder


def test_every_file_of_an_odd_folder_has_its_record(odd: Path, factory: Factory) -> None:
    out = factory.folder / "out"
    done = _call("run", odd, "--year", "2025", "--out", out)
    assert done.returncode == 1, done.stderr
    kinds = {
        r["document"]["name"]: [d["kind"] for d in r["damage"]]  # type: ignore[index]
        for r in _records(out)
    }
    undamaged = ["a25.txt", "A25.txt", "b25.txt", "new\nline25.txt", "x" * 251 + ".txt",
            "=cmd()25.txt", "link25.txt", "twin25.txt", "latin\\xe925.txt", "c25.txt"]  # fmt: skip
    assert {name: kinds[name] for name in undamaged} == {name: [] for name in undamaged}
    damaged = {
        name: kinds_of_file for name, kinds_of_file in kinds.items() if name not in undamaged
    }
    assert damaged == {"empty25.pdf": ["empty"], "broken25.pdf": ["missing"]}
    with (out / "documents.csv").open(newline="") as rows:
        assert len(list(csv.DictReader(rows))) == len(kinds)
    assert "nothing new to read" not in _call("run", odd, "--out", out, "--year", "2024").stdout


def test_unreadable_files_and_folders_have_records(factory: Factory) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root, to become another user")
    factory.folder.chmod(0o755)
    folder = factory.folder / "in"
    (folder / "closed").mkdir(parents=True)
    Factory(folder).text("a25.txt", TEXT).chmod(0)
    (folder / "closed").chmod(0)
    # Everything is imported first: the user nobody may have no access to the packages.
    code = (
        "import os\n"
        "from pathlib import Path\n"
        "from ocr_extract import Settings, extract_all\n"
        "from ocr_extract.volume.plan import plan\n"
        "extract_all('/none', settings=Settings(year=2025))\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        f"for path in plan([Path({str(folder)!r})]):\n"
        "    for r in extract_all(path, settings=Settings(year=2025)):\n"
        "        print(r.document.name, r.damage[0].kind)\n"
    )
    for parent in folder.parents:
        if parent.owner() == "root" and str(parent).startswith("/tmp/"):  # noqa: S108
            parent.chmod(parent.stat().st_mode | stat.S_IXOTH | stat.S_IROTH)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    assert lines == ["a25.txt unreadable", "closed not_a_file"], done.stderr


def test_two_links_to_one_file_are_two_agreements(factory: Factory) -> None:
    target = factory.text("store.txt", TEXT)
    folder = factory.folder / "links"
    folder.mkdir()
    for name in ("a25.txt", "b25.txt"):
        (folder / name).symlink_to(target)
    records = run(plan([folder]), Settings(year=2025))
    assert [r.document.name for r in records] == ["a25.txt", "b25.txt"]


def test_changed_file_is_read_again_and_its_history_is_kept(factory: Factory) -> None:
    folder, out = factory.folder / "in", factory.folder / "out"
    folder.mkdir()
    bib = factory.text("v.bib", "@InProceedings{a25, title = {T}, author = {B, A}, year={2025}}")
    Factory(folder).text("a25.txt", TEXT)
    _call("run", folder, "--roster", bib, "--out", out)
    Factory(folder).text("a25.txt", TEXT.replace("3 May", "4 June"))
    assert "1 file read" in _call("run", folder, "--roster", bib, "--out", out).stdout
    history = _call("history", "a25", "--out", out).stdout
    assert history.index("2025-05-03") < history.index("2025-06-04")
    assert _call("history", "a25.txt", "--out", out).stdout == history
    unknown = _call("history", "zzz", "--out", out)
    assert (unknown.returncode, "“zzz” is in the ledger" in unknown.stderr) == (2, True)
    assert _call("history", "a25", "--out", factory.folder / "none").returncode == 2


def test_a_threshold_is_applied_without_reading_again(factory: Factory) -> None:
    out = factory.folder / "out"
    file = factory.agreement()
    assert _call("run", file, "--year", "2025", "--out", out).returncode == 0
    strict = factory.text("s.toml", "accept_at = 1.0\n")
    done = _call("run", file, "--year", "2025", "--out", out, "--settings", strict)
    assert done.returncode == 1
    assert "uncertain_date" in done.stdout
    assert "nothing new to read" in done.stdout


def test_changed_content_of_a_calibration_file_is_applied(factory: Factory) -> None:
    out, file = factory.folder / "out", factory.agreement()
    shipped = json.loads((ROOT / "models" / "calibration" / "dates.json").read_text())
    calibration = factory.text("c.json", json.dumps(shipped))
    settings = factory.text("s.toml", f"calibration = {json.dumps(str(calibration))}\n")
    options = ("run", file, "--year", "2025", "--out", out, "--settings", settings)
    assert _call(*options).returncode == 0
    shipped["risk"] = {}
    calibration.write_text(json.dumps(shipped))
    done = _call(*options)
    assert "nothing new to read" in done.stdout
    assert (done.returncode, "uncertain_date" in done.stdout) == (1, True)


@pytest.mark.parametrize(
    ("roster", "message"),
    [
        ("@InProceedings{a25, title = {T}\n@InProceedings{b25, title={U}}", "roster v.bib: "),
        ("@InProceedings{a25, title={T}}\n@InProceedings{a25, title={U}}", "stands 2 times"),
    ],
)
def test_errors_in_a_roster_are_reported(factory: Factory, roster: str, message: str) -> None:
    file = factory.text("a25.txt", TEXT)
    out = factory.folder / "out"
    done = _call("run", file, "--roster", factory.text("v.bib", roster), "--out", out)
    assert done.returncode == 1
    assert message in done.stderr
    assert "paper" in done.stdout.splitlines()[0]


def test_output_starts_with_the_counts_of_papers(factory: Factory) -> None:
    folder, out = factory.folder / "in", factory.folder / "out"
    folder.mkdir()
    for name in ("a25Permission.txt", "ü25.txt", "ü25 (1).txt", "stranger.txt"):
        Factory(folder).text(name, TEXT)
    Factory(folder).text("a25Permission (1).txt", f"{TEXT}\n")
    bib = "\n".join(
        f"@InProceedings{{{key}, author = {{B, A}}}}" for key in ("a25", "ü25", "gone25")
    )
    done = _call("run", folder, "--roster", factory.text("v.bib", bib), "--out", out)
    first, second, *_ = done.stdout.splitlines()
    assert first == "3 papers: 0 accepted, 1 to review, 0 rejected, 1 missing, 1 with several files"
    assert second == "missing: gone25"
    several = "several files for a25: a25Permission.txt counts, the other is a copy by its name"
    assert several in done.stdout
    assert "no paper of the roster: stranger.txt" in done.stdout
    with (out / "papers.csv").open(newline="") as rows:
        states = {row["key"]: row["state"] for row in csv.DictReader(rows)}
    assert states == {"a25": "duplicate", "ü25": "review", "gone25": "missing"}  # ü25: one file


def test_progress_as_json_lines(factory: Factory) -> None:
    file = factory.text("a25.txt", TEXT)
    done = _call("run", file, "--log-json", "--quiet", "--out", factory.folder / "out")
    (line,) = done.stderr.splitlines()
    event = json.loads(line)
    assert (event["event"], event["file"], event["done"], event["of"]) == ("read", "a25.txt", 1, 1)
