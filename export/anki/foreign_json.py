"""Read JSON that another program wrote, or somebody who means harm."""

import json
from typing import Any


def read_json(data: str | bytes) -> Any:
    """Parse JSON; halves of surrogate pairs, which no file can hold, become `?`.

    Raises:
        ValueError: It is no JSON, or nested too deeply.
    """
    try:
        value = json.loads(data)
        if not _has_surrogate_escape(data):
            return value
        whole = json.dumps(value, ensure_ascii=False).encode("utf-8", errors="replace")
        return json.loads(whole)
    except RecursionError:
        raise ValueError("JSON nested too deeply") from None


def _has_surrogate_escape(data: str | bytes) -> bool:
    lower = data.lower()
    return "\\ud" in lower if isinstance(lower, str) else b"\\ud" in lower
