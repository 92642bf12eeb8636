"""Words that are added to the text of a card, in the language of the card.

The language of the user may be another one: these words belong to the card.
"""


def in_japanese(language: str) -> bool:
    """Return True if words are added in Japanese; else they are English."""
    return language.startswith("ja")


def former_text(since: str, was: str, language: str) -> str:
    """Introduce what held before a change.

    Args:
        since: When it ended; empty if the notes said it without a day.
        was: What held, as it is shown.
        language: That of the card.
    """
    if in_japanese(language):
        return f"{since} まで：{was}" if since else f"ノートの記述：{was}"
    return f"until {since}: {was}" if since else f"the notes said: {was}"
