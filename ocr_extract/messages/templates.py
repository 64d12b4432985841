"""The templates of the messages: Jinja2 in a sandbox. HTML is escaped; a name that a template uses
and nobody gives is an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ocr_extract.errors import BadMessage
from ocr_extract.reports.files import replace_file, writing

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

FOLDER = Path(__file__).parent / "templates"
"""The folder of the templates that come with the program."""
NAMES = ("author.txt", "author.html", "editors.txt", "editors.html")
"""The templates. The first line of a .txt is `Subject: ...`, and an empty line follows it."""
SUBJECT = "Subject:"
"""The start of the first line of a text template."""


@dataclass(frozen=True)
class Rendered:
    """A message's subject, its plain text, and its HTML."""

    subject: str
    text: str
    html: str


class Templates:
    """The templates of a folder; those that it has not are those of the program."""

    def __init__(self, folder: Path | None = None) -> None:
        if folder is not None and not any((folder / name).is_file() for name in NAMES):
            message = f"There is no template in {folder} ({', '.join(NAMES)})."
            raise BadMessage(
                message, f"`ocr-extract notify --edit-templates {folder}` writes them."
            )
        self._environment = _environment(folder)

    def render(self, name: str, values: Mapping[str, Any]) -> Rendered:
        """The message of the templates `name`.txt and `name`.html. Raises BadMessage with the file
        and the line of what is wrong.
        """
        head, _, text = self._rendered(f"{name}.txt", values).lstrip().partition("\n")
        if not head.startswith(SUBJECT):
            message = f"{name}.txt, line 1: it does not begin with “{SUBJECT}”."
            raise BadMessage(message, "Write the subject there, and an empty line below it.")
        subject = head.removeprefix(SUBJECT).strip()
        html = self._rendered(f"{name}.html", values)
        return Rendered(subject, text.strip("\n") + "\n", html)

    def _rendered(self, name: str, values: Mapping[str, Any]) -> str:
        from jinja2 import TemplateError, TemplateSyntaxError  # noqa: PLC0415  slow

        try:
            return self._environment.get_template(name).render(values)
        except TemplateSyntaxError as error:
            file = error.filename or error.name or name
            raise _broken(f"{file}, line {error.lineno}: {error.message}.") from error
        except RecursionError as error:
            raise _broken(f"{name}: it includes itself without an end.") from error
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
            file, line = _place(error, name)
            raise _broken(f"{file}, line {line}: {error}.") from error


def _broken(message: str) -> BadMessage:
    return BadMessage(message, "Correct the template; docs/messages.md lists what it can use.")


def _place(error: BaseException, name: str) -> tuple[str, int]:
    """File and line of the template in which an error was raised."""
    place, trace = (name, 1), error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file.endswith((".txt", ".html")):
            place = file, trace.tb_lineno
        trace = trace.tb_next
    return place


def _environment(folder: Path | None) -> SandboxedEnvironment:
    from jinja2 import FileSystemLoader, StrictUndefined, select_autoescape  # noqa: PLC0415  slow
    from jinja2.sandbox import SandboxedEnvironment  # noqa: PLC0415

    folders = [str(path) for path in (folder, FOLDER) if path is not None]
    return SandboxedEnvironment(
        loader=FileSystemLoader(folders, encoding="utf-8-sig"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def write_templates(folder: Path) -> tuple[Path, ...]:
    """Write the program's templates into a folder, to edit them. A file that is there already is
    left alone. Returns the paths that were written. Raises UnsafeOutput.
    """
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    missing = [folder / name for name in NAMES if not (folder / name).exists()]
    return tuple(replace_file(path, (FOLDER / path.name).read_bytes()) for path in missing)
