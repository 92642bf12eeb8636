"""A vault that has another name on a second device is the same deck."""

from collections.abc import Callable
from pathlib import Path

import pytest
from command_runner import Run

Device = Callable[..., tuple[int, str, str]]
TEXT = "---\nflash: true\n---\nQ: v1\nA: a1\n\nQ: v2\nA: a2\n"


@pytest.fixture
def first(flash: Run) -> Device:
    return lambda *words, **more: flash("--db", "first.db", *words, **more)


@pytest.fixture
def second(flash: Run) -> Device:
    return lambda *words, **more: flash("--db", "second.db", *words, **more)


@pytest.fixture(autouse=True)
def both(flash: Run, first: Device, second: Device) -> None:
    """Notes that the first device added; the second one has them as `Wissen`."""
    for vault in (Path("Notes"), Path("Wissen")):
        (vault / ".obsidian").mkdir(parents=True)
        (vault / "area").mkdir()
        (vault / "area" / "n.md").write_text(TEXT, "utf-8")
    Path("log").mkdir()
    first("add", "Notes")
    for device in (first, second):
        assert device("sync", "log", "--yes")[0] == 0


def sync(*devices: Device) -> None:
    for device in (*devices, *devices):
        assert device("sync")[0] == 0


def decks(flash: Run) -> list[dict[str, str]]:
    """Return deck by question, in both stores."""
    return [
        {
            card["question"]: card["deck"]
            for card in flash.json("list", "--db", f"{name}.db")
        }
        for name in ("first", "second")
    ]


def write(old: str, new: str, *vaults: str) -> None:
    for vault in vaults:
        file = Path(vault, "area", "n.md")
        file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")


def test_the_deck_keeps_the_name_of_the_first_device(
    flash: Run, first: Device, second: Device
) -> None:
    first("review", "--plain", typed="\n3\nq\n")
    sync(first, second)
    for _ in range(2):
        code, out, err = second("add", "Wissen")
        assert (code, err) == (0, ""), out
        sync(first, second)
        assert first("add", "Notes") == (0, "2 unchanged; 2 cards\n", "")

    assert decks(flash) == [{"v1": "Notes::area", "v2": "Notes::area"}] * 2
    assert sorted(
        card["state"] for card in flash.json("list", "--db", "second.db")
    ) == (sorted(card["state"] for card in flash.json("list", "--db", "first.db")))


@pytest.mark.parametrize(
    ("editor", "vault"), [("first", "Notes"), ("second", "Wissen")]
)
def test_an_edit_and_a_new_note_are_in_the_same_deck(
    flash: Run, first: Device, second: Device, editor: str, vault: str
) -> None:
    second("add", "Wissen")
    device, other = (first, second) if editor == "first" else (second, first)
    write("a1", "b1", "Notes", "Wissen")
    write("Q: v2", "Q: v3\nA: a3\n\nQ: v2", "Notes", "Wissen")

    added = device("add", vault)[1]
    assert added.endswith("\n1 new, 1 changed, 1 unchanged; 3 cards\n")
    sync(device, other)
    for one, folder in ((first, "Notes"), (second, "Wissen"), (first, "Notes")):
        code, out, err = one("add", folder)
        assert (code, err) == (0, ""), out
        sync(first, second)

    assert decks(flash) == [dict.fromkeys(("v1", "v2", "v3"), "Notes::area")] * 2


def test_a_deck_that_the_note_names_is_taken(
    flash: Run, first: Device, second: Device
) -> None:
    second("add", "Wissen")
    write("flash: true", "deck: Own", "Wissen")

    assert second("add", "Wissen")[0] == 0
    sync(second, first)

    assert decks(flash) == [{"v1": "Own", "v2": "Own"}] * 2


def test_a_later_name_on_the_first_device_is_taken(
    flash: Run, first: Device, second: Device
) -> None:
    second("add", "Wissen")
    Path("Notes").rename("Notizen")
    assert first("add", "Notizen")[0] == 0
    sync(first, second)

    assert second("add", "Wissen") == (0, "2 unchanged; 2 cards\n", "")
    sync(second, first)

    assert decks(flash) == [{"v1": "Notizen::area", "v2": "Notizen::area"}] * 2


def test_a_card_is_edited_in_a_file_of_another_root(
    second: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    second("add", "Wissen")
    Path("editor.py").write_text(
        "import pathlib, sys\n"
        "p = pathlib.Path(sys.argv[1])\n"
        "p.write_text(p.read_text('utf-8').replace('a1', 'b1'), 'utf-8')\n"
    )
    monkeypatch.setenv("VISUAL", f"python {Path('editor.py').absolute()}")

    assert second("edit", "v1")[0] == 0

    assert "b1" in Path("Wissen/area/n.md").read_text("utf-8")
    assert second("add", "Wissen") == (0, "2 unchanged; 2 cards\n", "")
