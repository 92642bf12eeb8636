"""Reading and writing Anki packages, and AnkiConnect."""
