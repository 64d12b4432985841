"""Stored layouts of blank forms: places and profiles, and only those words that forms define."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from ocr_extract.forms.definition import built_in_forms
from ocr_extract.forms.locate import locate_block
from ocr_extract.forms.phrases import letters_and_digits
from ocr_extract.forms.template import UNKNOWN, as_text, page_of, printed_pages
from ocr_extract.text import group_lines
from tests.factory import Factory

ROOT = Path(__file__).parent.parent.parent
PMLR = built_in_forms()[0]


@pytest.fixture(scope="module")
def tracing() -> ModuleType:
    """The script that traces blank forms."""
    spec = importlib.util.spec_from_file_location("trace", ROOT / "scripts" / "trace_forms.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_stored_sample_form_equals_a_new_trace(tracing: ModuleType, factory: Factory) -> None:
    layouts = json.loads((ROOT / "ocr_extract" / "forms" / "layouts.json").read_text())
    terms = json.loads((ROOT / "ocr_extract" / "forms" / "terms.json").read_text())
    clauses, pages = tracing.traced(factory.blank(), PMLR)
    assert clauses == terms[PMLR.name]["samples"]
    for old, new in zip(layouts[PMLR.name]["samples"], pages, strict=True):
        assert [line["rect"] for line in old["lines"]] == [line["rect"] for line in new["lines"]]
        assert [line["clause"] for line in old["lines"]] == [li["clause"] for li in new["lines"]]


def test_words_of_the_clauses_are_not_stored() -> None:
    phrases = [*PMLR.phrases, *PMLR.block.after]
    phrases += [text for b in PMLR.blanks.values() for text in (*b.after, *b.before)]
    phrases += [text for label in PMLR.block.labels.values() for text in label.texts]
    # A hyphen may divide a phrase. So the letters of a phrase are compared, not its words.
    phrase_letters = "".join(letters_and_digits(phrase) for phrase in phrases)
    words = [w for page in printed_pages() for line in page.words for w in line]
    stored_words = [word.text for word in words if word.text != UNKNOWN]
    assert all(letters_and_digits(text) in phrase_letters for text in stored_words)
    assert len(stored_words) < len(words) / 3


def test_labels_and_blanks_are_found_in_stored_layouts() -> None:
    pages = printed_pages()
    assert [page.clauses for page in pages if page.variant == "samples"] == [
        {"1", "2", "3", "4", "5"},
        {"6", "6.1", "6.2", "6.3", "7"},
    ]
    for first, second in zip(pages[::2], pages[1::2], strict=True):
        assert len(first.regions) == 2
        block = locate_block(group_lines([w for line in second.words for w in line]), PMLR)
        assert block is not None
        assert set(block.labels) == {"corresponding_author", "signature", "date"}
        (region,) = second.regions
        for label in block.labels.values():
            assert region[1] < label.rect[1] < label.rect[3] < region[3]


def test_profile_is_unchanged_after_storing() -> None:
    columns = np.linspace(0, 1, 60).astype(np.float32)
    stored = {
        "size": [612.0, 792.0],
        "lines": [
            {
                "rect": [10.08, 10.08, 53.28, 20.16],
                "columns": as_text(columns),
                "rows": as_text(np.ones(14, np.float32)),
                "clause": "1",
                "words": [[11.0, 11.0, 30.0, 19.0, ""], [32.0, 11.0, 50.0, 19.0, "Date:"]],
            }
        ],
    }
    page = page_of(stored, PMLR, "test")
    assert np.allclose(page.print.lines[0].columns, columns, atol=1 / 255)
    assert [w.text for w in page.words[0]] == [UNKNOWN, "Date:"]
    assert page.print.picture.shape == (1100, 850)
    assert page.regions == ()
