"""Print speaks for and against a paper; handwriting that agrees speaks for it."""

import pytest

from ocr_extract.records import (
    Evidence,
    FieldResult,
    Fields,
    Hypothesis,
    Reading,
    SignatureResult,
    Written,
)
from ocr_extract.volume.roster.likelihood import Likelihood
from ocr_extract.volume.roster.roster import Paper

TREES = Paper("t", "Robust Tree Ensembles for Long Documents", "Feldmann, Mira and Okafor, Jonas")
BANDITS = Paper("b", "Sparse Bandits under Drifting Rewards", "García, Ana and Li, Wei")
LIKELIHOOD = Likelihood((TREES, BANDITS))


def _field(value: str, written: Written = "typed", confidence: float = 0.95) -> FieldResult:
    return FieldResult(value=value, written=written, confidence=confidence)


def _log(fields: Fields) -> float:
    """The evidence for TREES."""
    logs = LIKELIHOOD.logs(fields)
    assert logs is not None
    return float(logs[0])


@pytest.mark.parametrize("written", ["typed", "hand"])
def test_title_speaks_for_its_paper(written: Written) -> None:
    logs = LIKELIHOOD.logs(Fields(title=_field(TREES.title, written)))
    assert logs is not None
    assert logs[0] > 4 > 0 > logs[1]


def test_badly_read_title_speaks_less() -> None:
    good, bad, none = (
        _log(Fields(title=_field(title, "hand", 0.4), author=_field("Mira Feldmann", "hand")))
        for title in (TREES.title, "Robst Tne Ensnbls fr Lcng Docunts", "xqzz wvwv kkpp jyhg qqzz")
    )
    assert good > bad > none


def test_other_print_speaks_against_a_paper_more_than_other_handwriting() -> None:
    title = "Quantum Error Correction with Surface Codes"
    printed, hand = (_log(Fields(title=_field(title, w, 0.9))) for w in ("typed", "hand"))
    assert printed < hand < 0


def test_print_that_is_not_sure_is_handwriting() -> None:
    unsure, hand = (_field(TREES.title, w, c) for w, c in (("typed", 0.7), ("hand", 0.7)))
    assert _log(Fields(title=unsure)) == _log(Fields(title=hand))


def test_first_author_is_likelier_to_sign_than_the_second() -> None:
    first, second = (
        _log(Fields(author=_field(name))) for name in ("Mira Feldmann", "Jonas Okafor")
    )
    assert first > second > 0


def test_every_reading_of_a_signature_is_weak_evidence() -> None:
    readings = tuple(Hypothesis(text=text, log_likelihood=-1) for text in ("1.2.", "Mira Feldmenn"))
    evidence = Evidence(
        kind="ink", source="ink", readings=(Reading(reader="r", hypotheses=readings),)
    )
    signature = SignatureResult(present="yes", written="hand", evidence=(evidence,))
    signed, author = Fields(signature=signature), Fields(author=_field("Mira Feldmann"))
    assert _log(author) > _log(signed) > 0


def test_name_in_a_certificate_is_print() -> None:
    signature = SignatureResult(
        present="yes", written="certificate", value="Mira Feldmann", confidence=0.95
    )
    assert _log(Fields(signature=signature)) == _log(Fields(author=_field("Mira Feldmann")))


def test_nothing_to_compare_is_no_evidence() -> None:
    assert LIKELIHOOD.logs(Fields()) is None
    assert LIKELIHOOD.logs(Fields(title=_field("a 1"), author=_field("Li"))) is None
