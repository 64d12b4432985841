"""The program on terminals and in pipes, with wrong input, and with other files in the way."""

import fcntl
import json
import os
import pty
import re
import shlex
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from tests.factory import Factory

ROOT = Path(__file__).parent.parent.parent
GOOD = "Name: A B\nSignature: A B\nDate: 3 May 2025\n"
BIB = "@Proceedings{v, year = {2025}}\n@InProceedings{a25, title = {T}, author = {B, A}}\n"
PROGRAM = [sys.executable, "-m", "ocr_extract"]


def _call(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*PROGRAM, *map(str, arguments)],
        capture_output=True, text=True, cwd=ROOT, check=False, timeout=120,
    )  # fmt: skip
    assert "Traceback" not in done.stdout + done.stderr
    return done


def _shell(command: str) -> subprocess.CompletedProcess[str]:
    """Run a shell command in which $P is the program; returns the program's exit code."""
    program = shlex.join(PROGRAM)
    done = subprocess.run(
        ["bash", "-c", command.replace("$P", program) + "; exit ${PIPESTATUS[0]}"],
        capture_output=True, text=True, cwd=ROOT, check=False, timeout=120,
    )  # fmt: skip
    assert "Traceback" not in done.stdout + done.stderr
    assert "Exception" not in done.stdout + done.stderr
    return done


def _on_terminal(columns: int, *arguments: str | Path) -> str:
    """Everything that the program writes to a terminal of that width, in characters."""
    own_side, program_side = pty.openpty()
    fcntl.ioctl(program_side, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color"}
    environment.pop("COLUMNS", None)
    process = subprocess.Popen(
        [*PROGRAM, *map(str, arguments)],
        stdin=program_side, stdout=program_side, stderr=program_side, cwd=ROOT, env=environment,
    )  # fmt: skip
    os.close(program_side)
    output = b""
    try:
        while content := os.read(own_side, 65536):
            output += content
    except OSError:  # the program has ended
        pass
    os.close(own_side)
    process.wait(timeout=60)
    return output.decode()


def _lines(shown: str) -> list[str]:
    """The lines on a terminal, without colours and cursor movements."""
    assert not re.search(r"\x1b\](?!0;)", shown)
    return re.split(r"[\r\n]+", re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown))


@pytest.fixture
def volume(factory: Factory) -> Path:
    """A folder with an agreement of a paper, and a file that belongs to no paper."""
    folder = factory.folder / "in"
    folder.mkdir()
    Factory(folder).text("a25Permission.txt", GOOD)
    Factory(folder).text("a stranger whose name is as long as people write them.txt", "x\n")
    return folder


# Output on a terminal


@pytest.mark.parametrize("columns", [80, 120])
def test_progress_bar_is_removed_before_the_answer(
    factory: Factory, volume: Path, columns: int
) -> None:
    out = factory.folder / "out"
    bib = factory.text("v.bib", BIB)
    shown = _on_terminal(columns, "run", volume, "--roster", bib, "--out", out)
    lines = _lines(shown)
    assert any("flagged: " in line for line in lines), "there was no bar"
    assert "1 paper: 0 accepted, 1 to review, 0 rejected, 0 missing, 0 with several files" in lines
    assert any(re.match("2 agreements: 0 accepted, 1 to review, 1 rejected", x) for x in lines)
    after = lines[next(i for i, line in enumerate(lines) if line.startswith("1 paper:")) :]
    assert not any("flagged: " in line or "reading" in line for line in after)
    to_copy = ("Report: ", "Settle what is open: ")
    assert max(len(line) for line in after if not line.startswith(to_copy)) <= columns


def test_sentences_break_between_words_on_80_columns(factory: Factory, volume: Path) -> None:
    """The paper's key is shown, not the file name; sentences break only between words."""
    out, bib = factory.folder / "out", factory.text("v.bib", BIB)
    lines = _lines(_on_terminal(80, "run", volume, "--roster", bib, "--out", out))
    rows = [line.split() for line in lines]
    assert ["a25", "review", "2025-05-03"] in rows
    assert "    Not a known form: read by its labels alone." in [x.rstrip() for x in lines]
    words = " ".join(word for row in rows for word in row)
    assert "as long as people write them.txt rejected -" in words
    assert "No paper of the roster is known by the file's name, the title or the authors." in words


# Pipes


@pytest.mark.parametrize("command", ["--help", "run --help", "schema", "doctor", "--version"])
def test_unwritable_output_is_reported_in_one_line(command: str) -> None:
    full = _shell(f"$P {command} >/dev/full")
    assert (full.returncode, full.stderr.count("\n")) == (2, 1)
    assert "No space left on device" in full.stderr
    closed = _shell(f"$P {command} >&-")
    assert (closed.returncode, closed.stderr.count("\n")) == (2, 1)
    unread = _shell(f"$P {command} | head -c 0")
    assert (unread.returncode, unread.stderr) in ((141, ""), (0, ""))


def test_run_writes_results_when_its_output_is_not_read(factory: Factory, volume: Path) -> None:
    out = factory.folder / "out"
    options = f"{volume} --year 2025 --no-roster --out {out}"
    unread = _shell(f"$P run {options} | true")
    assert (unread.returncode, unread.stderr) == (141, "")
    assert (out / "records.jsonl").read_text().count("\n") == 2
    full = _shell(f"$P run {options} >/dev/full")
    assert (full.returncode, "standard output" in full.stderr) == (2, True)
    assert _shell(f"$P run {options} 2>/dev/full").returncode == 1
    assert _shell(f"$P run {options} 2>&-").returncode == 1


# Wrong use: exit code 2, one plain line, no file is changed


def test_missing_input_path_changes_no_file(factory: Factory, volume: Path) -> None:
    out = factory.folder / "out"
    bib = factory.text("v.bib", BIB)
    _call("run", volume, "--roster", bib, "--out", out)
    before = {p.name: p.read_bytes() for p in out.iterdir()}
    done = _call("run", factory.folder / "nofile.pdf", "--out", out)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "nofile.pdf does not exist" in done.stderr
    assert {p.name: p.read_bytes() for p in out.iterdir()} == before
    shown = _call("show", factory.folder / "nofile.pdf", "--out", factory.folder / "pictures")
    assert (shown.returncode, shown.stdout, shown.stderr.count("\n")) == (2, "", 1)
    assert not (factory.folder / "pictures").exists()
    assert _call("show", volume, "--out", factory.folder / "pictures").returncode == 2


def test_results_of_other_agreements_need_another_out_or_replace(
    factory: Factory, volume: Path
) -> None:
    out = factory.folder / "out"
    _call("run", volume, "--year", "2025", "--no-roster", "--out", out)
    before = {p.name: p.read_bytes() for p in out.iterdir()}
    agreement = volume / "a25Permission.txt"
    refused = _call("run", agreement, "--year", "2025", "--out", out)
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "--replace" in refused.stderr
    assert "another --out" in refused.stderr
    assert {p.name: p.read_bytes() for p in out.iterdir()} == before
    assert _call("run", agreement, "--year", "2025", "--out", out, "--replace").returncode == 1
    assert (out / "records.jsonl").read_text().count("\n") == 1
    assert _call("run", volume, "--year", "2025", "--no-roster", "--out", out).returncode == 1


def test_edited_export_is_kept_and_named(factory: Factory, volume: Path) -> None:
    out = factory.folder / "out"
    options = ("run", volume, "--year", "2025", "--no-roster", "--out", out)
    _call(*options)
    (out / "documents.csv").write_text("mine\n")
    assert f"{out}/documents.edited-1.csv" in _call(*options).stderr
    assert (out / "documents.edited-1.csv").read_text() == "mine\n"
    assert _call(*options).stderr == ""


@pytest.mark.parametrize(
    "address", ["foo", "tcp://", "tcp://host", "tcp://host:0", "tcp://host:99999", "http://h:1", ""]
)
def test_wrong_scheduler_address_is_reported_before_reading(
    factory: Factory, volume: Path, address: str
) -> None:
    done = _call("run", volume, "--scheduler", address, "--out", factory.folder / "out")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "tcp://HOST:PORT" in done.stderr
    assert not (factory.folder / "out").exists()


def test_ledger_cannot_be_an_input_file(factory: Factory, volume: Path) -> None:
    agreement = volume / "a25Permission.txt"
    bib, settings = factory.text("v.bib", BIB), factory.text("s.toml", "year = 2025\n")
    (factory.folder / "link").symlink_to(agreement)
    for target in (agreement, volume / "new.sqlite", bib, settings, factory.folder / "link"):
        before = target.read_bytes() if target.exists() else None
        done = _call(
            "run", volume, "--ledger", f"sqlite:///{target}", "--roster", bib,
            "--settings", settings, "--out", factory.folder / "out",
        )  # fmt: skip
        assert (done.returncode, "--ledger" in done.stderr) == (2, True)
        assert (target.read_bytes() if target.exists() else None) == before


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://me:s3cret@127.0.0.1:1/db",
        "postgresql+psycopg://127.0.0.1:1/db?user=me&password=s3cret",
        "postgresql+psycopg://me:s3cret@127.0.0.1:x/db",
        "postgresql//me:s3cret@127.0.0.1:1/db",
        "nonsense+driver://me:s3cret@127.0.0.1:1/db",
    ],
)
def test_password_of_the_ledger_is_not_printed(factory: Factory, volume: Path, url: str) -> None:
    for verbose in ((), ("--verbose",)):
        done = subprocess.run(
            [*PROGRAM, "run", str(volume), "--ledger", url, "--no-roster", *verbose,
             "--out", str(factory.folder / "out")],
            capture_output=True, text=True, cwd=ROOT, check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 2, done.stderr
        assert "s3cret" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "line",
    [
        "max_bytes = inf", "document_timeout = nan", "document_timeout = 0.5", "year = 1e9",
        f"year = {'9' * 5000}", f"a = {'[' * 20_000}", "[year]\nx = 1", 'languages = ["xx"]',
        "form = 'x'", "trusted_roots = ['/none']", "calibration = '/none'",
    ],
)  # fmt: skip
def test_invalid_settings_are_reported_in_one_line(
    factory: Factory, volume: Path, line: str
) -> None:
    settings = factory.text("s.toml", line + "\n")
    done = _call("run", volume, "--settings", settings, "--out", factory.folder / "out")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


def test_wrong_kind_of_output_path_is_reported(factory: Factory, volume: Path) -> None:
    file, folder = factory.text("file", "x"), factory.folder / "folder"
    folder.mkdir()
    run = _call("run", volume, "--no-roster", "--out", file)
    assert (run.returncode, "no folder" in run.stderr, file.read_text()) == (2, True, "x")
    truth = factory.text("truth.csv", "file,date\na,2025-05-03\n")
    calibrate = _call("calibrate", folder, truth, "--out", folder)
    assert (calibrate.returncode, "is a folder" in calibrate.stderr) == (2, True)
    over = _call("calibrate", folder, truth, "--out", truth)
    assert (over.returncode, "no calibration" in over.stderr) == (2, True)
    assert truth.read_text().startswith("file,date")
    assert _call("evaluate", folder, truth, "--out", file).returncode == 2
    settings = factory.text("s.toml", f'calibration = "{truth}"\n')
    wrong = _call("run", volume, "--settings", settings, "--out", factory.folder / "new")
    assert (wrong.returncode, "is no calibration" in wrong.stderr) == (2, True)
    assert not (factory.folder / "new").exists()


# Options


def test_version_and_shell_completion_work() -> None:
    assert re.fullmatch(r"ocr-extract \d\S*\n", _call("--version").stdout)
    assert "--install-completion" in _call("--help").stdout
    completed = subprocess.run(
        PROGRAM,
        env={**os.environ, "_OCR_EXTRACT_COMPLETE": "complete_bash",
             "COMP_WORDS": "ocr-extract ru", "COMP_CWORD": "1"},
        capture_output=True, text=True, cwd=ROOT, check=False, timeout=60,
    )  # fmt: skip
    assert completed.stdout.split() == ["run"], completed.stderr


def test_fail_on_chooses_the_exit_code(factory: Factory, volume: Path) -> None:
    """A text that is no agreement can be read and is rejected; an empty PDF cannot be read."""
    (volume / "a stranger whose name is as long as people write them.txt").unlink()
    common = ("run", volume, "--year", "2025", "--no-roster", "--quiet", "--out",
              factory.folder / "out")  # fmt: skip
    codes = {how: _call(*common, "--fail-on", how).returncode for how in ("error", "review")}
    assert codes == {"error": 0, "review": 1}
    Factory(volume).text("other.txt", "Nothing of the kind.\n")
    assert _call(*common, "--fail-on", "error").returncode == 0
    Factory(volume).file("broken.pdf", b"")
    codes = {
        how: _call(*common, "--fail-on", how).returncode for how in ("error", "review", "never")
    }
    assert codes == {"error": 1, "review": 1, "never": 0}
    assert _call("run", volume / "none", "--fail-on", "never").returncode == 2
    assert _call(*common, "--fail-on", "sometimes").returncode == 2


@pytest.mark.parametrize("place", ["in/v.bib", "v.bib", "v.csv"])
def test_single_roster_is_found(factory: Factory, volume: Path, place: str) -> None:
    roster = BIB if place.endswith(".bib") else "key,title,authors\na25,T,A B\n"
    roster_file = factory.text(place, roster)
    factory.text("truth.csv", "file,date\na25,2025-05-03\n")
    out = factory.folder / "out"
    done = _call("run", volume, "--year", "2025", "--out", out)
    assert f"roster: {roster_file}" in done.stderr
    assert done.stdout.startswith("1 paper: ")
    without = _call("run", volume, "--year", "2025", "--no-roster", "--out", out)
    assert (without.stderr, without.stdout[:1]) == ("", "2")


def test_no_roster_is_used_when_there_are_several_or_none(factory: Factory, volume: Path) -> None:
    out = factory.folder / "out"
    nothing = _call("run", volume, "--year", "2025", "--out", out)
    assert nothing.stderr.startswith("no roster: none lies with the agreements")
    factory.text("a.bib", BIB)
    factory.text("in/b.bib", BIB)
    several = _call("run", volume, "--year", "2025", "--out", out, "--log-json")
    (note,) = [json.loads(x) for x in several.stderr.splitlines() if '"note"' in x]
    assert "2 could be it (b.bib, a.bib)" in note["message"]
    assert several.stdout.startswith("2 agreements")
    (factory.folder / "a.bib").unlink()
    factory.text("in/b.bib", "no paper\n")
    empty = _call("run", volume, "--year", "2025", "--out", out)
    assert "names no paper. Papers are not checked" in empty.stderr
    assert empty.returncode == 1


def test_linked_folder_is_reported_and_not_searched(factory: Factory, volume: Path) -> None:
    (volume / "more").symlink_to(factory.folder)
    done = _call("run", volume, "--no-roster", "--year", "2025", "--out", factory.folder / "out")
    assert done.stderr == f"{volume}/more is a link to a folder: not searched.\n"


def test_verify_gives_the_same_exit_code(factory: Factory, volume: Path) -> None:
    options = ("run", volume, "--no-roster", "--year", "2025", "--out", factory.folder / "out")
    assert _call(*options).returncode == _call(*options, "--verify").returncode == 1


# Text that comes from documents


def test_control_characters_of_documents_are_not_printed(factory: Factory) -> None:
    folder, out = factory.folder / "in", factory.folder / "out"
    folder.mkdir()
    evil = "\x1b]0;owned\x07\u202e\u2066"
    inside = Factory(folder)
    inside.text(
        f"a25{evil}:bomb:.txt", f"Name: A{evil} B :bomb:\nSignature: A B\nDate: 3 Mai{evil}\n"
    )
    inside.text(f"stranger{evil}[red].txt", "x\n")
    bib = BIB.replace("B, A}}", f"B, A}}}}\n@InProceedings{{g25{evil}, title = {{:bomb:{evil}}}}}\n"
                      f"@InProceedings{{x{evil} title={{no}}}}\n")  # fmt: skip
    roster = factory.text("v.bib", bib)
    file = next(folder.glob("a25*"))
    calls = [
        ("run", folder, "--roster", roster, "--out", out),
        ("run", folder, "--roster", roster, "--out", out, "--verbose"),
        ("history", file.name, "--out", out),
        ("history", f"none{evil}", "--out", out),
        ("history", "latin\udce9", "--out", out),
        ("show", file, "--out", factory.folder / "p"),
        ("show", f"{file}.none", "--out", factory.folder / "p"),
        ("run", folder, "--scheduler", evil, "--out", out),
    ]
    for arguments in calls:
        done = _call(*arguments)
        shown = done.stdout + done.stderr
        assert done.returncode in (0, 1, 2)
        assert all(line.isprintable() for line in shown.splitlines()), arguments
        assert "💣" not in shown
    assert any(":bomb:" in _call(*calls[n]).stdout for n in (0, 5))


def test_message_for_many_equal_files_stays_short(factory: Factory) -> None:
    """The message of each of a hundred equal files names only three of the others."""
    folder, out = factory.folder / "in", factory.folder / "out"
    folder.mkdir()
    for n in range(100):
        Factory(folder).text(f"p{n:03d}.txt", GOOD)
    papers = "\n".join(f"@InProceedings{{p{n:03d}, title = {{T{n}}}}}" for n in range(100))
    done = _call("run", folder, "--roster", factory.text("v.bib", papers), "--out", out)
    assert "and 40 more: see documents.csv" in done.stdout.splitlines()
    records = [json.loads(line) for line in (out / "records.jsonl").read_text().splitlines()]
    messages = [f["message"] for r in records for f in r["flags"] if f["code"] == "same_file"]
    assert len(messages) == 100
    assert messages[0].endswith(": p001.txt, p002.txt, p003.txt and 96 more.")
    assert max(map(len, messages)) < 120


def test_calibrate_writes_nothing_with_too_few_labels(factory: Factory) -> None:
    folder, results = factory.folder / "in", factory.folder / "results"
    folder.mkdir()
    for day in range(1, 17):
        Factory(folder).text(f"p{day}.txt", GOOD.replace("3 May", f"{day} May"))
    _call("run", folder, "--year", "2025", "--no-roster", "--out", results)
    rows = "".join(f"p{day},2025-05-{day:02d}\n" for day in range(1, 17))
    truth, calibration = (
        factory.text("truth.csv", f"file,date\n{rows}"),
        factory.folder / "own.json",
    )
    done = _call("calibrate", results, truth, "--out", calibration)
    assert (done.returncode, done.stdout, calibration.exists()) == (2, "", False)
    assert "born_digital 16" in done.stderr
    assert "Nothing was written" in done.stderr
    wrong = factory.text("wrong.csv", "file,date\np1,2025-99-99\n")
    for command in ("calibrate", "evaluate"):
        refused = _call(command, results, wrong, "--out", factory.folder / "x")
        assert (refused.returncode, "line 2" in refused.stderr) == (2, True)


# Start of the program: slow modules are imported late


LATE_MODULES = (
    "sqlalchemy", "alembic", "scipy", "matplotlib", "dateparser", "bibtexparser", "pikepdf",
    "pyhanko", "pypdfium2", "distributed", "onnxruntime", "ocr_extract.extraction",
    "ocr_extract.volume",
)  # fmt: skip


@pytest.mark.parametrize(
    ("code", "late"),
    [
        ("import ocr_extract", (*LATE_MODULES, "typer", "pydantic", "numpy", "cv2")),
        (
            "main('--help')",
            (*LATE_MODULES, "numpy", "cv2", "ocr_extract.settings", "ocr_extract.records"),
        ),
        ("main('run', '--help')", (*LATE_MODULES, "numpy", "cv2", "ocr_extract.settings")),
        ("main('--version')", (*LATE_MODULES, "numpy", "cv2", "ocr_extract.settings")),
        ("main('doctor')", (*LATE_MODULES, "rich.progress", "ocr_extract.settings")),
    ],
)
def test_slow_modules_are_imported_late(code: str, late: tuple[str, ...]) -> None:
    program = (
        "import sys\n"
        "def main(*given):\n"
        "    from ocr_extract.cli import main as program\n"
        "    sys.argv = ['ocr-extract', *given]\n"
        "    try: program()\n"
        "    except SystemExit as end: assert end.code in (0, None), end.code\n"
        f"{code}\n"
        "print(*sys.modules, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True, text=True, cwd=ROOT, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert set(late).isdisjoint(done.stderr.split())


def test_public_names_are_imported_on_demand() -> None:
    code = (
        "import ocr_extract as o\n"
        "assert set(o.__all__) <= set(dir(o))\n"
        "from ocr_extract import Settings, extract, Record\n"
        "assert o.Settings is Settings\n"
        "try: o.nothing\n"
        "except AttributeError as e: print(e)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, cwd=ROOT, check=False, timeout=60,
    )  # fmt: skip
    assert done.stdout == "module 'ocr_extract' has no attribute 'nothing'\n", done.stderr
