"""Packages as the real Anki takes them."""

import html
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from anki.collection import Collection
from anki_backend import cards_of, import_package, rendered
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cards.note import (
    Basic,
    Change,
    Choice,
    Cloze,
    Compare,
    Content,
    ListNote,
    Note,
    Option,
    Row,
    Source,
)
from cards.questions import parts_of
from export.anki.flash_note_types import basic_model
from export.anki.package_writer import Creation, write_package
from export.files import ExportError
from srs.models.cards import StoredCard, StoredNote

CREATION = Creation(at_s=1_577_851_200, minutes_west=0)
TABLE = Compare(
    ("AWS KMS", "AWS CloudHSM"),
    {
        "tenancy": Row(("multi-tenant", "single-tenant"), reverse="true"),
        "price": ("", "by the hour"),
    },
)


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Collection]:
    opened = Collection(str(tmp_path / "collection.anki2"))
    yield opened
    opened.close()


def stored(content: Content, number: int = 1, **more: object) -> StoredNote:
    """Make a note as the store would hand it out."""
    note = Note(content=content, deck="Cells::Basics", language="en", **more)
    cards = tuple(
        StoredCard(
            id=1_700_000_100_000 + number * 1000 + ordinal,
            guid=f"guid{number}",
            ordinal=ordinal,
            part=part,
            position=number * 1000 + ordinal,
        )
        for ordinal, part in enumerate(parts_of(content))
    )
    return StoredNote(
        guid=f"guid{number}",
        anki_id=1_700_000_000_000 + number,
        note=note,
        modified_ms=1_750_000_000_000,
        cards=cards,
    )


def names(notes: list[StoredNote]) -> set[tuple[str, int]]:
    return {(note.guid, card.ordinal) for note in notes for card in note.cards}


def database_of(package: Path, folder: Path) -> sqlite3.Connection:
    """Open what a package holds as the collection."""
    with zipfile.ZipFile(package) as archive:
        target = folder / "unpacked.db"
        target.write_bytes(archive.read("collection.anki2"))
    return sqlite3.connect(target)


EVERY_KIND: list[Content] = [
    Basic("Who?", "You"),
    Basic("One", "Two", reverse=True),
    Cloze("Serves {{c1::S3}} and {{c2::DynamoDB::a table}}"),
    Cloze("Outer {{c1::with {{c2::inner}} text}}"),
    ListNote("Colours", ("red", "green")),
    ListNote("Steps", ("first", "second"), ordered=True),
    Choice("Which?", ("a", Option("none", "last")), "a"),
    TABLE,
]


def test_every_kind_arrives_with_all_its_cards(
    collection: Collection, tmp_path: Path
) -> None:
    notes = [stored(content, n) for n, content in enumerate(EVERY_KIND, 1)]

    write_package(tmp_path / "deck.apkg", notes, CREATION)
    log = import_package(collection, tmp_path / "deck.apkg")

    assert len(log.new) == len(notes)
    assert set(cards_of(collection)) == names(notes)
    assert collection.db.list("select id from cards order by id") == sorted(
        card.id for note in notes for card in note.cards
    )
    assert not collection.find_cards("is:new -deck:Cells::Basics")


def test_importing_again_changes_nothing(
    collection: Collection, tmp_path: Path
) -> None:
    notes = [stored(content, n) for n, content in enumerate(EVERY_KIND, 1)]
    write_package(tmp_path / "deck.apkg", notes, CREATION)
    import_package(collection, tmp_path / "deck.apkg")
    before = collection.db.all("select * from notes order by id")

    log = import_package(collection, tmp_path / "deck.apkg")

    assert (len(log.new), len(log.updated), len(log.conflicting)) == (0, 0, 0)
    assert collection.db.all("select * from notes order by id") == before


def test_an_edited_note_is_updated_and_keeps_its_progress(
    collection: Collection, tmp_path: Path
) -> None:
    note = stored(Basic("Who?", "You"))
    write_package(tmp_path / "deck.apkg", [note], CREATION)
    import_package(collection, tmp_path / "deck.apkg")
    card = collection.get_card(note.cards[0].id)
    card.start_timer()
    collection.sched.answerCard(card, 4)
    reviewed = collection.get_card(card.id)
    edited = replace(
        note,
        note=replace(note.note, content=Basic("Who then?", "You")),
        modified_ms=note.modified_ms + 60_000,
    )

    write_package(tmp_path / "deck.apkg", [edited], CREATION)
    log = import_package(collection, tmp_path / "deck.apkg")

    assert len(log.updated) == 1
    assert "Who then?" in rendered(collection, card.id)[0]
    after = collection.get_card(card.id)
    assert (after.reps, after.ivl, after.due) == (1, reviewed.ivl, reviewed.due)


def test_a_renumbered_cloze_keeps_the_numbers_of_its_cards(
    collection: Collection, tmp_path: Path
) -> None:
    first = stored(Cloze("{{c1::S3}} or {{c2::EBS}}"))
    write_package(tmp_path / "deck.apkg", [first], CREATION)
    import_package(collection, tmp_path / "deck.apkg")
    swapped = replace(
        first,
        note=replace(first.note, content=Cloze("{{c2::S3}} or {{c1::EBS}}")),
        modified_ms=first.modified_ms + 60_000,
    )

    write_package(tmp_path / "deck.apkg", [swapped], CREATION)
    import_package(collection, tmp_path / "deck.apkg")

    asked_for_s3 = rendered(collection, first.cards[0].id)[1]
    assert '<span class="cloze" data-ordinal="1">S3</span>' in asked_for_s3


def test_table_asks_one_cell_and_then_shows_all(
    collection: Collection, tmp_path: Path
) -> None:
    note = stored(TABLE)
    write_package(tmp_path / "deck.apkg", [note], CREATION)
    import_package(collection, tmp_path / "deck.apkg")

    question, answer = rendered(collection, note.cards[0].id)

    assert note.cards[0].part == "tenancy\x1fAWS KMS"
    assert (
        '<div class="ask"><div class="about">AWS KMS: tenancy?</div><div>'
        '<span class="cloze"'
    ) in question
    assert "<table>" not in question
    assert (
        '<td><span class="cloze-inactive" data-ordinal="2">'
        '<span class="cloze" data-ordinal="1">multi-tenant</span></span></td>'
    ) in answer


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("a < b && std::vector<int>", "a &lt; b &amp;&amp; std::vector&lt;int&gt;"),
        ("<b>raw</b>", "&lt;b&gt;raw&lt;/b&gt;"),
        ("`s3:*` and **bold**", "<code>s3:*</code> and <strong>bold</strong>"),
        ("$x^2$", "\\(x^2\\)"),
        ("from $5 to $10", "from $5 to $10"),
        ("鍵は誰が持つ?", "鍵は誰が持つ?"),
        ("{{c1::no cloze here}}", "{{c1::no cloze here}}"),
        ("tab\x1fseparator", "tabseparator"),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
    ],
)
def test_text_arrives_as_it_was_meant(
    collection: Collection, tmp_path: Path, text: str, field: str
) -> None:
    note = stored(Basic(text, "yes"))

    write_package(tmp_path / "deck.apkg", [note], CREATION)
    import_package(collection, tmp_path / "deck.apkg")

    assert collection.get_note(note.anki_id)["Front"] == field


def test_extra_and_sources_are_exported(collection: Collection, tmp_path: Path) -> None:
    note = stored(
        Basic("Who?", "You"),
        tags=("b::c", "a"),
        extra="More.",
        sources=(Source("A page", "https://example.org/?a=1&b=2"),),
        changed=Change("Me", "2023-05"),
        checked="2026-11-23",
        id="who",
    )

    write_package(tmp_path / "deck.apkg", [note], CREATION)
    import_package(collection, tmp_path / "deck.apkg")
    found = collection.get_note(note.anki_id)

    assert found.tags == ["a", "b::c"]
    assert dict(found.items()) == {
        "Front": "Who?",
        "Back": "You",
        "Reverse": "",
        "Options": "",
        "Context": "",
        "Extra": "More.",
        "Changed": "until 2023-05: <s>Me</s>",
        "Source": '<a href="https://example.org/?a=1&amp;b=2">A page</a>',
        "Checked": "2026-11-23",
        "Id": "who",
        "Spare 1": "",
        "Spare 2": "",
        "Spare 3": "",
    }


def test_pictures_are_named_by_their_content(
    collection: Collection, tmp_path: Path
) -> None:
    (tmp_path / "cell one.png").write_bytes(b"picture")
    file = str(tmp_path / "deck.yaml")
    note = stored(Basic("![a cell](<cell one.png>)", "yes"), file=file, line=3)

    written = write_package(tmp_path / "deck.apkg", [note], CREATION)
    import_package(collection, tmp_path / "deck.apkg")

    field = collection.get_note(note.anki_id)["Front"]
    (name,) = [path.name for path in Path(collection.media.dir()).iterdir()]
    assert written.media == 1
    assert field == f'<img src="{name}" alt="a cell">'
    assert (Path(collection.media.dir()) / name).read_bytes() == b"picture"


@pytest.mark.parametrize(("ending", "is_on"), [("colpkg", True), ("apkg", None)])
def test_only_a_whole_collection_switches_fsrs_on(
    tmp_path: Path, ending: str, is_on: bool | None
) -> None:
    path = tmp_path / f"all.{ending}"
    write_package(path, [stored(EVERY_KIND[0])], CREATION)

    target = tmp_path / "col" / "collection.anki2"
    target.parent.mkdir()
    empty = Collection(str(target))
    backend = empty._backend
    if ending == "apkg":
        import_package(empty, path)
    else:
        empty.close(downgrade=False)
        backend.import_collection_package(
            col_path=str(target),
            backup_path=str(path),
            media_folder=str(tmp_path / "media"),
            media_db=str(tmp_path / "media.db2"),
        )
        empty = Collection(str(target))

    assert (empty.get_config("fsrs"), empty.note_count()) == (is_on, 1)
    empty.close()


def test_missing_picture_is_reported_and_nothing_is_written(tmp_path: Path) -> None:
    file = str(tmp_path / "deck.yaml")
    note = stored(Basic("![](gone.png)", "yes"), file=file, line=3)
    (tmp_path / "deck.apkg").write_bytes(b"old")

    with pytest.raises(ExportError) as caught:
        write_package(tmp_path / "deck.apkg", [note], CREATION)

    assert str(caught.value) == (
        f"{file}:3: 'gone.png': No such file or directory "
        f"(put it at {tmp_path / 'gone.png'})"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["deck.apkg"]
    assert (tmp_path / "deck.apkg").read_bytes() == b"old"


def test_missing_folder_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ExportError):
        write_package(tmp_path / "no" / "deck.apkg", [stored(EVERY_KIND[0])], CREATION)

    assert list(tmp_path.iterdir()) == []


def test_same_notes_give_the_same_bytes(tmp_path: Path) -> None:
    notes = [stored(content, n) for n, content in enumerate(EVERY_KIND, 1)]

    for name in ("one.apkg", "two.apkg"):
        write_package(tmp_path / name, notes, CREATION)

    assert (tmp_path / "one.apkg").read_bytes() == (tmp_path / "two.apkg").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.apkg") as archive:
        assert archive.namelist() == ["collection.anki2", "media"]


def test_retired_cards_stay_at_home(collection: Collection, tmp_path: Path) -> None:
    note = stored(Cloze("{{c1::S3}} or {{c2::EBS}}"))
    kept, gone = note.cards
    note = replace(note, cards=(kept, replace(gone, retired=True)))

    write_package(tmp_path / "deck.apkg", [note], CREATION)
    import_package(collection, tmp_path / "deck.apkg")

    assert set(cards_of(collection)) == {("guid1", 0)}
    assert collection.get_note(note.anki_id)["Text"] == "{{c1::S3}} or EBS"


@pytest.mark.parametrize(
    ("content", "ordinal", "shown"),
    [
        (ListNote("L", ("std::vector", "}a}")), 0, "std::vector"),
        (ListNote("L", ("std::vector", "}a}")), 1, "}a}"),
        (ListNote("{{c9::L}}", ("a{{c8::b}}", "c")), 0, "a{{c8::b}}"),
        (Cloze("{{{c1::`<a>:`}}} and {{c2::x:}}}}"), 0, "<a>:"),
        (Cloze("{{{c1::`<a>:`}}} and {{c2::x:}}}}"), 1, "x:"),
        (
            Compare(
                ("S::1", "T}"), {"r{{": Row(("v::w", "{{c7::u}}"), reverse="true")}
            ),
            0,
            "v::w",
        ),
        (
            Compare(
                ("S::1", "T}"), {"r{{": Row(("v::w", "{{c7::u}}"), reverse="true")}
            ),
            1,
            "S::1",
        ),
        (
            Compare(
                ("S::1", "T}"), {"r{{": Row(("v::w", "{{c7::u}}"), reverse="true")}
            ),
            2,
            "{{c7::u}}",
        ),
    ],
)
def test_braces_and_colons_in_text_create_no_cloze(
    collection: Collection, tmp_path: Path, content: Content, ordinal: int, shown: str
) -> None:
    note = stored(content, extra="{{c5::no cloze}}", id="{{c6::neither}}")

    write_package(tmp_path / "deck.apkg", [note], CREATION)
    import_package(collection, tmp_path / "deck.apkg")
    answer = rendered(collection, note.cards[ordinal].id)[1]

    mark = f'<span class="cloze" data-ordinal="{ordinal + 1}">'
    hidden = re.sub(r"<[^>]+>", "", answer.split(mark, 1)[1].split("</span>")[0])
    assert html.unescape(hidden) == shown
    assert set(cards_of(collection)) == names([note])
    assert not list(collection.get_empty_cards().notes)


def test_table_asked_from_a_value_hides_the_subject(
    collection: Collection, tmp_path: Path
) -> None:
    note = stored(TABLE)
    write_package(tmp_path / "deck.apkg", [note], CREATION)
    import_package(collection, tmp_path / "deck.apkg")

    question, answer = rendered(collection, note.cards[1].id)

    assert note.cards[1].part == "tenancy\x1fAWS KMS\x1f<"
    assert (
        '<div class="about">Which has tenancy = multi-tenant?</div>'
        '<div class="among">AWS KMS · AWS CloudHSM</div><div>'
        '<span class="cloze" data-cloze="AWS&#x20;KMS" data-ordinal="2">[...]</span>'
    ) in question
    assert '<span class="cloze" data-ordinal="2">AWS KMS</span>' in answer


def test_retired_reverse_card_is_not_created_again(
    collection: Collection, tmp_path: Path
) -> None:
    note = stored(Basic("One", "Two", reverse=True))
    kept, gone = note.cards
    note = replace(note, cards=(kept, replace(gone, retired=True)))

    write_package(tmp_path / "deck.apkg", [note], CREATION)
    import_package(collection, tmp_path / "deck.apkg")
    collection.after_note_updates([note.anki_id], mark_modified=True)

    assert set(cards_of(collection)) == {("guid1", 0)}


def test_decks_are_nested_and_ignore_case(
    collection: Collection, tmp_path: Path
) -> None:
    decks = ("Cells::Basics", "cells::Organs::Eye", "CELLS::basics", "Default")
    made = [stored(Basic(f"Q{n}", "A"), n) for n in range(len(decks))]
    notes = [
        replace(note, note=replace(note.note, deck=deck))
        for note, deck in zip(made, decks, strict=True)
    ]

    write_package(tmp_path / "deck.apkg", notes, CREATION)
    import_package(collection, tmp_path / "deck.apkg")

    assert [deck.name for deck in collection.decks.all_names_and_ids()] == [
        "Cells",
        "Cells::Basics",
        "Cells::Organs",
        "Cells::Organs::Eye",
        "Default",
    ]
    assert len(collection.find_cards("deck:Cells::Basics")) == 2
    assert len(collection.find_cards("deck:Default")) == 1


def test_tag_with_a_space_stays_one_tag_and_leeches_are_tagged(
    collection: Collection, tmp_path: Path
) -> None:
    note = stored(Basic("Q", "A"), tags=("two words",))
    note = replace(note, cards=(replace(note.cards[0], leech=True),))

    write_package(tmp_path / "deck.apkg", [note], CREATION)
    import_package(collection, tmp_path / "deck.apkg")

    # Anki takes this tag over only together with the schedule.
    with closing(database_of(tmp_path / "deck.apkg", tmp_path)) as database:
        tags = database.execute("select tags from notes").fetchone()
    assert tags == (" leech two_words ",)
    assert collection.get_note(note.anki_id).tags == ["two_words"]


def test_picture_outside_the_deck_folder_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(b"secret")
    file = str(tmp_path / "decks" / "deck.yaml")
    note = stored(Basic("![](../secret.png)", "yes"), file=file, line=3)

    with pytest.raises(ExportError, match="is outside the deck's folder"):
        write_package(tmp_path / "deck.apkg", [note], CREATION)


def test_nothing_to_write_is_told(tmp_path: Path) -> None:
    gone = replace(stored(Basic("Q", "A")), retired=True)

    with pytest.raises(ExportError, match="no cards to write"):
        write_package(tmp_path / "deck.apkg", [gone], CREATION)

    assert list(tmp_path.iterdir()) == []


def test_the_study_day_and_the_zone_arrive_with_the_package(tmp_path: Path) -> None:
    creation = Creation(at_s=1_577_865_600, minutes_west=480)
    write_package(tmp_path / "deck.apkg", [stored(Basic("Q", "A"))], creation)

    with closing(database_of(tmp_path / "deck.apkg", tmp_path)) as database:
        created, conf = database.execute("select crt, conf from col").fetchone()

    wanted = {"schedVer": 2, "sched2021": True, "rollover": 4, "creationOffset": 480}
    assert created == 1_577_865_600
    assert wanted.items() <= json.loads(conf).items()


words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")),
    min_size=1,
    max_size=12,
).filter(lambda text: bool(text.strip()) and "{{" not in text and "}}" not in text)
contents = st.one_of(
    st.builds(Basic, words, words, reverse=st.booleans()),
    st.builds(
        lambda a, b, c: Cloze(f"{a} {{{{c1::{b}}}}} and {{{{c3::{c}}}}}."),
        words.filter(lambda t: not t.endswith("{")),
        *[words.filter(lambda t: "::" not in t and t.strip(":{}"))] * 2,
    ),
    st.builds(
        lambda name, items: ListNote(name, tuple(items)),
        words,
        st.lists(words, min_size=2, max_size=4, unique=True),
    ),
    st.builds(
        lambda a, b, cells: Compare((a, a + b), {"row": tuple(cells)}),
        words,
        words,
        st.lists(words.filter(lambda t: t.strip() != "~"), min_size=2, max_size=2),
    ),
)


@pytest.mark.slow
@settings(max_examples=15)
@given(st.lists(contents, min_size=1, max_size=8))
def test_whatever_is_written_arrives_whole(
    tmp_path_factory: pytest.TempPathFactory, made: list[Content]
) -> None:
    folder = tmp_path_factory.mktemp("anki")
    notes = [stored(content, n) for n, content in enumerate(made, 1)]
    write_package(folder / "deck.apkg", notes, CREATION)
    collection = Collection(str(folder / "collection.anki2"))
    try:
        import_package(collection, folder / "deck.apkg")
        found = set(cards_of(collection))
        kept = set(collection.db.list("select n.id from notes n"))
        empty = collection.get_empty_cards().notes
    finally:
        collection.close()

    assert found == names(notes)
    assert kept == {note.anki_id for note in notes}
    assert not list(empty)


def test_a_typed_card_has_an_input_in_anki(
    collection: Collection, tmp_path: Path
) -> None:
    typed = stored(Basic("Q", "**A**", reverse=True, typed=True, accept=("B",)))
    notes = [typed, stored(Basic("Plain", "A"), 2)]

    write_package(tmp_path / "deck.apkg", notes, CREATION)
    import_package(collection, tmp_path / "deck.apkg")

    shown = {
        name: tuple("[[type:Back]]" in side for side in rendered(collection, card))
        for name, card in cards_of(collection).items()
    }
    assert shown == {
        ("guid1", 0): (True, True),
        ("guid1", 1): (False, False),
        ("guid2", 0): (False, False),
    }


def test_a_new_template_reaches_an_older_collection(
    collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = stored(Basic("Q", "A", typed=True))
    with monkeypatch.context() as patch:
        patch.setattr("export.anki.database._FIXED_S", 1_795_100_000)
        patch.setattr("export.anki.flash_note_types._TYPED", "")
        basic_model.cache_clear()
        write_package(tmp_path / "old.apkg", [note], CREATION)
    basic_model.cache_clear()
    import_package(collection, tmp_path / "old.apkg")
    schema = collection.db.scalar("select scm from col")
    (card,) = cards_of(collection).values()
    before = rendered(collection, card)[0]

    write_package(tmp_path / "new.apkg", [note], CREATION)
    import_package(collection, tmp_path / "new.apkg")

    assert "[[type:" not in before
    assert "[[type:Back]]" in rendered(collection, card)[0]
    assert collection.db.scalar("select scm from col") == schema
