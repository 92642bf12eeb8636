"""A deck with a card of every kind, and edits as a slip of the hand makes them."""

from hypothesis import strategies as st

DECK = """\
# yaml-language-server: $schema=deck.schema.json
deck: Biology::Cells
language: en
tags: [biology, "cell's"]
source: {title: A book, url: "https://example.org/book"}
cards:
  - id: atp
    front: "Which *organelle* in ![a cell](cell.png) makes ATP?"
    back: |
      The mitochondrion,

      mostly
    reverse: true
    tags: [energy]
    checked: 2026-11-23
    recheck: 2027-11-23
    changed: {was: Nothing, since: 2023-01, source: A page}
  - cloze: "{{c1::DNA}} and {{c2::RNA {{c3::or so}}::a hint}}"
    extra: 'it''s so'
    source: [A page, {title: Another, url: "http://example.org/"}]
  - list: The phases of mitosis
    items: [prophase, metaphase, "ana\\x70hase"]
    ordered: true
  - choice: Which base pairs with adenine?
    options:
      - Thymine
      - {text: None of these, pin: last}
    answer: Thymine
  - compare: [DNA, RNA]
    by:
      strands: [two, one]
      sugar: [deoxyribose, ~]
"""

_SCRAPS = [
    *"\t \n\r:-[]{}\"'\\|>&*!%@`#?,~<.0a\0\x1b\x85\u2028\ufeff細",
    *("\n  ", "- ", ": ", "{{c1::", "}}", "{{", "::", "![](", "%00", "...\n", "---\n"),
    *("<<: *a", "\\x1b", "null", "true", "{a: b}", "[[x]]", "%YAML 9\n", "é" * 300),
]


def _replaced(text: str, at: int, gone: int, scrap: str) -> str:
    at %= len(text) + 1
    return text[:at] + scrap + text[at + gone :]


def _line_moved(text: str, source: int, target: int, indent: int | None) -> str:
    lines = text.split("\n")
    line = lines.pop(source % len(lines))
    if indent is not None:
        line = " " * indent + line.strip()
    lines.insert(target % (len(lines) + 1), line)
    return "\n".join(lines)


def _value_changed(text: str, at: int, value: str) -> str:
    lines = text.split("\n")
    at %= len(lines)
    lines[at] = lines[at].partition(":")[0] + ": " + value
    return "\n".join(lines)


_places = st.integers(0, 2000)
_values = st.sampled_from(
    ["", "~", "x", "[a]", "[[a]]", "{a: b}", "[{text: 1}]", "- a", '"\\e"', "|", "1"]
)
_edits = st.one_of(
    st.tuples(st.just(_replaced), _places, st.integers(0, 8), st.sampled_from(_SCRAPS)),
    st.tuples(st.just(_line_moved), _places, _places, st.none() | st.integers(0, 6)),
    st.tuples(st.just(_value_changed), _places, _values),
)


@st.composite
def slips(draw: st.DrawFn) -> str:
    """Make the deck with a few mistakes in it."""
    text = DECK
    for edit, *values in draw(st.lists(_edits, min_size=1, max_size=4)):
        text = edit(text, *values)
    return text
