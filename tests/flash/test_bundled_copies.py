"""A bundled deck is copied, edited, and merged with the next version of flash."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_runner import Run

from cards.deckfile import discovery
from cards.deckfile.discovery import is_installed

Install = Callable[..., Path]
"""Install a version of flash whose bundled deck has some `id: answer` cards."""
COPY = Path("store.db.decks/stars/en/d.yaml")


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    decks = tmp_path / "site-packages" / "cards" / "decks"

    def write(*cards: str, language: str = "en") -> Path:
        file = decks / "stars" / language / "d.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        head = f"deck: Stars\nlanguage: {language}\nsource: X\ncards:\n"
        file.write_text(head + "\n".join(map(card, cards)), "utf-8")
        return file

    monkeypatch.setattr(discovery, "_BUNDLED", decks)
    return write


def card(text: str) -> str:
    name, _, back = text.partition(": ")
    return f"  - id: {name}\n    front: What is {name}?\n    back: {back}\n"


def edit(old: str, new: str) -> None:
    COPY.write_text(COPY.read_text("utf-8").replace(old, new), "utf-8")


def answers(flash: Run) -> dict[str, str]:
    return {one["question"][8:-1]: one["answer"] for one in flash.json("list")}


def state(folder: Path) -> dict[Path, Any]:
    """Return the files of a folder with their contents and times of change."""
    return {
        path: (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_bundled_deck_is_copied_beside_the_store(
    flash: Run, install: Install
) -> None:
    shipped = install("a: 1", "b: 1")

    code, _, err = flash("add", "stars")

    folder = Path.cwd() / COPY.parent
    assert (code, err) == (0, f"Copied to {folder}; edit it there.\n")
    assert COPY.read_bytes() == shipped.read_bytes()
    assert {one["file"] for one in flash.json("list")} == {str(Path.cwd() / COPY)}
    assert (COPY.parents[2] / "deck.schema.json").is_file()


def test_adding_again_without_a_new_version_changes_nothing(
    flash: Run, install: Install, tmp_path: Path
) -> None:
    install("a: 1", "b: 1")
    flash("add", "stars")
    edit("back: 1", "back: mine")
    flash("add", "stars")
    before = state(tmp_path / "store.db.decks")

    again = flash("add", "stars")

    assert again == (0, "2 unchanged; 2 cards\n", "")
    assert state(tmp_path / "store.db.decks") == before


def test_a_new_version_is_merged_with_edits_and_history(
    flash: Run, install: Install
) -> None:
    install("a: 1", "b: 1", "c: 1", "d: 1")
    flash("add", "stars")
    flash("review", "--plain", typed="\n4\nq\n")
    edit(card("b: 1"), card("b: mine"))
    edit(card("c: 1"), card("c: mine"))

    install("a: 2", "b: 1", "c: 2", "new: 1")
    code, out, err = flash("add", "stars")

    assert code == 0
    assert out.endswith("1 new, 3 changed, 1 retired; 4 cards, 1 retired\n")
    assert err == "Your edit was kept; the new version differs: What is c?\n"
    assert answers(flash) == {"a": "2", "b": "mine", "c": "mine", "new": "1"}
    assert [one["reps"] for one in flash.json("list")] == [1, 0, 0, 0]
    assert flash("add", "stars") == (0, "4 unchanged; 4 cards\n", "")


def test_a_dry_run_tells_what_an_upgrade_changes(
    flash: Run, install: Install, tmp_path: Path
) -> None:
    install("a: 1", "b: 1")
    flash("add", "stars")
    edit(card("a: 1"), card("a: mine"))
    install("b: 2")
    before = state(tmp_path / "store.db.decks")

    found = flash.json("add", "stars", "--dry-run")

    assert found["kept"] == [
        {"file": "d.yaml", "question": "What is a?", "difference": "removed"}
    ]
    assert found["copies"] == [str(tmp_path / COPY.parent)]
    assert (found["changed"], found["retired"], found["dry_run"]) == (2, 0, True)
    assert state(tmp_path / "store.db.decks") == before
    assert answers(flash) == {"a": "1", "b": "1"}


def test_an_answered_card_that_was_removed_is_asked_for(
    flash: Run, install: Install, tmp_path: Path
) -> None:
    install("a: 1", "b: 1")
    flash("add", "stars")
    flash("review", "--plain", typed="\n4\nq\n")
    install("b: 2")
    before = state(tmp_path / "store.db.decks")

    refused = flash("add", "stars")

    assert refused[0] == 1
    assert "would retire 1 of 2 cards of 'Stars', 1 of them with answers" in refused[2]
    assert state(tmp_path / "store.db.decks") == before
    assert flash("add", "stars", "--yes")[0] == 0
    assert answers(flash) == {"b": "2"}


def test_cards_of_an_installation_move_to_the_copy(
    flash: Run, install: Install
) -> None:
    old = install("a: 1", "b: 1", "c: 1")
    flash("add", str(old.parent))
    flash("review", "--plain", typed="\n4\nq\n")

    install("a: 2", "b: 1")
    code, out, _ = flash("add", "stars")

    assert (code, out.splitlines()[-1]) == (
        0,
        "1 changed, 1 moved, 1 retired; 2 cards, 1 retired",
    )
    found = flash.json("list")
    assert [(one["file"], one["reps"]) for one in found] == [
        (str(Path.cwd() / COPY), 1),
        (str(Path.cwd() / COPY), 0),
    ]


def test_cards_of_an_installation_keep_their_language(
    flash: Run, install: Install
) -> None:
    install("a: 1")
    old = install("a: 1", language="ja")
    flash("add", str(old.parent))

    code, out, _ = flash("add", "stars")

    assert (code, out.splitlines()[-1]) == (0, "1 moved; 1 card")
    assert {one["file"] for one in flash.json("list")} == {
        str(Path.cwd() / "store.db.decks/stars/ja/d.yaml")
    }


def test_a_card_of_a_removed_installation_can_be_copied(
    flash: Run, install: Install
) -> None:
    old = install("a: 1")
    flash("add", str(old.parent))
    old.unlink()

    code, _, err = flash("edit", "a")

    assert code == 1
    assert "flash add aws-security makes a copy to edit" in err


def test_check_and_stale_read_the_copy(flash: Run, install: Install) -> None:
    install("a: 1")
    before = flash("check", "stars")
    flash("add", "stars")
    edit("    back: 1", "    bakc: 1")

    broken = flash("check", "stars")
    edit("    bakc: 1", "    back: 1\n    recheck: 2020-01-01")

    assert before == (0, "1 file, 1 note, no mistakes\n", "")
    assert broken[0] == 1
    assert broken[2].startswith(f"{Path.cwd() / COPY}:7:5: unknown key 'bakc'")
    assert [one["file"] for one in flash.json("stale", "stars")] == [
        str(Path.cwd() / COPY)
    ]


def test_a_mistake_in_the_copy_stops_an_upgrade(flash: Run, install: Install) -> None:
    install("a: 1")
    flash("add", "stars")
    edit("back: 1", "bakc: 1")
    install("a: 2")

    code, _, err = flash("add", "stars")

    assert code == 1
    assert err.startswith(f"{Path.cwd() / COPY}:7:5: unknown key 'bakc'")
    assert answers(flash) == {"a": "1"}


def test_a_review_asks_the_edited_copy(flash: Run, install: Install) -> None:
    install("a: 1")
    flash("add", "stars")
    edit("What is a", "What is mine")

    _, out, _ = flash("review", "--plain", typed="q\n")

    assert "What is mine?" in out


def test_an_undone_upgrade_can_be_added_again(flash: Run, install: Install) -> None:
    install("a: 1", "b: 1")
    flash("add", "stars")
    install("a: 2", "b: 1")
    flash("add", "stars")

    flash("undo")
    undone = answers(flash)
    flash("add", "stars")

    assert undone == {"a": "1", "b": "1"}
    assert answers(flash) == {"a": "2", "b": "1"}


def test_an_upgrade_keeps_the_language_of_the_copy(
    flash: Run, install: Install
) -> None:
    install("a: 1")
    install("a: ja 1", language="ja")
    flash("add", "stars", "--lang", "ja")
    install("a: ja 2", language="ja")

    flash("add", "stars")

    assert answers(flash) == {"a": "ja 2"}


def test_a_copy_that_was_deleted_is_made_again(flash: Run, install: Install) -> None:
    install("a: 1")
    flash("add", "stars")
    COPY.unlink()

    flash("add", "stars")

    assert COPY.is_file()
    assert answers(flash) == {"a": "1"}


def test_another_file_in_the_way_is_not_overwritten(
    flash: Run, install: Install
) -> None:
    install("a: 1")
    COPY.parent.mkdir(parents=True)
    COPY.write_text("name: x\n", "utf-8")

    code, _, err = flash("add", "stars")

    assert code == 1
    assert f"'{Path.cwd() / COPY}' was edited just now, or is not a deck" in err
    assert COPY.read_text("utf-8") == "name: x\n"
    assert flash.json("list") == []


def test_a_folder_that_cannot_be_made_is_reported(flash: Run, install: Install) -> None:
    install("a: 1")
    Path("store.db.decks").symlink_to("nowhere")

    code, out, err = flash("add", "stars")

    assert (code, out) == (1, "")
    assert err.startswith(f"flash: {Path.cwd() / COPY.parent}: ")
    assert flash.json("list") == []


def test_files_of_an_installation_are_not_edited(
    install: Install, tmp_path: Path
) -> None:
    file = install("a: 1")

    installed = is_installed(str(file))
    (tmp_path / "site-packages" / "pyproject.toml").touch()

    assert installed
    assert not is_installed(str(file)), "a clone"
    assert not is_installed("/home/me/decks/d.yaml")


def test_adding_again_keeps_the_language_in_use(flash: Run, install: Install) -> None:
    install("a: 1")
    install("a: 1", language="ja")
    flash("add", "stars")
    flash("add", "stars", "--lang", "ja")

    again = flash("add", "stars")

    assert again == (0, "1 unchanged; 1 card\n", "")


def test_all_copies_are_checked(flash: Run, install: Install) -> None:
    install("a: 1")
    install("a: 1", language="ja")
    flash("add", "stars")
    flash("add", "stars", "--lang", "ja")
    edit("back", "bakc")

    assert "unknown key 'bakc'" in flash("check", "stars")[2]


def test_tags_that_another_language_lacks_are_named(
    flash: Run, install: Install
) -> None:
    install("a: 1", "b: 1")
    install("a: 1", "b: 1", language="ja")
    flash("add", "stars")
    flash("tag", "add", "weak", "a", "--write", "--yes")

    err = flash("add", "stars", "--lang", "ja")[2]

    assert "only the other language has the tags: weak (1 note)\n" in err


@pytest.mark.parametrize("language", ["xx", "fr-FR", "jp"])
def test_a_language_that_the_deck_lacks_is_refused(
    flash: Run, install: Install, language: str
) -> None:
    install("sun: 8")
    install("sun: 8", language="ja")

    assert flash("add", "stars", "--lang", language) == (
        1,
        "",
        f"flash: 'stars' is not in the language '{language}' (choose one of: en, ja)\n",
    )
    assert flash.json("list") == []


@pytest.mark.parametrize("language", ["ja", "ja-JP", "JA_jp"])
def test_a_language_may_name_a_country(
    flash: Run, install: Install, language: str
) -> None:
    install("sun: 8")
    install("sun: 8", language="ja")

    assert flash("add", "stars", "--lang", language)[0] == 0
