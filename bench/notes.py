"""Reading 1 MB of notes, and the coverage of 1,000 blocks by 10,000 cards."""

import random
from functools import partial
from pathlib import Path

from common import seconds

from cards.markdown_notes.coverage import CardIndex, coverage_of
from cards.markdown_notes.reading import parse_note
from cards.note import Basic, Note

SIZE = 1_000_000
SIGNS = [chr(0x3042 + i) for i in range(80)] + [chr(0x4E00 + 7 * i) for i in range(700)]
ROOT = Path(__file__).parent.parent
KINDS = ROOT / "tests" / "cards" / "notes"


def main() -> None:
    for file in (KINDS / "course.txt", KINDS / "article.md", ROOT / "docs/anki.md"):
        kind, text = file.name, file.read_text("utf-8")
        large = text * (SIZE // len(text.encode()))
        taken = seconds(partial(parse_note, large, Path(kind)))
        print(f"1 MB like {kind}: {taken:.2f} s")
    chance = random.Random(1)

    def words(count: int) -> str:
        return "".join(chance.choices(SIGNS, k=count))

    cards = [Note(Basic(words(40), words(30)), "deck") for _ in range(10_000)]
    note = parse_note("\n".join(f"- {words(30)}" for _ in range(1000)), Path("a.md"))
    taken = seconds(lambda: coverage_of(note, CardIndex(cards, [note])))
    print(f"coverage of 1,000 blocks by 10,000 cards: {taken:.2f} s")


if __name__ == "__main__":
    main()
