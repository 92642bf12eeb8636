"""The coverage of notes as an HTML page: each block with the cards that ask it."""

from collections.abc import Iterator
from html import escape
from pathlib import Path

from cards.errors import printable
from cards.markdown_notes.blocks import Block, BlockKind
from cards.markdown_notes.coverage import AskedBlock, Coverage, NotesCoverage
from cards.note import Note
from cards.questions import question_text
from cards.translate import _
from flash.report.markup import html_page, tag, text_node

_STYLE = """
:root {
  color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif;
  --ground: #fff; --ink: #1c2127; --soft: #5d6875; --missing: #fbe9e8;
}
@media (prefers-color-scheme: dark) {
  :root { --ground: #14171b; --ink: #e4e7eb; --soft: #98a3b0; --missing: #3a2224; }
}
body { max-width: 75rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere;
  background: var(--ground); color: var(--ink); }
table { width: 100%; border-collapse: collapse; }
td { vertical-align: top; padding: .25rem .6rem; }
.lines { text-align: right; color: var(--soft); width: 4rem; }
.text { border-left: .35rem solid transparent; white-space: pre-wrap; }
.cards { width: 40%; font-size: .85rem; }
.asked .text { border-color: #2a9d4a; }
.similar .text { border-color: #7fbf3f; }
.missing .text { border-color: #d1332e; background: var(--missing); }
.ignored .text { border-color: #9a9a9a; color: var(--soft); }
.code .text { font-family: monospace; }
.heading .text { font-weight: bold; padding-top: 1rem; }
p.card { margin: 0; } .place, .ignored .cards { color: var(--soft); }
@media (max-width: 40rem) {
  table, tbody, tr, td { display: block; width: auto; }
  .lines, .cards { width: auto; }
  .lines { text-align: left; padding-bottom: 0; font-size: .85rem; }
  .cards { margin-left: 1rem; }
  .cards:empty { display: none; }
}
"""


def coverage_page(found: NotesCoverage) -> str:
    """Render the page; it needs no other file and no script."""
    title = _("Coverage of notes")
    summary = _("{covered} of {wanted} blocks are covered, {ignored} are ignored")
    counts = summary.format(
        covered=found.covered,
        wanted=found.blocks - found.ignored,
        ignored=found.ignored,
    )
    parts = [tag("h1", text_node(title)), tag("p", text_node(counts))]
    for one in found.notes:
        rows = tag("tbody", *_rows(one, found.cards))
        parts += [tag("h2", _text(one.note.file)), tag("table", rows)]
    return html_page(title, _STYLE, tag("main", "\n", "\n".join(parts), "\n"))


def _rows(one: Coverage, cards: tuple[Note, ...]) -> Iterator[str]:
    asked = {block.index: block for block in one.blocks}
    for index, block in enumerate(one.note.blocks):
        state, beside = "heading", ""
        if block.kind is BlockKind.CODE:
            state = "code"
        elif index in asked:
            state, beside = _state(asked[index]), _cards(asked[index], cards)
        depth = 1.5 * len(block.parents) + (0.6 if block.kind is BlockKind.ITEM else 0)
        text = tag("div", _text(_shown(block)), style=f"margin-left:{depth:g}rem")
        cells = (("lines", str(block.lines)), ("text", text), ("cards", beside))
        yield tag(
            "tr", *(tag("td", one, class_=kind) for kind, one in cells), class_=state
        )


def _shown(block: Block) -> str:
    return f"• {block.text}" if block.kind is BlockKind.ITEM else block.text


def _state(asked: AskedBlock) -> str:
    if asked.block.ignored is not None:
        return "ignored"
    if not asked.cards:
        return "missing"
    return "asked" if asked.by_source else "similar"


def _cards(asked: AskedBlock, cards: tuple[Note, ...]) -> str:
    if asked.block.ignored is not None:
        return _text(asked.block.ignored or _("ignored"))
    if not asked.cards:
        return _text(_("no card"))
    lines = []
    for index in asked.cards:
        card = cards[index]
        place = f"{Path(card.file).name}:{card.line}" if card.file else ""
        question = _text(" ".join(question_text(card.content).split()))
        where = tag("span", _text(place), class_="place")
        lines.append(tag("p", f"{question} {where}", class_="card"))
    return "".join(lines)


def _text(text: str) -> str:
    return escape(printable(text, keep_lines=True))
