"""The format as a JSON schema for editors, made from the model.

    python -m cards.deckfile.schema   prints the schema

Editors read YAML with types of their own, so a text may look like a number or a
date to them: wherever the model says text, the schema lets any scalar pass.
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
    """Join the fields of structs into one object without other keys."""
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
    """Write referred parts out, and let text be any scalar."""
    if isinstance(value, list):
        return [_resolved(one, components) for one in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        merged = {**components[value["$ref"]], **value}
        del merged["$ref"]
        return _resolved(merged, components)
    made = {
        key: {name: _resolved(field, components) for name, field in one.items()}
        if key == "properties"
        else _resolved(one, components)
        for key, one in value.items()
        if key not in ("default", "title")
    }
    if made.get("type") in ("string", ["string", "number", "boolean"]):
        made["type"] = _SCALAR
        # A date that an editor has read as such is no string to match.
        made.pop("pattern", None)
    if made.get("properties", {}) and "additionalProperties" not in made:
        made["additionalProperties"] = False
    return made


def text() -> str:
    """Render the schema as it stands in the file."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
