"""Flags for what does not agree with the roster, and for nothing that was not surely read."""

import pytest

from ocr_extract.decision.severity import verdict_of
from ocr_extract.records import (
    Damage,
    Document,
    FieldResult,
    Fields,
    Flag,
    Record,
    Severity,
    SignatureResult,
    Verdict,
    Written,
)
from ocr_extract.settings import Settings, parse_settings
from ocr_extract.volume.roster.check import MIN_SURE_CONFIDENCE, with_flags, with_paper
from ocr_extract.volume.roster.matching import Matcher
from ocr_extract.volume.roster.roster import Paper, Roster

TREES = Paper("li25", "Robust Tree Ensembles for Long Documents", "Li, Wei and García, Ana")
BANDITS = Paper("sato25", "Sparse Bandits under Drifting Rewards", "Sato, Kenji")
SURE, UNSURE = MIN_SURE_CONFIDENCE, MIN_SURE_CONFIDENCE - 0.01


def _field(value: str, confidence: float = SURE, written: Written = "typed") -> FieldResult:
    return FieldResult(value=value, confidence=confidence, written=written)


def _checked(name: str = "li25.pdf", *papers: Paper, **fields: FieldResult) -> Record:
    record = Record(
        document=Document(name=name, path=name),
        verdict=Verdict.ACCEPTED,
        fields=Fields().model_copy(update=fields),
    )
    return _with_paper(record, papers or (TREES, BANDITS))


def _with_paper(record: Record, papers: tuple[Paper, ...] = (TREES, BANDITS)) -> Record:
    roster = Roster(papers)
    (match,) = Matcher(roster).matches([record])
    return with_paper(record, match, roster, Settings())


def _codes(record: Record) -> list[str]:
    return [flag.code for flag in record.flags]


def test_record_that_agrees_with_its_paper_stays_accepted() -> None:
    record = _checked(title=_field(TREES.title), author=_field("Wei Li"))
    assert (_codes(record), record.verdict) == ([], Verdict.ACCEPTED)
    assert record.roster is not None
    assert (record.roster.key, record.roster.state) == ("li25", "matched")


def test_record_without_a_paper_is_for_review() -> None:
    record = _checked("scan.pdf")
    assert (_codes(record), record.roster) == (["unknown_paper"], None)
    assert record.verdict is Verdict.REVIEW


def test_conflict_of_name_and_content_is_the_only_flag() -> None:
    record = _checked(title=_field(BANDITS.title, 0.95), author=_field("Kenji Sato", 0.95))
    (flag,) = record.flags
    assert (flag.code, flag.message) == (
        "paper_mismatch",
        "Named for li25, but the content is that of sato25.",
    )


TITLE = "Sparse Bandits under Drifting Rewards"
SIMILAR = Paper("ito25", "Sparse Bandits under Drifted Rewards", "Ito, Ren")


@pytest.mark.parametrize(
    ("read", "papers", "expected"),
    [
        (TITLE, (BANDITS,), []),
        ("Sparse Bandits under", (BANDITS,), [("title_cut_off", "note")]),
        ("Sparse Bandits under", (BANDITS, TREES), [("title_cut_off", "note")]),
        ("Sparse Bandits under", (BANDITS, SIMILAR), [("title_cut_off", "review")]),
        ("Drifting Rewards in Sparse Bandits", (BANDITS, TREES), [("title_differs", "note")]),
        ("Drifting Rewards in Sparse Bandits", (BANDITS, SIMILAR), [("title_differs", "review")]),
        ("A Wholly Different Piece", (BANDITS, TREES), [("title_differs", "review")]),
    ],
)
def test_title_that_names_one_paper_alone_is_a_note(
    read: str, papers: tuple[Paper, ...], expected: list[tuple[str, str]]
) -> None:
    record = _checked("sato25.pdf", *papers, title=_field(read))
    assert [(flag.code, flag.severity) for flag in record.flags] == expected
    noted = all(severity == "note" for _, severity in expected)
    assert record.verdict is (Verdict.ACCEPTED if noted else Verdict.REVIEW)


def test_message_names_both_titles() -> None:
    (flag,) = _checked("sato25.pdf", title=_field("Sparse Bandits under")).flags
    assert flag.message == f"Only “Sparse Bandits under” of “{TITLE}” stands there."
    (flag,) = _checked("sato25.pdf", title=_field("A Wholly Different Piece")).flags
    assert flag.message == f"“A Wholly Different Piece” is not “{TITLE}”."


@pytest.mark.parametrize(
    ("confidence", "written", "contradicts"),
    [
        (SURE, "typed", True), (UNSURE, "typed", False),
        (SURE, "unknown", True), (1.0, "hand", False),
    ],
)  # fmt: skip
def test_only_sure_print_contradicts_the_roster(
    confidence: float, written: Written, contradicts: bool
) -> None:
    record = _checked(
        title=_field("Quite Another Piece of Work", confidence, written),
        author=_field("Nobody Atall", confidence, written),
    )
    assert _codes(record) == (["signer_unknown", "title_differs"] if contradicts else [])


def test_name_in_a_certificate_does_not_contradict_the_roster() -> None:
    signature = SignatureResult(value="Nobody Atall", confidence=1, written="certificate")
    fields = Fields(signature=signature)
    record = Record(
        document=Document(name="li25.pdf", path=""), verdict=Verdict.ACCEPTED, fields=fields
    )
    assert _codes(_with_paper(record)) == []


def test_one_author_among_the_fields_is_enough() -> None:
    fields = {"author": _field("Nobody Atall"), "corresponding_author": _field("Wei Li")}
    assert _codes(_checked(**fields)) == []
    (flag,) = _checked(author=_field("Nobody Atall"), corresponding_author=_field("Ko Y")).flags
    assert "“Nobody Atall”" in flag.message


def test_paper_without_authors_or_title_contradicts_nothing() -> None:
    fields = {"title": _field("Any Title at All"), "author": _field("Nobody Atall")}
    assert _codes(_checked("k.pdf", Paper("k", "", ""), **fields)) == []


def _record(*flags: Flag, damage: tuple[Damage, ...] = ()) -> Record:
    document = Document(name="a.pdf", path="a.pdf")
    return Record(document=document, verdict=verdict_of(flags), flags=flags, damage=damage)


def _flag(code: str, severity: Severity = "review") -> Flag:
    return Flag(code=code, message="", severity=severity)


def test_flags_are_ordered_and_the_verdict_follows_from_all_of_them() -> None:
    added = [_flag("unknown_paper")]
    record = with_flags(_record(_flag("damaged"), _flag("undated")), added, Settings())
    assert (_codes(record), record.verdict) == (
        ["damaged", "unknown_paper", "undated"], Verdict.REVIEW,
    )  # fmt: skip
    rejected = _record(_flag("not_an_agreement", "reject"))
    assert with_flags(rejected, added, Settings()).verdict is Verdict.REJECTED
    assert with_flags(_record(), added, Settings()).verdict is Verdict.REVIEW
    assert with_flags(rejected, [], Settings()) is rejected


def test_further_flags_have_the_severities_of_the_settings() -> None:
    settings = parse_settings({"flags": {"unknown_paper": "reject"}}, "test")
    added = [_flag("unknown_paper")]
    assert with_flags(_record(), added, settings).verdict is Verdict.REJECTED
    stopped = Damage(stage="read", kind="timeout", effect="x")
    assert with_flags(_record(damage=(stopped,)), added, settings).verdict is Verdict.REVIEW
    assert (
        with_flags(_record(), [_flag("not_counted", "note")], settings).verdict is Verdict.ACCEPTED
    )
