"""Review sessions: the queue of a study day, cram, and drills."""
