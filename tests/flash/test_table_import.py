"""Tables: what each column becomes, and what a second import changes."""

from pathlib import Path
from typing import Any

import pytest
from command_runner import Run

HEADER = "Word,Meaning,Example\n"
WORDS = "apple,りんご,I ate an apple today\ndog,犬,The dog barks\n"
PRACTICE = (
    "#separator:Comma\n#notetype:Practice\n#html:true\n"
    '"1_3","question text","area","statement","WRONG","C","why","","","A::B C::D"\n'
)


def imported(flash: Run, text: str, *words: str, name: str = "in.csv") -> Any:
    Path(name).write_text(text, "utf-8", newline="")
    return flash.json("import", name, *words)


def cards(flash: Run) -> list[list[object]]:
    return [[c["question"], c["answer"], c["tags"]] for c in flash.json("list")]


def uses(found: Any) -> list[str]:
    return [column["use"] for column in found["columns"]]


READ_AS: dict[str, tuple[str, tuple[str, ...], list[list[object]]]] = {
    "a setting with trailing separators": (
        "#separator:Comma,,\nKMS?,A key service,AWS::KMS\n",
        (),
        [["KMS?", "A key service", ["AWS::KMS"]]],
    ),
    "a separator as itself, padded": (
        "#separator:;;;\nq;a, b;t\n",
        (),
        [["q", "a, b", ["t"]]],
    ),
    "a comma as separator, padded": ("#separator:,,,\nq,a\n", (), [["q", "a", []]]),
    "settings in quotes": (
        '"#separator:Comma"\n"#html:true"\n"q","a <b>x</b>"\n',
        (),
        [["q", "a **x**", []]],
    ),
    "settings in quotes and padded": (
        '"#separator:Semicolon";;\n"#deck:My ""deck""";;\nq;a;\n',
        (),
        [["q", "a", []]],
    ),
    "the separator line of Excel": ("sep=|\nq, r|a;b\n", (), [["q, r", "a;b", []]]),
    "columns with other names": (
        "#separator:tab\n#columns:Kanji\tReading\tTags\n犬\tいぬ\tN5 noun\n",
        (),
        [["犬", "いぬ", ["N5", "noun"]]],
    ),
    "columns in quotes": (
        '#separator:Comma\n"#columns:Back,Front"\na,q\n',
        (),
        [["q", "a", []]],
    ),
    "columns of a spreadsheet": (
        '#separator:Comma\n"#columns:Tags","Front","Back"\nt,q,a\n',
        (),
        [["q", "a", ["t"]]],
    ),
    "one note type for all": (
        "#notetype:Basic (and reversed card)\nq,a\n",
        (),
        [["q", "a", []], ["a", "q", []]],
    ),
    "the second card of a note type is optional": (
        "#separator:tab\n#notetype column:1\n"
        "Basic (optional reversed card)\tq\ta\t\n"
        "Basic (optional reversed card)\tq2\ta2\ty\n",
        (),
        [["q", "a", []], ["q2", "a2", []], ["a2", "q2", []]],
    ),
    "an unknown header is a card": (
        HEADER + WORDS,
        (),
        [["Word", "Meaning", []], ["apple", "りんご", []], ["dog", "犬", []]],
    ),
    "an unknown header, told": (
        HEADER + WORDS,
        ("--header",),
        [["apple", "りんご", []], ["dog", "犬", []]],
    ),
    "a known header, denied": (
        "front,back\nq,a\n",
        ("--no-header",),
        [["front", "back", []], ["q", "a", []]],
    ),
    "columns with a header": (
        HEADER + WORDS,
        ("--header", "--columns", "back,front,extra"),
        [["りんご", "apple", []], ["犬", "dog", []]],
    ),
    "hiragana is no tag": ("犬,dog,いぬがいる\n", (), [["犬", "dog", []]]),
    "text over two lines, semicolons": (
        '"a, b\nc, d";e\nf;g\n',
        (),
        [["a, b\nc, d", "e", []], ["f", "g", []]],
    ),
    "HTML without a setting": (
        "&lt;b&gt;?\tbold <b>tag</b><br>next\n",
        (),
        [["\\<b>?", "bold **tag**\\\nnext", []]],
    ),
    "HTML, denied": ("q,a <b>x</b>\n", ("--no-html",), [["q", "a <b>x</b>", []]]),
    "math of Anki without HTML": (
        "#html:false\n\\(x^2 < y\\),`\\(a\\)` \\[b_1\\] 5\\(c\\)6 \\\\(d\\\\) \\(\n",
        (),
        [["$x^2 < y$", "`\\(a\\)` $$b_1$$ 5 $c$ 6 \\\\(d\\\\) \\(", []]],
    ),
    "escaped brackets of Markdown": (
        "\\(x\\),\\[y\\]\n",
        (),
        [["\\(x\\)", "\\[y\\]", []]],
    ),
    "HTML denied by the file": ("#html:false\nq,<br>\n", (), [["q", "<br>", []]]),
    "HTML inside code": ("`<br>`?,a break\n", (), [["`<br>`?", "a break", []]]),
    "tags with a full-width blank": (
        "q,a,鍵　A::B C\n",
        ("--columns", "front,back,tags"),
        [["q", "a", ["鍵", "A::B", "C"]]],
    ),
    "Japanese names": (
        "質問,答え,タグ,デッキ,補足\nq,a,t,D,e\n",
        (),
        [["q", "a", ["t"]]],
    ),
    "Japanese names in another order": (
        "　裏面 ,番号,表面\na,1,q\n",
        (),
        [["q", "a", []]],
    ),
    "Japanese names of words": ("単語\t意味\n犬\tdog\n", (), [["犬", "dog", []]]),
    "less than is no HTML": ("a < b,c > d\n", (), [["a < b", "c > d", []]]),
}


@pytest.mark.parametrize(("text", "words", "expected"), READ_AS.values(), ids=READ_AS)
def test_table_is_read_as(
    flash: Run, text: str, words: tuple[str, ...], expected: list[list[object]]
) -> None:
    imported(flash, text, *words)

    assert cards(flash) == expected


WRONG = {
    "an unknown separator": (
        "#separator:Comm\nq,a\n",
        "in.csv:1: unknown separator 'Comm' (use comma, semicolon, tab, space, pipe, "
        "colon)",
    ),
    "neither true nor false": (
        "#separator:comma\n#html:yes\nq,a\n",
        "in.csv:2: 'yes' is neither true nor false (correct or delete this line)",
    ),
    "no number of a column": (
        "#tags column:three\nq,a\n",
        "in.csv:1: 'three' is not the number of a column (correct or delete this line)",
    ),
}


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG)
def test_wrong_setting_is_an_error(flash: Run, text: str, message: str) -> None:
    Path("in.csv").write_text(text, "utf-8")

    assert flash("import", "in.csv") == (1, "", f"flash: {message}\n")
    assert cards(flash) == []


def test_every_column_is_reported(flash: Run) -> None:
    Path("in.csv").write_text(PRACTICE, "utf-8")

    _, out, err = flash("import", "in.csv", "--dry-run")

    assert out.splitlines() == [
        "1 new note, 1 card, 0 new reviews",
        "column 1 (1_3): question",
        "column 2 (question text): answer",
        "column 3 (area): tags",
        "7 columns left out: 4 (statement), 5 (WRONG), 6 (C), 7 (why), 8, 9, "
        "10 (A::B C::D)",
        "(dry run: nothing was changed)",
    ]
    assert err == (
        "the columns have no names (--header if the first row has them, or "
        "--columns front,back,…)\n"
    )


def test_columns_are_in_the_json(flash: Run) -> None:
    found = imported(flash, "Front,Back,Area,Notes\nq,a,x y,\n", "--dry-run")

    assert found["columns"] == [
        {"number": 1, "name": "Front", "use": "front", "sample": "q"},
        {"number": 2, "name": "Back", "use": "back", "sample": "a"},
        {"number": 3, "name": "Area", "use": "", "sample": "x y"},
        {"number": 4, "name": "Notes", "use": "", "sample": ""},
    ]
    assert (found["header"], found["separator"], found["html"]) == (True, ",", False)


def test_surplus_cell_of_one_row_is_reported(flash: Run) -> None:
    found = imported(flash, "q,a\nr,b, and c\n", "--columns", "front,back")

    assert uses(found) == ["front", "back", ""]
    assert found["columns"][2]["sample"] == "and c"


def test_column_named_twice_is_left_out_and_reported(flash: Run) -> None:
    found = imported(flash, "Question,Front,Back\nq,other,a\n")

    assert uses(found) == ["front", "", "back"]
    assert flash("import", "in.csv", "--columns", "front,front")[0] == 2


def test_lines_that_mean_nothing_are_reported(flash: Run) -> None:
    found = imported(flash, "# a comment\n#colour:red\nq,a\n")

    assert found["losses"] == [
        "line 1 left out: a comment",
        "line 2 left out: unknown setting '#colour'",
    ]


def test_recognised_html_is_reported(flash: Run) -> None:
    Path("in.csv").write_text("q,a<br>b\n", "utf-8")

    assert "read as HTML (else: --no-html)" in flash("import", "in.csv")[2]


def test_corrected_answer_is_reported_and_kept(flash: Run) -> None:
    imported(flash, "a,b,t\nc,d,t\n")
    Path("in.csv").write_text("a,corrected,t\nc,d,u\ne,f,t\n", "utf-8")

    _, out, err = flash("import", "in.csv")

    assert out.startswith("1 new note, 1 card")
    assert "2 notes differ from the table and were kept (--update-text" in err
    assert cards(flash) == [["a", "b", ["t"]], ["c", "d", ["t"]], ["e", "f", ["t"]]]


@pytest.mark.parametrize("named", [False, True], ids=["by question", "by guid"])
def test_corrected_answer_is_updated_on_request(flash: Run, named: bool) -> None:
    head = "guid,front,back\n" if named else "id,front,back\n"
    imported(flash, f"{head}g1,a,b\ng2,c,d\n")
    card = flash.json("list")[0]["card"]

    text = f"{head}g1,a{'!' if named else ''},corrected\ng2,c,d\n"
    dry = imported(flash, text, "--update-text", "--dry-run")
    before = cards(flash)
    found = imported(flash, text, "--update-text")

    assert dry["updated"] == found["updated"] == 1
    assert before == [["a", "b", []], ["c", "d", []]]
    assert cards(flash)[0][1] == "corrected"
    assert flash.json("list")[0]["card"] == card
    assert imported(flash, text)["differing"] == 0


def test_corrected_answer_of_a_deck_file_is_a_patch(flash: Run) -> None:
    imported(flash, "a,b\n")
    flash("export", "--yaml", "out")
    flash("add", "out")

    found = imported(flash, "a,corrected\n", "--update-text")

    assert found["updated"] == 0
    assert "-  back: b\n+  back: corrected" in found["patches"][0]
    assert "edited in the table" in found["patches"][0]


def test_notes_of_an_undone_table_return_with_a_package(flash: Run) -> None:
    count = imported(flash, WORDS)["new_notes"]
    assert flash("export", "words.apkg")[0] == 0
    assert flash("undo")[0] == 0
    assert cards(flash) == []

    found = flash.json("import", "words.apkg")

    assert (found["new_notes"], found["known_notes"]) == (count, 0)
    assert len(cards(flash)) == count


def test_rows_that_flash_can_not_ask_are_left_out_by_reason(flash: Run) -> None:
    text = (
        "#separator:tab\n#html:true\n#guid column:1\n#notetype column:2\n"
        "a\tCloze\t{{c1,2::x}}\t\n"
        "b\tImage Occlusion\t{{c1::image-occlusion:rect:left=.1}}\t<img src=p.png>\n"
        "c\tBasic\tq\t\n"
        "d\tBasic\tq\ta\n"
    )
    Path("in.txt").write_text(text, "utf-8")

    code, out, err = flash("import", "in.txt")

    assert (code, out.partition(",")[0]) == (0, "1 new note")
    assert err == (
        "line 5 left out: invalid cloze: one cloze with several numbers\n"
        "line 6 left out: image occlusion can't be shown in a terminal\n"
        "line 7 left out: no question or no answer\n"
    )


def test_a_table_with_japanese_names_fills_all_columns(flash: Run) -> None:
    found = imported(flash, "問題,解答,タグ,デッキ,補足\nq,a,t,化学：：有機,e\n")

    assert uses(found) == ["front", "back", "tags", "deck", "extra"]
    assert [card["deck"] for card in flash.json("list")] == ["化学::有機"]


def test_a_comma_in_a_tag_of_a_table_is_reported(flash: Run) -> None:
    Path("in.csv").write_text("front,back,tags\nq,a,暗号、鍵\n", "utf-8")

    shown = flash("import", "in.csv")[2]

    assert "comma in the tag '暗号、鍵' (spaces separate the tags of a cell)" in shown


DECK_NAMES = {
    "A::": "A",
    "::B": "B",
    "Lang ::  French": "Lang::French",
    "a::::b": "a::b",
    "化学：：有機": "化学::有機",
    " :: ": "Imported",
}


@pytest.mark.parametrize("place", ["cell", "setting"])
@pytest.mark.parametrize(("name", "deck"), DECK_NAMES.items())
def test_deck_names_are_those_of_a_deck_file(
    flash: Run, place: str, name: str, deck: str
) -> None:
    text = f"front,back,deck\nq,a,{name}\n"
    imported(flash, text if place == "cell" else f"#deck:{name}\nq,a\n")

    assert [card["deck"] for card in flash.json("list")] == [deck]
    assert flash("export", "--yaml", "out")[0] == 0
    assert flash("check", "out")[0] == 0


def test_the_deck_of_the_option_is_tidied(flash: Run) -> None:
    imported(flash, "q,a\n", "--deck", "Lang :: French")

    assert [card["deck"] for card in flash.json("list")] == ["Lang::French"]
    assert flash("import", "in.csv", "--deck", "A: :：：b::")[0] == 2


LABELS = "Q: What, exactly, is KMS?\nA: A service, managed\n\nQ: q\nA: a\n"


@pytest.mark.parametrize("text", [LABELS, LABELS.replace("Q:", "Ｑ："), f"\n{LABELS}"])
def test_lines_with_labels_are_refused_with_the_way(flash: Run, text: str) -> None:
    Path("qa.txt").write_text(text, "utf-8")

    code, out, err = flash("import", "qa.txt")

    line = 2 if text.startswith("\n") else 1
    assert (code, out) == (1, "")
    assert err == (
        f"flash: qa.txt:{line}: lines with 'Q:' and 'A:', not a table (rename it to .md,"
        " begin it with the lines '---', 'flash: true' and '---', and add it with flash"
        " add)\n"
    )
    Path("qa.md").write_text(f"---\nflash: true\n---\n{text}", "utf-8")
    assert flash("add", "qa.md")[0] == 0
    assert len(flash.json("list")) == 2


def test_a_table_may_have_labels_in_its_cells(flash: Run) -> None:
    found = imported(flash, "Q: a?\tA: b\nQ: c?\tA: d\n", name="in.txt")

    assert found["new_notes"] == 2


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_lines_of_a_cell_end_in_lf(flash: Run, end: str) -> None:
    imported(flash, f'"multi{end}line",a\n')

    assert cards(flash) == [["multi\nline", "a", []]]


def test_quotes_mean_nothing_in_a_table_without_quoted_cells(flash: Run) -> None:
    imported(flash, '"Bonjour" (formal)\thello\n\n6\' 2"\ttall\n', name="in.txt")

    assert cards(flash) == [['"Bonjour" (formal)', "hello", []], ["6' 2\"", "tall", []]]


BAD_QUOTES = {
    "beside cells in quotes": (
        '"a, b",c\n"x" y,z\n',
        "2: text after the closing quote of a cell",
    ),
    "rows of different widths": (
        '"x" y,z\na\n',
        "1: text after the closing quote of a cell",
    ),
    "never closed": ('a,b\n"c\nd,e\n', "2: quote is never closed"),
}


@pytest.mark.parametrize(("text", "said"), BAD_QUOTES.values(), ids=BAD_QUOTES)
def test_a_quote_in_a_wrong_place_is_an_error(flash: Run, text: str, said: str) -> None:
    Path("in.csv").write_text(text, "utf-8")

    hint = "enclose text with quotes or separators in double quotes"
    assert flash("import", "in.csv") == (1, "", f"flash: in.csv:{said} ({hint})\n")


def test_a_long_cell_is_imported_as_it_was_exported(flash: Run) -> None:
    answer = "x" * 140_000
    Path("long.yaml").write_text(f"deck: L\ncards:\n- {{front: q, back: {answer}}}\n")
    flash("add", "long.yaml")
    flash("export", "cards.csv")

    assert flash("import", "cards.csv", "--db", "new.db")[0] == 0
    assert flash.json("list", "--db", "new.db")[0]["answer"] == answer


def test_rows_with_one_id_are_told_from_those_with_one_question(flash: Run) -> None:
    found = imported(flash, "front,back,id\nq1,a,x\nq2,b,x\nq3,a,\nq3,b,\n")

    assert found["losses"] == [
        "line 3 left out: the id 'x' is on a line above",
        "line 5 left out: same question as a line above",
    ]
