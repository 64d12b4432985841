"""Printed commands call the program as it was called, where the shell does not find its name."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from ocr_extract.volume.ledger import open_ledger, sqlite_url
from tests.read_only import ROOT

MAIN = "from ocr_extract.__main__ import main\nmain()\n"


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """A script as it is installed, in a folder whose name a shell would take apart."""
    (folder := tmp_path / "my $(bin)").mkdir()
    script = folder / "ocr-extract"
    script.write_text(f"#!{sys.executable}\n{MAIN}")
    script.chmod(0o755)
    return script


def _call(
    words: Sequence[str | Path], *arguments: str | Path, path: str = "", cwd: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PATH": os.pathsep.join(filter(None, (path, "/usr/bin", "/bin")))}
    environment |= {"PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [*map(str, words), *map(str, arguments)],
        capture_output=True, text=True, check=False, env=environment, cwd=cwd,
    )  # fmt: skip


def _commands(text: str) -> list[str]:
    return text.split("`")[1::2]


def test_command_of_a_script_off_the_path_can_be_typed(script: Path, tmp_path: Path) -> None:
    with open_ledger(sqlite_url(tmp_path)):
        pass
    for called, cwd in ((script, ROOT), (Path(script.parent.name, script.name), tmp_path)):
        done = _call([called], "notify", "--list", "--out", tmp_path, cwd=cwd)
        (command,) = _commands(done.stdout)
        assert command == f"'{called}' notify authors"
        typed = _call(["sh", "-c", f"{command} --help"], cwd=cwd)
        assert (typed.returncode, f"Usage: '{called}' notify" in typed.stdout) == (0, True)


def test_script_without_its_folder_is_called_in_this_folder(script: Path, tmp_path: Path) -> None:
    with open_ledger(sqlite_url(tmp_path)):
        pass
    done = _call(
        [sys.executable, script.name], "notify", "--list", "--out", tmp_path, cwd=script.parent
    )
    assert _commands(done.stdout) == ["./ocr-extract notify authors"]


def test_name_is_enough_where_the_shell_finds_the_program(script: Path, tmp_path: Path) -> None:
    with open_ledger(sqlite_url(tmp_path)):
        pass
    shown = ("notify", "--list", "--out", tmp_path)
    assert _commands(_call([script], *shown, path=str(script.parent)).stdout) == [
        "ocr-extract notify authors"
    ]
    other = script.parent.parent / "other" / "ocr-extract"
    other.parent.mkdir()
    other.write_bytes(script.read_bytes())
    other.chmod(0o755)
    (command,) = _commands(_call([script], *shown, path=str(other.parent)).stdout)
    assert command == f"'{script}' notify authors", "the shell finds another program"


def test_module_is_called_with_the_words_of_its_python(tmp_path: Path) -> None:
    with open_ledger(sqlite_url(tmp_path)):
        pass
    words = [sys.executable, "-P", "-m", "ocr_extract"]
    done = _call(words, "report", "--out", tmp_path)
    assert done.returncode == 2
    assert _commands(done.stderr) == [f"{' '.join(words)} run"]
    wrong = _call(words, "report", "--nonsense")
    assert f"Try '{' '.join(words)} report --help' for help." in wrong.stderr


def test_shell_completes_the_program_under_its_name(script: Path) -> None:
    # The program looks which shell has called it.
    done = _call(["bash", "-c", '"$0" --show-completion; exit', script])
    assert "_OCR_EXTRACT_COMPLETE" in done.stdout
    assert "my $(bin)" not in done.stdout
    asked = {"_OCR_EXTRACT_COMPLETE": "complete_bash", "COMP_WORDS": "ocr-extract rep"}
    environment = os.environ | asked | {"COMP_CWORD": "1", "PYTHONPATH": str(ROOT)}
    completed = subprocess.run(
        [script], capture_output=True, text=True, check=False, env=environment
    )
    assert completed.stdout.split() == ["report"]
