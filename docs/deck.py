"""Write docs/deck.md from the bundled deck itself.

python -m docs.deck           write the page
python -m docs.deck --check   exit 1 where the page is out of step
"""

import sys
from collections import Counter
from pathlib import Path

from cards.files import find_decks
from cards.note import Basic, Choice, Note, Source
from cards.questions import answer_text, parts_of, question_text
from cards.reader import read_deck

_ROOT = Path(__file__).parent.parent
_DECK = _ROOT / "cards" / "decks" / "aws-security" / "en"
_PAGE = Path(__file__).with_name("deck.md")

_DOMAINS = {
    "domain::detection": "Detection (16 %)",
    "domain::incident-response": "Incident Response (14 %)",
    "domain::infrastructure": "Infrastructure Security (18 %)",
    "domain::iam": "Identity and Access Management (20 %)",
    "domain::data-protection": "Data Protection (18 %)",
    "domain::governance": "Security Foundations and Governance (14 %)",
}

_HEAD = """# The bundled deck

Made from the deck by `python -m docs.deck`.

*Security Engineering on AWS*: the facts of an engineer's notes on the three-day course
(2023), each brought up to what is true today, in English and Japanese. The same ids
stand in both languages, so the schedule survives a change of language:
`flash add aws-security --lang ja`. The last deck goes beyond the notes: what the exam
AWS Certified Security – Specialty (SCS-C03) asks today.

Every card has a source and the day it was last checked; `flash stale` lists those that
want another look.
"""


def _cards(notes: list[Note]) -> int:
    return sum(len(parts_of(note.content)) for note in notes)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _link(source: Source) -> str:
    title = _cell(source.title or source.url)
    return f"[{title}]({source.url})" if source.url else title


def _now(note: Note) -> str:
    """Give what is true today, as far as the question doesn't say it."""
    match note.content:
        case Basic() | Choice():
            return _cell(answer_text(note.content))
        case _:
            return "as the question says"


def page() -> str:
    """Render what is in the deck and what changed since the notes."""
    decks = {
        path.stem: list(read_deck(path).notes) for path in find_decks([_DECK]).files
    }
    every = [note for notes in decks.values() for note in notes]
    lines = [_HEAD, "## Modules\n", "| deck | facts | cards |", "|---|---:|---:|"]
    for notes in decks.values():
        name = notes[0].deck.split("::")[-1]
        lines.append(f"| {name} | {len(notes)} | {_cards(notes)} |")
    lines.append(f"| **all** | **{len(every)}** | **{_cards(every)}** |")
    lines += ["\n## Domains of the exam (SCS-C03)\n", "| domain | facts | cards |"]
    lines.append("|---|---:|---:|")
    count: Counter[str] = Counter()
    cards: Counter[str] = Counter()
    for note in every:
        for tag in note.tags:
            count[tag] += 1
            cards[tag] += len(parts_of(note.content))
    for tag, name in _DOMAINS.items():
        lines.append(f"| {name} | {count[tag]} | {cards[tag]} |")
    lines += ["\n## What changed since the notes\n"]
    lines += ["| question | then | now | since | source |", "|---|---|---|---|---|"]
    for note in every:
        if note.changed is None:
            continue
        source = next((_link(one) for one in reversed(note.sources) if one.url), "")
        since = note.changed.since or "the notes were inexact"
        asked = _cell(question_text(note.content))
        then, now = _cell(note.changed.was), _now(note)
        lines.append(f"| {asked} | {then} | {now} | {since} | {source} |")
    return "\n".join(lines) + "\n"


def main(words: list[str]) -> int:
    """Write the page, or compare it."""
    text = page()
    if words == ["--check"]:
        if _PAGE.read_text("utf-8") == text:
            return 0
        print(f"{_PAGE.name} is out of step: run python -m docs.deck")
        return 1
    _PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
