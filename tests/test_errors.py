import errno
import inspect
import pickle

import pytest

import ocr_extract
from ocr_extract import errors
from ocr_extract.errors import (
    ExitCode,
    MissingTool,
    NoRoom,
    NothingToRead,
    OcrExtractError,
    UsageError,
    raise_if_no_room,
)


def test_every_error_is_in_the_tree_of_the_module_docstring() -> None:
    for name, kind in inspect.getmembers(errors, inspect.isclass):
        if issubclass(kind, OcrExtractError):
            assert name in (errors.__doc__ or "")


def test_full_disk_raises_no_room() -> None:
    full = OSError(errno.ENOSPC, "No space left on device", "full/x")
    with pytest.raises(NoRoom, match="full/x"):
        raise_if_no_room(full)
    raise_if_no_room(OSError(errno.EIO, "broken"))
    raise_if_no_room(ValueError("x"))


def test_errors_have_their_exit_codes() -> None:
    assert UsageError("x").exit_code == ExitCode.WRONG_USE == 2
    assert NothingToRead("x").exit_code == 2
    assert MissingTool("x").exit_code == 3
    assert OcrExtractError("x").exit_code == ExitCode.INTERNAL == 4


def test_error_holds_its_advice_and_survives_pickling() -> None:
    error = MissingTool("tesseract is not installed.", "Install it: `apt-get install x`.")
    assert str(error) == "tesseract is not installed. Install it: `apt-get install x`."
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert (type(copy), copy.message, copy.advice) == (
        MissingTool,
        error.message,
        error.advice,
    )


def test_exported_names_exist_and_are_sorted() -> None:
    assert sorted(ocr_extract.__all__) == ocr_extract.__all__
    assert all(hasattr(ocr_extract, name) for name in ocr_extract.__all__)
