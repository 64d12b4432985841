"""Makes checked volumes, packages of them, and changed packages."""

import datetime as dt
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from sqlalchemy import URL

from ocr_extract.handoff.manifest import Manifest, manifest_of
from ocr_extract.handoff.package import Packed, Wanted, write_package
from ocr_extract.volume.ledger import open_ledger, sqlite_url
from ocr_extract.volume.roster.roster import Paper, Roster
from synthetic.typeset import Entry, Filling, typeset
from tests.factory import Factory
from tests.volume.test_decided import ROSTER, run

TWO = Roster(ROSTER.papers[:2], year=2025)


@dataclass(frozen=True)
class CheckedVolume:
    """A folder with the volume's agreements, its results, and where its packages go."""

    folder: Path

    @property
    def agreements(self) -> Path:
        return self.folder / "v330permissions"

    @property
    def ledger(self) -> URL:
        return sqlite_url(self.folder)

    @property
    def to(self) -> Path:
        return self.folder / "package.zip"

    def check(self, roster: Roster = TWO) -> None:
        """Run the program over the folder."""
        with open_ledger(self.ledger) as ledger:
            run(ledger, sorted(self.agreements.iterdir()), roster=roster)

    def package(self, **more: object) -> Packed:
        return write_package(Wanted(self.to, self.ledger, **more))  # type: ignore[arg-type]

    def names(self) -> list[str]:
        with zipfile.ZipFile(self.to) as archive:
            return archive.namelist()

    def read(self, name: str) -> bytes:
        with zipfile.ZipFile(self.to) as archive:
            return archive.read(name)

    def manifest(self) -> Manifest:
        return manifest_of(self.read("manifest.json"))

    def changed(
        self,
        change: Mapping[str, Callable[[bytes], bytes] | None],
        extra: Mapping[str, bytes] | None = None,
    ) -> Path:
        """The package with changed files, without those whose change is None, and with others."""
        path = self.folder / "changed.zip"
        with zipfile.ZipFile(self.to) as old, zipfile.ZipFile(path, "w") as new:
            for name in old.namelist():
                how = change.get(name, lambda content: content)
                if how is not None:
                    new.writestr(name, how(old.read(name)))
            for name, content in (extra or {}).items():
                new.writestr(name, content)
        return path


def agreement(factory: Factory, name: str, paper: Paper = ROSTER.papers[0]) -> Path:
    """A born-digital agreement of a paper, with ink and a day of its own."""
    number = next((n for n, one in enumerate(ROSTER.papers) if one.title == paper.title), 0)
    person = Entry(paper.people[0])
    filling = Filling(
        Entry(paper.title, size=9.0), person, person, None, Entry(f"{27 - number} May 2025"),
        scrawl=(80.0 + 9 * number, 11.0, 30.0, -2.0),
    )  # fmt: skip
    return factory.file(name, typeset(filling, seed=3 + number))


def checked_volume(factory: Factory, roster: Roster = TWO) -> CheckedVolume:
    """A volume of two accepted agreements."""
    volume = CheckedVolume(factory.folder)
    volume.agreements.mkdir()
    inside = Factory(volume.agreements)
    agreement(inside, "feldmann25Permission.pdf", ROSTER.papers[0])
    agreement(inside, "garcia25Permission.pdf", ROSTER.papers[1])
    volume.check(roster)
    return volume


def edited(content: bytes, **values: object) -> bytes:
    """A manifest with other values."""
    return json.dumps(json.loads(content) | values).encode()


def p12(
    folder: Path, passphrase: bytes = b"secret", *, signs_documents: bool = True
) -> tuple[Path, Path]:
    """A key with its certificate as a PKCS #12 file, and the certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Ed Itor")])
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=signs_documents, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=True, crl_sign=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    start = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name)
        .public_key(key.public_key()).serial_number(1).not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=36500)).add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    protection = serialization.BestAvailableEncryption(passphrase)
    packed = pkcs12.serialize_key_and_certificates(b"s", key, made, None, protection)
    store, root = folder / "cert.p12", folder / "root.pem"
    store.write_bytes(packed)
    root.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return store, root
