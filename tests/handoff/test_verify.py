"""What a changed package says when it is verified."""

import io
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pikepdf
import pytest

from ocr_extract.errors import UsageError
from ocr_extract.handoff.archive import NoPackage
from ocr_extract.handoff.ledger_trail import trail_facts
from ocr_extract.handoff.manifest import manifest_of
from ocr_extract.handoff.seal import load_signer, passphrase_of
from ocr_extract.handoff.verify import Finding, TrailFacts, _texts, verify_package
from ocr_extract.volume.ledger import open_ledger
from tests.factory import Factory
from tests.handoff.volume_factory import CheckedVolume, checked_volume, edited, p12
from tests.volume.test_decided import ROSTER, decide

FELDMANN = "v330permissions/feldmann25Permission.pdf"
Change = Callable[[bytes], bytes] | None


@pytest.fixture(scope="module")
def volume(tmp_path_factory: pytest.TempPathFactory) -> CheckedVolume:
    made = checked_volume(Factory(tmp_path_factory.mktemp("volume")))
    made.package()
    return made


def _failing(path: Path, *roots: Path) -> dict[str, str]:
    """What does not hold, by subject."""
    return {f.subject: f.sentence for f in verify_package(path, roots) if not f.holds}


def _other(content: bytes) -> bytes:
    return edited(content, papers=1)


def _flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def _redrawn(content: bytes) -> bytes:
    """The certificate with a white box over it."""
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pdf.pages[0].contents_add(b"q 0 g 60 700 400 60 re f Q")
        pdf.save(buffer)
    return buffer.getvalue()


def _longer(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pdf.pages.append(pdf.pages[0])
        pdf.save(buffer)
    return buffer.getvalue()


def test_sound_package_says_what_its_volume_lacks(factory: Factory) -> None:
    volume = checked_volume(factory, ROSTER)
    volume.package()
    state = verify_package(volume.to)[1].sentence
    assert state.endswith("the volume is incomplete: 1 paper is open.")
    with open_ledger(volume.ledger) as ledger:
        ledger.forget("garcia25")
        ledger.forget("tanaka25")
    volume.package()
    state = verify_package(volume.to)[1].sentence
    assert state.endswith("the volume is incomplete: 2 papers were forgotten."), state


def test_package_holds(volume: CheckedVolume) -> None:
    findings = verify_package(volume.to)
    assert [finding.subject for finding in findings] == ["files", "manifest", "certificate", "seal"]
    assert all(finding.holds for finding in findings)


@pytest.mark.parametrize(
    ("change", "extra", "subjects", "words"),
    [
        ({FELDMANN: _flipped}, {}, {"files"}, "Changed after the package was made: v330"),
        ({FELDMANN: lambda c: c + b"x"}, {}, {"files"}, "Changed"),
        ({FELDMANN: None}, {}, {"files"}, "Missing: v330permissions/feldmann25"),
        ({}, {"more.pdf": b"x", "../x": b"y"}, {"files"}, "Not in the manifest: more.pdf, ../x"),
        ({"manifest.csv": _flipped}, {}, {"manifest"}, "manifest.csv does not say"),
        ({"manifest.csv": None}, {}, {"manifest"}, "has no manifest.csv"),
        ({"manifest.json": lambda c: c + b" "}, {}, {"manifest"}, "was edited"),
        ({"manifest.json": _other}, {}, {"manifest", "certificate"}, "edited"),
        ({"manifest.json": lambda _: b"{}"}, {}, {"manifest"}, "cannot be read"),
        ({"manifest.json": lambda _: b"\x00" * 99}, {}, {"manifest"}, "cannot be read"),
        ({"certificate.pdf": None}, {}, {"certificate"}, "has no certificate.pdf"),
        ({"certificate.pdf": lambda _: b"nothing"}, {}, {"certificate"}, "not of this manifest"),
        ({"certificate.pdf": _redrawn}, {}, {"certificate"}, "It was changed"),
        ({"certificate.pdf": _longer}, {}, {"certificate"}, "It was changed"),
    ],
)  # fmt: skip
def test_every_change_is_said(
    volume: CheckedVolume,
    change: dict[str, Change],
    extra: dict[str, bytes],
    subjects: set[str],
    words: str,
) -> None:
    failing = _failing(volume.changed(change, extra))
    assert set(failing) == subjects
    assert words in " ".join(failing.values())


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "no zip file"), (b"PK\x03\x04 no more", "no zip file"), (b"hello", "no zip file")],
)
def test_what_is_no_zip_file_is_refused(factory: Factory, content: bytes, words: str) -> None:
    with pytest.raises(NoPackage, match=words):
        verify_package(factory.file("a.zip", content))
    with pytest.raises(NoPackage, match="Cannot read"):
        verify_package(factory.folder / "none.zip")


def _zip(
    factory: Factory, files: list[tuple[str, bytes]], method: int = zipfile.ZIP_STORED
) -> Path:
    path = factory.folder / "foreign.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return path


def test_bomb_and_foreign_zip_files_are_refused(factory: Factory) -> None:
    bomb = _zip(factory, [("manifest.json", bytes(50_000_000))], zipfile.ZIP_DEFLATED)
    with pytest.raises(NoPackage, match="unpacks to 50000000 bytes"):
        verify_package(bomb)
    with pytest.raises(NoPackage, match=r"no manifest\.json"):
        verify_package(_zip(factory, [("a.txt", b"x")]))
    with pytest.warns(UserWarning, match="Duplicate"):
        twice = _zip(factory, [("manifest.json", b"{}"), ("manifest.json", b"[]")])
    with pytest.raises(NoPackage, match="two files of the same name"):
        verify_package(twice)


def test_damaged_package_is_said_or_refused(volume: CheckedVolume, factory: Factory) -> None:
    """Every twentieth byte of the package's own bytes is changed, one at a time."""
    content = volume.to.read_bytes()
    for place in range(0, len(content), len(content) // 60):
        damaged = content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :]
        try:
            failing = _failing(factory.file("damaged.zip", damaged))
        except NoPackage:
            continue
        same = [info.header_offset for info in zipfile.ZipFile(volume.to).infolist()]
        in_headers = any(0 <= place - start < 100 for start in same) or place > len(content) - 600
        assert failing or in_headers, place


def test_seal_says_who_and_holds_with_their_authority(factory: Factory) -> None:
    volume = checked_volume(factory)
    store, root = p12(factory.folder)
    volume.package(signer=load_signer(store, b"secret"))
    seal = verify_package(volume.to)[-1]
    assert seal.holds
    assert "Sealed by Ed Itor" in seal.sentence
    assert "nobody known here vouches" in seal.sentence
    assert _failing(volume.to, root) == {}
    (factory.folder / "other").mkdir()
    _, other = p12(factory.folder / "other")
    assert "nobody known here vouches" in _failing(volume.to, other)["seal"]
    for change in (_redrawn, _flipped, _longer):
        assert _failing(volume.changed({"certificate.pdf": change}), root)


def test_changed_manifest_does_not_fit_the_sealed_certificate(factory: Factory) -> None:
    volume = checked_volume(factory)
    store, root = p12(factory.folder)
    volume.package(signer=load_signer(store, b"secret"))
    failing = _failing(volume.changed({"manifest.json": lambda c: edited(c, papers=1)}), root)
    assert set(failing) == {"manifest", "certificate"}


def test_missing_seal_fails_only_where_one_is_asked_for(
    volume: CheckedVolume, factory: Factory
) -> None:
    _, root = p12(factory.folder)
    assert "has no seal" in _failing(volume.to, root)["seal"]


def test_added_page_after_the_seal_is_said(factory: Factory) -> None:
    volume = checked_volume(factory)
    store, root = p12(factory.folder)
    volume.package(signer=load_signer(store, b"secret"))
    failing = _failing(volume.changed({"certificate.pdf": lambda c: c + b"\n% more"}), root)
    assert "was changed after Ed Itor" in failing["seal"]


@pytest.mark.parametrize(
    ("passphrase", "words"), [(b"wrong", "passphrase is wrong"), (None, "passphrase is wrong")]
)
def test_wrong_passphrase_is_said(factory: Factory, passphrase: bytes | None, words: str) -> None:
    store, _ = p12(factory.folder)
    with pytest.raises(UsageError, match=words) as caught:
        load_signer(store, passphrase)
    assert "OCR_EXTRACT_SEAL_PASSPHRASE" in caught.value.advice


def test_what_cannot_seal_is_refused(factory: Factory) -> None:
    store, root = p12(factory.folder, signs_documents=False)
    with pytest.raises(UsageError, match="not made for signing documents"):
        load_signer(store, b"secret")
    with pytest.raises(UsageError, match="no PKCS #12 file"):
        load_signer(root, b"secret")
    with pytest.raises(UsageError, match="Cannot read"):
        load_signer(factory.folder / "none.p12", b"secret")


def test_passphrase_comes_from_the_environment_or_a_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert passphrase_of(None) is None
    monkeypatch.setenv("OCR_EXTRACT_SEAL_PASSPHRASE", "from here")
    assert passphrase_of(None) == b"from here"
    assert passphrase_of("printf 'two words\\n'") == b"two words"
    for bad in ("false", "/no/such/program", "'open", ""):
        with pytest.raises(UsageError, match=r"failed|printed nothing"):
            passphrase_of(bad)


def _trail(volume: CheckedVolume) -> Finding:
    return verify_package(volume.to, trail=trail_facts(volume.ledger))[-1]


def _decide(volume: CheckedVolume, note: str) -> None:
    with open_ledger(volume.ledger) as ledger:
        record = next(iter(ledger.records_of(1)))
        decide(ledger, record, "title_differs", note, action="leave", note=note)


def test_trail_of_the_ledger_leads_to_the_package_and_on(factory: Factory) -> None:
    volume = checked_volume(factory)
    _decide(volume, "a")
    volume.package()
    assert _trail(volume).sentence.endswith("is whole up to the package.")
    head = volume.manifest().trail
    assert head in " ".join(_texts(volume.read("certificate.pdf")))
    _decide(volume, "b")
    _decide(volume, "c")
    assert _trail(volume).sentence.endswith("whole up to the package, and 2 entries since.")


def test_edited_ledger_is_said(factory: Factory) -> None:
    volume = checked_volume(factory)
    _decide(volume, "a")
    volume.package()
    with closing(sqlite3.connect(volume.folder / "ledger.sqlite")) as connection, connection:
        connection.execute("UPDATE decisions SET note = 'other'")
    trail = _trail(volume)
    assert not trail.holds
    assert "The ledger was edited: decision 1: The decision was changed." in trail.sentence


def test_trail_of_another_ledger_is_said(factory: Factory) -> None:
    volume = checked_volume(factory)
    _decide(volume, "a")
    volume.package()
    facts = TrailFacts((), ("0" * 64,))
    finding = verify_package(volume.to, trail=facts)[-1]
    assert not finding.holds
    assert "never had the head" in finding.sentence


def test_certificate_of_another_version_is_held_to_its_digest(
    volume: CheckedVolume, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ocr_extract.handoff.verify.__version__", "99")
    (said,) = (f for f in verify_package(volume.to) if f.subject == "certificate")
    assert said.holds
    assert "drew it" in said.sentence


def test_empty_trail_is_said(volume: CheckedVolume) -> None:
    assert "it was empty when the package was made" in _trail(volume).sentence
    assert "nothing was decided" in " ".join(_texts(volume.read("certificate.pdf")))


def test_trouble_with_a_manifest_is_counted() -> None:
    with pytest.raises(ValueError, match=r"not a manifest: 1 error$"):
        manifest_of(b"x")
