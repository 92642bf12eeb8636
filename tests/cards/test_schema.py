"""The JSON schema for editors matches the model."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

import cards.deckfile.schema
from cards.deckfile.discovery import bundled_decks, bundled_path, find_decks

FILE = Path(cards.deckfile.schema.__file__).parents[1] / "decks" / "deck.schema.json"
DECKS = [
    path
    for name, languages in bundled_decks().items()
    for language in languages
    for path in find_decks([bundled_path(name, language) or Path()]).files
]


def mistakes(text: str) -> list[str]:
    """Validate as an editor does, which reads YAML with types of its own."""
    values = json.loads(json.dumps(yaml.safe_load(text), default=str))
    validator = jsonschema.Draft202012Validator(cards.deckfile.schema.schema())
    return [error.json_path for error in validator.iter_errors(values)]


def test_the_schema_file_matches_the_model() -> None:
    assert FILE.read_text("utf-8") == cards.deckfile.schema.schema_text()


@pytest.mark.parametrize(
    "path", DECKS, ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_the_bundled_decks_are_valid(path: Path) -> None:
    assert mistakes(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("deck: D\ncards: [{front: 3.10, back: 2026-11-23}]", []),
        ("deck: D\ncards: [{compare: [a, b], by: {r: [~, 140]}}]", []),
        ("deck: D\ncards: [{frnt: q, back: a}]", ["$.cards[0]"]),
        ("deck: D\ncards: [{front: q}]", ["$.cards[0]"]),
        ("deck: D\ncards: [{front: [q], back: a}]", ["$.cards[0]"]),
        ("cards: [{front: q, back: a}]", ["$"]),
        ("deck: D\nlanguag: en\ncards: [{front: q, back: a}]", ["$"]),
    ],
    ids=[
        "any scalar is text",
        "an empty cell",
        "unknown key",
        "missing key",
        "a list for a text",
        "no deck",
        "unknown key at the top",
    ],
)
def test_the_schema_rejects_what_the_reader_rejects(
    text: str, expected: list[str]
) -> None:
    assert mistakes(text) == expected
