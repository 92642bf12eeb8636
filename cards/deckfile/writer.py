"""Render notes as YAML that reads back as the same notes."""

import json
import re
from collections.abc import Iterable
from typing import Any

import msgspec
import yaml

from cards.note import LAST_LINE, Note, Source
from cards.numbers import whole_number

SCHEMA_FILE = "deck.schema.json"
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_ESCAPED = re.compile(r"\\U[0-9A-F]{8}")


class _OneLine(dict[str, Any]):
    """A mapping to be written on one line."""


def _scalar(dumper: Any, text: str) -> Any:
    is_block = "\n" in text and not re.search(r"[^\S\n]\n|^\s|\t", text)
    return dumper.represent_scalar(
        "tag:yaml.org,2002:str", text, style="|" if is_block else None
    )


def _one_line(dumper: Any, value: _OneLine) -> Any:
    return dumper.represent_mapping("tag:yaml.org,2002:map", value, flow_style=True)


def _dumper(base: Any) -> Any:
    """Return a dumper that writes texts of several lines as blocks."""
    made: Any = type("_TextDumper", (base,), {})
    made.add_representer(str, _scalar)
    made.add_representer(_OneLine, _one_line)
    return made


class _ExactDumper(yaml.SafeDumper):
    """Writes every printable character as it is, also between double quotes."""

    def write_double_quoted(self, text: str, *_split: bool) -> None:
        """Write a text as in JSON, which is YAML."""
        quoted = json.dumps(text, ensure_ascii=False)
        self.write_indicator(
            _UNPRINTABLE.sub(lambda sign: f"\\u{ord(sign[0]):04x}", quoted), True
        )


_FAST = _dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper))
_EXACT = _dumper(_ExactDumper)


def deck_yaml(
    deck: str,
    language: str,
    notes: Iterable[tuple[Note, str]],
    order: int = 0,
    schema: str = SCHEMA_FILE,
) -> str:
    """Render a deck file.

    Args:
        deck: Name of the deck.
        language: Language of the notes; empty if unknown.
        notes: Each note with the id to write if it has none; may be empty.
        order: That of the file; 0 for none.
        schema: Path of the schema, relative to the file, for editors.
    """
    cards = "".join(yaml_text([card_values(note, name)]) for note, name in notes)
    cards = f"cards:\n{cards}" if cards else "cards: []\n"
    return schema_comment(schema) + header_yaml(deck, language, order) + cards


def schema_comment(schema: str) -> str:
    """Render the line that names the schema to an editor."""
    return f"# yaml-language-server: $schema={schema}\n"


def header_yaml(deck: str, language: str = "", order: int = 0) -> str:
    """Render the header of a file without its cards."""
    header: dict[str, Any] = {"deck": deck}
    if language:
        header["language"] = language
    if order:
        header["order"] = order
    return yaml_text(header)


def card_yaml(note: Note) -> str:
    """Render a note as one card of a deck file."""
    return yaml_text([card_values(note)])


def card_values(note: Note, name: str = "") -> dict[str, Any]:
    """Convert a note to the mapping of its card, without the keys of the header."""
    content: dict[str, Any] = msgspec.to_builtins(note.content)
    del content["type"]
    for flag in ("reverse", "ordered"):
        if content.get(flag) is False:
            del content[flag]
    card: dict[str, Any] = {"id": note.id or name} if note.id or name else {}
    card |= {key: "true" if value is True else value for key, value in content.items()}
    if note.extra:
        card["extra"] = note.extra
    if note.tags:
        card["tags"] = list(note.tags)
    if note.sources:
        sources = [_source(source) for source in note.sources]
        card["source"] = sources[0] if len(sources) == 1 else sources
    for key in ("checked", "recheck"):
        if getattr(note, key):
            card[key] = getattr(note, key)
    if note.changed is not None:
        changed = msgspec.to_builtins(note.changed)
        card["changed"] = {key: value for key, value in changed.items() if value}
    return card


def _source(source: Source) -> Any:
    fields = msgspec.to_builtins(source)
    kept = {key: value for key, value in fields.items() if value}
    if kept.keys() <= {"title"}:
        return source.title
    if not source.note:
        return kept
    line = whole_number(kept.get("lines", ""), LAST_LINE)
    return _OneLine(kept | ({"lines": line} if line else {}))


def source_yaml(source: Source) -> str:
    """Render a source as one line of a card, such as `source: {note: …}`."""
    return yaml_text({"source": _source(source)}).rstrip("\n")


def yaml_text(value: Any) -> str:
    """Render a value as YAML, texts of several lines as blocks."""
    text = _dumped(value, _FAST)
    # libyaml, five times as fast, escapes emoji and rare kanji.
    if _ESCAPED.search(text):
        text = _dumped(value, _EXACT)
    # Unquote booleans, which PyYAML quotes as text.
    return re.sub(
        r"(?m)^(\s+(?:- )?(?:reverse|ordered|typed): )'true'$", r"\1true", text
    )


def _dumped(value: Any, dumper: Any) -> str:
    return str(
        yaml.dump(
            value, Dumper=dumper, allow_unicode=True, sort_keys=False, width=10_000
        )
    )
