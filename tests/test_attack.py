"""`make attack` reports every fault of the program, and nothing for files of other kinds."""

import importlib.machinery
import importlib.util
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.factory import Factory

ATTACK = Path(__file__).parent.parent / "scripts" / "attack"


def _attack() -> Any:
    loader = importlib.machinery.SourceFileLoader("attack", str(ATTACK))
    spec = importlib.util.spec_from_loader("attack", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["attack"] = module
    loader.exec_module(module)
    return module


attack = _attack()


def _record(**changes: Any) -> dict[str, Any]:
    clean = {"document": {"name": "00000.pdf"}, "damage": [], "verdict": "rejected", "seconds": 1.0}
    return {**clean, **changes}


CLEAN = attack.Batch(
    {"00000.pdf": Path("odd.pdf")}, 1, "", [_record()], [], [], 90.0, 50.0, "*bomb*"
)
INTERNAL = {"kind": "internal", "stage": "read", "effect": "It failed."}
TRACEBACK = (
    "Traceback (most recent call last):\n"
    '  File "a.py", line 1, in outer\n    inner()\n'
    '  File "b.py", line 2, in inner\n    int("x")\n'
    "ValueError: no number\n"
)


def test_correct_run_has_no_complaint() -> None:
    assert not list(attack._complaints(CLEAN))


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"code": 4}, "exit code 4, not 1"),
        ({"records": []}, "no document: odd.pdf"),
        ({"records": [_record(), _record(document={"name": "x"})]}, "a document of no file: x"),
        ({"records": [_record(damage=[INTERNAL])]}, "internal at read: odd.pdf: It failed."),
        ({"records": [_record(verdict="accepted")]}, "accepted: odd.pdf"),
        ({"records": [_record(seconds=700.0)]}, "700 s: odd.pdf"),
        ({"left_files": ["ocr-extract-x"]}, "left in the temporary folder: ocr-extract-x"),
        ({"left_processes": ["tesseract x"]}, "left process: tesseract x"),
        ({"stderr": TRACEBACK}, 'traceback: ValueError: no number (File "b.py", line 2, in inner)'),
    ],
)
def test_each_fault_has_its_complaint(changes: dict[str, Any], complaint: str) -> None:
    assert list(attack._complaints(replace(CLEAN, **changes))) == [complaint]


def test_left_process_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attack, "GRACE_S", 0.5)
    sleeper = [sys.executable, "-c", "import time; time.sleep(60)"]
    with subprocess.Popen(sleeper, env={"TMPDIR": str(tmp_path)}) as process:
        try:
            assert len(attack._left_processes(tmp_path)) == 1
        finally:
            process.kill()
    assert attack._left_processes(tmp_path) == []


def _attacked(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ATTACK), str(folder), "--batch", "2", "--jobs", "1"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.slow
def test_files_of_other_kinds_pass_under_any_name(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "-odd \n name.psd").write_bytes(b"8BPS\0\1 no picture of ours")
    (tmp_path / "broken.PDF").write_bytes(b"%PDF-1.7\n1 0 obj <<")
    (tmp_path / "empty").write_bytes(b"")
    done = _attacked(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    table = dict(line.rsplit(maxsplit=1) for line in done.stdout.splitlines() if "  " in line)
    assert table["files"] == table["documents"] == table["verdict rejected"] == "3"
    assert table["not as it must be"] == "0"


@pytest.mark.slow
def test_accepted_agreement_is_a_complaint(factory: Factory) -> None:
    accepted = factory.agreement("fine.pdf")
    done = _attacked(factory.folder)
    assert done.returncode == 1
    assert f"accepted: {accepted}" in done.stdout
    assert "exit code 0, not 1" in done.stdout


def test_empty_folder_is_wrong_use(tmp_path: Path) -> None:
    assert _attacked(tmp_path).returncode == 2


def test_file_named_as_bomb_may_only_end_its_worker() -> None:
    files = {"00000.pdf": Path("bomb_giant.pdf")}
    died = _record(damage=[{"kind": "worker_died", "stage": "read", "effect": "killed"}])
    assert not list(attack._complaints(replace(CLEAN, files=files, records=[died])))
    fault = _record(damage=[{"kind": "internal", "stage": "read", "effect": "a fault"}])
    assert list(attack._complaints(replace(CLEAN, files=files, records=[fault])))
    assert list(attack._complaints(replace(CLEAN, records=[died])))
