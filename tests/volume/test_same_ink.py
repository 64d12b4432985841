from ocr_extract.records import Document, Fields, Record, SignatureResult, Verdict
from ocr_extract.volume.same_ink import with_same_ink

A = "3.10:" + "ab" * 36
NEARLY_A = "3.12:" + "ab" * 35 + "aa"
B = "3.10:" + "1c" * 36


def _record(name: str, ink: str) -> Record:
    signature = SignatureResult(present="yes", ink=ink)
    return Record(
        document=Document(name=name, path=name),
        fields=Fields(signature=signature),
        verdict=Verdict.ACCEPTED,
    )


def test_the_same_ink_is_reported_on_both_and_judged_on_neither() -> None:
    records = [_record("c", A), _record("a", NEARLY_A), _record("b", B), _record("d", "")]
    told = {r.document.name: r.fields.signature.same_ink for r in with_same_ink(records)}
    assert told == {"a": ("c",), "b": (), "c": ("a",), "d": ()}
    assert all(r.verdict is Verdict.ACCEPTED for r in with_same_ink(records))


def test_the_order_of_the_files_does_not_matter() -> None:
    records = [_record(name, A) for name in "cab"]
    there = {r.document.name: r for r in with_same_ink(records)}
    back = {r.document.name: r for r in with_same_ink(records[::-1])}
    assert there == back
    assert there["a"].fields.signature.same_ink == ("b", "c")
