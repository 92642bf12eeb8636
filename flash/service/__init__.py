"""Use cases that the user interfaces share; no printing."""
