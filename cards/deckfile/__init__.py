"""Deck files in YAML: discovery, parsing, validation, JSON schema."""
