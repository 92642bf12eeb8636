"""The bundled deck: complete, sourced, dated, and equal in both languages."""

import csv
import re
from collections import Counter
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cards.deckfile.discovery import bundled_decks, bundled_path, find_decks
from cards.deckfile.exam_file import read_exam_file
from cards.deckfile.reader import read_deck
from cards.markdown_notes.coverage import parse_ignore_list
from cards.note import (
    Basic,
    Choice,
    Cloze,
    Compare,
    Content,
    ListNote,
    MultiQuestion,
    Note,
    Option,
    Source,
)
from cards.questions import option_of, parts_of, questions
from cards.table_rows import cells_of, is_empty_cell, is_reversed, row_of
from cards.text.html import to_html
from cards.text.terminal import plain_text, terminal_lines
from cards.text.width import line_width
from docs.deck_facts import fact_of, read_facts

DOMAINS = {
    "domain::detection",
    "domain::incident-response",
    "domain::infrastructure",
    "domain::iam",
    "domain::data-protection",
    "domain::governance",
}
NOT_ASKED = {"history", "about-course", "about-exam"}
"""Cards that no exam asks have no domain, so they come last and get no points."""
COMPARED = {
    "sse-options-list-compared": 4,
    "object-lock-modes-compared": 3,
    "subnet-types-list-compared": 3,
    "endpoint-types-list-compared": 2,
    "cloudwatch-family-compared": 5,
    "kinesis-family-compared": 3,
    "m09-hybrid-options-compared": 4,
    "m10-shield-always-on-compared": 2,
    "m11-up-signup-signin-pools": 2,
    "m12-topic-services": 4,
    "m13-topic-key-stores": 4,
    "m15-ct-behaviors-compared": 3,
    "m15-ds-kinds-compared": 3,
}
"""Tables of easily confused services: id and number of subjects."""
LONGEST = {"en": 15, "ja": 50}
"""Longest answer, in words (en) or characters (ja)."""
PRICED = re.compile(r"\bUSD\b|FIPS 140|\b140-[23]\b")
DATED = re.compile(r"[(\uff08]20\d\d-\d\d[)\uff09]")


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
DOCS = Path(__file__).parents[2] / "docs"


def shape(content: Content) -> tuple[object, ...]:
    """Say what must be the same in every language."""
    match content:
        case Basic():
            return ("basic", content.reverse)
        case Cloze():
            return ("cloze", len(parts_of(content)))
        case ListNote():
            return ("list", len(content.items), content.ordered)
        case Choice():
            texts = [option_of(option).text for option in content.options]
            return ("choice", len(texts), texts.index(content.answer))
        case Compare():
            asked = [[is_empty_cell(c) for c in r] for r in cells_of(content).values()]
            both_ways = [is_reversed(row_of(row)) for row in content.by.values()]
            return ("compare", len(content.compare), asked, both_ways)
        case MultiQuestion():
            return ("questions", len(content.questions))


def sources(note: Note) -> list[Source]:
    """Give the pages of a note and of what it says has changed."""
    changed = note.changed.source if note.changed else None
    return [*note.sources, *([changed] if isinstance(changed, Source) else [])]


def test_the_bundled_deck_comes_in_two_languages() -> None:
    assert bundled_decks() == {"aws-security": ("en", "ja")}


def test_both_languages_have_the_same_cards_per_file() -> None:
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
def test_every_card_has_a_unique_id(language: str) -> None:
    ids = Counter(note.id for note in NOTES[language])

    assert "" not in ids
    assert [name for name, count in ids.items() if count > 1] == []


@both
def test_ids_and_listed_facts_correspond(
    language: str,
) -> None:
    facts = read_facts()

    asked = {note.id: fact_of(note.id, facts) for note in NOTES[language]}

    assert [note for note, fact in asked.items() if fact is None] == []
    assert set(asked.values()) == {
        one.id for one in facts.values() if not (one.no_card or one.asked_by)
    }


@both
def test_a_fact_asked_by_another_note_names_that_note(language: str) -> None:
    ids = {note.id for note in NOTES[language]}
    named = {fact.id: fact.asked_by for fact in read_facts().values() if fact.asked_by}

    assert {fact: note for fact, note in named.items() if note not in ids} == {}


@both
def test_differences_to_the_notes_are_listed(language: str) -> None:
    facts = read_facts()
    changed = {fact_of(note.id, facts) for note in NOTES[language] if note.changed}

    assert [
        fact.id
        for fact in facts.values()
        if fact.status in {"renamed", "changed", "imprecise", "wrong"}
        and not (fact.no_card or fact.asked_by)
        and fact.id not in changed
    ] == []


@both
def test_every_card_has_source_date_and_one_domain(language: str) -> None:
    assert NOTES[language]
    for note in NOTES[language]:
        assert note.sources, note.id
        tags = set(note.tags)
        assert len(DOMAINS & tags) == (0 if NOT_ASKED & tags else 1), note.id
        checked = date.fromisoformat(note.checked)
        assert not note.recheck or date.fromisoformat(note.recheck) > checked, note.id


@both
def test_every_change_has_a_source(language: str) -> None:
    changed = [note for note in NOTES[language] if note.changed]
    assert changed
    for note in changed:
        assert any(one.url for one in sources(note)), note.id


@both
def test_prices_and_certificates_have_a_recheck_date(language: str) -> None:
    for note in NOTES[language]:
        for question in questions(note.content, note.language):
            if PRICED.search(question.answer):
                assert DATED.search(question.answer), (note.id, question.answer)
                assert note.recheck, note.id


@both
def test_every_url_is_well_formed_https(language: str) -> None:
    for note in NOTES[language]:
        for source in sources(note):
            if not source.url:
                continue
            parts = urlsplit(source.url)
            assert parts.scheme == "https", source.url
            assert re.fullmatch(r"([a-z0-9-]+\.)+[a-z]{2,}", parts.netloc), source.url
            assert re.fullmatch(r"[!-~]+", source.url), source.url
            assert parts.path.startswith("/"), source.url


@both
def test_easily_confused_services_have_a_full_table(language: str) -> None:
    tables = {
        note.id: note.content
        for note in NOTES[language]
        if isinstance(note.content, Compare)
    }

    for name, subjects in COMPARED.items():
        assert len(tables[name].compare) == subjects, name
    for name, table in tables.items():
        for row, cells in cells_of(table).items():
            assert sum(not is_empty_cell(cell) for cell in cells) >= 2, (name, row)
        for column, subject in enumerate(table.compare):
            cells = [row[column] for row in cells_of(table).values()]
            assert not all(map(is_empty_cell, cells)), (name, subject)


@both
def test_nothing_is_asked_twice(language: str) -> None:
    asked = Counter(
        (question.question, tuple(sorted(option_of(o).text for o in question.options)))
        for note in NOTES[language]
        for question in questions(note.content, note.language)
    )

    assert [text for text, count in asked.items() if count > 1] == []


@both
def test_answers_and_lists_are_short(language: str) -> None:
    for note in NOTES[language]:
        if isinstance(note.content, ListNote):
            assert len(note.content.items) <= 7, note.id
        for question in questions(note.content, note.language):
            answer = plain_text(question.answer)
            size = len(answer.split() if language == "en" else answer)
            assert size <= LONGEST[language], (note.id, answer)


@both
def test_no_question_is_answered_by_yes_or_no(language: str) -> None:
    words = ("yes", "no", "\u306f\u3044", "\u3044\u3044\u3048")
    for note in NOTES[language]:
        for question in questions(note.content, note.language):
            first = question.answer.lower().replace("\u3001", ",").split(",")[0]
            assert first.strip(" .\u3002") not in words, note.id


@both
@pytest.mark.parametrize("columns", [40, 80])
def test_every_text_renders(language: str, columns: int) -> None:
    for note in NOTES[language]:
        for asked in questions(note.content, note.language):
            for text in (asked.question, asked.answer, asked.context, note.extra):
                assert plain_text(text).strip() or not text, note.id
                assert "{{c" not in to_html(text), note.id
                lines = terminal_lines(text, columns)
                assert all(line_width(line) <= columns for line in lines), note.id


@both
def test_texts_are_in_the_language_of_their_file(language: str) -> None:
    assert NOTES[language]
    for note in NOTES[language]:
        text = " ".join(q.question + q.answer for q in questions(note.content))
        is_japanese = any("\u3040" <= char <= "\u9fff" for char in text + note.extra)
        assert is_japanese == (language == "ja"), note.id


def test_file_numbers_follow_the_course() -> None:
    modules = [Path(name).stem[:2] for name in DECK["en"]]

    assert modules == [f"{number:02}" for number in range(1, 21)]


@both
def test_a_note_makes_at_most_eight_cards(language: str) -> None:
    counts = {note.id: len(parts_of(note.content)) for note in NOTES[language]}

    assert {note: count for note, count in counts.items() if count > 8} == {}


@both
def test_the_deck_can_be_finished(language: str) -> None:
    assert 750 <= sum(len(parts_of(note.content)) for note in NOTES[language]) <= 930


@both
def test_a_choice_has_four_options(language: str) -> None:
    counts = {
        note.id: len(note.content.options)
        for note in NOTES[language]
        if isinstance(note.content, Choice)
    }

    assert {note: count for note, count in counts.items() if count != 4} == {}


@both
def test_the_longest_option_is_no_better_guess(language: str) -> None:
    longest = {
        note.id: max(note.content.options, key=_option_size)
        for note in NOTES[language]
        if isinstance(note.content, Choice)
    }
    right = [
        note.id
        for note in NOTES[language]
        if isinstance(note.content, Choice)
        and option_of(longest[note.id]).text == note.content.answer
    ]

    assert len(right) <= len(longest) / 3, right


def _option_size(option: str | Option) -> int:
    return len(plain_text(option_of(option).text))


@both
def test_table_rows_are_questions_that_stand_alone(language: str) -> None:
    for note in NOTES[language]:
        if isinstance(note.content, Compare):
            for name, row in note.content.by.items():
                assert row_of(row).ask, (note.id, name)


@both
def test_no_question_contains_its_answer(language: str) -> None:
    found = [
        (note.id, question.question)
        for note in NOTES[language]
        for question in questions(note.content, note.language)
        if not question.options
        and not isinstance(note.content, ListNote | Compare | Cloze)
        and f" {_words(question.answer)} " in f" {_words(question.question)} "
    ]

    assert found == []


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", plain_text(text).lower()))


@both
def test_the_shares_of_the_exam_domains(language: str) -> None:
    cards = Counter[str]()
    for note in NOTES[language]:
        for domain in DOMAINS & set(note.tags):
            cards[domain.removeprefix("domain::")] += len(parts_of(note.content))
    share = {name: 100 * count / cards.total() for name, count in cards.items()}

    assert share["incident-response"] >= 8
    assert share["iam"] >= 15
    assert share["infrastructure"] <= 28
    assert abs(share["detection"] - 16) <= 5
    assert abs(share["data-protection"] - 18) <= 5
    assert abs(share["governance"] - 14) <= 5


@both
def test_the_exam_weighs_all_domains_alike_in_both_languages(language: str) -> None:
    folder = bundled_path("aws-security", language)
    assert folder is not None
    found = find_decks([folder])
    (exam,) = [read_exam_file(path).blueprint for path in found.exams]

    assert found.other_yaml == ()
    assert exam.exam == "AWS Certified Security - Specialty (SCS-C03)"
    assert (exam.questions, exam.minutes) == (65, 170)
    assert exam.weights == {
        "domain::detection": 16,
        "domain::incident-response": 14,
        "domain::infrastructure": 18,
        "domain::iam": 20,
        "domain::data-protection": 18,
        "domain::governance": 14,
    }
    assert set(exam.weights) == DOMAINS
    assert all(domain.name for domain in exam.domains)


@both
def test_history_and_the_course_come_last(language: str) -> None:
    folder = bundled_path("aws-security", language)
    assert folder is not None
    decks = [read_deck(path) for path in find_decks([folder]).files]
    by_order = sorted(decks, key=lambda deck: deck.order)

    assert all(deck.order for deck in decks)
    assert [Path(deck.file).stem[:2] for deck in by_order[-3:]] == ["03", "01", "20"]
    for deck in decks:
        is_last = Path(deck.file).stem.startswith("20")
        assert all(("history" in note.tags) == is_last for note in deck.notes)


@both
def test_prices_cite_pages_of_aws(language: str) -> None:
    priced = [
        note
        for note in NOTES[language]
        for question in questions(note.content, note.language)
        if re.search(r"\bUSD\b", question.answer)
    ]
    assert priced
    for note in priced:
        hosts = [urlsplit(one.url).netloc for one in sources(note) if one.url]
        assert hosts, note.id
        assert all(host.endswith("aws.amazon.com") for host in hosts), note.id


@both
def test_every_block_of_the_notes_is_asked_or_ignored(language: str) -> None:
    """`deck_notes.csv` has the lines and hashes of the engineer's notes."""
    with (DOCS / "deck_notes.csv").open(encoding="utf-8", newline="") as file:
        blocks = {row["hash"]: row["lines"] for row in csv.DictReader(file)}
    sources = [source for note in NOTES[language] for source in note.sources]
    asked = {h for source in sources if source.hash for h in source.hash.split()}
    listed = (DOCS / "deck_notes_ignored.txt").read_text("utf-8")
    ignored = dict(parse_ignore_list(listed).entries)

    assert asked <= blocks.keys()
    assert {lines for h, lines in blocks.items() if h not in asked | set(ignored)} == (
        set()
    )
    assert all(ignored.values())
    assert set(ignored) & asked == set()
