"""Cards that match a query, found in SQL.

Each condition of `srs.models.query` becomes an SQL expression over a card `c`.
Values are always bound, never written into SQL.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import get_args

import msgspec

from cards.note import Content, Option, Row, SubQuestion
from cards.text.folding import fold
from srs.models.query import (
    AllOf,
    AnyOf,
    Condition,
    Flagged,
    InDeck,
    Named,
    Not,
    Phrase,
    Property,
    Recent,
    asks_for,
)
from srs.scheduler.fsrs6 import forgetting_curve
from srs.scheduler.study_day import DAY_MS
from srs.store.connection import Store
from srs.store.decks import deck_ids
from srs.store.replay import deck_presets
from srs.store.rows import CRAM_REVIEW, ON_DAYS, on_days
from srs.store.settings import Options
from srs.store.text_search import Needle, folded_json, note_texts

_tags = msgspec.json.Decoder(tuple[str, ...])

_KINDS = (*get_args(Content), Row, Option, SubQuestion)
_NAMES = {
    "type",
    "last",  # where an option is pinned
    *(name for kind in _KINDS for name in kind.__struct_fields__),
    *(str(kind.__struct_config__.tag) for kind in _KINDS),
}
"""Names in the JSON of a note, which no search finds."""
_SIGNS = set("{}[],:truefalsenull0123456789")
"""What stands between the texts in that JSON."""
_MAY_BE_CLOZE = set("{}:0123456789")
"""What the marks of a cloze consist of."""
_OTHER_WILDCARDS = re.compile(r"[\[?]")
"""What `glob` gives a meaning, besides `*`."""
_SAMPLED = 101
"""One of so many rows is in a sample."""

ORDERS = {
    "": "c.position, c.id",
    "due": f"c.state = 0, ifnull(c.due_day * {DAY_MS}, c.due_ms), c.id",
    "lapses": "c.lapses desc, c.id",
    "stability": "c.stability is null, c.stability, c.id",
    "added": "(select n.created from notes n where n.guid = c.note) desc, c.id",
}
"""How found cards can be sorted; without a name in the order of new cards."""


def search_cards(
    store: Store,
    options: Options,
    condition: Condition,
    now_ms: int,
    *,
    order: str = "",
    retired: bool = False,
) -> list[int]:
    """Return the ids of the cards that match a query.

    Args:
        store: The store.
        options: The user's settings.
        condition: A parsed query.
        now_ms: The present moment, UTC milliseconds.
        order: A key of `ORDERS`.
        retired: Find retired cards, too; else only a query that names `is:retired`
            finds them.
    """
    search = _Search(store, options, now_ms)
    in_use = "1" if retired or asks_for(condition, "retired") else "c.retired = 0"
    sql = f"""
        select c.id from cards c
         where {in_use} and {search.sql(condition)}
         order by {ORDERS[order]}
    """
    return [row[0] for row in store.rows(sql, search.values)]


class _Search:
    """One query on its way to SQL."""

    def __init__(self, store: Store, options: Options, now_ms: int) -> None:
        self._store, self._options = store, options
        self._day = options.calendar.day(now_ms)
        self.values: dict[str, str | float] = {}
        define = store.connection.create_function
        define("contains", 2, _contains_folded, deterministic=True)
        define("recall_of", 3, _recall(store, options))

    def sql(self, condition: Condition) -> str:
        match condition:
            case AllOf(parts):
                return _joined(" and ", [self.sql(part) for part in parts], "1")
            case AnyOf(parts):
                return _joined(" or ", [self.sql(part) for part in parts], "0")
            case Not(inner):
                return f"not ifnull({self.sql(inner)}, 0)"
            case Phrase(text):
                return self._notes(self._text(Needle(text)))
            case Flagged(flag):
                return f"c.flag = {self._bind(flag)}"
            case Property():
                return self._property(condition)
            case Recent():
                return self._recent(condition)
            case InDeck(deck):
                return self._in_decks(deck_ids(self._store, deck))
            case Named(key, value):
                return self._named(key, value)

    def _bind(self, value: str | float) -> str:
        name = f"v{len(self.values)}"
        self.values[name] = value
        return f":{name}"

    def _state(self, value: str) -> str:
        day = self._bind(self._day)
        end = self._bind(self._options.calendar.start_ms(self._day + 1))
        states = {
            "new": "c.state = 0",
            "learn": "c.state in (1, 3)",
            "review": "c.state in (2, 3)",
            "suspended": "c.suspended = 1",
            "buried": f"c.buried = {day}",
            "leech": "c.leech = 1",
            "retired": "c.retired = 1",
            "due": (
                f"(ifnull(c.due_day <= {day}, 0) or ifnull(c.due_ms < {end}, 0))"
                f" and c.suspended = 0 and c.buried <> {day}"
            ),
        }
        return f"({states[value]})"

    def _property(self, found: Property) -> str:
        day = self._bind(self._day)
        columns = {
            "due": f"(ifnull(c.due_day, iif(c.due_ms is null, null, {day})) - {day})",
            "s": "c.stability",
            "d": "c.difficulty",
            "r": f"recall_of(c.stability, {day} - c.last_day, c.deck)",
            "ivl": "iif(c.state = 2, c.interval, null)",
            "reps": "c.reps",
            "lapses": "c.lapses",
        }
        return f"({columns[found.name]} {found.operator} {self._bind(found.number)})"

    def _recent(self, found: Recent) -> str:
        day = max(0, self._day - found.days + 1)
        if found.key == "added":
            first = self._bind(self._options.calendar.start_ms(day))
            return self._notes(f"created >= {first}")
        rating = f"= {self._bind(found.rating)}" if found.rating else "> 0"
        days = on_days(day, self._day, self._options.rollover)
        # A query may have several conditions of this kind.
        answered = re.sub(r":(\w+)", lambda name: self._bind(days[name[1]]), ON_DAYS)
        rated = f"""
            select r.card from reviews r
             where {answered} and r.undone = 0 and r.rating {rating}
               and not {CRAM_REVIEW}"""
        each = f"exists ({rated} and r.card = c.id)"
        return each if self._holds_mostly("cards c", each) else f"(c.id in ({rated}))"

    def _text(self, needle: Needle) -> str:
        """Return SQL for the notes that contain a text."""
        name = f"contains_{len(self.values)}"
        self._store.connection.create_function(
            name, 2, _contains(needle), deterministic=True
        )
        literal = re.sub("([%_^])", r"^\1", needle.folded)
        pattern = self._bind(f"%{literal}%")
        checked = f"{name}(fields, extra)"
        if not _is_in_texts(needle) or _MAY_BE_CLOZE.intersection(needle.folded):
            return checked
        # SQLite alone finds it in most notes that have it.
        in_json = f"fields like {pattern} escape '^' and not instr(fields, '\\')"
        return f"({in_json} or {checked})"

    def _notes(self, condition: str) -> str:
        """Return SQL for the cards of the notes that meet a condition."""
        if self._holds_mostly("notes", condition):
            # The set of the others is made, and searched, sooner.
            others = f"select guid from notes where not ifnull({condition}, 0)"
            return f"(c.note not in ({others}))"
        return f"(c.note in (select guid from notes where {condition}))"

    def _holds_mostly(self, table: str, condition: str) -> bool:
        """Return True if a condition holds for most rows of a sample."""
        sql = f"""
            select 2 * sum(ifnull({condition}, 0)) > count(*) from {table}
             where rowid % {_SAMPLED} = 0
        """
        return bool(self._store.row(sql, self.values)[0])

    def _named(self, key: str, value: str) -> str:
        match key:
            case "is":
                return self._state(value)
            case "deck":
                return self._in_decks(self._deck_ids(value))
            case "tag":
                tagged = self._notes(f"tags in {self._list(self._tag_lists(value))}")
                return f"({tagged} or c.leech)" if fold(value) == "leech" else tagged
            case "file":
                path = value if "*" in value else f"*{value}*"
                path = _OTHER_WILDCARDS.sub(r"[\g<0>]", path)
                return self._notes(f"file <> '' and file glob {self._bind(path)}")
            case "source":
                text = f"contains(t.value, {self._bind(fold(value))})"
                texts = f"json_tree(sources) t where t.type = 'text' and {text}"
                return self._notes(f"exists (select 1 from {texts})")
            case "card":
                return f"(substr(c.id, -{len(value)}) = {self._bind(value)})"
            case _:
                named = self._bind(value)
                return self._notes(f"(id = {named} or guid = {named})")

    def _in_decks(self, ids: Sequence[int]) -> str:
        return f"(c.deck in {self._list(ids)})"

    def _list(self, values: Sequence[int | str]) -> str:
        bound = self._bind(msgspec.json.encode(values).decode())
        return f"(select value from json_each({bound}))"

    def _deck_ids(self, name: str) -> list[int]:
        """Find a deck as written, or decks by name or its last parts; with children."""
        if as_written := deck_ids(self._store, name):
            return as_written
        rows = self._store.rows("select id, name from decks")
        for before in ("", ".*::"):
            pattern = _pattern(name, before=before, after="(?:::.*)?")
            found = [deck for deck, full in rows if pattern.fullmatch(fold(full))]
            if found:
                return found
        return []

    def _tag_lists(self, tag: str) -> list[str]:
        """Return the tag lists of notes with a tag that is, begins or ends with one."""
        pattern = _pattern(tag, before="(?:.*::)?", after="(?:::.*)?")
        rows = self._store.rows("select distinct tags from notes where tags <> '[]'")
        return [
            tags
            for (tags,) in rows
            if any(pattern.fullmatch(fold(one)) for one in _tags.decode(tags))
        ]


def _recall(store: Store, options: Options) -> Callable[..., float | None]:
    """Return an SQL function for the retrievability of a card; null for a new one."""
    curves: dict[int, Callable[[float, float], float]] = {}

    def recall_of(stability: float | None, days: int | None, deck: int) -> float | None:
        if stability is None or days is None:
            return None
        if not curves:
            presets = deck_presets(store.connection, options)
            for key, preset in presets.items():
                curves[key] = forgetting_curve(preset.parameters[20])
        return curves[deck](stability, max(0, days))

    return recall_of


def _joined(word: str, parts: Iterable[str], empty: str) -> str:
    return f"({word.join(parts) or empty})"


@lru_cache
def _pattern(text: str, *, before: str, after: str) -> re.Pattern[str]:
    """Compile a folded text in which `*` stands for anything."""
    middle = ".*".join(map(re.escape, fold(text).split("*")))
    return re.compile(before + middle + after, re.DOTALL)


def _is_in_texts(needle: Needle) -> bool:
    """Return True if only the texts in the JSON of a note can contain a text."""
    is_syntax = not set(needle.folded) - _SIGNS
    return not is_syntax and not any(needle.folded in name for name in _NAMES)


def _contains_folded(text: str, needle: str) -> bool:
    return needle in fold(text)


def _contains(needle: Needle) -> Callable[[str, str], bool]:
    """Return a function that finds a text in the content of a note or an extra.

    The JSON has every text and more; it is decoded only if a hit may be in the rest,
    or if marks may part the text.
    """
    is_in_texts, in_json, spread = _is_in_texts(needle), needle.in_json, needle.spread

    def contains(fields: str, extra: str) -> bool:
        if not in_json or (extra and needle.is_in(extra)):
            return True
        raw = folded_json(fields)
        if in_json not in raw and not spread(raw):
            return False
        if is_in_texts and in_json in raw and "\\" not in raw:
            return True
        return any(map(needle.is_in, note_texts(fields)))

    return contains
