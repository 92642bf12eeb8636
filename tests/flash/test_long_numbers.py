"""Numbers of thousands of digits, which Python refuses to convert."""

import json
from pathlib import Path

import pytest
from command_runner import CELLS, Run
from foreign_packages import package

from flash.service.settings import NAMES

LONG = "9" * 5000
HEAD = "guid,ordinal,kind,deck,front,back\n"

FILES = {
    "the number of a card": ("import", "in.csv", f"{HEAD}g,{LONG},basic,D,q,a\n"),
    "the number of a column": ("import", "in.csv", f"#tags column:{LONG}\nq,a\n"),
    "a cloze": (
        "add",
        "in.yaml",
        f"deck: D\ncards:\n  - cloze: '{{{{c{LONG}::a}}}}'\n",
    ),
    "the order of a deck": ("add", "in.yaml", f"order: {LONG}\n{CELLS}"),
    "a marked word": ("add", "in.md", f"---\nflash: true\n---\n==a==[^{LONG}] b\n"),
    "a hole of org-fc": (
        "import",
        "in.org",
        f"* {{{{a}}@{LONG}}} b :fc:\n:PROPERTIES:\n:ID: a\n:FC_TYPE: cloze\n:END:\n",
    ),
}
FIELDS = {
    "a character": f"&#{LONG};",
    "a character with zeros": f"&#{'0' * 5000}65;",
    "a character in an attribute": f'<img src="&#{LONG}">',
    "a list": f'<ol start="{LONG}"><li>a</li></ol>',
    "a cloze": f"{{{{c{LONG}::a}}}}",
    "numbers of a cloze": f"{{{{c1,{LONG}::a}}}}",
    "a sound": f"[sound:&#{LONG};.mp3]",
}


@pytest.mark.parametrize(("command", "name", "text"), FILES.values(), ids=FILES)
def test_a_file_with_an_endless_number_is_read_or_refused(
    flash: Run, command: str, name: str, text: str
) -> None:
    Path(name).write_text(text, "utf-8")

    code, _, err = flash(command, name)

    assert code in (0, 1)
    assert "limit" not in err


@pytest.mark.parametrize("field", FIELDS.values(), ids=FIELDS)
@pytest.mark.parametrize("number", [1, 2])
def test_a_note_with_an_endless_number_is_imported(
    flash: Run, field: str, number: int
) -> None:
    fields = ["'q'", "'a'"]
    fields[number - 1] = f"'{field}'"
    flds = " || char(31) || ".join(fields)
    package(Path("in.apkg"), f"update notes set flds = {flds}")

    assert flash("import", "in.apkg")[0] == 0

    assert flash("export", "out.apkg")[0] == 0
    assert flash("export", "out", "--yaml")[0] == 0
    assert flash("add", "out")[0] == 0


def test_a_source_with_an_endless_number_is_kept(flash: Run) -> None:
    source = f"    source: {{note: n.md, lines: {LONG}}}\n"
    Path("n.md").write_text("text\n", "utf-8")
    Path("in.yaml").write_text(CELLS + source, "utf-8")
    assert flash("add", "in.yaml")[0] == 0

    assert flash("export", "out", "--yaml")[0] == 0

    assert LONG in Path("out/Cells.Basics.en.yaml").read_text("utf-8")
    assert json.loads(flash("add", "out", "--json")[1])["new"] == 0
    assert flash("check", "in.yaml")[0] == 0


@pytest.mark.parametrize("value", [LONG, f"-{LONG}", f"{LONG}m", f"{LONG}%"])
@pytest.mark.parametrize("name", sorted({*NAMES} - {"inbox", "opener"}))
def test_a_setting_refuses_an_endless_number(flash: Run, name: str, value: str) -> None:
    code, out, err = flash("config", name, "--", value)

    assert (code, out, "range" in err, "`" in err) == (1, "", False, False)


@pytest.mark.parametrize("name", ["learning_steps", "relearning_steps"])
def test_the_longest_delay_is_accepted_in_each_unit(flash: Run, name: str) -> None:
    for most, unit in (2_592_000, "s"), (43_200, "m"), (720, "h"), (30, "d"):
        assert flash("config", name, f"{most}{unit}")[0] == 0
        assert flash.json("config", name) == {name: [2_592_000]}
        assert flash("config", name, f"{most + 1}{unit}")[0] == 1


EXAM = (
    "exam: E\ndomains: [{{tag: t, name: T, weight: {0}}}]\nquestions: {1}\nminutes: 9\n"
)
TYPED = {
    "order": ("deck.yaml", f"deck: D\norder: {LONG}\ncards: [{{front: a, back: b}}]\n"),
    "weight": ("exam.yaml", EXAM.format(LONG, 9)),
    "questions": ("exam.yaml", EXAM.format(9, f"-{LONG}")),
}


@pytest.mark.parametrize("key", TYPED)
def test_a_key_with_an_endless_number_is_named(flash: Run, key: str) -> None:
    name, text = TYPED[key]
    Path("cells.yaml").write_text(CELLS, "utf-8")
    Path(name).write_text(text, "utf-8")

    code, _, err = flash("check", ".")

    assert code == 1
    assert (
        f": '{key}' is a number with too many digits (write a smaller number)\n" in err
    )
