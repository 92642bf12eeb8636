"""The interface in Japanese, and the catalogue of its translations."""

import json
import re
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from command_runner import CELLS, Run, list_without_a_file
from translations import LOCALE

from cards.text.width import width_of
from cards.translate import _, program, use_program
from docs.messages import complaints, read
from flash.cli.app import GROUPS
from flash.language import interface_language
from flash.messages.due import due_heading
from flash.messages.usage import usage_text

PLACEHOLDER = re.compile(r"(?<!\{)\{[a-z][a-z_0-9]*(?:[!:][^{}]*)?\}(?!\})")
COMMANDS = [name for group in GROUPS.values() for name in group]


def messages() -> list[Message]:
    with (LOCALE / "ja" / "LC_MESSAGES" / "flash.po").open("rb") as file:
        return [message for message in read_po(file, locale="ja") if message.id]


def forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def placeholders(text: str) -> set[str]:
    """Return the placeholders; `!r` puts English quotes around one."""
    return {one.replace("!r", "") for one in PLACEHOLDER.findall(text)}


@pytest.mark.slow
def test_nothing_is_missing_from_the_catalogue() -> None:
    assert complaints(read(LOCALE / "ja" / "LC_MESSAGES" / "flash.po")) == []


def test_every_translation_has_the_placeholders_of_its_message() -> None:
    differing = [
        message.id
        for message in messages()
        if placeholders(forms(message.id)[-1])
        != placeholders("".join(forms(message.string)))
    ]

    assert differing == []


def test_no_translation_is_uncertain_or_obsolete() -> None:
    text = (LOCALE / "ja" / "LC_MESSAGES" / "flash.po").read_text("utf-8")

    assert [
        line for line in text.splitlines() if line.startswith(("#, fuzzy", "#~"))
    ] == []


def test_sentences_end_as_japanese_ones_do() -> None:
    """A full stop of the English text is one of the Japanese text."""
    wrong = [
        message.id
        for message in messages()
        for text in forms(message.string)
        if forms(message.id)[-1].endswith((".", "?")) != text.endswith(("。", "？"))
        and not forms(message.id)[-1].endswith("?")
    ]

    assert wrong == []


def test_marks_beside_japanese_text_are_japanese() -> None:
    """Except in what is typed: between brackets, and in examples of YAML."""
    typed = re.compile(r"「[^」]*」|^ *- .*$|`[^`]*`", re.MULTILINE)
    western = re.compile(r"[ぁ-ヿ一-鿿）]: [「{ぁ-ヿ一-鿿]|'[^']*'(?=[ぁ-ヿ一-鿿])")

    assert [
        message.id
        for message in messages()
        for text in forms(message.string)
        if western.search(typed.sub("", text))
    ] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_japanese_and_fits_the_terminal(
    flash: Run, japanese: None, command: str
) -> None:
    code, out, err = flash(command, "--help")

    assert (code, err) == (0, "")
    assert max(map(width_of, out.splitlines())) <= 80
    head = out.split("\n\n", 2)
    assert head[0].startswith("使い方：")
    assert re.search("[ぁ-ヿ一-鿿]", head[1])
    assert "オプション：" in out


def test_a_remark_in_brackets_is_not_broken(
    flash: Run, japanese: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for columns in range(40, 80):
        monkeypatch.setenv("COLUMNS", str(columns))
        shown = flash("set-due", "--help")[1] + flash("serve", "--help")[1]

        assert shown.count("必須") == shown.count("[必須]") > 0
        assert shown.count("既定：127") == shown.count("[既定：127.0.0.1]") > 0


@pytest.mark.parametrize("command", ["tag", "exam", "phone", "serve"])
def test_summaries_of_subcommands_are_japanese(
    flash: Run, japanese: None, command: str
) -> None:
    listed = flash(command, "--help")[1].partition("\nコマンド：\n")[2]

    assert listed
    assert not re.search(r"[a-z] [a-z]+ [a-z]", listed)


def test_usage_errors_are_japanese(flash: Run, japanese: None) -> None:
    assert flash("review", "--limit", "x") == (
        2,
        "",
        "使い方：flash review [OPTIONS] [QUERY]...\n"
        "ヘルプは「flash review -h」で見られます。\n\n"
        "エラー：「--limit」の値が無効です：「x」は整数ではありません。\n",
    )


def test_usage_errors_stay_english_in_english() -> None:
    assert usage_text("No such option: -x") == "No such option: -x"


def test_errors_of_all_layers_are_japanese(flash: Run, japanese: None) -> None:
    Path("deck.yaml").write_text("deck: D\ncards:\n  - {front: a, bakc: b}\n", "utf-8")

    assert flash("add", "deck.yaml")[2] == (
        "deck.yaml:3:16: 不明なキー「bakc」（もしかして「back」ですか？）\n"
    )
    assert flash("list", "is:x")[2].startswith("flash: 不明な状態「x」\n")
    assert flash("restore", "none.db")[2].startswith(
        "flash: none.db: ファイルがありません"
    )


def test_no_blank_stands_before_a_full_width_bracket(
    flash: Run, japanese: None
) -> None:
    Path("cells.yaml").write_text(CELLS, "utf-8")
    inside = [
        text
        for message in messages()
        for text in forms(message.string)
        if re.search(r"\S （", text)
    ]

    shown = flash("add", "cells.yaml", "--dry-run")[1]
    flash("add", "cells.yaml")
    shown += flash("reschedule", "--dry-run")[1]

    assert inside == []
    assert " （" not in shown


PHRASES = "answers|cards|decks?|files|notes|reviews|share|slowest|time|what"
BLANK = rf"\{{(?:{PHRASES})\}} [ぁ-ヿ一-鿿]"
NAMES = {"Opened {files}."}


def test_no_blank_stands_beside_japanese_text() -> None:
    """Names and numbers are set off with blanks; phrases, whose end is Japanese, not."""
    wrong = re.compile(rf"[ぁ-ヿ一-鿿」] [「、。：]|[「」、。：] [ぁ-ヿ一-鿿]|{BLANK}")

    assert [
        message.id
        for message in messages()
        for text in forms(message.string)
        if wrong.search(text) and message.id not in NAMES
    ] == []


def test_no_blank_stands_before_a_particle_in_the_log(
    flash: Run, japanese: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("cells.yaml").write_text(CELLS, "utf-8")
    Path("more.yaml").write_text(CELLS.replace("Cells", "More").replace("power", "p"))
    flash("add", "cells.yaml", "more.yaml")
    list_without_a_file(flash)
    monkeypatch.setenv("VISUAL", "sed -i s/S3/Glacier/")
    flash("edit", "Storage")
    monkeypatch.setenv("VISUAL", "sed -i s/ATP/energy/")
    flash("edit", "powerhouse")
    flash("exam", "set", "2027-02-01")
    flash("config", "new_per_day", "5")
    flash("remove", "powerhouse")
    flash("suspend", "DNA")

    shown = flash("log")[1]
    undone = [flash("undo")[1] for _step in shown.splitlines()]

    assert len(undone) == 8
    shown += "".join(undone)
    assert re.findall(r".*[」ぁ-ヿ一-鿿] [をのにはがで].*", shown) == []


def test_due_cards_are_headed_as_in_the_review(flash: Run, japanese: None) -> None:
    Path("cells.yaml").write_text(CELLS, "utf-8")
    flash("add", "cells.yaml")

    head = flash("decks")[1].splitlines()[0].split()

    assert head == ["デッキ", "カード", "新規", "習得中", due_heading()]


def test_a_review_speaks_japanese(flash: Run, japanese: None) -> None:
    Path("cells.yaml").write_text(CELLS, "utf-8")
    flash("add", "cells.yaml")

    _code, out, _err = flash("review", "--plain", typed="\n3\nq\n")

    assert out.split("\n\n")[1] == (
        "Which organelle makes most ATP?\n"
        "(Enter で答えを表示、? でヘルプ)\n"
        "Mitochondrion\n"
        "2026-11-23 確認\n"
        "(1 もう一度 1分 · 2 難しい 6分 · 3 正解 10分 · 4 簡単 8日)"
    )


def test_json_stays_as_it_is_in_japanese(flash: Run, japanese: None) -> None:
    Path("cells.yaml").write_text(CELLS, "utf-8")

    added = flash.json("add", "cells.yaml")

    assert added["new"] == 3
    assert {card["state"] for card in flash.json("list")} == {"new"}


@pytest.mark.parametrize("columns", [40, 80, 120, 200])
def test_statistics_fit_the_terminal_in_japanese(
    flash: Run, japanese: None, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    Path("cells.yaml").write_text(CELLS, "utf-8")
    flash("add", "cells.yaml")
    flash("review", "--plain", typed="\n3\n\n1\nq\n")

    monkeypatch.setenv("COLUMNS", str(columns))

    _code, out, _err = flash("stats", "--full")

    assert max(map(width_of, out.splitlines())) <= columns


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LC_ALL": "C", "LANG": "ja_JP.UTF-8"}, "en"),
        ({"LC_MESSAGES": "ja", "LANG": "en_GB"}, "ja"),
        ({"FLASH_LANG": "en", "LC_ALL": "ja_JP.UTF-8"}, "en"),
        ({"FLASH_LANG": "ja-JP", "LANG": "C"}, "ja"),
        ({"FLASH_LANG": "tlh", "LANG": "ja_JP.UTF-8"}, "en"),
    ],
    ids=lambda value: "" if isinstance(value, str) else "+".join(value),
)
def test_the_language_is_that_of_the_first_variable_set(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], language: str
) -> None:
    monkeypatch.delenv("LANG", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert interface_language() == language


@pytest.mark.parametrize("name", ["jp", "de_DE.UTF-8", "japanese"])
def test_an_unknown_language_is_named_once(
    flash: Run, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("FLASH_LANG", name)

    warning = f"flash: warning: FLASH_LANG: unknown language '{name}' (known: en, ja)\n"
    assert flash("due") == (0, "new 0 · learning 0 · due 0\n", warning)
    # A program reads an error on stderr as JSON.
    assert json.loads(flash("show", "nope", "--json")[2]).keys() == {"error"}


def test_an_unknown_language_disturbs_no_completion(
    flash: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FLASH_LANG", "jp")
    monkeypatch.setenv("_FLASH_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "flash ")
    monkeypatch.setenv("COMP_CWORD", "1")

    with pytest.raises(SystemExit):
        flash()

    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("name", ["", "ja-JP", "JA", "en_GB.UTF-8", "C", "C.UTF-8"])
def test_a_known_language_is_not_warned_about(
    flash: Run, translations: None, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("FLASH_LANG", name)

    assert flash("due")[::2] == (0, "")


def test_english_loads_no_catalogue(flash: Run) -> None:
    sys.modules.pop("gettext", None)

    assert flash("due")[0] == 0

    assert "gettext" not in sys.modules


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_message_names_a_command_with_its_store(
    language: str, request: pytest.FixtureRequest
) -> None:
    if language == "ja":
        request.getfixturevalue("japanese")
    texts = [text for message in messages() for text in forms(message.id)]
    command = re.compile(rf"flash ((?:{'|'.join(COMMANDS)})(?![a-z-]))")
    plain = [_(text) for text in texts]
    named = [command.sub(r"flash --db x.db \1", text) for text in plain]

    use_program("flash --db x.db", COMMANDS)

    assert [_(text) for text in texts] == named
    assert named != plain
    assert (program(), _("flash is up")) == ("flash --db x.db", "flash is up")


def test_a_store_named_like_a_placeholder_can_be_filled_in() -> None:
    use_program("flash --db {name}.db", COMMANDS)

    text = _("add the file first: flash add {file}")

    filled = "add the file first: flash --db {name}.db add a.yaml"
    assert text.format(file="a.yaml") == filled
    assert _("run flash undo") == "run flash --db {name}.db undo"
