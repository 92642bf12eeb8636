"""Many files: a vault of 3,000 notes with cards, and 2,000 deck files."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from common import flash, seconds

NOTES, CARDS = 3_000, 5
FILES, EACH = 2_000, 10


def write_vault(folder: Path) -> None:
    """Write notes with cards, prose and a picture."""
    for number in range(NOTES):
        area = folder / f"area{number % 150}"
        area.mkdir(parents=True, exist_ok=True)
        picture = f"p{number % 300}.png"
        (area / picture).write_bytes(b"\x89PNG\r\n\x1a\n" + picture.encode() * 50)
        lines = ["---", "flash: true", f"tags: [t{number}]", "---", f"# Note {number}"]
        lines += ["", f"Some prose about topic {number} that is long enough.", ""]
        for card in range(CARDS):
            answer = f"The answer {number * CARDS + card} ![p]({picture})"
            lines += [f"Q: What is thing {number} number {card}?", f"A: {answer}", ""]
            lines += [f"More prose {card} with words.", ""]
        (area / f"n{number}.md").write_text("\n".join(lines), "utf-8")


def write_decks(folder: Path) -> None:
    """Write small deck files."""
    folder.mkdir()
    for number in range(FILES):
        cards = "".join(
            f"  - front: What is {number} {card}?\n    back: A{number * 7 + card}\n"
            for card in range(EACH)
        )
        text = f"deck: Many::D{number % 40}\ncards:\n{cards}"
        (folder / f"n{number}.yaml").write_text(text, "utf-8")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        os.chdir(name)
        os.environ["FLASH_DB"] = str(Path(name, "store.db"))
        write_decks(Path("decks"))
        write_vault(Path("vault"))
        jobs: dict[str, Callable[[], None]] = {
            "add 2,000 deck files, first time": lambda: flash("add", "decks"),
            "add 2,000 deck files, unchanged": lambda: flash("add", "decks"),
            "remove 20,000 notes": lambda: flash("remove", "deck:Many", "--yes"),
            "undo": lambda: flash("undo"),
            "add 3,000 notes, first time": lambda: flash("add", "vault"),
            "add 3,000 notes, unchanged": lambda: flash("add", "vault"),
            "coverage of 3,000 notes": lambda: flash(
                "coverage", "vault", "--decks", "vault"
            ),
            "draft of 3,000 notes": lambda: flash("draft", "vault", "--decks", "vault"),
            "export --yaml": lambda: flash("export", "--yaml", "out"),
        }
        for label, job in jobs.items():
            print(f"{label}: {seconds(job):.1f} s")


if __name__ == "__main__":
    main()
