from dataclasses import replace

import pytest

from ocr_extract.records import Box, Document, Fields, Record, SignatureResult, Verdict
from ocr_extract.volume.duplicates import (
    Authors,
    duplicate_flags,
    naming_same_ink,
    with_same_ink,
)
from ocr_extract.volume.record_summary import RecordSummary

A = "3.10:" + "ab" * 36
NEARLY_A = "3.12:" + "ab" * 35 + "aa"
B = "3.10:" + "1c" * 36


def test_same_ink_is_found_for_both_documents() -> None:
    assert with_same_ink([A, NEARLY_A, B, ""]) == [(1,), (0,), (), ()]
    assert with_same_ink([A, A, A]) == [(1, 2), (0, 2), (0, 1)]


def test_same_ink_is_reported_and_the_verdict_is_kept() -> None:
    record = Record(
        document=Document(name="c", path="c"),
        fields=Fields(signature=SignatureResult(present="yes", ink=A)),
        verdict=Verdict.ACCEPTED,
    )
    named = naming_same_ink(record, ["b", "a"])
    assert named.fields.signature.same_ink == ("a", "b")
    assert named.verdict is Verdict.ACCEPTED
    assert naming_same_ink(record, []) is record


def test_only_the_first_names_are_stored() -> None:
    record = Record(document=Document(name="c", path="c"), verdict=Verdict.ACCEPTED)
    named = naming_same_ink(record, [f"{n:04d}" for n in range(1000, 0, -1)])
    assert named.fields.signature.same_ink == tuple(f"{n:04d}" for n in range(1, 21))


PLACES = (Box(page=2, x0=200, y0=400, x1=300, y1=420), Box(page=2, x0=200, y0=440, x1=260, y1=450))
ONE = RecordSummary(
    "one.pdf", 0, "01", "trees", Verdict.ACCEPTED, "2025-05-01", A, "robust trees",
    "1 May 2025", PLACES, people=("Wei Li",),
)  # fmt: skip
OTHER = replace(ONE, name="other.pdf", sha256="02", key="bandits", title="sparse bandits")
AUTHORS = {"trees": ("Wei Li", "Ana García"), "bandits": ("Kenji Sato", "Wei Li")}


def _severities(*summaries: RecordSummary, authors: Authors = AUTHORS) -> list[list[str]]:
    """The severities of each document's flags; all documents have the same ink."""
    same_ink = [[n for n in range(len(summaries)) if n != i] for i in range(len(summaries))]
    flags = duplicate_flags(summaries, same_ink, authors)
    assert {flag.code for own in flags for flag in own} <= {"same_signing_page"}
    return [[flag.severity for flag in own] for own in flags]


def test_page_of_an_author_of_both_papers_is_a_note() -> None:
    assert _severities(ONE, OTHER) == [["note"], ["note"]]
    assert _severities(ONE, replace(OTHER, people=("LI Wei", "Ana García"))) == [["note"], ["note"]]


@pytest.mark.parametrize(
    ("other", "authors"),
    [
        (OTHER, {}),
        (OTHER, {**AUTHORS, "bandits": ("Kenji Sato",)}),
        (replace(OTHER, key=None), AUTHORS),
        (replace(OTHER, people=()), AUTHORS),
        (replace(OTHER, people=("Kenji Sato",)), AUTHORS),
    ],
)
def test_same_page_is_for_review_where_its_signer_is_no_author_of_both(
    other: RecordSummary, authors: Authors
) -> None:
    assert _severities(ONE, other, authors=authors) == [["review"], ["review"]]


def test_one_strange_paper_among_several_is_for_review() -> None:
    third = replace(OTHER, name="third.pdf", sha256="03", key="x", title="deep graphs")
    assert _severities(ONE, OTHER, third) == [["review"]] * 3


def test_page_that_differs_or_is_of_the_same_title_is_no_flag() -> None:
    assert _severities(ONE, replace(OTHER, title=ONE.title)) == [[], []]
    assert _severities(ONE, replace(OTHER, date_text="2 May 2025")) == [[], []]
