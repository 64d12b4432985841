"""The certificate is drawn from the manifest alone, whatever texts are in it."""

import io

import pikepdf
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_extract.handoff.certificate import MAX_CELL, certificate, shown
from ocr_extract.handoff.manifest import Manifest, OpenPaper, PackedFile, digest_of, manifest_of
from ocr_extract.handoff.verify import _texts

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=120)
DIGEST = "0" * 64


def _manifest(key: str = "a25", title: str = "A title", rows: int = 1, **more: object) -> Manifest:
    files = tuple(
        PackedFile(
            path=f"{key}{n}.pdf", key=key, title=title, state="accepted", date="2025-05-27",
            signature="yes", decided_by=(title,), source=title, note=key, bytes=1, sha256=DIGEST,
            source_sha256=DIGEST,
        )
        for n in range(rows)
    )  # fmt: skip
    given_values: dict[str, object] = {
        "volume": key, "run": 1, "checked": "2025-06-01T10:00:00+00:00", "program": "1",
        "packed_by": "1", "settings": DIGEST, "models": {title: DIGEST}, "trail": DIGEST,
        "papers": rows + 1, "states": {"accepted": rows, "missing": 1}, "decisions": {title: 1},
        "files": files, "open": (OpenPaper(key=key, title=title, state="missing", why="Ask."),),
    }  # fmt: skip
    return Manifest.model_validate(given_values | more)


def test_same_manifest_gives_the_same_bytes_with_its_digest() -> None:
    manifest = _manifest()
    again = manifest_of(manifest.to_json())
    assert again == manifest
    assert certificate(again) == certificate(manifest)
    assert digest_of(manifest.to_json()) in "".join(_texts(certificate(manifest)))


def test_long_list_has_several_pages_and_every_paper() -> None:
    manifest = _manifest(rows=200)
    texts = _texts(certificate(manifest))
    assert len(texts) > 3
    assert all(f"a25{n}.pdf" in "".join(texts) for n in range(200))
    assert [f"Page {n + 1}" in text for n, text in enumerate(texts)] == [True] * len(texts)


@settings(max_examples=30)
@given(TEXT, TEXT)
def test_every_text_can_be_shown(key: str, title: str) -> None:
    with pikepdf.open(io.BytesIO(certificate(_manifest(key, title)))) as pdf:
        assert len(pdf.pages) >= 1


def test_hostile_texts_are_text() -> None:
    script = '<script>alert(1)</script> <font color="red">&amp;</font>'
    text = " ".join(" ".join(_texts(certificate(_manifest(title=script)))).split())
    assert script in text
    assert shown("a\x1b[31m\u202eb\r\n学\u0000") == "a [31m b �"
    assert len(shown("x" * 10_000)) == MAX_CELL


def test_table_cannot_start_a_formula() -> None:
    lines = _manifest(key="=1+1", title='@x","').to_csv().decode().splitlines()
    assert all("'=1+1" in line for line in lines[1:])
