"""Which files of the paths given are agreements, in an order that never changes."""

from __future__ import annotations

import os
import tempfile
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path

from ocr_extract.errors import NothingToRead, UnsafeOutput

NOT_AGREEMENTS = frozenset(
    ".bib .csv .tsv .json .jsonl .toml .yaml .yml .py .sh .html .log .sqlite .db .tex".split()
)
"""Files that stand beside agreements and are passed over in a folder; any other file is
taken for one, so that a .docx is named as unreadable and not lost in silence."""


def plan(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Every file once, sorted by name; folders are searched, hidden files passed over.

    A link that leads nowhere stays in the plan where a folder holds it: it will have its own
    record. Raises NothingToRead when a path given does not exist, or when folders were given
    and no file is in any of them.
    """
    given = list(paths)
    check_given(given)
    found = [file for path in given for file in _files(path)]
    if not found:
        names = ", ".join(str(p) for p in given) or "no path"
        raise NothingToRead(
            f"No agreement in {names}.",
            "Give PDF, TIFF, PNG, JPEG, TXT or MD files, or a folder of them.",
        )
    unique = {identity(file): file for file in reversed(found)}
    return tuple(sorted(unique.values(), key=_sort_key))


def check_given(paths: Iterable[Path]) -> None:
    """Raises NothingToRead for the first path that does not exist: a name that was typed
    wrong is no agreement that is damaged.
    """
    for path in paths:
        try:
            path.stat()
        except PermissionError:
            continue
        except (OSError, ValueError) as error:
            what = "is a link that leads nowhere" if _is_link(path) else "does not exist"
            raise NothingToRead(f"{path} {what}.", "Check the path.") from error


def _is_link(path: Path) -> bool:
    return os.path.islink(path)  # noqa: PTH114  of a name that is too long, is_symlink() raises


def linked_folders(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Links to folders inside of the folders given: they are not searched, for they may lead
    back, or out of what was given.
    """
    return tuple(
        link
        for path in paths
        if _is(Path.is_dir, path)
        for folder, names, _ in os.walk(path)
        for link in (Path(folder, name) for name in sorted(names))
        if link.is_symlink() and not _is_hidden(link, path)
    )


def _is_hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(folder).parts)


def _files(path: Path) -> list[Path]:
    """A file itself; of a folder all that may be an agreement: also links that lead nowhere
    and folders that cannot be opened, so that a record says so.
    """
    if not _is(Path.is_dir, path):
        return [path]
    closed: list[Path] = []
    found = [
        Path(folder, name)
        for folder, _, names in os.walk(path, onerror=lambda e: closed.append(Path(e.filename)))
        for name in names
    ]
    return [
        file
        for file in sorted([*found, *closed])
        if file.suffix.lower() not in NOT_AGREEMENTS
        and not _is_hidden(file, path)
        and (file in closed or _is(Path.is_symlink, file) or _is(Path.is_file, file))
    ]


def _is(kind: Callable[[Path], bool], path: Path) -> bool:
    """Whether a path is of a kind; one that we may not look at is a file, whose record says
    so.
    """
    try:
        return kind(path)
    except OSError:
        return kind is Path.is_file


def identity(path: Path) -> str:
    """One name for a path however it was given. Links are not followed: two of them to one
    file are two agreements, with two names.
    """
    return os.path.abspath(path)  # noqa: PTH100  resolve() would follow links


def _sort_key(path: Path) -> tuple[str, str]:
    return unicodedata.normalize("NFC", path.name), str(path)


def check_output(out: Path, inputs: Iterable[Path]) -> None:
    """Make the output folder, and prove that it can be written.

    Raises UnsafeOutput when it is, holds or lies in an input folder, or cannot be written.
    """
    target = out.resolve()
    for path in inputs:
        folder = path.resolve()
        if _is(Path.is_dir, folder) and _overlap(target, folder):
            raise UnsafeOutput(
                f"The output {out} overlaps the input {path}.",
                "Inputs are never written to: give another --out.",
            )
    try:
        out.mkdir(parents=True, exist_ok=True)
        # A file of a name that nobody can foretell, which follows no link (O_EXCL, O_NOFOLLOW).
        with tempfile.NamedTemporaryFile(prefix=".writable-", dir=out):
            pass
    except OSError as error:
        held = next((p for p in (out, *out.parents) if os.path.isfile(p)), None)  # noqa: PTH113
        why = f"{held} is no folder" if held else str(error.strerror)
        raise UnsafeOutput(
            f"Cannot write to {out}: {why}.",
            "Give another --out; in a container, mount one that this user may write to"
            " (`--user $(id -u):$(id -g) -v DIR:/out`).",
        ) from error


def _overlap(a: Path, b: Path) -> bool:
    return a == b or a in b.parents or b in a.parents
