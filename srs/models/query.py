"""The query language that finds cards: conditions, and the parser.

A query is a list of conditions that must all hold: words, `"exact phrases"` and
`key:value` terms.  `or`, `-` (not) and parentheses combine them, as in Anki's
browser.  docs/queries.md describes the terms; `srs.store.search` finds the cards.

    query  = group { "or" group }
    group  = factor { factor }
    factor = "-" factor | "(" query ")" | term
    term   = word | '"' phrase '"' | key ":" value | key ':"' value '"'
"""

import re
from difflib import get_close_matches
from typing import Literal, NoReturn

from msgspec import Struct

from cards.text.folding import fold

STATES = (
    "due",
    "new",
    "learn",
    "review",
    "suspended",
    "buried",
    "leech",
    "retired",
)
"""Values of `is:`."""

PROPERTIES = ("due", "s", "d", "r", "ivl", "reps", "lapses")
"""Names of `prop:`: due in days from today, stability in days, difficulty 1-10,
retrievability 0-1, interval in days, answers, lapses."""

EXAMPLES = {
    "deck": "deck:IAM",
    "tag": "tag:iam",
    "is": f"is:{'|'.join(STATES)}",
    "prop": "prop:due<3, prop:s>10, prop:lapses>=4",
    "rated": "rated:7, rated:7:1",
    "added": "added:3",
    "flag": "flag:1",
    "file": "file:cells.yaml",
    "source": "source:kms",
    "id": "id:sse-c",
    "card": "card:1795",
}
"""How each key is written."""

_FOLDED = ("is", "prop", "rated", "added", "flag", "card")
"""Keys whose values are words and numbers of flash, of any width."""
MAX_NESTING = 50
"""Nested parentheses and `-`."""
MAX_TERMS = 200
"""Words and signs of one query."""

_WORD = r"""
    (?P<paren>[()]|（(?=.*[)）])|{closing})
  | (?P<minus>-(?=\S)|－(?=[(（]|[A-Za-zＡ-Ｚａ-ｚ]+[:：]))
  | (?P<term>(?:(?!{closing})[^\s()"]|"(?:\\.|[^"\\])*")+)
    """
_WORDS = [
    re.compile(_WORD.format(closing=closing), re.VERBOSE | re.DOTALL)
    for closing in ("(?!)", "）")
]
"""Outside and inside of full-width parentheses, which elsewhere belong to a text."""
_KEY = re.compile('([^:："]+)[:：]')
_BLANKS = re.compile(r"\s*")
_PROP = re.compile(r"([A-Za-z]+)(<=|>=|!=|<|>|=)(-?[0-9]+(?:\.[0-9]+)?)")
_RECENT = re.compile(r"([0-9]{1,5})(?::([1-4]))?")
_QUOTED = re.compile(r'"((?:\\.|[^"\\])*)"', re.DOTALL)

Mistake = Literal[
    "open quote",
    "open parenthesis",
    "stray parenthesis",
    "too deep",
    "too long",
    "nothing before or",
    "nothing after",
    "unknown key",
    "no value",
    "unknown state",
    "unknown property",
    "bad value",
]


class QueryError(Exception):
    """A query that can't be understood."""

    def __init__(
        self, query: str, column: int, mistake: Mistake, text: str = "", near: str = ""
    ) -> None:
        """Keep what is wrong.

        Args:
            query: As the user typed it.
            column: Where the mistake begins, from 0.
            mistake: What is wrong.
            text: The offending text; for a bad or missing value its key.
            near: What may have been meant.
        """
        super().__init__(mistake)
        self.query, self.column, self.mistake = query, column, mistake
        self.text, self.near = text, near


class Phrase(Struct, frozen=True):
    """A word or phrase in the text of the note."""

    text: str


class Named(Struct, frozen=True):
    """A key with a text: deck, tag, is, file, source, id or card."""

    key: str
    value: str


class InDeck(Struct, frozen=True):
    """A deck that exists, by its whole name as written, with its children."""

    deck: str


class Property(Struct, frozen=True):
    """A number of the card compared with another: `prop:lapses>=4`."""

    name: str
    operator: str
    """<, <=, =, !=, >= or >."""
    number: float


class Recent(Struct, frozen=True):
    """Something that happened in the last study days, today included."""

    key: str
    """rated or added."""
    days: int
    rating: int = 0
    """1 to 4; 0 for any."""


class Flagged(Struct, frozen=True):
    """A card with this flag; 0 means none."""

    flag: int


class Not(Struct, frozen=True):
    """The opposite of a condition."""

    inner: "Condition"


class AllOf(Struct, frozen=True):
    """All conditions hold; without any, every card matches."""

    parts: tuple["Condition", ...]


class AnyOf(Struct, frozen=True):
    """At least one condition holds."""

    parts: tuple["Condition", ...]


Condition = Phrase | Named | InDeck | Property | Recent | Flagged | Not | AllOf | AnyOf


def parse_query(query: str) -> Condition:
    """Parse a query.

    Args:
        query: As the user typed it; empty or blank means every card.

    Raises:
        QueryError: The query can't be understood.
    """
    return _Parser(query).parse()


def asks_for(condition: Condition, state: str) -> bool:
    """Return True if the query names `is:state`, negated or not."""
    match condition:
        case Named("is", value):
            return value == state
        case Not(inner):
            return asks_for(inner, state)
        case AllOf(parts) | AnyOf(parts):
            return any(asks_for(part, state) for part in parts)
        case _:
            return False


def is_passing(condition: Condition) -> bool:
    """Return True if answers or the passing of days change what the query finds."""
    match condition:
        case Named("is", _) | Property() | Recent():
            return True
        case Not(inner):
            return is_passing(inner)
        case AllOf(parts) | AnyOf(parts):
            return any(map(is_passing, parts))
        case _:
            return False


class _Token(Struct, frozen=True):
    kind: str
    text: str
    column: int

    @property
    def is_or(self) -> bool:
        return self.kind == "term" and fold(self.text) == "or"


class _Parser:
    """A recursive-descent parser over the tokens of one query."""

    def __init__(self, query: str) -> None:
        self._query, self._at = query, 0
        self._tokens = self._split()

    def parse(self) -> Condition:
        found = self._any_of(0)
        token = self._peek()
        if token is not None:
            self._refuse(token.column, "stray parenthesis")
        return found

    def _split(self) -> list[_Token]:
        tokens: list[_Token] = []
        opened: list[str] = []
        at = _BLANKS.match(self._query).end()  # type: ignore[union-attr]  # matches
        while at < len(self._query):
            found = _WORDS[opened[-1:] == ["（"]].match(self._query, at)
            if found is None or found.lastgroup is None:
                self._refuse(at, "open quote")
            if len(tokens) == MAX_TERMS:
                self._refuse(at, "too long")
            text = found[0]
            if found.lastgroup != "term":
                opened += [text] if text in "(（" else []
                del opened[-1 if text in ")）" else len(opened) :]
                text = fold(text)
            tokens.append(_Token(found.lastgroup, text, at))
            at = _BLANKS.match(self._query, found.end()).end()  # type: ignore[union-attr]
        return tokens

    def _peek(self) -> _Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _any_of(self, depth: int) -> Condition:
        parts = [self._all_of(depth)]
        while (token := self._peek()) and token.is_or:
            self._at += 1
            following = self._peek()
            if following is None or following.text == ")" or following.is_or:
                self._refuse(token.column, "nothing after", token.text)
            parts.append(self._all_of(depth))
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def _all_of(self, depth: int) -> Condition:
        parts: list[Condition] = []
        while (token := self._peek()) and token.text != ")" and not token.is_or:
            parts.append(self._factor(depth))
        if token and token.is_or and not parts:
            self._refuse(token.column, "nothing before or", token.text)
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _factor(self, depth: int) -> Condition:
        token = self._tokens[self._at]
        self._at += 1
        if depth > MAX_NESTING:
            self._refuse(token.column, "too deep")
        if token.kind == "minus":
            following = self._peek()
            if following is None or following.text == ")":
                self._refuse(token.column, "nothing after", "-")
            return Not(self._factor(depth + 1))
        if token.text == "(":
            inner = self._any_of(depth + 1)
            if self._peek() is None:
                self._refuse(token.column, "open parenthesis")
            self._at += 1
            return inner
        return self._term(token)

    def _term(self, token: _Token) -> Condition:
        text = token.text
        begins = _KEY.match(text)
        if begins and fold(begins[1]) in EXAMPLES:
            text = fold(begins[0]) + text[begins.end() :]
        whole = _without_quotes(text)
        key, colon, value = whole.partition(":")
        raw = text.partition(":")[0]
        # A colon in quotes belongs to the text, unless a key is before it.
        is_text = '"' in raw and raw[1:].lower() not in EXAMPLES
        if not colon or is_text:
            return Phrase(whole)
        key = key.lower()
        if key not in EXAMPLES:
            near = [f"{one}:" for one in get_close_matches(key, EXAMPLES, 1, 0.6)]
            near = [f"is:{fold(value)}"] if fold(value) in STATES else near
            self._refuse(token.column, "unknown key", text, "".join(near))
        column = token.column + text.index(":") + 1
        if not value:
            self._refuse(column, "no value", key)
        return self._keyed(key, value, column)

    def _keyed(self, key: str, value: str, column: int) -> Condition:
        if key in _FOLDED:
            value = fold(value)
        match key:
            case "is":
                if value not in STATES:
                    near = get_close_matches(value, STATES, 1, 0.6)
                    self._refuse(column, "unknown state", value, "".join(near))
                return Named("is", value)
            case "prop":
                return self._property(value, column)
            case "rated" | "added":
                found = _RECENT.fullmatch(value)
                if not found or not int(found[1]) or (found[2] and key == "added"):
                    self._refuse(column, "bad value", key)
                return Recent(key, int(found[1]), int(found[2] or 0))
            case "flag":
                if not re.fullmatch("[0-7]", value):
                    self._refuse(column, "bad value", key)
                return Flagged(int(value))
            case "card" if not re.fullmatch("[0-9]{1,18}", value):
                self._refuse(column, "bad value", key)
        return Named(key, value)

    def _property(self, value: str, column: int) -> Condition:
        found = _PROP.fullmatch(value)
        if found is None:
            self._refuse(column, "bad value", "prop")
        name = found[1].lower()
        if name not in PROPERTIES:
            near = get_close_matches(name, PROPERTIES, 1, 0.6)
            self._refuse(column, "unknown property", found[1], "".join(near))
        return Property(name, found[2], float(found[3]))

    def _refuse(
        self, column: int, mistake: Mistake, text: str = "", near: str = ""
    ) -> NoReturn:
        raise QueryError(self._query, column, mistake, text, near)


def _without_quotes(text: str) -> str:
    """Remove quotation marks, and the backslashes inside them."""
    return _QUOTED.sub(
        lambda found: re.sub(r"\\(.)", r"\1", found[1], flags=re.DOTALL), text
    )
