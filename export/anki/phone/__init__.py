"""The hub: a collection and a sync server of Anki, for phones."""
