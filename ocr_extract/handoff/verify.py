"""Says whether a package still is what was handed over: its files, its certificate, its seal, and,
with the ledger, its audit trail.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium

from ocr_extract._version import __version__
from ocr_extract.geometry import Grey
from ocr_extract.handoff.archive import NoPackage, Package, open_package
from ocr_extract.handoff.certificate import certificate
from ocr_extract.handoff.manifest import (
    CERTIFICATE_NAME,
    CSV_NAME,
    JSON_NAME,
    Manifest,
    PackedFile,
    digest_of,
    manifest_of,
)
from ocr_extract.reports.plain import counted
from ocr_extract.reports.report_rows import cut
from ocr_extract.sources.certificates import Certificate, read_certificates
from ocr_extract.volume.ledger.trail import BEGIN

MAX_OWN_BYTES = 64_000_000
"""Largest manifest or certificate that is read, in bytes (chosen: ten thousand papers have 10
MB)."""
MAX_PAGES = 2_000
"""Pages of a certificate that are compared, at most (chosen: ten thousand papers have 700)."""
COMPARED_SCALE = 1.0
"""Pixels per point at which the certificate's pages are compared (chosen: letters show)."""
MAX_GREY_DIFFERENCE = 40
"""Difference in grey levels (0..255) up to which a pixel is the same (chosen: edges of letters
differ a little between versions of programs)."""
MAX_NAMED = 5
"""Files that one sentence names, at most (chosen)."""
MAX_NAME = 120
"""Characters of a file's name that a sentence shows, at most (chosen: a line)."""


@dataclass(frozen=True)
class Finding:
    """One thing that was checked: what, whether it holds, and how that shows in a sentence."""

    subject: str
    holds: bool
    sentence: str


@dataclass(frozen=True)
class TrailFacts:
    """What a ledger says of its audit trail: a sentence for each entry that does not fit, and the
    heads that it has had, from the first to the present one.
    """

    broken: tuple[str, ...]
    heads: tuple[str, ...]


def verify_package(
    path: Path, roots: Sequence[Path] = (), trail: TrailFacts | None = None
) -> tuple[Finding, ...]:
    """Everything that was checked of a package. With `roots` (files with certificates) it must have
    a seal that one of them vouches for. With `trail` its trail must be a part of the ledger's.
    Raises NoPackage when the file is no zip file that can be read without harm.
    """
    with open_package(path) as package:
        if JSON_NAME not in package.names:
            raise NoPackage(f"{path} has no {JSON_NAME}: it is no package of this program.")
        content = package.read(JSON_NAME, MAX_OWN_BYTES)
        try:
            manifest = manifest_of(content)
        except ValueError as error:
            return (Finding("manifest", False, f"{JSON_NAME} cannot be read: {error}."),)
        findings = [*_files(package, manifest), _manifest(package, manifest, content)]
        findings += _certificate(package, manifest, roots)
    if trail is not None:
        findings.append(_trail(manifest, trail))
    return tuple(findings)


def _files(package: Package, manifest: Manifest) -> Iterator[Finding]:
    """Whether every file of the manifest is there unchanged, and no other one."""
    listed, present = {file.path: file for file in manifest.files}, frozenset(package.names)
    missing = [name for name in listed if name not in present]
    changed = [
        name for name, file in listed.items() if name in present and not _is_same(package, file)
    ]
    own = (JSON_NAME, CSV_NAME, CERTIFICATE_NAME)
    extra = [name for name in package.names if name not in listed and name not in own]
    count = counted(len(listed), "agreement")
    if missing:
        yield Finding("files", False, f"Missing: {_some(missing)}.")
    if changed:
        yield Finding("files", False, f"Changed after the package was made: {_some(changed)}.")
    if extra:
        yield Finding("files", False, f"Not in the manifest: {_some(extra)}.")
    if not (missing or changed or extra):
        yield Finding("files", True, f"{count} with the SHA-256 of the manifest, no other file.")


def _is_same(package: Package, file: PackedFile) -> bool:
    """Whether a file has the hash of the manifest. A damaged file has not."""
    if package.size(file.path) != file.bytes:
        return False
    digest = hashlib.sha256()
    try:
        for block in package.blocks(file.path):
            digest.update(block)
    except NoPackage:
        return False
    return digest.hexdigest() == file.sha256


def _some(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return ", ".join(cut(name, MAX_NAME) for name in names[:MAX_NAMED]) + more


def _manifest(package: Package, manifest: Manifest, content: bytes) -> Finding:
    """Whether the two manifests are what this program writes, and say the same."""
    if content != manifest.to_json():
        return Finding("manifest", False, f"{JSON_NAME} was edited.")
    try:
        table = package.read(CSV_NAME, MAX_OWN_BYTES)
    except NoPackage as error:
        return Finding("manifest", False, error.message)
    if table != manifest.to_csv():
        return Finding("manifest", False, f"{CSV_NAME} does not say what {JSON_NAME} says.")
    sentence = f"Both manifests say the same; the volume is {_completeness(manifest)}."
    return Finding("manifest", True, sentence)


def _completeness(manifest: Manifest) -> str:
    """Whether the volume is complete, and what it lacks."""
    if manifest.complete:
        return "complete"
    lacks = []
    if manifest.open:
        lacks.append(f"{counted(len(manifest.open), 'paper is', 'papers are')} open")
    if manifest.forgotten:
        lacks.append(f"{counted(manifest.forgotten, 'paper was', 'papers were')} forgotten")
    return f"incomplete: {', '.join(lacks)}"


def _certificate(package: Package, manifest: Manifest, roots: Sequence[Path]) -> Iterator[Finding]:
    """Whether the certificate is that of the manifest, and whether its seal holds."""
    try:
        content = package.read(CERTIFICATE_NAME, MAX_OWN_BYTES)
    except NoPackage as error:
        yield Finding("certificate", False, error.message)
        return
    digest = digest_of(manifest.to_json())
    texts = _texts(content)
    if digest not in "".join(texts):
        sentence = "It is not of this manifest: the manifest, or the certificate, was changed."
        yield Finding("certificate", False, sentence)
    elif manifest.packed_by != __version__:
        sentence = f"It has the SHA-256 of the manifest; version {manifest.packed_by} drew it."
        yield Finding("certificate", True, sentence)
    elif not _looks_like(content, certificate(manifest)):
        yield Finding(
            "certificate", False, "It was changed: it says other things than the manifest."
        )
    else:
        yield Finding("certificate", True, f"It is that of the manifest {digest}.")
    yield _seal(read_certificates(content, roots), needed=bool(roots))


def _looks_like(content: bytes, drawn: bytes) -> bool:
    """Whether two PDFs have the same text and look the same."""
    if content == drawn:
        return True
    if _texts(content) != _texts(drawn):
        return False
    first, second = _pictures(content), _pictures(drawn)
    return all(_is_alike(a, b) for a, b in zip(first, second, strict=True))


def _is_alike(a: Grey | None, b: Grey | None) -> bool:
    if a is None or b is None or a.shape != b.shape:
        return False
    difference = np.abs(a.astype(np.int16) - b.astype(np.int16))
    return int(difference.max(initial=0)) <= MAX_GREY_DIFFERENCE


def _texts(content: bytes) -> tuple[str, ...]:
    """The text of each page; () when it is no PDF."""
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError:
        return ()
    try:
        pages = range(min(len(document), MAX_PAGES))
        return tuple(document[n].get_textpage().get_text_bounded() for n in pages)
    except pdfium.PdfiumError:
        return ()
    finally:
        document.close()


def _pictures(content: bytes) -> Iterator[Grey | None]:
    """Each page as it is displayed; None for one that cannot be drawn."""
    document = pdfium.PdfDocument(content)
    try:
        document.init_forms()
        for number in range(min(len(document), MAX_PAGES)):
            width, height = document.get_page_size(number)
            if max(width, height) > 2_000:
                yield None
                continue
            bitmap = document[number].render(scale=COMPARED_SCALE, grayscale=True)
            yield np.array(bitmap.to_numpy(), dtype=np.uint8)
    finally:
        document.close()


def _seal(seals: Sequence[Certificate], *, needed: bool) -> Finding:
    """Whether the certificate is sealed, by whom, and unchanged since."""
    if not seals:
        sentence = "The certificate has no seal: it shows nothing of who made the package."
        return Finding("seal", not needed, sentence)
    seal = seals[-1]
    who = f"{seal.signer or 'somebody without a name'} on {(seal.signed_at or '?')[:10]}"
    if len(seals) > 1 or not seal.whole_file or seal.state in ("altered", "unreadable"):
        return Finding("seal", False, f"The certificate was changed after {who} sealed it.")
    if seal.state == "valid":
        return Finding("seal", True, f"Sealed by {who}, unchanged, and vouched for.")
    sentence = f"Sealed by {who} and unchanged, but nobody known here vouches for that name"
    return Finding("seal", not needed, f"{sentence} (--ca FILE says who may).")


def _trail(manifest: Manifest, trail: TrailFacts) -> Finding:
    """Whether the ledger's chain is whole, and has the head that the package names."""
    if trail.broken:
        more = f" And {len(trail.broken) - 1} more." if len(trail.broken) > 1 else ""
        sentence = f"The ledger was edited: {trail.broken[0]}{more}"
        return Finding("trail", False, sentence)
    if manifest.trail not in trail.heads:
        sentence = "The ledger's audit trail never had the head that the package names."
        return Finding("trail", False, sentence)
    if manifest.trail == BEGIN:
        sentence = "The ledger's audit trail is whole; it was empty when the package was made."
        return Finding("trail", True, sentence)
    later = len(trail.heads) - 1 - trail.heads.index(manifest.trail)
    more = f", and {counted(later, 'entry', 'entries')} since" if later else ""
    return Finding("trail", True, f"The ledger's audit trail is whole up to the package{more}.")
