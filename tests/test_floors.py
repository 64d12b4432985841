"""The folders are layers ("floors"): imports only go down, without cycles; files stay small."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "ocr_extract"
FLOORS = (
    ("_version", "errors", "records", "flag_codes", "settings", "geometry", "text", "model_files"),
    ("sources",),
    ("received",),
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
    ("review",),
    ("messages",),
    ("handoff",),
    ("cli",),
    ("__init__", "__main__"),
)
"""The layers from the lowest to the highest. A unit imports only from its own layer and below."""
HEIGHT = {unit: height for height, units in enumerate(FLOORS) for unit in units}
MODULES = sorted(PACKAGE.rglob("*.py"))
MAX_LINES, MAX_FUNCTION_LINES = 400, 40
"""Largest number of lines of a file and of a function (chosen)."""
LONG_SIGNATURES = frozenset(("cli/commands.py",))
"""Files with longer functions: their parameters are the program's options, one per line."""


def _unit(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line numbers of imports, and the units that they import from."""
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
def test_imports_only_go_down(path: Path) -> None:
    own = _unit(path)
    wrong = [
        f"line {line}: {own} imports {target}"
        for line, target in _imports(path)
        if HEIGHT[target] > HEIGHT[own]
    ]
    assert not wrong


def test_every_unit_has_a_layer() -> None:
    assert {_unit(path) for path in MODULES} == set(HEIGHT)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_files_and_functions_are_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= MAX_LINES
    if str(path.relative_to(PACKAGE)) in LONG_SIGNATURES:
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno < MAX_FUNCTION_LINES, node.name


def test_all_exceptions_are_caught_in_only_two_places() -> None:
    broad = [
        _unit(path)
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or getattr(node.type, "id", "") in ("Exception", "BaseException"))
    ]
    assert sorted(broad) == ["cli", "extraction"]


def test_modules_import_each_other_without_cycles() -> None:
    graph = {
        ".".join(p.relative_to(PACKAGE.parent).with_suffix("").parts): _module_imports(p)
        for p in MODULES
        if p.name != "__init__.py"
    }
    visited: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join((*path, name))
        if name in visited or name not in graph:
            return
        for target in graph[name]:
            visit(target, (*path, name))
        visited.add(name)

    for name in graph:
        visit(name, ())


def _module_imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ocr_extract"):
            names.add(str(node.module))
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names
