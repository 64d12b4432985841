"""`ocr-extract package` and `ocr-extract verify`: what is printed, and the exit codes."""

import shlex
import sys
from pathlib import Path

import pytest

from ocr_extract.volume.roster.roster import Paper, Roster
from tests.factory import Factory
from tests.handoff.volume_factory import CheckedVolume, checked_volume, p12
from tests.volume.test_bad_input import _call
from tests.volume.test_decided import ROSTER

pytestmark = pytest.mark.slow


def _package(volume: CheckedVolume, *more: str | Path):  # type: ignore[no-untyped-def]
    return _call("package", "--to", volume.to, "--out", volume.folder, *more)


def test_whole_volume_is_packed_sealed_and_verified(
    factory: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    volume = checked_volume(factory)
    store, root = p12(factory.folder)
    monkeypatch.setenv("OCR_EXTRACT_SEAL_PASSPHRASE", "secret")
    done = _package(volume, "--seal", store)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("package.zip: 2 of 2 papers, complete, sealed.\n")
    verified = _call("verify", volume.to, "--ca", root, "--out", volume.folder)
    assert verified.returncode == 0, verified.stdout
    subjects = [line.split()[:2] for line in verified.stdout.splitlines()[:-1]]
    names = ("files:", "manifest:", "certificate:", "seal:", "trail:")
    assert subjects == [["holds", name] for name in names]
    assert "secret" not in done.stdout + verified.stdout


def test_gaps_and_changes_give_exit_code_1(factory: Factory) -> None:
    volume = checked_volume(factory, ROSTER)
    done = _package(volume, "--volume", "v1", "--pattern", "{volume}/{key}.pdf")
    assert done.returncode == 1
    assert "tanaka25  missing: Ask for the signed agreement." in done.stdout
    assert "2 of 3 papers, INCOMPLETE." in done.stdout
    changed = volume.changed({"v1/garcia25.pdf": lambda content: content + b"x"})
    verified = _call("verify", changed)
    assert verified.returncode == 1
    assert "FAILS  files: Changed after the package was made: v1/garcia25.pdf." in verified.stdout
    file = volume.agreements / "garcia25Permission.pdf"
    file.write_bytes(file.read_bytes() + b"%")
    called = shlex.join([sys.executable, "-m", "ocr_extract"])
    assert f"after it was checked: run `{called} run` again." in _package(volume).stdout


def test_long_keys_and_names_do_not_fill_the_terminal(factory: Factory) -> None:
    papers = (*ROSTER.papers[:2], Paper("x" * 10_000, "On Long Keys", "Ana Li"))
    volume = checked_volume(factory, Roster(papers, year=2025))
    done = _package(volume)
    assert f"{'x' * 119}…  missing" in done.stdout
    assert "x" * 120 not in done.stdout
    verified = _call("verify", volume.changed({}, {"y" * 10_000: b""}))
    assert f"{'y' * 119}…." in verified.stdout


def test_wrong_use_has_a_sentence_and_exit_code_2(factory: Factory) -> None:
    volume = checked_volume(factory)
    for arguments, words in (
        (("package", "--to", volume.to, "--out", factory.folder / "none"), "There is no ledger"),
        (("verify", factory.text("a.zip", "x")), "is no zip file"),
        (("verify", volume.to, "--ca", factory.folder / "none.pem"), "is no file"),
        (("verify", volume.to, "--ca", factory.text("b.pem", "x")), "holds no certificate"),
    ):
        done = _call(*arguments)
        assert (done.returncode, words in done.stderr) == (2, True), done.stderr
    (factory.folder / ".git").mkdir()
    refused = _package(volume)
    assert (refused.returncode, "--into-git" in refused.stderr) == (2, True)
    taken = _package(volume, "--into-git")
    assert (taken.returncode, "do not publish it" in taken.stderr) == (0, True)


def test_names_of_a_foreign_package_are_safe_for_a_terminal(factory: Factory) -> None:
    volume = checked_volume(factory)
    _package(volume)
    verified = _call("verify", volume.changed({}, {"a\x1b[31m\r\n\u202eb.pdf": b"x"}))
    assert "Not in the manifest: a?[31m???b.pdf" in verified.stdout
