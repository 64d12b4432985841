import inspect
import pickle

import ocr_extract
from ocr_extract import errors
from ocr_extract.errors import ExitCode, MissingTool, NothingToRead, OcrExtractError, UsageError


def test_every_error_stands_in_the_drawn_tree() -> None:
    for name, kind in inspect.getmembers(errors, inspect.isclass):
        if issubclass(kind, OcrExtractError):
            assert name in (errors.__doc__ or "")


def test_exit_codes() -> None:
    assert UsageError("x").exit_code == ExitCode.WRONG_USE == 2
    assert NothingToRead("x").exit_code == 2
    assert MissingTool("x").exit_code == 3
    assert OcrExtractError("x").exit_code == ExitCode.INTERNAL == 4


def test_an_error_says_what_to_type_and_survives_a_process() -> None:
    error = MissingTool("tesseract is not installed.", "Install it: `apt-get install x`.")
    assert str(error) == "tesseract is not installed. Install it: `apt-get install x`."
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert (type(again), again.message, again.advice) == (
        MissingTool,
        error.message,
        error.advice,
    )


def test_exported_names_are_sorted_and_there() -> None:
    assert sorted(ocr_extract.__all__) == ocr_extract.__all__
    assert all(hasattr(ocr_extract, name) for name in ocr_extract.__all__)
