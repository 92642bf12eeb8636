"""JSON schema of the format for editors, generated from `cards.note`.

    python -m cards.deckfile.schema   prints the schema

To editors, a text in YAML may be a number or a date: the schema allows any scalar
where the model has text.
"""

import json
import sys
from typing import Any

import msgspec
from msgspec import Struct

from cards.note import KINDS, Common, Header

_SCALAR = ["string", "number", "boolean", "null"]


def schema() -> dict[str, Any]:
    """Build the JSON schema (draft 2020-12) of a deck file."""
    kinds = [_object(kind, Common) for kind in KINDS.values()]
    header = _object(Header)
    properties = {
        **header["properties"],
        "cards": {
            "type": "array",
            "minItems": 1,
            "description": "The cards of the file.",
            "items": {"anyOf": kinds},
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A deck of flash",
        "type": "object",
        "properties": properties,
        "required": ["deck", "cards"],
        "additionalProperties": False,
    }


def _object(*structs: type[Struct]) -> dict[str, Any]:
    """Combine the fields of structs into an object without other keys."""
    properties: dict[str, Any] = {}
    required: list[str] = []
    title = (structs[0].__doc__ or "").splitlines()[0]
    for struct in structs:
        (found,), components = msgspec.json.schema_components(
            [struct], ref_template="{name}"
        )
        plain = _resolved(components[found["$ref"]], components)
        fields = {k: v for k, v in plain["properties"].items() if k != "type"}
        properties.update(fields)
        required += [name for name in plain.get("required", []) if name != "type"]
    return {
        "type": "object",
        "description": title,
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _resolved(value: Any, components: dict[str, Any]) -> Any:
    """Resolve references, and allow any scalar as text."""
    if isinstance(value, list):
        return [_resolved(item, components) for item in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        merged = {**components[value["$ref"]], **value}
        del merged["$ref"]
        return _resolved(merged, components)
    resolved = {
        key: {name: _resolved(field, components) for name, field in item.items()}
        if key == "properties"
        else _resolved(item, components)
        for key, item in value.items()
        if key not in ("default", "title")
    }
    if resolved.get("type") in ("string", ["string", "number", "boolean"]):
        resolved["type"] = _SCALAR
        # An editor reads a date as a date, which a pattern can't match.
        resolved.pop("pattern", None)
    if resolved.get("properties", {}) and "additionalProperties" not in resolved:
        resolved["additionalProperties"] = False
    return resolved


def schema_text() -> str:
    """Render the schema as in deck.schema.json."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
