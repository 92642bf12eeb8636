"""Untrusted text is never executed: not by terminal, shell or browser."""

import io
import json
import re
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from command_runner import Run
from foreign_packages import package
from store_fixtures import NOON, add, give
from terminal_review import ReviewSetup

from cards.note import Basic, Change, Choice, Note, Source
from flash import terminal
from flash.__main__ import main
from flash.cli.plain_review import run_plain
from flash.messages.cards import source_url
from flash.service.editor import editor_command
from flash.tui.page import layout
from flash.tui.view_model import ReviewViewModel
from srs.models.cards import Rating
from srs.store.connection import Store
from srs.store.opening import open_store
from srs.store.settings import save_options
from srs.study.session import Session

# Window title, colour, clipboard, C1 introducer, bell, carriage return, backspace,
# bidirectional override, zero-width space.
HOSTILE = "\x1b]0;owned\x07\x1b[31m\x1b]52;c;cm0=\x07\x9b2J\x07a\rb\x08\x7f\u202egpj.\u2066\u200b"
RAW = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2066-\u2069]")
OWN = re.compile(r"\x1b\[[012]m")
"""Styles that a command itself sets."""


def notes() -> list[Note]:
    hostile = Basic(f"q {HOSTILE}", f"a {HOSTILE}")
    more = {
        "extra": HOSTILE,
        "tags": (f"t{HOSTILE.replace(' ', '')}",),
        "sources": (Source(f"s{HOSTILE}", f"https://example.org/{HOSTILE}"),),
        "changed": Change(f"was {HOSTILE}", "2020"),
        "checked": "2001-01-01",
        "file": f"/nowhere/{HOSTILE.replace('/', '')}.yaml",
        "language": "en",
    }
    choice = Choice(
        f"c {HOSTILE}", (f"one {HOSTILE}", f"two {HOSTILE}"), f"two {HOSTILE}"
    )
    deck = f"D{HOSTILE}::E{HOSTILE}"
    return [Note(hostile, deck, id=f"i{HOSTILE}", **more), Note(choice, deck, **more)]


def hostile_store(path: Path) -> Store:
    store = open_store(path, NOON)
    add(store, notes(), NOON - 86_400_000, notes()[0].file)
    save_options(store, f"D{HOSTILE}", {"new_per_day": 9})
    card = store.row("select min(id) from cards")[0]
    give(store, card, Rating.GOOD, NOON - 1000)
    return store


@pytest.fixture
def output_of(
    flash: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., str]:
    """Return all output of a command on a store full of hostile text."""
    monkeypatch.setenv("FLASH_NOW", "2026-11-23T12:00:00+00:00")
    hostile_store(tmp_path / "store.db").close()
    return lambda *words: "".join(flash(*words)[1:])


FIRST = str(NOON - 86_400_000)
COMMANDS = {
    "list": ("list", "--retired"),
    "show": ("show", FIRST),
    "decks": ("decks",),
    "stats": ("stats",),
    "stale": ("stale",),
    "config": ("config", "--deck", f"D{HOSTILE}"),
    "optimize": ("optimize", f"D{HOSTILE}"),
    "reschedule": ("reschedule", f"D{HOSTILE}"),
    "backup": ("backup", f"b{HOSTILE.replace('/', '')}.db"),
    "export": ("export", f"e{HOSTILE.replace('/', '')}.csv"),
    "no such deck": ("review", f"D{HOSTILE}x"),
    "no such card": ("show", HOSTILE),
    "no such file": ("check", HOSTILE),
    "wrong usage": ("export", HOSTILE),
    "no such option": ("list", f"--{HOSTILE}"),
    "no such command": (HOSTILE,),
    "a mistake": ("check", "bad.yaml"),
    "a mistake for GitHub": ("check", "bad.yaml", "--format", "github"),
    "add": ("add", "good.yaml", "--dry-run"),
    "import": ("import", "hostile.apkg"),
    "undo": ("undo", "9"),
}


@pytest.mark.parametrize("colour", [False, True], ids=["plain", "colour"])
@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_no_command_prints_a_control_character(
    output_of: Callable[..., str],
    words: tuple[str, ...],
    colour: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(terminal, "has_colour", lambda: colour)
    escaped = HOSTILE.replace("\\", "\\\\").encode("unicode_escape").decode()
    Path("bad.yaml").write_text(
        f'deck: D\ncards:\n  - fr\u202eont: "{escaped}"\n', "utf-8"
    )
    Path("good.yaml").write_text(
        "deck: D\u202eE\ncards:\n  - front: a\u202eb\u200bc\n    back: d\n", "utf-8"
    )
    script = "update notes set flds = 'q' || char(27, 93, 48, 59, 7, 155, 0x202e) || char(31) || 'a'"
    package(Path("hostile.apkg"), script)

    said = output_of(*words)

    assert said
    assert RAW.findall(OWN.sub("", said) if colour else said) == []


@pytest.mark.parametrize("words", [("list",), ("show", FIRST), ("decks",), ("stale",)])
def test_json_escapes_control_characters(
    output_of: Callable[..., str], words: tuple[str, ...]
) -> None:
    said = output_of(*words, "--json")

    assert RAW.findall(said) == []
    assert any(HOSTILE in text for text in strings(json.loads(said)))


def strings(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for one in value:
                yield from strings(one)
        case dict():
            for one in value.values():
                yield from strings(one)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    session = Session(hostile_store(tmp_path / "store.db"), lambda: NOON)
    yield session
    session.close()


def test_no_page_of_a_review_has_a_control_character(session: Session) -> None:
    review = ReviewViewModel(session, [HOSTILE])
    for key in ("i", " ", "space", "i", " ", "3", "space", "?", " ", "s", "u", "q"):
        review.press(key)
        page = layout(review.view, 80, 40)
        shown = "\n".join("".join(span.text for span in line) for line in page.lines)
        assert RAW.findall(shown) == []


def test_no_line_of_a_plain_review_has_a_control_character(session: Session) -> None:
    stdout = io.StringIO()

    run_plain(
        session, io.StringIO(f"i\n{HOSTILE}\n\n3\n\ni\ns\nu\n?\nq\n"), stdout, [HOSTILE]
    )

    assert RAW.findall(stdout.getvalue()) == []


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "file:///etc/passwd", "ssh://-oProxyCommand=id", "data:,x"]
    + ["vscode://x", "https:/\x1b/x", "http", "-P", "smb://x", "\thttps://x.org"],
)
def test_only_web_pages_are_opened(url: str) -> None:
    assert source_url(Note(Basic("a", "b"), "D", sources=(Source("t", url),))) == ""


@pytest.mark.parametrize(
    ("editor", "command"),
    [
        ("vim -u NONE", ["vim", "-u", "NONE", "+3", "FILE"]),
        (
            "'/opt/my editor/edit' --flag 'a b'",
            ["/opt/my editor/edit", "--flag", "a b", "FILE"],
        ),
        ("vi; rm -rf $HOME", ["vi;", "rm", "-rf", "$HOME", "FILE"]),
        ("$(id)", ["$(id)", "FILE"]),
    ],
)
def test_an_editor_gets_arguments_and_no_shell(editor: str, command: list[str]) -> None:
    file = "/decks/`id` $(id); 'x'.yaml"

    found = editor_command(file, 3, {"EDITOR": editor})

    assert found == [file if word == "FILE" else word for word in command]


def test_an_editor_command_runs_as_configured(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    script = tmp_path / "my editor"
    script.write_text(
        f"#!{sys.executable}\nimport sys\nopen({str(seen)!r}, 'w').write(repr(sys.argv[1:]))\n"
    )
    script.chmod(0o755)

    command = editor_command(
        "/d/$(touch x).yaml", 0, {"EDITOR": f"'{script}' --wait '; id'"}
    )
    assert command is not None
    subprocess.run(command, check=True)

    assert seen.read_text() == repr(["--wait", "; id", "/d/$(touch x).yaml"])


def test_store_files_are_private_to_their_owner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import foreign_packages

    path = tmp_path / "data" / "store.db"
    monkeypatch.setenv("FLASH_DB", str(path))
    monkeypatch.setenv("FLASH_NOW", "2026-11-23T12:00:00+00:00")
    made = foreign_packages.GENERATIONS["newest"](tmp_path)
    assert main(["import", str(made)]) == 0
    store = open_store(path, NOON)
    save_options(store, "", {"new_per_day": 9})

    modes = {
        str(one.relative_to(tmp_path)): stat.S_IMODE(one.stat().st_mode) & 0o077
        for one in [path.parent, *path.parent.rglob("*")]
    }
    store.close()

    inside = {name for name in modes if "store.db.media/" not in name}
    assert {name: modes[name] for name in inside if modes[name]} == {}
    assert {"data/store.db-wal", "data/store.db-shm", "data/store.db.media"} <= inside


def test_hostile_text_is_shown_as_codes(tmp_path: Path) -> None:
    setup = ReviewSetup(tmp_path)
    session = setup.session(
        "deck: D\ncards:\n  - front: a\u202eb\n    back: c\u200bd\n"
    )
    review = ReviewViewModel(session)
    review.press("space")
    page = layout(review.view, 80, 24)
    shown = ["".join(span.text for span in line).strip() for line in page.lines]
    setup.close()

    assert "a<U+202E>b" in shown
    assert "c<U+200B>d" in shown
