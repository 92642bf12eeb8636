"""Write the field tables of docs/format.md from the model of the format.

python -m docs.format           write them
python -m docs.format --check   exit 1 if they are out of date
"""

import re
import sys
from pathlib import Path
from typing import Annotated, get_args, get_origin

from msgspec import Meta, Struct
from msgspec.structs import fields

import cards.blueprint
import cards.note

_PAGE = Path(__file__).with_name("format.md")
_MARK = re.compile(r"<!-- fields: (\w+) -->\n(?:\n\|.*?\n(?=\n(?!\|)))?", re.DOTALL)


def _description(struct: type[Struct], name: str) -> str:
    hint = struct.__annotations__[name]
    if get_origin(hint) is Annotated:
        for meta in get_args(hint)[1:]:
            if isinstance(meta, Meta) and meta.description:
                return meta.description
    return ""


def _table(found: re.Match[str]) -> str:
    module = cards.note if hasattr(cards.note, found[1]) else cards.blueprint
    struct: type[Struct] = getattr(module, found[1])
    lines = ["| key | | |", "|---|---|---|"]
    for field in fields(struct):
        need = "required" if field.required else ""
        text = _description(struct, field.name).replace("|", "\\|")
        lines.append(f"| `{field.encode_name}` | {need} | {text} |")
    return f"<!-- fields: {found[1]} -->\n\n" + "\n".join(lines) + "\n"


def main(words: list[str]) -> int:
    """Write or check the tables."""
    present = _PAGE.read_text("utf-8")
    text = _MARK.sub(_table, present)
    if words == ["--check"]:
        if present == text:
            return 0
        print(f"{_PAGE.name} is out of date: run python -m docs.format")
        return 1
    _PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
