"""The real tesseract, and programs in its place that crash, hang or give invalid output."""

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


def test_crops_of_one_call_keep_their_order() -> None:
    texts = ["25.07.2025", "Hello World", "19 May 2025"]
    readings = Tesseract().read(
        [_crop(texts[0]), np.full((60, 200), 255, np.uint8), *map(_crop, texts[1:])]
    )
    # Tesseract may read something on the white crop; the other crops keep their order.
    assert [r.best for r in readings if r is not readings[1]] == texts
    assert all(h.log_likelihood <= 0 for r in readings for h in r.hypotheses)


def test_words_have_places_in_points() -> None:
    (words,) = Tesseract().words([pages_of()[1]], 200)
    (signed,) = [w for w in words if w.text == "Signed:"]
    assert signed.rect[0] == pytest.approx(180.6, abs=2)
    assert signed.rect[1] == pytest.approx(426, abs=4)


def test_no_crops_start_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert Tesseract().read([]) == ()


def test_missing_tesseract_gives_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert not Tesseract().available().present
    with pytest.raises(MissingTool, match="apt-get install tesseract-ocr"):
        Tesseract().read([_crop("x")])


def test_missing_language_gives_advice() -> None:
    availability = Tesseract(language="tlh").available()
    assert not availability.present
    assert "tesseract-ocr-tlh" in availability.advice
    with pytest.raises(MissingTool, match="tesseract-ocr-tlh"):
        Tesseract(language="tlh").read([_crop("x")])


def _fake_tesseract(folder: Path, body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts a program called tesseract with another behaviour first on the path. It says its
    version, which is asked once per process, by whichever test comes first.
    """
    version = "if '--version' in sys.argv: sys.exit(print('tesseract 5.3.0'))"
    program = folder / "tesseract"
    program.write_text(f"#!{sys.executable}\nimport os, sys, time\n{version}\n{body}\n")
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
def test_failing_tesseract_raises_recognizer_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, kind: str
) -> None:
    _fake_tesseract(tmp_path, body, monkeypatch)
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
def test_tesseract_that_fails_before_its_version_raises_recognizer_trouble(
    tmp_path: Path, body: str, kind: str
) -> None:
    """The version is asked once per process, so a new process is started."""
    program = tmp_path / "tesseract"
    program.write_text(f"#!{sys.executable}\nimport os, sys\n{body}\n")
    program.chmod(0o755)
    code = (
        "import numpy as np\n"
        "from ocr_extract.recognition.base import RecognizerTrouble\n"
        "from ocr_extract.recognition.tesseract import Tesseract\n"
        "try:\n    Tesseract().read([np.full((9, 9), 255, np.uint8)])\n"
        "except RecognizerTrouble as trouble:\n    print(trouble.kind)\n"
    )
    environment = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    completed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False
    )
    assert completed.stdout.strip() == kind, completed.stderr


def test_question_for_the_version_asks_no_name_server(tmp_path: Path) -> None:
    """The real program looks up this machine's name when it prints its version. The fake one says
    whether it was told not to.
    """
    log, program = tmp_path / "log", tmp_path / "tesseract"
    program.write_text(
        f'#!/bin/sh\necho "$1 $RES_OPTIONS" >> "{log}"\n'
        'case "$1" in --version) echo tesseract 5.3.0;; *) echo "List of 1:"; echo eng;; esac\n'
    )
    program.chmod(0o755)
    code = (
        "import numpy as np, os\n"
        "from ocr_extract.recognition.base import RecognizerTrouble\n"
        "from ocr_extract.recognition.tesseract import Tesseract\n"
        "try:\n    Tesseract().read([np.full((9, 9), 255, np.uint8)])\n"
        "except RecognizerTrouble:\n    pass\n"
        "assert Tesseract().available().present\n"
        "assert 'RES_OPTIONS' not in os.environ\n"
    )
    environment = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    environment.pop("RES_OPTIONS", None)
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    asked = [line for line in log.read_text().splitlines() if line.startswith("--version")]
    assert asked == ["--version attempts:0"] * 2


def test_full_disk_raises_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tesseract does not check that its output was written: free room is checked after the call."""
    names = "level page_num block_num par_num line_num word_num left top width height conf text"
    table = "\n".join("\t".join(row.split()) for row in (names, "5 1 1 1 1 1 1 1 9 9 90 x"))
    _fake_tesseract(tmp_path, f"open(sys.argv[2] + '.tsv', 'w').write({table!r})", monkeypatch)
    assert Tesseract().read([_crop("x")])[0].best == "x"
    write = Path.write_bytes

    def fail_on_probe(path: Path, content: bytes) -> int:
        if path.name == "probe":
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return write(path, content)

    # A really full disk needs a mount; volume/test_faults.py runs on one.
    monkeypatch.setattr(Path, "write_bytes", fail_on_probe)
    with pytest.raises(NoRoom):
        Tesseract().read([_crop("x")])


def test_hanging_tesseract_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pid_file = tmp_path / "pid"
    _fake_tesseract(
        tmp_path,
        f"open({str(pid_file)!r}, 'w').write(str(os.getpid())); time.sleep(600)",
        monkeypatch,
    )
    with pytest.raises(RecognizerTrouble) as caught:
        Tesseract(timeout=1.0).read([_crop("x")])
    assert caught.value.kind == "reader_timeout"
    time.sleep(0.2)
    assert not Path(f"/proc/{pid_file.read_text()}").exists() or _is_gone(int(pid_file.read_text()))


def _is_gone(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    return state in ("Z", "X")


def test_child_gets_one_thread_unless_the_user_sets_a_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with one_thread():
        assert os.environ[THREADS] == "1"
    assert THREADS not in os.environ
    monkeypatch.setenv(THREADS, "3")
    with one_thread():
        assert os.environ[THREADS] == "3"
    assert os.environ[THREADS] == "3"
