"""Notes and reviews that come from another program, merged into the store."""
