"""Commands from arguments to output and exit code."""

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from command_runner import CELLS, Run
from typer.main import get_command

from flash.cli.app import GROUPS, application

SUMMARIES = {
    name: entry.summary for group in GROUPS.values() for name, entry in group.items()
}


@pytest.fixture
def flash(flash: Run) -> Run:
    Path("cells.yaml").write_text(CELLS, "utf-8")
    return flash


def add_json(flash: Run, *words: str) -> dict[str, int]:
    plan = flash.json("add", *words)
    return {name: n for name, n in plan.items() if isinstance(n, int) and n}


def edit(old: str, new: str, path: str = "cells.yaml") -> None:
    text = Path(path).read_text("utf-8")
    assert old in text
    Path(path).write_text(text.replace(old, new), "utf-8")


def test_adding_again_changes_nothing(flash: Run) -> None:
    assert add_json(flash, "cells.yaml") == {"new": 3, "cards": 5}
    assert add_json(flash, "cells.yaml") == {"unchanged": 3, "cards": 5}


def test_a_dry_run_changes_nothing(flash: Run) -> None:
    plan = flash.json("add", "cells.yaml", "--dry-run")

    assert (plan["new"], plan["cards"]) == (3, 5)
    assert flash.json("list") == []


def test_reworded_card_is_listed_and_keeps_its_guid(flash: Run) -> None:
    flash("add", "cells.yaml")
    before = {line["guid"] for line in flash.json("list")}
    edit("What does DNA stand for?", "DNA is short for what?")

    code, out, err = flash("add", "cells.yaml")

    assert (code, err) == (0, "")
    assert out == (
        "  reworded  What does DNA stand for?\n"
        "            → DNA is short for what?\n"
        "1 reworded, 2 unchanged; 5 cards\n"
    )
    assert {line["guid"] for line in flash.json("list")} == before


def test_renamed_file_or_deck_moves_its_cards(flash: Run) -> None:
    flash("add", "cells.yaml")
    Path("cells.yaml").rename("biology.yaml")
    edit("Cells::Basics", "Biology::Cells", "biology.yaml")

    plan = flash.json("add", "biology.yaml")

    assert (plan["new"], plan["retired"]) == (0, 0)
    assert {line["deck"] for line in flash.json("list")} == {"Biology::Cells"}


def test_adding_a_file_retires_no_card_of_another_file(flash: Run) -> None:
    flash("add", "cells.yaml")
    card = "deck: Cells::More\ncards:\n  - {front: Who named cells?, back: Hooke}\n"
    Path("more.yaml").write_text(card, "utf-8")

    assert add_json(flash, "more.yaml") == {"new": 1, "cards": 1}


def test_deleted_card_is_retired_and_returns_with_its_file(flash: Run) -> None:
    flash("add", "cells.yaml")
    card = flash.json("list")[-1]
    cloze = "  - cloze: Water is {{c1::hydrogen}} and {{c2::oxygen}}.\n"
    edit(cloze, "")
    retired = add_json(flash, "cells.yaml")
    Path("cells.yaml").write_text(CELLS, "utf-8")
    woken = add_json(flash, "cells.yaml")

    assert retired == {"retired": 1, "unchanged": 2, "cards": 3}
    assert woken == {"returned": 1, "unchanged": 2, "cards": 5}
    assert flash.json("list")[-1]["card"] == card["card"]


def test_retiring_most_of_a_deck_needs_yes(flash: Run) -> None:
    cards = "".join(f"  - front: q{n}\n    back: a{n}\n" for n in range(30))
    Path("big.yaml").write_text(f"deck: Big\ncards:\n{cards}", "utf-8")
    flash("add", "big.yaml")
    Path("big.yaml").write_text(
        "deck: Big\ncards:\n" + cards[: cards.index("  - front: q9")], "utf-8"
    )

    refused = flash("add", "big.yaml")
    agreed = add_json(flash, "big.yaml", "--yes")

    assert refused == (
        1,
        "",
        "flash: would retire 21 of 30 cards of 'Big': 'q9', 'q10', 'q11' and 18 more; "
        "nothing was changed (add --yes if you mean it)\n",
    )
    assert agreed == {"retired": 21, "unchanged": 9, "cards": 9}


def test_mistake_has_a_place_and_adds_nothing(flash: Run) -> None:
    edit("front: What", "frnt: What")

    assert flash("add", "cells.yaml") == (
        1,
        "",
        "cells.yaml:9:5: unknown key 'frnt' (did you mean 'front'?)\n",
    )
    assert flash.json("list") == []


def test_an_error_as_json_names_file_line_and_column(flash: Run) -> None:
    edit("front: What", "frnt: What")

    code, out, err = flash("add", "cells.yaml", "--json")

    assert (code, out) == (1, "")
    error = json.loads(err)["error"]
    del error["problems"]
    assert error == {
        "message": "unknown key 'frnt'",
        "hint": "did you mean 'front'?",
        "file": "cells.yaml",
        "line": 9,
        "column": 5,
    }


def test_people_get_the_first_hundred_mistakes_and_json_all(flash: Run) -> None:
    cards = "".join(f"  - {{front: Q{n}, back: A}}\n" for n in range(150))
    for name in ("deck", "copy of it"):
        Path(f"{name}.yaml").write_text(f"deck: D\ncards:\n{cards}", "utf-8")

    _, _, err = flash("check", ".")
    _, _, found = flash("check", ".", "--json")

    lines = err.splitlines()
    assert len(lines) == 101
    assert lines[-1] == "and 50 more problems (--json lists all)"
    assert len(json.loads(found)["error"]["problems"]) == 150


def test_check_prints_annotations_for_github(flash: Run) -> None:
    edit("front: What", "frnt: What")

    assert flash("check", "cells.yaml", "--format", "github") == (
        1,
        "::error file=cells.yaml,line=9,col=5::"
        "unknown key 'frnt' (did you mean 'front'?)\n",
        "",
    )


def test_annotations_escape_the_name_of_a_file(flash: Run) -> None:
    edit("front: What", "frnt: What")
    Path("cells.yaml").rename("a,b%.yaml")

    out = flash("check", "a,b%.yaml", "--format", "github")[1]

    assert out.startswith("::error file=a%2Cb%25.yaml,line=9,col=5::")


def test_another_leech_threshold_applies_to_answers_before(flash: Run) -> None:
    flash("add", "cells.yaml")
    assert flash("set-due", "0", "cells")[0] == 0
    flash("review", "--plain", typed="\n1\nq\n")
    assert flash.json("list", "is:leech") == []

    flash("config", "leech_threshold", "1")

    assert len(flash.json("list", "is:leech")) == 1


def test_check_ignores_other_yaml_in_a_folder(flash: Run) -> None:
    Path("mkdocs.yml").write_text("site_name: x\n", "utf-8")

    assert flash("check", ".") == (
        0,
        "1 file, 3 notes, no mistakes\n",
        "1 other YAML file ignored: mkdocs.yml\n",
    )


def test_check_of_no_decks_prints_an_empty_report(flash: Run) -> None:
    Path("n.txt").write_text("notes\n", "utf-8")

    assert flash.json("check", "--only-decks", "n.txt") == {
        "files": 0,
        "notes": 0,
        "exams": 0,
        "left_alone": 0,
        "left_alone_files": [],
        "lacking": {},
        "warnings": [],
    }


def test_check_prints_json_or_annotations(flash: Run) -> None:
    code, out, err = flash("check", "--json", "--format", "github", "cells.yaml")

    assert (code, out) == (2, "")
    assert "--json cannot be combined with --format github" in err


def test_check_lists_ids_that_a_language_lacks(flash: Run) -> None:
    japanese = "deck: Cells::Basics\nlanguage: ja\ncards:\n"
    card = "  - id: nucleus\n    front: 核とは\n    back: DNAを収める\n"
    Path("ja.yaml").write_text(japanese + card, "utf-8")

    code, _, err = flash("check", "cells.yaml", "ja.yaml")

    assert code == 0
    assert err == (
        "'en' lacks 1 card that another language has: nucleus\n"
        "'ja' lacks 1 card that another language has: powerhouse\n"
    )


def test_list_as_json_has_every_field(flash: Run) -> None:
    flash("add", "cells.yaml")

    first = flash.json("list")[0]

    del first["file"]
    assert str(first.pop("card")).endswith(first.pop("number"))
    assert first == {
        "guid": first["guid"],
        "ordinal": 0,
        "deck": "Cells::Basics",
        "kind": "basic",
        "question": "Which organelle makes most ATP?",
        "answer": "Mitochondrion",
        "state": "new",
        "stability": None,
        "difficulty": None,
        "due": None,
        "reps": 0,
        "lapses": 0,
        "suspended": False,
        "buried": False,
        "retired": False,
        "flag": 0,
        "tags": ["biology"],
        "id": "powerhouse",
        "line": 5,
    }


def test_undo_reverts_suspend_and_bury_step_by_step(flash: Run) -> None:
    flash("add", "cells.yaml")

    expected = [
        flash("suspend", "powerhouse")[1],
        flash("bury", "powerhouse")[1],
        *(flash("undo")[1] for _ in range(4)),
    ]

    assert expected == [
        "Suspended 1 of 1 card.\n",
        "Buried 1 of 1 card.\n",
        "Unburied 'Which organelle makes most ATP?'.\n",
        "Unsuspended 'Which organelle makes most ATP?'.\n",
        "Undid adding cells.yaml (3 new notes are removed)."
        " Files on disk are unchanged.\n",
        "Nothing to undo.\n",
    ]


def test_unknown_card_name_is_an_error(flash: Run) -> None:
    flash("add", "cells.yaml")

    assert flash("suspend", "powerhorse") == (
        1,
        "",
        "flash: no card matches 'powerhorse' (flash list shows all cards)\n",
    )


def test_config_is_inherited_and_unset(flash: Run) -> None:
    flash("add", "cells.yaml")
    flash("config", "new_per_day", "5", "--deck", "Cells")

    child = flash.json("config", "new-per-day", "--deck", "Cells::Basics")
    everywhere = flash.json("config", "new_per_day")
    flash("config", "new_per_day", "--unset", "--deck", "Cells")
    unset = flash.json("config", "new_per_day", "--deck", "Cells::Basics")

    assert (child, everywhere, unset) == (
        {"new_per_day": 5},
        {"new_per_day": 20},
        {"new_per_day": 20},
    )


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            ["desired_retention", "1.5"],
            "flash: desired_retention must be a number from 0.7 to 0.99, not '1.5'\n",
        ),
        (
            ["new_per_day", "many"],
            "flash: new_per_day must be a whole number from 0 to 9999, not 'many'\n",
        ),
        (
            ["learning_steps", "0m"],
            "flash: learning_steps must be delays from 1s to 30d, not '0m'\n",
        ),
        (
            ["relearning_steps", "1m 60d"],
            "flash: relearning_steps must be delays from 1s to 30d, not '60d'\n",
        ),
        (
            ["learning_steps", "1m " * 11],
            "flash: learning_steps must be at most 10 delays, not"
            " '1m 1m 1m 1m 1m 1m 1m 1m 1m 1m 1m '\n",
        ),
        (
            ["maximum_interval", "9" * 5000],
            "flash: maximum_interval must be a whole number from 1 to 36500, not"
            f" '{'9' * 59}…'\n",
        ),
        (
            ["fuzz", "perhaps"],
            "flash: fuzz must be yes or no, not 'perhaps'\n",
        ),
        (
            ["new_per_day", "5", "--unset"],
            "flash: give a value or --unset, not both\n",
        ),
        (
            ["learning_steps", "10 minutes"],
            "flash: learning_steps must be delays, not '10' (write 30s, 10m, 1h or 1d)\n",
        ),
        (
            ["time_zone", "Mars/Base"],
            "flash: time_zone must be a time zone, not 'Mars/Base' "
            "(write a name such as Asia/Tokyo or Europe/Berlin)\n",
        ),
        (
            ["easy_days", "saturday=50%"],
            "flash: easy_days must be shares of weekdays, not 'saturday=50%' "
            "(write 'sat=50% sun=0%')\n",
        ),
        (
            ["easy_days", "sat=150%"],
            "flash: easy_days must be shares of weekdays, not 'sat=150%' "
            "(write 'sat=50% sun=0%')\n",
        ),
        (
            ["away", "christmas"],
            "flash: away must be dates, not 'christmas' (write "
            "2026-12-24..2027-01-02, with spaces between several)\n",
        ),
        (
            ["rollover", "25"],
            "flash: rollover must be an hour from 0 to 23, not '25'\n",
        ),
        (
            ["desired_retenton", "0.9"],
            "flash: no setting 'desired_retenton' (did you mean 'desired_retention'?)\n",
        ),
        (
            ["new-per-day=5"],
            "flash: no setting 'new-per-day=5'"
            " (write a space instead of '=': new_per_day 5)\n",
        ),
        (
            ["desired", "0.9"],
            "flash: no setting 'desired' (did you mean 'desired_retention'?)\n",
        ),
        (
            ["retention"],
            "flash: no setting 'retention' (did you mean 'desired_retention'?)\n",
        ),
        (
            ["leech"],
            "flash: no setting 'leech' "
            "(did you mean one of leech_threshold, leech_suspend?)\n",
        ),
    ],
)
def test_config_rejects_invalid_values(
    flash: Run, words: list[str], expected: str
) -> None:
    assert flash("config", *words) == (1, "", expected)


@pytest.mark.parametrize("name", ["nope", "xy", "z"])
def test_an_unlike_setting_lists_them_all(flash: Run, name: str) -> None:
    code, _, err = flash("config", name)

    assert code == 1
    assert err.startswith(f"flash: no setting '{name}' (the settings are rollover, ")


def test_config_says_what_is_taken_from_the_computer(flash: Run) -> None:
    lines = dict(line.split(maxsplit=1) for line in flash("config")[1].splitlines())

    assert lines["time_zone"] == "the time zone of this computer"
    assert lines["opener"] == "the program of this computer"


def test_config_shows_easy_days_and_vacations_as_typed(flash: Run) -> None:
    expected = [
        flash("config", "easy_days", "sat=50% sun=0"),
        flash("config", "easy-days", "none"),
        flash("config", "away", "2027-05-01 2026-12-24..2027-01-02"),
        flash("config", "away", "never"),
        flash("config", "desired_retention", "92%"),
    ]

    assert expected == [
        (0, "easy_days          sat=50% sun=0%\n", ""),
        (0, "easy_days          none\n", ""),
        (0, "away               2026-12-24..2027-01-02 2027-05-01\n", ""),
        (0, "away               never\n", ""),
        (0, "desired_retention  0.92\n", ""),
    ]


def test_stats_of_an_empty_store_has_every_figure(flash: Run) -> None:
    flash("add", "cells.yaml")

    figures = flash.json("stats")

    assert figures["cards"] == 5
    assert figures["new"] == 5
    assert figures["reviewed_today"] == 0
    assert figures["retention"]["young"] == {
        "recalled": 0,
        "reviews": 0,
        "share": None,
    }
    assert figures["forecast"][0] == {"date": "2026-11-23", "due": 0}
    assert len(figures["forecast"]) == 30


def test_backup_is_a_complete_store(flash: Run, tmp_path: Path) -> None:
    flash("add", "cells.yaml")

    code, _, _ = flash("backup", "copy.db")

    assert code == 0
    assert len(flash.json("list", "--db", str(tmp_path / "copy.db"))) == 5


def test_store_in_a_synchronised_folder_gives_a_warning(
    flash: Run, tmp_path: Path
) -> None:
    _, _, err = flash(
        "config", "rollover", "5", "--db", str(tmp_path / "Dropbox" / "s.db")
    )

    assert "is in a Dropbox folder" in err


def test_time_without_offset_is_an_error(
    flash: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLASH_NOW", "2026-11-23T09:00:00")

    assert flash("decks") == (
        1,
        "",
        "flash: $FLASH_NOW must be a time with an offset, not '2026-11-23T09:00:00' "
        "(write it as 2026-11-23T09:00:00+09:00)\n",
    )


def test_help_imports_nothing_slow() -> None:
    code = (
        "import sys; from flash.__main__ import main; main(['-h']);"
        "slow = {'sqlite_utils', 'fsrs', 'textual', 'genanki', 'yaml', 'rich',"
        " 'markdown_it', 'msgspec', 'pydantic'};"
        "print(sorted(slow & sys.modules.keys()))"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines()[-1] == "[]"


def test_help_lists_every_command_on_one_line(flash: Run) -> None:
    code, out, err = flash("-h")

    assert (code, err) == (0, "")
    for name, summary in SUMMARIES.items():
        assert f"\n  {name:<12}{summary}\n" in out
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize("name", SUMMARIES)
def test_summary_is_the_first_line_of_the_help(flash: Run, name: str) -> None:
    _, out, _ = flash(name, "-h")

    assert out.splitlines()[2].strip() == SUMMARIES[name]


def test_ctrl_c_while_modules_load_exits_with_130() -> None:
    code = (
        "import builtins, sys\n"
        "load = builtins.__import__\n"
        "def interrupted(name, *rest):\n"
        "    if name == 'flash.service.context': raise KeyboardInterrupt\n"
        "    return load(name, *rest)\n"
        "builtins.__import__ = interrupted\n"
        "from flash.__main__ import main\n"
        "sys.exit(main(['decks']))"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (130, "flash: interrupted\n")


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("list", "mitosis"), "flash --db 'my other.db' list shows all cards"),
        (("remove", "DNA", "--yes"), "flash --db 'my other.db' undo, or adding"),
        (("exam",), "flash --db 'my other.db' exam set DATE"),
        (("review", "--plain", "--limit", "1"), "flash --db 'my other.db' review"),
    ],
)
def test_a_hint_names_the_store_of_the_command_line(
    flash: Run, words: tuple[str, ...], hint: str
) -> None:
    Path("cells.yaml").write_text(CELLS, "utf-8")
    for db in ((), ("--db", "my other.db")):
        flash("add", "cells.yaml", *db)

    before = flash("--db", "my other.db", *words, typed="\n3\nq\n")
    flash("undo", "--db", "my other.db")
    behind = flash(*words, "--db", "my other.db", typed="\n3\nq\n")
    plain = flash(*words, typed="\n3\nq\n")

    assert [hint in "".join(done[1:]) for done in (before, behind)] == [True] * 2
    assert hint.replace(" --db 'my other.db'", "") in "".join(plain[1:])


@pytest.mark.parametrize(
    "words",
    [
        ("--db", "other.db", "config", "rollover", "5"),
        ("config", "rollover", "5", "--db", "other.db"),
    ],
)
def test_db_may_stand_before_or_after_the_command(
    flash: Run, words: tuple[str, ...]
) -> None:
    assert flash(*words)[0] == 0

    assert Path("other.db").exists()
    assert not Path("store.db").exists()


def test_wrong_usage_exits_with_2(flash: Run) -> None:
    code, _, err = flash("add")

    assert code == 2
    assert "Missing argument" in err


def test_only_flash_itself_offers_to_install_completion() -> None:
    program = get_command(application())
    groups = {
        name: [option for one in command.params for option in one.opts]
        for name, command in program.commands.items()
        if hasattr(command, "commands")
    }

    assert set(groups) == {"serve", "tag", "exam", "phone"}
    assert [name for name in groups if "--install-completion" in groups[name]] == []


def test_a_card_is_made_due_and_keeps_its_history(
    flash: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    flash("add", "cells.yaml")
    monkeypatch.setattr("sys.stdin", io.StringIO("\n4\nq\n"))
    flash("review", "--plain")
    later = flash.json("list")[0]

    _, out, _ = flash("add", "cells.yaml", "--due-today", "powerhouse")
    today = flash.json("list")[0]
    undone = flash("undo")[1]

    assert out == "3 unchanged; 5 cards\ndue today: 1 card\n"
    assert later["due"] > "2026-11-24"
    assert today == {**later, "due": "2026-11-23T04:00:01+00:00"}
    assert undone == "Restored the due day of 'Which organelle makes most ATP?'.\n"
    assert flash.json("list")[0] == later


def test_due_today_rejects_an_unknown_card_name(flash: Run) -> None:
    code, _, err = flash("add", "cells.yaml", "--due-today", "nobody")

    assert (code, err) == (
        1,
        "flash: no card is called 'nobody' (flash list shows the card numbers)\n",
    )
    assert flash.json("list") == []


def test_new_rollover_moves_study_days_of_old_answers(
    flash: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    flash("add", "cells.yaml")
    monkeypatch.setattr("sys.stdin", io.StringIO("\n4\nq\n"))
    flash("review", "--plain")
    before = flash.json("list")[0]["due"]

    flash("config", "rollover", "10")

    # At nine it was still the day before.
    after = flash.json("list")[0]["due"]
    assert (before[8:], after[8:]) == ("01T04:00:01+00:00", "30T10:00:01+00:00")


@pytest.mark.parametrize(
    ("locale", "wish", "language"),
    [
        ("C.UTF-8", "", "en"),
        ("ja_JP.UTF-8", "", "ja"),
        ("ja_JP.UTF-8", "en", "en"),
        ("C.UTF-8", "ja", "ja"),
    ],
    ids=["no language", "locale", "wish for English", "wish for Japanese"],
)
def test_first_review_adds_the_bundled_deck_in_the_user_language(
    flash: Run,
    translations: None,
    monkeypatch: pytest.MonkeyPatch,
    locale: str,
    wish: str,
    language: str,
) -> None:
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.setenv("LANG", locale)
    monkeypatch.setenv("FLASH_LANG", wish)
    monkeypatch.setattr("sys.stdin", io.StringIO("q\n"))

    code, out, err = flash("review", "--plain")

    assert code == 0
    english = (
        r"Added the bundled deck '(.+)': \d+ cards, 20 new ones a day\. Enter shows the"
        r" answer, 1 to 4 rates it, q quits\.\nFor another deck: flash remove '\1' hides"
        r" this one, flash add FILE adds yours\.\n"
    )
    translated = (
        r"付属のデッキ「(.+)」を追加しました.+flash remove '\1' でこれを隠し.+\n"
    )
    assert re.fullmatch(translated if language == "ja" else english, err, re.DOTALL)
    question = out.split("\n\n")[1]
    assert ("ja" if re.search("[ぁ-ヿ一-鿿]", question) else "en") == language


@pytest.mark.parametrize("words", [["Biology"], ["--tag", "iam"], ["--cram"]])
def test_a_review_of_a_part_does_not_add_the_bundled_deck(
    flash: Run, words: list[str]
) -> None:
    flash("review", "--plain", *words, typed="q\n")

    assert flash.json("list") == []


def test_a_deck_that_was_undone_is_not_added_again(flash: Run) -> None:
    flash("review", "--plain", typed="q\n")
    flash("undo")

    code, out, err = flash("review", "--plain", typed="")

    assert (code, err) == (0, "")
    assert out.startswith("No decks yet. Add one with flash add FILE")
    assert flash.json("list") == []


def test_changing_the_deck_language_keeps_the_schedule(
    flash: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n4\n\n1\nq\n"))
    flash("review", "--plain")
    english = flash.json("list")

    flash("add", "aws-security", "--lang", "ja")

    japanese = flash.json("list")
    words = ("deck", "question", "answer", "file", "line")
    assert [card for card in english if card["reps"]] != []
    assert [{k: v for k, v in card.items() if k not in words} for card in japanese] == [
        {k: v for k, v in card.items() if k not in words} for card in english
    ]
    assert {card["deck"] for card in japanese}.isdisjoint(
        card["deck"] for card in english
    )


def test_cram_options_select_the_cards(
    flash: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    flash("add", "cells.yaml")
    due = flash.json("list")

    def piped(*words: str) -> list[str]:
        monkeypatch.setattr("sys.stdin", io.StringIO("\n1\nx oxy\nx 1\n"))
        code, out, _ = flash("review", "--plain", *words)
        assert code == 0
        return out.splitlines()

    assert "cram · 2 left" in piped("--cram", "--new", "2")
    assert "cram · 1 left" in piped("--forgotten", "1")
    assert "confused cards · 2 left" in piped("--confused")
    assert "The schedule is unchanged." in piped("--forgotten", "1", "Cells")
    assert flash.json("list") == due
    assert flash("undo")[0] == 0


@pytest.mark.parametrize("words", [["--cram"], ["--forgotten", "2"]])
def test_confused_and_cram_exclude_each_other(flash: Run, words: list[str]) -> None:
    flash("add", "cells.yaml")

    code, out, err = flash("review", "--confused", *words)

    assert (code, out) == (2, "")
    assert "--confused cannot be combined" in err
