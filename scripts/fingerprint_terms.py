"""Make `ocr_extract/forms/terms.json`: the fingerprints of the blank forms' terms.

    python scripts/fingerprint_terms.py FORM VARIANT BLANK.pdf [FORM VARIANT BLANK.pdf ...]

Clauses are cut at their numbers; what stands before the first, in blanks, in footnotes
and in the signing block is left out. With no argument only the samples' terms are
renewed. The words themselves are not kept.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from ocr_extract.forms.terms import fingerprints
from ocr_extract.lines import group_lines
from ocr_extract.settings import Settings
from ocr_extract.sources.objects import open_objects
from samples.typeset import Filling, typeset

TARGET = Path(__file__).parent.parent / "ocr_extract" / "forms" / "terms.json"
END = ("I", "HAVE", "READ")


def clauses(path: Path) -> dict[str, list[str]]:
    """Fingerprints by clause; "6.1" is a clause within clause 6."""
    texts = _texts(path)
    found: dict[str, list[str]] = {}
    name, outer, run = "", "", []
    for index, text in enumerate(texts):
        number = text.removesuffix(".") if text.endswith(".") and text[:-1].isdigit() else ""
        ended = tuple(texts[index : index + 3]) == END
        footnote = text.lstrip("0123456789") == "The" and text != "The"
        if not (number or ended or footnote):
            run.append(text)
            continue
        if name and run:
            found[name] = fingerprints(run)
        inner = outer and number and int(number) != int(outer) + 1
        outer = outer if inner else number
        name, run = (f"{outer}.{number}" if inner else number), []
    return found


def _texts(path: Path) -> list[str]:
    with open_objects(path, Settings()) as objects:
        if objects is None:
            raise SystemExit(f"{path} cannot be opened")
        pages = [objects.page(number) for number in (1, 2)]
    return [w.text for page in pages for line in group_lines(page.shown) for w in line.words]


def main() -> None:
    """Command line."""
    known = json.loads(TARGET.read_text()) if TARGET.exists() else {}
    arguments = sys.argv[1:]
    for form, variant, blank in zip(*[iter(arguments)] * 3, strict=True):
        known.setdefault(form, {})[variant] = clauses(Path(blank))
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        Path(file.name).write_bytes(typeset(Filling(None, None, None, None, None), seed=0))
        known.setdefault("pmlr-publication-agreement", {})["samples"] = clauses(Path(file.name))
    TARGET.write_text(json.dumps(known, indent=0, sort_keys=True) + "\n")
    for form, variants in known.items():
        for variant, found in variants.items():
            print(form, variant, {name: len(runs) for name, runs in found.items()})


if __name__ == "__main__":
    main()
