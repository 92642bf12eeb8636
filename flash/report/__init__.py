"""Statistics for the terminal, as JSON, and as a page with charts."""
