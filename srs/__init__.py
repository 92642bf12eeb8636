"""When it is due: the store, FSRS, study days, the queue, a session, statistics."""
