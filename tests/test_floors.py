"""Imports go down only, and the floors stay small."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "ocr_extract"
FLOORS = {
    "_version": 0, "errors": 0, "records": 0, "settings": 0, "geometry": 0, "lines": 0, "frames": 0,
    "shipped": 0,
    "sources": 1, "imaging": 1, "dates": 1, "confidence": 1, "calibration": 1,
    "forms": 2, "readers": 2, "signatures": 2,
    "clock": 3,
    "findings": 3, "dating": 3, "pages": 3, "scans": 3, "blanks": 3, "read_marks": 3, "examine": 3,
    "likeness": 3, "flags": 3, "judge": 3, "agreement": 3, "tools": 3,
    "volume": 4, "evaluate": 4, "recalibrate": 4,
    "delivery": 5,
    "cli": 6, "__main__": 6, "__init__": 6,
}  # fmt: skip
OWN_FLOOR_IN_ORDER = {
    0: ("_version", "errors", "records", "geometry", "lines", "frames", "shipped", "settings"),
    3: tuple(
        "clock findings dating flags pages scans read_marks blanks examine likeness judge agreement"
        " tools".split()
    ),
    4: ("evaluate", "recalibrate"),
    6: ("__init__", "cli", "__main__"),
}
"""Single modules of one floor may use one another, later ones earlier ones."""
MODULES = sorted(PACKAGE.rglob("*.py"))


def _unit(path: Path) -> str:
    relative = path.relative_to(PACKAGE)
    return relative.parts[0].removesuffix(".py")


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            parts = node.module.split(".")
            if parts[0] == "ocr_extract":
                names = [parts[1]] if len(parts) > 1 else [a.name for a in node.names]
                yield from ((node.lineno, n if n in FLOORS else "_version") for n in names)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                parts = alias.name.split(".")
                if parts[0] == "ocr_extract" and len(parts) > 1:
                    yield node.lineno, parts[1]


def _allowed(unit: str, target: str) -> bool:
    if unit == target or FLOORS[target] < FLOORS[unit]:
        return True
    order = OWN_FLOOR_IN_ORDER.get(FLOORS[unit], ())
    return unit in order and target in order and order.index(target) < order.index(unit)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_down(path: Path) -> None:
    wrong = [
        f"line {line}: {_unit(path)} (floor {FLOORS[_unit(path)]}) imports {target}"
        for line, target in _imports(path)
        if not _allowed(_unit(path), target)
    ]
    assert not wrong


def test_every_module_has_a_floor() -> None:
    assert {_unit(path) for path in MODULES} == set(FLOORS)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_files_and_functions_are_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 60, node.name


def test_everything_is_caught_in_two_places_only() -> None:
    broad = [
        _unit(path)
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or getattr(node.type, "id", "") in ("Exception", "BaseException"))
    ]
    assert sorted(broad) == ["agreement", "cli"]


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
