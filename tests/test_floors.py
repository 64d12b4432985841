"""The folders are floors: imports go down only, without cycles, and everything stays small."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "ocr_extract"
FLOORS = (
    ("_version", "errors", "records", "settings", "geometry", "text", "model_files"),
    ("sources",),
    ("imaging",),
    ("dates",),
    ("recognition",),
    ("calibration",),
    ("forms",),
    ("signatures",),
    ("pages",),
    ("fields",),
    ("decision",),
    ("extraction",),
    ("volume",),
    ("reports",),
    ("cli",),
    ("__init__", "__main__"),
)
"""From the ground up; docs/architecture.md says what each is for."""
HEIGHT = {unit: height for height, units in enumerate(FLOORS) for unit in units}
MODULES = sorted(PACKAGE.rglob("*.py"))
MAX_LINES, MAX_FUNCTION_LINES = 400, 40
COLUMNS_OF_CALL = frozenset(("cli/commands.py",))
"""Where a function's parameters are the program's options, a line each."""


def _unit(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    """Lines, and the floors that they import from."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            parts = node.module.split(".")
            if parts[0] == "ocr_extract":
                names = [parts[1]] if len(parts) > 1 else [a.name for a in node.names]
                yield from ((node.lineno, n if n in HEIGHT else "__init__") for n in names)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                parts = alias.name.split(".")
                if parts[0] == "ocr_extract" and len(parts) > 1:
                    yield node.lineno, parts[1]


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_down(path: Path) -> None:
    own = _unit(path)
    wrong = [
        f"line {line}: {own} imports {target}"
        for line, target in _imports(path)
        if HEIGHT[target] > HEIGHT[own]
    ]
    assert not wrong


def test_every_module_has_a_floor() -> None:
    assert {_unit(path) for path in MODULES} == set(HEIGHT)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_files_and_functions_are_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= MAX_LINES
    if str(path.relative_to(PACKAGE)) in COLUMNS_OF_CALL:
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno < MAX_FUNCTION_LINES, node.name


def test_everything_is_caught_in_two_places_only() -> None:
    broad = [
        _unit(path)
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or getattr(node.type, "id", "") in ("Exception", "BaseException"))
    ]
    assert sorted(broad) == ["cli", "extraction"]


def test_there_is_no_cycle_between_modules() -> None:
    graph = {
        ".".join(p.relative_to(PACKAGE.parent).with_suffix("").parts): _module_imports(p)
        for p in MODULES
        if p.name != "__init__.py"
    }
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join((*path, name))
        if name in done or name not in graph:
            return
        for target in graph[name]:
            visit(target, (*path, name))
        done.add(name)

    for name in graph:
        visit(name, ())


def _module_imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ocr_extract"):
            found.add(str(node.module))
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found
