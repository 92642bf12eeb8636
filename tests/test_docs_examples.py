"""Examples in the README and the docs work as shown, and paths exist."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cards.deckfile.exam_file import read_exam_file
from cards.deckfile.reader import parse_deck
from flash.service.carriers import key_file
from flash.service.phone_account import HubPlace
from srs.models.query import parse_query
from srs.store.backups import folder_of as backup_folder
from srs.store.note_media import media_folder

ROOT = Path(__file__).parent.parent
READMES = [ROOT / "README.md", ROOT / "README.ja.md"]
PAGES = [*READMES, *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(\w+)(?: title=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path) -> list[tuple[str, str, str]]:
    return BLOCK.findall(page.read_text("utf-8"))


def shell(command: str, folder: Path, language: str = "") -> str:
    """Run a shell command in a fresh home folder."""
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "FLASH_LANG": language,
        "TZ": "UTC",
        "FLASH_NOW": "2026-11-23T09:00:00+00:00",
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "80",
    }
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout


def commands(text: str) -> list[tuple[str, str]]:
    """Split a console block into commands and their output."""
    parts = re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]
    return [(part.partition("\n")[0], part.partition("\n")[2]) for part in parts]


@pytest.mark.skipif(sys.platform != "linux", reason="the examples use GNU sed")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_console_examples_print_the_documented_output(
    page: Path, translations: None, tmp_path: Path
) -> None:
    language = page.stem.partition(".")[2]
    for kind, title, text in blocks(page):
        if title:
            (tmp_path / title).write_text(text, "utf-8")
        if kind != "console":
            continue
        for command, expected in commands(text):
            assert (command, shell(command, tmp_path, language)) == (
                command,
                expected,
            )


def yaml_examples(page: Path) -> list[tuple[str, str]]:
    """Return title and text of the YAML blocks that flash reads."""
    return [
        (title, text)
        for kind, title, text in blocks(page)
        if kind == "yaml" and not text.startswith(("repos:", "name:"))
    ]


def test_the_readmes_and_the_format_have_yaml_examples() -> None:
    found = {page.name for page in PAGES if yaml_examples(page)}

    assert found >= {"README.md", "README.ja.md", "format.md"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_yaml_examples_are_valid(page: Path, tmp_path: Path) -> None:
    for title, text in yaml_examples(page):
        if title == "exam.yaml":
            (tmp_path / title).write_text(text, encoding="utf-8")
            assert read_exam_file(tmp_path / title).blueprint.domains
            continue
        if not re.search(r"^cards:", text, re.MULTILINE):
            text = "deck: Example\ncards:\n" + text
        deck = parse_deck(text, tmp_path / (title or "example.yaml"))
        assert deck.notes


def test_the_readme_has_one_line_to_install_and_one_to_test() -> None:
    lines = [text for kind, _, text in blocks(ROOT / "README.md") if kind == "sh"]

    start = "python3 -m venv .venv && . .venv/bin/activate && pip install "
    assert [line.removeprefix(start) for line in lines] == [
        ". && flash review\n",
        "-e '.[dev]' && python -m pytest -n auto -m \"not slow\"\n",
    ]


def test_the_japanese_readme_has_the_same_commands() -> None:
    def parts(page: Path) -> tuple[list[str], list[str], list[str]]:
        text = page.read_text("utf-8")
        tables = re.findall(r"^\|.*", text, re.MULTILINE)
        consoles = [text for kind, _, text in blocks(page) if kind == "console"]
        return (
            re.findall("`(flash [^`]+)`", "\n".join(tables)),
            [line.split()[0] for text in consoles for line, _ in commands(text)],
            sorted(re.findall(r"\]\((?!README)([\w./-]+\.md)\)", text)),
        )

    english, japanese = map(parts, READMES)

    assert [text for kind, _, text in blocks(READMES[1]) if kind == "sh"] == [
        text for kind, _, text in blocks(READMES[0]) if kind == "sh"
    ]
    assert japanese == english


def test_paths_in_the_docs_exist() -> None:
    pages = [*PAGES, ROOT / "bench" / "README.md"]
    path = re.compile(
        r"`((?:cards|srs|export|flash|tests|docs|bench|\.github)/[^`\s]*)`"
    )

    missing = [
        f"{page.name}: {found}"
        for page in pages
        for found in path.findall(page.read_text("utf-8"))
        if not (ROOT / found).exists()
    ]
    assert missing == []


def test_searches_of_anki_that_are_the_same_are_queries() -> None:
    text = (ROOT / "docs" / "anki.md").read_text("utf-8")
    rows = re.findall(r"^\| (`.*`) \| the same", text, re.MULTILINE)
    searches = [one for row in rows for one in re.findall("`([^`]+)`", row)]

    assert len(searches) > 20
    for search in searches:
        parse_query(search.replace("…", "a"))


def test_the_page_on_files_names_what_lies_beside_the_store() -> None:
    text = (ROOT / "docs" / "files.md").read_text("utf-8")
    store = Path("/data/flash.db")
    beside = [
        media_folder(store),
        backup_folder(store),
        key_file(store),
        HubPlace(store).folder,
    ]

    assert [path.name for path in beside if f"`{path.name}`" not in text] == []
