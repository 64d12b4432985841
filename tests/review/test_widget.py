"""The review in a notebook: the widget answers like the page, and the notebook is well-formed."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from ocr_extract.errors import UnsafeOutput
from ocr_extract.review.notebook import notebook_text, write_notebook
from tests.review.conftest import ReviewedVolume

ROOT = Path(__file__).parent.parent.parent


def test_widget_answers_messages_and_writes_the_tables(
    volume: ReviewedVolume, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("anywidget", reason="pip install 'ocr-extract[notebook]'")
    from ocr_extract.review.widget import review  # noqa: PLC0415

    widget = review(volume.folder, person="Ed")
    answers: list[dict[str, Any]] = []
    monkeypatch.setattr(widget, "send", answers.append)
    for fields in (
        {"type": "next"},
        {"type": "search", "text": "feldmann25"},
        {"type": "leap"},
    ):
        widget._handle_custom_msg({"id": "1", **fields}, [])
    assert [answer["ok"] for answer in answers] == [True, True, False]
    item = answers[1]["found"][0]["id"]
    decision = {"type": "decide", "id": "2", "item": item, "action": "set", "value": "2025-05-27"}
    widget._handle_custom_msg(decision, [])
    assert answers[-1]["decided"]["stands"]
    assert "review" in widget.finish()
    assert "2025-05-27" in (volume.folder / "fields.csv").read_text()


def test_notebook_has_code_that_parses_and_names_what_was_given(tmp_path: Path) -> None:
    path = tmp_path / "review.ipynb"
    write_notebook(path, Path("re'sults"), 'Ed "E"', None)
    notebook = json.loads(path.read_text(encoding="utf-8"))
    code = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    calls = [node for node in ast.walk(ast.parse(code[1])) if isinstance(node, ast.Call)]
    assert ast.literal_eval(calls[0].args[0]).endswith("re'sults")
    assert ast.literal_eval(calls[0].keywords[0].value) == 'Ed "E"'
    with pytest.raises(UnsafeOutput):
        write_notebook(path, Path("results"), None, None)


def test_stored_notebook_is_what_the_program_writes() -> None:
    stored = (ROOT / "notebooks" / "review.ipynb").read_text(encoding="utf-8")
    assert stored == notebook_text("../results", None)
