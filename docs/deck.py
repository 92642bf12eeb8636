"""Write docs/deck.md from the bundled deck itself.

python -m docs.deck           write the page
python -m docs.deck --check   exit 1 if the page is out of date
"""

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from cards.blueprint import Blueprint
from cards.deckfile.discovery import find_decks
from cards.deckfile.exam_file import read_exam_file
from cards.deckfile.reader import read_deck
from cards.note import Basic, Choice, Note, Source
from cards.questions import answer_text, parts_of, question_text
from docs.deck_facts import fact_of, read_facts

_ROOT = Path(__file__).parent.parent
_DECK = _ROOT / "cards" / "decks" / "aws-security" / "en"
_PAGE = Path(__file__).with_name("deck.md")

_STATUSES = {
    "current": "still correct",
    "renamed": "correct under a new name",
    "changed": "was correct; AWS changed it",
    "imprecise": "partly correct or loosely worded",
    "wrong": "incorrect",
    "beyond-notes": "not in the notes",
}
_UNDATED = {"changed": "undated", "renamed": "undated", "wrong": "the notes were wrong"}

_HEAD = """# The bundled deck

Generated from the deck by `python -m docs.deck`.

*Security Engineering on AWS* contains the facts of an engineer's notes on the
three-day course (2023), updated to the present, in English and Japanese. Both languages
use the same ids, so the schedule survives a change of language:
`flash add aws-security --lang ja`. Decks 17 to 19 go beyond the notes, towards the exam
AWS Certified Security – Specialty (SCS-C03), which `exam.yaml` describes.

The cards name the lines of the notes that they were made from;
`docs/deck_notes_ignored.txt` has the rest, with reasons (see [notes.md](notes.md)).

A fact has one or more notes, and a note has one or more cards (a table has one per
cell). Every card has a source and the date of its last check; `flash stale` lists those
that are due for another check.
"""

_FACTS = """
## Facts

`docs/deck_facts.csv` lists every fact of the notes, and the facts beyond them; the id
of a note begins with the id of its fact. Facts without a card are about the course
rather than AWS, are the author's remarks, or duplicate another fact.
"""


def _cards(notes: Iterable[Note]) -> int:
    return sum(len(parts_of(note.content)) for note in notes)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _link(source: Source) -> str:
    title = _cell(source.title or source.url)
    return f"[{title}]({source.url})" if source.url else title


def _now(note: Note) -> str:
    """Return the current answer, unless the question contains it."""
    match note.content:
        case Basic() | Choice():
            return _cell(answer_text(note.content))
        case _:
            return "see the question"


def _counted(name: str, notes: list[Note]) -> str:
    known = read_facts()
    facts = {fact_of(note.id, known) for note in notes}
    return f"| {name} | {len(facts)} | {len(notes)} | {_cards(notes)} |"


def _modules(decks: list[list[Note]]) -> list[str]:
    lines = ["## Modules\n", "| deck | facts | notes | cards |", "|---|---:|---:|---:|"]
    lines += [_counted(notes[0].deck.split("::")[-1], notes) for notes in decks]
    return [*lines, _counted("all", [note for notes in decks for note in notes])]


def _domains(every: list[Note], exam: Blueprint) -> list[str]:
    lines = [
        "\n## Domains of the exam (SCS-C03)\n",
        "| domain | facts | notes | cards |",
    ]
    lines.append("|---|---:|---:|---:|")
    for domain in exam.domains:
        notes = [note for note in every if domain.tag in note.tags]
        lines.append(_counted(f"{domain.name} ({domain.weight:.0f} %)", notes))
    return lines


def _facts() -> list[str]:
    facts = read_facts().values()
    every = Counter(fact.status for fact in facts)
    asked = Counter(fact.status for fact in facts if not fact.no_card)
    lines = [_FACTS, "| status | meaning | facts | with cards |", "|---|---|---:|---:|"]
    for status, meaning in _STATUSES.items():
        lines.append(f"| {status} | {meaning} | {every[status]} | {asked[status]} |")
    return [*lines, f"| **all** | | **{every.total()}** | **{asked.total()}** |"]


def _changes(every: list[Note]) -> list[str]:
    facts = read_facts()
    lines = ["\n## What changed since the notes\n"]
    lines += ["| question | then | now | since | source |", "|---|---|---|---|---|"]
    for note in every:
        if note.changed is None:
            continue
        source = next((_link(s) for s in reversed(note.sources) if s.url), "")
        fact = facts[fact_of(note.id, facts) or ""]
        since = note.changed.since or _UNDATED.get(
            fact.status, "the notes were imprecise"
        )
        asked = _cell(question_text(note.content))
        then, now = _cell(note.changed.was), _now(note)
        lines.append(f"| {asked} | {then} | {now} | {since} | {source} |")
    return lines


def page() -> str:
    """Render the contents of the deck and the changes since the notes."""
    found = find_decks([_DECK])
    decks = [list(read_deck(path).notes) for path in found.files]
    (exam,) = [read_exam_file(path).blueprint for path in found.exams]
    every = [note for notes in decks for note in notes]
    lines = [
        _HEAD,
        *_modules(decks),
        *_domains(every, exam),
        *_facts(),
        *_changes(every),
    ]
    return "\n".join(lines) + "\n"


def main(words: list[str]) -> int:
    """Write or check the page."""
    text = page()
    if words == ["--check"]:
        if _PAGE.read_text("utf-8") == text:
            return 0
        print(f"{_PAGE.name} is out of date: run python -m docs.deck")
        return 1
    _PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
