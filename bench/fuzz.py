"""Fuzz the deck reader and the terminal renderer, guided by code coverage.

Needs atheris (`pip install atheris`), which is not a dependency of flash.

    PYTHONPATH=.:tests:tests/cards python bench/fuzz.py reader --seconds 300
    PYTHONPATH=.:tests:tests/cards python bench/fuzz.py terminal --seconds 300
"""

import argparse
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["cards", "yaml", "markdown_it"]):
    import markdown_it.tree  # noqa: F401 - imported late by the code under test
    from test_hostile import decks, outcome

    from cards.text.terminal import plain_text, terminal_lines
    from cards.text.width import line_text, line_width

_RAW = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
_COLUMNS = 40


def reader(folder: Path) -> Callable[[bytes], None]:
    path = folder / "deck.yaml"

    def run(data: bytes) -> None:
        path.write_bytes(data)
        outcome(path)

    return run


def terminal(_: Path) -> Callable[[bytes], None]:
    def run(data: bytes) -> None:
        text = data.decode("utf-8", "surrogateescape")
        for line in terminal_lines(text, _COLUMNS):
            shown = line_text(line)
            assert _RAW.search(shown) is None, repr(shown)
            assert line_width(line) <= _COLUMNS, repr(shown)
        assert _RAW.search(plain_text(text)) is None

    return run


TEXTS = [
    b"a **b** `c` [d](https://e.org) ![f](g.png) $h$ <b> &amp; *i* ~~j~~",
    b"- a\n  - b\n\n1. c\n2. d\n\n> e\n> > f\n\n```\ng\n```\n\n    h\n\n***\n# i\n",
    b"| a | b |\n|:--|--:|\n| c | `d\\|e` |\n",
    "鍵の「管理」、👩\u200d💻 می\u200cخواهم \u202e\u200b\x1b[31m\x9b".encode(),
]
TARGETS = {"reader": (reader, decks()), "terminal": (terminal, TEXTS)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=60)
    given = parser.parse_args()
    make, seeds = TARGETS[given.target]
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus"
        corpus.mkdir()
        for number, seed in enumerate(seeds):
            (corpus / str(number)).write_bytes(seed)
        limits = [f"-max_total_time={given.seconds}", "-timeout=20"]
        limits += ["-max_len=4096", "-len_control=0", "-print_final_stats=1"]
        arguments = [sys.argv[0], *limits, str(corpus)]
        atheris.Setup(arguments, make(Path(folder)))
        atheris.Fuzz()


if __name__ == "__main__":
    main()
