"""The structure of the source: imports, sizes, names and where SQL is."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("cards", "srs", "export", "flash")
FILES = sorted(
    file
    for package in PACKAGES
    for file in (ROOT / package).rglob("*.py")
    if file.name != "__init__.py"
)
SOURCES = {
    ".".join(file.relative_to(ROOT).with_suffix("").parts): file.read_text("utf-8")
    for file in FILES
}
TREES = {module: ast.parse(text) for module, text in SOURCES.items()}
STATEMENT = re.compile(
    r"\s*(select\s+\S+|insert\s+(or\s+\w+\s+)?into\s|update\s+(or\s+\w+\s+)?\w+\s+set\s"
    r"|delete\s+from\s|with\s+(recursive\s+)?\w+(\s*\([\w\s,]*\))?\s+as\s*\("
    r"|(create|drop|alter)\s+(unique\s+|temp\w*\s+|virtual\s+)?(table|index|view)\s"
    r"|pragma\s+\w|attach\s+(database\s+)?[?:'])",
    re.IGNORECASE,
)
SQL_PLACES = ("srs.store.", "export.anki.", "export.programs.", "export.database_file")


def imports(module: str) -> Iterator[tuple[str, ast.stmt]]:
    """List the modules of ours that a module imports, and where."""
    for node in ast.walk(TREES[module]):
        match node:
            case ast.Import(names=names):
                targets = [alias.name for alias in names]
            case ast.ImportFrom(module=str(source), names=names):
                targets = [f"{source}.{alias.name}" for alias in names] + [source]
            case _:
                continue
        yield from ((target, node) for target in targets if target in TREES)


def texts(tree: ast.Module) -> Iterator[ast.Constant]:
    """List the string literals that are not docstrings."""
    docs = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str()) if id(node) not in docs:
                yield node


def public_names(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                names = [name]
            case ast.ClassDef(name=name):
                names = [name]
            case ast.AnnAssign(target=ast.Name(id=name)):
                names = [name]
            case ast.Assign(targets=targets):
                names = [item.id for item in targets if isinstance(item, ast.Name)]
            case _:
                names = []
        yield from (name for name in names if not name.startswith("_"))


def test_no_two_files_import_each_other() -> None:
    graph = {module: {target for target, _ in imports(module)} for module in TREES}

    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


def test_own_modules_are_imported_at_the_top() -> None:
    """A local import needs a `noqa: PLC0415` with its reason."""
    found: list[str] = []
    for module, tree in TREES.items():
        lines = SOURCES[module].splitlines()
        local = {
            node
            for function in ast.walk(tree)
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
            for node in ast.walk(function)
        }
        for target, node in imports(module):
            has_reason = re.search(r"# noqa: PLC0415 - \w+", lines[node.lineno - 1])
            if node in local and not has_reason:
                found.append(f"{module}:{node.lineno} {target}")

    assert found == []


def test_no_file_has_more_than_400_lines() -> None:
    assert {m: n for m, t in SOURCES.items() if (n := len(t.splitlines())) > 400} == {}


def test_packages_have_only_a_docstring_in_init() -> None:
    for package in PACKAGES:
        for file in (ROOT / package).rglob("__init__.py"):
            assert len(ast.parse(file.read_text("utf-8")).body) <= 1, file


def test_sql_is_only_where_databases_are() -> None:
    found = [
        f"{module}:{text.lineno} {str(text.value).strip()[:40]}"
        for module, tree in TREES.items()
        for text in texts(tree)
        if STATEMENT.match(str(text.value)) and not module.startswith(SQL_PLACES)
    ]

    assert found == []


def test_a_public_name_is_defined_in_one_module() -> None:
    """Functions of `flash.cli.commands` are named after what the user types."""
    modules: dict[str, list[str]] = defaultdict(list)
    for module, tree in TREES.items():
        if not module.startswith("flash.cli.commands."):
            for name in set(public_names(tree)):
                modules[name].append(module)

    assert {n: m for n, m in modules.items() if len(m) > 1} == {}


def test_test_names_are_short_and_files_are_unique() -> None:
    files = sorted((ROOT / "tests").rglob("test_*.py"))
    names = [
        node.name
        for file in files
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]

    assert [name for name in names if len(name) > 60] == []
    assert len({file.name for file in files}) == len(files)


def test_nothing_imports_the_benchmarks() -> None:
    modules = {file.stem for file in (ROOT / "bench").glob("*.py")}
    for file in (ROOT / "tests").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            match node:
                case ast.Import(names=names):
                    used = {alias.name.split(".")[0] for alias in names}
                case ast.ImportFrom(module=str(source)):
                    used = {source.split(".")[0]}
                case _:
                    continue
            assert not used & (modules | {"bench"}), file


def assigned(node: ast.AST) -> Iterator[ast.expr]:
    """List the names that are assigned, without those that a comprehension has."""
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.Name(ctx=ast.Store()):
                yield child
            case ast.comprehension(iter=source, ifs=conditions):
                for one in (source, *conditions):
                    yield from assigned(one)
            case _:
                yield from assigned(child)


def test_nothing_is_assigned_to_the_name_that_translates() -> None:
    found = [
        f"{module}:{name.lineno}"
        for module, tree in TREES.items()
        for name in assigned(tree)
        if isinstance(name, ast.Name) and name.id == "_"
        if re.search(
            r"^from cards\.translate import .*\b_\b", SOURCES[module], re.MULTILINE
        )
    ]

    assert found == []
