import json
from pathlib import Path

import jsonschema
import pytest
from pydantic import ValidationError

from ocr_extract.records import Box, Candidate, Document, Record, Verdict, record_schema
from ocr_extract.reports.tables import schema_text

PUBLISHED = Path(__file__).parent.parent / "docs" / "record.schema.json"


def _record() -> Record:
    return Record(document=Document(name="a.pdf", path="a.pdf"), verdict=Verdict.REVIEW)


def test_published_schema_is_up_to_date() -> None:
    assert PUBLISHED.read_text() == schema_text(), "run `make schema`"


def test_record_survives_json_and_matches_the_schema() -> None:
    record = _record()
    line = record.to_json()
    assert "\n" not in line
    jsonschema.validate(json.loads(line), record_schema())
    assert Record.model_validate_json(line) == record
    assert json.loads(line)["schema"] == "1"


def test_schema_refuses_an_unknown_verdict() -> None:
    wrong = json.loads(_record().to_json()) | {"verdict": "perhaps"}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, record_schema())


def test_records_are_frozen_and_check_ranges() -> None:
    with pytest.raises(ValidationError):
        _record().verdict = Verdict.ACCEPTED  # type: ignore[misc]
    with pytest.raises(ValidationError):
        Candidate(value="2025", probability=1.5, reason="")
    with pytest.raises(ValidationError):
        Box(page=0, x0=0, y0=0, x1=1, y1=1)


def test_record_has_the_public_field_names() -> None:
    record = json.loads(_record().to_json())
    assert set(record) == {
        "schema", "document", "form", "fields", "roster", "verdict", "flags", "damage", "seconds",
    }  # fmt: skip
    assert set(record["fields"]) == {
        "title", "author", "corresponding_author", "date", "signature",
    }  # fmt: skip
    common = {"value", "as_written", "written", "confidence", "candidates", "place", "evidence"}
    assert set(record["fields"]["title"]) == common
    assert set(record["fields"]["date"]) == common | {"text", "precision", "posterior"}
    assert set(record["fields"]["signature"]) == common | {"present", "names", "ink", "same_ink"}
