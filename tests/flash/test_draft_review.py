"""The review of proposed cards, on streams and on the full screen."""

from pathlib import Path

import pytest
from command_runner import Run

from cards.deckfile.reader import read_deck
from cards.errors import DeckError, FlashError
from cards.markdown_notes.splitting import split
from cards.note import Basic, Cloze, Compare, ListNote
from cards.text.width import line_text
from flash.messages.draft_review import all_decided_text, decided_text, draft_help
from flash.service.coverage import read_notes
from flash.service.draft_review import DraftReview
from flash.service.drafting import draft_cards
from flash.tui.draft_app import DraftApp, _layout, _view_of

NOTE = """\
# Keys

- KMS
  - many tenants share it
- HSM
  - one tenant owns it

The **data key** encrypts the data.
"""
TARGET = Path("keys.yaml")


@pytest.fixture(autouse=True)
def note(flash: Run) -> Path:
    path = Path("keys.md")
    path.write_text(NOTE, "utf-8")
    return path


def review(flash: Run, typed: str) -> str:
    words = ("draft", "keys.md", "-o", "keys.yaml", "--review", "--plain")
    code, out, err = flash(*words, typed=typed)
    assert (code, err) == (0, "")
    return out


def fronts() -> list[object]:
    return [note.content for note in read_deck(TARGET).notes] if TARGET.exists() else []


def test_accepted_cards_are_in_the_file_at_once(flash: Run) -> None:
    out = review(flash, "a\nk\nq\n")

    assert fronts() == [Basic("KMS (Keys)", "many tenants share it", reverse=True)]
    assert out.startswith(
        "1/4 · definition · keys.md:3-4 · Keys\n"
        "  KMS\n"
        "  many tenants share it\n"
        "- front: KMS (Keys)\n"
    )
    assert out.endswith("1 card accepted, 0 dropped, 1 skipped\n")


def test_a_later_review_goes_on(flash: Run) -> None:
    review(flash, "a\nd\nk\n")
    assert "# dropped: list " in TARGET.read_text("utf-8")

    out = review(flash, "a\na\n")

    assert out.startswith("1/2 · definition · keys.md:5-6 · Keys\n")
    assert "All proposals are decided.\n" in out
    assert len(fronts()) == 3
    assert "dropped" not in flash("draft", "keys.md", "-o", "keys.yaml", "--append")[2]
    assert len(fronts()) == 3


def test_one_of_several_cards_of_a_text_can_be_dropped(flash: Run) -> None:
    pairs = "".join(f"Q: What is {i}?\nA: This\nor {i}\n" for i in range(3))
    Path("keys.md").write_text(pairs, "utf-8")

    review(flash, "k\nd\nq\n")

    found = draft_cards(read_notes([Path("keys.md")]), (), target=TARGET).cards
    assert [one.card.content for one in found] == [
        Basic("What is 0?", "This\nor 0"),
        Basic("What is 2?", "This\nor 2"),
    ]


def test_a_drop_before_the_first_card_is_remembered(flash: Run) -> None:
    review(flash, "d\nk\na\n")

    assert len(fronts()) == 1
    assert review(flash, "q\n").startswith("1/2 · list · ")


def test_drops_without_a_card_are_remembered(flash: Run) -> None:
    review(flash, "d\nd\nq\n")

    assert TARGET.read_text("utf-8").count("# dropped: ") == 2
    assert flash("add", ".")[0] == 1  # it is no deck
    assert review(flash, "u\nd\nq\n").startswith("1/2 · ")
    assert review(flash, "a\n").startswith("1/1 · ")
    assert len(fronts()) == 1
    assert TARGET.read_text("utf-8").count("# dropped: ") == 3


@pytest.mark.parametrize("words", [["--append"], ["--force"], []])
def test_a_draft_keeps_the_drops_of_a_file_without_cards(
    flash: Run, words: list[str]
) -> None:
    review(flash, "d\nq\n")

    assert flash("draft", "keys.md", "-o", "keys.yaml", *words)[0] == 0

    assert len(fronts()) == 3
    assert flash("draft", "keys.md", "-o", "keys.yaml", "--append")[0] == 0
    assert len(fronts()) == 3


def test_undone_drops_leave_no_file(flash: Run) -> None:
    review(flash, "d\nd\nu\nu\nq\n")

    assert not TARGET.exists()


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("typed", ["a\n", "d\n", "a\nd\nu\nu\nd\n"])
def test_a_link_a_mark_and_line_ends_stay(
    flash: Run, typed: str, line_end: str
) -> None:
    text = "deck: mine\ncards:\n  - {front: a, back: b}\n".replace("\n", line_end)
    Path(".real").mkdir()
    Path(".real/keys.yaml").write_bytes(b"\xef\xbb\xbf" + text.encode())
    TARGET.symlink_to(".real/keys.yaml")

    if typed == "a\n":
        flash("draft", "keys.md", "-o", "keys.yaml", "--append")
    review(flash, typed)

    data = TARGET.read_bytes()
    assert TARGET.is_symlink()
    assert data.startswith(b"\xef\xbb\xbf" + text.encode())
    assert len(data) > len(text) + 3
    assert data.count(b"\n") == data.count(line_end.encode())
    assert data.count(b"\xef\xbb\xbf") == 1


def test_a_dropped_card_keeps_line_ends_of_several_kinds(flash: Run) -> None:
    before = b"deck: mine\r\ncards:\n  - {front: a, back: b}\n"
    TARGET.write_bytes(before)

    review(flash, "d\nq\n")

    data = TARGET.read_bytes()
    assert data.startswith(before)
    assert data.count(b"\n") > before.count(b"\n")
    assert data.count(b"\r\n") == 1


def test_undo_takes_back_one_step_after_another(flash: Run) -> None:
    out = review(flash, "a\na\nu\nu\nu\nq\n")

    assert not TARGET.exists()
    assert "There is nothing to undo.\n" in out
    assert out.endswith("0 cards accepted, 0 dropped, 0 skipped\n")


def test_undo_keeps_what_somebody_else_wrote(flash: Run) -> None:
    made = draft_cards(read_notes([Path("keys.md")]), (), target=TARGET)
    session = DraftReview(made, TARGET)
    session.accept()
    text = TARGET.read_text("utf-8") + "# mine\n"
    TARGET.write_text(text, "utf-8")

    with pytest.raises(Exception, match="the file was changed in the meantime"):
        session.undo()

    assert TARGET.read_text("utf-8") == text


def test_a_card_is_edited_and_split(
    flash: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", "sed -i s/tenants/customers/")

    out = review(flash, "e\ns\na\na\ns\nq\n")

    assert fronts() == [
        Basic("KMS (Keys)", "many customers share it"),
        Basic("many customers share it", "KMS (Keys)"),
    ]
    assert "This card can't be split.\n" in out


def test_a_mistake_in_an_edit_is_reported(
    flash: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", "sed -i s/back:/bakc:/")

    out = review(flash, "e\nq\n")

    assert "unknown key 'bakc' (did you mean 'back'?)" in out
    assert not TARGET.exists()


def test_a_text_with_a_mistake_can_be_corrected() -> None:
    made = draft_cards(read_notes([Path("keys.md")]), (), target=TARGET)
    session = DraftReview(made, TARGET)

    with pytest.raises(DeckError, match="unknown key 'bakc'"):
        session.edited(session.text.replace("back:", "bakc:"))
    session.edited(session.text.replace("bakc:", "back:").replace("many", "some"))

    assert session.current is not None
    assert session.text == session.current.body
    assert "some tenants" in session.text
    assert session.undo()
    assert "many tenants" in session.text


@pytest.mark.parametrize("step", ["accept", "drop", "skip", "split", "let_go"])
def test_a_step_on_a_refused_text_keeps_it_in_a_file(step: str) -> None:
    made = draft_cards(read_notes([Path("keys.md")]), (), target=TARGET)
    session = DraftReview(made, TARGET)
    with pytest.raises(DeckError):
        session.edited(session.text.replace("back:", "bakc:"))

    with pytest.raises(FlashError) as caught:
        getattr(session, step)()

    file = Path(caught.value.message.rpartition(" ")[2])
    assert "bakc:" in file.read_text("utf-8")
    assert session.at == 0
    assert not TARGET.exists()
    getattr(session, step)()


def test_a_review_needs_a_file(flash: Run) -> None:
    assert flash("draft", "keys.md", "--review")[0] == 2


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            Compare(("a", "b"), {"size": ("1", ""), "use": ("x", "y")}),
            (Basic("a: size?", "1"), Basic("a: use?", "x"), Basic("b: use?", "y")),
        ),
        (
            ListNote("l", ("1", "2", "3", "4", "5")),
            (ListNote("l (1/2)", ("1", "2", "3")), ListNote("l (2/2)", ("4", "5"))),
        ),
        (ListNote("l", ("1", "2")), ()),
        (Cloze("{{c1::a}} b"), ()),
    ],
)
def test_tables_and_lists_are_split(content: Compare, expected: tuple[Basic]) -> None:
    assert split(content) == expected


async def test_the_screen_decides_edits_and_undoes() -> None:
    made = draft_cards(read_notes([Path("keys.md")]), (), target=TARGET)
    app = DraftApp(DraftReview(made, TARGET))

    async with app.run_test(size=(80, 24)) as pilot:
        rows = "\n".join(
            "".join(text for text, _ in line) for line in app.widget.page.lines
        )
        assert "definition · keys.md:3-4 · Keys" in rows
        assert "- front: KMS (Keys)" in rows
        await pilot.press("e")
        await pilot.pause()
        await pilot.press(*["down"] * 4, "space", "space", *"extra:", "space")
        await pilot.press(*"typed", "ctrl+s")
        await pilot.press("a", "s", "d", "u", "a", "k", "k", "x")

    assert [note.extra for note in read_deck(TARGET).notes] == ["typed", ""]
    assert app.drafts.skipped == 2


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("columns", [20, 40])
def test_a_narrow_screen_shows_the_whole_end(
    columns: int, language: str, request: pytest.FixtureRequest
) -> None:
    if language == "ja":
        request.getfixturevalue("japanese")
    made = draft_cards([], (), target=TARGET)
    page = _layout(_view_of(DraftReview(made, TARGET)), columns, 20)

    shown = "".join("".join(map(line_text, page.lines)).split())
    for text in (all_decided_text(), decided_text(0, 0, 0)):
        assert "".join(text.split()) in shown


async def test_only_keys_that_work_are_named_at_the_end() -> None:
    made = draft_cards(read_notes([Path("keys.md")]), (), target=TARGET)
    app = DraftApp(DraftReview(made, TARGET))

    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*["k"] * len(made.cards))
        foot = line_text(app.widget.page.lines[-1])

    assert foot == " u undo  ? help  q quit"


def test_a_review_without_proposals_opens_no_screen(
    flash: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    review(flash, "d\nd\nd\nd\n")
    for stream in ("stdin", "stdout"):
        monkeypatch.setattr(f"sys.{stream}.isatty", lambda: True)

    out = flash("draft", "keys.md", "-o", "keys.yaml", "--review")[1]

    assert out.startswith("All proposals are decided.\n0 cards accepted")


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_the_help_names_each_key_and_decides_nothing(
    flash: Run, language: str, request: pytest.FixtureRequest
) -> None:
    if language == "ja":
        request.getfixturevalue("japanese")
    made = draft_cards(read_notes([Path("keys.md")]), (), target=TARGET)
    review = DraftReview(made, TARGET)
    app = DraftApp(review)

    async with app.run_test(size=(80, 24)) as pilot:
        pages = [app.widget.page]
        for key in ("?", "down", "a"):
            await pilot.press(key)
            pages.append(app.widget.page)

    card, helped, scrolled, after = [[*map(line_text, one.lines)] for one in pages]
    lines = draft_help()[1]
    assert [row.strip() for row in helped if row.strip() in lines] == lines
    assert scrolled == helped
    assert after == card
    assert any("? " in row for row in card[-2:])
    assert (review.accepted, app.return_code) == (0, None)
