"""Reads the blanks and the signing block of an agreement. The line networks read first; what may be
type is then read by the page recognizer, in one call for all of it: to start tesseract takes as
long as to read ten crops.
"""

from __future__ import annotations

from collections.abc import Sequence

from ocr_extract.fields.inline_blanks import BlanksByNetworks, blanks_by_networks
from ocr_extract.fields.marks import Mark
from ocr_extract.fields.observations import ObservedBlank
from ocr_extract.fields.recognize import MarksByNetworks, marks_by_networks, reading_damage
from ocr_extract.forms.definition import FieldName, Form
from ocr_extract.forms.locate import LocatedBlock
from ocr_extract.pages.page import PageView
from ocr_extract.recognition.base import Engines, RecognizerTrouble

ReadFields = tuple[dict[FieldName, ObservedBlank], tuple[Mark, ...]]
"""The blanks by their names, and the marks of the signing block."""


def read_fields(
    views: Sequence[PageView],
    form: Form,
    signing: tuple[PageView, LocatedBlock] | None,
    engines: Engines,
) -> ReadFields:
    """The blanks that are on the pages, with their content, and all marks of the signing block with
    their readings; no marks without a signing page. Damage is reported to `engines`.
    """
    blanks = blanks_by_networks(views, form, engines)
    if signing is None:
        return _read(blanks, None, engines)
    return _read(blanks, marks_by_networks(*signing, engines), engines)


def _read(blanks: BlanksByNetworks, marks: MarksByNetworks | None, engines: Engines) -> ReadFields:
    of_marks = marks.crops.crops if marks else ()
    crops = [*blanks.crops, *of_marks]
    try:
        typed = engines.pages.read(crops) if crops else ()
    except RecognizerTrouble as trouble:
        if marks and of_marks:
            engines.report(reading_damage(trouble, marks.view.number))
        return blanks.observed(()), marks.read(None) if marks else ()
    count = len(blanks.crops)
    return blanks.observed(typed[:count]), marks.read(typed[count:]) if marks else ()
