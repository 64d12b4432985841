"""Real tesseract, and programs in its place that crash, hang and print garbage."""

import errno
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from ocr_extract.errors import MissingTool, NoRoom
from ocr_extract.geometry import Grey
from ocr_extract.recognition.base import RecognizerTrouble
from ocr_extract.recognition.tesseract import THREADS, Tesseract, one_thread
from tests.factory import pages_of


def _crop(text: str) -> Grey:
    crop = np.full((70, 420), 255, np.uint8)
    cv2.putText(crop, text, (20, 48), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 0, 2)
    return crop


def test_many_crops_in_one_call_keep_their_order() -> None:
    said = ["25.07.2025", "Hello World", "19 May 2025"]
    read = Tesseract().read(
        [_crop(said[0]), np.full((60, 200), 255, np.uint8), *map(_crop, said[1:])]
    )
    # On white paper tesseract may see a speck, but it shifts nothing.
    assert [r.best for r in read if r is not read[1]] == said
    assert all(h.log_likelihood <= 0 for r in read for h in r.hypotheses)


def test_words_have_places_in_points() -> None:
    (words,) = Tesseract().words([pages_of()[1]], 200)
    (signed,) = [w for w in words if w.text == "Signed:"]
    assert signed.rect[0] == pytest.approx(180.6, abs=2)
    assert signed.rect[1] == pytest.approx(426, abs=4)


def test_nothing_asked_is_nothing_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert Tesseract().read([]) == ()


def test_a_missing_tesseract_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert not Tesseract().available().present
    with pytest.raises(MissingTool, match="apt-get install tesseract-ocr"):
        Tesseract().read([_crop("x")])


def test_a_missing_language_is_named() -> None:
    found = Tesseract(language="tlh").available()
    assert not found.present
    assert "tesseract-ocr-tlh" in found.advice
    with pytest.raises(MissingTool, match="tesseract-ocr-tlh"):
        Tesseract(language="tlh").read([_crop("x")])


def _saboteur(folder: Path, body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program called tesseract that does something else."""
    program = folder / "tesseract"
    program.write_text(f"#!{sys.executable}\nimport os, sys, time\n{body}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("os.abort()", "tool_killed"),
        ("import signal; os.kill(os.getpid(), signal.SIGXCPU)", "reader_timeout"),
        ("sys.exit('boom')", "reader_crashed"),
        ("open(sys.argv[2] + '.tsv', 'wb').write(b'\\xff\\xfe garbage')", "reader_garbage"),
        ("open(sys.argv[2] + '.tsv', 'w').write('')", "reader_garbage"),
        ("pass", "reader_garbage"),
    ],
)
def test_saboteurs_are_trouble_not_tracebacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, kind: str
) -> None:
    _saboteur(tmp_path, body, monkeypatch)
    with pytest.raises(RecognizerTrouble) as caught:
        Tesseract().read([_crop("x")])
    assert caught.value.kind == kind


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("os.abort()", "tool_killed"),
        ("sys.exit('boom')", "reader_crashed"),
        ("pass", "reader_garbage"),
    ],
)
def test_a_tesseract_that_fails_before_it_has_said_its_version(
    tmp_path: Path, body: str, kind: str
) -> None:
    """Asked once a process, so that it takes a fresh one to see it fail."""
    program = tmp_path / "tesseract"
    program.write_text(f"#!{sys.executable}\nimport os, sys\n{body}\n")
    program.chmod(0o755)
    code = (
        "import numpy as np\n"
        "from ocr_extract.recognition.base import ReaderTrouble\n"
        "from ocr_extract.recognition.tesseract import Tesseract\n"
        "try:\n    Tesseract().read([np.full((9, 9), 255, np.uint8)])\n"
        "except ReaderTrouble as trouble:\n    print(trouble.kind)\n"
    )
    environment = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False
    )
    assert done.stdout.strip() == kind, done.stderr


def test_a_table_that_found_no_room_is_no_empty_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tesseract does not look whether its output was written: room is proved after the call."""
    names = "level page_num block_num par_num line_num word_num left top width height conf text"
    table = "\n".join("\t".join(row.split()) for row in (names, "5 1 1 1 1 1 1 1 9 9 90 x"))
    _saboteur(tmp_path, f"open(sys.argv[2] + '.tsv', 'w').write({table!r})", monkeypatch)
    assert Tesseract().read([_crop("x")])[0].best == "x"
    write = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        if path.name == "probe":
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return write(path, content)

    # A full disk takes a mount; the run over one is in volume/test_faults.py.
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(NoRoom):
        Tesseract().read([_crop("x")])


def test_a_hanging_tesseract_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    note = tmp_path / "pid"
    _saboteur(
        tmp_path, f"open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(600)", monkeypatch
    )
    with pytest.raises(RecognizerTrouble) as caught:
        Tesseract(timeout=1.0).read([_crop("x")])
    assert caught.value.kind == "reader_timeout"
    time.sleep(0.2)
    assert not Path(f"/proc/{note.read_text()}").exists() or _is_gone(int(note.read_text()))


def _is_gone(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    return state in ("Z", "X")


def test_the_child_gets_one_thread_and_the_user_is_respected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with one_thread():
        assert os.environ[THREADS] == "1"
    assert THREADS not in os.environ
    monkeypatch.setenv(THREADS, "3")
    with one_thread():
        assert os.environ[THREADS] == "3"
    assert os.environ[THREADS] == "3"
