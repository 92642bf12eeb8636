"""The bundled deck: whole, sourced, dated, and the same in both languages."""

from collections import Counter
from pathlib import Path

import pytest

from cards.bundled import bundled_decks, bundled_path
from cards.files import find_decks
from cards.html import to_html
from cards.note import Basic, Choice, Cloze, Compare, Content, Listing, Note, Source
from cards.questions import is_empty_cell, option_of, parts_of, questions
from cards.reader import read_deck
from cards.terminal import plain_text

DOMAINS = {
    "domain::detection",
    "domain::incident-response",
    "domain::infrastructure",
    "domain::iam",
    "domain::data-protection",
    "domain::governance",
}
LONGEST = {"en": 120, "ja": 70}
"""Characters of an answer; what is more belongs into `extra`."""


def files(language: str) -> dict[str, list[Note]]:
    folder = bundled_path("aws-security", language)
    assert folder is not None
    return {
        path.name: list(read_deck(path).notes) for path in find_decks([folder]).files
    }


DECK = {language: files(language) for language in ("en", "ja")}
NOTES = {
    language: [note for notes in decks.values() for note in notes]
    for language, decks in DECK.items()
}

both = pytest.mark.parametrize("language", ["en", "ja"])


def shape(content: Content) -> tuple[object, ...]:
    """Say what must be the same in every language."""
    match content:
        case Basic():
            return ("basic", content.reverse)
        case Cloze():
            return ("cloze", len(parts_of(content)))
        case Listing():
            return ("list", len(content.items), content.ordered)
        case Choice():
            texts = [option_of(option).text for option in content.options]
            return ("choice", len(texts), texts.index(content.answer))
        case Compare():
            asked = [[is_empty_cell(c) for c in row] for row in content.by.values()]
            return ("compare", len(content.compare), asked)


def test_there_is_a_deck_in_both_languages() -> None:
    assert bundled_decks() == {"aws-security": ("en", "ja")}


def test_both_languages_have_the_same_cards_in_the_same_files() -> None:
    assert DECK["en"].keys() == DECK["ja"].keys()
    for name, notes in DECK["en"].items():
        twins = DECK["ja"][name]
        assert [note.id for note in notes] == [note.id for note in twins], name
        for note, twin in zip(notes, twins, strict=True):
            assert shape(note.content) == shape(twin.content), note.id
            assert (note.checked, note.recheck) == (twin.checked, twin.recheck), note.id
            assert set(note.tags) == set(twin.tags), note.id
            assert bool(note.changed) == bool(twin.changed), note.id
            if note.changed and twin.changed:
                assert note.changed.since == twin.changed.since, note.id


@both
def test_every_card_has_an_id_of_its_own(language: str) -> None:
    ids = Counter(note.id for note in NOTES[language])

    assert "" not in ids
    assert [name for name, count in ids.items() if count > 1] == []


@both
def test_every_card_is_sourced_dated_and_of_one_domain(language: str) -> None:
    for note in NOTES[language]:
        assert note.checked, note.id
        assert note.sources, note.id
        assert len(DOMAINS & set(note.tags)) == 1, note.id


@both
def test_every_address_is_https(language: str) -> None:
    for note in NOTES[language]:
        changed = note.changed.source if note.changed else None
        more = [changed] if isinstance(changed, Source) else []
        for source in [*note.sources, *more]:
            assert not source.url or source.url.startswith("https://"), note.id


@both
def test_nothing_is_asked_twice(language: str) -> None:
    asked = Counter(
        (question.question, tuple(sorted(option_of(o).text for o in question.options)))
        for note in NOTES[language]
        for question in questions(note.content, note.language)
    )

    assert [text for text, count in asked.items() if count > 1] == []


@both
def test_answers_are_short_and_lists_can_be_kept_in_mind(language: str) -> None:
    for note in NOTES[language]:
        if isinstance(note.content, Listing):
            assert len(note.content.items) <= 7, note.id
        for question in questions(note.content, note.language):
            answer = plain_text(question.answer)
            assert len(answer) <= LONGEST[language], (note.id, answer)


@both
def test_no_question_is_answered_by_yes_or_no(language: str) -> None:
    words = ("yes", "no", "\u306f\u3044", "\u3044\u3044\u3048")
    for note in NOTES[language]:
        for question in questions(note.content, note.language):
            first = question.answer.lower().replace("\u3001", ",").split(",")[0]
            assert first.strip(" .\u3002") not in words, note.id


@both
def test_every_text_renders(language: str) -> None:
    for note in NOTES[language]:
        for question in questions(note.content, note.language):
            for text in (question.question, question.answer, note.extra):
                assert plain_text(text).strip() or not text, note.id
                assert "{{c" not in to_html(text), note.id


@both
def test_japanese_and_english_are_told_apart(language: str) -> None:
    for note in NOTES[language]:
        text = " ".join(q.question + q.answer for q in questions(note.content))
        is_japanese = any("\u3040" <= char <= "\u9fff" for char in text + note.extra)
        assert is_japanese == (language == "ja"), note.id


def test_files_are_numbered_as_the_course() -> None:
    modules = [Path(name).stem[:2] for name in DECK["en"]]

    assert modules == [f"{number:02}" for number in range(1, 18)]
