"""Scheduling as pure functions: FSRS-6, next states, fuzz, study days."""
