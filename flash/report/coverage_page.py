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

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 75rem; margin: 2rem auto; padding: 0 1rem; }
table { width: 100%; border-collapse: collapse; }
td { vertical-align: top; padding: .25rem .6rem; }
td:nth-child(1) { text-align: right; color: GrayText; width: 4rem; }
td:nth-child(2) { border-left: .35rem solid transparent; white-space: pre-wrap; }
td:nth-child(3) { width: 40%; font-size: .85rem; }
.asked td:nth-child(2) { border-color: #2a9d4a; }
.similar td:nth-child(2) { border-color: #7fbf3f; }
.missing td:nth-child(2) { border-color: #d1332e; background: #d1332e1a; }
.ignored td:nth-child(2) { border-color: #9a9a9a; color: GrayText; }
.code td:nth-child(2) { font-family: monospace; }
.heading td:nth-child(2) { font-weight: bold; padding-top: 1rem; }
p.card { margin: 0; } .place { color: GrayText; }
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
    parts = [
        '<!doctype html>\n<html><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{_text(title)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{_text(title)}</h1><p>{_text(counts)}</p>",
    ]
    for one in found.notes:
        parts += [f"<h2>{_text(one.note.file)}</h2><table>"]
        parts += list(_rows(one, found.cards))
        parts += ["</table>"]
    return "\n".join([*parts, "</body></html>\n"])


def _rows(one: Coverage, cards: tuple[Note, ...]) -> Iterator[str]:
    asked = {block.index: block for block in one.blocks}
    for index, block in enumerate(one.note.blocks):
        state, beside = "heading", ""
        if block.kind is BlockKind.CODE:
            state = "code"
        elif index in asked:
            state, beside = _state(asked[index]), _cards(asked[index], cards)
        depth = 1.5 * len(block.parents) + (0.6 if block.kind is BlockKind.ITEM else 0)
        yield (
            f'<tr class="{state}"><td>{block.lines}</td>'
            f'<td><div style="margin-left:{depth}rem">{_text(_shown(block))}</div></td>'
            f"<td>{beside}</td></tr>"
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
        lines.append(
            f'<p class="card">{question} <span class="place">{_text(place)}</span></p>'
        )
    return "".join(lines)


def _text(text: str) -> str:
    return escape(printable(text, keep_lines=True))
