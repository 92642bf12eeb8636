"""Render notes as YAML that reads back as the same notes."""

import re
from collections.abc import Iterable
from typing import Any

import msgspec
import yaml

from cards.note import Note, Source

_SCHEMA_COMMENT = "# yaml-language-server: $schema=deck.schema.json\n"
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _TextDumper(_Dumper):  # type: ignore[misc]
    """Writes multi-line text as a block."""


def _scalar(dumper: Any, text: str) -> Any:
    is_block = "\n" in text and not re.search(r"[^\S\n]\n|^\s|\t", text)
    return dumper.represent_scalar(
        "tag:yaml.org,2002:str", text, style="|" if is_block else None
    )


_TextDumper.add_representer(str, _scalar)


class _OneLine(dict[str, Any]):
    """A mapping to be written on one line."""


_TextDumper.add_representer(
    _OneLine,
    lambda dumper, value: dumper.represent_mapping(
        "tag:yaml.org,2002:map", value, flow_style=True
    ),
)


def deck_yaml(deck: str, language: str, notes: Iterable[tuple[Note, str]]) -> str:
    """Render a deck file.

    Args:
        deck: Name of the deck.
        language: Language of the notes; empty if unknown.
        notes: Each note with the id to write if it has none; may be empty.
    """
    cards = [card_values(note, name) for note, name in notes]
    return _SCHEMA_COMMENT + yaml_text({**_header(deck, language), "cards": cards})


def header_yaml(deck: str, language: str = "") -> str:
    """Render the header of a file without its cards."""
    return yaml_text(_header(deck, language))


def _header(deck: str, language: str) -> dict[str, Any]:
    return {"deck": deck, "language": language} if language else {"deck": deck}


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
    lines = kept.get("lines", "")
    return _OneLine(kept | ({"lines": int(lines)} if lines.isdecimal() else {}))


def yaml_text(value: Any) -> str:
    """Render a value as YAML, texts of several lines as blocks."""
    text = yaml.dump(
        value, Dumper=_TextDumper, allow_unicode=True, sort_keys=False, width=10_000
    )
    # Unquote booleans, which PyYAML quotes as text.
    return re.sub(
        r"(?m)^(\s+(?:- )?(?:reverse|ordered|typed): )'true'$", r"\1true", text
    )
