"""Which files of the given paths are agreements, in an order that is always the same."""

from __future__ import annotations

import os
import tempfile
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path

from ocr_extract.errors import NothingToRead, UnsafeOutput
from ocr_extract.received.names import NOT_AGREEMENTS


def plan(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Every file once, sorted by name. Folders are searched; hidden files are skipped.

    A broken link inside a folder stays in the plan and gets its own record. Raises NothingToRead
    when a given path does not exist, and when there is no file at all.
    """
    all_paths = list(paths)
    check_given(all_paths)
    files = [file for path in all_paths for file in _files(path)]
    if not files:
        names = ", ".join(str(p) for p in all_paths) or "no path"
        raise NothingToRead(
            f"No agreement in {names}.",
            "Give PDF, TIFF, PNG, JPEG, HEIC, WebP, TXT or MD files, zip archives or mails with"
            " such files, or a folder.",
        )
    unique = {identity(file): file for file in reversed(files)}
    return in_order(unique.values())


def in_order(files: Iterable[Path]) -> tuple[Path, ...]:
    """Files in the order in which a run reads them: by name, then by path."""
    return tuple(sorted(files, key=_sort_key))


def check_given(paths: Iterable[Path]) -> None:
    """Raises NothingToRead for the first path that does not exist: a mistyped name is not a damaged
    agreement. A path that may not be accessed is not an error here.
    """
    for path in paths:
        try:
            path.stat()
        except PermissionError:
            continue
        except (OSError, ValueError) as error:
            problem = "is a link that leads nowhere" if _is_link(path) else "does not exist"
            raise NothingToRead(f"{path} {problem}.", "Check the path.") from error


def _is_link(path: Path) -> bool:
    """Whether a path is a symbolic link, also when its name is too long."""
    return os.path.islink(path)  # noqa: PTH114  is_symlink() raises for too long a name


def linked_folders(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Links to folders inside the given folders, without hidden ones. They are not searched: such a
    link may form a loop, or lead out of the given folders.
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
    """Whether a part of the path below `folder` starts with a dot."""
    return any(part.startswith(".") for part in file.relative_to(folder).parts)


def _files(path: Path) -> list[Path]:
    """The file itself; for a folder, all files in it that may be agreements. Broken links and
    folders that cannot be opened are included, so that a record reports them.
    """
    if not _is(Path.is_dir, path):
        return [path]
    unopened: list[Path] = []
    files = [
        Path(folder, name)
        for folder, _, names in os.walk(path, onerror=lambda e: unopened.append(Path(e.filename)))
        for name in names
    ]
    return [
        file
        for file in sorted([*files, *unopened])
        if file.suffix.lower() not in NOT_AGREEMENTS
        and not _is_hidden(file, path)
        and (file in unopened or _is(Path.is_symlink, file) or _is(Path.is_file, file))
    ]


def _is(kind: Callable[[Path], bool], path: Path) -> bool:
    """Whether a path is of a kind (Path.is_dir, Path.is_file, Path.is_symlink). A path that may not
    be accessed counts as a file, so that a record reports it.
    """
    try:
        return kind(path)
    except OSError:
        return kind is Path.is_file


def identity(path: Path) -> str:
    """The absolute path, however the path was given. Links are not followed: two links to one file
    are two agreements with two names.
    """
    return os.path.abspath(path)  # noqa: PTH100  resolve() would follow links


def _sort_key(path: Path) -> tuple[str, str]:
    """The composed Unicode form of the file's name, then its path."""
    return unicodedata.normalize("NFC", path.name), str(path)


def check_output(out: Path, inputs: Iterable[Path]) -> None:
    """Create the output folder, and check that it can be written to.

    Raises UnsafeOutput when the output is an input folder, contains one or is inside one, and when
    it cannot be written to.
    """
    target = out.resolve()
    for path in inputs:
        folder = path.resolve()
        if _is(Path.is_dir, folder) and _overlaps(target, folder):
            raise UnsafeOutput(
                f"The output {out} overlaps the input {path}.",
                "Inputs are never written to: give another --out.",
            )
    try:
        out.mkdir(parents=True, exist_ok=True)
        # The file's name cannot be guessed, and no link is followed (O_EXCL, O_NOFOLLOW).
        with tempfile.NamedTemporaryFile(prefix=".writable-", dir=out):
            pass
    except OSError as error:
        blocker = next((p for p in (out, *out.parents) if os.path.isfile(p)), None)  # noqa: PTH113
        reason = f"{blocker} is no folder" if blocker else str(error.strerror)
        raise UnsafeOutput(
            f"Cannot write to {out}: {reason}.",
            "Give another --out; in a container, mount one that this user may write to"
            " (`--user $(id -u):$(id -g) -v DIR:/out`).",
        ) from error


def _overlaps(a: Path, b: Path) -> bool:
    """Whether two folders are the same, or one is inside the other."""
    return a == b or a in b.parents or b in a.parents
