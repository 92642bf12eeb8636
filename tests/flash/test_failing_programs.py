"""Programs that the full screen starts and that fail: the screen comes back."""

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_runner import CELLS, Run
from store_fixtures import NOON, Clock
from textual.drivers.headless_driver import HeadlessDriver

from cards.errors import FlashError
from flash.service.browsing import Browser
from flash.service.context import AppContext
from flash.service.coverage import read_notes
from flash.service.draft_review import DraftReview
from flash.service.drafting import draft_cards
from flash.service.editor import edit_text, run_editor
from flash.service.reviewing import open_session
from flash.tui.app import ReviewApp, ScreenApp
from flash.tui.browse_app import BrowseApp
from flash.tui.draft_app import DraftApp
from srs.store.opening import open_store

PICTURE = "deck: A\ncards:\n  - {front: 'Which ![map](a.png)?', back: Africa}\n"
EDITORS = {
    "unknown": ("nosuch", "nosuch: No such file or directory"),
    "no program": ("./note", "./note: Exec format error"),
    "not allowed": ("./keys.md", "./keys.md: Permission denied"),
    "none": ("", "No editor found"),
    "failed": ("false", "the editor ended with code 1"),
}


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the terminal is told."""
    calls: list[str] = []
    monkeypatch.setattr(HeadlessDriver, "can_suspend", property(lambda _: True))
    for name in ("suspend", "resume"):

        def note(_: HeadlessDriver, name: str = name) -> None:
            calls.append(name)

        monkeypatch.setattr(HeadlessDriver, f"{name}_application_mode", note)
    return calls


@pytest.fixture
def context(flash: Run) -> Iterator[AppContext]:
    Path("cells.yaml").write_text(CELLS, "utf-8")
    Path("keys.md").write_text("# Keys\n\n- KMS\n  - many tenants\n", "utf-8")
    Path("note").write_text("text\n")
    Path("note").chmod(0o755)
    flash("add", "cells.yaml")
    store = open_store(Path("store.db"), NOON)
    yield AppContext(store, Clock())
    store.close()


def text_of(file: str) -> str:
    return Path(file).read_text("utf-8")


def without_file(context: AppContext) -> AppContext:
    context.store.connection.execute("update notes set file = '', line = 0")
    return context


def drafts(_: AppContext) -> DraftApp:
    target = Path("keys.yaml")
    made = draft_cards(read_notes([Path("keys.md")]), (), target=target)
    return DraftApp(DraftReview(made, target))


SCREENS = {
    "review": (lambda context: ReviewApp(open_session(context)), "e"),
    "review, card without a file": (
        lambda context: ReviewApp(open_session(without_file(context))),
        "e",
    ),
    "browse": (lambda context: BrowseApp(Browser(context)), "e"),
    "browse, card without a file": (
        lambda context: BrowseApp(Browser(without_file(context))),
        "e",
    ),
    "draft": (drafts, "E"),
}


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("editor", EDITORS)
async def test_an_editor_that_fails_leaves_the_screen_usable(
    context: AppContext,
    calls: list[str],
    monkeypatch: pytest.MonkeyPatch,
    screen: str,
    editor: str,
) -> None:
    command, message = EDITORS[editor]
    monkeypatch.setenv("VISUAL", "")
    monkeypatch.setenv("EDITOR", command)
    monkeypatch.setattr("flash.service.editor._FALLBACKS", ())
    build, key = SCREENS[screen]
    app: ScreenApp = build(context)

    async with app.run_test(size=(200, 30)) as pilot:
        await pilot.press(key)
        await pilot.pause()
        shown = app.widget.view.message
        await pilot.press("q")

    assert message in shown
    assert calls == ["suspend", "resume"]
    assert (app.failure, app.return_code) == (None, 0)


@pytest.mark.parametrize("error", [FlashError("x"), OSError("x"), ValueError("x")])
async def test_any_error_in_a_left_screen_brings_it_back(
    context: AppContext, calls: list[str], error: Exception
) -> None:
    app = BrowseApp(Browser(context))

    async with app.run_test():
        await asyncio.sleep(0)
        with pytest.raises(type(error)), app.suspended():
            raise error

    assert calls == ["suspend", "resume"]


def test_a_text_removed_by_the_editor_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VISUAL", "rm")

    with pytest.raises(FlashError, match=r"card\.yaml: No such file or directory"):
        edit_text("front: a\n")


def write_script(text: str) -> str:
    script = Path("editor")
    script.write_text(f"#!/bin/sh\n{text}\n")
    script.chmod(0o755)
    return "./editor"


@pytest.mark.parametrize("has_file", [True, False])
def test_an_editor_that_failed_is_reported(
    flash: Run, context: AppContext, monkeypatch: pytest.MonkeyPatch, has_file: bool
) -> None:
    if not has_file:
        without_file(context)
    monkeypatch.setenv("VISUAL", "false")
    error = "flash: the editor ended with code 1\n"

    assert flash("edit", "powerhouse") == (1, "", error)


def test_a_text_of_a_failed_editor_is_in_a_file(
    flash: Run, context: AppContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_file(context)
    script = write_script("sed -i s/Mitochondrion/Chloroplast/ $1; exit 3")
    monkeypatch.setenv("VISUAL", script)
    code, _, err = flash("edit", "powerhouse")

    message, _, file = err.strip().rpartition(" ")
    assert code == 1
    assert message == "flash: the editor ended with code 3; your text is in"
    assert "Chloroplast" in text_of(file)
    assert "Mitochondrion" in flash("show", "powerhouse")[1]


def test_a_deck_file_removed_by_the_editor_is_an_error(
    flash: Run, context: AppContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", write_script("rm cells.yaml"))

    code, _, err = flash("edit", "powerhouse")

    assert code == 1
    assert err.endswith("cells.yaml: No such file or directory\n")


async def test_a_refused_text_of_a_review_is_in_a_file(
    context: AppContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = ReviewApp(open_session(without_file(context)))
    async with app.run_test(size=(200, 30)) as pilot:
        monkeypatch.setenv("VISUAL", "sed -i s/back:/bakc:/")
        await pilot.press("e")
        await pilot.pause()
        overlay = app.review.view.overlay
        await pilot.press("x", "space", "1", "u")
        monkeypatch.setenv("VISUAL", "cp -t .")
        await pilot.press("e")
        await pilot.pause()

    assert overlay is not None
    before, _, file = overlay.lines[-1].rstrip(".").rpartition(" ")
    assert before == "Your text is in"
    assert "bakc: " in text_of("card.yaml")
    assert Path(file).suffix == ".yaml"


async def test_a_text_with_mistakes_survives_a_failed_editor(
    context: AppContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = BrowseApp(Browser(without_file(context)))
    async with app.run_test(size=(200, 30)) as pilot:
        for editor in ("sed -i s/back:/bakc:/", "nosuch", "cp -t ."):
            monkeypatch.setenv("VISUAL", editor)
            await pilot.press("e")
            await pilot.pause()

    assert "bakc: " in text_of("card.yaml")


def test_a_media_program_that_fails_is_reported(
    flash: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(8, "Exec format error")

    Path("a.png").touch()
    Path("deck.yaml").write_text(PICTURE, "utf-8")
    flash("add", "deck.yaml")
    flash("config", "opener", "true")
    monkeypatch.setattr(subprocess, "Popen", refuse)

    out = flash("review", "--plain", typed="p\nq\n")[1]

    assert "No program opens files here." in out


def test_an_unclosed_quote_in_a_setting_is_skipped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VISUAL", "'vim")
    monkeypatch.setenv("EDITOR", "true")

    run_editor(Path("x"), 1)
