from ocr_extract.records import Document, Fields, Record, SignatureResult, Verdict
from ocr_extract.volume.duplicates import naming_same_ink, with_same_ink

A = "3.10:" + "ab" * 36
NEARLY_A = "3.12:" + "ab" * 35 + "aa"
B = "3.10:" + "1c" * 36


def test_the_same_ink_is_found_from_both_sides() -> None:
    assert with_same_ink([A, NEARLY_A, B, ""]) == [(1,), (0,), (), ()]
    assert with_same_ink([A, A, A]) == [(1, 2), (0, 2), (0, 1)]


def test_it_is_reported_and_not_judged() -> None:
    record = Record(
        document=Document(name="c", path="c"),
        fields=Fields(signature=SignatureResult(present="yes", ink=A)),
        verdict=Verdict.ACCEPTED,
    )
    told = naming_same_ink(record, ["b", "a"])
    assert told.fields.signature.same_ink == ("a", "b")
    assert told.verdict is Verdict.ACCEPTED
    assert naming_same_ink(record, []) is record


def test_of_many_the_first_are_named() -> None:
    record = Record(document=Document(name="c", path="c"), verdict=Verdict.ACCEPTED)
    told = naming_same_ink(record, [f"{n:04d}" for n in range(1000, 0, -1)])
    assert told.fields.signature.same_ink == tuple(f"{n:04d}" for n in range(1, 21))
