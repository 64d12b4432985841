"""Files are written completely or not at all, follow no link, and are the owner's alone."""

import os
import stat
from pathlib import Path

import pytest

from ocr_extract.errors import UnsafeOutput
from ocr_extract.reports.files import replace_file, replaced, writing


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_text_is_written_as_it_is_in_utf_8(tmp_path: Path) -> None:
    with replaced(tmp_path / "a.csv") as file:
        file.write("Jörg,1\r\nČapek,2\n")
    replace_file(tmp_path / "b.csv", "Jörg,1\r\nČapek,2\n")
    for name in ("a.csv", "b.csv"):
        assert (tmp_path / name).read_bytes() == "Jörg,1\r\nČapek,2\n".encode()
    assert _names(tmp_path) == ["a.csv", "b.csv"]


def test_old_file_stays_until_the_new_one_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old")
    with replaced(path) as file:
        file.write("new")
        file.flush()
        assert path.read_text() == "old"
    assert path.read_text() == "new"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_old_file_stays_after_an_error_and_nothing_else_is_left(
    tmp_path: Path, error: type[BaseException]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old")
    with pytest.raises(error):
        _fail_half_way(path, error)
    assert path.read_text() == "old"
    assert _names(tmp_path) == ["a.csv"]


def _fail_half_way(path: Path, error: type[BaseException]) -> None:
    with replaced(path) as file:
        file.write("half")
        raise error


def test_link_is_replaced_and_its_target_is_kept(tmp_path: Path) -> None:
    precious, link = tmp_path / "precious", tmp_path / "a.csv"
    precious.write_text("x")
    for write in (lambda: replace_file(link, b"new"), lambda: _write_text(link)):
        link.unlink(missing_ok=True)
        link.symlink_to(precious)
        write()
        assert precious.read_text() == "x"
        assert not link.is_symlink()
        assert link.read_text() == "new"


def _write_text(path: Path) -> None:
    with replaced(path) as file:
        file.write("new")


def test_only_the_owner_can_read_a_file_also_while_it_is_written(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with replaced(tmp_path / "a.csv"):
            (part,) = tmp_path.iterdir()
            assert stat.S_IMODE(part.stat().st_mode) == 0o600
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.csv").stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["x" * 251 + ".csv", "é" * 120 + ".csv", "\N{OWL}" * 62 + ".csv"])
def test_longest_names_can_be_written(tmp_path: Path, name: str) -> None:
    assert replace_file(tmp_path / name, "x") == tmp_path / name
    assert _names(tmp_path) == [name]


def test_folder_that_is_missing_or_in_the_way_is_reported_with_advice(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "none" / "a.csv", tmp_path / "folder"):
        with pytest.raises(UnsafeOutput, match="Cannot write") as caught:
            replace_file(path, "x")
        assert str(path) in caught.value.message
        assert "another folder" in caught.value.advice
        with pytest.raises(UnsafeOutput, match="Cannot write"):
            _write_text(path)
    assert _names(tmp_path) == ["folder"]


def test_only_errors_of_the_system_are_reported_as_unsafe_output(tmp_path: Path) -> None:
    with pytest.raises(UnsafeOutput, match="No space left"), writing(tmp_path):
        raise OSError(28, "No space left on device")
    with pytest.raises(ValueError, match="ours"), writing(tmp_path):
        raise ValueError("ours")
