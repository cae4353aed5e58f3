"""The direction of imports: index <- rag <- eval, web <- app, cli; and which file alone may know which library."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
# What each part may import beside itself and libraries.
ARROWS = {
    "settings": {"index"},
    "index": set(),
    "rag": {"index"},
    "web": {"index", "rag"},
    "eval": {"index", "rag", "settings"},
    "app": {"index", "rag", "web", "settings"},
    "doctor": {"index", "rag", "settings", "app"},
    "proofread": {"index", "rag"},
    "cli": {"index", "rag", "web", "settings", "app", "eval", "doctor", "proofread"},
    "bench": {"index", "rag", "eval"},
}
KEEPERS = {
    "chromadb": {"index/store.py", "bench/peer_search.py"},
    "gradio": {"web/chat.py"},
    "llama_index": {"index/store.py", "rag/generate.py", "bench/peer_search.py"},
}


def source_files(part: str) -> list[Path]:
    single = PROJECT / f"{part}.py"
    return [single] if single.exists() else sorted((PROJECT / part).rglob("*.py"))


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """(line, first part of the imported name) of every import, wherever it stands in the file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.partition(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}:{node.lineno} imports relatively"
            yield node.lineno, str(node.module).partition(".")[0]


def test_every_part_of_the_tree_has_its_place_in_the_arrows() -> None:
    packages = {path.parent.name for path in PROJECT.glob("*/__init__.py")} - {"tests"}
    modules = {path.stem for path in PROJECT.glob("*.py")}
    assert packages | modules == set(ARROWS)


def test_no_arrow_between_the_parts_turns_round() -> None:
    reversed_arrows = [
        f"{path.relative_to(PROJECT)}:{line} imports {name}"
        for part, allowed in ARROWS.items()
        for path in source_files(part)
        for line, name in imports_of(path)
        if name in (set(ARROWS) | {"tests"}) - allowed - {part}
    ]
    assert reversed_arrows == []


def test_a_library_is_known_only_to_the_file_that_keeps_it() -> None:
    for library, keepers in KEEPERS.items():
        knowing = {
            str(path.relative_to(PROJECT))
            for part in ARROWS
            for path in source_files(part)
            for _, name in imports_of(path)
            if name == library
        }
        assert knowing == keepers, library


def test_every_package_named_for_installation_is_there() -> None:
    setuptools = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    files = [PROJECT / name.replace(".", "/") / "__init__.py" for name in setuptools["packages"]]
    files += [PROJECT / f"{name}.py" for name in setuptools["py-modules"]]
    assert [str(path) for path in files if not path.is_file()] == []
