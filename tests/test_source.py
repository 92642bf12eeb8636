"""Calls and modules that the source must not use."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("cards", "srs", "export", "flash")
FORBIDDEN_CALLS = {
    "eval", "exec", "compile", "__import__", "os.system", "os.popen", "os.execvp",
    "yaml.load", "yaml.unsafe_load", "yaml.full_load", "subprocess.getoutput",
    "subprocess.getstatusoutput", "tempfile.mktemp", "zipfile.ZipFile.extractall",
}  # fmt: skip
FORBIDDEN_MODULES = {"pickle", "marshal", "shelve", "dill", "code", "pty"}


@cache
def nodes() -> list[tuple[str, ast.AST]]:
    return [
        (str(file.relative_to(ROOT)), node)
        for folder in PACKAGES
        for file in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
    ]


def name_of(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=name):
            return f"{name_of(value)}.{name}"
        case _:
            return ""


def test_no_text_is_evaluated_and_nothing_is_unpickled() -> None:
    found: list[str] = []
    for file, node in nodes():
        match node:
            case ast.Call(func=function) if name_of(function) in FORBIDDEN_CALLS:
                found.append(f"{file}:{node.lineno} {name_of(function)}")
            case ast.Call(func=ast.Attribute(attr="extractall" | "extract")):
                found.append(f"{file}:{node.lineno} extracts files by name")
            case ast.Import(names=names):
                modules = {alias.name.split(".")[0] for alias in names}
                if modules & FORBIDDEN_MODULES:
                    found.append(f"{file}:{node.lineno} {modules}")
            case ast.ImportFrom(module=str(module)):
                if module.split(".")[0] in FORBIDDEN_MODULES:
                    found.append(f"{file}:{node.lineno} {module}")
            case _:
                pass

    assert found == []


def test_no_program_is_started_through_a_shell() -> None:
    found: list[str] = []
    started: list[str] = []
    for file, node in nodes():
        if not isinstance(node, ast.Call):
            continue
        if any(keyword.arg == "shell" for keyword in node.keywords):
            found.append(f"{file}:{node.lineno}")
        if name_of(node.func).startswith("subprocess."):
            started.append(file)

    assert found == []
    assert set(started) == {
        "export/anki/phone/hub.py",  # Anki, as a process of its own
        "flash/service/auto_sync.py",  # flash sync
        "flash/service/editor.py",  # the user's editor
        "flash/service/git_log.py",
        "flash/service/note_media.py",  # for pictures and sounds
        "flash/service/stamping.py",  # git status
    }


def test_nothing_but_one_process_imports_anki() -> None:
    found = [
        path.name
        for package in ("cards", "srs", "export", "flash")
        for path in (ROOT / package).rglob("*.py")
        if any(
            line.split()[:2][1:] and line.split()[1].split(".")[0] == "anki"
            for line in path.read_text("utf-8").splitlines()
            if line.strip().startswith(("import ", "from "))
        )
    ]
    assert found == ["anki_process.py"]


def test_labels_of_progress_are_translated() -> None:
    """A literal argument is not looked up in the catalogue."""
    literal = [
        f"{file}:{node.lineno}"
        for file, node in nodes()
        if isinstance(node, ast.Call)
        and name_of(node.func) in ("progress_bar", "working")
        and any(isinstance(label, ast.Constant | ast.JoinedStr) for label in node.args)
    ]

    assert literal == []
