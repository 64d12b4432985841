"""Definitions of forms: what a definition must and must not state, and the built-in ones."""

import tomllib

import pytest
from pydantic import ValidationError

from ocr_extract.forms.definition import BUILT_IN, Form, built_in_forms

CONSENT = """
name = "consent"
phrases = ["I consent"]
[blanks.title]
after = ["Title"]
[block.labels.signature]
texts = ["Signed", "Signature"]
required = true
[block.labels.date]
texts = ["Date"]
at = [180.6, 436.1]
"""


def _form(text: str) -> Form:
    return Form.model_validate(tomllib.loads(text))


def test_form_is_defined_by_its_file_alone() -> None:
    form = _form(CONSENT)
    assert form.blanks["title"].after == ("Title",)
    assert form.block.labels["signature"].texts == ("Signed", "Signature")
    assert form.block.labels["date"].at == (180.6, 436.1)


def test_what_a_definition_leaves_out_is_not_required() -> None:
    form = _form(CONSENT)
    assert [label.required for label in form.block.labels.values()] == [True, False]
    assert form.blanks["title"].before == ()
    assert (form.block.after, form.block.after_at) == ((), None)
    assert form.block.labels["signature"].at is None


@pytest.mark.parametrize(
    ("old", "new"),
    [("phrases", "phrase"), ("required", "requried"), ("[blanks.title]", "[blanks.titel]"),
     ("labels.date", "labels.place"), ("[180.6, 436.1]", "[180.6]"), ('name = "consent"', ""),
     ('texts = ["Date"]', "")],
)  # fmt: skip
def test_definition_with_a_wrong_or_missing_key_is_refused(old: str, new: str) -> None:
    assert old in CONSENT
    with pytest.raises(ValidationError):
        _form(CONSENT.replace(old, new))


def test_definition_without_a_signing_block_is_refused() -> None:
    with pytest.raises(ValidationError, match="block"):
        _form('name = "consent"')


def test_definition_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        _form(CONSENT).name = "other"


def test_only_the_last_built_in_form_has_no_phrases() -> None:
    forms = built_in_forms()
    assert [bool(form.phrases) for form in forms] == [*([True] * (len(BUILT_IN) - 1)), False]
    assert len({form.name for form in forms}) == len(BUILT_IN)


@pytest.mark.parametrize("form", built_in_forms(), ids=lambda form: form.name)
def test_built_in_form_has_all_fields_and_requires_signature_and_date(form: Form) -> None:
    labels = form.block.labels
    assert set(form.blanks) | set(labels) == {
        "title", "author", "corresponding_author", "signature", "date",
    }  # fmt: skip
    assert labels["signature"].required
    assert labels["date"].required


@pytest.mark.parametrize("form", built_in_forms(), ids=lambda form: form.name)
def test_form_that_states_one_place_states_all_from_top_to_bottom(form: Form) -> None:
    places = [form.block.after_at, *(label.at for label in form.block.labels.values())]
    heights = [place[1] for place in places if place is not None]
    assert len(heights) in (0, len(places))
    assert heights == sorted(heights)
