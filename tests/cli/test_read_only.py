"""The commands that only read, in front of results that may not be written, such as an archive."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.factory import Factory
from tests.handoff.volume_factory import CheckedVolume, agreement, checked_volume
from tests.read_only import called, closed
from tests.volume.test_bad_input import _call
from tests.volume.test_decided import ROSTER

pytestmark = pytest.mark.slow


@pytest.fixture
def volume(factory: Factory) -> CheckedVolume:
    """A checked volume in a folder of its own: two accepted agreements, one missing; a message."""
    (archive := factory.folder / "archive").mkdir()
    volume = checked_volume(Factory(archive), ROSTER)
    addresses = factory.text("a.csv", "key,email\ntanaka25,yui@example.org\n")
    asking = ("authors", "--from", "ed@example.org", "--addresses", addresses)
    asked = _call("notify", *asking, "--out", archive)
    assert asked.returncode == 0, asked.stderr
    assert _call("report", "--out", archive).returncode == 0
    return volume


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("how", ["permissions", "mount"])
def test_commands_that_only_read_need_no_right_to_write(
    volume: CheckedVolume, how: str, tmp_path: Path
) -> None:
    archive, before = volume.folder, _contents(volume.folder)
    package, new = tmp_path / "package.zip", tmp_path / "new"
    file = volume.agreements / "garcia25Permission.pdf"
    truth = tmp_path / "truth.tsv"
    truth.write_text("file\tdate\nfeldmann25Permission.pdf\t2025-05-27\n")
    ledger = f"sqlite:///{archive}/ledger.sqlite"
    commands: tuple[tuple[Sequence[object], int, str], ...] = (
        (("review", "--list", "--export", tmp_path / "o.csv", "--out", archive), 0, "0 items open"),
        (("history", "garcia25", "--out", archive), 0, "garcia25Permission.pdf: accepted"),
        (("notify", "--list", "--out", archive), 0, "1 prepared  yui@example.org tanaka25"),
        (("notify", "--list", "--ledger", ledger), 0, "1 prepared  yui@example.org tanaka25"),
        (("report", "--out", new, "--ledger", ledger), 0, f"Report: {new / 'report.html'}"),
        (("package", "--to", package, "--out", archive), 1, "2 of 3 papers, INCOMPLETE"),
        (("verify", package, "--out", archive), 0, "holds  trail:"),
        (("evaluate", archive, truth, "--out", tmp_path / "plots"), 0, "Plots:"),
        (("show", file, "--out", tmp_path / "pictures"), 0, "picture: "),
    )
    with closed(archive, how) as prefix:
        for arguments, code, words in commands:
            done = called(prefix, *arguments)
            assert (done.returncode, words in done.stdout) == (code, True), f"{arguments[0]} {done}"
    assert _contents(archive) == before
    assert "2 of 3 papers have" in (new / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("how", ["permissions", "mount"])
def test_commands_that_write_say_that_they_cannot(
    volume: CheckedVolume, how: str, factory: Factory
) -> None:
    (inputs := factory.folder / "in").mkdir()
    agreement(Factory(inputs), "garcia25Permission.pdf")
    before = _contents(volume.folder)
    with closed(volume.folder, how) as prefix:
        for arguments in (
            ("run", inputs, "--replace", "--out", volume.folder),
            ("forget", "garcia25", "--out", volume.folder),
            ("notify", "authors", "--from", "ed@example.org", "--out", volume.folder),
            ("review", "--no-browser", "--out", volume.folder),
            ("report", "--out", volume.folder),
        ):
            done = called(prefix, *arguments)
            assert done.returncode == 2, arguments
            words = ("may only be read", "Cannot write", "may be written to")
            assert any(word in done.stderr for word in words), done.stderr
    assert _contents(volume.folder) == before
