from ocr_extract.records import Document, Fields, Record, SignatureResult, Verdict
from ocr_extract.volume.duplicates import naming_same_ink, with_same_ink

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
