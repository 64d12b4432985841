"""A package: what is in it, what is not and why, and where it may be written."""

import csv
import hashlib
import io
import os
import stat
import subprocess
import time
from pathlib import Path

import pikepdf
import pytest
from pdf2image import convert_from_path

from ocr_extract import Settings, extract
from ocr_extract.errors import LedgerBusy, UnsafeOutput, UsageError
from ocr_extract.handoff.archive import open_package
from ocr_extract.handoff.contents import _pages
from ocr_extract.handoff.package import Wanted, write_package
from ocr_extract.volume.arrivals import unpack_containers
from ocr_extract.volume.ledger import open_ledger, sqlite_url
from ocr_extract.volume.roster.roster import Paper, Roster
from tests.evidence_factory import widget
from tests.factory import Factory
from tests.handoff.volume_factory import CheckedVolume, agreement, checked_volume
from tests.received.received_factory import zip_of
from tests.volume.test_decided import PAPERS, ROSTER, decide, records, run, write

ROSTER_OF_ONE = Roster(PAPERS[:1], year=2025)
FELDMANN, GARCIA = (f"v330permissions/{key}25Permission.pdf" for key in ("feldmann", "garcia"))


def test_package_has_the_series_names_and_the_bytes_that_came(factory: Factory) -> None:
    volume = checked_volume(factory)
    manifest = volume.package().manifest
    assert volume.names() == [FELDMANN, GARCIA, "manifest.json", "manifest.csv", "certificate.pdf"]
    assert volume.read(FELDMANN) == (volume.agreements / "feldmann25Permission.pdf").read_bytes()
    assert manifest.complete
    assert manifest == volume.manifest()
    first = manifest.files[0]
    assert (first.key, first.date, first.signature) == ("feldmann25", "2025-05-27", "yes")
    assert first.sha256 == hashlib.sha256(volume.read(FELDMANN)).hexdigest()
    assert (
        "COMPLETE: every paper of the roster has an accepted agreement (2 papers)."
        in _certificate(volume)
    )
    assert "INCOMPLETE" not in _certificate(volume)
    assert stat.S_IMODE(volume.to.stat().st_mode) == 0o600


def _certificate(volume: CheckedVolume) -> str:
    """The text of the certificate."""
    done = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=volume.read("certificate.pdf"),
        capture_output=True, check=True,
    )  # fmt: skip
    return " ".join(done.stdout.decode().split())


def test_same_ledger_gives_the_same_bytes(
    factory: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    volume = checked_volume(factory)
    volume.package()
    first = volume.to.read_bytes()
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    time.tzset()
    volume.package()
    monkeypatch.undo()
    time.tzset()
    assert volume.to.read_bytes() == first


def test_open_papers_are_listed_and_the_certificate_says_incomplete(factory: Factory) -> None:
    volume = checked_volume(factory, ROSTER)
    manifest = volume.package().manifest
    assert not manifest.complete
    (gap,) = manifest.open
    assert (gap.key, gap.state, gap.why) == ("tanaka25", "missing", "Ask for the signed agreement.")
    assert "INCOMPLETE: 2 of 3 papers have an accepted agreement" in _certificate(volume)
    assert "1 does not." in _certificate(volume)
    rows = list(csv.DictReader(io.StringIO(volume.read("manifest.csv").decode())))
    assert [(row["key"], row["state"]) for row in rows] == [
        ("feldmann25", "accepted"), ("garcia25", "accepted"), ("tanaka25", "missing")
    ]  # fmt: skip


def test_decided_agreement_is_in_it_with_who_decided(factory: Factory) -> None:
    volume = CheckedVolume(factory.folder)
    volume.agreements.mkdir()
    files = [write(Factory(volume.agreements), "feldmann25.txt", 0, "27 May 2015")]
    roster = Roster(PAPERS[:1], year=2025)
    with open_ledger(volume.ledger) as ledger:
        record = records(ledger, run(ledger, files, roster=roster))["feldmann25.txt"]
    assert volume.package().manifest.files == ()
    with open_ledger(volume.ledger) as ledger:
        decide(ledger, record, "date", "2025-05-27", note="private", person="=Ed <b>I</b>\x1b")
    manifest = volume.package().manifest  # without another run
    (file,) = manifest.files
    assert file.path == "v330permissions/feldmann25Permission.txt"
    assert file.decided_by[0].startswith("date: set 2025-05-27, decided by =Ed <b>I</b>")
    assert manifest.decisions == {"=Ed <b>I</b>\x1b": 1}
    assert "=Ed <b>I</b> : 1 decision" in _certificate(volume)
    assert b"private" not in volume.to.read_bytes()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda path: path.write_bytes(path.read_bytes() + b"%"), "was changed after"),
        (lambda path: path.unlink(), "is no longer there"),
        (lambda path: (path.unlink(), path.mkdir()), "is no longer there"),
        (lambda path: os.truncate(path, 0), "was changed after"),
    ],
)
def test_changed_or_lost_file_is_left_out_and_said(factory: Factory, change, why: str) -> None:  # type: ignore[no-untyped-def]
    volume = checked_volume(factory)
    change(volume.agreements / "garcia25Permission.pdf")
    manifest = volume.package().manifest
    assert [file.key for file in manifest.files] == ["feldmann25"]
    (gap,) = manifest.open
    assert (gap.key, gap.state) == ("garcia25", "left out")
    assert why in gap.why
    assert "INCOMPLETE" in _certificate(volume)


def test_pages_of_one_agreement_are_taken_out_of_a_file_with_several(factory: Factory) -> None:
    volume = CheckedVolume(factory.folder)
    volume.agreements.mkdir()
    parts = [agreement(factory, f"{n}.pdf", PAPERS[n]) for n in (0, 1)]
    with pikepdf.new() as both:
        for part in parts:
            with pikepdf.open(part) as pdf:
                both.pages.extend(pdf.pages)
        both.save(volume.agreements / "all.pdf")
    volume.check()
    manifest = volume.package().manifest
    assert [(file.path, file.pages) for file in manifest.files] == [
        (FELDMANN, "1-2"),
        (GARCIA, "3-4"),
    ]
    assert "pages 3 to 4 of 4" in manifest.files[1].note
    taken = extract(factory.file("taken.pdf", volume.read(GARCIA)), settings=Settings(year=2025))
    assert (taken.fields.title.value, taken.document.pages) == (PAPERS[1].title, 2)


def test_taken_pages_bring_their_fields_and_no_other_page() -> None:
    both = io.BytesIO()
    with pikepdf.new() as pdf:
        for date in ("27 May 2025", "28 May 2025"):
            with pikepdf.open(io.BytesIO(widget(date, appearance=True))) as part:
                for page in part.pages:
                    pdf.pages.append(page)
                    pdf.acroform.fix_copied_annotations(pdf.pages[-1], page, part.acroform)
        pdf.save(both)
    with pikepdf.open(io.BytesIO(_pages(both.getvalue(), 3, 4))) as taken:
        kinds = [o.get("/Type") for o in taken.objects if isinstance(o, pikepdf.Dictionary)]
        assert kinds.count("/Page") == len(taken.pages) == 2
        (field,) = taken.Root.AcroForm.Fields
        assert str(field.V) == "28 May 2025"
    assert b"27 May" not in _pages(both.getvalue(), 3, 4)


def test_picture_keeps_its_type(factory: Factory) -> None:
    volume = CheckedVolume(factory.folder)
    volume.agreements.mkdir()
    first, *more = convert_from_path(agreement(factory, "a.pdf"), 200, grayscale=True)
    scan = volume.agreements / "feldmann25.tif"
    first.save(scan, save_all=True, append_images=more, dpi=(200, 200))
    volume.check(Roster(PAPERS[:1], year=2025))
    (file,) = volume.package().manifest.files
    assert file.path == "v330permissions/feldmann25Permission.tiff"
    assert file.note == "tiff as it came, not a PDF"
    assert volume.read(file.path) == scan.read_bytes()


def test_hostile_keys_and_titles_are_safe_in_the_package(factory: Factory) -> None:
    keys = ("x" * 10_000, "../../x", "=HYPERLINK(1)")
    papers = tuple(
        Paper(key, f"{PAPERS[n].title} <b>&amp; \u202e\x07 学", PAPERS[n].authors)
        for n, key in enumerate(keys)
    )
    volume = CheckedVolume(factory.folder)
    volume.agreements.mkdir()
    for n in range(2):
        agreement(Factory(volume.agreements), f"{n}.pdf", PAPERS[n])
    volume.check(Roster(papers, year=2025))
    manifest = volume.package().manifest
    assert len(manifest.files) + len(manifest.open) == 3
    assert manifest.files
    for file in manifest.files:
        assert ".." not in file.path
        assert "is no safe name" in file.note
        assert len(file.note) < 300
    for row in csv.reader(io.StringIO(volume.read("manifest.csv").decode())):
        assert not any(cell.startswith(("=", "+", "@")) for cell in row)
    with open_package(volume.to) as package:
        assert list(package.names) == volume.names()


@pytest.mark.parametrize("again", [False, True])
def test_volume_with_a_forgotten_paper_is_not_complete_until_it_is_read_again(
    factory: Factory, *, again: bool
) -> None:
    volume = checked_volume(factory)
    with open_ledger(volume.ledger) as ledger:
        assert ledger.forget("garcia25")
    volume.package()
    if again:
        with open_ledger(volume.ledger) as ledger:
            run(ledger, [volume.agreements / "feldmann25Permission.pdf"], roster=ROSTER_OF_ONE)
    for _ in range(2):
        manifest = volume.package().manifest
        assert (manifest.complete, manifest.forgotten, manifest.open) == (again, not again, ())
        assert ("1 paper was forgotten" in _certificate(volume)) is not again
        assert ("INCOMPLETE" in _certificate(volume)) is not again


def test_package_is_refused_beside_the_archives_that_were_read(factory: Factory) -> None:
    volume = CheckedVolume(factory.folder)
    mails = factory.folder / "mails"
    mails.mkdir()
    content = agreement(factory, "feldmann25.pdf").read_bytes()
    archive = Factory(mails).file("a.zip", zip_of({"feldmann25.pdf": content}))
    with open_ledger(volume.ledger) as ledger:
        found = unpack_containers([archive], factory.folder, ledger, Settings())
        run(ledger, found.files, roster=ROSTER_OF_ONE, arrived=found.arrived)
    for to in (mails / "p.zip", mails / "deeper" / "p.zip"):
        to.parent.mkdir(exist_ok=True)
        with pytest.raises(UnsafeOutput, match="among the agreements"):
            write_package(Wanted(to, volume.ledger))
    assert volume.package().manifest.complete


def test_target_that_cannot_be_looked_at_is_refused(factory: Factory) -> None:
    volume = checked_volume(factory)
    with pytest.raises(UnsafeOutput, match="too long"):
        write_package(Wanted(volume.folder / ("x" * 300), volume.ledger))


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True)


def test_package_does_not_come_into_a_git_repository(factory: Factory) -> None:
    volume = checked_volume(factory)
    _git(volume.folder, "init", "-q")
    with pytest.raises(UnsafeOutput, match="lies in the git repository") as caught:
        volume.package()
    assert "--into-git" in caught.value.advice
    assert not volume.to.exists()
    packed = volume.package(into_git=True)
    assert packed.git_tree == volume.folder.resolve()


def test_package_may_lie_where_git_ignores_it(
    factory: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    volume = checked_volume(factory)
    _git(volume.folder, "init", "-q")
    (volume.folder / ".gitignore").write_text("*.zip\n")
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    assert volume.package().git_tree is None
    monkeypatch.delenv("GIT_DIR")
    _git(volume.folder, "add", "-f", "package.zip")  # a tracked file is not ignored
    with pytest.raises(UnsafeOutput):
        volume.package()
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UnsafeOutput):
        volume.package()


def test_package_replaces_nothing_but_a_package(factory: Factory) -> None:
    volume = checked_volume(factory)
    volume.to.write_bytes(b"my holiday pictures")
    with pytest.raises(UnsafeOutput, match="is no package of this program"):
        volume.package()
    assert volume.to.read_bytes() == b"my holiday pictures"
    with pytest.raises(UnsafeOutput, match="There is no folder"):
        write_package(Wanted(volume.folder / "none" / "a.zip", volume.ledger))
    with pytest.raises(UnsafeOutput, match="among the agreements"):
        write_package(Wanted(volume.agreements / "a.zip", volume.ledger))
    assert sorted(path.name for path in volume.agreements.iterdir()) == [
        "feldmann25Permission.pdf", "garcia25Permission.pdf"
    ]  # fmt: skip


def test_run_without_roster_and_ledger_in_use_are_refused(factory: Factory) -> None:
    volume = checked_volume(factory)
    with open_ledger(volume.ledger), pytest.raises(LedgerBusy):
        volume.package()
    (factory.folder / "other").mkdir()
    url = sqlite_url(factory.folder / "other")
    with open_ledger(url) as ledger:
        run(ledger, [volume.agreements / "feldmann25Permission.pdf"], roster=None)
    with pytest.raises(UsageError, match="had no roster"):
        write_package(Wanted(volume.to, url))


def test_failure_leaves_the_earlier_package(
    factory: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    volume = checked_volume(factory)
    volume.package()
    before = volume.to.read_bytes()
    monkeypatch.setattr("ocr_extract.handoff.package.certificate", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        volume.package()
    assert volume.to.read_bytes() == before
    assert list(volume.folder.glob(".package*")) == []
