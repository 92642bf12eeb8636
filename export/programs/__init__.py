"""Cards, schedules and logs of other programs for spaced repetition."""
