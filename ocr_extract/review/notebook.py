"""Writes the notebook in which a volume is reviewed."""

from __future__ import annotations

import json
from pathlib import Path

from ocr_extract.errors import UnsafeOutput
from ocr_extract.reports.files import replace_file

TITLE = """# Review

Run the cells one after the other. The second one shows the open items: click into it once, and the
keys work. Every decision is stored at once. The last cell writes the tables again.

Needs `pip install 'ocr-extract[notebook]'` and JupyterLab, or another program that shows
notebooks."""


def notebook_text(out: str, person: str | None, ledger: str | None = None) -> str:
    """The notebook as JSON. `out` is the folder of the results, as seen from the notebook."""
    given = {"person": person, "ledger": ledger}
    more = "".join(f", {n}={_quoted(value)}" for n, value in given.items() if value is not None)
    cells = [
        _cell("markdown", "title", TITLE),
        _cell("code", "import", "from ocr_extract.review.widget import review"),
        _cell("code", "review", f"widget = review({_quoted(out)}{more})\nwidget"),
        _cell("code", "finish", "widget.finish()"),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _quoted(text: str) -> str:
    """A text as a string of Python, in double quotes as formatters write it."""
    return json.dumps(text, ensure_ascii=False)


def _cell(kind: str, name: str, source: str) -> dict[str, object]:
    cell: dict[str, object] = {
        "cell_type": kind,
        "id": name,
        "metadata": {},
        "source": source.splitlines(keepends=True),
    }
    return cell if kind == "markdown" else cell | {"execution_count": None, "outputs": []}


def write_notebook(path: Path, out: Path, person: str | None, ledger: str | None) -> None:
    """Write the notebook. Raises UnsafeOutput when the file exists or cannot be written."""
    if path.exists():
        raise UnsafeOutput(f"{path} is there already.", "Give another name: --notebook FILE.")
    replace_file(path, notebook_text(str(out.resolve()), person, ledger))
