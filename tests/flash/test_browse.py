"""`flash browse`: find, mark and change cards on the full screen."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from command_runner import CELLS, Run, list_without_a_file
from store_fixtures import NOON, Clock
from textual.events import Key, Paste
from textual.pilot import Pilot

from cards.text.width import line_text, line_width, width_of
from export.files import ExportError
from flash.messages.browsing import browse_help, browse_keys
from flash.service import browsing
from flash.service.browsing import Browser
from flash.service.context import AppContext
from flash.tui.browse_app import BrowseApp, _view, browse_layout
from srs.store.connection import Store, StoreError
from srs.store.opening import open_store
from srs.store.removal import delete_notes


@pytest.fixture
def app(flash: Run) -> Iterator[BrowseApp]:
    wide = "  - {front: 東京とは何ですか。とても長い質問です, back: '| a | b |'}\n"
    Path("cells.yaml").write_text(CELLS + wide, "utf-8")
    flash("add", "cells.yaml")
    store = open_store(Path("store.db"), NOON)
    yield BrowseApp(Browser(AppContext(store, Clock())))
    store.close()


@pytest.fixture
def long_app(flash: Run) -> Iterator[BrowseApp]:
    """A card of forty lines, and a short one."""
    points = "\n".join(f"      - point {number}." for number in range(1, 41))
    Path("long.yaml").write_text(
        f"deck: Long\ncards:\n  - front: Which?\n    back: |\n{points}\n"
        "  - {front: Short?, back: Yes}\n",
        "utf-8",
    )
    flash("add", "long.yaml")
    with closing(open_store(Path("store.db"), NOON)) as store:
        yield BrowseApp(Browser(AppContext(store, Clock())))


def shown(app: BrowseApp) -> str:
    return "\n".join(line_text(line).rstrip() for line in app.widget.page.lines)


def text_of(file: str) -> str:
    return Path(file).read_text("utf-8")


def write(file: str, text: str) -> None:
    Path(file).write_text(text, "utf-8")


async def press(pilot: Pilot[None], *keys: str) -> str:
    await pilot.press(*keys)
    await pilot.pause()
    return shown(pilot.app)  # type: ignore[arg-type]


async def test_the_selected_card_is_shown_below_the_list(app: BrowseApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        first = await press(pilot)
        second = await press(pilot, "down")
        last = await press(pilot, "end")

    assert "1 of 6" in first
    assert "▸" in first
    assert "Mitochondrion" in first
    assert "Deoxyribonucleic acid" in second
    assert "6 of 6" in last


async def test_headings_stand_above_their_columns(app: BrowseApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "d", "4", "enter")
        lines = (await press(pilot)).splitlines()

    heading, row = lines[1], next(line for line in lines if "▸" in line)
    assert heading.split() == ["card", "state", "due", "question"]
    assert row.index("review") == heading.index("state")
    assert row.index("Which") == heading.index("question")


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("columns", range(20, 61, 5))
async def test_the_question_has_half_of_a_narrow_list(
    app: BrowseApp, columns: int, language: str, request: pytest.FixtureRequest
) -> None:
    if language == "ja":
        request.getfixturevalue("japanese")
    app.browser.change("due", "4")
    view = _view(app.browser)
    lines = map(line_text, browse_layout(view, columns, 24).lines)

    row = next(line for line in lines if "Which" in line)
    before = width_of(row[: row.index("Which")])
    assert columns - before >= min(columns // 2, 24)
    assert ("2026-" in row) == (columns >= 55)


@pytest.mark.slow
async def test_a_query_is_typed_and_its_mistakes_are_shown(app: BrowseApp) -> None:
    async with app.run_test(size=(120, 30)) as pilot:
        found = await press(pilot, "/", *"water", "enter")
        wrong = await press(pilot, "/", "ctrl+u", *"dekc:x", "enter")
        back = await press(pilot, "escape")
        none = await press(pilot, "/", "ctrl+u", *"is:leech", "enter")

    assert "1 of 2" in found
    assert "unknown key 'dekc:' (did you mean 'deck:'?)" in wrong
    assert "› dekc:x▏" in wrong
    assert "1 of 2" in back
    assert "No card matches." in none


@pytest.mark.slow
@pytest.mark.parametrize(
    ("keys", "message", "query"),
    [
        ("s", "Suspended 1 of 1 card.", "is:suspended"),
        ("b", "Buried 1 of 1 card.", "is:buried"),
        ("3", "Flagged 1 of 1 card.", "flag:3"),
        ("d4\n", "Set the due day of 1 of 1 card.", "prop:due=4"),
        ("x", "Removed the notes of 1 card.", "is:retired"),
    ],
)
async def test_a_key_changes_the_card_and_u_undoes_it(
    app: BrowseApp, keys: str, message: str, query: str
) -> None:
    named = ["enter" if key == "\n" else key for key in keys]
    async with app.run_test(size=(80, 24)) as pilot:
        assert message in await press(pilot, *named)
        assert "1 of 1" in await press(pilot, "/", "ctrl+u", *query, "enter")
        await press(pilot, "u")
        assert "No card matches." in shown(app)


async def test_a_removal_is_named_by_its_card(app: BrowseApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "x")
        one = await press(pilot, "u")
        await press(pilot, "home", "space", "space", "x")
        two = await press(pilot, "u")

    assert "'Which organelle makes most ATP?' is back: 1 card." in one
    assert "'Which organelle makes most ATP? …' is back: 3 cards." in two


def test_marks_of_cards_that_are_not_found_are_dropped(app: BrowseApp) -> None:
    browser = app.browser
    browser.marked = set(browser.cards[:2])

    browser.search("DNA")

    assert browser.marked <= set(browser.cards)
    browser.search("")
    assert len(browser.marked) < 2


async def test_marked_cards_are_changed_together(app: BrowseApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        marked = await press(pilot, "space", "space")
        done = await press(pilot, "s")
        again = await press(pilot, "s")
        none = await press(pilot, "escape", "o")

    assert "3 of 6 · 2 marked" in marked
    assert "Suspended 2 of 2 cards." in done
    assert "Unsuspended 2 of 2 cards." in again
    assert "marked" not in none
    assert "Sorted by due day." in none


async def test_wrong_days_can_be_corrected(app: BrowseApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        wrong = await press(pilot, "d", "x", "enter")
        right = await press(pilot, "backspace", "3", "enter")

    assert "can't read 'x' (write 3, 3-7 or 2027-01-10)" in wrong
    assert "Set the due day of 1 of 1 card." in right


@pytest.mark.parametrize("columns", [1, 20, 40, 80, 99, 100, 120, 200])
@pytest.mark.parametrize("rows", [1, 5, 12, 24, 60])
async def test_every_line_fits_the_terminal(
    app: BrowseApp, columns: int, rows: int
) -> None:
    page = browse_layout(app.widget.view, columns, rows)

    assert len(page.lines) == rows
    if columns >= 20:
        assert max(map(line_width, page.lines)) <= columns


@pytest.mark.parametrize("columns", [20, 40, 80, 120, 200])
async def test_every_line_fits_in_japanese(
    japanese: None, app: BrowseApp, columns: int
) -> None:
    lines = browse_layout(app.widget.view, columns, 24).lines

    assert max(map(line_width, lines)) <= columns
    assert "終了" in "".join(map(line_text, lines))


@pytest.mark.parametrize(
    ("key", "named"),
    [
        ("/", "Enter searches, Esc cancels"),
        ("t", "Enter changes the cards, Esc cancels"),
        ("d", "Enter changes the cards, Esc cancels"),
        ("m", "Enter changes the cards, Esc cancels"),
    ],
)
async def test_only_keys_that_work_are_named(
    app: BrowseApp, key: str, named: str
) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        before = await press(pilot)
        typing = await press(pilot, key)
        after = await press(pilot, "escape")

    assert typing.splitlines()[-1] == f" {named}"
    assert "suspend" not in typing
    assert after == before


@pytest.mark.parametrize("rows", range(6, 14))
@pytest.mark.parametrize("columns", [40, 80, 120])
async def test_a_low_terminal_shows_the_card_and_its_keys(
    app: BrowseApp, columns: int, rows: int
) -> None:
    lines = browse_layout(app.widget.view, columns, rows).lines

    assert line_text(lines[-1]).startswith(" / query")
    assert " q quit" in line_text(lines[-1])
    assert "".join(map(line_text, lines)).count("Which organelle makes") == 2


@pytest.mark.parametrize(("columns", "rows"), [(40, 14), (40, 24), (80, 14), (20, 15)])
async def test_the_keys_leave_room_and_name_the_help(
    app: BrowseApp, columns: int, rows: int
) -> None:
    lines = [*map(line_text, browse_layout(app.widget.view, columns, rows).lines)]
    foot = next(i for i, line in enumerate(lines) if line.startswith(" / query"))

    assert rows - foot <= max(3, rows // 5)
    assert "? help" in " ".join(lines[foot:])


@pytest.mark.parametrize("size", [(80, 24), (120, 24)])
@pytest.mark.parametrize("keys", [("J", "K"), ("shift+down", "shift+up")])
async def test_a_long_card_scrolls_to_its_end(
    long_app: BrowseApp, size: tuple[int, int], keys: tuple[str, str]
) -> None:
    async with long_app.run_test(size=size) as pilot:
        first = await press(pilot)
        last = await press(pilot, *[keys[0]] * 50)
        back = await press(pilot, keys[1])
        other = await press(pilot, "down")
        again = await press(pilot, "up")

    assert "point 40." not in first
    assert "↓ more" in first
    assert "point 40." in last
    assert "↑ more" in last
    assert "point 40." not in back
    assert "↑↓ more" in back
    assert "more" not in other
    assert again == first


def test_browse_needs_a_terminal(flash: Run) -> None:
    assert flash("browse") == (
        1,
        "",
        "flash: flash browse needs a terminal (flash list needs none)\n",
    )


@pytest.mark.parametrize(
    ("size", "keys"),
    [((80, 24), "t tag m move e edit x remove"), ((120, 30), "U redo")],
)
async def test_the_keys_are_named(
    app: BrowseApp, size: tuple[int, int], keys: str
) -> None:
    async with app.run_test(size=size) as pilot:
        assert keys in " ".join((await press(pilot)).split())


async def test_the_help_names_each_key_and_changes_nothing(app: BrowseApp) -> None:
    async with app.run_test(size=(80, 30)) as pilot:
        before = await press(pilot)
        helped = await press(pilot, "?")
        after = await press(pilot, "s")
        end = await press(pilot, "?", "end")
        await press(pilot, "q")

    assert all(f"{key}  {label}: " in helped for key, label in browse_keys())
    assert "any key  back" in helped
    assert after == before
    assert "q  quit: leave" in end
    assert app.return_code is None


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_the_help_needs_no_scrolling(
    app: BrowseApp, language: str, request: pytest.FixtureRequest
) -> None:
    if language == "ja":
        request.getfixturevalue("japanese")
    async with app.run_test(size=(80, 24)) as pilot:
        rows = (await press(pilot, "?")).splitlines()

    lines = browse_help()[1]
    assert [row.strip() for row in rows if row.strip() in lines] == lines
    assert not any(row.endswith(("more", "続き")) for row in rows)


async def test_a_long_help_scrolls(app: BrowseApp) -> None:
    async with app.run_test(size=(40, 15)) as pilot:
        start = await press(pilot, "?")
        end = await press(pilot, "end")

    assert "/  query" in start
    assert "/  query" not in end
    assert "q  quit: leave" in end


@pytest.mark.slow
async def test_t_adds_and_removes_tags_in_the_deck_file(app: BrowseApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        done = await press(pilot, "t", *"hard", "space", *"-cell", "enter")
        wrong = await press(pilot, "t", "enter")
        found = await press(pilot, "escape", "/", *"tag:hard", "enter")

    assert "Edited 1 deck file." in done
    assert "the tag is empty" in wrong
    assert "1 of 1" in found
    assert text_of("cells.yaml").count("hard") == 1


async def test_m_moves_cards_that_no_file_has(flash: Run, app: BrowseApp) -> None:
    write("table.csv", "front,back\nfour,many\n")
    flash("import", "table.csv", "--header")
    async with app.run_test(size=(100, 30)) as pilot:
        await press(pilot, "/", "enter", "space", "end", "space")
        done = await press(pilot, "m", *"Few", "enter")
        undone = await press(pilot, "u")
        wrong = await press(pilot, "m", "enter")

    assert "Moved 1 card to the new deck 'Few'." in done
    assert "move 1 card to a file of 'Few'" in " ".join(done.split())
    assert "Moved 1 card back from 'Few'." in undone
    assert "empty deck name" in wrong


async def test_several_tags_are_added_in_their_order(app: BrowseApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "t", *"keep", "enter")
        done = await press(pilot, "t", *"zz", "space", *"yy", "enter")

    assert "Edited 1 deck file." in done
    tags = [text_of("cells.yaml").index(tag) for tag in ("keep", "zz", "yy")]
    assert tags == sorted(tags)


async def test_undo_takes_a_tag_back_in_the_deck_files(
    flash: Run, app: BrowseApp
) -> None:
    write("more.yaml", "deck: M\ncards: [{front: Q, back: A}]\n")
    flash("add", "more.yaml")
    files = ("cells.yaml", "more.yaml")
    before = [*map(text_of, files)]

    async with app.run_test(size=(120, 30)) as pilot:
        await press(pilot, "/", "enter", *["space", "down"] * 4, *"ttag", "enter")
        tagged = [*map(text_of, files)]
        undone = await press(pilot, "u")
        assert [*map(text_of, files)] == before
        await press(pilot, "U")
        assert [*map(text_of, files)] == tagged
        await press(pilot, "u", "escape", *"tother", "enter")

    assert "Undid editing 2 files (" in undone
    assert "), on disk, too." in undone
    assert all("tag" in text for text in tagged)
    assert "other" in "".join(map(text_of, files))
    assert "tag]" not in "".join(map(text_of, files))


async def test_undo_leaves_a_file_that_was_edited_since(app: BrowseApp) -> None:
    async with app.run_test(size=(120, 24)) as pilot:
        await press(pilot, *"ttag", "enter")
        edited = text_of("cells.yaml") + "# mine\n"
        write("cells.yaml", edited)
        undone = await press(pilot, "u")

    assert "undo the edit there, too" in " ".join(undone.split())
    assert text_of("cells.yaml") == edited


async def test_an_undo_that_cannot_write_the_file_undoes_nothing(
    app: BrowseApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_store: Store, path: Path, _text: str) -> None:
        raise ExportError(str(path), "read-only", "")

    async with app.run_test(size=(120, 24)) as pilot:
        await press(pilot, *"ttag", "enter")
        monkeypatch.setattr("flash.service.file_patches.write_with_store", refuse)
        shown = await press(pilot, "u")
        found = await press(pilot, *"/tag:tag", "enter")

    assert "read-only" in shown
    assert "1 of 1" in found


async def test_a_wide_blank_and_pasted_lines_are_typed(app: BrowseApp) -> None:
    async with app.run_test(size=(120, 24)) as pilot:
        await press(pilot, "/", *"東京")
        app.post_message(Key("ideographic_space", "\u3000"))
        await press(pilot, *"質問x", "backspace", "enter")
        assert app.browser.query == "東京\u3000質問"
        await press(pilot, "/", "ctrl+u")
        app.post_message(Paste("is:new\r\nwater\n"))
        await press(pilot, "enter")

    assert app.browser.query == "is:new water"


async def test_redo_follows_undo(app: BrowseApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "s")
        undone = await press(pilot, "u")
        redone = await press(pilot, "U")
        nothing = await press(pilot, "U")
        await press(pilot, "u", "3")
        changed = await press(pilot, "U")

    assert "Unsuspended" in undone
    assert "Redone: Suspended" in redone
    assert "Nothing to redo." in nothing
    assert "Nothing to redo." in changed


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("powerhouse", "power plant", "cells.yaml was added again."),
        ("powerhouse", "powerhouse", "The deck file was not changed."),
        ("front: What", "fornt: What", "unknown key 'fornt'"),
    ],
)
async def test_e_edits_the_deck_file(
    app: BrowseApp, monkeypatch: pytest.MonkeyPatch, old: str, new: str, message: str
) -> None:
    def edit(path: Path, line: int) -> None:
        path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")

    monkeypatch.setattr("flash.service.editor.run_editor", edit)
    async with app.run_test(size=(120, 24)) as pilot:
        shown = await press(pilot, "e")

    assert message in " ".join(shown.split())


def write_table() -> None:
    Path("one.csv").write_text("front,back\nNumber,many\n", "utf-8")


async def test_a_text_with_a_mistake_is_kept_until_it_is_taken(
    flash: Run, app: BrowseApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_table()
    flash("import", "one.csv")
    shown_texts: list[str] = []
    edits = [("back:", "bakc:"), ("many", "some"), ("x", "x"), ("bakc:", "back:")]

    def edit(text: str, stored: str) -> str:
        shown_texts.append(text)
        return text.replace(*edits[len(shown_texts) - 1])

    monkeypatch.setattr("flash.service.browsing.edit_text", edit)
    async with app.run_test(size=(120, 24)) as pilot:
        await press(pilot, "/", *"Number", "enter")
        pages = [await press(pilot, "e") for _ in edits]

    assert "bakc: some" in shown_texts[3]
    assert ["unknown key 'bakc'" in page for page in pages] == [True, True, True, False]
    assert "some" in flash("show", "Number")[1]


async def test_an_edit_names_the_answered_cards_that_it_retires(
    flash: Run, app: BrowseApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    list_without_a_file(flash)
    flash("review", "--plain", "Storage", typed="\n3\nq\n")
    monkeypatch.setenv("VISUAL", "sed -i s/S3/Glacier/")
    async with app.run_test(size=(120, 24)) as pilot:
        await press(pilot, "/", *"Storage", "enter")
        page = await press(pilot, "e")

    assert "The card was changed. Retired: 'Storage: S3'." in page


async def test_an_edit_of_a_file_names_the_answered_cards_that_go(
    flash: Run, app: BrowseApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    flash("review", "--plain", "powerhouse", typed="\n3\nq\n")
    monkeypatch.setenv("VISUAL", "sed -i 5,8d")
    async with app.run_test(size=(120, 24)) as pilot:
        page = await press(pilot, "/", *"powerhouse", "enter", "e")

    named = "Retired: 'Which organelle makes most ATP?'."
    assert f"cells.yaml was added again. {named}" in " ".join(page.split())


def delete_elsewhere(*only: str) -> None:
    """Delete the notes with these ids, or all, as another process does."""
    store = open_store(Path("store.db"), NOON)
    rows = store.rows("select guid, id from notes")
    with store.transaction() as connection:
        delete_notes(
            connection, [guid for guid, name in rows if not only or name in only]
        )
    store.close()


@pytest.mark.parametrize(
    "keys", ["down", "space", "p", "x", "e", "s", "3", "t,a,enter", "d,3,enter"]
)
async def test_cards_deleted_elsewhere_end_no_browser(
    app: BrowseApp, keys: str
) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        delete_elsewhere()
        page = await press(pilot, *keys.split(","))

    assert "No decks yet." in page


@pytest.mark.parametrize("keys", ["x", "e", "space", "t,a/enter", "d,3/enter"])
async def test_a_key_is_not_meant_for_the_card_that_takes_its_place(
    flash: Run, app: BrowseApp, keys: str
) -> None:
    before, _, last = keys.rpartition("/")
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, *before.split(",")) if before else ""
        delete_elsewhere("powerhouse")
        page = await press(pilot, last)

    assert "1 of 5" in page
    assert "nothing was done" in page
    assert [line["name"] for line in flash.json("log")] == ["add"]


async def test_marked_cards_deleted_elsewhere_are_not_left_out_unsaid(
    app: BrowseApp,
) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "space", "space")
        delete_elsewhere("powerhouse")
        page = await press(pilot, "s")
        done = await press(pilot, "s")

    assert "nothing was done" in page
    assert "Suspended 1 of 1 card." in done


async def test_a_card_deleted_while_it_is_edited_is_named_as_gone(
    flash: Run, app: BrowseApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_table()
    flash("import", "one.csv")

    def edit(text: str, stored: str) -> str:
        delete_elsewhere()
        return text.replace("many", "some")

    monkeypatch.setattr("flash.service.browsing.edit_text", edit)
    async with app.run_test(size=(120, 24)) as pilot:
        await press(pilot, "/", *"Number", "enter")
        page = await press(pilot, "e")

    assert "there is no such card (it may have been deleted)" in page


async def test_a_text_that_changed_meanwhile_is_not_overwritten(
    flash: Run, app: BrowseApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_table()
    flash("import", "one.csv")
    shown_texts: list[str] = []

    def edit(text: str, stored: str) -> str:
        if not shown_texts:
            monkeypatch.setenv("VISUAL", "sed -i s/many/few/")
            flash("edit", "Number")
        shown_texts.append(text)
        return text.replace("back: many", "back: some")

    monkeypatch.setattr("flash.service.browsing.edit_text", edit)
    async with app.run_test(size=(120, 24)) as pilot:
        await press(pilot, "/", *"Number", "enter")
        first = await press(pilot, "e")
        await press(pilot, "e")

    assert "this card has been changed since you opened it; nothing was saved" in first
    assert "#   back: few" in shown_texts[1]
    assert "\n  back: some" in shown_texts[1]
    assert "some" in flash("show", "Number")[1]


async def test_a_failing_disk_is_no_empty_list(
    app: BrowseApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_options: object) -> None:
        raise StoreError(Path("store.db"), "disk I/O error", "")

    async with app.run_test(size=(80, 24)) as pilot:
        monkeypatch.setattr(browsing, "find", fail)
        page = await press(pilot, "o")

    assert "disk I/O error" in page
    assert app.browser.cards
