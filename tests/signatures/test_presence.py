from dataclasses import replace

import pytest

from ocr_extract.calibration.confidence import drawn_signature
from ocr_extract.decision.signature import SIGNED_THRESHOLD
from ocr_extract.signatures.presence import (
    MAX_LOG_ODDS,
    MIN_SIGNATURE_SIZE,
    InkEvidence,
    PresenceModel,
    presence_model,
)

SCRAWL = InkEvidence(
    width=80, height=22, longest=180, winding=2.6, per_piece=90, digits=0.0,
    date_like=0.0, within_date=0.0, holds_date=0.0, on_date=0.0, on_name=0.0, name_like=0.2,
    typed=0.1, legible=0.3,
    letters=3, at_signature=-0.3, at_date=-1.5, at_author=-1.6, on_labels=0.0,
)  # fmt: skip
DATE = replace(
    SCRAWL, width=56, height=9, longest=14, winding=1.6, per_piece=11, digits=0.95, date_like=0.98,
    legible=0.97, letters=8, name_like=0.0, at_signature=-1.0, at_date=-0.3,
)  # fmt: skip
WORD = replace(
    SCRAWL, width=60, height=9, longest=16, winding=1.7, per_piece=12, legible=0.97, letters=8,
    name_like=0.1, typed=0.9, at_signature=-2.0,
)  # fmt: skip
NAME = replace(WORD, name_like=1.0, at_signature=-1.9, at_author=-0.2)
RULED_LINE = replace(SCRAWL, width=150, height=1, longest=150, winding=1.0, per_piece=150)


def _is_signature(evidence: InkEvidence) -> bool:
    return drawn_signature(presence_model().log_odds(evidence)) >= SIGNED_THRESHOLD


@pytest.mark.parametrize("evidence", [SCRAWL, replace(SCRAWL, at_date=-0.3, at_signature=-0.9)])
def test_scrawl_is_a_signature(evidence: InkEvidence) -> None:
    assert _is_signature(evidence)


@pytest.mark.parametrize("evidence", [DATE, WORD, NAME, RULED_LINE])
def test_date_word_name_and_ruled_line_are_not_signatures(evidence: InkEvidence) -> None:
    assert not _is_signature(evidence)


def test_small_ink_is_never_a_signature() -> None:
    for small in (
        replace(SCRAWL, width=MIN_SIGNATURE_SIZE[0] - 1),
        replace(SCRAWL, height=MIN_SIGNATURE_SIZE[1] - 1),
    ):
        assert presence_model().log_odds(small) == -MAX_LOG_ODDS


def test_stored_weights_match_the_features() -> None:
    assert set(presence_model().weights) == set(SCRAWL.features())


def test_log_odds_are_bounded() -> None:
    extreme = PresenceModel({"winding": 1e6}, 0.0)
    assert extreme.log_odds(SCRAWL) == MAX_LOG_ODDS


def test_ink_on_a_date_and_a_name_gets_lower_log_odds() -> None:
    both = replace(SCRAWL, on_date=0.6, on_name=0.6)
    assert presence_model().log_odds(both) < presence_model().log_odds(SCRAWL) - 1
